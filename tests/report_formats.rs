//! Every report format on reports with awkward content.

#![allow(clippy::unwrap_used, reason = "test helpers outside of test functions")]
#![allow(
    clippy::needless_raw_string_hashes,
    reason = "snapshots are rewritten by SNAPSHOTS=overwrite"
)]

use careen::finding::{Finding, Level, Place};
use careen::report::{Counts, Format, Report, Style};
use careen::text::{Span, Text};
use proptest::prelude::*;
use serde_json::{Value, json};
use snapbox::{IntoData, assert_data_eq, str};

#[path = "report_formats/reports.rs"]
mod reports;
#[path = "report_formats/sarif.rs"]
mod sarif;

use reports::{PLAIN, Shelf, finding, related, render, report, rich};

fn schema(path: &str) -> jsonschema::Validator {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let mut schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    // SARIF's pattern for `language`, which is never written, is one only for ECMAScript: `]?`.
    for owner in ["run", "toolComponent"] {
        let language = schema.pointer_mut(&format!("/definitions/{owner}/properties/language"));
        language.and_then(Value::as_object_mut).map(|language| language.remove("pattern"));
    }
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

fn assert_valid(schema: &jsonschema::Validator, value: &Value) {
    let errors: Vec<_> =
        schema.iter_errors(value).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

/// One finding on the first `what` of a text, alone in a report.
fn one(text: &str, what: &str) -> (Report, Shelf) {
    let files = Shelf::new(&[("a.yaml", text)]);
    let found = finding("crd/hook", Level::Error, None, "it is so", files.place("a.yaml", what));
    (report(vec![found], Counts::default()), files)
}

/// The lines of the human report between the first message and the summary.
fn snippet(report: &Report, files: &Shelf, style: &Style) -> String {
    let text = render(Format::Human, report, files, style);
    let (_, rest) = text.split_once("it is so\n").unwrap();
    rest.split_once("\n\n").unwrap().0.to_owned()
}

#[test]
fn human() {
    let (report, files) = rich();
    let text = render(Format::Human, &report, &files, &PLAIN);
    assert_data_eq!(text, snapbox::file!["report_formats/human.txt"].raw());
}

#[test]
fn human_in_colour_with_links() {
    let (mut report, files) = rich();
    report.findings.truncate(2);
    report.suppressed.clear();
    report.coverage.entries.clear();
    let style = Style { color: true, links: true, ..PLAIN };
    let text = render(Format::Human, &report, &files, &style).replace('\u{1b}', "^");
    assert_data_eq!(text, str![[r#"
^[2m──^[0m ^[1mcharts/charts/web (web 1.2.3)^[0m: 1 error, 1 warning ^[2m───────────────────────────^[0m

^[1m^[33mwarning[skew/floating-range]:^[0m ^[1mdependency `redis` takes every version: `*`^[0m
   ╭─[^[36;1;4mcharts/charts/web/Chart.yaml:6:14^[0m]
 ^[2m5^[0m │   - name: redis
 ^[2m6^[0m │     version: "*"
   · ^[33m             ───^[0m
 ^[2m7^[0m │     repository: https://charts.example.com
   ╰────
  ^[1m^[32mhelp: ^[0mwrite a range with an end:
        version: ^20.1.0

^[1m^[31merror[crd/hook]:^[0m ^[1mCRD `widgets.example.com` is a hook and is deleted with every^[0m
  ^[1mresource of it at each upgrade^[0m
   ╭─[^[36;1;4mcharts/charts/web/templates/crd.yaml:6:5^[0m]
 ^[2m3^[0m │ metadata:
 ^[2m4^[0m │   name: widgets.example.com
   · ^[36m        ─────────┬─────────^[0m
   ·                  ^[36m╰── ^[36mthis CRD^[0m^[0m
 ^[2m5^[0m │   annotations:
 ^[2m6^[0m │     helm.sh/hook: pre-install,pre-upgrade
   · ^[31m    ────────────^[0m
 ^[2m7^[0m │ spec:
   ╰────
  ^[1m^[32mhelp: ^[0mremove the annotation `helm.sh/hook: pre-install,pre-upgrade` and move
        the file to `charts/web/crds/crd.yaml`, see ^]8;;https://example.com/crds^\https://example.com/crds^]8;;^\

^[2m──^[0m ^[1msummary^[0m ^[2m─────────────────────────────────────────────────────────────────────^[0m

^[1m2 findings^[0m: 1 error, 1 warning
     1  ^[1m^[31merror  ^[0m  crd/hook             ^[2ma CRD is a hook^[0m
     1  ^[1m^[33mwarning^[0m  skew/floating-range  ^[2ma version range has no end^[0m

^[1m29 charts: 14 analysed, 2 partial, 1 skipped, 12 excluded^[0m

^[1m1 rule^[0m not run
  maintenance/stale-chart: needs Git history

^[2m`careen explain RULE` says what a rule checks and how to silence it^[0m

"#]].raw());
}

#[test]
fn human_in_ascii_on_a_narrow_terminal() {
    let (report, files) = rich();
    let style = Style { width: 50, unicode: false, ..PLAIN };
    let text = render(Format::Human, &report, &files, &style);
    let ours = text.replace(['漢', '字'], "");
    assert!(ours.is_ascii(), "{ours}");
    let long: Vec<_> = text
        .lines()
        .filter(|line| line.chars().count() > 50)
        // Places and commands stay whole so that they can be copied.
        .filter(|line| !line.contains(",-[") && !line.contains("error[crd/hook] charts/"))
        .filter(|line| {
            !line.starts_with("  also ") && !line.starts_with("-- ") && !line.contains("analysed, ")
        })
        .filter(|line| !line.starts_with("`careen explain"))
        .collect();
    assert_eq!(long, Vec::<&str>::new());
}

#[test]
fn concise() {
    let (report, files) = rich();
    assert_data_eq!(render(Format::Concise, &report, &files, &PLAIN), str![[r#"
charts/charts/web/Chart.yaml:6:14: warning[skew/floating-range] dependency `redis` takes every version: `*`
charts/charts/web/templates/crd.yaml:6:5: error[crd/hook] CRD `widgets.example.com` is a hook and is deleted with every resource of it at each upgrade
charts/charts/web/values.yaml:1:1220: warning[docs/wrong-default] default of `matrix[120]` is not documented
other/a b#c/values.yaml:1:1: error[input/unreadable-file] `values.yaml` is not UTF-8
pkg/app-1.0.0.tgz!/app/Chart.yaml:1:10: warning[docs/missing-readme] chart `app` has no README
charts/charts/web/Chart.yaml:5:11: note[skew/dependency-spread] dependency `redis` is resolved to 12 versions
other/a b#c/crds/widgets.yaml:3:8: error[crd/duplicate-owner] CRD `widgets.example.com` is owned by 2 charts
3 errors, 3 warnings, 1 note; 1 suppressed; 29 charts: 14 analysed, 2 partial, 1 skipped, 12 excluded; 1 rule not run

"#]].raw());
}

#[test]
fn nothing_found_is_one_line() {
    let files = Shelf::new(&[]);
    let mut empty = report(Vec::new(), Counts { analysed: 41, ..Counts::default() });
    let human = render(Format::Human, &empty, &files, &PLAIN);
    assert_eq!(human, "shipshape: no findings, 41 charts analysed\n");
    let concise = render(Format::Concise, &empty, &files, &PLAIN);
    assert_eq!(concise, "no findings; 41 charts analysed\n");
    assert_eq!(render(Format::Jsonl, &empty, &files, &PLAIN), "");
    empty.coverage.charts = Counts::default();
    let human = render(Format::Human, &empty, &files, &PLAIN);
    assert_eq!(human, "no findings: there is no chart here\n");
}

#[test]
fn nothing_found_still_accounts_for_what_was_left_out() {
    let (mut report, files) = rich();
    report.findings.clear();
    assert_data_eq!(
        render(Format::Human, &report, &files, &PLAIN),
        str![[r#"
no findings

1 finding suppressed
  error[crd/hook] charts/charts/web/Chart.yaml:5:11
    because: moves with 2.0 until 2027-01-01 (careen.yaml:1:1)

29 charts: 14 analysed, 2 partial, 1 skipped, 12 excluded; 1 file skipped
     1  skipped   Chart.yaml is missing: other/broken
     1  skipped   not UTF-8: other/a b#c/values.yaml
     2  partial   library chart `common` is not vendored: charts/charts/lib,
                  charts/charts/x1
    12  excluded  scaffold: scaffold/0, scaffold/1, scaffold/2 and 9 more

1 rule not run
  maintenance/stale-chart: needs Git history

"#]]
        .raw()
    );
}

#[test]
fn the_summary_names_a_few_and_counts_all() {
    let (mut report, files) = rich();
    report.suppressed = vec![report.suppressed[0].clone(); 9];
    let text = render(Format::Human, &report, &files, &PLAIN);
    assert!(text.contains("9 findings suppressed\n"), "{text}");
    assert!(text.contains("  and 4 more, all of them in `--format json`\n\n29 charts"), "{text}");
}

#[test]
fn json_is_valid_by_its_schema_and_reads_back() {
    let schema = schema("schema/careen-report-1.json");
    let (mut report, files) = rich();
    report.verdict = Some(json!({
        "sentence": "this catalog is not a platform",
        "dimensions": [{ "name": "adoption", "level": 1, "facts": { "used": 3 }, "next": ["00ff"] }],
        "building_blocks": [],
    }));
    let text = render(Format::Json, &report, &files, &PLAIN);
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_valid(&schema, &value);
    assert!(text.ends_with("}\n") && text.starts_with("{\n  \"schema\": \"careen-report/1\",\n"));
    assert_eq!(value["coverage"]["entries"][0].get("is_chart"), None);
    assert_eq!(value["suppressed"][0]["rule"], "crd/hook");
    let back: Report = serde_json::from_str(&text).unwrap();
    assert_eq!(render(Format::Json, &back, &files, &PLAIN), text);
}

#[test]
fn the_json_schema_refuses_what_is_not_in_it() {
    let schema = schema("schema/careen-report-1.json");
    let (report, files) = rich();
    let value: Value =
        serde_json::from_str(&render(Format::Json, &report, &files, &PLAIN)).unwrap();
    assert_valid(&schema, &value);
    for (pointer, key, wrong) in [
        ("", "more", json!(1)),
        ("/findings/0", "more", json!(1)),
        ("/findings/0", "level", json!("fatal")),
        ("/findings/0", "reason", json!("only of a suppression")),
        ("/suppressed/0", "more", json!(1)),
        ("/suppressed/0", "until", json!("some day")),
        ("/findings/0/location/start", "line", json!(0)),
        ("/coverage/entries/0", "reason", json!("")),
    ] {
        let mut changed = value.clone();
        let object = changed.pointer_mut(pointer).and_then(Value::as_object_mut).unwrap();
        object.insert(key.to_owned(), wrong);
        assert!(!schema.is_valid(&changed), "{pointer} {key}");
    }
}

#[test]
fn jsonl_is_one_finding_a_line() {
    let (report, files) = rich();
    let text = render(Format::Jsonl, &report, &files, &PLAIN);
    let lines: Vec<Finding> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines, report.findings);
}

#[test]
fn formats_have_names() {
    for format in Format::ALL {
        assert_eq!(format.to_string().parse(), Ok(format));
    }
    let error = "xml".parse::<Format>().unwrap_err();
    assert_eq!(error, "`xml` is no format: use one of human, concise, json, jsonl, sarif");
}

#[test]
fn equal_reports_give_equal_bytes() {
    let (report, files) = rich();
    for format in Format::ALL {
        let first = render(format, &report, &files, &PLAIN);
        assert_eq!(first, render(format, &report, &files, &PLAIN));
    }
}

#[test]
fn a_region_over_a_few_lines_is_drawn_whole() {
    let (report, files) =
        one("a:\n  - name: x\n    version: 1\nb: 2\n", "- name: x\n    version: 1\n");
    assert_data_eq!(
        snippet(&report, &files, &PLAIN),
        str![[r#"
   ╭─[a.yaml:2:3]
 1 │     a:
 2 │ ╭─▶   - name: x
 3 │ ╰─▶     version: 1
 4 │     b: 2
   ╰────
"#]]
        .raw()
    );
}

#[test]
fn a_region_over_many_lines_is_drawn_by_its_first() {
    let body = "x: 1\n".repeat(100);
    let (report, files) = one(&format!("a: 0\n{body}"), &body);
    assert_data_eq!(
        snippet(&report, &files, &PLAIN),
        str![[r#"
   ╭─[a.yaml:2:1]
 1 │ a: 0
 2 │ x: 1
   · ────
 3 │ x: 1
   ╰────
"#]]
        .raw()
    );
}

#[test]
fn the_end_of_a_file_and_an_empty_file_are_shown() {
    let (report, files) = one("a: 1\n", "");
    assert_data_eq!(
        snippet(&report, &files, &PLAIN),
        str![[r#"
   ╭─[a.yaml:2:1]
 1 │ a: 1
 2 │ 
   · ▲
   ╰────
"#]]
        .raw()
    );
    let (report, files) = one("", "");
    assert_data_eq!(
        snippet(&report, &files, &PLAIN),
        str![[r#"
   ╭─[a.yaml:1:1]
 1 │ 
   · ▲
   ╰────
"#]]
        .raw()
    );
}

#[test]
fn tabs_wide_characters_and_line_ends_do_not_shift_the_mark() {
    let (report, files) = one("\u{feff}\t漢字:\té: x # \u{1b}[31m\r\nb: 1\r\n", "x");
    assert_data_eq!(
        snippet(&report, &files, &PLAIN),
        str![[r#"
   ╭─[a.yaml:1:9]
 1 │     漢字:   é: x # �[31m
   ·                ─
 2 │ b: 1
   ╰────
"#]]
        .raw()
    );
    let (report, files) = one("\u{feff}a: 1\r\n", "a");
    assert_data_eq!(
        snippet(&report, &files, &PLAIN),
        str![[r#"
   ╭─[a.yaml:1:1]
 1 │ a: 1
   · ─
   ╰────
"#]]
        .raw()
    );
}

#[test]
fn second_places_near_far_and_equal() {
    let text = format!("one: 1\ntwo: 2\n{}last: 3\n", "x: 0\n".repeat(40));
    let (mut report, files) = one(&text, "two");
    let at = |what| files.place("a.yaml", what);
    report.findings[0].related =
        vec![related("near", at("one")), related("far", at("last")), related("itself", at("two"))];
    assert_data_eq!(
        snippet(&report, &files, &PLAIN),
        str![[r#"
   ╭─[a.yaml:2:1]
 1 │ one: 1
   · ─┬─
   ·  ╰── near
 2 │ two: 2
   · ─┬─
   ·  ╰── itself
 3 │ x: 0
   ╰────
    ╭─[a.yaml:43:1]
 42 │ x: 0
 43 │ last: 3
    · ──┬─
    ·   ╰── far
    ╰────
"#]]
        .raw()
    );
}

#[test]
fn what_a_terminal_obeys_is_never_written() {
    let evil = "\u{1b}]0;owned\u{7}\u{202e}\r";
    let files = Shelf::new(&[("a\u{1b}[2J.yaml", &format!("k: {evil}\n"))]);
    let place = files.place("a\u{1b}[2J.yaml", "k");
    let mut found = finding("crd/hook", Level::Error, None, evil, place.clone());
    found.help = evil.to_owned();
    found.related = vec![related(evil, place), related(evil, Place::file(&evil.into()))];
    let report = report(vec![found], Counts::default());
    for format in [Format::Human, Format::Concise] {
        let text = render(format, &report, &files, &PLAIN);
        let obeyed = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
        assert!(!text.contains(obeyed), "{text:?}");
    }
}

proptest! {
    /// Whatever the text and the places: nothing panics, the place is printed, no line is lost.
    #[test]
    fn any_place_in_any_text(
        text in "[a-c:\\-\t\r\n é漢\u{301}\u{feff}\u{1b}]{0,120}",
        spans in prop::collection::vec((0usize..140, 0usize..60), 1..6),
        width in 0usize..120,
        color in any::<bool>(),
    ) {
        let text = Text::new(text);
        let places: Vec<_> = spans
            .iter()
            .map(|(start, length)| Place::new(&"a.yaml".into(), &text, Span::new(*start, start + length)))
            .collect();
        let mut found = finding("crd/hook", Level::Warning, None, "it is so", places[0].clone());
        found.related = places[1..].iter().map(|place| related("other", place.clone())).collect();
        let report = report(vec![found], Counts::default());
        let files = Shelf([("a.yaml".to_owned(), text)].into());
        let style = Style { width, color, ..PLAIN };
        let shown = render(Format::Human, &report, &files, &style);
        let start = places[0].start;
        let at = format!("a.yaml:{}:{}", start.line, start.column);
        prop_assert!(shown.contains(&at), "{at} is not in {shown}");
        render(Format::Sarif, &report, &files, &style);
    }

    /// A report can come from elsewhere: places that do not fit the file are no reason to panic.
    #[test]
    fn places_that_do_not_fit(text in "[a\né]{0,20}", a in any::<[u32; 3]>(), b in any::<[u32; 3]>()) {
        let position = |[line, column, offset]: [u32; 3]| careen::text::Position { line, column, offset };
        let place = Place { path: "a.yaml".into(), start: position(a), end: position(b) };
        let report = report(vec![finding("crd/hook", Level::Note, None, "it is so", place)], Counts::default());
        let files = Shelf::new(&[("a.yaml", &text)]);
        for format in Format::ALL {
            render(format, &report, &files, &PLAIN);
        }
    }
}
