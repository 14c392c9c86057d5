//! What the README shows is true: transcripts, commands, configuration, the workflow, the table of rules.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "helpers of tests"
)]

#[path = "fixtures/catalog.rs"]
mod catalog;

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use careen::{config::Config, finding::Level, rule::Page, text::Text};
use catalog::{Catalog, accept, pages};
use serde_json::Value;

const BEGIN: &str = "<!-- rules -->\n";
const END: &str = "<!-- /rules -->\n";

#[test]
fn what_is_derived_is_current() {
    let mut actual = String::new();
    let text = readme();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        writeln!(actual, "{line}").unwrap();
        if line == "```console" {
            let block: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
            for command in block.iter().filter(|line| line.starts_with("$ ")) {
                write!(actual, "{command}\n{}", answer(command)).unwrap();
            }
            actual.push_str("```\n");
        }
    }
    let (before, rest) = actual.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    accept(&root().join("README.md"), &format!("{before}{BEGIN}{}{END}{after}", table()));
}

/// What a terminal would show, the report and then what careen says of its end.
fn answer(command: &str) -> String {
    let arguments: Vec<_> = command.split_whitespace().skip(1).collect();
    let (program, arguments) = arguments.split_first().unwrap();
    assert_eq!(*program, "careen");
    let output = careen(arguments, &root());
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

/// The table of rules, from their pages.
fn table() -> String {
    let mut table = String::from("| Rule | Level | Tells of |\n|---|---|---|\n");
    for page in pages() {
        let id = page.id;
        writeln!(table, "| [{id}](rules/{id}.md) | {} | {} |", levels(page), page.title).unwrap();
    }
    table
}

fn levels(page: &Page) -> String {
    let mut levels: Vec<Level> =
        std::iter::once(page.level).chain(page.also.keys().copied()).collect();
    levels.sort_by(|a, b| b.cmp(a));
    levels.dedup();
    levels.iter().map(|level| level.as_str()).collect::<Vec<_>>().join(", ")
}

#[test]
fn every_page_is_in_the_table() {
    let table = table();
    for family in fs::read_dir(root().join("rules")).unwrap() {
        for page in fs::read_dir(family.unwrap().path()).unwrap() {
            let page = page.unwrap().path();
            let page = page.strip_prefix(root()).unwrap().display().to_string();
            assert!(table.contains(&format!("({page})")), "{page} has no line in src/rules.rs");
        }
    }
}

/// Each command is understood and ends as the README says; cargo's stand for themselves: one has
/// built what runs here, the other is running.
#[test]
fn commands_run() {
    let catalog = Catalog::copy("healthy");
    let mut run = 0;
    for command in commands() {
        let words: Vec<_> =
            command.split_whitespace().map(|word| word.trim_matches('\'')).collect();
        match words.as_slice() {
            ["careen", arguments @ ..] => {
                let output = careen(arguments, catalog.path());
                assert_eq!(output.status.code(), Some(0), "{command}: {output:?}");
            }
            ["cargo", "run", "--locked", "--", arguments @ ..] => {
                let output = careen(arguments, &root());
                assert_eq!(output.status.code(), Some(3), "{command}: {output:?}");
            }
            ["cargo", "test", "--locked"] => {
                let ci = fs::read_to_string(root().join(".ci/run")).unwrap();
                assert!(ci.contains("\ncargo test --locked\n"), "{command}");
            }
            ["cargo", "install", "--locked", "--path", "."] => {
                assert!(root().join("Cargo.lock").is_file(), "{command}");
            }
            _ => panic!("nobody runs `{command}`"),
        }
        run += 1;
    }
    assert!(run >= 10, "only {run} commands");
    assert!(catalog.path().join("careen.sarif").is_file());
}

/// The lines of all `sh` blocks, without their comments.
fn commands() -> Vec<String> {
    let blocks = blocks("sh");
    let lines = blocks.iter().flat_map(|block| block.lines());
    lines.map(|line| line.split(" #").next().unwrap_or_default().trim().to_owned()).collect()
}

#[test]
fn the_configuration_is_valid() {
    let [block] = blocks("yaml careen.yaml").try_into().unwrap();
    let config = Config::parse(&"careen.yaml".into(), Text::new(block), &pages()).unwrap();
    assert_eq!(config.suppressions.len(), 1);
    assert_eq!(config.published_at, ["https://charts.example.com"]);
}

#[test]
fn the_workflow_uses_the_action_as_it_is() {
    let [block] = blocks("yaml").try_into().unwrap();
    let workflow: Value = serde_yaml::from_str(&block).unwrap();
    let action = fs::read_to_string(root().join("action.yml")).unwrap();
    let action: Value = serde_yaml::from_str(&action).unwrap();
    let steps = workflow["jobs"]["careen"]["steps"].as_array().unwrap();
    let step = steps.iter().find(|step| step["id"] == "careen").unwrap();
    for input in step["with"].as_object().unwrap().keys() {
        assert!(action["inputs"].get(input).is_some(), "the action has no input `{input}`");
    }
    let output = "steps.careen.outputs.";
    let used = block.match_indices(output).map(|(at, _)| &block[at + output.len()..]);
    for rest in used {
        let name = rest.split([' ', '\n', '}']).next().unwrap();
        assert!(action["outputs"].get(name).is_some(), "the action has no output `{name}`");
    }
}

#[test]
fn links_lead_to_files() {
    for file in ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"] {
        let text = fs::read_to_string(root().join(file)).unwrap();
        for (at, _) in text.match_indices("](") {
            let target = text[at + 2..].split([')', '#']).next().unwrap_or_default();
            let local = !target.contains("://") && !target.is_empty();
            assert!(!local || root().join(target).exists(), "{file}: {target}");
        }
    }
}

/// The version of Rust that the README names is the package's.
#[test]
fn the_version_of_rust_is_the_packages() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let version = manifest.lines().find_map(|line| line.strip_prefix("rust-version = ")).unwrap();
    let version = version.trim_matches('"');
    assert!(readme().contains(&format!("With Rust {version} or newer")), "{version}");
}

/// The fenced blocks with an info string.
fn blocks(info: &str) -> Vec<String> {
    let text = readme();
    let mut lines = text.lines();
    let mut found = Vec::new();
    while let Some(line) = lines.next() {
        let Some(this) = line.strip_prefix("```") else { continue };
        let block: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
        if this == info {
            found.push(block.join("\n") + "\n");
        }
    }
    found
}

fn careen(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_careen"));
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERM_PROGRAM", "VTE_VERSION", "COLUMNS"]
    {
        command.env_remove(name);
    }
    command.env("LC_ALL", "C.UTF-8").env("TERM", "xterm");
    command.args(arguments).current_dir(folder).output().unwrap()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).unwrap()
}
