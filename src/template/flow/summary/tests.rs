use std::collections::BTreeMap;

use super::*;
use crate::{
    template::{
        FunctionSet, SetFile, TemplateSet,
        flow::{Input, Member, Usage},
        parse,
    },
    text::Text,
    yaml,
};

/// What a template `h` reads of its dot.
fn summary(text: &str) -> String {
    let helm = FunctionSet::helm();
    let text =
        format!("{{{{ define \"h\" }}}}{text}{{{{ end }}}}{{{{ include \"h\" .Values.dot }}}}");
    let template = parse(Text::new(text), helm);
    assert!(template.errors.is_empty(), "{:?}", template.errors);
    let file = SetFile { name: "web/templates/x.yaml", template: &template, chart: 0 };
    let set = TemplateSet::new(vec![file]);
    let root = Member { name: "web", path: "web", ..Member::default() };
    let input = Input { members: vec![root], ..Input::default() };
    Flow::of(&set, &input).summary(0, &[Step::Key("dot".into())]).to_string()
}

/// How a value is used by a chart that calls `h`, of which a line is known.
fn usage(line: &str, call: &str, values: &str, path: &str) -> Usage {
    let template = parse(Text::new(call), FunctionSet::helm());
    let file = SetFile { name: "web/templates/x.yaml", template: &template, chart: 0 };
    let set = TemplateSet::new(vec![file]);
    let stream = yaml::parse(Text::new(values));
    let defaults = stream.documents().collect();
    let root = Member { name: "web", path: "web", defaults, ..Member::default() };
    let known = Summary::parse(line).unwrap();
    let summaries = BTreeMap::from([("h", vec![&known])]);
    let input = Input { members: vec![root], files: None, summaries };
    let steps: Vec<_> = path.split('.').map(|key| Step::Key(key.into())).collect();
    Flow::of(&set, &input).usage(0, &steps)
}

#[test]
fn what_a_template_reads_is_one_line() {
    let read = [
        ("{{ .a.b }}{{ toYaml .c }}", "{a{b!} c!}"),
        ("{{ range .a }}{{ .b }}{{ end }}", "{a{*{b!}}}"),
        ("{{ tpl .a $ }}{{ if .b }}{{ end }}", "{a!~ b}"),
        (r#"{{ include .a .b }}{{ index .c "d e" }}"#, r#"{a! b? c{"d e"!}}"#),
        ("x", ""),
    ];
    for (text, line) in read {
        assert_eq!(summary(text), line, "{text}");
        assert_eq!(Summary::parse(line).unwrap().to_string(), line);
    }
}

#[test]
fn a_template_that_is_not_here_reads_what_is_known_of_it() {
    let line = "{Values{a! b{*{c! d~}} e?}}";
    let used = |path| usage(line, r#"{{ include "h" . }}"#, "b: {x: {d: '{{ .Values.f }}'}}", path);
    assert_eq!(["a", "a.x", "b", "b.x.c", "b.x.c.y", "f"].map(used), [Usage::Read; 6]);
    assert_eq!(["g", "b.x.y"].map(used), [Usage::Unread; 2]);
    assert_eq!(used("e.x"), Usage::Unknown);
    // A dict has the top in it.
    let call = r#"{{ include "h" (dict "v" .Values.b "context" $) }}"#;
    let used = |path| usage("{context v!~}", call, "b: {x: '{{ .Values.f }}'}", path);
    assert_eq!(["b.x", "f", "g"].map(used), [Usage::Read, Usage::Read, Usage::Unread]);
}

#[test]
fn lines_that_are_none_are_refused() {
    for line in ["{", "{a", "{a}}", "{a  b}", "{a}x", "{!}", r#"{"a}"#, "x"] {
        assert_eq!(Summary::parse(line), None, "{line}");
    }
    let nested = |depth: u16| "{a".repeat(depth.into()) + &"}".repeat(depth.into());
    assert!(Summary::parse(&nested(PATH_DEPTH_MAX)).is_some());
    assert!(Summary::parse(&nested(PATH_DEPTH_MAX + 1)).is_none());
}

#[test]
fn keys_end_where_nothing_lies_under_them() {
    let keys = Summary::parse("{a{b} c}").unwrap();
    let reaches = |path: &str| {
        let steps: Vec<_> = path.split('.').map(|key| Step::Key(key.into())).collect();
        keys.reaches(&steps)
    };
    assert_eq!(["a", "a.b", "a.b.x", "c.x"].map(reaches), [None; 4]);
    assert_eq!(["x", "a.x", "a.x.y"].map(reaches), [Some(0), Some(1), Some(1)]);
}

#[test]
fn texts_name_values_by_their_paths() {
    let line = "{context keys{*!@} sections{*!@{resources}}}";
    let call =
        r#"{{ include "h" (dict "keys" (list "a.b") "sections" (list "" "c") "context" $) }}"#;
    let used = |path| usage(line, call, "", path);
    assert_eq!(["a.b.x", "resources", "c.resources"].map(used), [Usage::Read; 3]);
    assert_eq!(["a.x", "b", "c.x"].map(used), [Usage::Unread; 3]);
    let call = r#"{{ include "h" (dict "keys" .Values.keys "context" $) }}"#;
    assert_eq!(usage(line, call, "", "a"), Usage::Unknown);
    let mut named = Summary::parse("{context{Values{*!} a} keys{*!}}").unwrap();
    let keys = [Step::Key("keys".into()), Step::Any];
    named.names(&keys, Summary::parse("{x}").unwrap());
    named.forget(&[Step::Key("context".into()), Step::Key("Values".into())]);
    assert_eq!(named.to_string(), "{context{a} keys{*!@{x}}}");
}
