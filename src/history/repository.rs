//! Opening repositories and naming commits, without running anything that a repository's configuration says.

use std::path::{Path, PathBuf};

use gix::bstr::ByteSlice;

/// Why history can't be read, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The path is no Git repository, or one that can't be read.
    #[error("`{}` can't be opened as a Git repository: {reason}", path.display())]
    Open {
        /// The path as given.
        path: PathBuf,
        /// What the object store said.
        reason: String,
    },
    /// A reference names no commit.
    #[error(
        "`{reference}` names no commit here: {reason}; fetch it, or give a branch, a tag or a commit id of this repository"
    )]
    Reference {
        /// The reference as given.
        reference: String,
        /// What the revision parser said.
        reason: String,
    },
    /// The repository has no commit yet.
    #[error(
        "the repository has no commit at `HEAD`: commit something, or name a branch that has commits"
    )]
    Empty,
    /// A commit is named but absent.
    #[error(
        "commit `{commit}` is absent from the object store: fetch it, for example with `git fetch --unshallow`"
    )]
    Absent {
        /// The commit's id.
        commit: String,
    },
}

/// A Git repository, read only.
#[derive(Clone, Debug)]
pub struct Repository {
    inner: gix::ThreadSafeRepository,
}

/// A commit's name and time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Commit {
    /// The id in hexadecimal.
    pub id: String,
    /// Committer time, in seconds since 1970.
    pub time: i64,
}

impl Repository {
    /// Opens the repository at exactly this path: a folder with `.git`, or a bare repository.
    pub fn open(path: &Path) -> Result<Self, HistoryError> {
        let inner = options().open(path).map_err(|error| open_error(path, &error))?;
        Ok(Self { inner })
    }

    /// Opens the repository that holds a folder, and tells the folder's path within it (with `/`, empty at the root).
    /// `None` where no repository holds it, and for what lies inside a bare repository.
    pub fn discover(path: &Path) -> Result<Option<(Self, String)>, HistoryError> {
        let found = gix::discover::upwards(path);
        let Ok((found, _)) = found else { return Ok(None) };
        let (git, work) = found.into_repository_and_work_tree_directories();
        let Some(work) = work else {
            let folder = gix::path::realpath(path).map_err(|error| open_error(path, &error))?;
            let bare = gix::path::realpath(&git).map_err(|error| open_error(path, &error))?;
            return if folder == bare {
                Ok(Some((Self::open(&git)?, String::new())))
            } else {
                Ok(None)
            };
        };
        let folder = gix::path::realpath(path).map_err(|error| open_error(path, &error))?;
        let root = gix::path::realpath(&work).map_err(|error| open_error(path, &error))?;
        let Ok(prefix) = folder.strip_prefix(&root) else { return Ok(None) };
        Ok(Some((Self::open(&root)?, slashed(prefix))))
    }

    /// The commit that a branch, a tag (peeled), an id (abbreviated too) or an expression such as `HEAD~2` names.
    pub fn resolve(&self, reference: &str) -> Result<Commit, HistoryError> {
        let fail =
            |reason: String| HistoryError::Reference { reference: reference.to_owned(), reason };
        let local = self.inner.to_thread_local();
        let id = local.rev_parse_single(reference).map_err(|error| fail(reason(&error)))?;
        let object = id.object().map_err(|error| fail(reason(&error)))?;
        let commit = object.peel_to_commit().map_err(|error| fail(reason(&error)))?;
        let time = commit.time().map_err(|error| fail(reason(&error)))?.seconds;
        Ok(Commit { id: commit.id.to_string(), time })
    }

    /// The commit at `HEAD`.
    pub fn head(&self) -> Result<Commit, HistoryError> {
        let local = self.inner.to_thread_local();
        // Not peeled: a commit that is absent must not look like none.
        let head = local.head().map_err(|_| HistoryError::Empty)?;
        let id = head.id().ok_or(HistoryError::Empty)?;
        let absent = || HistoryError::Absent { commit: id.to_string() };
        let commit = local.find_commit(id).map_err(|_| absent())?;
        let time = commit.time().map_err(|_| absent())?.seconds;
        Ok(Commit { id: commit.id.to_string(), time })
    }

    /// Whether this is a shallow clone.
    pub fn is_shallow(&self) -> bool {
        self.inner.to_thread_local().is_shallow().unwrap_or(false)
    }

    /// The repository itself, for reading trees and blobs.
    pub fn local(&self) -> &gix::ThreadSafeRepository {
        &self.inner
    }

    /// The URL of `origin`, else of the first remote by name; without user name and password.
    pub fn remote_url(&self) -> Option<String> {
        let local = self.inner.to_thread_local();
        let config = local.config_snapshot();
        // Unfiltered: in a container the repository often belongs to somebody else, and a URL is only text.
        let config = config.plumbing();
        let url_of = |remote: &str| config.string(format!("remote.{remote}.url").as_str());
        let url = url_of("origin").or_else(|| {
            local.remote_names().iter().filter_map(|name| name.to_str().ok()).find_map(url_of)
        })?;
        Some(without_credentials(&url.to_str_lossy()))
    }
}

/// Only the repository's own configuration is read, no environment, no includes: gix runs no program for what we ask.
pub(super) fn options() -> gix::open::Options {
    gix::open::Options::isolated()
}

fn open_error(path: &Path, error: &impl std::fmt::Display) -> HistoryError {
    HistoryError::Open { path: path.to_path_buf(), reason: reason(error) }
}

/// The first line of an error: the chains behind it speak of internals.
fn reason(error: &impl std::fmt::Display) -> String {
    error.to_string().lines().next().unwrap_or_default().trim().to_owned()
}

fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

/// A token in a remote's URL must not reach a report.
fn without_credentials(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let end = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}
