//! `careen.yaml`: what it means, what is refused, and that the published schema says the same.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

use std::sync::Arc;

use careen::{
    config::{Config, ConfigProblem, RuleLevel, Selection},
    finding::{ChartId, Finding, Level, Place},
    report::{SkippedRule, Suppressed},
    rule::{OptionPage, Page},
    suppress::{STALE_SUPPRESSION, Scope, suppress},
    text::Text,
};

/// 2026-06-15T12:00:00Z.
const NOW: i64 = 1_781_524_800;

#[test]
fn every_key_is_read() {
    let config = valid(
        r#"
rules:
  crd/hook: off
  docs/*: note
  docs/broken-link: error
  maintenance/stale-chart: {level: warning, options: {warning-days: 500}}
exclude: [examples, "charts/*/testdata/"]
suppressions:
  - rule: crd/hook
    chart: charts/web-*
    subject: widgets.example.com
    reason: removed with the next major
    until: 2027-01-01
published-at: ["https://charts.example.com/stable/", oci://registry.example.com/charts]
"#,
    );
    assert_eq!(config.level("crd/hook"), Some(RuleLevel::Off));
    assert_eq!(config.level("docs/missing-readme"), Some(RuleLevel::At(Level::Note)));
    assert_eq!(config.level("docs/broken-link"), Some(RuleLevel::At(Level::Error)));
    assert_eq!(config.level("skew/stale-lock"), None);
    assert_eq!(config.options("maintenance/stale-chart").get("warning-days"), Some(&500));
    for path in ["examples", "examples/a/Chart.yaml", "charts/x/testdata", "charts/x/testdata/y"] {
        assert!(config.excludes.is_match(path), "{path}");
    }
    for path in ["charts/x", "charts/examples", "charts/x/y/testdata"] {
        assert!(!config.excludes.is_match(path), "{path}");
    }
    let published = ["https://charts.example.com/stable", "oci://registry.example.com/charts"];
    assert_eq!(config.published_at, published);
    let suppression = &config.suppressions[0];
    assert_eq!(suppression.until.as_ref().unwrap().date, "2027-01-01");
    assert_eq!((suppression.place.start.line, suppression.place.start.column), (9, 5));
    assert_eq!(suppression.place.end.line, 9);
}

#[test]
fn nothing_is_configured_by_an_empty_file() {
    for text in ["", "# nothing yet\n", "rules:\nexclude:\nsuppressions:\npublished-at:\n", "{}"] {
        let config = valid(text);
        assert!(config.rules.is_empty() && config.suppressions.is_empty(), "{text:?}");
        assert!(!config.excludes.is_match("charts"), "{text:?}");
    }
}

#[test]
fn all_problems_come_at_once_in_the_order_of_the_file() {
    let text = r#"rulez: {}
rules:
  crd/hok: warning
  docs/*: quiet
  maintenance/stale-chart: {level: [error], optoins: {}, options: {warn-days: 5}}
  skew/stale-lock: {options: {days: 5}}
  docs: {options: {days: 5}}
  crd/hook:
exclude: "examples"
published-at: [charts.example.com]
suppressions:
  - chart: "charts/[a"
    until: 2027-02-30
    raeson: later
  - {rule: nothing/like-this, subject: [a]}
policy: {}
exclude: []
"#;
    let expected = "\
1:1 unknown key `rulez` | did you mean `rules`?
3:3 `crd/hok` is no rule and no family of rules | did you mean `crd/hook`?
4:11 `quiet` is no level | use `error`, `warning`, `note` or `off`
5:36 a level can't be a sequence | use `error`, `warning`, `note` or `off`
5:45 unknown key `optoins` | did you mean `options`?
5:68 `maintenance/stale-chart` has no option `warn-days` | did you mean `warning-days`?
6:31 `skew/stale-lock` has no option `days` | remove it: the rule has no options
7:3 `docs` means `docs/*`, which is configured already | remove one of the two (4:3 first here)
7:10 options belong to one rule, `docs/*` is a family | write them under the rule's full id
8:11 here stands no level | use `error`, `warning`, `note` or `off`
10:16 `charts.example.com` is no address of a chart repository | begin it with `https://`, `http://` or `oci://`
12:5 this suppression has no `rule` | name a rule, or a family like `docs/*`
12:12 `charts/[a` is no glob: unclosed character class; missing ']' | close the bracket, or escape it with `\\`
13:12 `2027-02-30` is no date | write it like `2027-01-31`
14:5 unknown key `raeson` | did you mean `reason`?
15:12 `nothing/like-this` is no rule and no family of rules | run `careen rules` for the list
15:40 `subject` must be a string, not a sequence | 
16:1 `policy` is reserved for a later version of careen | remove it: this version would not look at it
17:1 `exclude` is written twice | remove one of the two (9:1 first here)
";
    assert_eq!(told(&problems(text)), expected);
}

#[test]
fn wrong_types_are_named() {
    let cases = [
        ("[]", "1:1 the configuration must be a mapping, not a sequence"),
        ("rules: crd/hook", "1:8 `rules` must be a mapping, not a string"),
        ("exclude: examples", "1:10 `exclude` must be a list, not a string"),
        ("suppressions: [crd/hook]", "1:16 a suppression must be a mapping, not a string"),
        ("published-at: [{}]", "1:16 an item of `published-at` must be a string, not a mapping"),
        ("rules: {crd/hook: on}", "1:19 `on` is no level"),
        ("exclude: ['']", "1:11 `` matches nothing | write `**` for everything"),
        ("rules: {crd/hook: 3}", "1:19 `3` is no level"),
        (
            "rules: {maintenance/stale-chart: {options: {warning-days: soon}}}",
            "1:59 `warning-days` must be an integer, not a string",
        ),
        (
            "rules: {maintenance/stale-chart: {options: {warning-days: -1}}}",
            "1:59 `-1` is out of range",
        ),
        (
            "---\n---\nrules: {}",
            "3:1 a configuration is one document, and here begins a second one",
        ),
    ];
    for (text, expected) in cases {
        let told = told(&problems(text));
        assert!(told.starts_with(expected), "{text}\n{told}");
    }
}

#[test]
fn broken_yaml_is_one_problem_with_the_parsers_place() {
    let problems = problems("rules:\n  crd/hook: \"off\n");
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].place.start.line >= 2);
}

#[test]
fn selections_name_rules_and_families() {
    let config = valid("rules: {crd/hook: off, docs/*: error}");
    let runs = |select: &[&str], ignore: &[&str]| {
        let selection = selection(&config, select, ignore);
        PAGES.iter().copied().filter(|id| selection.runs(id).is_some()).collect::<Vec<_>>()
    };
    assert_eq!(runs(&["docs"], &[]), ["docs/broken-link", "docs/missing-readme"]);
    assert_eq!(runs(&["docs/*"], &["docs/broken-link"]), ["docs/missing-readme"]);
    assert_eq!(runs(&["crd"], &[]), [] as [&str; 0]);
    assert_eq!(runs(&["crd/hook"], &[]), ["crd/hook"]);
    assert_eq!(runs(&["crd/hook"], &["crd"]), [] as [&str; 0]);
    assert_eq!(runs(&[], &[]).len(), PAGES.len() - 1);
    let all = selection(&config, &[], &[]);
    assert_eq!(all.runs("docs/broken-link"), Some(Some(Level::Error)));
    assert_eq!(all.runs("skew/stale-lock"), Some(None));
}

#[test]
fn every_unknown_rule_of_a_selection_is_named() {
    let pages = pages();
    let pages: Vec<_> = pages.iter().collect();
    let texts = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
    let (select, ignore) = (texts(&["dosc", "crd/hook"]), texts(&["stale-lock"]));
    let unknown = Selection::new(&pages, &Config::default(), &select, &ignore).unwrap_err();
    let helps: Vec<_> = unknown.iter().map(|unknown| unknown.help.as_str()).collect();
    assert_eq!(helps, ["did you mean `docs`?", "did you mean `skew/stale-lock`?"]);
    assert_eq!(unknown[0].to_string(), "`dosc` is no rule and no family of rules");
}

#[test]
fn suppressions_match_by_rule_chart_and_subject() {
    let cases = [
        ("{rule: crd/hook}", true),
        ("{rule: crd/*}", true),
        ("{rule: docs/*}", false),
        ("{rule: crd/hook, chart: charts/web}", true),
        ("{rule: crd/hook, chart: charts/*}", true),
        ("{rule: crd/hook, chart: '**/db'}", true),
        ("{rule: crd/hook, chart: charts/api}", false),
        ("{rule: crd/hook, subject: 'a.b[0].c'}", true),
        ("{rule: crd/hook, subject: 'a.*'}", true),
        ("{rule: crd/hook, subject: 'a.b'}", false),
        ("{rule: crd/hook, subject: 'a.b?0].c'}", false),
        ("{rule: crd/hook, until: 2026-06-15}", true),
        ("{rule: crd/hook, until: 2026-06-14}", false),
    ];
    for (item, expected) in cases {
        let (standing, silenced) = apply(&[item], &[], true);
        assert_eq!(silenced.len(), usize::from(expected), "{item}");
        assert_eq!(
            standing.iter().filter(|it| &*it.rule == "crd/hook").count(),
            1 - silenced.len()
        );
    }
}

#[test]
fn a_chart_glob_never_silences_a_finding_on_the_catalog() {
    let config = valid("suppressions: [{rule: crd/hook, chart: '**', reason: r}]");
    let catalog = Finding { chart: None, ..finding() };
    let scope = Scope { now: NOW, complete: true, skipped: &[] };
    let (standing, silenced) =
        suppress(vec![catalog], &config, &selection(&config, &[], &[]), &scope);
    assert_eq!((standing.len(), silenced.len()), (2, 0));
}

#[test]
fn stale_suppressions_are_findings() {
    let items = [
        "{rule: crd/hook, reason: known}",
        "{rule: crd/hook, chart: charts/web}",
        "{rule: crd/*, reason: over, until: 2026-01-31}",
        "{rule: skew/stale-lock, reason: gone}",
        "{rule: skew/stale-lock, until: 2020-01-01}",
    ];
    let (standing, silenced) = apply(&items, &[], true);
    assert_eq!(silenced.len(), 1);
    assert_eq!(silenced[0].reason, "known");
    let told: Vec<_> =
        standing.iter().map(|it| (it.location.start.line, it.message.as_str())).collect();
    let expected = [
        (3, "the suppression of `crd/hook` has no reason"),
        (4, "the suppression of `crd/*` expired on 2026-01-31"),
        (5, "the suppression of `skew/stale-lock` silences nothing"),
        (6, "the suppression of `skew/stale-lock` expired on 2020-01-01"),
    ];
    assert_eq!(told, expected);
    assert!(standing.iter().all(|it| &*it.rule == STALE_SUPPRESSION && it.level == Level::Warning));
    assert_eq!(standing[0].subject, "crd/hook charts/web");
    assert_eq!(standing[1].related[0].message, "stands again");
    assert_eq!(&*standing[1].related[0].location.path, "charts/web/charts/db/crds/a.yaml");
    assert!(standing[3].related.is_empty());
}

#[test]
fn a_suppression_is_useless_only_when_its_rule_ran_on_everything() {
    let item = ["{rule: maintenance/stale-chart, reason: finished}"];
    let stale = |skipped: &[SkippedRule], complete| {
        let (standing, _) = apply(&item, skipped, complete);
        standing.iter().filter(|it| &*it.rule == STALE_SUPPRESSION).count()
    };
    let skipped = SkippedRule { rule: "maintenance/stale-chart".into(), needs: "history".into() };
    assert_eq!(stale(&[], true), 1);
    assert_eq!(stale(&[], false), 0);
    assert_eq!(stale(&[skipped], true), 0);
    let config = valid("suppressions: [{rule: docs/*, reason: r}]");
    let selection = selection(&config, &["input", "docs/broken-link"], &[]);
    let scope = Scope { now: NOW, complete: true, skipped: &[] };
    assert_eq!(suppress(Vec::new(), &config, &selection, &scope).0.len(), 0);
}

#[test]
fn the_published_schema_agrees_with_the_reader() {
    let schema = include_str!("../schema/careen-config-1.json");
    let schema = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let cases = [
        ("{}", true),
        ("rules: {crd/hook: off, docs: note, docs/broken-link: {level: 'off'}}", true),
        ("rules: {maintenance/stale-chart: {level: error, options: {warning-days: 0}}}", true),
        ("exclude: [a/**]", true),
        ("published-at: [https://charts.example.com]", true),
        (
            "suppressions: [{rule: docs/*, chart: a, subject: b, reason: c, until: '2027-01-31'}]",
            true,
        ),
        ("rulez: {}", false),
        ("rules: []", false),
        ("rules: {crd/hook: fatal}", false),
        ("rules: {crd/hook: on}", false),
        ("rules: {crd/hook: [error]}", false),
        ("rules: {crd/hook: {levle: error}}", false),
        ("rules: {CRD hook: error}", false),
        ("rules: {maintenance/stale-chart: {options: {warning-days: soon}}}", false),
        ("rules: {maintenance/stale-chart: {options: {warning-days: 1000001}}}", false),
        ("exclude: a", false),
        ("exclude: ['']", false),
        ("published-at: [charts.example.com]", false),
        ("suppressions: [{chart: a}]", false),
        ("suppressions: [{rule: crd/hook, until: tomorrow}]", false),
        ("suppressions: [{rule: crd/hook, why: because}]", false),
        ("consumers: {}", false),
    ];
    for (text, expected) in cases {
        let value: serde_json::Value = serde_yaml_value(text);
        assert_eq!(validator.is_valid(&value), expected, "schema: {text}");
        assert_eq!(parse(text).is_ok(), expected, "reader: {text}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_panics(text in r#"([a-z\-/*:{}\[\], "'\n#&]|rules|suppressions|crd/hook|: |  ){0,80}"#) {
        let _ = parse(&text);
    }
}

const PAGES: [&str; 7] = [
    "crd/hook",
    "docs/broken-link",
    "docs/missing-readme",
    "input/partial-analysis",
    STALE_SUPPRESSION,
    "maintenance/stale-chart",
    "skew/stale-lock",
];

fn pages() -> Vec<Page> {
    let mut pages: Vec<_> = PAGES.into_iter().map(Page::empty).collect();
    let option = OptionPage { default: 730, about: "days".into() };
    pages[5].options.insert("warning-days".into(), option);
    pages
}

fn parse(text: &str) -> Result<Config, Vec<ConfigProblem>> {
    let pages = pages();
    let pages: Vec<_> = pages.iter().collect();
    Config::parse(&Arc::from("careen.yaml"), Text::new(text), &pages)
}

fn valid(text: &str) -> Config {
    parse(text).unwrap_or_else(|problems| panic!("{}", told(&problems)))
}

fn problems(text: &str) -> Vec<ConfigProblem> {
    parse(text).expect_err("the configuration is refused")
}

/// One line per problem: place, message, help, second places.
fn told(problems: &[ConfigProblem]) -> String {
    let at = |place: &Place| format!("{}:{}", place.start.line, place.start.column);
    let line = |problem: &ConfigProblem| {
        let related = problem.related.iter();
        let related = related.map(|it| format!(" ({} {})", at(&it.location), it.message));
        let related: String = related.collect();
        format!("{} {} | {}{related}\n", at(&problem.place), problem.message, problem.help)
    };
    problems.iter().map(line).collect()
}

fn selection(config: &Config, select: &[&str], ignore: &[&str]) -> Selection {
    let pages = pages();
    let pages: Vec<_> = pages.iter().collect();
    let texts = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
    Selection::new(&pages, config, &texts(select), &texts(ignore)).unwrap()
}

/// One finding in a subchart of charts/web, under some suppressions.
fn apply(
    items: &[&str],
    skipped: &[SkippedRule],
    complete: bool,
) -> (Vec<Finding>, Vec<Suppressed>) {
    let items: Vec<_> = items.iter().map(|item| format!("  - {item}\n")).collect();
    let config = valid(&format!("suppressions:\n{}", items.concat()));
    let scope = Scope { now: NOW, complete, skipped };
    suppress(vec![finding()], &config, &selection(&config, &[], &[]), &scope)
}

fn finding() -> Finding {
    Finding {
        rule: "crd/hook".into(),
        level: Level::Error,
        chart: Some(ChartId {
            name: "db".into(),
            version: "1.0.0".into(),
            path: "charts/web/charts/db".into(),
        }),
        subject: "a.b[0].c".into(),
        message: "the custom resource definition is a hook".into(),
        help: String::new(),
        location: Place::file(&Arc::from("charts/web/charts/db/crds/a.yaml")),
        related: Vec::new(),
        fingerprint: String::new(),
        fix: None,
    }
}

/// YAML as an editor reads it for the schema, where `off` is a string or false.
fn serde_yaml_value(text: &str) -> serde_json::Value {
    serde_yaml::from_str(text).unwrap()
}
