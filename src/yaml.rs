//! YAML and JSON, parsed once: data typed as Helm types it, and the place of everything.
//!
//! Helm reads YAML with sigs.k8s.io/yaml, that is go-yaml v2 (YAML 1.1): `yes` is a boolean, `0644` an
//! integer, a later duplicate key wins, and a merge key overrides what stands before it. [`parse`] gives a
//! tree with exactly that data, read by a YAML 1.2 parser and corrected where the two differ. Of every key
//! and value it knows the bytes in the file, and it keeps the comments.
//!
//! Nothing here fails: what cannot be read is a [`Problem`] with its place, and the documents before it are
//! kept. Go templates are no YAML and are never given to this module.

mod block;
mod build;
mod de;
mod duplicates;
mod json;
mod limits;
mod merge;
mod node;
mod read;
mod resolve;
mod tabs;
mod timestamp;
mod tree;

use std::sync::OnceLock;

use crate::text::{Span, Text};

pub use duplicates::MAX_DUPLICATE_KEYS;
pub use limits::{
    ALIAS_RATIO_HIGH, ALIAS_RATIO_LOW, FREE_ALIAS_DECODES, FREE_DECODES, Limits, MAX_BYTES,
    MAX_DEPTH, MAX_MERGED_ENTRIES, MAX_NODES,
};
pub use node::{Entry, Kind, Node, Value};

/// One YAML or JSON file, parsed once: data and places. Share it behind an `Arc`.
#[derive(Debug)]
pub struct Stream {
    text: Text,
    /// Empty as long as nobody asks for it, where [`skim`] saw that it will come without an error.
    tree: OnceLock<tree::Tree>,
    error: Option<Problem>,
}

/// Parses a YAML file within the default [`Limits`].
pub fn parse(text: Text) -> Stream {
    parse_with(text, &Limits::default())
}

/// Parses a YAML file. Never fails: what is wrong, or too much, is the stream's [`error`](Stream::error).
pub fn parse_with(text: Text, limits: &Limits) -> Stream {
    let (tree, error) = read::yaml(text.as_str(), limits);
    Stream { text, tree: tree.into(), error }
}

/// A YAML file of which only the outermost levels were looked at; see [`skim`].
#[derive(Debug)]
pub struct Skimmed {
    /// The whole file, parsed when its nodes are first asked for.
    pub stream: Stream,
    head: Option<Stream>,
}

impl Skimmed {
    /// A file that is parsed already.
    pub fn of(stream: Stream) -> Self {
        Self { stream, head: None }
    }

    /// The outermost levels: the whole file where it is parsed already.
    pub fn head(&self) -> &Stream {
        self.head.as_ref().unwrap_or(&self.stream)
    }
}

/// Reads a YAML file of which mostly the outermost levels are wanted, within the default [`Limits`]. Its
/// [head](Skimmed::head) has the entries of each document and, in the value of `key`, two levels more: collections
/// that lie deeper are empty there, and nothing is said of comments and of duplicate keys in them. Whether there is
/// an error is known at once.
pub fn skim(text: Text, key: &str) -> Skimmed {
    let Some(head) = block::skim(text.as_str(), &Limits::default(), key) else {
        return Skimmed { stream: parse(text), head: None };
    };
    let head = Stream { text: text.clone(), tree: head.into(), error: None };
    let stream = Stream { text, tree: OnceLock::new(), error: None };
    Skimmed { stream, head: Some(head) }
}

/// Parses a JSON file (RFC 8259, a byte-order mark is skipped) into the same tree, within the default
/// [`Limits`]. A JSON file has one document, or an [`error`](Stream::error) and none.
pub fn parse_json(text: Text) -> Stream {
    parse_json_with(text, &Limits::default())
}

/// [`parse_json`] within other limits.
pub fn parse_json_with(text: Text, limits: &Limits) -> Stream {
    let (tree, error) = json::json(text.as_str(), limits);
    Stream { text, tree: tree.into(), error }
}

impl Stream {
    /// The file's text.
    pub fn text(&self) -> &Text {
        &self.text
    }

    /// The documents in order; an empty one is a null node. Documents from the first error on are missing.
    pub fn documents(&self) -> impl Iterator<Item = Node<'_>> {
        self.tree().documents.iter().map(|id| Node::new(self, *id))
    }

    /// The first document, the only one that Helm reads of most files.
    pub fn root(&self) -> Option<Node<'_>> {
        self.documents().next()
    }

    /// The comments in the order of the file.
    pub fn comments(&self) -> &[Comment] {
        &self.tree().comments
    }

    /// The first thing for which Go refuses the file, or that crosses a limit.
    pub fn error(&self) -> Option<&Problem> {
        self.error.as_ref()
    }

    fn tree(&self) -> &tree::Tree {
        self.tree.get_or_init(|| read::yaml(self.text.as_str(), &Limits::default()).0)
    }

    /// Keys that come again in one mapping, in the order of the file; at most [`MAX_DUPLICATE_KEYS`].
    pub fn duplicate_keys(&self) -> &[DuplicateKey] {
        &self.tree().duplicate_keys
    }
}

/// Whether go-yaml v2 reads a plain scalar with this text as a string. Otherwise it is nothing, a
/// boolean, a number or a time, and who writes it as a string puts it in quotes.
pub fn reads_as_string(text: &str) -> bool {
    resolve::plain(text) == resolve::Typed::String && !timestamp::is_timestamp(text)
}

/// Why a file, or a part of it, cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Problem {
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// Where.
    pub span: Span,
}

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// The text as written, from the `#` to the end of the line.
    pub text: String,
    /// Where it is written.
    pub span: Span,
    /// Whether nothing else is on its line.
    pub own_line: bool,
}

/// A key that comes again in one mapping. Helm takes the last one silently; its strict mode refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DuplicateKey {
    /// The key as it reads in JSON.
    pub key: String,
    /// The later key.
    pub span: Span,
    /// The first key.
    pub first: Span,
    /// The key's path from the document's root, like `a.b[0].key`; a very long one is cut at the front.
    pub path: String,
    /// Whether both values are mappings, and the first has keys that the later one has not: they go with it.
    pub halves: bool,
}

#[cfg(test)]
mod tests;
