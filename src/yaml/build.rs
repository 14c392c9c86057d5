//! From events to the tree: what a reader of YAML or JSON hands over, one call per event.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::text::Span;

use super::resolve::{self, Typed};
use super::tree::{Data, Id, Marks, Run, Shape, Tree};
use super::{Comment, Limits, Problem, duplicates, merge};

/// A key of YAML's own that brings in the entries of other mappings.
pub(super) const MERGE_KEY: &str = "<<";

/// The tag that leaves the type of a scalar to its content, and keeps it a string in go-yaml.
const NON_SPECIFIC_TAG: &str = "!";

/// The tag that makes `<<` a merge key whatever its quotes.
const MERGE_TAG: &str = "tag:yaml.org,2002:merge";

/// A scalar as the reader found it.
pub(super) struct Scalar<'s> {
    pub(super) text: Cow<'s, str>,
    pub(super) span: Span,
    /// In quotes, or a block scalar.
    pub(super) quoted: bool,
    /// 0 for none.
    pub(super) anchor: usize,
    pub(super) tag: Option<Box<str>>,
}

/// Which kind of collection opens.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Collection {
    Sequence,
    Mapping,
}

/// An open collection.
pub(super) struct Frame {
    pub(super) node: Id,
    /// Where its children begin in [`Builder::pending`].
    pub(super) start: usize,
    pub(super) kind: Collection,
    anchor: usize,
    /// Levels of collections from it down, aliases followed.
    height: u32,
    merges: bool,
}

struct Anchor {
    node: Id,
    height: u32,
}

/// Takes events and grows the tree.
pub(super) struct Builder<'s> {
    source: &'s str,
    limits: &'s Limits,
    pub(super) tree: Tree,
    frames: Vec<Frame>,
    /// The children so far of all open collections, the innermost last.
    pending: Vec<Id>,
    root: Option<Id>,
    anchors: BTreeMap<usize, Anchor>,
    /// Mappings of the open document with merge keys, innermost first.
    merging: Vec<Id>,
    has_alias: bool,
    merged_entries: usize,
}

impl<'s> Builder<'s> {
    pub(super) fn new(source: &'s str, limits: &'s Limits) -> Self {
        Self {
            source,
            limits,
            tree: Tree::default(),
            frames: Vec::new(),
            pending: Vec::new(),
            root: None,
            anchors: BTreeMap::new(),
            merging: Vec::new(),
            has_alias: false,
            merged_entries: 0,
        }
    }

    /// A builder with room for as many nodes as a text of that length has.
    pub(super) fn sized(source: &'s str, limits: &'s Limits) -> Self {
        let mut builder = Self::new(source, limits);
        builder.tree.nodes.reserve(source.len() / 24);
        builder.tree.children.reserve(source.len() / 24);
        builder
    }

    pub(super) fn start_document(&mut self) {
        self.anchors.clear();
        self.merging.clear();
        self.frames.clear();
        self.pending.clear();
        self.has_alias = false;
        self.root = None;
    }

    /// Ends a document: aliases are counted as go-yaml counts them, merge keys are resolved.
    pub(super) fn end_document(&mut self) -> Result<(), Problem> {
        let Some(root) = self.root.take() else { return Ok(()) };
        if self.has_alias {
            merge::check_expansion(&self.tree, root)?;
        }
        for mapping in std::mem::take(&mut self.merging) {
            let budget = self.limits.merged_entries.saturating_sub(self.merged_entries);
            self.merged_entries += merge::resolve(&mut self.tree, self.source, mapping, budget)?;
        }
        self.tree.documents.push(root);
        Ok(())
    }

    pub(super) fn scalar(&mut self, scalar: Scalar<'s>) -> Result<(), Problem> {
        let Scalar { text, span, quoted, anchor, tag } = scalar;
        let merge_key = text == MERGE_KEY && merges(quoted, tag.as_deref());
        let (typed, text) = match tag.as_deref() {
            None if quoted => (Typed::String, text),
            None => (resolve::plain(&text), text),
            Some(tag) => match resolve::tagged(tag, &text) {
                Ok((typed, Some(decoded))) => (typed, Cow::Owned(decoded)),
                Ok((typed, None)) => (typed, text),
                Err(message) => return Err(Problem { message, span }),
            },
        };
        self.typed_scalar(typed, &text, span, Marks { quoted, merge_key, ..Marks::default() })?;
        self.describe(anchor, tag);
        Ok(())
    }

    /// A scalar whose type the reader knows.
    pub(super) fn typed_scalar(
        &mut self,
        typed: Typed,
        text: &str,
        span: Span,
        marks: Marks,
    ) -> Result<(), Problem> {
        let (run, owned_text) = self.keep(text);
        let shape = Shape::Scalar { typed, text: run };
        self.add(Data { shape, span, marks: Marks { owned_text, ..marks } })?;
        Ok(())
    }

    /// Opens a collection.
    pub(super) fn open(
        &mut self,
        kind: Collection,
        span: Span,
        anchor: usize,
        tag: Option<Box<str>>,
    ) -> Result<(), Problem> {
        if self.frames.len() >= self.limits.depth {
            return Err(self.too_deep(span));
        }
        let shape = match kind {
            Collection::Sequence => Shape::Sequence(Run::default()),
            Collection::Mapping => Shape::Mapping(Run::default()),
        };
        let node = self.add(Data { shape, span, marks: Marks::default() })?;
        // An anchor's height stays at zero while it is open: an alias to it is refused anyway.
        self.describe(anchor, tag);
        let start = self.pending.len();
        self.frames.push(Frame { node, start, kind, anchor, height: 1, merges: false });
        Ok(())
    }

    /// Closes the innermost collection. `end` is its last byte's successor; none for a block collection,
    /// which ends with its last child.
    pub(super) fn close(&mut self, end: Option<u32>) -> Result<(), Problem> {
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        let first = self.tree.children.len();
        let last_end = self.pending.get(frame.start..).and_then(<[Id]>::last);
        let last_end = last_end.map(|id| self.tree.node(*id).span.end);
        self.tree.children.extend(self.pending.drain(frame.start.min(self.pending.len())..));
        let run = Run::new(first, self.tree.children.len() - first);
        if let Some(data) = self.tree.nodes.get_mut(frame.node as usize) {
            data.span.end = end.or(last_end).unwrap_or(data.span.end).max(data.span.start);
            data.shape = match frame.kind {
                Collection::Sequence => Shape::Sequence(run),
                Collection::Mapping => Shape::Mapping(run),
            };
        }
        if let Some(parent) = self.frames.last_mut() {
            parent.height = parent.height.max(frame.height + 1);
        }
        if frame.anchor > 0 {
            self.anchors.insert(frame.anchor, Anchor { node: frame.node, height: frame.height });
        }
        if frame.kind == Collection::Mapping { self.close_mapping(&frame, run) } else { Ok(()) }
    }

    /// An alias to the anchor with that number.
    pub(super) fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Problem> {
        self.has_alias = true;
        let name = || self.source.get(span.range()).unwrap_or("").trim_start_matches('*');
        let Some(Anchor { node, height }) = self.anchors.get(&anchor) else {
            let message = format!("unknown anchor `{}` referenced", name());
            return Err(Problem { message, span });
        };
        let (node, height) = (*node, *height);
        if self.frames.iter().any(|frame| frame.node == node) {
            let message = format!("anchor `{}` value contains itself", name());
            return Err(Problem { message, span });
        }
        if self.frames.len() + height as usize > self.limits.depth {
            return Err(self.too_deep(span));
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.height = frame.height.max(height + 1);
        }
        self.add(Data { shape: Shape::Alias(node), span, marks: Marks::default() })?;
        Ok(())
    }

    /// The name of the anchor on the node that was added last.
    pub(super) fn anchor_name(&mut self, name: &str) {
        let id = self.tree.nodes.len().saturating_sub(1) as Id;
        self.tree.anchors.push((id, name.into()));
    }

    pub(super) fn comment(&mut self, text: &str, span: Span) {
        let text = text.to_owned();
        let before = self.source.get(..span.start as usize).unwrap_or("");
        let before = before.trim_end_matches([' ', '\t']);
        let own_line = matches!(before, "" | "\u{feff}") || before.ends_with(['\n', '\r']);
        self.tree.comments.push(Comment { text, span, own_line });
    }

    /// Whether the next node is a key of a mapping.
    pub(super) fn at_key(&self) -> bool {
        self.frames.last().is_some_and(|frame| {
            frame.kind == Collection::Mapping
                && (self.pending.len() - frame.start).is_multiple_of(2)
        })
    }

    /// A text up to somewhere, without the white space and comments at its end.
    pub(super) fn without_comments(&self, mut text: &'s str) -> &'s str {
        for comment in self.tree.comments.iter().rev() {
            text = text.trim_end();
            if comment.span.end as usize != text.len() {
                break;
            }
            text = text.get(..comment.span.start as usize).unwrap_or("");
        }
        text.trim_end()
    }

    /// The tree as far as it came.
    pub(super) fn finish(mut self) -> Tree {
        self.tree.finish();
        self.tree
    }

    fn add(&mut self, data: Data) -> Result<Id, Problem> {
        if self.tree.nodes.len() >= self.limits.nodes {
            let message = format!("the file has more than {} nodes", self.limits.nodes);
            return Err(Problem { message, span: data.span });
        }
        let id = self.tree.nodes.len() as Id;
        if let Some(frame) = self.frames.last_mut() {
            let is_key = (self.pending.len() - frame.start).is_multiple_of(2);
            frame.merges |= data.marks.merge_key && is_key && frame.kind == Collection::Mapping;
            self.pending.push(id);
        } else {
            self.root = Some(id);
        }
        self.tree.nodes.push(data);
        Ok(id)
    }

    fn describe(&mut self, anchor: usize, tag: Option<Box<str>>) {
        let node = self.tree.nodes.len().saturating_sub(1) as Id;
        if anchor > 0 {
            self.anchors.insert(anchor, Anchor { node, height: 0 });
        }
        if let Some(tag) = tag {
            self.tree.tags.push((node, tag));
        }
    }

    /// Where a scalar's text is: in the source where it is a part of it, else in the tree's own texts.
    fn keep(&mut self, text: &str) -> (Run, bool) {
        let from = text.as_ptr().addr().wrapping_sub(self.source.as_ptr().addr());
        if from <= self.source.len() && text.len() <= self.source.len() - from {
            return (Run::new(from, text.len()), false);
        }
        let first = self.tree.texts.len();
        self.tree.texts.push_str(text);
        (Run::new(first, text.len()), true)
    }

    fn close_mapping(&mut self, frame: &Frame, run: Run) -> Result<(), Problem> {
        for pair in self.tree.run(run).chunks_exact(2) {
            let [key, _] = pair else { continue };
            let key = self.tree.node(self.tree.target(*key));
            if !matches!(key.shape, Shape::Scalar { .. }) {
                let message = "a mapping or sequence cannot be a key".to_owned();
                return Err(Problem { message, span: key.span });
            }
        }
        if frame.merges {
            self.merging.push(frame.node);
        }
        let found = duplicates::find(&self.tree, self.source, self.tree.run(run));
        let (frames, pending, source) = (&self.frames, &self.pending, self.source);
        duplicates::tell(&mut self.tree, source, run, &found, |tree| {
            duplicates::path(tree, source, frames, pending)
        });
        // With merge keys the entries that count are known when the document is.
        if !frame.merges {
            duplicates::settle(&mut self.tree, source, frame.node, run, found);
        }
        Ok(())
    }

    fn too_deep(&self, span: Span) -> Problem {
        Problem { message: too_deep(self.limits), span }
    }
}

/// What is wrong with a file that crosses the limit of depth.
pub(super) fn too_deep(limits: &Limits) -> String {
    format!("collections are nested more than {} deep", limits.depth)
}

/// go-yaml's `isMerge`: a `<<` that is plain, or tagged `!` or `!!merge`.
fn merges(quoted: bool, tag: Option<&str>) -> bool {
    tag.map_or(!quoted, |tag| matches!(tag, NON_SPECIFIC_TAG | MERGE_TAG))
}
