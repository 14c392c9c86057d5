//! Comparisons (`eq`, `ne`, `lt`, `le` of `funcs.go`).

use std::rc::Rc;

use super::super::{fmt, value::Value};
use super::operand::type_name;

const BAD_TYPE: &str = "invalid type for comparison";

/// What Go compares (`basicKind`).
enum Basic<'v> {
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Str(&'v [u8]),
}

fn basic(value: &Value) -> Option<Basic<'_>> {
    Some(match value {
        Value::Bool(value) => Basic::Bool(*value),
        Value::Int(value) | Value::Int64(value) => Basic::Int(*value),
        Value::Uint64(value) => Basic::Uint(*value),
        Value::Float(value) => Basic::Float(*value),
        Value::Str(text) => Basic::Str(text.bytes()),
        _ => return None,
    })
}

/// What a value of a named type is beneath, where that is a number or a string: `time.Duration`.
fn beneath(value: &Value) -> Option<Value> {
    let Value::Object(object) = value else { return None };
    matches!(object.kind(), "int" | "int64" | "uint64" | "float64" | "string" | "bool")
        .then(|| object.to_plain())
}

fn incompatible(a: &Value, b: &Value) -> String {
    let (a, b) = (type_name(a), type_name(b));
    format!("incompatible types for comparison: {a} and {b}")
}

/// `a == b || a == c || …`
pub(super) fn eq(first: &Value, others: &[Value]) -> Result<bool, String> {
    if others.is_empty() {
        return Err("missing argument for comparison".to_owned());
    }
    for other in others {
        if equal(first, other)? {
            return Ok(true);
        }
    }
    Ok(false)
}

pub(super) fn ne(a: &Value, b: &Value) -> Result<bool, String> {
    equal(a, b).map(|equal| !equal)
}

#[expect(clippy::float_cmp, reason = "Go compares floats by `==`")]
fn equal(a: &Value, b: &Value) -> Result<bool, String> {
    let (plain_a, plain_b) = (beneath(a), beneath(b));
    match (basic(plain_a.as_ref().unwrap_or(a)), basic(plain_b.as_ref().unwrap_or(b))) {
        (Some(Basic::Bool(a)), Some(Basic::Bool(b))) => Ok(a == b),
        (Some(Basic::Int(a)), Some(Basic::Int(b))) => Ok(a == b),
        (Some(Basic::Uint(a)), Some(Basic::Uint(b))) => Ok(a == b),
        (Some(Basic::Float(a)), Some(Basic::Float(b))) => Ok(a == b),
        (Some(Basic::Str(a)), Some(Basic::Str(b))) => Ok(a == b),
        (Some(Basic::Int(a)), Some(Basic::Uint(b)))
        | (Some(Basic::Uint(b)), Some(Basic::Int(a))) => Ok(u64::try_from(a) == Ok(b)),
        (None, None) => same(a, b),
        _ if matches!(a, Value::Nil) || matches!(b, Value::Nil) => Ok(false),
        _ => Err(incompatible(a, b)),
    }
}

/// Of two values that are neither numbers nor strings.
fn same(a: &Value, b: &Value) -> Result<bool, String> {
    let (kind_a, kind_b) = (kind(a), kind(b));
    match (a, b) {
        (Value::Nil, Value::Nil) => Ok(true),
        (Value::Nil, _) | (_, Value::Nil) => Ok(false),
        _ if kind_a != kind_b => {
            let (shown_a, shown_b) = (shown(a), fmt::to_string(b));
            let shown_b = shown_b.text();
            let (a, b) = (type_name(a), type_name(b));
            Err(format!("non-comparable types {shown_a}: {a}, {b}: {shown_b}"))
        }
        (Value::Object(a), Value::Object(b)) if matches!(kind_a, "ptr" | "struct") => {
            Ok(Rc::ptr_eq(a, b) || (a.kind() == "struct" && a.print() == b.print()))
        }
        _ => Err(format!("non-comparable type {}: {}", shown(b), type_name(b))),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Object(object) => object.kind(),
        Value::Map(_) => "map",
        Value::List(_) | Value::Bytes(_) => "slice",
        _ => "",
    }
}

fn shown(value: &Value) -> String {
    fmt::sprintf(b"%s", std::slice::from_ref(value)).text().into_owned()
}

pub(super) fn lt(a: &Value, b: &Value) -> Result<bool, String> {
    let (plain_a, plain_b) = (beneath(a), beneath(b));
    let kinds = (basic(plain_a.as_ref().unwrap_or(a)), basic(plain_b.as_ref().unwrap_or(b)));
    let (Some(first), Some(second)) = kinds else { return Err(BAD_TYPE.to_owned()) };
    match (first, second) {
        (Basic::Bool(_), Basic::Bool(_)) => Err(BAD_TYPE.to_owned()),
        (Basic::Int(a), Basic::Int(b)) => Ok(a < b),
        (Basic::Uint(a), Basic::Uint(b)) => Ok(a < b),
        (Basic::Float(a), Basic::Float(b)) => Ok(a < b),
        (Basic::Str(a), Basic::Str(b)) => Ok(a < b),
        (Basic::Int(a), Basic::Uint(b)) => Ok(u64::try_from(a).is_ok_and(|a| a < b) || a < 0),
        (Basic::Uint(a), Basic::Int(b)) => Ok(u64::try_from(b).is_ok_and(|b| a < b)),
        _ => Err(incompatible(a, b)),
    }
}

pub(super) fn le(a: &Value, b: &Value) -> Result<bool, String> {
    Ok(lt(a, b)? || equal(a, b)?)
}
