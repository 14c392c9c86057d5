//! `input/ignored-by-helm`

use crate::{
    catalog::{Chart, ProblemKind},
    rule::{ChartContext, Rule, Sink},
};

/// What Helm drops without a word.
pub(crate) struct IgnoredByHelm;

impl Rule for IgnoredByHelm {
    fn chart(&self, chart: &Chart, _: &ChartContext<'_>, out: &mut Sink) {
        for problem in chart.problems_of(ProblemKind::IgnoredByHelm) {
            problem.report(out);
        }
    }
}
