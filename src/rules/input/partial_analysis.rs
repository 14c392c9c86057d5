//! `input/partial-analysis`

mod bounds;

use std::collections::BTreeSet;

use crate::{
    catalog::{Chart, ProblemKind},
    facts::{Absence, CatalogFacts, ChartFacts},
    history,
    rule::{CatalogContext, ChartContext, Rule, Sink},
};

/// How many names one message holds.
const NAMES: usize = 5;

/// What could not be looked at, and what is withheld because of it.
pub(crate) struct PartialAnalysis;

impl Rule for PartialAnalysis {
    fn chart(&self, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
        for problem in chart.problems_of(ProblemKind::PartialAnalysis) {
            problem.report(out);
        }
        bounds::tell(chart, out);
        if cx.history.is_some_and(|history| !history.complete) {
            out.at(chart.anchor.clone(), history::INCOMPLETE)
                .subject("history")
                .help("fetch the rest with `git fetch --unshallow`");
        }
    }

    fn catalog(&self, facts: &CatalogFacts, _: &CatalogContext<'_>, out: &mut Sink) {
        missing_dependencies(facts, out);
    }
}

/// Dependencies that nobody has: their values, templates and definitions are unknown.
fn missing_dependencies(facts: &CatalogFacts, out: &mut Sink) {
    let lacks = |chart: &ChartFacts| chart.dependencies.iter().any(|it| !it.present);
    for absence in facts.absence(|chart| !chart.dependencies.is_empty(), lacks) {
        match absence {
            Absence::Chart(chart) => {
                let first = chart.dependencies.iter().find(|it| !it.present);
                let place = first.map_or_else(|| chart.anchor.clone(), |it| it.place.clone());
                let message = format!(
                    "neither under charts/ nor, in a version that is admitted, in the catalog: {}; what these \
                     dependencies hold is not looked at{}",
                    names(chart),
                    known(&[chart])
                );
                out.at(place, message).chart(&chart.id).subject("dependencies").help(HELP);
            }
            Absence::Catalog { catalog, charts, of } => {
                let message = format!(
                    "{} of {of} charts with dependencies in `{catalog}` have some that are neither \
                     under charts/ nor, in a version that is admitted, in the catalog; what these hold is not looked at{}",
                    charts.len(),
                    known(&charts)
                );
                out.absent(&charts, message).subject(catalog).help(HELP);
            }
        }
    }
}

const HELP: &str = "run `helm dependency build` before careen";

/// Of which libraries it is known what their templates read, each once.
fn known(charts: &[&ChartFacts]) -> String {
    let dependencies = charts.iter().flat_map(|chart| &chart.dependencies);
    let known = dependencies.filter_map(|it| Some((it.name.as_str(), it.known.as_deref()?)));
    let known: BTreeSet<_> = known.collect();
    if known.is_empty() {
        return String::new();
    }
    let shown = known.iter().take(NAMES).map(|(name, version)| format!("`{name} {version}`"));
    let shown = shown.collect::<Vec<_>>().join(", ");
    let more = known.len().saturating_sub(NAMES);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!(", but it is known which values the templates of {shown}{more} read")
}

/// The names of a chart's missing dependencies, each once.
fn names(chart: &ChartFacts) -> String {
    let missing = chart.dependencies.iter().filter(|it| !it.present);
    let mut names: Vec<_> = missing.map(|it| format!("`{}`", it.name)).collect();
    names.sort();
    names.dedup();
    let more = names.len().saturating_sub(NAMES);
    names.truncate(NAMES);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    names.join(", ") + &more
}
