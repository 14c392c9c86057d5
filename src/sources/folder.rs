//! A folder on disk, walked once.
//!
//! Listed is what Git would track, hidden files included, and in every chart's folder besides that what
//! Git ignores and Helm packs, such as `charts/*.tgz`. The `ignore` crate reads `.gitignore` files.

use std::ffi::OsString;
use std::fs::{self, DirEntry, File};
use std::io::{ErrorKind, Read};
use std::path::{MAIN_SEPARATOR, Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::limits::{FILE_BYTES_MAX, TREE_DEPTH_MAX};
use super::listing::{Found, Stored};
use super::problem::{ProblemKind, ReadError};
use super::{CHART_FILE, Content, HELM_IGNORE, join};
use crate::catalog::ignore::Rules;

/// Lists what lies below `root`, which is a folder.
pub(super) fn list(root: &Path) -> Found {
    let mut found = Found::default();
    let mut open = vec![Folder {
        path: root.to_owned(),
        relative: Some(String::new()),
        depth: 0,
        tracked: true,
        patterns: None,
        chart: None,
        packed: false,
    }];
    while let Some(folder) = open.pop() {
        folder.list(root, &mut open, &mut found);
        if found.is_full() {
            break;
        }
    }
    found
}

/// A folder that is still to be listed.
struct Folder {
    path: PathBuf,
    /// Below the root, with `/`; none where a name on the way is no UTF-8.
    relative: Option<String>,
    depth: usize,
    /// Whether Git tracks what is in it, as far as patterns don't say otherwise.
    tracked: bool,
    patterns: Option<Rc<Patterns>>,
    /// The outermost chart that it lies in.
    chart: Option<Rc<ChartRoot>>,
    /// Whether Helm looks into it.
    packed: bool,
}

/// One `.gitignore`, and those above it. Those above the root, global ones and `.git/info/exclude` are
/// left alone, so that a folder is the same wherever it lies.
struct Patterns {
    own: Gitignore,
    above: Option<Rc<Patterns>>,
}

/// A chart that lies in no other chart: its `.helmignore` is the one that counts.
struct ChartRoot {
    /// Its folder below the root.
    folder: String,
    rules: Rules,
}

impl Folder {
    fn list(mut self, root: &Path, open: &mut Vec<Folder>, found: &mut Found) {
        let entries = match fs::read_dir(&self.path) {
            Ok(entries) => entries,
            Err(error) => return unreadable(root, &self.path, &error, found),
        };
        let read = |entry: std::io::Result<DirEntry>| entry.and_then(Entry::new);
        let mut all = Vec::new();
        for entry in entries {
            match read(entry) {
                Ok(entry) if entry.name != ".git" => all.push(entry),
                Ok(_) => {}
                Err(error) => unreadable(root, &self.path, &error, found),
            }
        }
        self.open(&all);
        for entry in all {
            self.add(root, &entry, open, found);
            if found.is_full() {
                return;
            }
        }
    }

    /// Takes in what the folder's own files say: its patterns, and whether a chart begins here.
    fn open(&mut self, entries: &[Entry]) {
        let has = |name: &str| entries.iter().find(|entry| entry.name == name);
        if self.tracked && has(".gitignore").is_some() {
            self.patterns = Some(Rc::new(Patterns::read(&self.path, self.patterns.take())));
        }
        let manifest = has(CHART_FILE).filter(|entry| entry.kind.is_file());
        if self.chart.is_none() && manifest.is_some_and(|entry| self.tracks(entry)) {
            let rules = read_rules(&self.path);
            let folder = self.relative.clone().unwrap_or_default();
            self.chart = Some(Rc::new(ChartRoot { folder, rules }));
            self.packed = true;
        }
    }

    /// Whether Git would track an entry.
    fn tracks(&self, entry: &Entry) -> bool {
        let ignores = |patterns: &Rc<Patterns>| {
            patterns.ignores(&self.path.join(&entry.name), entry.kind.is_dir())
        };
        self.tracked && !self.patterns.as_ref().is_some_and(ignores)
    }

    /// Whether Helm would pack what lies at a path.
    fn packs(&self, path: &str, is_dir: bool) -> bool {
        let Some(chart) = self.chart.as_ref().filter(|_| self.packed) else { return false };
        let local = path.strip_prefix(&*chart.folder).unwrap_or(path).trim_start_matches('/');
        !chart.rules.ignores(local, is_dir)
    }

    fn add(&self, root: &Path, entry: &Entry, open: &mut Vec<Folder>, found: &mut Found) {
        let name = entry.name.to_str();
        let path = self.relative.as_ref().zip(name).map(|(folder, name)| join(folder, name));
        let tracked = self.tracks(entry);
        let packed = self.packs(path.as_deref().unwrap_or_default(), entry.kind.is_dir());
        if !tracked && !packed {
            return;
        }
        let depth = self.depth + 1;
        if let Some(path) = &path {
            self.add_named(path, entry, depth, found);
        } else {
            let message = "the name is no UTF-8: rename it";
            let path = shown(root, &self.path.join(&entry.name));
            found.problem(path, ProblemKind::NotUtf8, message);
        }
        if entry.kind.is_dir() && depth < TREE_DEPTH_MAX {
            open.push(Folder {
                path: self.path.join(&entry.name),
                relative: path,
                depth,
                tracked,
                patterns: self.patterns.clone(),
                chart: self.chart.clone(),
                packed,
            });
        }
    }

    fn add_named(&self, path: &str, entry: &Entry, depth: usize, found: &mut Found) {
        if entry.kind.is_dir() {
            if depth >= TREE_DEPTH_MAX {
                let message = format!("more than {TREE_DEPTH_MAX} folders deep: left out");
                found.problem(path, ProblemKind::TooDeep, message);
            }
        } else if entry.kind.is_symlink() {
            match fs::read_link(self.path.join(&entry.name)) {
                Ok(target) => {
                    let target = target.to_string_lossy().replace(MAIN_SEPARATOR, "/");
                    found.link(path.to_owned(), target);
                }
                Err(error) => found.problem(path, ProblemKind::Unreadable, describe(&error)),
            }
        } else if entry.kind.is_file() {
            let size = entry.listed.metadata().map_or(0, |metadata| metadata.len());
            found.file(path.to_owned(), Stored::Disk(size));
        } else {
            let message = "neither a file nor a folder (a device, socket or pipe): not read";
            found.problem(path, ProblemKind::Special, message);
        }
    }
}

/// What a folder holds under one name; links are not followed.
struct Entry {
    name: OsString,
    kind: fs::FileType,
    listed: DirEntry,
}

impl Entry {
    fn new(entry: DirEntry) -> std::io::Result<Self> {
        Ok(Self { name: entry.file_name(), kind: entry.file_type()?, listed: entry })
    }
}

impl Patterns {
    /// A folder's `.gitignore`. A line that is no pattern ignores nothing.
    fn read(folder: &Path, above: Option<Rc<Self>>) -> Self {
        let mut builder = GitignoreBuilder::new(folder);
        let _ = builder.add(folder.join(".gitignore"));
        Self { own: builder.build().unwrap_or_else(|_| Gitignore::empty()), above }
    }

    /// The file nearest to a path decides.
    fn ignores(&self, path: &Path, is_dir: bool) -> bool {
        let mut next = Some(self);
        while let Some(patterns) = next {
            let matched = patterns.own.matched(path, is_dir);
            if !matched.is_none() {
                return matched.is_ignore();
            }
            next = patterns.above.as_deref();
        }
        false
    }
}

fn unreadable(root: &Path, path: &Path, error: &std::io::Error, found: &mut Found) {
    found.problem(shown(root, path), ProblemKind::Unreadable, describe(error));
}

fn read_rules(folder: &Path) -> Rules {
    let path = folder.join(HELM_IGNORE);
    let metadata = fs::symlink_metadata(&path).ok().filter(fs::Metadata::is_file);
    let content = metadata.and_then(|it| read_file(&path, HELM_IGNORE, it.len()).ok());
    content.map_or_else(Rules::default, |bytes| Rules::parse(&String::from_utf8_lossy(&bytes)).0)
}

fn shown(root: &Path, path: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path).to_string_lossy();
    path.replace(MAIN_SEPARATOR, "/")
}

/// What the operating system says, without its error numbers.
pub(super) fn describe(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::PermissionDenied => "permission denied: make it readable".to_owned(),
        ErrorKind::NotFound => "it is gone: it was there a moment ago".to_owned(),
        kind => kind.to_string(),
    }
}

/// Reads one file of a folder, whose size was found before; `name` is for the message.
pub(super) fn read_file(path: &Path, name: &str, size: u64) -> Result<Content, ReadError> {
    let failed = |error: std::io::Error| ReadError::Failed {
        path: name.to_owned(),
        message: describe(&error),
    };
    let too_large = |size| ReadError::TooLarge { path: name.to_owned(), size, max: FILE_BYTES_MAX };
    if size > FILE_BYTES_MAX {
        return Err(too_large(size));
    }
    let file = File::open(path).map_err(failed)?;
    let mut bytes = Vec::with_capacity(size as usize + 1);
    // The file may grow while it is read.
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(too_large(bytes.len() as u64));
    }
    Ok(Arc::from(bytes))
}
