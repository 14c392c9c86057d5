//! Loads charts as Helm's loader does (`pkg/chart/v2/loader`), but never fails: what Helm would
//! refuse becomes a [`Problem`] with its place, and the rest of the chart is loaded all the same.

mod dependencies;
mod fields;
mod files;
mod git_ignored;
mod ignored;
mod listing;
mod manifest;
mod objects;
mod subcharts;

use std::sync::{Arc, OnceLock};

use super::{
    Chart, Dependency, Lock, Manifest, Problem, ProblemKind, Readme, TemplateFile, TextFile,
    YamlFile,
};
use crate::{
    discover::{ChartFolder, ChartKind},
    finding::{ChartId, Place},
    sources::{CHART_FILE, Source},
    template::{self, FunctionSet, Template},
    text::{Remembered, Text},
    yaml::{Kind, Node, Stream},
};
use fields::Refusal;
use files::Files;

pub use dependencies::IMPORT_VALUES_DEPTH_MAX;
pub use ignored::HOOKS;
pub(crate) use ignored::hook_meant;
pub use manifest::API_VERSIONS;
pub use objects::Written;
pub use subcharts::SUBCHART_DEPTH_MAX;

/// Loads charts, and remembers what it parsed: many charts vendor the same libraries. Share one among the
/// charts of an audit.
#[derive(Debug)]
pub struct Loader {
    templates: Remembered<Template>,
    streams: Remembered<Stream>,
    schemas: Remembered<Stream>,
}

impl Default for Loader {
    fn default() -> Self {
        Self {
            templates: Remembered::new(|template| &template.text),
            streams: Remembered::new(Stream::text),
            schemas: Remembered::new(Stream::text),
        }
    }
}

/// Loads one chart alone: see [`Loader::load`].
pub fn load(source: &Source, number: usize, folder: &ChartFolder) -> Chart {
    Loader::default().load(source, number, folder)
}

impl Loader {
    /// Loads one chart of a source, with everything that it holds under charts/. `number` is the
    /// source's index. Each file is read once; only Chart.yaml comes parsed, from discovery.
    pub fn load(&self, source: &Source, number: usize, folder: &ChartFolder) -> Chart {
        let site = Site::of(number, folder);
        if folder.kind == ChartKind::Folder {
            let mut chart = chart(site, listing::of(source, self, &folder.folder, true));
            git_ignored::mark(&mut chart, source);
            return chart;
        }
        match source.package(&folder.folder) {
            Ok(package) => {
                chart(Site { folder: String::new(), ..site }, listing::of(&package, self, "", true))
            }
            Err(error) => broken_package(source, site, &error.to_string()),
        }
    }
}

/// Where a chart is loaded from.
struct Site {
    /// The source's index.
    number: usize,
    /// The folder within the source.
    folder: String,
    /// The folder or package as reports show it.
    path: String,
    catalog: Arc<str>,
    parent: Option<String>,
    /// Chart.yaml, where it is parsed already.
    manifest: Option<Arc<YamlFile>>,
    /// How many charts hold this one.
    depth: usize,
    /// Whether the chart's problems are told: those of vendored charts are not.
    judged: bool,
}

impl Site {
    /// A chart that discovery found.
    fn of(number: usize, folder: &ChartFolder) -> Self {
        let holder = folder.path.rsplit_once("charts/");
        let holder = holder.map(|(holder, _)| holder.trim_end_matches('/'));
        let holder = holder.map(|path| if path.is_empty() { "." } else { path }.to_owned());
        let package = folder.kind == ChartKind::Package;
        Self {
            number,
            folder: folder.folder.clone(),
            path: folder.path.clone(),
            catalog: folder.catalog.as_str().into(),
            parent: holder.filter(|_| folder.parent.is_some()),
            manifest: folder.manifest.file.as_ref().ok().filter(|_| !package).cloned(),
            depth: 0,
            judged: true,
        }
    }
}

/// A packaged chart that can't be opened.
fn broken_package(source: &Source, site: Site, message: &str) -> Chart {
    let place = Place::file(&source.report_path(&site.folder));
    let problem = Problem::new(ProblemKind::UnreadableChart, place.clone(), &site.path, message);
    let help = "package the chart again with `helm package`";
    let mut chart = empty(site, place);
    chart.met.push(problem.help(help).skips());
    chart
}

/// A chart of which nothing is known but where it is.
fn empty(site: Site, anchor: Place) -> Chart {
    Chart {
        id: ChartId { name: folder_name(&site.path), version: String::new(), path: site.path },
        source: site.number,
        folder: site.folder,
        catalog: site.catalog,
        parent: site.parent,
        manifest: None,
        dependencies: Vec::new(),
        lock: None,
        lock_ignored: false,
        made_templates: Vec::new(),
        values: None,
        schema: None,
        templates: Vec::new(),
        crd_files: Vec::new(),
        readme: None,
        changelog: None,
        subcharts: Vec::new(),
        listing: Vec::new(),
        folder_listing: Vec::new(),
        met: Vec::new(),
        judged: site.judged,
        anchor,
        documentation: OnceLock::new(),
        written: OnceLock::new(),
    }
}

fn folder_name(path: &str) -> String {
    path.rsplit('/').next().unwrap_or(path).to_owned()
}

/// Loads the chart whose files are given.
fn chart(mut site: Site, mut files: Files<'_>) -> Chart {
    let judged = site.judged;
    let file = site.manifest.take().filter(|_| files.packed.contains_key(CHART_FILE));
    let file = file.or_else(|| files.yaml(CHART_FILE));
    let manifest = file.and_then(|file| read_manifest(&mut files, &file, site.depth > 0));
    let anchor = anchor(manifest.as_ref(), &files, &site);
    listing::tell(&mut files, &site, &anchor);
    if !files.packed.contains_key(CHART_FILE) && !files.problems.iter().any(is_unread_manifest) {
        files.problems.push(listing::missing_manifest(&files, &site, &anchor));
    }
    let dependencies = dependencies(&mut files, manifest.as_ref());
    let nested = subcharts::load(&mut files, &site, &dependencies, &anchor);
    let mut chart = Chart {
        lock: lock(&mut files, manifest.as_ref()),
        values: values(&mut files),
        schema: schema(&mut files),
        readme: document(&mut files, "readme.md").map(Readme::new),
        changelog: document(&mut files, "changelog.md"),
        templates: templates(&mut files, manifest.as_ref()),
        dependencies,
        subcharts: nested,
        ..empty(site, anchor)
    };
    if let Some(manifest) = manifest {
        name(&mut chart, manifest);
    }
    chart.crd_files = objects::files(&mut files);
    ignored::add(&chart, &mut files);
    chart.listing = files.packed.into_keys().collect();
    chart.folder_listing = files.folder;
    chart.met = if judged { files.problems } else { Vec::new() };
    chart
}

/// Whether it is told already that Chart.yaml is there and can't be read.
fn is_unread_manifest(problem: &Problem) -> bool {
    problem.kind == ProblemKind::UnreadableChart && problem.skips && problem.subject == CHART_FILE
}

/// Takes the name and version from Chart.yaml.
fn name(chart: &mut Chart, manifest: Manifest) {
    if let Some(name) = manifest.name.as_ref().filter(|name| !name.value.is_empty()) {
        chart.id.name.clone_from(&name.value);
    }
    chart.id.version = manifest.version.as_ref().map(|it| it.value.clone()).unwrap_or_default();
    chart.manifest = Some(manifest);
}

/// Helm looks at `apiVersion` only to choose a loader, and charts under charts/ have their parent's.
fn read_manifest(files: &mut Files<'_>, file: &Arc<YamlFile>, nested: bool) -> Option<Manifest> {
    let mut refusals = Vec::new();
    let manifest = manifest::decode(file, &mut refusals);
    if let Some(manifest) = manifest.as_ref().filter(|_| !nested) {
        manifest::check_api_version(manifest, &mut refusals);
    }
    files.duplicates(file);
    files.problems.extend(refusals.into_iter().map(|it| refused(it, file, true)));
    manifest
}

/// What Helm refuses in a file: the chart because of it, or the file itself.
fn refused(refusal: Refusal, file: &YamlFile, chart: bool) -> Problem {
    let kind = if chart { ProblemKind::UnreadableChart } else { ProblemKind::UnreadableFile };
    let place = file.place(refusal.span);
    let problem = Problem::new(kind, place, &refusal.subject, &refusal.message);
    let problem = problem.help(refusal.help).skips();
    match refusal.also {
        Some((span, label)) => problem.also(file.place(span), label),
        None => problem,
    }
}

/// `name` in Chart.yaml, else the start of Chart.yaml, else of the folder's first file.
fn anchor(manifest: Option<&Manifest>, files: &Files<'_>, site: &Site) -> Place {
    let name = manifest.and_then(|manifest| Some(manifest.place(manifest.name.as_ref()?.span)));
    let chart_file = files.packed.get(CHART_FILE).map(|path| files.source.report_path(path));
    name.unwrap_or_else(|| {
        let first = || {
            let first = files.folder.first().map_or("", String::as_str);
            files.source.report_path(&crate::sources::join(&site.folder, first))
        };
        Place::file(&chart_file.unwrap_or_else(first))
    })
}

/// Charts of version 3 know neither requirements.yaml nor requirements.lock.
fn knows_requirements(manifest: Option<&Manifest>) -> bool {
    let version = manifest.and_then(|manifest| manifest.api_version.as_ref());
    version.is_none_or(|version| version.value != "v3")
}

/// The dependencies of Chart.yaml; requirements.yaml, read later by Helm, replaces them.
fn dependencies(files: &mut Files<'_>, manifest: Option<&Manifest>) -> Vec<Dependency> {
    let mut found = Vec::new();
    if let Some(manifest) = manifest {
        found = declared(files, &manifest.file, true).unwrap_or_default();
    }
    let old = knows_requirements(manifest).then(|| files.yaml("requirements.yaml")).flatten();
    if let Some(file) = old {
        files.duplicates(&file);
        found = declared(files, &file, false).unwrap_or(found);
    }
    found
}

fn declared(
    files: &mut Files<'_>,
    file: &Arc<YamlFile>,
    in_manifest: bool,
) -> Option<Vec<Dependency>> {
    let mut refusals = Vec::new();
    let found = dependencies::decode(file, &file.local, &mut refusals);
    // What is wrong with Chart.yaml as a whole was told when it was decoded.
    refusals.retain(|refusal| !in_manifest || refusal.subject != file.local);
    let told = refusals.into_iter().map(|refusal| {
        let chart = refusal.subject != file.local;
        refused(refusal, file, chart)
    });
    files.problems.extend(told);
    found
}

/// The lock; of two Helm keeps the one that it reads last.
fn lock(files: &mut Files<'_>, manifest: Option<&Manifest>) -> Option<Lock> {
    let mut lock = None;
    let old = knows_requirements(manifest).then_some("requirements.lock");
    for name in std::iter::once("Chart.lock").chain(old) {
        let Some(file) = files.yaml(name) else { continue };
        files.duplicates(&file);
        let mut refusals = Vec::new();
        lock = dependencies::lock(&file, name, &mut refusals).or(lock);
        files.problems.extend(refusals.into_iter().map(|it| refused(it, &file, false)));
    }
    lock
}

/// values.yaml: every document must be a mapping, and `---` stands alone on its line.
fn values(files: &mut Files<'_>) -> Option<Arc<YamlFile>> {
    let file = files.yaml("values.yaml")?;
    files.duplicates(&file);
    files.unparsable(&file, "Helm does not load the chart");
    let wrong = |node: &Node<'_>| !matches!(node.kind(), Kind::Mapping | Kind::Null);
    for node in file.stream.documents().filter(wrong) {
        let message = format!("values.yaml is {}, Helm expects a mapping", node.kind().noun());
        let refusal = Refusal::new(node.span(), "values.yaml", message, "write `key: value` lines");
        files.problems.push(refused(refusal, &file, false));
    }
    for refusal in separators(file.stream.text()) {
        files.problems.push(refused(refusal, &file, false));
    }
    Some(file)
}

/// Lines that begin with `---` and go on with more than a comment: Helm's reader refuses them.
fn separators(text: &Text) -> Vec<Refusal> {
    let content = text.as_str();
    let first = content.starts_with("---").then_some(0);
    let others = memchr::memmem::find_iter(content.as_bytes(), b"\n---").map(|at| at + 1);
    let bad = |start: usize| {
        let line = content.get(start..)?.lines().next()?;
        let rest = line.strip_prefix("---")?.trim();
        let bad = !rest.is_empty() && !rest.starts_with('#');
        bad.then(|| crate::text::Span::new(start, start + line.len()))
    };
    let refusal = |span| {
        let message = format!("`{}` is no separator, Helm takes `---` alone", text.slice(span));
        Refusal::new(span, "values.yaml", message, "write `---` on a line of its own")
    };
    first.into_iter().chain(others).filter_map(bad).map(refusal).collect()
}

fn schema(files: &mut Files<'_>) -> Option<Arc<YamlFile>> {
    let file = files.json("values.schema.json")?;
    files.unparsable(&file, "Helm renders nothing of this chart");
    files.duplicates(&file);
    Some(file)
}

/// A Markdown file at the chart's root, whatever its case and whether it is packed or not. Of charts that are not
/// judged nobody asks for it.
fn document(files: &mut Files<'_>, name: &str) -> Option<TextFile> {
    if !files.judged {
        return None;
    }
    let local = files.folder.iter().find(|local| local.eq_ignore_ascii_case(name))?.clone();
    let path = listing::path_of(files, &local);
    files.prose(&local, &path)
}

/// What Helm parses: everything under templates/, of a library only what begins with `_`.
fn templates(files: &mut Files<'_>, manifest: Option<&Manifest>) -> Vec<TemplateFile> {
    let library = manifest.is_some_and(Manifest::is_library);
    let mut templates = Vec::new();
    for (local, path) in files.under("templates/") {
        let name = local.rsplit('/').next().unwrap_or(&local);
        let partial = name.starts_with('_');
        if !library || partial {
            // What renders a file that is no UTF-8 is refused as YAML; the others are only text.
            let strict = !partial && name != "NOTES.txt";
            templates.extend(template(files, local, &path, strict));
        }
    }
    templates
}

/// One template.
fn template(
    files: &mut Files<'_>,
    local: String,
    path: &Arc<str>,
    strict: bool,
) -> Option<TemplateFile> {
    let bytes = files.bytes(&local, path)?;
    let known = files.loader.templates.find(&bytes).filter(|_| !files.judged);
    let template = if let Some(template) = known {
        template
    } else {
        let text =
            if strict { files.strict(&local, path, &bytes)? } else { Text::of_bytes(&bytes) };
        let template = template::parse(text, FunctionSet::helm());
        if files.judged { Arc::new(template) } else { files.loader.templates.keep(template) }
    };
    let file =
        TextFile { path: files.source.report_path(path), local, text: template.text.clone() };
    Some(TemplateFile { file, template })
}

#[cfg(test)]
mod tests;
