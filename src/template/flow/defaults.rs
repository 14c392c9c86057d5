//! Template text among the default values: what `tpl` of a value evaluates unless it is set.

use std::{collections::HashMap, rc::Rc};

use crate::yaml::Node;

use super::{
    Input, Step,
    path::{PathId, Paths, Sym},
};

/// How many nodes of values are looked at for templates.
pub const DEFAULTS_MAX: usize = 400_000;

/// The texts with `{{` of all members' values.
pub(super) struct Defaults {
    texts: Vec<(usize, Vec<Step>, Sym)>,
    /// What was found under a path.
    under: HashMap<PathId, Rc<[Sym]>>,
    /// Whether there was more than is looked at.
    pub(super) truncated: bool,
    left: usize,
}

impl Defaults {
    pub(super) fn of(input: &Input<'_>, paths: &mut Paths) -> Self {
        let mut all =
            Self { texts: Vec::new(), under: HashMap::new(), truncated: false, left: DEFAULTS_MAX };
        for (number, member) in input.members.iter().enumerate() {
            for document in &member.defaults {
                all.look(*document, number, &mut Vec::new(), paths);
            }
        }
        all
    }

    /// Nodes nest no deeper than the parser admits.
    fn look(&mut self, node: Node<'_>, member: usize, path: &mut Vec<Step>, paths: &mut Paths) {
        let Some(left) = self.left.checked_sub(1) else {
            self.truncated = true;
            return;
        };
        self.left = left;
        if let Some(text) = node.as_str() {
            if text.contains("{{") {
                self.texts.push((member, path.clone(), paths.sym(text)));
            }
            return;
        }
        for entry in node.entries() {
            path.push(Step::Key(entry.key.as_ref().into()));
            self.look(entry.value, member, path, paths);
            path.pop();
        }
        for item in node.items() {
            path.push(Step::Any);
            self.look(item, member, path, paths);
            path.pop();
        }
    }

    /// The texts at a path and under it, and the work that it took to find them; what a parent's values set
    /// for a chart is the chart's.
    pub(super) fn under(&mut self, paths: &Paths, path: PathId) -> (Rc<[Sym]>, usize) {
        if let Some(known) = self.under.get(&path) {
            return (Rc::clone(known), 0);
        }
        let mut found: Vec<Sym> = self
            .texts
            .iter()
            .filter(|(member, steps, _)| paths.leads_under(*member, steps, path))
            .map(|(_, _, text)| *text)
            .collect();
        found.sort_unstable();
        found.dedup();
        let found: Rc<[Sym]> = found.into();
        self.under.insert(path, Rc::clone(&found));
        (found, 16 * self.texts.len())
    }
}
