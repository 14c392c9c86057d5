//! A commit of a Git repository, read from its object store without a checkout.
//!
//! Repositories are opened in isolation: what a hostile configuration says is not obeyed, and no
//! program is run.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use gix::ObjectId;
use gix::objs::TreeRefIter;
use gix::objs::tree::{EntryKind, EntryMode};

use super::Content;
use super::limits::{FILE_BYTES_MAX, TREE_DEPTH_MAX};
use super::listing::{Found, Stored, is_legal};
use super::problem::{ProblemKind, ReadError};
use crate::history::{Commit, Repository};

/// Longer link targets are no paths; Linux draws the line here too.
const LINK_BYTES_MAX: u64 = 4096;

/// How many branches and tags a message names.
const KNOWN_NAMES_MAX: usize = 5;

/// A repository that several threads read.
pub(super) struct Store {
    repository: Repository,
    /// Handles are dear to make and can't be shared: each thread takes one and puts it back.
    idle: Mutex<Vec<gix::Repository>>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("repository", &self.repository).finish_non_exhaustive()
    }
}

impl Store {
    pub(super) fn new(repository: Repository) -> Self {
        Self { repository, idle: Mutex::default() }
    }

    fn with<T>(&self, act: impl FnOnce(&gix::Repository) -> T) -> T {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let handle = idle.unwrap_or_else(|| self.repository.local().to_thread_local());
        let result = act(&handle);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(handle);
        result
    }

    /// Some branches and tags, as a clause for a message.
    pub(super) fn known_names(&self) -> String {
        self.with(known_names)
    }

    /// The tree of `folder` (empty for the whole) at a commit; None where it is no folder there.
    pub(super) fn tree(&self, commit: &Commit, folder: &str) -> Option<ObjectId> {
        self.entry(commit, folder, EntryMode::is_tree)
    }

    /// The file at a path at a commit; None where it is none, or a link.
    pub(super) fn blob(&self, commit: &Commit, path: &str) -> Option<ObjectId> {
        self.entry(commit, path, EntryMode::is_blob)
    }

    fn entry(
        &self,
        commit: &Commit,
        path: &str,
        is_wanted: impl Fn(&EntryMode) -> bool,
    ) -> Option<ObjectId> {
        let commit = ObjectId::from_hex(commit.id.as_bytes()).ok()?;
        self.with(|repository| {
            let tree = repository.find_commit(commit).ok()?.tree().ok()?;
            if path.is_empty() {
                return Some(tree.id);
            }
            let entry = tree.lookup_entry(path.split('/')).ok()??;
            is_wanted(&entry.mode()).then(|| entry.object_id())
        })
    }

    /// Lists the files below a tree; `max` bounds files and folders together.
    pub(super) fn list(&self, tree: ObjectId, max: usize) -> Found {
        let found = Found::up_to(max);
        self.with(|repository| Walk { repository, found, seen: 0, max }.run(tree))
    }

    /// The size of a file in bytes; `path` is for the message.
    pub(super) fn size(&self, id: ObjectId, path: &str) -> Result<u64, ReadError> {
        self.with(|repository| size(repository, id, path))
    }

    /// Reads one file; `path` is for the message.
    pub(super) fn read(&self, id: ObjectId, path: &str) -> Result<Content, ReadError> {
        self.with(|repository| read(repository, id, path, FILE_BYTES_MAX)).map(Arc::from)
    }
}

/// Whether a folder holds a repository's own files, as bare repositories and `.git` do.
pub(super) fn is_git_folder(path: &Path) -> bool {
    path.join("HEAD").is_file() && path.join("objects").is_dir() && path.join("refs").is_dir()
}

fn known_names(repository: &gix::Repository) -> String {
    let Ok(references) = repository.references() else { return String::new() };
    let Ok(all) = references.all() else { return String::new() };
    let mut names: Vec<String> =
        all.filter_map(Result::ok).map(|name| name.name().shorten().to_string()).collect();
    names.sort_unstable();
    if names.is_empty() {
        return String::new();
    }
    let more = if names.len() > KNOWN_NAMES_MAX { ", …" } else { "" };
    names.truncate(KNOWN_NAMES_MAX);
    format!(" (there are `{}`{more})", names.join("`, `"))
}

fn size(repository: &gix::Repository, id: ObjectId, path: &str) -> Result<u64, ReadError> {
    match repository.try_find_header(id) {
        Ok(Some(header)) => Ok(header.size()),
        Ok(None) => Err(absent(id, path)),
        Err(error) => Err(ReadError::Failed { path: path.to_owned(), message: error.to_string() }),
    }
}

fn absent(id: ObjectId, path: &str) -> ReadError {
    ReadError::Absent { path: path.to_owned(), object: id.to_string() }
}

fn read(
    repository: &gix::Repository,
    id: ObjectId,
    path: &str,
    max: u64,
) -> Result<Vec<u8>, ReadError> {
    let size = size(repository, id, path)?;
    if size > max {
        return Err(ReadError::TooLarge { path: path.to_owned(), size, max });
    }
    match repository.try_find_object(id) {
        Ok(Some(object)) => Ok(object.detach().data),
        Ok(None) => Err(absent(id, path)),
        Err(error) => Err(ReadError::Failed { path: path.to_owned(), message: error.to_string() }),
    }
}

/// A walk over trees, with its own stack: depth is the repository's to choose.
struct Walk<'a> {
    repository: &'a gix::Repository,
    found: Found,
    /// Entries met: trees of trees multiply without a single file.
    seen: usize,
    max: usize,
}

impl Walk<'_> {
    fn run(mut self, tree: ObjectId) -> Found {
        let mut open = vec![(String::new(), tree, 0)];
        while let Some((folder, id, depth)) = open.pop() {
            if self.seen > self.max && !self.found.is_full() {
                self.found.fill(&folder);
            }
            if self.found.is_full() {
                break;
            }
            match read(self.repository, id, &folder, FILE_BYTES_MAX) {
                Ok(tree) => self.list_tree(&folder, &tree, depth, &mut open),
                Err(error) => self.found.unread(folder, &error),
            }
        }
        self.found
    }

    fn list_tree(
        &mut self,
        folder: &str,
        tree: &[u8],
        depth: usize,
        open: &mut Vec<(String, ObjectId, usize)>,
    ) {
        for entry in TreeRefIter::from_bytes(tree, self.repository.object_hash()) {
            self.seen += 1;
            let Ok(entry) = entry else {
                let message = "the Git tree is damaged: run `git fsck`";
                self.found.problem(folder, ProblemKind::Unreadable, message);
                return;
            };
            let Some(path) = self.path(folder, entry.filename) else { continue };
            if entry.mode.kind() != EntryKind::Tree {
                self.add(path, entry.mode.kind(), entry.oid.to_owned());
            } else if depth + 1 >= TREE_DEPTH_MAX {
                let message = format!("more than {TREE_DEPTH_MAX} folders deep: left out");
                self.found.problem(path, ProblemKind::TooDeep, message);
            } else {
                open.push((path, entry.oid.to_owned(), depth + 1));
            }
        }
    }

    fn add(&mut self, path: String, kind: EntryKind, id: ObjectId) {
        match kind {
            EntryKind::Blob | EntryKind::BlobExecutable => {
                self.found.file(path, Stored::Object(id));
            }
            EntryKind::Link => match read(self.repository, id, &path, LINK_BYTES_MAX) {
                Ok(target) => {
                    let target = String::from_utf8_lossy(&target).into_owned();
                    self.found.link(path, target);
                }
                Err(error) => self.found.unread(path, &error),
            },
            EntryKind::Commit => {
                let message =
                    "a Git submodule: its files are in another repository, audit it there";
                self.found.problem(path, ProblemKind::Submodule, message);
            }
            EntryKind::Tree => {}
        }
    }

    /// The path of an entry, if a file can have it; what is wrong with it is said otherwise.
    fn path(&mut self, folder: &str, name: &[u8]) -> Option<String> {
        let join = |name: &str| match folder {
            "" => name.to_owned(),
            _ => format!("{folder}/{name}"),
        };
        let Ok(name) = std::str::from_utf8(name) else {
            let path = join(&String::from_utf8_lossy(name));
            self.found.problem(path, ProblemKind::NotUtf8, "the name is no UTF-8: rename it");
            return None;
        };
        if name == ".git" || name.contains('/') || !is_legal(name) {
            let message = "a name that Git itself refuses: the repository is damaged or hostile";
            self.found.problem(join(name), ProblemKind::IllegalName, message);
            return None;
        }
        Some(join(name))
    }
}
