//! `skew/dependency-spread`

use std::collections::{BTreeMap, BTreeSet};

use semver::Version;

use crate::{
    catalog::{moved, repositories},
    facts::{CatalogFacts, ChartFacts, DependencyFact, Published},
    finding::{Level, Place},
    rule::{CatalogContext, Rule, Sink},
    version,
};

/// How many versions a message names, and how many charts of each.
const NAMED: usize = 4;

/// One dependency at versions that are far apart.
pub(crate) struct DependencySpread;

impl Rule for DependencySpread {
    fn catalog(&self, facts: &CatalogFacts, cx: &CatalogContext<'_>, out: &mut Sink) {
        for catalog in facts.catalogs() {
            let current = newest_of_each_name(facts.of(catalog));
            for ((name, _), uses) in uses(&current) {
                let own = uses.iter().any(|it| it.own);
                let shipped = own.then(|| Shipped::find(name, &current)).flatten();
                spread(name, &uses, shipped.as_ref(), cx.now, out);
            }
        }
    }
}

/// One chart's use of a dependency.
struct Use<'f> {
    chart: &'f str,
    version: Version,
    /// As the chart writes it.
    repository: &'f str,
    /// Whether the catalog publishes the dependency itself.
    own: bool,
    place: &'f Place,
}

/// The dependency as the catalog itself has it.
struct Shipped<'f> {
    version: Version,
    folder: &'f str,
}

impl<'f> Shipped<'f> {
    fn find(name: &str, charts: &[&'f ChartFacts]) -> Option<Self> {
        let chart = charts.iter().find(|chart| chart.id.name == name)?;
        let version = version::parse(&chart.id.version).ok()?;
        version.pre.is_empty().then_some(Self { version, folder: &chart.id.path })
    }
}

/// Charts of one name side by side are release lines of one chart: only the newest one counts.
fn newest_of_each_name<'f>(charts: impl Iterator<Item = &'f ChartFacts>) -> Vec<&'f ChartFacts> {
    let mut newest = BTreeMap::<&str, &ChartFacts>::new();
    for chart in charts.filter(|chart| chart.deprecated.is_none()) {
        let held = newest.entry(&chart.id.name).or_insert(chart);
        let parse = |chart: &ChartFacts| version::parse(&chart.id.version).ok();
        let newer = match (parse(chart), parse(held)) {
            (Some(new), Some(old)) => version::compare(&new, &old).is_gt(),
            (new, old) => new.is_some() && old.is_none(),
        };
        if newer {
            *held = chart;
        }
    }
    newest.into_values().collect()
}

fn uses<'f>(charts: &[&'f ChartFacts]) -> BTreeMap<(&'f str, String), Vec<Use<'f>>> {
    let mut uses = BTreeMap::<_, Vec<Use<'f>>>::new();
    for chart in charts {
        for it in chart.dependencies.iter().filter(|it| !is_local(it)) {
            let Some(version) = it.resolved.as_deref().and_then(|text| version::parse(text).ok())
            else {
                continue;
            };
            let place = it.version_place.as_ref().unwrap_or(&it.place);
            let key = (it.name.as_str(), repositories::one_address(&it.repository));
            let (chart, repository) = (chart.id.name.as_str(), it.repository.as_str());
            let own = it.published == Published::Here;
            uses.entry(key).or_default().push(Use { chart, version, repository, own, place });
        }
    }
    uses
}

fn is_local(it: &DependencyFact) -> bool {
    it.repository.is_empty() || it.repository.starts_with("file://")
}

fn spread(name: &str, uses: &[Use<'_>], shipped: Option<&Shipped<'_>>, now: i64, out: &mut Sink) {
    // Who tries a prerelease puts nobody else behind.
    let shipped_version = shipped.map(|it| &it.version);
    let versions = uses.iter().map(|it| &it.version).chain(shipped_version);
    let releases = versions.filter(|version| version.pre.is_empty());
    let Some(newest) = releases.max_by(|a, b| version::compare(a, b)).cloned() else { return };
    let uses: Vec<&Use<'_>> =
        uses.iter().filter(|it| version::compare(&it.version, &newest).is_le()).collect();
    let versions = || uses.iter().map(|it| &it.version).chain(shipped_version);
    let majors: BTreeSet<u64> = versions().map(|it| it.major).collect();
    let minors: BTreeSet<(u64, u64)> = versions().map(|it| (it.major, it.minor)).collect();
    let (level, apart) = match (majors.len(), minors.len()) {
        (2.., _) => (Level::Warning, format!("{} major versions", majors.len())),
        (_, 2..) => (Level::Note, format!("{} minor versions", minors.len())),
        _ => return,
    };
    let behind =
        |it: &&&Use<'_>| (it.version.major, it.version.minor) < (newest.major, newest.minor);
    let mut places: Vec<_> = uses.iter().filter(behind).map(|it| (it.place.clone(), it)).collect();
    places.sort_by(|a, b| a.0.cmp(&b.0));
    let mut places = places.into_iter();
    let Some((first, _)) = places.next() else { return };
    let message = format!("`{name}` is used in {apart}: {}", matrix(&uses));
    // Of the addresses of one repository, the one that whoever is ahead uses.
    let ahead = uses.iter().find(|it| it.version == newest).map_or("", |it| it.repository);
    let (message, help) = match shipped.filter(|it| it.version == newest) {
        Some(Shipped { folder, .. }) => (
            format!("{message}; the catalog has `{newest}`"),
            format!("raise all to `{newest}`, which this catalog ships from {folder}"),
        ),
        None => (message, agree(name, ahead, &newest, now)),
    };
    let draft = out.at(first, message).level(level).subject(name).help(help);
    places.fold(draft, |draft, (place, it)| draft.also(place, format!("{} here", it.version)));
}

/// The version to agree on: nobody is sent to one whose images are gone.
fn agree(name: &str, repository: &str, newest: &Version, now: i64) -> String {
    let last = moved::withdrawn(repository, name, &newest.to_string(), now)
        .and_then(|_| moved::last_withdrawn(repository, name, now));
    let which = match last {
        Some(last) => format!("later than `{last}`, the last one whose images are gone"),
        None => format!("best `{newest}`"),
    };
    format!("agree on one version of `{name}` from {repository}, {which}")
}

/// Versions, newest first, with the charts that use each.
fn matrix(uses: &[&Use<'_>]) -> String {
    let mut versions: Vec<&Version> = uses.iter().map(|it| &it.version).collect();
    versions.sort_by(|a, b| version::compare(b, a).then_with(|| b.build.cmp(&a.build)));
    versions.dedup();
    let row = |version: &&Version| {
        let mut charts: Vec<_> =
            uses.iter().filter(|it| it.version == **version).map(|it| it.chart).collect();
        charts.dedup();
        let more = charts.len().saturating_sub(NAMED);
        charts.truncate(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("`{version}` in {}{more}", charts.join(", "))
    };
    // The newest and the oldest say how far it goes.
    if versions.len() <= NAMED * 2 {
        return versions.iter().map(row).collect::<Vec<_>>().join("; ");
    }
    let (first, rest) = versions.split_at(NAMED);
    let (middle, last) = rest.split_at(rest.len().saturating_sub(NAMED));
    let mut rows: Vec<_> = first.iter().map(row).collect();
    rows.push(format!("{} versions between", middle.len()));
    rows.extend(last.iter().map(row));
    rows.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_a_version_whose_images_are_gone() {
        /// 2026-06-01
        const NOW: i64 = 1_780_272_000;
        let repository = "https://charts.bitnami.com/bitnami";
        let help = |major| agree("redis", repository, &Version::new(major, 0, 0), NOW);
        let last = moved::last_withdrawn(repository, "redis", NOW).unwrap();
        assert!(
            help(17)
                .ends_with(&format!(", later than `{last}`, the last one whose images are gone"))
        );
        assert!(help(99).ends_with(", best `99.0.0`"));
    }

    #[test]
    fn the_matrix_names_the_newest_and_the_oldest() {
        let place = Place::file(&"Chart.yaml".into());
        let uses: Vec<_> = (0..20)
            .map(|major| {
                let version = Version::new(major, 0, 0);
                Use { chart: "web", version, repository: "", own: false, place: &place }
            })
            .collect();
        let text = matrix(&uses.iter().collect::<Vec<_>>());
        assert!(
            text.starts_with("`19.0.0` in web; ") && text.ends_with("; `0.0.0` in web"),
            "{text}"
        );
        assert!(text.contains("; 12 versions between; "), "{text}");
    }
}
