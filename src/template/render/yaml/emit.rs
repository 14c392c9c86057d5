//! Nodes as go-yaml's emitter writes them (`emitterc.go`), in block style.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::super::json::{self, MAX_DEPTH};
use super::super::strconv::{self, Form};
use super::super::value::{Map, Str, Value};
use super::Dialect;
use super::{keys, scalar};

/// How deep a block stands in another.
pub(super) const INDENT: usize = 2;

/// The longest key, in bytes, that is written without `?`.
const LONGEST_SIMPLE_KEY: usize = 128;

/// The longest key, in characters of JSON with quotes, that go-yaml v2 reads.
const LONGEST_READ_KEY: usize = 1024;

/// Writes a document.
pub(super) fn write(value: &Value, dialect: Dialect) -> Result<String, String> {
    let mut emitter = Emitter::new(dialect);
    emitter.node(value, Place { level: None, in_mapping: false, depth: 0 })?;
    emitter.write_indent(0);
    Ok(emitter.out)
}

/// What JSON refuses.
fn refused(error: &str) -> String {
    format!("error marshaling into JSON: {error}")
}

/// What libyaml's emitter knows of the line it writes.
pub(super) struct Emitter {
    pub(super) out: String,
    pub(super) dialect: Dialect,
    /// Characters of the line so far.
    pub(super) column: usize,
    /// Whether a blank or nothing stands before.
    pub(super) whitespace: bool,
    /// Whether only indentation and indicators stand on the line.
    pub(super) indention: bool,
}

/// Where a node stands.
#[derive(Clone, Copy)]
struct Place {
    /// The indentation of what holds it; none at the root.
    level: Option<usize>,
    /// Whether it is the value of a key.
    in_mapping: bool,
    depth: usize,
}

impl Place {
    /// The indentation of a block here.
    fn block(self) -> usize {
        self.level.map_or(0, |level| level + INDENT)
    }

    /// The indentation of a scalar's further lines here.
    fn scalar(self) -> usize {
        self.level.map_or(INDENT, |level| level + INDENT)
    }

    fn inside(self, level: usize, in_mapping: bool) -> Self {
        Self { level: Some(level), in_mapping, depth: self.depth + 1 }
    }
}

impl Emitter {
    fn new(dialect: Dialect) -> Self {
        Self { out: String::new(), dialect, column: 0, whitespace: true, indention: true }
    }

    fn node(&mut self, value: &Value, place: Place) -> Result<(), String> {
        if place.depth > MAX_DEPTH {
            return Err(refused(&json::cycle(value)));
        }
        match value {
            Value::Nil => self.word(format_args!("null")),
            Value::Bool(flag) => self.word(format_args!("{flag}")),
            Value::Int(number) | Value::Int64(number) => self.word(format_args!("{number}")),
            Value::Uint64(number) => self.word(format_args!("{number}")),
            Value::Float(number) => self.float(*number)?,
            Value::Str(text) => self.text(text.bytes(), place.scalar())?,
            Value::Bytes(bytes) => self.bytes(bytes, place)?,
            Value::List(list) => self.sequence(list.items.iter(), place)?,
            Value::Map(map) => self.mapping(map, place)?,
            Value::Object(object) => {
                let place = Place { depth: place.depth + 1, ..place };
                self.node(&object.to_plain(), place)?;
            }
        }
        Ok(())
    }

    /// A plain scalar that is never folded.
    fn word(&mut self, word: std::fmt::Arguments<'_>) {
        if !self.whitespace {
            self.put(' ');
        }
        let before = self.out.len();
        let _ = self.out.write_fmt(word);
        self.column += self.out.len() - before;
        self.whitespace = false;
        self.indention = false;
    }

    /// A float. Behind JSON it is an integer where it is written as one and fits into 64 bits.
    fn float(&mut self, number: f64) -> Result<(), String> {
        let mut text = String::new();
        if self.dialect == Dialect::V2 {
            json::append_float(&mut text, number).map_err(|error| refused(&error))?;
            if let Ok(number) = text.parse::<i64>() {
                self.word(format_args!("{number}"));
                return Ok(());
            }
            if text.parse::<u64>().is_ok() {
                self.word(format_args!("{text}"));
                return Ok(());
            }
            text.clear();
        }
        strconv::append_float(&mut text, number, Form::General, None);
        let text = match text.as_str() {
            "+Inf" => ".inf",
            "-Inf" => "-.inf",
            "NaN" => ".nan",
            text => text,
        };
        self.word(format_args!("{text}"));
        Ok(())
    }

    fn text(&mut self, text: &[u8], indent: usize) -> Result<(), String> {
        match self.dialect {
            Dialect::V2 => {
                let text = through_json(text)?;
                self.scalar(&text, indent, false);
            }
            Dialect::V3 => match std::str::from_utf8(text) {
                Ok(text) => self.scalar(text, indent, false),
                Err(_) => self.binary(&scalar::base64(text), indent, false),
            },
        }
        Ok(())
    }

    /// A `[]byte`: JSON has it as base64, and go-yaml v3 as a list of numbers.
    fn bytes(&mut self, bytes: &[u8], place: Place) -> Result<(), String> {
        if self.dialect == Dialect::V2 {
            let mut text = String::new();
            json::append_base64(&mut text, bytes);
            self.scalar(&text, place.scalar(), false);
            return Ok(());
        }
        let numbers: Vec<_> = bytes.iter().map(|byte| Value::Int(i64::from(*byte))).collect();
        self.sequence(numbers.iter(), place)
    }

    fn sequence<'v>(
        &mut self,
        items: impl ExactSizeIterator<Item = &'v Value>,
        place: Place,
    ) -> Result<(), String> {
        if items.len() == 0 {
            self.empty("[", "]");
            return Ok(());
        }
        let flush = self.dialect == Dialect::V2 && place.in_mapping && !self.indention;
        let level = place.level.filter(|_| flush).unwrap_or(place.block());
        for item in items {
            self.write_indent(level);
            self.indicator("-", true, true);
            self.node(item, place.inside(level, false))?;
        }
        Ok(())
    }

    fn empty(&mut self, open: &str, close: &str) {
        self.indicator(open, true, false);
        self.whitespace = true;
        self.indicator(close, false, false);
    }

    fn mapping(&mut self, map: &Map, place: Place) -> Result<(), String> {
        let entries = map.entries.borrow();
        if entries.is_empty() {
            self.empty("{", "}");
            return Ok(());
        }
        let level = place.block();
        for entry in sorted(entries.iter(), self.dialect)? {
            self.write_indent(level);
            self.key(&entry, level);
            self.node(entry.value, place.inside(level, true))?;
        }
        Ok(())
    }

    /// A key with its colon.
    fn key(&mut self, entry: &Entry<'_>, level: usize) {
        let binary = self.dialect == Dialect::V3 && std::str::from_utf8(entry.key).is_err();
        let binary = binary.then(|| scalar::base64(entry.key));
        let (written, tag) = match &binary {
            Some(base64) => (base64.as_str(), scalar::BINARY.len()),
            None => (&*entry.text, 0),
        };
        let simple = written.len() + tag <= LONGEST_SIMPLE_KEY && !has_break(written);
        if !simple {
            self.indicator("?", true, true);
        }
        match &binary {
            Some(base64) => self.binary(base64, level + INDENT, simple),
            None => self.scalar(&entry.text, level + INDENT, simple),
        }
        if simple {
            return self.indicator(":", false, false);
        }
        self.write_indent(level);
        self.indicator(":", true, true);
    }

    pub(super) fn indicator(&mut self, indicator: &str, need_whitespace: bool, indention: bool) {
        if need_whitespace && !self.whitespace {
            self.put(' ');
        }
        self.out.push_str(indicator);
        self.column += indicator.len();
        self.whitespace = false;
        self.indention &= indention;
    }

    /// Goes to a column, on a new line unless only indentation stands on this one.
    pub(super) fn write_indent(&mut self, indent: usize) {
        let inside = self.column > indent || (self.column == indent && !self.whitespace);
        if !self.indention || inside {
            self.put_break();
        }
        let missing = indent.saturating_sub(self.column);
        self.out.extend(std::iter::repeat_n(' ', missing));
        self.column += missing;
        self.whitespace = true;
        self.indention = true;
    }

    pub(super) fn put(&mut self, c: char) {
        self.out.push(c);
        self.column += 1;
    }

    pub(super) fn put_break(&mut self) {
        self.out.push('\n');
        self.column = 0;
        self.indention |= self.dialect == Dialect::V3;
    }
}

/// An entry with its key as it is written.
struct Entry<'m> {
    key: &'m [u8],
    text: Cow<'m, str>,
    value: &'m Value,
}

/// A map's entries in go-yaml's order.
fn sorted<'m>(
    entries: impl Iterator<Item = (&'m Str, &'m Value)>,
    dialect: Dialect,
) -> Result<Vec<Entry<'m>>, String> {
    let read = |(key, value): (&'m Str, &'m Value)| {
        let key = key.bytes();
        let text = match dialect {
            Dialect::V2 => read_key(key)?,
            Dialect::V3 => json::valid_text(key),
        };
        Ok(Entry { key, text, value })
    };
    let mut entries: Vec<_> = entries.map(read).collect::<Result<_, String>>()?;
    keys::sort(&mut entries, |a, b| keys::less(&a.text, &b.text, dialect));
    Ok(entries)
}

/// A key as go-yaml v2 reads it behind JSON: longer ones and those with a line break it does not take
/// for keys. Go's message has a line where the break is not on the first one.
fn read_key(key: &[u8]) -> Result<Cow<'_, str>, String> {
    let text = through_json(key)?;
    let long = key.len() > LONGEST_READ_KEY / 6 && {
        let mut json = String::new();
        json::append_string(&mut json, key, true);
        json.chars().count() > LONGEST_READ_KEY
    };
    if long || json::valid_text(key).contains('\u{85}') {
        return Err("yaml: did not find expected ',' or '}'".to_owned());
    }
    Ok(text)
}

/// Whether a character ends a line for YAML.
pub(super) fn is_break(c: char) -> bool {
    matches!(c, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn has_break(text: &str) -> bool {
    text.contains(is_break)
}

/// A string after its way through JSON and go-yaml v2: control characters that JSON leaves as they are
/// make it fail, and the line break U+0085 is folded into a blank.
fn through_json(text: &[u8]) -> Result<Cow<'_, str>, String> {
    let text = json::valid_text(text);
    if text.bytes().all(|byte| byte < 0x7f) {
        return Ok(text);
    }
    let control =
        |c| matches!(c, '\x7f'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}');
    if text.contains(control) {
        return Err("yaml: control characters are not allowed".to_owned());
    }
    if !text.contains('\u{85}') {
        return Ok(text);
    }
    let lines: Vec<_> = text.split('\u{85}').collect();
    let last = lines.len() - 1;
    let mut out = String::new();
    let mut breaks = 0;
    for (index, line) in lines.iter().enumerate() {
        let line = if index > 0 { line.trim_start_matches(' ') } else { line };
        let line = if index < last { line.trim_end_matches(' ') } else { line };
        breaks += usize::from(index > 0);
        if line.is_empty() && index < last && index > 0 {
            continue;
        }
        match breaks {
            0 => {}
            1 => out.push(' '),
            more => out.extend(std::iter::repeat_n('\n', more - 1)),
        }
        breaks = 0;
        out.push_str(line);
    }
    Ok(out.into())
}
