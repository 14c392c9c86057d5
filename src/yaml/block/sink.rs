//! Where what is read goes: to the builder of a tree, or to something that only looks at it.

use std::borrow::Cow;

use crate::text::Span;

use super::super::build::{Builder, Collection, Scalar};

/// Takes what the short way reads, in the order of the file. Nothing as an answer leaves the file to the parser.
pub(super) trait Sink<'s> {
    fn start_document(&mut self);

    fn end_document(&mut self) -> Option<()>;

    /// `text` is empty where [`keeps_text`](Self::keeps_text) says that nobody looks at it and it does not stand in
    /// the file as it is.
    fn scalar(&mut self, text: Cow<'s, str>, span: Span, quoted: bool) -> Option<()>;

    fn open(&mut self, kind: Collection, span: Span) -> Option<()>;

    /// Closes the innermost collection; see [`Builder::close`].
    fn close(&mut self, end: Option<u32>) -> Option<()>;

    fn comment(&mut self, text: &str, span: Span);

    /// Whether the text of the next scalar is looked at.
    fn keeps_text(&self) -> bool;
}

impl<'s> Sink<'s> for Builder<'s> {
    fn start_document(&mut self) {
        self.start_document();
    }

    fn end_document(&mut self) -> Option<()> {
        self.end_document().ok()
    }

    fn scalar(&mut self, text: Cow<'s, str>, span: Span, quoted: bool) -> Option<()> {
        self.scalar(Scalar { text, span, quoted, anchor: 0, tag: None }).ok()
    }

    fn open(&mut self, kind: Collection, span: Span) -> Option<()> {
        self.open(kind, span, 0, None).ok()
    }

    fn close(&mut self, end: Option<u32>) -> Option<()> {
        self.close(end).ok()
    }

    fn comment(&mut self, text: &str, span: Span) {
        self.comment(text, span);
    }

    fn keeps_text(&self) -> bool {
        true
    }
}
