//! Charts with nothing wrong.

use super::{CHART, archive, load, load_bytes};
use crate::catalog::Origin;

#[test]
fn everything_that_a_chart_holds_is_there() {
    let chart = load(&[
        (
            "Chart.yaml",
            "apiVersion: v2\nname: web\nversion: 1.10\nAppVersion: 1.20\ndeprecated: yes\nannotations: {a: true}\n",
        ),
        (
            "Chart.lock",
            "dependencies:\n- name: a\n  version: 1.0.0\n  repository: https://x\ndigest: sha256:0\ngenerated: \"2024-01-01T00:00:00.5Z\"\n",
        ),
        ("values.yaml", "a: 1\n---\n# more\nb: 2\n"),
        ("values.schema.json", "\u{feff}{\"type\": \"object\"}"),
        ("templates/NOTES.txt", "thanks"),
        ("templates/sub/deployment.yaml", "kind: Deployment\r\napiVersion: apps/v1\r\n"),
        (
            "crds/nested/a.YML",
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec: {group: g.io, names: {plural: as}}\n---\n---\nkind: X\napiVersion: v1\n",
        ),
        ("readme.md", "# Web\n"),
        ("CHANGELOG.MD", "## 1.0.0\n"),
        (".helmignore", "readme.md\n"),
    ]);
    assert!(chart.problems().is_empty(), "{:?}", chart.problems());
    let manifest = chart.manifest.as_ref().unwrap();
    assert_eq!(chart.id.version, "1.1", "a number is typed before it becomes a string");
    assert_eq!(manifest.app_version.as_ref().unwrap().value, "1.2", "fields are found in any case");
    assert_eq!(manifest.annotations["a"].value, "true");
    assert!(chart.is_deprecated());
    assert_eq!(chart.lock.as_ref().unwrap().entries.len(), 1);
    assert_eq!(chart.values.as_ref().unwrap().stream.documents().count(), 2);
    assert!(chart.schema.is_some());
    let templates: Vec<_> = chart.templates.iter().map(|it| it.file.local.as_str()).collect();
    assert_eq!(templates, ["templates/NOTES.txt", "templates/sub/deployment.yaml"]);
    assert_eq!(chart.crds().len(), 1);
    assert_eq!(chart.crds()[0].name(), "as.g.io");
    let origins: Vec<_> = chart.objects().iter().map(|object| object.origin).collect();
    assert_eq!(origins, [Origin::CrdsFolder, Origin::CrdsFolder, Origin::Literal]);
    assert!(chart.readme.is_some() && chart.changelog.is_some(), "packed or not");
    assert!(chart.has_file("readme.md") && !chart.listing.contains(&"readme.md".to_owned()));
    assert_eq!((chart.anchor.start.line, chart.anchor.start.column), (2, 7));
}

#[test]
fn old_charts_declare_dependencies_in_requirements() {
    let requirements = "dependencies:\n- name: new\n  alias: other\n  version: 1.2\n  import-values: [data, {child: a, parent: b}]\n";
    let manifest = "apiVersion: v1\nname: web\nversion: 1.0.0\ndependencies: [{name: old}]\n";
    let chart = load(&[("Chart.yaml", manifest), ("requirements.yaml", requirements)]);
    let [dependency] = chart.dependencies.as_slice() else { panic!("{:?}", chart.dependencies) };
    assert_eq!(dependency.effective_name(), "other");
    assert_eq!(dependency.version.as_ref().unwrap().value, "1.2");
    let json = serde_json::to_string(&dependency.import_values).unwrap();
    assert_eq!(json, r#"["data",{"child":"a","parent":"b"}]"#);
    assert_eq!(&*dependency.place(dependency.name.span).path, "web/requirements.yaml");
    let empty = load(&[("Chart.yaml", manifest), ("requirements.yaml", "# none\n")]);
    assert_eq!(empty.dependencies[0].name.value, "old");
    let manifest = manifest.replace("v1", "v3");
    let third = load(&[("Chart.yaml", &manifest), ("requirements.yaml", requirements)]);
    assert_eq!(third.dependencies[0].name.value, "old");
}

#[test]
fn charts_under_charts_are_loaded_to_any_depth() {
    let inner = "apiVersion: v2\nname: inner\nversion: 0.1.0\n";
    let crd =
        "kind: CustomResourceDefinition\napiVersion: v1\nspec: {group: g, names: {plural: p}}\n";
    let package = archive(&[
        ("lib/Chart.yaml", "name: lib\nversion: 2.0.0\nmaintainers: [null]\n"),
        ("lib/crds/a.yaml", crd),
        ("lib/charts/inner/Chart.yaml", inner),
        ("lib/charts/inner/crds/a.yaml", crd),
    ]);
    let manifest = format!(
        "{CHART}dependencies:\n- {{name: lib, alias: two, repository: https://x, version: 2.x}}\n- {{name: far, repository: https://x}}\n"
    );
    let far = "name: far\nversion: 1.0.0\ntype: wrong\n";
    let chart = load_bytes(vec![
        ("Chart.yaml", manifest.into_bytes()),
        ("charts/lib-2.0.0.tgz", package),
        ("charts/lib-2.0.0.tgz.prov", b"signed".to_vec()),
        ("charts/.gitkeep", Vec::new()),
        ("charts/_off/x", Vec::new()),
        ("charts/far/Chart.yaml", far.into()),
        ("charts/near/Chart.yaml", b"name: near\nversion: 1.0.0\ntype: wrong\n".to_vec()),
    ]);
    assert!(chart.problems().is_empty(), "{:?}", chart.problems());
    let subcharts: Vec<_> = chart
        .subcharts
        .iter()
        .map(|it| (it.chart.name(), &*it.path, it.packaged, it.vendored, it.chart.problems().len()))
        .collect();
    assert_eq!(
        subcharts,
        [
            ("far", "web/charts/far", false, true, 0),
            ("lib", "web/charts/lib-2.0.0.tgz", true, true, 0),
            ("near", "web/charts/near", false, false, 1),
        ]
    );
    let owners: Vec<_> = chart.crds().iter().map(|crd| crd.object.owner.as_str()).collect();
    assert_eq!(owners, ["two", "two/inner"]);
    let place = chart.crds()[1].object.anchor();
    assert_eq!(&*place.path, "web/charts/lib-2.0.0.tgz!/charts/inner/crds/a.yaml");
    assert_eq!(chart.subchart(&chart.dependencies[0]).unwrap().chart.name(), "lib");
    assert_eq!(chart.subcharts[2].chart.parent.as_deref(), Some("web"));
}

#[test]
fn objects_of_templates_are_known_without_rendering() {
    let chart = load(&[
        ("Chart.yaml", CHART),
        ("templates/_x.yaml", "kind: Partial\n"),
        (
            "templates/a.yaml",
            concat!(
                "{{- if .Values.on }}\n",
                "kind: ConfigMap\nmetadata:\n  name: literal\n",
                "---\n",
                "kind: Secret\nmetadata:\n  name: {{ .Release.Name }}\n",
                "{{- end }}\n",
                "---\n",
                "kind: CustomResourceDefinition\nmetadata:\n  name: {{ .x }}-crd\n  labels:\n",
                "    {{- include \"l\" . | nindent 4 }}\n",
                "spec:\n  group: g.io\n  {{- if .y }}\n  scope: Cluster\n  {{- else }}\n  scope: Namespaced\n  {{- end }}\n",
            ),
        ),
    ]);
    let found: Vec<_> = chart
        .objects()
        .iter()
        .map(|it| (it.kind(), it.name(), it.origin, it.conditional, it.anchor().start.line))
        .collect();
    assert_eq!(
        found,
        [
            ("ConfigMap", "literal", Origin::Literal, true, 4),
            ("CustomResourceDefinition", "", Origin::Masked, false, 13),
        ]
    );
    assert_eq!(chart.crds()[0].object.at(&["spec", "scope"]).unwrap().as_str(), Some("Cluster"));
    assert!(chart.problems().is_empty(), "{:?}", chart.problems());
}

#[test]
fn files_of_other_encodings_are_read_where_helm_takes_them() {
    let chart = load_bytes(vec![
        ("Chart.yaml", CHART.into()),
        ("templates/NOTES.txt", b"Gr\xfc\xdfe {{ .Chart.Name }}".to_vec()),
        ("README.md", b"# Gr\xfc\xdfe".to_vec()),
        ("files/logo.png", vec![0, 159, 255]),
    ]);
    assert!(chart.problems().is_empty(), "{:?}", chart.problems());
    assert_eq!(chart.templates[0].file.text.as_str(), "Gr??e {{ .Chart.Name }}");
    assert_eq!(chart.readme.unwrap().headings[0].text, "Gr??e");
}
