//! The tokens of one tag.

use super::lex::{Fault, Jumps, is_space, name_of};
use super::quote;
use super::token::{Kind, Token, word};
use super::unicode::is_alphanumeric;
use crate::text::Span;

/// Whether a byte is a letter, a digit or `_`: of all that is done for a template this is done most often.
const IN_NAMES: [bool; 256] = {
    let mut known = [false; 256];
    let mut byte = 0;
    while byte < known.len() {
        known[byte] = (byte as u8).is_ascii_alphanumeric() || byte as u8 == b'_';
        byte += 1;
    }
    known
};

/// Reads the tokens of one tag, from after its opening to after its closing braces.
pub(super) struct Words<'t, 'v> {
    text: &'t str,
    bytes: &'t [u8],
    /// The next byte.
    pub(super) at: usize,
    /// The first byte of the token being read.
    start: usize,
    parens: usize,
    tokens: &'v mut Vec<Token>,
    jumps: Jumps,
}

impl<'t, 'v> Words<'t, 'v> {
    pub(super) fn new(text: &'t str, at: usize, jumps: Jumps, tokens: &'v mut Vec<Token>) -> Self {
        tokens.clear();
        Self { text, bytes: text.as_bytes(), at, start: at, parens: 0, tokens, jumps }
    }

    /// Reads to the closing braces, and says whether they trim what follows.
    pub(super) fn read(&mut self) -> Result<bool, Fault> {
        loop {
            let before = self.at;
            while self.peek().is_some_and(is_space) {
                self.at += 1;
            }
            let spaced = self.at > before;
            self.start = self.at;
            if let Some(trims) = self.closing(spaced) {
                return self.close(spaced, trims);
            }
            match self.token() {
                Ok(kind) => {
                    self.push(kind, spaced);
                    if kind == Kind::Char && self.bytes.get(self.start) != Some(&b',') {
                        // No construct takes it, so the parser cannot get past it.
                        return Err(self.fault(String::new()));
                    }
                }
                Err(message) => {
                    self.push(Kind::Error, spaced);
                    return Err(self.fault(message));
                }
            }
        }
    }

    /// Whether the tag ends here, and if so whether it trims what follows.
    fn closing(&self, spaced: bool) -> Option<bool> {
        match self.bytes.get(self.at..).unwrap_or_default() {
            [b'}', b'}', ..] => Some(false),
            [b'-', b'}', b'}', ..] if spaced => Some(true),
            _ => None,
        }
    }

    fn close(&mut self, spaced: bool, trims: bool) -> Result<bool, Fault> {
        self.at += if trims { 3 } else { 2 };
        if self.parens > 0 {
            self.push(Kind::Error, spaced);
            return Err(self.fault("unclosed left paren".to_owned()));
        }
        self.start = self.at - 2;
        self.push(Kind::RightDelim, spaced);
        Ok(trims)
    }

    fn push(&mut self, kind: Kind, spaced: bool) {
        self.tokens.push(Token { kind, spaced, start: self.start as u32, end: self.at as u32 });
    }

    fn fault(&self, message: String) -> Fault {
        Fault { message, span: Span::new(self.start, self.at) }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// The token at `start`, which is neither white space nor the end of the tag.
    fn token(&mut self) -> Result<Kind, String> {
        let Some(byte) = self.peek() else { return Err("unclosed action".to_owned()) };
        self.at += 1;
        match byte {
            b'.' if self.peek().is_some_and(|next| !next.is_ascii_digit()) => {
                self.name(Kind::Field, Kind::Dot)
            }
            b'A'..=b'Z' | b'a'..=b'z' | b'_' => self.identifier(),
            b'$' => self.name(Kind::Variable, Kind::Variable),
            b'"' => self.quoted(b'"', Kind::String, "unterminated quoted string"),
            b'|' => Ok(Kind::Pipe),
            b'(' => {
                self.parens += 1;
                Ok(Kind::LeftParen)
            }
            b')' => self.right_paren(),
            b'=' => Ok(Kind::Assign),
            b':' => self.declare(),
            b'0'..=b'9' | b'+' | b'-' | b'.' => self.number(),
            b'`' => self.raw(),
            b'\'' => self.quoted(b'\'', Kind::CharConstant, "unterminated character constant"),
            0x21..=0x7e => Ok(Kind::Char),
            _ => self.other(),
        }
    }

    fn right_paren(&mut self) -> Result<Kind, String> {
        self.parens =
            self.parens.checked_sub(1).ok_or_else(|| "unexpected right paren".to_owned())?;
        Ok(Kind::RightParen)
    }

    fn declare(&mut self) -> Result<Kind, String> {
        if self.peek() != Some(b'=') {
            return Err("expected :=".to_owned());
        }
        self.at += 1;
        Ok(Kind::Declare)
    }

    /// `.name` or `$name`, or `alone` where no name follows.
    fn name(&mut self, kind: Kind, alone: Kind) -> Result<Kind, String> {
        let first = self.at;
        self.skip_alphanumeric();
        if !self.at_terminator() {
            return Err(self.bad_character());
        }
        Ok(if self.at == first { alone } else { kind })
    }

    fn identifier(&mut self) -> Result<Kind, String> {
        self.skip_alphanumeric();
        if !self.at_terminator() {
            return Err(self.bad_character());
        }
        Ok(match word(self.text.get(self.start..self.at).unwrap_or("")) {
            Kind::Break if !self.jumps.breaks => Kind::Identifier,
            Kind::Continue if !self.jumps.continues => Kind::Identifier,
            kind => kind,
        })
    }

    fn skip_alphanumeric(&mut self) {
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let ends = |byte: &u8| !IN_NAMES[usize::from(*byte)];
            self.at += rest.iter().position(ends).unwrap_or(rest.len());
            match self.char_at(self.at) {
                Some(c) if !c.is_ascii() && is_alphanumeric(c) => self.at += c.len_utf8(),
                _ => return,
            }
        }
    }

    /// Whether what follows may end a name.
    fn at_terminator(&self) -> bool {
        match self.bytes.get(self.at..).unwrap_or_default() {
            [] | [b'}', b'}', ..] => true,
            [byte, ..] => {
                is_space(*byte) || matches!(byte, b'.' | b',' | b'|' | b':' | b')' | b'(')
            }
        }
    }

    fn bad_character(&mut self) -> String {
        let Some(c) = self.char_at(self.at) else { return "bad character".to_owned() };
        self.at += c.len_utf8();
        format!("bad character {}", name_of(c))
    }

    /// A constant between quotes; the parser looks at what is within.
    fn quoted(&mut self, quote: u8, kind: Kind, fault: &str) -> Result<Kind, String> {
        while let Some(byte) = self.peek() {
            match byte {
                b'\n' => break,
                b'\\' => match self.char_at(self.at + 1) {
                    None | Some('\n') => break,
                    Some(c) => self.at += 1 + c.len_utf8(),
                },
                _ => {
                    self.at += 1;
                    if byte == quote {
                        return Ok(kind);
                    }
                }
            }
        }
        Err(fault.to_owned())
    }

    fn raw(&mut self) -> Result<Kind, String> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        if let Some(length) = rest.iter().position(|byte| *byte == b'`') {
            self.at += length + 1;
            return Ok(Kind::RawString);
        }
        self.at = self.bytes.len();
        Err("unterminated raw quoted string".to_owned())
    }

    /// Roughly a number; the parser decides. `1+2i` is one token.
    fn number(&mut self) -> Result<Kind, String> {
        self.at = self.start;
        if !self.scan_number() {
            return Err(self.bad_number());
        }
        if !matches!(self.peek(), Some(b'+' | b'-')) {
            return Ok(Kind::Number);
        }
        let complete = self.scan_number();
        if !complete || self.bytes.get(self.at - 1) != Some(&b'i') {
            return Err(self.bad_number());
        }
        Ok(Kind::Complex)
    }

    fn bad_number(&self) -> String {
        let text = self.text.get(self.start..self.at).unwrap_or("");
        format!("bad number syntax: {}", quote::quoted(text))
    }

    /// Takes what looks like a number, and one more character where that cannot follow one.
    fn scan_number(&mut self) -> bool {
        self.accept(|byte| matches!(byte, b'+' | b'-'));
        let (digits, exponent) = self.base();
        self.accept_run(digits);
        if self.accept(|byte| byte == b'.') {
            self.accept_run(digits);
        }
        if self.accept(exponent) {
            self.accept(|byte| matches!(byte, b'+' | b'-'));
            self.accept_run(is_decimal);
        }
        self.accept(|byte| byte == b'i');
        match self.char_at(self.at) {
            Some(c) if is_alphanumeric(c) => {
                self.at += c.len_utf8();
                false
            }
            _ => true,
        }
    }

    /// Takes the prefix, and gives the digits and the exponent's letter that go with it.
    fn base(&mut self) -> (Bytes, Bytes) {
        let decimal: (Bytes, Bytes) = (is_decimal, |byte| matches!(byte, b'e' | b'E'));
        if !self.accept(|byte| byte == b'0') {
            return decimal;
        }
        let (digits, exponent): (Bytes, Bytes) = match self.peek() {
            Some(b'x' | b'X') => {
                (|b| b == b'_' || b.is_ascii_hexdigit(), |b| matches!(b, b'p' | b'P'))
            }
            Some(b'o' | b'O') => (|b| matches!(b, b'0'..=b'7' | b'_'), |_| false),
            Some(b'b' | b'B') => (|b| matches!(b, b'0' | b'1' | b'_'), |_| false),
            _ => return decimal,
        };
        self.at += 1;
        (digits, exponent)
    }

    fn accept(&mut self, wanted: Bytes) -> bool {
        let found = self.peek().is_some_and(wanted);
        self.at += usize::from(found);
        found
    }

    fn accept_run(&mut self, wanted: Bytes) {
        while self.accept(wanted) {}
    }

    /// Whatever is not ASCII, or not printable.
    fn other(&mut self) -> Result<Kind, String> {
        let Some(c) = self.char_at(self.start) else { return Err("unclosed action".to_owned()) };
        self.at = self.start + c.len_utf8();
        if is_alphanumeric(c) {
            return self.identifier();
        }
        Err(format!("unrecognized character in action: {}", name_of(c)))
    }

    fn char_at(&self, at: usize) -> Option<char> {
        self.text.get(at..)?.chars().next()
    }
}

/// Bytes of one kind.
type Bytes = fn(u8) -> bool;

fn is_decimal(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_digit()
}
