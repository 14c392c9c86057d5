//! The commits behind a head: each read once, in the order in which Git shows them.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};

use gix::ObjectId;
use gix::hashtable::HashMap;

use super::packs::Bytes;
use super::trees::Worker;

/// One commit.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) id: ObjectId,
    pub(super) tree: ObjectId,
    /// Indices of the parents; empty for a root and at a boundary.
    pub(super) parents: Vec<u32>,
    /// Committer time, in seconds since 1970.
    pub(super) time: i64,
    /// The commit has parents that are not here: shallow, or absent.
    pub(super) boundary: bool,
}

/// All commits, and an order in which no parent comes before its child; newest first where that leaves a choice.
#[derive(Debug, Default)]
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    pub(super) order: Vec<u32>,
}

impl Graph {
    pub(super) fn node(&self, index: u32) -> Option<&Node> {
        self.nodes.get(index as usize)
    }

    /// The first-parent line, newest first.
    pub(super) fn mainline(&self) -> impl Iterator<Item = u32> {
        let head = (!self.nodes.is_empty()).then_some(0);
        std::iter::successors(head, |index| self.node(*index)?.parents.first().copied())
    }

    /// For every commit its place in `order`.
    pub(super) fn places(&self) -> Vec<u32> {
        let mut places = vec![0; self.nodes.len()];
        for (place, index) in self.order.iter().enumerate() {
            if let Some(slot) = places.get_mut(*index as usize) {
                *slot = place as u32;
            }
        }
        places
    }

    fn sort(&mut self) {
        let mut children = vec![0_u32; self.nodes.len()];
        for parent in self.nodes.iter().flat_map(|node| &node.parents) {
            if let Some(count) = children.get_mut(*parent as usize) {
                *count += 1;
            }
        }
        let mut ready = BinaryHeap::new();
        ready.extend(self.nodes.first().map(|head| (head.time, Reverse(0_u32))));
        while let Some((_, Reverse(index))) = ready.pop() {
            self.order.push(index);
            let Some(node) = self.nodes.get(index as usize) else { continue };
            for parent in &node.parents {
                let Some(count) = children.get_mut(*parent as usize) else { continue };
                *count -= 1;
                if *count == 0 {
                    let time = self.nodes.get(*parent as usize).map_or(0, |parent| parent.time);
                    ready.push((time, Reverse(*parent)));
                }
            }
        }
    }
}

/// Walks from a head by commit time, as `git log` does.
pub(super) struct Walker {
    graph: Graph,
    index: HashMap<ObjectId, u32>,
    queue: BinaryHeap<(i64, Reverse<u32>)>,
    pending: Vec<Option<Pending>>,
    shallow: HashSet<ObjectId>,
}

/// A commit that was read and not yet shown.
struct Pending {
    raw: Bytes,
    parents: Vec<ObjectId>,
}

impl Walker {
    /// Starts at a head; `None` where it can't be read.
    pub(super) fn new(worker: &mut Worker, head: ObjectId) -> Option<Self> {
        let mut walker = Self {
            graph: Graph::default(),
            index: HashMap::default(),
            queue: BinaryHeap::new(),
            pending: Vec::new(),
            shallow: worker.shallow_commits(),
        };
        walker.read(worker, head)?;
        Some(walker)
    }

    /// The next commit with its raw text; its parents are known by then.
    pub(super) fn next(&mut self, worker: &mut Worker) -> Option<(u32, Bytes)> {
        let (_, Reverse(index)) = self.queue.pop()?;
        let pending = self.pending.get_mut(index as usize)?.take()?;
        let id = self.graph.node(index)?.id;
        let parents: Option<Vec<u32>> = if self.shallow.contains(&id) {
            None
        } else {
            pending.parents.iter().map(|parent| self.read(worker, *parent)).collect()
        };
        let node = self.graph.nodes.get_mut(index as usize)?;
        node.boundary = parents.is_none() && !pending.parents.is_empty();
        node.parents = parents.unwrap_or_default();
        Some((index, pending.raw))
    }

    /// What was walked so far.
    pub(super) fn graph(&self) -> &Graph {
        &self.graph
    }

    /// Ends the walk.
    pub(super) fn finish(mut self) -> Graph {
        self.graph.sort();
        self.graph
    }

    fn read(&mut self, worker: &mut Worker, id: ObjectId) -> Option<u32> {
        if let Some(index) = self.index.get(&id) {
            return Some(*index);
        }
        let raw = worker.object(id, gix::objs::Kind::Commit)?;
        let header = Header::parse(&raw)?;
        let index = self.graph.nodes.len() as u32;
        let (tree, time) = (header.tree, header.time);
        self.graph.nodes.push(Node { id, tree, parents: Vec::new(), time, boundary: false });
        self.pending.push(Some(Pending { parents: header.parents, raw }));
        self.index.insert(id, index);
        self.queue.push((time, Reverse(index)));
        Some(index)
    }
}

struct Header {
    tree: ObjectId,
    parents: Vec<ObjectId>,
    time: i64,
}

impl Header {
    /// Reads the lines before the message. A malformed time is 0, as Git has it.
    fn parse(raw: &[u8]) -> Option<Self> {
        let mut lines = raw.split(|byte| *byte == b'\n').take_while(|line| !line.is_empty());
        let tree = ObjectId::from_hex(lines.next()?.strip_prefix(b"tree ")?).ok()?;
        let mut header = Self { tree, parents: Vec::new(), time: 0 };
        for line in lines {
            if let Some(parent) = line.strip_prefix(b"parent ") {
                header.parents.push(ObjectId::from_hex(parent).ok()?);
            } else if let Some(committer) = line.strip_prefix(b"committer ") {
                header.time = time_of(committer);
                break;
            }
        }
        Some(header)
    }
}

/// The seconds in `Name <address> SECONDS ZONE`.
fn time_of(signature: &[u8]) -> i64 {
    let rest = signature.rsplit(|byte| *byte == b'>').next().unwrap_or_default();
    let text = std::str::from_utf8(rest).unwrap_or_default();
    text.split_whitespace().next().and_then(|seconds| seconds.parse().ok()).unwrap_or(0)
}
