//! Mappings of which so much is unused that they are told as one.

use std::collections::BTreeMap;

use crate::{
    catalog::{Declared, Values, values},
    finding::Place,
    rule::Sink,
};

/// Of how many unused values a mapping is told instead of each of them, if they are half of its values.
pub(super) const VALUES_MIN: usize = 8;
/// How many of them a finding shows.
const SHOWN: usize = 3;

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
