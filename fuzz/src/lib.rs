//! What the fuzz targets do with bytes. `tests/fuzz_corpus.rs` includes this file, so that the
//! corpus goes through the same functions in every test run.
//!
//! Each function panics where careen breaks a promise: it never panics itself, a place lies in its
//! file, and a report accounts for everything.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::sync::Arc;

use careen::{
    analysis::Analysis,
    audit::{self, Settings, Silent},
    catalog::{Closure, load},
    config::{Config, Selection},
    discover,
    finding::{Finding, Place},
    report::{self, Files, Format, Report, State, Style},
    rule::Page,
    rules,
    sources::{Source, Sources},
    template::{self, Element, FunctionSet, Template, mask::Mask},
    text::{Span, Text},
    yaml::{self, Node, Stream},
};

/// 2026-01-01, so that findings do not depend on the day.
const NOW: i64 = 1_767_225_600;

/// What every gzip file begins with.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Parses bytes as YAML and as JSON, and goes over all that came out.
pub fn yaml(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for stream in [yaml::parse(Text::new(&*text)), yaml::parse_json(Text::new(&*text))] {
        check_stream(&stream);
    }
}

fn check_stream(stream: &Stream) {
    let inside = |span| check_span(stream.text(), span);
    for comment in stream.comments() {
        inside(comment.span);
    }
    for duplicate in stream.duplicate_keys() {
        inside(duplicate.span);
        inside(duplicate.first);
    }
    if let Some(problem) = stream.error() {
        inside(problem.span);
        assert!(!problem.message.is_empty());
    }
    for document in stream.documents() {
        check_node(document, &inside);
        let _ = document.deserialize::<serde_json::Value>();
    }
}

fn check_node(node: Node<'_>, inside: &dyn Fn(Span)) {
    inside(node.span());
    let _ = (node.to_text(), node.raw(), node.anchor(), node.tag());
    for item in node.items() {
        check_node(item, inside);
    }
    for entry in node.entries() {
        inside(entry.key_span);
        assert!(node.get(&entry.key).is_some(), "`{}` is not found", entry.key);
        check_node(entry.value, inside);
    }
}

fn check_span(text: &Text, span: Span) {
    assert!(text.as_str().get(span.range()).is_some(), "{span:?} of {}", text.as_str().len());
}

/// Parses bytes as a template, and goes over all that came out.
pub fn template(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for functions in [FunctionSet::helm(), &FunctionSet::go()] {
        check_template(&template::parse(Text::new(&*text), functions));
    }
}

fn check_template(template: &Template) {
    let inside = |span| check_span(&template.text, span);
    for error in &template.errors {
        inside(error.span);
        assert!(!error.message.is_empty());
    }
    for comment in &template.comments {
        inside(comment.tag.span);
        inside(comment.span);
    }
    template.walk(|element| match element {
        Element::Node(template::Node::Text(text)) => inside(text.span),
        Element::Node(_) => {}
        Element::Define(define) => {
            inside(define.span);
            inside(define.name_span);
        }
        Element::Pipe(pipe) => {
            inside(pipe.span);
            pipe.variables.iter().copied().for_each(inside);
        }
        Element::Command(command) => inside(command.span),
        Element::Arg(arg) => inside(arg.span()),
    });
    for chain in template.values_chains() {
        chain.names.iter().for_each(|(_, span)| inside(*span));
    }
    let mask = Mask::new(template);
    let masked = mask.text(true, |_| true);
    check_stream(&yaml::parse(Text::new(masked)));
}

/// Opens bytes as a package: alone, as a vendored chart, and as a release. What does not begin as
/// gzip does is taken for the tar archive inside, so that a fuzzer gets past the checksum.
pub fn archive(bytes: &[u8]) {
    let bytes = if bytes.starts_with(&GZIP) { bytes.to_vec() } else { gzip(bytes) };
    if let Ok(package) = Source::archive("web.tgz", &bytes) {
        audited(package);
    }
    audited(memory([
        ("web/Chart.yaml", b"apiVersion: v2\nname: web\nversion: 1.0.0\n".as_slice()),
        ("web/charts/db-1.0.0.tgz", &bytes),
        ("releases/api-1.0.0.tgz", &bytes),
    ]));
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    // A Vec takes everything.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// Renders a small chart with a template of these bytes, as `helm template` would, and audits it: every document's
/// bytes come from somewhere in a template.
pub fn render(bytes: &[u8]) {
    let files = || {
        memory([
            ("web/Chart.yaml", b"apiVersion: v2\nname: web\nversion: 1.0.0\n".as_slice()),
            ("web/values.yaml", VALUES),
            ("web/templates/_helpers.tpl", HELPERS),
            ("web/templates/x.yaml", bytes),
            ("web/files/a.txt", b"one\ntwo {{ .Values.name }}\n"),
        ])
    };
    let sources = Sources::from_list(vec![files()]);
    let found = discover::discover(&sources, &globset::GlobSet::empty());
    let chart = found.charts.first().zip(sources.get(0));
    let chart = chart.map(|(folder, source)| load::load(source, 0, folder));
    if let Some(chart) = chart {
        let closure = Closure::of(&chart, &|_| None);
        let analysis = Analysis::new(&closure, &sources);
        for document in &analysis.rendered().documents {
            check_stream(&document.file.stream);
            let length = document.text().len();
            for at in 0..length.min(ORIGINS_CHECKED) {
                check_place(&document.origin(Span::new(at, at + 1)), &sources);
            }
        }
    }
    audited(files());
}

/// Of so many bytes of a document it is looked up where they come from.
const ORIGINS_CHECKED: usize = 4_096;

const VALUES: &[u8] =
    b"name: web\nport: 8080\nlist: [a, b, {c: d}]\nmap: {a: 1, b: {c: x}}\non: true\nnone:\n\
    text: '{{ .Values.name }} {{ include \"web.name\" . }}'\nfloat: 1.5\n";

const HELPERS: &[u8] = b"{{- define \"web.name\" -}}{{ .Values.name | trunc 63 }}{{- end -}}\n\
    {{- define \"web.self\" -}}{{ include \"web.self\" . }}{{- end -}}\n\
    {{- define \"web.labels\" -}}app: web\nteam: {{ .Values.name }}{{- end -}}\n";

/// Audits a small chart whose Chart.yaml is these bytes.
pub fn chart(bytes: &[u8]) {
    audited(memory([
        ("web/Chart.yaml", bytes),
        ("web/values.yaml", b"db: {enabled: true}\n".as_slice()),
        ("web/templates/a.yaml", b"kind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\n"),
        ("web/README.md", b"# Web\n\n![Version: 1.0.0](https://img.example.com/badge/1.0.0)\n"),
        ("web/charts/db/Chart.yaml", b"apiVersion: v2\nname: db\nversion: 0.1.0\n"),
        ("api/Chart.yaml", b"apiVersion: v2\nname: api\nversion: 2.0.0\n"),
    ]));
}

/// Files in memory.
pub fn memory<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Source {
    Source::memory("", files.into_iter().map(|(path, bytes)| (path.to_owned(), bytes.to_vec())))
}

/// Audits a source with its own careen.yaml where that is valid, and checks the report.
pub fn audited(source: Source) -> Report {
    let sources = Sources::from_list(vec![source]);
    let pages: Vec<&Page> = rules::all().iter().map(rules::Registered::page).collect();
    let config = configured(&sources, &pages);
    let selection = Selection::new(&pages, &config, &[], &[]).unwrap_or_default();
    let settings = Settings {
        now: NOW,
        config: &config,
        selection: &selection,
        charts: None,
        progress: &Silent,
    };
    let report = audit::audit(&sources, &settings);
    check_report(&report, &sources);
    check_formats(&report, &sources, &pages);
    report
}

fn configured(sources: &Sources, pages: &[&Page]) -> Config {
    let path: Arc<str> = "careen.yaml".into();
    let text = sources.get(0).and_then(|source| source.read_text(&path).ok());
    let Some(text) = text else { return Config::default() };
    match Config::parse(&path, text, pages) {
        Ok(config) => config,
        Err(problems) => {
            assert!(!problems.is_empty());
            for problem in &problems {
                check_place(&problem.place, sources);
            }
            Config::default()
        }
    }
}

/// What must hold of every report: places lie in their files, findings are in order and told
/// apart, and the coverage accounts for every Chart.yaml.
fn check_report(report: &Report, sources: &Sources) {
    let silenced = report.suppressed.iter().map(|it| &it.finding);
    for finding in report.findings.iter().chain(silenced) {
        assert!(!finding.message.is_empty() && !finding.subject.is_empty(), "{finding:?}");
        places(finding).for_each(|place| check_place(place, sources));
    }
    report.suppressed.iter().for_each(|it| check_place(&it.by, sources));
    let order = |finding: &Finding| {
        let place = &finding.location;
        (place.path.clone(), place.start, finding.rule.clone(), finding.message.clone())
    };
    assert!(report.findings.is_sorted_by_key(order));
    let prints: BTreeSet<_> = report.findings.iter().map(|it| &it.fingerprint).collect();
    assert_eq!(prints.len(), report.findings.len(), "fingerprints are not unique");
    check_coverage(report, sources);
}

fn places(finding: &Finding) -> impl Iterator<Item = &Place> {
    let edits = finding.fix.iter().flat_map(|fix| fix.edits.iter().map(|edit| &edit.location));
    let related = finding.related.iter().map(|related| &related.location);
    std::iter::once(&finding.location).chain(related).chain(edits)
}

/// Line, column and offset say the same; of what can't be read only the start is known.
fn check_place(place: &Place, sources: &Sources) {
    assert!(place.start <= place.end, "{place:?}");
    match sources.read(&place.path) {
        Ok(bytes) => {
            let text = Text::of_bytes(&bytes);
            assert_eq!(text.position(place.start.offset), place.start, "{place:?}");
            assert_eq!(text.position(place.end.offset), place.end, "{place:?}");
        }
        Err(_) => assert_eq!(place, &Place::file(&place.path)),
    }
}

fn check_coverage(report: &Report, sources: &Sources) {
    let coverage = &report.coverage;
    let entries: Vec<_> = coverage.entries.iter().filter(|entry| entry.is_chart).collect();
    let count = |state| entries.iter().filter(|entry| entry.state == state).count();
    let counts = coverage.charts;
    assert_eq!(count(State::Analysed), counts.analysed);
    assert_eq!(count(State::Partial), counts.partial);
    assert_eq!(count(State::Skipped), counts.skipped);
    assert_eq!(count(State::Excluded), counts.excluded);
    let told: BTreeSet<&str> = entries.iter().map(|entry| entry.path.as_str()).collect();
    assert_eq!(told.len(), entries.len(), "a chart is told twice: {entries:?}");
    for entry in &coverage.entries {
        assert_eq!(entry.state == State::Analysed, entry.reason.is_empty(), "{entry:?}");
    }
    for source in sources.iter() {
        for file in source.files() {
            let path = file.path();
            let Some(folder) = path.strip_suffix("Chart.yaml") else { continue };
            if !folder.is_empty() && !folder.ends_with('/') {
                continue;
            }
            let folder = source.report_path(folder.trim_end_matches('/'));
            let accounted =
                [folder, source.report_path(path)].iter().any(|it| told.contains(&**it));
            assert!(accounted, "`{path}` is in no coverage");
        }
    }
}

/// Every format can be written, and what people read at a terminal holds no control characters.
fn check_formats(report: &Report, sources: &Sources, pages: &[&Page]) {
    let style = Style { color: false, width: 80, unicode: true, links: false };
    for format in Format::ALL {
        let mut bytes = Vec::new();
        let written = report::write(format, report, pages, &Texts(sources), &style, &mut bytes);
        assert!(written.is_ok(), "{format}");
        let text = String::from_utf8_lossy(&bytes);
        match format {
            Format::Human | Format::Concise => {
                let control = |c: &char| c.is_control() && *c != '\n';
                assert_eq!(text.chars().find(control), None, "{format}: {text:?}");
            }
            Format::Json | Format::Sarif => {
                assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{format}");
            }
            Format::Jsonl => assert_eq!(text.lines().count(), report.findings.len()),
        }
    }
}

struct Texts<'a>(&'a Sources);

impl Files for Texts<'_> {
    fn text(&self, path: &str) -> Option<Text> {
        let content = self.0.read(path).ok()?;
        Some(Text::new(std::str::from_utf8(&content).ok()?))
    }
}
