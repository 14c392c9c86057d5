//! SARIF against the official schema, GitHub's limits and Microsoft's validator.

use std::path::PathBuf;
use std::process::Command;

use careen::finding::{Level, Place};
use careen::report::sarif::{LOCATIONS_PER_RESULT, RESULTS, left_out};
use careen::report::{Counts, Format, Report};
use careen::text::Span;
use serde_json::Value;

use crate::reports::{PLAIN, Shelf, finding, related, render, report, rich};
use crate::{assert_valid, schema};

fn sarif(report: &Report, files: &Shelf) -> Value {
    serde_json::from_str(&render(Format::Sarif, report, files, &PLAIN)).unwrap()
}

fn results(log: &Value) -> &[Value] {
    log["runs"][0]["results"].as_array().unwrap()
}

fn result<'a>(log: &'a Value, rule: &str) -> &'a Value {
    results(log).iter().find(|result| result["ruleId"] == rule).unwrap()
}

#[test]
fn is_valid_by_the_official_schema() {
    let schema = schema("fixtures/schemas/sarif-2.1.0.json");
    let (full, files) = rich();
    assert_valid(&schema, &sarif(&full, &files));
    assert_valid(&schema, &sarif(&full, &Shelf::new(&[])));
    assert_valid(&schema, &sarif(&report(Vec::new(), Counts::default()), &files));
}

#[test]
fn places_are_relative_encoded_and_one_line_long() {
    let (full, files) = rich();
    let log = sarif(&full, &files);
    let here = |rule| &result(&log, rule)["locations"][0]["physicalLocation"];
    assert_eq!(
        here("input/unreadable-file")["artifactLocation"]["uri"],
        "other/a%20b%23c/values.yaml"
    );
    assert_eq!(here("docs/missing-readme")["artifactLocation"]["uri"], "pkg/app-1.0.0.tgz");
    assert_eq!(here("docs/missing-readme")["region"]["startLine"], 1);
    let text = result(&log, "docs/missing-readme")["message"]["text"].as_str().unwrap();
    assert_eq!(text, "Chart `app` has no README. In the archive: `app/Chart.yaml:1:10`.");
    let range = &here("crd/duplicate-owner")["region"];
    assert_eq!((&range["startColumn"], &range["endColumn"]), (&8.into(), &27.into()));
    for result in results(&log) {
        let region = &result["locations"][0]["physicalLocation"]["region"];
        assert_eq!(region["startLine"], region["endLine"], "{result}");
    }
}

#[test]
fn a_region_over_several_lines_ends_with_the_first() {
    let files = Shelf::new(&[("a.yaml", "ä: \r\n  b: 1\r\n")]);
    let place = Place::new(&"a.yaml".into(), &files.0["a.yaml"], Span::new(0, 13));
    let log = sarif(
        &report(vec![finding("crd/hook", Level::Note, None, "m", place)], Counts::default()),
        &files,
    );
    let region = &result(&log, "crd/hook")["locations"][0]["physicalLocation"]["region"];
    assert_eq!((&region["endLine"], &region["endColumn"]), (&1.into(), &4.into()));
}

#[test]
fn fingerprints_are_githubs_and_ours() {
    let (full, files) = rich();
    let log = sarif(&full, &files);
    let readable = &result(&log, "crd/hook")["partialFingerprints"];
    assert!(readable["primaryLocationLineHash"].as_str().unwrap().ends_with(":1"), "{readable}");
    assert_eq!(readable["careen/v1"], full.findings[1].fingerprint.as_str());
    let gone = &result(&log, "input/unreadable-file")["partialFingerprints"];
    assert_eq!(gone.get("primaryLocationLineHash"), None);
}

#[test]
fn rules_come_from_their_pages_and_results_point_at_them() {
    let (full, files) = rich();
    let log = sarif(&full, &files);
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    for result in results(&log) {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
    }
    let hook = rules.iter().find(|rule| rule["id"] == "crd/hook").unwrap();
    assert_eq!(hook["name"], "CrdHook");
    assert_eq!(hook["shortDescription"]["text"], "a CRD is a hook.".replacen('a', "A", 1));
    assert_eq!(hook["properties"]["tags"], serde_json::json!(["crd", "upgrades"]));
    assert_eq!(hook["properties"]["problem.severity"], "error");
    assert_eq!(hook["help"]["markdown"], "## What it checks\n\nThe text of the page.\n");
}

#[test]
fn suppressed_findings_are_left_out_and_rules_that_did_not_run_are_named() {
    let (full, files) = rich();
    let log = sarif(&full, &files);
    assert_eq!(results(&log).len(), full.findings.len());
    let notes = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"];
    assert_eq!(
        notes[0]["message"]["text"],
        "Rule `maintenance/stale-chart` did not run: it needs Git history."
    );
    assert_eq!(notes.as_array().unwrap().len(), 1);
}

#[test]
fn the_worst_findings_stay_where_a_run_is_full() {
    let files = Shelf::new(&[]);
    let place = || Place::file(&"a.yaml".into());
    let mut findings: Vec<_> = (0..=RESULTS)
        .map(|n| finding("docs/x", Level::Note, None, &format!("m{n}"), place()))
        .collect();
    findings.push(finding("crd/hook", Level::Error, None, "the last and the worst", place()));
    let full = report(findings, Counts::default());
    let log = sarif(&full, &files);
    assert_eq!((results(&log).len(), left_out(&full)), (RESULTS, 2));
    assert_eq!(results(&log)[RESULTS - 1]["ruleId"], "crd/hook");
    assert_eq!(
        results(&log)[RESULTS - 2]["message"]["text"],
        format!("M{}.", RESULTS - 2).replace('M', "m")
    );
    let note =
        &log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"];
    assert_eq!(
        note,
        "2 of 25002 findings are left out, those of the lowest level: a run holds 25000."
    );
}

#[test]
fn related_places_are_linked_and_limited() {
    let place = |n: usize| Place::file(&format!("charts/{n}/Chart.yaml").into());
    let mut one = finding("skew/spread", Level::Note, None, "`redis` at `a[0](1)`", place(0));
    one.related = (1..=2_000).map(|n| related("has [it]", place(n))).collect();
    let log = sarif(&report(vec![one], Counts::default()), &Shelf::new(&[]));
    let result = result(&log, "skew/spread");
    assert_eq!(result["relatedLocations"].as_array().unwrap().len(), LOCATIONS_PER_RESULT - 1);
    let text = result["message"]["text"].as_str().unwrap();
    assert!(text.starts_with("`redis` at `a\\[0\\](1)`. See [has \\[it\\]](1), "), "{text}");
    assert!(text.ends_with("(10) and 1990 more."), "{text}");
}

/// Microsoft's validator: `npm install --prefix target/oracles @microsoft/sarif-multitool-linux`,
/// or any other place by `SARIF_MULTITOOL`.
fn multitool() -> Option<PathBuf> {
    let package = "node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool";
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    std::env::var_os("SARIF_MULTITOOL")
        .map(PathBuf::from)
        .into_iter()
        .chain([root.join("target/oracles").join(package), root.join(package)])
        .find(|path| path.is_file())
}

#[test]
fn microsofts_validator_has_nothing_to_say() {
    let Some(tool) = multitool() else {
        assert!(std::env::var_os("CAREEN_REQUIRE_ORACLES").is_none(), "sarif-multitool is missing");
        eprintln!("skipped: no sarif-multitool, set SARIF_MULTITOOL or see this file");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (full, files) = rich();
    let file = folder.path().join("report.sarif");
    std::fs::write(&file, render(Format::Sarif, &full, &files, &PLAIN)).unwrap();
    let verdict = folder.path().join("verdict.sarif");
    let output = Command::new(tool)
        .arg("validate")
        .arg(&file)
        .args(["--rule-kind", "Sarif;Ghas", "--output"])
        .arg(&verdict)
        .env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let verdict = std::fs::read_to_string(verdict).unwrap();
    let verdict: Value = serde_json::from_str(verdict.trim_start_matches('\u{feff}')).unwrap();
    // SARIF2005 wants the tool's address, which is the manifest's `repository`.
    let addressed = !env!("CARGO_PKG_REPOSITORY").is_empty();
    let said: Vec<_> = results(&verdict)
        .iter()
        .filter(|said| addressed || said["ruleId"] != "SARIF2005")
        .collect();
    assert!(said.is_empty(), "{said:#?}");
}
