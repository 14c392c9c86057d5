//! `crd/missing-keep-policy`

use crate::{
    crd::keep::{ANNOTATION, Unkept},
    facts::{Absence, CatalogFacts, ChartFacts},
    rule::{CatalogContext, Rule, Sink},
};

/// Definitions in templates that go with their release, and take all their objects along.
pub(crate) struct MissingKeepPolicy;

impl Rule for MissingKeepPolicy {
    fn catalog(&self, facts: &CatalogFacts, _: &CatalogContext<'_>, out: &mut Sink) {
        let templated = |chart: &ChartFacts| {
            let own = chart.crds.iter().any(|crd| crd.owner.is_empty() && crd.templated);
            own || !chart.unkept_crds.is_empty()
        };
        for absence in facts.absence(templated, |chart| !chart.unkept_crds.is_empty()) {
            match absence {
                Absence::Chart(chart) => tell(chart, out),
                Absence::Catalog { catalog, charts, of } => {
                    let count = charts.len();
                    let message = format!(
                        "{count} of {of} charts in `{catalog}` with definitions in templates lose them with the release, and every object of their kinds"
                    );
                    out.absent(&charts, message).subject(catalog).help(ADD);
                }
            }
        }
    }
}

/// How many more definitions are pointed at.
const RELATED_MAX: usize = 20;
const ADD: &str = "add the annotation `helm.sh/resource-policy: keep` to each definition";

fn tell(chart: &ChartFacts, out: &mut Sink) {
    let Some((first, rest)) = chart.unkept_crds.split_first() else { return };
    // The repair is one line where they all take their annotations from.
    let brought = first.brought.as_ref();
    let place = brought.map_or(&first.place, |it| &it.place);
    let draft = out.at(place.clone(), message(first, rest.len()));
    let draft = draft.chart(&chart.id).subject(&chart.id.name).help(help(first));
    let others = if brought.is_some() { &chart.unkept_crds } else { rest };
    others
        .iter()
        .take(RELATED_MAX)
        .fold(draft, |draft, it| draft.also(it.place.clone(), format!("and `{}`", it.label)));
}

const GO: &str = "they go with the release, and every object of their kinds";

fn message(first: &Unkept, more: usize) -> String {
    let name = &first.label;
    let (names, go) = match more {
        0 => (format!("`{name}` has"), "it goes with the release, and every object of its kind"),
        1 => (format!("`{name}` and 1 more definition have"), GO),
        _ => (format!("`{name}` and {more} more definitions have"), GO),
    };
    let policy = match &first.switch {
        Some(switch) => format!("`{ANNOTATION}: keep` only where `{switch}` is set"),
        None => format!("no `{ANNOTATION}: keep`"),
    };
    format!("{names} {policy}: {go}")
}

fn help(first: &Unkept) -> String {
    match (&first.switch, &first.brought) {
        (Some(switch), _) => format!("make `{switch}: true` the default in values.yaml"),
        (None, Some(it)) => {
            let value = &it.value;
            format!(
                "make `{ANNOTATION}: keep` a default of `{value}`, from which they take their annotations"
            )
        }
        (None, None) => format!("add the annotation `{ANNOTATION}: keep` to each of them"),
    }
}
