//! `crd/duplicate-owner`

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    facts::{CatalogFacts, ChartFacts, CrdFact, DependencyFact},
    finding::Level,
    rule::{CatalogContext, Rule, Sink},
};

/// How many definitions a message names.
const NAMED: usize = 12;

/// A definition that two charts ship.
pub(crate) struct DuplicateOwner;

impl Rule for DuplicateOwner {
    fn catalog(&self, facts: &CatalogFacts, _: &CatalogContext<'_>, out: &mut Sink) {
        let owners: Vec<Owner<'_>> = facts
            .charts
            .iter()
            .filter(|chart| !chart.local_subchart && chart.deprecated.is_none())
            .map(|chart| Owner::new(chart, facts))
            .collect();
        for (a, b) in pairs(&owners) {
            pair(a, b, out);
        }
        for owner in &owners {
            within(owner.chart, out);
        }
    }
}

/// A chart with the definitions that it installs with its own values: those of its own folder and of its local
/// subcharts.
struct Owner<'f> {
    chart: &'f ChartFacts,
    crds: BTreeMap<&'f str, Owned<'f>>,
}

/// A definition, and whether a condition decides if it is installed.
#[derive(Clone, Copy)]
struct Owned<'f> {
    crd: &'f CrdFact,
    switched: bool,
}

impl<'f> Owner<'f> {
    fn new(chart: &'f ChartFacts, facts: &'f CatalogFacts) -> Self {
        let below = match chart.id.path.as_str() {
            "." => "charts/".to_owned(),
            path => format!("{path}/charts/"),
        };
        let part = |other: &&'f ChartFacts| {
            let held = other.local_subchart && other.id.path.starts_with(&below);
            other.deprecated.is_none() && (held || std::ptr::eq(*other, chart))
        };
        let own = |part: &'f ChartFacts| {
            let switched = part.id.path.strip_prefix(&below).is_some_and(|local| {
                let folder = local.split('/').next().unwrap_or_default();
                is_switchable(chart, &[folder, &part.id.name])
            });
            let crds = part.crds.iter().filter(|crd| crd.owner.is_empty());
            crds.map(move |crd| Owned { crd, switched: switched || crd.conditional })
        };
        let crds = facts.charts.iter().filter(part).flat_map(own);
        Self {
            chart,
            crds: crds
                .filter(|it| !it.crd.name.is_empty() && !it.crd.off)
                .map(|it| (it.crd.name.as_str(), it))
                .collect(),
        }
    }

    /// Whether it is there for nothing but its definitions.
    fn is_dedicated(&self) -> bool {
        let name = self.chart.id.name.as_str();
        name == "crds"
            || name.ends_with("-crds")
            || name.ends_with("-crd")
            || !self.chart.other_objects
    }
}

/// The pairs of charts that share a definition, in order. Charts of one name are release lines of one
/// chart: nobody installs two of them.
fn pairs<'o, 'f>(owners: &'o [Owner<'f>]) -> Vec<(&'o Owner<'f>, &'o Owner<'f>)> {
    let mut by_name = BTreeMap::<&str, Vec<usize>>::new();
    for (number, owner) in owners.iter().enumerate() {
        for name in owner.crds.keys() {
            by_name.entry(name).or_default().push(number);
        }
    }
    let mut pairs = BTreeSet::new();
    for numbers in by_name.values() {
        for (at, a) in numbers.iter().enumerate() {
            pairs.extend(numbers.iter().skip(at + 1).map(|b| (*a, *b)));
        }
    }
    let pair = |(a, b): (usize, usize)| Some((owners.get(a)?, owners.get(b)?));
    pairs.into_iter().filter_map(pair).filter(|(a, b)| a.chart.id.name != b.chart.id.name).collect()
}

fn pair(a: &Owner<'_>, b: &Owner<'_>, out: &mut Sink) {
    // The chart that is not there for its definitions is the one to be changed.
    let (a, b) = if a.is_dedicated() && !b.is_dedicated() { (b, a) } else { (a, b) };
    let both: Vec<(Owned<'_>, Owned<'_>)> =
        a.crds.iter().filter_map(|(name, it)| Some((*it, *b.crds.get(name)?))).collect();
    let shared: Vec<(&CrdFact, &CrdFact)> = both.iter().map(|(a, b)| (a.crd, b.crd)).collect();
    let differing: Vec<_> = shared.iter().filter(|(a, b)| differ(a, b)).map(|(a, _)| *a).collect();
    let stance = Stance {
        equal: differing.is_empty(),
        choice: Choice::of(&both),
        dedicated: a.is_dedicated() != b.is_dedicated(),
    };
    let Some((subject, twin)) = representative(&shared, &differing) else { return };
    let names = list(shared.iter().map(|(crd, _)| crd.name.as_str()));
    let (first, second) = (&a.chart.id.name, &b.chart.id.name);
    let schemas = match differing.len() {
        0 => String::new(),
        count => format!("; {count} of {} with different schemas", shared.len()),
    };
    let consequence = match stance.level() {
        Level::Note => String::new(),
        _ => format!("; {}", consequence(first, second, &shared)),
    };
    let message = format!("`{first}` and `{second}` both ship {names}{schemas}{consequence}");
    // It lies in both charts: a finding on the catalog, at a place in each.
    out.at(subject.place.clone(), message)
        .level(stance.level())
        .subject(subject.name.clone())
        .also(twin.place.clone(), format!("also in {second}"))
        .help(stance.help(first, second));
}

/// How two charts stand to the definitions that they share.
struct Stance {
    /// No schema differs.
    equal: bool,
    /// How one of the charts can leave all of them out.
    choice: Choice,
    /// One of the charts is there for its definitions only.
    dedicated: bool,
}

/// How a chart can be installed without its definitions.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Choice {
    /// By a condition of one of two charts.
    Switch,
    /// By Helm's `--skip-crds`, for what lies under crds/ of the first.
    SkipCrds,
    /// Not at all.
    None,
}

impl Choice {
    fn of(shared: &[(Owned<'_>, Owned<'_>)]) -> Self {
        if shared.iter().all(|(a, _)| a.switched) || shared.iter().all(|(_, b)| b.switched) {
            Self::Switch
        } else if shared.iter().all(|(a, _)| !a.crd.templated) {
            Self::SkipCrds
        } else {
            Self::None
        }
    }
}

impl Stance {
    fn level(&self) -> Level {
        match (self.equal, self.dedicated || self.choice == Choice::Switch) {
            (false, _) => Level::Error,
            (true, true) => Level::Note,
            (true, false) => Level::Warning,
        }
    }

    /// What to do; of two charts of which one is dedicated, that is the second.
    fn help(&self, first: &str, second: &str) -> String {
        let depend = format!("take them out of `{first}` and let it depend on `{second}`");
        let step = format!("keep both in step: change them in `{first}` and `{second}` together");
        match (self.equal.then_some(self.choice), self.dedicated) {
            (Some(Choice::Switch), _) => step,
            (Some(Choice::SkipCrds), true) => {
                format!(
                    "{step}, and say in both READMEs that who installs `{second}` needs `--skip-crds` for `{first}`"
                )
            }
            (_, true) => format!("let `{second}` own them: {depend}"),
            (_, false) => format!(
                "keep them in one chart of definitions on which `{first}` and `{second}` depend behind a condition"
            ),
        }
    }
}

/// What becomes of a second install: Helm 3 leaves what is under crds/ alone where the cluster has it, Helm 4 applies
/// it as its field manager (`installCRDs` in pkg/action/install.go of 4.3.1), and both stop at a template's object
/// that another release, or none, owns.
fn consequence(first: &str, second: &str, shared: &[(&CrdFact, &CrdFact)]) -> String {
    let templated =
        (shared.iter().any(|(crd, _)| crd.templated), shared.iter().any(|(_, crd)| crd.templated));
    let stops = "stops at definitions that it does not own";
    match templated {
        (true, true) => format!("the second install {stops}"),
        (true, false) => format!("`{first}` installed second {stops}"),
        (false, true) => format!("`{second}` installed second {stops}"),
        (false, false) => {
            "the first install decides for both with Helm 3, the last with Helm 4".to_owned()
        }
    }
}

fn differ(a: &CrdFact, b: &CrdFact) -> bool {
    !a.digest.is_empty() && !b.digest.is_empty() && a.digest != b.digest
}

/// The definition that a finding about several stands at: of those that differ, if any do, the one with the
/// shortest name, which is the plainest of a family.
fn representative<'f>(
    shared: &[(&'f CrdFact, &'f CrdFact)],
    differing: &[&CrdFact],
) -> Option<(&'f CrdFact, &'f CrdFact)> {
    let counts =
        |crd: &CrdFact| differing.is_empty() || differing.iter().any(|it| it.name == crd.name);
    let candidates = shared.iter().filter(|(crd, _)| counts(crd));
    candidates.min_by_key(|(crd, _)| (crd.name.len(), &crd.name)).copied()
}

fn list<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let mut listed: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    let more = listed.len().saturating_sub(NAMED);
    listed.truncate(NAMED);
    if more > 0 {
        listed.push(format!("{more} more"));
    }
    listed.join(", ")
}

/// Definitions that come twice with one install: from two charts of a closure of which neither can be
/// switched off.
fn within(chart: &ChartFacts, out: &mut Sink) {
    let certain =
        |crd: &&CrdFact| !crd.name.is_empty() && !crd.conditional && !is_switched(crd, chart);
    let mut by_name = BTreeMap::<&str, Vec<&CrdFact>>::new();
    for crd in chart.crds.iter().filter(certain) {
        by_name.entry(&crd.name).or_default().push(crd);
    }
    let mut told = BTreeSet::new();
    for crds in by_name.values() {
        let Some(first) = crds.first() else { continue };
        let Some(second) = crds.iter().find(|crd| crd.owner != first.owner) else { continue };
        // Once for two owners, however many definitions they share.
        if told.insert((first.owner.as_str(), second.owner.as_str())) {
            twice(chart, first, second, &by_name, out);
        }
    }
}

fn is_switched(crd: &CrdFact, chart: &ChartFacts) -> bool {
    let first = crd.owner.split('/').next().unwrap_or_default();
    is_switchable(chart, &[first])
}

/// Whether a condition or tags decide about a dependency of one of these names.
fn is_switchable(chart: &ChartFacts, names: &[&str]) -> bool {
    let is_meant = |it: &DependencyFact| names.contains(&it.effective_name.as_str());
    chart.dependencies.iter().any(|it| is_meant(it) && it.switched)
}

fn twice(
    chart: &ChartFacts,
    first: &CrdFact,
    second: &CrdFact,
    by_name: &BTreeMap<&str, Vec<&CrdFact>>,
    out: &mut Sink,
) {
    let of = |crds: &[&CrdFact], owner: &str| {
        crds.iter().find(|crd| crd.owner == owner).map(|crd| crd.digest.clone())
    };
    let shared: Vec<(&str, bool)> = by_name
        .iter()
        .filter_map(|(name, crds)| {
            let (a, b) = (of(crds, &first.owner)?, of(crds, &second.owner)?);
            Some((*name, !a.is_empty() && !b.is_empty() && a != b))
        })
        .collect();
    let differ = shared.iter().any(|(_, differ)| *differ);
    let owner = |crd: &CrdFact| {
        if crd.owner.is_empty() { chart.id.name.clone() } else { crd.owner.clone() }
    };
    let names = list(shared.iter().map(|(name, _)| *name));
    let schemas = if differ { ", with different schemas" } else { "" };
    let message =
        format!("`{}` and `{}` both install {names}{schemas}", owner(first), owner(second));
    out.at(first.place.clone(), message)
        .level(if differ { Level::Error } else { Level::Warning })
        .chart(&chart.id)
        .subject(first.name.clone())
        .also(second.place.clone(), "and here")
        .help("give one of the two a `condition` and switch it off, or take its definitions out");
}
