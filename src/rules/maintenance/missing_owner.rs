//! `maintenance/missing-owner`

use crate::{
    facts::{Absence, CatalogFacts},
    rule::{CatalogContext, Rule, Sink},
};

/// A chart that nobody answers for.
pub(crate) struct MissingOwner;

impl Rule for MissingOwner {
    fn catalog(&self, facts: &CatalogFacts, _: &CatalogContext<'_>, out: &mut Sink) {
        let absences = facts.absence(
            // A local subchart is owned by whoever owns the chart that holds it.
            |chart| chart.readable && !chart.local_subchart && chart.deprecated.is_none(),
            |chart| chart.maintainers.is_empty() && chart.code_owners.is_none(),
        );
        for absence in absences {
            match absence {
                Absence::Chart(chart) => {
                    let message = format!(
                        "nobody answers for `{}`: no maintainers, and no CODEOWNERS line covers it",
                        chart.id.name
                    );
                    out.at(chart.anchor.clone(), message)
                        .chart(&chart.id)
                        .subject(&chart.id.name)
                        .help("name a person or a team under `maintainers`, or the folder in CODEOWNERS");
                }
                Absence::Catalog { catalog, charts, of } => {
                    let message = format!(
                        "nobody answers for {} of {of} charts in `{catalog}`: no maintainers, and no CODEOWNERS line covers them",
                        charts.len()
                    );
                    out.absent(&charts, message)
                        .subject(catalog)
                        .help("add a CODEOWNERS file that names a team for each chart's folder");
                }
            }
        }
    }
}
