//! Any bytes at all: the YAML and JSON readers never panic, and every place lies in the text.

use careen::text::{Span, Text};
use careen::yaml::{self, Node, Stream};
use proptest::prelude::*;

/// Pieces that YAML is made of, and those that break it.
const PIECES: [&str; 44] = [
    "a",
    "key",
    ": ",
    ":",
    "- ",
    "-",
    "? ",
    "\n",
    "\n  ",
    "\n    ",
    "\n\t",
    "\t",
    " ",
    "\r\n",
    "\r",
    "[",
    "]",
    "{",
    "}",
    ",",
    "\"",
    "'",
    "\\",
    "\\/",
    "|\n",
    ">-\n",
    "|2\n",
    "#c\n",
    " # ü",
    "&a ",
    "*a",
    "<<: ",
    "!!int ",
    "!!binary ",
    "! ",
    "%YAML 1.2\n",
    "---\n",
    "...\n",
    "\u{feff}",
    "\u{85}",
    "\u{2028}",
    "\0",
    "1.5",
    "yes",
];

/// A file like those of charts, to be cut and mixed.
const CHART: &str = concat!(
    "apiVersion: v2\nname: &n web\nversion: 1.10\n# -- tags\nkeywords: [a, \"b\\n\", 'c']\n",
    "base: &base\n  x: |\n    text\n      more\n\n  y: >-\n    folded\n    text\n",
    "derived:\n  <<: *base\n  x: 1\nname: *n\ndependencies:\n- name: é\n  tags:\n    - t\n",
    "---\nsecond: {a: 1, b: [2, {c: ~}]} # end\n",
);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_string_is_survived(source in any::<String>()) {
        check(&source);
    }

    #[test]
    fn any_mix_of_pieces_is_survived(
        picks in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..40)
    ) {
        check(&picks.concat());
    }

    #[test]
    fn any_damaged_chart_is_survived(
        cuts in prop::collection::vec((0..CHART.len(), 0..8usize, prop::sample::select(&PIECES[..])), 1..5)
    ) {
        let mut source = CHART.to_owned();
        for (at, len, piece) in cuts {
            let start = source.floor_char_boundary(at);
            let end = source.floor_char_boundary(start + len).max(start);
            source.replace_range(start..end, piece);
        }
        check(&source);
    }
}

fn check(source: &str) {
    for stream in [yaml::parse(Text::new(source)), yaml::parse_json(Text::new(source))] {
        check_places(&stream);
    }
}

fn check_places(stream: &Stream) {
    let inside = |span: Span| {
        assert!(stream.text().as_str().get(span.range()).is_some(), "{span:?}");
    };
    for comment in stream.comments() {
        inside(comment.span);
        assert_eq!(stream.text().slice(comment.span), comment.text);
    }
    for duplicate in stream.duplicate_keys() {
        inside(duplicate.span);
        inside(duplicate.first);
    }
    if let Some(problem) = stream.error() {
        inside(problem.span);
        assert!(!problem.message.is_empty());
    }
    for document in stream.documents() {
        check_node(document, &inside);
        let _ = document.deserialize::<serde_json::Value>();
    }
}

fn check_node(node: Node<'_>, inside: &dyn Fn(Span)) {
    inside(node.span());
    assert_eq!(node.len(), node.items().count() + node.entries().count());
    for item in node.items() {
        check_node(item, inside);
    }
    for entry in node.entries() {
        inside(entry.key_span);
        let found = node.get(&entry.key).map(Node::span);
        assert_eq!(found, Some(entry.value.span()), "`{}`", entry.key);
        check_node(entry.value, inside);
    }
}
