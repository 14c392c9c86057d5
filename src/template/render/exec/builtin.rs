//! Go's functions for templates (`funcs.go`).

use super::super::{
    fmt,
    value::{List, Object, Value},
};
use super::failure::Fault;
use super::function::Builtin;
use super::operand::type_name;
use super::{compare, escape, eval};

/// Calls one; `boxed` says that the last argument stands in an interface, `name` is what `call` is
/// given.
pub(super) fn call(
    builtin: Builtin,
    args: &[Value],
    boxed: bool,
    name: impl FnOnce() -> Option<String>,
) -> Result<Value, Fault> {
    let (first, rest) =
        args.split_first().map_or((&Value::Nil, args), |(first, rest)| (first, rest));
    let second = rest.first().unwrap_or(&Value::Nil);
    let truth = |truth: Result<bool, String>| truth.map(Value::Bool);
    let result = match builtin {
        // Evaluated where their arguments are.
        Builtin::And | Builtin::Or => Ok(args.last().cloned().unwrap_or_default()),
        Builtin::Not => Ok(Value::Bool(!first.is_true())),
        Builtin::Eq => truth(compare::eq(first, rest)),
        Builtin::Ne => truth(compare::ne(first, second)),
        Builtin::Lt => truth(compare::lt(first, second)),
        Builtin::Le => truth(compare::le(first, second)),
        Builtin::Gt => truth(compare::le(first, second).map(|le| !le)),
        Builtin::Ge => truth(compare::lt(first, second).map(|lt| !lt)),
        Builtin::Index => index(first, rest),
        Builtin::Len => length(first, boxed),
        Builtin::Call => not_callable(first, name),
        Builtin::Print => Ok(Value::Str(fmt::sprint(args))),
        Builtin::Println => Ok(Value::Str(fmt::sprintln(args))),
        Builtin::Printf => Ok(printf(first, rest)),
        Builtin::Html => Ok(escape::html(args)),
        Builtin::Js => Ok(escape::js(args)),
        Builtin::Urlquery => Ok(escape::url_query(args)),
    };
    result.map_err(Fault::Plain)
}

fn printf(format: &Value, args: &[Value]) -> Value {
    match format {
        Value::Str(format) => Value::Str(fmt::sprintf(format.bytes(), args)),
        _ => Value::Nil,
    }
}

fn not_callable(function: &Value, name: impl FnOnce() -> Option<String>) -> Result<Value, String> {
    if let Value::Nil = function {
        return Err("call of nil".to_owned());
    }
    let kind = type_name(function);
    let name = name().unwrap_or_else(|| match function {
        Value::Str(text) => text.text().into_owned(),
        _ => format!("<{kind} Value>"),
    });
    Err(format!("non-function {name} of type {kind}"))
}

fn length(item: &Value, boxed: bool) -> Result<Value, String> {
    let length = match item {
        Value::Nil if boxed => return Err("len of nil pointer".to_owned()),
        Value::Nil => return Err("reflect: call of reflect.Value.Type on zero Value".to_owned()),
        Value::Str(text) => text.bytes().len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::List(list) => list.items.len(),
        Value::Map(map) => map.entries.borrow().len(),
        Value::Object(object) => match object.entries() {
            Some(entries) => entries.len(),
            None => return Err(format!("len of type {}", pointee(item))),
        },
        _ => return Err(format!("len of type {}", type_name(item))),
    };
    Ok(Value::Int(i64::try_from(length).unwrap_or(i64::MAX)))
}

/// The type's name where pointers are followed.
fn pointee(value: &Value) -> String {
    let name = type_name(value);
    name.strip_prefix('*').unwrap_or(&name).to_owned()
}

fn index(item: &Value, indexes: &[Value]) -> Result<Value, String> {
    if matches!(item, Value::Nil) {
        return Err("index of untyped nil".to_owned());
    }
    let mut item = item.clone();
    for index in indexes {
        item = index_one(&item, index)?;
    }
    Ok(item)
}

fn index_one(item: &Value, index: &Value) -> Result<Value, String> {
    let past = |what: &str| format!("reflect: {what} index out of range");
    let byte = |byte: &u8| Value::Uint64((*byte).into());
    match item {
        Value::Nil => Err("index of nil pointer".to_owned()),
        Value::Map(map) => {
            let key = key_of(index)?;
            let found = map.entries.borrow().get(key).cloned();
            Ok(found.unwrap_or_else(|| eval::zero(map.kind).value))
        }
        Value::List(List { items, .. }) => {
            let at = index_arg(index, items.len())?;
            items.get(at).cloned().ok_or_else(|| past("slice"))
        }
        Value::Str(text) => {
            let at = index_arg(index, text.bytes().len())?;
            text.bytes().get(at).map(byte).ok_or_else(|| past("string"))
        }
        Value::Bytes(bytes) => {
            let at = index_arg(index, bytes.len())?;
            bytes.get(at).map(byte).ok_or_else(|| past("slice"))
        }
        Value::Object(object) => index_object(&**object, item, index),
        _ => Err(format!("can't index item of type {}", type_name(item))),
    }
}

fn index_object(object: &dyn Object, item: &Value, index: &Value) -> Result<Value, String> {
    match (object.kind(), object.entries()) {
        ("map", _) => {
            let key = String::from_utf8_lossy(key_of(index)?).into_owned();
            Ok(object.field(&key).unwrap_or_default())
        }
        ("slice" | "array", Some(entries)) => {
            let at = index_arg(index, entries.len())?;
            let found = entries.into_iter().nth(at).map(|(_, element)| element);
            found.ok_or_else(|| "reflect: slice index out of range".to_owned())
        }
        _ => Err(format!("can't index item of type {}", pointee(item))),
    }
}

/// A key of a map with strings as keys (`prepareArg`).
fn key_of(index: &Value) -> Result<&[u8], String> {
    match index {
        Value::Str(key) => Ok(key.bytes()),
        Value::Nil => Err("value is nil; should be of type string".to_owned()),
        _ => Err(format!("value has type {}; should be string", type_name(index))),
    }
}

/// An index into a slice; one past the end passes here, as in Go (`indexArg`).
fn index_arg(index: &Value, length: usize) -> Result<usize, String> {
    let at = match index {
        Value::Int(at) | Value::Int64(at) => *at,
        Value::Uint64(at) => at.cast_signed(),
        Value::Nil => return Err("cannot index slice/array with nil".to_owned()),
        _ => return Err(format!("cannot index slice/array with type {}", type_name(index))),
    };
    let inside = usize::try_from(at).ok().filter(|at| *at <= length);
    inside.ok_or_else(|| format!("index out of range: {at}"))
}
