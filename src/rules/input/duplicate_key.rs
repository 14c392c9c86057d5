//! `input/duplicate-key`

use crate::{
    catalog::{Chart, ProblemKind},
    rule::{ChartContext, Rule, Sink},
};

/// A key that comes twice in one mapping.
pub(crate) struct DuplicateKey;

impl Rule for DuplicateKey {
    fn chart(&self, chart: &Chart, _: &ChartContext<'_>, out: &mut Sink) {
        for problem in chart.problems_of(ProblemKind::DuplicateKey) {
            problem.report(out);
        }
    }
}
