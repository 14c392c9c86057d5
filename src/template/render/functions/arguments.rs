//! Arguments as native functions take them: their types have been checked by the engine.

use crate::template::render::value::{List, Map, Value};

/// Reads arguments by their place. Where one is missing or of another type, which the engine rules
/// out, it is the zero value of the type that is asked for.
pub(super) trait Arguments {
    /// Anything.
    fn any(&self, at: usize) -> &Value;
    /// A string's bytes.
    fn bytes(&self, at: usize) -> &[u8];
    /// An integer.
    fn int(&self, at: usize) -> i64;
    /// A map; none is Go's nil map.
    fn map(&self, at: usize) -> Option<&Map>;
}

impl Arguments for [Value] {
    fn any(&self, at: usize) -> &Value {
        self.get(at).unwrap_or(&Value::Nil)
    }

    fn bytes(&self, at: usize) -> &[u8] {
        if let Value::Str(text) = self.any(at) { text.bytes() } else { &[] }
    }

    fn int(&self, at: usize) -> i64 {
        if let Value::Int(value) | Value::Int64(value) = self.any(at) { *value } else { 0 }
    }

    fn map(&self, at: usize) -> Option<&Map> {
        if let Value::Map(map) = self.any(at) { Some(map) } else { None }
    }
}

/// What Go says where the type of nothing is asked for.
pub(super) const NIL_POINTER: &str =
    "runtime error: invalid memory address or nil pointer dereference";

/// What Go says where a nil map is written to.
pub(super) const NIL_MAP: &str = "assignment to entry in nil map";

/// A length as Go counts it.
pub(super) fn len(bytes: &[u8]) -> i64 {
    i64::try_from(bytes.len()).unwrap_or(i64::MAX)
}

/// What Go says where an index is out of range: `text[start..end]` as `text.get` gives it.
pub(super) fn cut(bytes: &[u8], start: Option<i64>, end: Option<i64>) -> Result<&[u8], String> {
    let len = len(bytes);
    let (from, to) = (start.unwrap_or(0), end.unwrap_or(len));
    let range = if to < 0 {
        format!("[:{to}]")
    } else if to > len {
        format!("[:{to}] with length {len}")
    } else if from < 0 {
        format!("[{from}:]")
    } else {
        format!("[{from}:{to}]")
    };
    let cut = usize::try_from(from).ok().zip(usize::try_from(to).ok());
    let cut = cut.and_then(|(from, to)| bytes.get(from..to));
    cut.ok_or_else(|| format!("runtime error: slice bounds out of range {range}"))
}

/// The items of what Go's reflection takes for a slice or an array; none for anything else.
pub(super) fn items(value: &Value) -> Option<std::borrow::Cow<'_, [Value]>> {
    match value {
        Value::List(List { items, .. }) => Some(items.as_ref().into()),
        Value::Bytes(bytes) => {
            Some(bytes.iter().map(|byte| Value::Uint64(u64::from(*byte))).collect())
        }
        Value::Object(object) if object.kind() == "slice" => {
            Some(object.entries()?.into_iter().map(|(_, item)| item).collect())
        }
        _ => None,
    }
}
