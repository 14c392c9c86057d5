//! A sorted list of files, and links that are resolved within it: the same code for a folder on
//! disk and a commit of Git.

use std::sync::Arc;

use super::Content;
use super::limits::{FILES_MAX, LINK_DEPTH_MAX};
use super::problem::{FileProblem, ProblemKind, ReadError};

/// One file of a source: a regular one, or a link to one.
#[derive(Clone, Debug)]
pub struct File {
    path: Arc<str>,
    pub(super) stored: Stored,
}

impl File {
    /// Relative to the source, with `/`.
    pub fn path(&self) -> &Arc<str> {
        &self.path
    }
}

/// Where a file's bytes are.
#[derive(Clone, Debug)]
pub(super) enum Stored {
    /// On disk under the same path, with its size when it was listed.
    Disk(u64),
    /// In a Git object store.
    Object(gix::ObjectId),
    /// Here.
    Memory(Content),
    /// In another file of this list.
    Link(Arc<str>),
}

/// What a source found, while it is still looking.
#[derive(Debug)]
pub(super) struct Found {
    files: Vec<File>,
    links: Vec<Link>,
    problems: Vec<FileProblem>,
    max: usize,
    full: bool,
}

#[derive(Debug)]
struct Link {
    path: String,
    target: String,
    /// The folder that it leads to, once resolved.
    folder: Option<String>,
}

impl Default for Found {
    fn default() -> Self {
        Self::up_to(FILES_MAX)
    }
}

impl Found {
    /// Room for `max` files, folders and links.
    pub(super) fn up_to(max: usize) -> Self {
        Self { files: Vec::new(), links: Vec::new(), problems: Vec::new(), max, full: false }
    }

    pub(super) fn file(&mut self, path: String, stored: Stored) {
        if self.has_room(&path) {
            self.files.push(File { path: path.into(), stored });
        }
    }

    /// Of files with the same name keeps the last, as Helm does with packages, and says so.
    pub(super) fn keep_last(&mut self) {
        let mut twice = Vec::new();
        self.files.sort_by(|a, b| a.path.cmp(&b.path));
        self.files.dedup_by(|later, earlier| {
            let same = later.path == earlier.path;
            if same {
                std::mem::swap(&mut later.stored, &mut earlier.stored);
                twice.push(Arc::clone(&later.path));
            }
            same
        });
        for path in twice {
            let message = "comes twice in the package: the last one counts";
            self.problem(&*path, ProblemKind::Duplicate, message);
        }
    }

    pub(super) fn link(&mut self, path: String, target: String) {
        if self.has_room(&path) {
            self.links.push(Link { path, target, folder: None });
        }
    }

    pub(super) fn problem(
        &mut self,
        path: impl Into<String>,
        kind: ProblemKind,
        message: impl Into<String>,
    ) {
        if self.problems.len() <= self.max {
            self.problems.push(FileProblem::new(path, kind, message));
        }
    }

    pub(super) fn unread(&mut self, path: String, error: &ReadError) {
        self.problem(path, error.kind(), error.to_string());
    }

    /// Whether the limit is reached: nothing more is listed, and looking on is useless.
    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    fn has_room(&mut self, path: &str) -> bool {
        if !self.full && self.files.len() + self.links.len() >= self.max {
            self.fill(path);
        }
        !self.full
    }

    /// Lists nothing more: the limit is reached at `path`.
    pub(super) fn fill(&mut self, path: &str) {
        self.full = true;
        let message = format!("more than {} files: this and all after it are left out", self.max);
        self.problem(path, ProblemKind::TooMany, message);
    }

    /// Sorts, drops what was found twice, and resolves the links.
    pub(super) fn finish(self) -> Listing {
        let Self { mut files, mut links, mut problems, .. } = self;
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files.dedup_by(|later, first| later.path == first.path);
        links.sort_by(|a, b| a.path.cmp(&b.path));
        links.dedup_by(|later, first| later.path == first.path);
        let mut listing = Listing { files, links, problems: Vec::new() };
        let mut linked = Vec::new();
        let mut folders = Vec::new();
        for link in &listing.links {
            let mut folder = None;
            match listing.resolve(&link.path) {
                Ok(real) => match listing.regular(&real) {
                    Some(file) => {
                        let stored = Stored::Link(Arc::clone(&file.path));
                        linked.push(File { path: link.path.as_str().into(), stored });
                    }
                    None if listing.has_folder(&real) => folder = Some(real),
                    None => problems.push(link.broken()),
                },
                Err(fault) => problems.push(link.problem(fault)),
            }
            folders.push(folder);
        }
        for (link, folder) in listing.links.iter_mut().zip(folders) {
            link.folder = folder;
        }
        listing.files.append(&mut linked);
        listing.files.sort_by(|a, b| a.path.cmp(&b.path));
        problems.sort();
        problems.dedup();
        listing.problems = problems;
        listing
    }
}

impl Link {
    fn broken(&self) -> FileProblem {
        let message = format!("a link to `{}`, which does not exist", self.target);
        FileProblem::new(&self.path, ProblemKind::LinkBroken, message)
    }

    fn problem(&self, fault: LinkFault) -> FileProblem {
        let (kind, what) = match fault {
            LinkFault::Outside => {
                (ProblemKind::LinkOutside, "which leads out of the root and is not followed")
            }
            LinkFault::Loop => (ProblemKind::LinkLoop, "which leads back to itself"),
        };
        FileProblem::new(&self.path, kind, format!("a link to `{}`, {what}", self.target))
    }
}

/// Why a link can't be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LinkFault {
    Outside,
    Loop,
}

/// The files of a source.
#[derive(Debug, Default)]
pub(super) struct Listing {
    files: Vec<File>,
    links: Vec<Link>,
    problems: Vec<FileProblem>,
}

impl Listing {
    pub(super) fn files(&self) -> &[File] {
        &self.files
    }

    pub(super) fn problems(&self) -> &[FileProblem] {
        &self.problems
    }

    /// The files below a folder, a range of the sorted list.
    pub(super) fn under(&self, folder: &str) -> &[File] {
        let range = range_under(&self.files, folder, |file| &file.path);
        self.files.get(range).unwrap_or(&[])
    }

    /// The links below a folder that lead to folders: their paths and where they lead.
    pub(super) fn folder_links(&self, folder: &str) -> impl Iterator<Item = (&str, &str)> {
        let links = self.links_under(folder).iter();
        links.filter_map(|link| Some((link.path.as_str(), link.folder.as_deref()?)))
    }

    fn links_under(&self, folder: &str) -> &[Link] {
        let range = range_under(&self.links, folder, |link| &link.path);
        self.links.get(range).unwrap_or(&[])
    }

    /// Whether something lies below a folder.
    pub(super) fn has_folder(&self, folder: &str) -> bool {
        folder.is_empty() || !self.under(folder).is_empty() || !self.links_under(folder).is_empty()
    }

    /// The regular file behind a path, links followed wherever they stand in it.
    pub(super) fn find(&self, path: &str) -> Option<&File> {
        self.regular(path).or_else(|| self.regular(&self.resolve(path).ok()?))
    }

    fn regular(&self, path: &str) -> Option<&File> {
        let index = self.files.binary_search_by(|file| file.path.as_ref().cmp(path)).ok()?;
        self.files.get(index).filter(|file| !matches!(file.stored, Stored::Link(_)))
    }

    fn link(&self, path: &str) -> Option<&Link> {
        let index = self.links.binary_search_by(|link| link.path.as_str().cmp(path)).ok()?;
        self.links.get(index)
    }

    /// The path without links; whether something is there is another question.
    pub(super) fn resolve(&self, path: &str) -> Result<String, LinkFault> {
        let mut real = String::new();
        let mut rest: Vec<&str> = path.split('/').rev().collect();
        let mut steps = 0;
        while let Some(element) = rest.pop() {
            match element {
                "" | "." => continue,
                ".." if real.is_empty() => return Err(LinkFault::Outside),
                ".." => {
                    real.truncate(real.rfind('/').unwrap_or(0));
                    continue;
                }
                _ => {}
            }
            let parent = real.len();
            if parent > 0 {
                real.push('/');
            }
            real.push_str(element);
            let Some(link) = self.link(&real) else { continue };
            steps += 1;
            if steps > LINK_DEPTH_MAX {
                return Err(LinkFault::Loop);
            }
            if link.target.starts_with('/') {
                return Err(LinkFault::Outside);
            }
            real.truncate(parent);
            rest.extend(link.target.split('/').rev());
        }
        Ok(real)
    }
}

/// The items of a sorted list whose path begins with `folder/`.
fn range_under<T>(sorted: &[T], folder: &str, path: impl Fn(&T) -> &str) -> std::ops::Range<usize> {
    if folder.is_empty() {
        return 0..sorted.len();
    }
    let within =
        |item: &T| path(item).strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    // `/` is not the smallest byte: `a.b` stands between `a` and `a/b`.
    let before = |item: &T| path(item).bytes().lt(folder.bytes().chain([b'/']));
    let start = sorted.partition_point(before);
    let length = sorted.get(start..).unwrap_or(&[]).partition_point(within);
    start..start + length
}

/// Whether a path can stand in a listing: no empty element, no `.` or `..`, no NUL.
pub(super) fn is_legal(path: &str) -> bool {
    !path.contains('\0') && path.split('/').all(|element| !matches!(element, "" | "." | ".."))
}
