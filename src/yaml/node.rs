//! Nodes: what a stream's documents are made of.

use std::borrow::Cow;

use crate::text::Span;

use super::Stream;
use super::resolve::{self, Typed};
use super::tree::{Data, Id, Shape, Tree};

/// The type of a node, as sigs.k8s.io/yaml (go-yaml v2) gives it: `yes` is a boolean, `0644` an integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Nothing, `~` or `null`.
    Null,
    /// A boolean, `yes` and `off` included.
    Bool,
    /// An integer between `i64::MIN` and `u64::MAX`.
    Int,
    /// Any other number.
    Float,
    /// A string.
    String,
    /// A sequence.
    Sequence,
    /// A mapping.
    Mapping,
}

impl Kind {
    /// The type as people say it, with its article: `a string`.
    pub fn noun(self) -> &'static str {
        match self {
            Kind::Null => "null",
            Kind::Bool => "a boolean",
            Kind::Int => "an integer",
            Kind::Float => "a float",
            Kind::String => "a string",
            Kind::Sequence => "a sequence",
            Kind::Mapping => "a mapping",
        }
    }
}

/// The value of a node; items and entries are asked of the node.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// Nothing, `~` or `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer between `i64::MIN` and `u64::MAX`.
    Int(i128),
    /// Any other number.
    Float(f64),
    /// A string.
    String(&'a str),
    /// See [`Node::items`].
    Sequence,
    /// See [`Node::entries`].
    Mapping,
}

/// A handle on one node of a [`Stream`]. Aliases are followed and merge keys are resolved; only
/// [`span`](Node::span) and [`is_alias`](Node::is_alias) speak of the node as written.
///
/// No node contains itself, and nodes nest at most [`Limits::depth`](super::Limits::depth) deep, aliases
/// followed: a walk may recurse, and visits at most what Go's own alias rule admits.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    stream: &'a Stream,
    id: Id,
}

impl<'a> Node<'a> {
    pub(super) fn new(stream: &'a Stream, id: Id) -> Self {
        Self { stream, id }
    }

    /// The node's type.
    pub fn kind(self) -> Kind {
        match self.value() {
            Value::Null => Kind::Null,
            Value::Bool(_) => Kind::Bool,
            Value::Int(_) => Kind::Int,
            Value::Float(_) => Kind::Float,
            Value::String(_) => Kind::String,
            Value::Sequence => Kind::Sequence,
            Value::Mapping => Kind::Mapping,
        }
    }

    /// Where the node is written: a scalar with its quotes, a block scalar without its `|` line, a
    /// collection from its first to its last byte; of an alias, the alias. Empty where nothing is written.
    pub fn span(self) -> Span {
        self.tree().node(self.id).span
    }

    /// The node's value.
    pub fn value(self) -> Value<'a> {
        match self.data().shape {
            Shape::Scalar { typed, .. } => match typed {
                Typed::Null => Value::Null,
                Typed::Bool(value) => Value::Bool(value),
                Typed::Int(value) => Value::Int(value.into()),
                Typed::Big(value) => Value::Int(value.into()),
                Typed::Float(value) => Value::Float(value),
                Typed::String => Value::String(self.raw()),
            },
            Shape::Sequence(_) => Value::Sequence,
            Shape::Mapping(_) => Value::Mapping,
            // An alias's target is never an alias.
            Shape::Alias(_) => Value::Null,
        }
    }

    /// A scalar's text before typing, quotes and escapes resolved; empty for a collection.
    pub fn raw(self) -> &'a str {
        self.tree().text(self.source(), self.target())
    }

    /// Whether a scalar is written in quotes or as a block scalar, so that it is a string without a tag.
    pub fn is_quoted(self) -> bool {
        self.data().marks.quoted
    }

    /// The text of a string; none for any other type.
    pub fn as_str(self) -> Option<&'a str> {
        if let Value::String(text) = self.value() { Some(text) } else { None }
    }

    /// The value of a boolean.
    pub fn as_bool(self) -> Option<bool> {
        if let Value::Bool(value) = self.value() { Some(value) } else { None }
    }

    /// The value of an integer that fits.
    pub fn as_i64(self) -> Option<i64> {
        if let Value::Int(value) = self.value() { value.try_into().ok() } else { None }
    }

    /// The value of a number, an integer's included.
    #[allow(clippy::cast_precision_loss, reason = "a float is what the caller asks for, as in Go")]
    pub fn as_f64(self) -> Option<f64> {
        match self.value() {
            Value::Float(value) => Some(value),
            Value::Int(value) => Some(value as f64),
            _ => None,
        }
    }

    /// Whether there is nothing: an empty node, `~` or `null`.
    pub fn is_null(self) -> bool {
        self.kind() == Kind::Null
    }

    /// A scalar as sigs.k8s.io/yaml writes it into a string field: a string as it is, a number or boolean
    /// after typing (`1.10` is `1.1`, `yes` is `true`, floats with 32 bits of precision). None for null
    /// and collections.
    pub fn to_text(self) -> Option<String> {
        self.scalar_text().map(Cow::into_owned)
    }

    /// [`to_text`](Self::to_text), without a copy for a string.
    pub(super) fn scalar_text(self) -> Option<Cow<'a, str>> {
        Some(match self.value() {
            Value::String(text) => Cow::Borrowed(text),
            Value::Bool(value) => Cow::Borrowed(if value { "true" } else { "false" }),
            Value::Int(value) => Cow::Owned(value.to_string()),
            Value::Float(value) => Cow::Owned(resolve::float_text(value)),
            Value::Null | Value::Sequence | Value::Mapping => return None,
        })
    }

    /// The value under a key of a mapping; of several equal keys the last, merged keys included.
    pub fn get(self, key: &str) -> Option<Node<'a>> {
        self.entry(key).map(|entry| entry.value)
    }

    /// The entry with a key of a mapping; of several equal keys the last, merged keys included.
    pub fn entry(self, key: &str) -> Option<Entry<'a>> {
        let at = self.tree().find(self.source(), self.target(), key)?;
        self.entry_at(at)
    }

    /// The entries of a mapping: own ones in the order as written, then merged ones; of several equal
    /// keys only the one that counts. Nothing for any other type.
    pub fn entries(self) -> impl Iterator<Item = Entry<'a>> {
        let (entries, own) = self.tree().entries(self.target());
        let pairs = entries.chunks_exact(2).enumerate();
        pairs.filter_map(move |(at, pair)| match pair {
            [key, value] => Some(self.entry_of(*key, *value, at >= own)),
            _ => None,
        })
    }

    /// The items of a sequence in order. Nothing for any other type.
    pub fn items(self) -> impl Iterator<Item = Node<'a>> {
        let items = match self.data().shape {
            Shape::Sequence(run) => self.tree().run(run),
            _ => &[],
        };
        items.iter().map(move |id| Node { id: *id, ..self })
    }

    /// How many items or entries there are; 0 for a scalar.
    pub fn len(self) -> usize {
        match self.data().shape {
            Shape::Sequence(run) => run.len as usize,
            Shape::Mapping(_) => self.tree().entries(self.target()).0.len() / 2,
            _ => 0,
        }
    }

    /// Whether there are no items or entries; true for a scalar.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The node that a path of keys leads to.
    pub fn at(self, path: &[&str]) -> Option<Node<'a>> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The name of the anchor on this node; of an alias, the name that it refers to.
    pub fn anchor(self) -> Option<&'a str> {
        Tree::detail(&self.tree().anchors, self.target())
    }

    /// Whether an alias stands here.
    pub fn is_alias(self) -> bool {
        self.id != self.target()
    }

    /// The explicit tag of this node in full, like `tag:yaml.org,2002:str` or `!custom`; of an alias, of
    /// the node it refers to.
    pub fn tag(self) -> Option<&'a str> {
        Tree::detail(&self.tree().tags, self.target())
    }

    fn entry_at(self, at: usize) -> Option<Entry<'a>> {
        let (entries, own) = self.tree().entries(self.target());
        Some(self.entry_of(*entries.get(at * 2)?, *entries.get(at * 2 + 1)?, at >= own))
    }

    fn entry_of(self, key: Id, value: Id, merged: bool) -> Entry<'a> {
        let tree = self.tree();
        Entry {
            key: tree.key_text(self.source(), key),
            key_span: tree.node(key).span,
            value: Node { id: value, ..self },
            merged,
        }
    }

    fn tree(self) -> &'a Tree {
        self.stream.tree()
    }

    fn source(self) -> &'a str {
        self.stream.text.as_str()
    }

    fn target(self) -> Id {
        self.tree().target(self.id)
    }

    fn data(self) -> &'a Data {
        self.tree().node(self.target())
    }
}

impl std::fmt::Debug for Node<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.value() {
            Value::Sequence => out.debug_list().entries(self.items()).finish(),
            Value::Mapping => out
                .debug_map()
                .entries(self.entries().map(|entry| (entry.key, entry.value)))
                .finish(),
            value => value.fmt(out),
        }
    }
}

/// One entry of a mapping.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// The key as it reads in JSON: `1.0` is `1`, `yes` is `true`.
    pub key: Cow<'a, str>,
    /// Where the key is written.
    pub key_span: Span,
    /// The value.
    pub value: Node<'a>,
    /// Whether a merge key brought the entry in: it is written in another mapping.
    pub merged: bool,
}
