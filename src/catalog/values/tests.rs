//! Values and their comments.

use std::fmt::Write;

use super::*;
use crate::text::Text;

fn file(text: &str) -> YamlFile {
    let stream = crate::yaml::parse(Text::new(text));
    YamlFile { path: "values.yaml".into(), local: "values.yaml".into(), stream: stream.into() }
}

fn values(text: &str) -> Values {
    Values::read(&file(text))
}

fn path(text: &str) -> ValuesPath {
    ValuesPath::parse(text).unwrap()
}

fn said(values: &Values, at: &str) -> (bool, bool, bool) {
    let said = &values.find(&path(at)).unwrap().said;
    (said.described, said.hidden, said.default)
}

#[test]
fn keys_have_places_and_sequences_are_values() {
    let text = "a:\n  b: 1\n  c: []\n  d: {}\nlist:\n  - x: 1\n---\na:\n  b: 2\n";
    let file = file(text);
    let values = Values::read(&file);
    let leaves: Vec<_> =
        values.keys.iter().filter(|key| key.leaf).map(|key| key.path.to_string()).collect();
    assert_eq!(leaves, ["a.b", "a.c", "a.d", "list"]);
    let key = values.find(&path("a.b")).unwrap();
    assert_eq!(Values::node(&file, key).and_then(Node::as_i64), Some(2));
    assert_eq!(values.nearest(&path("a.d.e.f")).unwrap().path, path("a.d"));
    assert!(values.nearest(&path("b.c")).is_none());
}

#[test]
fn comments_above_and_beside_describe() {
    let text = "# Text of a\na: 1\nb: 2 # text of b\n\n# far away\n\nc: 3\n# c: 4\nd: 5\n# -- new\n# @default -- see code\ne: 6\n# @ignored\nf: 7\n# @schema\n# type: string\n# pattern: a word\n# @schema\ng: 8\n# @schema type: [string]\nh: 9 # @schema type:string\n# +docs:hidden\ni: 1\n";
    let values = values(text);
    assert_eq!(said(&values, "a"), (true, false, false));
    assert_eq!(said(&values, "b"), (true, false, false));
    assert_eq!(said(&values, "c"), (false, false, false));
    assert_eq!(said(&values, "d"), (false, false, false));
    assert_eq!(said(&values, "e"), (true, false, true));
    assert!(said(&values, "f").1);
    assert_eq!(said(&values, "g"), (false, false, false));
    assert_eq!(said(&values, "h"), (false, false, false));
    assert!(said(&values, "i").1);
    assert!(values.commented.contains_key("c") && !values.commented.contains_key("Text"));
    assert!(said(&values, "e").0 && values.find(&path("e")).unwrap().said.row);
}

#[test]
fn helm_docs_takes_the_last_mark_of_a_comment() {
    let row = |text: &str| values(text).find(&path("a")).unwrap().said.row;
    assert!(row("# -- adds a flag\na: 1\n") && row("# -- adds `--verbose`\na: 1\n"));
    assert!(!row("# -- adds the flag --verbose\na: 1\n"));
}

#[test]
fn the_head_of_a_file_describes_no_value() {
    let head = "# Default values for web.\n# This is a YAML-formatted file.\n# Declare variables to be passed into your templates.\n";
    let described = |text: &str| said(&values(text), "a").0;
    assert!(!described(&format!("{head}a: 1\n")));
    assert!(!described(&format!("---\n{head}a: 1\n")));
    assert!(!described("# Default values for web\na: 1\n"));
    assert!(described(&format!("{head}# How many\na: 1\n")));
    assert!(described("b: 1\nc: 1\n# Default values for all\na: 1\n"));
}

#[test]
fn what_is_on_keys_that_are_commented_out_is_not_on_the_next_one() {
    let described = |text: &str| said(&values(text), "port").0;
    let families = "# The families of addresses\n# policy: Single\n# families:\n# - IPv4\n";
    assert!(!described(&format!("{families}port: 1\n")));
    assert!(described(&format!("{families}# Where it listens\nport: 1\n")));
    assert!(described(&format!("{families}port: {{}}\n")));
    assert!(described("# Where it listens\n# ref: x\n# default: 1\nport: 1\n"));
    assert!(described("# Another port for\n# http: 1\n# https: 2\nport: 1\n"));
}

#[test]
fn remarks_describe() {
    let described = |text: &str| said(&values(text), "a").0;
    assert!(described("# These numbers can be higher\nb: 1\na: 1\n"));
    assert!(!described("# These numbers can be higher\nb: 1\n\na: 1\n"));
    assert!(!described("# One of these pods\nb: 1\na: 1\n"));
    assert!(described("# NOTE: only one replica is supported\na: 1\n"));
    assert!(described("# Note: see above there\na: 1\n"));
    assert!(!described("# Name: web\na: 1\n"));
    assert!(!described("# Env: [{name: A}, 1, 2]\na: 1\n"));
}

#[test]
fn comments_cover_more_than_their_key() {
    let text = "# Health checks\nlivenessProbe: 1\n\nreadinessProbe: 1\nport: 1\n# Don't set key_id and secret_key together\nkey_id: 1\nsecret_key: 1\nsecret: 1\n# a-thing: 1\nother-thing: 1\nmore-thing: 1\n";
    let values = values(text);
    for (key, expected) in [
        ("readinessProbe", true),
        ("port", false),
        ("secret_key", true),
        ("secret", false),
        ("other-thing", false),
        ("more-thing", false),
    ] {
        assert_eq!(said(&values, key).0, expected, "{key}");
    }
}

#[test]
fn examples_describe_what_is_empty() {
    let text = "a: []\n  # - name: x\nb:\n  # c: 1\nd: {}\n# - name: y\ne: {}\n# e: 1\nf: 1\n  # g: 1\nh: {}\n  # ---\ni:\n  j: \"\"\n  # k: 1\n";
    let values = values(text);
    for (key, expected) in [
        ("a", true),
        ("b", true),
        ("d", true),
        ("e", false),
        ("f", false),
        ("h", false),
        ("i.j", false),
    ] {
        assert_eq!(said(&values, key).0, expected, "{key}");
    }
}

#[test]
fn comments_name_paths() {
    let text = "## @section General\n## @param a.b [default: x] Text\n## @skip c\n## @extra d.e Text\n## @param z - string - Text\na:\n  b: 1\n  # a.\"x.y\" -- text\n  x.y: 2\nc:\n  z: 1\n# +docs:property=q.r\n# some words -- and more\n# ------- rule ---\n";
    let values = values(text);
    let mentions: Vec<_> = values
        .mentions
        .iter()
        .map(|it| (it.path.to_string(), text.get(it.span.range()).unwrap(), it.convention))
        .collect();
    assert_eq!(
        mentions,
        [
            ("a.b".into(), "a.b", Convention::Bitnami),
            ("c".into(), "c", Convention::Bitnami),
            ("d.e".into(), "d.e", Convention::Bitnami),
            ("a.\"x.y\"".into(), "a.\"x.y\"", Convention::HelmDocs),
            ("q.r".into(), "q.r", Convention::HelmTool),
        ]
    );
    assert_eq!(said(&values, "a.b"), (true, false, true));
    assert!(said(&values, "c").1);
    assert!(said(&values, "a.\"x.y\"").0);
}

#[test]
fn steps_find_keys_with_dots_and_anything() {
    let values = values("a:\n  b.c/d: 1\n  e:\n    f: 1\n  g:\n    f: 2\nl: []\n");
    let found = |steps: &[Option<&str>]| {
        let steps: Vec<_> = steps.iter().map(|step| step.map(str::to_owned)).collect();
        let paths = values.under(&steps);
        paths.iter().map(|at| values.keys[*at].path.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(found(&[Some("a"), Some("b"), Some("c/d")]), ["a.\"b.c/d\""]);
    assert_eq!(found(&[Some("a"), None, Some("f")]), ["a.e.f", "a.g.f"]);
    assert_eq!(found(&[Some("l"), None, Some("x")]), ["l"]);
    assert!(found(&[Some("a"), Some("z")]).is_empty());
}

#[test]
fn many_and_deep_keys_are_cut() {
    let many = (0..=KEYS_MAX).fold(String::new(), |mut text, number| {
        writeln!(text, "k{number}: 1").unwrap();
        text
    });
    let values = self::values(&many);
    assert!(values.cut);
    assert_eq!(values.keys.len(), KEYS_MAX);
    let deep = (0..DEPTH_MAX * 2).fold(String::new(), |mut text, depth| {
        writeln!(text, "{}k:", " ".repeat(depth)).unwrap();
        text
    });
    let values = self::values(&deep);
    assert_eq!(values.keys.len(), DEPTH_MAX + 1);
    assert!(values.keys.last().unwrap().leaf);
}

#[test]
fn keys_are_commented_out_where_they_would_stand() {
    let values = values(
        "a:\n  b: 1\n  # c: 2\n  l: []\n  # - name: x\nd:\n  e: 1\n# top: 1\n#  under: 1\n# far : 1\n# Far : 1\n",
    );
    let commented = |steps: &[&str]| {
        let steps: Vec<_> = steps.iter().map(|step| Some((*step).to_owned())).collect();
        values.is_commented(&steps)
    };
    assert!(commented(&["a", "c"]) && commented(&["a", "c", "x"]) && commented(&["top"]));
    assert!(commented(&["far"]) && !commented(&["Far"]));
    assert!(!commented(&["c"]) && !commented(&["d", "c"]) && !commented(&["a", "name"]));
    assert!(!commented(&["a", "b", "c"]));
    assert!(!commented(&["under"]) && !commented(&["a", "l", "name"]));
}

#[test]
fn a_modifier_says_that_a_mapping_is_not_known() {
    let text = "## @param a [object,nullable] Text\n## @param b [array] Text\n## @param c Text [object]\n\
        a: {}\nb: []\nc: {}\n";
    let values = values(text);
    let objects: Vec<_> = values.keys.iter().skip(1).map(|key| key.said.object).collect();
    assert_eq!(objects, [true, false, false]);
}
