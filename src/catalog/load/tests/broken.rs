//! Everything that Helm refuses or drops. What it says of each was tried with Helm 4.3.1.

use super::{CHART, archive, ignored, load, load_bytes, problems, refused, unreadable};
use crate::catalog::{
    ProblemKind,
    load::{IMPORT_VALUES_DEPTH_MAX, SUBCHART_DEPTH_MAX},
};

#[test]
fn chart_yaml_is_held_against_the_load_rules() {
    let cases: &[(&str, &[&str])] = &[
        ("", &["Chart.yaml:1:1 Chart.yaml: Chart.yaml is empty"]),
        ("- a\n", &["Chart.yaml:1:1 Chart.yaml: Chart.yaml is a sequence, Helm expects a mapping"]),
        (
            "name: a/b\nversion: 1.0.0\n",
            &["Chart.yaml:1:7 name: `a/b` is no name for a chart, Helm expects no path"],
        ),
        (
            "name: a\nversion: latest\n",
            &["Chart.yaml:2:10 version: `latest` is no semantic version"],
        ),
        ("name: a\nversion:\n", &["Chart.yaml:2:1 version: the chart has no `version`"]),
        (
            "name: a\nversion: [1]\n",
            &["Chart.yaml:2:10 version: `version` is a sequence, Helm expects a string"],
        ),
        (
            "name: a\nversion: 1\napiVersion: v4\n",
            &["Chart.yaml:3:13 apiVersion: `apiVersion` is `v4`, Helm knows v1, v2 and v3"],
        ),
        (
            "name: a\nversion: v1.2\ntype: App\n",
            &["Chart.yaml:3:7 type: `type` is `App`, Helm knows `application` and `library`"],
        ),
        (
            "name: a\nversion: 1\nmaintainers:\n-\n- bob\n",
            &[
                "Chart.yaml:4:2 maintainers[0]: `maintainers[0]` is empty, Helm expects a maintainer",
                "Chart.yaml:5:3 maintainers[1]: `maintainers[1]` is a string, Helm expects a maintainer",
            ],
        ),
        (
            "name: a\nversion: 1\ndeprecated: \"true\"\n",
            &["Chart.yaml:3:13 deprecated: `deprecated` is a string, Helm expects a boolean"],
        ),
        (
            "name: a\nversion: 1\nannotations: {x: {y: z}}\n",
            &["Chart.yaml:3:18 annotations.x: `annotations.x` is a mapping, Helm expects a string"],
        ),
        (
            "name: a\nversion: 1\ntags: [x]\n",
            &["Chart.yaml:3:7 tags: `tags` is a sequence, Helm expects a string"],
        ),
        (
            "name: a\nversion: 1\ndependencies:\n- null\n- {name: x, alias: a b}\n- {name: w}\n- {name: z, alias: w}\n- {version: 1}\n- {name: t, tags: t}\n",
            &[
                "Chart.yaml:4:3 dependencies[0]: `dependencies[0]` is empty, Helm expects a dependency",
                "Chart.yaml:5:20 dependencies[1].alias: `a b` is no alias, Helm takes letters, digits, `_` and `-`",
                "Chart.yaml:8:3 dependencies[4].name: `dependencies[4]` has no `name`, so that Helm never finds its chart",
                "Chart.yaml:9:19 dependencies[5].tags: `dependencies[5].tags` is a string, Helm expects a list",
                "Chart.yaml:7:20 w: `w` is the name or alias of two dependencies",
            ],
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(refused(&[("Chart.yaml", text)]), *expected, "{text}");
        assert!(load(&[("Chart.yaml", text)]).problems().iter().all(|problem| problem.skips));
    }
}

#[test]
fn what_only_helm_lint_demands_is_no_error() {
    let text = "name: A_b\nversion: 01.2\nunknown: 1\nkeywords: [null, 1]\nicon: x\nkubeVersion: x\n---\n: :\n";
    assert_eq!(refused(&[("Chart.yaml", text)]), [""; 0]);
}

#[test]
fn broken_yaml_is_told_where_it_breaks() {
    let broken = "a: 1\nb: [\n";
    for path in ["values.yaml", "crds/a.yaml", "requirements.yaml", "Chart.lock"] {
        let found = unreadable(&[("Chart.yaml", CHART), (path, broken)]);
        assert_eq!(found.len(), 1, "{path}: {found:?}");
        assert!(found[0].starts_with(&format!("{path}:")), "{found:?}");
    }
    let schema = unreadable(&[("Chart.yaml", CHART), ("values.schema.json", "{\"a\": 1,}")]);
    assert_eq!(schema.len(), 1);
    assert!(schema[0].starts_with("values.schema.json:1:9"), "{schema:?}");
    let found = refused(&[("Chart.yaml", "name: a\nversion: {\n")]);
    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn the_rest_of_a_broken_chart_is_loaded() {
    let chart = load(&[
        ("Chart.yaml", "name: [web]\nversion: 1.0.0\n"),
        ("values.yaml", "a: ]\n"),
        ("templates/a.yaml", "{{ .Values.a "),
        ("crds/a.yaml", "kind: A\napiVersion: v1\n---\n]\n"),
        ("charts/x/Chart.yaml", "name: x\nversion: 1.0.0\n"),
    ]);
    assert_eq!(chart.id.version, "1.0.0");
    assert_eq!(chart.id.name, "web", "the folder's");
    assert_eq!(chart.templates[0].template.errors.len(), 1);
    assert_eq!(chart.objects().len(), 1, "the document before the error");
    assert_eq!(chart.subcharts.len(), 1);
}

#[test]
fn values_are_mappings_between_bare_separators() {
    let found = unreadable(&[
        ("Chart.yaml", CHART),
        ("values.yaml", "a: 1\n--- # fine\nb: 1\n---\n- c\n--- {d: 1}\n"),
    ]);
    assert_eq!(
        found,
        [
            "values.yaml:5:1 values.yaml: values.yaml is a sequence, Helm expects a mapping",
            "values.yaml:6:1 values.yaml: `--- {d: 1}` is no separator, Helm takes `---` alone",
        ]
    );
    assert_eq!(unreadable(&[("Chart.yaml", CHART), ("values.yaml", "")]), [""; 0]);
}

#[test]
fn locks_are_decoded_like_helm_does() {
    let lock = |text| unreadable(&[("Chart.yaml", CHART), ("Chart.lock", text)]);
    assert_eq!(
        lock("generated: \"yesterday\"\n"),
        ["Chart.lock:1:12 generated: `yesterday` is no time, Helm expects RFC 3339"]
    );
    assert_eq!(
        lock("- a\n"),
        ["Chart.lock:1:1 Chart.lock: Chart.lock is a sequence, Helm expects a mapping"]
    );
    assert_eq!(lock(""), [""; 0]);
    assert_eq!(lock("dependencies: [null]\n"), [""; 0]);
}

#[test]
fn documents_of_crds_need_a_kind() {
    let found = unreadable(&[
        ("Chart.yaml", CHART),
        ("crds/a.yaml", "# none\n---\nmetadata: {}\n---\nkind: X\n"),
        ("crds/README.md", "x: ["),
    ]);
    assert_eq!(
        found,
        [
            "crds/a.yaml:3:1 crds/a.yaml: a document without `apiVersion`: `helm install` stops at it",
            "crds/a.yaml:5:1 crds/a.yaml: a document without `apiVersion`: `helm install` stops at it",
        ]
    );
    let json = load(&[
        ("Chart.yaml", CHART),
        ("crds/a.json", "{\"kind\": \"X\",\t\"apiVersion\": \"v1\"}"),
    ]);
    assert!(json.problems().is_empty() && json.objects().len() == 1);
}

#[test]
fn text_must_be_text_where_it_is_parsed() {
    let chart = load_bytes(vec![
        ("Chart.yaml", CHART.into()),
        ("values.yaml", b"a: ok\nb: \xe9\n".to_vec()),
        ("templates/a.yaml", b"a: \xe9\n".to_vec()),
        ("logo.png", vec![0, 255]),
    ]);
    assert_eq!(
        problems(&chart, ProblemKind::UnreadableFile),
        [
            "values.yaml:2:4 values.yaml: the file is no UTF-8 text from here on",
            "templates/a.yaml:1:4 templates/a.yaml: the file is no UTF-8 text from here on",
        ]
    );
    assert!(chart.problems().iter().all(|problem| problem.skips));
}

#[test]
fn keys_that_come_twice() {
    let chart = load(&[
        ("Chart.yaml", "name: web\nversion: 1.0.0\nname: two\n"),
        ("values.yaml", "a: {b: 1, b: 2}\n"),
        (
            "templates/a.yaml",
            "{{ if .x }}\nkind: A\nkind: B\n{{ end }}\n---\nkind: C\n{{ if .x }}\na: 1\n{{ else }}\na: 2\n{{ end }}\n",
        ),
    ]);
    assert_eq!(
        problems(&chart, ProblemKind::DuplicateKey),
        [
            "Chart.yaml:3:1 Chart.yaml: name: `name` comes twice, the first is dropped without a word",
            "values.yaml:1:11 a.b: `b` comes twice, the first is dropped without a word",
            "templates/a.yaml:3:1 templates/a.yaml: kind: `kind` comes twice, the first is dropped without a word",
        ]
    );
    assert!(chart.problems()[0].also.is_some());
}

#[test]
fn everything_in_charts_must_be_a_chart() {
    let found = refused(&[
        ("Chart.yaml", CHART),
        ("charts/README.md", "x"),
        ("charts/old/values.yaml", "a: 1"),
    ]);
    assert_eq!(
        found,
        [
            "charts/README.md:1:1 charts/README.md: `charts/README.md` is no chart: Helm does not load the chart that holds it",
            "charts/old/values.yaml:1:1 charts/old: `charts/old` has no Chart.yaml: Helm does not load the chart that holds it",
        ]
    );
    let helmignore = "charts/*.md\ncharts/old\n";
    let found = refused(&[
        ("Chart.yaml", CHART),
        ("charts/README.md", "x"),
        ("charts/old/x", ""),
        (".helmignore", helmignore),
    ]);
    assert_eq!(found, [""; 0]);
}

#[test]
fn broken_packages_are_told_at_the_chart_that_holds_them() {
    let hostile =
        archive(&[("x/Chart.yaml", "name: x\nversion: 1.0.0\n"), ("x/../../etc/passwd", "x")]);
    let without = archive(&[("x/values.yaml", "a: 1\n")]);
    let chart = load_bytes(vec![
        ("Chart.yaml", CHART.into()),
        ("charts/a.tgz", b"no archive".to_vec()),
        ("charts/b.tgz", hostile),
        ("charts/c.tgz", without),
    ]);
    let found = problems(&chart, ProblemKind::UnreadableFile);
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found[0].starts_with("charts/a.tgz:1:1 charts/a.tgz: the package is no gzip archive"));
    assert!(found[1].contains("outside of the chart's folder"), "{found:?}");
    assert!(found[2].ends_with("the package holds no Chart.yaml that can be read"));
    assert!(chart.problems().iter().all(|problem| problem.skips));
}

#[test]
fn charts_within_charts_have_a_limit() {
    let folder = |depth| "charts/x/".repeat(depth) + "Chart.yaml";
    let files: Vec<_> = (0..=SUBCHART_DEPTH_MAX + 1).map(folder).collect();
    let chart = load(&files.iter().map(|path| (path.as_str(), CHART)).collect::<Vec<_>>());
    let mut depth = 0;
    let mut innermost = &chart;
    while let Some(subchart) = innermost.subcharts.first() {
        innermost = &subchart.chart;
        depth += 1;
    }
    assert_eq!(depth, SUBCHART_DEPTH_MAX);
    let kinds: Vec<_> = innermost.problems().iter().map(|problem| problem.kind).collect();
    assert_eq!(kinds, [ProblemKind::PartialAnalysis]);
}

#[test]
fn helmignore_can_refuse_or_hide_the_chart() {
    let hidden = |rules| refused(&[("Chart.yaml", CHART), (".helmignore", rules)]);
    assert_eq!(
        hidden("*.md\n  !README.md \n"),
        [
            ".helmignore:2:3 .helmignore: `!README.md` leaves out all that is not `README.md`, Chart.yaml too"
        ]
    );
    assert_eq!(
        hidden("# x\n*.yaml\n"),
        [".helmignore:2:1 .helmignore: `*.yaml` leaves out Chart.yaml"]
    );
    assert_eq!(
        hidden("a/**\n"),
        [".helmignore:1:1 .helmignore: `a/**` holds `**`, which Helm does not support"]
    );
    assert_eq!(hidden("*.txt\n"), [""; 0]);
}

#[test]
fn what_helm_drops_without_a_word() {
    let found = ignored(&[
        (
            "Chart.yaml",
            "name: web\nversion: 1.0.0\ndependencies:\n- {name: a, condition: \"a.on, b.on,c.on\"}\n",
        ),
        (
            "templates/a.yaml",
            "kind: Job\nmetadata:\n  name: j\n  annotations:\n    helm.sh/hook: pre-install, Crd-Install\n",
        ),
        (
            "templates/b.yaml",
            "kind: Job\nmetadata:\n  annotations:\n    helm.sh/hook: Pre-Install , test\n",
        ),
        (
            "templates/c.yaml",
            "kind: List\nitems:\n- kind: PersistentVolumeClaim\n  metadata:\n    name: p\n    annotations:\n      helm.sh/resource-policy: keep\n",
        ),
        (
            "templates/d.yaml",
            "kind: CustomResourceDefinition\nmetadata:\n  annotations:\n    helm.sh/hook: crd-install\n",
        ),
    ]);
    assert_eq!(
        found,
        [
            "Chart.yaml:4:30 a: a blank at `b.on`: Helm never finds this element's value",
            "templates/a.yaml:5:19 Job/j: `Crd-Install` is no hook: Helm drops the Job that has it",
            "templates/c.yaml:7:7 PersistentVolumeClaim/p: `helm.sh/resource-policy` inside a List: Helm does not see it",
        ]
    );
    assert_eq!(
        ignored(&[("Chart.yaml", CHART), (".helmignore", "!*.yaml\n")]),
        [
            ".helmignore:1:1 .helmignore: `!*.yaml` leaves out all that is not `*.yaml`, it keeps nothing in",
        ]
    );
    let library = ignored(&[
        ("Chart.yaml", "name: lib\nversion: 1.0.0\ntype: library\n"),
        ("templates/_a.tpl", ""),
        ("templates/b.yaml", "{{ oops"),
        ("crds/a.tpl", "x"),
    ]);
    assert_eq!(
        library,
        [
            "crds/a.tpl:1:1 crds/a.tpl: `crds/a.tpl` is neither rendered nor installed",
            "templates/b.yaml:1:1 templates/b.yaml: `templates/b.yaml` of a library chart does not begin with `_`: never parsed",
        ]
    );
}

#[test]
fn import_values_are_kept_to_a_depth() {
    let deep = |depth| {
        let nested = "[".repeat(depth) + "1" + &"]".repeat(depth);
        let manifest = format!("{CHART}dependencies:\n- name: a\n  import-values: [{nested}]\n");
        let chart = load(&[("Chart.yaml", &manifest)]);
        serde_json::to_string(&chart.dependencies[0].import_values).unwrap()
    };
    assert!(deep(IMPORT_VALUES_DEPTH_MAX).contains('1'));
    assert!(deep(IMPORT_VALUES_DEPTH_MAX + 1).contains("null"));
}
