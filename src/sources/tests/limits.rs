//! Limits, crossed; and files that can't be read.

use gix::objs::tree::EntryKind;

use super::kinds::paths;
use super::made::{self, Made};
use crate::sources::*;

/// A loose object that claims a size, and holds nothing: reading it would be an error of Git's.
fn claim(repository: &gix::Repository, size: u64) -> gix::ObjectId {
    let id = gix::ObjectId::from_hex(&[b'2'; 40]).unwrap();
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut encoder, format!("blob {size}\0").as_bytes()).unwrap();
    let folder = repository.git_dir().join("objects").join("22");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("2".repeat(38)), encoder.finish().unwrap()).unwrap();
    id
}

#[test]
fn a_file_over_the_limit_is_not_read_from_anywhere() {
    let (size, max) = (FILE_BYTES_MAX + 1, FILE_BYTES_MAX);
    let folder = tempfile::TempDir::new().unwrap();
    let sparse = |name: &str, size| {
        std::fs::File::create(folder.path().join(name)).unwrap().set_len(size).unwrap();
    };
    sparse("exact", max);
    sparse("large", size);
    let bare = tempfile::TempDir::new().unwrap();
    let repository = gix::init_bare(bare.path()).unwrap();
    let large = made::entry(EntryKind::Blob, b"large", claim(&repository, size));
    let tree = made::write_entries(&repository, vec![large]);
    made::commit(&repository, tree);
    let on_disk = Source::open(folder.path(), None).unwrap();
    assert_eq!(on_disk.read("exact").unwrap().len() as u64, max);
    let in_memory = Source::memory("", [("large".to_owned(), vec![0; size as usize])]);
    for source in [on_disk, in_memory, Source::open(bare.path(), None).unwrap()] {
        let error = source.read("large").unwrap_err();
        assert_eq!(error, ReadError::TooLarge { path: "large".into(), size, max });
        assert_eq!(source.size("large"), Ok(size));
    }
}

#[test]
fn a_package_that_unpacks_to_a_thousand_times_its_size_is_refused() {
    let zeros = vec![0; CHART_FILE_BYTES_MAX as usize];
    let bytes = made::package("web", &[("Chart.yaml", b"name: web"), ("zeros", &zeros)]);
    assert!(bytes.len() * 500 < zeros.len());
    let error = Source::archive("x.tgz", &bytes).unwrap_err();
    assert_eq!(error, ArchiveError::Ratio { size: bytes.len() as u64, ratio: ARCHIVE_RATIO_MAX });
    let padded = vec![0; ARCHIVE_RATIO_FLOOR as usize / 2];
    let bytes = made::package("web", &[("Chart.yaml", b"name: web"), ("zeros", &padded)]);
    assert!(Source::archive("x.tgz", &bytes).is_ok(), "small ones may compress well");
}

#[test]
fn helms_limits_hold_in_packages() {
    let header = made::header("web/large", CHART_FILE_BYTES_MAX + 1).as_bytes().to_vec();
    let error = Source::archive("x.tgz", &made::gzip(&header)).unwrap_err();
    assert_eq!(error.to_string(), "`large` has 5242881 bytes; Helm refuses files over 5242880");
    let header = made::header("web/large", CHART_BYTES_MAX + 1).as_bytes().to_vec();
    let error = Source::archive("x.tgz", &made::gzip(&header)).unwrap_err();
    assert_eq!(error, ArchiveError::TooLarge { max: CHART_BYTES_MAX });
}

#[test]
fn a_package_over_the_limit_of_bytes_is_refused() {
    // Stored, not compressed, so that the ratio is one.
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    let mut builder = tar::Builder::new(&mut encoder);
    let block = vec![b'x'; 4 << 20];
    for n in 0..=CHART_BYTES_MAX / block.len() as u64 {
        let header = made::header(&format!("web/{n}"), block.len() as u64);
        builder.append(&header, &block[..]).unwrap();
    }
    builder.finish().unwrap();
    drop(builder);
    let error = Source::archive("x.tgz", &encoder.finish().unwrap()).unwrap_err();
    assert_eq!(error, ArchiveError::TooLarge { max: CHART_BYTES_MAX });
}

#[test]
fn a_package_with_too_many_entries_is_refused() {
    let names = |count: usize| (0..count).map(|n| (format!("web/{n}"), &b""[..]));
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    std::io::Write::write_all(&mut encoder, &made::tar(names(ARCHIVE_ENTRIES_MAX + 1))).unwrap();
    let error = Source::archive("x.tgz", &encoder.finish().unwrap()).unwrap_err();
    assert_eq!(error, ArchiveError::TooMany { max: ARCHIVE_ENTRIES_MAX });
}

#[test]
fn packages_are_opened_to_a_depth() {
    let mut bytes = made::package("web", &[("Chart.yaml", b"name: web")]);
    for _ in 0..ARCHIVE_DEPTH_MAX {
        bytes = made::package("web", &[("Chart.yaml", b"name: web"), ("charts/x.tgz", &bytes)]);
    }
    let mut source = Source::archive("x.tgz", &bytes).unwrap();
    for _ in 1..ARCHIVE_DEPTH_MAX {
        source = source.package("charts/x.tgz").unwrap();
    }
    let error = source.package("charts/x.tgz").unwrap_err();
    assert_eq!(error, ArchiveError::TooDeep { max: ARCHIVE_DEPTH_MAX });
}

#[test]
fn packages_within_packages_share_one_budget() {
    let block = vec![b'x'; ARCHIVE_RATIO_FLOOR as usize - 4096];
    let inner = made::package("x", &[("Chart.yaml", b""), ("block", &block)]);
    let outer = made::package("x", &[("Chart.yaml", b""), ("charts/x.tgz", &inner)]);
    let source = Source::archive("x.tgz", &outer).unwrap();
    let unpacked = (0..1000).take_while(|_| source.package("charts/x.tgz").is_ok()).count() as u64;
    let bound = ARCHIVE_BYTES_MAX / block.len() as u64;
    assert!((bound - 2..=bound).contains(&unpacked), "{unpacked} of {bound}");
    let error = source.package("charts/x.tgz").unwrap_err();
    assert_eq!(error, ArchiveError::TooLarge { max: ARCHIVE_BYTES_MAX });
}

#[test]
fn folders_deeper_than_the_limit_are_left_out() {
    let deep = |levels: usize| format!("{}x", "d/".repeat(levels));
    let (within, beyond) = (deep(TREE_DEPTH_MAX - 1), deep(TREE_DEPTH_MAX + 1));
    let files: &[Made<'_>] = &[(&within, b""), (&beyond, b"")];
    let folder = made::folder(files);
    let repository = made::repository(files);
    for path in [folder.path(), repository.path()] {
        let source = Source::open(path, None).unwrap();
        assert_eq!(paths(&source), [within.as_str()]);
        let problem = &source.problems()[0];
        assert_eq!(problem.kind, ProblemKind::TooDeep);
        assert_eq!(problem.path.split('/').count(), TREE_DEPTH_MAX);
    }
}

#[test]
fn a_commit_whose_trees_multiply_ends_at_the_limit() {
    let folder = tempfile::TempDir::new().unwrap();
    let repository = gix::init_bare(folder.path()).unwrap();
    let blob = repository.write_blob(b"").unwrap().detach();
    let mut id = made::write_entries(&repository, vec![made::entry(EntryKind::Blob, b"x", blob)]);
    for _ in 0..TREE_DEPTH_MAX - 2 {
        let twice = [b"a", b"b"].map(|name| made::entry(EntryKind::Tree, name, id));
        id = made::write_entries(&repository, twice.to_vec());
    }
    made::commit(&repository, id);
    let opened = crate::history::Repository::open(folder.path()).unwrap();
    let store = crate::sources::git::Store::new(opened);
    let listing = store.list(id, 1_000).finish();
    assert!(listing.files().len() <= 1_000);
    let found: Vec<_> = listing.problems().iter().map(|problem| problem.kind).collect();
    assert_eq!(found, [ProblemKind::TooMany]);
}

#[test]
fn files_over_the_limit_of_a_source_are_left_out() {
    let files = (0..=FILES_MAX).map(|n| (format!("{n}"), Vec::new()));
    let source = Source::memory("", files);
    assert_eq!(source.files().len(), FILES_MAX);
    assert_eq!(source.problems().len(), 1);
    assert_eq!(source.problems()[0].kind, ProblemKind::TooMany);
}

#[test]
fn hostile_names_in_a_commit_are_problems() {
    let folder = tempfile::TempDir::new().unwrap();
    let repository = gix::init_bare(folder.path()).unwrap();
    let blob = repository.write_blob(b"x").unwrap().detach();
    let absent = gix::ObjectId::from_hex(&[b'1'; 40]).unwrap();
    // Written by hand: gix refuses to write such names.
    let mut tree = Vec::new();
    for (mode, name, id) in [
        ("100644", &b".."[..], blob),
        ("100644", b".git", blob),
        ("100644", b"a/../../b", blob),
        ("100644", b"\xff", blob),
        ("100644", b"gone", absent),
        ("100644", b"ok", blob),
        ("120000", b"lost", absent),
        ("160000", b"module", absent),
        ("40000", b"tree", absent),
    ] {
        tree.extend([mode.as_bytes(), b" ", name, b"\0", id.as_slice()].concat());
    }
    let id =
        gix::objs::Write::write_buf(&repository.objects, gix::objs::Kind::Tree, &tree).unwrap();
    made::commit(&repository, id);
    let source = Source::open(folder.path(), None).unwrap();
    assert_eq!(paths(&source), ["gone", "ok"]);
    assert!(matches!(source.read("gone"), Err(ReadError::Absent { .. })));
    let found: Vec<_> =
        source.problems().iter().map(|problem| (&*problem.path, problem.kind)).collect();
    let mut expected = [
        ("..", ProblemKind::IllegalName),
        (".git", ProblemKind::IllegalName),
        ("a/../../b", ProblemKind::IllegalName),
        ("lost", ProblemKind::Absent),
        ("module", ProblemKind::Submodule),
        ("tree", ProblemKind::Absent),
        ("\u{fffd}", ProblemKind::NotUtf8),
    ];
    expected.sort_unstable();
    assert_eq!(found, expected);
    let chart = source.chart_files("");
    assert!(chart.problems.iter().any(|problem| &*problem.path == "gone"));
    assert_eq!(chart.files.len(), 1);
}

#[cfg(unix)]
#[test]
fn names_and_files_of_odd_kinds_on_disk_are_problems() {
    use std::os::unix::ffi::OsStrExt;
    let folder = made::folder(&[("ok", b"")]);
    let odd = std::ffi::OsStr::from_bytes(b"odd\xff.yaml");
    std::fs::write(folder.path().join(odd), "").unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("socket")).unwrap();
    let source = Source::open(folder.path(), None).unwrap();
    assert_eq!(paths(&source), ["ok"]);
    let found: Vec<_> =
        source.problems().iter().map(|problem| (&*problem.path, problem.kind)).collect();
    let expected = [("odd\u{fffd}.yaml", ProblemKind::NotUtf8), ("socket", ProblemKind::Special)];
    assert_eq!(found, expected);
}

#[cfg(unix)]
#[test]
fn unreadable_files_and_folders_are_said() {
    use std::os::unix::fs::PermissionsExt;
    let folder = made::folder(&[("closed/x", b""), ("file", b""), ("ok", b"")]);
    let set = |path: &str, mode| {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(folder.path().join(path), permissions).unwrap();
    };
    set("closed", 0o000);
    set("file", 0o000);
    if std::fs::read_dir(folder.path().join("closed")).is_ok() {
        eprintln!("skipped: this user may read everything");
        return;
    }
    let source = Source::open(folder.path(), None).unwrap();
    set("closed", 0o755);
    let problem = &source.problems()[0];
    assert_eq!((&*problem.path, problem.kind), ("closed", ProblemKind::Unreadable));
    assert_eq!(problem.message, "permission denied: make it readable");
    assert!(matches!(source.read("file"), Err(ReadError::Failed { .. })));
    assert!(source.has("ok"));
}
