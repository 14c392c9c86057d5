//! Charts in memory, from their files to documents and places.

use globset::GlobSet;

use crate::{
    analysis::{
        Analysis, Rendered, Setting, Step,
        flow::{BYTES_MAX, FILES_MAX},
    },
    catalog::{Closure, ValuesPath, load},
    discover::discover,
    sources::{Source, Sources},
    template::flow::Usage,
    text::Span,
};

const CHART: &str = "apiVersion: v2\nname: web\nversion: 1.0.0\n";

/// What a chart of these files renders to, and what is told where it was given up.
fn rendered(files: &[(&str, &str)]) -> (Rendered, Option<String>) {
    analysed(files, |analysis| {
        analysis.rendered();
        let told = analysis.given_up().map(|problem| problem.message);
        (analysis.render_with(&Setting::default()), told)
    })
}

/// Looks at a chart of these files.
pub(crate) fn analysed<T>(files: &[(&str, &str)], look: impl Fn(&Analysis<'_>) -> T) -> T {
    let files = [("Chart.yaml", CHART)].iter().chain(files);
    let files = files.map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
    let files: std::collections::BTreeMap<_, _> = files.collect();
    let sources = Sources::from_list(vec![Source::memory("", files)]);
    let found = discover(&sources, &GlobSet::empty());
    let chart = load::load(sources.get(0).unwrap(), 0, &found.charts[0]);
    let closure = Closure::of(&chart, &|_| None);
    look(&Analysis::new(&closure, &sources))
}

#[test]
fn documents_know_who_wrote_them() {
    let template =
        "kind: Pod\nmetadata:\n  name: {{ .Values.name }}\nspec: {{ .Files.Get \"a\" }}\n";
    let files = [("values.yaml", "name: api"), ("a", "{x: 1}"), ("templates/a.yaml", template)];
    let (rendered, _) = rendered(&files);
    let document = &rendered.documents[0];
    assert_eq!((document.kind(), document.name(), document.member), ("Pod", "api", 0));
    let name = document.node().unwrap().at(&["metadata", "name"]).unwrap();
    let place = document.origin(name.span());
    assert_eq!((&*place.path, place.start.line, place.start.column), ("templates/a.yaml", 3, 9));
    let place = document.origin(Span::new(0, 4));
    assert_eq!((place.start.line, place.start.column), (1, 1));
    assert_eq!(document.node().unwrap().at(&["spec", "x"]).unwrap().as_i64(), Some(1));
}

#[test]
fn templates_nest_deeper_than_a_threads_stack_is() {
    let template = |times: usize| {
        let next = r#"{{if gt (int .) 1}}{{include "x" (sub (int .) 1)}}{{end}}"#;
        format!(r#"{{{{define "x"}}}}a{next}{{{{end}}}}kind: {{{{include "x" {times}}}}}"#)
    };
    let run = move |times| rendered(&[("templates/a.yaml", &template(times))]);
    let thread = std::thread::Builder::new().stack_size(2 << 20);
    let (deep, endless) = thread.spawn(move || (run(500), run(5_000))).unwrap().join().unwrap();
    assert_eq!(deep.0.documents[0].kind(), "a".repeat(500));
    assert_eq!(deep.1, None);
    // Helm has a limit of its own, which is none of careen's.
    let failure = endless.0.failure.unwrap();
    assert_eq!((failure.step, endless.1), (Step::Template, None));
    assert!(failure.message.contains("nested reference name: x"), "{}", failure.message);
}

#[test]
fn what_helm_refuses_has_a_place() {
    let (rendered, told) = rendered(&[("templates/a.yaml", "a: 1\n{{ fail \"no\" }}")]);
    let failure = rendered.failure.unwrap();
    assert_eq!(failure.step, Step::Template);
    assert!(failure.message.ends_with(": no"), "{}", failure.message);
    assert_eq!(failure.place.unwrap().start.line, 2);
    assert_eq!(told, None);
}

#[test]
fn a_chart_that_never_ends_is_given_up() {
    let endless = "{{ range until 1000000000 }}x{{ end }}";
    let (rendered, told) = rendered(&[("templates/a.yaml", endless)]);
    let failure = rendered.failure.unwrap();
    assert_eq!(failure.step, Step::Limit);
    assert_eq!(failure.place.unwrap().start.line, 1);
    assert!(told.unwrap().starts_with("the chart is not rendered: "));
}

/// A chart that asks for `api ^2.0.0` and has 1.0.0: what it renders to, as `name: values`.
fn outside(entry: &str, values: &str) -> String {
    let chart = format!("{CHART}dependencies:\n- name: api\n  version: ^2.0.0\n{entry}");
    let files = [
        ("Chart.yaml", chart.as_str()),
        ("values.yaml", values),
        ("charts/api/Chart.yaml", "apiVersion: v2\nname: api\nversion: 1.0.0\n"),
        ("charts/api/templates/a.yaml", "kind: {{ .Chart.Name }}\nvalues: {{ toJson .Values }}\n"),
    ];
    let (rendered, _) = rendered(&files);
    assert!(rendered.failure.is_none() && !rendered.incomplete, "{rendered:?}");
    let shown = |it: &crate::analysis::Document| it.text().replace('\n', " ");
    rendered.documents.iter().map(shown).collect()
}

#[test]
fn a_chart_outside_of_its_range_goes_by_its_own_name() {
    let off = "api: {enabled: false}\ncache: {enabled: false, x: 1}\ntags: {data: false}";
    assert_eq!(outside("  condition: api.enabled\n", off), "");
    assert_eq!(outside("  tags: [data]\n", off), "");
    let own = "kind: api values: {\"enabled\":false,\"global\":{}}";
    let told = outside("  alias: cache\n  condition: cache.enabled\n", off);
    assert!(told.contains(own), "{told}");
    assert!(outside("  alias: cache\n  tags: [data]\n", off).contains(own));
}

#[test]
fn of_two_charts_of_one_name_one_is_rendered() {
    let chart = format!("{CHART}dependencies:\n- name: api\n  version: ^2.0.0\n");
    let files = [
        ("Chart.yaml", chart.as_str()),
        ("charts/a/Chart.yaml", "apiVersion: v2\nname: api\nversion: 1.0.0\n"),
        ("charts/a/templates/a.yaml", "kind: Old\n"),
        ("charts/b/Chart.yaml", "apiVersion: v2\nname: api\nversion: 2.0.0\n"),
        ("charts/b/templates/a.yaml", "kind: New\n"),
    ];
    let (rendered, _) = rendered(&files);
    let kinds: Vec<_> = rendered.documents.iter().map(crate::analysis::Document::kind).collect();
    assert_eq!(kinds, ["New"]);
}

#[test]
fn of_values_under_an_alias_without_a_chart_nothing_is_said() {
    let chart = format!("{CHART}dependencies:\n- {{name: api, version: ^2.0.0, alias: cache}}\n");
    let files = [
        ("Chart.yaml", chart.as_str()),
        ("charts/api/Chart.yaml", "apiVersion: v2\nname: api\nversion: 1.0.0\n"),
        ("charts/api/templates/a.yaml", "a: {{ .Values.read }}\n"),
    ];
    analysed(&files, |analysis| {
        let usage = |path: [&str; 2]| analysis.usage(0, &ValuesPath::of(path));
        assert_eq!(usage(["cache", "x"]), Usage::Unknown);
        assert_eq!(usage(["api", "read"]), Usage::Read);
        assert_eq!(usage(["api", "x"]), Usage::Unread);
    });
}

/// How a value is used that one of so many files of so many bytes reads, where a template computes which.
fn use_in_files(count: usize, bytes: usize) -> Usage {
    let filler = "x".repeat(bytes);
    let reads = format!("{{{{ .Values.shown }}}}{filler}");
    let name = |at: usize| format!("files/{at}");
    let names: Vec<_> = (1..count).map(name).collect();
    let mut files = vec![
        ("values.yaml", "which: a\nshown: 1\n"),
        ("templates/a.yaml", r#"a: {{ tpl (.Files.Get (print "files/" .Values.which)) . }}"#),
        ("files/0", reads.as_str()),
    ];
    files.extend(names.iter().map(|name| (name.as_str(), filler.as_str())));
    analysed(&files, |analysis| analysis.usage(0, &ValuesPath::of(["shown"])))
}

#[test]
fn so_many_files_are_looked_at_where_their_names_are_computed() {
    assert_eq!(use_in_files(FILES_MAX, 1), Usage::Read);
    assert_eq!(use_in_files(FILES_MAX + 1, 1), Usage::Unknown);
    assert_eq!(use_in_files(2, BYTES_MAX / 2 - 100), Usage::Read);
    assert_eq!(use_in_files(2, BYTES_MAX / 2 + 1), Usage::Unknown);
}
