//! The policy that keeps a templated definition when its release goes: `helm.sh/resource-policy: keep`.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

mod value;

use super::{hook, switch};
use crate::{
    analysis::Analysis,
    catalog::{Chart, Crd, Origin, TemplateFile},
    finding::Place,
    template::{Element, Node as Piece},
};

/// The annotation.
pub const ANNOTATION: &str = "helm.sh/resource-policy";

/// How a definition lacks the policy.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Unkept {
    /// What messages call the definition.
    pub label: String,
    /// Where the policy would stand, or stands.
    pub place: Place,
    /// The value that would bring it, as the path after `.Values.`, and that is off by default.
    pub switch: Option<String>,
    /// The value from which it takes its annotations, if there is one.
    pub brought: Option<Brought>,
}

/// A value from which definitions take annotations.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Brought {
    /// The path after `.Values.`.
    pub value: String,
    /// Its key in values.yaml.
    pub place: Place,
}

/// The definitions of a chart's own templates that go with their release, each name once: hooks aside, which
/// Helm never deletes by the release.
pub fn unkept(chart: &Chart) -> Vec<Unkept> {
    let own = |it: &&Crd| it.object.owner.is_empty() && it.object.origin != Origin::CrdsFolder;
    let helped = is_written_elsewhere(chart);
    let mut seen = BTreeSet::new();
    chart
        .crds()
        .iter()
        .filter(own)
        .filter(|it| hook::of(it, chart).is_none() && !hook::may_be_dropped(it))
        .filter_map(|it| lack(it, chart, helped))
        // One file for old clusters and one for new ones are one definition.
        .filter(|it| seen.insert(it.label.clone()))
        .collect()
}

/// The same with what the chart renders: a policy that a helper brings is there, and so are definitions that no
/// template has as text.
pub fn unkept_rendered(chart: &Chart, analysis: &Analysis<'_>) -> Vec<Unkept> {
    let mut all = unkept(chart);
    let known: BTreeSet<String> = chart.crds().iter().map(super::label).collect();
    let definitions = || analysis.documents_of(chart).filter(|it| it.is_definition());
    // What has a name only when it is rendered is told by that, each of several.
    let rendered: BTreeSet<&str> = definitions().map(|it| &*it.path).collect();
    let nameless = chart.crds().iter().filter(|it| it.name().is_empty());
    let nameless: BTreeSet<_> =
        nameless.map(|it| (super::label(it), it.object.file.path.clone())).collect();
    all.retain(|it| {
        !rendered.contains(&*it.place.path)
            || !nameless.contains(&(it.label.clone(), it.place.path.clone()))
    });
    for document in definitions() {
        let label = document.name();
        if document.is_kept() {
            all.retain(|it| it.label != label);
        } else if document.hook.is_none() && !known.contains(label) && !label.is_empty() {
            let place = analysis.anchor(document);
            all.push(Unkept { label: label.to_owned(), place, switch: None, brought: None });
        }
    }
    value::find(chart, analysis, &mut all);
    all
}

fn lack(it: &Crd, chart: &Chart, helped: bool) -> Option<Unkept> {
    let file = super::template(it, chart)?;
    let unkept = |place, switch| Unkept { label: super::label(it), place, switch, brought: None };
    let Some(node) = it.object.annotation(ANNOTATION) else {
        // An action among the annotations may write what stands in a helper or in values.
        let unsure = helped || (names_policy(file) && has_action(it, file));
        return (!unsure).then(|| unkept(it.object.anchor(), None));
    };
    let keeps = node.as_str().is_none_or(|text| text.trim().eq_ignore_ascii_case("keep"));
    let place = it.object.place(node.span());
    if !keeps {
        return Some(unkept(place, None));
    }
    let switch = inner_conditions(it, file, node.span().start)
        .into_iter()
        .find(|condition| switch::is_off(condition, chart))
        .and_then(switch::keys)?;
    Some(unkept(place, Some(switch.join("."))))
}

/// Whether a partial, or the values, of the chart or of one that it can include have the annotation.
fn is_written_elsewhere(chart: &Chart) -> bool {
    let partial = |file: &&TemplateFile| {
        let name = file.file.local.rsplit('/').next().unwrap_or_default();
        name.starts_with('_') || !file.template.defines.is_empty()
    };
    let values = chart.values.as_deref().is_some_and(|file| {
        let text = file.stream.text().as_str();
        let code = |line: &str| !line.trim_start().starts_with('#');
        text.lines().any(|line| line.contains(ANNOTATION) && code(line))
    });
    values
        || chart.templates.iter().filter(partial).any(names_policy)
        || chart.subcharts.iter().any(|subchart| is_written_elsewhere(&subchart.chart))
}

fn names_policy(file: &TemplateFile) -> bool {
    file.file.text.as_str().contains(ANNOTATION)
}

/// Whether an action stands in the definition's metadata.
fn has_action(it: &Crd, file: &TemplateFile) -> bool {
    let Some(metadata) = it.object.at(&["metadata"]) else { return true };
    let span = metadata.span();
    let mut found = false;
    file.template.walk(|element| {
        if let Element::Node(Piece::Action(action)) = element {
            found |= span.start <= action.tag.span.start && action.tag.span.start < span.end;
        }
    });
    found
}

/// The conditions that begin within the definition and are around an offset.
fn inner_conditions<'f>(it: &Crd, file: &'f TemplateFile, at: u32) -> Vec<&'f str> {
    let start = it.object.node().map(|node| node.span().start).unwrap_or_default();
    let mut conditions = Vec::new();
    file.template.walk(|element| {
        let Element::Node(Piece::If(branch) | Piece::With(branch)) = element else { return };
        if start < branch.span.start && branch.span.start <= at && at < branch.span.end {
            let arm = branch.arms.first().filter(|_| branch.arms.len() == 1);
            conditions.extend(arm.map(|arm| file.template.slice(arm.pipe.span)));
        }
    });
    conditions
}
