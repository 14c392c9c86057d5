//! Go's package `fmt` over template values (`print.go`, `format.go`).
//!
//! What Go prints without an order or by address is fixed here: maps come sorted by key as in Go, and
//! pointers are one constant.

mod directive;
mod flags;
mod number;
mod verb;

use super::value::{Str, Value};
use flags::Flags;

/// How deep values nest before printing stops: a map can hold itself, on which Go would die.
pub const MAX_DEPTH: usize = 200;

/// How many bytes are printed, about: a map that holds itself twice has no end.
pub const MAX_BYTES: usize = 16 << 20;

/// Prints values as `fmt.Sprint`: with a blank between two neighbours that are both no strings.
pub fn sprint(args: &[Value]) -> Str {
    if let [Value::Str(text)] = args {
        return text.clone();
    }
    let mut printer = Printer::default();
    let mut after_string = true;
    for arg in args {
        let string = matches!(arg, Value::Str(_));
        if !string && !after_string {
            printer.out.push(b' ');
        }
        printer.argument(arg, 'v');
        after_string = string;
    }
    printer.out.into()
}

/// Prints values as `fmt.Sprintln`: with blanks between all of them, and an end of line.
pub fn sprintln(args: &[Value]) -> Str {
    let mut printer = Printer::default();
    for (index, arg) in args.iter().enumerate() {
        if index > 0 {
            printer.out.push(b' ');
        }
        printer.argument(arg, 'v');
    }
    printer.out.push(b'\n');
    printer.out.into()
}

/// Prints values by a format as `fmt.Sprintf`; what doesn't fit is told in the text as Go does.
pub fn sprintf(format: &[u8], args: &[Value]) -> Str {
    let mut printer = Printer::default();
    directive::format(&mut printer, format, args);
    printer.out.into()
}

/// One value as `%v` prints it.
pub fn to_string(value: &Value) -> Str {
    if let Value::Str(text) = value {
        return text.clone();
    }
    let mut out = Vec::new();
    print(&mut out, value);
    out.into()
}

/// Appends one value as `%v` prints it.
pub fn print(out: &mut Vec<u8>, value: &Value) {
    if let Value::Str(text) = value {
        return out.extend_from_slice(text.bytes());
    }
    let mut printer = Printer { out: std::mem::take(out), ..Printer::default() };
    printer.argument(value, 'v');
    *out = printer.out;
}

/// Go's `pp`: what is printed so far, and the flags of the verb at hand.
#[derive(Default)]
struct Printer {
    out: Vec<u8>,
    flags: Flags,
}

impl Printer {
    fn text(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn rune(&mut self, c: char) {
        self.text(c.encode_utf8(&mut [0; 4]));
    }
}

/// Go's name of a value's type, as `%T` prints it; of nil there is none.
pub fn type_name(value: &Value) -> Option<String> {
    use super::value::{ListKind, MapKind};
    let name = match value {
        Value::Nil => return None,
        Value::Bool(_) => "bool",
        Value::Int(_) => "int",
        Value::Int64(_) => "int64",
        Value::Uint64(_) => "uint64",
        Value::Float(_) => "float64",
        Value::Str(_) => "string",
        Value::Bytes(_) => "[]uint8",
        Value::List(list) => match list.kind {
            ListKind::Any => "[]interface {}",
            ListKind::String => "[]string",
            ListKind::Int => "[]int",
            ListKind::Map => "[]map[string]interface {}",
        },
        Value::Map(map) => match map.kind {
            MapKind::Any => "map[string]interface {}",
            MapKind::Values => "common.Values",
            MapKind::String => "map[string]string",
        },
        Value::Object(object) => return Some(object.type_name().to_owned()),
    };
    Some(name.to_owned())
}

#[cfg(test)]
mod tests;
