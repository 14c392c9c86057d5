use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;

use super::*;
use crate::text::Spanned;

fn read(source: &str) -> Stream {
    let stream = parse(Text::new(source));
    assert_eq!(stream.error(), None, "{source}");
    stream
}

fn refused(source: &str) -> Problem {
    parse(Text::new(source)).error().cloned().unwrap_or_else(|| panic!("accepted {source:?}"))
}

fn written<'a>(stream: &'a Stream, path: &[&str]) -> &'a str {
    stream.text().slice(stream.root().unwrap().at(path).unwrap().span())
}

#[test]
fn every_kind_of_node_knows_its_place() {
    let stream = read(concat!(
        "plain: one two\n",
        "quoted: \"a\\n\"\n",
        "block: |\n  x\n  y\n\n",
        "flow: {x: [1, 'z']} # right\n",
        "list:\n  - 1\n  - last\n# free\n",
        "nothing:\nend: ü\n",
    ));
    for (path, text) in [
        (&["plain"][..], "one two"),
        (&["quoted"], "\"a\\n\""),
        (&["block"], "x\n  y"),
        (&["flow"], "{x: [1, 'z']}"),
        (&["flow", "x"], "[1, 'z']"),
        (&["list"], "- 1\n  - last"),
        (&["nothing"], ""),
        (&["end"], "ü"),
    ] {
        assert_eq!(written(&stream, path), text, "{path:?}");
    }
    let root = stream.root().unwrap();
    assert_eq!(stream.text().slice(root.entry("list").unwrap().key_span), "list");
    assert_eq!(root.at(&["block"]).unwrap().as_str(), Some("x\ny\n"));
    assert_eq!(stream.text().slice(root.span()), stream.text().as_str().trim_end());
}

#[test]
fn comments_say_whether_they_stand_alone() {
    let stream = read("\u{feff}# top\na: 1 # right\n  # in\nb: '#no'\n");
    let comments: Vec<_> =
        stream.comments().iter().map(|comment| (comment.text.as_str(), comment.own_line)).collect();
    assert_eq!(comments, [("# top", true), ("# right", false), ("# in", true)]);
    for comment in stream.comments() {
        assert_eq!(stream.text().slice(comment.span), comment.text);
    }
}

#[test]
fn the_last_of_equal_keys_counts_and_all_are_told() {
    let stream = read("a: 1\nb:\n  - x: {k: 1, k: 2}\na: 3\na: 4\n");
    let root = stream.root().unwrap();
    assert_eq!(root.get("a").and_then(Node::as_i64), Some(4));
    let keys: Vec<_> = root.entries().map(|entry| entry.key).collect();
    assert_eq!(keys, ["b", "a"]);
    let told: Vec<_> = stream
        .duplicate_keys()
        .iter()
        .map(|key| (key.path.as_str(), key.span.start, key.first.start))
        .collect();
    assert_eq!(told, [("b[0].x.k", 22, 16), ("a", 28, 0), ("a", 33, 0)]);
}

#[test]
fn halves_of_one_mapping_are_known_down_to_a_bound() {
    let halves = |text: &str| read(text).duplicate_keys()[0].halves;
    assert!(halves("a: {b: 1}\nc: 1\na: {d: 1}\n") && halves("a: {b: 1, d: 2}\na: {d: 1}\n"));
    assert!(!halves("a: {b: 1}\na: {b: 2, d: 1}\n") && !halves("a: {b: 1}\na: {}\n"));
    assert!(!halves("a: {b: 1}\na: 1\n") && !halves("a: [b]\na: {d: 1}\n"));
    let many =
        |keys: usize| (0..keys).fold(String::new(), |text, it| text + &format!("k{it}: 1, "));
    let with = |keys: usize| halves(&format!("a: {{{}}}\na: {{d: 1}}\n", many(keys)));
    assert!(with(64) && !with(65));
}

#[test]
fn equal_keys_are_found_in_large_mappings() {
    let mut lines: Vec<String> = (0..500).map(|at| format!("key{at}: {at}\n")).collect();
    lines.push("key7: again\n".to_owned());
    let stream = read(&lines.concat());
    let root = stream.root().unwrap();
    assert_eq!(root.len(), 500);
    assert_eq!(root.get("key7").and_then(Node::as_str), Some("again"));
    assert_eq!(root.get("key499").and_then(Node::as_i64), Some(499));
    assert!(root.get("key500").is_none());
    assert_eq!(stream.duplicate_keys().len(), 1);
}

#[test]
fn a_large_mapping_is_searched_quickly() {
    // As JSON, because the YAML parser is slow without optimisation; the tree is the same.
    let entries: Vec<String> = (0..200_000).map(|at| format!("\"k{at}\": {at}")).collect();
    let stream = parse_json(Text::new(format!("{{{}}}", entries.join(","))));
    let root = stream.root().unwrap();
    for at in (0..200_000).step_by(7) {
        assert_eq!(root.get(&format!("k{at}")).and_then(Node::as_i64), Some(at));
    }
}

#[test]
fn merge_keys_count_where_they_stand() {
    let stream = read(concat!(
        "base: &base {x: 1, z: 2}\n",
        "other: &other {x: 7, w: 8}\n",
        "before: {<<: *base, x: 3}\n",
        "after: {x: 3, own: 4, <<: *base}\n",
        "many: {<<: [*base, *other]}\n",
        "again: {<<: {<<: *base, v: 1}}\n",
        "quoted: {'<<': 1}\n",
    ));
    let show = |key: &str| {
        let node = stream.root().unwrap().get(key).unwrap();
        let entries = node.entries().map(|entry| {
            let mark = if entry.merged { "+" } else { "" };
            format!("{mark}{}={}", entry.key, entry.value.raw())
        });
        entries.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(show("before"), "x=3 +z=2");
    assert_eq!(show("after"), "own=4 +x=1 +z=2");
    assert_eq!(show("many"), "+w=8 +x=1 +z=2");
    assert_eq!(show("again"), "+v=1 +x=1 +z=2");
    assert_eq!(show("quoted"), "<<=1");
}

#[test]
fn aliases_are_followed_and_keep_their_own_place() {
    let stream = read("a: &name {k: v}\nb: *name\nc: !custom x\n");
    let alias = stream.root().unwrap().get("b").unwrap();
    assert!(alias.is_alias());
    assert_eq!(alias.kind(), Kind::Mapping);
    assert_eq!(alias.get("k").and_then(Node::as_str), Some("v"));
    assert_eq!(stream.text().slice(alias.span()), "*name");
    assert_eq!(alias.anchor(), Some("name"));
    assert_eq!(stream.root().unwrap().get("c").and_then(Node::tag), Some("!custom"));
}

#[test]
fn documents_before_an_error_are_kept() {
    let stream = parse(Text::new("a: 1\n---\n---\nb: [\n"));
    let kinds: Vec<_> = stream.documents().map(Node::kind).collect();
    assert_eq!(kinds, [Kind::Mapping, Kind::Null]);
    assert_eq!(stream.error().unwrap().span.start, 16);
}

#[test]
fn a_file_without_documents_has_no_root() {
    for source in ["", "# only a comment\n", "\u{feff}", "\n\n"] {
        assert!(read(source).root().is_none(), "{source:?}");
    }
}

#[test]
fn scalars_become_text_as_go_writes_them() {
    // Answers of sigs.k8s.io/yaml 1.6.0, decoding into a string field.
    for (source, text) in [
        ("1.10", "1.1"),
        ("1e5", "100000"),
        ("1e6", "1e+06"),
        ("1234567.0", "1.234567e+06"),
        ("123456789.5", "1.2345679e+08"),
        ("0.0001", "0.0001"),
        ("0.00001234", "1.234e-05"),
        ("1e300", "+Inf"),
        ("-.inf", "-Inf"),
        (".nan", "NaN"),
        ("20.10", "20.1"),
        ("0123", "83"),
        ("yes", "true"),
        ("18446744073709551615", "18446744073709551615"),
        ("2001-01-01", "2001-01-01"),
        ("'1.10'", "1.10"),
        ("!!binary aGk=", "hi"),
    ] {
        let stream = read(source);
        assert_eq!(stream.root().unwrap().to_text().as_deref(), Some(text), "{source}");
    }
    assert_eq!(read("~").root().unwrap().to_text(), None);
}

#[test]
fn tags_that_do_not_fit_are_refused_as_go_does() {
    assert_eq!(refused("a: !!int foo").message, "cannot decode !!str `foo` as a !!int");
    assert_eq!(refused("a: !!null 1").message, "cannot decode !!int `1` as a !!null");
    assert!(refused("a: !!binary '*'").message.contains("base64"));
    assert_eq!(read("a: !!float 3").root().unwrap().get("a").unwrap().value(), Value::Float(3.0));
    assert_eq!(read("a: 0b-11").root().unwrap().get("a").unwrap().value(), Value::Int(-3));
}

#[test]
fn tabs_are_refused_where_libyaml_refuses_them() {
    for (source, at) in
        [("-\tx", 1), ("a:\n\tb: 1", 3), ("a: 1\n\t\nb: 2", 5), ("a: |\n \tx\n", 6), ("\ta: 1", 0)]
    {
        assert_eq!(refused(source).span.start, at, "{source:?}");
    }
    for source in ["a:\tb", "a: 1\t# c\n", "{\n\t\"a\": [\n\t\t1\n\t]\n}\n", "a: [\n\tx,\n\t]\n"] {
        read(source);
    }
}

#[test]
fn old_line_breaks_do_not_move_places() {
    let stream = read("a: x\u{85}b: \"\u{2028}\"\nc: y\u{2028}\nd: z\n");
    assert_eq!(written(&stream, &["d"]), "z");
    assert_eq!(written(&stream, &["c"]), "y");
    assert_eq!(written(&stream, &["b"]), "\"\u{2028}\"");
    assert!(refused("a: x\u{2028}y\n").message.starts_with("U+2028"));
}

#[test]
fn crossing_a_limit_is_a_problem() {
    let limits = |limits: Limits, source: &str| {
        let stream = parse_with(Text::new(source), &limits);
        stream.error().map(|problem| problem.message.clone()).unwrap_or_default()
    };
    let default = Limits::default;
    assert!(limits(Limits { bytes: 3, ..default() }, "a: 1").contains("4 bytes, more than 3"));
    assert!(limits(Limits { nodes: 2, ..default() }, "a: 1").contains("more than 2 nodes"));
    assert!(limits(Limits { depth: 2, ..default() }, "a: [[1]]").contains("more than 2 deep"));
    assert_eq!(limits(Limits { depth: 3, ..default() }, "a: [[1]]"), "");
    let chained = "a: &a [[1]]\nb: [*a]\n";
    assert!(limits(Limits { depth: 3, ..default() }, chained).contains("more than 3 deep"));
    assert_eq!(limits(Limits { depth: 4, ..default() }, chained), "");
    let merging = "a: &a {x: 1, y: 2}\nb: {<<: *a}\nc: {<<: *a}\n";
    assert!(limits(Limits { merged_entries: 3, ..default() }, merging).contains("more than"));
    assert_eq!(limits(Limits { merged_entries: 4, ..default() }, merging), "");
}

#[test]
fn alias_bombs_and_loops_are_refused() {
    let mut bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned();
    for level in 1..9 {
        let alias = format!("*a{},", level - 1).repeat(9);
        let _ = writeln!(bomb, "a{level}: &a{level} [{alias}]");
    }
    assert!(refused(&bomb).message.contains("aliases"));
    assert_eq!(refused("a: &x [1, *x]").message, "anchor `x` value contains itself");
    assert_eq!(refused("a: &x {<<: *x}").message, "anchor `x` value contains itself");
    assert_eq!(refused("a: *x").message, "unknown anchor `x` referenced");
}

#[test]
fn the_deepest_tree_is_walked_on_a_small_stack() {
    // Threads of a pool have 2 MiB.
    let deep = "[".repeat(MAX_DEPTH) + &"]".repeat(MAX_DEPTH);
    let walk = move || {
        let stream = read(&deep);
        let root = stream.root().unwrap();
        assert_eq!(format!("{root:?}").len(), 2 * MAX_DEPTH);
        root.deserialize::<serde_json::Value>().unwrap();
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(walk).unwrap().join().unwrap();
    let deeper = "[".repeat(100_000);
    assert!(refused(&deeper).message.contains("more than 512 deep"));
    assert!(refused(&"- ".repeat(10_000)).message.contains("more than 512 deep"));
    let problem = parse_json(Text::new(deeper)).error().cloned().unwrap();
    assert!(problem.message.contains("more than 512 deep"));
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    name: Spanned<String>,
    version: Option<Spanned<String>>,
    #[serde(default)]
    deprecated: bool,
    #[serde(default)]
    keywords: Vec<Spanned<String>>,
    #[serde(default)]
    annotations: BTreeMap<Spanned<String>, String>,
    #[serde(default)]
    dependencies: Vec<Dependency>,
    home: Option<String>,
    kind: Option<Type>,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Dependency {
    name: String,
    weight: Option<u8>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Type {
    Library,
    Custom(String),
}

#[test]
fn typed_models_come_with_places() {
    let source = concat!(
        "name: web\nversion: 1.10\ndeprecated: yes\nkeywords: [a, 1]\nhome: ~\n",
        "annotations: {x: 'y'}\ndependencies:\n  - name: redis\n    weight: 2.0\nkind: library\n",
    );
    let stream = read(source);
    let manifest: Manifest = stream.root().unwrap().deserialize().unwrap();
    assert_eq!(manifest.name, Spanned::new("web".to_owned(), Span::new(6, 9)));
    assert_eq!(manifest.version.map(|version| version.value).as_deref(), Some("1.1"));
    assert!(manifest.deprecated);
    assert_eq!(manifest.keywords[1].value, "1");
    assert_eq!(stream.text().slice(manifest.keywords[1].span), "1");
    let key = manifest.annotations.keys().next().unwrap();
    assert_eq!(stream.text().slice(key.span), "x");
    assert_eq!(manifest.dependencies[0].weight, Some(2));
    assert_eq!((manifest.home, manifest.kind), (None, Some(Type::Library)));
    let custom: Type = read("custom: x").root().unwrap().deserialize().unwrap();
    assert_eq!(custom, Type::Custom("x".to_owned()));
}

#[test]
fn what_does_not_fit_a_model_is_told_with_path_and_place() {
    let problem = |source: &str| {
        let stream = read(source);
        let problem = stream.root().unwrap().deserialize::<Manifest>().unwrap_err();
        (problem.message, stream.text().slice(problem.span).to_owned())
    };
    let (message, at) = problem("name: x\ndependencies:\n  - name: y\n    weight: big\n");
    assert_eq!(message, "`dependencies[0].weight`: expected an integer, found a string `big`");
    assert_eq!(at, "big");
    let (message, at) = problem("name: [a]\n");
    assert_eq!(message, "`name`: expected a string, found a sequence");
    assert_eq!(at, "[a]");
    assert_eq!(
        problem("version: 1\n"),
        ("missing field `name`".to_owned(), "version: 1".to_owned())
    );
    assert_eq!(problem("name: x\nkind: other").1, "other");
}

#[test]
fn json_gives_the_same_tree_as_yaml() {
    let source =
        r#"{"a": [1, -2.5e3, true, null, "q\u00e9\n"], "big": 18446744073709551615, "o": {}}"#;
    let (json, yaml) = (parse_json(Text::new(source)), read(source));
    assert_eq!(json.error(), None);
    let debug = |stream: &Stream| format!("{:?}", stream.root().unwrap());
    assert_eq!(debug(&json), debug(&yaml));
    assert_eq!(written(&json, &["a"]), written(&yaml, &["a"]));
    let spaced =
        parse_json(Text::new("\u{feff}{\n\t\"$ref\":\t\"\\ud83d\\ude00\\/\\ud800\"\r\n}\n"));
    assert_eq!(spaced.root().unwrap().get("$ref").and_then(Node::as_str), Some("😀/\u{fffd}"));
    assert_eq!(written(&spaced, &["$ref"]), "\"\\ud83d\\ude00\\/\\ud800\"");
    let merge = parse_json(Text::new(r#"{"<<": {"x": 1}, "<<": 2}"#));
    assert_eq!(merge.root().unwrap().get("<<").and_then(Node::as_i64), Some(2));
    assert_eq!(merge.duplicate_keys().len(), 1);
}

#[test]
fn json_is_read_strictly() {
    for (source, at) in [
        ("", 0),
        ("{\"a\": 1,}", 8),
        ("[1 2]", 3),
        ("[1,]", 3),
        ("{a: 1}", 1),
        ("01", 0),
        ("1.", 0),
        ("+1", 0),
        ("1e999", 0),
        ("\"a\tb\"", 2),
        ("\"\\x\"", 1),
        ("\"\\u12g4\"", 1),
        ("\"open", 0),
        ("[", 1),
        ("{\"a\"", 4),
        ("truth", 0),
        ("1 2", 2),
        ("[1}", 2),
        ("{]", 1),
        ("nul", 0),
        ("# c", 0),
    ] {
        let stream = parse_json(Text::new(source));
        let problem = stream.error().unwrap_or_else(|| panic!("accepted {source}"));
        assert_eq!(problem.span.start, at, "{source}: {}", problem.message);
        assert!(stream.root().is_none());
    }
}
