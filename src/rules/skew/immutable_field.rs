//! `skew/immutable-field`

mod workload;

use crate::{
    analysis::{Analysis, Document, with_previous},
    catalog::Chart,
    finding::{Level, Place},
    rule::{ChartContext, Rule, Sink},
    version,
};
use workload::{Difference, Versions, Workload};

/// A change of what the API server lets nobody change.
pub(crate) struct ImmutableField;

impl Rule for ImmutableField {
    fn chart(&self, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
        let workloads = workloads(chart, cx.analysis);
        if workloads.is_empty() {
            return;
        }
        let versions = Versions::of(chart);
        for workload in &workloads {
            versioned_labels(workload, &versions, cx.analysis, out);
        }
        // A local subchart is upgraded with the chart that holds it.
        if chart.parent.is_none() {
            changes(chart, &workloads, &versions, cx, out);
        }
    }
}

fn workloads<'a>(chart: &Chart, analysis: &'a Analysis<'_>) -> Vec<Workload<'a>> {
    let upgraded = |document: &&Document| document.hook.is_none();
    analysis.documents_of(chart).filter(upgraded).filter_map(Workload::of).collect()
}

/// Labels that change with each version, in what must not change.
fn versioned_labels(
    workload: &Workload<'_>,
    versions: &Versions,
    analysis: &Analysis<'_>,
    out: &mut Sink,
) {
    let found = workload.versioned(versions);
    let Some((first, rest)) = found.split_first() else { return };
    let label = workload.document.label();
    let message = format!(
        "`{}: {}` in {} of `{label}` changes with the version: the next upgrade is refused",
        first.key, first.value, first.field
    );
    let place = |it: &workload::Versioned| {
        let field = workload.span_of(it.field);
        let written = analysis.place_of_first(workload.document, &[it.span, field]);
        // Labels that were made for something else are right where they stand: the selector takes the wrong ones.
        if is_of_selectors(&written, workload.document, analysis) {
            written
        } else {
            analysis.place_of_first(workload.document, &[field, it.span])
        }
    };
    let draft =
        out.at(place(first), message).level(Level::Warning).subject(label).help(
            "leave chart and version labels to `metadata.labels` of the object and of its pods",
        );
    rest.iter().fold(draft, |draft, it| draft.also(place(it), format!("and `{}`", it.key)));
}

/// Whether a place is in the object's own template, or in a named template that is made for selectors by its name.
fn is_of_selectors(place: &Place, document: &Document, analysis: &Analysis<'_>) -> bool {
    let file = analysis.set_file(&place.path).and_then(|file| analysis.templates.files().get(file));
    let Some(file) = file.filter(|_| place.path != document.path) else { return true };
    let at = place.start.offset;
    let define = file.template.defines.iter().find(|it| (it.span.start..it.span.end).contains(&at));
    let name = define.map(|it| it.name.to_lowercase()).unwrap_or_default();
    ["select", "match"].iter().any(|word| name.contains(word))
}

/// What changed since the previous release, unless a new major says that upgrading takes more than `helm upgrade`.
fn changes(
    chart: &Chart,
    workloads: &[Workload<'_>],
    versions: &Versions,
    cx: &ChartContext<'_>,
    out: &mut Sink,
) {
    let told = with_previous(chart, cx.history, cx.source, |release, old| {
        if is_breaking(&release.version, &chart.id.version) {
            return Vec::new();
        }
        let Some(root) = old.closure.root().map(|root| root.chart) else { return Vec::new() };
        let (before, then) = (workloads_of_root(root, old), Versions::of(root));
        let mut told = Vec::new();
        for workload in workloads {
            // An upgrade that a version in the old selector refuses anyway is the repair, and so is one from what
            // nobody could install.
            let was = before.iter().find(|it| it.is_same(workload));
            let upgraded =
                |it: &&Workload<'_>| it.versioned(&then).is_empty() && it.selects_its_pods();
            if let Some(was) = was.filter(|it| upgraded(it)) {
                let differences = workload.differences(versions, was, &then);
                told.extend(differences.into_iter().map(|it| (workload, it)));
            }
        }
        told.into_iter().map(|(workload, it)| (workload, it, release.version.clone())).collect()
    });
    for (workload, difference, version) in told.into_iter().flatten() {
        tell(workload, &difference, &version, cx.analysis, out);
    }
}

fn workloads_of_root<'a>(root: &Chart, old: &'a Analysis<'_>) -> Vec<Workload<'a>> {
    workloads(root, old)
}

/// Whether a release may ask for more than `helm upgrade`: another major, or before the first one another minor.
fn is_breaking(old: &str, new: &str) -> bool {
    match (version::parse(old), version::parse(new)) {
        (Ok(old), Ok(new)) => old.major != new.major || (new.major == 0 && old.minor != new.minor),
        _ => true,
    }
}

fn tell(
    workload: &Workload<'_>,
    difference: &Difference,
    version: &str,
    analysis: &Analysis<'_>,
    out: &mut Sink,
) {
    let label = workload.document.label();
    let message = format!(
        "{} of `{label}` is not what it was in {version}: {}; the API server refuses the upgrade",
        difference.field, difference.what
    );
    let help = format!(
        "bring the old one back, or raise the major version and say how to delete the {} first",
        workload.document.kind()
    );
    let spans = [difference.span, workload.span_of(difference.field)];
    let place = analysis.place_of_first(workload.document, &spans);
    out.at(place, message).subject(label).help(help);
}
