//! What a chart renders to: documents, each with the template and the place that wrote it.

use std::sync::Arc;

pub use crate::template::render::documents::Hook;
use crate::{
    catalog::YamlFile,
    finding::Place,
    template::render::exec::Part,
    text::{Span, Text},
    yaml::Node,
};

/// With what a chart is rendered. The default is that of `helm template release-name CHART`.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The release's name.
    pub release: String,
    /// The release's namespace.
    pub namespace: String,
    /// Values files over the chart's own, later ones win (`-f`).
    pub values: Vec<Arc<YamlFile>>,
    /// The cluster's version, as `--kube-version` takes it; none for the one that Helm assumes.
    pub kube_version: Option<String>,
    /// What the cluster serves besides the built-in API versions (`--api-versions`).
    pub api_versions: Vec<String>,
    /// Where everything random starts from.
    pub seed: u64,
    /// The moment that templates take for the present, in seconds since 1970-01-01 UTC.
    pub now: i64,
    /// Whether hardly anybody will look into the documents: they are parsed once somebody does.
    pub skimmed: bool,
}

impl Default for Setting {
    fn default() -> Self {
        Self {
            release: "release-name".to_owned(),
            namespace: "default".to_owned(),
            values: Vec::new(),
            kube_version: None,
            api_versions: Vec::new(),
            seed: 1,
            now: NOW,
            skimmed: false,
        }
    }
}

/// 2026-01-01: reports must not depend on the day on which they are written.
const NOW: i64 = 1_767_225_600;

/// What one chart renders to with one setting.
#[derive(Debug, Default)]
pub struct Rendered {
    /// The documents in the order in which `helm template` prints them, hooks last; none where Helm
    /// refuses the chart. Definitions under crds/ are not among them.
    pub documents: Vec<Document>,
    /// The text of the chart's NOTES.txt.
    pub notes: Option<String>,
    /// Why Helm refuses the chart, or why rendering was given up.
    pub failure: Option<Failure>,
    /// Whether charts that it depends on are nowhere: then templates of theirs may be what a failure
    /// misses, and documents of theirs are missing.
    pub incomplete: bool,
}

/// Why a chart can't be rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Which step failed.
    pub step: Step,
    /// The message, Helm's in substance, without the place.
    pub message: String,
    /// Where: in a template, in Chart.yaml or in a values file. None where nothing can be named.
    pub place: Option<Place>,
    /// The index of the closure's member that the place lies in.
    pub member: usize,
}

/// The steps of rendering, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Files are missing or broken: Helm does not load the chart.
    Load,
    /// Values can't be merged: one that must be a mapping is none.
    Values,
    /// The values don't meet a `values.schema.json`.
    Schema,
    /// `kubeVersion` excludes the cluster.
    KubeVersion,
    /// A template doesn't parse, or fails: `fail`, `required`, a wrong type.
    Template,
    /// One of careen's own bounds was crossed; what Helm would do is unknown.
    Limit,
    /// What was rendered is no YAML, or no object.
    Document,
}

/// One YAML document that a template wrote.
#[derive(Debug)]
pub struct Document {
    /// The document, the only one of its stream: `local` is the name that Helm prints as its source,
    /// `path` the template's. Places in it are of the rendered text; see [`Document::origin`].
    pub file: Arc<YamlFile>,
    /// The index of the closure's member whose template wrote it.
    pub member: usize,
    /// The template's path as reports show it.
    pub path: Arc<str>,
    /// The template's text.
    pub template: Text,
    /// What makes it a hook.
    pub hook: Option<Hook>,
    /// What wrote which bytes of the document.
    pub(super) parts: Vec<Part>,
    /// The files that the parts speak of: path and text.
    pub(super) files: Arc<[(Arc<str>, Text)]>,
}

impl Document {
    /// The document's root: null for one that holds only comments.
    pub fn node(&self) -> Option<Node<'_>> {
        self.file.root()
    }

    /// The text as rendered.
    pub fn text(&self) -> &str {
        self.file.stream.text().as_str()
    }

    /// `apiVersion`.
    pub fn api_version(&self) -> &str {
        self.string(&["apiVersion"])
    }

    /// `kind`.
    pub fn kind(&self) -> &str {
        self.string(&["kind"])
    }

    /// `metadata.name`.
    pub fn name(&self) -> &str {
        self.string(&["metadata", "name"])
    }

    /// The place in a template that wrote a span of the document, such as a [`Node::span`]: where
    /// its first byte comes from.
    pub fn origin(&self, span: Span) -> Place {
        let last = self.text().len().saturating_sub(1);
        let origin = Part::origin(&self.parts, (span.start as usize).min(last));
        let place = origin.and_then(|(file, span)| {
            let (path, text) = self.files.get(file)?;
            Some(Place::new(path, text, span))
        });
        place.unwrap_or_else(|| Place::file(&self.path))
    }

    fn string(&self, path: &[&str]) -> &str {
        self.node().and_then(|node| node.at(path)).and_then(Node::as_str).unwrap_or_default()
    }
}
