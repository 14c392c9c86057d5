//! The command line, as transcripts: `fixtures/cli/*.txt` hold commands and what they answer.
//!
//! `$ cd DIR` changes to a folder below `fixtures/cli`, `$ careen …` runs the program, lines after it
//! are its stdout, `! ` begins lines of its stderr, `? N` is an exit code other than 0. `#` is a comment.
//! `SNAPSHOTS=overwrite` accepts what the program answers today.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use careen::{history::fixture::Fixture, rules};

#[test]
fn transcripts_are_true() {
    let mut cases: Vec<PathBuf> =
        fs::read_dir(root()).unwrap().map(|it| it.unwrap().path()).collect();
    cases.retain(|path| path.extension().is_some_and(|it| it == "txt"));
    cases.sort();
    assert!(!cases.is_empty());
    for case in cases {
        let expected = snapbox::Data::read_from(&case, Some(snapbox::data::DataFormat::Text));
        let actual = replay(&fs::read_to_string(&case).unwrap());
        snapbox::Assert::new().normalize_paths(false).action_env("SNAPSHOTS").eq(actual, expected);
    }
}

#[test]
fn every_rule_is_listed_and_can_be_explained() {
    let table = stdout(&careen(&["rules"]));
    let json = stdout(&careen(&["rules", "--format", "json"]));
    let json: Vec<serde_json::Value> = serde_json::from_str(&json).unwrap();
    assert_eq!(table.lines().count(), rules::all().len());
    assert_eq!(json.len(), rules::all().len());
    for ((rule, line), value) in rules::all().iter().zip(table.lines()).zip(json) {
        let page = rule.page();
        assert_eq!(line.split_whitespace().next(), Some(rule.id));
        assert!(line.ends_with(&page.title), "{line}");
        assert_eq!(value["id"], rule.id);
        assert_eq!(value["level"], page.level.as_str());
        assert!(!page.summary.is_empty() && value["summary"] == *page.summary);
        let explained = stdout(&careen(&["explain", rule.id]));
        assert!(explained.starts_with(rule.id), "{explained}");
        for heading in ["What it checks", "Use instead", "How to silence it"] {
            assert!(explained.lines().any(|line| line == heading), "{}: {heading}", rule.id);
        }
    }
}

#[test]
fn colours_come_when_they_are_asked_for() {
    let id = rules::all()[0].id;
    let plain = |args: &[&str]| !stdout(&careen(args)).contains('\u{1b}');
    assert!(plain(&["rules"]));
    assert!(!plain(&["rules", "--color", "always"]));
    assert!(!plain(&["explain", id, "--color=always"]));
    assert!(plain(&["explain", id, "--color=never"]));
}

#[test]
fn completions_know_the_commands() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = stdout(&careen(&["completions", shell]));
        assert!(script.contains("--fail-on") || script.contains("fail-on"), "{shell}");
    }
}

#[test]
fn a_pipe_that_closes_early_is_nobodys_mistake() {
    use std::process::Stdio;
    let mut child = command(&["completions", "zsh"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn help_fits_a_screen() {
    for (args, lines) in [(&["--help"][..], 34), (&["audit", "--help"], 60), (&["audit", "-h"], 48)]
    {
        let help = stdout(&careen(args));
        assert!(help.lines().count() <= lines, "{args:?} has {} lines", help.lines().count());
        assert!(help.lines().all(|line| line.chars().count() <= 100), "{args:?}");
        assert!(help.contains("Exit codes:"), "{args:?}");
    }
}

#[test]
fn reports_are_the_same_on_stdout_in_files_and_with_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let audit = |jobs: &str, format: &str| {
        let args = ["audit", "in/catalog", "--now", "2026-06-01", "--fail-on", "never", "-q"];
        let file = folder.path().join(format!("{jobs}.{format}"));
        let option = format!("--format={format}={}", file.display());
        let output =
            careen(&[&args[..], &["--allow-incomplete", "--jobs", jobs, &option]].concat());
        assert_eq!(stdout(&output), "");
        fs::read_to_string(file).unwrap()
    };
    for format in careen::report::Format::ALL {
        let one = audit("1", format.as_str());
        assert!(one.contains("charts/web"), "{format}");
        assert!(!one.contains('\u{1b}'), "{format}");
        assert_eq!(one, audit("2", format.as_str()), "{format}");
    }
    let args = ["audit", "in/catalog", "--now", "2026-06-01", "--fail-on", "never"];
    let printed = careen(&[&args[..], &["--allow-incomplete", "--format", "json"]].concat());
    assert_eq!(stdout(&printed), audit("1", "json"));
}

#[test]
fn a_commit_counts_ages_to_its_own_date() {
    let folder = tempfile::tempdir().unwrap();
    let mut fixture = Fixture::bare(folder.path()).unwrap();
    fixture.write("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n");
    let first = fixture.commit(1_500_000_000, "Ann <ann@example.com>", "Add web").unwrap();
    fixture.write("careen.yaml", "rules: {docs/missing-readme: error}\n");
    fixture.commit(1_600_000_000, "Ann <ann@example.com>", "Be strict").unwrap();
    let source = folder.path().to_str().unwrap();
    let audit = |at: &str| careen(&["audit", source, "--format", "json", "--at", at]);
    let json =
        |output: &Output| -> serde_json::Value { serde_json::from_slice(&output.stdout).unwrap() };
    let (first, head) = (audit(&first), audit("HEAD"));
    assert_eq!(json(&first)["now"], "2017-07-14T02:40:00Z");
    assert_eq!(json(&head)["now"], "2020-09-13T12:26:40Z");
    assert_eq!((first.status.code(), head.status.code()), (Some(0), Some(1)));
    let missing = audit("no-such-branch");
    assert_eq!(missing.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("`no-such-branch`"));
}

#[test]
fn a_configuration_inside_the_root_goes_by_its_path_from_there() {
    let root = root().join("in/problems");
    let file = root.join("careen.yaml");
    let output = careen(&["audit", root.to_str().unwrap(), "--config", file.to_str().unwrap()]);
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("careen.yaml:1:1: error: "));
}

#[test]
fn two_sources_have_one_configuration() {
    let output = careen(&["audit", "in/two", "in/problems"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    for path in
        ["`in/two/careen.yaml`", "`in/two/.github/careen.yaml`", "`in/problems/careen.yaml`"]
    {
        assert!(stderr.contains(path), "{stderr}");
    }
}

#[test]
fn timing_goes_to_stderr() {
    let output = careen(&["audit", "in/catalog", "--timing", "-q", "--allow-incomplete"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    let phases: Vec<_> = stderr.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(phases.first(), Some(&"open"), "{stderr}");
    assert_eq!(phases.last(), Some(&"total"), "{stderr}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cli")
}

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_careen"));
    command.args(args).current_dir(root());
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERM_PROGRAM", "VTE_VERSION", "COLUMNS"]
    {
        command.env_remove(name);
    }
    command.env("LC_ALL", "C.UTF-8").env("TERM", "xterm");
    command
}

fn careen(args: &[&str]) -> Output {
    command(args).output().unwrap()
}

fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Runs the commands of a transcript and writes it anew.
fn replay(transcript: &str) -> String {
    let mut folder = root();
    let mut actual = String::new();
    let mut comment = false;
    for line in transcript.lines().filter(|line| line.starts_with(['$', '#'])) {
        if !actual.is_empty() && !comment {
            actual.push('\n');
        }
        comment = line.starts_with('#');
        writeln!(actual, "{line}").unwrap();
        let words: Vec<_> = line.split_whitespace().collect();
        match words.as_slice() {
            ["$", "cd", to] => folder = root().join(to),
            ["$", "careen", args @ ..] => {
                actual += &answer(&command(args).current_dir(&folder).output().unwrap());
            }
            _ => assert!(comment, "no command: {line}"),
        }
    }
    actual
}

fn answer(output: &Output) -> String {
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    for line in String::from_utf8_lossy(&output.stderr).lines() {
        writeln!(text, "{}", format!("! {line}").trim_end()).unwrap();
    }
    match output.status.code() {
        Some(0) => {}
        Some(code) => writeln!(text, "? {code}").unwrap(),
        None => panic!("killed: {output:?}"),
    }
    text
}
