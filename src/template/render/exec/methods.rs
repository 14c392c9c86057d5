//! The methods of Helm's `common.Values` (`pkg/chart/common/values.go`).

use crate::template::quote;

use super::super::call::{Call, Random};
use super::super::functions;
use super::super::value::{Map, MapKind, Method, Str, Type, Value};

/// A method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    AsMap,
    Encode,
    PathValue,
    Table,
    Yaml,
}

/// The method of a name; methods come before entries.
pub(super) fn find(name: &str) -> Option<Named> {
    Some(match name {
        "AsMap" => Named::AsMap,
        "Encode" => Named::Encode,
        "PathValue" => Named::PathValue,
        "Table" => Named::Table,
        "YAML" => Named::Yaml,
        _ => return None,
    })
}

impl Named {
    pub(super) fn signature(self) -> Method {
        let params: &[Type] = match self {
            Named::AsMap | Named::Yaml => &[],
            Named::PathValue | Named::Table => &[Type::String],
            Named::Encode => &[Type::Named("io.Writer")],
        };
        Method { params, rest: None }
    }
}

pub(super) fn call(method: Named, map: &Map, args: &[Value]) -> Result<Value, String> {
    let path = match args {
        [Value::Str(path)] => path.clone(),
        _ => Str::from(""),
    };
    match method {
        Named::AsMap => Ok(Value::Map(map.with_kind(MapKind::Any))),
        Named::Encode => Ok(Value::Nil),
        Named::Table => table(map, path.bytes()).map(Value::Map),
        Named::PathValue if path.is_empty() => Err("YAML path cannot be empty".to_owned()),
        Named::PathValue => path_value(map, path.bytes()),
        Named::Yaml => yaml(map),
    }
}

fn yaml(map: &Map) -> Result<Value, String> {
    let function = functions::find("toYaml").ok_or("toYaml is not known")?;
    let mut call = Call { random: &mut Random(0), now: 0, budget: &mut { usize::MAX } };
    let written = (function.call)(&mut call, &[Value::Map(map.with_kind(MapKind::Any))])?;
    let Value::Str(text) = written else { return Ok(written) };
    Ok(Value::str([text.bytes(), b"\n"].concat()))
}

fn table(map: &Map, path: &[u8]) -> Result<Map, String> {
    let mut table = map.clone();
    for name in path.split(|byte| *byte == b'.') {
        let found = table.entries.borrow().get(name).cloned();
        table = match found {
            Some(Value::Map(found)) if found.kind != MapKind::String => found,
            _ => return Err(format!("{} is not a table", quoted(name))),
        };
    }
    Ok(table.with_kind(MapKind::Values))
}

fn path_value(map: &Map, path: &[u8]) -> Result<Value, String> {
    let at = path.iter().rposition(|byte| *byte == b'.');
    let (before, key) = match at.and_then(|at| path.split_at_checked(at)) {
        Some((before, key)) => (Some(before), key.strip_prefix(b".").unwrap_or(key)),
        None => (None, path),
    };
    let missing = || format!("{} is not a value", quoted(key));
    let table = match before {
        Some(before) => table(map, before).map_err(|_| missing())?,
        None => map.clone(),
    };
    let found = table.entries.borrow().get(key).cloned();
    match found {
        None => Err(missing()),
        Some(Value::Map(found)) if found.kind == MapKind::Any => Err(missing()),
        Some(value) => Ok(value),
    }
}

fn quoted(name: &[u8]) -> String {
    quote::quoted(&String::from_utf8_lossy(name))
}
