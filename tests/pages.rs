//! Every rule page is a test: its examples give exactly the findings that their markers name.

#[path = "pages/example.rs"]
mod example;

use std::collections::BTreeMap;

use careen::{
    audit::{Settings, Silent, audit},
    config::{Config, Selection},
    finding::Level,
    history::fixture::Fixture,
    rule::{Page, page},
    rules::{self, Registered},
    sources::{Source, Sources},
    text::Text,
};
use example::{Example, examples};

/// The moment at which all pages are read: 2026-06-01.
const NOW: i64 = 1_780_272_000;

#[test]
fn every_page_gives_what_its_markers_name() {
    let mut wrong = Vec::new();
    for rule in rules::all() {
        for (number, example) in examples(rule.text()).iter().enumerate() {
            if let Err(difference) = check(rule, example) {
                wrong.push(format!("{} catalog {}: {difference}", rule.id, number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_page_has_a_finding_and_a_silent_catalog() {
    for rule in rules::all() {
        let examples = examples(rule.text());
        assert!(examples.iter().any(|it| !it.expected.is_empty()), "{}: nothing fires", rule.id);
        assert!(examples.iter().any(|it| it.expected.is_empty()), "{}: nothing is silent", rule.id);
    }
}

#[test]
fn every_page_has_its_headings_and_says_its_levels() {
    for rule in rules::all() {
        let parsed = page::parse(rule.id, rule.text());
        let parsed = parsed.unwrap_or_else(|error| panic!("{}: {error}", rule.id));
        assert_eq!(headings(parsed.body), page::HEADINGS, "{}", rule.id);
        assert!(!parsed.summary.is_empty(), "{}: no summary", rule.id);
        // A name in capitals, such as README, may begin it.
        let first = parsed.title.split_whitespace().next().unwrap_or_default();
        let named = ["Helm", "Kubernetes", "Go's"].contains(&first);
        let capital = first.starts_with(char::is_uppercase);
        let title = named || !capital || first.chars().filter(|c| c.is_uppercase()).count() > 1;
        assert!(title && !parsed.title.ends_with('.'), "{}: title in house style", rule.id);
        shown_levels(rule, &parsed);
    }
}

/// The second-level headings outside fenced blocks.
fn headings(body: &str) -> Vec<&str> {
    let mut fence: Option<&str> = None;
    let mut headings = Vec::new();
    for line in body.lines() {
        match fence {
            Some(ticks) if line.trim_end() == ticks => fence = None,
            Some(_) => {}
            None if line.starts_with("```") => {
                fence = line.split(|c| c != '`').next();
            }
            None => headings.extend(line.strip_prefix("## ")),
        }
    }
    headings
}

/// Each level that the front matter promises is shown on the page, and no other.
fn shown_levels(rule: &Registered, page: &Page) {
    let promised: Vec<Level> =
        std::iter::once(page.level).chain(page.also.keys().copied()).collect();
    for example in examples(rule.text()) {
        for (path, line, level) in &example.expected {
            assert!(promised.contains(level), "{}: {path}:{line} at {level}", rule.id);
        }
    }
}

#[test]
fn the_list_is_sorted_and_every_page_is_on_it() {
    let ids: Vec<_> = rules::all().iter().map(|rule| rule.id).collect();
    assert!(ids.is_sorted(), "sort the list in src/rules.rs");
    let mut pages = Vec::new();
    for family in std::fs::read_dir("rules").unwrap() {
        let family = family.unwrap().path();
        for page in std::fs::read_dir(&family).unwrap() {
            let page = page.unwrap().path().with_extension("");
            pages.push(page.strip_prefix("rules").unwrap().to_str().unwrap().to_owned());
        }
    }
    pages.sort();
    assert_eq!(ids, pages, "a page without a line in src/rules.rs, or the reverse");
}

fn check(rule: &'static Registered, example: &Example) -> Result<(), String> {
    let (sources, _folder) = sources(example);
    let config = config(&sources);
    let selection = Selection::only(rule.id);
    let settings = Settings {
        now: NOW,
        config: &config,
        selection: &selection,
        charts: None,
        progress: &Silent,
    };
    let report = audit(&sources, &settings);
    let mut found: Vec<_> = report
        .findings
        .iter()
        .map(|it| (it.location.path.to_string(), it.location.start.line, it.level))
        .collect();
    let mut expected = example.expected.clone();
    found.sort();
    expected.sort();
    style(&report.findings)?;
    if found == expected {
        return Ok(());
    }
    let messages: Vec<_> = report
        .findings
        .iter()
        .map(|it| format!("{}:{} {}", it.location.path, it.location.start.line, it.message))
        .collect();
    Err(format!("expected {expected:?}\n  found {found:?}\n  {}", messages.join("\n  ")))
}

/// Messages begin lower case (a quoted value or a name aside) and do not end with a full stop.
fn style(findings: &[careen::finding::Finding]) -> Result<(), String> {
    for finding in findings {
        let message = &finding.message;
        let capital = message.chars().next().is_some_and(char::is_uppercase);
        let name = message.split_whitespace().next().is_some_and(|word| {
            word.contains('.')
                || word.chars().filter(|c| c.is_uppercase()).count() > 1
                || word == "Helm"
        });
        if (capital && !name) || message.ends_with('.') {
            return Err(format!("message not in house style: {message}"));
        }
    }
    Ok(())
}

/// The example as a source: in memory, or as a bare repository where it shows commits.
fn sources(example: &Example) -> (Sources, Option<tempfile::TempDir>) {
    if example.commits.iter().all(|commit| commit.meta.is_none()) {
        let files: BTreeMap<_, _> =
            example.commits.iter().flat_map(|commit| commit.files.clone()).collect();
        return (Sources::from_list(vec![Source::memory("", files)]), None);
    }
    let folder = tempfile::tempdir().unwrap();
    repository(folder.path(), example);
    let source = Source::open(folder.path(), None).expect("the repository was just written");
    (Sources::from_list(vec![source]), Some(folder))
}

fn repository(path: &std::path::Path, example: &Example) {
    let mut fixture = Fixture::bare(path).unwrap();
    for commit in &example.commits {
        for (path, content) in &commit.files {
            fixture.write(path, content);
        }
        let (day, author) = commit.meta.as_ref().expect("every commit of a page has a day");
        let time: jiff::Timestamp = format!("{day}T12:00:00Z").parse().expect("a day");
        fixture.commit(time.as_second(), author, &commit.message).unwrap();
    }
}

fn config(sources: &Sources) -> Config {
    let Ok(content) = sources.read("careen.yaml") else { return Config::default() };
    let text = Text::new(String::from_utf8(content.to_vec()).unwrap());
    let pages: Vec<_> = rules::all().iter().map(Registered::page).collect();
    Config::parse(&"careen.yaml".into(), text, &pages).expect("a page's configuration is valid")
}
