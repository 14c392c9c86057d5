//! Scalars in each style (`emitterc.go`).

use std::fmt::Write as _;

use super::super::json;

use super::emit::{Emitter, INDENT, is_break};
use super::style::{self, Style, is_printable};

/// The length of go-yaml's lines of base64.
const BASE64_LINE: usize = 70;

/// The tag of bytes.
pub(super) const BINARY: &str = "!!binary";

/// Bytes as go-yaml writes them: in lines where they are many.
pub(super) fn base64(bytes: &[u8]) -> String {
    let mut base64 = String::new();
    json::append_base64(&mut base64, bytes);
    if base64.len() < BASE64_LINE {
        return base64;
    }
    let mut lines = String::new();
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        let (line, tail) = rest.split_at_checked(BASE64_LINE).unwrap_or((rest, ""));
        lines.push_str(line);
        lines.push('\n');
        rest = tail;
    }
    lines
}

impl Emitter {
    /// A string; a simple key stands on one line.
    pub(super) fn scalar(&mut self, text: &str, indent: usize, simple_key: bool) {
        match style::style(text, simple_key, self.dialect) {
            Style::Plain => self.plain(text, indent, !simple_key),
            Style::Single => self.single(text, indent, !simple_key),
            Style::Double => self.double(text, indent, !simple_key),
            Style::Literal => self.literal(text, indent),
        }
    }

    /// What is no UTF-8, as base64 with its tag.
    pub(super) fn binary(&mut self, base64: &str, indent: usize, simple_key: bool) {
        if !self.whitespace {
            self.put(' ');
        }
        self.out.push_str(BINARY);
        self.column += BINARY.len();
        self.whitespace = false;
        self.indention = false;
        match base64.contains('\n') {
            true if simple_key => self.double(base64, indent, false),
            true => self.literal(base64, indent),
            false => self.plain(base64, indent, !simple_key),
        }
    }

    /// Whether no line of a scalar can become too long.
    fn fits(&self, text: &str, breaks: bool) -> bool {
        !breaks || self.column.saturating_add(text.len()) < self.dialect.best_width()
    }

    fn plain(&mut self, text: &str, indent: usize, breaks: bool) {
        if !self.whitespace {
            self.put(' ');
        }
        if self.fits(text, breaks) {
            self.out.push_str(text);
            self.column += text.chars().count();
        } else {
            let mut spaces = false;
            let mut chars = text.chars().peekable();
            while let Some(c) = chars.next() {
                let fold = c == ' ' && !spaces && chars.peek() != Some(&' ');
                if fold && self.column > self.dialect.best_width() {
                    self.write_indent(indent);
                } else {
                    self.put(c);
                }
                spaces = c == ' ';
                if !spaces {
                    self.indention = false;
                }
            }
        }
        self.whitespace = false;
        self.indention = false;
    }

    fn single(&mut self, text: &str, indent: usize, breaks: bool) {
        self.indicator("'", true, false);
        let (mut spaces, mut broken) = (false, false);
        let mut chars = text.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            if c == ' ' {
                let inner = at > 0 && chars.peek().is_some_and(|(_, next)| *next != ' ');
                if breaks && !spaces && inner && self.column > self.dialect.best_width() {
                    self.write_indent(indent);
                } else {
                    self.put(c);
                }
                spaces = true;
            } else if is_break(c) {
                self.out.push(c);
                self.column = 0;
                self.indention = true;
                broken = true;
            } else {
                if broken {
                    self.write_indent(indent);
                }
                if c == '\'' {
                    self.put('\'');
                }
                self.put(c);
                self.indention = false;
                (spaces, broken) = (false, false);
            }
        }
        self.indicator("'", false, false);
        self.indention = false;
    }

    fn double(&mut self, text: &str, indent: usize, breaks: bool) {
        self.indicator("\"", true, false);
        // go-yaml looks for the mark where the string begins, at each of its characters.
        let marked = text.starts_with('\u{feff}');
        let mut spaces = false;
        let mut chars = text.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            if marked || !is_printable(c) || is_break(c) || matches!(c, '"' | '\\') {
                self.escape(c);
                spaces = false;
            } else if c == ' ' {
                let next = chars.peek().map(|(_, next)| *next);
                let inner = at > 0 && next.is_some();
                if breaks && !spaces && inner && self.column > self.dialect.best_width() {
                    self.write_indent(indent);
                    if next == Some(' ') {
                        self.put('\\');
                    }
                } else {
                    self.put(c);
                }
                spaces = true;
            } else {
                self.put(c);
                spaces = false;
            }
        }
        self.indicator("\"", false, false);
        self.indention = false;
    }

    fn escape(&mut self, c: char) {
        let before = self.out.len();
        self.out.push('\\');
        let short = match c {
            '\0' => '0',
            '\u{7}' => 'a',
            '\u{8}' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\u{b}' => 'v',
            '\u{c}' => 'f',
            '\r' => 'r',
            '\u{1b}' => 'e',
            '"' => '"',
            '\\' => '\\',
            '\u{85}' => 'N',
            '\u{a0}' => '_',
            '\u{2028}' => 'L',
            '\u{2029}' => 'P',
            _ => '\0',
        };
        let code = u32::from(c);
        let _ = match (short, code) {
            ('\0', 0..=0xff) => write!(self.out, "x{code:02X}"),
            ('\0', 0..=0xffff) => write!(self.out, "u{code:04X}"),
            ('\0', _) => write!(self.out, "U{code:08X}"),
            _ => write!(self.out, "{short}"),
        };
        self.column += self.out.len() - before;
    }

    fn literal(&mut self, text: &str, indent: usize) {
        self.indicator("|", true, false);
        if text.starts_with(|c| c == ' ' || is_break(c)) {
            let _ = write!(self.out, "{INDENT}");
        }
        let mut ends = text.chars().rev();
        match (ends.next().is_some_and(is_break), ends.next()) {
            (false, _) => self.out.push('-'),
            (true, None) => self.out.push('+'),
            (true, Some(before)) if is_break(before) => self.out.push('+'),
            _ => {}
        }
        self.put_break();
        self.indention = true;
        self.whitespace = true;
        for line in text.split_inclusive(is_break) {
            let end = line.chars().next_back().filter(|c| is_break(*c));
            let body = line.trim_end_matches(is_break);
            if !body.is_empty() {
                self.write_indent(indent);
                self.out.push_str(body);
                if self.dialect.best_width() != usize::MAX {
                    self.column += body.chars().count();
                }
                self.indention = false;
            }
            match end {
                Some('\n') => self.put_break(),
                Some(c) => {
                    self.out.push(c);
                    self.column = 0;
                }
                None => continue,
            }
            self.indention = true;
        }
    }
}
