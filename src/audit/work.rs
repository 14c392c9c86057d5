//! One chart's turn: load it, run the hooks, keep the facts, let go of the trees.

use std::{collections::BTreeSet, sync::OnceLock};

use globset::GlobSet;

use super::{
    Settings,
    engine::{Active, Histories},
};
use crate::{
    analysis::Analysis,
    catalog::{CatalogIndex, Chart, Closure, Dependency, Loader, ProblemKind},
    crd::keep,
    discover::{ChartFolder, Discovery, Places},
    facts::{self, ChartFacts},
    finding::Finding,
    history::{self, ChartHistory},
    report::{Entry, State},
    rule::{ChartContext, Sink},
    sources::{self, FileProblem, Source, Sources},
};

/// What every chart's turn needs.
pub(super) struct Bench<'a> {
    pub(super) sources: &'a Sources,
    pub(super) discovery: &'a Discovery,
    pub(super) index: &'a CatalogIndex,
    pub(super) loader: &'a Loader,
    pub(super) shelf: &'a Shelf,
    pub(super) histories: &'a Histories,
    pub(super) active: &'a [Active],
    pub(super) owners: &'a [Option<facts::Owners>],
    pub(super) settings: &'a Settings<'a>,
}

/// What the hooks of a chart see besides it.
#[derive(Clone, Copy)]
struct Seen<'a> {
    history: Option<&'a ChartHistory>,
    analysis: &'a Analysis<'a>,
    source: &'a Source,
}

/// Charts of the catalog that other charts depend on, loaded when one is first asked for.
pub(super) struct Shelf(Vec<OnceLock<Chart>>);

impl Shelf {
    /// Nothing is loaded yet.
    pub(super) fn new(discovery: &Discovery) -> Self {
        Self(discovery.charts.iter().map(|_| OnceLock::new()).collect())
    }

    /// The catalog's chart that stands for a dependency of the chart in this folder: the question is only what the
    /// templates read.
    fn find(&self, bench: &Bench<'_>, dependency: &Dependency, folder: &str) -> Option<&Chart> {
        let entry = bench.index.admitted(dependency, folder)?;
        let folder = bench.discovery.charts.get(entry.chart)?;
        let source = bench.sources.get(folder.source)?;
        let load = || bench.loader.load(source, folder.source, folder);
        Some(self.0.get(entry.chart)?.get_or_init(load))
    }
}

/// The rule that tells of what was not looked at.
const PARTIAL: &str = "input/partial-analysis";

/// The rule that is told of rendered definitions.
const UNKEPT: &str = "crd/missing-keep-policy";

/// The rule that asks which definitions are rendered.
const DUPLICATE: &str = "crd/duplicate-owner";

/// What is left of a chart and its local subcharts.
#[derive(Default)]
pub(super) struct Done {
    pub(super) findings: Vec<Finding>,
    pub(super) entries: Vec<Entry>,
    pub(super) facts: Vec<ChartFacts>,
}

impl Bench<'_> {
    /// Loads a chart, runs the hooks on it and on its local subcharts.
    pub(super) fn chart(&self, number: usize) -> Done {
        let mut done = Done::default();
        let folder = self.discovery.charts.get(number);
        let source = folder.and_then(|folder| self.sources.get(folder.source));
        if let (Some(folder), Some(source)) = (folder, source) {
            let chart = self.loader.load(source, folder.source, folder);
            let elsewhere =
                |dependency: &Dependency| self.shelf.find(self, dependency, &chart.id.path);
            let closure = Closure::of(&chart, &elsewhere);
            let analysis = Analysis::new(&closure, self.sources);
            self.judge(&chart, number, &analysis, source, &mut done);
            self.tell_limit(&chart, &analysis, &mut done);
            self.settings.progress.done(&folder.path);
        }
        done
    }

    fn judge(
        &self,
        chart: &Chart,
        number: usize,
        analysis: &Analysis<'_>,
        source: &Source,
        done: &mut Done,
    ) {
        let history = self.histories.of(number);
        let seen = Seen { history, analysis, source };
        self.hooks(chart, seen, &mut done.findings);
        done.entries.extend(entries(chart, history));
        let owners = self.owners.get(chart.source).and_then(Option::as_ref);
        let mut facts = facts::of(chart, history, owners, self.index, source);
        if self.active.iter().any(|it| it.rule.id == UNKEPT) {
            facts.unkept_crds = keep::unkept_rendered(chart, analysis);
        }
        if self.active.iter().any(|it| it.rule.id == DUPLICATE) {
            facts::mark_off(&mut facts, chart, analysis);
        }
        done.facts.push(facts);
        for subchart in chart.subcharts.iter().filter(|subchart| !subchart.vendored) {
            let number = self.number(&subchart.chart);
            let number = number.unwrap_or(usize::MAX);
            self.judge(&subchart.chart, number, analysis, source, done);
        }
    }

    /// Tells that rendering was given up, where a rule asked for it.
    fn tell_limit(&self, chart: &Chart, analysis: &Analysis<'_>, done: &mut Done) {
        let Some(problem) = analysis.given_up() else { return };
        if let Some(active) = self.active.iter().find(|it| it.rule.id == PARTIAL) {
            let level = active.rule.page().level;
            let mut sink = Sink::new(active.rule.id, level, Some(chart.id.clone()));
            problem.report(&mut sink);
            active.take(sink, &mut done.findings);
        }
        let own = |entry: &&mut Entry| entry.is_chart && entry.path == chart.id.path;
        let entry = done.entries.iter_mut().find(own);
        if let Some(entry) = entry.filter(|entry| entry.state == State::Analysed) {
            entry.state = State::Partial;
            entry.reason = problem.message;
        }
    }

    /// The index of a local subchart in the discovery.
    fn number(&self, chart: &Chart) -> Option<usize> {
        let same =
            |folder: &ChartFolder| folder.source == chart.source && folder.path == chart.id.path;
        self.discovery.charts.iter().position(same)
    }

    fn hooks(&self, chart: &Chart, seen: Seen<'_>, findings: &mut Vec<Finding>) {
        for active in self.active.iter().filter(|active| runs(active, chart, seen)) {
            let cx = ChartContext {
                now: self.settings.now,
                history: seen.history,
                analysis: seen.analysis,
                source: seen.source,
                index: self.index,
                options: &active.options,
            };
            let mut sink =
                Sink::new(active.rule.id, active.rule.page().level, Some(chart.id.clone()));
            call(active, chart, &cx, &mut sink);
            active.take(sink, findings);
        }
    }
}

/// Whether a rule has what it needs at a chart. A chart that could not be read is only told why.
fn runs(active: &Active, chart: &Chart, seen: Seen<'_>) -> bool {
    let known = seen.history.is_some_and(|history| history.complete);
    (known || !active.needs_past())
        && (active.rule.family() == "input" || !is_skipped(chart))
        && (!active.needs_documents() || seen.analysis.rendered().failure.is_none())
}

fn call(active: &Active, chart: &Chart, cx: &ChartContext<'_>, sink: &mut Sink) {
    let rule = active.rule.rule;
    rule.chart(chart, cx, sink);
    for dependency in &chart.dependencies {
        rule.dependency(dependency, chart, cx, sink);
    }
    for template in &chart.templates {
        rule.template(template, chart, cx, sink);
    }
    for object in chart.objects().iter().filter(|object| object.owner.is_empty()) {
        rule.object(object, chart, cx, sink);
    }
    for crd in chart.crds().iter().filter(|crd| crd.object.owner.is_empty()) {
        rule.crd(crd, chart, cx, sink);
    }
}

fn is_skipped(chart: &Chart) -> bool {
    chart.refusal(&[]).is_some()
}

/// The coverage of a chart, and of those of its files that could not be read.
fn entries(chart: &Chart, history: Option<&ChartHistory>) -> Vec<Entry> {
    let reason = reason(chart, history);
    let skipped = is_skipped(chart);
    let mut entries: Vec<_> = chart
        .problems()
        .iter()
        .filter(|problem| problem.skips && problem.kind == ProblemKind::UnreadableFile)
        .map(|problem| Entry {
            path: problem.place.path.to_string(),
            state: State::Skipped,
            reason: problem.message.clone(),
            is_chart: false,
        })
        .collect();
    entries.push(Entry {
        path: chart.id.path.clone(),
        state: state(&reason, skipped),
        reason,
        is_chart: true,
    });
    entries.extend(chart.subcharts.iter().filter(|subchart| subchart.vendored).map(|subchart| {
        Entry {
            path: subchart.path.to_string(),
            state: State::Excluded,
            reason: format!("vendored into `{}`", chart.id.path),
            is_chart: true,
        }
    }));
    entries
}

fn state(reason: &str, skipped: bool) -> State {
    if skipped {
        State::Skipped
    } else if reason.is_empty() {
        State::Analysed
    } else {
        State::Partial
    }
}

/// Why a chart is not analysed in full: its first problem that withheld something.
fn reason(chart: &Chart, history: Option<&ChartHistory>) -> String {
    let withheld = |kind| kind == ProblemKind::PartialAnalysis;
    let problem = chart.problems().iter().find(|problem| problem.skips || withheld(problem.kind));
    let shallow = history.is_some_and(|history| !history.complete);
    let message = problem.map(|problem| problem.message.as_str());
    message.or(shallow.then_some(history::INCOMPLETE)).unwrap_or_default().to_owned()
}

/// What the listing of the sources itself met outside of charts; within them loading tells.
pub(super) fn source_entries(
    sources: &Sources,
    discovery: &Discovery,
    excludes: &GlobSet,
) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (number, source) in sources.iter().enumerate().filter(|(_, it)| !it.problems().is_empty()) {
        let charts: BTreeSet<_> = discovery
            .charts
            .iter()
            .filter(|chart| chart.source == number)
            .map(|chart| chart.folder.as_str())
            .collect();
        let in_chart =
            |path: &str| charts.contains("") || folders(path).any(|it| charts.contains(it));
        let places = Places::new(source, excludes);
        let outside = source.problems().iter().filter(|problem| !in_chart(&problem.path));
        entries.extend(outside.map(|problem| source_entry(source, &places, problem)));
    }
    entries.extend(discovery.skipped.iter().map(|skipped| Entry {
        path: skipped.path.to_string(),
        state: State::Skipped,
        reason: skipped.reason.clone(),
        is_chart: true,
    }));
    entries
}

fn source_entry(source: &Source, places: &Places<'_>, problem: &FileProblem) -> Entry {
    let folder = sources::parent(&problem.path);
    let excluded = places.configured(folder, &problem.path).or_else(|| places.exclusion(folder));
    let is_chart = is_chart(problem);
    let state = match excluded {
        Some(_) => State::Excluded,
        None if is_chart => State::Skipped,
        None => listing_state(problem.kind),
    };
    let path = source.report_path(&problem.path).to_string();
    Entry { path, state, reason: excluded.unwrap_or_else(|| problem.message.clone()), is_chart }
}

/// Whether a Chart.yaml is there, and only its content is not: a link that leads nowhere or out.
fn is_chart(problem: &FileProblem) -> bool {
    problem.path.rsplit('/').next() == Some(sources::CHART_FILE)
}

/// The folders above a path, innermost first.
fn folders(path: &str) -> impl Iterator<Item = &str> {
    path.rmatch_indices('/').filter_map(|(at, _)| path.get(..at))
}

/// Whether something may have been missed: a link that leads elsewhere hides nothing of the root's.
fn listing_state(kind: sources::ProblemKind) -> State {
    use sources::ProblemKind as Kind;
    match kind {
        Kind::LinkOutside | Kind::LinkLoop | Kind::LinkBroken | Kind::Special | Kind::Submodule => {
            State::Excluded
        }
        _ => State::Skipped,
    }
}

/// Walks one source's repository once for all of its charts. What can't be walked is said in the
/// coverage; the charts are then audited without history.
pub(super) fn history_of(source: &Source, charts: &[(usize, &ChartFolder)]) -> Walked {
    let Some(past) = source.history() else { return Walked::default() };
    let paths: Vec<_> =
        charts.iter().map(|(_, chart)| within(&past.folder, &chart.folder)).collect();
    let folders: Vec<_> = paths.iter().map(|path| history::ChartFolder { path }).collect();
    match history::walk(&past.repository, &past.commit, &folders) {
        Ok(walked) => {
            let numbers = charts.iter().map(|(number, _)| *number);
            // A chart that is not committed yet has no past.
            let present = numbers.zip(walked.charts).filter(|(_, history)| history.present);
            Walked { charts: present.collect(), gap: None }
        }
        Err(error) => {
            let entry = Entry {
                path: source.report_path("").to_string(),
                state: State::Partial,
                reason: format!("no history: {error}"),
                is_chart: false,
            };
            Walked { charts: Vec::new(), gap: Some(entry) }
        }
    }
}

/// What one source's walk found.
#[derive(Default)]
pub(super) struct Walked {
    pub(super) charts: Vec<(usize, ChartHistory)>,
    pub(super) gap: Option<Entry>,
}

/// A chart's folder in its repository.
fn within(root: &str, folder: &str) -> String {
    match (root, folder) {
        ("", folder) => folder.to_owned(),
        (root, "") => root.to_owned(),
        (root, folder) => format!("{root}/{folder}"),
    }
}
