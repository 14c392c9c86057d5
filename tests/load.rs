//! A chart is the same from a folder, a package and a commit.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::{fmt::Write as _, fs, path::Path};

use careen::{
    catalog::{Chart, ProblemKind, load},
    discover::discover,
    history::fixture::Fixture,
    sources::{Source, Sources},
};

/// A chart with something in every corner, and something wrong in most.
const FILES: [(&str, &str); 15] = [
    ("Chart.yaml", "apiVersion: v1\nname: web\nversion: 1.0.0\nname: web\nmaintainers: [null]\n"),
    ("requirements.yaml", "dependencies:\n- {name: near, condition: \"a.b, c.d\"}\n"),
    ("requirements.lock", "dependencies: []\ngenerated: soon\n"),
    ("values.yaml", "\u{feff}a: 1\r\n---\r\nb: é\r\n"),
    ("values.schema.json", "{\"type\": }"),
    ("templates/NOTES.txt", "{{ .Release.Name }}"),
    ("templates/_helpers.tpl", "{{ define \"a\" }}x{{ end }}"),
    ("templates/a.yaml", "kind: Job\nmetadata:\n  annotations:\n    helm.sh/hook: never\n"),
    ("templates/tests/b.yaml", "{{ if }}"),
    ("crds/deep/c.yaml", "kind: CustomResourceDefinition\napiVersion: v1\n---\n}\n"),
    ("charts/near/Chart.yaml", "name: near\nversion: 0.1.0\ntype: none\n"),
    ("charts/near/templates/a.yaml", "kind: A\n"),
    ("charts/loose.txt", "loose"),
    ("README.md", "# Web\n[a](b.md)\n"),
    ("CHANGELOG.md", "## 1.0.0\n"),
];

fn write(folder: &Path) {
    for (path, text) in FILES {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// Everything that can be said of a chart, without the paths that lead to it.
fn described(chart: &Chart, out: &mut String) {
    let dependencies: Vec<_> = chart.dependencies.iter().map(|it| &it.name).collect();
    let (templates, objects, lock) = (&chart.templates, chart.objects(), &chart.lock);
    let values = chart
        .values
        .as_ref()
        .map(|it| it.stream.documents().map(|it| format!("{it:?}")).collect::<Vec<_>>());
    writeln!(out, "{:?} {:?} {dependencies:?} {values:?}", chart.id.name, chart.id.version)
        .unwrap();
    writeln!(out, "{:?} {:?}", lock.as_ref().map(|it| &it.generated), chart.anchor.start).unwrap();
    for template in templates {
        let (local, errors) = (&template.file.local, &template.template.errors);
        writeln!(out, "{local} {:?} {errors:?}", template.file.text.as_str()).unwrap();
    }
    for object in objects {
        writeln!(out, "{:?} {} {:?}", object.origin, object.kind(), object.anchor().start).unwrap();
    }
    writeln!(out, "{:?} {}", chart.readme.as_ref().map(|it| &it.links), chart.changelog.is_some())
        .unwrap();
    writeln!(out, "{:?} {:?}", chart.listing, chart.folder_listing).unwrap();
    for problem in chart.problems() {
        let path = problem.place.path.trim_start_matches("web.tgz!/").trim_start_matches("web/");
        let (start, end) = (problem.place.start, problem.place.end);
        writeln!(out, "{path} {start:?} {end:?} {:?} {}", problem.kind, problem.message).unwrap();
    }
    for subchart in &chart.subcharts {
        writeln!(out, "{} {}", subchart.packaged, subchart.vendored).unwrap();
        described(&subchart.chart, out);
    }
}

fn loaded(source: Source) -> String {
    let sources = Sources::from_list(vec![source]);
    let discovery = discover(&sources, &globset::GlobSet::empty());
    let folder = discovery.charts.iter().find(|folder| folder.parent.is_none()).unwrap();
    let mut out = String::new();
    described(&load::load(sources.get(0).unwrap(), 0, folder), &mut out);
    out
}

fn package(folder: &Path) -> Vec<u8> {
    let gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let mut archive = tar::Builder::new(gzip);
    archive.append_dir_all("web", folder).unwrap();
    archive.into_inner().unwrap().finish().unwrap()
}

#[test]
fn a_folder_a_package_and_memory_give_equal_charts() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("web");
    write(&root);
    let files = FILES.map(|(path, text)| (format!("web/{path}"), text.as_bytes().to_vec()));
    let expected = loaded(Source::memory("", files));
    assert!(expected.contains("UnreadableChart") && expected.contains("DuplicateKey"));
    assert_eq!(loaded(Source::open(folder.path(), None).unwrap()), expected);
    assert_eq!(loaded(Source::open(&root, None).unwrap()), expected);
    let bytes = package(&root);
    assert_eq!(loaded(Source::archive("web.tgz", &bytes).unwrap()), expected);
    let kept = Source::memory("", [("web.tgz".to_owned(), bytes)]);
    assert_eq!(loaded(kept), expected, "a package among other files");
}

#[test]
fn a_commit_gives_an_equal_chart() {
    let files = FILES.map(|(path, text)| (format!("web/{path}"), text.as_bytes().to_vec()));
    let expected = loaded(Source::memory("", files));
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(loaded(commit(&folder.path().join("bare.git"), &[])), expected);
}

#[test]
fn absent_objects_are_problems_and_the_rest_is_loaded() {
    let folder = tempfile::tempdir().unwrap();
    let absent =
        ["web/values.yaml", "web/templates/big.yaml", "web/logo.png", "web/charts/big.tgz"];
    let found = loaded(commit(&folder.path().join("bare.git"), &absent));
    for path in ["values.yaml", "templates/big.yaml", "charts/big.tgz"] {
        let told: Vec<_> =
            found.lines().filter(|line| line.starts_with(&format!("{path} Pos"))).collect();
        let [told] = told.as_slice() else { panic!("{path}: {told:?}") };
        assert!(told.contains("UnreadableFile") && told.contains("absent"), "{told}");
    }
    assert!(!found.lines().any(|line| line.starts_with("logo.png")), "nobody parses it");
    assert!(found.contains("templates/_helpers.tpl"));
}

/// Commits the files into a bare repository, some without their content.
fn commit(path: &Path, absent: &[&str]) -> Source {
    let mut fixture = Fixture::bare(path).unwrap();
    for (file, text) in FILES {
        fixture.write(&format!("web/{file}"), text);
    }
    for file in absent {
        fixture.write_absent(file);
    }
    fixture.commit(1_700_000_000, "Ann <ann@example.com>", "begin").unwrap();
    Source::open(path, None).unwrap()
}

/// One chart, and what Helm 4.3.1 says of it: `helm template` of the files and a valid template.
#[derive(serde::Deserialize)]
struct Verdict {
    name: String,
    files: std::collections::BTreeMap<String, String>,
    refused: Option<String>,
}

#[test]
fn charts_are_refused_where_helm_refuses_them() {
    let verdicts: Vec<Verdict> =
        serde_json::from_str(include_str!("oracle/helm_load.json")).unwrap();
    assert!(verdicts.len() > 60);
    for Verdict { name, files, refused } in verdicts {
        let files =
            files.into_iter().map(|(path, text)| (format!("web/{path}"), text.into_bytes()));
        let sources = Sources::from_list(vec![Source::memory("", files)]);
        let discovery = discover(&sources, &globset::GlobSet::empty());
        let folder = discovery.charts.first().unwrap_or_else(|| panic!("{name}: no chart"));
        let chart = load::load(sources.get(0).unwrap(), 0, folder);
        let errors = [ProblemKind::UnreadableChart, ProblemKind::UnreadableFile];
        let told: Vec<_> = std::iter::once(&chart)
            .chain(chart.subcharts.iter().map(|subchart| &subchart.chart))
            .flat_map(Chart::problems)
            .filter(|problem| errors.contains(&problem.kind))
            .map(|problem| &problem.message)
            .collect();
        assert_eq!(
            !told.is_empty(),
            refused.is_some(),
            "{name}: Helm {refused:?}, careen {told:?}"
        );
    }
}
