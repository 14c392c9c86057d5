//! Charts in memory, from their files to documents and places.

use globset::GlobSet;

use crate::{
    analysis::{Analysis, Rendered, Setting, Step},
    catalog::{Closure, load},
    discover::discover,
    sources::{Source, Sources},
    text::Span,
};

const CHART: &str = "apiVersion: v2\nname: web\nversion: 1.0.0\n";

/// What a chart of these files renders to, and what is told where it was given up.
fn rendered(files: &[(&str, &str)]) -> (Rendered, Option<String>) {
    let files = [("Chart.yaml", CHART)].iter().chain(files);
    let files = files.map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
    let sources = Sources::from_list(vec![Source::memory("", files)]);
    let found = discover(&sources, &GlobSet::empty());
    let chart = load::load(sources.get(0).unwrap(), 0, &found.charts[0]);
    let closure = Closure::of(&chart, &|_| None);
    let analysis = Analysis::new(&closure, &sources);
    analysis.rendered();
    let told = analysis.given_up().map(|problem| problem.message);
    (analysis.render_with(&Setting::default()), told)
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
