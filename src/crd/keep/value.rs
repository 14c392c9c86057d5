//! The value that gives a chart's definitions their annotations: with the policy as its default, they have it.

use std::{collections::BTreeSet, sync::Arc};

use super::{ANNOTATION, Brought, Unkept};
use crate::{
    analysis::{Analysis, Rendered, Setting},
    catalog::{Chart, YamlFile},
    text::Text,
    yaml::{self, Entry, Kind, Node},
};

/// How many values of a chart are tried; each costs a rendering.
const TRIED_MAX: usize = 8;

/// How deep in values.yaml a value may lie.
const DEPTH_MAX: usize = 8;

/// Adds to the definitions the value of the chart's values.yaml that would bring all of them the policy, and brings
/// it to nothing else.
pub(super) fn find(chart: &Chart, analysis: &Analysis<'_>, lost: &mut [Unkept]) {
    let Some(file) = chart.values.as_deref().filter(|_| !lost.is_empty()) else { return };
    let mut paths = Vec::new();
    file.root().into_iter().for_each(|root| annotations(root, &[], &mut paths));
    // What is for definitions by its name is the likelier one.
    paths.sort_by_key(|(path, _)| !path.iter().any(|key| key.to_lowercase().contains("crd")));
    for (path, entry) in paths.into_iter().take(TRIED_MAX) {
        let kept = kept_with(chart, analysis, &path);
        let place = file.place(entry.key_span);
        if !lost.iter().all(|it| kept.contains(&it.label)) {
            continue;
        }
        let brought = Brought { value: path.join("."), place };
        for it in lost {
            it.brought = Some(brought.clone());
        }
        return;
    }
}

/// The values that are named annotations and hold a mapping or nothing.
fn annotations<'f>(node: Node<'f>, above: &[String], out: &mut Vec<(Vec<String>, Entry<'f>)>) {
    if above.len() == DEPTH_MAX {
        return;
    }
    for entry in node.entries() {
        let path = [above, &[entry.key.to_string()]].concat();
        let is_mapping = matches!(entry.value.kind(), Kind::Mapping);
        if entry.key.to_lowercase().ends_with("annotations") {
            out.extend((is_mapping || entry.value.is_null()).then_some((path, entry)));
        } else if is_mapping {
            annotations(entry.value, &path, out);
        }
    }
}

/// The definitions that are kept when a value has the policy; none where other objects would be, too.
fn kept_with(chart: &Chart, analysis: &Analysis<'_>, path: &[String]) -> BTreeSet<String> {
    let values = vec![Arc::new(overlay(chart, analysis, path))];
    let setting = Setting { values, ..Setting::default() };
    let rendered = analysis.render_with(&setting);
    let others = |rendered: &Rendered| {
        rendered.documents.iter().filter(|it| it.is_kept() && !it.is_definition()).count()
    };
    if others(&rendered) > others(analysis.rendered()) {
        return BTreeSet::new();
    }
    let kept = rendered.documents.iter().filter(|it| it.is_kept() && it.is_definition());
    kept.map(|it| it.name().to_owned()).collect()
}

/// Values for the chart that is installed in which a value of one of its members has the policy.
fn overlay(chart: &Chart, analysis: &Analysis<'_>, path: &[String]) -> YamlFile {
    let mut names = Vec::new();
    let mut member = analysis.members_of(chart).next();
    while let Some(it) = member.and_then(|number| analysis.closure.members.get(number)) {
        names.extend(it.parent.is_some().then_some(it.name.as_str()));
        member = it.parent;
    }
    let keys = names.into_iter().rev().chain(path.iter().map(String::as_str));
    let policy = serde_json::json!({ ANNOTATION: "keep" });
    let keys: Vec<&str> = keys.collect();
    let values = keys.iter().rev().fold(policy, |below, key| serde_json::json!({ *key: below }));
    let stream = yaml::parse(Text::new(values.to_string()));
    YamlFile { path: "".into(), local: String::new(), stream: stream.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::analysed;

    fn paths(values: &str) -> Vec<String> {
        let stream = yaml::parse(Text::new(values));
        let mut paths = Vec::new();
        annotations(stream.root().unwrap(), &[], &mut paths);
        paths.into_iter().map(|(path, _)| path.join(".")).collect()
    }

    #[test]
    fn annotations_are_found_at_any_depth_but_for_the_bound() {
        let values = "podAnnotations: {a: b}\nannotations: text\nx: {crds: {annotations: }}\n";
        assert_eq!(paths(values), ["podAnnotations", "x.crds.annotations"]);
        let deep = |steps: usize| "x: {".repeat(steps) + "annotations: {}" + &"}".repeat(steps);
        assert_eq!(paths(&deep(DEPTH_MAX - 1)).len(), 1);
        assert_eq!(paths(&deep(DEPTH_MAX)), [""; 0]);
    }

    #[test]
    fn so_many_values_are_tried_and_no_more() {
        let definition = "kind: CustomResourceDefinition\napiVersion: apiextensions.k8s.io/v1\n\
                          metadata: {name: a.b, annotations: {{ toJson .Values.z.annotations }}}\n";
        let brought = |others: usize| {
            let others = (0..others).map(|it| format!("x{it}: {{annotations: {{}}}}\n"));
            let values = others.collect::<String>() + "z: {annotations: {}}\n";
            let files = [("values.yaml", values.as_str()), ("templates/a.yaml", definition)];
            analysed(&files, |analysis| {
                let chart = analysis.closure.root().unwrap().chart;
                let lost = super::super::unkept_rendered(chart, analysis);
                lost[0].brought.as_ref().map(|it| it.value.clone())
            })
        };
        assert_eq!(brought(TRIED_MAX - 1).as_deref(), Some("z.annotations"));
        assert_eq!(brought(TRIED_MAX), None);
    }
}
