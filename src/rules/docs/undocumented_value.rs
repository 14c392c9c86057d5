//! `docs/undocumented-value`

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    catalog::{Chart, Declared, Documentation, Key, Readme, YamlFile, reference::Style},
    finding::Level,
    rule::{ChartContext, Rule, Sink},
    template::flow::Usage,
};

/// So many gaps under one key are one.
const TOGETHER: usize = 4;
/// How many values a message names.
const SHOWN: usize = 3;
/// The smallest part of the values in which a gap is a defect although the whole has many.
const PART_MIN: usize = 10;

/// A value that nothing describes.
pub(crate) struct UndocumentedValue;

impl Rule for UndocumentedValue {
    fn chart(&self, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
        let (Some(readme), Some(file)) = (&chart.readme, &chart.values) else { return };
        let documentation = chart.documentation();
        // What nothing reads is to be deleted, not described.
        let leaves: Vec<_> =
            documentation.leaves(chart).filter(|(_, key)| is_used(chart, cx, key)).collect();
        let least = usize::try_from(cx.options.get("documented")).unwrap_or(usize::MAX);
        if documentation.values.cut || leaves.is_empty() {
            return;
        }
        let whole = Part::of(0, &leaves, documentation);
        let files = Files { documentation, readme, file };
        if whole.listed * 100 >= whole.all * least {
            let mut gaps = gaps(&files, &leaves);
            gaps.extend(rows_left_out(documentation));
            tell(&gaps, &whole, &files, out);
            return;
        }
        for part in parts(&leaves, documentation, least) {
            let keys = documentation.values.subtree(part.at);
            let inside = leaves.iter().filter(|(at, _)| keys.binary_search(at).is_ok());
            let inside: Vec<_> = inside.copied().collect();
            tell(&gaps(&files, &inside), &part, &files, out);
        }
        sparse(chart, documentation, &leaves, file, out);
    }
}

/// Whether something reads a value, or may.
fn is_used(chart: &Chart, cx: &ChartContext<'_>, key: &Declared) -> bool {
    let mut members = cx.analysis.members_of(chart).peekable();
    chart.is_library()
        || members.peek().is_none()
        || members.any(|member| cx.analysis.usage(member, &key.path) != Usage::Unread)
}

/// The values under one key, all of them where it is the root's.
struct Part {
    at: usize,
    listed: usize,
    all: usize,
}

impl Part {
    fn of(at: usize, leaves: &[(usize, &Declared)], documentation: &Documentation) -> Self {
        let listed = leaves.iter().filter(|(at, _)| documentation.lists(*at)).count();
        Self { at, listed, all: leaves.len() }
    }
}

/// The highest keys under which the reference is nearly whole.
fn parts(leaves: &[(usize, &Declared)], documentation: &Documentation, least: usize) -> Vec<Part> {
    let keys = &documentation.values.keys;
    let mut counts = vec![(0, 0); keys.len()];
    let above = |at: usize| {
        std::iter::successors(Some(at), |at| keys.get(*at).map(|key| key.parent))
            .skip(1)
            .take_while(|at| *at > 0)
    };
    for (leaf, _) in leaves {
        for at in above(*leaf) {
            if let Some((listed, all)) = counts.get_mut(at) {
                *listed += usize::from(documentation.lists(*leaf));
                *all += 1;
            }
        }
    }
    let nearly = |at: usize| {
        let (listed, all) = counts.get(at).copied().unwrap_or_default();
        all >= PART_MIN && listed < all && listed * 100 >= all * least
    };
    let highest = (1..keys.len()).filter(|at| nearly(*at) && !above(*at).any(nearly));
    highest
        .map(|at| {
            let (listed, all) = counts.get(at).copied().unwrap_or_default();
            Part { at, listed, all }
        })
        .collect()
}

struct Files<'a> {
    documentation: &'a Documentation,
    readme: &'a Readme,
    file: &'a YamlFile,
}

/// Tells of gaps, many under one key together.
fn tell(gaps: &BTreeSet<usize>, part: &Part, files: &Files<'_>, out: &mut Sink) {
    let mut by_parent: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for at in gaps {
        let parent = files.documentation.values.keys.get(*at).map_or(0, |key| key.parent);
        by_parent.entry(parent).or_default().push(*at);
    }
    for (parent, gaps) in by_parent {
        if parent > 0 && gaps.len() >= TOGETHER {
            missing(parent, &gaps, part, files, out);
        } else {
            for at in gaps {
                missing(at, &[at], part, files, out);
            }
        }
    }
}

/// The topmost keys of which the table lists nothing, neither above nor below.
fn gaps(files: &Files<'_>, leaves: &[(usize, &Declared)]) -> BTreeSet<usize> {
    let Files { documentation, readme, .. } = files;
    let unlisted = leaves.iter().filter(|(at, _)| !documentation.lists(*at));
    unlisted
        .filter(|(_, key)| !is_told(key, readme))
        .map(|(at, _)| topmost(documentation, *at))
        .filter(|at| documentation.values.keys.get(*at).is_some_and(|key| !is_told(key, readme)))
        .collect()
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

fn missing(at: usize, gaps: &[usize], part: &Part, files: &Files<'_>, out: &mut Sink) {
    let Files { documentation, readme, file } = files;
    let keys = &documentation.values.keys;
    let first = gaps.first().and_then(|first| keys.get(*first));
    let (Some(key), Some(first)) = (keys.get(at), first) else { return };
    let below = leaves_under(gaps, documentation);
    let what = match (gaps, below.len()) {
        ([one], 0 | 1) if *one == at => format!("`{}` is", key.path),
        ([one], count) if *one == at => {
            format!("`{}` and the {count} values under it are", key.path)
        }
        (_, count) => format!("{count} values under `{}` ({}) are", key.path, some(&below)),
    };
    let inside = match keys.get(part.at).filter(|_| part.at > 0) {
        Some(holder) => format!(" under `{}`", holder.path),
        None => String::new(),
    };
    let message = format!(
        "{what} not in the README's reference, which has {} of {} values{inside}",
        part.listed, part.all
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

/// The values under some keys.
fn leaves_under<'d>(gaps: &[usize], documentation: &'d Documentation) -> Vec<&'d Declared> {
    let below = gaps.iter().flat_map(|gap| documentation.values.subtree(*gap));
    below.filter_map(|at| documentation.values.keys.get(at)).filter(|key| key.leaf).collect()
}

/// Some of the values by their paths.
fn some(keys: &[&Declared]) -> String {
    let shown = keys.iter().take(SHOWN).map(|key| format!("`{}`", key.path));
    let more = if keys.len() > SHOWN { ", …" } else { "" };
    shown.collect::<Vec<_>>().join(", ") + more
}

/// A chart of which most values are described nowhere.
fn sparse(
    chart: &Chart,
    documentation: &Documentation,
    leaves: &[(usize, &Declared)],
    file: &YamlFile,
    out: &mut Sink,
) {
    let described = |at: usize| {
        documentation.lists(at) || documentation.values.line(at).any(|key| key.said.described)
    };
    let bare = leaves.iter().filter(|(at, _)| !described(*at)).map(|(_, key)| *key);
    let bare: Vec<_> = bare.collect();
    let Some(first) = bare.first().filter(|_| bare.len() * 2 > leaves.len()) else { return };
    let message = format!(
        "{} of {} values are described neither in the README nor by a comment: {}",
        bare.len(),
        leaves.len(),
        some(&bare)
    );
    out.at(file.place(first.key), message)
        .level(Level::Note)
        .subject(chart.name())
        .help("write a comment above each value, and let `helm-docs` make the table of them");
}
