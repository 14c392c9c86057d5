//! The YAML reader: granit-parser's events, corrected to what go-yaml v2 accepts.
//!
//! Known to differ still, all found by mutation and none in a real chart: U+2028 or U+2029 in the middle of
//! a line outside quotes is always refused; `...` before the first document, `!!tag#comment` and `[:]` are
//! accepted; `{-}`, `|#` and `>` at the end of the file are refused; a byte-order mark that begins a later
//! line of comments is skipped.

use std::borrow::Cow;

use granit_parser::{
    ErrorKind, Event, Parser, ScalarStyle, ScanError, StructureStyle, Tag, YamlVersion,
};

use crate::text::Span;

use super::build::{self, Builder, Collection, Scalar};
use super::tabs::Tabs;
use super::tree::Tree;
use super::{Limits, Problem, block};

/// Comment lines that may stand between a key and its value; the parser's own 96 is too few for real files.
const MAX_COMMENT_RUN: usize = 1_000_000;

/// U+2028 and U+2029, line breaks in YAML 1.1 but not in 1.2.
const OLD_BREAKS: [char; 2] = ['\u{2028}', '\u{2029}'];

/// U+0085, a line break in YAML 1.1 but not in 1.2.
const NEXT_LINE: &str = "\u{85}";

/// Reads all documents. The second value is the first problem; documents before it are in the tree.
pub(super) fn yaml(source: &str, limits: &Limits) -> (Tree, Option<Problem>) {
    if let Some(problem) = too_large(source, limits) {
        return (Tree::default(), Some(problem));
    }
    if let Some(tree) = block::read(source, limits) {
        return (tree, None);
    }
    parsed(source, limits)
}

/// Reads all documents with the parser.
pub(super) fn parsed(source: &str, limits: &Limits) -> (Tree, Option<Problem>) {
    let adapted = adapted(source);
    let mut reader = Reader::new(source, &adapted, limits);
    let error = reader.read().err();
    (reader.builder.finish(), error)
}

/// The text as the parser has to see it to read what go-yaml reads. Nothing changes its length, so every
/// place stays what it is.
fn adapted(source: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(source);
    if source.contains(NEXT_LINE) {
        text = Cow::Owned(source.replace(NEXT_LINE, "\r\n"));
    }
    if OLD_BREAKS.iter().any(|old| source.contains(*old)) {
        text = Cow::Owned(without_trailing_breaks(&text));
    }
    if source.contains("\n\t") {
        text = Cow::Owned(without_leading_tabs(&text));
    }
    text
}

/// U+2028 and U+2029 at the end of a line end it no further.
fn without_trailing_breaks(text: &str) -> String {
    let lines = text.split_inclusive('\n').map(|line| {
        let end = line.trim_end().trim_end_matches(OLD_BREAKS).len();
        let (content, blank) = line.split_at_checked(end).unwrap_or((line, ""));
        format!("{content}{}", blank.replace(OLD_BREAKS, "   "))
    });
    lines.collect()
}

/// go-yaml lets tabs lead a line within brackets, where the parser does not always; [`Tabs`] refuses
/// them elsewhere. No line of a scalar that keeps its white space can begin with one.
fn without_leading_tabs(text: &str) -> String {
    let lines = text.split_inclusive('\n').map(|line| {
        let content = line.trim_start_matches(['\t', ' ']);
        let leading = if line.starts_with('\t') { line.len() - content.len() } else { 0 };
        let rest = line.get(leading..).unwrap_or(line);
        format!("{:leading$}{rest}", "")
    });
    lines.collect()
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
    /// The file.
    written: &'s str,
    /// The file as the parser sees it.
    source: &'s str,
    limits: &'s Limits,
    builder: Builder<'s>,
    tabs: Option<Tabs<'s>>,
    /// Whether each open collection is a block mapping.
    block_mappings: Vec<bool>,
    /// Whether the file has characters that are line breaks in YAML 1.1 only.
    old_breaks: bool,
    /// Whether a document began.
    started: bool,
}

impl<'s> Reader<'s> {
    fn new(written: &'s str, source: &'s str, limits: &'s Limits) -> Self {
        Self {
            written,
            source,
            limits,
            // A text that is not the file's own is copied.
            builder: Builder::sized(written, limits),
            tabs: Tabs::of(written),
            block_mappings: Vec::new(),
            old_breaks: OLD_BREAKS.iter().any(|old| source.contains(*old)),
            started: false,
        }
    }

    fn read(&mut self) -> Result<(), Problem> {
        let options = granit_parser::options! {
            bom_inside_document_as_content: true,
            block_scalar_eof_without_line_feed: true,
            emit_anchor_events: true,
            emit_unresolved_aliases: true,
            max_buffered_comment_events: MAX_COMMENT_RUN,
            flow_nesting_limit: self.limits.depth + 1,
            block_nesting_limit: self.limits.depth + 1,
        };
        for event in Parser::new_from_str_with_options(self.source, options) {
            let (event, place) = event.map_err(|error| self.refused(&error))?;
            let span = self.aligned(place.byte_range().unwrap_or_default());
            if let Some(tabs) = &mut self.tabs {
                tabs.event(&event, span, place.start.col())?;
            }
            self.event(event, span)?;
        }
        Ok(())
    }

    fn event(&mut self, event: Event<'s>, span: Span) -> Result<(), Problem> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag.map(|tag| full_name(&tag));
                self.scalar(style, Scalar { text, span, quoted: false, anchor, tag })
            }
            Event::MappingStart(style, anchor, tag) => {
                self.block_mappings.push(style == StructureStyle::Block);
                let tag = tag.map(|tag| full_name(&tag));
                self.builder.open(Collection::Mapping, span, anchor, tag)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.block_mappings.push(false);
                let tag = tag.map(|tag| full_name(&tag));
                self.builder.open(Collection::Sequence, span, anchor, tag)
            }
            Event::MappingEnd | Event::SequenceEnd => {
                self.block_mappings.pop();
                // Only a flow collection's end has a text: its bracket.
                self.builder.close((span.end > span.start).then_some(span.end))
            }
            Event::Alias(anchor) => self.builder.alias(anchor, span),
            // No anchor has this number.
            Event::UnresolvedAlias(_) => self.builder.alias(0, span),
            Event::DocumentStart(explicit, version) => {
                self.builder.start_document();
                check_version(version, span)?;
                self.check_document_start(explicit, span)
            }
            Event::DocumentEnd => self.builder.end_document(),
            other => self.note(&other, span),
        }
    }

    /// Events that are not data.
    fn note(&mut self, event: &Event<'s>, span: Span) -> Result<(), Problem> {
        match event {
            Event::Anchor(_, name) => {
                check_anchor(name, span)?;
                self.builder.anchor_name(name);
            }
            Event::Comment(..) => {
                self.check_breaks(span)?;
                let text = self.written.get(span.range()).unwrap_or("");
                self.builder.comment(text, span);
            }
            _ => {}
        }
        Ok(())
    }

    fn scalar(&mut self, style: ScalarStyle, mut scalar: Scalar<'s>) -> Result<(), Problem> {
        let span = scalar.span;
        scalar.quoted = style != ScalarStyle::Plain;
        match style {
            // The parser gives `~` for what is not written.
            ScalarStyle::Plain if span.start == span.end => {
                scalar.text = Cow::Borrowed("");
                self.check_empty_key(&scalar)?;
            }
            ScalarStyle::Plain => self.check_breaks(span)?,
            ScalarStyle::Literal | ScalarStyle::Folded => {
                self.check_breaks(span)?;
                scalar.span = self.trimmed(span);
            }
            ScalarStyle::DoubleQuoted => self.check_escapes(span)?,
            ScalarStyle::SingleQuoted => {}
        }
        self.builder.scalar(scalar)
    }

    /// A block scalar's span reaches to the next token; its own text ends with its last line.
    fn trimmed(&self, span: Span) -> Span {
        let text = self.source.get(span.range()).unwrap_or("");
        Span::new(span.start as usize, span.start as usize + text.trim_end().len())
    }

    /// After `...` go-yaml wants `---` before anything else.
    fn check_document_start(&mut self, explicit: bool, span: Span) -> Result<(), Problem> {
        let first = !std::mem::replace(&mut self.started, true);
        if first || explicit {
            return Ok(());
        }
        let message = "a document that is not the first begins with `---`".to_owned();
        Err(Problem { message, span })
    }

    /// YAML 1.2 lets a block mapping's key be nothing at all (`: value`), go-yaml only after `?`.
    fn check_empty_key(&self, scalar: &Scalar<'_>) -> Result<(), Problem> {
        let in_block = self.block_mappings.last() == Some(&true) && self.builder.at_key();
        if !in_block || scalar.anchor > 0 || scalar.tag.is_some() {
            return Ok(());
        }
        let before = self.source.get(..scalar.span.start as usize).unwrap_or("");
        if self.builder.without_comments(before).ends_with('?') {
            return Ok(());
        }
        let message = "a key is missing before `:`".to_owned();
        Err(Problem { message, span: character(self.written, scalar.span.start as usize) })
    }

    /// go-yaml's YAML 1.1 does not know JSON's `\/`.
    fn check_escapes(&self, span: Span) -> Result<(), Problem> {
        let text = self.source.get(span.range()).unwrap_or("");
        let mut from = 0;
        while let Some(at) = text.get(from..).and_then(|rest| rest.find('\\')) {
            if text.as_bytes().get(from + at + 1) == Some(&b'/') {
                let start = span.start as usize + from + at;
                let message = "go-yaml does not know the escape `\\/`".to_owned();
                return Err(Problem { message, span: Span::new(start, start + 2) });
            }
            from += at + 2;
        }
        Ok(())
    }

    /// U+2028 and U+2029 end a line in YAML 1.1, so what follows them stands in the first column.
    fn check_breaks(&self, span: Span) -> Result<(), Problem> {
        if !self.old_breaks {
            return Ok(());
        }
        let text = self.source.get(span.range()).unwrap_or("");
        let Some((at, found)) = text.char_indices().find(|(_, char)| OLD_BREAKS.contains(char))
        else {
            return Ok(());
        };
        let message =
            format!("U+{:04X} ends the line here; write it in double quotes", found as u32);
        Err(Problem { message, span: character(self.written, span.start as usize + at) })
    }

    /// A place on character boundaries: what was adapted may have ended within a character.
    fn aligned(&self, place: std::ops::Range<usize>) -> Span {
        let start = self.written.floor_char_boundary(place.start);
        Span::new(start, self.written.ceil_char_boundary(place.end.max(start)))
    }

    fn refused(&self, error: &ScanError) -> Problem {
        let offset = error.marker().byte_offset().unwrap_or(0);
        let message = match error.kind() {
            ErrorKind::RecursionLimitExceeded => build::too_deep(self.limits),
            _ => error.info(),
        };
        Problem { message, span: character(self.written, offset) }
    }
}

/// The only version that go-yaml v2 reads is 1.1.
fn check_version(version: Option<YamlVersion>, span: Span) -> Result<(), Problem> {
    match version {
        None | Some(YamlVersion { major: 1, minor: 1 }) => Ok(()),
        Some(YamlVersion { major, minor }) => {
            let message = format!("`%YAML {major}.{minor}` is refused by Go, which reads YAML 1.1");
            Err(Problem { message, span })
        }
    }
}

/// YAML 1.2 takes nearly every character in an anchor's name, go-yaml letters, digits, `-` and `_`.
fn check_anchor(name: &str, span: Span) -> Result<(), Problem> {
    let known = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_');
    match name.chars().find(|char| !known(*char)) {
        None => Ok(()),
        Some(found) => {
            let message = format!("go-yaml takes no `{found}` in the name of anchor `{name}`");
            Err(Problem { message, span })
        }
    }
}

/// A tag in full.
fn full_name(tag: &Tag) -> Box<str> {
    format!("{}{}", tag.handle(), tag.suffix()).into()
}
