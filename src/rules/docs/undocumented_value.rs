//! `docs/undocumented-value`

use std::collections::BTreeSet;

use crate::{
    catalog::{Chart, Declared, Documentation, Key, Readme, YamlFile},
    finding::Level,
    rule::{ChartContext, Rule, Sink},
};

/// A value that nothing describes.
pub(crate) struct UndocumentedValue;

impl Rule for UndocumentedValue {
    fn chart(&self, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
        let (Some(readme), Some(file)) = (&chart.readme, &chart.values) else { return };
        let documentation = chart.documentation();
        let leaves: Vec<_> = documentation.leaves(chart).collect();
        let listed = leaves.iter().filter(|(at, _)| documentation.lists(*at)).count();
        let least = usize::try_from(cx.options.get("documented")).unwrap_or(usize::MAX);
        if documentation.values.cut || leaves.is_empty() {
            return;
        }
        let counts = Counts { listed, all: leaves.len() };
        if listed * 100 >= leaves.len() * least {
            let gaps = gaps(documentation, &leaves, readme);
            for at in gaps {
                missing(at, &counts, &Files { documentation, readme, file }, out);
            }
        } else {
            sparse(chart, documentation, &leaves, (file, least), out);
        }
    }
}

struct Counts {
    listed: usize,
    all: usize,
}

struct Files<'a> {
    documentation: &'a Documentation,
    readme: &'a Readme,
    file: &'a YamlFile,
}

/// The topmost keys of which the table lists nothing, neither above nor below.
fn gaps(
    documentation: &Documentation,
    leaves: &[(usize, &Declared)],
    readme: &Readme,
) -> BTreeSet<usize> {
    let unlisted = leaves.iter().filter(|(at, _)| !documentation.lists(*at));
    unlisted
        .filter(|(_, key)| !is_told(key, readme))
        .map(|(at, _)| topmost(documentation, *at))
        .filter(|at| documentation.values.keys.get(*at).is_some_and(|key| !is_told(key, readme)))
        .collect()
}

fn topmost(documentation: &Documentation, leaf: usize) -> usize {
    let keys = &documentation.values.keys;
    let above = |at: &usize| {
        let parent = keys.get(*at)?.parent;
        (parent > 0 && !documentation.lists_below(parent)).then_some(parent)
    };
    std::iter::successors(Some(leaf), above).last().unwrap_or(leaf)
}

/// Whether the README speaks of a key outside of its table: a path as it is, a single name in code.
fn is_told(key: &Declared, readme: &Readme) -> bool {
    let text = readme.file.text.as_str();
    let path = key.path.to_string();
    match key.path.0.as_slice() {
        [Key::Name(name)] => text.contains(&format!("`{name}`")),
        _ => text.contains(&path),
    }
}

fn missing(at: usize, counts: &Counts, files: &Files<'_>, out: &mut Sink) {
    let Files { documentation, readme, file } = files;
    let Some(key) = documentation.values.keys.get(at) else { return };
    let below = documentation.values.subtree(at);
    let leaf = |at: &&usize| documentation.values.keys.get(**at).is_some_and(|key| key.leaf);
    let below = below.iter().filter(leaf).count();
    let what = match below {
        0 | 1 => format!("`{}` is", key.path),
        _ => format!("`{}` and the {below} values under it are", key.path),
    };
    let message = format!(
        "{what} not in the README's reference, which has {} of {} values",
        counts.listed, counts.all
    );
    let row = documentation.reference.rows.first();
    let help = match row.map(|row| row.style) {
        Some(crate::catalog::reference::Style::HelmDocs) => "run `helm-docs` and commit the README",
        Some(crate::catalog::reference::Style::Bitnami) => {
            "describe it with `## @param` in values.yaml and run `readme-generator`"
        }
        _ => "add a row with its meaning and its default",
    };
    let draft = out.at(file.place(key.key), message).subject(key.path.to_string()).help(help);
    if let Some(row) = row {
        draft.also(readme.file.place(row.span), "the reference");
    }
}

/// A chart of which most values are described nowhere.
fn sparse(
    chart: &Chart,
    documentation: &Documentation,
    leaves: &[(usize, &Declared)],
    (file, least): (&YamlFile, usize),
    out: &mut Sink,
) {
    let described = |at: usize| {
        documentation.lists(at) || documentation.values.line(at).any(|key| key.said.described)
    };
    let (all, count) = (leaves.len(), leaves.iter().filter(|(at, _)| described(*at)).count());
    if count * 100 >= all * least {
        return;
    }
    let Some((_, first)) = leaves.iter().find(|(at, _)| !described(*at)) else { return };
    let message = format!(
        "{} of {all} values are described neither in the README nor by a comment",
        all - count
    );
    out.at(file.place(first.key), message)
        .level(Level::Note)
        .subject(chart.name())
        .help("write a comment above each value, and let `helm-docs` make the table of them");
}
