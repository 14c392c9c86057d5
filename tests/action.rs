//! The GitHub Action: what its files promise, a run of it with `act` on this machine, and its script
//! against a folder that stands for the release server; without containers and without the network.

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
fn the_scripts_are_clean() {
    let scripts = ["action/run.sh", ".ci/pack", ".ci/run"].map(|path| root().join(path));
    let shellcheck = Command::new("shellcheck").args(scripts).output();
    let Ok(checked) = shellcheck else {
        eprintln!("skipped: `shellcheck` is not installed");
        return;
    };
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
}

#[test]
fn a_released_archive_is_fetched_checked_and_run() {
    let release = Release::new(PROGRAM);
    let run = release.run(VERSION, "");
    assert!(run.status.success(), "{run:?}");
    let said = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(said.contains("ran audit --fail-on=error --color=never --format=concise"), "{said}");
    assert_eq!(release.outputs(), "exit-code=0\nsarif=reports/careen.sarif\n");
    // A `v` before the version is how tags are written.
    assert!(release.run(&format!("v{VERSION}"), "").status.success());
}

#[test]
fn an_archive_that_is_not_the_released_one_is_not_run() {
    let release = Release::new(PROGRAM);
    fs::write(release.archive(), b"another").unwrap();
    release.fails(VERSION, "the checksum of careen-");
    fs::remove_file(release.archive()).unwrap();
    release.fails(VERSION, "can't be fetched: is 0.1.0 released?");
    release.fails("1.0; touch hacked", "`version` is no version");
    assert!(!release.folder.path().join("hacked").exists());
}

#[test]
fn only_https_is_spoken_unless_a_test_says_otherwise() {
    let release = Release::new(PROGRAM);
    let run = release.command(VERSION, "").env_remove("CAREEN_PROTOCOLS").output().unwrap();
    assert_eq!(run.status.code(), Some(2), "{run:?}");
}

#[test]
fn without_a_version_the_own_source_is_installed_with_its_lock() {
    let release = Release::new(PROGRAM);
    let cargo = format!(
        "#!/bin/sh\necho \"cargo $*\" >>cargo.log\n\
         while [ \"$1\" != --root ]; do shift; done\n\
         mkdir -p \"$2/bin\"\ncat >\"$2/bin/careen\" <<'END'\n{PROGRAM}END\nchmod +x \"$2/bin/careen\"\n"
    );
    release.program("cargo", &cargo);
    let run = release.run("", "bin");
    assert!(run.status.success(), "{run:?}");
    let log = fs::read_to_string(release.folder.path().join("cargo.log")).unwrap();
    let wanted = format!("cargo install --locked --quiet --path {} --root ", root().display());
    assert!(log.starts_with(&wanted), "{log}");
    release.program("cargo", "#!/bin/sh\nexit 101\n");
    let run = release.run("", "bin");
    assert_eq!(run.status.code(), Some(2), "{run:?}");
    assert!(String::from_utf8_lossy(&run.stderr).contains("careen can't be built from"), "{run:?}");
}

#[test]
fn workflows_use_pinned_actions_and_release_what_the_action_asks_for() {
    for name in ["ci", "release"] {
        let path = format!(".github/workflows/{name}.yml");
        let workflow: Value = serde_yaml::from_str(&read(&path)).unwrap();
        for (job, steps) in workflow["jobs"].as_object().unwrap() {
            for step in steps["steps"].as_array().unwrap() {
                let commit = step["uses"].as_str().map(|uses| uses.split('@').next_back().unwrap());
                let pinned =
                    |it: &str| it.len() == 40 && it.bytes().all(|it| it.is_ascii_hexdigit());
                assert!(commit.is_none_or(pinned), "{path} {job}");
                let run = step["run"].as_str().unwrap_or_default();
                assert!(!run.contains("${{"), "{path} {job}: inputs come through env");
            }
        }
    }
    let release = read(".github/workflows/release.yml");
    let script = read("action/run.sh");
    let targets: Vec<_> =
        script.split("target=").skip(1).filter_map(|it| it.split(' ').next()).collect();
    assert_eq!(targets.len(), 4, "{targets:?}");
    for target in targets {
        assert!(release.contains(&format!("target: {target},")), "{target}");
    }
}

#[test]
fn the_pre_commit_hook_is_a_command_that_runs() {
    let hooks: Value = serde_yaml::from_str(&read(".pre-commit-hooks.yaml")).unwrap();
    let hook = &hooks[0];
    let words: Vec<_> = hook["entry"].as_str().unwrap().split(' ').collect();
    let more = hook["args"].as_array().unwrap().iter().filter_map(Value::as_str);
    assert_eq!((words[0], hook["language"].as_str()), ("careen", Some("rust")));
    let run = Command::new(env!("CARGO_BIN_EXE_careen"))
        .args(words[1..].iter().copied().chain(more))
        .current_dir(root().join("fixtures/healthy"))
        .output()
        .unwrap();
    assert!(run.status.success(), "{run:?}");
}

/// The version in Cargo.toml, which `.ci/pack` packs.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Stands for careen: says how it was called, and writes the report.
const PROGRAM: &str = "#!/bin/sh\necho \"ran $*\"\n: >reports/careen.sarif\n";

/// A folder that stands for a release server, and one that the script runs in.
struct Release {
    folder: tempfile::TempDir,
}

impl Release {
    /// With one release, packed as the workflow packs it.
    fn new(program: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let release = Self { folder };
        release.program("careen", program);
        let packed = Command::new("bash")
            .arg(root().join(".ci/pack"))
            .args([TARGET, "bin/careen", &Self::downloads()])
            .current_dir(release.folder.path())
            .output()
            .unwrap();
        assert!(packed.status.success(), "{packed:?}");
        fs::remove_file(release.folder.path().join("bin/careen")).unwrap();
        release
    }

    fn downloads() -> String {
        format!("server/owner/careen/releases/download/v{VERSION}")
    }

    fn archive(&self) -> PathBuf {
        let name = format!("careen-{VERSION}-{TARGET}.tar.gz");
        self.folder.path().join(Self::downloads()).join(name)
    }

    fn program(&self, name: &str, text: &str) {
        let path = self.folder.path().join("bin").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        let made = Command::new("chmod").arg("+x").arg(&path).status().unwrap();
        assert!(made.success());
    }

    /// The script as action.yml calls it, with the defaults of its inputs; `first` is a folder whose
    /// programs go before all others.
    fn command(&self, version: &str, first: &str) -> Command {
        let folder = self.folder.path();
        let path = std::env::var("PATH").unwrap();
        let mut command = Command::new("bash");
        command.arg(root().join("action/run.sh")).current_dir(folder).env_clear();
        command.env("PATH", format!("{}:{path}", folder.join(first).display()));
        let server = format!("file://{}", folder.join("server").display());
        command.env("CAREEN_SERVER", server).env("CAREEN_PROTOCOLS", "=file");
        command.env("CAREEN_ACTION", root()).env("CAREEN_REPOSITORY", "owner/careen");
        command.env("CAREEN_VERSION", version).env("RUNNER_TEMP", folder);
        command.env("GITHUB_OUTPUT", folder.join("outputs"));
        for (name, value) in [
            ("PATH", "."),
            ("CONFIG", ""),
            ("SELECT", ""),
            ("IGNORE", ""),
            ("CHART", ""),
            ("FAIL_ON", "error"),
            ("ALLOW_INCOMPLETE", "false"),
            ("FORMAT", "concise"),
            ("SARIF", "reports/careen.sarif"),
            ("BINARY", ""),
        ] {
            command.env(format!("CAREEN_{name}"), value);
        }
        command
    }

    fn run(&self, version: &str, first: &str) -> Output {
        self.command(version, first).output().unwrap()
    }

    fn fails(&self, version: &str, why: &str) {
        let run = self.run(version, "");
        assert_eq!(run.status.code(), Some(2), "{run:?}");
        assert!(String::from_utf8_lossy(&run.stderr).contains(why), "{run:?}");
    }

    fn outputs(&self) -> String {
        fs::read_to_string(self.folder.path().join("outputs")).unwrap()
    }
}

/// What the script asks for on the machine of the tests.
const TARGET: &str = match (cfg!(target_os = "macos"), cfg!(target_arch = "aarch64")) {
    (false, false) => "x86_64-unknown-linux-gnu",
    (false, true) => "aarch64-unknown-linux-gnu",
    (true, false) => "x86_64-apple-darwin",
    (true, true) => "aarch64-apple-darwin",
};

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
