//! Charts under charts/: unpacked, packaged, and what Helm takes for one and isn't.

use std::{collections::BTreeMap, sync::Arc};

use super::{Site, chart, files::Files, listing};
use crate::{
    catalog::{Chart, Dependency, Problem, ProblemKind, Subchart},
    finding::Place,
    sources::{CHART_FILE, join},
};

/// How many charts may lie within each other; deeper ones are not read. Helm has no limit.
pub const SUBCHART_DEPTH_MAX: usize = 32;

/// A file below one entry of charts/, by its path there; none for the entry itself.
type Inner = (Option<String>, Arc<str>);

/// Loads everything under charts/, in the order of the names.
pub(super) fn load(
    files: &mut Files<'_>,
    site: &Site,
    dependencies: &[Dependency],
    anchor: &Place,
) -> Vec<Subchart> {
    let entries = entries(files);
    if site.depth >= SUBCHART_DEPTH_MAX && !entries.is_empty() {
        let message = format!("charts are nested more than {SUBCHART_DEPTH_MAX} deep");
        let kind = ProblemKind::PartialAnalysis;
        files.problems.push(Problem::new(kind, anchor.clone(), "charts", &message));
        return Vec::new();
    }
    let mut found = Vec::new();
    for (name, inner) in entries {
        found.extend(match inner.as_slice() {
            [(None, path)] if has_ending(&name, "tgz") => package(files, site, path),
            _ if has_ending(&name, "tgz") => no_package(files, &name, &inner),
            _ => folder(files, site, &name, inner, dependencies),
        });
    }
    found
}

/// The entries of charts/ that Helm looks at: those of `_` and `.` and provenance files are not.
fn entries(files: &Files<'_>) -> BTreeMap<String, Vec<Inner>> {
    let mut entries = BTreeMap::<String, Vec<Inner>>::new();
    for (local, path) in files.under("charts/") {
        let below = local.strip_prefix("charts/").unwrap_or_default();
        if has_ending(below, "prov") || below.starts_with(['_', '.']) {
            continue;
        }
        match below.split_once('/') {
            Some((name, inner)) => {
                entries.entry(name.to_owned()).or_default().push((Some(inner.to_owned()), path));
            }
            None => entries.entry(below.to_owned()).or_default().push((None, path)),
        }
    }
    entries
}

/// A folder with a package's name: Helm refuses the chart that holds it.
fn no_package(files: &mut Files<'_>, name: &str, inner: &[Inner]) -> Option<Subchart> {
    let (_, first) = inner.first()?;
    files.problems.push(not_a_chart(files, name, "is no package", first));
    None
}

/// Whether a name ends as Go's `filepath.Ext` sees it, which is case-sensitive.
fn has_ending(name: &str, ending: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, last)| last == ending)
}

fn package(files: &mut Files<'_>, site: &Site, path: &Arc<str>) -> Option<Subchart> {
    let shown = files.source.report_path(path);
    let problem = |message: &str| {
        let place = Place::file(&shown);
        let local = path.strip_prefix(&*site.folder).unwrap_or(path).trim_start_matches('/');
        Problem::new(ProblemKind::UnreadableFile, place, local, message)
            .help("fetch it again with `helm dependency build`")
            .skips()
    };
    let opened = match files.source.package(path) {
        Ok(opened) => opened,
        Err(error) => {
            files.problems.push(problem(&error.to_string()));
            return None;
        }
    };
    let inner = Site { folder: String::new(), path: shown.to_string(), ..below(site, false) };
    let loaded = chart(inner, listing::of(&opened, files.loader, "", false));
    if loaded.manifest.is_none() {
        files.problems.push(problem("the package holds no Chart.yaml that can be read"));
        return None;
    }
    Some(Subchart { path: shown, packaged: true, vendored: true, chart: loaded })
}

fn folder(
    files: &mut Files<'_>,
    site: &Site,
    name: &str,
    inner: Vec<Inner>,
    dependencies: &[Dependency],
) -> Option<Subchart> {
    let first = inner.first().map(|(_, path)| Arc::clone(path));
    let packed: BTreeMap<_, _> =
        inner.into_iter().filter_map(|(local, path)| Some((local?, path))).collect();
    if !packed.contains_key(CHART_FILE) {
        let what = if packed.is_empty() { "is no chart" } else { "has no Chart.yaml" };
        files.problems.extend(first.map(|first| not_a_chart(files, name, what, &first)));
        return None;
    }
    let local = format!("charts/{name}");
    let below_it = |path: &String| Some(path.strip_prefix(&local)?.strip_prefix('/')?.to_owned());
    let mut own = Files {
        source: files.source,
        loader: files.loader,
        judged: site.judged,
        base: join(&files.base, &local),
        packed,
        folder: files.folder.iter().filter_map(below_it).collect(),
        faults: Vec::new(),
        problems: Vec::new(),
    };
    let manifest = own.yaml(CHART_FILE);
    let vendored = !site.judged || manifest.as_ref().is_some_and(|it| is_remote(it, dependencies));
    own.judged = !vendored;
    let folder = join(&site.folder, &local);
    let shown = files.source.report_path(&folder);
    let inner = Site { folder, path: shown.to_string(), manifest, ..below(site, !vendored) };
    let loaded: Chart = chart(inner, own);
    Some(Subchart { path: shown, packaged: false, vendored, chart: loaded })
}

/// A chart below another.
fn below(site: &Site, judged: bool) -> Site {
    Site {
        number: site.number,
        folder: String::new(),
        path: String::new(),
        catalog: Arc::clone(&site.catalog),
        parent: Some(site.path.clone()),
        manifest: None,
        depth: site.depth + 1,
        judged,
    }
}

/// Whether the parent takes the chart from a repository.
fn is_remote(manifest: &crate::catalog::YamlFile, dependencies: &[Dependency]) -> bool {
    let name = manifest.root().and_then(|root| root.get("name")?.to_text());
    let same = |dependency: &&Dependency| Some(&dependency.name.value) == name.as_ref();
    dependencies.iter().filter(same).any(|dependency| !dependency.is_local())
}

/// Helm takes everything in charts/ for a chart (tried with 4.3.1).
fn not_a_chart(files: &Files<'_>, name: &str, what: &str, first: &Arc<str>) -> Problem {
    let place = Place::file(&files.source.report_path(first));
    let message = format!("`charts/{name}` {what}: Helm does not load the chart that holds it");
    Problem::new(ProblemKind::UnreadableChart, place, &format!("charts/{name}"), &message)
        .help(format!("move `charts/{name}` out of charts/, or name it in .helmignore"))
}
