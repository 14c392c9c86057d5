//! Mappings of which so much is unused that they are told as one.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    catalog::{Declared, Values, values},
    finding::Place,
    rule::Sink,
};

use super::Judge;

/// Of how many unused values a mapping is told instead of each of them, if they are half of its values.
pub(super) const VALUES_MIN: usize = 8;
/// How many of them a finding shows.
const SHOWN: usize = 3;

impl<'a> Judge<'a> {
    /// Puts a mapping in the place of all that lies in it, where all of that is unused, and templates read the mapping
    /// only as one of those that they go over.
    pub(super) fn whole(&self, unused: Vec<&'a Declared>) -> Vec<&'a Declared> {
        let mut unused = unused;
        for _ in 0..values::DEPTH_MAX {
            let paths: BTreeSet<_> = unused.iter().map(|key| &key.path).collect();
            let is_unused =
                |at: &usize| self.values.keys.get(*at).is_some_and(|it| paths.contains(&it.path));
            let parents: BTreeSet<_> = unused.iter().map(|key| key.parent).collect();
            let whole = parents.into_iter().filter(|at| *at > 0);
            let whole = whole.filter_map(|at| self.values.keys.get(at)).filter(|parent| {
                parent.children.len() > 1
                    && parent.children.values().all(is_unused)
                    && !self.is_named(parent)
            });
            let whole: Vec<_> = whole.collect();
            if whole.is_empty() {
                break;
            }
            unused.retain(|key| !whole.iter().any(|it| it.path.covers(&key.path)));
            unused.extend(whole);
        }
        unused
    }

    /// Whether a place reads a mapping by its name.
    fn is_named(&self, key: &Declared) -> bool {
        let path = crate::analysis::steps(&key.path);
        let mut reads = self.cx.analysis.flow().reads().iter();
        reads.any(|read| !read.several && read.path.starts_with(&path))
    }
}

/// Takes the values out that lie in a mapping of which half and more are unused, and tells of the mapping.
pub(super) fn blocks<'a>(
    unused: Vec<&'a Declared>,
    all: &Values,
    place: impl Fn(&Declared) -> Place,
    out: &mut Sink,
) -> Vec<&'a Declared> {
    let mut under: BTreeMap<usize, Vec<&Declared>> = BTreeMap::new();
    for key in &unused {
        let mut at = key.parent;
        for _ in 0..values::DEPTH_MAX {
            if at == 0 {
                break;
            }
            under.entry(at).or_default().push(key);
            at = all.keys.get(at).map_or(0, |key| key.parent);
        }
    }
    let mut blocks: Vec<_> = under
        .into_iter()
        .filter(|(_, keys)| keys.len() >= VALUES_MIN)
        .filter_map(|(at, keys)| Some((all.keys.get(at)?, keys)))
        .collect();
    // The deepest mapping speaks for what it holds.
    blocks.sort_by_key(|(block, _)| std::cmp::Reverse(block.path.0.len()));
    let mut rest = unused;
    for (block, keys) in blocks {
        let is_in = |key: &&Declared| block.path.covers(&key.path);
        let here: Vec<_> = rest.iter().copied().filter(is_in).collect();
        let count = all.under_key(block).len();
        let unread: usize = keys.iter().map(|key| all.under_key(key).len()).sum();
        if here.len() < VALUES_MIN || unread * 2 < count {
            continue;
        }
        let path = &block.path;
        let message =
            format!("`{path}` declares {count} values, and nothing reads {unread} of them");
        let draft = out.at(place(block), message).subject(path.to_string());
        let help = format!("delete what nothing reads of `{path}`, or read it in a template");
        here.iter()
            .take(SHOWN)
            .fold(draft.help(help), |draft, key| draft.also(place(key), "unused"));
        rest.retain(|key| !is_in(key));
    }
    rest
}
