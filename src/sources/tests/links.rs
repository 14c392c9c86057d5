//! Links, in folders and in commits alike.

use super::kinds::paths;
use super::made::{self, Made};
use crate::sources::*;

/// The same files as a folder and as a commit.
fn both(files: &[Made<'_>], check: impl Fn(&Source)) {
    let folder = made::folder(files);
    check(&Source::open(folder.path(), None).unwrap());
    let repository = made::repository(files);
    check(&Source::open(repository.path(), None).unwrap());
}

fn kinds(problems: &[FileProblem]) -> Vec<(&str, ProblemKind)> {
    problems.iter().map(|problem| (problem.path.as_str(), problem.kind)).collect()
}

#[test]
fn links_to_files_are_files_and_links_to_folders_are_followed_in_charts() {
    let files: &[Made<'_>] = &[
        ("README.md", b"# all"),
        ("shared/templates/a.yaml", b"a"),
        ("shared/templates/sub/b.yaml", b"b"),
        ("web/Chart.yaml", b"name: web"),
        ("web/README.md", b"-> ../README.md"),
        ("web/again.md", b"-> README.md"),
        ("web/templates", b"-> ../shared/templates"),
    ];
    both(files, |source| {
        assert_eq!(source.problems(), []);
        assert!(paths(source).contains(&"web/again.md"));
        assert_eq!(&*source.read("web/again.md").unwrap(), b"# all");
        assert_eq!(&*source.read("web/templates/sub/b.yaml").unwrap(), b"b");
        assert!(source.has_folder("web/templates/sub"));
        let chart = source.chart_files("web");
        let files: Vec<_> =
            chart.files.iter().map(|file| (file.relative.as_str(), &*file.path)).collect();
        let expected = [
            ("Chart.yaml", "web/Chart.yaml"),
            ("README.md", "README.md"),
            ("again.md", "README.md"),
            ("templates/a.yaml", "shared/templates/a.yaml"),
            ("templates/sub/b.yaml", "shared/templates/sub/b.yaml"),
        ];
        assert_eq!(files, expected);
        assert_eq!(chart.problems, []);
    });
}

#[test]
fn links_out_of_the_root_are_problems_and_never_read() {
    let files: &[Made<'_>] = &[
        ("web/Chart.yaml", b"name: web"),
        ("web/absolute", b"-> /etc/passwd"),
        ("web/above", b"-> ../../x"),
        ("web/folder", b"-> ../.."),
        ("web/nothing", b"-> nowhere"),
        ("web/in/and/out", b"-> ../../../web/Chart.yaml"),
    ];
    both(files, |source| {
        let expected = [
            ("web/above", ProblemKind::LinkOutside),
            ("web/absolute", ProblemKind::LinkOutside),
            ("web/folder", ProblemKind::LinkOutside),
            ("web/nothing", ProblemKind::LinkBroken),
        ];
        let mut found = kinds(source.problems());
        found.sort_unstable();
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(found, expected);
        assert!(!source.has("web/absolute"));
        assert!(matches!(source.read("web/absolute"), Err(ReadError::NotFound { .. })));
        assert!(source.has("web/in/and/out"));
        assert_eq!(kinds(&source.chart_files("web").problems), found);
    });
}

#[test]
fn loops_of_links_are_cut() {
    let files: &[Made<'_>] = &[
        ("web/Chart.yaml", b"name: web"),
        ("web/a", b"-> b"),
        ("web/b", b"-> a"),
        ("web/self", b"-> self"),
        ("web/up", b"-> ."),
        ("web/x/to-y", b"-> ../y"),
        ("web/x/file", b""),
        ("web/y/to-x", b"-> ../x"),
        ("web/y/file", b""),
    ];
    both(files, |source| {
        let listed = kinds(source.problems());
        let expected =
            ["web/a", "web/b", "web/self"].map(|path| (path, ProblemKind::LinkLoop)).to_vec();
        assert_eq!(listed, expected);
        let chart = source.chart_files("web");
        let relative: Vec<_> = chart.files.iter().map(|file| file.relative.as_str()).collect();
        let expected = ["Chart.yaml", "x/file", "x/to-y/file", "y/file", "y/to-x/file"];
        assert_eq!(relative, expected);
        let at: Vec<_> = kinds(&chart.problems).into_iter().map(|(path, _)| path).collect();
        assert_eq!(at, ["web/a", "web/b", "web/self", "web/up", "web/x/to-y", "web/y/to-x"]);
    });
}

#[test]
fn a_chain_of_links_is_followed_up_to_the_limit() {
    let chain = |length: usize| {
        let mut files: Vec<(String, Vec<u8>)> = (1..=length)
            .map(|n| (format!("{n:03}"), format!("-> {:03}", n - 1).into_bytes()))
            .collect();
        files.push(("000".to_owned(), b"end".to_vec()));
        files
    };
    for (length, whole) in [(LINK_DEPTH_MAX, true), (LINK_DEPTH_MAX + 1, false)] {
        let files = chain(length);
        let files: Vec<Made<'_>> =
            files.iter().map(|(path, content)| (path.as_str(), content.as_slice())).collect();
        both(&files, |source| {
            assert_eq!(source.has(&format!("{length:03}")), whole);
            assert_eq!(source.problems().is_empty(), whole);
        });
    }
}

#[test]
fn links_that_multiply_end_at_the_limit() {
    // Each folder has ten links to the next: 10^9 files, if nobody counted.
    let mut files = vec![("web/Chart.yaml".to_owned(), b"name: web".to_vec())];
    for level in 0..9 {
        for link in 0..10 {
            let path = format!("web/{level}/{link}");
            files.push((path, format!("-> ../{}", level + 1).into_bytes()));
        }
    }
    files.push(("web/9/file".to_owned(), Vec::new()));
    let files: Vec<Made<'_>> =
        files.iter().map(|(path, content)| (path.as_str(), content.as_slice())).collect();
    both(&files, |source| {
        let chart = source.chart_files("web");
        assert!(chart.files.len() <= CHART_FILES_MAX);
        assert!(chart.problems.iter().any(|problem| problem.kind == ProblemKind::TooMany));
    });
}
