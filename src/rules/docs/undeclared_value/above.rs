//! Values that a chart of the same catalog declares for one that it takes in by `file://`.

use crate::{
    analysis::Undeclared,
    catalog::{Chart, Key},
    rule::ChartContext,
    yaml::Stream,
};

/// How many charts above one are read.
const ABOVE_MAX: usize = 10;

/// What the charts above one declare for it.
pub(super) struct Above {
    /// Their values, each with the name under which it has those of the chart.
    values: Vec<(Stream, String)>,
}

impl Above {
    pub(super) fn of(chart: &Chart, cx: &ChartContext<'_>) -> Self {
        let above = cx.index.taken_in_by(&chart.id.path).iter().take(ABOVE_MAX);
        let values =
            above.filter_map(|(folder, name)| Some((cx.analysis.values_at(folder)?, name.clone())));
        Self { values: values.collect() }
    }

    /// Whether one of them declares a value.
    pub(super) fn declares(&self, value: &Undeclared) -> bool {
        let names = value.path.0.iter().map(|key| match key {
            Key::Name(name) => Some(name.as_str()),
            Key::Index(_) => None,
        });
        let Some(names) = names.collect::<Option<Vec<&str>>>() else { return false };
        self.values.iter().any(|(stream, holder)| {
            let path = [&[holder.as_str()], names.as_slice()].concat();
            stream.documents().any(|root| root.at(&path).is_some())
        })
    }
}
