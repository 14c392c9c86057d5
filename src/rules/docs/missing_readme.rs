//! `docs/missing-readme`

use std::collections::BTreeSet;

use crate::{
    catalog::index,
    facts::{Absence, CatalogFacts},
    rule::{CatalogContext, Rule, Sink},
};

/// The folders of libraries that the charts beside them take in from there: nobody else installs them.
fn inner_libraries(facts: &CatalogFacts) -> BTreeSet<&str> {
    let taken = facts.charts.iter().flat_map(|chart| {
        let repositories = chart.dependencies.iter().map(|it| it.repository.as_str());
        repositories.filter_map(|it| index::local_folder(&chart.id.path, it))
    });
    let taken: BTreeSet<String> = taken.collect();
    let libraries = facts.charts.iter().filter(|chart| chart.library);
    libraries.map(|chart| chart.id.path.as_str()).filter(|path| taken.contains(*path)).collect()
}

/// A published chart without a README.
pub(crate) struct MissingReadme;

impl Rule for MissingReadme {
    fn catalog(&self, facts: &CatalogFacts, _: &CatalogContext<'_>, out: &mut Sink) {
        let inner = inner_libraries(facts);
        let absences = facts.absence(
            // A local subchart is described where the chart that holds it is.
            |chart| {
                let own = !chart.local_subchart && !inner.contains(chart.id.path.as_str());
                chart.readable && own && chart.deprecated.is_none()
            },
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
