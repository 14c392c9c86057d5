//! `docs/undeclared-value`

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    analysis::{self, Manner, OwnRead, Undeclared},
    catalog::{Chart, Key, TemplateFile, ValuesPath},
    finding::{Level, Place},
    rule::{ChartContext, Draft, Rule, Sink},
    template::Define,
};

/// How many further places a finding shows.
const PLACES_SHOWN: usize = 3;

/// A value that templates read and that nothing declares.
pub(crate) struct UndeclaredValue;

impl Rule for UndeclaredValue {
    fn chart(&self, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
        // What a place reads of several values is told once.
        let mut optional_at: BTreeMap<(Place, bool), Vec<&Undeclared>> = BTreeMap::new();
        for value in cx.analysis.undeclared(chart) {
            let needed = value.reads.iter().find(|read| read.needs() && !read.in_notes);
            let in_values = value.slip.as_ref().is_some_and(|slip| slip.in_values);
            let only_notes = value.reads.iter().all(|read| read.in_notes);
            // `docs/unused-value` tells of a key that is misspelt in values.yaml, `docs/broken-notes` of what
            // the notes need.
            let told = in_values || (only_notes && is_told_by_notes(value));
            let optional = value.optional || value.documented || value.behind || needed.is_none();
            if told {
                continue;
            }
            if value.slip.is_some() || !optional {
                warn(value, needed, chart, cx, out);
            } else if let Some(first) = place(value, None)
                && is_open(value, only_notes)
            {
                let refused = value.refused.is_some();
                optional_at.entry((first.place.clone(), refused)).or_default().push(value);
            }
        }
        for ((place, _), values) in optional_at {
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
    let Some(first) = values.first() else { return };
    let path = &first.path;
    let near = cx.analysis.alike(first, chart);
    let help = match near {
        _ if first.refused.is_some() => refusal_help(first),
        _ if first.idle => "take the empty block out, or write what it is for".to_owned(),
        _ if cx.analysis.is_written_along(first) => {
            format!("stop asking for it: a declared `{path}` would be written with what it lies in")
        }
        Some(near) => {
            format!("did you mean `{near}`? If not, declare `{path}` in values.yaml")
        }
        None => match cx.analysis.left_over(path, chart) {
            Some(left) => {
                format!("declare `{path}` in values.yaml, or read `{left}`, which nothing reads")
            }
            None => format!("declare `{path}` in values.yaml, or say in a comment what it does"),
        },
    };
    let draft = out.at(place.clone(), unknown(first, values)).subject(path.to_string());
    let draft = refusal(first, draft.level(Level::Note).help(help));
    others(first, place, draft);
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

fn refusal_help(value: &Undeclared) -> String {
    format!("admit `{}` in the schema and declare it, or stop reading it", value.path)
}

fn refusal<'s>(value: &Undeclared, draft: Draft<'s>) -> Draft<'s> {
    match &value.refused {
        Some(place) => draft.also(place.clone(), "refused here"),
        None => draft,
    }
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
        None if value.refused.is_some() => {
            format!("`{path}` is read, and the schema refuses it")
        }
        None => format!("`{path}` is read, and values.yaml does not declare it"),
    };
    let level = if failing.is_some() { Level::Error } else { Level::Warning };
    let draft = out.at(at.place.clone(), message).subject(path.to_string()).level(level);
    let help = match meant.cloned().or_else(|| cx.analysis.alike(value, chart)) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None if value.refused.is_some() => refusal_help(value),
        None if let Some((holder, step)) = repeated(value) => {
            format!("leave `.{step}` out: what it stands in is `{holder}` already")
        }
        // What lies in it is read: often it was a component that went.
        None if value.inner.0.len() == 1 && at.path.len() > 1 => {
            format!("declare `{path}` in values.yaml, or stop reading it")
        }
        None => match (template_of(value, chart), cx.analysis.left_over(path, chart)) {
            (Some(name), _) => {
                format!("write `{{{{ include \"{name}\" . }}}}`, which the chart has for it")
            }
            (_, Some(left)) => {
                format!("declare `{path}` in values.yaml, or read `{left}`, which nothing reads")
            }
            _ => format!("declare `{path}` in values.yaml, or ask for it first"),
        },
    };
    let draft = refusal(value, draft.help(help));
    let declared = meant.and_then(|meant| chart.documentation().values.find(meant));
    let draft = match declared.zip(chart.values.as_ref()) {
        Some((key, file)) => draft.also(file.place(key.key), "declared here"),
        None => draft,
    };
    others(value, &at.place, draft);
}

/// The holder and the last step of a path that repeats it, as `with` is forgotten: `backup.backup.port`.
fn repeated(value: &Undeclared) -> Option<(ValuesPath, &str)> {
    let [above @ .., Key::Name(holder), Key::Name(step)] = value.path.0.as_slice() else {
        return None;
    };
    let deeper = value.reads.iter().any(|read| read.path.len() > value.inner.0.len());
    let holder_path =
        || ValuesPath(above.iter().cloned().chain([Key::Name(holder.clone())]).collect());
    (holder == step && deeper).then(|| (holder_path(), step.as_str()))
}

/// Names of fewer letters than this are no names of templates.
const TEMPLATE_NAME_MIN: usize = 8;

/// The only named template of the chart whose name ends in that of a value at the top.
fn template_of<'c>(value: &Undeclared, chart: &'c Chart) -> Option<&'c str> {
    let [Key::Name(name)] = value.path.0.as_slice() else { return None };
    let squashed = |text: &str| {
        text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase()
    };
    let name = squashed(name);
    let inside = |file: &TemplateFile, define: &Define| {
        value.reads.iter().any(|read| {
            let at = read.place.start.offset;
            read.place.path == file.file.path && define.span.start <= at && at < define.span.end
        })
    };
    let defines = chart.templates.iter().flat_map(|file| {
        let defines = file.template.defines.iter().filter(move |define| !inside(file, define));
        defines.map(|it| it.name.as_str())
    });
    let mut named =
        defines.filter(|it| it.rsplit('.').next().is_some_and(|last| squashed(last) == name));
    let only = named.next().filter(|_| name.len() >= TEMPLATE_NAME_MIN)?;
    named.next().is_none().then_some(only)
}

/// The place to show: one that needs the value, else the first that is not in the notes.
fn place<'v>(value: &'v Undeclared, needed: Option<&'v OwnRead>) -> Option<&'v OwnRead> {
    let outside = || value.reads.iter().find(|read| !read.in_notes);
    needed.or_else(outside).or_else(|| value.reads.first())
}

fn others(value: &Undeclared, at: &Place, draft: Draft<'_>) {
    let line = |place: &Place| (place.path.clone(), place.start.line);
    let mut shown = BTreeSet::from([line(at)]);
    let others = value.reads.iter().filter(|read| shown.insert(line(&read.place)));
    let others: Vec<_> = others.collect();
    others
        .into_iter()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn value(path: &str, documented: bool) -> Undeclared {
        let path = ValuesPath::of([path]);
        Undeclared {
            inner: path.clone(),
            path,
            member: 0,
            reads: Vec::new(),
            optional: true,
            field: false,
            spoken_of: false,
            documented,
            refused: None,
            idle: false,
            guards: None,
            behind: false,
            slip: None,
        }
    }

    #[test]
    fn a_step_that_is_written_twice_is_left_out() {
        let step = |name: &str| analysis::steps(&ValuesPath::of([name]));
        let read = |deeper: &[&str]| OwnRead {
            place: Place::file(&"a".into()),
            path: ["ports", "backup", "backup"]
                .iter()
                .chain(deeper)
                .flat_map(|it| step(it))
                .collect(),
            manner: Manner::Needs,
            in_notes: false,
        };
        let path = ValuesPath::of(["ports", "backup", "backup"]);
        let twice = |deeper: &[&str]| {
            let (inner, reads) = (path.clone(), vec![read(deeper)]);
            let value = Undeclared { inner, path: path.clone(), reads, ..value("a", false) };
            repeated(&value).map(|(holder, step)| (holder.to_string(), step.to_owned()))
        };
        assert_eq!(twice(&["nodePort"]), Some(("ports.backup".to_owned(), "backup".to_owned())));
        assert_eq!(twice(&[]), None);
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
