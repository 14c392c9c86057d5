//! `input/duplicate-key`

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    analysis::{Analysis, Document},
    catalog::{Chart, ProblemKind, TemplateFile},
    finding::Place,
    rule::{ChartContext, Rule, Sink},
    yaml,
};

/// A key that comes twice in one mapping.
pub(crate) struct DuplicateKey;

impl Rule for DuplicateKey {
    fn chart(&self, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
        for problem in chart.problems_of(ProblemKind::DuplicateKey) {
            problem.report(out);
        }
        for group in rendered(chart, cx.analysis).into_values() {
            tell(&group, cx.analysis, out);
        }
    }
}

/// One key that comes again in a document.
struct Repeat<'a> {
    document: &'a Document,
    key: &'a yaml::DuplicateKey,
    place: Place,
    subject: String,
}

/// The keys that come twice in what the chart renders, by who writes them: what a named template writes into many
/// documents is repaired once, and so is what one action writes into one mapping.
fn rendered<'a>(
    chart: &Chart,
    analysis: &'a Analysis<'_>,
) -> BTreeMap<(String, String), Vec<Repeat<'a>>> {
    let mut groups = BTreeMap::<_, Vec<Repeat<'_>>>::new();
    for document in analysis.documents_of(chart) {
        for key in document.file.stream.duplicate_keys() {
            let place = analysis.place(document, key.span);
            let subject = subject(chart, document, key);
            if is_told(chart, &place, &subject) {
                continue;
            }
            let writer = writer(document, &place, &analysis.place(document, key.first), key);
            let group = groups.entry(writer).or_default();
            if !group.iter().any(|it| it.place == place && it.key.key == key.key) {
                group.push(Repeat { document, key, place, subject });
            }
        }
    }
    groups
}

/// The template and the key's path, as for what is read without rendering.
fn subject(chart: &Chart, document: &Document, key: &yaml::DuplicateKey) -> String {
    let same = |template: &&TemplateFile| template.file.path == document.path;
    let template = chart.templates.iter().find(same);
    let local = template.map_or(document.file.local.as_str(), |template| &template.file.local);
    format!("{local}: {}", key.path)
}

/// Whether the template's own text, read without rendering, has told it already.
fn is_told(chart: &Chart, place: &Place, subject: &str) -> bool {
    chart.problems_of(ProblemKind::DuplicateKey).any(|problem| {
        problem.place.path == place.path
            && (problem.subject == *subject || problem.place.start == place.start)
    })
}

/// Who wrote a key: the named template in which its place lies, or that is included there; else the action that wrote the
/// first one, with all keys of the mapping; else the place.
fn writer(
    document: &Document,
    place: &Place,
    first: &Place,
    key: &yaml::DuplicateKey,
) -> (String, String) {
    let action = |place: &Place| {
        let range = place.start.offset as usize..place.end.offset as usize;
        let written = document.template.as_str().get(range);
        written.filter(|written| place.path == document.path && written.starts_with("{{"))
    };
    let name =
        |written: &str| Some(written.split_once("include \"")?.1.split('"').next()?.to_owned());
    let at = |place: &Place| format!("{}:{}", place.path, place.start.offset);
    if place.path != document.path {
        return (at(place), key.key.clone());
    }
    match (action(place).and_then(name), action(first)) {
        (Some(name), _) => (name, key.key.clone()),
        (None, Some(_)) => (at(first), String::new()),
        (None, None) if action(place).is_some() => (at(place), String::new()),
        _ => (at(place), key.key.clone()),
    }
}

/// How many more places are pointed at.
const RELATED_MAX: usize = 20;

fn tell(group: &[Repeat<'_>], analysis: &Analysis<'_>, out: &mut Sink) {
    let Some((first, rest)) = group.split_first() else { return };
    let Repeat { document, key, place, subject } = first;
    let keys: BTreeSet<&str> = group.iter().map(|it| it.key.key.as_str()).collect();
    let more = match keys.len() {
        0 | 1 => "comes".to_owned(),
        2 => "and 1 more key come".to_owned(),
        count => format!("and {} more keys come", count - 1),
    };
    let label = document.label();
    let message =
        format!("`{}` {more} twice in the rendered `{label}`: the last one counts", key.path);
    let draft = out.at(place.clone(), message).subject(subject.clone());
    let draft = draft.help(if group.iter().all(|it| it.key.halves) {
        format!("put what both hold under one `{}`", key.key)
    } else {
        "write the key once: leave it out of one of the two places".to_owned()
    });
    let earlier = analysis.place(document, key.first);
    let draft = if earlier == *place { draft } else { draft.also(earlier, "first here") };
    let others: BTreeSet<_> = rest.iter().map(|it| &it.place).filter(|it| *it != place).collect();
    others
        .into_iter()
        .take(RELATED_MAX)
        .fold(draft, |draft, place| draft.also(place.clone(), "and here"));
}
