//! How messages show values, and where two of them differ.

use super::agree::{equal, parse};
use crate::{
    catalog::{Key, ValuesPath},
    yaml::{Kind, Node, Stream},
};

/// How much of a value a message shows.
const SHOWN: usize = 60;
/// How deep the difference of two mappings is looked for.
const DEPTH_MAX: usize = 32;

/// A value as a message writes it: a small collection as JSON, of a large one how much it holds.
pub(super) fn written(node: Node<'_>) -> String {
    let many =
        |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    match node.kind() {
        Kind::Null => "null".to_owned(),
        Kind::Mapping | Kind::Sequence => match json(node) {
            Some(json) => json,
            None if node.kind() == Kind::Mapping => {
                format!("{{…}} with {}", many(node.len(), "key"))
            }
            None => format!("[…] with {}", many(node.len(), "item")),
        },
        Kind::String if node.raw().is_empty() => "\"\"".to_owned(),
        _ => node.raw().to_owned(),
    }
}

/// A collection as JSON, where a message can show it whole.
fn json(node: Node<'_>) -> Option<String> {
    // Its keys and commas alone would be longer.
    if node.len() > SHOWN {
        return None;
    }
    let value: serde_json::Value = node.deserialize().ok()?;
    let json = value.to_string();
    (json.chars().count() <= SHOWN && !json.contains('`')).then_some(json)
}

/// Whether a message shows a value as it is, so that it can be copied.
pub(super) fn is_whole(written: &str) -> bool {
    !written.contains("…}")
        && !written.contains("…]")
        && !short(written).ends_with("…`")
        && !written.contains('\n')
}

/// A text on one line, in backticks, cut.
pub(super) fn short(text: &str) -> String {
    let text = text.replace('`', "'");
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut: String = line.chars().take(SHOWN).collect();
    let more = if cut.len() < line.len() { "…" } else { "" };
    format!("`{cut}{more}`")
}

/// Where two mappings differ first.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) path: ValuesPath,
    /// What is written on either side; none where the key is not there.
    pub(super) said: Option<String>,
    pub(super) actual: Option<String>,
    /// How many more places differ.
    pub(super) more: usize,
}

/// Where a text that is a mapping differs from one; none where it is none, or where nothing is alike.
pub(super) fn difference(text: &str, node: Node<'_>, path: &ValuesPath) -> Option<Difference> {
    let parsed = parse(text.trim())?;
    let said = parsed.root()?;
    if said.is_empty() || node.is_empty() {
        return None;
    }
    let mut found = Vec::new();
    compare(said, node, path, &mut found, 0);
    let more = found.len().checked_sub(1)?;
    let first = found.into_iter().next()?;
    (first.path != *path).then_some(Difference { more, ..first })
}

// It ends at [`DEPTH_MAX`].
fn compare(
    said: Node<'_>,
    actual: Node<'_>,
    path: &ValuesPath,
    found: &mut Vec<Difference>,
    depth: usize,
) {
    if equal(said, actual, depth) {
        return;
    }
    if depth >= DEPTH_MAX || said.kind() != Kind::Mapping || actual.kind() != Kind::Mapping {
        let (said, actual) = (Some(written(said)), Some(written(actual)));
        found.push(Difference { path: path.clone(), said, actual, more: 0 });
        return;
    }
    let below = |key: &str| path.join(Key::Name(key.to_owned()));
    for entry in actual.entries() {
        let path = below(&entry.key);
        if let Some(said) = said.get(&entry.key) {
            compare(said, entry.value, &path, found, depth + 1);
        } else {
            let actual = Some(written(entry.value));
            found.push(Difference { path, said: None, actual, more: 0 });
        }
    }
    for entry in said.entries().filter(|entry| actual.get(&entry.key).is_none()) {
        let (path, said) = (below(&entry.key), Some(written(entry.value)));
        found.push(Difference { path, said, actual: None, more: 0 });
    }
}

/// What a text is, as a stream, where it is a collection.
pub(super) fn collection(text: &str) -> Option<Stream> {
    parse(text.trim()).filter(|stream| {
        let kind = stream.root().map(Node::kind);
        matches!(kind, Some(Kind::Mapping | Kind::Sequence))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{text::Text, yaml};

    fn between(text: &str, value: &str) -> Option<(String, Option<String>, Option<String>, usize)> {
        let stream = yaml::parse(Text::new(value));
        let path = ValuesPath(vec![Key::Name("v".to_owned())]);
        let it = difference(text, stream.root().unwrap(), &path)?;
        Some((it.path.to_string(), it.said, it.actual, it.more))
    }

    #[test]
    fn the_first_difference_is_named() {
        let some = |text: &str| Some(text.to_owned());
        let tag = Some(("v.tag".to_owned(), some("1.0"), some("1.2"), 0));
        assert_eq!(between("{\"tag\":\"1.0\",\"name\":\"a\"}", "{name: a, tag: '1.2'}"), tag);
        assert_eq!(between("{a: 1}", "{a: 1, b: 2}"), Some(("v.b".to_owned(), None, some("2"), 0)));
        let gone = Some(("v.b.c".to_owned(), some("1"), None, 1));
        assert_eq!(between("{b: {c: 1, d: {}}, e: 1}", "{b: {d: {}}}"), gone);
        assert_eq!(between("[a]", "[b]"), None);
        assert_eq!(between("{}", "{a: 1}"), None);
    }

    #[test]
    fn deep_mappings_end() {
        let nest = |leaf: &str| format!("{}{leaf}{}", "{\"a\":".repeat(60), "}".repeat(60));
        assert_eq!(between(&nest("1"), &nest("2")), None);
    }

    #[test]
    fn small_collections_are_written_whole() {
        let of = |value: &str| written(yaml::parse(Text::new(value)).root().unwrap());
        assert_eq!(of("[a, 1]"), "[\"a\",1]");
        assert_eq!(of("{}"), "{}");
        assert_eq!(of(&format!("[{}]", "x".repeat(80))), "[…] with 1 item");
        assert_eq!(of(&format!("{{a: {}, b: 1}}", "x".repeat(80))), "{…} with 2 keys");
        assert!(is_whole("[\"a\"]") && !is_whole("[…] with 1 item"));
    }
}
