//! `input/unreadable-file`

use crate::{
    catalog::{Chart, ProblemKind},
    facts::CatalogFacts,
    finding::Place,
    rule::{CatalogContext, ChartContext, Rule, Sink},
};

/// A file that cannot be read or parsed.
pub(crate) struct UnreadableFile;

impl Rule for UnreadableFile {
    fn chart(&self, chart: &Chart, _: &ChartContext<'_>, out: &mut Sink) {
        for problem in chart.problems_of(ProblemKind::UnreadableFile) {
            problem.report(out);
        }
    }

    fn catalog(&self, facts: &CatalogFacts, _: &CatalogContext<'_>, out: &mut Sink) {
        for entry in facts.unreadable.iter().filter(|entry| !entry.is_chart) {
            out.at(Place::file(&entry.path.as_str().into()), &entry.reason).subject(&entry.path);
        }
    }
}
