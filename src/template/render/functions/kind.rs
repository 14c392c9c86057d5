//! What values are: `kindOf`, `typeOf`, sprig's `empty`, and `strval`, its idea of text.

use std::{borrow::Cow, rc::Rc};

use super::arguments::items;
use crate::template::render::{
    fmt,
    value::{List, ListKind, Str, Value},
};

/// Go's kind of a value (`reflect.Kind`).
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Nil => "invalid",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int",
        Value::Int64(_) => "int64",
        Value::Uint64(_) => "uint64",
        Value::Float(_) => "float64",
        Value::Str(_) => "string",
        Value::Bytes(_) | Value::List(_) => "slice",
        Value::Map(_) => "map",
        Value::Object(object) => object.kind(),
    }
}

/// Go's type of a value, as `%T` prints it.
pub(super) fn type_name(value: &Value) -> Cow<'static, str> {
    fmt::type_name(value).map_or(Cow::Borrowed("<nil>"), Cow::Owned)
}

/// Whether sprig holds a value for not given (`empty`): as Go's truth, but structs are never empty.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Object(object) if object.kind() == "struct" => false,
        value => !value.is_true(),
    }
}

/// A value as sprig makes text of it (`strval`).
pub(super) fn strval(value: &Value) -> Str {
    match value {
        Value::Str(text) => text.clone(),
        Value::Bytes(bytes) => Str::from(Rc::as_ref(bytes)),
        Value::Object(object) => Str::from(object.print()),
        value => print(value),
    }
}

/// A value as `%v` prints it.
pub(super) fn print(value: &Value) -> Str {
    fmt::to_string(value)
}

/// The items of a list as text, those that are nothing left out; anything else as the only one
/// (`strslice`).
pub(super) fn strslice(value: &Value) -> Vec<Str> {
    match value {
        Value::List(List { kind: ListKind::String, items }) => items.iter().map(strval).collect(),
        Value::Nil => Vec::new(),
        value => match items(value) {
            Some(items) => {
                items.iter().filter(|item| !matches!(item, Value::Nil)).map(strval).collect()
            }
            None => vec![strval(value)],
        },
    }
}
