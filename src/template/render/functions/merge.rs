//! Merging maps as dario.cat/mergo 1.0.1 does: `deepMerge` of `merge.go` for what templates can hold.

use std::rc::Rc;

use super::{MAX_VALUE_DEPTH, arguments::Arguments as _, kind::kind};
use crate::template::render::value::{Map, MapKind, Str, Value};

/// What mergo says of a pointer and a map.
pub(super) const DIFFERENT_TYPES: &str = "src and dst must be of same type";

/// What Go's reflection says where a map of text is to hold something else.
const NO_TEXT: &str =
    "reflect.Value.SetMapIndex: value of type interface {} is not assignable to type string";

/// Merges the maps after the first into it, and gives it back.
pub(super) fn merge(args: &[Value], overwrite: bool) -> Result<Value, String> {
    let target = args.map(0).map_or_else(|| Map::new([]), |map| map.with_kind(MapKind::Any));
    for source in args.iter().skip(1) {
        if let Value::Map(source) = source {
            into(&target, source, overwrite, 0)?;
        }
    }
    Ok(Value::Map(target))
}

fn into(target: &Map, source: &Map, overwrite: bool, depth: usize) -> Result<(), String> {
    if depth > MAX_VALUE_DEPTH {
        return Err(format!("a value nests more than {MAX_VALUE_DEPTH} deep"));
    }
    if Rc::ptr_eq(&target.entries, &source.entries) {
        return Ok(());
    }
    // Both can hold each other, so that the source must not be borrowed while the target changes.
    let entries: Vec<_> =
        source.entries.borrow().iter().map(|(key, value)| (key.clone(), value.clone())).collect();
    if target.kind == MapKind::String && source.kind != MapKind::String && !entries.is_empty() {
        return Err(NO_TEXT.to_owned());
    }
    for (key, value) in entries {
        entry(target, key, value, overwrite, depth)?;
    }
    Ok(())
}

fn entry(
    target: &Map,
    key: Str,
    value: Value,
    overwrite: bool,
    depth: usize,
) -> Result<(), String> {
    let old = target.entries.borrow().get(key.bytes()).cloned();
    match (&old, &value) {
        (_, Value::Nil) => {
            if overwrite {
                target.insert(key, value);
            }
            return Ok(());
        }
        (Some(Value::Map(old)), Value::Map(new)) => into(old, new, overwrite, depth + 1)?,
        (Some(Value::Object(old)), Value::Map(_)) if old.kind() == "ptr" && !overwrite => {
            return Err(DIFFERENT_TYPES.to_owned());
        }
        _ => {}
    }
    let kept = old.as_ref().is_some_and(|old| !is_empty(old));
    let both_maps = matches!((&old, &value), (Some(Value::Map(_)), Value::Map(_)));
    // A list replaces what is there only where everything is overwritten; two maps have been merged.
    let replace = if kept && both_maps { false } else { overwrite || !kept };
    if replace {
        target.insert(key, value);
    }
    Ok(())
}

/// What mergo takes for empty: structs never are, nor what points to them.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Object(object) if matches!(object.kind(), "struct" | "ptr") => false,
        value => kind(value) == "invalid" || !value.is_true(),
    }
}
