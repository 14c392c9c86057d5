//! Keys that come twice in one mapping: found when the mapping closes, the last one counts.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::DuplicateKey;
use super::build::{Collection, Frame};
use super::tree::{Id, LINEAR_LOOKUP, Run, Shape, Tree, View};

/// How many duplicate keys are told per file.
pub const MAX_DUPLICATE_KEYS: usize = 1_000;

/// Paths of duplicate keys are cut at the front to about this many bytes.
const MAX_PATH: usize = 1_024;

/// One key that comes again.
struct Repeat {
    /// Position of the first entry with that key.
    first: u32,
    /// Position of the entry with that key before this one.
    previous: u32,
    /// Position of this one.
    later: u32,
}

/// What a look over a mapping's keys found.
#[derive(Default)]
pub(super) struct Found {
    /// The positions of all entries by key, where there are many.
    sorted: Option<Vec<u32>>,
    repeats: Vec<Repeat>,
}

/// Looks for keys that come twice among a mapping's entries as written; merge keys may.
pub(super) fn find(tree: &Tree, source: &str, entries: &[Id]) -> Found {
    let large = entries.len() / 2 > LINEAR_LOOKUP;
    if !large && !may_repeat(tree, source, entries) {
        return Found::default();
    }
    let sorted = sort(tree, source, entries);
    let repeats = repeats(tree, source, entries, &sorted);
    Found { sorted: large.then_some(sorted), repeats }
}

/// Tells the duplicates that were found. `path` gives the path of the mapping.
pub(super) fn tell(
    tree: &mut Tree,
    source: &str,
    run: Run,
    found: &Found,
    path: impl FnOnce(&Tree) -> String,
) {
    if found.repeats.is_empty() || tree.duplicate_keys.len() >= MAX_DUPLICATE_KEYS {
        return;
    }
    let path = path(tree);
    let room = MAX_DUPLICATE_KEYS - tree.duplicate_keys.len();
    let told: Vec<DuplicateKey> = found
        .repeats
        .iter()
        .take(room)
        .filter_map(|repeat| {
            let entries = tree.run(run);
            let first = *entries.get(repeat.first as usize * 2)?;
            let later = *entries.get(repeat.later as usize * 2)?;
            let key = tree.key_text(source, later).into_owned();
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            let (span, first) = (tree.node(later).span, tree.node(first).span);
            let halves = are_halves(tree, source, entries, repeat);
            Some(DuplicateKey { key, span, first, path, halves })
        })
        .collect();
    tree.duplicate_keys.extend(told);
}

/// So many keys of a mapping are held against the other's.
const COMPARED_MAX: usize = 64;

/// Whether a key's values are mappings of which the first has keys that the later one has not.
fn are_halves(tree: &Tree, source: &str, entries: &[Id], repeat: &Repeat) -> bool {
    let keys = |at: u32| -> Option<Vec<Cow<'_, str>>> {
        let value = *entries.get(at as usize * 2 + 1)?;
        let Shape::Mapping(run) = tree.node(value).shape else { return None };
        let keys = tree.run(run).iter().step_by(2).take(COMPARED_MAX + 1);
        let keys: Vec<_> = keys.map(|id| tree.key_text(source, *id)).collect();
        (keys.len() <= COMPARED_MAX).then_some(keys)
    };
    let both = keys(repeat.first).zip(keys(repeat.later));
    both.is_some_and(|(first, later)| {
        !later.is_empty() && first.iter().any(|key| !later.contains(key))
    })
}

/// Writes down which entries of a mapping count, and their order by key where there are many.
pub(super) fn settle(tree: &mut Tree, source: &str, mapping: Id, run: Run, found: Found) {
    if found.repeats.is_empty() {
        if let Some(sorted) = found.sorted {
            index(tree, mapping, &sorted);
        }
        return;
    }
    let mut counts = vec![true; run.len as usize / 2];
    for repeat in &found.repeats {
        if let Some(loser) = counts.get_mut(repeat.previous as usize) {
            *loser = false;
        }
    }
    let winners: Vec<Id> = tree
        .run(run)
        .chunks_exact(2)
        .zip(&counts)
        .filter(|(_, counts)| **counts)
        .flat_map(|(pair, _)| pair.iter().copied())
        .collect();
    show(tree, source, mapping, &winners, winners.len() / 2);
}

/// Gives a mapping other entries than the ones written in it; `own` of them are its own.
pub(super) fn show(tree: &mut Tree, source: &str, mapping: Id, entries: &[Id], own: usize) {
    let run = Run::new(tree.children.len(), entries.len());
    tree.children.extend_from_slice(entries);
    tree.views.push(View { mapping, entries: run, own: own as u32 });
    if let Some(data) = tree.nodes.get_mut(mapping as usize) {
        data.marks.viewed = true;
    }
    if entries.len() / 2 > LINEAR_LOOKUP {
        let sorted = sort(tree, source, entries);
        index(tree, mapping, &sorted);
    }
}

/// The path of the innermost open node: keys with dots, items with brackets, like `a.b[0]`.
pub(super) fn path(tree: &Tree, source: &str, frames: &[Frame], pending: &[Id]) -> String {
    let mut path = String::new();
    let ends = frames.iter().skip(1).map(|frame| frame.start).chain([pending.len()]);
    for (frame, end) in frames.iter().zip(ends) {
        let children = pending.get(frame.start..end).unwrap_or_default();
        if frame.kind == Collection::Sequence {
            let _ = write!(path, "[{}]", children.len().saturating_sub(1));
        } else if let [.., key, _] = children {
            let dot = if path.is_empty() { "" } else { "." };
            let _ = write!(path, "{dot}{}", tree.key_text(source, *key));
        }
        shorten(&mut path);
    }
    path
}

fn shorten(path: &mut String) {
    if path.len() > MAX_PATH {
        let cut = path.ceil_char_boundary(path.len() - MAX_PATH / 2);
        path.replace_range(..cut, "…");
    }
}

/// A quick look over few keys: a repetition is only possible where two keys agree in length and ends.
fn may_repeat(tree: &Tree, source: &str, entries: &[Id]) -> bool {
    let mut seen = [0u64; 4];
    entries.len() > 2
        && entries.chunks_exact(2).any(|pair| {
            let key = pair.first().map_or(Cow::Borrowed(""), |id| tree.key_text(source, *id));
            let (first, last) = match key.as_bytes() {
                [] => (0, 0),
                [first, .., last] => (*first, *last),
                [only] => (*only, *only),
            };
            let sum = key.len() * 7 + usize::from(first) * 5 + usize::from(last) * 3;
            let (word, bit) = (sum / 64 % seen.len(), 1u64 << (sum % 64));
            seen.get_mut(word).is_none_or(|word| std::mem::replace(word, *word | bit) & bit != 0)
        })
}

/// The positions of the entries by key, then as written.
fn sort(tree: &Tree, source: &str, entries: &[Id]) -> Vec<u32> {
    let key = |at: u32| {
        entries.get(at as usize * 2).map_or(Cow::Borrowed(""), |id| tree.key_text(source, *id))
    };
    let mut keyed: Vec<(Cow<'_, str>, u32)> =
        (0..entries.len() as u32 / 2).map(|at| (key(at), at)).collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|(_, at)| at).collect()
}

fn repeats(tree: &Tree, source: &str, entries: &[Id], sorted: &[u32]) -> Vec<Repeat> {
    let id = |at: u32| entries.get(at as usize * 2).copied().unwrap_or_default();
    let mut repeats: Vec<Repeat> = Vec::new();
    for pair in sorted.windows(2) {
        let [previous, later] = *pair else { continue };
        let equal = tree.key_text(source, id(previous)) == tree.key_text(source, id(later));
        if !equal || tree.node(id(later)).marks.merge_key {
            continue;
        }
        let first = repeats.last().filter(|last| last.later == previous);
        let first = first.map_or(previous, |last| last.first);
        repeats.push(Repeat { first, previous, later });
    }
    repeats
}

fn index(tree: &mut Tree, mapping: Id, sorted: &[u32]) {
    let run = Run::new(tree.sorted.len(), sorted.len());
    tree.sorted.extend_from_slice(sorted);
    tree.indexes.push((mapping, run));
}
