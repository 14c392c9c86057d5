//! The variables that can be named at a point.

use std::collections::BTreeMap;

/// Variables as Go's parser sees them: each stays until the `{{end}}` of the block in which it was
/// declared, `{{else}}` notwithstanding.
#[derive(Default)]
pub(super) struct Scope<'t> {
    names: Vec<&'t str>,
    /// How many of the names are the same.
    counts: BTreeMap<&'t str, u32>,
    /// How many `range` bodies are open.
    pub(super) ranges: usize,
}

impl<'t> Scope<'t> {
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// Adds a variable, `$` included.
    pub(super) fn declare(&mut self, name: &'t str) {
        self.names.push(name);
        *self.counts.entry(name).or_default() += 1;
    }

    /// Forgets all but the first `length` variables.
    pub(super) fn truncate(&mut self, length: usize) {
        while self.names.len() > length {
            let Some(name) = self.names.pop() else { return };
            if let Some(count) = self.counts.get_mut(name) {
                *count -= 1;
                if *count == 0 {
                    self.counts.remove(name);
                }
            }
        }
    }

    /// Whether a variable can be named; `$` always can.
    pub(super) fn contains(&self, name: &str) -> bool {
        name == "$" || self.counts.contains_key(name)
    }
}
