//! Reports with awkward content, written by hand.

use std::collections::BTreeMap;
use std::sync::Arc;

use careen::finding::{ChartId, Edit, Finding, Fix, Level, Place, Related};
use careen::report::{
    Counts, Coverage, Entry, Files, Format, Report, SkippedRule, State, Style, Suppressed, Tool,
    write,
};
use careen::rule::{Need, Page};
use careen::text::{Span, Text};

pub(crate) const PLAIN: Style = Style { color: false, width: 80, unicode: true, links: false };

/// The files that the findings speak of, by path.
pub(crate) struct Shelf(pub(crate) BTreeMap<String, Text>);

impl Files for Shelf {
    fn text(&self, path: &str) -> Option<Text> {
        self.0.get(path).cloned()
    }
}

impl Shelf {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        Self(files.iter().map(|(path, text)| ((*path).to_owned(), Text::new(*text))).collect())
    }

    /// The place of the first `what` in a file; an empty `what` is the file's end.
    pub(crate) fn place(&self, path: &str, what: &str) -> Place {
        let text = &self.0[path];
        let start = if what.is_empty() { None } else { text.as_str().find(what) };
        let start = start.unwrap_or(text.as_str().len());
        Place::new(&path.into(), text, Span::new(start, start + what.len()))
    }
}

pub(crate) fn chart(path: &str, name: &str, version: &str) -> ChartId {
    ChartId { name: name.into(), version: version.into(), path: path.into() }
}

pub(crate) fn finding(
    rule: &str,
    level: Level,
    chart: Option<ChartId>,
    message: &str,
    location: Place,
) -> Finding {
    Finding {
        rule: rule.into(),
        level,
        fingerprint: format!("{:016x}", rule.len() * 31 + message.len()),
        chart,
        subject: "subject".into(),
        message: message.into(),
        help: String::new(),
        location,
        related: Vec::new(),
        fix: None,
    }
}

pub(crate) fn related(message: &str, location: Place) -> Related {
    Related { message: message.into(), location }
}

pub(crate) fn report(findings: Vec<Finding>, counts: Counts) -> Report {
    Report {
        schema: careen::report::SCHEMA.into(),
        tool: Tool { name: "careen".into(), version: "0.1.0".into() },
        now: "2026-11-22T00:00:00Z".into(),
        findings,
        suppressed: Vec::new(),
        coverage: Coverage { charts: counts, entries: Vec::new() },
        verdict: None,
        skipped_rules: Vec::new(),
    }
}

pub(crate) fn page(id: &'static str, title: &str, level: Level) -> Page {
    Page {
        id,
        title: title.into(),
        level,
        also: BTreeMap::new(),
        unit: "chart".into(),
        dimension: Some("upgrades".into()),
        since: "0.1.0".into(),
        rollup: None,
        rollup_help: None,
        archived: None,
        uses: Vec::new(),
        needs: vec![Need::History],
        options: BTreeMap::new(),
        body: "## What it checks\n\nThe text of the page.\n",
        summary: "The text of the page.".into(),
    }
}

pub(crate) fn pages() -> Vec<Page> {
    vec![
        page("crd/duplicate-owner", "two charts own one CRD", Level::Error),
        page("crd/hook", "a CRD is a hook", Level::Error),
        page("docs/missing-readme", "a chart has no README", Level::Warning),
        page("skew/floating-range", "a version range has no end", Level::Warning),
    ]
}

pub(crate) fn render(format: Format, report: &Report, files: &Shelf, style: &Style) -> String {
    let pages = pages();
    let pages: Vec<_> = pages.iter().collect();
    let mut out = Vec::new();
    write(format, report, &pages, files, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

const CRD: &str = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: widgets.example.com\n  annotations:\n    helm.sh/hook: pre-install,pre-upgrade\nspec:\n  group: example.com\n";
const CHART: &str = "apiVersion: v2\nname: web\nversion: 1.2.3\ndependencies:\n  - name: redis\n    version: \"*\"\n    repository: https://charts.example.com\n";

/// Three sources side by side, with all that a report can hold.
pub(crate) fn rich() -> (Report, Shelf) {
    let files = files();
    let mut report = report(
        web(&files).into_iter().chain(others(&files)).chain(catalog(&files)).collect(),
        Counts { analysed: 14, partial: 2, skipped: 1, excluded: 12 },
    );
    let here = files.place("charts/charts/web/Chart.yaml", "redis");
    report.suppressed = vec![Suppressed {
        finding: finding("crd/hook", Level::Error, Some(chart("c", "c", "")), "silenced", here),
        reason: "moves with 2.0".into(),
        until: Some("2027-01-01".into()),
        by: Place::file(&Arc::from("careen.yaml")),
    }];
    report.skipped_rules =
        vec![SkippedRule { rule: "maintenance/stale-chart".into(), needs: "Git history".into() }];
    report.coverage.entries = entries();
    (report, files)
}

fn files() -> Shelf {
    let values: Vec<_> = (0..200).map(|n| format!("value-{n}")).collect();
    let widgets = "\u{feff}kind: CustomResourceDefinition\r\nmetadata:\r\n\tname: widgets.example.com # 漢字\r\n";
    Shelf::new(&[
        ("charts/charts/web/templates/crd.yaml", CRD),
        ("charts/charts/web/Chart.yaml", CHART),
        ("charts/charts/web/values.yaml", &format!("matrix: [{}]\n", values.join(", "))),
        ("other/a b#c/crds/widgets.yaml", widgets),
        ("pkg/app-1.0.0.tgz!/app/Chart.yaml", "name: app"),
    ])
}

/// Findings on one chart: a fix, a second place in the same file, a line that is too long.
fn web(files: &Shelf) -> [Finding; 3] {
    let web = || Some(chart("charts/charts/web", "web", "1.2.3"));
    let at = |file: &str, what| files.place(&format!("charts/charts/web/{file}"), what);
    let message = "dependency `redis` takes every version: `*`";
    let place = at("Chart.yaml", "\"*\"");
    let mut range = finding("skew/floating-range", Level::Warning, web(), message, place.clone());
    range.help = "write a range with an end:\nversion: ^20.1.0".into();
    range.fix =
        Some(Fix { safe: false, edits: vec![Edit { location: place, text: "^20.1.0".into() }] });
    let message = "CRD `widgets.example.com` is a hook and is deleted with every resource of it at each upgrade";
    let place = at("templates/crd.yaml", "helm.sh/hook");
    let mut hook = finding("crd/hook", Level::Error, web(), message, place);
    hook.help = "remove the annotation `helm.sh/hook: pre-install,pre-upgrade` and move the file to `charts/web/crds/crd.yaml`, see https://example.com/crds".into();
    hook.related = vec![related("this CRD", at("templates/crd.yaml", "widgets.example.com"))];
    let message = "default of `matrix[120]` is not documented";
    let place = at("values.yaml", "value-120");
    [range, hook, finding("docs/wrong-default", Level::Warning, web(), message, place)]
}

/// Findings in an archive, at a file's end, and in a file that cannot be shown.
fn others(files: &Shelf) -> [Finding; 2] {
    let app = Some(chart("pkg/app-1.0.0.tgz!/app", "app", ""));
    let place = files.place("pkg/app-1.0.0.tgz!/app/Chart.yaml", "");
    let message = "chart `app` has no README";
    let readme = finding("docs/missing-readme", Level::Warning, app, message, place);
    let wide = Some(chart("other/a b#c", "wide", "0.0.1-rc.1"));
    let place = Place::file(&Arc::from("other/a b#c/values.yaml"));
    let message = "`values.yaml` is not UTF-8";
    [finding("input/unreadable-file", Level::Error, wide, message, place), readme]
}

/// Findings on the catalog: a second place that can be shown, and many that cannot.
fn catalog(files: &Shelf) -> [Finding; 2] {
    let (crd, name) = ("charts/charts/web/templates/crd.yaml", "widgets.example.com");
    let message = "CRD `widgets.example.com` is owned by 2 charts";
    let place = files.place("other/a b#c/crds/widgets.yaml", name);
    let mut owner = finding("crd/duplicate-owner", Level::Error, None, message, place);
    owner.help = "keep it in one chart".into();
    owner.related = vec![related("also here", files.place(crd, name))];
    let message = "dependency `redis` is resolved to 12 versions";
    let place = files.place("charts/charts/web/Chart.yaml", "redis");
    let mut spread = finding("skew/dependency-spread", Level::Note, None, message, place);
    let chart = |n| Place::file(&Arc::from(format!("charts/charts/x{n}/Chart.yaml")));
    spread.related = (1..=12).map(|n| related(&format!("{n}.0.0"), chart(n))).collect();
    [spread, owner]
}

fn entries() -> Vec<Entry> {
    let entry = |path: &str, state, reason: &str, is_chart| Entry {
        path: path.into(),
        state,
        reason: reason.into(),
        is_chart,
    };
    let mut entries = vec![
        entry("charts/charts/lib", State::Partial, "library chart `common` is not vendored", true),
        entry("charts/charts/web", State::Analysed, "", true),
        entry("charts/charts/x1", State::Partial, "library chart `common` is not vendored", true),
        entry("other/a b#c/values.yaml", State::Skipped, "not UTF-8", false),
        entry("other/broken", State::Skipped, "Chart.yaml is missing", true),
    ];
    entries.extend(
        (0..12).map(|n| entry(&format!("scaffold/{n}"), State::Excluded, "scaffold", true)),
    );
    entries
}
