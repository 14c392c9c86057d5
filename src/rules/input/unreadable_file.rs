//! `input/unreadable-file`

use crate::{
    catalog::{Chart, ProblemKind},
    rule::{ChartContext, Rule, Sink},
};

/// A file that cannot be read or parsed.
pub(crate) struct UnreadableFile;

impl Rule for UnreadableFile {
    fn chart(&self, chart: &Chart, _: &ChartContext<'_>, out: &mut Sink) {
        for problem in chart.problems_of(ProblemKind::UnreadableFile) {
            problem.report(out);
        }
    }
}
