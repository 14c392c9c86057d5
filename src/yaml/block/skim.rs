//! A look at the outermost levels: what lies deeper is read as strictly, and not kept.

use std::borrow::Cow;

use crate::text::Span;

use super::super::Limits;
use super::super::build::{Builder, Collection, MERGE_KEY};
use super::super::tree::Tree;
use super::Sink;

/// How deep the nodes lie that are kept below the key.
const LEVELS: usize = 3;

/// Hands to a builder what is kept, and counts all.
pub(super) struct Skim<'s> {
    builder: Builder<'s>,
    limits: &'s Limits,
    /// The outermost key whose value is kept.
    key: &'s str,
    /// How many collections are open.
    depth: usize,
    nodes: usize,
    /// Whether the next outermost node is a key.
    at_key: bool,
    /// Whether the last outermost key was the one whose value is kept.
    below_key: bool,
}

impl<'s> Skim<'s> {
    pub(super) fn new(source: &'s str, limits: &'s Limits, key: &'s str) -> Self {
        let builder = Builder::new(source, limits);
        Self { builder, limits, key, depth: 0, nodes: 0, at_key: true, below_key: false }
    }

    /// The tree without what lies deeper: collections there are empty.
    pub(super) fn finish(self) -> Tree {
        self.builder.finish()
    }

    /// Whether a node inside of so many collections is kept.
    fn keeps(&self, depth: usize) -> bool {
        depth <= 1 || (self.below_key && depth <= LEVELS)
    }

    /// Counts a node; `key` is its text.
    fn count(&mut self, key: Option<&str>) -> Option<()> {
        self.nodes += 1;
        if self.depth == 1 {
            self.below_key = if self.at_key { key == Some(self.key) } else { self.below_key };
            self.at_key = !self.at_key;
        }
        (self.nodes <= self.limits.nodes).then_some(())
    }
}

impl<'s> Sink<'s> for Skim<'s> {
    fn start_document(&mut self) {
        self.at_key = true;
        self.builder.start_document();
    }

    fn end_document(&mut self) -> Option<()> {
        self.builder.end_document().ok()
    }

    fn scalar(&mut self, text: Cow<'s, str>, span: Span, quoted: bool) -> Option<()> {
        self.count(Some(&text))?;
        // What a merge key brings is not seen here, nor whether Go refuses it.
        if !quoted && text == MERGE_KEY {
            return None;
        }
        if self.keeps(self.depth) {
            Sink::scalar(&mut self.builder, text, span, quoted)
        } else {
            Some(())
        }
    }

    fn open(&mut self, kind: Collection, span: Span) -> Option<()> {
        self.count(None)?;
        let kept = self.keeps(self.depth);
        self.depth += 1;
        if self.depth > self.limits.depth {
            return None;
        }
        if kept { Sink::open(&mut self.builder, kind, span) } else { Some(()) }
    }

    fn close(&mut self, end: Option<u32>) -> Option<()> {
        self.depth = self.depth.saturating_sub(1);
        if self.keeps(self.depth) { Sink::close(&mut self.builder, end) } else { Some(()) }
    }

    fn comment(&mut self, _: &str, _: Span) {}

    fn keeps_text(&self) -> bool {
        self.keeps(self.depth)
    }
}
