//! The tree behind a stream: flat lists of nodes, children and texts, addressed by number.

use std::borrow::Cow;

use crate::text::Span;

use super::resolve::{self, Typed};
use super::{Comment, DuplicateKey};

/// Mappings with more entries than this have their keys sorted for lookup.
pub(super) const LINEAR_LOOKUP: usize = 12;

/// A node's number in [`Tree::nodes`].
pub(super) type Id = u32;

/// A run in [`Tree::children`], [`Tree::sorted`] or in a text.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Run {
    pub(super) first: u32,
    pub(super) len: u32,
}

impl Run {
    pub(super) fn new(first: usize, len: usize) -> Self {
        Self { first: first as u32, len: len as u32 }
    }

    pub(super) fn range(self) -> std::ops::Range<usize> {
        let first = self.first as usize;
        first..first + self.len as usize
    }
}

/// What a node is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    /// A scalar; its text is a run of the source, or of [`Tree::texts`].
    Scalar { typed: Typed, text: Run },
    /// Items.
    Sequence(Run),
    /// Keys and values in turn, as written.
    Mapping(Run),
    /// Stands for the node with that number, which is never an alias itself.
    Alias(Id),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Data {
    pub(super) shape: Shape,
    pub(super) span: Span,
    pub(super) marks: Marks,
}

/// What few nodes have; the details are in lists beside the nodes.
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "four independent facts about a node")]
pub(super) struct Marks {
    /// Written in quotes or as a block scalar.
    pub(super) quoted: bool,
    /// The scalar's text is in [`Tree::texts`].
    pub(super) owned_text: bool,
    /// Of a key: a plain `<<`.
    pub(super) merge_key: bool,
    /// Of a mapping: [`Tree::views`] says which entries count.
    pub(super) viewed: bool,
}

/// The entries of a mapping that count, where that is not simply all of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct View {
    pub(super) mapping: Id,
    /// Keys and values in turn.
    pub(super) entries: Run,
    /// How many of the entries are the mapping's own; the others were merged in.
    pub(super) own: u32,
}

/// Everything that one parse finds, but for its text.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) nodes: Vec<Data>,
    pub(super) children: Vec<Id>,
    /// Texts that do not stand in the file as they are.
    pub(super) texts: String,
    /// Entry positions of large mappings in the order of their keys.
    pub(super) sorted: Vec<u32>,
    /// By mapping.
    pub(super) views: Vec<View>,
    /// Runs of [`Tree::sorted`] by mapping.
    pub(super) indexes: Vec<(Id, Run)>,
    /// By node.
    pub(super) anchors: Vec<(Id, Box<str>)>,
    /// By node.
    pub(super) tags: Vec<(Id, Box<str>)>,
    pub(super) documents: Vec<Id>,
    pub(super) comments: Vec<Comment>,
    pub(super) duplicate_keys: Vec<DuplicateKey>,
}

/// A node where nothing can be found: only a number from another tree leads here.
const NOTHING: Data = Data {
    shape: Shape::Scalar { typed: Typed::Null, text: Run { first: 0, len: 0 } },
    span: Span { start: 0, end: 0 },
    marks: Marks { quoted: false, owned_text: false, merge_key: false, viewed: false },
};

impl Tree {
    pub(super) fn node(&self, id: Id) -> &Data {
        self.nodes.get(id as usize).unwrap_or(&NOTHING)
    }

    /// The node that an alias stands for; any other node itself.
    pub(super) fn target(&self, id: Id) -> Id {
        match self.node(id).shape {
            Shape::Alias(target) => target,
            _ => id,
        }
    }

    pub(super) fn run(&self, run: Run) -> &[Id] {
        self.children.get(run.range()).unwrap_or_default()
    }

    /// A scalar's text before typing; empty for a collection.
    pub(super) fn text<'a>(&'a self, source: &'a str, id: Id) -> &'a str {
        let data = self.node(id);
        let Shape::Scalar { text, .. } = data.shape else { return "" };
        let from = if data.marks.owned_text { self.texts.as_str() } else { source };
        from.get(text.range()).unwrap_or("")
    }

    /// A key as it reads in JSON, as sigs.k8s.io/yaml converts it; empty for a collection.
    pub(super) fn key_text<'a>(&'a self, source: &'a str, id: Id) -> Cow<'a, str> {
        let id = self.target(id);
        match self.node(id).shape {
            Shape::Scalar { typed: Typed::String, .. } => Cow::Borrowed(self.text(source, id)),
            Shape::Scalar { typed, .. } => match typed {
                Typed::Bool(true) => Cow::Borrowed("true"),
                Typed::Bool(false) => Cow::Borrowed("false"),
                Typed::Int(int) => Cow::Owned(int.to_string()),
                Typed::Big(int) => Cow::Owned(int.to_string()),
                Typed::Float(float) => Cow::Owned(resolve::float_key(float)),
                Typed::Null | Typed::String => Cow::Borrowed("null"),
            },
            _ => Cow::Borrowed(""),
        }
    }

    /// The entries of a mapping that count: own ones, then merged ones; keys and values in turn.
    pub(super) fn entries(&self, mapping: Id) -> (&[Id], usize) {
        let data = self.node(mapping);
        let Shape::Mapping(run) = data.shape else { return (&[], 0) };
        if !data.marks.viewed {
            return (self.run(run), run.len as usize / 2);
        }
        match self.views.binary_search_by_key(&mapping, |view| view.mapping) {
            Ok(at) => self
                .views
                .get(at)
                .map_or((&[], 0), |view| (self.run(view.entries), view.own as usize)),
            Err(_) => (self.run(run), run.len as usize / 2),
        }
    }

    /// The position of a key among the entries that count.
    pub(super) fn find(&self, source: &str, mapping: Id, key: &str) -> Option<usize> {
        let (entries, _) = self.entries(mapping);
        let text = |at: usize| {
            entries.get(at * 2).map_or(Cow::Borrowed(""), |id| self.key_text(source, *id))
        };
        let large = entries.len() / 2 > LINEAR_LOOKUP;
        if let Some(sorted) = if large { self.index(mapping) } else { None } {
            let at = sorted.binary_search_by(|at| text(*at as usize).as_ref().cmp(key)).ok()?;
            return sorted.get(at).map(|at| *at as usize);
        }
        entries.iter().step_by(2).position(|id| self.is_key(source, *id, key))
    }

    /// Whether a key reads so. Most keys are strings of another length.
    fn is_key(&self, source: &str, id: Id, key: &str) -> bool {
        match self.node(id).shape {
            Shape::Scalar { typed: Typed::String, text } if text.len as usize != key.len() => false,
            _ => self.key_text(source, id) == key,
        }
    }

    fn index(&self, mapping: Id) -> Option<&[u32]> {
        let at = self.indexes.binary_search_by_key(&mapping, |index| index.0).ok()?;
        self.sorted.get(self.indexes.get(at)?.1.range())
    }

    pub(super) fn detail(list: &[(Id, Box<str>)], id: Id) -> Option<&str> {
        let at = list.binary_search_by_key(&id, |entry| entry.0).ok()?;
        list.get(at).map(|entry| entry.1.as_ref())
    }

    /// Puts the lists that are searched by number into order; call once, when all is read.
    pub(super) fn finish(&mut self) {
        self.views.sort_unstable_by_key(|view| view.mapping);
        self.indexes.sort_unstable_by_key(|index| index.0);
        self.anchors.sort_by_key(|anchor| anchor.0);
        self.tags.sort_by_key(|tag| tag.0);
        self.comments.sort_by_key(|comment| comment.span);
        self.duplicate_keys.sort_by_key(|duplicate| duplicate.span);
    }
}
