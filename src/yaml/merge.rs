//! Aliases and merge keys, as go-yaml v2's decoder treats them (`decode.go`).

use super::Problem;
use super::duplicates;
use super::limits::{ALIAS_RATIO_HIGH, ALIAS_RATIO_LOW, FREE_ALIAS_DECODES, FREE_DECODES};
use super::tree::{Id, Shape, Tree};

/// Counts what go-yaml decodes in one document and refuses it where Go does: where most of it comes
/// from aliases. The work is bounded by that rule itself.
pub(super) fn check_expansion(tree: &Tree, root: Id) -> Result<(), Problem> {
    // The document is a node of its own in go-yaml.
    Decoder { tree, decodes: 1, from_aliases: 0, within: 0 }.decode(root)
}

/// Resolves the merge keys of a mapping whose merged mappings are resolved already: entries are set in
/// the order as written, so a merge that comes after a key overrides it. Gives the entries merged in,
/// at most `budget`.
pub(super) fn resolve(
    tree: &mut Tree,
    source: &str,
    mapping: Id,
    budget: usize,
) -> Result<usize, Problem> {
    let assigned = assign(tree, mapping, budget)?;
    let merged = assigned.iter().filter(|assignment| assignment.merged).count();
    let (own, brought) = last_of_each_key(tree, source, assigned);
    let own_count = own.len();
    let entries: Vec<Id> = own.into_iter().chain(brought).flatten().collect();
    duplicates::show(tree, source, mapping, &entries, own_count);
    Ok(merged)
}

/// One entry set in a mapping.
struct Assignment {
    pair: [Id; 2],
    merged: bool,
}

fn assign(tree: &Tree, mapping: Id, budget: usize) -> Result<Vec<Assignment>, Problem> {
    let Shape::Mapping(run) = tree.node(mapping).shape else { return Ok(Vec::new()) };
    let mut assigned = Vec::new();
    let mut left = budget;
    for pair in tree.run(run).chunks_exact(2) {
        let [key, value] = *pair else { continue };
        if !tree.node(key).marks.merge_key {
            assigned.push(Assignment { pair: [key, value], merged: false });
            continue;
        }
        for brought in merged_mappings(tree, value)? {
            let (entries, _) = tree.entries(brought);
            let Some(rest) = left.checked_sub(entries.len() / 2) else {
                let message = format!("merge keys bring in more than {budget} entries");
                return Err(Problem { message, span: tree.node(key).span });
            };
            left = rest;
            let pairs = entries.chunks_exact(2).filter_map(|pair| <[Id; 2]>::try_from(pair).ok());
            assigned.extend(pairs.map(|pair| Assignment { pair, merged: true }));
        }
    }
    Ok(assigned)
}

/// The mappings that a merge key's value names, in the order in which go-yaml sets them: of several
/// the first one is set last.
fn merged_mappings(tree: &Tree, value: Id) -> Result<Vec<Id>, Problem> {
    let refused = |id: Id| Problem {
        message: "a merge key `<<` takes a mapping or a sequence of mappings".to_owned(),
        span: tree.node(id).span,
    };
    let mapping = |id: Id| match tree.node(tree.target(id)).shape {
        Shape::Mapping(_) => Ok(tree.target(id)),
        _ => Err(refused(id)),
    };
    match tree.node(value).shape {
        Shape::Sequence(run) => tree.run(run).iter().rev().map(|item| mapping(*item)).collect(),
        _ => mapping(value).map(|id| vec![id]),
    }
}

/// The entries that count, own ones and merged ones, each in the order in which they were set.
fn last_of_each_key(
    tree: &Tree,
    source: &str,
    assigned: Vec<Assignment>,
) -> (Vec<[Id; 2]>, Vec<[Id; 2]>) {
    let mut order: Vec<usize> = (0..assigned.len()).collect();
    let key =
        |at: &usize| assigned.get(*at).map(|assignment| tree.key_text(source, assignment.pair[0]));
    order.sort_by_cached_key(key);
    let mut counts = vec![true; assigned.len()];
    for pair in order.windows(2) {
        if let [before, after] = pair
            && key(before) == key(after)
            && let Some(loser) = counts.get_mut(*before)
        {
            *loser = false;
        }
    }
    let winners = assigned.into_iter().zip(counts).filter(|(_, counts)| *counts);
    let (brought, own): (Vec<_>, Vec<_>) =
        winners.map(|(winner, _)| winner).partition(|winner| winner.merged);
    let pairs = |list: Vec<Assignment>| list.into_iter().map(|entry| entry.pair).collect();
    (pairs(own), pairs(brought))
}

/// Counts as go-yaml's decoder does; the depth is bounded by the tree's.
struct Decoder<'t> {
    tree: &'t Tree,
    decodes: u32,
    from_aliases: u32,
    /// Aliases being followed.
    within: usize,
}

impl Decoder<'_> {
    fn decode(&mut self, id: Id) -> Result<(), Problem> {
        self.count(id)?;
        match self.tree.node(id).shape {
            Shape::Alias(target) => {
                self.within += 1;
                self.decode(target)?;
                self.within -= 1;
                Ok(())
            }
            Shape::Sequence(run) => {
                self.tree.run(run).iter().try_for_each(|item| self.decode(*item))
            }
            Shape::Mapping(run) => self
                .tree
                .run(run)
                .chunks_exact(2)
                .try_for_each(|pair| if let [k, v] = *pair { self.entry(k, v) } else { Ok(()) }),
            Shape::Scalar { .. } => Ok(()),
        }
    }

    /// A merge key itself is not decoded, nor the sequence under it.
    fn entry(&mut self, key: Id, value: Id) -> Result<(), Problem> {
        if !self.tree.node(key).marks.merge_key {
            self.decode(key)?;
            return self.decode(value);
        }
        match self.tree.node(value).shape {
            Shape::Sequence(run) => {
                self.tree.run(run).iter().rev().try_for_each(|item| self.decode(*item))
            }
            _ => self.decode(value),
        }
    }

    fn count(&mut self, id: Id) -> Result<(), Problem> {
        self.decodes = self.decodes.saturating_add(1);
        self.from_aliases += u32::from(self.within > 0);
        let ratio = f64::from(self.from_aliases) / f64::from(self.decodes);
        if self.from_aliases > FREE_ALIAS_DECODES
            && self.decodes > FREE_DECODES
            && ratio > allowed_ratio(self.decodes)
        {
            let message = format!(
                "the document consists of aliases to {:.0} % ({} of {} nodes): more than Go accepts",
                ratio * 100.0,
                self.from_aliases,
                self.decodes
            );
            return Err(Problem { message, span: self.tree.node(id).span });
        }
        Ok(())
    }
}

/// go-yaml's `allowedAliasRatio`: 99 % for small documents, 10 % for very large ones.
fn allowed_ratio(decodes: u32) -> f64 {
    let range = f64::from(ALIAS_RATIO_HIGH - ALIAS_RATIO_LOW);
    match decodes {
        ..=ALIAS_RATIO_LOW => 0.99,
        ALIAS_RATIO_HIGH.. => 0.10,
        _ => 0.99 - 0.89 * (f64::from(decodes - ALIAS_RATIO_LOW) / range),
    }
}
