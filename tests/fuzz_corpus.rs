//! The fuzz targets without a fuzzer: their corpus, and whole catalogs of damaged files.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(clippy::print_stderr, reason = "names the file that a failure is about")]

use std::{collections::BTreeMap, fs, path::Path};

use proptest::prelude::*;

#[path = "../fuzz/src/lib.rs"]
#[allow(unreachable_pub, reason = "the library of the fuzz targets")]
mod targets;

/// Gives every file of a target's corpus to the target, in the order of their names.
fn replay(target: &str, drive: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 12, "{target} has {} files", files.len());
    for file in files {
        eprintln!("{}", file.display());
        drive(&fs::read(file).unwrap());
    }
}

#[test]
fn the_yaml_corpus_is_survived() {
    replay("yaml", targets::yaml);
}

#[test]
fn the_template_corpus_is_survived() {
    replay("template", targets::template);
}

#[test]
fn the_render_corpus_is_survived() {
    replay("render", targets::render);
}

#[test]
fn the_archive_corpus_is_survived() {
    replay("archive", targets::archive);
}

#[test]
fn the_chart_corpus_is_survived() {
    replay("chart", targets::chart);
}

/// A catalog of one chart with a file of each sort that careen parses.
const FILES: [(&str, &str); 10] = [
    (
        "web/Chart.yaml",
        "apiVersion: v2\nname: web\nversion: 1.2.3\nappVersion: 1.10\nkubeVersion: '>=1.25'\n\
         maintainers:\n- name: Ann\ndependencies:\n- name: db\n  version: ^1.0.0\n  repository: \
         https://charts.example.com\n  condition: db.enabled, b\n- {name: kit, version: '*', \
         repository: 'file://../kit'}\n",
    ),
    (
        "web/values.yaml",
        "# -- how many\nreplicas: &n 1\nbase: &b {x: [a, *n]}\nmore:\n  <<: *b\ndb:\n  enabled: \
         true\n---\nlate: |\n  text\n",
    ),
    (
        "web/templates/x.yaml",
        "{{- if .Values.db.enabled }}\napiVersion: v1\nkind: Service\nmetadata:\n  name: {{ include \
         \"web.name\" . | quote }}\n  annotations: {helm.sh/hook: pre-install}\n{{- else }}\n---\n\
         kind: X\n{{- end }}\n",
    ),
    (
        "web/crds/x.yaml",
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: \
         webs.example.com\nspec:\n  group: example.com\n  names: {plural: webs, kind: Web}\n  scope: \
         Namespaced\n  versions:\n  - name: v1\n    served: true\n    storage: true\n    schema:\n      \
         openAPIV3Schema:\n        type: object\n        properties: {a: {type: string}}\n",
    ),
    (
        "web/README.md",
        "# Web é\n\n![Version: 1.2.2](https://img.example.com/badge/Version-1.2.2-informational)\n\n\
         ```sh\nhelm install web example/web --version 1.0.0\n```\n[a](b.md) [c][d] <a name=\"x\">\n\n\
         [d]: #none\n\n| Key | Default |\n|---|---|\n| `a.b` | `1` |\n",
    ),
    (
        "web/Chart.lock",
        "dependencies:\n- name: db\n  repository: https://charts.example.com\n  version: \
         1.0.0\ndigest: sha256:00\ngenerated: \"2024-01-01T00:00:00Z\"\n",
    ),
    (
        "web/values.schema.json",
        "{\"type\": \"object\", \"properties\": {\"replicas\": {\"type\": 1}}}",
    ),
    ("web/.helmignore", "*.bak\n/y/**\n[a\n"),
    ("kit/Chart.yaml", "apiVersion: v2\nname: kit\nversion: 0.1.0\ntype: library\n"),
    (
        "careen.yaml",
        "rules: {docs/missing-readme: error}\nexclude: [x/**]\nsuppressions:\n- rule: docs/*\n  chart: \
         web\n  reason: known\n  until: 2020-01-01\n",
    ),
];

/// What is put into files: pieces that their readers care about.
const PIECES: [&[u8]; 40] = [
    b"",
    b" ",
    b"\n",
    b"\r\n",
    b"\t",
    b"\0",
    b"\xff",
    b"\xc3",
    b"\xef\xbb\xbf",
    b"\x1b[31m",
    b"\x07",
    b":",
    b": ",
    b"- ",
    b"? ",
    b"\"",
    b"'",
    b"[",
    b"]",
    b"{",
    b"}",
    b"&a ",
    b"*a",
    b"<<: *b",
    b"!!int ",
    b"---\n",
    b"#",
    b"{{",
    b"}}",
    b"{{ end }}",
    b"{{ if",
    b"{{/*",
    b"\\",
    b"`",
    b"../",
    b"\n## \xe2\x80\xae",
    b"99999999999999999999",
    b"-0.0.0-",
    b"||",
    b"name: \n",
];

type Files = BTreeMap<&'static str, Vec<u8>>;

/// What happens to one file.
#[derive(Clone, Debug)]
enum Damage {
    Cut { at: prop::sample::Index, length: usize, piece: &'static [u8] },
    Truncate(prop::sample::Index),
    Replace(Vec<u8>),
    Swap(usize),
    Remove,
}

fn damage() -> impl Strategy<Value = (usize, Damage)> {
    let cut = (any::<prop::sample::Index>(), 0..12_usize, prop::sample::select(&PIECES[..]))
        .prop_map(|(at, length, piece)| Damage::Cut { at, length, piece });
    let what = prop_oneof![
        12 => cut,
        2 => any::<prop::sample::Index>().prop_map(Damage::Truncate),
        2 => prop::collection::vec(any::<u8>(), 0..60).prop_map(Damage::Replace),
        1 => (0..FILES.len()).prop_map(Damage::Swap),
        1 => Just(Damage::Remove),
    ];
    (0..FILES.len(), what)
}

fn apply(files: &mut Files, number: usize, damage: Damage) {
    let (path, whole) = FILES[number];
    let bytes = files.entry(path).or_insert_with(|| whole.into());
    match damage {
        Damage::Cut { at, length, piece } => {
            let start = at.index(bytes.len() + 1);
            let end = (start + length).min(bytes.len());
            bytes.splice(start..end, piece.iter().copied());
        }
        Damage::Truncate(at) => bytes.truncate(at.index(bytes.len() + 1)),
        Damage::Replace(with) => *bytes = with,
        Damage::Swap(other) => *bytes = FILES[other].1.into(),
        Damage::Remove => drop(files.remove(path)),
    }
}

fn audited(files: &Files) -> careen::report::Report {
    targets::audited(targets::memory(files.iter().map(|(path, bytes)| (*path, bytes.as_slice()))))
}

fn whole() -> Files {
    FILES.iter().map(|(path, text)| (*path, text.as_bytes().to_vec())).collect()
}

#[test]
fn the_catalog_is_one_that_rules_speak_about() {
    let report = audited(&whole());
    let rules: std::collections::BTreeSet<_> = report.findings.iter().map(|it| &*it.rule).collect();
    assert_eq!(report.coverage.charts.analysed, 2, "{:?}", report.coverage);
    for rule in
        ["docs/broken-link", "docs/version-drift", "skew/stale-lock", "input/ignored-by-helm"]
    {
        assert!(rules.contains(rule), "{rules:?}");
    }
}

/// A definition cut short has neither name nor group: what is said of it needs a subject all the same.
#[test]
fn a_definition_without_name_has_a_subject() {
    let mut files = whole();
    let cut = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n";
    files.insert("web/crds/x.yaml", cut.into());
    let report = audited(&files);
    let told: Vec<_> = report.findings.iter().filter(|it| &*it.rule == "crd/invalid").collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].subject, "spec.group");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 240, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_damaged_catalog_is_audited(damages in prop::collection::vec(damage(), 1..8)) {
        let mut files = whole();
        for (number, damage) in damages {
            apply(&mut files, number, damage);
        }
        audited(&files);
    }
}

/// What templates are put together from, so that they often run.
const TEMPLATE_PIECES: [&str; 32] = [
    "{{ .Values.name }}",
    "{{ .Values.list }}",
    "{{ .Values.none.x }}",
    "{{- range $i, $x := .Values.list }}\n",
    "{{ range until 3 }}",
    "{{ if .Values.on }}",
    "{{ else }}",
    "{{ with .Values.map }}",
    "{{ end }}",
    "{{- end -}}",
    "{{ include \"web.name\" . }}",
    "{{- include \"web.labels\" $ | nindent 4 }}",
    "{{ toYaml .Values.map | nindent 2 }}",
    "{{ tpl .Values.text $ }}",
    "{{ $x := dict \"a\" 1 }}",
    "{{ $x }}",
    "{{ set $.Values \"name\" (list 1) | toJson }}",
    "{{ randAlphaNum 5 | b64enc }}",
    "{{ required \"x\" .Values.none }}",
    "{{ lookup \"v1\" \"Secret\" \"\" \"\" }}",
    "{{ printf \"%v %d\" . 1 }}",
    "{{ break }}",
    "apiVersion: v1\n",
    "kind: Secret\n",
    "kind: List\nitems:\n",
    "metadata:\n  labels:\n",
    "\n---\n",
    "\n  a: ",
    "\n- ",
    ": ",
    "{",
    "\"",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 80, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_template_is_rendered(
        pieces in prop::collection::vec(prop::sample::select(&TEMPLATE_PIECES[..]), 0..24)
    ) {
        targets::render(pieces.concat().as_bytes());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_audited(
        bytes in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..80), FILES.len())
    ) {
        let files: Files = FILES.iter().map(|(path, _)| *path).zip(bytes).collect();
        audited(&files);
    }

    #[test]
    fn any_bytes_are_survived_as_a_package(bytes in prop::collection::vec(any::<u8>(), 0..1200)) {
        targets::archive(&bytes);
    }
}
