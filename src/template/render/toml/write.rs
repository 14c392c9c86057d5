//! The writer (`encode.go`).

use std::io::Write as _;

use super::super::fmt;
use super::super::strconv::{self, Form};
use super::super::value::{Map, Str, Value};
use super::MAX_DEPTH;

const NIL_ELEMENT: &str = "toml: cannot encode array with nil element";
const NO_KEY: &str = "toml: top-level values must be Go maps or structs";

pub(super) fn write(value: &Value) -> Result<Vec<u8>, String> {
    let mut encoder = Encoder { out: Vec::new(), key: Vec::new() };
    match value {
        Value::Nil => return Err("reflect: call of reflect.Value.Type on zero Value".to_owned()),
        Value::Object(object) => encoder.value(&object.to_plain(), 0)?,
        value => encoder.value(value, 0)?,
    }
    Ok(encoder.out)
}

struct Encoder {
    out: Vec<u8>,
    /// The table that is written, and the key in it.
    key: Vec<Str>,
}

/// What the writer makes of a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Nothing,
    Scalar,
    Table,
    Tables,
}

/// Go's `tomlTypeOfGo`: lists in which only maps are, and at least one, are tables.
fn kind(value: &Value, depth: usize) -> Result<Kind, String> {
    if depth > MAX_DEPTH {
        return Err("toml: the value nests too deep".to_owned());
    }
    Ok(match value {
        Value::Nil => Kind::Nothing,
        Value::Map(_) => Kind::Table,
        Value::Object(object) => kind(&object.to_plain(), depth + 1)?,
        Value::List(list) => {
            let mut tables = !list.items.is_empty();
            for item in list.items.iter() {
                match kind(item, depth + 1)? {
                    Kind::Nothing => return Err(NIL_ELEMENT.to_owned()),
                    Kind::Table => {}
                    _ => tables = false,
                }
            }
            if tables { Kind::Tables } else { Kind::Scalar }
        }
        _ => Kind::Scalar,
    })
}

impl Encoder {
    fn value(&mut self, value: &Value, depth: usize) -> Result<(), String> {
        match (value, kind(value, depth)?) {
            (Value::Object(object), _) => self.value(&object.to_plain(), depth + 1),
            (Value::Map(map), _) => self.table(map, depth),
            (Value::List(list), Kind::Tables) => {
                if self.key.is_empty() {
                    return Err(NO_KEY.to_owned());
                }
                list.items.iter().try_for_each(|item| self.table_of_list(item, depth))
            }
            (Value::Nil, _) => Ok(()),
            _ => self.pair(value, depth),
        }
    }

    /// `key = value`, or a value alone at the root.
    fn pair(&mut self, value: &Value, depth: usize) -> Result<(), String> {
        let Some(last) = self.key.last().cloned() else {
            return self.element(value, depth);
        };
        self.indent();
        quote_key(&mut self.out, &last);
        self.out.extend(b" = ");
        self.element(value, depth)?;
        self.newline();
        Ok(())
    }

    fn newline(&mut self) {
        if !self.out.is_empty() {
            self.out.push(b'\n');
        }
    }

    fn indent(&mut self) {
        let depth = self.key.len().saturating_sub(1);
        self.out.extend(std::iter::repeat_n(b' ', 2 * depth));
    }

    fn header(&mut self, open: &str, close: &str) {
        self.indent();
        self.out.extend(open.as_bytes());
        for (index, part) in self.key.iter().enumerate() {
            if index > 0 {
                self.out.push(b'.');
            }
            quote_key(&mut self.out, part);
        }
        self.out.extend(close.as_bytes());
        self.newline();
    }

    fn table(&mut self, map: &Map, depth: usize) -> Result<(), String> {
        if self.key.len() == 1 {
            self.newline();
        }
        if !self.key.is_empty() {
            self.header("[", "]");
        }
        self.entries(map, depth)
    }

    fn table_of_list(&mut self, item: &Value, depth: usize) -> Result<(), String> {
        match item {
            Value::Map(map) => {
                self.newline();
                self.header("[[", "]]");
                self.entries(map, depth)
            }
            Value::Object(object) => self.table_of_list(&object.to_plain(), depth),
            _ => Ok(()),
        }
    }

    /// What is no table comes first.
    fn entries(&mut self, map: &Map, depth: usize) -> Result<(), String> {
        for tables in [false, true] {
            for (key, value) in map.entries.borrow().iter() {
                if is_table(value, depth + 1)? == tables {
                    self.key.push(key.clone());
                    self.value(value, depth + 1)?;
                    self.key.pop();
                }
            }
        }
        Ok(())
    }

    /// A value in a list or behind a key.
    fn element(&mut self, value: &Value, depth: usize) -> Result<(), String> {
        if depth > MAX_DEPTH {
            return Err("toml: the value nests too deep".to_owned());
        }
        match value {
            Value::Nil => return Err(NIL_ELEMENT.to_owned()),
            Value::Str(text) => quote(&mut self.out, text.bytes()),
            Value::Float(number) => self.float(*number),
            Value::Bytes(bytes) => {
                let numbers = fmt::to_string(&Value::Bytes(bytes.clone()));
                self.out.extend(numbers.text().replace(' ', ", ").bytes());
            }
            Value::List(list) => {
                self.out.push(b'[');
                for (index, item) in list.items.iter().enumerate() {
                    if index > 0 {
                        self.out.extend(b", ");
                    }
                    self.element(item, depth + 1)?;
                }
                self.out.push(b']');
            }
            Value::Map(map) => self.inline(map, depth)?,
            Value::Object(object) => self.element(&object.to_plain(), depth + 1)?,
            _ => fmt::print(&mut self.out, value),
        }
        Ok(())
    }

    /// A map in braces; Go leaves the comma before a nil at the end.
    fn inline(&mut self, map: &Map, depth: usize) -> Result<(), String> {
        let entries = map.entries.borrow();
        let (mut direct, mut tables) = (Vec::new(), Vec::new());
        for entry in entries.iter() {
            let table = is_table(entry.1, depth + 1)?;
            if table { tables.push(entry) } else { direct.push(entry) }
        }
        self.out.push(b'{');
        for (group, more) in [(&direct, !tables.is_empty()), (&tables, false)] {
            for (index, (key, value)) in group.iter().enumerate() {
                if matches!(value, Value::Nil) {
                    continue;
                }
                quote_key(&mut self.out, key);
                self.out.extend(b" = ");
                self.element(value, depth + 1)?;
                if more || index + 1 < group.len() {
                    self.out.extend(b", ");
                }
            }
        }
        self.out.push(b'}');
        Ok(())
    }

    fn float(&mut self, number: f64) {
        if number.is_nan() || number.is_infinite() {
            if number.is_sign_negative() {
                self.out.push(b'-');
            }
            self.out.extend(if number.is_nan() { b"nan" } else { b"inf" });
            return;
        }
        let mut text = String::new();
        strconv::append_float(&mut text, number, Form::General, None);
        if !text.contains(['e', '.']) {
            text.push_str(".0");
        }
        self.out.extend(text.bytes());
    }
}

fn is_table(value: &Value, depth: usize) -> Result<bool, String> {
    Ok(matches!(kind(value, depth)?, Kind::Table | Kind::Tables))
}

fn quote_key(out: &mut Vec<u8>, key: &Str) {
    let bare = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if !key.is_empty() && key.bytes().iter().all(bare) {
        return out.extend(key.bytes());
    }
    quote(out, key.bytes());
}

fn quote(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'"');
    for byte in text {
        match byte {
            b'"' | b'\\' => out.extend([b'\\', *byte]),
            8 => out.extend(b"\\b"),
            b'\t' => out.extend(b"\\t"),
            b'\n' => out.extend(b"\\n"),
            12 => out.extend(b"\\f"),
            b'\r' => out.extend(b"\\r"),
            0..=0x1f | 0x7f => {
                let _ = write!(out, "\\u{byte:04x}");
            }
            _ => out.push(*byte),
        }
    }
    out.push(b'"');
}
