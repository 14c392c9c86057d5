//! A release: what `helm template` prints of a chart.
//!
//! Source: `pkg/action/{install,action}.go`, `pkg/engine/engine.go`, `pkg/chart/common.go` and
//! `pkg/chart/common/util/values.go` of helm.sh/helm v4.3.1. Functions bear Go's names.

use std::{collections::BTreeMap, rc::Rc, sync::Arc};

use super::{
    capabilities::{Capabilities, KubeVersion},
    coalesce::{coalesce_values_at_last, table},
    dependencies::{Dependency, process_dependencies},
    documents::{Document, sort_manifests},
    exec::{Engine, ExecError, Output},
    files::{FileSource, Files},
    schema::Schema,
    value::{Map, MapKind, Object, Str, Value},
};
use crate::{
    template::TemplateSet,
    text::Span,
    version::{self, Constraint},
};

/// A chart as it is loaded, with the charts under it in place.
pub struct Chart {
    /// A number of the caller's: [`crate::template::SetFile::chart`] of its templates.
    pub number: usize,
    /// The name under which its parent knows it: alias, else name.
    pub name: String,
    /// Chart.yaml.
    pub metadata: Metadata,
    /// The entries of `dependencies`.
    pub dependencies: Vec<Dependency>,
    /// Its own values.
    pub values: Map,
    /// values.schema.json.
    pub schema: Option<Arc<Schema>>,
    /// Its files that are neither templates nor values.
    pub files: Rc<dyn FileSource>,
    /// The charts under it.
    pub children: Vec<Chart>,
}

/// Chart.yaml as templates see it.
#[derive(Debug, Default)]
pub struct Metadata {
    /// What is a string in Chart.yaml, by Go's name: `AppVersion`.
    pub texts: Vec<(&'static str, String)>,
    /// `sources`.
    pub sources: Vec<String>,
    /// `keywords`.
    pub keywords: Vec<String>,
    /// `maintainers`: name, email and URL.
    pub maintainers: Vec<[String; 3]>,
    /// `annotations`.
    pub annotations: Vec<(String, String)>,
    /// `deprecated`.
    pub deprecated: bool,
    /// `kubeVersion`.
    pub kube_version: String,
}

/// With what a chart is rendered.
#[derive(Debug)]
pub struct Setting<'s> {
    /// The release's name.
    pub release: &'s str,
    /// The release's namespace.
    pub namespace: &'s str,
    /// The cluster's version.
    pub kube: KubeVersion,
    /// What the cluster serves besides the built-in API versions.
    pub api_versions: &'s [String],
    /// Where everything random starts from.
    pub seed: u64,
    /// The present, in seconds since 1970-01-01 UTC.
    pub now: i64,
    /// How deep templates may nest: [`super::exec::MAX_DEPTH`], or more on a larger stack.
    pub max_depth: usize,
    /// Whether hardly anybody will look into the documents: they are parsed once somebody does.
    pub skimmed: bool,
}

/// A chart that can be rendered: without what is disabled, its values coalesced and checked.
pub struct Prepared<'s> {
    chart: Chart,
    values: Map,
    setting: &'s Setting<'s>,
}

/// What a chart renders to.
#[derive(Debug, Default)]
pub struct Release {
    /// What each file of the set renders to, by its index there.
    pub files: BTreeMap<usize, Output>,
    /// The documents; [`Document::file`] is the index of the set.
    pub documents: Vec<Document>,
    /// The chart's own NOTES.txt.
    pub notes: Option<String>,
}

/// Why a chart can't be rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Values can't be merged.
    Values(String),
    /// The values don't meet a schema: the chart's number and what is wrong.
    Schema(Vec<(usize, String)>),
    /// `kubeVersion` excludes the cluster.
    KubeVersion(String),
    /// A template doesn't parse or fails: the file of the set, the place there and the message.
    Template(usize, Span, String),
    /// A bound of careen's was crossed, there.
    Limit(usize, Span, String),
    /// Templates nest deeper than [`Setting::max_depth`], there.
    Depth(usize, Span, String),
    /// What a file rendered to is refused: the file, the byte of what it rendered to, the message.
    Document(usize, usize, String),
}

impl<'s> Prepared<'s> {
    /// What Helm does before it looks at templates: `ProcessDependencies`, `ToRenderValues`, the
    /// check of `kubeVersion`.
    pub fn new(mut chart: Chart, given: &Map, setting: &'s Setting<'s>) -> Result<Self, Failure> {
        process_dependencies(&mut chart, given).map_err(Failure::Values)?;
        let values = coalesce_values_at_last(&chart, given).map_err(Failure::Values)?;
        let mut wrong = Vec::new();
        validate_against_schema(&chart, &values, &mut wrong);
        if !wrong.is_empty() {
            return Err(Failure::Schema(wrong));
        }
        let wanted = &chart.metadata.kube_version;
        if !wanted.is_empty() && !is_compatible_range(wanted, &setting.kube.normalized) {
            let kube = &setting.kube.version;
            return Err(Failure::KubeVersion(format!(
                "chart requires kubeVersion: {wanted} which is incompatible with Kubernetes {kube}"
            )));
        }
        Ok(Self { chart, values, setting })
    }

    /// The numbers of the charts that take part.
    pub fn numbers(&self) -> Vec<usize> {
        let mut numbers = Vec::new();
        let mut open = vec![&self.chart];
        while let Some(chart) = open.pop() {
            numbers.push(chart.number);
            open.extend(&chart.children);
        }
        numbers
    }

    /// Renders the templates of the charts that take part.
    pub fn render(&self, set: &TemplateSet<'_>) -> Result<Release, Failure> {
        let mut release = Release { files: self.execute(set)?, ..Release::default() };
        let name = |file: usize| set.files().get(file).map_or("", |file| file.name);
        let is_notes = |file: usize| name(file).ends_with("NOTES.txt");
        let own = format!("{}/templates/NOTES.txt", self.chart.name);
        let notes = release.files.iter().find(|(file, _)| name(**file) == own);
        release.notes = notes.map(|(_, output)| String::from_utf8_lossy(&output.text).into_owned());
        let mut numbers = Vec::new();
        let mut texts = Vec::new();
        for (file, output) in release.files.iter().filter(|(file, _)| !is_notes(**file)) {
            let text = std::str::from_utf8(&output.text).map_err(|error| {
                let message = format!("YAML parse error on {}: no UTF-8", name(*file));
                Failure::Document(*file, error.valid_up_to(), message)
            })?;
            numbers.push(*file);
            texts.push((name(*file), text));
        }
        let number = |file: usize| numbers.get(file).copied().unwrap_or_default();
        let documents = sort_manifests(&texts, self.setting.skimmed).map_err(|refusal| {
            Failure::Document(number(refusal.file), refusal.at, refusal.message)
        })?;
        let renumbered = documents.into_iter().map(|it| Document { file: number(it.file), ..it });
        release.documents = renumbered.collect();
        Ok(release)
    }

    /// `Engine.render`: all templates must parse, then each that is no partial is executed.
    fn execute(&self, set: &TemplateSet<'_>) -> Result<BTreeMap<usize, Output>, Failure> {
        for (number, file) in set.files().iter().enumerate() {
            if let Some(error) = file.template.errors.first() {
                let line = file.template.text.position(error.span.start).line;
                let message = format!("parse error at ({}:{line}): {}", file.name, error.message);
                return Err(Failure::Template(number, error.span, message));
            }
        }
        let dots = self.dots();
        let engine = Engine::new(set, self.setting.seed, self.setting.now);
        let mut engine = engine.nesting(self.setting.max_depth);
        let mut rendered = BTreeMap::new();
        for (number, file) in set.files().iter().enumerate().filter(|(_, file)| !file.is_partial())
        {
            let Some((dot, base)) = dots.get(&file.chart) else { continue };
            let entries = [("Name", file.name), ("BasePath", base)];
            let template = Map::new(entries.map(|(key, text)| (Str::from(key), Value::str(text))));
            let template = Value::Map(template.with_kind(MapKind::Values));
            dot.insert(Str::from("Template"), template);
            let output = engine.execute(number, Value::Map(dot.clone())).map_err(failure)?;
            rendered.insert(number, output);
        }
        Ok(rendered)
    }

    /// The dot of each chart by its number, and the folder of its templates (`recAllTpls`).
    fn dots(&self) -> BTreeMap<usize, (Map, String)> {
        let Setting { release, namespace, kube, api_versions, .. } = self.setting;
        let capabilities = Capabilities::new(kube.clone(), api_versions);
        let shared = Shared {
            release: map([
                ("IsInstall", Value::Bool(true)),
                ("IsUpgrade", Value::Bool(false)),
                ("Name", Value::str(*release)),
                ("Namespace", Value::str(*namespace)),
                ("Revision", Value::Int(1)),
                ("Service", Value::str("Helm")),
            ]),
            capabilities: Value::Object(Rc::new(capabilities)),
        };
        let mut dots = BTreeMap::new();
        let values = self.values.with_kind(MapKind::Values);
        shared.dot(&self.chart, values, &self.chart.name, true, &mut dots);
        dots
    }
}

/// What all charts of a release see.
struct Shared {
    release: Value,
    capabilities: Value,
}

impl Shared {
    /// Puts the dots of a chart and of the charts under it together. The recursion ends with the tree.
    fn dot(
        &self,
        chart: &Chart,
        values: Map,
        path: &str,
        is_root: bool,
        dots: &mut BTreeMap<usize, (Map, String)>,
    ) -> Value {
        let subcharts = Map::new([]);
        let files: Rc<dyn Object> = Rc::new(Files::new(Rc::clone(&chart.files)));
        for child in &chart.children {
            let below = table(&values, &child.name).unwrap_or_else(|| Map::new([]));
            let path = format!("{path}/charts/{}", child.name);
            let dot = self.dot(child, below.with_kind(MapKind::Values), &path, false, dots);
            subcharts.insert(Str::from(child.name.as_str()), dot);
        }
        let dot = Map::new(
            [
                ("Capabilities", self.capabilities.clone()),
                ("Chart", metadata(chart, is_root)),
                ("Files", Value::Object(files)),
                ("Release", self.release.clone()),
                ("Subcharts", Value::Map(subcharts)),
                ("Values", Value::Map(values)),
            ]
            .map(|(key, value)| (Str::from(key), value)),
        );
        let seen = dot.with_kind(MapKind::Values);
        dots.insert(chart.number, (seen, format!("{path}/templates")));
        Value::Map(dot)
    }
}

/// Chart.yaml with the names of Go's fields (`structToMap`).
fn metadata(chart: &Chart, is_root: bool) -> Value {
    let Metadata { texts, sources, keywords, maintainers, annotations, deprecated, kube_version } =
        &chart.metadata;
    let maintainer = |[name, email, url]: &[String; 3]| {
        map([("Name", text(name)), ("Email", text(email)), ("URL", text(url))])
    };
    let annotations = annotations.iter().map(|(key, value)| (Str::from(key.as_str()), text(value)));
    let annotations = Map::new(annotations).with_kind(MapKind::String);
    let fields = Map::new(texts.iter().map(|(key, value)| (Str::from(*key), text(value))));
    let more = [
        ("Annotations", Value::Map(annotations)),
        ("Dependencies", Value::list(chart.dependencies.iter().map(dependency))),
        ("Deprecated", Value::Bool(*deprecated)),
        ("IsRoot", Value::Bool(is_root)),
        ("Keywords", list(keywords)),
        ("KubeVersion", text(kube_version)),
        ("Maintainers", Value::list(maintainers.iter().map(maintainer))),
        ("Name", text(&chart.name)),
        ("Sources", list(sources)),
    ];
    for (key, value) in more {
        fields.insert(Str::from(key), value);
    }
    Value::Map(fields)
}

fn dependency(dependency: &Dependency) -> Value {
    let Dependency { name, version, repository, condition, tags, imports, alias } = dependency;
    let imports = imports.iter().map(|import| {
        let entries = [("child", text(&import.child)), ("parent", text(&import.parent))];
        let import = Map::new(entries.map(|(key, value)| (Str::from(key), value)));
        Value::Map(import.with_kind(MapKind::String))
    });
    map([
        ("Alias", text(alias)),
        ("Condition", text(condition)),
        ("Enabled", Value::Bool(true)),
        ("ImportValues", Value::list(imports)),
        ("Name", text(name)),
        ("Repository", text(repository)),
        ("Tags", list(tags)),
        ("Version", text(version)),
    ])
}

fn text(text: &str) -> Value {
    Value::str(text)
}

fn list(texts: &[String]) -> Value {
    Value::list(texts.iter().map(|it| text(it)))
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::map(entries.map(|(key, value)| (Str::from(key), value)))
}

/// What Helm makes of Go's error (`reformatExecErrorMsg`): of `fail` and `required` only their own
/// words.
fn failure(error: ExecError) -> Failure {
    let ExecError { message, file, span, limit, too_deep, .. } = error;
    if too_deep {
        return Failure::Depth(file, span, message);
    }
    if limit {
        return Failure::Limit(file, span, message);
    }
    let own =
        message.split_once("HELM_ERR_START").and_then(|(_, rest)| rest.rsplit_once("HELM_ERR_END"));
    let location = message.strip_prefix("template: ").and_then(|rest| rest.split_once(": "));
    let told = own
        .zip(location)
        .map(|((words, _), (location, _))| format!("execution error at ({location}): {words}"));
    Failure::Template(file, span, told.unwrap_or(message))
}

/// `ValidateAgainstSchema`: the chart's schema, then those of the charts under it.
fn validate_against_schema(chart: &Chart, values: &Map, wrong: &mut Vec<(usize, String)>) {
    if let Some(schema) = &chart.schema
        && let Err(message) = schema.validate(values)
    {
        wrong.push((chart.number, message));
    }
    for child in &chart.children {
        match values.get(&child.name) {
            None | Some(Value::Nil) => {}
            Some(Value::Map(below)) => validate_against_schema(child, &below, wrong),
            Some(_) => {
                let message = "invalid type for values: expected object (map)".to_owned();
                wrong.push((child.number, message));
            }
        }
    }
}

/// Whether a version is in a range; one that can't be read is in none (`IsCompatibleRange`).
fn is_compatible_range(range: &str, version: &str) -> bool {
    let range = Constraint::parse(range).ok();
    let version = version::parse(version).ok();
    range.zip(version).is_some_and(|(range, version)| range.matches(&version))
}

#[cfg(test)]
mod tests;
