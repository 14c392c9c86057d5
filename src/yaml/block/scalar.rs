//! Values: plain, quoted and block scalars, and the empty collections of flow style.

use std::borrow::Cow;

use crate::text::Span;

use super::super::build::Collection;
use super::{Line, Reader, Sink};

impl<'s, S: Sink<'s>> Reader<'s, S> {
    /// The value in the rest of a line, with the lines that belong to it.
    pub(super) fn value(&mut self, line: Line) -> Option<()> {
        self.waiting.take()?;
        let parent = self.open.last()?.column;
        let content = self.text(line.from, line.end);
        match content.as_bytes() {
            [b'|' | b'>', ..] => self.block_scalar(line, parent),
            [quote @ (b'"' | b'\''), ..] => self.quoted(line, *quote, parent),
            [b'{', b'}', ..] => self.empty_mapping(line),
            [b'[', ..] => self.flow_sequence(line),
            _ => self.plain(line, parent),
        }
    }

    fn empty_mapping(&mut self, line: Line) -> Option<()> {
        let end = line.from + 2;
        self.sink.open(Collection::Mapping, Span::new(line.from, end))?;
        self.sink.close(Some(end as u32))?;
        self.tail(line, end)
    }

    /// A list of scalars in brackets, all in one line.
    fn flow_sequence(&mut self, line: Line) -> Option<()> {
        let mut rest = line.after(self.source, line.from + 1);
        self.sink.open(Collection::Sequence, Span::new(line.from, line.from + 1))?;
        let mut more = self.text(rest.from, rest.end).starts_with(']').then_some(b']');
        while more != Some(b']') {
            let end = rest.from + item_length(self.text(rest.from, rest.end))?;
            self.item(rest.from, end)?;
            rest = rest.after(self.source, end);
            more = self.source.as_bytes().get(rest.from).copied();
            match more {
                Some(b']') => {}
                Some(b',') => rest = rest.after(self.source, rest.from + 1),
                _ => return None,
            }
        }
        let end = rest.from + 1;
        self.sink.close(Some(end as u32))?;
        self.tail(line, end)
    }

    fn item(&mut self, start: usize, end: usize) -> Option<()> {
        let text = self.text(start, end);
        let inner = text.get(1..text.len() - 1).filter(|_| text.starts_with(['"', '\'']));
        let text = inner.unwrap_or(text);
        self.scalar(Cow::Borrowed(text), Span::new(start, end), inner.is_some())
    }

    /// After a value only a comment may come in its line.
    pub(super) fn tail(&mut self, line: Line, end: usize) -> Option<()> {
        if end == line.end {
            return Some(());
        }
        let rest = line.after(self.source, end);
        let apart = rest.from > end || rest.from == rest.end;
        (apart && self.is_nothing(rest)).then_some(())
    }

    fn plain(&mut self, line: Line, parent: usize) -> Option<()> {
        if !begins_here(self.text(line.from, line.end)) {
            return None;
        }
        let mut end = self.plain_end(line)?;
        let mut text = Cow::Borrowed(self.text(line.from, end));
        let mut last = line;
        while end == last.end
            && let Some((next, breaks)) = self.continuation(parent)
        {
            end = self.plain_end(next)?;
            fold(text.to_mut(), breaks);
            text.to_mut().push_str(self.text(next.from, end));
            last = next;
        }
        self.scalar(text, Span::new(line.from, end), false)?;
        self.tail(last, end)
    }

    /// Where the plain text of a line ends; none where it holds what no plain text may.
    fn plain_end(&self, line: Line) -> Option<usize> {
        let content = self.text(line.from, line.end);
        let bytes = content.as_bytes();
        for at in memchr::memchr2_iter(b':', b'#', bytes) {
            if super::ends_key(bytes, at) {
                return None;
            }
            if is_comment(bytes, at) {
                let text = content.get(..at).unwrap_or_default();
                return Some(line.from + text.trim_end_matches(' ').len());
            }
        }
        Some(line.end)
    }

    /// The next line, where it goes on with a plain scalar, and how many line feeds stand before it.
    fn continuation(&mut self, parent: usize) -> Option<(Line, usize)> {
        let start = self.lines.at;
        let next = self.lines.next();
        let goes_on =
            |next: &Line| next.column > parent && !self.text(next.from, next.end).starts_with('#');
        let Some(next) = next.filter(goes_on) else {
            self.lines.back(start, next);
            return None;
        };
        let blank = self.text(start, next.from).matches('\n').count();
        Some((next, blank + 1))
    }
}

/// One line feed becomes a blank, of more the first is dropped.
pub(super) fn fold(text: &mut String, breaks: usize) {
    match breaks {
        1 => text.push(' '),
        more => push_breaks(text, more - 1),
    }
}

pub(super) fn push_breaks(text: &mut String, breaks: usize) {
    text.extend(std::iter::repeat_n('\n', breaks));
}

/// Whether a comment begins there, after at least one blank.
pub(super) fn is_comment(bytes: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| bytes.get(before));
    bytes.get(at) == Some(&b'#') && before == Some(&b' ')
}

/// Whether a plain scalar can begin so.
pub(super) fn begins_here(content: &str) -> bool {
    match content.as_bytes() {
        // A list of patterns, not a search in a text: this is asked of every key and value.
        []
        | [b'-']
        | [b'-', b' ', ..]
        | [
            b'?' | b':' | b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|'
            | b'>' | b'\'' | b'"' | b'%' | b'@' | b'`',
            ..,
        ] => false,
        _ => true,
    }
}

/// How long the scalar is that an item in brackets begins with; none for what is not of the simplest
/// kinds.
fn item_length(text: &str) -> Option<usize> {
    match text.as_bytes() {
        [quote @ (b'"' | b'\''), inner @ ..] => {
            let length = memchr::memchr2(*quote, b'\\', inner)?;
            let doubled = inner.get(length + 1) == Some(quote);
            (inner.get(length) == Some(quote) && !doubled).then_some(length + 2)
        }
        bytes => {
            let simple = |byte: &u8| byte.is_ascii_alphanumeric() || b"_./*-+".contains(byte);
            let length = bytes.iter().take_while(|byte| simple(byte)).count();
            bytes.first()?.is_ascii_alphanumeric().then_some(length)
        }
    }
}
