//! A chart's files: text and parsed YAML, each under the path that reports show.

use std::sync::Arc;

use crate::{
    finding::Place,
    text::{Span, Text},
    yaml::{Node, Stream},
};

/// A text file of a chart.
#[derive(Clone, Debug)]
pub struct TextFile {
    /// The path that reports show.
    pub path: Arc<str>,
    /// The path within the chart.
    pub local: String,
    /// The text.
    pub text: Text,
}

impl TextFile {
    /// The place of a span of this file.
    pub fn place(&self, span: Span) -> Place {
        Place::new(&self.path, &self.text, span)
    }
}

/// A YAML or JSON file of a chart, parsed once.
#[derive(Debug)]
pub struct YamlFile {
    /// The path that reports show.
    pub path: Arc<str>,
    /// The path within the chart.
    pub local: String,
    /// The tree with places; owns the text. Equal files may share it.
    pub stream: Arc<Stream>,
}

impl YamlFile {
    /// The place of a span of this file.
    pub fn place(&self, span: Span) -> Place {
        Place::new(&self.path, self.stream.text(), span)
    }

    /// The first document.
    pub fn root(&self) -> Option<Node<'_>> {
        self.stream.root()
    }

    /// A document by its index.
    pub fn document(&self, index: usize) -> Option<Node<'_>> {
        self.stream.documents().nth(index)
    }
}
