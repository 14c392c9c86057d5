//! What more than half of a catalog's charts have is told once.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    facts::{CatalogFacts, FOLD_MIN},
    finding::{Finding, Related},
    rules,
};

/// Puts together the findings of rules whose page has a `rollup`, where more than half of a
/// catalog's charts have them. What comes out is one finding on the catalog, at the first place.
pub(super) fn together(findings: Vec<Finding>, facts: &CatalogFacts) -> Vec<Finding> {
    let catalogs: BTreeMap<_, _> =
        facts.charts.iter().map(|chart| (chart.id.path.as_str(), chart.catalog.as_str())).collect();
    let mut kept = Vec::new();
    let mut groups = BTreeMap::<_, Vec<Finding>>::new();
    for finding in findings {
        let words = rules::find(&finding.rule).and_then(|rule| rule.page().rollup.as_deref());
        let path = finding.chart.as_ref().map(|chart| chart.path.as_str());
        match words.zip(path.and_then(|path| catalogs.get(path))) {
            Some((words, catalog)) => {
                groups.entry((finding.rule.clone(), *catalog, words)).or_default().push(finding);
            }
            None => kept.push(finding),
        }
    }
    for ((_, catalog, words), group) in groups {
        let of = facts.of(catalog).filter(|chart| chart.readable && !chart.local_subchart).count();
        kept.extend(roll(group, catalog, words, of));
    }
    kept
}

fn roll(mut group: Vec<Finding>, catalog: &str, words: &str, of: usize) -> Vec<Finding> {
    let charts: BTreeSet<_> = group.iter().filter_map(|it| it.chart.as_ref()).collect();
    let count = charts.len();
    if count < FOLD_MIN || count * 2 <= of {
        return group;
    }
    group.sort_by(|a, b| (&a.location, &a.message).cmp(&(&b.location, &b.message)));
    let mut rest = group.into_iter();
    let Some(mut first) = rest.next() else { return Vec::new() };
    first.chart = None;
    catalog.clone_into(&mut first.subject);
    first.message = format!("{count} of {of} charts in `{catalog}` {words}");
    first.related = rest.map(related).collect();
    vec![first]
}

fn related(finding: Finding) -> Related {
    let name = finding.chart.map(|chart| chart.name).unwrap_or_default();
    Related { message: name, location: finding.location }
}
