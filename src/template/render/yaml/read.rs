//! YAML as sigs.k8s.io/yaml reads it: go-yaml v2, then JSON, so that every number is a float.

use super::super::value::{Map, Str, Value};
use crate::text::Text;
use crate::yaml::{Node, Stream, Value as Scalar, parse};

/// `yaml.Unmarshal` into an `interface {}`.
pub fn unmarshal(text: &[u8]) -> Result<Value, String> {
    let text = String::from_utf8_lossy(text);
    root(&parse(Text::new(&*text)), Ok)
}

/// `yaml.Unmarshal` into a `map[string]interface {}`.
pub fn unmarshal_map(text: &[u8]) -> Result<Map, String> {
    match unmarshal(text)? {
        Value::Map(map) => Ok(map),
        Value::Nil => Ok(Map::new([])),
        value => Err(refused(&value, "map[string]interface {}")),
    }
}

/// `yaml.Unmarshal` into a `[]interface {}`.
pub fn unmarshal_list(text: &[u8]) -> Result<Value, String> {
    match unmarshal(text)? {
        list @ Value::List(_) => Ok(list),
        Value::Nil => Ok(Value::list([])),
        value => Err(refused(&value, "[]interface {}")),
    }
}

fn refused(value: &Value, wanted: &str) -> String {
    let name = match value {
        Value::Map(_) => "object",
        Value::List(_) => "array",
        Value::Str(_) => "string",
        Value::Bool(_) => "bool",
        _ => "number",
    };
    format!(
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {name} into Go value of \
         type {wanted}"
    )
}

/// The first document; what is wrong in later ones Go never sees.
fn root<T>(stream: &Stream, with: impl Fn(Value) -> Result<T, String>) -> Result<T, String> {
    match (stream.root(), stream.error()) {
        (Some(node), _) => with(value(node)),
        (None, None) => with(Value::Nil),
        (None, Some(problem)) => {
            let line = stream.text().position(problem.span.start).line;
            Err(format!("error converting YAML to JSON: yaml: line {line}: {problem}"))
        }
    }
}

/// A node's value. Nodes nest no deeper than the limits of `crate::yaml` let them.
fn value(node: Node<'_>) -> Value {
    match node.value() {
        Scalar::Null => Value::Nil,
        Scalar::Bool(flag) => Value::Bool(flag),
        Scalar::String(text) => Value::str(text),
        Scalar::Int(_) | Scalar::Float(_) => Value::Float(node.as_f64().unwrap_or(f64::NAN)),
        Scalar::Sequence => Value::list(node.items().map(value)),
        Scalar::Mapping => {
            Value::map(node.entries().map(|entry| (Str::from(&*entry.key), value(entry.value))))
        }
    }
}
