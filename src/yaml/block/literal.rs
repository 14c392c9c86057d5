//! Block scalars: the text below `|` and `>`.

use std::borrow::Cow;

use crate::text::Span;

use super::scalar::{fold, push_breaks};
use super::{Line, Reader};

impl<'s> Reader<'s> {
    pub(super) fn block_scalar(&mut self, line: Line, parent: usize) -> Option<()> {
        let (folded, chomping) = match self.text(line.from, line.end).as_bytes() {
            [style] => (*style == b'>', Chomping::Clip),
            [style, b'-'] => (*style == b'>', Chomping::Strip),
            [style, b'+'] => (*style == b'>', Chomping::Keep),
            _ => return None,
        };
        let (start, lines) = self.block_lines(parent)?;
        let length = self.text(start, self.lines.at).trim_end_matches(['\n', ' ']).len();
        let text = joined(&lines, folded, chomping);
        self.scalar(Cow::Owned(text), Span::new(start, start + length), true)
    }

    /// Where the text of a block scalar begins, and its lines without their indentation, which the
    /// first one that is not blank gives; a line of blanks alone is empty where it has no more of them.
    fn block_lines(&mut self, parent: usize) -> Option<(usize, Vec<&'s str>)> {
        let mut lines = Vec::new();
        let (indentation, empty) = self.indentation(parent)?;
        lines.resize(empty, "");
        let start = self.lines.at + indentation;
        while let Some(raw) = self.lines.raw() {
            let column = raw.len() - raw.trim_start_matches(' ').len();
            let blank = column == raw.len();
            if !blank && column <= parent {
                break;
            }
            // What stands further left has rules of its own.
            if !blank && column < indentation {
                return None;
            }
            lines.push(raw.get(indentation..).unwrap_or_default());
            self.lines.skip(raw);
        }
        // So does a last line without line feed.
        (self.lines.at <= self.source.len()).then_some((start, lines))
    }

    /// The indentation of a block scalar's lines, and how many blank ones were passed before the first.
    fn indentation(&mut self, parent: usize) -> Option<(usize, usize)> {
        let (mut empty, mut widest) = (0, 0);
        while let Some(raw) = self.lines.raw() {
            let column = raw.len() - raw.trim_start_matches(' ').len();
            if column < raw.len() {
                let sure = column > parent && column >= widest;
                return sure.then_some((column, empty));
            }
            (empty, widest) = (empty + 1, widest.max(column));
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

/// The text of a block scalar, put together as libyaml does.
fn joined(lines: &[&str], folded: bool, chomping: Chomping) -> String {
    let mut text = String::with_capacity(lines.iter().map(|line| line.len() + 1).sum());
    let (mut breaks, mut started, mut indented) = (0, false, true);
    for line in lines {
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
