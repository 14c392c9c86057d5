//! Chart.yaml as far as discovery needs it. Rules read the tree.

use std::sync::Arc;

use crate::catalog::YamlFile;
use crate::sources::{CHART_FILE, ReadError, Source, join};
use crate::text::Text;
use crate::yaml::{self, Node};

/// What marks a Chart.yaml that a scaffolder still has to fill in.
const PLACEHOLDERS: &[&str] = &["{{", "${", "<CHARTNAME>", "<%"];

/// A Chart.yaml, read and parsed once.
#[derive(Debug)]
pub struct Manifest {
    /// Its path in the source that it was read from; within a package, in the package.
    pub path: String,
    /// The parsed file with its text, or why there is none.
    pub file: Result<Arc<YamlFile>, ReadError>,
}

/// One entry of a chart's `dependencies`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// The dependency's own name, not its alias.
    pub name: String,
    /// Empty where there is none.
    pub repository: String,
}

impl Declared {
    /// Whether the chart comes from elsewhere: not from charts/ itself, nor from a folder.
    pub fn is_remote(&self) -> bool {
        !self.repository.is_empty() && !self.repository.starts_with("file://")
    }
}

impl Manifest {
    /// Reads the Chart.yaml in a folder.
    pub(super) fn read(source: &Source, folder: &str) -> Self {
        let path = join(folder, CHART_FILE);
        let file = source.read_text(&path).map(|text| {
            let shown = source.report_path(&path);
            let stream = yaml::parse(text);
            Arc::new(YamlFile { path: shown, local: CHART_FILE.to_owned(), stream: stream.into() })
        });
        Self { path, file }
    }

    /// A manifest that can't be read.
    pub(super) fn unread(error: ReadError) -> Self {
        Self { path: CHART_FILE.to_owned(), file: Err(error) }
    }

    /// The text, where it could be read.
    pub fn text(&self) -> Option<&Text> {
        self.file.as_ref().ok().map(|file| file.stream.text())
    }

    /// The first document's root, where there is one.
    pub fn root(&self) -> Option<Node<'_>> {
        self.file.as_ref().ok()?.root()
    }

    /// The name as Helm reads it.
    pub fn name(&self) -> Option<String> {
        self.root()?.get("name")?.to_text()
    }

    /// The version as Helm reads it: `1.10` without quotes is `1.1`.
    pub fn version(&self) -> Option<String> {
        self.root()?.get("version")?.to_text()
    }

    /// Why this is a scaffold, not a chart, if it is one.
    pub(super) fn placeholder(&self) -> Option<String> {
        let stream = &self.file.as_ref().ok()?.stream;
        let text = stream.text();
        let written = |key| self.root()?.get(key).map(|node| text.slice(node.span()));
        let in_field = ["name", "version"].into_iter().find_map(|key| {
            let placeholder = placeholder_in(written(key)?)?;
            Some(format!("a scaffold: `{placeholder}` in its {key}"))
        });
        // Where the placeholders are what breaks the file, no field can be read.
        let unread =
            stream.error().is_some() || self.root().is_none_or(|root| root.get("name").is_none());
        in_field.or_else(|| {
            let placeholder = text.as_str().lines().filter(|_| unread).find_map(|line| {
                let line = line.split(" #").next().unwrap_or(line);
                placeholder_in(line).filter(|_| !line.trim_start().starts_with('#'))
            })?;
            Some(format!("a scaffold: `{placeholder}` in its Chart.yaml"))
        })
    }

    /// The dependencies that the chart in `folder` declares, in Chart.yaml and, as Helm 2 did, in
    /// requirements.yaml. What can't be read declares nothing.
    pub(super) fn declared(&self, source: &Source, folder: &str) -> Vec<Declared> {
        let mut declared: Vec<Declared> = self.root().map(entries).unwrap_or_default();
        let requirements = source.read_text(&join(folder, "requirements.yaml")).map(yaml::parse);
        if let Ok(requirements) = requirements {
            declared.extend(requirements.root().map(entries).unwrap_or_default());
        }
        declared
    }
}

fn entries(root: Node<'_>) -> Vec<Declared> {
    let Some(dependencies) = root.get("dependencies") else { return Vec::new() };
    let text = |entry: Node<'_>, key| entry.get(key).and_then(Node::to_text).unwrap_or_default();
    dependencies
        .items()
        .map(|entry| Declared { name: text(entry, "name"), repository: text(entry, "repository") })
        .collect()
}

fn placeholder_in(text: &str) -> Option<&str> {
    PLACEHOLDERS.iter().copied().find(|placeholder| text.contains(placeholder))
}
