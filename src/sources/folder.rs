//! A folder on disk.
//!
//! The `ignore` crate lists what Git would track, hidden files included; inside every chart's
//! folder `walkdir` adds what Git ignores and Helm packs, such as `charts/*.tgz`.

use std::collections::{BTreeSet, HashSet};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{MAIN_SEPARATOR, Path};
use std::sync::Arc;

use super::limits::{FILE_BYTES_MAX, TREE_DEPTH_MAX};
use super::listing::{Found, Stored};
use super::problem::{ProblemKind, ReadError};
use super::{CHART_FILE, Content, HELM_IGNORE};
use crate::catalog::ignore::Rules;

/// Lists what lies below `root`, which is a folder.
pub(super) fn list(root: &Path) -> Found {
    let mut found = Found::default();
    list_tracked(root, &mut found);
    let tracked: HashSet<String> = found.files().map(str::to_owned).collect();
    for folder in outermost_charts(&found) {
        list_chart(root, &folder, &tracked, &mut found);
    }
    found
}

/// Everything but what `.gitignore` files below the root name. Those above the root, global ones
/// and `.git/info/exclude` are left alone, so that a folder is the same wherever it lies.
fn list_tracked(root: &Path, found: &mut Found) {
    let walk = ignore::WalkBuilder::new(root)
        .standard_filters(false)
        .git_ignore(true)
        .require_git(false)
        .follow_links(false)
        .max_depth(Some(TREE_DEPTH_MAX))
        .filter_entry(|entry| !is_git(entry.depth(), entry.file_name()))
        .build();
    for entry in walk {
        match entry {
            Ok(entry) => {
                let kind = entry.file_type();
                Entry { root, path: entry.path(), depth: entry.depth() }.add(kind, found);
            }
            Err(error) => add_error(root, &error, found),
        }
        if found.is_full() {
            return;
        }
    }
}

/// The chart folders that lie in no other chart.
fn outermost_charts(found: &Found) -> Vec<String> {
    let is_chart = |path: &&str| path.rsplit('/').next() == Some(CHART_FILE);
    let folders: BTreeSet<&str> = found.files().filter(is_chart).map(super::parent).collect();
    let is_outermost = |folder: &&&str| !super::ancestors(folder).any(|it| folders.contains(it));
    folders.iter().filter(is_outermost).map(|folder| (*folder).to_owned()).collect()
}

/// A chart's own files as Helm walks them, tracked by Git or not; what is tracked is known already.
fn list_chart(root: &Path, folder: &str, tracked: &HashSet<String>, found: &mut Found) {
    let base = if folder.is_empty() { root.to_owned() } else { root.join(folder) };
    let rules = read_rules(&base);
    let depth = folder.split('/').filter(|element| !element.is_empty()).count();
    let packed = |entry: &walkdir::DirEntry| {
        let relative = relative(&base, entry.path()).unwrap_or_default();
        !is_git(entry.depth(), entry.file_name())
            && !rules.ignores(&relative, entry.file_type().is_dir())
    };
    let walk = walkdir::WalkDir::new(&base)
        .follow_links(false)
        .max_depth(TREE_DEPTH_MAX.saturating_sub(depth));
    let known = |entry: &walkdir::DirEntry| {
        entry.file_type().is_file()
            && relative(root, entry.path()).is_some_and(|path| tracked.contains(&path))
    };
    // What can't be read was met before, by the walk over tracked files, or is said by this one.
    for entry in walk.into_iter().filter_entry(packed) {
        match entry {
            Ok(entry) if known(&entry) => {}
            Ok(entry) => Entry { root, path: entry.path(), depth: entry.depth() + depth }
                .add(Some(entry.file_type()), found),
            Err(error) => {
                let path = error.path().unwrap_or(&base);
                let message = error.io_error().map_or_else(|| error.to_string(), describe);
                found.problem(shown(root, path), ProblemKind::Unreadable, message);
            }
        }
        if found.is_full() {
            return;
        }
    }
}

fn read_rules(folder: &Path) -> Rules {
    let path = folder.join(HELM_IGNORE);
    let metadata = fs::symlink_metadata(&path).ok().filter(fs::Metadata::is_file);
    let content = metadata.and_then(|it| read_file(&path, HELM_IGNORE, it.len()).ok());
    content.map_or_else(Rules::default, |bytes| Rules::parse(&String::from_utf8_lossy(&bytes)).0)
}

fn is_git(depth: usize, name: &OsStr) -> bool {
    depth > 0 && name == ".git"
}

struct Entry<'a> {
    root: &'a Path,
    path: &'a Path,
    depth: usize,
}

impl Entry<'_> {
    fn add(&self, kind: Option<fs::FileType>, found: &mut Found) {
        let Some(kind) = kind.filter(|_| self.depth > 0) else { return };
        let Some(path) = relative(self.root, self.path) else {
            let message = "the name is no UTF-8: rename it";
            return found.problem(shown(self.root, self.path), ProblemKind::NotUtf8, message);
        };
        if kind.is_dir() {
            if self.depth >= TREE_DEPTH_MAX {
                let message = format!("more than {TREE_DEPTH_MAX} folders deep: left out");
                found.problem(path, ProblemKind::TooDeep, message);
            }
        } else if kind.is_symlink() {
            self.add_link(path, found);
        } else if kind.is_file() {
            let size = fs::symlink_metadata(self.path).map_or(0, |metadata| metadata.len());
            found.file(path, Stored::Disk(size));
        } else {
            let message = "neither a file nor a folder (a device, socket or pipe): not read";
            found.problem(path, ProblemKind::Special, message);
        }
    }

    fn add_link(&self, path: String, found: &mut Found) {
        match fs::read_link(self.path) {
            Ok(target) => {
                let target = target.to_string_lossy().replace(MAIN_SEPARATOR, "/");
                found.link(path, target);
            }
            Err(error) => found.problem(path, ProblemKind::Unreadable, describe(&error)),
        }
    }
}

fn add_error(root: &Path, error: &ignore::Error, found: &mut Found) {
    let path = path_of(error).unwrap_or(root);
    let message = error.io_error().map_or_else(|| error.to_string(), describe);
    found.problem(shown(root, path), ProblemKind::Unreadable, message);
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            path_of(err)
        }
        ignore::Error::Loop { child, .. } => Some(child),
        _ => None,
    }
}

/// The path below `root` with `/`; None where it is no UTF-8.
fn relative(root: &Path, path: &Path) -> Option<String> {
    let path = path.strip_prefix(root).ok()?.to_str()?;
    Some(path.replace(MAIN_SEPARATOR, "/"))
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
