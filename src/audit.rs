//! The engine: from sources to a report.
//!
//! Parallel in, ordered out: every chart has a slot of its own, and one sort at the end makes the
//! output the same with any number of threads. A chart's trees are dropped as soon as its hooks
//! have run; catalog rules see only what remains as facts.

mod engine;
mod peace;
mod rollup;
mod work;

use std::{collections::BTreeSet, fmt::Write as _, sync::Arc};

use globset::GlobSet;
use jiff::Timestamp;

use crate::{
    config::{Config, Selection, covers_chart},
    discover::{self, Discovery},
    finding::Finding,
    report::{Counts, Coverage, Entry, Report, SCHEMA, State, Tool},
    rules,
    sources::Sources,
    suppress::{self, Scope},
};

/// What an audit is told besides the sources.
#[derive(Clone, Copy)]
pub struct Settings<'a> {
    /// The moment that ages are counted to, in seconds since 1970-01-01 UTC.
    pub now: i64,
    /// The configuration.
    pub config: &'a Config,
    /// Which rules run.
    pub selection: &'a Selection,
    /// Report only on charts whose path matches; everything is still read.
    pub charts: Option<&'a GlobSet>,
    /// Hears how far the work is.
    pub progress: &'a dyn Progress,
}

/// Hears how far an audit is; its calls come from several threads.
pub trait Progress: Sync {
    /// A phase of the work begins.
    fn phase(&self, _name: &'static str) {}
    /// So many charts will be looked at.
    fn start(&self, _charts: usize) {}
    /// A chart is done.
    fn done(&self, _chart: &str) {}
}

/// Tells nobody.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl Progress for Silent {}

/// Audits what the sources hold. Cannot fail: what can't be read is a finding and in the coverage.
pub fn audit(sources: &Sources, settings: &Settings<'_>) -> Report {
    let progress = settings.progress;
    progress.phase("discover");
    let discovery = discover::discover(sources, &settings.config.excludes);
    let outcome = engine::run(sources, &discovery, settings);
    progress.phase("report");
    let coverage = coverage(&discovery, outcome.entries);
    let mut findings = peace::keep(outcome.findings, &outcome.deprecated);
    identify(&mut findings);
    if let Some(charts) = settings.charts {
        findings.retain(|finding| matches(finding, charts));
    }
    let scope = Scope {
        now: settings.now,
        complete: settings.charts.is_none(),
        skipped: &outcome.skipped_rules,
    };
    let (mut findings, suppressed) =
        suppress::suppress(findings, settings.config, settings.selection, &scope);
    identify(&mut findings);
    Report {
        schema: SCHEMA.into(),
        tool: Tool { name: "careen".into(), version: env!("CARGO_PKG_VERSION").into() },
        now: rfc3339(settings.now),
        findings,
        suppressed,
        coverage,
        verdict: None,
        skipped_rules: outcome.skipped_rules,
    }
}

/// Sorts findings as every report shows them, and gives a fingerprint to each that has none. That is
/// done before any is taken out, so that a finding keeps its fingerprint whatever happens to its
/// equals, and once more for what the suppressions add.
fn identify(findings: &mut [Finding]) {
    findings.sort_by(|a, b| order(a).cmp(&order(b)));
    number(findings.iter_mut().filter(|finding| finding.fingerprint.is_empty()));
}

/// The order of findings: path, start, rule, message; the rest only settles ties.
fn order(finding: &Finding) -> impl Ord + '_ {
    let place = &finding.location;
    (&place.path, place.start, &finding.rule, &finding.message, &finding.subject, place.end)
}

/// Gives fingerprints: rule, chart path, subject and the ordinal among equals; never a line.
fn number<'a>(findings: impl Iterator<Item = &'a mut Finding>) {
    let mut seen = std::collections::BTreeMap::<(Arc<str>, String, String), usize>::new();
    for finding in findings {
        let chart = finding.chart.as_ref().map(|chart| chart.path.clone()).unwrap_or_default();
        let ordinal =
            seen.entry((finding.rule.clone(), chart, finding.subject.clone())).or_default();
        finding.fingerprint = fingerprint(finding, *ordinal);
        *ordinal += 1;
    }
}

/// How much of the digest a fingerprint keeps: two hexadecimal digits a byte.
const FINGERPRINT_BYTES: usize = 16;

fn fingerprint(finding: &Finding, ordinal: usize) -> String {
    use sha2::{Digest, Sha256};
    let chart = finding.chart.as_ref().map_or("", |chart| chart.path.as_str());
    let identity = format!("{}\0{chart}\0{}\0{ordinal}", finding.rule, finding.subject);
    let digest = Sha256::digest(identity.as_bytes());
    let mut text = String::with_capacity(2 * FINGERPRINT_BYTES);
    for byte in digest.iter().take(FINGERPRINT_BYTES) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Whether a finding is reported under `--chart`: its chart matches, or the parent of a chart under
/// charts/, or for a finding on the catalog one of its places lies in a match.
fn matches(finding: &Finding, charts: &GlobSet) -> bool {
    match &finding.chart {
        Some(chart) => covers_chart(charts, &chart.path),
        None => std::iter::once(&finding.location)
            .chain(finding.related.iter().map(|related| &related.location))
            .any(|place| folders(&place.path).any(|path| charts.is_match(path))),
    }
}

/// The folders above a path, without the root.
fn above(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').filter_map(|(at, _)| path.get(..at))
}

/// The folders that a file lies in, the root as `.`.
fn folders(path: &str) -> impl Iterator<Item = &str> {
    above(path).chain(std::iter::once("."))
}

/// Puts together what was looked at and what was not. A vendored chart was met twice: by the
/// discovery, and by the chart that it lies in.
fn coverage(discovery: &Discovery, mut entries: Vec<Entry>) -> Coverage {
    // The chart that holds a vendored one tells of it already.
    let told: BTreeSet<_> =
        entries.iter().filter(|it| it.is_chart).map(|it| it.path.clone()).collect();
    let untold = discovery.excluded.iter().filter(|it| !told.contains(folder_of(&it.path)));
    entries.extend(untold.map(|excluded| Entry {
        path: folder_of(&excluded.path).to_owned(),
        state: State::Excluded,
        reason: excluded.reason.clone(),
        is_chart: true,
    }));
    entries.sort();
    entries.dedup();
    let count =
        |state| entries.iter().filter(|entry| entry.is_chart && entry.state == state).count();
    let charts = Counts {
        analysed: count(State::Analysed),
        partial: count(State::Partial),
        skipped: count(State::Skipped),
        excluded: count(State::Excluded),
    };
    Coverage { charts, entries }
}

fn rfc3339(seconds: i64) -> String {
    Timestamp::from_second(seconds).unwrap_or_default().to_string()
}

/// The rules that run, with their levels and options.
fn selected(settings: &Settings<'_>) -> Vec<engine::Active> {
    let active = |rule: &'static rules::Registered| {
        let level = settings.selection.runs(rule.id)?;
        let options = settings.config.options(rule.id);
        Some(engine::Active::new(rule, level, options))
    };
    rules::all().iter().filter_map(active).collect()
}

/// A chart goes by its folder; a package by its own path.
fn folder_of(path: &str) -> &str {
    match path.strip_suffix("Chart.yaml") {
        Some("") => ".",
        Some(folder) => folder.trim_end_matches('/'),
        None => path,
    }
}
