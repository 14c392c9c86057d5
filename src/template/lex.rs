//! From text to pieces: text, comments, and tags with their tokens. The rules are those of
//! `text/template/parse/lex.go`; unlike there, a tag is read as a whole, and a fault ends only it.

use crate::text::Span;

use super::ast::{Comment, Tag, TextNode};
use super::quote;
use super::token::Token;
use super::words::Words;

/// What opens a tag.
const OPEN: &[u8] = b"{{";
/// What closes a tag.
const CLOSE: &[u8] = b"}}";

/// The next part of a template.
pub(super) enum Piece {
    Text(TextNode),
    Comment(Comment),
    /// A tag; its tokens are in the buffer, the last one is the closing braces or an error.
    Tag(Tag),
    /// A comment that is not closed as it must be.
    Broken(Tag, Fault),
    End,
}

/// Why the lexer stopped within a tag.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub(super) message: String,
    pub(super) span: Span,
}

/// Whether `break` and `continue` are keywords: each is, unless a function has its name.
#[derive(Clone, Copy)]
pub(super) struct Jumps {
    pub(super) breaks: bool,
    pub(super) continues: bool,
}

pub(super) struct Lexer<'t> {
    text: &'t str,
    at: usize,
    /// The tag before trims the text that follows.
    trims: bool,
    /// No comment ends after here: searched once, so that many openings cost no more than one.
    no_comment_end: bool,
    jumps: Jumps,
    /// Why the last tag's tokens end with an error.
    pub(super) fault: Option<Fault>,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str, jumps: Jumps) -> Self {
        Self { text, at: 0, trims: false, no_comment_end: false, jumps, fault: None }
    }

    /// The next piece; `tokens` is overwritten where it is a tag.
    pub(super) fn next(&mut self, tokens: &mut Vec<Token>) -> Piece {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        if rest.is_empty() {
            Piece::End
        } else if rest.starts_with(OPEN) {
            self.tag(tokens)
        } else {
            self.text_node()
        }
    }

    /// Moves on after a fault or an error within a tag, to the first braces at or after `from`.
    /// Closing braces end the tag, opening ones begin the next.
    pub(super) fn resume(&mut self, tag: &mut Tag, from: usize) {
        let bytes = self.text.as_bytes();
        let from = from.max(tag.span.start as usize + OPEN.len());
        let end = match braces(bytes, from) {
            Some(at) if bytes.get(at) == Some(&b'}') => at + CLOSE.len(),
            Some(at) => at,
            None => bytes.len(),
        };
        let closing = bytes.get(..end).unwrap_or_default();
        tag.trims_after = matches!(closing, [.., space, b'-', b'}', b'}'] if is_space(*space));
        tag.span.end = end as u32;
        self.at = end;
        self.trims = tag.trims_after;
    }

    fn text_node(&mut self) -> Piece {
        let bytes = self.text.as_bytes();
        let start = self.at;
        let end = opening(self.text, start).unwrap_or(bytes.len());
        let mut trimmed = bytes.get(start..end).unwrap_or_default();
        let mut trimmed_start = start;
        if self.trims {
            let spaces = trimmed.iter().take_while(|byte| is_space(**byte)).count();
            trimmed_start += spaces;
            trimmed = trimmed.get(spaces..).unwrap_or_default();
        }
        if trims_left(bytes, end + OPEN.len()) {
            let kept = trimmed.iter().rposition(|byte| !is_space(*byte)).map_or(0, |last| last + 1);
            trimmed = trimmed.get(..kept).unwrap_or_default();
        }
        self.at = end;
        self.trims = false;
        Piece::Text(TextNode {
            span: Span::new(start, end),
            trimmed: Span::new(trimmed_start, trimmed_start + trimmed.len()),
        })
    }

    fn tag(&mut self, tokens: &mut Vec<Token>) -> Piece {
        let start = self.at;
        let mut at = start + OPEN.len();
        let trims_before = trims_left(self.text.as_bytes(), at);
        if trims_before {
            at += 2;
        }
        if self.text.as_bytes().get(at..).is_some_and(|rest| rest.starts_with(b"/*")) {
            return self.comment(start, at, trims_before);
        }
        let mut words = Words::new(self.text, at, self.jumps, tokens);
        let (trims_after, fault) = match words.read() {
            Ok(trims_after) => (trims_after, None),
            Err(fault) => (false, Some(fault)),
        };
        self.at = words.at;
        self.trims = trims_after;
        self.fault = fault;
        Piece::Tag(Tag { span: Span::new(start, self.at), trims_before, trims_after })
    }

    fn comment(&mut self, start: usize, opening: usize, trims_before: bool) -> Piece {
        let mut tag = Tag { span: Span::new(start, opening), trims_before, trims_after: false };
        let body = opening + 2;
        let found = if self.no_comment_end { None } else { self.text.get(body..) }
            .and_then(|rest| rest.find("*/"))
            .map(|length| body + length + 2);
        let Some(end) = found else {
            self.no_comment_end = true;
            let span = Span::new(start, body);
            self.resume(&mut tag, body);
            return Piece::Broken(tag, Fault { message: "unclosed comment".to_owned(), span });
        };
        let rest = self.text.as_bytes().get(end..).unwrap_or_default();
        let closing = match rest {
            [space, b'-', b'}', b'}', ..] if is_space(*space) => 4,
            [b'}', b'}', ..] => 2,
            _ => {
                let message = "comment ends before closing delimiter".to_owned();
                self.resume(&mut tag, end);
                return Piece::Broken(tag, Fault { message, span: Span::new(opening, end) });
            }
        };
        self.at = end + closing;
        tag.trims_after = closing == 4;
        tag.span.end = self.at as u32;
        self.trims = tag.trims_after;
        Piece::Comment(Comment { tag, span: Span::new(opening, end) })
    }
}

/// How Go names a character in a message: `U+002D '-'`.
pub(super) fn name_of(c: char) -> String {
    if quote::is_shown(c) {
        format!("U+{:04X} '{c}'", c as u32)
    } else {
        format!("U+{:04X}", c as u32)
    }
}

/// White space, for the language.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// Whether the tag whose braces end at `at` trims the text before it.
fn trims_left(bytes: &[u8], at: usize) -> bool {
    matches!(bytes.get(at..), Some([b'-', space, ..]) if is_space(*space))
}

/// Where the next `{{` stands, at or after `from`.
fn opening(text: &str, from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr::memchr(b'{', text.as_bytes().get(at..)?)?;
        match text.as_bytes().get(at + 1) {
            Some(b'{') => return Some(at),
            _ => at += 1,
        }
    }
}

/// Where the next `{{` or `}}` stands, at or after `from`.
fn braces(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.windows(2).position(|pair| pair == OPEN || pair == CLOSE).map(|index| from + index)
}
