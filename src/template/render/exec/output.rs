//! What is rendered, and where each part of it was written.

use memchr::memmem;

use crate::text::Span;

use super::super::{
    fmt,
    value::{Str, Value},
};
use super::core::Core;

/// What Go prints for nil; Helm takes it out again, wherever it comes from.
pub(super) const NO_VALUE: &[u8] = b"<no value>";

/// What a file renders to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// The text, nearly always UTF-8.
    pub text: Vec<u8>,
    /// Who wrote which part of it: sorted, without overlaps.
    pub parts: Vec<Part>,
}

/// A stretch of the output that one node wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its first byte in the output.
    pub start: u32,
    /// One past its last byte in the output.
    pub end: u32,
    /// The file that wrote it: an index into [`crate::template::TemplateSet::files`].
    pub file: u32,
    /// What in the file wrote it: text as it stands there, or a tag.
    pub span: Span,
    /// Whether it is text of the template, so that each byte has its own place.
    pub literal: bool,
}

/// What is being written.
pub(super) type Buffer = Output;

impl Part {
    /// The part of an output, given by its parts, in which a byte lies.
    pub fn at(parts: &[Part], offset: usize) -> Option<&Part> {
        let index = parts.partition_point(|part| part.end as usize <= offset);
        parts.get(index).filter(|part| part.start as usize <= offset)
    }

    /// The file, and the place in it, that wrote a byte of the output.
    pub fn origin(parts: &[Part], offset: usize) -> Option<(usize, Span)> {
        let part = Self::at(parts, offset)?;
        let mut span = part.span;
        if part.literal {
            span.start = (span.start + (offset as u32 - part.start)).min(span.end);
        }
        Some((part.file as usize, span))
    }

    /// The piece of it between two places of the output.
    fn cut(&self, start: u32, end: u32) -> Self {
        let mut piece = Self { start, end, ..*self };
        if self.literal {
            piece.span.start = self.span.start + (start - self.start);
            piece.span.end = piece.span.start + (end - start);
        }
        piece
    }

    fn moved(self, from: u32, to: u32) -> Self {
        let length = self.end - self.start;
        let start = self.start - from + to;
        Self { start, end: start + length, ..self }
    }
}

impl Output {
    /// A copy without room to spare. What is being written grows in one place, which is used again.
    pub(super) fn fitted(&self) -> Self {
        Self { text: self.text.as_slice().into(), parts: self.parts.as_slice().into() }
    }

    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.parts.clear();
    }

    /// Text of the template itself.
    pub(super) fn push_literal(&mut self, bytes: &[u8], file: Option<usize>, span: Span) {
        let start = self.text.len() as u32;
        self.text.extend_from_slice(bytes);
        self.note(start, file, span, true);
    }

    fn note(&mut self, start: u32, file: Option<usize>, span: Span, literal: bool) {
        let end = self.text.len() as u32;
        if let Some(file) = file
            && start < end
        {
            self.parts.push(Part { start, end, file: file as u32, span, literal });
        }
    }

    /// What a tag prints, with what is known of the origins of its parts.
    fn push_value(&mut self, value: &Value, trace: &[Part], file: Option<usize>, span: Span) {
        let base = self.text.len() as u32;
        match value {
            Value::Nil => self.text.extend_from_slice(NO_VALUE),
            value => fmt::print(&mut self.text, value),
        }
        let end = self.text.len() as u32;
        let mut at = base;
        for part in trace {
            let part = part.moved(0, base);
            self.fill(at, part.start.min(end), file, span);
            at = part.end;
            self.parts.push(part);
        }
        self.fill(at, end, file, span);
    }

    fn fill(&mut self, start: u32, end: u32, file: Option<usize>, span: Span) {
        if let Some(file) = file
            && start < end
        {
            self.parts.push(Part { start, end, file: file as u32, span, literal: false });
        }
    }

    /// The same without what Go prints for nil.
    pub(super) fn without_no_value(&self) -> Self {
        let mut kept = Self::default();
        let mut from = 0;
        let mut parts = self.parts.iter().peekable();
        let cuts = memmem::find_iter(&self.text, NO_VALUE).map(|at| (at, at + NO_VALUE.len()));
        for (to, next) in cuts.chain([(self.text.len(), self.text.len())]) {
            let moved = kept.text.len() as u32;
            kept.text.extend_from_slice(self.text.get(from..to).unwrap_or_default());
            while let Some(part) = parts.peek() {
                let (start, end) = (part.start.max(from as u32), part.end.min(to as u32));
                if start < end {
                    kept.parts.push(part.cut(start, end).moved(from as u32, moved));
                }
                if part.end as usize > next || (part.end as usize > to && next == to) {
                    break;
                }
                parts.next();
            }
            from = next;
        }
        kept
    }
}

/// The text without what Go prints for nil; nothing where it has none.
pub(super) fn without_no_value(text: &[u8]) -> Option<Vec<u8>> {
    memmem::find(text, NO_VALUE)?;
    let output = Output { text: text.to_vec(), parts: Vec::new() };
    Some(output.without_no_value().text)
}

impl Core {
    /// Prints a value to what is being written.
    pub(super) fn print(&mut self, value: &Value, file: Option<usize>, span: Span) {
        let Self { out, traces, .. } = self;
        let trace = find_trace(traces, value).unwrap_or_default();
        out.push_value(value, trace, file, span);
    }

    /// The string that was written; its origins are known until the end of the action.
    pub(super) fn keep(&mut self, mut written: Buffer) -> Value {
        let text = Str::from(written.text.as_slice());
        if !written.parts.is_empty() {
            self.traces.push((text.clone(), written.parts.as_slice().into()));
        }
        written.clear();
        self.buffers.push(written);
        Value::Str(text)
    }

    /// Keeps track of a text through a function that only moves its lines.
    pub(super) fn follow(&mut self, function: &str, args: &[Value], result: &Value) {
        if self.traces.is_empty() || !matches!(function, "indent" | "nindent" | "trim") {
            return;
        }
        let (Some(given), Value::Str(made)) = (args.last(), result) else { return };
        let (Some(trace), Value::Str(text)) = (find_trace(&self.traces, given), given) else {
            return;
        };
        let width = match args {
            [Value::Int(width), _] => usize::try_from(*width).unwrap_or(0),
            _ => 0,
        };
        let parts = match function {
            "trim" => trimmed(trace, text.bytes(), made.bytes().len()),
            "indent" => indented(trace, text.bytes(), width, 0),
            _ => indented(trace, text.bytes(), width, 1),
        };
        self.traces.push((made.clone(), parts));
    }
}

fn find_trace<'c>(traces: &'c [(Str, Vec<Part>)], value: &Value) -> Option<&'c [Part]> {
    let Value::Str(text) = value else { return None };
    let same = |known: &Str| std::ptr::eq(known.bytes(), text.bytes());
    let (_, parts) = traces.iter().rev().find(|(known, _)| same(known))?;
    Some(parts)
}

fn trimmed(trace: &[Part], text: &[u8], length: usize) -> Vec<Part> {
    let text = String::from_utf8_lossy(text);
    let from = (text.len() - text.trim_start().len()) as u32;
    let to = from + length as u32;
    let inside = |part: &Part| {
        let (start, end) = (part.start.max(from), part.end.min(to));
        (start < end).then(|| part.cut(start, end).moved(from, 0))
    };
    trace.iter().filter_map(inside).collect()
}

/// The parts after every line has got `width` blanks before it, and all of it `before` bytes.
fn indented(trace: &[Part], text: &[u8], width: usize, before: usize) -> Vec<Part> {
    let mut parts = Vec::new();
    let (mut trace, mut line, mut shift) = (trace.iter().peekable(), 0, before + width);
    for end in memchr::memchr_iter(b'\n', text).map(|at| at + 1).chain([text.len()]) {
        while let Some(part) = trace.peek() {
            let (from, to) = (part.start.max(line as u32), part.end.min(end as u32));
            if from < to {
                parts.push(part.cut(from, to).moved(0, shift as u32));
            }
            if part.end as usize > end {
                break;
            }
            trace.next();
        }
        (line, shift) = (end, shift + width);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_the_output_have_places() {
        let span = |start, end| Span { start, end };
        let parts = vec![
            Part { start: 0, end: 3, file: 1, span: span(10, 13), literal: true },
            Part { start: 3, end: 9, file: 0, span: span(20, 22), literal: false },
        ];
        assert_eq!(Part::origin(&parts, 1), Some((1, span(11, 13))));
        assert_eq!(Part::origin(&parts, 3), Some((0, span(20, 22))));
        assert_eq!(Part::origin(&parts, 8), Some((0, span(20, 22))));
        assert_eq!(Part::origin(&parts, 9), None);
    }
}
