//! The loops over charts and rules.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::{Settings, selected, work};
use crate::{
    catalog::{CatalogIndex, Loader},
    discover::{ChartKind, Discovery},
    facts::{self, CatalogFacts, ChartFacts, FACTS_VERSION, Owners},
    finding::{Finding, Level, Place},
    history::ChartHistory,
    report::{Entry, SkippedRule, State},
    rule::{CatalogContext, Need, Options, Sink},
    rules::Registered,
    sources::Sources,
};

/// A rule that runs in this audit.
pub(super) struct Active {
    pub(super) rule: &'static Registered,
    /// The level that the configuration sets for all of the rule's findings.
    pub(super) configured: Option<Level>,
    pub(super) options: Options,
}

impl Active {
    pub(super) fn new(
        rule: &'static Registered,
        configured: Option<Level>,
        options: &BTreeMap<String, i64>,
    ) -> Self {
        Self { rule, configured, options: Options::new(rule.page(), options) }
    }

    /// Whether the rule cannot run without Git history.
    pub(super) fn needs_past(&self) -> bool {
        let needs = &self.rule.page().needs;
        needs.contains(&Need::History) || needs.contains(&Need::PreviousRelease)
    }

    /// Whether the rule cannot run at a chart that can't be rendered.
    pub(super) fn needs_documents(&self) -> bool {
        self.rule.page().needs.contains(&Need::Render)
    }

    /// Whether the rule says more where there is Git history.
    pub(super) fn uses_past(&self) -> bool {
        self.rule.page().uses.contains(&Need::History)
    }

    /// Takes a sink's findings at the level that the configuration sets.
    pub(super) fn take(&self, sink: Sink, into: &mut Vec<Finding>) {
        let configured = self.configured;
        into.extend(sink.into_findings().into_iter().map(|mut finding| {
            finding.level = configured.unwrap_or(finding.level);
            finding
        }));
    }
}

/// What the engine leaves for the report.
pub(super) struct Outcome {
    pub(super) findings: Vec<Finding>,
    pub(super) entries: Vec<Entry>,
    /// Paths of the charts that are deprecated.
    pub(super) deprecated: BTreeSet<String>,
    pub(super) skipped_rules: Vec<SkippedRule>,
}

/// Runs every selected rule over every chart, then over the facts.
pub(super) fn run(sources: &Sources, discovery: &Discovery, settings: &Settings<'_>) -> Outcome {
    let active = selected(settings);
    let remotes: Vec<_> =
        sources.iter().filter_map(|source| source.history()?.repository.remote_url()).collect();
    let index = CatalogIndex::new(discovery, &remotes);
    settings.progress.phase("history");
    let wanted = active.iter().any(|active| active.needs_past() || active.uses_past());
    let histories = if wanted { histories(sources, discovery) } else { Histories::default() };
    settings.progress.phase("charts");
    let owners: Vec<_> = sources.iter().map(Owners::read).collect();
    let units: Vec<_> = (0..discovery.charts.len()).filter(|i| is_unit(discovery, *i)).collect();
    settings.progress.start(units.len());
    let loader = Loader::default();
    let shelf = work::Shelf::new(discovery);
    let bench = work::Bench {
        sources,
        discovery,
        index: &index,
        loader: &loader,
        shelf: &shelf,
        histories: &histories,
        active: &active,
        owners: &owners,
        settings,
    };
    let done: Vec<work::Done> =
        units.par_iter().with_max_len(1).map(|unit| bench.chart(*unit)).collect();
    settings.progress.phase("catalog");
    gather(done, sources, discovery, &active, &histories, settings)
}

/// A local subchart is looked at together with the chart that holds it.
fn is_unit(discovery: &Discovery, index: usize) -> bool {
    discovery.charts.get(index).is_some_and(|chart| chart.parent.is_none())
}

fn gather(
    done: Vec<work::Done>,
    sources: &Sources,
    discovery: &Discovery,
    active: &[Active],
    histories: &Histories,
    settings: &Settings<'_>,
) -> Outcome {
    let mut outcome = Outcome {
        findings: Vec::new(),
        entries: Vec::new(),
        deprecated: BTreeSet::new(),
        skipped_rules: skipped(active, histories),
    };
    let mut charts: Vec<ChartFacts> = Vec::new();
    for unit in done {
        outcome.findings.extend(unit.findings);
        outcome.entries.extend(unit.entries);
        charts.extend(unit.facts);
    }
    nest(&mut charts);
    charts.sort_by(|a, b| (&a.id.path, &a.id).cmp(&(&b.id.path, &b.id)));
    outcome.deprecated =
        charts.iter().filter(|c| c.deprecated.is_some()).map(|c| c.id.path.clone()).collect();
    let met = work::source_entries(sources, discovery, &settings.config.excludes);
    let unreadable = met.iter().filter(|entry| entry.state == State::Skipped).cloned().collect();
    outcome.entries.extend(met);
    outcome.entries.extend(histories.gaps.iter().cloned());
    let archived = archived(sources);
    let facts = CatalogFacts { version: FACTS_VERSION, charts, unreadable, archived };
    catalog_rules(&facts, active, settings, &mut outcome.findings);
    outcome.findings = super::rollup::together(outcome.findings, &facts);
    for finding in &mut outcome.findings {
        if finding.subject.is_empty() {
            finding.subject = finding.location.path.to_string();
        }
    }
    outcome
}

/// The sources that say of themselves that they are archived.
fn archived(sources: &Sources) -> BTreeMap<usize, Place> {
    let notice = |(number, source)| Some((number, facts::archive_notice(source)?));
    sources.iter().enumerate().filter_map(notice).collect()
}

/// A chart in another chart's folder is part of that one, wherever in it: nobody installs it alone.
fn nest(charts: &mut [ChartFacts]) {
    let paths: BTreeSet<_> = charts.iter().map(|chart| chart.id.path.clone()).collect();
    for chart in charts {
        let inside = super::above(&chart.id.path).any(|folder| paths.contains(folder));
        chart.local_subchart |= inside;
    }
}

fn catalog_rules(
    facts: &CatalogFacts,
    active: &[Active],
    settings: &Settings<'_>,
    findings: &mut Vec<Finding>,
) {
    let uses = facts.uses();
    for active in active {
        let page = active.rule.page();
        let mut sink = Sink::new(active.rule.id, page.level, None);
        let cx = CatalogContext {
            now: settings.now,
            options: &active.options,
            published_at: &settings.config.published_at,
        };
        for use_ in &uses {
            active.rule.rule.deployment(use_, &cx, &mut sink);
        }
        active.rule.rule.catalog(facts, &cx, &mut sink);
        active.take(sink, findings);
    }
}

/// What Git knows of the charts, by their index in the discovery.
#[derive(Default)]
pub(super) struct Histories {
    charts: BTreeMap<usize, ChartHistory>,
    gaps: Vec<Entry>,
}

impl Histories {
    pub(super) fn of(&self, chart: usize) -> Option<&ChartHistory> {
        self.charts.get(&chart)
    }
}

fn histories(sources: &Sources, discovery: &Discovery) -> Histories {
    let mut histories = Histories::default();
    for (number, source) in sources.iter().enumerate() {
        let charts: Vec<_> = discovery
            .charts
            .iter()
            .enumerate()
            .filter(|(_, chart)| chart.source == number && chart.kind == ChartKind::Folder)
            .collect();
        let walked = work::history_of(source, &charts);
        histories.charts.extend(walked.charts);
        histories.gaps.extend(walked.gap);
    }
    histories
}

/// Rules that no chart could be held against, with what they lack.
fn skipped(active: &[Active], histories: &Histories) -> Vec<SkippedRule> {
    let no_history = histories.charts.values().all(|history| !history.complete);
    active
        .iter()
        .filter(|active| no_history && active.needs_past())
        .map(|active| SkippedRule {
            rule: active.rule.id.to_owned(),
            needs: "the Git history of the charts".to_owned(),
        })
        .collect()
}
