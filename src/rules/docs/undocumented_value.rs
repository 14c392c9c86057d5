//! `docs/undocumented-value`

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    catalog::{Chart, Declared, Documentation, Key, Readme, YamlFile, reference::Style},
    finding::Level,
    rule::{ChartContext, Rule, Sink},
};

/// So many gaps under one key are one.
const TOGETHER: usize = 3;

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
            let files = Files { documentation, readme, file };
            let mut by_parent: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
            for at in gaps(documentation, &leaves, readme) {
                let parent = documentation.values.keys.get(at).map_or(0, |key| key.parent);
                by_parent.entry(parent).or_default().push(at);
            }
            for (parent, gaps) in by_parent {
                if parent > 0 && gaps.len() >= TOGETHER {
                    missing(parent, &gaps, &counts, &files, out);
                } else {
                    for at in gaps {
                        missing(at, &[at], &counts, &files, out);
                    }
                }
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
    let told: BTreeSet<_> = unlisted
        .filter(|(_, key)| !is_told(key, readme))
        .map(|(at, _)| topmost(documentation, *at))
        .filter(|at| documentation.values.keys.get(*at).is_some_and(|key| !is_told(key, readme)))
        .collect();
    told.into_iter().chain(rows_left_out(documentation)).collect()
}

/// Keys that helm-docs would make a row of, below one that has a row, in a table that it wrote.
fn rows_left_out(documentation: &Documentation) -> Vec<usize> {
    let rows = &documentation.reference.rows;
    if rows.is_empty() || rows.iter().any(|row| row.style != Style::HelmDocs) {
        return Vec::new();
    }
    let found: BTreeSet<_> = rows.iter().flat_map(|row| &row.found).copied().collect();
    let keys = documentation.values.keys.iter().enumerate();
    keys.filter(|(at, key)| {
        let hidden = || documentation.values.line(*at).any(|key| key.said.hidden);
        key.said.row
            && !key.borrowed
            && !found.contains(at)
            && documentation.lists(*at)
            && !hidden()
    })
    .map(|(at, _)| at)
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

fn missing(at: usize, gaps: &[usize], counts: &Counts, files: &Files<'_>, out: &mut Sink) {
    let Files { documentation, readme, file } = files;
    let keys = &documentation.values.keys;
    let first = gaps.first().and_then(|first| keys.get(*first));
    let (Some(key), Some(first)) = (keys.get(at), first) else { return };
    let leaf = |at: &usize| keys.get(*at).is_some_and(|key| key.leaf);
    let below = gaps.iter().flat_map(|gap| documentation.values.subtree(*gap));
    let below = below.filter(leaf).count();
    let what = match (gaps, below) {
        ([one], 0 | 1) if *one == at => format!("`{}` is", key.path),
        ([one], _) if *one == at => format!("`{}` and the {below} values under it are", key.path),
        _ => format!("{below} values under `{}`, such as `{}`, are", key.path, first.path),
    };
    let message = format!(
        "{what} not in the README's reference, which has {} of {} values",
        counts.listed, counts.all
    );
    let row = documentation.reference.rows.first();
    let help = match row.map(|row| row.style) {
        Some(Style::HelmDocs) => "run `helm-docs` and commit the README",
        Some(Style::Bitnami) => {
            "describe it with `## @param` in values.yaml and run `readme-generator`"
        }
        _ => "add a row with its meaning and its default",
    };
    let draft = out.at(file.place(first.key), message).subject(first.path.to_string()).help(help);
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
