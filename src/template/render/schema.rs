//! `values.schema.json`: whether Helm takes the values.
//!
//! Source: `pkg/chart/common/util/jsonschema.go` of helm.sh/helm v4.3.1.

use std::sync::OnceLock;

use jsonschema::{Retrieve, Uri, Validator};
use serde_json::{Map as Json, Number, Value as Plain};

use super::value::{Map, Value};
use crate::text::Text;

/// A schema. It is made ready when values are first held against it, which takes longer than to hold
/// them.
#[derive(Debug)]
pub struct Schema {
    text: Text,
    ready: OnceLock<Result<Validator, String>>,
}

impl Schema {
    /// Takes the text of a `values.schema.json`.
    pub fn new(text: Text) -> Self {
        Self { text, ready: OnceLock::new() }
    }

    /// Validates values. `Err` has what is wrong with the values, or with the schema.
    ///
    /// Nothing is fetched: a reference to another host admits everything, as an unresolved `urn:` does
    /// in Helm; one to a file is an error.
    pub fn validate(&self, values: &Map) -> Result<(), String> {
        let ready = self.ready.get_or_init(|| validator(self.text.as_str()));
        let validator = ready.as_ref().map_err(String::clone)?;
        let values = to_json(&Value::Map(values.clone()));
        let wrong: Vec<String> = validator
            .iter_errors(&values)
            .take(ERRORS_MAX)
            .map(|error| format!("at '{}': {error}", error.instance_path()))
            .collect();
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
    }
}

fn validator(schema: &str) -> Result<Validator, String> {
    let schema = schema.trim_start_matches(crate::text::BYTE_ORDER_MARK);
    let schema: Plain = serde_json::from_str(schema).map_err(|error| error.to_string())?;
    // The name that Helm gives the schema, against which references are resolved.
    let options = jsonschema::options().with_base_uri("file:///values.schema.json");
    options
        .with_retriever(Nothing)
        .build(&schema)
        .map_err(|error| format!("the schema cannot be used: {error}"))
}

/// How many errors are told of one schema.
const ERRORS_MAX: usize = 20;

/// Opens no connection and no file.
struct Nothing;

impl Retrieve for Nothing {
    fn retrieve(
        &self,
        uri: &Uri<String>,
    ) -> Result<Plain, Box<dyn std::error::Error + Send + Sync>> {
        match uri.scheme().as_str() {
            "http" | "https" | "urn" => Ok(Plain::Bool(true)),
            _ => Err(format!("{uri} is not read").into()),
        }
    }
}

/// Values as JSON; a number without a fraction is an integer, as JSON Schema has it.
fn to_json(value: &Value) -> Plain {
    match value {
        Value::Nil | Value::Object(_) => Plain::Null,
        Value::Bool(value) => Plain::Bool(*value),
        Value::Int(value) | Value::Int64(value) => Plain::from(*value),
        Value::Uint64(value) => Plain::from(*value),
        Value::Float(value) => number(*value),
        Value::Str(text) => Plain::String(text.text().into_owned()),
        Value::Bytes(bytes) => Plain::String(String::from_utf8_lossy(bytes).into_owned()),
        Value::List(list) => Plain::Array(list.items.iter().map(to_json).collect()),
        Value::Map(map) => {
            let entries = map.entries.borrow();
            let entry = |(key, value): (&super::value::Str, &Value)| {
                (key.text().into_owned(), to_json(value))
            };
            Plain::Object(entries.iter().map(entry).collect::<Json<_, _>>())
        }
    }
}

#[allow(
    clippy::cast_precision_loss,
    clippy::float_cmp,
    reason = "the comparison says whether anything was lost"
)]
fn number(value: f64) -> Plain {
    let whole = value as i64;
    if whole as f64 == value && whole != i64::MAX {
        return Plain::from(whole);
    }
    Number::from_f64(value).map_or(Plain::Null, Plain::Number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::render::value::Str;

    fn check(schema: &str, port: Value) -> Result<(), String> {
        Schema::new(Text::new(schema)).validate(&Map::new([(Str::from("port"), port)]))
    }

    #[test]
    fn values_are_held_against_the_schema() {
        let schema = r#"{"properties": {"port": {"type": "integer"}}}"#;
        assert_eq!(check(schema, Value::Float(80.0)), Ok(()));
        let error = check(schema, Value::str("80")).unwrap_err();
        assert!(error.contains("at '/port'"), "{error}");
        assert!(check(schema, Value::Float(0.5)).is_err());
    }

    #[test]
    fn so_many_errors_are_told() {
        let schema = r#"{"additionalProperties": {"type": "integer"}}"#;
        let told = |wrong: usize| {
            let values = (0..wrong).map(|at| (Str::from(format!("p{at}")), Value::str("x")));
            let error = Schema::new(Text::new(schema)).validate(&Map::new(values)).unwrap_err();
            error.split("; ").count()
        };
        assert_eq!(told(ERRORS_MAX), ERRORS_MAX);
        assert_eq!(told(ERRORS_MAX + 1), ERRORS_MAX);
    }

    #[test]
    fn nothing_is_fetched() {
        let remote = r#"{"properties": {"port": {"$ref": "https://example.com/schema.json"}}}"#;
        assert_eq!(check(remote, Value::str("80")), Ok(()));
        let file = r#"{"properties": {"port": {"$ref": "other.json"}}}"#;
        assert!(check(file, Value::str("80")).is_err());
        assert!(check("{", Value::Nil).is_err());
    }
}
