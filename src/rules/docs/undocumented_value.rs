//! `docs/undocumented-value`

mod told;

use std::collections::{BTreeMap, BTreeSet};

use told::Told;

use crate::{
    catalog::{Chart, Declared, Documentation, Key, Readme, YamlFile, reference::Style},
    finding::Level,
    rule::{ChartContext, Rule, Sink},
    template::flow::Usage,
    yaml::Node,
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
        let least = usize::try_from(cx.options.get("documented")).unwrap_or(usize::MAX);
        let all: Vec<_> = documentation.leaves(chart).collect();
        // What nothing reads is to be deleted, not described; helm-docs makes a row of it all the same.
        let leaves: Vec<_> =
            all.iter().copied().filter(|(_, key)| is_used(chart, cx, key)).collect();
        if documentation.values.cut || leaves.is_empty() {
            return;
        }
        let rows = &documentation.reference.rows;
        let made = !rows.is_empty() && rows.iter().all(|row| row.style == Style::HelmDocs);
        let told = if made { &all } else { &leaves };
        let whole = Part::of(0, told, documentation);
        let told_of = Told::of(readme.file.text.as_str());
        let files = Files { documentation, readme, file, told: told_of };
        if whole.listed * 100 >= whole.all * least {
            let mut gaps = gaps(&files, told);
            gaps.extend(rows_left_out(documentation));
            tell(&gaps, &whole, &files, out);
            return;
        }
        for (part, inside) in parts(&leaves, documentation, least) {
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

/// The highest keys under which the reference is nearly whole, with the values under them.
fn parts<'d>(
    leaves: &[(usize, &'d Declared)],
    documentation: &Documentation,
    least: usize,
) -> Vec<(Part, Vec<(usize, &'d Declared)>)> {
    let keys = &documentation.values.keys;
    let above = |at: usize| {
        std::iter::successors(Some(at), |at| keys.get(*at).map(|key| key.parent))
            .skip(1)
            .take_while(|at| *at > 0)
    };
    let mut counts: BTreeMap<usize, Part> = BTreeMap::new();
    for (leaf, _) in leaves {
        for at in above(*leaf) {
            let part = counts.entry(at).or_insert(Part { at, listed: 0, all: 0 });
            part.listed += usize::from(documentation.lists(*leaf));
            part.all += 1;
        }
    }
    counts.retain(|_, it| {
        it.all >= PART_MIN && it.listed < it.all && it.listed * 100 >= it.all * least
    });
    let mut inside: BTreeMap<usize, Vec<_>> = BTreeMap::new();
    for (leaf, key) in leaves {
        let highest = above(*leaf).filter(|at| counts.contains_key(at)).last();
        inside.entry(highest.unwrap_or(0)).or_default().push((*leaf, *key));
    }
    inside.into_iter().filter_map(|(at, leaves)| Some((counts.remove(&at)?, leaves))).collect()
}

struct Files<'a> {
    documentation: &'a Documentation,
    readme: &'a Readme,
    file: &'a YamlFile,
    told: Told<'a>,
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
    let Files { documentation, told, .. } = files;
    let unlisted = leaves.iter().filter(|(at, _)| !documentation.lists(*at));
    unlisted
        .filter(|(_, key)| !told.tells(key))
        .map(|(at, _)| topmost(documentation, *at))
        .filter(|at| documentation.values.keys.get(*at).is_some_and(|key| !told.tells(key)))
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

fn missing(at: usize, gaps: &[usize], part: &Part, files: &Files<'_>, out: &mut Sink) {
    let Files { documentation, readme, file, .. } = files;
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

/// Whether a schema says what a value is.
fn describes(schema: Node<'_>, key: &Declared) -> bool {
    let mut node = schema;
    for step in &key.path.0 {
        let Key::Name(name) = step else { return false };
        let Some(property) = node.at(&["properties", name]) else { return false };
        node = property;
    }
    node.get("description").is_some()
}

/// A chart of which most values are described nowhere.
fn sparse(
    chart: &Chart,
    documentation: &Documentation,
    leaves: &[(usize, &Declared)],
    file: &YamlFile,
    out: &mut Sink,
) {
    let schema = chart.schema.as_ref().and_then(|schema| schema.root());
    let described = |at: usize| {
        let told = |key: &Declared| {
            key.said.described || schema.is_some_and(|schema| describes(schema, key))
        };
        documentation.lists(at) || documentation.values.line(at).any(told)
    };
    let bare = leaves.iter().filter(|(at, _)| !described(*at)).map(|(_, key)| *key);
    let bare: Vec<_> = bare.collect();
    let Some(first) = bare.first().filter(|_| bare.len() * 2 > leaves.len()) else { return };
    let message = format!(
        "{} of {} values are described neither in the README, by a comment nor in the schema: {}",
        bare.len(),
        leaves.len(),
        some(&bare)
    );
    out.at(file.place(first.key), message)
        .level(Level::Note)
        .subject(chart.name())
        .help("write a comment above each value, and let `helm-docs` make the table of them");
}
