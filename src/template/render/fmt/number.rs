//! Numbers by verb and flags (`format.go`).

use super::super::strconv::{Form, Quoting, append_float, append_quoted};
use super::Printer;
use super::flags::Flags;
use crate::template::unicode::is_printable;

/// Digits up to base 16, and what stands behind the zero of a prefix.
pub(super) const LOWER: &[u8; 17] = b"0123456789abcdefx";
pub(super) const UPPER: &[u8; 17] = b"0123456789ABCDEFX";

/// An integer without its sign.
#[derive(Clone, Copy)]
pub(super) struct Integer {
    /// Its absolute value.
    pub(super) size: u64,
    /// Whether it is below zero.
    pub(super) negative: bool,
    /// Whether its type has no sign: `%#v` writes it in hexadecimal then.
    pub(super) unsigned: bool,
}

impl Integer {
    pub(super) fn signed(value: i64) -> Self {
        Self { size: value.unsigned_abs(), negative: value < 0, unsigned: false }
    }

    pub(super) fn unsigned(value: u64) -> Self {
        Self { size: value, negative: false, unsigned: true }
    }

    /// The same bits without a sign: how `%c`, `%q` and `%U` see a negative number.
    fn bits(self) -> u64 {
        if self.negative { self.size.wrapping_neg() } else { self.size }
    }

    /// As a character; U+FFFD where there is none.
    fn rune(self) -> char {
        let code = u32::try_from(self.bits()).ok();
        code.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER)
    }
}

impl Printer {
    /// An integer by a verb; false where the verb is for none.
    pub(super) fn integer(&mut self, value: Integer, verb: char) -> bool {
        match verb {
            'v' if self.flags.sharp_v && value.unsigned => self.prefixed(value.size, true),
            'v' | 'd' => self.based(value, 10, LOWER, verb),
            'b' => self.based(value, 2, LOWER, verb),
            'o' | 'O' => self.based(value, 8, LOWER, verb),
            'x' => self.based(value, 16, LOWER, verb),
            'X' => self.based(value, 16, UPPER, verb),
            'c' => self.pad(value.rune().encode_utf8(&mut [0; 4]).as_bytes()),
            'q' => {
                let mut out = String::new();
                let quoting = Quoting { quote: '\'', ascii: self.flags.plus };
                let rune = value.rune();
                append_quoted(&mut out, rune.encode_utf8(&mut [0; 4]).as_bytes(), quoting);
                self.pad(out.as_bytes());
            }
            'U' => self.code_point(value.bits()),
            _ => return false,
        }
        true
    }

    /// Go's `fmt0x64`: in hexadecimal with its prefix or without.
    pub(super) fn prefixed(&mut self, value: u64, prefix: bool) {
        let sharp = std::mem::replace(&mut self.flags.sharp, prefix);
        self.based(Integer::unsigned(value), 16, LOWER, 'v');
        self.flags.sharp = sharp;
    }

    /// Go's `fmtInteger`: right to left, then turned round.
    fn based(&mut self, value: Integer, base: u64, digits: &[u8; 17], verb: char) {
        let Flags { width, precision, minus, plus, sharp, space, zero, .. } = self.flags;
        if precision == Some(0) && value.size == 0 {
            let zero = std::mem::take(&mut self.flags.zero);
            self.padding(width.unwrap_or(0));
            self.flags.zero = zero;
            return;
        }
        let filled = width.filter(|_| zero && !minus);
        let sign = usize::from(value.negative || plus || space);
        let least = precision.or(filled.map(|width| width.saturating_sub(sign))).unwrap_or(0);
        let mut out = Vec::new();
        let mut rest = value.size;
        while rest > 0 || out.is_empty() {
            let digit = usize::try_from(rest % base).unwrap_or(0);
            out.extend(digits.get(digit));
            rest /= base;
        }
        out.resize(out.len().max(least), b'0');
        match base {
            2 if sharp => out.extend(b"b0"),
            8 if sharp && out.last() != Some(&b'0') => out.push(b'0'),
            16 if sharp => out.extend([digits[16], b'0']),
            _ => {}
        }
        if verb == 'O' {
            out.extend(b"o0");
        }
        match (value.negative, plus, space) {
            (true, ..) => out.push(b'-'),
            (_, true, _) => out.push(b'+'),
            (.., true) => out.push(b' '),
            _ => {}
        }
        out.reverse();
        self.pad_with_blanks(&out);
    }

    /// `%U`
    fn code_point(&mut self, code: u64) {
        let digits = self.flags.precision.unwrap_or(0).max(4);
        // A width in Rust's format is 16 bits.
        let text = format!("{code:X}");
        let mut out = String::from("U+");
        out.extend(std::iter::repeat_n('0', digits.saturating_sub(text.len())));
        out.push_str(&text);
        let rune = u32::try_from(code).ok().and_then(char::from_u32);
        if let Some(rune) = rune.filter(|rune| self.flags.sharp && is_printable(*rune)) {
            out.push_str(" '");
            out.push(rune);
            out.push('\'');
        }
        self.pad_with_blanks(out.as_bytes());
    }

    /// A float by a verb; false where the verb is for none.
    pub(super) fn float(&mut self, value: f64, verb: char) -> bool {
        let (form, precision) = match verb {
            'v' | 'g' | 'G' => (Form::General, None),
            'b' => (Form::Binary, None),
            'x' | 'X' => (Form::Hexadecimal, None),
            'e' | 'E' => (Form::Exponent, Some(6)),
            'f' | 'F' => (Form::Plain, Some(6)),
            _ => return false,
        };
        let precision = self.flags.precision.or(precision);
        let mut out = String::from("+");
        append_float(&mut out, value, form, precision);
        if matches!(verb, 'E' | 'G' | 'X') && value.is_finite() {
            out.make_ascii_uppercase();
        }
        if out.starts_with("+-") || out.starts_with("++") {
            out.remove(0);
        }
        if self.flags.space && out.starts_with('+') && !self.flags.plus {
            out.replace_range(..1, " ");
        }
        if value.is_finite() {
            if self.flags.sharp && verb != 'b' {
                restore_zeros(&mut out, verb, precision);
            }
            self.signed(&out);
        } else {
            self.no_number(&out, value.is_nan());
        }
        true
    }

    /// Infinities and NaN don't look like numbers: no zeros before them, and NaN has a sign only where
    /// it is asked for.
    fn no_number(&mut self, text: &str, nan: bool) {
        let hidden = nan && !self.flags.space && !self.flags.plus;
        let text = if hidden { text.get(1..).unwrap_or(text) } else { text };
        self.pad_with_blanks(text.as_bytes());
    }

    /// A number with its sign, which stands before zeros that fill it up.
    fn signed(&mut self, text: &str) {
        let Flags { width, minus, plus, zero, .. } = self.flags;
        let (sign, number) = text.split_at_checked(1).unwrap_or(("", text));
        if !plus && sign == "+" {
            return self.pad(number.as_bytes());
        }
        match width.filter(|width| zero && !minus && *width > text.len()) {
            Some(width) => {
                self.text(sign);
                self.padding(width - text.len());
                self.text(number);
            }
            None => self.pad(text.as_bytes()),
        }
    }
}

/// `#` shows a point always, and for `%g` the zeros at the end.
fn restore_zeros(out: &mut String, verb: char, precision: Option<usize>) {
    let hexadecimal = matches!(verb, 'x' | 'X');
    let mut wanted = match verb {
        'v' | 'g' | 'G' | 'x' => precision.unwrap_or(6),
        _ => 0,
    };
    let exponent = |c| matches!(c, 'p' | 'P') || (!hexadecimal && matches!(c, 'e' | 'E'));
    let tail = out.split_off(out.find(exponent).unwrap_or(out.len()));
    let body = out.get(1..).unwrap_or_default();
    let significant = body.chars().filter(|c| *c != '.').skip_while(|c| *c == '0').count();
    wanted = wanted.saturating_sub(significant);
    if !body.contains('.') {
        if body == "0" {
            wanted = wanted.saturating_sub(1);
        }
        out.push('.');
    }
    out.extend(std::iter::repeat_n('0', wanted));
    out.push_str(&tail);
}
