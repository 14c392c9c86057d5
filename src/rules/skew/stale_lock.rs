//! `skew/stale-lock`

use crate::{
    catalog::{Chart, Dependency, IndexEntry, Lock, LockEntry, digest, index},
    facts::{Absence, CatalogFacts, ChartFacts, DependencyFact},
    finding::{Level, Place},
    rule::{CatalogContext, ChartContext, Rule, Sink},
    text::Spanned,
    version::{self, Constraint},
};

/// How many dependencies a message names.
const NAMED: usize = 5;

/// A lock that says something else than the chart, or that is not there.
pub(crate) struct StaleLock;

impl Rule for StaleLock {
    fn chart(&self, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
        let Some(lock) = chart.lock.as_ref().filter(|lock| is_used(chart, lock)) else {
            chart.dependencies.iter().for_each(|it| left_behind(it, chart, cx, out));
            return;
        };
        let sealed = is_sealed(chart, lock);
        let differences = differences(chart, lock, sealed, cx);
        if differences.is_empty() && !sealed {
            digest_alone(chart, lock, out);
        }
        for difference in differences {
            let draft = out
                .at(difference.place, difference.message)
                .subject(difference.subject)
                .help(difference.first + &update(&chart.id.path, &lock.file.local));
            if let Some((place, label)) = difference.also {
                draft.also(place, label);
            }
        }
    }

    fn catalog(&self, facts: &CatalogFacts, _: &CatalogContext<'_>, out: &mut Sink) {
        let lockable = |chart: &ChartFacts| {
            let own = chart.readable && chart.deprecated.is_none();
            // Without ranges a lock adds nothing: leaving it out by .gitignore is a choice, and nobody resolves
            // what a chart under charts/, or a package, brings along.
            let given = chart.lock_ignored || chart.local_subchart || is_packed(chart);
            let left_out = given && ranges(chart).next().is_none();
            own && lockable(chart).next().is_some() && !left_out
        };
        for absence in facts.absence(lockable, |chart| !chart.locked) {
            match absence {
                Absence::Chart(chart) => missing(chart, out),
                Absence::Catalog { catalog, charts, of } => {
                    missing_everywhere(catalog, &charts, of, out);
                }
            }
        }
    }
}

/// `helm dependency update` refuses packages.
fn is_packed(chart: &ChartFacts) -> bool {
    chart.id.path.strip_suffix(".tgz").is_some()
}

/// What a lock and its chart disagree about.
struct Difference {
    subject: String,
    message: String,
    place: Place,
    also: Option<(Place, &'static str)>,
    /// What has to be done before the lock can be written.
    first: String,
}

/// A lock without entries beside a chart without dependencies is a leftover that nothing reads.
fn is_used(chart: &Chart, lock: &Lock) -> bool {
    !(chart.dependencies.is_empty() && lock.entries.is_empty())
}

/// Whether the digest is the one that Helm computes; the one of Helm 2 counts for the old format.
fn is_sealed(chart: &Chart, lock: &Lock) -> bool {
    let Some(written) = &lock.digest else { return false };
    let api = chart.manifest.as_ref().and_then(|manifest| manifest.api_version.as_ref());
    let old = api.is_none_or(|api| api.value == "v1" || api.value.is_empty());
    written.value == digest::current(&chart.dependencies, &lock.entries)
        || (old && written.value == digest::helm2(&chart.dependencies))
}

fn differences(chart: &Chart, lock: &Lock, sealed: bool, cx: &ChartContext<'_>) -> Vec<Difference> {
    let mut left: Vec<&LockEntry> = lock.entries.iter().collect();
    let mut differences = Vec::new();
    for dependency in &chart.dependencies {
        // Entries of one name (aliases) are locked in the order in which they are declared.
        let Some(at) = left.iter().position(|entry| entry.name.value == dependency.name.value)
        else {
            differences.push(not_locked(dependency, lock));
            continue;
        };
        let entry = left.remove(at);
        differences.extend(
            // Under a digest that fits, the version was chosen by this very constraint: older libraries
            // read some, such as `^0.1.0`, wider than today's.
            version(dependency, entry, lock)
                .filter(|_| !sealed)
                .or_else(|| moved(dependency, entry, lock, chart, cx))
                .or_else(|| repository(dependency, entry, lock).filter(|_| !sealed)),
        );
    }
    differences.extend(left.into_iter().map(|entry| not_declared(entry, chart, lock)));
    differences
}

fn not_locked(dependency: &Dependency, lock: &Lock) -> Difference {
    let name = &dependency.name.value;
    Difference {
        subject: name.clone(),
        message: format!("{} does not hold `{name}`", lock.file.local),
        place: dependency.place(dependency.name.span),
        also: None,
        first: String::new(),
    }
}

fn not_declared(entry: &LockEntry, chart: &Chart, lock: &Lock) -> Difference {
    let name = &entry.name.value;
    let declaring = chart.dependencies.first().map_or("Chart.yaml", |it| it.file.local.as_str());
    Difference {
        subject: name.clone(),
        message: format!("`{name}` is locked, and {declaring} does not declare it"),
        place: lock.file.place(entry.name.span),
        also: None,
        first: String::new(),
    }
}

fn version(dependency: &Dependency, entry: &LockEntry, lock: &Lock) -> Option<Difference> {
    let (declared, locked) = (dependency.version.as_ref()?, entry.version.as_ref()?);
    let constraint = Constraint::parse(&declared.value).ok()?;
    // Of a chart under charts/ without a repository, Helm locks the constraint itself.
    let same = declared.value == locked.value;
    let admitted = version::parse(&locked.value).map(|version| constraint.matches(&version));
    if same || admitted != Ok(false) {
        return None;
    }
    let name = &dependency.name.value;
    Some(Difference {
        subject: name.clone(),
        message: format!(
            "`{name}` is locked at `{}`, {} asks for `{}`",
            locked.value, dependency.file.local, declared.value
        ),
        place: lock.file.place(locked.span),
        also: Some((dependency.place(declared.span), "asks for")),
        first: String::new(),
    })
}

/// Without a lock, a dependency in another folder that has a version which the constraint does not admit: Helm
/// finds none (`Resolve` in internal/resolver/resolver.go of Helm 4.3.1).
fn left_behind(it: &Dependency, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
    let Some(target) = neighbour(it, chart, cx).filter(|_| chart.subchart(it).is_none()) else {
        return;
    };
    let Some(declared) = left(it, &target.version) else { return };
    let name = &it.name.value;
    let message = format!(
        "`{name}` is asked for at `{}`, the chart at `{}` is `{}`: `helm dependency update` finds none",
        declared.value, target.path, target.version
    );
    out.at(it.place(declared.span), message)
        .subject(name.clone())
        .help(format!("write `version: {}` for `{name}`", target.version));
}

/// The chart of the catalog that a dependency names by `file://`.
fn neighbour<'i>(it: &Dependency, chart: &Chart, cx: &ChartContext<'i>) -> Option<&'i IndexEntry> {
    let path = index::local_folder(&chart.id.path, it.repository()?)?;
    cx.index.named(&it.name.value).iter().find(|target| target.path == path)
}

/// The constraint of a dependency, where it does not admit a version.
fn left<'d>(it: &'d Dependency, version: &str) -> Option<&'d Spanned<String>> {
    let declared = it.version.as_ref()?;
    let constraint = Constraint::parse(&declared.value).ok()?;
    let now = version::parse(version).ok()?;
    (!constraint.matches(&now)).then_some(declared)
}

/// A dependency in another folder of the tree whose version went on.
fn moved(
    dependency: &Dependency,
    entry: &LockEntry,
    lock: &Lock,
    chart: &Chart,
    cx: &ChartContext<'_>,
) -> Option<Difference> {
    let locked = entry.version.as_ref()?;
    let name = &dependency.name.value;
    let target = neighbour(dependency, chart, cx)?;
    let (now, then) = (version::parse(&target.version).ok()?, version::parse(&locked.value).ok()?);
    // Helm finds no version of the folder's chart for a constraint that it has left.
    let left = left(dependency, &target.version);
    let (place, also) = match left {
        Some(declared) => {
            (dependency.place(declared.span), (lock.file.place(locked.span), "locked here"))
        }
        None => (
            lock.file.place(locked.span),
            (dependency.place(dependency.name.span), "declared here"),
        ),
    };
    let first = left.map(|_| format!("write `version: {}` for `{name}`, ", target.version));
    version::compare(&now, &then).is_ne().then(|| Difference {
        subject: name.clone(),
        message: format!(
            "`{name}` is locked at `{}`, the chart at `{}` is `{}`",
            locked.value, target.path, target.version
        ),
        place,
        also: Some(also),
        first: first.unwrap_or_default(),
    })
}

fn repository(dependency: &Dependency, entry: &LockEntry, lock: &Lock) -> Option<Difference> {
    let text = |url: &Option<Spanned<String>>| {
        url.as_ref().map(|url| url.value.trim_end_matches('/').to_owned()).unwrap_or_default()
    };
    let (declared, locked) = (text(&dependency.repository), text(&entry.repository));
    if declared == locked || digest::is_repository_alias(&declared) {
        return None;
    }
    let name = &dependency.name.value;
    let span = entry.repository.as_ref().map_or(entry.name.span, |url| url.span);
    Some(Difference {
        subject: name.clone(),
        message: format!("`{name}` is locked from `{locked}`, declared from `{declared}`"),
        place: lock.file.place(span),
        also: Some((dependency.place(dependency.name.span), "declared here")),
        first: String::new(),
    })
}

/// Only the digest differs: something else of a dependency was edited, such as its condition.
fn digest_alone(chart: &Chart, lock: &Lock, out: &mut Sink) {
    let declared = chart.dependencies.iter().map(|it| {
        let version = it.version.as_ref().map_or("", |version| version.value.as_str());
        (it.name.value.as_str(), version)
    });
    let declared = list(declared);
    let (level, place, message) = match &lock.digest {
        Some(digest) if is_of_helm2(chart, lock) => (
            Level::Warning,
            lock.file.place(digest.span),
            format!(
                "{} is written by Helm 2: Helm 3 and later refuse it for {declared}",
                lock.file.local
            ),
        ),
        Some(digest) => (
            Level::Error,
            lock.file.place(digest.span),
            format!(
                "the digest of {} is not that of the declared dependencies: {declared}",
                lock.file.local
            ),
        ),
        None => (
            Level::Error,
            crate::finding::Place::file(&lock.file.path),
            format!("{} has no digest, so that Helm refuses it for {declared}", lock.file.local),
        ),
    };
    out.at(place, message)
        .level(level)
        .subject("digest")
        .help(update(&chart.id.path, &lock.file.local));
}

/// Whether a lock looks like one of Helm 2, some of whose digests no later version computes.
fn is_of_helm2(chart: &Chart, lock: &Lock) -> bool {
    let api = chart.manifest.as_ref().and_then(|manifest| manifest.api_version.as_ref());
    lock.file.local == "requirements.lock" && api.is_none_or(|api| api.value == "v1")
}

fn update(chart: &str, lock: &str) -> String {
    format!("run `helm dependency update {chart}` and commit {lock}")
}

/// Dependencies with their constraints, as messages name them.
fn list<'a>(dependencies: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut named: Vec<String> = dependencies
        .map(|(name, version)| format!("`{}`", format!("{name} {version}").trim()))
        .collect();
    named.dedup();
    let more = named.len().saturating_sub(NAMED);
    named.truncate(NAMED);
    if more > 0 {
        named.push(format!("{more} more"));
    }
    named.join(", ")
}

/// Dependencies that a lock would say something about: not those that lie under charts/ anyway.
fn lockable(chart: &ChartFacts) -> impl Iterator<Item = &DependencyFact> {
    chart.dependencies.iter().filter(|it| !it.repository.is_empty() && !it.unpacked)
}

/// Dependencies whose version a missing lock leaves open: neither exact nor in the tree.
fn ranges(chart: &ChartFacts) -> impl Iterator<Item = &DependencyFact> {
    let fixed = |it: &DependencyFact| it.repository.starts_with("file://") || it.resolved.is_some();
    lockable(chart).filter(move |it| !fixed(it))
}

/// Whether each build chooses anew, and nobody decided that it shall.
fn is_open(chart: &ChartFacts) -> bool {
    !chart.lock_ignored && ranges(chart).next().is_some()
}

fn missing(chart: &ChartFacts, out: &mut Sink) {
    let named = |it: &'_ DependencyFact| (it.name.clone(), it.constraint.clone());
    let open: Vec<_> = ranges(chart).map(named).collect();
    let all: Vec<_> = lockable(chart).map(named).collect();
    let texts =
        |named: &[(String, String)]| list(named.iter().map(|(a, b)| (a.as_str(), b.as_str())));
    let why = if chart.lock_ignored { ", .gitignore keeps it out and" } else { "," };
    let message = if open.is_empty() {
        format!("`{}` has no lock for {}", chart.id.name, texts(&all))
    } else {
        format!("`{}` has no lock{why} each build chooses anew: {}", chart.id.name, texts(&open))
    };
    let level = if is_open(chart) { Level::Warning } else { Level::Note };
    let range = ranges(chart).next().map(|it| it.version_place.as_ref().unwrap_or(&it.place));
    let place = range.or_else(|| lockable(chart).next().map(|it| &it.place));
    let update = update(&chart.id.path, "the lock");
    let help = if chart.lock_ignored {
        format!("take the lock out of .gitignore, {update}; or write exact versions")
    } else {
        update
    };
    out.at(place.unwrap_or(&chart.anchor).clone(), message)
        .level(level)
        .chart(&chart.id)
        .subject(&chart.id.name)
        .help(help);
}

fn missing_everywhere(catalog: &str, charts: &[&ChartFacts], of: usize, out: &mut Sink) {
    let open = charts.iter().any(|chart| is_open(chart));
    let rest = match charts.iter().filter(|chart| ranges(chart).next().is_some()).count() {
        0 => ": each version is exact or in the tree".to_owned(),
        ranges => format!(", {ranges} of them with version ranges"),
    };
    let left_out = charts.iter().filter(|chart| chart.lock_ignored).count();
    let rest = match left_out {
        0 => rest,
        all if all == charts.len() => format!("{rest}; .gitignore keeps them out"),
        some => format!("{rest}; .gitignore keeps {some} out"),
    };
    let level = if open { Level::Warning } else { Level::Note };
    let message = format!(
        "{} of {of} charts in `{catalog}` with dependencies from elsewhere have no lock{rest}",
        charts.len()
    );
    let first = if left_out > 0 { "take the locks out of .gitignore, " } else { "" };
    out.absent(charts, message)
        .level(level)
        .subject(catalog)
        .help(format!("{first}run `helm dependency update` on each chart and commit its lock"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_are_cut() {
        let names: Vec<String> = (0..8).map(|number| format!("d{number}")).collect();
        let text = list(names.iter().map(|name| (name.as_str(), "1")));
        assert_eq!(text, "`d0 1`, `d1 1`, `d2 1`, `d3 1`, `d4 1`, 3 more");
    }
}
