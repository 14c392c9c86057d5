//! `input/partial-analysis`

use crate::{
    catalog::{CatalogIndex, Chart, Dependency, ProblemKind},
    rule::{ChartContext, Rule, Sink},
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
        if cx.history.is_some_and(|history| !history.complete) {
            let message = "the clone is shallow or partial: ages and releases are not judged";
            out.at(chart.anchor.clone(), message)
                .subject("history")
                .help("fetch the rest with `git fetch --unshallow`");
        }
        missing_dependencies(chart, cx.index, out);
    }
}

/// Dependencies that nobody has: their values, templates and definitions are unknown.
fn missing_dependencies(chart: &Chart, index: &CatalogIndex, out: &mut Sink) {
    let missing =
        |it: &&Dependency| chart.subchart(it).is_none() && index.named(&it.name.value).is_empty();
    let missing: Vec<_> = chart.dependencies.iter().filter(missing).collect();
    let Some(first) = missing.first() else { return };
    let mut names: Vec<_> = missing.iter().map(|it| format!("`{}`", it.name.value)).collect();
    names.dedup();
    let more = names.len().saturating_sub(NAMES);
    names.truncate(NAMES);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let message = format!(
        "neither under charts/ nor in the catalog: {}{more}; values, templates and definitions of \
         theirs are not looked at",
        names.join(", ")
    );
    out.at(first.place(first.name.span), message)
        .subject("dependencies")
        .help("run `helm dependency build` before careen");
}
