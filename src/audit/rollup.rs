//! What more than half of a catalog's charts have is told once.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    facts::{CatalogFacts, ChartFacts, FOLD_MIN},
    finding::{Finding, Level, Place, Related},
    rules,
};

/// Puts together the findings of rules whose page has a `rollup`, where more than half of a
/// catalog's charts have them, and of those whose page has `archived` in repositories that say so of
/// themselves. What comes out is one finding on the catalog.
pub(super) fn together(mut findings: Vec<Finding>, facts: &CatalogFacts) -> Vec<Finding> {
    findings.retain(|finding| speaks_in_archives(finding) || archive(finding, facts).is_none());
    for finding in &mut findings {
        soften(finding, facts);
    }
    let charts: BTreeMap<_, _> =
        facts.charts.iter().map(|chart| (chart.id.path.as_str(), chart)).collect();
    let mut kept = Vec::new();
    let mut groups = BTreeMap::<_, Vec<Finding>>::new();
    for finding in findings {
        let path = finding.chart.as_ref().map(|chart| chart.path.as_str());
        let chart = path.and_then(|path| charts.get(path));
        // A local subchart is no chart of the catalog, of which so many have something.
        let reason = chart.and_then(|chart| {
            let reason = reason(&finding, chart, facts)?;
            let counts = !chart.local_subchart || matches!(reason, Reason::Archived(..));
            counts.then_some((chart.catalog.as_str(), reason))
        });
        match reason {
            Some(key) => groups.entry((finding.rule.clone(), key)).or_default().push(finding),
            None => kept.push(finding),
        }
    }
    for ((_, (catalog, reason)), group) in groups {
        let of = facts.of(catalog).filter(|chart| chart.readable && !chart.local_subchart).count();
        kept.extend(roll(group, catalog, reason, of));
    }
    kept
}

/// Whether a rule has something to say where nobody works any more: that all is archived, and what
/// could not be read.
fn speaks_in_archives(finding: &Finding) -> bool {
    let page = rules::find(&finding.rule).map(rules::Registered::page);
    finding.rule.starts_with("input/") || page.is_some_and(|page| page.archived.is_some())
}

/// The README's notice, where a finding lies in a source that says of itself that it is archived.
fn archive<'f>(finding: &Finding, facts: &'f CatalogFacts) -> Option<&'f Place> {
    facts.archived.values().find(|notice| match notice.path.rsplit_once('/') {
        Some((root, _)) => {
            finding.location.path.strip_prefix(root).is_some_and(|rest| rest.starts_with('/'))
        }
        None => true,
    })
}

/// That nobody works on an archive is what its README says: a fact, and no slip.
fn soften(finding: &mut Finding, facts: &CatalogFacts) {
    let folded = finding.chart.is_none() && !finding.rule.starts_with("input/");
    if let Some(notice) = archive(finding, facts).filter(|_| folded) {
        finding.level = Level::Note;
        ARCHIVED_HELP.clone_into(&mut finding.help);
        finding.message = archived_words(&finding.message, notice);
    }
}

/// What is left to do in an archive: portals read Chart.yaml, and no README.
const ARCHIVED_HELP: &str =
    "release each chart once more with `deprecated: true`, or leave the archive out of the audit";

fn archived_words(words: &str, notice: &Place) -> String {
    format!("{words}; {} says that all of it is archived", notice.path)
}

/// Why a rule's findings are told once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reason<'f> {
    /// The README says that all is archived: the words, and where.
    Archived(&'static str, &'f Place),
    /// Most charts have it: the words, and what to do in all of them where that is not the same.
    Most(&'static str, Option<&'static str>),
}

fn reason<'f>(
    finding: &Finding,
    chart: &ChartFacts,
    facts: &'f CatalogFacts,
) -> Option<Reason<'f>> {
    let page = rules::find(&finding.rule)?.page();
    let archived = page.archived.as_deref().zip(facts.archived.get(&chart.source));
    let archived = archived.map(|(words, place)| Reason::Archived(words, place));
    let most = || Some(Reason::Most(page.rollup.as_deref()?, page.rollup_help.as_deref()));
    archived.or_else(most)
}

fn roll(mut group: Vec<Finding>, catalog: &str, reason: Reason<'_>, of: usize) -> Vec<Finding> {
    let charts: BTreeSet<_> = group.iter().filter_map(|it| it.chart.as_ref()).collect();
    let count = charts.len();
    let few = matches!(reason, Reason::Most(..)) && (count < FOLD_MIN || count * 2 <= of);
    if few {
        return group;
    }
    group.sort_by(|a, b| (&a.location, &a.message).cmp(&(&b.location, &b.message)));
    let Some(mut told) = group.first().cloned() else { return Vec::new() };
    let words = match reason {
        Reason::Most(words, help) => {
            group.remove(0);
            if let Some(help) = help {
                help.clone_into(&mut told.help);
            }
            words.to_owned()
        }
        Reason::Archived(words, place) => {
            told.level = Level::Note;
            told.location = place.clone();
            ARCHIVED_HELP.clone_into(&mut told.help);
            archived_words(words, place)
        }
    };
    told.chart = None;
    catalog.clone_into(&mut told.subject);
    told.message = format!("{count} of {of} charts in `{catalog}` {words}");
    told.related = group.into_iter().map(related).collect();
    vec![told]
}

fn related(finding: Finding) -> Related {
    let name = finding.chart.map(|chart| chart.name).unwrap_or_default();
    Related { message: name, location: finding.location }
}

#[cfg(test)]
mod tests {
    use super::{Reason, roll};
    use crate::finding::{ChartId, Finding, Level, Place};

    #[test]
    fn one_help_serves_all_charts() {
        let finding = |chart: &str| Finding {
            rule: "docs/stale-changelog".into(),
            level: Level::Warning,
            chart: Some(ChartId {
                name: chart.into(),
                version: "1.0.0".into(),
                path: chart.into(),
            }),
            subject: chart.to_owned(),
            message: String::new(),
            help: format!("write what changed in {chart}"),
            location: Place::file(&chart.into()),
            related: Vec::new(),
            fingerprint: String::new(),
            fix: None,
        };
        let help = |help| {
            let group = ["a", "b", "c"].map(finding).to_vec();
            let told = roll(group, "charts", Reason::Most("lag", help), 4);
            told.into_iter().map(|it| it.help).collect::<Vec<_>>()
        };
        assert_eq!(help(Some("write what changed in each")), ["write what changed in each"]);
        assert_eq!(help(None), ["write what changed in a"]);
    }
}
