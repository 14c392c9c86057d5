//! Which kinds a chart brings the definitions of, itself or by what is under it.

use std::collections::BTreeSet;

use crate::{
    analysis::Analysis,
    catalog::{Chart, Origin},
};

/// Kinds by their groups.
#[derive(Debug, Default)]
pub struct Kinds {
    kinds: BTreeSet<(String, String)>,
    /// Groups of which a definition is there whose kind an action writes.
    groups: BTreeSet<String>,
}

impl Kinds {
    /// Whether the kind is among them, or may be.
    pub fn contains(&self, group: &str, kind: &str) -> bool {
        self.groups.contains(group) || self.kinds.contains(&(group.to_owned(), kind.to_owned()))
    }

    fn add(&mut self, group: &str, kind: &str) {
        match (group, kind) {
            ("", _) => {}
            (group, "") => drop(self.groups.insert(group.to_owned())),
            _ => drop(self.kinds.insert((group.to_owned(), kind.to_owned()))),
        }
    }
}

/// The kinds of all definitions of a closure, those that a switch turns off included.
pub fn by_closure(analysis: &Analysis<'_>) -> Kinds {
    let mut kinds = Kinds::default();
    for member in &analysis.closure.members {
        add_known(member.chart, |_| true, &mut kinds);
    }
    for (group, kind) in analysis.rendered().documents.iter().filter_map(|it| it.defines()) {
        kinds.add(group, kind);
    }
    kinds
}

/// The kinds that crds/ folders of a closure bring: Helm installs those before anything else.
pub fn by_folders(analysis: &Analysis<'_>) -> Kinds {
    let mut kinds = Kinds::default();
    for member in &analysis.closure.members {
        add_known(member.chart, |origin| origin == Origin::CrdsFolder, &mut kinds);
    }
    kinds
}

fn add_known(chart: &Chart, wanted: impl Fn(Origin) -> bool, kinds: &mut Kinds) {
    for crd in chart.crds().iter().filter(|crd| wanted(crd.object.origin)) {
        kinds.add(crd.group(), crd.kind());
    }
}
