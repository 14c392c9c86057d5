//! `docs/undeclared-value`

mod above;
mod block;
mod dot;
mod repair;

use std::collections::BTreeMap;

use crate::{
    analysis::{self, Manner, OwnRead, Undeclared},
    catalog::Chart,
    finding::{Level, Place},
    rule::{ChartContext, Draft, Rule, Sink},
};

use above::Above;
use block::{Block, Blocks, Told};
use repair::Repair;

/// A value that templates read and that nothing declares.
pub(crate) struct UndeclaredValue;

impl Rule for UndeclaredValue {
    fn chart(&self, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
        // What a place reads of several values is told once.
        let mut optional_at: BTreeMap<(Place, bool), Vec<&Undeclared>> = BTreeMap::new();
        let mut needed = Blocks::default();
        let lost = cx.analysis.lost_dots(chart);
        let mut above = None;
        for value in cx.analysis.undeclared(chart) {
            let needing = value.reads.iter().find(|read| read.needs() && !read.in_notes);
            let in_values = value.slip.as_ref().is_some_and(|slip| slip.in_values);
            let only_notes = value.reads.iter().all(|read| read.in_notes);
            // `docs/unused-value` tells of a key that is misspelt in values.yaml, `docs/broken-notes` of what
            // the notes need.
            let told = in_values
                || (only_notes && is_told_by_notes(value))
                || dot::is_of_lost(value, &lost);
            let optional = value.optional || value.documented || value.behind || needing.is_none();
            if told {
                continue;
            }
            if value.slip.is_some() || !optional {
                let failing = failing(value, cx);
                let Some(at) = failing.or_else(|| place(value, needing)) else { continue };
                let repair = Repair::of_needed(value, at, chart, cx);
                let alone = failing.is_some() || at.path.len() > value.inner.0.len();
                let level = if failing.is_some() { Level::Error } else { Level::Warning };
                needed.add(Told { level, place: &at.place, values: vec![value], repair }, alone);
            } else if let Some(first) = place(value, None)
                && is_open(value, only_notes)
                && !above.get_or_insert_with(|| Above::of(chart, cx)).declares(value)
            {
                let refused = value.refused.is_some();
                optional_at.entry((first.place.clone(), refused)).or_default().push(value);
            }
        }
        let mut optional = Blocks::default();
        for ((place, _), values) in &optional_at {
            let Some(first) = values.first() else { continue };
            let repair = Repair::of_optional(first, chart, cx);
            let told = Told { level: Level::Note, place, values: values.clone(), repair };
            optional.add(told, values.len() > 1);
        }
        needed.each(|block| warn(&block, chart, out));
        optional.each(|block| note(&block, out));
        dot::report(&lost, out);
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
fn note(block: &Block<'_>, out: &mut Sink) {
    let (Some(told), Some(first)) = (block.first(), block.value()) else { return };
    let message = match block.told.as_slice() {
        [Told { repair: Repair::Name(row), .. }] => {
            format!("the optional value `{}` is read, and the README has `{row}`", first.path)
        }
        [only] => unknown(first, &only.values),
        _ if first.documented => format!(
            "{} are read and in the README, and values.yaml declares none of them",
            block.paths()
        ),
        _ => format!("the optional values {} are read and nowhere documented", block.paths()),
    };
    let help = told.repair.for_optional(first, block.told.len() > 1);
    let draft = out.at(told.place.clone(), message).subject(block.subject());
    let draft = refusal(first, draft.level(Level::Note).help(help));
    block.others(draft);
}

/// What is to be said of optional values that one place reads.
fn unknown(first: &Undeclared, values: &[&Undeclared]) -> String {
    let path = &first.path;
    let more = values.len().saturating_sub(1);
    let known = values.iter().filter(|value| value.documented).count();
    let refused = first.refused.is_some();
    match (more, known) {
        (0, _) if refused => {
            format!("the optional value `{path}` is read, and the schema refuses it")
        }
        (_, _) if refused => format!(
            "the optional value `{path}` and {more} more are read by one place, and the schema refuses them"
        ),
        (0, 0) => format!("the optional value `{path}` is read and nowhere documented"),
        (0, _) => {
            format!("`{path}` is read and in the README, and values.yaml does not declare it")
        }
        (_, 0) => format!(
            "the optional value `{path}` and {more} more are read by one place and nowhere documented"
        ),
        (_, known) if known > more => format!(
            "`{path}` and {more} more are read by one place and in the README, and values.yaml declares none of them"
        ),
        (_, known) => format!(
            "the optional value `{path}` and {more} more are read by one place, the README has {known} of them and values.yaml none"
        ),
    }
}

fn refusal<'s>(value: &Undeclared, draft: Draft<'s>) -> Draft<'s> {
    match &value.refused {
        Some(place) => draft.also(place.clone(), "refused here"),
        None => draft,
    }
}

/// What is missing where a template needs it, or what has another name in values.yaml.
fn warn(block: &Block<'_>, chart: &Chart, out: &mut Sink) {
    let (Some(told), Some(value)) = (block.first(), block.value()) else { return };
    let Some(at) = value.reads.iter().find(|read| &read.place == told.place) else { return };
    let path = &value.path;
    let meant = value.slip.as_ref().map(|slip| &slip.declared);
    let message = match meant {
        _ if told.level == Level::Error => format!(
            "the chart does not render with its own values: `{path}` is read and not declared"
        ),
        Some(meant) if value.slip.as_ref().is_some_and(|slip| slip.asked) => {
            format!("`{path}` is read where `{meant}` is asked for")
        }
        Some(meant) => format!("`{path}` is read, and values.yaml declares `{meant}`"),
        None if value.refused.is_some() => {
            format!("`{path}` is read, and the schema refuses it")
        }
        None if block.told.len() > 1 => {
            format!("{} are read, and values.yaml declares none of them", block.paths())
        }
        None => format!("`{path}` is read, and values.yaml does not declare it"),
    };
    let help = told.repair.for_needed(value, at, block.told.len() > 1);
    let draft = out.at(told.place.clone(), message).subject(block.subject()).level(told.level);
    let draft = refusal(value, draft.help(help));
    let declared = meant.and_then(|meant| chart.documentation().values.find(meant));
    let draft = match declared.zip(chart.values.as_ref()) {
        Some((key, file)) => draft.also(file.place(key.key), "declared here"),
        None => draft,
    };
    block.others(draft);
}

/// The place to show: one that needs the value, else the first that is not in the notes.
fn place<'v>(value: &'v Undeclared, needed: Option<&'v OwnRead>) -> Option<&'v OwnRead> {
    let outside = || value.reads.iter().find(|read| !read.in_notes);
    needed.or_else(outside).or_else(|| value.reads.first())
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
    let at = |it: &Place| {
        it.path == place.path
            && it.start.offset <= place.start.offset
            && place.start.offset <= it.end.offset
    };
    // Of what stands in a text, Helm tells the call and how the expression begins.
    let begins: String = format!(".Values.{}", value.path).chars().take(CONTEXT_MAX).collect();
    let told = failure.message.contains(&begins);
    value
        .reads
        .iter()
        .filter(breaking)
        .find(|read| at(&read.place) || (told && read.call.as_ref().is_some_and(at)))
}

/// How many characters of an expression Go's errors show.
const CONTEXT_MAX: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::ValuesPath;

    pub(super) fn value(path: &str, documented: bool) -> Undeclared {
        let path = ValuesPath::of([path]);
        Undeclared { optional: true, ..Undeclared::new(path.clone(), 0, path, documented, None) }
    }

    #[test]
    fn of_several_values_it_is_said_which_the_readme_has() {
        let (a, b) = (value("a", false), value("b", true));
        let said = |values: &[&Undeclared]| unknown(values[0], values);
        assert!(said(&[&a]).ends_with("is read and nowhere documented"));
        assert!(said(&[&a, &a]).ends_with("1 more are read by one place and nowhere documented"));
        assert!(said(&[&a, &b]).ends_with("the README has 1 of them and values.yaml none"));
        assert!(said(&[&b, &b]).ends_with("values.yaml declares none of them"));
        let refused = Undeclared { refused: Some(Place::file(&"a".into())), ..a.clone() };
        assert!(said(&[&refused, &refused]).ends_with("and the schema refuses them"));
    }
}
