//! The seam to the outside: after it, nothing touches the disk.
//!
//! A folder, a packaged chart, a commit of a Git repository and a rule page are the same thing: a
//! sorted list of files that can be read by path. Nothing outside the root is ever read.

mod archive;
mod automation;
mod chart;
mod folder;
mod git;
mod limits;
mod listing;
mod problem;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

pub(crate) use archive::archive_has_chart;
pub use automation::Program;
pub use chart::{ChartFile, ChartFiles};
pub use limits::*;
pub use listing::File;
pub use problem::{ArchiveError, FileProblem, ProblemKind, ReadError, SourceError};

use listing::{Found, Listing, Stored, is_legal};

use crate::history::{Commit, HistoryError, Repository};
use crate::text::Text;

/// The bytes of one file. Cheap to clone.
pub type Content = Arc<[u8]>;

/// The file that makes a folder a chart.
pub const CHART_FILE: &str = "Chart.yaml";

/// The file that says what Helm leaves out of a chart.
pub const HELM_IGNORE: &str = ".helmignore";

/// What stands between a package and a path within it in paths that reports show.
pub const PACKAGE_SEPARATOR: &str = "!/";

/// Several roots side by side. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    list: Arc<[Source]>,
    /// The package that was opened last for [`Sources::read`]: snippets come in groups.
    package: Arc<Mutex<Option<Opened>>>,
}

/// A package by the path that reports show.
type Opened = (String, Arc<Source>);

impl Sources {
    /// Opens each of `specs` (a folder, a package, a Git repository) once; with `at`, each must be
    /// a Git repository that has this branch, tag or commit.
    ///
    /// With one source, paths in findings are relative to it; with several they begin with the
    /// source as it is given.
    pub fn open(specs: &[PathBuf], at: Option<&str>) -> Result<Self, SourceError> {
        let mut names: Vec<String> = Vec::new();
        let mut list = Vec::new();
        for spec in specs {
            let name = name_of(spec);
            if !names.contains(&name) {
                list.push(Source::open(spec, at)?);
                names.push(name);
            }
        }
        if list.len() > 1 {
            for (source, name) in list.iter_mut().zip(names) {
                source.show_as(name);
            }
        }
        Ok(Self::from_list(list))
    }

    /// Puts sources side by side that are opened already.
    pub fn from_list(list: Vec<Source>) -> Self {
        Self { list: list.into(), package: Arc::default() }
    }

    /// The sources in the order given.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.list.iter()
    }

    /// The source at an index, from 0.
    pub fn get(&self, index: usize) -> Option<&Source> {
        self.list.get(index)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Reads a file by the path that findings show, `x.tgz!/path` included.
    pub fn read(&self, report_path: &str) -> Result<Content, ReadError> {
        let mut result = Err(ReadError::NotFound { path: report_path.to_owned() });
        for source in &*self.list {
            let Some(path) = source.path_of(report_path) else { continue };
            result = self.read_in(source, path);
            if !matches!(result, Err(ReadError::NotFound { .. })) {
                break;
            }
        }
        result
    }

    fn read_in(&self, source: &Source, path: &str) -> Result<Content, ReadError> {
        if source.has(path) {
            return source.read(path);
        }
        let ends = path.match_indices(PACKAGE_SEPARATOR).map(|(end, _)| end);
        for end in ends {
            let (package, inner) = path.split_at(end);
            if source.has(package) {
                let inner = inner.strip_prefix(PACKAGE_SEPARATOR).unwrap_or(inner);
                let opened = self.open_package(source, package)?;
                return self.read_in(&opened, inner);
            }
        }
        Err(ReadError::NotFound { path: path.to_owned() })
    }

    fn open_package(&self, source: &Source, path: &str) -> Result<Arc<Source>, ReadError> {
        let name = source.report_path(path);
        let last = self.package.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, opened)) = last.filter(|(last, _)| **last == *name) {
            return Ok(opened);
        }
        let opened = Arc::new(source.package(path).map_err(|error| ReadError::Package {
            path: path.to_owned(),
            message: error.to_string(),
        })?);
        let mut last = self.package.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Some((name.to_string(), Arc::clone(&opened)));
        Ok(opened)
    }
}

/// One root: a folder, a package, a commit, or files in memory.
#[derive(Debug)]
pub struct Source {
    /// What reported paths begin with, its separator included; empty for a single folder.
    prefix: String,
    root: Option<PathBuf>,
    store: Option<git::Store>,
    package: Option<Package>,
    history: Option<SourceHistory>,
    listing: Listing,
    /// See [`Source::programs`].
    programs: OnceLock<BTreeSet<Program>>,
}

/// Where a source stands in a Git repository.
#[derive(Clone, Debug)]
pub struct SourceHistory {
    /// The repository around the source.
    pub repository: Repository,
    /// The commit that is read; HEAD for a folder as it stands.
    pub commit: Commit,
    /// The source's root within the repository, with `/`; empty for the whole.
    pub folder: String,
}

impl SourceHistory {
    /// None where no repository is around the folder, or where it has no commit.
    fn around(root: &Path) -> Result<Option<Self>, HistoryError> {
        let Some((repository, folder)) = Repository::discover(root)? else { return Ok(None) };
        match repository.head() {
            Ok(commit) => Ok(Some(Self { repository, commit, folder })),
            Err(HistoryError::Empty) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// What a packaged chart remembers about the packages around it.
#[derive(Debug)]
struct Package {
    depth: usize,
    budget: archive::Budget,
}

impl Source {
    /// Opens what lies at `path`; what it is, is found out: a package, a bare repository (HEAD is
    /// read where `at` is none), a folder of a repository at a commit, or a folder as it stands.
    pub fn open(path: &Path, at: Option<&str>) -> Result<Self, SourceError> {
        let unreadable = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound => SourceError::Missing(path.to_owned()),
            _ => {
                SourceError::Unreadable { path: path.to_owned(), message: folder::describe(&error) }
            }
        };
        let root = path.canonicalize().map_err(unreadable)?;
        let metadata = root.metadata().map_err(unreadable)?;
        if metadata.is_file() {
            return Self::open_package(path, at);
        }
        if !metadata.is_dir() {
            return Err(SourceError::NotASource(path.to_owned()));
        }
        let is_bare = git::is_git_folder(&root) && !root.join(".git").exists();
        if is_bare || at.is_some() {
            return Self::open_commit(path, &root, at);
        }
        std::fs::read_dir(&root).map_err(unreadable)?;
        Ok(Self::open_folder(root))
    }

    fn open_folder(root: PathBuf) -> Self {
        let mut found = folder::list(&root);
        let history = SourceHistory::around(&root).unwrap_or_else(|error| {
            found.problem(".git", ProblemKind::Unreadable, error.to_string());
            None
        });
        Self { root: Some(root), history, ..Self::with(found.finish()) }
    }

    fn open_package(path: &Path, at: Option<&str>) -> Result<Self, SourceError> {
        let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        if !is_package_name(&name) {
            return Err(SourceError::NotASource(path.to_owned()));
        }
        if at.is_some() {
            return Err(SourceError::NotARepository(path.to_owned()));
        }
        let failed = |error| SourceError::Archive { path: path.to_owned(), error };
        let size = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
        let bytes = folder::read_file(path, &name, size).map_err(|error| failed(error.into()))?;
        Self::archive(&name, &bytes).map_err(failed)
    }

    fn open_commit(path: &Path, root: &Path, at: Option<&str>) -> Result<Self, SourceError> {
        let failed = |error: HistoryError| SourceError::Git {
            path: path.to_owned(),
            message: error.to_string(),
        };
        let (repository, folder) = Repository::discover(root)
            .map_err(failed)?
            .ok_or_else(|| SourceError::NotARepository(path.to_owned()))?;
        let store = git::Store::new(repository.clone());
        let commit = match at {
            Some(reference) => {
                repository.resolve(reference).map_err(|_| SourceError::NoReference {
                    reference: reference.to_owned(),
                    path: path.to_owned(),
                    known: store.known_names(),
                })?
            }
            None => repository.head().map_err(|error| match error {
                HistoryError::Empty => SourceError::NoCommit(path.to_owned()),
                error => failed(error),
            })?,
        };
        let tree =
            store.tree(&commit, &folder).ok_or_else(|| no_tree(path, &commit, &folder, at))?;
        let listing = store.list(tree, FILES_MAX).finish();
        let history = SourceHistory { repository, commit, folder };
        Ok(Self { store: Some(store), history: Some(history), ..Self::with(listing) })
    }

    /// The whole repository around a source that is a folder in it, as the commit has it; none
    /// where the source is the repository's root, or in none.
    pub fn repository_root(&self) -> Option<Self> {
        let past = self.history.as_ref().filter(|past| !past.folder.is_empty())?;
        let store = git::Store::new(past.repository.clone());
        let tree = store.tree(&past.commit, "")?;
        let listing = store.list(tree, FILES_MAX).finish();
        Some(Self { store: Some(store), ..Self::with(listing) })
    }

    /// Reads a file of the repository around a source that is a folder in it, as the commit has it.
    pub fn read_around(&self, path: &str) -> Option<Content> {
        let past = self.history.as_ref().filter(|past| !past.folder.is_empty())?;
        let store = git::Store::new(past.repository.clone());
        store.read(store.blob(&past.commit, path)?, path).ok()
    }

    /// One of its folders as it was at another commit of the repository around it; none without a
    /// repository, or where there was no such folder.
    pub fn folder_at(&self, folder: &str, commit: &Commit) -> Option<Self> {
        let past = self.history.as_ref()?;
        let store = git::Store::new(past.repository.clone());
        let tree = store.tree(commit, &join(&past.folder, folder))?;
        let listing = store.list(tree, FILES_MAX).finish();
        Some(Self { store: Some(store), ..Self::with(listing) })
    }

    /// Files that are in memory already, such as a rule page's. Names that no file can have become
    /// problems. `name` begins the paths that are shown; empty for none.
    pub fn memory(name: &str, files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        let mut found = Found::default();
        for (path, bytes) in files {
            if is_legal(&path) {
                found.file(path, Stored::Memory(bytes.into()));
            } else {
                let message = "a name that no file can have";
                found.problem(path, ProblemKind::IllegalName, message);
            }
        }
        let mut source = Self::with(found.finish());
        if !name.is_empty() {
            source.prefix = format!("{name}/");
        }
        source
    }

    /// Opens a packaged chart: Helm's rules (first path element stripped, nothing outside of the
    /// chart, its limits) and ours. `name` is the package's own path as reports show it.
    pub fn archive(name: &str, bytes: &[u8]) -> Result<Self, ArchiveError> {
        Self::archive_within(name, bytes, Package { depth: 1, budget: archive::Budget::default() })
    }

    fn archive_within(name: &str, bytes: &[u8], package: Package) -> Result<Self, ArchiveError> {
        if package.depth > ARCHIVE_DEPTH_MAX {
            return Err(ArchiveError::TooDeep { max: ARCHIVE_DEPTH_MAX });
        }
        let listing = archive::unpack(bytes, &package.budget)?.finish();
        let prefix = format!("{name}{PACKAGE_SEPARATOR}");
        Ok(Self { prefix, package: Some(package), ..Self::with(listing) })
    }

    /// Opens a package that is a file of this source, such as `charts/x-1.0.0.tgz`. Packages
    /// within packages share one budget of bytes and one of depth.
    pub fn package(&self, path: &str) -> Result<Self, ArchiveError> {
        let bytes = self.read(path)?;
        let package = match &self.package {
            Some(outer) => Package { depth: outer.depth + 1, budget: outer.budget.clone() },
            None => Package { depth: 1, budget: archive::Budget::default() },
        };
        Self::archive_within(&self.report_path(path), &bytes, package)
    }

    fn with(listing: Listing) -> Self {
        Self {
            prefix: String::new(),
            root: None,
            store: None,
            package: None,
            history: None,
            listing,
            programs: OnceLock::new(),
        }
    }

    /// Lets reported paths begin with the source as given.
    fn show_as(&mut self, name: String) {
        let separator = if self.is_package() { PACKAGE_SEPARATOR } else { "/" };
        self.prefix = if name.ends_with('/') { name } else { name + separator };
    }

    /// Whether this is a packaged chart, which then is at the root.
    pub fn is_package(&self) -> bool {
        self.package.is_some()
    }

    /// The folder on disk, absolute, if it is one: where fixes are written.
    pub fn root(&self) -> Option<&Path> {
        self.root.as_deref()
    }

    /// The history behind the files: of the commit that is read, or of HEAD for a folder within a
    /// repository. None outside of Git, in packages and in memory.
    pub fn history(&self) -> Option<&SourceHistory> {
        self.history.as_ref()
    }

    /// The path of a file as reports show it; of the root where `path` is empty.
    pub fn report_path(&self, path: &str) -> Arc<str> {
        if !path.is_empty() {
            return format!("{}{path}", self.prefix).into();
        }
        let root = self.prefix.trim_end_matches(PACKAGE_SEPARATOR).trim_end_matches('/');
        match (root, self.prefix.as_str()) {
            ("", "") => ".".into(),
            ("", prefix) => prefix.into(),
            (root, _) => root.into(),
        }
    }

    /// The other way round; none where the path belongs to another source.
    fn path_of<'a>(&self, report_path: &'a str) -> Option<&'a str> {
        report_path.strip_prefix(&self.prefix)
    }

    /// All files, sorted by path (bytes), links to files among them.
    pub fn files(&self) -> &[File] {
        self.listing.files()
    }

    /// The files below a folder, a range of the sorted list; all for the empty path.
    pub fn under(&self, folder: &str) -> &[File] {
        self.listing.under(folder)
    }

    /// Whether there is such a file, links followed.
    pub fn has(&self, path: &str) -> bool {
        self.listing.find(path).is_some()
    }

    /// Whether there is such a folder with a file somewhere in it, links followed.
    pub fn has_folder(&self, path: &str) -> bool {
        self.listing.resolve(path).is_ok_and(|real| self.listing.has_folder(&real))
    }

    /// Reads a file, links followed. The size is checked before anything is allocated.
    pub fn read(&self, path: &str) -> Result<Content, ReadError> {
        let (file, not_found) = self.find(path);
        let Some(file) = file else { return Err(not_found) };
        match (&file.stored, &self.store, &self.root) {
            (Stored::Memory(content), ..) => bounded(path, content),
            (Stored::Object(id), Some(store), _) => store.read(*id, path),
            (Stored::Disk(size), _, Some(root)) => {
                folder::read_file(&root.join(&**file.path()), path, *size)
            }
            _ => Err(not_found),
        }
    }

    /// Reads a file that must be UTF-8; a byte-order mark stays in the text.
    pub fn read_text(&self, path: &str) -> Result<Text, ReadError> {
        let content = self.read(path)?;
        let text = std::str::from_utf8(&content).map_err(|error| ReadError::NotUtf8 {
            path: path.to_owned(),
            offset: error.valid_up_to(),
        })?;
        Ok(Text::new(text))
    }

    /// A file's size in bytes, without reading it.
    pub fn size(&self, path: &str) -> Result<u64, ReadError> {
        let (file, not_found) = self.find(path);
        match (file.map(|file| &file.stored), &self.store) {
            (Some(Stored::Memory(content)), _) => Ok(content.len() as u64),
            (Some(Stored::Disk(size)), _) => Ok(*size),
            (Some(Stored::Object(id)), Some(store)) => store.size(*id, path),
            _ => Err(not_found),
        }
    }

    fn find(&self, path: &str) -> (Option<&File>, ReadError) {
        (self.listing.find(path), ReadError::NotFound { path: path.to_owned() })
    }

    /// What the listing itself met: names that are no UTF-8, folders that can't be read, links that
    /// lead out, nowhere or to themselves, special files, absent Git objects, limits.
    pub fn problems(&self) -> &[FileProblem] {
        self.listing.problems()
    }
}

/// Every commit has a tree; where the root's can't be read, the repository has not got it.
fn no_tree(path: &Path, commit: &Commit, folder: &str, at: Option<&str>) -> SourceError {
    if folder.is_empty() {
        let message = format!(
            "the tree of commit `{}` is absent: fetch it with `git fetch --refetch --no-filter`",
            commit.id
        );
        return SourceError::Git { path: path.to_owned(), message };
    }
    let reference = at.unwrap_or("HEAD").to_owned();
    SourceError::NoFolder { folder: folder.to_owned(), reference }
}

fn bounded(path: &str, content: &Content) -> Result<Content, ReadError> {
    let size = content.len() as u64;
    if size > FILE_BYTES_MAX {
        return Err(ReadError::TooLarge { path: path.to_owned(), size, max: FILE_BYTES_MAX });
    }
    Ok(Arc::clone(content))
}

/// A source as given, `/` between its elements, none at the end.
fn name_of(spec: &Path) -> String {
    let name = spec.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
    let trimmed = name.trim_end_matches('/');
    if trimmed.is_empty() { name } else { trimmed.to_owned() }
}

/// Whether a file is named as packaged charts are.
pub(crate) fn is_package_name(name: &str) -> bool {
    [".tgz", ".tar.gz"].iter().any(|ending| name.ends_with(ending))
}

/// The folder of a path; empty for what lies at the root.
pub(crate) fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The folders above a folder, nearest first, the root last.
pub(crate) fn ancestors(folder: &str) -> impl Iterator<Item = &str> {
    let mut next = (!folder.is_empty()).then_some(folder);
    std::iter::from_fn(move || {
        let above = parent(next?);
        next = (!above.is_empty()).then_some(above);
        Some(above)
    })
}

/// Whether a path is a folder, or lies below it.
pub(crate) fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty()
        || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A path below a folder, either of which may be empty.
pub(crate) fn join(folder: &str, path: &str) -> String {
    match (folder, path) {
        ("", path) => path.to_owned(),
        (folder, "") => folder.to_owned(),
        _ => format!("{folder}/{path}"),
    }
}

#[cfg(test)]
mod tests;
