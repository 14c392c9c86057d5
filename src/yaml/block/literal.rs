//! Block scalars: the text below `|` and `>`.

use std::borrow::Cow;

use crate::text::Span;

use super::scalar::{fold, push_breaks};
use super::{Line, Reader, Sink};

impl<'s, S: Sink<'s>> Reader<'s, S> {
    pub(super) fn block_scalar(&mut self, line: Line, parent: usize) -> Option<()> {
        let (folded, chomping) = match self.text(line.from, line.end).as_bytes() {
            [style] => (*style == b'>', Chomping::Clip),
            [style, b'-'] => (*style == b'>', Chomping::Strip),
            [style, b'+'] => (*style == b'>', Chomping::Keep),
            _ => return None,
        };
        let first = self.lines.at;
        let width = self.indentation(parent)?;
        let start = self.lines.at + width;
        self.block_lines(parent, width)?;
        let length = self.text(start, self.lines.at).trim_end_matches(['\n', ' ']).len();
        let lines = self.sink.keeps_text().then(|| self.text(first, self.lines.at));
        let text = lines.map(|lines| joined(lines, width, folded, chomping)).unwrap_or_default();
        self.sink.scalar(Cow::Owned(text), Span::new(start, start + length), true)
    }

    /// Passes the lines of a block scalar.
    fn block_lines(&mut self, parent: usize, width: usize) -> Option<()> {
        while let Some(raw) = self.lines.raw() {
            let column = raw.len() - raw.trim_start_matches(' ').len();
            let blank = column == raw.len();
            if !blank && column <= parent {
                break;
            }
            // What stands further left has rules of its own.
            if !blank && column < width {
                return None;
            }
            self.lines.skip(raw);
        }
        // So does a last line without line feed.
        (self.lines.at <= self.source.len()).then_some(())
    }

    /// The indentation of a block scalar's lines, which the first one that is not blank gives; blank ones
    /// before it are passed.
    fn indentation(&mut self, parent: usize) -> Option<usize> {
        let mut widest = 0;
        while let Some(raw) = self.lines.raw() {
            let column = raw.len() - raw.trim_start_matches(' ').len();
            if column < raw.len() {
                return (column > parent && column >= widest).then_some(column);
            }
            widest = widest.max(column);
            self.lines.skip(raw);
        }
        None
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomping {
    Strip,
    Clip,
    Keep,
}

/// The text of a block scalar, put together as libyaml does. A line of blanks alone is empty where it has no more
/// of them than the indentation.
fn joined(lines: &str, width: usize, folded: bool, chomping: Chomping) -> String {
    let mut text = String::with_capacity(lines.len());
    let (mut breaks, mut started, mut indented) = (0, false, true);
    for raw in lines.strip_suffix('\n').unwrap_or(lines).split('\n') {
        let line = raw.get(width..).unwrap_or_default();
        if line.is_empty() {
            breaks += 1;
            continue;
        }
        let indents = line.starts_with(' ');
        if folded && !indented && !indents {
            fold(&mut text, breaks + 1);
        } else {
            push_breaks(&mut text, breaks + usize::from(started));
        }
        text.push_str(line);
        (breaks, started, indented) = (0, true, indents);
    }
    match chomping {
        Chomping::Strip => {}
        Chomping::Clip => text.push('\n'),
        Chomping::Keep => push_breaks(&mut text, breaks + 1),
    }
    text
}
