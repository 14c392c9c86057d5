//! Folders, repositories and packages, made from lists of files.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use gix::objs::tree::{Entry, EntryKind};
use gix::objs::{Commit, Tree};
use tempfile::TempDir;

/// A path, and the content; a content `-> target` makes a link.
pub(super) type Made<'a> = (&'a str, &'a [u8]);

fn target(content: &[u8]) -> Option<&str> {
    std::str::from_utf8(content).ok()?.strip_prefix("-> ")
}

pub(super) fn folder(files: &[Made<'_>]) -> TempDir {
    let folder = TempDir::new().unwrap();
    fill(folder.path(), files);
    folder
}

pub(super) fn fill(folder: &Path, files: &[Made<'_>]) {
    for (path, content) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        match target(content) {
            Some(target) => std::os::unix::fs::symlink(target, path).unwrap(),
            None => std::fs::write(path, content).unwrap(),
        }
    }
}

/// A bare repository with one commit on `main`.
pub(super) fn repository(files: &[Made<'_>]) -> TempDir {
    let folder = TempDir::new().unwrap();
    let repository = gix::init_bare(folder.path()).unwrap();
    let tree = write_tree(&repository, files);
    commit(&repository, tree);
    folder
}

/// A work tree with a `.git` folder and one commit on `main`.
pub(super) fn work_tree(files: &[Made<'_>]) -> TempDir {
    let folder = folder(files);
    let repository = gix::init(folder.path()).unwrap();
    let tree = write_tree(&repository, files);
    commit(&repository, tree);
    folder
}

pub(super) fn commit(repository: &gix::Repository, tree: gix::ObjectId) -> gix::ObjectId {
    let who = gix::actor::Signature {
        name: "Ann".into(),
        email: "ann@example.com".into(),
        time: gix::date::Time::new(1_700_000_000, 0),
    };
    let commit = Commit {
        tree,
        parents: Vec::new().into(),
        author: who.clone(),
        committer: who,
        encoding: None,
        message: "Add charts".into(),
        extra_headers: Vec::new(),
    };
    let id = repository.write_object(commit).unwrap().detach();
    let git = repository.git_dir();
    std::fs::create_dir_all(git.join("refs/heads")).unwrap();
    std::fs::write(git.join("refs/heads/main"), format!("{id}\n")).unwrap();
    std::fs::write(git.join("HEAD"), "ref: refs/heads/main\n").unwrap();
    id
}

pub(super) fn write_tree(repository: &gix::Repository, files: &[Made<'_>]) -> gix::ObjectId {
    let mut entries = Vec::new();
    let mut folders: BTreeMap<&str, Vec<Made<'_>>> = BTreeMap::new();
    for (path, content) in files {
        if let Some((folder, rest)) = path.split_once('/') {
            folders.entry(folder).or_default().push((rest, content));
            continue;
        }
        let (kind, bytes) = match target(content) {
            Some(target) => (EntryKind::Link, target.as_bytes()),
            None => (EntryKind::Blob, *content),
        };
        let id = repository.write_blob(bytes).unwrap().detach();
        entries.push(entry(kind, path.as_bytes(), id));
    }
    for (folder, files) in folders {
        let id = write_tree(repository, &files);
        entries.push(entry(EntryKind::Tree, folder.as_bytes(), id));
    }
    write_entries(repository, entries)
}

pub(super) fn write_entries(
    repository: &gix::Repository,
    mut entries: Vec<Entry>,
) -> gix::ObjectId {
    entries.sort();
    repository.write_object(Tree { entries }).unwrap().detach()
}

pub(super) fn entry(kind: EntryKind, name: &[u8], id: gix::ObjectId) -> Entry {
    Entry { mode: kind.into(), filename: name.into(), oid: id }
}

/// A packaged chart: each path is put below `folder`.
pub(super) fn package(folder: &str, files: &[Made<'_>]) -> Vec<u8> {
    let files = files.iter().map(|(path, content)| (format!("{folder}/{path}"), *content));
    gzip(&tar(files))
}

pub(super) fn tar<'a>(files: impl IntoIterator<Item = (String, &'a [u8])>) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, content) in files {
        builder.append(&header(&path, content.len() as u64), content).unwrap();
    }
    builder.into_inner().unwrap()
}

/// A header that takes any name, as the names of hostile archives are refused by the tar crate.
pub(super) fn header(path: &str, size: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_size(size);
    header.set_mode(0o644);
    let name = &mut header.as_gnu_mut().unwrap().name;
    assert!(path.len() <= name.len(), "short names only");
    name[..path.len()].copy_from_slice(path.as_bytes());
    header.set_cksum();
    header
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
