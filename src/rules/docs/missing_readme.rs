//! `docs/missing-readme`

use crate::{
    facts::{Absence, CatalogFacts},
    rule::{CatalogContext, Rule, Sink},
};

/// A published chart without a README.
pub(crate) struct MissingReadme;

impl Rule for MissingReadme {
    fn catalog(&self, facts: &CatalogFacts, _: &CatalogContext<'_>, out: &mut Sink) {
        let absences = facts.absence(
            // A local subchart is described where the chart that holds it is.
            |chart| chart.readable && !chart.local_subchart && chart.deprecated.is_none(),
            |chart| !chart.readme,
        );
        for absence in absences {
            match absence {
                Absence::Chart(chart) => {
                    let message = format!("`{}` has no README.md", chart.id.name);
                    out.at(chart.anchor.clone(), message)
                        .chart(&chart.id)
                        .subject(&chart.id.name)
                        .help("add a README.md beside Chart.yaml: what it deploys, how to install it, its values");
                }
                Absence::Catalog { catalog, charts, of } => {
                    let message =
                        format!("{} of {of} charts in `{catalog}` have no README.md", charts.len());
                    out.absent(&charts, message).subject(catalog).help(
                        "generate one for each chart from its values, for example with helm-docs",
                    );
                }
            }
        }
    }
}
