//! Packaged charts that are kept as files: what `helm package` leaves in a folder of releases.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use semver::Version;

use super::{ChartFolder, ChartKind, Decision, Manifest, Search, last_element};
use crate::sources::{
    ArchiveError, ReadError, Source, ancestors, archive_has_chart, is_below, join, parent,
};
use crate::text::Text;

/// What `helm repo index` writes beside the packages that it serves.
const INDEX_FILE: &str = "index.yaml";

/// How many packages of a source are opened only to learn what they are.
pub const PACKAGES_OPENED_MAX: usize = 1_000;

/// A file that is named as packages are.
struct Package {
    path: String,
    name: String,
    version: Option<Version>,
}

/// Adds the newest package of each chart that has no folder; says why the others are left out.
pub(super) fn find(search: &mut Search<'_>) {
    let mut groups: BTreeMap<(String, String), Vec<Package>> = BTreeMap::new();
    let source = search.source;
    let paths = source.files().iter().map(|file| file.path().as_ref());
    for path in paths.filter(|path| stem(path).is_some()) {
        if let Some(reason) = exclusion(search, path) {
            search.exclude(path, &reason);
            continue;
        }
        let package = Package::of(path);
        let group = (parent(path).to_owned(), package.name.clone());
        groups.entry(group).or_default().push(package);
    }
    let folders = chart_folders(search);
    let indexes = indexes(source, groups.keys().map(|(folder, _)| folder.as_str()));
    let mut opened = 0;
    for (_, mut packages) in groups {
        packages.sort_by(Package::newest_first);
        if let Some(folder) = packages.first().and_then(|newest| folders.get(&newest.name)) {
            let reason = of_folder(folder);
            for package in &packages {
                search.exclude(&package.path, &reason);
            }
        } else if let Some(index) = published(search, &packages, &folders, &indexes) {
            // Its sources are gone: what was released cannot be mended where it lies.
            let reason = format!("a release that {index} serves; its sources are gone");
            for package in &packages {
                search.exclude(&package.path, &reason);
            }
        } else {
            opened += 1;
            add_group(search, &packages, (&folders, &indexes), opened);
        }
    }
}

/// The index of a Helm repository around the packages, in a catalog that keeps its charts as folders.
fn published(
    search: &Search<'_>,
    packages: &[Package],
    folders: &BTreeMap<String, String>,
    indexes: &BTreeSet<String>,
) -> Option<String> {
    if folders.is_empty() {
        return None;
    }
    let folder = served_from(indexes, &packages.first()?.path)?;
    Some(format!("`{}`", search.source.report_path(&join(folder, INDEX_FILE))))
}

/// The folders in and around some that have the index of a repository, each looked at once: other files bear the name,
/// too.
fn indexes<'f>(source: &Source, folders: impl Iterator<Item = &'f str>) -> BTreeSet<String> {
    let around: BTreeSet<&str> =
        folders.flat_map(|folder| std::iter::once(folder).chain(ancestors(folder))).collect();
    let has_index = |folder: &&str| {
        let path = join(folder, INDEX_FILE);
        // One that is too large to be read is one: they grow with each release.
        let has_entries =
            |text: Text| text.as_str().lines().any(|line| line.starts_with("entries:"));
        source.has(&path) && source.read_text(&path).map_or(true, has_entries)
    };
    around.into_iter().filter(has_index).map(str::to_owned).collect()
}

/// The folder around a package that has the index of a repository.
fn served_from<'p>(indexes: &BTreeSet<String>, package: &'p str) -> Option<&'p str> {
    let folder = parent(package);
    let mut around = std::iter::once(folder).chain(ancestors(folder));
    around.find(|folder| indexes.contains(*folder))
}

fn of_folder(folder: &str) -> String {
    format!("package of `{folder}`, audited from its folder")
}

/// Why a package is no chart of the catalog, by its place.
fn exclusion(search: &Search<'_>, path: &str) -> Option<String> {
    let folder = parent(path);
    let places = &search.places;
    places
        .configured(folder, path)
        .or_else(|| vendored(search, path))
        .or_else(|| places.exclusion(folder).or_else(|| data_of_chart(search, path)))
}

/// Below charts/ of a chart, at any depth: Helm reads it as a dependency.
fn vendored(search: &Search<'_>, path: &str) -> Option<String> {
    let folder = parent(path);
    let above = match folder.strip_suffix("charts")? {
        "" => "",
        above => above.strip_suffix('/')?,
    };
    match search.known.get(above)? {
        Decision::Chart(_) => Some(format!("vendored into `{}`", search.source.report_path(above))),
        Decision::Excluded(reason) => Some(reason.clone()),
    }
}

/// Below templates/ or files/ of a chart, or of what is excluded already.
fn data_of_chart(search: &Search<'_>, path: &str) -> Option<String> {
    let folder = parent(path);
    std::iter::once(folder).chain(ancestors(folder)).find_map(|above| {
        let decision = search.known.get(above)?;
        let below = path.strip_prefix(above)?.trim_start_matches('/');
        let chart = search.source.report_path(above);
        match decision {
            Decision::Excluded(reason) => Some(reason.clone()),
            Decision::Chart(_) => ["templates", "files", "crds", "charts"]
                .iter()
                .find(|data| is_below(below, data))
                .map(|data| format!("data of the chart `{chart}`: it lies in its {data}/")),
        }
    })
}

/// The names of the charts that have a folder, and where.
fn chart_folders(search: &Search<'_>) -> BTreeMap<String, String> {
    let charts = search.out.charts.iter().filter(|chart| chart.source == search.index);
    let named = charts.filter_map(|chart| Some((chart.manifest.name()?, chart.path.clone())));
    // The first of two charts with one name is the one that is shown.
    let named: Vec<_> = named.collect();
    named.into_iter().rev().collect()
}

/// Looks into the newest package of a name; all of the name are what it is.
fn add_group(
    search: &mut Search<'_>,
    packages: &[Package],
    (folders, indexes): (&BTreeMap<String, String>, &BTreeSet<String>),
    opened: usize,
) {
    let Some((newest, older)) = packages.split_first() else { return };
    if opened > PACKAGES_OPENED_MAX {
        let reason = format!("more than {PACKAGES_OPENED_MAX} names of packages: not opened");
        return skip(search, packages, &reason);
    }
    match look(search.source, &newest.path) {
        Look::NoChart => {}
        Look::Unknown(reason) => skip(search, packages, &reason),
        Look::Chart(manifest) => {
            // A copy that somebody renamed is of the chart all the same.
            if let Some(folder) = manifest.name().and_then(|name| folders.get(&name)) {
                let reason = of_folder(folder);
                for package in packages {
                    search.exclude(&package.path, &reason);
                }
                return;
            }
            let version = newest.version.as_ref().map(ToString::to_string);
            let version = version.or_else(|| manifest.version()).unwrap_or_default();
            let reason = format!("an older package of `{}`: {version} is audited", newest.name);
            add(search, newest, manifest, indexes);
            for package in older {
                search.exclude(&package.path, &reason);
            }
        }
    }
}

fn skip(search: &mut Search<'_>, packages: &[Package], reason: &str) {
    for package in packages {
        let path = search.source.report_path(&package.path);
        search.out.skipped.push(super::Excluded { path, reason: reason.to_owned() });
    }
}

fn add(
    search: &mut Search<'_>,
    package: &Package,
    manifest: Arc<Manifest>,
    indexes: &BTreeSet<String>,
) {
    let source = search.source;
    let catalog = served_from(indexes, &package.path).unwrap_or_else(|| parent(&package.path));
    search.out.charts.push(ChartFolder {
        source: search.index,
        folder: package.path.clone(),
        path: source.report_path(&package.path).to_string(),
        catalog: source.report_path(catalog).to_string(),
        parent: None,
        kind: ChartKind::Package,
        manifest,
    });
}

/// What a package turns out to be.
enum Look {
    Chart(Arc<Manifest>),
    NoChart,
    Unknown(String),
}

fn look(source: &Source, path: &str) -> Look {
    let failed = |error: &ArchiveError| ReadError::Package {
        path: source.report_path(path).to_string(),
        message: error.to_string(),
    };
    match source.package(path) {
        Ok(package) if package.has(crate::sources::CHART_FILE) => {
            Look::Chart(Arc::new(Manifest::read(&package, "")))
        }
        Ok(_) | Err(ArchiveError::Empty) => Look::NoChart,
        Err(ArchiveError::Read(error)) => Look::Unknown(error.to_string()),
        Err(error) => match source.read(path) {
            // Helm would refuse it, but a chart it is; anything else is somebody's tarball.
            Ok(bytes) if archive_has_chart(&bytes) => {
                Look::Chart(Arc::new(Manifest::unread(failed(&error))))
            }
            Ok(bytes) if !bytes.starts_with(&[0x1f, 0x8b]) => Look::NoChart,
            _ if matches!(error, ArchiveError::Gzip(_)) => Look::Unknown(error.to_string()),
            _ => Look::NoChart,
        },
    }
}

/// The file's name without `.tgz`, which `helm package` always writes.
fn stem(path: &str) -> Option<&str> {
    last_element(path).strip_suffix(".tgz")
}

impl Package {
    /// Splits `NAME-VERSION.tgz`, as `helm package` writes it, where the version begins.
    fn of(path: &str) -> Self {
        let stem = stem(path).unwrap_or(path);
        let split = stem.match_indices('-').find_map(|(dash, _)| {
            let (name, version) = (stem.get(..dash)?, stem.get(dash + 1..)?);
            let version = version.strip_prefix('v').unwrap_or(version);
            Some((name, Version::parse(version).ok()?))
        });
        let (name, version) = match split {
            Some((name, version)) => (name, Some(version)),
            None => (stem, None),
        };
        Self { path: path.to_owned(), name: name.to_owned(), version }
    }

    /// Releases before prereleases, which nobody gets who doesn't ask for them; then by version.
    fn newest_first(&self, other: &Self) -> Ordering {
        let rank = |package: &Self| {
            let is_release = package.version.as_ref().map(|version| version.pre.is_empty());
            (is_release, package.version.clone())
        };
        rank(other).cmp(&rank(self)).then_with(|| self.path.cmp(&other.path))
    }
}
