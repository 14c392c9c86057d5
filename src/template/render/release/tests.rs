//! Charts as Helm puts them together. What is expected was printed by Helm 4.3.1.

use std::rc::Rc;

use super::*;
use crate::{
    template::render::{coalesce::load_values, dependencies::Import, exec::MAX_DEPTH},
    text::Text,
    yaml,
};

#[derive(Debug)]
struct NoFiles;

impl FileSource for NoFiles {
    fn paths(&self) -> Vec<String> {
        Vec::new()
    }

    fn read(&self, _: &str) -> Option<Rc<[u8]>> {
        None
    }
}

fn values(text: &str) -> Map {
    load_values(&yaml::parse(Text::new(text))).unwrap()
}

fn chart(name: &str, text: &str, children: Vec<Chart>) -> Chart {
    let dependency =
        |child: &Chart| Dependency { name: child.name.clone(), ..Dependency::default() };
    Chart {
        number: 0,
        name: name.to_owned(),
        metadata: Metadata::default(),
        dependencies: children.iter().map(dependency).collect(),
        values: values(text),
        schema: None,
        files: Rc::new(NoFiles),
        children,
    }
}

/// Values as one line of flow style, keys sorted.
fn shown(value: &Value) -> String {
    match value {
        Value::Map(map) => {
            let entries = map.entries.borrow();
            let entry = |(key, value): (&Str, &Value)| format!("{}: {}", key.text(), shown(value));
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        other => format!("{other:?}"),
    }
}

fn setting() -> Setting<'static> {
    let kube = KubeVersion::default();
    Setting {
        release: "r",
        namespace: "n",
        kube,
        api_versions: &[],
        seed: 1,
        now: 0,
        max_depth: MAX_DEPTH,
        skimmed: true,
    }
}

/// The values and the charts under the root that are left.
fn prepared(root: Chart, given: &str) -> (String, Vec<String>) {
    let setting = setting();
    let prepared = Prepared::new(root, &values(given), &setting).unwrap();
    let names = prepared.chart.children.iter().map(|child| child.name.clone()).collect();
    (shown(&Value::Map(prepared.values.clone())), names)
}

#[test]
fn documents_of_values_are_merged() {
    let merged = values("a: {b: 1, c: 2}\n---\na: {b: null}\n---\n# nothing\n");
    assert_eq!(shown(&Value::Map(merged)), "{a: {b: nil, c: 2.0}}");
    let refused = |text| load_values(&yaml::parse(Text::new(text))).is_err();
    assert!(refused("- a") && refused("a: ["));
}

#[test]
fn values_are_coalesced_into_subcharts() {
    let sub = chart("sub", "x: 1\nw: {a: 1, b: 2}\nglobal: {g: sub, s: 1}", vec![]);
    let root = chart("root", "global: {g: root}\nsub: {w: {b: 3}}\ngone: 1\nnull: ", vec![sub]);
    let (shown, _) = prepared(root, "gone: null\nsub: {x: null}");
    let sub = "{global: {g: \"root\", s: 1.0}, w: {a: 1.0, b: 3.0}}";
    assert_eq!(shown, format!("{{global: {{g: \"root\"}}, sub: {sub}}}"));
}

#[test]
fn a_subchart_needs_a_mapping() {
    let root = chart("root", "sub: 1", vec![chart("sub", "", vec![])]);
    let setting = setting();
    let failure = Prepared::new(root, &values(""), &setting).err();
    assert!(matches!(failure, Some(Failure::Values(message)) if message.contains("on sub")));
}

#[test]
fn conditions_and_tags_decide() {
    let enabled = |text: &str, condition: &str, tags: &[&str]| {
        let mut root = chart("root", text, vec![chart("sub", "", vec![])]);
        root.dependencies[0].condition = condition.to_owned();
        root.dependencies[0].tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
        !prepared(root, "").1.is_empty()
    };
    assert!(enabled("", "sub.enabled", &[]));
    assert!(!enabled("sub: {enabled: false}", "sub.enabled", &[]));
    // What is no boolean is passed over, and so is what begins with a blank.
    assert!(enabled("sub: {enabled: no way}", "sub.enabled", &[]));
    assert!(!enabled("a: {b: false}\nsub: {enabled: true}", "x.y,a.b,sub.enabled", &[]));
    assert!(enabled("a: {b: false}", "x.y, a.b", &[]));
    assert!(!enabled("tags: {back: false}", "", &["back"]));
    assert!(enabled("tags: {back: false, front: true}", "", &["back", "front"]));
    assert!(enabled("tags: {back: false}\nsub: {enabled: true}", "sub.enabled", &["back"]));
}

#[test]
fn conditions_of_subcharts_are_read_under_their_names() {
    let mut sub = chart("sub", "leaf: {enabled: true}", vec![chart("leaf", "", vec![])]);
    sub.dependencies[0].condition = "leaf.enabled".to_owned();
    let root = chart("root", "sub: {leaf: {enabled: false}}", vec![sub]);
    let setting = setting();
    let prepared = Prepared::new(root, &values(""), &setting).unwrap();
    assert!(prepared.chart.children[0].children.is_empty());
}

#[test]
fn values_are_imported() {
    let sub = chart("sub", "exports: {data: {a: 1, b: 2}}\ndeep: {er: {x: 1}}", vec![]);
    let mut root = chart("root", "a: 9", vec![sub]);
    let import = |child: &str, parent: &str| Import { child: child.into(), parent: parent.into() };
    root.dependencies[0].imports =
        vec![import("exports.data", "."), import("deep.er", "here.it"), import("none", ".")];
    let (shown, _) = prepared(root, "");
    assert!(shown.starts_with("{a: 9.0, b: 2.0, here: {it: {x: 1.0}}, "), "{shown}");
}

#[test]
fn clusters_that_a_chart_excludes_are_refused() {
    let mut root = chart("root", "", vec![]);
    root.metadata.kube_version = "<1.30".to_owned();
    let setting = setting();
    let failure = Prepared::new(root, &values(""), &setting).err();
    let expected =
        "chart requires kubeVersion: <1.30 which is incompatible with Kubernetes v1.37.0";
    assert_eq!(failure, Some(Failure::KubeVersion(expected.to_owned())));
}

#[test]
fn each_enabled_chart_has_its_schema() {
    let text = r#"{"properties": {"port": {"type": "integer"}}}"#;
    let schema = || Some(Arc::new(Schema::new(Text::new(text))));
    let mut sub = chart("sub", "port: x", vec![]);
    sub.schema = schema();
    let root = chart("root", "", vec![sub]);
    let setting = setting();
    let failure = Prepared::new(root, &values(""), &setting).err();
    assert!(matches!(failure, Some(Failure::Schema(wrong)) if wrong.len() == 1));
}
