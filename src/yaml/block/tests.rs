use proptest::prelude::*;

use super::super::tree::{Data, Shape, Tree};
use super::super::{Node, Value, parse};
use super::*;
use crate::text::Text;

/// A tree with the texts of its scalars in place of where they are kept.
fn shown(tree: &Tree, source: &str) -> String {
    let scalar = |(id, data): (usize, &Data)| match data.shape {
        Shape::Scalar { typed, .. } => {
            let text = tree.text(source, id as u32);
            let marks = (data.marks.quoted, data.marks.merge_key);
            format!("{typed:?} {text:?} {:?} {marks:?}", data.span)
        }
        _ => format!("{data:?}"),
    };
    let nodes: Vec<_> = tree.nodes.iter().enumerate().map(scalar).collect();
    let views: Vec<_> = tree.views.iter().map(|view| format!("{view:?}")).collect();
    let keys = (&tree.children, &tree.sorted, &tree.indexes, &tree.duplicate_keys);
    format!(
        "{:#?}",
        (nodes, views, keys, &tree.documents, &tree.comments, &tree.anchors, &tree.tags)
    )
}

/// The nodes that skimming keeps: those in at most one collection, and below a key those in up to three.
fn levels<'a>(node: Node<'a>, depth: usize, kept: bool, shown: &mut Vec<(u32, bool, Value<'a>)>) {
    shown.push((node.span().start, node.is_quoted(), node.value()));
    let below = |kept: bool| depth == 0 || (kept && depth < 3);
    for entry in node.entries().filter(|_| below(kept)) {
        shown.push((entry.key_span.start, false, Value::Null));
        levels(entry.value, depth + 1, kept || entry.key == "a", shown);
    }
    for item in node.items().filter(|_| below(kept)) {
        levels(item, depth + 1, kept, shown);
    }
}

/// Skimming sees all that the short way reads, but for merge keys, and the same outermost levels.
fn skims(source: &str) {
    let whole = parse(Text::new(source));
    let skimmed = super::super::skim(Text::new(source), "a");
    let short = read(source, &Limits::default()).is_some();
    assert!(skimmed.head.is_none() || short, "{source:?}");
    assert!(skimmed.head.is_some() || !short || source.contains("<<"), "{source:?}");
    assert_eq!(skimmed.head().error(), whole.error());
    let all = |stream: &'_ super::super::Stream| {
        let mut shown = Vec::new();
        stream.documents().for_each(|root| levels(root, 0, false, &mut shown));
        format!("{shown:?}")
    };
    assert_eq!(all(skimmed.head()), all(&whole), "{source:?}");
    assert_eq!(shown(skimmed.stream.tree(), source), shown(whole.tree(), source));
}

/// Whether the short way was taken; where it was, it leads to the same tree.
fn agrees(source: &str) -> bool {
    skims(source);
    let limits = Limits::default();
    let Some(tree) = read(source, &limits) else { return false };
    let (parsed, error) = read::parsed(source, &limits);
    assert_eq!(error, None, "the parser refuses {source:?}");
    let (short, long) = (shown(&tree, source), shown(&parsed, source));
    if short != long {
        let different = short.lines().zip(long.lines()).find(|(a, b)| a != b);
        panic!("{different:?} in {source:?}");
    }
    true
}

#[test]
fn what_charts_are_made_of_is_read_the_short_way() {
    for source in [
        "a: b\n",
        "a: b",
        "\n# c\n\na:   b # d  \nc:\n  # e\n  d: 1\n\n",
        "a:\nb:\n",
        "a:\n- b\n-  c: 1\n   d:\n   - - e\n     - f\n- \n-\n  g: h\ni: j\n",
        "a:\n  - b:\n      c: d\n    e: f\n  -\n  - # g\n    h\nk:",
        "a: [b, \"c d\", 'e', 1.5 , f-g]\nh: [ ] # i\nj:\n  - [k]\n  - []\n",
        "a: []\nb: {} # c\nd:\n  - []\n",
        "a: 'b'\nc: \"d\"\n'e': 'it''s'\n\"f\": \"g \\\"h\\\" \\n \\\\ \\t\"\n",
        "a: 'b\n  c\n\n  d''e'\nf: \"g\n   h # i\n  j: k\"\n",
        "a: \"b\\n\\\n  \\  c\\\n  d\n  e\"\n",
        "a: b\n  c\n\n\n  d # e\nf:\n  g\n  h\ni:\n- j\n  k\n",
        "a: |\n  b\n\n   c\n  d\n\ne: |-\n    f\n\n\ng: |+\n  h\n\n",
        "a: >\n  b\n  c\n\n  d\n   e\n\n   f\n  g\n  h\n\nb: >-\n  c\n  d\n# e\nf: >+\n  g\n\n",
        "a: |\n  # b\n  c: 'd\n# e\n  \nf: |\n    \n    g\n",
        "a: |\n\n  \n  b\nc: >\n\n  d\n  e\nf: >-\n\n   g\n    h\n",
        "---\na: b\n---\n---\n# c\n---\n- d\n---\n",
        "# a\n---\n# b\n",
        "a: 1\nb: ~\nc: null\nd: yes\ne: 0x1f\nf: 1.5\ng: 2001-01-01\n<<: {}\n",
        "a: 1\nb: 2\na: 3\n",
        "é: “ü” # ö\nж: |\n  ß\n",
        "____: \nb:  \n   \n  ____:\n    c: -1\n    d: a:b#c\n    e: -x\n",
    ] {
        assert!(agrees(source), "left to the parser: {source:?}");
    }
}

/// What lines are made of, and what the short way must leave to the parser.
const PIECES: [&str; 48] = [
    "a", "b", "key", "é", "1", "~", "yes", "<<", ": ", ":", "- ", "-", "? ", "#", " # c", "'",
    "''", "\"", "\\n", "\\", "\\ ", "|", "|-", "|+\n", ">", ">-", ">+\n", "|2", "[", "]",
    "[a, 'b']", "[]", "{}", "{", ",", "&a ", "*a", "!t ", "%", "---\n", "---", "...\n", " ", "  ",
    "\n  ", "\n    ", "\n", "\t",
];

/// Whole lines, which more often fit together.
const LINES: [&str; 24] = [
    "a:",
    "b: c",
    "- ",
    "- a: b",
    "- c",
    "- - d",
    "'e': 'f",
    "g'",
    "h: \"i",
    "j\"",
    "k: |",
    "l: >-",
    "- |+",
    "text: more",
    "words",
    "# c",
    "m: n # o",
    "[p, q]",
    "r: [s]",
    "",
    "",
    "---",
    "t: {}",
    "u: v\\",
];

#[test]
fn what_is_skimmed_is_refused_where_the_whole_is() {
    let deep = |depth| "- ".repeat(depth) + "a";
    let limits = Limits { depth: 4, nodes: 8, ..Limits::default() };
    assert!(skim(&deep(4), &limits, "a").is_some());
    assert!(skim(&deep(5), &limits, "a").is_none());
    assert!(skim("- - 1\n  - 2\n  - 3\n  - 4\n  - 5\n  - 6\n", &limits, "a").is_some());
    assert!(skim("- - 1\n  - 2\n  - 3\n  - 4\n  - 5\n  - 6\n  - 7\n", &limits, "a").is_none());
    // What is merged may be refused.
    assert!(skim("b:\n  c:\n    <<: 1\n", &limits, "a").is_none());
}

#[test]
fn what_lies_deeper_than_the_outermost_levels_is_not_kept() {
    let skimmed =
        super::super::skim(Text::new("a: {}\nb:\n  c: 1\na:\n  d:\n    e:\n    - f\n"), "a");
    let root = skimmed.head().root().unwrap();
    assert_eq!(root.get("b").unwrap().len(), 0);
    assert_eq!(root.at(&["a", "d", "e"]).unwrap().len(), 0);
    assert_eq!(skimmed.stream.root().unwrap().at(&["a", "d", "e"]).unwrap().len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn both_ways_agree_on_pieces(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..24)) {
        agrees(&pieces.concat());
    }

    #[test]
    fn both_ways_agree_on_lines(
        lines in prop::collection::vec((0..4usize, prop::sample::select(&LINES[..])), 0..12),
        ends in any::<bool>(),
    ) {
        let lines: Vec<_> = lines.iter().map(|(depth, line)| format!("{:1$}{line}", "", depth * 2)).collect();
        agrees(&(lines.join("\n") + if ends { "\n" } else { "" }));
    }
}
