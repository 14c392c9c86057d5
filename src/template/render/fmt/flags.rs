//! The flags of a verb, and what they do to text (`format.go`).

use super::super::strconv::{Quoting, append_quoted, can_backquote};
use super::{MAX_BYTES, Printer};

/// Go's `fmtFlags` with width and precision.
#[derive(Clone, Copy, Default)]
#[allow(clippy::struct_excessive_bools, reason = "they are Go's own, one a character of a format")]
pub(super) struct Flags {
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
    pub(super) minus: bool,
    pub(super) plus: bool,
    pub(super) sharp: bool,
    pub(super) space: bool,
    pub(super) zero: bool,
    /// `%#v`: Go's syntax.
    pub(super) sharp_v: bool,
}

impl Flags {
    /// `%v` takes `+` and `#` for itself.
    pub(super) fn for_value(&mut self) {
        self.sharp_v = std::mem::take(&mut self.sharp);
        self.plus = false;
    }
}

/// Go's `utf8.RuneCount`: a byte that is no UTF-8 counts as one.
fn rune_count(text: &[u8]) -> usize {
    text.utf8_chunks().map(|chunk| chunk.valid().chars().count() + chunk.invalid().len()).sum()
}

/// The first so many runes of a text.
fn truncated(text: &[u8], runes: Option<usize>) -> &[u8] {
    let Some(mut left) = runes.filter(|runes| *runes < text.len()) else { return text };
    let mut end = 0;
    for chunk in text.utf8_chunks() {
        let lengths = chunk.valid().chars().map(char::len_utf8);
        for length in lengths.chain(chunk.invalid().iter().map(|_| 1)) {
            if left == 0 {
                return text.get(..end).unwrap_or(text);
            }
            left -= 1;
            end += length;
        }
    }
    text
}

impl Printer {
    /// Blanks, or zeros where they are asked for; they never stand to the right.
    pub(super) fn padding(&mut self, count: usize) {
        let byte = if self.flags.zero && !self.flags.minus { b'0' } else { b' ' };
        let count = count.min(MAX_BYTES.saturating_sub(self.out.len()));
        self.out.extend(std::iter::repeat_n(byte, count));
    }

    /// A text in its width.
    pub(super) fn pad(&mut self, text: &[u8]) {
        let count = match self.flags.width {
            None | Some(0) => 0,
            Some(width) => width.saturating_sub(rune_count(text)),
        };
        if !self.flags.minus {
            self.padding(count);
        }
        self.out.extend_from_slice(text);
        if self.flags.minus {
            self.padding(count);
        }
    }

    /// What is never filled up with zeros.
    pub(super) fn pad_with_blanks(&mut self, text: &[u8]) {
        let zero = std::mem::take(&mut self.flags.zero);
        self.pad(text);
        self.flags.zero = zero;
    }

    /// `%s`
    pub(super) fn plain(&mut self, text: &[u8]) {
        self.pad(truncated(text, self.flags.precision));
    }

    /// `%q`
    pub(super) fn quoted(&mut self, text: &[u8]) {
        let text = truncated(text, self.flags.precision);
        if self.flags.sharp && can_backquote(text) {
            return self.pad(&[b"`", text, b"`"].concat());
        }
        let mut out = String::new();
        append_quoted(&mut out, text, Quoting { quote: '"', ascii: self.flags.plus });
        self.pad(out.as_bytes());
    }

    /// `%x` and `%X` of text.
    pub(super) fn hexadecimal(&mut self, text: &[u8], digits: &[u8; 17]) {
        let length = self.flags.precision.map_or(text.len(), |most| most.min(text.len()));
        let text = text.get(..length).unwrap_or(text);
        let [prefix, separator] = [self.flags.sharp, self.flags.space];
        let mut out = Vec::with_capacity(text.len() * 2);
        for (index, byte) in text.iter().enumerate() {
            if separator && index > 0 {
                out.push(b' ');
            }
            if prefix && (separator || index == 0) {
                out.extend([b'0', digits[16]]);
            }
            out.extend([digits[usize::from(byte >> 4)], digits[usize::from(byte & 15)]]);
        }
        // Of nothing the width is written even to the right with zeros.
        if out.is_empty() {
            return self.padding(self.flags.width.unwrap_or(0));
        }
        self.pad(&out);
    }
}
