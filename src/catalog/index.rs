//! What is known of the charts before any is loaded.

use std::collections::{BTreeMap, BTreeSet};

use super::{Dependency, address};
use crate::{
    discover::Discovery,
    version::{self, Constraint},
    yaml::Node,
};

/// What is known of every chart before any is loaded: from Chart.yaml alone.
#[derive(Debug, Default)]
pub struct CatalogIndex {
    charts: BTreeMap<String, Vec<IndexEntry>>,
    repositories: BTreeSet<String>,
    /// The names of all dependencies with a condition.
    switched: BTreeSet<String>,
    /// The charts that another one takes in by `file://`, each with the folders of these and its name there.
    parts: BTreeMap<String, Vec<(String, String)>>,
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
    /// The names of its dependencies.
    pub dependencies: Vec<String>,
}

impl CatalogIndex {
    /// Indexes the charts that were discovered, by name. The repositories that the sources were
    /// cloned from are given by their remotes' addresses.
    pub fn new(discovery: &Discovery, remotes: &[String]) -> Self {
        let mut charts = BTreeMap::<String, Vec<IndexEntry>>::new();
        let mut named = BTreeMap::<usize, Named>::new();
        let mut switched = BTreeSet::new();
        let mut parts = BTreeMap::<String, Vec<(String, String)>>::new();
        for (number, chart) in discovery.charts.iter().enumerate() {
            let Some(root) = chart.manifest.root() else { continue };
            let text = |key| root.get(key).and_then(Node::to_text);
            let Some(name) = text("name") else { continue };
            named.entry(chart.source).or_default().count(root, &chart.folder);
            let dependencies: Vec<_> =
                root.get("dependencies").into_iter().flat_map(Node::items).collect();
            let conditional = dependencies.iter().filter(|it| it.get("condition").is_some());
            switched.extend(conditional.filter_map(|it| it.get("name")?.to_text()));
            let taken = dependencies.iter().filter_map(|it| it.get("name")?.to_text());
            let taken = taken.collect();
            for it in &dependencies {
                let repository = it.get("repository").and_then(Node::as_str);
                let folder = repository.and_then(|it| local_folder(&chart.path, it));
                let name = it.get("alias").or_else(|| it.get("name")).and_then(Node::to_text);
                if let Some(folder) = folder {
                    let above = (chart.path.clone(), name.unwrap_or_default());
                    parts.entry(folder).or_default().push(above);
                }
            }
            charts.entry(name).or_default().push(IndexEntry {
                path: chart.path.clone(),
                chart: number,
                catalog: chart.catalog.clone(),
                version: text("version").unwrap_or_default(),
                library: text("type").is_some_and(|kind| kind.eq_ignore_ascii_case("library")),
                deprecated: text("deprecated").as_deref() == Some("true"),
                dependencies: taken,
            });
        }
        let remotes = remotes.iter().filter_map(|remote| address::remote_repository(remote));
        let repositories = remotes.chain(named.values().filter_map(Named::own)).collect();
        Self { charts, repositories, switched, parts }
    }

    /// Whether a repository, `host/owner/repository` in lower case, is one that is audited: by its
    /// remote, or because it is the one in which most charts' `home` or `sources` name their own folder.
    pub fn is_own_repository(&self, repository: &str) -> bool {
        self.repositories.contains(repository)
    }

    /// Whether another chart takes in the chart of this folder, as reports show it, by `file://`.
    pub fn is_part(&self, path: &str) -> bool {
        self.parts.contains_key(path)
    }

    /// The folders, as reports show them, of the charts that take in the chart of this folder by `file://`, each with the
    /// name that it has there.
    pub fn taken_in_by(&self, path: &str) -> &[(String, String)] {
        self.parts.get(path).map_or(&[], Vec::as_slice)
    }

    /// Whether some chart switches a dependency of this name by a condition: Helm asks the dependency's own values, too.
    pub fn is_switched(&self, name: &str) -> bool {
        self.switched.contains(name)
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

    /// The chart of a dependency's name whose version its constraint admits, whatever the repository; never the chart of
    /// this folder itself, as reports show it, which depends on it.
    pub fn admitted(&self, dependency: &Dependency, folder: &str) -> Option<&IndexEntry> {
        let range = Constraint::parse(&dependency.version.as_ref()?.value).ok()?;
        let admits = |entry: &&IndexEntry| {
            version::parse(&entry.version).is_ok_and(|version| range.matches(&version))
        };
        let others = self.named(&dependency.name.value).iter().filter(|it| it.path != folder);
        others.into_iter().find(admits)
    }

    /// Whether a dependency of the chart in this folder, as reports show it, is a chart that was discovered: one that its
    /// constraint admits, or the one in the folder that it names.
    pub fn has(&self, dependency: &Dependency, folder: &str) -> bool {
        let local = dependency.repository().and_then(|it| local_folder(folder, it));
        let here = |path: &String| {
            self.named(&dependency.name.value).iter().any(|entry| entry.path == *path)
        };
        local.as_ref().is_some_and(here) || self.admitted(dependency, folder).is_some()
    }

    /// The charts of a name, in the order of their paths.
    pub fn named(&self, name: &str) -> &[IndexEntry] {
        self.charts.get(name).map_or(&[], Vec::as_slice)
    }
}

/// The folder that a repository's address `file://…` in a chart's folder names, as reports show folders; none where it
/// leaves the root.
pub fn local_folder(chart: &str, repository: &str) -> Option<String> {
    let relative = repository.strip_prefix("file://")?;
    if relative.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in chart.split('/').chain(relative.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(if parts.is_empty() { ".".to_owned() } else { parts.join("/") })
}

/// The repositories that the charts of one source name in `home` and `sources`, and how many charts do.
#[derive(Default)]
struct Named {
    charts: usize,
    /// With the chart's own folder.
    folders: BTreeMap<String, usize>,
    /// As a whole.
    roots: BTreeMap<String, usize>,
}

/// From so many charts on, and half of all, a repository that they all name as a whole is the catalog's own.
const AGREEING_CHARTS: usize = 3;

impl Named {
    fn count(&mut self, root: Node<'_>, folder: &str) {
        let sources = root.get("sources").into_iter().flat_map(Node::items);
        let pages = root.get("home").into_iter().chain(sources);
        let addresses = pages.filter_map(|node| address::ForgePath::parse(node.as_str()?));
        let mut once = BTreeSet::new();
        self.charts += 1;
        for address in addresses {
            let kind = match address.path.as_str() {
                "" => &mut self.roots,
                path if path == folder => &mut self.folders,
                _ => continue,
            };
            if once.insert((address.repository.clone(), address.path)) {
                *kind.entry(address.repository).or_default() += 1;
            }
        }
    }

    /// The catalog's own repository. Images and programs are often kept in a repository with the same folders, and
    /// many charts may be of one program: only what more charts name than anything else is theirs, and of those
    /// that are named as a whole only what is called charts.
    fn own(&self) -> Option<String> {
        let agreeing = (self.charts / 2).max(AGREEING_CHARTS);
        let holds_charts = |repository: &str| {
            let name = repository.rsplit('/').next().unwrap_or_default();
            ["chart", "helm"].iter().any(|word| name.contains(word))
        };
        let whole = most(&self.roots)
            .filter(|it| holds_charts(it) && self.roots.get(it) >= Some(&agreeing));
        let folders = most(&self.folders);
        // Charts that are copies of another repository's still name their folder there.
        let more = || Some(self.roots.get(whole.as_ref()?)? > self.folders.get(folders.as_ref()?)?);
        if more() == Some(true) { whole } else { folders.or(whole) }
    }
}

/// What is named more often than anything else.
fn most(named: &BTreeMap<String, usize>) -> Option<String> {
    let (first, times) = named.iter().max_by_key(|(_, times)| **times)?;
    let alone = named.values().filter(|it| *it == times).count() == 1;
    alone.then(|| first.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{text::Text, yaml};

    /// The own repository of charts in `charts/N`, each with these `sources`; `N` stands for the chart's name.
    fn own(charts: &[&[&str]]) -> Option<String> {
        let mut named = Named::default();
        for (number, sources) in charts.iter().enumerate() {
            let sources = sources.iter().map(|it| it.replace("/N", &format!("/{number}")));
            let sources = sources.map(|it| format!("- https://github.com/{it}\n"));
            let text = format!("sources:\n{}", sources.collect::<Vec<_>>().concat());
            let stream = yaml::parse(Text::new(text));
            named.count(stream.root().unwrap(), &format!("charts/{number}"));
        }
        named.own()
    }

    #[test]
    fn the_own_repository_is_the_one_that_most_charts_name_with_their_folder() {
        let (charts, images) = ("o/catalog/tree/main/charts/N", "o/images/tree/main/charts/N");
        assert_eq!(own(&[&[charts]]), Some("github.com/o/catalog".to_owned()));
        assert_eq!(own(&[&[charts, images], &[charts, charts]]), own(&[&[charts]]));
        assert_eq!(own(&[&[charts, images]]), None);
        assert_eq!(own(&[&["o/catalog/tree/main/N"]]), None);
    }

    #[test]
    fn a_repository_that_is_named_as_a_whole_is_called_charts() {
        let agree = |name: &str, times| own(&vec![[name].as_slice(); times]);
        assert_eq!(agree("o/helm-catalog", 3), Some("github.com/o/helm-catalog".to_owned()));
        assert_eq!(agree("o/helm-catalog", 2), None);
        assert_eq!(agree("o/program", 3), None);
    }

    #[test]
    fn copies_of_another_repository_do_not_outvote_the_catalog() {
        let (copied, whole) = ("o/program/tree/main/charts/N", "o/helm-catalog");
        let charts: [&[&str]; 5] = [&[copied], &[copied], &[whole], &[whole], &[whole]];
        assert_eq!(own(&charts), Some("github.com/o/helm-catalog".to_owned()));
        assert_eq!(own(&[&[copied], &[copied], &[whole]]), Some("github.com/o/program".to_owned()));
    }

    #[test]
    fn a_folder_is_named_relative_to_the_charts() {
        let folder = |chart, path| local_folder(chart, &format!("file://{path}"));
        assert_eq!(folder("charts/web", "../redis").as_deref(), Some("charts/redis"));
        assert_eq!(folder("charts/web", "charts/a/").as_deref(), Some("charts/web/charts/a"));
        assert_eq!(folder(".", "./a").as_deref(), Some("a"));
        assert_eq!(folder("web", "..").as_deref(), Some("."));
        assert_eq!(folder("web", "../../x"), None);
        assert_eq!(folder("web", "/x"), None);
        assert_eq!(local_folder("web", "https://example.com"), None);
    }
}
