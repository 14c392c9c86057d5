//! Small bare repositories for tests and rule pages, written without a Git binary.

use std::collections::BTreeMap;
use std::path::Path;

use gix::ObjectId;
use gix::objs::tree::{Entry, EntryKind};

use super::repository::{HistoryError, options};
use super::{Person, Repository};

/// A bare repository in the making: a set of files that becomes a commit, again and again.
#[derive(Debug)]
pub struct Fixture {
    repository: gix::Repository,
    files: Files,
    head: Option<ObjectId>,
    /// The files of every commit, so that a branch can go on from any of them.
    commits: BTreeMap<ObjectId, Files>,
}

/// `None` is a file whose content is absent, as in a partial clone.
type Files = BTreeMap<String, Option<Vec<u8>>>;

impl Fixture {
    /// Starts an empty bare repository in a folder that is empty or does not exist.
    pub fn bare(path: &Path) -> Result<Self, HistoryError> {
        let fail =
            |error: gix::Error| HistoryError::Open { path: path.into(), reason: error.to_string() };
        let kind = gix::create::Kind::Bare;
        let create = gix::create::Options::default();
        let repository =
            gix::ThreadSafeRepository::init_opts(path, kind, create, options()).map_err(fail)?;
        let repository = repository.to_thread_local();
        Ok(Self { repository, files: Files::new(), head: None, commits: BTreeMap::new() })
    }

    /// Sets a file of the next commit.
    pub fn write(&mut self, path: &str, content: impl AsRef<[u8]>) -> &mut Self {
        self.files.insert(path.to_owned(), Some(content.as_ref().to_vec()));
        self
    }

    /// Sets a file whose content will not be in the object store.
    pub fn write_absent(&mut self, path: &str) -> &mut Self {
        self.files.insert(path.to_owned(), None);
        self
    }

    /// Takes away a file, or a folder with all that is in it.
    pub fn remove(&mut self, path: &str) -> &mut Self {
        self.files.retain(|file, _| below(file, path).is_none());
        self
    }

    /// Moves a file or a folder.
    pub fn rename(&mut self, from: &str, to: &str) -> &mut Self {
        let files = std::mem::take(&mut self.files);
        let moved = |file: String| match below(&file, from) {
            Some(rest) => format!("{to}{rest}"),
            None => file,
        };
        self.files = files.into_iter().map(|(file, content)| (moved(file), content)).collect();
        self
    }

    /// Takes away everything.
    pub fn clear(&mut self) -> &mut Self {
        self.files.clear();
        self
    }

    /// Commits the files on top of the last commit, and moves `HEAD`. `time` is in seconds since 1970 and is both
    /// author's and committer's; `author` reads `Name <address>`. The new commit's id comes back.
    pub fn commit(
        &mut self,
        time: i64,
        author: &str,
        message: &str,
    ) -> Result<String, HistoryError> {
        let parents: Vec<_> = self.head.into_iter().collect();
        self.commit_on(parents, time, author, message)
    }

    /// Commits the files as a merge of the last commit and another one.
    pub fn merge(&mut self, other: &str, time: i64, author: &str) -> Result<String, HistoryError> {
        let other = object_id(other)?;
        let parents = self.head.into_iter().chain([other]).collect();
        self.commit_on(parents, time, author, "Merge a branch")
    }

    /// Goes back to a commit of this fixture: its files, and the parent of the next commit.
    pub fn checkout(&mut self, commit: &str) -> Result<&mut Self, HistoryError> {
        let id = object_id(commit)?;
        self.files = self.commits.get(&id).cloned().ok_or_else(|| absent(commit))?;
        self.head = Some(id);
        self.point_head(id)?;
        Ok(self)
    }

    /// Points a reference, such as `refs/tags/v1`, at a commit.
    pub fn refer(&mut self, name: &str, commit: &str) -> Result<&mut Self, HistoryError> {
        let id = object_id(commit)?;
        let any = gix::refs::transaction::PreviousValue::Any;
        self.repository.reference(name, id, any, "fixture").map_err(failed)?;
        Ok(self)
    }

    /// Opens what was written so far.
    pub fn open(&self) -> Result<Repository, HistoryError> {
        Repository::open(self.repository.git_dir())
    }

    fn commit_on(
        &mut self,
        parents: Vec<ObjectId>,
        time: i64,
        author: &str,
        message: &str,
    ) -> Result<String, HistoryError> {
        let files = self.files.iter().map(|(path, content)| (path.as_str(), content.as_deref()));
        let tree = write_tree(&self.repository, files.collect())?;
        let Person { name, email } = Person::parse(author);
        let time = gix::date::Time { seconds: time, offset: 0 };
        let author = gix::actor::Signature { name: name.into(), email: email.into(), time };
        let commit = gix::objs::Commit {
            tree,
            parents: parents.into_iter().collect(),
            committer: author.clone(),
            author,
            encoding: None,
            message: message.into(),
            extra_headers: Vec::new(),
        };
        let id = self.repository.write_object(&commit).map_err(failed)?.detach();
        self.commits.insert(id, self.files.clone());
        self.head = Some(id);
        self.point_head(id)?;
        Ok(id.to_string())
    }

    fn point_head(&self, id: ObjectId) -> Result<(), HistoryError> {
        let name = self.repository.head_name().map_err(failed)?;
        let name =
            name.map_or_else(|| "refs/heads/main".to_owned(), |name| name.as_bstr().to_string());
        let any = gix::refs::transaction::PreviousValue::Any;
        self.repository.reference(name.as_str(), id, any, "fixture").map_err(failed)?;
        Ok(())
    }
}

/// A path and its content.
type File<'a> = (&'a str, Option<&'a [u8]>);

/// What follows `folder` in a path that is it or lies below it.
fn below<'a>(file: &'a str, folder: &str) -> Option<&'a str> {
    file.strip_prefix(folder).filter(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn write_tree(
    repository: &gix::Repository,
    files: Vec<File<'_>>,
) -> Result<ObjectId, HistoryError> {
    let mut tree = gix::objs::Tree { entries: Vec::new() };
    let mut folders: BTreeMap<&str, Vec<File<'_>>> = BTreeMap::new();
    for (path, content) in files {
        if let Some((folder, rest)) = path.split_once('/') {
            folders.entry(folder).or_default().push((rest, content));
        } else {
            let id = blob(repository, path, content)?;
            tree.entries.push(entry(EntryKind::Blob, path, id));
        }
    }
    for (name, files) in folders {
        tree.entries.push(entry(EntryKind::Tree, name, write_tree(repository, files)?));
    }
    tree.entries.sort();
    Ok(repository.write_object(&tree).map_err(failed)?.detach())
}

fn blob(
    repository: &gix::Repository,
    path: &str,
    content: Option<&[u8]>,
) -> Result<ObjectId, HistoryError> {
    match content {
        Some(content) => Ok(repository.write_blob(content).map_err(failed)?.detach()),
        None => {
            gix::objs::compute_hash(gix::hash::Kind::Sha1, gix::objs::Kind::Tag, path.as_bytes())
                .map_err(failed)
        }
    }
}

fn entry(kind: EntryKind, name: &str, oid: ObjectId) -> Entry {
    Entry { mode: kind.into(), filename: name.into(), oid }
}

fn object_id(commit: &str) -> Result<ObjectId, HistoryError> {
    ObjectId::from_hex(commit.as_bytes()).map_err(|_| absent(commit))
}

fn absent(commit: &str) -> HistoryError {
    HistoryError::Absent { commit: commit.to_owned() }
}

fn failed(error: impl std::fmt::Display) -> HistoryError {
    HistoryError::Open { path: "fixture".into(), reason: error.to_string() }
}
