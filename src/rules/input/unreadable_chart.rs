//! `input/unreadable-chart`

use crate::{
    catalog::{Chart, ProblemKind},
    rule::{ChartContext, Rule, Sink},
};

/// A chart that Helm does not load.
pub(crate) struct UnreadableChart;

impl Rule for UnreadableChart {
    fn chart(&self, chart: &Chart, _: &ChartContext<'_>, out: &mut Sink) {
        for problem in chart.problems_of(ProblemKind::UnreadableChart) {
            problem.report(out);
        }
    }
}
