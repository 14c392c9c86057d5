//! Scalars in quotes, over several lines too.

use std::borrow::Cow;

use crate::text::Span;

use super::scalar::fold;
use super::{Line, Reader, Sink};

/// The escapes of double quotes that are read here.
const ESCAPES: [(u8, char); 5] =
    [(b'\\', '\\'), (b'"', '"'), (b'n', '\n'), (b't', '\t'), (b' ', ' ')];

/// How a line of a quoted scalar ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// With the quote, so many bytes on.
    Quote(usize),
    /// With the line: a blank joins it with the next.
    Line,
    /// With a backslash: nothing joins it with the next.
    Escape,
}

impl<'s, S: Sink<'s>> Reader<'s, S> {
    pub(super) fn quoted(&mut self, line: Line, quote: u8, parent: usize) -> Option<()> {
        let mut text = Cow::Borrowed("");
        let (mut last, mut from) = (line, line.from + 1);
        loop {
            let end = end_of(self.text(from, last.end), quote)?;
            let to = match end {
                End::Quote(length) => from + length,
                End::Line => last.end,
                End::Escape => last.end - 1,
            };
            // Blanks at the edges of lines and quotes have rules of their own.
            let is_whole = from == line.from + 1 && matches!(end, End::Quote(_));
            if from == to && !is_whole {
                return None;
            }
            append(&mut text, unescaped(self.text(from, to), quote)?);
            if matches!(end, End::Quote(_)) {
                self.scalar(text, Span::new(line.from, to + 1), true)?;
                return self.tail(last, to + 1);
            }
            last = self.next_quoted(last, end, text.to_mut(), parent)?;
            from = last.from;
        }
    }

    /// The next line of a quoted scalar, after what stands for the line feeds before it.
    fn next_quoted(
        &mut self,
        last: Line,
        end: End,
        text: &mut String,
        parent: usize,
    ) -> Option<Line> {
        let next = self.lines.next().filter(|next| next.column > parent)?;
        let between = self.text(last.end, next.from);
        let breaks = between.matches('\n').count();
        if end == End::Line {
            fold(text, breaks);
            return Some(next);
        }
        // A blank after the backslash is escaped itself.
        (breaks == 1 && between.starts_with('\n')).then_some(next)
    }
}

/// Puts a piece to a text; a single piece is not copied.
fn append<'s>(text: &mut Cow<'s, str>, piece: Cow<'s, str>) {
    if text.is_empty() {
        *text = piece;
    } else {
        text.to_mut().push_str(&piece);
    }
}

/// How a line of a quoted scalar ends; none where it has an escape that is not read here.
fn end_of(text: &str, quote: u8) -> Option<End> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = memchr::memchr2(quote, b'\\', bytes.get(at..)?).map(|it| at + it) {
        let next = bytes.get(found + 1);
        match (quote, bytes.get(found)) {
            (b'"', Some(b'\\')) => {
                let Some(next) = next else { return Some(End::Escape) };
                ESCAPES.iter().find(|(escape, _)| escape == next)?;
                at = found + 2;
            }
            (b'\'', Some(b'\\')) => at = found + 1,
            (b'\'', _) if next == Some(&b'\'') => at = found + 2,
            _ => return Some(End::Quote(found)),
        }
    }
    Some(End::Line)
}

/// What a piece of a quoted scalar stands for.
fn unescaped(piece: &str, quote: u8) -> Option<Cow<'_, str>> {
    let mark = if quote == b'"' { '\\' } else { '\'' };
    if !piece.contains(mark) {
        return Some(Cow::Borrowed(piece));
    }
    let mut text = String::with_capacity(piece.len());
    let mut rest = piece;
    while let Some((before, after)) = rest.split_once(mark) {
        let escape = after.as_bytes().first()?;
        let known = ESCAPES.iter().find(|(known, _)| known == escape);
        text.push_str(before);
        text.push(if mark == '\'' { mark } else { known?.1 });
        rest = after.get(1..)?;
    }
    text.push_str(rest);
    Some(Cow::Owned(text))
}
