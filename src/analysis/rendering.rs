//! From a closure to what `template::render` takes, and back to places in files.

use std::{collections::BTreeSet, rc::Rc, sync::Arc};

use super::{Document, Failure, Rendered, Setting, Step};
use crate::{
    catalog::{Chart, Closure, Dependency, Manifest, Member, TemplateFile, YamlFile},
    finding::Place,
    sources::{CHART_FILE, PACKAGE_SEPARATOR, Sources},
    template::{
        SetFile, TemplateSet,
        render::{
            capabilities::KubeVersion,
            coalesce,
            dependencies::{self, Import},
            exec::{self, Part},
            files::FileSource,
            release::{self, Metadata, Prepared, Release},
            schema::Schema,
            value::Map,
        },
    },
    text::{Span, Text},
    yaml::Node,
};

/// What a rendering stands on.
#[derive(Clone, Copy)]
pub(super) struct Ground<'a, 'c> {
    pub(super) closure: &'a Closure<'c>,
    pub(super) templates: &'a TemplateSet<'c>,
    pub(super) sources: &'a Sources,
    /// The schema of each member.
    pub(super) schemas: &'a [Option<Arc<Schema>>],
}

impl Ground<'_, '_> {
    /// Renders the closure.
    pub(super) fn render(self, setting: &Setting) -> Rendered {
        let incomplete = self.closure.missing.iter().any(|missing| !missing.outside);
        let mut rendered = Rendered { incomplete, ..Rendered::default() };
        let attempted = match attempt(self, setting, exec::MAX_DEPTH) {
            Err(Stop { too_deep: true, failure }) => {
                let again = || attempt(self, setting, exec::MAX_DEPTH_ON_LARGE_STACK);
                on_large_stack(again).unwrap_or(Err(Stop { too_deep: true, failure }))
            }
            attempted => attempted,
        };
        match attempted {
            Ok((documents, notes)) => {
                rendered.documents = documents;
                rendered.notes = notes;
            }
            Err(stop) => rendered.failure = Some(stop.failure),
        }
        rendered
    }
}

/// Runs something on a stack of its own; none where the system has no such stack to give.
fn on_large_stack<T: Send>(run: impl FnOnce() -> T + Send) -> Option<T> {
    let builder = std::thread::Builder::new().stack_size(exec::LARGE_STACK);
    std::thread::scope(|scope| builder.spawn_scoped(scope, run).ok()?.join().ok())
}

/// Why an attempt to render stopped, and whether a larger stack may help.
struct Stop {
    failure: Failure,
    too_deep: bool,
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self { failure, too_deep: false }
    }
}

fn attempt(
    ground: Ground<'_, '_>,
    setting: &Setting,
    max_depth: usize,
) -> Result<(Vec<Document>, Option<String>), Stop> {
    let Ground { closure, templates, .. } = ground;
    let kube = setting
        .kube_version
        .as_deref()
        .map_or_else(|| Ok(KubeVersion::default()), KubeVersion::parse);
    let kube = kube.map_err(|message| fail(Step::KubeVersion, message, None, 0))?;
    let given = given(setting)?;
    closure.root().map_or(Ok(()), |root| installable(root.chart))?;
    let chart = chart(ground, 0)?;
    let own = release::Setting {
        release: &setting.release,
        namespace: &setting.namespace,
        kube,
        api_versions: &setting.api_versions,
        seed: setting.seed,
        now: setting.now,
        max_depth,
        skimmed: setting.skimmed,
    };
    let site = Site { closure, set: templates };
    let prepared = Prepared::new(chart, &given, &own).map_err(|failure| site.place(failure))?;
    let left = taking_part(templates, &prepared.numbers().into_iter().collect());
    let set = left.as_ref().unwrap_or(templates);
    let site = Site { closure, set };
    let mut release = prepared.render(set).map_err(|failure| {
        let too_deep = matches!(failure, release::Failure::Depth(..));
        Stop { failure: site.place(failure), too_deep }
    })?;
    let notes = release.notes.take();
    Ok((site.documents(release), notes))
}

/// The templates of the charts with these numbers; none where that is all. Of two charts of one name only one
/// has its templates rendered: Helm keeps them by name.
fn taking_part<'c>(set: &TemplateSet<'c>, numbers: &BTreeSet<usize>) -> Option<TemplateSet<'c>> {
    let files = set.files().iter().filter(|file| numbers.contains(&file.chart)).copied();
    let mut files: Vec<SetFile<'c>> = files.collect();
    files.dedup_by(|later, earlier| {
        let same = later.name == earlier.name;
        if same {
            *earlier = *later;
        }
        same
    });
    (files.len() < set.files().len()).then(|| TemplateSet::new(files))
}

fn fail(step: Step, message: String, place: Option<Place>, member: usize) -> Failure {
    Failure { step, message, place, member }
}

/// Helm loads no chart that it refuses, and installs no library.
fn installable(chart: &Chart) -> Result<(), Failure> {
    if chart.is_library() {
        let kind = chart.manifest.as_ref().and_then(|it| Some(it.place(it.kind.as_ref()?.span)));
        let message = "library charts are not installable".to_owned();
        return Err(fail(Step::Load, message, kind, 0));
    }
    chart.refusal(&LOADED).map_or(Ok(()), |problem| {
        Err(fail(Step::Load, problem.message.clone(), Some(problem.place.clone()), 0))
    })
}

/// What Helm parses when it loads a chart, besides Chart.yaml.
const LOADED: [&str; 5] =
    ["Chart.lock", "requirements.lock", "requirements.yaml", "values.yaml", "values.schema.json"];

/// The values files of a setting, merged.
fn given(setting: &Setting) -> Result<Map, Failure> {
    let mut given = Map::new([]);
    for file in &setting.values {
        let values = coalesce::load_values(&file.stream);
        let values =
            values.map_err(|message| fail(Step::Load, message, Some(error_place(file)), 0))?;
        given = coalesce::merge_maps(&given, &values);
    }
    Ok(given)
}

/// Where a file is no YAML; else its start.
fn error_place(file: &YamlFile) -> Place {
    let error = file.stream.error().map(|error| file.place(error.span));
    error.unwrap_or_else(|| Place::file(&file.path))
}

/// A member with the members under it. The recursion is bounded by the closure's depth.
fn chart(ground: Ground<'_, '_>, number: usize) -> Result<release::Chart, Failure> {
    let Ground { closure, sources, schemas, .. } = ground;
    let Some(member) = closure.members.get(number) else {
        return Err(fail(Step::Load, "no chart".to_owned(), None, number));
    };
    let values = match &member.chart.values {
        None => Map::new([]),
        Some(file) => coalesce::load_values(&file.stream).map_err(|message| {
            let message = format!("cannot load values.yaml: {message}");
            fail(Step::Load, message, Some(error_place(file)), number)
        })?,
    };
    let Some(manifest) = &member.chart.manifest else {
        let place = Some(member.chart.anchor.clone());
        return Err(fail(Step::Load, "Chart.yaml file is missing".to_owned(), place, number));
    };
    let below: Vec<usize> = closure.children(number).map(|(number, _)| number).collect();
    let children = below.into_iter().map(|number| chart(ground, number));
    Ok(release::Chart {
        number,
        name: member.name.clone(),
        metadata: metadata(manifest),
        dependencies: member.chart.dependencies.iter().map(dependency).collect(),
        values,
        schema: schemas.get(number).cloned().flatten(),
        files: Rc::new(Packed::new(member.chart, sources)),
        children: children.collect::<Result<_, _>>()?,
    })
}

fn metadata(manifest: &Manifest) -> Metadata {
    let text = |field: &Option<crate::text::Spanned<String>>| {
        field.as_ref().map(|field| field.value.clone()).unwrap_or_default()
    };
    // Of no use since Helm 3, and shown to templates all the same.
    let old = |key: &str| {
        let value = manifest.file.root().and_then(|root| root.get(key));
        value.and_then(Node::to_text).unwrap_or_default()
    };
    let api_version = Some(text(&manifest.api_version)).filter(|version| !version.is_empty());
    let texts = vec![
        ("APIVersion", api_version.unwrap_or_else(|| "v1".to_owned())),
        ("AppVersion", text(&manifest.app_version)),
        ("Condition", old("condition")),
        ("Description", text(&manifest.description)),
        ("Home", text(&manifest.home)),
        ("Icon", text(&manifest.icon)),
        ("Tags", old("tags")),
        ("Type", text(&manifest.kind)),
        ("Version", text(&manifest.version)),
    ];
    let annotation =
        |(key, value): (&String, &crate::text::Spanned<String>)| (key.clone(), value.value.clone());
    Metadata {
        texts,
        sources: manifest.sources.iter().map(|it| it.value.clone()).collect(),
        keywords: manifest.keywords.iter().map(|it| it.value.clone()).collect(),
        maintainers: manifest
            .maintainers
            .iter()
            .map(|it| [&it.name, &it.email, &it.url].map(text))
            .collect(),
        annotations: manifest.annotations.iter().map(annotation).collect(),
        deprecated: manifest.is_deprecated(),
        kube_version: text(&manifest.kube_version),
    }
}

fn dependency(dependency: &Dependency) -> dependencies::Dependency {
    let text = |field: &Option<crate::text::Spanned<String>>| {
        field.as_ref().map(|field| field.value.clone()).unwrap_or_default()
    };
    dependencies::Dependency {
        name: dependency.effective_name().to_owned(),
        version: text(&dependency.version),
        repository: text(&dependency.repository),
        condition: text(&dependency.condition),
        tags: dependency.tags.iter().map(|tag| tag.value.clone()).collect(),
        imports: dependency.import_values.iter().filter_map(import).collect(),
        alias: text(&dependency.alias),
    }
}

/// An entry of `import-values`; Helm passes over what is neither a string nor a mapping.
fn import(value: &serde_json::Value) -> Option<Import> {
    use serde_json::Value as Plain;
    let shown = |value: Option<&Plain>| match value {
        None | Some(Plain::Null) => "<nil>".to_owned(),
        Some(Plain::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    match value {
        Plain::String(name) => {
            Some(Import { child: format!("exports.{name}"), parent: ".".to_owned() })
        }
        Plain::Object(map) => {
            Some(Import { child: shown(map.get("child")), parent: shown(map.get("parent")) })
        }
        _ => None,
    }
}

/// The files of one chart that templates see.
#[derive(Debug)]
pub(super) struct Packed {
    sources: Sources,
    /// What the chart's paths begin with in reports.
    base: String,
    paths: Vec<String>,
}

impl Packed {
    pub(super) fn new(chart: &Chart, sources: &Sources) -> Self {
        let old = chart.manifest.as_ref().and_then(|it| it.api_version.as_ref());
        let is_old = old.is_none_or(|version| matches!(version.value.as_str(), "" | "v1"));
        let is_file = |path: &&String| is_file(path, is_old);
        let paths = chart.listing.iter().filter(is_file).cloned().collect();
        Self { sources: sources.clone(), base: base(chart), paths }
    }

    /// A file's path as reports show it.
    pub(super) fn report_path(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

/// Whether a packed file is neither a template, nor of a subchart, nor read by Helm itself.
fn is_file(path: &str, is_old: bool) -> bool {
    match path {
        CHART_FILE | "Chart.lock" | "values.yaml" | "values.schema.json" => false,
        "requirements.yaml" | "requirements.lock" => is_old,
        _ if path.starts_with("charts/") => {
            path.rsplit_once('.').is_some_and(|(_, ending)| ending == "prov")
        }
        _ => !path.starts_with("templates/"),
    }
}

/// What the paths of a chart's files begin with in reports.
pub(super) fn base(chart: &Chart) -> String {
    let packed = format!("{}{PACKAGE_SEPARATOR}", chart.id.path);
    let is_packed = |manifest: &Manifest| manifest.file.path.starts_with(&packed);
    if chart.manifest.as_ref().is_some_and(is_packed) {
        packed
    } else if chart.id.path == "." {
        String::new()
    } else {
        format!("{}/", chart.id.path)
    }
}

impl FileSource for Packed {
    fn paths(&self) -> Vec<String> {
        self.paths.clone()
    }

    fn read(&self, path: &str) -> Option<Rc<[u8]>> {
        let bytes = self.sources.read(&self.report_path(path)).ok()?;
        // Helm's loader takes it off.
        Some(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes).into())
    }
}

/// What was rendered, to tell places by.
struct Site<'s, 'c> {
    closure: &'s Closure<'c>,
    set: &'s TemplateSet<'c>,
}

impl Site<'_, '_> {
    fn file(&self, file: usize) -> Option<(&SetFile<'_>, &TemplateFile)> {
        let file = self.set.files().get(file)?;
        let member = self.closure.members.get(file.chart)?;
        let named = member.templates.iter().find(|(name, _)| name == file.name)?;
        Some((file, named.1))
    }

    /// The place of a span of a file of the set, and the member that the file belongs to.
    fn spot(&self, file: usize, span: Span) -> (Option<Place>, usize) {
        let found = self.file(file);
        let place = found.map(|(_, template)| template.file.place(span));
        (place, found.map_or(0, |(file, _)| file.chart))
    }

    fn place(&self, failure: release::Failure) -> Failure {
        match failure {
            release::Failure::Values(message) => {
                fail(Step::Values, message, self.values_place(0), 0)
            }
            release::Failure::Schema(wrong) => self.schema(&wrong),
            release::Failure::KubeVersion(message) => {
                let manifest = self.closure.root().and_then(|root| root.chart.manifest.as_ref());
                let span = manifest.and_then(|it| Some(it.place(it.kube_version.as_ref()?.span)));
                fail(Step::KubeVersion, message, span, 0)
            }
            release::Failure::Template(file, span, message) => {
                self.in_template(Step::Template, file, span, message)
            }
            release::Failure::Limit(file, span, message)
            | release::Failure::Depth(file, span, message) => {
                self.in_template(Step::Limit, file, span, message)
            }
            release::Failure::Document(file, _, message) => {
                self.in_template(Step::Document, file, Span::default(), message)
            }
        }
    }

    fn in_template(&self, step: Step, file: usize, span: Span, message: String) -> Failure {
        let (place, member) = self.spot(file, span);
        fail(step, message, place, member)
    }

    fn schema(&self, wrong: &[(usize, String)]) -> Failure {
        let name = |number: usize| {
            self.closure.members.get(number).map_or("", |member: &Member<'_>| &member.name)
        };
        let told: Vec<String> =
            wrong.iter().map(|(number, message)| format!("{}: {message}", name(*number))).collect();
        let message = format!(
            "values don't meet the specifications of the schema(s) in the following chart(s): {}",
            told.join("; ")
        );
        let member = wrong.first().map_or(0, |(number, _)| *number);
        fail(Step::Schema, message, self.values_place(member), member)
    }

    fn values_place(&self, member: usize) -> Option<Place> {
        let chart = self.closure.members.get(member)?.chart;
        chart.values.as_ref().map(|file| Place::file(&file.path))
    }

    fn documents(&self, release: Release) -> Vec<Document> {
        let known = |file: usize| match self.file(file) {
            Some((_, template)) => (Arc::clone(&template.file.path), template.file.text.clone()),
            None => (Arc::from(""), Text::new("")),
        };
        let files: Arc<[_]> = (0..self.set.files().len()).map(known).collect();
        let Release { files: outputs, documents, .. } = release;
        let document = |it: crate::template::render::documents::Document| {
            let (path, template) = files.get(it.file)?.clone();
            let file = self.set.files().get(it.file)?;
            let parts = cut(&outputs.get(&it.file)?.parts, it.range.start, it.range.end);
            let yaml = YamlFile {
                path: Arc::clone(&path),
                local: file.name.to_owned(),
                stream: it.stream.into(),
            };
            Some(Document {
                file: Arc::new(yaml),
                member: file.chart,
                path,
                template,
                hook: it.hook,
                parts,
                files: Arc::clone(&files),
            })
        };
        documents.into_iter().filter_map(document).collect()
    }
}

/// The parts of a piece of an output, counted from its own start.
fn cut(parts: &[Part], start: usize, end: usize) -> Vec<Part> {
    let (from, to) = (start as u32, end as u32);
    let first = parts.partition_point(|part| part.end <= from);
    let parts = parts.get(first..).unwrap_or_default();
    let within = |part: &Part| {
        let mut part = *part;
        if part.literal {
            part.span.start += from.saturating_sub(part.start);
        }
        part.start = part.start.max(from) - from;
        part.end = part.end.min(to) - from;
        part
    };
    parts.iter().take_while(|part| part.start < to).map(within).collect()
}

#[cfg(test)]
pub(crate) mod tests;
