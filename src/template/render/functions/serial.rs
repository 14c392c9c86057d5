//! YAML, JSON and TOML: Helm's own functions, and sprig's where Helm has none.

use super::{arguments::Arguments as _, fixed};
use crate::template::render::{
    call::Function,
    json, toml,
    value::{
        Map, Str,
        Type::{Any, String as Text},
        Value,
    },
    yaml,
};

pub(super) static FUNCTIONS: &[Function] = &[
    fixed("toYaml", &[Any], |_, args| Ok(or_empty(line(yaml::marshal(args.any(0)))))),
    fixed("mustToYaml", &[Any], |_, args| line(yaml::marshal(args.any(0)))),
    fixed("toYamlPretty", &[Any], |_, args| Ok(or_empty(line(yaml::marshal_pretty(args.any(0)))))),
    fixed("fromYaml", &[Text], |_, args| Ok(or_error(yaml::unmarshal_map(args.bytes(0))))),
    fixed("fromYamlArray", &[Text], |_, args| Ok(or_message(yaml::unmarshal_list(args.bytes(0))))),
    fixed("toJson", &[Any], |_, args| Ok(or_empty(text(json::marshal(args.any(0)))))),
    fixed("mustToJson", &[Any], |_, args| text(json::marshal(args.any(0)))),
    fixed("toPrettyJson", &[Any], |_, args| Ok(or_empty(text(pretty(args.any(0)))))),
    fixed("mustToPrettyJson", &[Any], |_, args| text(pretty(args.any(0)))),
    fixed("toRawJson", &[Any], |_, args| text(json::marshal_raw(args.any(0)))),
    fixed("mustToRawJson", &[Any], |_, args| text(json::marshal_raw(args.any(0)))),
    fixed("fromJson", &[Text], |_, args| Ok(or_error(json::unmarshal_map(args.bytes(0))))),
    fixed("fromJsonArray", &[Text], |_, args| Ok(or_message(json::unmarshal_list(args.bytes(0))))),
    // Helm's toToml writes its error where others write nothing.
    fixed("toToml", &[Any], |_, args| {
        Ok(Value::Str(toml::marshal(args.any(0)).unwrap_or_else(Str::from)))
    }),
    fixed("mustToToml", &[Any], |_, args| toml::marshal(args.any(0)).map(Value::Str)),
    fixed("fromToml", &[Text], |_, args| Ok(or_error(toml::unmarshal(args.bytes(0))))),
    fixed("mustFromJson", &[Text], |_, args| json::unmarshal(args.bytes(0))),
];

fn pretty(value: &Value) -> Result<String, String> {
    json::marshal_indented(value, "  ")
}

fn text(written: Result<String, String>) -> Result<Value, String> {
    written.map(Value::str)
}

/// Without the last end of line.
fn line(written: Result<String, String>) -> Result<Value, String> {
    written.map(|mut text| {
        text.truncate(text.strip_suffix('\n').map_or(text.len(), str::len));
        Value::str(text)
    })
}

/// Where a value can't be written, most functions write nothing.
fn or_empty(written: Result<Value, String>) -> Value {
    written.unwrap_or_else(|_| Value::str(""))
}

/// Where a text can't be read, the map holds the error.
fn or_error(read: Result<Map, String>) -> Value {
    Value::Map(read.unwrap_or_else(|error| Map::new([(Str::from("Error"), Value::str(error))])))
}

/// Where a text can't be read, the list holds the error.
fn or_message(read: Result<Value, String>) -> Value {
    read.unwrap_or_else(|error| Value::list([Value::str(error)]))
}
