//! `skew/bad-kube-version`

use semver::Version;

use crate::{
    catalog::{
        Chart,
        kubernetes::{self, Release},
    },
    facts::{Absence, CatalogFacts, ChartFacts},
    finding::Level,
    rule::{CatalogContext, ChartContext, Draft, Rule, Sink},
    text::Spanned,
    version::{Alternative, Bound, Constraint, Operator, Wild},
};

/// A `kubeVersion` that says something else than its author meant, or none.
pub(crate) struct BadKubeVersion;

impl Rule for BadKubeVersion {
    fn chart(&self, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
        let written = chart.manifest.as_ref().and_then(|manifest| manifest.kube_version.as_ref());
        let Some(written) = written.filter(|written| !written.value.trim().is_empty()) else {
            return;
        };
        let Some(fault) = fault(written, cx.now) else { return };
        out.at(chart.manifest_place(written.span), fault.message)
            .subject("kubeVersion")
            .help(fault.help);
    }

    fn catalog(&self, facts: &CatalogFacts, _: &CatalogContext<'_>, out: &mut Sink) {
        let absences = facts.absence(
            // A subchart is bounded by the chart that holds it, a library by the one that calls it. Custom
            // kinds are bounded by the release of what brings them.
            |chart| {
                let own = !chart.local_subchart && !chart.library && !chart.only_custom_kinds;
                chart.readable && own && chart.deprecated.is_none()
            },
            |chart| chart.kube_version.as_ref().is_none_or(|(text, _)| text.trim().is_empty()),
        );
        for absence in absences {
            let draft = match &absence {
                Absence::Chart(chart) => {
                    let message = format!("`{}` has no kubeVersion", chart.id.name);
                    out.at(chart.anchor.clone(), message).chart(&chart.id).subject(&chart.id.name)
                }
                Absence::Catalog { catalog, charts, of } => {
                    let message = format!(
                        "{} of {of} charts in `{catalog}` have no kubeVersion",
                        charts.len()
                    );
                    out.absent(charts, message).subject(*catalog)
                }
            };
            tell_asked(draft.level(Level::Note), &absence);
        }
    }
}

/// What to write: what the chart asks for elsewhere, where it does.
fn tell_asked(draft: Draft<'_>, absence: &Absence<'_>) {
    match absence {
        Absence::Chart(ChartFacts { asked_minor: Some((minor, place)), .. }) => {
            let help = format!("write what it asks for: `kubeVersion: \">=1.{minor}.0-0\"`");
            draft.help(help).also(place.clone(), "asked for here");
        }
        Absence::Catalog { charts, .. } if charts.iter().any(|it| it.asked_minor.is_some()) => {
            // In whatever other words charts ask for it is not known: no number of them is said.
            let mut asking = charts
                .iter()
                .filter_map(|it| Some((it.id.name.as_str(), it.asked_minor.as_ref()?.0)));
            let Some((name, minor)) = asking.next() else { return };
            let others = if asking.next().is_some() { ", and others ask, too" } else { "" };
            draft.help(format!(
                "say it in Chart.yaml as well: `{name}` asks for Kubernetes 1.{minor} or later in words{others}; \
                 `kubeVersion: \">=1.{minor}.0-0\"` is the form",
            ));
        }
        _ => {
            draft.help(
                "say which clusters it is tested on, for example `kubeVersion: \">=1.30.0-0\"`",
            );
        }
    }
}

struct Fault {
    message: String,
    help: String,
}

fn fault(written: &Spanned<String>, now: i64) -> Option<Fault> {
    let text = &written.value;
    match Constraint::parse(text) {
        Err(error) => Some(Fault {
            message: format!("kubeVersion `{text}` is no constraint: {error}"),
            help: "Helm takes it as met by no cluster; write for example `\">=1.30.0-0\"`"
                .to_owned(),
        }),
        Ok(constraint) => {
            releases(text, &constraint, now).or_else(|| prereleases(text, &constraint))
        }
    }
}

/// Which clusters it admits at all.
fn releases(text: &str, constraint: &Constraint, now: i64) -> Option<Fault> {
    // What comes after the table's last release is not known to have ended.
    let later = kubernetes::releases().last().map_or(0, |release| release.minor) + 1;
    if admits(constraint, later) || !constraint.has_upper_bound() {
        return None;
    }
    let admitted: Vec<&Release> =
        kubernetes::releases().iter().filter(|release| admits(constraint, release.minor)).collect();
    let before = kubernetes::releases().first().map_or(0, |release| release.minor);
    let help = "raise the upper bound to what the chart is tested on, or leave it out".to_owned();
    match admitted.last() {
        None if (0..before).any(|minor| admits(constraint, minor)) => Some(Fault {
            message: format!("kubeVersion `{text}` admits only releases before 1.{before}"),
            help,
        }),
        None => Some(Fault {
            message: format!("kubeVersion `{text}` admits no release of Kubernetes"),
            help,
        }),
        Some(_) if admitted.iter().any(|release| !release.has_ended(now)) => None,
        Some(last) => Some(Fault {
            message: format!(
                "kubeVersion `{text}` admits nothing after 1.{}, which ended on {}",
                last.minor, last.ends
            ),
            help,
        }),
    }
}

/// Whether some patch release of a minor is admitted, plain or of a managed cluster.
fn admits(constraint: &Constraint, minor: u64) -> bool {
    const HIGHEST_PATCH: u64 = 30;
    (0..=HIGHEST_PATCH).any(|patch| {
        ["", "-gke.1"].into_iter().any(|suffix| {
            let version = crate::version::parse(&format!("1.{minor}.{patch}{suffix}"));
            version.is_ok_and(|version| constraint.matches(&version))
        })
    })
}

/// Managed clusters answer with `v1.31.1-eks-abc`, which is a prerelease to Helm.
fn prereleases(text: &str, constraint: &Constraint) -> Option<Fault> {
    let closed = |alternative: &&Alternative| !alternative.admits_prereleases();
    let bare = |bound: &&Bound| !bound.has_prerelease();
    if let Some(bound) =
        constraint.alternatives().iter().find(closed).and_then(|it| it.bounds.first())
    {
        return Some(Fault {
            message: format!(
                "kubeVersion `{text}` has no `-0`: Helm before 4.1 refuses clusters like `v1.31.1-eks-abc`"
            ),
            help: with_prerelease(text, bound),
        });
    }
    let bound = constraint.alternatives().iter().flat_map(|it| &it.bounds).find(bare)?;
    Some(Fault {
        message: format!(
            "bound `{}` of kubeVersion `{text}` has no `-0`: Helm before 3.19 refuses clusters like `v1.31.1-eks-abc`",
            bound.written
        ),
        help: with_prerelease(text, bound),
    })
}

/// How to let prereleases pass one bound and keep what it means.
fn with_prerelease(text: &str, bound: &Bound) -> String {
    let Version { major, minor, patch, .. } = bound.version;
    let above = match bound.wild {
        Wild::Patch => (major, minor + 1),
        _ => (major + 1, 0),
    };
    match (bound.operator, bound.wild) {
        (Operator::LessOrEqual, Wild::Patch | Wild::Minor) => {
            format!("write the bound as `<{}.{}.0-0`", above.0, above.1)
        }
        (Operator::Greater, Wild::Patch | Wild::Minor) => {
            format!("write the bound as `>={}.{}.0-0`", above.0, above.1)
        }
        (Operator::Equal, Wild::Patch) => format!("write the bound as `~{major}.{minor}.0-0`"),
        (Operator::Equal | Operator::Tilde, Wild::Minor) => {
            format!("write the bound as `^{major}.0.0-0`")
        }
        _ => {
            let full = format!("{major}.{minor}.{patch}-0");
            format!("write `{}`", text.replacen(&bound.written, &full, 1))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-06-01
    const NOW: i64 = 1_780_272_000;

    fn message(text: &str) -> Option<String> {
        fault(&Spanned::new(text.to_owned(), crate::text::Span::default()), NOW)
            .map(|it| it.message)
    }

    #[test]
    fn bounds_that_managed_clusters_pass_are_quiet() {
        for text in [
            ">=1.19.0-0",
            ">= 1.19-0",
            "^1.10.0-0",
            ">= 1.13.0-r0",
            ">=v1.23.0-0",
            ">=1.19.0-0 <1.99.0-0",
            ">=1.20.0-0 || ^1.19.0-0",
        ] {
            assert_eq!(message(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, part) in [
            (">=1.19<1.30", "is no constraint"),
            ("1.22+", "is no constraint"),
            (">= 1.14", "has no `-0`: Helm before 4.1"),
            (">=1.19.0-0 <1.99.0", "bound `1.99.0` of"),
            (">=1.20.0-0 <1.25.0-0", "admits nothing after 1.24, which ended on 2023-07-28"),
            ("~1.9.0-0", "admits only releases before 1.16"),
            (">=2.0.0-0 <1.0.0-0", "admits no release of Kubernetes"),
        ] {
            let message = message(text).unwrap_or_default();
            assert!(message.contains(part), "{text}: {message}");
        }
    }

    #[test]
    fn the_repair_can_be_pasted() {
        let help = |text: &str| {
            fault(&Spanned::new(text.to_owned(), crate::text::Span::default()), NOW).unwrap().help
        };
        assert_eq!(help(">= 1.14"), "write `>= 1.14.0-0`");
        assert_eq!(help(">=1.19.0-0 <1.99.0"), "write `>=1.19.0-0 <1.99.0-0`");
        assert_eq!(help(">=1.19.0-0 <=1.98"), "write the bound as `<1.99.0-0`");
        assert_eq!(help("1.36.x"), "write the bound as `~1.36.0-0`");
        assert_eq!(help(">1.30"), "write the bound as `>=1.31.0-0`");
    }
}
