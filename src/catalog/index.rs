//! What is known of the charts before any is loaded.

use std::collections::{BTreeMap, BTreeSet};

use super::address;
use crate::discover::Discovery;

/// What is known of every chart before any is loaded: from Chart.yaml alone.
#[derive(Debug, Default)]
pub struct CatalogIndex {
    charts: BTreeMap<String, Vec<IndexEntry>>,
    repositories: BTreeSet<String>,
}

/// One chart of the index.
#[derive(Clone, Debug)]
pub struct IndexEntry {
    /// The chart's folder, as reports show it.
    pub path: String,
    /// Its index in the discovery.
    pub chart: usize,
    /// The folder that it is published from.
    pub catalog: String,
    /// `version` as Helm reads it.
    pub version: String,
    /// Whether it is a library chart.
    pub library: bool,
    /// Whether it is deprecated.
    pub deprecated: bool,
}

impl CatalogIndex {
    /// Indexes the charts that were discovered, by name. The repositories that the sources were
    /// cloned from are given by their remotes' addresses.
    pub fn new(discovery: &Discovery, remotes: &[String]) -> Self {
        let mut charts = BTreeMap::<String, Vec<IndexEntry>>::new();
        let mut repositories: BTreeSet<_> =
            remotes.iter().filter_map(|remote| address::remote_repository(remote)).collect();
        let mut named = BTreeMap::new();
        for (number, chart) in discovery.charts.iter().enumerate() {
            let Some(root) = chart.manifest.root() else { continue };
            let text = |key| root.get(key).and_then(crate::yaml::Node::to_text);
            let Some(name) = text("name") else { continue };
            repositories.extend(own_repository(root, &chart.folder));
            for repository in roots_named(root) {
                *named.entry(repository).or_insert(0_usize) += 1;
            }
            charts.entry(name).or_default().push(IndexEntry {
                path: chart.path.clone(),
                chart: number,
                catalog: chart.catalog.clone(),
                version: text("version").unwrap_or_default(),
                library: text("type").is_some_and(|kind| kind.eq_ignore_ascii_case("library")),
                deprecated: text("deprecated").as_deref() == Some("true"),
            });
        }
        let most = (discovery.charts.len() / 2).max(AGREEING_CHARTS);
        let agreed = named.into_iter().filter(|(_, count)| *count >= most);
        repositories.extend(agreed.map(|(repository, _)| repository));
        Self { charts, repositories }
    }

    /// Whether a repository, `host/owner/repository` in lower case, is one that is audited: by its
    /// remote, or because a chart's `home` or `sources` name the chart's own folder in it.
    pub fn is_own_repository(&self, repository: &str) -> bool {
        self.repositories.contains(repository)
    }

    /// Whether a chart repository's address belongs to the audited catalog: its pages at GitHub,
    /// `https://<owner>.github.io/<repository>`.
    pub fn is_own_address(&self, url: &str) -> bool {
        let bare = url.split_once("://").map_or(url, |(_, rest)| rest).trim_end_matches('/');
        let (host, path) = bare.split_once('/').unwrap_or((bare, ""));
        let Some(owner) = host.strip_suffix(".github.io") else { return false };
        let name = if path.is_empty() { host } else { path };
        self.is_own_repository(&format!("github.com/{owner}/{name}").to_lowercase())
    }

    /// The charts of a name, in the order of their paths.
    pub fn named(&self, name: &str) -> &[IndexEntry] {
        self.charts.get(name).map_or(&[], Vec::as_slice)
    }
}

/// The repository in which `home` or an entry of `sources` names the chart's own folder.
fn own_repository(root: crate::yaml::Node<'_>, folder: &str) -> Option<String> {
    let sources = root.get("sources").into_iter().flat_map(crate::yaml::Node::items);
    root.get("home")
        .into_iter()
        .chain(sources)
        .filter_map(|node| address::ForgePath::parse(node.as_str()?))
        .find(|address| !folder.is_empty() && address.path == folder)
        .map(|address| address.repository)
}

/// From so many charts on, and half of all, a repository that they all name is the catalog's own.
const AGREEING_CHARTS: usize = 3;

/// The repositories that `home` and `sources` name as a whole, each once.
fn roots_named(root: crate::yaml::Node<'_>) -> BTreeSet<String> {
    let sources = root.get("sources").into_iter().flat_map(crate::yaml::Node::items);
    root.get("home")
        .into_iter()
        .chain(sources)
        .filter_map(|node| address::ForgePath::parse(node.as_str()?))
        .filter(|address| address.path.is_empty())
        .map(|address| address.repository)
        .collect()
}
