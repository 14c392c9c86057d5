//! Tabs where libyaml, and so go-yaml, refuses them although YAML 1.2 does not mind.
//!
//! libyaml's scanner skips tabs between tokens only where no key may begin: not at the beginning of a line
//! of block content, and not after `-`, `?` or a `:` on its own (`yaml_parser_scan_to_next_token`). In the
//! white space after a plain scalar, and in a block scalar's indentation, it counts columns instead.
//! The parser does not report tokens, so what lies between its events is scanned here. Files without a
//! tab never come here.

use granit_parser::{Event, ScalarStyle, StructureStyle};

use crate::text::Span;

use super::{Problem, read};

/// Follows the events of one file.
pub(super) struct Tabs<'s> {
    source: &'s str,
    /// Everything before it has been looked at.
    at: usize,
    /// Open collections.
    open: Vec<Level>,
    /// Whether a key may begin here (libyaml's `simple_key_allowed`).
    key_allowed: bool,
    /// Whether only white space came in this line.
    fresh_line: bool,
}

#[derive(Clone, Copy)]
struct Level {
    /// The first column within the innermost block collection: one after its own; 0 for none.
    indent: usize,
    flow: bool,
}

impl<'s> Tabs<'s> {
    /// For a file that has tabs.
    pub(super) fn of(source: &'s str) -> Option<Self> {
        source.contains('\t').then(|| Self {
            source,
            at: 0,
            open: Vec::new(),
            key_allowed: true,
            fresh_line: true,
        })
    }

    /// Looks at the text up to and in an event; `column` is where it begins.
    pub(super) fn event(
        &mut self,
        event: &Event<'_>,
        span: Span,
        column: usize,
    ) -> Result<(), Problem> {
        let (start, end) = (span.start as usize, span.end as usize);
        match event {
            Event::MappingStart(StructureStyle::Block, ..)
            | Event::SequenceStart(StructureStyle::Block, ..) => {
                self.open.push(Level { indent: column + 1, flow: false });
            }
            Event::MappingStart(..) | Event::SequenceStart(..) => {
                self.token(start, end)?;
                let indent = self.level().indent;
                self.open.push(Level { indent, flow: true });
            }
            Event::MappingEnd | Event::SequenceEnd => {
                self.token(start, end)?;
                self.open.pop();
            }
            Event::Scalar(_, style, ..) => self.scalar(*style, start, end)?,
            Event::Alias(..) | Event::UnresolvedAlias(_) => self.token(start, end)?,
            Event::Comment(..) => self.comment(start, end)?,
            Event::StreamEnd => self.gap(self.source.len())?,
            _ => {}
        }
        Ok(())
    }

    fn level(&self) -> Level {
        self.open.last().copied().unwrap_or(Level { indent: 0, flow: false })
    }

    fn token(&mut self, start: usize, end: usize) -> Result<(), Problem> {
        if end <= start || start < self.at {
            return Ok(());
        }
        self.gap(start)?;
        self.at = end;
        self.key_allowed = false;
        self.fresh_line = false;
        Ok(())
    }

    fn comment(&mut self, start: usize, end: usize) -> Result<(), Problem> {
        if start >= self.at {
            self.gap(start)?;
            self.at = end;
        }
        Ok(())
    }

    fn scalar(&mut self, style: ScalarStyle, start: usize, end: usize) -> Result<(), Problem> {
        match style {
            ScalarStyle::Literal | ScalarStyle::Folded => self.block_scalar(start, end),
            ScalarStyle::Plain if end > start => self.plain_scalar(start, end),
            _ => self.token(start, end),
        }
    }

    /// A plain scalar, whose scanner takes the white space after it along.
    fn plain_scalar(&mut self, start: usize, end: usize) -> Result<(), Problem> {
        self.token(start, end)?;
        self.continuation(start, self.source.get(start..end).unwrap_or(""))?;
        let rest = self.source.get(end..).unwrap_or("");
        let white = rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
        if self.continuation(end, rest.get(..white).unwrap_or(""))? {
            self.key_allowed |= !self.level().flow;
            self.fresh_line = true;
        }
        self.at = self.at.max(end + white);
        Ok(())
    }

    /// Looks at the text between two tokens.
    fn gap(&mut self, end: usize) -> Result<(), Problem> {
        let mut at = self.at;
        while let Some(byte) = self.source.as_bytes().get(at).filter(|_| at < end) {
            match byte {
                b'\t' if self.key_allowed && !self.level().flow => return Err(self.refused(at)),
                b' ' | b'\t' => at += 1,
                b'\n' | b'\r' => {
                    self.key_allowed |= !self.level().flow;
                    self.fresh_line = true;
                    at += 1;
                }
                _ => at += self.indicator(at, end),
            }
        }
        self.at = self.at.max(end);
        Ok(())
    }

    /// Looks at an indicator or a property, and whether a key may follow; gives its length.
    fn indicator(&mut self, at: usize, end: usize) -> usize {
        let text = self.source.get(at..end).unwrap_or("");
        let before = at.checked_sub(1).and_then(|before| self.source.as_bytes().get(before));
        if text.starts_with('%') && matches!(before, None | Some(b'\n' | b'\r')) {
            // A directive.
            return text.find(['\n', '\r']).unwrap_or(text.len());
        }
        let len = text.find([' ', '\t', '\n', '\r']).unwrap_or(text.len()).max(1);
        self.key_allowed = match text.get(..len) {
            Some("-" | "?") => true,
            // With its key on the same line it is a simple one, after which none may begin.
            Some(":") => self.fresh_line,
            _ => false,
        };
        self.fresh_line = false;
        len
    }

    /// White space and continuation lines of a plain scalar: a tab before the column where the scalar's
    /// lines begin is refused. Tells whether a line ended.
    fn continuation(&self, start: usize, text: &str) -> Result<bool, Problem> {
        let indent = self.level().indent;
        // The column, as long as only white space came in this line.
        let mut column: Option<usize> = None;
        let mut line_ended = false;
        for (at, byte) in text.bytes().enumerate() {
            column = match (byte, column) {
                (b'\n' | b'\r', _) => {
                    line_ended = true;
                    Some(0)
                }
                (b'\t', Some(column)) if column < indent => return Err(self.refused(start + at)),
                (b' ' | b'\t', Some(column)) => Some(column + 1),
                _ => None,
            };
        }
        Ok(line_ended)
    }

    /// A block scalar: its header is in the gap before it, its span begins with its content.
    fn block_scalar(&mut self, start: usize, end: usize) -> Result<(), Problem> {
        let gap = self.source.get(self.at..start).unwrap_or("");
        let header = gap.find(['|', '>']).map_or(self.at, |at| self.at + at);
        let after = self.source.get(header..start).unwrap_or("");
        let line_end = after.find(['\n', '\r']).map_or(start, |at| header + at);
        self.gap(header)?;
        let given = self.source.get(header..line_end).and_then(|line| {
            line.split('#').next()?.bytes().find(u8::is_ascii_digit).map(|digit| digit - b'0')
        });
        let indent = if let Some(given) = given {
            self.level().indent.saturating_sub(1) + usize::from(given)
        } else {
            // Up to the first content the indentation is unknown: no tab may come before it.
            let before = self.source.get(line_end..start).unwrap_or("");
            let tab = before.len() + usize::from(self.source.as_bytes().get(start) == Some(&b'\t'));
            if let Some(at) = before.find('\t').or((tab > before.len()).then_some(before.len()))
                && end > start
            {
                return Err(self.refused(line_end + at));
            }
            before.rsplit(['\n', '\r']).next().map_or(0, str::len)
        };
        self.block_lines(start, end, indent)?;
        self.at = end.max(start);
        self.key_allowed = true;
        self.fresh_line = true;
        Ok(())
    }

    fn block_lines(&self, start: usize, end: usize, indent: usize) -> Result<(), Problem> {
        let text = self.source.get(start..end).unwrap_or("");
        let mut at = start;
        for (number, line) in text.split_inclusive('\n').enumerate() {
            let spaces = line.bytes().take_while(|byte| *byte == b' ').count();
            let tab = line.as_bytes().get(spaces) == Some(&b'\t');
            if number > 0 && tab && spaces < indent {
                return Err(self.refused(at + spaces));
            }
            at += line.len();
        }
        Ok(())
    }

    fn refused(&self, at: usize) -> Problem {
        let message = "a tab stands where only spaces may indent".to_owned();
        Problem { message, span: read::character(self.source, at) }
    }
}
