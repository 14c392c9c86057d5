//! Maps. `set`, `unset` and the merging functions change the map that they are given.

use std::rc::Rc;

use super::{
    MAX_VALUE_DEPTH,
    arguments::{Arguments as _, NIL_MAP, items},
    equal::deep_equal,
    fixed,
    kind::{strval, type_name},
    merge::{DIFFERENT_TYPES, merge},
    variadic,
};
use crate::template::render::{
    call::Function,
    value::{
        List, Map, MapKind, Str,
        Type::{self, Any},
        Value,
    },
};

const KEYED: &[Type] = &[Type::Map, Type::String];

pub(super) static FUNCTIONS: &[Function] = &[
    fixed("deepCopy", &[Any], |_, args| deep_copy(args.any(0))),
    fixed("deepEqual", &[Any, Any], |_, args| {
        Ok(Value::Bool(deep_equal(args.any(0), args.any(1))))
    }),
    variadic("dict", &[], Any, |_, args| Ok(dict(args))),
    variadic("dig", &[], Any, |_, args| dig(args)),
    fixed("get", KEYED, |_, args| Ok(get(args).unwrap_or_else(|| Value::str("")))),
    fixed("hasKey", KEYED, |_, args| Ok(Value::Bool(get(args).is_some()))),
    variadic("keys", &[], Type::Map, |_, args| {
        Ok(Value::strings(
            maps(args).flat_map(|map| map.entries.borrow().keys().cloned().collect::<Vec<_>>()),
        ))
    }),
    variadic("merge", &[Type::Map], Type::Map, |_, args| or_empty(merge(args, false))),
    variadic("mergeOverwrite", &[Type::Map], Type::Map, |_, args| or_empty(merge(args, true))),
    fixed("mustDeepCopy", &[Any], |_, args| deep_copy(args.any(0))),
    variadic("mustMerge", &[Type::Map], Type::Map, |_, args| merge(args, false)),
    variadic("mustMergeOverwrite", &[Type::Map], Type::Map, |_, args| merge(args, true)),
    variadic("omit", &[Type::Map], Type::String, |_, args| Ok(omit(args))),
    variadic("pick", &[Type::Map], Type::String, |_, args| Ok(pick(args))),
    variadic("pluck", &[Type::String], Type::Map, |_, args| {
        let key = args.bytes(0);
        let found = maps(args.get(1..).unwrap_or(&[]))
            .filter_map(|map| map.entries.borrow().get(key).cloned());
        Ok(Value::list(found))
    }),
    fixed("set", &[Type::Map, Type::String, Any], |_, args| {
        let (map, Value::Str(key)) = (args.map(0).ok_or(NIL_MAP)?, args.any(1)) else {
            return Err(NIL_MAP.to_owned());
        };
        map.insert(key.clone(), args.any(2).clone());
        Ok(Value::Map(map.with_kind(MapKind::Any)))
    }),
    fixed("unset", KEYED, |_, args| {
        let Some(map) = args.map(0) else { return Ok(Value::map([])) };
        map.entries.borrow_mut().remove(args.bytes(1));
        Ok(Value::Map(map.with_kind(MapKind::Any)))
    }),
    fixed("values", &[Type::Map], |_, args| {
        let Some(map) = args.map(0) else { return Ok(Value::list([])) };
        let values = Value::list(map.entries.borrow().values().cloned());
        Ok(values)
    }),
];

/// sprig swallows what mergo refuses, not what it dies of.
fn or_empty(merged: Result<Value, String>) -> Result<Value, String> {
    match merged {
        Err(error) if error == DIFFERENT_TYPES => Ok(Value::str("")),
        merged => merged,
    }
}

fn maps(args: &[Value]) -> impl Iterator<Item = &Map> {
    args.iter().filter_map(|value| if let Value::Map(map) = value { Some(map) } else { None })
}

fn get(args: &[Value]) -> Option<Value> {
    args.map(0)?.entries.borrow().get(args.bytes(1)).cloned()
}

fn dict(args: &[Value]) -> Value {
    let entry = |pair: &[Value]| {
        (strval(pair.any(0)), pair.get(1).cloned().unwrap_or_else(|| Value::str("")))
    };
    Value::map(args.chunks(2).map(entry))
}

fn pick(args: &[Value]) -> Value {
    let Some(map) = args.map(0) else { return Value::map([]) };
    let entries = map.entries.borrow();
    let known = |key: &Value| match key {
        Value::Str(key) => Some((key.clone(), entries.get(key.bytes())?.clone())),
        _ => None,
    };
    Value::map(args.iter().skip(1).filter_map(known))
}

fn omit(args: &[Value]) -> Value {
    let Some(map) = args.map(0) else { return Value::map([]) };
    let omitted =
        |name: &Str| args.iter().skip(1).any(|key| matches!(key, Value::Str(key) if key == name));
    let entries = map.entries.borrow();
    let kept = entries.iter().filter(|(key, _)| !omitted(key));
    Value::map(kept.map(|(key, value)| (key.clone(), value.clone())))
}

fn dig(args: &[Value]) -> Result<Value, String> {
    let [keys @ .., default, root] = args else {
        return Err("dig needs at least three arguments".to_owned());
    };
    if keys.is_empty() {
        return Err("dig needs at least three arguments".to_owned());
    }
    let mut at = as_map(root)?.clone();
    for key in keys {
        if !matches!(key, Value::Str(_)) {
            return Err(conversion(key, "string"));
        }
    }
    let last = keys.len() - 1;
    for (index, key) in keys.iter().enumerate() {
        let Value::Str(key) = key else { continue };
        let step = at.entries.borrow().get(key.bytes()).cloned();
        match step {
            None => return Ok(default.clone()),
            Some(step) if index == last => return Ok(step),
            Some(step) => at = as_map(&step)?.clone(),
        }
    }
    Ok(default.clone())
}

/// Go's type assertion `value.(map[string]interface{})`.
fn as_map(value: &Value) -> Result<&Map, String> {
    match value {
        Value::Map(map) if map.kind == MapKind::Any => Ok(map),
        value => Err(conversion(value, "map[string]interface {}")),
    }
}

fn conversion(value: &Value, wanted: &str) -> String {
    let name = match value {
        Value::Nil => "nil".into(),
        value => type_name(value),
    };
    format!("interface conversion: interface {{}} is {name}, not {wanted}")
}

fn deep_copy(value: &Value) -> Result<Value, String> {
    match value {
        // What copystructure panics with.
        Value::Nil => Err("reflect: call of reflect.Value.Type on zero Value".to_owned()),
        value => copy(value, 0),
    }
}

/// A copy that shares no map with the original; lists and text are never changed and can be shared.
fn copy(value: &Value, depth: usize) -> Result<Value, String> {
    if depth > MAX_VALUE_DEPTH {
        return Err(format!("a value nests more than {MAX_VALUE_DEPTH} deep"));
    }
    match value {
        Value::Map(map) => {
            let entries = map.entries.borrow();
            let copied: Result<Vec<_>, _> = entries
                .iter()
                .map(|(key, value)| Ok((key.clone(), copy(value, depth + 1)?)))
                .collect();
            drop(entries);
            copied.map(|entries| Value::Map(Map::new(entries).with_kind(map.kind)))
        }
        Value::List(list) if list.items.iter().any(holds_map) => {
            let copied: Result<Rc<[_]>, _> =
                list.items.iter().map(|item| copy(item, depth + 1)).collect();
            copied.map(|items| Value::List(List { kind: list.kind, items }))
        }
        value => Ok(value.clone()),
    }
}

/// Whether a copy would differ from the value itself, as far as can be seen at once.
fn holds_map(value: &Value) -> bool {
    matches!(value, Value::Map(_)) || items(value).is_some_and(|items| !items.is_empty())
}
