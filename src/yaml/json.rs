//! A strict JSON reader (RFC 8259) into the same tree, so that JSON files have places too.

use std::borrow::Cow;

use crate::text::{BYTE_ORDER_MARK, Span};

use super::build::{Builder, Collection};
use super::resolve::Typed;
use super::tree::{Marks, Tree};
use super::{Limits, Problem, read};

/// Reads one JSON text. The second value is the first problem; then the tree has no document.
pub(super) fn json(source: &str, limits: &Limits) -> (Tree, Option<Problem>) {
    if let Some(problem) = read::too_large(source, limits) {
        return (Tree::default(), Some(problem));
    }
    let at = if source.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 };
    let mut reader =
        Reader { source, at, open: Vec::new(), builder: Builder::sized(source, limits) };
    let error = reader.read().err();
    (reader.builder.finish(), error)
}

struct Reader<'s> {
    source: &'s str,
    at: usize,
    open: Vec<Collection>,
    builder: Builder<'s>,
}

/// What may come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    Value,
    /// A value, or the end of an array that just began.
    FirstItem,
    Key,
    /// A key, or the end of an object that just began.
    FirstKey,
    /// A comma or the end of the collection; after the outermost value, the end of the text.
    Next,
}

impl<'s> Reader<'s> {
    fn read(&mut self) -> Result<(), Problem> {
        self.builder.start_document();
        let mut expect = Expect::Value;
        loop {
            self.skip_space();
            let Some(byte) = self.peek() else { break };
            expect = self.step(expect, byte)?;
        }
        if expect != Expect::Next || !self.open.is_empty() {
            let missing = match (self.open.last(), expect) {
                (Some(Collection::Mapping), Expect::Next | Expect::FirstKey) => "`}`",
                (Some(Collection::Sequence), Expect::Next | Expect::FirstItem) => "`]`",
                (_, Expect::Key) => "a key",
                _ => "a value",
            };
            return Err(self.refused(format!("expected {missing}, found the end of the file")));
        }
        self.builder.end_document()
    }

    fn step(&mut self, expect: Expect, byte: u8) -> Result<Expect, Problem> {
        match (expect, byte) {
            (Expect::Next, _) if self.open.is_empty() => {
                Err(self.refused("nothing may follow the value of a JSON file".to_owned()))
            }
            (Expect::FirstItem, b']') | (Expect::FirstKey, b'}') => self.close(),
            (Expect::Next, b']') if self.open.last() == Some(&Collection::Sequence) => self.close(),
            (Expect::Next, b'}') if self.open.last() == Some(&Collection::Mapping) => self.close(),
            (Expect::Next, b',') => {
                self.at += 1;
                let mapping = self.open.last() == Some(&Collection::Mapping);
                Ok(if mapping { Expect::Key } else { Expect::Value })
            }
            (Expect::Next, _) => Err(self.unexpected("a comma or the end of the collection")),
            (Expect::Key | Expect::FirstKey, b'"') => self.key(),
            (Expect::Key | Expect::FirstKey, _) => Err(self.unexpected("a key in double quotes")),
            (Expect::Value | Expect::FirstItem, _) => self.value(byte),
        }
    }

    fn key(&mut self) -> Result<Expect, Problem> {
        self.string()?;
        self.skip_space();
        if self.peek() != Some(b':') {
            return Err(self.unexpected("`:` after the key"));
        }
        self.at += 1;
        Ok(Expect::Value)
    }

    fn value(&mut self, byte: u8) -> Result<Expect, Problem> {
        match byte {
            b'{' => self.open(Collection::Mapping, Expect::FirstKey),
            b'[' => self.open(Collection::Sequence, Expect::FirstItem),
            b'"' => self.string(),
            b'-' | b'0'..=b'9' => self.number(),
            _ => self.word(),
        }
    }

    fn open(&mut self, kind: Collection, expect: Expect) -> Result<Expect, Problem> {
        self.builder.open(kind, Span::new(self.at, self.at + 1), 0, None)?;
        self.open.push(kind);
        self.at += 1;
        Ok(expect)
    }

    fn close(&mut self) -> Result<Expect, Problem> {
        self.at += 1;
        self.open.pop();
        self.builder.close(Some(self.at as u32))?;
        Ok(Expect::Next)
    }

    fn word(&mut self) -> Result<Expect, Problem> {
        let rest = self.rest();
        let words =
            [("true", Typed::Bool(true)), ("false", Typed::Bool(false)), ("null", Typed::Null)];
        let Some((word, typed)) = words.into_iter().find(|(word, _)| rest.starts_with(word)) else {
            return Err(self.unexpected("a value"));
        };
        self.scalar(typed, word.len())
    }

    fn number(&mut self) -> Result<Expect, Problem> {
        let text = self.rest();
        let end = text.find(|c: char| !matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E'));
        let text = text.get(..end.unwrap_or(text.len())).unwrap_or("");
        let Some(typed) = number(text) else {
            return Err(self.refused(format!("`{}` is not a JSON number", shown(text))));
        };
        self.scalar(typed, text.len())
    }

    fn scalar(&mut self, typed: Typed, len: usize) -> Result<Expect, Problem> {
        let span = Span::new(self.at, self.at + len);
        let text = self.source.get(span.range()).unwrap_or("");
        self.builder.typed_scalar(typed, text, span, Marks::default())?;
        self.at += len;
        Ok(Expect::Next)
    }

    fn string(&mut self) -> Result<Expect, Problem> {
        let start = self.at;
        self.at += 1;
        let mut decoded: Option<String> = None;
        loop {
            let run = self.rest();
            let len = run.find(['"', '\\']).unwrap_or(run.len());
            let run = run.get(..len).unwrap_or("");
            if let Some(control) = run.bytes().position(|byte| byte < 0x20) {
                self.at += control;
                return Err(self.refused("a control character in a string".to_owned()));
            }
            let from = self.at;
            self.at += len;
            match self.peek() {
                Some(b'"') => {
                    let text = decoded.map_or(Cow::Borrowed(run), |text| Cow::Owned(text + run));
                    self.at += 1;
                    let span = Span::new(start, self.at);
                    let marks = Marks { quoted: true, ..Marks::default() };
                    self.builder.typed_scalar(Typed::String, &text, span, marks)?;
                    return Ok(Expect::Next);
                }
                Some(_) => {
                    let text = decoded.get_or_insert_default();
                    text.push_str(self.source.get(from..self.at).unwrap_or(""));
                    let escaped = self.escape()?;
                    decoded.get_or_insert_default().push(escaped);
                }
                None => {
                    self.at = start;
                    return Err(self.refused("the string does not end".to_owned()));
                }
            }
        }
    }

    /// One escape sequence; a surrogate without its pair is U+FFFD, as Go decodes it.
    fn escape(&mut self) -> Result<char, Problem> {
        let code = self.source.as_bytes().get(self.at + 1).copied();
        let plain = match code {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => return Err(self.refused("an unknown escape in a string".to_owned())),
        };
        self.at += 2;
        Ok(plain)
    }

    fn unicode(&mut self) -> Result<char, Problem> {
        let Some(unit) = self.code_unit() else {
            return Err(self.refused("`\\u` needs four hexadecimal digits".to_owned()));
        };
        self.at += 6;
        if !(0xd800..0xdc00).contains(&unit) {
            return Ok(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        let Some(low) = self.code_unit().filter(|low| (0xdc00..0xe000).contains(low)) else {
            return Ok(char::REPLACEMENT_CHARACTER);
        };
        self.at += 6;
        let code = 0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
        Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    /// The code unit of a `\uXXXX` that stands here.
    fn code_unit(&self) -> Option<u32> {
        let digits = self.rest().strip_prefix("\\u")?.get(..4)?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        u32::from_str_radix(digits, 16).ok()
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.source.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'s str {
        self.source.get(self.at..).unwrap_or("")
    }

    fn unexpected(&self, wanted: &str) -> Problem {
        let message = match self.rest().chars().next() {
            Some(found) => format!("expected {wanted}, found `{}`", found.escape_debug()),
            None => format!("expected {wanted}, found the end of the file"),
        };
        self.refused(message)
    }

    fn refused(&self, message: String) -> Problem {
        Problem { message, span: read::character(self.source, self.at) }
    }
}

/// A JSON number: an integer where it is written as one and fits, else a finite float.
fn number(text: &str) -> Option<Typed> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let digits = unsigned.bytes().take_while(u8::is_ascii_digit).count();
    let (whole, rest) = unsigned.split_at_checked(digits)?;
    if whole.is_empty() || whole.len() > 1 && whole.starts_with('0') {
        return None;
    }
    if rest.is_empty() {
        if let Ok(int) = text.parse() {
            return Some(Typed::Int(int));
        }
        if let Ok(int) = text.parse() {
            return Some(Typed::Big(int));
        }
    }
    // Rust takes `1.` and `1e5`, JSON only the second.
    let fraction_missing = rest
        .strip_prefix('.')
        .is_some_and(|rest| !rest.starts_with(|digit: char| digit.is_ascii_digit()));
    if fraction_missing {
        return None;
    }
    text.parse().ok().filter(|float: &f64| float.is_finite()).map(Typed::Float)
}

fn shown(text: &str) -> &str {
    text.get(..40).unwrap_or(text)
}
