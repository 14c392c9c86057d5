//! What a chart's files say of its values, put together once.

use super::{Chart, Declared, Reference, Values};

/// The values that a chart declares, and what comments and the README say of them.
#[derive(Debug, Default)]
pub struct Documentation {
    /// The keys of values.yaml with their comments.
    pub values: Values,
    /// The README's reference.
    pub reference: Reference,
    /// For each of the values' keys, whether a row of the reference names it, or something above it.
    listed: Vec<bool>,
    /// For each of the values' keys, whether a row names something under it.
    above_listed: Vec<bool>,
}

impl Documentation {
    /// Reads values.yaml and the README's tables.
    pub(super) fn read(chart: &Chart) -> Self {
        let values = chart.values.as_ref().map(|file| Values::read(file)).unwrap_or_default();
        let readme = chart.readme.as_ref().filter(|_| !values.keys.is_empty());
        let reference = readme.map(|readme| Reference::read(chart, readme, &values));
        let reference = reference.unwrap_or_default();
        let mut listed = vec![false; values.keys.len()];
        let mut above_listed = listed.clone();
        for at in reference.rows.iter().flat_map(|row| row.nearest(&values)) {
            if let Some(listed) = listed.get_mut(at) {
                *listed = true;
            }
        }
        // Every key comes after the one that holds it.
        for at in (1..values.keys.len()).rev() {
            let parent = values.keys.get(at).map_or(0, |key| key.parent);
            let below = [&listed, &above_listed].iter().any(|it| it.get(at) == Some(&true));
            if let Some(above) = above_listed.get_mut(parent) {
                *above |= below;
            }
        }
        for at in 1..values.keys.len() {
            let parent = values.keys.get(at).map_or(0, |key| key.parent);
            let above = parent > 0 && listed.get(parent).copied().unwrap_or_default();
            if let Some(listed) = listed.get_mut(at) {
                *listed |= above;
            }
        }
        Self { values, reference, listed, above_listed }
    }

    /// Whether the README's reference names a key, or something above it; of a value without keys of
    /// its own, also something under it.
    pub fn lists(&self, key: usize) -> bool {
        self.listed.get(key).copied().unwrap_or_default()
    }

    /// Whether the README's reference names something under a key.
    pub fn lists_below(&self, key: usize) -> bool {
        self.above_listed.get(key).copied().unwrap_or_default()
    }

    /// The chart's own values that have no keys under them, with their numbers: without those of
    /// dependencies, `global`, what comments hide and what is written elsewhere.
    pub fn leaves(&self, chart: &Chart) -> impl Iterator<Item = (usize, &Declared)> {
        let foreign = |key: &Declared| {
            let first = key.path.0.first();
            let Some(super::Key::Name(name)) = first else { return true };
            let dependency = |it: &super::Dependency| it.effective_name() == name;
            name == "global" || chart.dependencies.iter().any(dependency)
        };
        let keys = self.values.keys.iter().enumerate().skip(1);
        keys.filter(move |(at, key)| {
            let hidden = || self.values.line(*at).any(|key| key.said.hidden);
            key.leaf && !key.borrowed && !foreign(key) && !hidden()
        })
    }
}
