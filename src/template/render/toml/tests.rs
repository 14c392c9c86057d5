use serde_json::Value as Json;

use super::*;
use crate::template::render::fmt;
use crate::template::render::tests::value;

/// Texts, and what Go's fromToml reads of them; null where it fails.
const ANSWERS: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/vectors/render_toml.json"));

#[test]
fn texts_are_read_as_go_reads_them() {
    let rows: Vec<Json> = serde_json::from_str(ANSWERS).unwrap();
    let go = |value: &Value| fmt::sprintf(b"%#v", std::slice::from_ref(value));
    let mut wrong = Vec::new();
    for row in &rows {
        let text = row[0].as_str().unwrap();
        let ours = unmarshal(text.as_bytes());
        let same = match &ours {
            Ok(map) => !row[1].is_null() && go(&Value::Map(map.clone())) == go(&value(&row[1])),
            Err(fault) => row[1].is_null() && fault.starts_with("toml: line "),
        };
        if !same {
            wrong.push(format!(
                "{text:?}\n  go {}\n  we {:?}",
                row[1],
                ours.map(|map| go(&Value::Map(map)))
            ));
        }
    }
    assert!(wrong.is_empty() && rows.len() > 50, "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| format!("a = {}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(unmarshal(nested(MAX_DEPTH).as_bytes()).is_ok());
    assert!(unmarshal(nested(MAX_DEPTH + 2).as_bytes()).is_err());
    let map = Map::new([]);
    map.insert("a".into(), Value::Map(map.clone()));
    assert!(marshal(&Value::Map(map.clone())).is_err());
    map.entries.borrow_mut().clear();
}
