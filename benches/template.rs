//! How fast templates are parsed, in bytes of text per second on one core, and rendered, in bytes of what
//! they write.
//!
//! `cargo bench --bench template`. With the folder of checked-out charts in `CAREEN_TEMPLATES`, all
//! of their templates (files in `templates/` beside a Chart.yaml) are measured as well. Whole charts are
//! held against Helm, in what they render to and in time, by `benches/render-compare`, which says how.

#![allow(clippy::unwrap_used, reason = "a benchmark")]

use std::hint::black_box;
use std::path::Path;
use std::sync::LazyLock;

use careen::template::render::coalesce::load_values;
use careen::template::render::exec::Engine;
use careen::template::render::value::{MapKind, Value};
use careen::template::{FunctionSet, SetFile, Template, TemplateSet, parse};
use careen::text::Text;
use careen::yaml;
use divan::Bencher;
use divan::counter::BytesCount;

/// How often the fixtures stand one after the other in the made corpus.
const COPIES: usize = 2_000;

const FIXTURES: [&str; 3] = [
    include_str!("../fixtures/templates/helpers.tpl"),
    include_str!("../fixtures/templates/workload.yaml"),
    include_str!("../fixtures/templates/windows.yaml"),
];

/// The fixtures again and again, dense in tags.
static MADE: LazyLock<Vec<Text>> =
    LazyLock::new(|| (0..COPIES).flat_map(|_| FIXTURES).map(Text::new).collect());

/// How often the chart is rendered in one measurement.
const RENDERINGS: usize = 200;

/// A chart as people write them.
const CHART: [(&str, &str); 2] = [
    (
        "web/templates/_helpers.tpl",
        r#"{{- define "web.fullname" -}}
{{- printf "%s-%s" .Release.Name (default .Chart.Name .Values.nameOverride) | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- define "web.labels" -}}
app.kubernetes.io/name: {{ include "web.fullname" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- with .Values.labels }}
{{ toYaml . }}
{{- end }}
{{- end }}"#,
    ),
    (
        "web/templates/deployment.yaml",
        r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "web.fullname" . }}
  labels:
    {{- include "web.labels" . | nindent 4 }}
spec:
  replicas: {{ .Values.replicas }}
  template:
    metadata:
      labels:
        {{- include "web.labels" . | nindent 8 }}
    spec:
      containers:
        {{- range $name, $it := .Values.containers }}
        - name: {{ $name }}
          image: {{ printf "%s:%s" $it.image (default $.Chart.AppVersion $it.tag) | quote }}
          {{- if and $it.port (gt (int $it.port) 1024) }}
          ports:
            - containerPort: {{ $it.port }}
          {{- end }}
          {{- with $it.resources }}
          resources:
            {{- toYaml . | nindent 12 }}
          {{- end }}
          env: {{- tpl (toYaml $it.env) $ | nindent 12 }}
        {{- end }}
"#,
    ),
];

/// What the chart is rendered with.
const DOT: &str = r#"
Release: {Name: shop}
Chart: {Name: web, AppVersion: 1.2.3}
Values:
  replicas: 2
  labels: {team: shop, tier: front}
  containers:
    web:
      image: example.com/web
      port: 8080
      resources: {limits: {cpu: 100m, memory: 128Mi}, requests: {cpu: 50m, memory: 64Mi}}
      env: [{name: NAME, value: '{{ .Release.Name }}'}, {name: LEVEL, value: info}]
    proxy:
      image: example.com/proxy
      tag: 2.0.0
      port: 80
      env: [{name: UPSTREAM, value: '{{ include "web.fullname" . }}'}]
"#;

/// Real templates, in the order of their paths; none where no folder is given.
static REAL: LazyLock<Vec<Text>> = LazyLock::new(|| {
    let mut found = Vec::new();
    if let Some(folder) = std::env::var_os("CAREEN_TEMPLATES") {
        read_templates(Path::new(&folder), false, &mut found);
    }
    found
});

fn main() {
    divan::main();
}

#[divan::bench]
fn made(bencher: Bencher<'_, '_>) {
    measure(bencher, &MADE);
}

#[divan::bench]
fn real(bencher: Bencher<'_, '_>) {
    measure(bencher, &REAL);
}

#[divan::bench]
fn rendered(bencher: Bencher<'_, '_>) {
    let parse_one = |text: &str| parse(Text::new(text), FunctionSet::helm());
    let parsed: Vec<Template> = CHART.iter().map(|(_, text)| parse_one(text)).collect();
    let files = CHART.iter().zip(&parsed);
    let files = files.map(|((name, _), template)| SetFile { name, template, chart: 0 });
    let set = TemplateSet::new(files.collect());
    let dot = load_values(&yaml::parse(Text::new(DOT))).unwrap();
    let dot = dot.with_kind(MapKind::Values);
    let render = || {
        let mut engine = Engine::new(&set, 1, 0);
        let written = (0..set.files().len())
            .map(|file| engine.execute(file, Value::Map(dot.clone())).unwrap().text.len());
        written.sum::<usize>()
    };
    let bytes = render() * RENDERINGS;
    bencher.counter(BytesCount::new(bytes)).bench_local(|| {
        (0..RENDERINGS).for_each(|_| {
            black_box(render());
        });
    });
}

/// Indexing the lines of the real templates, which comes with the first place that is asked for.
#[divan::bench]
fn real_text(bencher: Bencher<'_, '_>) {
    let bytes: usize = REAL.iter().map(|text| text.as_str().len()).sum();
    bencher.counter(BytesCount::new(bytes)).bench_local(|| {
        for text in REAL.iter() {
            black_box(Text::new(text.as_str()).line_count());
        }
    });
}

fn measure(bencher: Bencher<'_, '_>, texts: &[Text]) {
    let bytes: usize = texts.iter().map(|text| text.as_str().len()).sum();
    bencher.counter(BytesCount::new(bytes)).bench_local(|| {
        for text in texts {
            black_box(parse(text.clone(), FunctionSet::helm()));
        }
    });
}

fn read_templates(folder: &Path, within: bool, found: &mut Vec<Text>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let chart = folder.join("Chart.yaml").is_file();
    for path in paths.into_iter().filter(|path| !path.is_symlink()) {
        if path.is_dir() {
            let here = within || (chart && path.file_name().is_some_and(|n| n == "templates"));
            read_templates(&path, here, found);
        } else if within {
            found.extend(std::fs::read_to_string(&path).ok().map(Text::new));
        }
    }
}
