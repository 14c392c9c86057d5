//! Kubernetes objects of a chart, and the custom resource definitions among them.

use std::sync::Arc;

use super::YamlFile;
use crate::{finding::Place, text::Span, yaml::Node};

/// Where an object comes from, and how sure its text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A file under crds/, installed as written.
    CrdsFolder,
    /// A document of a template that is rendered as written, if it is rendered: actions stand before
    /// and after it at most.
    Literal,
    /// A document of a template with actions; they are masked with blanks of the same length, so
    /// that places hold. A value that an action has a part in is null, a key is `_` repeated; of an
    /// `if` whose arms write one key twice only the first arm is there. Only definitions are kept.
    Masked,
}

/// One Kubernetes object: a YAML document with `apiVersion` and `kind`.
#[derive(Clone, Debug)]
pub struct Object {
    /// The file that it stands in; for a template with actions their text is blanked.
    pub file: Arc<YamlFile>,
    /// Which document of the file.
    pub document: usize,
    /// Where it comes from.
    pub origin: Origin,
    /// Whether an enclosing `if`, `with` or `range` decides if it is rendered.
    pub conditional: bool,
    /// The chart of the closure that ships it: empty for the chart itself, else the path of
    /// effective names from it, such as `redis/common`.
    pub owner: String,
}

impl Object {
    /// The document's root; null where the file does not hold it (which loading rules out).
    pub fn node(&self) -> Option<Node<'_>> {
        self.file.document(self.document)
    }

    /// The value at a path of mapping keys.
    pub fn at(&self, path: &[&str]) -> Option<Node<'_>> {
        self.node().and_then(|node| node.at(path))
    }

    /// `apiVersion`, empty where an action writes it.
    pub fn api_version(&self) -> &str {
        self.at(&["apiVersion"]).and_then(Node::as_str).unwrap_or_default()
    }

    /// `kind`.
    pub fn kind(&self) -> &str {
        self.at(&["kind"]).and_then(Node::as_str).unwrap_or_default()
    }

    /// `metadata.name`, empty where an action writes it.
    pub fn name(&self) -> &str {
        self.at(&["metadata", "name"]).and_then(Node::as_str).unwrap_or_default()
    }

    /// An annotation's value.
    pub fn annotation(&self, key: &str) -> Option<Node<'_>> {
        self.at(&["metadata", "annotations"])?.get(key)
    }

    /// The place of a span of the file.
    pub fn place(&self, span: Span) -> Place {
        self.file.place(span)
    }

    /// The place that speaks for the whole object: its name, else its kind.
    pub fn anchor(&self) -> Place {
        let node = self.at(&["metadata", "name"]).or_else(|| self.at(&["kind"])).or(self.node());
        self.place(node.map(Node::span).unwrap_or_default())
    }
}

/// A custom resource definition.
#[derive(Clone, Debug)]
pub struct Crd {
    /// The object.
    pub object: Object,
}

impl Crd {
    /// `spec.group`.
    pub fn group(&self) -> &str {
        self.object.at(&["spec", "group"]).and_then(Node::as_str).unwrap_or_default()
    }

    /// `spec.names.kind`.
    pub fn kind(&self) -> &str {
        self.object.at(&["spec", "names", "kind"]).and_then(Node::as_str).unwrap_or_default()
    }

    /// `spec.names.plural`.
    pub fn plural(&self) -> &str {
        self.object.at(&["spec", "names", "plural"]).and_then(Node::as_str).unwrap_or_default()
    }

    /// `<plural>.<group>` as the API server demands it; `metadata.name` where parts are masked.
    pub fn name(&self) -> String {
        match (self.plural(), self.group()) {
            ("", _) | (_, "") => self.object.name().to_owned(),
            (plural, group) => format!("{plural}.{group}"),
        }
    }

    /// The name as messages say it: the kind where there is none.
    pub fn label(&self) -> String {
        Some(self.name())
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| self.object.kind().to_owned())
    }

    /// The entries of `spec.versions`.
    pub fn versions(&self) -> impl Iterator<Item = Node<'_>> {
        self.object.at(&["spec", "versions"]).into_iter().flat_map(Node::items)
    }
}
