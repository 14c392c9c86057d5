//! Packages: Helm's rules, and what hostile ones try.

use super::kinds::paths;
use super::made::{self, Made};
use crate::sources::*;

fn open(files: &[Made<'_>]) -> Result<Source, ArchiveError> {
    let files = files.iter().map(|(path, content)| ((*path).to_owned(), *content));
    Source::archive("x.tgz", &made::gzip(&made::tar(files)))
}

#[test]
fn the_first_element_is_stripped_whatever_it_is() {
    let files: &[Made<'_>] =
        &[("web/Chart.yaml", b"a"), ("other/values.yaml", b"b"), ("/templates/x", b"c")];
    let source = open(files).unwrap();
    assert_eq!(paths(&source), ["Chart.yaml", "templates/x", "values.yaml"]);
    assert_eq!(&*source.report_path("values.yaml"), "x.tgz!/values.yaml");
    assert_eq!(&*source.report_path(""), "x.tgz");
}

#[test]
fn backslashes_separate_where_there_are_any() {
    let source = open(&[("web\\Chart.yaml", b"a"), ("web\\templates\\x", b"c")]).unwrap();
    assert_eq!(paths(&source), ["Chart.yaml", "templates/x"]);
}

#[test]
fn names_that_lead_out_are_refused_as_by_helm() {
    for name in ["web/../../etc/passwd", "web/..", "web", "web/.", "web/x/../../y", "web\\..\\x"] {
        let error = open(&[(name, b"")]).unwrap_err();
        assert_eq!(error, ArchiveError::Outside(name.into()), "{name}");
    }
    for name in ["web//etc/passwd", "web/c:/x", "web\\C:\\x", "//etc/passwd"] {
        let error = open(&[(name, b"")]).unwrap_err();
        assert_eq!(error, ArchiveError::Absolute(name.into()), "{name}");
    }
    assert_eq!(open(&[("Chart.yaml", b"")]).unwrap_err(), ArchiveError::NoFolder);
    assert_eq!(open(&[]).unwrap_err(), ArchiveError::Empty);
}

#[test]
fn folders_and_dots_within_the_chart_are_cleaned() {
    let source = open(&[("web/./a//b/../Chart.yaml", b""), ("web/charts/", b"")]).unwrap();
    assert_eq!(paths(&source), ["a/Chart.yaml"]);
}

#[test]
fn names_that_are_no_utf8_are_refused() {
    let mut header = made::header("web/x", 0);
    header.as_gnu_mut().unwrap().name[4] = 0xff;
    header.set_cksum();
    let mut builder = tar::Builder::new(Vec::new());
    builder.append(&header, &b""[..]).unwrap();
    let bytes = made::gzip(&builder.into_inner().unwrap());
    let error = Source::archive("x.tgz", &bytes).unwrap_err();
    assert_eq!(error, ArchiveError::NotUtf8("web/\u{fffd}".into()));
}

fn entry(kind: tar::EntryType, path: &str, link: &str) -> Vec<u8> {
    let mut header = made::header(path, 0);
    header.set_entry_type(kind);
    header.set_link_name_literal(link).unwrap();
    header.set_cksum();
    let mut builder = tar::Builder::new(Vec::new());
    builder.append(&made::header("web/Chart.yaml", 1), &b"a"[..]).unwrap();
    builder.append(&header, &b""[..]).unwrap();
    made::gzip(&builder.into_inner().unwrap())
}

#[test]
fn links_and_devices_are_never_followed() {
    use tar::EntryType::{Block, Fifo, Link, Symlink};
    for kind in [Symlink, Link, Fifo, Block] {
        let bytes = entry(kind, "web/values.yaml", "/etc/passwd");
        let source = Source::archive("x.tgz", &bytes).unwrap();
        assert_eq!(paths(&source), ["Chart.yaml"]);
        let problem = &source.problems()[0];
        assert_eq!((&*problem.path, problem.kind), ("values.yaml", ProblemKind::Special));
        assert_eq!(source.chart_files("").problems.len(), 1);
    }
}

#[test]
fn of_two_files_of_one_name_the_last_counts() {
    let source = open(&[("a/x", b"1"), ("a/Chart.yaml", b""), ("b/x", b"2")]).unwrap();
    assert_eq!(&*source.read("x").unwrap(), b"2");
    assert_eq!(source.problems()[0].kind, ProblemKind::Duplicate);
}

#[test]
fn several_gzip_members_are_one_stream() {
    let tar = made::tar([("web/Chart.yaml".to_owned(), &b"name: web"[..])]);
    let (one, two) = tar.split_at(700);
    let bytes = [made::gzip(one), made::gzip(two)].concat();
    let source = Source::archive("x.tgz", &bytes).unwrap();
    assert_eq!(&*source.read("Chart.yaml").unwrap(), b"name: web");
}

/// Numbers that don't compress.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let step = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as u8
    };
    (0..length).map(step).collect()
}

#[test]
fn truncated_packages_are_damaged_at_every_length() {
    let content = noise(3000);
    let bytes = made::package("web", &[("Chart.yaml", b"name: web"), ("data", &content)]);
    for length in 0..bytes.len() - 40 {
        let error = Source::archive("x.tgz", &bytes[..length]).unwrap_err();
        assert!(
            matches!(error, ArchiveError::Gzip(_) | ArchiveError::Tar(_) | ArchiveError::Empty),
            "{length}: {error}"
        );
    }
    let error = Source::archive("x.tgz", &bytes[..1000]).unwrap_err();
    assert!(matches!(error, ArchiveError::Gzip(_)), "{error}");
}

#[test]
fn no_byte_soup_panics() {
    let bytes = made::package("web", &[("Chart.yaml", b"name: web"), ("values.yaml", b"a: 1")]);
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x55;
        let _ = Source::archive("x.tgz", &damaged);
    }
    let tar = made::tar([("web/Chart.yaml".to_owned(), &b"name: web"[..])]);
    for at in 0..600 {
        let mut damaged = tar.clone();
        damaged[at] ^= 0x80;
        let _ = Source::archive("x.tgz", &made::gzip(&damaged));
    }
    let _ = Source::archive("x.tgz", &noise(1000));
}

#[test]
fn a_header_that_promises_too_much_allocates_nothing() {
    let mut tar = made::header("web/Chart.yaml", 4 << 20).as_bytes().to_vec();
    tar.extend(b"name: web");
    let error = Source::archive("x.tgz", &made::gzip(&tar)).unwrap_err();
    assert!(matches!(error, ArchiveError::Tar(_)), "{error}");
    let tar = made::header("web/Chart.yaml", u64::from(u32::MAX)).as_bytes().to_vec();
    let error = Source::archive("x.tgz", &made::gzip(&tar)).unwrap_err();
    assert!(matches!(error, ArchiveError::TooLarge { .. }), "{error}");
}
