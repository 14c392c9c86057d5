//! The laws of the house that a program can hold.

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
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use careen::{
    finding::Finding,
    rules,
    sources::{Source, Sources},
};
use catalog::{Catalog, files, fixtures, run_with};

/// Lines of a source file, data aside.
const LINES_MAX: usize = 600;

/// Where files may be opened: sources, the repositories that tests write, and the program.
const READERS: &[&str] = &["src/bin/", "src/sources.rs", "src/sources/", "src/history/fixture.rs"];

/// Hosts of addresses in pages and fixtures that are nobody's, or whose meaning is the point.
const HOSTS: &[&str] = &["img.shields.io", "json-schema.org", "chartmuseum"];

/// Owners at code hosts that stand for anybody.
const OWNER: &str = "company";

#[test]
fn messages_are_in_house_style() {
    let mut findings = Vec::new();
    for name in ["menagerie", "healthy", "broken"] {
        let sources = Catalog::copy(name).folder;
        let sources = catalog::open(&[sources.path()]);
        let report = run_with(&sources, &careen::config::Config::default());
        findings.extend(report.findings);
    }
    findings.extend(rules::all().iter().flat_map(|rule| of_page(rule.text())));
    assert!(findings.len() > 100, "only {} findings", findings.len());
    let wrong: Vec<_> = findings.iter().flat_map(faults).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What all rules find in the files of a page, history aside; a file that comes again replaces the
/// one before. The page's own test says what is expected, here any message is welcome.
fn of_page(page: &str) -> Vec<Finding> {
    let mut files = BTreeMap::new();
    let mut findings = Vec::new();
    for (path, text) in blocks(page) {
        if files.contains_key(&path) {
            findings.extend(audit(std::mem::take(&mut files)));
        }
        files.insert(path, text.into_bytes());
    }
    findings.extend(audit(files));
    findings
}

fn audit(files: BTreeMap<String, Vec<u8>>) -> Vec<Finding> {
    let sources = Sources::from_list(vec![Source::memory("", files)]);
    run_with(&sources, &careen::config::Config::default()).findings
}

/// The fenced blocks that name a file.
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some(rest) = line.strip_prefix("```") else { continue };
        let ticks = 3 + rest.chars().take_while(|c| *c == '`').count();
        let end = "`".repeat(ticks);
        let info = rest.trim_start_matches('`');
        let text: Vec<_> = lines.by_ref().take_while(|line| line.trim_end() != end).collect();
        let words: Vec<_> = info.split_whitespace().collect();
        if let [language, path, ..] = words.as_slice()
            && *language != "commit"
        {
            found.push(((*path).to_owned(), text.join("\n") + "\n"));
        }
    }
    found
}

/// What is wrong with a finding's words.
fn faults(finding: &Finding) -> Vec<String> {
    let message = finding.message.as_str();
    let told = |fault: &str| format!("{}: {fault}: {message}", finding.rule);
    let first = message.split_whitespace().next().unwrap_or_default();
    let mut faults = Vec::new();
    if first.starts_with(char::is_uppercase) && !is_name(first) {
        faults.push(told("begins with a capital"));
    }
    if message.trim() != message || message.is_empty() || message.contains('\n') {
        faults.push(told("is not one line"));
    }
    if message.ends_with('.') {
        faults.push(told("ends with a full stop"));
    }
    if !message.matches('`').count().is_multiple_of(2) {
        faults.push(told("has an open backtick"));
    }
    if finding.help.trim() != finding.help || finding.help.ends_with('.') {
        faults.push(told(&format!("has a help that ends with a full stop: {}", finding.help)));
    }
    let capital = |text: &str| text.split(' ').next().is_some_and(|word| word == "The");
    faults.extend(capital(&finding.help).then(|| told("has a help with a capital")));
    faults
}

/// Names keep their capitals: Helm, Chart.yaml, README.md, CRD.
fn is_name(word: &str) -> bool {
    let capitals = word.chars().filter(|c| c.is_uppercase()).count();
    word == "Helm" || word.contains('.') || capitals > 1
}

#[test]
fn no_source_file_is_long() {
    for (path, text) in sources() {
        let lines = text.lines().count();
        assert!(lines <= LINES_MAX, "{path} has {lines} lines, more than {LINES_MAX}: split it");
    }
}

#[test]
fn no_code_can_panic_by_its_own_word() {
    let words = [".unwrap()", ".expect(", "panic!(", "todo!(", "unimplemented!(", "unreachable!("];
    for (path, text) in sources() {
        for (number, line) in code(&text) {
            // The template parser has an `expect` of its own, which returns what it missed.
            let line = line.replace("self.expect(", "");
            let found = words.iter().find(|word| line.contains(*word));
            assert!(found.is_none(), "{path}:{number}: `{}`", line.trim());
        }
    }
}

#[test]
fn the_library_keeps_away_from_the_world() {
    let everywhere = ["std::net", "process::Command", "Command::new(", "unsafe {"];
    let outside_bin = ["std::env", "env::var", "SystemTime", "println!(", "print!(", "eprintln!("];
    for (path, text) in sources() {
        let reads = READERS.iter().any(|allowed| path.starts_with(allowed));
        let bin = path.starts_with("src/bin/");
        for (number, line) in code(&text) {
            let has = |words: &[&str]| words.iter().any(|word| line.contains(word));
            let here = format!("{path}:{number}: `{}`", line.trim());
            assert!(!has(&everywhere), "careen opens no socket and runs no program: {here}");
            assert!(
                bin || !has(&outside_bin),
                "only the program prints and knows its world: {here}"
            );
            let file = ["std::fs", "fs::read", "fs::write", "File::open"];
            assert!(reads || !has(&file), "only sources open files: {here}");
        }
    }
}

#[test]
fn folders_are_no_mod_rs_and_no_drawers() {
    for (path, _) in sources() {
        let name = path.rsplit('/').next().unwrap_or_default();
        for drawer in ["mod.rs", "utils.rs", "util.rs", "helpers.rs", "common.rs"] {
            assert_ne!(name, drawer, "{path}");
        }
    }
}

#[test]
fn allowed_lints_have_a_reason() {
    for (path, text) in sources() {
        let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for (_, rest) in flat.match_indices("allow(").map(|(at, _)| flat.split_at(at)) {
            let attribute = rest.split(']').next().unwrap_or_default();
            let is_attribute =
                attribute.starts_with("allow(clippy") || attribute.starts_with("allow(dead");
            assert!(!is_attribute || attribute.contains("reason = "), "{path}: {attribute}");
        }
    }
}

#[test]
fn fixtures_and_pages_name_nobody() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let moved = fs::read_to_string(root.join("data/moved.tsv")).unwrap();
    let moved: BTreeSet<_> = moved
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split('\t').nth(1)?.split('/').next())
        .collect();
    for folder in
        ["rules", "fixtures/menagerie", "fixtures/healthy", "fixtures/broken", "fixtures/cli"]
    {
        for path in files(&root.join(folder)) {
            let bytes = fs::read(root.join(folder).join(&path)).unwrap();
            for address in addresses(&String::from_utf8_lossy(&bytes)) {
                assert!(is_nobodys(&address, &moved), "{folder}/{path}: {address}");
            }
        }
    }
    assert!(fixtures().is_dir());
}

/// Everything in a text that begins like an address, without its scheme.
fn addresses(text: &str) -> Vec<String> {
    let ends = |c: char| !(c.is_ascii_alphanumeric() || "-._/:@".contains(c));
    let rest = text.split("://").skip(1);
    rest.map(|rest| rest.split(ends).next().unwrap_or_default().to_owned()).collect()
}

fn is_nobodys(address: &str, moved: &BTreeSet<&str>) -> bool {
    let mut parts = address.split('/');
    let host = parts.next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default();
    let owned = parts.next() == Some(OWNER);
    let code_host = ["github.com", "raw.githubusercontent.com"].contains(&host);
    host.is_empty()
        || host == ".."
        || host == "example.com"
        || host.ends_with(".example.com")
        || host.ends_with(".example.org")
        || host == format!("{OWNER}.github.io")
        || HOSTS.contains(&host)
        || moved.contains(host)
        || (code_host && owned)
        // `file://charts/cache` is a folder.
        || !host.contains('.')
}

/// Unit tests have files or folders of their own.
fn is_test(path: &str) -> bool {
    path.ends_with("tests.rs") || path.contains("tests/")
}

/// Every file of src/ that is no test, by its path.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let read = |path: String| (format!("src/{path}"), fs::read_to_string(root.join(path)).unwrap());
    let rust = |path: &str| Path::new(path).extension().is_some_and(|it| it == "rs");
    let is_code = |path: &String| rust(path) && !is_test(path);
    files(&root).into_iter().filter(is_code).map(read).collect()
}

/// The lines of a file that are neither tests nor comments, with their numbers.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line));
    lines
        .take_while(|(_, line)| *line != "#[cfg(test)]")
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}
