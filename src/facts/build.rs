//! From a chart to its facts.

use std::collections::BTreeSet;

use super::{ChartFacts, CrdFact, DependencyFact, HistoryFact, Owners, Published, asked};
use crate::{
    analysis::{Analysis, Document},
    catalog::{
        CatalogIndex, Chart, Crd, Dependency, Manifest, Origin, ProblemKind, Readme, TemplateFile,
        TextFile, library,
    },
    crd::upgrade::{self, UpgradePath},
    history::{ChangeKind, ChartHistory},
    sources::{File, Source},
    text::Spanned,
};

/// The facts of a chart that was loaded.
pub fn of(
    chart: &Chart,
    history: Option<&ChartHistory>,
    owners: Option<&Owners>,
    index: &CatalogIndex,
    source: &Source,
) -> ChartFacts {
    let manifest = chart.manifest.as_ref();
    let text = |field: &Option<Spanned<String>>| field.as_ref().map(|field| field.value.clone());
    ChartFacts {
        id: chart.id.clone(),
        catalog: chart.catalog.to_string(),
        source: chart.source,
        anchor: chart.anchor.clone(),
        version_place: manifest
            .and_then(|manifest| Some(manifest.place(manifest.version.as_ref()?.span))),
        app_version: manifest.and_then(|manifest| text(&manifest.app_version)),
        kube_version: manifest.and_then(kube_version),
        asked_minor: manifest.and_then(|manifest| asked::minor(chart, manifest)),
        library: chart.is_library(),
        readable: is_readable(chart),
        local_subchart: chart.parent.is_some(),
        renders: renders(chart),
        only_custom_kinds: super::kinds::only_custom(chart),
        deprecated: manifest.and_then(deprecated),
        maintainers: manifest.map(maintainers).unwrap_or_default(),
        code_owners: owners.and_then(|owners| owners.of(&manifest_path(chart))),
        readme: chart.readme.is_some()
            || has_readme_in_the_making(chart)
            || is_of_root(chart, source)
            || is_of_folder(chart, source),
        dependencies: chart.dependencies.iter().map(|it| dependency(chart, it, index)).collect(),
        crds: chart
            .crds()
            .iter()
            .filter(|it| !is_dropped(it, chart))
            .map(|it| crd(it, chart))
            .collect(),
        unkept_crds: crate::crd::keep::unkept(chart),
        crd_upgrade: if chart.crds().iter().any(|it| it.object.origin == Origin::CrdsFolder) {
            upgrade::path(chart, source)
        } else {
            UpgradePath::default()
        },
        locked: chart.lock.is_some(),
        lock_ignored: chart.lock_ignored,
        other_objects: other_objects(chart),
        closure: closure(chart),
        history: history.filter(|history| history.complete).map(history_fact),
    }
}

/// Whether a file lies beside Chart.yaml that a README is made from, like `README.md.gotmpl`.
fn has_readme_in_the_making(chart: &Chart) -> bool {
    let is_readme =
        |path: &String| path.to_lowercase().starts_with("readme") && !path.contains('/');
    chart.folder_listing.iter().any(is_readme)
}

/// Whether the README at the source's root is the chart's: its title has the chart's name as a word, and the
/// release may put it into the package.
fn is_of_root(chart: &Chart, source: &Source) -> bool {
    let Some(readme) = super::archive::root_readme(source) else { return false };
    let readme = Readme::new(readme);
    let title = readme.headings.first().map(|title| title.text.to_lowercase()).unwrap_or_default();
    let is_part = |c: char| c.is_alphanumeric() || c == '-';
    title.split(|c| !is_part(c)).any(|word| word == chart.name().to_lowercase())
}

/// Whether the README of the folder that holds the chart, and no other one, has a heading of the chart's name.
fn is_of_folder(chart: &Chart, source: &Source) -> bool {
    let Some((folder, _)) = chart.folder.rsplit_once('/') else { return false };
    let path = format!("{folder}/README.md");
    if !source.has(&path) {
        return false;
    }
    let is_chart = |file: &&File| file.path().ends_with("/Chart.yaml");
    if source.under(folder).iter().filter(is_chart).nth(1).is_some() {
        return false;
    }
    let Ok(text) = source.read_text(&path) else { return false };
    let readme = Readme::new(TextFile { path: source.report_path(&path), local: path, text });
    let name = chart.name().to_lowercase();
    readme.headings.iter().any(|heading| heading.text.trim().to_lowercase() == name)
}

fn manifest_path(chart: &Chart) -> String {
    match chart.folder.as_str() {
        "" => "Chart.yaml".to_owned(),
        folder => format!("{folder}/Chart.yaml"),
    }
}

fn is_readable(chart: &Chart) -> bool {
    let refused = |kind| kind == ProblemKind::UnreadableChart;
    !chart.problems().iter().any(|problem| problem.skips && refused(problem.kind))
}

/// Whether a template of the chart's own can write a document: NOTES.txt, partials and tests don't.
fn renders(chart: &Chart) -> bool {
    chart.templates.iter().any(writes)
}

pub(super) fn writes(template: &TemplateFile) -> bool {
    let local = template.file.local.as_str();
    let name = local.rsplit('/').next().unwrap_or(local);
    let partial = name.starts_with('_')
        || std::path::Path::new(name).extension().is_some_and(|it| it == "tpl")
        || name == "NOTES.txt";
    !partial && !local.starts_with("templates/tests/")
}

/// Whether a template has no definition in it and writes all the same.
fn other_objects(chart: &Chart) -> bool {
    let other = |template: &TemplateFile| {
        writes(template) && !template.file.text.as_str().contains("CustomResourceDefinition")
    };
    let local = chart.subcharts.iter().filter(|subchart| !subchart.vendored);
    chart.templates.iter().any(other) || local.map(|it| &it.chart).any(other_objects)
}

fn kube_version(manifest: &Manifest) -> Option<(String, crate::finding::Place)> {
    let field = manifest.kube_version.as_ref()?;
    Some((field.value.clone(), manifest.place(field.span)))
}

fn deprecated(manifest: &Manifest) -> Option<crate::finding::Place> {
    let field = manifest.deprecated.as_ref().filter(|field| field.value)?;
    Some(manifest.place(field.span))
}

fn maintainers(manifest: &Manifest) -> Vec<String> {
    let fields = |it: &crate::catalog::Maintainer| {
        [&it.name, &it.email]
            .into_iter()
            .flatten()
            .map(|field| field.value.clone())
            .collect::<Vec<_>>()
    };
    manifest.maintainers.iter().flat_map(fields).collect()
}

fn dependency(chart: &Chart, it: &Dependency, index: &CatalogIndex) -> DependencyFact {
    let subchart = chart.subchart(it);
    let present = subchart.is_some() || index.has(it, &chart.id.path);
    let known = if present { None } else { library::find(chart, it) };
    DependencyFact {
        name: it.name.value.clone(),
        effective_name: it.effective_name().to_owned(),
        constraint: it.version.as_ref().map(|version| version.value.clone()).unwrap_or_default(),
        resolved: chart.resolved(it),
        repository: it.repository().unwrap_or_default().to_owned(),
        place: it.place(it.name.span),
        version_place: it.version.as_ref().map(|version| it.place(version.span)),
        deprecated: subchart.is_some_and(|subchart| subchart.chart.is_deprecated()),
        present,
        unpacked: subchart.is_some_and(|subchart| !subchart.packaged),
        known: known.map(|library| library.version.to_owned()),
        switched: it.condition.is_some() || !it.tags.is_empty(),
        published: match it.repository().filter(|address| index.is_own_address(address)) {
            Some(_) => Published::Here,
            None => Published::Elsewhere,
        },
    }
}

fn closure(chart: &Chart) -> Vec<String> {
    let below = |subchart: &crate::catalog::Subchart| {
        let mut names = vec![subchart.chart.name().to_owned()];
        names.extend(closure(&subchart.chart));
        names
    };
    chart.subcharts.iter().flat_map(below).collect()
}

/// The chart of the closure whose file a definition stands in.
fn holder<'c>(crd: &Crd, chart: &'c Chart) -> &'c Chart {
    let below = || chart.subcharts.iter().map(|subchart| holder(crd, &subchart.chart));
    let has = |chart: &Chart| crate::crd::template(crd, chart).is_some();
    if has(chart) { chart } else { below().find(|chart| has(chart)).unwrap_or(chart) }
}

/// Whether Helm never installs a definition, so that its chart does not own it.
fn is_dropped(it: &Crd, chart: &Chart) -> bool {
    crate::crd::hook::is_dropped(it, holder(it, chart))
}

fn crd(crd: &Crd, chart: &Chart) -> CrdFact {
    CrdFact {
        name: crd.name(),
        place: crd.object.anchor(),
        digest: crate::crd::digest(crd, holder(crd, chart)),
        templated: crd.object.origin != Origin::CrdsFolder,
        conditional: crd.object.conditional,
        off: crate::crd::switch::is_left_out(crd, holder(crd, chart)),
        owner: crd.object.owner.clone(),
    }
}

/// Says of the definitions of the chart's own templates which ones rendering leaves out, where it is rendered: with
/// its own values, and with those of the chart that holds it.
pub fn mark_off(facts: &mut ChartFacts, chart: &Chart, analysis: &Analysis<'_>) {
    let asked = |it: &&mut CrdFact| it.owner.is_empty() && it.templated && it.conditional;
    let mut asked = facts.crds.iter_mut().filter(asked).peekable();
    if asked.peek().is_none() || analysis.rendered().failure.is_some() {
        return;
    }
    let rendered: BTreeSet<&str> =
        analysis.documents_of(chart).filter(|it| it.is_definition()).map(Document::name).collect();
    for it in asked {
        it.off = !rendered.contains(it.name.as_str());
    }
}

fn history_fact(history: &ChartHistory) -> HistoryFact {
    let times = history.changes.iter().map(|change| change.time);
    let mut versions: Vec<_> = history.releases.iter().map(|release| &release.version).collect();
    versions.sort();
    versions.dedup();
    HistoryFact {
        last_human_change: history.last_human_change.as_ref().map(|change| change.time),
        last_change: history.last_content_change.as_ref().map(|it| (it.time, it.summary.clone())),
        bot_changes: since_human(history, ChangeKind::Bot),
        bulk_changes: since_human(history, ChangeKind::Bulk),
        deprecated_since: history.deprecated_since(),
        created: history.created,
        content_changes: history.changes.len(),
        versions: versions.len(),
        content_span: times.clone().min().zip(times.max()),
    }
}

/// How many changes of a kind came after the last human change.
fn since_human(history: &ChartHistory, kind: ChangeKind) -> usize {
    let newer = history.changes.iter().take_while(|change| change.kind != ChangeKind::Human);
    newer.filter(|change| change.kind == kind).count()
}
