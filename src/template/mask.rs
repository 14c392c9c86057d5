//! Templates read as YAML without rendering: every action becomes blanks of the same length, so that
//! offsets and lines stay what they are.
//!
//! A heuristic. What an action would have written is not there: a value that an action writes, or
//! has a part in, is null; a key that it has a part in is `_` repeated. Nothing that is left over
//! from such a value can be taken for the value.

mod line;
mod tags;

use crate::text::Span;
use tags::Tags;

use super::Template;

/// A template whose actions can be masked, and the YAML documents that it writes.
#[derive(Debug)]
pub struct Mask<'t> {
    template: &'t Template,
    tags: Tags,
    documents: Vec<Document>,
}

/// The part of a template between two `---` lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Document {
    /// From its `---` line, if it has one, to the next.
    pub span: Span,
    /// Whether it is rendered as written, if it is rendered: no action writes into it, and none
    /// stands between its first and its last character.
    pub literal: bool,
}

impl<'t> Mask<'t> {
    /// Looks over a template.
    pub fn new(template: &'t Template) -> Self {
        let tags = Tags::of(template);
        let documents = documents(template.text.as_str(), &tags);
        Self { template, tags, documents }
    }

    /// The documents, in order; at least one.
    pub fn documents(&self) -> &[Document] {
        &self.documents
    }

    /// The text of a document.
    pub fn text_of(&self, document: &Document) -> &'t str {
        self.template.text.as_str().get(document.span.range()).unwrap_or_default()
    }

    /// The document that an offset lies in.
    pub fn document_at(&self, offset: u32) -> Option<&Document> {
        let next = self.documents.partition_point(|document| document.span.start <= offset);
        self.documents.get(next.checked_sub(1)?)
    }

    /// Whether an `if`, `with` or `range` decides if what stands at an offset is rendered.
    pub fn is_conditional(&self, offset: u32) -> bool {
        self.tags.branches.iter().any(|span| span.start <= offset && offset < span.end)
    }

    /// The masked text of the documents that `keep` admits, all others blank. What several arms of
    /// one `if` write stands side by side, unless only the first arms are asked for.
    pub fn text(&self, first_arms: bool, keep: impl Fn(&Document) -> bool) -> String {
        let mut bytes = self.template.text.as_str().as_bytes().to_vec();
        let others = if first_arms { self.tags.others.as_slice() } else { &[] };
        for span in self.tags.definitions.iter().chain(others) {
            blank(&mut bytes, span.range());
        }
        for comment in &self.tags.comments {
            blank(&mut bytes, comment.range());
        }
        for document in self.documents.iter().filter(|document| !keep(document)) {
            blank(&mut bytes, self.below_separator(document).range());
        }
        line::mask(&mut bytes, &self.tags.written);
        // Only whole runs of bytes between characters were replaced.
        String::from_utf8(bytes).unwrap_or_default()
    }

    /// A document without its `---` line.
    fn below_separator(&self, document: &Document) -> Span {
        let text = self.text_of(document);
        let separator = text.starts_with("---").then(|| text.find('\n').unwrap_or(text.len()));
        Span { start: document.span.start + separator.unwrap_or(0) as u32, ..document.span }
    }
}

/// Replaces a range by blanks; line feeds stay.
fn blank(bytes: &mut [u8], range: std::ops::Range<usize>) {
    for byte in bytes.get_mut(range).unwrap_or_default() {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
}

/// Splits at the lines that begin with `---`, as Helm splits what was rendered.
fn documents(text: &str, tags: &Tags) -> Vec<Document> {
    let ends = memchr::memchr_iter(b'\n', text.as_bytes());
    let lines = std::iter::once(0).chain(ends.map(|at| at + 1));
    let separator = |at: &usize| {
        text.get(*at..).is_some_and(|rest| rest.starts_with("---")) && !tags.covers(*at)
    };
    let mut starts: Vec<usize> = lines.filter(separator).collect();
    if starts.first() != Some(&0) {
        starts.insert(0, 0);
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts
        .iter()
        .zip(ends)
        .map(|(start, end)| {
            let span = Span::new(*start, end);
            Document { span, literal: tags.is_literal(text, span) }
        })
        .collect()
}

#[cfg(test)]
mod tests;
