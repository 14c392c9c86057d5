//! What of a source is a chart, and what only looks like one.
//!
//! Every `Chart.yaml` ends up in exactly one list: [`Discovery::charts`], or
//! [`Discovery::excluded`] with the reason.

mod manifest;
mod packages;
mod places;

use std::collections::BTreeMap;
use std::sync::Arc;

use globset::GlobSet;
use rayon::prelude::*;

use crate::sources::{CHART_FILE, Source, Sources, ancestors, is_below, join, parent};

pub use manifest::{Declared, Manifest};
pub use packages::PACKAGES_OPENED_MAX;
pub(crate) use places::Places;

/// The charts of all sources, and what was left out.
#[derive(Debug, Default)]
pub struct Discovery {
    /// Sorted by source and folder, packages after folders; a parent stands before its subcharts.
    pub charts: Vec<ChartFolder>,
    /// What is no chart of the catalog, though it looks like one; sorted by path.
    pub excluded: Vec<Excluded>,
    /// Packages of which nobody knows whether they are charts, as they can't be read; sorted.
    pub skipped: Vec<Excluded>,
}

/// A chart that is audited.
#[derive(Clone, Debug)]
pub struct ChartFolder {
    /// The index of its source.
    pub source: usize,
    /// Its folder in the source, empty for the root; of a package, the package's path.
    pub folder: String,
    /// The same as reports show it; `.` for the root of a single source.
    pub path: String,
    /// The folder that it is published from, as reports show it: the folder around the chart, or
    /// around its outermost parent.
    pub catalog: String,
    /// For a local subchart, the index of the chart in whose charts/ it lies.
    pub parent: Option<usize>,
    /// A folder or a package.
    pub kind: ChartKind,
    /// Its Chart.yaml, read and parsed.
    pub manifest: Arc<Manifest>,
}

/// How a chart is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChartKind {
    /// As a folder, or as the root of a source that is a package itself.
    Folder,
    /// As a .tgz among other files: open it with [`Source::package`].
    Package,
}

/// Something that looks like a chart and is not audited.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Excluded {
    /// The Chart.yaml, or the package, as reports show it.
    pub path: Arc<str>,
    /// Why.
    pub reason: String,
}

/// Finds the charts of all sources. `excludes` are the configured globs; they match a chart's
/// folder, its Chart.yaml or its package, or a folder above it, relative to its source or as
/// reports show it.
pub fn discover(sources: &Sources, excludes: &GlobSet) -> Discovery {
    let mut out = Discovery::default();
    for (index, source) in sources.iter().enumerate() {
        let mut search = Search {
            index,
            source,
            places: places::Places::new(source, excludes),
            known: BTreeMap::new(),
            out: &mut out,
        };
        search.folders();
        packages::find(&mut search);
    }
    out.excluded.sort();
    out.skipped.sort();
    out
}

/// The search of one source.
struct Search<'a> {
    index: usize,
    source: &'a Source,
    places: places::Places<'a>,
    /// What was decided on each folder with a Chart.yaml.
    known: BTreeMap<String, Decision>,
    out: &'a mut Discovery,
}

/// Whether a folder with a Chart.yaml is a chart.
#[derive(Clone, Debug)]
enum Decision {
    Chart(usize),
    Excluded(String),
}

/// A folder with a Chart.yaml.
struct Candidate {
    folder: String,
    manifest: Arc<Manifest>,
}

impl Search<'_> {
    fn folders(&mut self) {
        for candidate in candidates(self.source) {
            let decision = match self.exclusion(&candidate) {
                Some(reason) => {
                    let path = join(&candidate.folder, CHART_FILE);
                    self.exclude(&path, &reason);
                    Decision::Excluded(reason)
                }
                None => Decision::Chart(self.add_folder(&candidate)),
            };
            self.known.insert(candidate.folder, decision);
        }
        self.misnamed();
    }

    fn exclude(&mut self, path: &str, reason: &str) {
        let path = self.source.report_path(path);
        self.out.excluded.push(Excluded { path, reason: reason.to_owned() });
    }

    fn add_folder(&mut self, candidate: &Candidate) -> usize {
        let around = self.charts_around(&candidate.folder);
        let above = around.and_then(|(index, _)| Some((index, self.out.charts.get(index)?)));
        let catalog = match above {
            Some((_, above)) => above.catalog.clone(),
            None => self.source.report_path(parent(&candidate.folder)).to_string(),
        };
        self.out.charts.push(ChartFolder {
            source: self.index,
            path: self.source.report_path(&candidate.folder).to_string(),
            catalog,
            parent: above.map(|(index, _)| index),
            kind: ChartKind::Folder,
            manifest: Arc::clone(&candidate.manifest),
            folder: candidate.folder.clone(),
        });
        self.out.charts.len() - 1
    }

    /// The chart in whose charts/ a folder directly lies, with its own folder.
    fn charts_around<'f>(&self, folder: &'f str) -> Option<(usize, &'f str)> {
        let (above, _) = subchart(folder)?;
        match self.known.get(above)? {
            Decision::Chart(index) => Some((*index, above)),
            Decision::Excluded(_) => None,
        }
    }

    /// Why a folder with a Chart.yaml is none of the catalog's charts.
    fn exclusion(&self, candidate: &Candidate) -> Option<String> {
        let folder = &candidate.folder;
        let chart_file = join(folder, CHART_FILE);
        self.places
            .configured(folder, &chart_file)
            .or_else(|| self.inherited(folder))
            .or_else(|| self.places.exclusion(folder))
            .or_else(|| self.within_chart(folder))
            .or_else(|| candidate.manifest.placeholder())
            .or_else(|| self.vendored(candidate))
    }

    /// Subcharts share the fate of the chart that they belong to.
    fn inherited(&self, folder: &str) -> Option<String> {
        let (above, _) = subchart(folder)?;
        match self.known.get(above)? {
            Decision::Excluded(reason) => Some(reason.clone()),
            Decision::Chart(_) => None,
        }
    }

    /// A Chart.yaml that a chart ships as data: scaffolders and operators do so.
    fn within_chart(&self, folder: &str) -> Option<String> {
        ancestors(folder).find_map(|above| {
            self.known.get(above)?;
            let below = folder.strip_prefix(above)?.trim_start_matches('/');
            let first = below.split('/').next().filter(|first| first.starts_with('_'));
            let data =
                ["templates", "files", "crds"].into_iter().find(|data| is_below(below, data));
            let data = data.or(first)?;
            let above = self.source.report_path(above);
            Some(format!("data of the chart `{above}`: it lies in its {data}/"))
        })
    }

    fn vendored(&self, candidate: &Candidate) -> Option<String> {
        let (index, _) = self.charts_around(&candidate.folder)?;
        let above = self.out.charts.get(index)?;
        let name = candidate.manifest.name();
        let (_, folder_name) = subchart(&candidate.folder)?;
        let names = [name.as_deref().unwrap_or(folder_name), folder_name];
        let declared = above.manifest.declared(self.source, &above.folder);
        let matching = |name: &str| -> Vec<&Declared> {
            declared.iter().filter(|declared| declared.name == name).collect()
        };
        let entries = names.iter().map(|name| matching(name)).find(|found| !found.is_empty())?;
        let remote = entries.iter().all(|declared| declared.is_remote());
        remote.then(|| format!("vendored into `{}`", above.path))
    }

    /// `chart.yaml` and the like, which Helm doesn't find, where the rest of a chart stands beside.
    fn misnamed(&mut self) {
        let source = self.source;
        for file in source.files() {
            let (folder, name) = (parent(file.path()), last_element(file.path()));
            let similar = ["chart.yaml", "chart.yml"].contains(&name.to_ascii_lowercase().as_str());
            if !similar || name == CHART_FILE || self.known.contains_key(folder) {
                continue;
            }
            if source.has_folder(&join(folder, "templates"))
                && source.has(&join(folder, "values.yaml"))
            {
                self.exclude(file.path(), "Helm reads `Chart.yaml` only: rename it");
            }
        }
    }
}

/// All folders with a Chart.yaml, a folder before those within it; and the root of a package.
fn candidates(source: &Source) -> Vec<Candidate> {
    let is_chart = |path: &&str| last_element(path) == CHART_FILE;
    let paths = source.files().iter().map(|file| file.path().as_ref());
    let mut folders: Vec<&str> = paths.filter(is_chart).map(parent).collect();
    if source.is_package() && !source.has(CHART_FILE) {
        folders.push("");
    }
    folders.sort_unstable();
    let read = |folder: &str| Candidate {
        folder: folder.to_owned(),
        manifest: Arc::new(Manifest::read(source, folder)),
    };
    if folders.len() < PARALLEL_MIN {
        return folders.into_iter().map(read).collect();
    }
    folders.into_par_iter().map(read).collect()
}

/// How many Chart.yaml are worth waking other threads.
const PARALLEL_MIN: usize = 16;

/// For `A/charts/X`, `A` and `X`.
fn subchart(folder: &str) -> Option<(&str, &str)> {
    let (rest, name) = folder.rsplit_once('/')?;
    match rest.rsplit_once('/') {
        Some((above, "charts")) => Some((above, name)),
        None if rest == "charts" => Some(("", name)),
        _ => None,
    }
}

fn last_element(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests;
