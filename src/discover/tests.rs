use super::*;
use crate::sources::ReadError;

fn memory(files: &[(&str, &str)]) -> Sources {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
    Sources::from_list(vec![Source::memory("", files)])
}

fn found(files: &[(&str, &str)]) -> Discovery {
    discover(&memory(files), &GlobSet::empty())
}

fn charts(discovery: &Discovery) -> Vec<&str> {
    discovery.charts.iter().map(|chart| chart.path.as_str()).collect()
}

fn excluded(discovery: &Discovery) -> Vec<(&str, &str)> {
    discovery.excluded.iter().map(|entry| (&*entry.path, entry.reason.as_str())).collect()
}

const CHART: &str = "apiVersion: v2\nname: x\nversion: 1.0.0\n";

#[test]
fn catalogs_are_the_folders_around_charts() {
    let found = found(&[
        ("incubator/web/Chart.yaml", CHART),
        ("stable/web/Chart.yaml", CHART),
        ("stable/web/charts/db/Chart.yaml", CHART),
        ("top/Chart.yaml", CHART),
    ]);
    let all: Vec<_> = found
        .charts
        .iter()
        .map(|chart| (chart.path.as_str(), chart.catalog.as_str(), chart.parent))
        .collect();
    let expected = [
        ("incubator/web", "incubator", None),
        ("stable/web", "stable", None),
        ("stable/web/charts/db", "stable", Some(1)),
        ("top", ".", None),
    ];
    assert_eq!(all, expected);
}

#[test]
fn the_root_may_be_a_chart() {
    let found = found(&[("Chart.yaml", CHART), ("charts/db/Chart.yaml", CHART)]);
    assert_eq!(charts(&found), [".", "charts/db"]);
    assert_eq!(found.charts[1].parent, Some(0));
    assert_eq!(found.charts[0].manifest.name().as_deref(), Some("x"));
    assert_eq!(found.charts[0].manifest.version().as_deref(), Some("1.0.0"));
}

#[test]
fn subcharts_with_a_remote_repository_are_vendored() {
    let dependencies = "name: web
version: 1.0.0
dependencies:
- {name: http, repository: 'https://example.com'}
- {name: oci, repository: 'oci://example.com'}
- {name: alias, repository: '@example'}
- {name: alias2, repository: 'alias:example'}
- {name: file, repository: 'file://../file'}
- {name: bare}
- {name: both, repository: 'https://example.com'}
- {name: both, repository: ''}
";
    let mut files = vec![
        ("web/Chart.yaml".to_owned(), dependencies.to_owned()),
        (
            "web/requirements.yaml".to_owned(),
            "dependencies: [{name: old, repository: 'https://x'}]".to_owned(),
        ),
        ("web/charts/http/charts/nested/Chart.yaml".to_owned(), CHART.to_owned()),
        ("web/charts/folder/Chart.yaml".to_owned(), "name: http\nversion: 1.0.0".to_owned()),
        ("web/charts/packed-1.0.0.tgz".to_owned(), String::new()),
    ];
    for name in ["http", "oci", "alias", "alias2", "file", "bare", "both", "old", "undeclared"] {
        files.push((format!("web/charts/{name}/Chart.yaml"), format!("name: {name}")));
    }
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let found = found(&files);
    let local =
        ["web", "web/charts/bare", "web/charts/both", "web/charts/file", "web/charts/undeclared"];
    assert_eq!(charts(&found), local);
    let vendored: Vec<_> = excluded(&found).into_iter().map(|(path, _)| path).collect();
    let expected = [
        "web/charts/alias/Chart.yaml",
        "web/charts/alias2/Chart.yaml",
        "web/charts/folder/Chart.yaml",
        "web/charts/http/Chart.yaml",
        "web/charts/http/charts/nested/Chart.yaml",
        "web/charts/oci/Chart.yaml",
        "web/charts/old/Chart.yaml",
        "web/charts/packed-1.0.0.tgz",
    ];
    assert_eq!(vendored, expected);
    assert!(excluded(&found).iter().all(|(_, reason)| *reason == "vendored into `web`"));
}

#[test]
fn test_data_is_excluded_but_not_charts_of_that_name() {
    let found = found(&[
        ("charts/e2e/Chart.yaml", CHART),
        ("charts/test/Chart.yaml", CHART),
        ("charts/web/tests/chart/Chart.yaml", CHART),
        ("pkg/loader/testdata/Chart.yaml", CHART),
        ("pkg/loader/testdata/a/b/Chart.yaml", CHART),
        ("test/integration/web/Chart.yaml", CHART),
        ("test/integration/web/charts/db/Chart.yaml", CHART),
        ("testing/web/Chart.yaml", CHART),
    ]);
    assert_eq!(charts(&found), ["charts/e2e", "charts/test", "testing/web"]);
    let expected = [
        ("charts/web/tests/chart/Chart.yaml", "test data: it lies below `tests/`"),
        ("pkg/loader/testdata/Chart.yaml", "test data: it lies below `testdata/`"),
        ("pkg/loader/testdata/a/b/Chart.yaml", "test data: it lies below `testdata/`"),
        ("test/integration/web/Chart.yaml", "test data: it lies below `test/`"),
        ("test/integration/web/charts/db/Chart.yaml", "test data: it lies below `test/`"),
    ];
    assert_eq!(excluded(&found), expected);
}

#[test]
fn what_its_owners_gave_up_is_excluded() {
    let found = found(&[
        ("archives/web/Chart.yaml", CHART),
        ("charts/archive/Chart.yaml", CHART),
        ("charts/_Archived/db/Chart.yaml", CHART),
    ]);
    assert_eq!(charts(&found), ["charts/archive"]);
    let expected = [
        ("archives/web/Chart.yaml", "given up: it lies below `archives/`"),
        ("charts/_Archived/db/Chart.yaml", "given up: it lies below `_Archived/`"),
    ];
    assert_eq!(excluded(&found), expected);
}

#[test]
fn what_is_made_from_something_else_is_excluded() {
    let files = [
        ("release/DO-NOT-EDIT.md", "Made from src/ at each release.\n"),
        ("release/charts/web/Chart.yaml", CHART),
        ("src/web/Chart.yaml", CHART),
    ];
    let reason = "made from something else, as `release/DO-NOT-EDIT.md` says";
    let all = found(&files);
    assert_eq!(charts(&all), ["src/web"]);
    assert_eq!(excluded(&all), [("release/charts/web/Chart.yaml", reason)]);
    let own = found(&[("DO_NOT_EDIT", ""), ("web/Chart.yaml", CHART)]);
    assert_eq!(charts(&own), ["web"], "who audits the folder means it");
}

#[test]
fn examples_are_excluded_where_other_charts_are() {
    let all = found(&[
        ("charts/example/Chart.yaml", CHART),
        ("examples/web/Chart.yaml", CHART),
        ("charts/web/_old/db/Chart.yaml", CHART),
        ("charts/web/Chart.yaml", CHART),
    ]);
    assert_eq!(charts(&all), ["charts/example", "charts/web"]);
    let expected = [
        ("charts/web/_old/db/Chart.yaml", "data of the chart `charts/web`: it lies in its _old/"),
        ("examples/web/Chart.yaml", "an example: it lies below `examples/`"),
    ];
    assert_eq!(excluded(&all), expected);
    let only = found(&[("examples/web/Chart.yaml", CHART)]);
    assert_eq!(charts(&only), ["examples/web"]);
}

#[test]
fn scaffolds_are_excluded() {
    let template = "apiVersion: scaffolder.backstage.io/v1beta3\nkind: Template\n";
    let openshift = "apiVersion: template.openshift.io/v1\nkind: Template\n";
    let found = found(&[
        ("a/Chart.yaml", "name: {{ .Name }}\nversion: 1.0.0\n"),
        ("b/Chart.yaml", "name: '${{ values.name }}'\nversion: 1.0.0\n"),
        ("c/Chart.yaml", "name: <CHARTNAME>\nversion: 1.0.0\n"),
        ("d/Chart.yaml", "name: d\nversion: 1.0.0\ndescription: renders {{ braces }}\n"),
        ("e/Chart.yaml", "{{- if .Chart }}\nname: e\n{{- end }}\n"),
        ("f/Chart.yaml", "name: [broken\n# {{ a comment }}\n"),
        ("g/skeleton/chart/Chart.yaml", CHART),
        ("h/template.yaml", template),
        ("h/content/deep/Chart.yaml", CHART),
        ("i/template.yaml", openshift),
        ("i/web/Chart.yaml", CHART),
        ("j/Chart.yaml", CHART),
        ("j/files/chart/Chart.yaml", CHART),
        ("j/templates/chart/Chart.yaml", CHART),
        ("k/{{name}}/Chart.yaml", CHART),
        ("l/skeleton/Chart.yaml", CHART),
        ("m/CHART_TEMPLATE/Chart.yaml", CHART),
    ]);
    assert_eq!(charts(&found), ["d", "f", "i/web", "j", "l/skeleton"]);
    let expected = [
        ("a/Chart.yaml", "a scaffold: `{{` in its Chart.yaml"),
        ("b/Chart.yaml", "a scaffold: `{{` in its name"),
        ("c/Chart.yaml", "a scaffold: `<CHARTNAME>` in its name"),
        ("e/Chart.yaml", "a scaffold: `{{` in its Chart.yaml"),
        ("g/skeleton/chart/Chart.yaml", "a scaffold: it lies below `skeleton/`"),
        (
            "h/content/deep/Chart.yaml",
            "part of the Backstage scaffolder template `h/template.yaml`",
        ),
        ("j/files/chart/Chart.yaml", "data of the chart `j`: it lies in its files/"),
        ("j/templates/chart/Chart.yaml", "data of the chart `j`: it lies in its templates/"),
        ("k/{{name}}/Chart.yaml", "a scaffold: it lies below `{{name}}/`"),
        ("m/CHART_TEMPLATE/Chart.yaml", "a scaffold: it lies below `CHART_TEMPLATE/`"),
    ];
    assert_eq!(excluded(&found), expected);
}

#[test]
fn configured_globs_exclude_with_all_below() {
    let files = [
        ("charts/old/Chart.yaml", CHART),
        ("charts/old/charts/db/Chart.yaml", CHART),
        ("charts/web/Chart.yaml", CHART),
        ("attic/a/Chart.yaml", CHART),
        ("attic/b-1.0.0.tgz", ""),
    ];
    let mut globs = globset::GlobSetBuilder::new();
    globs.add(globset::Glob::new("charts/old").unwrap());
    globs.add(globset::Glob::new("attic").unwrap());
    let found = discover(&memory(&files), &globs.build().unwrap());
    assert_eq!(charts(&found), ["charts/web"]);
    assert_eq!(found.excluded.len(), 4);
    assert!(found.excluded.iter().all(|entry| entry.reason == "excluded by the configuration"));
}

#[test]
fn a_chart_file_that_cannot_be_read_is_a_chart() {
    let files =
        [("web/Chart.yaml".to_owned(), vec![0xff, 0xfe]), ("x/Chart.yaml".to_owned(), vec![])];
    let sources = Sources::from_list(vec![Source::memory("", files)]);
    let found = discover(&sources, &GlobSet::empty());
    assert_eq!(charts(&found), ["web", "x"]);
    let error = found.charts[0].manifest.file.as_ref().unwrap_err();
    assert_eq!(*error, ReadError::NotUtf8 { path: "web/Chart.yaml".into(), offset: 0 });
    assert_eq!(found.charts[1].manifest.name(), None);
}

#[test]
fn misnamed_chart_files_are_said_where_a_chart_stands_beside() {
    let found = found(&[
        ("docs/chart.yaml", "type: bar\n"),
        ("web/chart.yml", CHART),
        ("web/templates/a.yaml", ""),
        ("web/values.yaml", ""),
    ]);
    assert_eq!(charts(&found), [""; 0]);
    assert_eq!(excluded(&found), [("web/chart.yml", "Helm reads `Chart.yaml` only: rename it")]);
}

#[test]
fn a_source_without_charts_has_none() {
    let found = found(&[("README.md", "# nothing")]);
    assert!(found.charts.is_empty() && found.excluded.is_empty() && found.skipped.is_empty());
}

fn package(name: &str, version: &str) -> Vec<u8> {
    let chart = format!("name: {name}\nversion: {version}\n");
    gzip(&[(&format!("{name}/Chart.yaml"), chart.as_bytes())])
}

fn gzip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let mut builder = tar::Builder::new(&mut encoder);
    for (path, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.as_gnu_mut().unwrap().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_cksum();
        builder.append(&header, *content).unwrap();
    }
    builder.finish().unwrap();
    drop(builder);
    encoder.finish().unwrap()
}

#[test]
fn of_packages_the_newest_release_of_each_name_is_a_chart() {
    let mut files = vec![
        ("web/Chart.yaml".to_owned(), b"name: web\nversion: 3.0.0\n".to_vec()),
        ("docs/web-2.0.0.tgz".to_owned(), package("web", "2.0.0")),
        ("docs/web-1.0.0 copy.tgz".to_owned(), package("web", "1.0.0")),
        ("docs/other-1.0.0.tgz".to_owned(), gzip(&[("other/package.json", b"{}")])),
        ("docs/odd.tgz".to_owned(), package("odd", "0.1.0")),
        ("docs/noise-1.0.0.tgz".to_owned(), b"\x1f\x8bnoise".to_vec()),
        ("docs/text-1.0.0.tgz".to_owned(), b"text".to_vec()),
        (
            "docs/evil-1.0.0.tgz".to_owned(),
            gzip(&[("evil/Chart.yaml", b"name: evil"), ("a/../../b", b"")]),
        ),
        ("testdata/t-1.0.0.tgz".to_owned(), package("t", "1.0.0")),
    ];
    for version in ["0.9.0", "0.10.0", "1.0.0-rc.1"] {
        files.push((format!("docs/my-db-{version}.tgz"), package("my-db", version)));
    }
    let sources = Sources::from_list(vec![Source::memory("", files)]);
    let found = discover(&sources, &GlobSet::empty());
    let expected = ["web", "docs/evil-1.0.0.tgz", "docs/my-db-0.10.0.tgz", "docs/odd.tgz"];
    assert_eq!(charts(&found), expected);
    let newest = &found.charts[2];
    assert_eq!((newest.kind, newest.catalog.as_str()), (ChartKind::Package, "docs"));
    assert_eq!(newest.manifest.version().as_deref(), Some("0.10.0"));
    assert!(found.charts[1].manifest.file.is_err());
    let expected = [
        ("docs/my-db-0.9.0.tgz", "an older package of `my-db`: 0.10.0 is audited"),
        ("docs/my-db-1.0.0-rc.1.tgz", "an older package of `my-db`: 0.10.0 is audited"),
        ("docs/web-1.0.0 copy.tgz", "package of `web`, audited from its folder"),
        ("docs/web-2.0.0.tgz", "package of `web`, audited from its folder"),
        ("testdata/t-1.0.0.tgz", "test data: it lies below `testdata/`"),
    ];
    assert_eq!(excluded(&found), expected);
    let skipped: Vec<_> = found.skipped.iter().map(|entry| &*entry.path).collect();
    assert_eq!(skipped, ["docs/noise-1.0.0.tgz"]);
}

#[test]
fn releases_without_sources_are_no_charts_of_a_catalog_of_folders() {
    let released = [
        ("docs/index.yaml".to_owned(), b"apiVersion: v1\nentries: {}\n".to_vec()),
        ("docs/charts/old-1.0.0.tgz".to_owned(), package("old", "1.0.0")),
        ("kept/own-1.0.0.tgz".to_owned(), package("own", "1.0.0")),
    ];
    let folder = ("web/Chart.yaml".to_owned(), b"name: web\nversion: 3.0.0\n".to_vec());
    let catalog = Sources::from_list(vec![Source::memory("", [&released[..], &[folder]].concat())]);
    let found = discover(&catalog, &GlobSet::empty());
    assert_eq!(charts(&found), ["web", "kept/own-1.0.0.tgz"]);
    let reason = "a release that `docs/index.yaml` serves; its sources are gone";
    assert_eq!(excluded(&found), [("docs/charts/old-1.0.0.tgz", reason)]);
    // Another file of the name serves nothing.
    let other = ("docs/index.yaml".to_owned(), b"title: Manual\n".to_vec());
    let manual = [
        &[other, released[1].clone()][..],
        &[("web/Chart.yaml".to_owned(), b"name: web\nversion: 3.0.0\n".to_vec())],
    ];
    let sources = Sources::from_list(vec![Source::memory("", manual.concat())]);
    assert_eq!(
        charts(&discover(&sources, &GlobSet::empty())),
        ["web", "docs/charts/old-1.0.0.tgz"]
    );
    // Packages are all that a repository has.
    let repository = Sources::from_list(vec![Source::memory("", released.to_vec())]);
    let found = discover(&repository, &GlobSet::empty());
    assert_eq!(charts(&found), ["docs/charts/old-1.0.0.tgz", "kept/own-1.0.0.tgz"]);
}

#[test]
fn names_of_packages_past_the_limit_are_skipped() {
    let bytes = package("x", "1.0.0");
    let names = 0..PACKAGES_OPENED_MAX + 2;
    let files = names.map(|n| (format!("x{n}-1.0.0.tgz"), bytes.clone()));
    let sources = Sources::from_list(vec![Source::memory("", files)]);
    let found = discover(&sources, &GlobSet::empty());
    assert_eq!((found.charts.len(), found.skipped.len()), (PACKAGES_OPENED_MAX, 2));
}

#[test]
fn a_package_as_source_is_a_chart_even_when_it_lacks_chart_yaml() {
    let whole = Source::archive("web-1.0.0.tgz", &package("web", "1.0.0")).unwrap();
    let broken = Source::archive("b.tgz", &gzip(&[("b/values.yaml", b"")])).unwrap();
    let found = discover(&Sources::from_list(vec![whole, broken]), &GlobSet::empty());
    assert_eq!(charts(&found), ["web-1.0.0.tgz", "b.tgz"]);
    assert!(matches!(found.charts[1].manifest.file, Err(ReadError::NotFound { .. })));
    assert_eq!(found.charts[1].source, 1);
}

#[test]
fn every_chart_file_is_accounted_for_once() {
    // All folders of up to three elements from these, each with a Chart.yaml.
    let elements = ["charts", "test", "testdata", "templates", "skeleton", "web", "db"];
    let mut folders: Vec<String> = vec![String::new()];
    for depth in 0..3 {
        let longest: Vec<String> = folders
            .iter()
            .filter(|folder| folder.split('/').filter(|e| !e.is_empty()).count() == depth)
            .cloned()
            .collect();
        folders.extend(longest.iter().flat_map(|above| elements.map(|name| join(above, name))));
    }
    let bodies =
        [CHART, "name: {{x}}", "name: web\ndependencies: [{name: x, repository: 'https://x'}]", ""];
    for shift in 0..bodies.len() {
        let files = folders.iter().enumerate().map(|(index, folder)| {
            (join(folder, CHART_FILE), bodies[(index + shift) % bodies.len()].as_bytes().to_vec())
        });
        let sources = Sources::from_list(vec![Source::memory("", files)]);
        let found = discover(&sources, &GlobSet::empty());
        let listed = found.charts.iter().map(|chart| join(&chart.folder, CHART_FILE));
        let mut all: Vec<String> =
            found.excluded.iter().map(|entry| entry.path.to_string()).chain(listed).collect();
        all.sort();
        let mut expected: Vec<String> =
            folders.iter().map(|folder| join(folder, CHART_FILE)).collect();
        expected.sort();
        assert_eq!(all, expected);
    }
}

#[test]
fn several_sources_are_kept_apart() {
    let source =
        |name| Source::memory(name, [("web/Chart.yaml".to_owned(), CHART.as_bytes().to_vec())]);
    let sources = Sources::from_list(vec![source("one"), source("two")]);
    let found = discover(&sources, &GlobSet::empty());
    assert_eq!(charts(&found), ["one/web", "two/web"]);
    assert_eq!(found.charts[1].catalog, "two");
    assert_eq!(found.charts[1].folder, "web");
}
