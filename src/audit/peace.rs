//! The spec's peace: where two rules see one defect the more specific speaks, and a deprecated
//! chart is left alone.

use std::collections::BTreeSet;

use crate::finding::{Finding, Level};

/// What two findings must share for the more specific one to silence the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Share {
    /// The chart.
    Chart,
    /// The chart and the subject.
    Subject,
    /// The line of the file.
    Line,
}

/// The more specific rule, the rule that gives way, and what they must share.
///
/// Pairs whose rules are not built yet wait here, so that a new rule need not remember them.
const ORDER: &[(&str, &str, Share)] = &[
    ("crd/moved", "crd/removed", Share::Subject),
    ("crd/moved", "crd/new-subchart", Share::Chart),
    ("crd/invalid", "skew/removed-api", Share::Subject),
    ("crd/version-removed", "crd/breaking-schema", Share::Chart),
    ("crd/storage-switched", "crd/breaking-schema", Share::Chart),
    ("skew/mutable-image-tag", "skew/app-version-mismatch", Share::Subject),
    ("skew/behind-catalog", "skew/outdated-dependency", Share::Subject),
    ("skew/behind-catalog", "skew/dependency-spread", Share::Subject),
    ("skew/outdated-dependency", "skew/dependency-spread", Share::Subject),
    ("maintenance/dead-repository", "docs/version-drift", Share::Line),
    ("maintenance/dead-repository", "docs/broken-link", Share::Line),
    ("docs/missing-readme", "docs/undocumented-value", Share::Chart),
    ("platform/missing-contract", "platform/oversized-interface", Share::Chart),
    ("platform/push-delivery", "platform/missing-delivery", Share::Chart),
    ("platform/unused-chart", "platform/missing-delivery", Share::Chart),
    ("maintenance/missing-owner", "maintenance/owner-mismatch", Share::Chart),
    ("maintenance/inactive-owner", "maintenance/owner-mismatch", Share::Chart),
    ("skew/version-not-bumped", "maintenance/unreleased-changes", Share::Chart),
    ("maintenance/unversioned-chart", "maintenance/unreleased-changes", Share::Chart),
    ("maintenance/unversioned-chart", "maintenance/stale-app", Share::Chart),
    ("maintenance/unversioned-chart", "skew/app-version-mismatch", Share::Chart),
    ("maintenance/deprecated-dependency", "maintenance/deprecated-chart", Share::Chart),
];

/// Drops what another finding says better, and what a deprecated chart is spared.
pub(super) fn keep(findings: Vec<Finding>, deprecated: &BTreeSet<String>) -> Vec<Finding> {
    let spoken: BTreeSet<_> = findings.iter().flat_map(claims).collect();
    let stands =
        |finding: &Finding| !is_spared(finding, deprecated) && !gives_way(finding, &spoken);
    findings.into_iter().filter(stands).collect()
}

/// A rule, what it silences by, and the value that both findings must have.
type Claim = (&'static str, usize, String);

/// What a finding claims for itself: one entry for each row of [`ORDER`] that it begins.
fn claims(finding: &Finding) -> Vec<Claim> {
    let rows = ORDER.iter().enumerate().filter(|(_, row)| row.0 == &*finding.rule);
    rows.flat_map(|(number, row)| {
        keys(finding, row.2).into_iter().map(move |key| (row.1, number, key))
    })
    .collect()
}

fn gives_way(finding: &Finding, spoken: &BTreeSet<Claim>) -> bool {
    let rows = ORDER.iter().enumerate().filter(|(_, row)| row.1 == &*finding.rule);
    rows.into_iter().any(|(number, row)| {
        keys(finding, row.2).into_iter().any(|key| spoken.contains(&(row.1, number, key)))
    })
}

/// The values by which findings are compared. A finding on the catalog speaks for the charts of its
/// related places; it has no chart of its own.
fn keys(finding: &Finding, share: Share) -> Vec<String> {
    let chart = finding.chart.as_ref().map(|chart| chart.path.clone());
    match share {
        Share::Line => {
            vec![format!("{}:{}", finding.location.path, finding.location.start.line)]
        }
        Share::Subject => {
            chart.into_iter().map(|chart| format!("{chart}\0{}", finding.subject)).collect()
        }
        Share::Chart => chart.map_or_else(|| folders(finding), |chart| vec![chart]),
    }
}

fn folders(finding: &Finding) -> Vec<String> {
    let places = std::iter::once(&finding.location)
        .chain(finding.related.iter().map(|related| &related.location));
    places
        .map(|place| place.path.rsplit_once('/').map_or(".", |(folder, _)| folder).to_owned())
        .collect()
}

/// Rules whose errors say that data is lost.
const DATA_LOSS: &[&str] = &[
    "crd/breaking-schema",
    "crd/missing-keep-policy",
    "crd/moved",
    "crd/removed",
    "crd/version-removed",
];

/// Whether a finding lies in a deprecated chart and is none that it still gets: its deprecation,
/// broken input, and errors about lost data.
fn is_spared(finding: &Finding, deprecated: &BTreeSet<String>) -> bool {
    let Some(chart) = &finding.chart else { return false };
    let data_loss = DATA_LOSS.contains(&&*finding.rule) && finding.level == Level::Error;
    let own = &*finding.rule == "maintenance/deprecated-chart";
    std::iter::once(chart.path.as_str())
        .chain(super::above(&chart.path))
        .any(|path| deprecated.contains(path))
        && !data_loss
        && !own
        && !finding.rule.starts_with("input/")
}
