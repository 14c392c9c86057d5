//! Whether two values are the same: Go's `reflect.DeepEqual`.

use std::rc::Rc;

use super::MAX_VALUE_DEPTH;
use crate::template::render::value::{Map, Value};

/// Whether type and content are the same all the way down. What lies deeper than
/// [`MAX_VALUE_DEPTH`] is taken for the same, as Go takes what it is comparing already.
pub(super) fn deep_equal(a: &Value, b: &Value) -> bool {
    equal(a, b, 0)
}

#[allow(clippy::float_cmp, reason = "as Go compares")]
fn equal(a: &Value, b: &Value, depth: usize) -> bool {
    if depth > MAX_VALUE_DEPTH {
        return true;
    }
    match (a, b) {
        (Value::Nil, Value::Nil) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a), Value::Int(b)) | (Value::Int64(a), Value::Int64(b)) => a == b,
        (Value::Uint64(a), Value::Uint64(b)) => a == b,
        (Value::Float(a), Value::Float(b)) => a == b,
        (Value::Str(a), Value::Str(b)) => a == b,
        (Value::Bytes(a), Value::Bytes(b)) => a == b,
        (Value::List(a), Value::List(b)) => {
            let pairs = || a.items.iter().zip(b.items.iter());
            a.kind == b.kind
                && a.items.len() == b.items.len()
                && (Rc::ptr_eq(&a.items, &b.items) || pairs().all(|(a, b)| equal(a, b, depth + 1)))
        }
        (Value::Map(a), Value::Map(b)) => a.kind == b.kind && same_entries(a, b, depth),
        (Value::Object(a), Value::Object(b)) => {
            // Their content can't be seen, but two values that print the same are hardly different.
            Rc::ptr_eq(a, b) || a.type_name() == b.type_name() && a.print() == b.print()
        }
        _ => false,
    }
}

fn same_entries(a: &Map, b: &Map, depth: usize) -> bool {
    if Rc::ptr_eq(&a.entries, &b.entries) {
        return true;
    }
    let (a, b) = (a.entries.borrow(), b.entries.borrow());
    let same = |((x, a), (y, b))| x == y && equal(a, b, depth + 1);
    a.len() == b.len() && a.iter().zip(b.iter()).all(same)
}
