//! `docs/undeclared-value`

use std::collections::BTreeMap;

use crate::{
    analysis::{self, Manner, OwnRead, Undeclared},
    catalog::Chart,
    finding::{Level, Place},
    rule::{ChartContext, Draft, Rule, Sink},
};

/// How many further places a finding shows.
const PLACES_SHOWN: usize = 3;

/// A value that templates read and that nothing declares.
pub(crate) struct UndeclaredValue;

impl Rule for UndeclaredValue {
    fn chart(&self, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
        // What a place reads of several values is told once.
        let mut optional_at: BTreeMap<Place, Vec<&Undeclared>> = BTreeMap::new();
        for value in cx.analysis.undeclared(chart) {
            let needed = value.reads.iter().find(|read| read.needs() && !read.in_notes);
            let in_values = value.slip.as_ref().is_some_and(|slip| slip.in_values);
            let only_notes = value.reads.iter().all(|read| read.in_notes);
            // `docs/unused-value` tells of a key that is misspelt in values.yaml, `docs/broken-notes` of what
            // the notes need.
            let told = in_values || (only_notes && is_told_by_notes(value));
            let optional = value.optional || value.documented || needed.is_none();
            if told {
                continue;
            }
            if value.slip.is_some() || !optional {
                warn(value, needed, chart, cx, out);
            } else if let Some(first) = place(value, None)
                && is_open(value, only_notes)
            {
                optional_at.entry(first.place.clone()).or_default().push(value);
            }
        }
        for (place, values) in optional_at {
            note(&place, &values, chart, cx, out);
        }
    }
}

/// Whether an optional value is one that users may want and can't know of. What the notes ask for was taken away,
/// if they don't ask for its absence; what stands in for a new name is an old one.
fn is_open(value: &Undeclared, only_notes: bool) -> bool {
    let is = |read: &OwnRead, manner| read.manner == manner;
    let missed = value.reads.iter().any(|read| is(read, Manner::Misses));
    let noted = value.reads.iter().any(|read| read.in_notes && is(read, Manner::Copes));
    let old = value.reads.iter().all(|read| is(read, Manner::Falls) || is(read, Manner::Refuses));
    let known = value.field || (value.spoken_of && !value.documented);
    !known && !old && if only_notes { missed } else { !noted }
}

/// Whether `docs/broken-notes` tells of a value that only the notes read.
pub(super) fn is_told_by_notes(value: &Undeclared) -> bool {
    value.slip.is_some() || (!value.optional && value.reads.iter().any(OwnRead::needs))
}

/// What a chart takes without saying so where people look.
fn note(
    place: &Place,
    values: &[&Undeclared],
    chart: &Chart,
    cx: &ChartContext<'_>,
    out: &mut Sink,
) {
    let Some((first, more)) = values.split_first() else { return };
    let path = &first.path;
    let message = match more.len() {
        0 if first.documented => {
            format!("`{path}` is read and in the README, and values.yaml does not declare it")
        }
        0 => format!("the optional value `{path}` is read and nowhere documented"),
        more => format!(
            "the optional value `{path}` and {more} more are read by one place and nowhere documented"
        ),
    };
    let help = match cx.analysis.alike(first, chart) {
        Some(near) => format!("did you mean `{near}`? If not, declare `{path}` in values.yaml"),
        None => format!("declare `{path}` in values.yaml, or say in a comment what it does"),
    };
    let draft = out.at(place.clone(), message).subject(path.to_string());
    others(first, place, draft.level(Level::Note).help(help));
}

/// What is missing where a template needs it, or what has another name in values.yaml.
fn warn(
    value: &Undeclared,
    needed: Option<&OwnRead>,
    chart: &Chart,
    cx: &ChartContext<'_>,
    out: &mut Sink,
) {
    let path = &value.path;
    let failing = failing(value, cx);
    let Some(at) = failing.or_else(|| place(value, needed)) else { return };
    let meant = value.slip.as_ref().map(|slip| &slip.declared);
    let message = match meant {
        _ if failing.is_some() => format!(
            "the chart does not render with its own values: `{path}` is read and not declared"
        ),
        Some(meant) => format!("`{path}` is read, and values.yaml declares `{meant}`"),
        None => format!("`{path}` is read, and values.yaml does not declare it"),
    };
    let level = if failing.is_some() { Level::Error } else { Level::Warning };
    let draft = out.at(at.place.clone(), message).subject(path.to_string()).level(level);
    let help = match meant.cloned().or_else(|| cx.analysis.alike(value, chart)) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("declare `{path}` in values.yaml, or ask for it first"),
    };
    let draft = draft.help(help);
    let declared = meant.and_then(|meant| chart.documentation().values.find(meant));
    let draft = match declared.zip(chart.values.as_ref()) {
        Some((key, file)) => draft.also(file.place(key.key), "declared here"),
        None => draft,
    };
    others(value, &at.place, draft);
}

/// The place to show: one that needs the value, else the first that is not in the notes.
fn place<'v>(value: &'v Undeclared, needed: Option<&'v OwnRead>) -> Option<&'v OwnRead> {
    let outside = || value.reads.iter().find(|read| !read.in_notes);
    needed.or_else(outside).or_else(|| value.reads.first())
}

fn others(value: &Undeclared, at: &Place, draft: Draft<'_>) {
    let others = value.reads.iter().filter(|read| read.place != *at);
    others
        .take(PLACES_SHOWN)
        .fold(draft, |draft, read| draft.also(read.place.clone(), "read here, too"));
}

/// The place at which the chart's own values fail to render because the key is not there.
fn failing<'v>(value: &'v Undeclared, cx: &ChartContext<'_>) -> Option<&'v OwnRead> {
    let breaking = |read: &&OwnRead| read.needs() && read.path.len() > value.inner.0.len();
    value.reads.iter().find(breaking)?;
    let rendered = cx.analysis.rendered();
    let failure = rendered.failure.as_ref().filter(|_| !rendered.incomplete)?;
    let place = failure.place.as_ref()?;
    if failure.step != analysis::Step::Template
        || !failure.message.contains("nil pointer evaluating")
    {
        return None;
    }
    value.reads.iter().filter(breaking).find(|read| {
        read.place.path == place.path
            && read.place.start.offset <= place.start.offset
            && place.start.offset <= read.place.end.offset
    })
}
