//! What Helm loads of a folder.

use super::made::{self, Made};
use crate::sources::*;

fn memory(files: &[Made<'_>]) -> Source {
    Source::memory("", files.iter().map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec())))
}

fn relative(files: &ChartFiles) -> Vec<&str> {
    files.files.iter().map(|file| file.relative.as_str()).collect()
}

#[test]
fn files_come_folder_by_folder_as_helm_walks() {
    let source = memory(&[("w/Chart.yaml", b""), ("w/a/x", b""), ("w/a-b", b""), ("w/a.b", b"")]);
    assert_eq!(relative(&source.chart_files("w")), ["Chart.yaml", "a/x", "a-b", "a.b"]);
}

#[test]
fn helmignore_and_helms_own_rule_apply() {
    let source = memory(&[
        ("w/.helmignore", b"docs/\n*.bak\n/ci\n**/x\n"),
        ("w/Chart.yaml", b""),
        ("w/ci/x.yaml", b""),
        ("w/charts/db/.helmignore", b"values.yaml"),
        ("w/charts/db/docs/x", b""),
        ("w/charts/db/values.yaml", b""),
        ("w/docs/a/b", b""),
        ("w/templates/.x.yaml", b""),
        ("w/templates/a.bak", b""),
        ("w/templates/a.yaml", b""),
    ]);
    let chart = source.chart_files("w");
    let expected = [
        ".helmignore",
        "Chart.yaml",
        "charts/db/.helmignore",
        "charts/db/values.yaml",
        "templates/a.yaml",
    ];
    assert_eq!(relative(&chart), expected);
    assert_eq!(chart.problems.len(), 1);
    assert_eq!(chart.problems[0].kind, ProblemKind::IgnoreRule);
    assert_eq!(chart.problems[0].span.unwrap().start, 16);
    // As a chart of its own, the subchart's own rules hold.
    assert_eq!(relative(&source.chart_files("w/charts/db")), [".helmignore", "docs/x"]);
}

#[test]
fn helmignore_is_not_applied_in_packages() {
    let files: &[Made<'_>] =
        &[(".helmignore", b"*.md"), ("Chart.yaml", b""), ("README.md", b""), ("templates/.x", b"")];
    let source = Source::archive("x.tgz", &made::package("web", files)).unwrap();
    assert_eq!(source.chart_files("").files.len(), files.len());
}

#[test]
fn a_problem_in_an_ignored_folder_is_none() {
    let files: &[Made<'_>] = &[
        (".helmignore", b"docs/"),
        ("Chart.yaml", b""),
        ("docs/link", b"-> nowhere"),
        ("other/link", b"-> nowhere"),
    ];
    let folder = made::folder(files);
    let source = Source::open(folder.path(), None).unwrap();
    let chart = source.chart_files("");
    assert_eq!(chart.problems.len(), 1);
    assert_eq!(chart.problems[0].path, "other/link");
}

#[test]
fn helms_limits_are_problems_that_withhold_nothing() {
    let large = vec![b'x'; CHART_FILE_BYTES_MAX as usize + 1];
    let exact = &large[1..];
    let source = memory(&[("Chart.yaml", b""), ("exact", exact), ("large", &large)]);
    let chart = source.chart_files("");
    assert_eq!(relative(&chart), ["Chart.yaml", "exact", "large"]);
    assert_eq!(chart.problems.len(), 1);
    assert_eq!(chart.problems[0].path, "large");
    let count = CHART_BYTES_MAX / CHART_FILE_BYTES_MAX + 1;
    let files = (0..count).map(|n| (format!("{n:02}"), exact.to_vec()));
    let chart = Source::memory("", files).chart_files("");
    assert_eq!(chart.problems.len(), 1);
    assert!(chart.problems[0].message.contains("the chart's files have 110100480 bytes"));
}
