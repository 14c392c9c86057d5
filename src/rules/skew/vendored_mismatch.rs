//! `skew/vendored-mismatch`

use crate::{
    catalog::{Chart, Dependency, LockEntry, Subchart},
    finding::Level,
    rule::{ChartContext, Rule, Sink},
    text::Spanned,
    version::{self, Constraint},
};

/// A chart under charts/ of another version than asked for.
pub(crate) struct VendoredMismatch;

impl Rule for VendoredMismatch {
    fn dependency(&self, it: &Dependency, chart: &Chart, _: &ChartContext<'_>, out: &mut Sink) {
        let present: Vec<&Subchart> = chart
            .subcharts
            .iter()
            .filter(|subchart| subchart.chart.name() == it.name.value)
            .collect();
        let Some(mismatch) = mismatch(it, chart, &present) else { return };
        let found: Vec<_> =
            present.iter().map(|subchart| format!("`{}`", subchart.chart.id.version)).collect();
        let message = format!(
            "charts/ holds {} of `{}`, {}",
            found.join(" and "),
            it.name.value,
            mismatch.reason
        );
        let span = it.version.as_ref().unwrap_or(&it.name).span;
        let draft = out
            .at(it.place(span), message)
            .level(mismatch.level)
            .subject(it.name.value.clone())
            .help(format!("run `helm dependency build {}` and commit charts/", chart.id.path));
        if let Some(subchart) = present.first() {
            let manifest = subchart.chart.manifest.as_ref();
            let version = manifest.and_then(|m| Some(m.place(m.version.as_ref()?.span)));
            draft.also(version.unwrap_or_else(|| subchart.chart.anchor.clone()), "lies here");
        }
    }
}

struct Mismatch {
    level: Level,
    reason: String,
}

/// Why none of the charts of that name under charts/ is the one asked for.
fn mismatch(it: &Dependency, chart: &Chart, present: &[&Subchart]) -> Option<Mismatch> {
    let versions = present
        .iter()
        .map(|subchart| version::parse(&subchart.chart.id.version).ok())
        .collect::<Option<Vec<_>>>()
        .filter(|versions| !versions.is_empty())?;
    let declared = it.version.as_ref()?;
    let constraint = Constraint::parse(&declared.value).ok()?;
    if !versions.iter().any(|version| constraint.matches(version)) {
        let level = if constraint.is_exact() { Level::Error } else { Level::Warning };
        let reason = format!("{} asks for `{}`", it.file.local, declared.value);
        return Some(Mismatch { level, reason });
    }
    // What is unpacked in the tree is no copy of anything; its version moves before the lock does.
    if it.is_local() {
        return None;
    }
    let locked = locked(it, chart, &constraint)?;
    let wanted = version::parse(&locked.value).ok()?;
    let met = versions.iter().any(|version| version::compare(version, &wanted).is_eq());
    let reason = format!("the lock says `{}`", locked.value);
    (!met).then_some(Mismatch { level: Level::Error, reason })
}

/// What the lock says of a dependency, as far as it agrees with the chart; `skew/stale-lock` speaks
/// of the rest.
fn locked<'c>(
    it: &Dependency,
    chart: &'c Chart,
    constraint: &Constraint,
) -> Option<&'c Spanned<String>> {
    let same = |entry: &&LockEntry| entry.name.value == it.name.value;
    let mut entries = chart.lock.as_ref()?.entries.iter().filter(same);
    entries.find_map(|entry| {
        let locked = entry.version.as_ref()?;
        let version = version::parse(&locked.value).ok()?;
        constraint.matches(&version).then_some(locked)
    })
}
