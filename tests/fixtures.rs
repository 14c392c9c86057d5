//! The catalogs of `fixtures/`: one of everything, one that is silent, one that is broken.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "helpers of tests"
)]

#[path = "fixtures/broken.rs"]
mod broken;
#[path = "fixtures/catalog.rs"]
mod catalog;
#[path = "fixtures/formats.rs"]
mod formats;

use std::{collections::BTreeSet, process::Command};

use careen::{
    config::Config,
    finding::Finding,
    history::fixture::Fixture,
    report::{Format, Report},
    rule::Need,
    rules,
    sources::{Source, Sources},
};
use catalog::{Catalog, NOW, accept, files, fixtures, open, render, run, run_with};

/// A day, in seconds.
const DAY: i64 = 86_400;

#[test]
fn the_menagerie_is_as_it_was() {
    let menagerie = Catalog::copy("menagerie");
    let report = menagerie.audit();
    let concise = render(Format::Concise, &report, &menagerie.open());
    accept(&fixtures().join("menagerie.txt"), &concise);
}

#[test]
fn the_menagerie_has_one_of_everything() {
    let report = Catalog::copy("menagerie").audit();
    let found: BTreeSet<_> = report.findings.iter().map(|finding| &*finding.rule).collect();
    let needs_past = |rule: &&'static rules::Registered| {
        let needs = &rule.page().needs;
        needs.contains(&Need::History) || needs.contains(&Need::PreviousRelease)
    };
    let (past, now): (Vec<_>, Vec<_>) = rules::all().iter().partition(needs_past);
    let missing: Vec<_> = now.iter().filter(|rule| !found.contains(rule.id)).collect();
    assert!(missing.is_empty(), "the menagerie shows nothing of {missing:?}");
    let skipped: Vec<_> = report.skipped_rules.iter().map(|rule| rule.rule.as_str()).collect();
    assert_eq!(skipped, past.iter().map(|rule| rule.id).collect::<Vec<_>>());
}

#[test]
fn healthy_is_silent() {
    let healthy = Catalog::copy("healthy");
    let report = healthy.audit();
    assert_eq!(messages(&report), Vec::<String>::new());
    assert_eq!(report.coverage.charts.analysed, 5);
    assert_eq!(report.coverage.entries.len(), 5);
}

#[test]
fn healthy_is_silent_with_its_history() {
    let folder = tempfile::tempdir().unwrap();
    committed("healthy", folder.path());
    let source = Source::open(folder.path(), None).unwrap();
    let report = run(&Sources::from_list(vec![source]));
    assert_eq!(messages(&report), Vec::<String>::new());
    assert!(report.skipped_rules.is_empty(), "{:?}", report.skipped_rules);
    assert_eq!(report.coverage.charts.analysed, 5);
}

/// Commits a fixture a month before it is read, a chart at a time as people do.
fn committed(name: &str, repository: &std::path::Path) {
    let mut fixture = Fixture::bare(repository).unwrap();
    let all = files(&fixtures().join(name));
    let folder = |path: &str| path.split('/').take(2).collect::<Vec<_>>().join("/");
    let folders: BTreeSet<_> = all.iter().map(|path| folder(path)).collect();
    for (time, chart) in (NOW - 30 * DAY..).zip(&folders) {
        for path in all.iter().filter(|path| folder(path) == *chart) {
            fixture.write(path, std::fs::read(fixtures().join(name).join(path)).unwrap());
        }
        fixture.commit(time, "Ann <ann@example.com>", &format!("Add {chart}")).unwrap();
    }
}

#[test]
fn helm_finds_healthy_healthy() {
    let healthy = Catalog::copy("healthy");
    for chart in ["names", "definitions", "store", "shop"] {
        let chart = healthy.path().join("charts").join(chart);
        let library = chart.ends_with("names");
        let commands = [&["dependency", "build"][..], &["lint"], &["template", "healthy"]];
        for command in commands.iter().take(if library { 2 } else { 3 }) {
            let helm = Command::new("helm").args(*command).arg(&chart).output();
            let Some(helm) = oracle("helm", helm) else { return };
            assert!(helm.status.success(), "{command:?} {}: {helm:?}", chart.display());
        }
    }
}

/// What a program said; none, with a word on stderr, where it is not installed and need not be.
fn oracle<T>(name: &str, result: std::io::Result<T>) -> Option<T> {
    if result.is_err() {
        assert!(std::env::var_os("CAREEN_REQUIRE_ORACLES").is_none(), "`{name}` is not installed");
        eprintln!("skipped: `{name}` is not installed");
    }
    result.ok()
}

#[test]
fn a_finding_keeps_its_fingerprint_when_others_are_silenced() {
    let menagerie = Catalog::copy("menagerie");
    let sources = menagerie.open();
    let (with, without) = (run(&sources), run_with(&sources, &Config::default()));
    let key = |it: &Finding| {
        let place = (it.location.path.to_string(), it.location.start);
        (it.rule.to_string(), place, it.message.clone(), it.fingerprint.clone())
    };
    let stale = |it: &&Finding| &*it.rule != careen::suppress::STALE_SUPPRESSION;
    let silenced = with.suppressed.iter().map(|it| &it.finding);
    let with: BTreeSet<_> = with.findings.iter().chain(silenced).filter(stale).map(key).collect();
    let without: BTreeSet<_> = without.findings.iter().map(key).collect();
    assert_eq!(with, without);
    let prints: BTreeSet<_> = without.iter().map(|(.., print)| print).collect();
    assert_eq!(prints.len(), without.len(), "no two findings have one fingerprint");
}

#[test]
fn threads_and_the_order_of_sources_change_no_byte() {
    let catalogs = ["menagerie", "healthy", "broken"].map(Catalog::copy);
    let mut folders: Vec<_> = catalogs.iter().map(Catalog::path).collect();
    let mut outputs = Vec::new();
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        for _ in 0..2 {
            folders.reverse();
            let sources = open(&folders);
            let report = pool.install(|| run_with(&sources, &Config::default()));
            let formats = Format::ALL.map(|format| render(format, &report, &sources));
            outputs.push(formats);
        }
    }
    let first = outputs.first().unwrap();
    assert!(first.iter().all(|text| !text.is_empty()));
    for output in &outputs {
        for (format, (one, other)) in Format::ALL.iter().zip(first.iter().zip(output)) {
            assert!(one == other, "{format} differs");
        }
    }
}

fn messages(report: &Report) -> Vec<String> {
    let one = |it: &Finding| {
        let start = it.location.start;
        format!("{}:{}: {} {}", it.location.path, start.line, it.rule, it.message)
    };
    report.findings.iter().map(one).collect()
}
