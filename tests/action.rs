//! The GitHub Action: what its files promise, and a run of it with `act` on this machine, without
//! containers and without the network.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "helpers of tests"
)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;

/// Where the workflow finds the action.
const ACTION: &str = ".action";

/// A chart that nothing is wrong with.
const SOUND: &[(&str, &str)] = &[
    (
        "charts/web/Chart.yaml",
        "apiVersion: v2\nname: web\ndescription: Serves pages\nversion: 1.0.0\n\
         kubeVersion: \">=1.33.0-0\"\nmaintainers:\n  - name: Ann\n",
    ),
    ("charts/web/README.md", "# web\n\nServes pages.\n"),
    (
        "charts/web/templates/config.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n",
    ),
];

/// A template that stops every install; its text tries to speak to the runner.
const UNSOUND: (&str, &str) = (
    "charts/web/templates/service.yaml",
    "{{ nosuch }}\n::set-output name=sarif::stolen\n{{ if .Values.enabled }}\n",
);

#[test]
fn no_input_is_part_of_a_command_and_no_other_action_is_used() {
    let action = read("action.yml");
    let action: Value = serde_yaml::from_str(&action).unwrap();
    let steps = action["runs"]["steps"].as_array().unwrap();
    assert_eq!(action["runs"]["using"], "composite");
    for step in steps {
        assert!(step.get("uses").is_none(), "{step}");
        assert!(!step["run"].as_str().unwrap().contains("${{"), "{step}");
        assert_eq!(step["shell"], "bash");
    }
    let env = steps[0]["env"].as_object().unwrap();
    let given: Vec<_> = env.values().filter_map(Value::as_str).collect();
    let script = read("action/run.sh");
    for (input, about) in action["inputs"].as_object().unwrap() {
        assert!(given.contains(&format!("${{{{ inputs.{input} }}}}").as_str()), "{input}");
        assert!(about["description"].is_string() && about["default"].is_string(), "{input}");
    }
    for name in env.keys() {
        assert!(
            script.contains(&format!("${name}")) || script.contains(&format!("${{{name}")),
            "{name}"
        );
    }
    assert!(script.contains("\nset -euo pipefail\n"));
}

#[test]
fn the_script_is_clean() {
    let shellcheck = Command::new("shellcheck").arg(root().join("action/run.sh")).output();
    let Ok(checked) = shellcheck else {
        eprintln!("skipped: `shellcheck` is not installed");
        return;
    };
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
}

#[test]
fn a_sound_catalog_passes() {
    let Some(run) = Run::new(SOUND, "fail-on: note") else { return };
    assert!(run.output.status.success(), "{}", run.log());
    assert_eq!(run.results(), 0, "{}", run.log());
    assert!(run.log().contains("told 0 reports/careen.sarif"), "{}", run.log());
    assert!(run.log().contains("no findings; 1 chart analysed"), "{}", run.log());
}

#[test]
fn an_unsound_catalog_fails_and_is_reported() {
    let files = [SOUND, &[UNSOUND]].concat();
    let Some(run) = Run::new(&files, "fail-on: error") else { return };
    assert!(!run.output.status.success(), "{}", run.log());
    assert_eq!(run.results(), 1, "{}", run.log());
    assert!(run.log().contains("told 1 reports/careen.sarif"), "{}", run.log());
    assert!(run.log().contains("error[input/unparsable-template]"), "{}", run.log());
}

#[test]
fn fail_on_never_reports_and_passes() {
    let files = [SOUND, &[UNSOUND]].concat();
    let Some(run) = Run::new(&files, "fail-on: never") else { return };
    assert!(run.output.status.success(), "{}", run.log());
    assert_eq!(run.results(), 1, "{}", run.log());
}

#[test]
fn wrong_inputs_are_told() {
    let Some(run) = Run::new(SOUND, r#"format: xml; $(touch "$HOME/hacked")"#) else { return };
    assert!(!run.output.status.success(), "{}", run.log());
    assert!(run.log().contains("`format` is human or concise"), "{}", run.log());
    assert!(!run.folder.path().join("hacked").exists());
}

/// One run of a workflow that uses the action.
struct Run {
    folder: tempfile::TempDir,
    output: Output,
}

impl Run {
    /// None where `act` or `git` is missing.
    fn new(files: &[(&str, &str)], input: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let work = folder.path().join("work");
        let action = [read("action.yml"), read("action/run.sh"), workflow(input)];
        let names = ["action.yml", "action/run.sh"].map(|name| format!("{ACTION}/{name}"));
        let names = names.iter().map(String::as_str).chain([".github/workflows/ci.yml"]);
        let own: Vec<_> = names.zip(action.iter().map(String::as_str)).collect();
        for (path, text) in files.iter().chain(&own) {
            fs::create_dir_all(work.join(path).parent().unwrap()).unwrap();
            fs::write(work.join(path), text).unwrap();
        }
        let who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.com"];
        let commit = [&who[..], &["commit", "--quiet", "--message", "Add charts"]].concat();
        let commands: [&[&str]; 3] = [&["init", "--quiet"], &["add", "--all"], &commit];
        for arguments in commands {
            let git = clean("git", folder.path()).args(arguments).current_dir(&work).output();
            let git = oracle("git", git)?;
            assert!(git.status.success(), "{git:?}");
        }
        let output = oracle("act", act(folder.path(), &work).output())?;
        Some(Self { folder, output })
    }

    fn log(&self) -> String {
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        format!("{}{}", text(&self.output.stdout), text(&self.output.stderr))
    }

    /// How many results the SARIF report has.
    fn results(&self) -> usize {
        let report = self.folder.path().join("sarif.json");
        let report = fs::read_to_string(report).unwrap_or_else(|_| panic!("{}", self.log()));
        let report: Value = serde_json::from_str(&report).unwrap();
        report["runs"][0]["results"].as_array().unwrap().len()
    }
}

fn workflow(input: &str) -> String {
    let binary = env!("CARGO_BIN_EXE_careen");
    let (name, value) = input.split_once(": ").unwrap();
    format!(
        r#"on: push
jobs:
  audit:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - uses: ./{ACTION}
        id: careen
        with:
          path: .
          sarif: reports/careen.sarif
          binary: '{binary}'
          {name}: '{value}'
      - if: always()
        run: |
          echo "told $CODE $SARIF"
          cp "$SARIF" "$COPY"
        env:
          CODE: ${{{{ steps.careen.outputs.exit-code }}}}
          SARIF: ${{{{ steps.careen.outputs.sarif }}}}
"#
    )
}

/// act on this machine itself: no image is pulled and nothing is fetched. What it takes for the
/// checkout is a copy of the folder, so the workflow hands the report out.
fn act(home: &Path, work: &Path) -> Command {
    let mut command = clean(&act_program(), home);
    command.args(["push", "--platform", "ubuntu-latest=-self-hosted", "--action-offline-mode"]);
    command.args(["--pull=false", "--env"]);
    command.arg(format!("COPY={}", home.join("sarif.json").display())).current_dir(work);
    command
}

/// In `PATH`, or where `go install` puts it.
fn act_program() -> String {
    let go = std::env::var("HOME").map(|home| PathBuf::from(home).join("go/bin/act"));
    let known = std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join("act").is_file())
    });
    match go {
        Ok(go) if !known && go.is_file() => go.display().to_string(),
        _ => "act".to_owned(),
    }
}

/// A program that knows nothing of its user's settings.
fn clean(program: &str, home: &Path) -> Command {
    let mut command = Command::new(program);
    command.env("HOME", home).env("XDG_CACHE_HOME", home.join("cache"));
    command.env("XDG_CONFIG_HOME", home.join("config")).env_remove("GITHUB_TOKEN");
    let config = home.join("config/act");
    fs::create_dir_all(&config).unwrap();
    fs::write(config.join("actrc"), "-P ubuntu-latest=-self-hosted\n").unwrap();
    command
}

/// What a program said; none, with a word on stderr, where it is not installed and need not be.
fn oracle(name: &str, result: std::io::Result<Output>) -> Option<Output> {
    if result.is_err() {
        assert!(std::env::var_os("CAREEN_REQUIRE_ORACLES").is_none(), "`{name}` is not installed");
        eprintln!("skipped: `{name}` is not installed");
    }
    result.ok()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}
