//! What is rendered, and where each part of it was written.

use crate::text::Span;

/// What a file renders to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// The text, nearly always UTF-8.
    pub text: Vec<u8>,
    /// Who wrote which part of it: sorted, without gaps or overlaps.
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

impl Output {
    /// The part in which a byte of the output lies.
    pub fn part(&self, offset: usize) -> Option<&Part> {
        let index = self.parts.partition_point(|part| part.end as usize <= offset);
        self.parts.get(index).filter(|part| part.start as usize <= offset)
    }

    /// The file, and the place in it, that wrote a byte of the output.
    pub fn origin(&self, offset: usize) -> Option<(usize, Span)> {
        let part = self.part(offset)?;
        let mut span = part.span;
        if part.literal {
            span.start = (span.start + (offset as u32 - part.start)).min(span.end);
        }
        Some((part.file as usize, span))
    }
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
        let output = Output { text: b"abcvalues".to_vec(), parts };
        assert_eq!(output.origin(1), Some((1, span(11, 13))));
        assert_eq!(output.origin(3), Some((0, span(20, 22))));
        assert_eq!(output.origin(8), Some((0, span(20, 22))));
        assert_eq!(output.origin(9), None);
    }
}
