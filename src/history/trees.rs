//! Reading objects: one worker per thread with its caches, and a scanner over raw trees.

use std::sync::{Arc, Mutex, PoisonError};

use gix::ObjectId;
use gix::objs::{Find, Kind};

use super::Repository;
use super::packs::{Bytes, MAX_OBJECT_BYTES, Packs, Reader};

/// A raw tree as it is in the object store.
pub(super) type RawTree = Bytes;

/// Workers that wait for work, so that their caches outlive one piece of it.
pub(super) struct Pool<'a> {
    repository: &'a Repository,
    packs: Arc<Packs>,
    idle: Mutex<Vec<Worker>>,
}

impl<'a> Pool<'a> {
    pub(super) fn new(repository: &'a Repository) -> Self {
        Self { repository, packs: Arc::new(Packs::of(repository)), idle: Mutex::default() }
    }

    /// Runs something with a worker of its own.
    pub(super) fn with<R>(&self, run: impl FnOnce(&mut Worker) -> R) -> R {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut worker = idle.unwrap_or_else(|| Worker::new(self.repository, self.packs.clone()));
        let result = run(&mut worker);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
        result
    }
}

/// Reads objects; what is absent or damaged is `None`.
pub(super) struct Worker {
    repository: gix::Repository,
    packs: Arc<Packs>,
    reader: Reader,
    buffer: Vec<u8>,
}

impl Worker {
    fn new(repository: &Repository, packs: Arc<Packs>) -> Self {
        let repository = repository.local().to_thread_local();
        Self { repository, packs, reader: Reader::default(), buffer: Vec::new() }
    }

    /// The commits whose parents a shallow clone left behind.
    pub(super) fn shallow_commits(&self) -> std::collections::HashSet<ObjectId> {
        let commits = self.repository.shallow_commits().ok().flatten();
        commits.map(|commits| commits.iter().copied().collect()).unwrap_or_default()
    }

    /// The bytes of an object of one kind.
    pub(super) fn object(&mut self, id: ObjectId, kind: Kind) -> Option<Bytes> {
        let (found, bytes) = match self.reader.read(&self.packs, id) {
            Some(found) => found,
            None => self.unpacked(id)?,
        };
        (found == kind).then_some(bytes)
    }

    /// What no pack of ours holds: loose objects, and packs under a multi-pack index.
    fn unpacked(&mut self, id: ObjectId) -> Option<(Kind, Bytes)> {
        let found = self.repository.objects.try_find(&id, &mut self.buffer).ok()??;
        (found.data.len() <= MAX_OBJECT_BYTES).then(|| (found.kind, found.data.into()))
    }

    /// A tree's bytes.
    pub(super) fn tree(&mut self, id: ObjectId) -> Option<RawTree> {
        self.object(id, Kind::Tree)
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
        (after, before) = skip_common(after, before);
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

/// Skips the entries with which both trees begin alike; one entry of hundreds differs as a rule.
fn skip_common<'a>(after: &'a [u8], before: &'a [u8]) -> (&'a [u8], &'a [u8]) {
    let common = common_prefix(after, before);
    if common == after.len().max(before.len()) {
        return (&[], &[]);
    }
    let mut rest = after;
    while let Some((_, next)) = first_entry(rest) {
        if after.len() - next.len() > common {
            break;
        }
        rest = next;
    }
    let skipped = after.len() - rest.len();
    (rest, before.get(skipped..).unwrap_or_default())
}

/// How many bytes two slices begin with alike.
fn common_prefix(one: &[u8], other: &[u8]) -> usize {
    const STRIDE: usize = 64;
    let strides = one.chunks_exact(STRIDE).zip(other.chunks_exact(STRIDE));
    let start = strides.take_while(|(one, other)| one == other).count() * STRIDE;
    let (one, other) =
        (one.get(start..).unwrap_or_default(), other.get(start..).unwrap_or_default());
    start + one.iter().zip(other).take_while(|(one, other)| one == other).count()
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
