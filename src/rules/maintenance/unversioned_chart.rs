//! `maintenance/unversioned-chart`

use crate::{
    facts::{Absence, CatalogFacts, ChartFacts},
    rule::{CatalogContext, Options, Rule, Sink, days_since},
    version,
};

/// A chart whose content changes under one and the same version.
pub(crate) struct UnversionedChart;

impl Rule for UnversionedChart {
    fn catalog(&self, facts: &CatalogFacts, cx: &CatalogContext<'_>, out: &mut Sink) {
        let absences = facts.absence(
            |chart| {
                let own = !chart.local_subchart && !version::is_placeholder(&chart.id.version);
                own && changes(chart, cx.options).is_some()
            },
            |chart| chart.history.as_ref().is_some_and(|history| history.versions == 1),
        );
        for absence in absences {
            match absence {
                Absence::Chart(chart) => {
                    let place = chart.version_place.clone().unwrap_or_else(|| chart.anchor.clone());
                    let count = changes(chart, cx.options).unwrap_or_default();
                    let message = format!(
                        "version has been `{}` through all {count} changes to the content",
                        chart.id.version
                    );
                    out.at(place, message).chart(&chart.id).subject(&chart.id.name).help(HELP);
                }
                Absence::Catalog { catalog, charts, of } => {
                    let message = format!(
                        "{} of {of} charts in `{catalog}` change their content and never their version",
                        charts.len()
                    );
                    out.absent(&charts, message).subject(catalog).help(HELP);
                }
            }
        }
    }
}

const HELP: &str = "raise `version` with each change to the content, so that an installed release can be told from the next";

/// How often a chart's content changed, where that was often and long enough to expect a release.
fn changes(chart: &ChartFacts, options: &Options) -> Option<usize> {
    let history = chart.history.as_ref()?;
    let (first, last) = history.content_span?;
    let often =
        i64::try_from(history.content_changes).unwrap_or(i64::MAX) >= options.get("changes");
    (often && days_since(first, last) >= options.get("days")).then_some(history.content_changes)
}
