//! Comparing two commits' trees along the paths of charts and nowhere else.

use gix::ObjectId;

use super::trees::{Entry, RawTree, Worker, differences};

/// A chart's path may have this many folders; deeper ones are not followed.
pub const MAX_PATH_DEPTH: usize = 64;

/// The file that makes a folder a chart.
pub(super) const CHART_YAML: &[u8] = b"Chart.yaml";

/// What a chart ships and Helm renders, besides Chart.yaml.
const CONTENT: [&[u8]; 5] =
    [b"templates", b"crds", b"charts", b"values.schema.json", b"requirements.yaml"];

/// values.yaml, and the files beside it that hold values for one use of the chart: they ship with it.
fn is_values(name: &[u8]) -> bool {
    name.starts_with(b"values") && (name.ends_with(b".yaml") || name.ends_with(b".yml"))
}

/// Where another chart may lie without being content. What lies in charts/ ships with the chart.
const MAY_HOLD_OTHER_CHARTS: [&[u8]; 2] = [b"templates", b"crds"];

/// Paths to compare, as a tree of names. A *slot* is the number of a path.
#[derive(Debug)]
pub(super) struct Watched {
    nodes: Vec<Node>,
}

#[derive(Debug, Default)]
struct Node {
    children: Vec<(Box<[u8]>, usize)>,
    slot: Option<u32>,
}

/// How one chart's folder differs between a commit and one of its parents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) slot: u32,
    /// Which parent, from 0.
    pub(super) parent: u16,
    /// Content other than Chart.yaml differs.
    pub(super) content: bool,
    /// A tree is absent: that something differs is all that is known.
    pub(super) unknown: bool,
    /// Chart.yaml in the commit and in the parent. `None` where it is absent, and in both where it is the same.
    pub(super) after: Option<ObjectId>,
    pub(super) before: Option<ObjectId>,
}

/// Which parent is compared, and which slots (sorted) matter; `None` for all.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question<'a> {
    pub(super) parent: u16,
    pub(super) only: Option<&'a [u32]>,
}

impl Question<'_> {
    fn slot(self, node: &Node) -> Option<u32> {
        node.slot.filter(|slot| self.only.is_none_or(|only| only.binary_search(slot).is_ok()))
    }
}

/// A tree on the way to a chart is absent, so nothing can be said.
#[derive(Debug)]
pub(super) struct Absent;

impl Watched {
    /// Watches paths; their slots are numbered from `first`.
    pub(super) fn new<'p>(paths: impl Iterator<Item = &'p str>, first: u32) -> Self {
        let mut watched = Self { nodes: vec![Node::default()] };
        for (index, path) in paths.enumerate() {
            watched.insert(path, first + index as u32);
        }
        watched
    }

    fn insert(&mut self, path: &str, slot: u32) {
        let parts: Vec<_> = path.split('/').filter(|part| !part.is_empty()).collect();
        if is_too_deep(path) {
            return;
        }
        let at = parts.iter().fold(0, |at, part| self.child_or_new(at, part.as_bytes()));
        if let Some(node) = self.nodes.get_mut(at) {
            node.slot = Some(slot);
        }
    }

    fn child_or_new(&mut self, at: usize, name: &[u8]) -> usize {
        let new = self.nodes.len();
        let Some(node) = self.nodes.get_mut(at) else { return at };
        match node.children.binary_search_by(|(child, _)| (**child).cmp(name)) {
            Ok(found) => node.children.get(found).map_or(at, |(_, child)| *child),
            Err(place) => {
                node.children.insert(place, (name.into(), new));
                self.nodes.push(Node::default());
                new
            }
        }
    }

    fn child(&self, at: usize, name: &[u8]) -> Option<usize> {
        let children = &self.nodes.get(at)?.children;
        let found = children.binary_search_by(|(child, _)| (**child).cmp(name)).ok()?;
        children.get(found).map(|(_, child)| *child)
    }

    /// Adds to `out` every watched path in which two root trees differ.
    pub(super) fn compare(
        &self,
        worker: &mut Worker,
        pair: Pair,
        question: Question<'_>,
        out: &mut Vec<Difference>,
    ) -> Result<(), Absent> {
        if pair.after == pair.before {
            return Ok(());
        }
        self.compare_node(worker, 0, pair, question, out)
    }

    /// Whether a node holds anything that is asked for.
    fn is_wanted(&self, at: usize, question: Question<'_>) -> bool {
        self.nodes
            .get(at)
            .is_some_and(|node| !node.children.is_empty() || question.slot(node).is_some())
    }

    fn compare_node(
        &self,
        worker: &mut Worker,
        at: usize,
        pair: Pair,
        question: Question<'_>,
        out: &mut Vec<Difference>,
    ) -> Result<(), Absent> {
        let parent = question.parent;
        let Some(node) = self.nodes.get(at) else { return Ok(()) };
        let Some((after, before)) = pair.read(worker) else {
            let Some(slot) = question.slot(node).filter(|_| node.children.is_empty()) else {
                return Err(Absent);
            };
            out.push(Difference {
                slot,
                parent,
                content: true,
                unknown: true,
                ..Difference::default()
            });
            return Ok(());
        };
        let mut found =
            question.slot(node).map(|slot| Difference { slot, parent, ..Difference::default() });
        let mut below = Vec::new();
        let mut maybe = Vec::new();
        differences(&after, &before, |new, old| {
            let name = new.or(old).map_or(&b""[..], |entry| entry.name);
            let child = self.child(at, name).map(|child| (child, Pair::of(new, old)));
            if let Some(found) = &mut found {
                match child.filter(|_| MAY_HOLD_OTHER_CHARTS.contains(&name)) {
                    Some(child) => maybe.push(child),
                    None => found.note(name, new, old),
                }
            }
            below.extend(child.filter(|(child, pair)| {
                pair.after != pair.before && self.is_wanted(*child, question)
            }));
        });
        if let Some(mut found) = found {
            found.content |=
                maybe.into_iter().any(|(child, pair)| self.differs_outside(worker, child, pair));
            out.push(found);
        }
        below
            .into_iter()
            .try_for_each(|(child, pair)| self.compare_node(worker, child, pair, question, out))
    }

    /// Whether two trees differ anywhere but in other charts' folders.
    fn differs_outside(&self, worker: &mut Worker, at: usize, pair: Pair) -> bool {
        if self.nodes.get(at).is_some_and(|node| node.slot.is_some()) {
            return false;
        }
        let Some((after, before)) = pair.read(worker) else { return true };
        let mut outside = false;
        let mut below = Vec::new();
        differences(&after, &before, |new, old| {
            let name = new.or(old).map_or(&b""[..], |entry| entry.name);
            match self.child(at, name) {
                Some(child) => below.push((child, Pair::of(new, old))),
                None => outside = true,
            }
        });
        outside || below.into_iter().any(|(child, pair)| self.differs_outside(worker, child, pair))
    }
}

impl Difference {
    /// Takes note of one entry of the chart's folder that differs.
    fn note(&mut self, name: &[u8], after: Option<Entry<'_>>, before: Option<Entry<'_>>) {
        let blob = |entry: Option<Entry<'_>>| entry.filter(|entry| entry.is_blob()).map(Entry::id);
        if name == CHART_YAML {
            // A file that became a folder comes as two events.
            self.after = self.after.or(blob(after));
            self.before = self.before.or(blob(before));
        } else if CONTENT.contains(&name) || is_values(name) {
            self.content = true;
        }
    }
}

/// Whether a path is too deep to be followed.
pub(super) fn is_too_deep(path: &str) -> bool {
    path.split('/').filter(|part| !part.is_empty()).count() > MAX_PATH_DEPTH
}

/// Whether the content of two chart folders differs, and their Chart.yaml files; for folders at different paths.
pub(super) fn compare_folders(
    worker: &mut Worker,
    after: ObjectId,
    before: ObjectId,
) -> Difference {
    let mut out = Vec::new();
    let watched = Watched::new(std::iter::once(""), 0);
    let pair = Pair { after: Some(after), before: Some(before) };
    let _ = watched.compare(worker, pair, Question { parent: 0, only: None }, &mut out);
    out.pop().unwrap_or_default()
}

/// The folder at a path below a root tree.
pub(super) fn folder(worker: &mut Worker, root: ObjectId, path: &str) -> Option<ObjectId> {
    path.split('/').filter(|part| !part.is_empty()).try_fold(root, |tree, part| {
        let raw = worker.tree(tree)?;
        super::trees::find(&raw, part.as_bytes()).filter(|entry| entry.is_tree()).map(Entry::id)
    })
}

/// A chart's Chart.yaml in its folder.
pub(super) fn chart_yaml(worker: &mut Worker, folder: ObjectId) -> Option<ObjectId> {
    let raw = worker.tree(folder)?;
    super::trees::find(&raw, CHART_YAML).filter(|entry| entry.is_blob()).map(Entry::id)
}

/// Two trees; `None` is an empty one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    pub(super) after: Option<ObjectId>,
    pub(super) before: Option<ObjectId>,
}

impl Pair {
    fn of(after: Option<Entry<'_>>, before: Option<Entry<'_>>) -> Self {
        let tree = |entry: Option<Entry<'_>>| entry.filter(|entry| entry.is_tree()).map(Entry::id);
        Self { after: tree(after), before: tree(before) }
    }

    /// Both trees' bytes; `None` where one is absent.
    fn read(self, worker: &mut Worker) -> Option<(RawTree, RawTree)> {
        let mut one =
            |id: Option<ObjectId>| id.map_or_else(|| Some(RawTree::from([])), |id| worker.tree(id));
        Some((one(self.after)?, one(self.before)?))
    }
}
