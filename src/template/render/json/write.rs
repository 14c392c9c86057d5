//! Values as `json.Marshal` writes them.

use std::fmt::Write as _;

use super::super::{
    strconv::{self, Form},
    value::Value,
};
use super::{MAX_DEPTH, append_base64, cycle};

/// `json.Marshal`: on one line, keys sorted, `<`, `>` and `&` escaped. The error is Go's.
pub fn marshal(value: &Value) -> Result<String, String> {
    Writer::write(value, true, None)
}

/// An `json.Encoder` that does not escape for HTML; without the end of line.
pub fn marshal_raw(value: &Value) -> Result<String, String> {
    Writer::write(value, false, None)
}

/// `json.MarshalIndent(value, "", indent)`.
pub fn marshal_indented(value: &Value, indent: &str) -> Result<String, String> {
    Writer::write(value, true, Some(indent))
}

struct Writer<'i> {
    out: String,
    html: bool,
    indent: Option<&'i str>,
}

impl Writer<'_> {
    fn write(value: &Value, html: bool, indent: Option<&str>) -> Result<String, String> {
        let mut writer = Writer { out: String::new(), html, indent };
        writer.value(value, 0)?;
        Ok(writer.out)
    }

    fn value(&mut self, value: &Value, depth: usize) -> Result<(), String> {
        if depth > MAX_DEPTH {
            return Err(cycle(value));
        }
        match value {
            Value::Nil => self.out.push_str("null"),
            Value::Bool(true) => self.out.push_str("true"),
            Value::Bool(false) => self.out.push_str("false"),
            Value::Int(number) | Value::Int64(number) => {
                let _ = write!(self.out, "{number}");
            }
            Value::Uint64(number) => {
                let _ = write!(self.out, "{number}");
            }
            Value::Float(number) => append_float(&mut self.out, *number)?,
            Value::Str(text) => append_string(&mut self.out, text.bytes(), self.html),
            Value::Bytes(bytes) => {
                self.out.push('"');
                append_base64(&mut self.out, bytes);
                self.out.push('"');
            }
            Value::List(list) => {
                let items = list.items.iter().map(|item| (None, item));
                self.collection(('[', ']'), items, depth)?;
            }
            Value::Map(map) => {
                let entries = map.entries.borrow();
                let entries = entries.iter().map(|(key, value)| (Some(key.bytes()), value));
                self.collection(('{', '}'), entries, depth)?;
            }
            Value::Object(object) => self.value(&object.to_plain(), depth + 1)?,
        }
        Ok(())
    }

    fn collection<'v>(
        &mut self,
        (open, close): (char, char),
        items: impl Iterator<Item = (Option<&'v [u8]>, &'v Value)>,
        depth: usize,
    ) -> Result<(), String> {
        self.out.push(open);
        let mut empty = true;
        for (key, value) in items {
            if !empty {
                self.out.push(',');
            }
            empty = false;
            self.line(depth + 1);
            if let Some(key) = key {
                append_string(&mut self.out, key, self.html);
                self.out.push_str(if self.indent.is_some() { ": " } else { ":" });
            }
            self.value(value, depth + 1)?;
        }
        if !empty {
            self.line(depth);
        }
        self.out.push(close);
        Ok(())
    }

    /// Begins a line where lines are asked for.
    fn line(&mut self, depth: usize) {
        if let Some(indent) = self.indent {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n(indent, depth));
        }
    }
}

/// Floats between these are written without an exponent.
const PLAIN: std::ops::Range<f64> = 1e-6..1e21;

/// Appends a float as JSON has it; infinities and NaN it has not.
pub fn append_float(out: &mut String, number: f64) -> Result<(), String> {
    if !number.is_finite() {
        let mut text = String::new();
        strconv::append_float(&mut text, number, Form::General, None);
        return Err(format!("json: unsupported value: {text}"));
    }
    if number == 0.0 || PLAIN.contains(&number.abs()) {
        strconv::append_float(out, number, Form::Plain, None);
        return Ok(());
    }
    strconv::append_float(out, number, Form::Exponent, None);
    // Go writes e-09 as e-9.
    if let Some(at) = out.len().checked_sub(4).filter(|at| out.get(*at..*at + 3) == Some("e-0")) {
        out.remove(at + 2);
    }
    Ok(())
}

/// Appends a string in quotes, escaped as Go does; each byte that is no UTF-8 is written as U+FFFD.
pub fn append_string(out: &mut String, text: &[u8], html: bool) {
    out.push('"');
    for chunk in text.utf8_chunks() {
        append_escaped(out, chunk.valid(), html);
        out.extend(chunk.invalid().iter().map(|_| "\\ufffd"));
    }
    out.push('"');
}

fn append_escaped(out: &mut String, text: &str, html: bool) {
    let mut rest = text;
    let special = |c: char| match c {
        '\0'..='\x1f' | '"' | '\\' | '\u{2028}' | '\u{2029}' => true,
        '<' | '>' | '&' => html,
        _ => false,
    };
    while let Some((at, c)) = rest.char_indices().find(|(_, c)| special(*c)) {
        let (plain, tail) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(plain);
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
        }
        rest = tail.get(c.len_utf8()..).unwrap_or_default();
    }
    out.push_str(rest);
}
