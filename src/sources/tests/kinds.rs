//! Folder, commit, package and memory: the same files for the same content.

use std::path::{Path, PathBuf};

use super::made::{self, Made};
use crate::sources::*;

const CHART: &[Made<'_>] = &[
    ("Chart.yaml", b"name: web\nversion: 1.0.0\n"),
    ("README.md", b"# web\n"),
    ("a-b.txt", b"1"),
    ("a/b.txt", b"2"),
    ("charts/db/Chart.yaml", b"name: db\nversion: 0.1.0\n"),
    ("templates/_helpers.tpl", b"\xef\xbb\xbf{{- define \"x\" }}{{ end }}"),
    ("values.yaml", b"a: 1\r\n"),
];

pub(super) fn paths(source: &Source) -> Vec<&str> {
    source.files().iter().map(|file| file.path().as_ref()).collect()
}

fn contents(source: &Source) -> Vec<(&str, Vec<u8>)> {
    let read = |path| source.read(path).unwrap().to_vec();
    paths(source).into_iter().map(|path| (path, read(path))).collect()
}

fn owned(files: &[Made<'_>]) -> Vec<(String, Vec<u8>)> {
    files.iter().map(|(path, content)| ((*path).to_owned(), content.to_vec())).collect()
}

#[test]
fn every_kind_gives_the_same_files_for_the_same_content() {
    let folder = made::folder(CHART);
    let bare = made::repository(CHART);
    let work_tree = made::work_tree(CHART);
    let package = made::package("web", CHART);
    let sources = [
        Source::memory("", owned(CHART)),
        Source::open(folder.path(), None).unwrap(),
        Source::open(bare.path(), None).unwrap(),
        Source::open(bare.path(), Some("main")).unwrap(),
        Source::open(work_tree.path(), None).unwrap(),
        Source::open(work_tree.path(), Some("HEAD")).unwrap(),
        Source::archive("web-1.0.0.tgz", &package).unwrap(),
    ];
    let expected: Vec<_> = CHART.iter().map(|(path, content)| (*path, content.to_vec())).collect();
    let order = sources[0].chart_files("").files;
    for source in &sources {
        assert_eq!(contents(source), expected, "{source:?}");
        assert_eq!(source.problems(), []);
        assert_eq!(source.chart_files("").files, order);
    }
}

#[test]
fn a_folder_of_a_repository_is_read_at_a_commit() {
    let files = [("deploy/web/Chart.yaml", b"name: web".as_slice()), ("x.txt", b"")];
    let made = made::work_tree(&files);
    std::fs::write(made.path().join("deploy/web/new.yaml"), "not committed").unwrap();
    let source = Source::open(&made.path().join("deploy"), Some("main")).unwrap();
    assert_eq!(paths(&source), ["web/Chart.yaml"]);
    assert_eq!(&*source.read("web/Chart.yaml").unwrap(), b"name: web");
}

#[test]
fn git_ignored_files_are_left_out_but_within_charts() {
    let files: &[Made<'_>] = &[
        (".gitignore", b"*.tgz\n/build\nsecret.txt\n"),
        (".github/workflow.yaml", b""),
        ("build/x.yaml", b""),
        ("packages/web-1.0.0.tgz", b""),
        ("web/.helmignore", b"secret.txt\n"),
        ("web/Chart.yaml", b"name: web"),
        ("web/charts/db-1.0.0.tgz", b""),
        ("web/secret.txt", b""),
        (".git/HEAD", b""),
        ("web/.git", b"gitdir: elsewhere"),
    ];
    let folder = made::folder(files);
    let source = Source::open(folder.path(), None).unwrap();
    let expected = [
        ".github/workflow.yaml",
        ".gitignore",
        "web/.helmignore",
        "web/Chart.yaml",
        "web/charts/db-1.0.0.tgz",
    ];
    assert_eq!(paths(&source), expected);
}

#[test]
fn the_nearest_gitignore_and_the_outermost_helmignore_decide() {
    let files: &[Made<'_>] = &[
        (".gitignore", b"*.log\n/made\n"),
        ("a/.gitignore", b"!keep.log\n/b\n"),
        ("a/keep.log", b""),
        ("a/other.log", b""),
        ("a/b/Chart.yaml", b"name: unseen"),
        ("a/c/b", b""),
        ("made/Chart.yaml", b"name: unseen"),
        ("web/.helmignore", b"docs/\n"),
        ("web/Chart.yaml", b"name: web"),
        ("web/made.log", b""),
        ("web/docs/Chart.yaml", b"name: docs"),
        ("web/docs/made.log", b""),
        ("web/charts/db/.helmignore", b"*.log"),
        ("web/charts/db/Chart.yaml", b"name: db"),
        ("web/charts/db/made.log", b""),
    ];
    let folder = made::folder(files);
    let source = Source::open(folder.path(), None).unwrap();
    let expected = [
        ".gitignore",
        "a/.gitignore",
        "a/c/b",
        "a/keep.log",
        "web/.helmignore",
        "web/Chart.yaml",
        "web/charts/db/.helmignore",
        "web/charts/db/Chart.yaml",
        "web/charts/db/made.log",
        "web/docs/Chart.yaml",
        "web/made.log",
    ];
    assert_eq!(paths(&source), expected);
}

#[test]
fn several_sources_show_the_source_as_given() {
    let one = made::folder(&[("Chart.yaml", b"name: one")]);
    let two = made::folder(&[("a/Chart.yaml", b"name: two")]);
    let package = made::package("web", CHART);
    std::fs::write(two.path().join("web.tgz"), &package).unwrap();
    let given: Vec<PathBuf> = vec![
        one.path().join(""),
        two.path().to_owned(),
        two.path().to_owned(),
        two.path().join("web.tgz"),
    ];
    let sources = Sources::open(&given, None).unwrap();
    assert_eq!(sources.len(), 3);
    let shown = format!("{}/a/Chart.yaml", two.path().display());
    assert_eq!(&*sources.get(1).unwrap().report_path("a/Chart.yaml"), shown);
    assert_eq!(&*sources.read(&shown).unwrap(), b"name: two");
    let root = one.path().display().to_string();
    assert_eq!(&*sources.get(0).unwrap().report_path(""), root);
    let shown = format!("{}/web.tgz!/values.yaml", two.path().display());
    assert_eq!(&*sources.get(2).unwrap().report_path("values.yaml"), shown);
    assert_eq!(&*sources.read(&shown).unwrap(), b"a: 1\r\n");
    assert!(matches!(sources.read("values.yaml"), Err(ReadError::NotFound { .. })));
}

#[test]
fn a_single_source_shows_paths_below_it() {
    let folder = made::folder(CHART);
    let sources = Sources::open(&[folder.path().to_owned()], None).unwrap();
    let source = sources.get(0).unwrap();
    assert_eq!(&*source.report_path("values.yaml"), "values.yaml");
    assert_eq!(&*source.report_path(""), ".");
    assert_eq!(&*sources.read("values.yaml").unwrap(), b"a: 1\r\n");
}

#[test]
fn files_in_nested_packages_are_read_by_the_path_shown() {
    let inner = made::package("cache", &[("Chart.yaml", b"name: cache"), ("values.yaml", b"c: 1")]);
    let outer = made::package("db", &[("Chart.yaml", b"name: db"), ("charts/cache.tgz", &inner)]);
    let folder = made::folder(&[("web/Chart.yaml", b"name: web"), ("web/charts/db.tgz", &outer)]);
    let sources = Sources::open(&[folder.path().to_owned()], None).unwrap();
    let package = sources.get(0).unwrap().package("web/charts/db.tgz").unwrap();
    let nested = package.package("charts/cache.tgz").unwrap();
    let shown = nested.report_path("values.yaml");
    assert_eq!(&*shown, "web/charts/db.tgz!/charts/cache.tgz!/values.yaml");
    assert_eq!(&*sources.read(&shown).unwrap(), b"c: 1");
    assert_eq!(&*sources.read(&shown).unwrap(), b"c: 1");
    assert_eq!(&*sources.read("web/charts/db.tgz!/Chart.yaml").unwrap(), b"name: db");
    assert!(sources.read("web/charts/db.tgz!/charts/cache.tgz!/nothing").is_err());
    assert!(sources.read("web/Chart.yaml!/x").is_err());
}

#[test]
fn the_files_of_a_folder_are_a_range() {
    let files = ["a", "a-b/x", "a.b/x", "a/b/y", "a/x", "a0/x", "b/x"];
    let source = Source::memory("", files.map(|path| (path.to_owned(), Vec::new())));
    let under = |folder| source.under(folder).iter().map(|file| &**file.path()).collect::<Vec<_>>();
    assert_eq!(under("a"), ["a/b/y", "a/x"]);
    assert_eq!(under("a/b"), ["a/b/y"]);
    assert_eq!(under(""), paths(&source));
    assert!(under("c").is_empty());
    assert!(source.has("a/x") && !source.has("a/b") && source.has_folder("a/b"));
}

fn message(path: &Path, at: Option<&str>) -> String {
    Source::open(path, at).unwrap_err().to_string()
}

#[test]
fn errors_say_what_to_do() {
    let folder = made::folder(&[("x.txt", b"")]);
    let missing = message(&folder.path().join("nowhere"), None);
    assert!(missing.ends_with("does not exist: check the path"), "{missing}");
    let no_source = message(&folder.path().join("x.txt"), None);
    assert!(no_source.contains("give a folder, a .tgz or a Git repository"), "{no_source}");
    let repository = made::repository(CHART);
    let no_reference = message(repository.path(), Some("v9"));
    assert!(no_reference.starts_with("`v9` is no branch, tag or commit of"), "{no_reference}");
    assert!(no_reference.contains("`git fetch origin v9`"), "{no_reference}");
    assert!(no_reference.contains("there are `main`"), "{no_reference}");
    let work_tree = made::work_tree(CHART);
    made::fill(work_tree.path(), &[("later/x.txt", b"")]);
    let no_folder = message(&work_tree.path().join("later"), Some("main"));
    assert_eq!(no_folder, "`later` is no folder at `main`: give a commit that has it");
    let empty = tempfile::TempDir::new().unwrap();
    gix::init_bare(empty.path()).unwrap();
    assert!(message(empty.path(), None).contains("has no commit"));
}

#[test]
fn files_above_a_folder_of_a_repository_are_those_of_the_commit() {
    let made = made::work_tree(&[
        ("deploy/web/Chart.yaml", b"name: web\n".as_slice()),
        (".gitignore", b"*.lock\n"),
    ]);
    let source = Source::open(&made.path().join("deploy"), None).unwrap();
    assert_eq!(source.read_around(".gitignore").as_deref(), Some(&b"*.lock\n"[..]));
    assert_eq!(source.read_around("deploy"), None);
    assert_eq!(source.read_around("absent"), None);
    let root = Source::open(made.path(), None).unwrap();
    assert_eq!(root.read_around(".gitignore"), None);
}

#[test]
fn a_commit_of_what_is_no_repository_is_refused() {
    let folder = made::folder(&[("x.tgz", b"")]);
    let package = message(&folder.path().join("x.tgz"), Some("main"));
    assert!(package.contains("is in no Git repository: leave out `--at`"), "{package}");
    // The folder of temporary files could itself be in a repository: then `main` is what lacks.
    assert!(Source::open(folder.path(), Some("no-such-reference")).is_err());
}

#[test]
fn a_folder_without_charts_and_an_empty_one_open() {
    let folder = tempfile::TempDir::new().unwrap();
    let source = Source::open(folder.path(), None).unwrap();
    assert!(source.files().is_empty() && source.problems().is_empty());
}

#[test]
fn names_that_no_file_can_have_are_problems_in_memory() {
    let names = ["../x", "/x", "a//b", "a/./b", "", "ok"];
    let source = Source::memory("page", names.map(|name| (name.to_owned(), Vec::new())));
    assert_eq!(paths(&source), ["ok"]);
    assert_eq!(source.problems().len(), 5);
    assert_eq!(&*source.report_path("ok"), "page/ok");
}

#[test]
fn threads_read_a_repository_side_by_side() {
    let made = made::repository(CHART);
    let source = Source::open(made.path(), None).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..50 {
                    assert_eq!(contents(&source).len(), CHART.len());
                }
            });
        }
    });
}
