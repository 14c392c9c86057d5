//! A commit of a Git repository, read from its object store without a checkout.
//!
//! Repositories are opened in isolation: what a hostile configuration says is not obeyed, and no
//! program is run.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use gix::ObjectId;
use gix::objs::TreeRefIter;
use gix::objs::tree::EntryKind;

use super::Content;
use super::limits::{FILE_BYTES_MAX, FILES_MAX, TREE_DEPTH_MAX};
use super::listing::{Found, Stored, is_legal};
use super::problem::{ProblemKind, ReadError, SourceError};

/// Longer link targets are no paths; Linux draws the line here too.
const LINK_BYTES_MAX: u64 = 4096;

/// How many branches and tags a message names.
const KNOWN_NAMES_MAX: usize = 5;

/// A repository that several threads read.
pub(super) struct Store {
    shared: gix::ThreadSafeRepository,
    /// Handles are dear to make and can't be shared: each thread takes one and puts it back.
    idle: Mutex<Vec<gix::Repository>>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("path", &self.shared.path()).finish_non_exhaustive()
    }
}

impl Store {
    /// The repository in which `root` lies; `path` is its name for the message.
    pub(super) fn discover(root: &Path, path: &Path) -> Result<Self, SourceError> {
        let options = gix::open::Options::isolated();
        let trust = gix::sec::trust::Mapping { full: options.clone(), reduced: options };
        let shared = gix::ThreadSafeRepository::discover_opts(
            root,
            gix::discover::upwards::Options::default(),
            trust,
        )
        .map_err(|_| SourceError::NotARepository(path.to_owned()))?;
        Ok(Self { shared, idle: Mutex::default() })
    }

    /// The repository whose own files (HEAD, objects, refs) lie in `path`.
    pub(super) fn open(path: &Path) -> Result<Self, SourceError> {
        let shared = gix::open::Options::isolated()
            .open_path_as_is(true)
            .open(path)
            .map_err(|error| git_error(path, &error))?;
        Ok(Self { shared, idle: Mutex::default() })
    }

    pub(super) fn work_dir(&self) -> Option<PathBuf> {
        self.shared.work_dir()?.canonicalize().ok()
    }

    fn with<T>(&self, act: impl FnOnce(&gix::Repository) -> T) -> T {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let handle = idle.unwrap_or_else(|| self.shared.to_thread_local());
        let result = act(&handle);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(handle);
        result
    }

    /// The commit that a branch, tag, abbreviated id or revision expression names; HEAD by default.
    pub(super) fn commit(&self, path: &Path, at: Option<&str>) -> Result<ObjectId, SourceError> {
        self.with(|repository| {
            let reference = at.unwrap_or("HEAD");
            let commit = repository
                .rev_parse_single(reference)
                .and_then(|id| id.object())
                .ok()
                .and_then(|object| object.peel_to_commit().ok());
            match (commit, at) {
                (Some(commit), _) => Ok(commit.id),
                (None, None) => Err(SourceError::NoCommit(path.to_owned())),
                (None, Some(_)) => Err(SourceError::NoReference {
                    reference: reference.to_owned(),
                    path: path.to_owned(),
                    known: known_names(repository),
                }),
            }
        })
    }

    /// The tree of `folder` (empty for the whole) at a commit; None where it is no folder there.
    pub(super) fn tree(&self, commit: ObjectId, folder: &str) -> Option<ObjectId> {
        self.with(|repository| {
            let tree = repository.find_commit(commit).ok()?.tree().ok()?;
            if folder.is_empty() {
                return Some(tree.id);
            }
            let entry = tree.lookup_entry(folder.split('/')).ok()??;
            entry.mode().is_tree().then(|| entry.object_id())
        })
    }

    /// Lists the files below a tree.
    pub(super) fn list(&self, tree: ObjectId) -> Found {
        self.with(|repository| Walk { repository, found: Found::default(), seen: 0 }.run(tree))
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

fn git_error(path: &Path, error: &impl std::fmt::Display) -> SourceError {
    SourceError::Git { path: path.to_owned(), message: error.to_string() }
}

/// Some branches and tags, newest names last, as a clause for a message.
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
    seen: usize,
}

impl Walk<'_> {
    fn run(mut self, tree: ObjectId) -> Found {
        let mut open = vec![(String::new(), tree, 0)];
        while let Some((folder, id, depth)) = open.pop() {
            if self.found.is_full() || self.seen > FILES_MAX {
                break;
            }
            match read(self.repository, id, &folder, FILE_BYTES_MAX) {
                Ok(tree) => self.list_tree(&folder, &tree, depth, &mut open),
                Err(error) => {
                    let kind = match error {
                        ReadError::Absent { .. } => ProblemKind::Absent,
                        _ => ProblemKind::Unreadable,
                    };
                    self.found.problem(folder, kind, error.to_string());
                }
            }
        }
        if self.seen > FILES_MAX {
            let message = format!("more than {FILES_MAX} files and folders: the rest is left out");
            self.found.problem("", ProblemKind::TooMany, message);
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
                Err(error) => {
                    self.found.problem(path, ProblemKind::Unreadable, error.to_string());
                }
            },
            EntryKind::Commit => {
                let message = "a Git submodule: its files are in another repository, audit it there";
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
