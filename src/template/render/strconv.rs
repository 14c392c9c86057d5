//! Floats and quoted strings as Go's package `strconv` writes them (`ftoa.go`, `quote.go`).

use std::fmt::Write as _;

use crate::template::unicode::is_printable;

/// No finite float has more digits than this after its point, or more significant ones: what is
/// asked beyond are zeros. Rust refuses to count further than 65535.
const EXACT_DIGITS: usize = 1100;

/// Exponents that the shortest `'g'` form writes without an exponent.
const SHORTEST_WITHOUT_EXPONENT: std::ops::Range<i32> = -4..6;

/// Below this, every integer is a float of its own: 2^53.
const EXACT_INTEGERS: f64 = 9_007_199_254_740_992.0;

/// Below this, the shortest `'g'` form of an integer has no exponent.
const SHORTEST_INTEGERS: f64 = 1e6;

/// How a float is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `-d.dddde±dd`
    Exponent,
    /// `-ddd.dddd`
    Plain,
    /// The first for small and large exponents, else the second.
    General,
    /// `-ddddp±ddd`: the mantissa in decimal, the exponent to the base of two.
    Binary,
    /// `-0xd.ddddp±dd`
    Hexadecimal,
}

/// Appends a float as `strconv.AppendFloat(out, value, form, precision, 64)`; no precision: as few
/// digits as give the same float again.
#[allow(clippy::cast_sign_loss, reason = "the value is absolute")]
pub fn append_float(out: &mut String, value: f64, form: Form, precision: Option<usize>) {
    if value.is_nan() {
        return out.push_str("NaN");
    }
    if value.is_infinite() {
        return out.push_str(if value > 0.0 { "+Inf" } else { "-Inf" });
    }
    if value.is_sign_negative() {
        out.push('-');
    }
    let value = value.abs();
    let small = match form {
        Form::Plain => EXACT_INTEGERS,
        Form::General => SHORTEST_INTEGERS,
        _ => 0.0,
    };
    if precision.is_none() && value < small && value.fract() == 0.0 {
        // Most numbers of charts are ports and counts.
        let _ = write!(out, "{}", value as u64);
        return;
    }
    match form {
        Form::Exponent => exponent(out, value, precision),
        Form::Plain => plain(out, value, precision),
        Form::General => general(out, value, precision),
        Form::Binary => binary(out, value),
        Form::Hexadecimal => hexadecimal(out, value, precision),
    }
}

/// A float's significant digits without zeros at the end, and where the point stands among them.
/// Of zero there are no digits.
struct Digits {
    digits: String,
    point: i32,
}

/// As many significant digits as are asked for, or as few as will do.
fn digits(value: f64, count: Option<usize>) -> Digits {
    let text = match count {
        Some(count) => format!("{value:.*e}", count.saturating_sub(1).min(EXACT_DIGITS)),
        None => shortest(value),
    };
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let mut digits = mantissa.replace('.', "");
    digits.truncate(digits.trim_end_matches('0').len());
    let point = if digits.is_empty() { 0 } else { exponent.parse().unwrap_or(0) + 1 };
    Digits { digits, point }
}

/// Below this, no two numbers with so many digits are equally near to a float.
const TIE_DIGITS: usize = 16;

/// The fewest digits that give the float again. Where two such numbers are equally near, Go takes the
/// even one and Rust the upper one.
fn shortest(value: f64) -> String {
    let text = format!("{value:e}");
    let count = text.find('e').unwrap_or(0).saturating_sub(1);
    if count < TIE_DIGITS {
        return text;
    }
    let even = format!("{value:.*e}", count - 1);
    if even.parse() == Ok(value) { even } else { text }
}

fn exponent(out: &mut String, value: f64, precision: Option<usize>) {
    let found = digits(value, precision.map(|digits| digits.saturating_add(1)));
    let precision = precision.unwrap_or(found.digits.len().saturating_sub(1));
    write_exponent(out, &found, precision);
}

/// Go's `fmtE`: one digit, so many after the point, an exponent of two digits at least.
fn write_exponent(out: &mut String, found: &Digits, precision: usize) {
    let (first, rest) = found.digits.split_at_checked(1).unwrap_or(("0", ""));
    out.push_str(first);
    if precision > 0 {
        out.push('.');
        let rest = rest.get(..precision).unwrap_or(rest);
        out.push_str(rest);
        zeros(out, precision - rest.len());
    }
    let exponent = if found.digits.is_empty() { 0 } else { found.point - 1 };
    let sign = if exponent < 0 { '-' } else { '+' };
    let _ = write!(out, "e{sign}{:02}", exponent.unsigned_abs());
}

fn plain(out: &mut String, value: f64, precision: Option<usize>) {
    let Some(precision) = precision else {
        return write_plain(out, &digits(value, None));
    };
    let exact = precision.min(EXACT_DIGITS);
    let _ = write!(out, "{value:.exact$}");
    zeros(out, precision - exact);
}

/// Go's `'g'`: with a precision it counts significant digits, and without one it turns to exponents
/// from a million on.
fn general(out: &mut String, value: f64, precision: Option<usize>) {
    let precision = precision.map(|digits| digits.max(1));
    let found = digits(value, precision);
    let count = found.digits.len();
    let exponent = found.point - 1;
    let limit = match precision {
        None => SHORTEST_WITHOUT_EXPONENT.end,
        Some(precision) => {
            let whole = i32::try_from(count).unwrap_or(i32::MAX) >= found.point;
            let limit = if precision > count && whole { count } else { precision };
            i32::try_from(limit).unwrap_or(i32::MAX)
        }
    };
    if exponent < SHORTEST_WITHOUT_EXPONENT.start || exponent >= limit {
        return write_exponent(out, &found, count.saturating_sub(1));
    }
    write_plain(out, &found);
}

/// Go's `fmtF` with as many digits as there are.
fn write_plain(out: &mut String, found: &Digits) {
    let point = usize::try_from(found.point).unwrap_or(0);
    let (whole, rest) = found.digits.split_at_checked(point).unwrap_or((&found.digits, ""));
    out.push_str(if whole.is_empty() { "0" } else { whole });
    zeros(out, point.saturating_sub(found.digits.len()));
    if !rest.is_empty() {
        out.push('.');
        zeros(out, usize::try_from(-found.point).unwrap_or(0));
        out.push_str(rest);
    }
}

fn zeros(out: &mut String, count: usize) {
    out.extend(std::iter::repeat_n('0', count));
}

/// The bits of the mantissa that IEEE 754 keeps.
const MANTISSA_BITS: i32 = 52;

/// Mantissa and exponent of a float that is not negative: `mantissa * 2^(exponent - 52)`.
fn parts(value: f64) -> (u64, i32) {
    let bits = value.to_bits();
    let mantissa = bits & ((1 << MANTISSA_BITS) - 1);
    match i32::try_from(bits >> MANTISSA_BITS & 0x7ff).unwrap_or(0) {
        0 => (mantissa, -1022),
        exponent => (mantissa | 1 << MANTISSA_BITS, exponent - 1023),
    }
}

fn binary(out: &mut String, value: f64) {
    let (mantissa, exponent) = parts(value);
    let _ = write!(out, "{mantissa}p{:+}", exponent - MANTISSA_BITS);
}

/// Go's `%x`, which `fmtX` describes: the leading digit is 1, rounded to even where digits are cut.
fn hexadecimal(out: &mut String, value: f64, precision: Option<usize>) {
    let (mut mantissa, mut exponent) = parts(value);
    if mantissa == 0 {
        exponent = 0;
    }
    mantissa <<= 60 - MANTISSA_BITS;
    while mantissa != 0 && mantissa & 1 << 60 == 0 {
        mantissa <<= 1;
        exponent -= 1;
    }
    if let Some(precision) = precision.filter(|precision| *precision < 15) {
        let shift = precision * 4;
        let extra = mantissa << shift & ((1 << 60) - 1);
        mantissa >>= 60 - shift;
        if extra | (mantissa & 1) > 1 << 59 {
            mantissa += 1;
        }
        mantissa <<= 60 - shift;
        if mantissa & 1 << 61 != 0 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let _ = write!(out, "0x{}", mantissa >> 60 & 1);
    mantissa <<= 4;
    if precision.map_or(mantissa != 0, |precision| precision > 0) {
        out.push('.');
    }
    let mut left = precision.unwrap_or(usize::MAX);
    while left > 0 && (precision.is_some() || mantissa != 0) {
        let _ = write!(out, "{:x}", mantissa >> 60);
        mantissa <<= 4;
        left -= 1;
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    let _ = write!(out, "p{sign}{:02}", exponent.unsigned_abs());
}

/// Which quotes stand around a constant, and what is shown in it.
#[derive(Clone, Copy, Debug)]
pub struct Quoting {
    /// `"` or `'`.
    pub quote: char,
    /// Whether everything above ASCII is escaped.
    pub ascii: bool,
}

/// Appends bytes as a quoted Go constant (`strconv.AppendQuote`); what is not UTF-8 is escaped byte by
/// byte.
pub fn append_quoted(out: &mut String, text: &[u8], quoting: Quoting) {
    out.push(quoting.quote);
    for chunk in text.utf8_chunks() {
        for c in chunk.valid().chars() {
            append_escaped(out, c, quoting);
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out.push(quoting.quote);
}

fn append_escaped(out: &mut String, c: char, quoting: Quoting) {
    if c == quoting.quote || c == '\\' {
        out.push('\\');
        return out.push(c);
    }
    let shown =
        if c.is_ascii() { matches!(c, ' '..='~') } else { !quoting.ascii && is_printable(c) };
    let escape = match c {
        _ if shown => return out.push(c),
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\u{c}' => 'f',
        '\n' => 'n',
        '\r' => 'r',
        '\t' => 't',
        '\u{b}' => 'v',
        _ => return append_code(out, c),
    };
    out.push('\\');
    out.push(escape);
}

fn append_code(out: &mut String, c: char) {
    let code = u32::from(c);
    let _ = match code {
        0..0x20 | 0x7f => write!(out, "\\x{code:02x}"),
        0..0x1_0000 => write!(out, "\\u{code:04x}"),
        _ => write!(out, "\\U{code:08x}"),
    };
}

/// Whether a text can stand between backquotes as it is (`strconv.CanBackquote`).
pub fn can_backquote(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok_and(|text| {
        !text.contains(|c| matches!(c, '\0'..='\x08' | '\n'..='\x1f' | '`' | '\x7f' | '\u{feff}'))
    })
}
