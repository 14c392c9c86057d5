//! Values: read from YAML, merged and coalesced as Helm does it.
//!
//! Source: `pkg/chart/common/util/coalesce.go`, `pkg/chart/common/values.go` and `LoadValues` in
//! `pkg/chart/v2/loader/load.go` of helm.sh/helm v4.3.1; the functions bear Go's names. Recursion is as
//! deep as values nest: [`crate::yaml::MAX_DEPTH`] in a file, and a level for each chart.

use std::{cell::RefCell, rc::Rc};

use super::{
    release::Chart,
    value::{Map, Str, Value},
};
use crate::yaml::{self, Node, Stream};

/// The key of the values that every chart sees.
const GLOBAL: &str = "global";

/// The values of a file: its documents merged, later ones win (`LoadValues`). Helm refuses a file that
/// is no YAML or has a document that is no mapping.
pub fn load_values(stream: &Stream) -> Result<Map, String> {
    if let Some(error) = stream.error() {
        return Err(format!("cannot unmarshal yaml document: {}", error.message));
    }
    let mut values = Map::new([]);
    for document in stream.documents() {
        values = match from_yaml(document) {
            Value::Map(map) => merge_maps(&values, &map),
            Value::Nil => values,
            _ => return Err("cannot unmarshal yaml document: it is no mapping".to_owned()),
        };
    }
    Ok(values)
}

/// A node as sigs.k8s.io/yaml gives it to Go: every number is a `float64`.
pub fn from_yaml(node: Node<'_>) -> Value {
    match node.value() {
        yaml::Value::Null => Value::Nil,
        yaml::Value::Bool(value) => Value::Bool(value),
        yaml::Value::Int(_) | yaml::Value::Float(_) => {
            node.as_f64().map_or(Value::Nil, Value::Float)
        }
        yaml::Value::String(text) => Value::str(text),
        yaml::Value::Sequence => Value::list(node.items().map(from_yaml)),
        yaml::Value::Mapping => {
            let entry = |entry: yaml::Entry<'_>| (Str::from(&*entry.key), from_yaml(entry.value));
            Value::map(node.entries().map(entry))
        }
    }
}

/// Both maps; of a key that both have the second's value, maps merged (`MergeMaps`).
pub fn merge_maps(a: &Map, b: &Map) -> Map {
    let out = copy_map(a);
    for (key, value) in entries(b) {
        let merged = match (get(&out, &key), &value) {
            (Some(Value::Map(old)), Value::Map(new)) => Value::Map(merge_maps(&old, new)),
            _ => value,
        };
        out.insert(key, merged);
    }
    out
}

/// The values that a chart and the charts under it see: what is given over what they come with, null
/// taking keys away (`CoalesceValues`).
pub fn coalesce_values(chart: &Chart, given: &Map) -> Result<Map, String> {
    coalesce(chart, deep_copy_map(given), Pass { merge: false, last: false })
}

/// The same where nobody asks for the charts' own values again: they are not copied.
pub fn coalesce_values_at_last(chart: &Chart, given: &Map) -> Result<Map, String> {
    coalesce(chart, deep_copy_map(given), Pass { merge: false, last: true })
}

/// The same, keeping null (`MergeValues`).
pub fn merge_values(chart: &Chart, given: &Map) -> Result<Map, String> {
    coalesce(chart, deep_copy_map(given), Pass { merge: true, last: false })
}

/// How values are coalesced.
#[derive(Clone, Copy)]
struct Pass {
    /// Null is kept.
    merge: bool,
    /// The charts' own values may be changed.
    last: bool,
}

fn coalesce(chart: &Chart, dest: Map, pass: Pass) -> Result<Map, String> {
    own_values(chart, &dest, pass);
    for child in &chart.children {
        let name = Str::from(child.name.as_str());
        let below = match get(&dest, &name) {
            None => Map::new([]),
            Some(Value::Map(map)) => map,
            Some(_) => {
                return Err(format!("type mismatch on {}: it must be a mapping", child.name));
            }
        };
        coalesce_globals(&below, &dest);
        dest.insert(name, Value::Map(coalesce(child, below, pass)?));
    }
    Ok(dest)
}

/// Puts the globals of a parent over those of a subchart (`coalesceGlobals`).
fn coalesce_globals(dest: &Map, src: &Map) {
    let globals = |map: &Map| match map.get(GLOBAL) {
        None => Some(Map::new([])),
        Some(Value::Map(map)) => Some(map),
        Some(_) => None,
    };
    let (Some(below), Some(above)) = (globals(dest), globals(src)) else { return };
    for (key, value) in entries(&above) {
        let old = get(&below, &key);
        match (&value, old) {
            (Value::Map(map), None) => below.insert(key, Value::Map(copy_map(map))),
            (Value::Map(map), Some(Value::Map(old))) => {
                let merged = copy_map(map);
                coalesce_tables(&merged, &old, true);
                below.insert(key, Value::Map(merged));
            }
            // A map goes over no scalar, and a scalar over no map.
            (Value::Map(_), Some(_)) | (_, Some(Value::Map(_))) => {}
            (_, _) => below.insert(key, value),
        }
    }
    dest.insert(Str::from(GLOBAL), Value::Map(below));
}

/// Puts a chart's own values under those that are given (`coalesceValues`).
fn own_values(chart: &Chart, given: &Map, Pass { merge, last }: Pass) {
    let own = if last { chart.values.clone() } else { deep_copy_map(&chart.values) };
    for (key, value) in entries(&own) {
        match get(given, &key) {
            Some(Value::Nil) if !merge => {
                given.entries.borrow_mut().remove(key.bytes());
            }
            Some(Value::Map(dest)) => {
                if let Value::Map(src) = value {
                    let is_child = |child: &Chart| child.name.as_bytes() == key.bytes();
                    let merge = merge || chart.children.iter().any(is_child);
                    if !merge {
                        clean_nil_values(&src);
                    }
                    coalesce_tables(&dest, &src, merge);
                }
            }
            Some(_) => {}
            None if merge => given.insert(key, value),
            None => {
                if let Value::Map(map) = &value {
                    clean_nil_values(map);
                }
                if !matches!(value, Value::Nil) {
                    given.insert(key, value);
                }
            }
        }
    }
}

/// Merges a map into another one, which wins (`coalesceTablesFullKey`).
pub fn coalesce_tables(dst: &Map, src: &Map, merge: bool) {
    let taken = nulls(dst).into_iter().map(|key| {
        let had = get(src, &key).is_some_and(|value| !matches!(value, Value::Nil));
        src.insert(key.clone(), Value::Nil);
        (key, had)
    });
    let taken: Vec<(Str, bool)> = taken.collect();
    let had = |key: &Str| {
        let found = taken.binary_search_by(|(other, _)| other.cmp(key));
        found.ok().and_then(|at| taken.get(at)).is_some_and(|(_, had)| *had)
    };
    for (key, value) in entries(src) {
        match (get(dst, &key), value) {
            (Some(Value::Nil), _) if !merge && had(&key) => {
                dst.entries.borrow_mut().remove(key.bytes());
            }
            (None, value) => dst.insert(key, value),
            (Some(Value::Map(dst)), Value::Map(src)) => coalesce_tables(&dst, &src, merge),
            _ => {}
        }
    }
}

/// The keys that hold null, sorted.
fn nulls(map: &Map) -> Vec<Str> {
    let entries = map.entries.borrow();
    let nulls = entries.iter().filter(|(_, value)| matches!(value, Value::Nil));
    nulls.map(|(key, _)| key.clone()).collect()
}

/// Drops nulls, at any depth (`cleanNilValues`).
fn clean_nil_values(map: &Map) {
    map.entries.borrow_mut().retain(|_, value| !matches!(value, Value::Nil));
    for value in map.entries.borrow().values() {
        if let Value::Map(map) = value {
            clean_nil_values(map);
        }
    }
}

/// The map that a path of keys leads to (`Values.Table`).
pub fn table(values: &Map, path: &str) -> Option<Map> {
    path.split('.').try_fold(values.clone(), |map, key| match map.get(key) {
        Some(Value::Map(map)) => Some(map),
        _ => None,
    })
}

/// The value that a path of keys leads to, unless it is a map (`Values.PathValue`).
pub fn path_value(values: &Map, path: &str) -> Option<Value> {
    let (map, key) = match path.rsplit_once('.') {
        Some((above, key)) => (table(values, above)?, key),
        None => (values.clone(), path),
    };
    map.get(key).filter(|value| !matches!(value, Value::Map(_)))
}

/// A map that shares nothing with the original but what can't be changed.
pub fn deep_copy_map(map: &Map) -> Map {
    let entries = map.entries.borrow();
    let copy = entries.iter().map(|(key, value)| (key.clone(), deep_copy(value)));
    Map::new(copy).with_kind(map.kind)
}

fn deep_copy(value: &Value) -> Value {
    match value {
        Value::Map(map) => Value::Map(deep_copy_map(map)),
        Value::List(list)
            if list.items.iter().any(|item| matches!(item, Value::Map(_) | Value::List(_))) =>
        {
            let items = list.items.iter().map(deep_copy).collect();
            Value::List(super::value::List { kind: list.kind, items })
        }
        other => other.clone(),
    }
}

/// A map of its own that shares its values.
fn copy_map(map: &Map) -> Map {
    Map { kind: map.kind, entries: Rc::new(RefCell::new(map.entries.borrow().clone())) }
}

fn get(map: &Map, key: &Str) -> Option<Value> {
    map.entries.borrow().get(key.bytes()).cloned()
}

/// The entries as they are now: what is done with them may change the map.
fn entries(map: &Map) -> Vec<(Str, Value)> {
    map.entries.borrow().iter().map(|(key, value)| (key.clone(), value.clone())).collect()
}
