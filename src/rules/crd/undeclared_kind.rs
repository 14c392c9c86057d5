//! `crd/undeclared-kind`

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    analysis::{Analysis, Document, Hook},
    catalog::{Chart, operators},
    crd::brought,
    rule::{ChartContext, Rule, Sink},
};

/// A custom resource that is rendered by default, and nothing under the chart brings its definition.
pub(crate) struct UndeclaredKind;

impl Rule for UndeclaredKind {
    fn chart(&self, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
        // A chart that is missing may bring the definition.
        if cx.analysis.rendered().incomplete {
            return;
        }
        let used = used(chart, cx.analysis);
        // A chart of nothing but custom resources is a set of them for an operator: that is its purpose.
        let built_in = |document: &Document| document.custom_kind().is_none();
        if used.is_empty() || !cx.analysis.documents_of(chart).any(built_in) {
            return;
        }
        // The operator that a subscription installs brings its kinds.
        if cx.analysis.rendered().documents.iter().any(subscribes) {
            return;
        }
        let brought = brought::by_closure(cx.analysis);
        for ((group, kind), documents) in used {
            if !brought.contains(group, kind) && !is_named(chart, group, kind) {
                tell(&documents, cx.analysis, out);
            }
        }
    }
}

/// Whether a document makes the Operator Lifecycle Manager install an operator.
fn subscribes(document: &Document) -> bool {
    document.kind() == "Subscription" && document.api_version().starts_with("operators.coreos.com/")
}

/// Parts of a group that say nothing of who made it.
const PLAIN_PARTS: &[&str] =
    &["api", "apis", "apps", "config", "core", "k8s", "networking", "policy", "security", "x-k8s"];

/// Whether the README or the description says what has to be there: the kind, its group, the operator by the name
/// that people give it, or a part of the group that names the operator or its maker; the last part is a top-level
/// domain.
fn is_named(chart: &Chart, group: &str, kind: &str) -> bool {
    let group = group.to_lowercase();
    let maker = group.rsplit_once('.').map_or(group.as_str(), |(maker, _)| maker);
    let parts = maker.split('.').filter(|part| !PLAIN_PARTS.contains(part));
    let parts = parts.map(letters).filter(|part| part.len() >= WORD_LENGTH_MIN);
    let words: Vec<String> = parts.chain(operators::of(&group).map(letters)).collect();
    let readme = chart.readme.as_ref().map(|it| it.file.text.as_str());
    let manifest = chart.manifest.as_ref();
    let description = manifest.and_then(|it| it.description.as_ref()).map(|it| it.value.as_str());
    readme.into_iter().chain(description).any(|text| {
        let plain = letters(text);
        text.contains(kind) || words.iter().any(|word| plain.contains(word.as_str()))
    })
}

/// Parts of a group of fewer letters than this are found in other words.
const WORD_LENGTH_MIN: usize = 4;

/// A text's letters and digits: `cert-manager` and `certmanager` are one name.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The custom resources that a chart renders, by group and kind; tests are not installed.
fn used<'a>(
    chart: &Chart,
    analysis: &'a Analysis<'_>,
) -> BTreeMap<(&'a str, &'a str), Vec<&'a Document>> {
    let mut used = BTreeMap::<_, Vec<_>>::new();
    let is_test = |document: &Document| document.hook.as_ref().is_some_and(Hook::is_test);
    for document in analysis.documents_of(chart).filter(|document| !is_test(document)) {
        if let Some(kind) = document.custom_kind() {
            used.entry(kind).or_default().push(document);
        }
    }
    used.retain(|_, documents| {
        documents.retain(|document| !analysis.is_gated(&analysis.anchor(document)));
        !documents.is_empty()
    });
    used
}

/// How many more objects are pointed at.
const RELATED_MAX: usize = 20;

fn tell(documents: &[&Document], analysis: &Analysis<'_>, out: &mut Sink) {
    let Some((first, rest)) = documents.split_first() else { return };
    let (version, kind) = (first.api_version(), first.kind());
    let message = format!(
        "`{version}` {kind} is rendered by default, and nothing under the chart brings its definition"
    );
    let help = format!(
        "name in the README what brings it, or render it only `if .Capabilities.APIVersions.Has \"{version}\"`"
    );
    let place = analysis.anchor(first);
    let mut told = BTreeSet::from([place.clone()]);
    let draft = out.at(place, message).subject(format!("{version}/{kind}")).help(help);
    rest.iter()
        .map(|document| analysis.anchor(document))
        .filter(|place| told.insert(place.clone()))
        .take(RELATED_MAX)
        .fold(draft, |draft, place| draft.also(place, "and here"));
}
