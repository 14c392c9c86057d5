//! Reading objects: one worker per thread with its caches, and a scanner over raw trees.

use std::sync::{Arc, Mutex, PoisonError};

use gix::ObjectId;
use gix::hashtable::HashMap;
use gix::objs::Find;

use super::Repository;

/// How many bytes of delta bases one worker keeps. Successive versions of a tree are deltas of each other; without
/// the bases each would be rebuilt from the start of its chain.
pub const DELTA_CACHE_BYTES: usize = 32 << 20;

/// How many bytes of raw trees one worker keeps in each of its two generations.
pub const TREE_CACHE_BYTES: usize = 8 << 20;

/// A raw tree as it is in the object store.
pub(super) type RawTree = Arc<[u8]>;

/// Workers that wait for work, so that their caches outlive one piece of it.
pub(super) struct Pool<'a> {
    repository: &'a Repository,
    idle: Mutex<Vec<Worker>>,
}

impl<'a> Pool<'a> {
    pub(super) fn new(repository: &'a Repository) -> Self {
        Self { repository, idle: Mutex::default() }
    }

    /// Runs something with a worker of its own.
    pub(super) fn with<R>(&self, run: impl FnOnce(&mut Worker) -> R) -> R {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut worker = idle.unwrap_or_else(|| Worker::new(self.repository));
        let result = run(&mut worker);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
        result
    }
}

/// Reads objects; what is absent or damaged is `None`.
pub(super) struct Worker {
    repository: gix::Repository,
    buffer: Vec<u8>,
    young: HashMap<ObjectId, RawTree>,
    old: HashMap<ObjectId, RawTree>,
    young_bytes: usize,
}

impl Worker {
    fn new(repository: &Repository) -> Self {
        let mut local = repository.local().to_thread_local();
        local.object_cache_size(None);
        local.objects.set_pack_cache(|| {
            Box::new(gix::odb::pack::cache::lru::MemoryCappedHashmap::new(DELTA_CACHE_BYTES))
        });
        Self {
            repository: local,
            buffer: Vec::new(),
            young: HashMap::default(),
            old: HashMap::default(),
            young_bytes: 0,
        }
    }

    /// The commits whose parents a shallow clone left behind.
    pub(super) fn shallow_commits(&self) -> std::collections::HashSet<ObjectId> {
        let commits = self.repository.shallow_commits().ok().flatten();
        commits.map(|commits| commits.iter().copied().collect()).unwrap_or_default()
    }

    /// The bytes of an object of one kind.
    pub(super) fn object(&mut self, id: ObjectId, kind: gix::objs::Kind) -> Option<&[u8]> {
        let found = self.repository.objects.try_find(&id, &mut self.buffer).ok()??;
        (found.kind == kind).then_some(found.data)
    }

    /// A tree's bytes, from the cache where it was read lately.
    pub(super) fn tree(&mut self, id: ObjectId) -> Option<RawTree> {
        if let Some(tree) = self.young.get(&id) {
            return Some(tree.clone());
        }
        let tree = match self.old.remove(&id) {
            Some(tree) => tree,
            None => self.object(id, gix::objs::Kind::Tree)?.into(),
        };
        self.remember(id, tree.clone());
        Some(tree)
    }

    /// Two generations: when the young one is full it becomes the old one, and what nobody asked for again goes.
    fn remember(&mut self, id: ObjectId, tree: RawTree) {
        self.young_bytes += tree.len();
        self.young.insert(id, tree);
        if self.young_bytes > TREE_CACHE_BYTES {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
    }
}

/// One entry of a raw tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry<'a> {
    mode: &'a [u8],
    pub(super) name: &'a [u8],
    id: &'a [u8],
}

impl<'a> Entry<'a> {
    pub(super) fn is_tree(self) -> bool {
        matches!(self.mode, b"40000" | b"040000")
    }

    /// Links and submodules are neither tree nor blob: what they lead to is not in this commit.
    pub(super) fn is_blob(self) -> bool {
        matches!(self.mode, [b'1', b'0', b'0', ..])
    }

    pub(super) fn id(self) -> ObjectId {
        ObjectId::try_from(self.id).unwrap_or_else(|_| ObjectId::null(gix::hash::Kind::Sha1))
    }

    /// Git sorts a folder as if its name ended in `/`.
    fn precedes(self, other: Entry<'_>) -> std::cmp::Ordering {
        let slash = |entry: Entry<'_>| entry.is_tree().then_some(b'/');
        self.name
            .iter()
            .copied()
            .chain(slash(self))
            .cmp(other.name.iter().copied().chain(slash(other)))
    }
}

/// The entries of a raw tree in its own order; ends at the first byte that makes no sense.
pub(super) fn entries(raw: &[u8]) -> impl Iterator<Item = Entry<'_>> {
    let mut rest = raw;
    std::iter::from_fn(move || {
        let (entry, after) = first_entry(rest)?;
        rest = after;
        Some(entry)
    })
}

/// The entry of that name.
pub(super) fn find<'a>(raw: &'a [u8], name: &[u8]) -> Option<Entry<'a>> {
    entries(raw).find(|entry| entry.name == name)
}

/// Calls `visit(after, before)` for every entry in which two raw trees differ; an absent tree is an empty one.
/// A file that became a folder comes as two events, one for each.
pub(super) fn differences<'a>(
    after: &'a [u8],
    before: &'a [u8],
    mut visit: impl FnMut(Option<Entry<'a>>, Option<Entry<'a>>),
) {
    let (mut after, mut before) = (after, before);
    loop {
        match (first_entry(after), first_entry(before)) {
            (Some((new, new_rest)), Some((old, old_rest))) => {
                let order = if new == old { None } else { Some(new.precedes(old)) };
                match order {
                    None => (after, before) = (new_rest, old_rest),
                    Some(std::cmp::Ordering::Equal) => {
                        visit(Some(new), Some(old));
                        (after, before) = (new_rest, old_rest);
                    }
                    Some(std::cmp::Ordering::Less) => {
                        visit(Some(new), None);
                        after = new_rest;
                    }
                    Some(std::cmp::Ordering::Greater) => {
                        visit(None, Some(old));
                        before = old_rest;
                    }
                }
            }
            (Some((new, rest)), None) => {
                visit(Some(new), None);
                after = rest;
            }
            (None, Some((old, rest))) => {
                visit(None, Some(old));
                before = rest;
            }
            (None, None) => return,
        }
    }
}

/// Length of an object id in a tree; careen reads SHA-1 repositories only.
const ID_LENGTH: usize = 20;

fn first_entry(raw: &[u8]) -> Option<(Entry<'_>, &[u8])> {
    let space = raw.iter().take(7).position(|byte| *byte == b' ')?;
    let (mode, rest) = (raw.get(..space)?, raw.get(space + 1..)?);
    let zero = rest.iter().position(|byte| *byte == 0)?;
    let name = rest.get(..zero)?;
    let id = rest.get(zero + 1..zero + 1 + ID_LENGTH)?;
    Some((Entry { mode, name, id }, rest.get(zero + 1 + ID_LENGTH..)?))
}
