//! Answers of Go's own: tables that `tests/oracle/goencode` writes.

use serde_json::Value as Json;

use super::value::{List, ListKind, Str, Value};
use super::{json, toml, yaml};

/// Values, and what Helm's functions write of them.
const ANSWERS: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/vectors/render_encode.json"));

/// A string of a table: UTF-8, or an object with its bytes in hexadecimal.
pub(super) fn bytes(json: &Json) -> Vec<u8> {
    if let Some(text) = json.as_str() {
        return text.into();
    }
    let hex = json["hex"].as_str().unwrap();
    let digits = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(digits).collect()
}

/// A value of a table: its type and itself.
pub(super) fn value(tagged: &Json) -> Value {
    let (kind, of) = (tagged[0].as_str().unwrap(), &tagged[1]);
    let number = || of.as_str().unwrap();
    let items = || of.as_array().unwrap().iter();
    match kind {
        "nil" => Value::Nil,
        "bool" => Value::Bool(of.as_bool().unwrap()),
        "int" => Value::Int(number().parse().unwrap()),
        "int64" => Value::Int64(number().parse().unwrap()),
        "uint64" => Value::Uint64(number().parse().unwrap()),
        "float" => Value::Float(f64::from_bits(number().parse().unwrap())),
        "str" => Value::str(bytes(of)),
        "bytes" => Value::Bytes(bytes(of).into()),
        "maps" => Value::List(List { kind: ListKind::Map, items: items().map(value).collect() }),
        "list" => Value::list(items().map(value)),
        "strings" => {
            Value::List(List { kind: ListKind::String, items: items().map(value).collect() })
        }
        "map" => Value::map(items().map(|entry| (bytes(&entry[0]).into(), value(&entry[1])))),
        _ => panic!("{kind}"),
    }
}

/// What is wrong with what we write: Go's answer is a string, an object with an error, or null where
/// Go's own runs differ.
fn difference(ours: &Result<Str, String>, go: &Json) -> Option<String> {
    let same = match (ours, go) {
        (_, Json::Null) => true,
        (Ok(text), go) if go.get("error").is_none() => text.bytes() == bytes(go),
        // Of YAML the line is not told, and which of several faults is the first.
        (Err(error), go) if error.starts_with("yaml: ") => go["error"].is_string(),
        (Err(error), go) => go["error"] == error.as_str(),
        _ => false,
    };
    (!same).then(|| format!("  go {go}\n  we {ours:?}"))
}

type Encoder = fn(&Value) -> Result<Str, String>;

/// The functions in the order of the table.
const ENCODERS: &[(&str, Encoder)] = &[
    ("toYaml", |value| yaml::marshal(value).map(Str::from)),
    ("toYamlPretty", |value| yaml::marshal_pretty(value).map(Str::from)),
    ("toJson", |value| json::marshal(value).map(Str::from)),
    ("toPrettyJson", |value| json::marshal_indented(value, "  ").map(Str::from)),
    ("toRawJson", |value| json::marshal_raw(value).map(Str::from)),
    ("toToml", toml::marshal),
];

#[test]
fn values_are_written_as_go_writes_them() {
    let rows: Vec<Json> = serde_json::from_str(ANSWERS).unwrap();
    assert!(rows.len() > 150);
    let mut wrong = Vec::new();
    for row in &rows {
        let value = value(&row[0]);
        for (at, (name, encode)) in ENCODERS.iter().enumerate() {
            if let Some(difference) = difference(&encode(&value), &row[at + 1]) {
                wrong.push(format!("{name} {}\n{difference}", row[0]));
            }
        }
    }
    let shown = wrong.iter().take(20).cloned().collect::<Vec<_>>().join("\n");
    assert!(wrong.is_empty(), "{} of {}:\n{shown}", wrong.len(), rows.len());
}

/// Templates can make them: `{{ $l = list $l }}` in a loop.
#[test]
fn values_that_nest_without_end_are_let_go() {
    let mut list = Value::Nil;
    let mut map = Value::Nil;
    for _ in 0..1_000_000 {
        list = Value::list([list]);
        map = Value::map([("a".into(), map)]);
    }
    drop((list, map));
}
