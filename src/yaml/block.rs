//! The short way: block style as people and generators write it, read line by line.
//!
//! Nearly every file of a catalog keeps to a small part of YAML: block mappings and sequences, scalars and
//! comments, of flow style `[]` and `{}`. That part is read here, several times as fast as by the parser.
//! At the first thing that is anything else, or wrong, the whole file is left to the parser: nothing is
//! refused here, no message comes from here, and where it is not certain what a line means the answer is
//! `None`. The tests hold that both ways build the same tree.

mod line;
mod literal;
mod quoted;
mod scalar;
mod sink;
mod skim;

use std::borrow::Cow;

use crate::text::Span;

use super::build::{Builder, Collection};
use super::tree::Tree;
use super::{Limits, read};
use line::{Line, Lines};
use sink::Sink;
use skim::Skim;

/// The longest key that is read here; YAML ends at 1,024 characters.
const KEY_MAX: usize = 512;

/// Reads all documents, or nothing where the parser has to.
pub(super) fn read(source: &str, limits: &Limits) -> Option<Tree> {
    Some(Reader::read(source, limits, Builder::sized(source, limits))?.finish())
}

/// Reads all documents, and keeps of their trees the outermost entries and, below `key`, the two levels under
/// them. Nothing where the parser has to read; otherwise [`read`] gives the whole tree.
pub(super) fn skim(source: &str, limits: &Limits, key: &str) -> Option<Tree> {
    Some(Reader::read(source, limits, Skim::new(source, limits, key))?.finish())
}

struct Reader<'s, S> {
    source: &'s str,
    lines: Lines<'s>,
    sink: S,
    /// The open collections, the innermost last.
    open: Vec<Level>,
    /// Something that has no value yet: a key, a dash or a document. Its value is null at this place
    /// where none comes.
    waiting: Option<usize>,
    in_document: bool,
}

struct Level {
    column: usize,
    kind: Collection,
}

impl<'s, S: Sink<'s>> Reader<'s, S> {
    /// Hands all documents to a sink.
    fn read(source: &'s str, limits: &Limits, sink: S) -> Option<S> {
        if read::too_large(source, limits).is_some() || !line::is_printable(source) {
            return None;
        }
        let lines = Lines::new(source);
        let mut reader =
            Self { source, lines, sink, open: Vec::new(), waiting: None, in_document: false };
        while let Some(line) = reader.lines.next() {
            reader.line(line)?;
        }
        reader.end_document()?;
        Some(reader.sink)
    }

    fn line(&mut self, line: Line) -> Option<()> {
        let content = self.text(line.from, line.end);
        if content.starts_with('#') {
            self.comment(line.from);
            return Some(());
        }
        if line.column == 0 && (content.starts_with("---") || content.starts_with("...")) {
            return (content == "---").then(|| self.separator(line.end))?;
        }
        if !self.in_document {
            self.start_document(line.from);
        }
        self.close_above(line.column, is_item(content))?;
        self.node(line)
    }

    fn separator(&mut self, end: usize) -> Option<()> {
        self.end_document()?;
        self.start_document(end);
        Some(())
    }

    fn start_document(&mut self, root: usize) {
        self.sink.start_document();
        self.waiting = Some(root);
        self.in_document = true;
    }

    fn end_document(&mut self) -> Option<()> {
        if !self.in_document {
            return Some(());
        }
        self.settle()?;
        while self.open.pop().is_some() {
            self.sink.close(None)?;
        }
        self.sink.end_document()
    }

    /// Closes what ends before a line: afterwards the line is an entry of the innermost collection, or
    /// the value that it waits for.
    fn close_above(&mut self, column: usize, item: bool) -> Option<()> {
        while let Some(top) = self.open.last() {
            let kind = if item { Collection::Sequence } else { Collection::Mapping };
            let (same, fits) = (column == top.column, top.kind == kind);
            // The items of a sequence may stand below their key.
            let deeper = column > top.column || (same && item && !fits);
            if deeper {
                return self.waiting.map(|_| ());
            }
            self.settle()?;
            if same && fits {
                return Some(());
            }
            self.open.pop();
            self.sink.close(None)?;
        }
        self.waiting.map(|_| ())
    }

    /// Gives null to what still waits for a value.
    fn settle(&mut self) -> Option<()> {
        let Some(at) = self.waiting.take() else { return Some(()) };
        self.scalar(Cow::Borrowed(""), Span::new(at, at), false)
    }

    /// Items, a key with its value, or a scalar.
    fn node(&mut self, mut line: Line) -> Option<()> {
        while is_item(self.text(line.from, line.end)) {
            let rest = line.after(self.source, line.from + 1);
            let nothing = self.is_nothing(rest);
            // The parser's place for a dash is what follows it.
            let place = if nothing { self.line_end(rest.from) } else { rest.from };
            self.enter(Collection::Sequence, line, place)?;
            self.waiting = Some(place);
            if nothing {
                return Some(());
            }
            line = rest;
        }
        let content = self.text(line.from, line.end);
        let Some(length) = key_length(content) else { return self.value(line) };
        self.enter(Collection::Mapping, line, line.from)?;
        let colon = line.from + length;
        self.key(line.from, colon)?;
        self.waiting = Some(colon);
        let rest = line.after(self.source, colon + 1);
        if self.is_nothing(rest) { Some(()) } else { self.value(rest) }
    }

    /// Whether nothing stands in the rest of a line but a comment.
    fn is_nothing(&mut self, rest: Line) -> bool {
        let comment = self.text(rest.from, rest.end).starts_with('#');
        if comment {
            self.comment(rest.from);
        }
        comment || rest.from == rest.end
    }

    /// Opens a collection at a line's column, where it is not open. A sequence that is not indented
    /// has no beginning of its own, the parser gives it its first `place`.
    fn enter(&mut self, kind: Collection, line: Line, place: usize) -> Option<()> {
        let top = self.open.last().filter(|top| top.column == line.column);
        let start = if top.is_some() { place } else { line.from };
        if top.is_some_and(|top| top.kind == kind) {
            return Some(());
        }
        self.waiting.take()?;
        self.open.push(Level { column: line.column, kind });
        self.sink.open(kind, Span::new(start, start))
    }

    fn key(&mut self, start: usize, end: usize) -> Option<()> {
        let text = self.text(start, end);
        match text.as_bytes() {
            [quote @ (b'"' | b'\''), inner @ .., last] if quote == last => {
                // A key with escapes is rare.
                let escaped = inner.contains(&b'\\') || inner.contains(quote);
                let inner = text.get(1..text.len() - 1).filter(|_| !escaped)?;
                self.scalar(Cow::Borrowed(inner), Span::new(start, end), true)
            }
            _ => self.scalar(Cow::Borrowed(text), Span::new(start, end), false),
        }
    }

    fn scalar(&mut self, text: Cow<'s, str>, span: Span, quoted: bool) -> Option<()> {
        self.sink.scalar(text, span, quoted)
    }

    /// A comment to the end of its line, the blanks there included.
    fn comment(&mut self, start: usize) {
        let end = self.line_end(start);
        self.sink.comment(self.text(start, end), Span::new(start, end));
    }

    fn line_end(&self, from: usize) -> usize {
        let rest = self.text(from, self.source.len());
        from + memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len())
    }

    fn text(&self, start: usize, end: usize) -> &'s str {
        self.source.get(start..end).unwrap_or_default()
    }
}

/// Whether a line begins with the dash of an item.
fn is_item(content: &str) -> bool {
    content == "-" || content.starts_with("- ")
}

/// How long the key is that a text begins with, up to its colon.
fn key_length(content: &str) -> Option<usize> {
    let bytes = content.as_bytes();
    let length = if let quote @ (b'"' | b'\'') = bytes.first()? {
        2 + memchr::memchr(*quote, bytes.get(1..)?)?
    } else {
        let ends = |at: &usize| ends_key(bytes, *at) || scalar::is_comment(bytes, *at);
        let end = memchr::memchr2_iter(b':', b'#', bytes).find(ends)?;
        content.get(..end).filter(|key| is_plain_key(key))?.len()
    };
    (ends_key(bytes, length) && length <= KEY_MAX).then_some(length)
}

fn is_plain_key(key: &str) -> bool {
    scalar::begins_here(key) && !key.ends_with(' ')
}

/// Whether the colon of a key stands there.
fn ends_key(bytes: &[u8], at: usize) -> bool {
    bytes.get(at) == Some(&b':') && matches!(bytes.get(at + 1), None | Some(b' '))
}

#[cfg(test)]
mod tests;
