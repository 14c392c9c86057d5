//! `crd/never-upgraded`

use std::collections::BTreeSet;

use crate::{
    facts::{Absence, CatalogFacts, ChartFacts, CrdFact},
    finding::Level,
    rule::{CatalogContext, Rule, Sink},
};

/// Definitions under crds/ that nothing upgrades.
pub(crate) struct NeverUpgraded;

impl Rule for NeverUpgraded {
    fn catalog(&self, facts: &CatalogFacts, _: &CatalogContext<'_>, out: &mut Sink) {
        let templated: BTreeSet<&str> = facts
            .charts
            .iter()
            .flat_map(|chart| &chart.crds)
            .filter(|crd| crd.templated)
            .map(|crd| crd.name.as_str())
            .collect();
        let open = |chart: &ChartFacts| is_open(chart, facts, &templated);
        let kept = |chart: &ChartFacts| chart.deprecated.is_none();
        for chart in facts.charts.iter().filter(|chart| kept(chart) && open(chart)) {
            if let Some(hand) = by_hand(chart, facts) {
                tell_hand(chart, &hand, out);
            }
        }
        let lacks = |chart: &ChartFacts| open(chart) && by_hand(chart, facts).is_none();
        for absence in facts.absence(|chart| kept(chart) && has_own(chart), lacks) {
            match absence {
                Absence::Chart(chart) => tell(chart, out),
                Absence::Catalog { catalog, charts, of } => {
                    let count = charts.len();
                    let message = format!(
                        "{count} of {of} charts in `{catalog}` with definitions under crds/ have no way to upgrade them"
                    );
                    out.absent(&charts, message).subject(catalog).help(HELP);
                }
            }
        }
    }
}

const HELP: &str = "ship the definitions in the templates of a chart of their own, with `helm.sh/resource-policy: keep`, or apply them in a pre-upgrade hook Job";

/// The definitions under the chart's own crds/.
fn own(chart: &ChartFacts) -> impl Iterator<Item = &CrdFact> {
    chart.crds.iter().filter(|crd| crd.owner.is_empty() && !crd.templated)
}

fn has_own(chart: &ChartFacts) -> bool {
    own(chart).next().is_some()
}

/// Whether some definition of the chart has no path that runs by itself.
fn is_open(chart: &ChartFacts, facts: &CatalogFacts, templated: &BTreeSet<&str>) -> bool {
    let runs = || holders(chart, facts).any(|chart| chart.crd_upgrade.runs);
    own(chart).any(|crd| !templated.contains(crd.name.as_str())) && !runs()
}

/// The chart, and those whose charts/ it lies in: what they do for it counts.
fn holders<'f>(
    chart: &'f ChartFacts,
    facts: &'f CatalogFacts,
) -> impl Iterator<Item = &'f ChartFacts> {
    let holds = move |other: &&ChartFacts| {
        let below = chart.id.path.strip_prefix(other.id.path.as_str());
        below.is_some_and(|rest| rest.starts_with("/charts/"))
    };
    let above = chart.local_subchart.then(|| facts.charts.iter().filter(holds));
    std::iter::once(chart).chain(above.into_iter().flatten())
}

/// What somebody has to do for the upgrade.
enum Hand<'f> {
    Switch(&'f crate::finding::Place, &'f str),
    Written(&'f crate::finding::Place),
}

fn by_hand<'f>(chart: &'f ChartFacts, facts: &'f CatalogFacts) -> Option<Hand<'f>> {
    let paths: Vec<_> = holders(chart, facts).map(|chart| &chart.crd_upgrade).collect();
    let switch = paths.iter().find_map(|path| path.switched.as_ref());
    let written = || paths.iter().find_map(|path| path.written.as_ref());
    switch.map(|(place, value)| Hand::Switch(place, value)).or_else(|| written().map(Hand::Written))
}

fn tell(chart: &ChartFacts, out: &mut Sink) {
    let Some(first) = own(chart).next() else { return };
    let message = format!("{} never upgraded: `helm upgrade` leaves crds/ alone", names(chart));
    out.at(first.place.clone(), message).chart(&chart.id).subject(&chart.id.name).help(HELP);
}

fn tell_hand(chart: &ChartFacts, hand: &Hand<'_>, out: &mut Sink) {
    let Some(first) = own(chart).next() else { return };
    let (how, place, label, help) = match hand {
        Hand::Switch(place, value) => (
            format!("only upgraded where `{value}` is set"),
            *place,
            "the upgrade hook",
            format!("make `{value}: true` the default in values.yaml"),
        ),
        Hand::Written(place) => {
            ("only upgraded by hand".to_owned(), *place, "the instructions", HELP.to_owned())
        }
    };
    out.at(first.place.clone(), format!("{} {how}", names(chart)))
        .chart(&chart.id)
        .subject(&chart.id.name)
        .level(Level::Note)
        .also(place.clone(), label)
        .help(help);
}

fn names(chart: &ChartFacts) -> String {
    let mut crds = own(chart);
    let first = crds.next().map(|crd| crd.name.as_str()).unwrap_or_default();
    match crds.count() {
        0 => format!("`{first}` is"),
        1 => format!("`{first}` and 1 more definition are"),
        more => format!("`{first}` and {more} more definitions are"),
    }
}
