//! What remains of a chart when its trees are dropped: all that catalog rules see.
//!
//! Facts are small, versioned and serialisable, so that an audit in shards equals the whole.

mod archive;
mod asked;
mod build;
mod kinds;
mod owners;

use std::collections::BTreeMap;

pub use archive::notice as archive_notice;
pub(crate) use archive::root_readme;
pub use build::{mark_off, of};
pub use owners::{OWNERS_FILES, Owners};
use serde::{Deserialize, Serialize};

use crate::{
    finding::{ChartId, Place},
    report::Entry,
};

/// The version of the facts' shape; facts of another version are not merged.
pub const FACTS_VERSION: u32 = 1;

/// The facts of all charts of one audit, sorted by path.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CatalogFacts {
    /// Always [`FACTS_VERSION`].
    pub version: u32,
    /// One value per chart that was judged.
    pub charts: Vec<ChartFacts>,
    /// What lies outside of all charts and could not be read.
    pub unreadable: Vec<Entry>,
    /// Where a source says of itself that it is archived, by the source's index.
    pub archived: BTreeMap<usize, Place>,
}

/// What is known of one chart.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "facts are yes-or-no answers by nature")]
pub struct ChartFacts {
    /// Name, version, folder.
    pub id: ChartId,
    /// The folder that the chart is published from; charts of one catalog share it.
    pub catalog: String,
    /// The source's index.
    pub source: usize,
    /// Where the chart as a whole is meant.
    pub anchor: Place,
    /// Where `version` stands in Chart.yaml.
    pub version_place: Option<Place>,
    /// `appVersion`.
    pub app_version: Option<String>,
    /// `kubeVersion`, with its place.
    pub kube_version: Option<(String, Place)>,
    /// The first minor of Kubernetes that the README or an annotation asks for, where Chart.yaml has no
    /// `kubeVersion`, and where that is written.
    pub asked_minor: Option<(u64, Place)>,
    /// Whether it is a library chart.
    pub library: bool,
    /// Whether Chart.yaml could be read; a chart that could not is in no absence count.
    pub readable: bool,
    /// Whether it is a local subchart of another chart.
    pub local_subchart: bool,
    /// Whether its templates write anything.
    pub renders: bool,
    /// Whether all that its templates write is of custom kinds, which no release of Kubernetes brings.
    pub only_custom_kinds: bool,
    /// Where `deprecated: true` stands.
    pub deprecated: Option<Place>,
    /// Names and addresses of the maintainers.
    pub maintainers: Vec<String>,
    /// The CODEOWNERS line that covers the chart's folder, with its owners.
    pub code_owners: Option<Place>,
    /// Whether it has a README of its own.
    pub readme: bool,
    /// The declared dependencies.
    pub dependencies: Vec<DependencyFact>,
    /// Custom resource definitions of the chart's own and of its closure.
    pub crds: Vec<CrdFact>,
    /// Definitions of its own templates that go with the release.
    pub unkept_crds: Vec<crate::crd::keep::Unkept>,
    /// What of the chart's own upgrades the definitions under crds/.
    pub crd_upgrade: crate::crd::upgrade::UpgradePath,
    /// Whether it has a lock file.
    pub locked: bool,
    /// Whether a .gitignore keeps the lock out that it does not have.
    pub lock_ignored: bool,
    /// Whether a template of it, or of its local subcharts, renders something else than custom resource
    /// definitions.
    pub other_objects: bool,
    /// Charts of the closure under charts/, by effective name.
    pub closure: Vec<String>,
    /// What Git knows; none without a repository or in a shallow clone.
    pub history: Option<HistoryFact>,
}

/// One declared dependency.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "facts are yes-or-no answers by nature")]
pub struct DependencyFact {
    /// The dependency's chart name.
    pub name: String,
    /// Alias, else name.
    pub effective_name: String,
    /// The constraint as written.
    pub constraint: String,
    /// The version that it resolves to: locked, vendored, local, or an exact constraint.
    pub resolved: Option<String>,
    /// The repository as written; empty for a local one.
    pub repository: String,
    /// Where the entry's name stands.
    pub place: Place,
    /// Where the constraint stands.
    pub version_place: Option<Place>,
    /// Whether the vendored or local chart says that it is deprecated.
    pub deprecated: bool,
    /// Whether the chart lies under charts/ or in the same catalog.
    pub present: bool,
    /// The version whose templates' reads stand in for a widespread library that is not present.
    pub known: Option<String>,
    /// Whether its chart lies as a folder under charts/.
    pub unpacked: bool,
    /// Whether a condition or tags can switch it off.
    pub switched: bool,
    /// Who publishes it.
    pub published: Published,
}

/// Where a dependency's repository belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Published {
    /// It is the one in which the audited catalog is published.
    Here,
    /// It is another one, or nobody knows.
    Elsewhere,
}

/// One custom resource definition.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CrdFact {
    /// `<plural>.<group>`.
    pub name: String,
    /// Where its name stands.
    pub place: Place,
    /// See [`crate::crd::digest`].
    pub digest: String,
    /// Whether it stands in templates/ and not in crds/.
    pub templated: bool,
    /// Whether a condition of the template decides if it is rendered.
    pub conditional: bool,
    /// Whether the chart's own values leave it out.
    pub off: bool,
    /// The subchart that ships it, as a path of effective names; empty for the chart itself.
    pub owner: String,
}

/// What Git knows of one chart.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HistoryFact {
    /// Seconds since 1970-01-01 UTC of the newest human change.
    pub last_human_change: Option<i64>,
    /// The newest commit that changed the content, with its first line.
    pub last_change: Option<(i64, String)>,
    /// Changes to the content by programs since the last human change.
    pub bot_changes: usize,
    /// Bulk edits of the content since the last human change.
    pub bulk_changes: usize,
    /// Since when Chart.yaml has said `deprecated: true` without a break.
    pub deprecated_since: Option<i64>,
    /// The first commit that had the chart.
    pub created: Option<i64>,
    /// How many commits changed its content.
    pub content_changes: usize,
    /// How many different versions its Chart.yaml carried.
    pub versions: usize,
    /// The first and the last time of a content change, for the message.
    pub content_span: Option<(i64, i64)>,
}

/// A catalog's chart in use by a consumer or an umbrella chart.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ChartUse {
    /// The user: for an umbrella chart its id.
    pub user: ChartId,
    /// The used chart's name.
    pub name: String,
    /// The version or constraint as written.
    pub constraint: String,
    /// The repository as written.
    pub repository: String,
    /// Where the use is written.
    pub place: Place,
}

impl CatalogFacts {
    /// Judges an absence by the spec's rule: where more than half of the charts to which it could
    /// apply lack something, that is one finding on the catalog, else one per chart.
    ///
    /// `applies` says for which charts the thing could be there, `absent` which of them lack it.
    pub fn absence(
        &self,
        applies: impl Fn(&ChartFacts) -> bool,
        absent: impl Fn(&ChartFacts) -> bool,
    ) -> Vec<Absence<'_>> {
        let mut absences = Vec::new();
        for catalog in self.catalogs() {
            let could: Vec<_> = self.of(catalog).filter(|chart| applies(chart)).collect();
            let lacking: Vec<_> = could.iter().copied().filter(|chart| absent(chart)).collect();
            if lacking.len() >= FOLD_MIN && lacking.len() * 2 > could.len() {
                absences.push(Absence::Catalog { catalog, charts: lacking, of: could.len() });
            } else {
                absences.extend(lacking.into_iter().map(Absence::Chart));
            }
        }
        absences
    }

    /// The catalogs' folders, sorted, each once.
    pub fn catalogs(&self) -> Vec<&str> {
        let mut names: Vec<_> = self.charts.iter().map(|chart| chart.catalog.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The charts that are published from one folder.
    pub fn of<'a>(&'a self, catalog: &'a str) -> impl Iterator<Item = &'a ChartFacts> {
        self.charts.iter().filter(move |chart| chart.catalog == catalog)
    }

    /// The uses of charts by the catalog's own umbrella charts: every declared dependency of a
    /// chart that renders nothing itself.
    pub fn uses(&self) -> Vec<ChartUse> {
        let umbrella = |chart: &&ChartFacts| !chart.renders && !chart.library;
        let use_of = |chart: &ChartFacts, dependency: &DependencyFact| ChartUse {
            user: chart.id.clone(),
            name: dependency.name.clone(),
            constraint: dependency.constraint.clone(),
            repository: dependency.repository.clone(),
            place: dependency.place.clone(),
        };
        self.charts
            .iter()
            .filter(umbrella)
            .flat_map(|chart| chart.dependencies.iter().map(move |dep| use_of(chart, dep)))
            .collect()
    }
}

/// So many charts at least are told of once instead of each for itself.
pub const FOLD_MIN: usize = 3;

/// The result of judging an absence.
#[derive(Clone, Debug)]
pub enum Absence<'a> {
    /// One chart lacks it, most others don't.
    Chart(&'a ChartFacts),
    /// More than half of a catalog's charts lack it.
    Catalog {
        /// The catalog's folder.
        catalog: &'a str,
        /// The charts that lack it, by path.
        charts: Vec<&'a ChartFacts>,
        /// How many charts could have it.
        of: usize,
    },
}
