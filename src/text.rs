//! Text with places: byte spans, and the lines and columns that people read.

mod remembered;

use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

pub use remembered::{REMEMBERED_BYTES_MAX, Remembered};

/// The byte-order mark that some editors write at the start of a UTF-8 file.
pub const BYTE_ORDER_MARK: char = '\u{feff}';

/// A range of bytes in one file, from 0, end exclusive; a byte-order mark is counted.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span of `start..end`.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }

    /// The span as a range of `usize`, for slicing.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Whether `other` lies within.
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

/// A point in a file as people and SARIF name it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Position {
    /// Line, from 1; lines end with a line feed.
    pub line: u32,
    /// Column, from 1, in Unicode code points; a byte-order mark takes no column.
    pub column: u32,
    /// Byte offset, from 0; a byte-order mark is counted.
    pub offset: u32,
}

/// A value together with where it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it is written.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Puts a value and its place together.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

impl<T> std::ops::Deref for Spanned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// One file's text with an index of its lines. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Text {
    content: Arc<str>,
    /// Where lines begin: made when a line is first asked for, which of most texts nobody does.
    lines: Arc<OnceLock<Box<[u32]>>>,
    /// How many characters begin before each step of [`STEP`] bytes: made when a column far along a line is first
    /// asked for, as in a schema on one line.
    steps: Arc<OnceLock<Box<[u32]>>>,
}

/// How many bytes of a line are counted at once.
const STEP: usize = 1024;

impl Text {
    /// Takes a text.
    pub fn new(content: impl Into<Arc<str>>) -> Self {
        Self { content: content.into(), lines: Arc::default(), steps: Arc::default() }
    }

    /// Where each line begins.
    fn lines(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let feeds = || memchr::memchr_iter(b'\n', self.content.as_bytes());
            // Counted first: one allocation, which for large files is worth a second look at them.
            let mut lines = Vec::with_capacity(feeds().count() + 1);
            lines.push(0);
            lines.extend(feeds().map(|end| end as u32 + 1));
            lines.into()
        })
    }

    /// Another text of the same length with its line feeds at the same places, as masking leaves it; the
    /// index of the lines is shared. Indexed anew where the length is another.
    pub fn with_lines_of(content: String, other: &Text) -> Self {
        if content.len() != other.content.len() {
            return Self::new(content);
        }
        Self { lines: Arc::clone(&other.lines), ..Self::new(content) }
    }

    /// The text of a file that may be no UTF-8: every byte that is none becomes a question mark, so
    /// that offsets are those of the file.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        if let Ok(text) = std::str::from_utf8(bytes) {
            return Self::new(text);
        }
        let mut content = String::with_capacity(bytes.len());
        for chunk in bytes.utf8_chunks() {
            content.push_str(chunk.valid());
            content.extend(chunk.invalid().iter().map(|_| '?'));
        }
        Self::new(content)
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.content
    }

    /// The text of a span; empty where the span does not lie on character boundaries.
    pub fn slice(&self, span: Span) -> &str {
        self.content.get(span.range()).unwrap_or("")
    }

    /// How many lines there are, a last empty one included.
    pub fn line_count(&self) -> usize {
        self.lines().len()
    }

    /// The bytes of a line (from 1) without its line feed; the last one where `line` is past the end.
    pub fn line_span(&self, line: u32) -> Span {
        let last = self.lines().len().saturating_sub(1);
        let index = (line.max(1) as usize - 1).min(last);
        let start = self.lines().get(index).copied().unwrap_or(0);
        let end = match self.lines().get(index + 1) {
            Some(next) => next - 1,
            None => self.content.len() as u32,
        };
        Span { start, end }
    }

    /// Line and column of a byte offset; an offset past the end, or within a character, is moved back.
    pub fn position(&self, offset: u32) -> Position {
        let mut at = (offset as usize).min(self.content.len());
        while !self.content.is_char_boundary(at) {
            at -= 1;
        }
        let line = self.lines().partition_point(|start| *start as usize <= at).max(1);
        let start = self.lines().get(line - 1).copied().unwrap_or(0) as usize;
        let first = if start == 0 { self.content.get(..at).unwrap_or_default() } else { "" };
        let marks = first.chars().take_while(|character| *character == BYTE_ORDER_MARK).count();
        let column = self.characters(start, at) - marks;
        Position { line: line as u32, column: column as u32 + 1, offset: at as u32 }
    }

    /// How many characters begin in a range of bytes.
    fn characters(&self, start: usize, end: usize) -> usize {
        let bytes = self.content.as_bytes();
        let count = |start, end| begun(bytes.get(start..end).unwrap_or_default());
        if end - start <= STEP {
            return count(start, end);
        }
        let steps = self.steps.get_or_init(|| {
            let mut before = 0;
            let ends = bytes.chunks(STEP).map(|step| {
                before += begun(step) as u32;
                before
            });
            std::iter::once(0).chain(ends).collect()
        });
        let until = |at: usize| {
            let step = at / STEP;
            let before = steps.get(step).copied().unwrap_or_default();
            before as usize + count(step * STEP, at)
        };
        until(end) - until(start)
    }
}

/// How many characters begin in some bytes of a text.
fn begun(bytes: &[u8]) -> usize {
    // The bytes after the first of a character are `10xxxxxx`.
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_far_along_a_line_are_counted_alike() {
        let line = "\u{feff}aé€😀".repeat(STEP);
        let text = Text::new(format!("{line}\n{line}"));
        for (at, _) in line.char_indices().step_by(7).chain([(line.len(), 'x')]) {
            let before = line.get(..at).unwrap();
            let column = text.position(at as u32).column as usize;
            let mark = usize::from(at > 0);
            assert_eq!(column, before.chars().count() + 1 - mark);
            let second = text.position((line.len() + 1 + at) as u32);
            assert_eq!((second.line, second.column as usize), (2, before.chars().count() + 1));
        }
    }

    #[test]
    fn positions_count_code_points_and_not_the_byte_order_mark() {
        let text = Text::new("\u{feff}aé: 1\nb: ü\n");
        assert_eq!(text.position(3), Position { line: 1, column: 1, offset: 3 });
        assert_eq!(text.position(6), Position { line: 1, column: 3, offset: 6 });
        let colon = text.as_str().find("b:").unwrap() as u32;
        assert_eq!(text.position(colon), Position { line: 2, column: 1, offset: colon });
        assert_eq!(text.position(9999).line, 3);
    }

    #[test]
    fn bytes_that_are_no_utf8_keep_the_places_of_all_others() {
        let bytes = b"a\xff\n\xe2\x80b\xc3";
        let text = Text::of_bytes(bytes);
        assert_eq!(text.as_str(), "a?\n??b?");
        assert_eq!(text.position(5), Position { line: 2, column: 3, offset: 5 });
    }

    #[test]
    fn line_spans_leave_out_the_line_feed() {
        let text = Text::new("one\ntwo");
        assert_eq!(text.slice(text.line_span(1)), "one");
        assert_eq!(text.slice(text.line_span(2)), "two");
        assert_eq!(text.slice(text.line_span(9)), "two");
    }
}
