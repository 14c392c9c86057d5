//! `maintenance/unreleased-changes`

use crate::{
    catalog::Chart,
    rule::{ChartContext, Rule, Sink, days_since},
};

/// Content that changed and was never released.
pub(crate) struct UnreleasedChanges;

impl Rule for UnreleasedChanges {
    fn chart(&self, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
        // A local subchart is released with the chart that holds it; its version is for nobody.
        if chart.parent.is_some() {
            return;
        }
        let unreleased = cx.history.and_then(|history| history.unreleased_since());
        let version = chart.manifest.as_ref().and_then(|manifest| manifest.version.as_ref());
        let Some((unreleased, version)) = unreleased.zip(version) else { return };
        let days = days_since(unreleased.first.time, cx.now);
        if days <= cx.options.get("days") {
            return;
        }
        let changes = match unreleased.changes {
            1 => "1 change".to_owned(),
            many => format!("{many} changes"),
        };
        let message = format!(
            "{changes} to the content since version `{}`, the first {days} days ago, never released",
            version.value
        );
        out.at(chart.manifest_place(version.span), message)
            .help("raise `version` and release; let CI demand it with each change, for example `ct lint --check-version-increment`");
    }
}
