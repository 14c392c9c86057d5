//! The YAML reader: granit-parser's events, corrected to what go-yaml v2 accepts.

use std::borrow::Cow;

use granit_parser::{Event, Parser, ScalarStyle, ScanError, StructureStyle, Tag};

use crate::text::Span;

use super::build::{Builder, Collection, Scalar};
use super::tree::Tree;
use super::{Limits, Problem};

/// Comment lines that may stand between a key and its value; the parser's own 96 is too few for real files.
const MAX_COMMENT_RUN: usize = 1_000_000;

/// Reads all documents. The second value is the first problem; documents before it are in the tree.
pub(super) fn yaml(source: &str, limits: &Limits) -> (Tree, Option<Problem>) {
    if let Some(problem) = too_large(source, limits) {
        return (Tree::default(), Some(problem));
    }
    let mut reader = Reader { source, builder: Builder::new(source, limits) };
    let error = reader.read(limits).err();
    (reader.builder.finish(), error)
}

/// The problem of a file above the limit.
pub(super) fn too_large(source: &str, limits: &Limits) -> Option<Problem> {
    let message = format!("the file has {} bytes, more than {}", source.len(), limits.bytes);
    let span = Span::default();
    (source.len() > limits.bytes).then_some(Problem { message, span })
}

/// The span of the character at an offset; empty at the end of the file.
pub(super) fn character(source: &str, offset: usize) -> Span {
    let start = source.floor_char_boundary(offset.min(source.len()));
    let width = source.get(start..).and_then(|rest| rest.chars().next());
    Span::new(start, start + width.map_or(0, char::len_utf8))
}

struct Reader<'s> {
    source: &'s str,
    builder: Builder<'s>,
}

impl<'s> Reader<'s> {
    fn read(&mut self, limits: &Limits) -> Result<(), Problem> {
        let options = granit_parser::options! {
            bom_inside_document_as_content: true,
            block_scalar_eof_without_line_feed: true,
            emit_anchor_events: true,
            max_buffered_comment_events: MAX_COMMENT_RUN,
            flow_nesting_limit: limits.depth + 1,
            block_nesting_limit: limits.depth + 1,
        };
        for event in Parser::new_from_str_with_options(self.source, options) {
            let (event, span) = event.map_err(|error| self.refused(&error))?;
            self.event(event, place(&span))?;
        }
        Ok(())
    }

    fn event(&mut self, event: Event<'s>, span: Span) -> Result<(), Problem> {
        match event {
            Event::Scalar(text, style, anchor, tag) => self.scalar(text, style, span, anchor, tag),
            Event::MappingStart(_, anchor, tag) => {
                self.builder.open(Collection::Mapping, span, anchor, name(tag))
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.builder.open(Collection::Sequence, span, anchor, name(tag))
            }
            Event::MappingEnd | Event::SequenceEnd => {
                // Only a flow collection's end has a text: its bracket.
                self.builder.close((span.end > span.start).then_some(span.end))
            }
            Event::Alias(anchor) => self.builder.alias(anchor, span),
            Event::Anchor(_, name) => {
                self.builder.anchor_name(&name);
                Ok(())
            }
            Event::Comment(..) => {
                self.builder.comment(span);
                Ok(())
            }
            Event::DocumentStart(_, version) => {
                self.builder.start_document();
                Ok(())
            }
            Event::DocumentEnd => self.builder.end_document(),
            _ => Ok(()),
        }
    }

    fn scalar(
        &mut self,
        text: Cow<'s, str>,
        style: ScalarStyle,
        span: Span,
        anchor: usize,
        tag: Option<Cow<'s, Tag>>,
    ) -> Result<(), Problem> {
        let plain = style == ScalarStyle::Plain;
        let nothing = plain && span.start == span.end;
        let text = if nothing { Cow::Borrowed("") } else { text };
        let span = if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
            self.trimmed(span)
        } else {
            span
        };
        self.builder.scalar(Scalar { text, span, quoted: !plain, anchor, tag: name(tag) })
    }

    /// A block scalar's span reaches to the next token; its own text ends with its last line.
    fn trimmed(&self, span: Span) -> Span {
        let text = self.source.get(span.range()).unwrap_or("");
        Span::new(span.start as usize, span.start as usize + text.trim_end().len())
    }

    fn refused(&self, error: &ScanError) -> Problem {
        let offset = error.marker().byte_offset().unwrap_or(0);
        Problem { message: error.info(), span: character(self.source, offset) }
    }
}

fn place(span: &granit_parser::Span) -> Span {
    span.byte_range().map_or(Span::default(), |range| Span::new(range.start, range.end))
}

/// A tag in full.
fn name(tag: Option<Cow<'_, Tag>>) -> Option<Box<str>> {
    tag.map(|tag| format!("{}{}", tag.handle(), tag.suffix()).into())
}
