//! Numbers as Go reads them: `NumberNode` of `text/template/parse`, and the parts of `strconv` and
//! `fmt` that it uses.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "Go converts between the types of numbers in the same way, and every range is checked"
)]

use crate::text::Span;

use super::ast::Number;
use super::quote::quoted;

/// Reads a number without a plus or minus inside.
pub(super) fn number(text: &str, span: Span) -> Result<Number, String> {
    let mut number = Number { span, int: None, uint: None, float: None, complex: None };
    if let Some(imaginary) = text.strip_suffix('i').and_then(|rest| float(rest).ok()) {
        set_complex(&mut number, 0.0, imaginary);
        return Ok(number);
    }
    number.uint = unsigned(text);
    number.int = signed(text);
    if number.int == Some(0) {
        number.uint = Some(0);
    }
    if let Some(int) = number.int {
        number.float = Some(int as f64);
    } else if let Some(uint) = number.uint {
        number.float = Some(uint as f64);
    } else {
        let illegal = |_| format!("illegal number syntax: {}", quoted(text));
        let value = float(text).map_err(illegal)?;
        if !text.contains(['.', 'e', 'E', 'p', 'P']) {
            return Err(format!("integer overflow: {}", quoted(text)));
        }
        set_float(&mut number, value);
    }
    Ok(number)
}

/// Reads `1+2i`.
pub(super) fn complex(text: &str, span: Span) -> Result<Number, String> {
    let syntax = || "syntax error scanning complex number".to_owned();
    let real = float_length(text);
    let rest = text.get(real..).unwrap_or("");
    if !rest.starts_with(['+', '-']) {
        return Err(syntax());
    }
    let imaginary = rest.get(1..).unwrap_or("");
    // Go tries `Inf` first, which eats an `i`.
    let length = 1 + float_length(imaginary);
    if imaginary.starts_with('i') || !rest.get(length..).unwrap_or("").starts_with('i') {
        return Err(syntax());
    }
    let part = |part: &str| {
        float(part).map_err(|fault| {
            format!("strconv.ParseFloat: parsing {}: {}", quoted(part), fault.text())
        })
    };
    let real = part(text.get(..real).unwrap_or(""))?;
    let imaginary = part(rest.get(..length).unwrap_or(""))?;
    let mut number = Number { span, int: None, uint: None, float: None, complex: None };
    set_complex(&mut number, real, imaginary);
    Ok(number)
}

fn set_complex(number: &mut Number, real: f64, imaginary: f64) {
    number.complex = Some((real, imaginary));
    if imaginary == 0.0 {
        set_float(number, real);
    }
}

/// Sets the float, and the integers that equal it.
fn set_float(number: &mut Number, value: f64) {
    const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;
    number.float = Some(value);
    if value.fract() != 0.0 {
        return;
    }
    if (-TWO_TO_63..TWO_TO_63).contains(&value) {
        number.int = Some(value as i64);
    }
    if (0.0..2.0 * TWO_TO_63).contains(&value) {
        number.uint = Some(value as u64);
    }
}

/// `strconv.ParseInt(text, 0, 64)`
pub(super) fn signed(text: &str) -> Option<i64> {
    match text.strip_prefix('-') {
        Some(digits) => 0_i64.checked_sub_unsigned(unsigned(digits)?),
        None => i64::try_from(unsigned(text.strip_prefix('+').unwrap_or(text))?).ok(),
    }
}

/// `strconv.ParseUint(text, 0, 64)`
fn unsigned(text: &str) -> Option<u64> {
    if !text.starts_with(|c: char| c.is_ascii_digit()) || !underscores_separate(text) {
        return None;
    }
    let (digits, base) = match text.as_bytes() {
        [b'0', b'x' | b'X', _, ..] => (text.get(2..)?, 16),
        [b'0', b'o' | b'O', _, ..] => (text.get(2..)?, 8),
        [b'0', b'b' | b'B', _, ..] => (text.get(2..)?, 2),
        [b'0', ..] => (text, 8),
        _ => (text, 10),
    };
    let mut value: u64 = 0;
    for c in digits.chars().filter(|c| *c != '_') {
        let digit = c.to_digit(base)?;
        value = value.checked_mul(u64::from(base))?.checked_add(u64::from(digit))?;
    }
    Some(value)
}

/// Whether each underscore stands between digits, or between the base's prefix and a digit.
fn underscores_separate(text: &str) -> bool {
    if !text.contains('_') {
        return true;
    }
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (rest, prefixed) = match text.as_bytes() {
        [b'0', b'b' | b'B' | b'o' | b'O' | b'x' | b'X', ..] => (text.get(2..).unwrap_or(""), true),
        _ => (text, false),
    };
    let hexadecimal = text.starts_with("0x") || text.starts_with("0X");
    let mut after_digit = prefixed;
    let mut after_underscore = false;
    for c in rest.chars() {
        let digit = c.is_ascii_digit() || (hexadecimal && c.is_ascii_hexdigit());
        if (c == '_' && !after_digit) || (c != '_' && !digit && after_underscore) {
            return false;
        }
        after_digit = digit;
        after_underscore = c == '_';
    }
    !after_underscore
}

/// Why a float cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FloatFault {
    Syntax,
    Range,
}

impl FloatFault {
    fn text(self) -> &'static str {
        match self {
            FloatFault::Syntax => "invalid syntax",
            FloatFault::Range => "value out of range",
        }
    }
}

/// `strconv.ParseFloat(text, 64)`, of the texts that the lexer lets through.
pub(super) fn float(text: &str) -> Result<f64, FloatFault> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !unsigned.bytes().all(|b| b.is_ascii_hexdigit() || b"xXpP._+-".contains(&b))
        || !underscores_separate(text)
    {
        return Err(FloatFault::Syntax);
    }
    let bare: String = unsigned.chars().filter(|c| *c != '_').collect();
    let magnitude = match unsigned.as_bytes() {
        [b'0', b'x' | b'X', _, ..] => hexadecimal(bare.get(2..).unwrap_or(""))?,
        _ => bare.parse().map_err(|_| FloatFault::Syntax)?,
    };
    if magnitude.is_infinite() {
        return Err(FloatFault::Range);
    }
    Ok(if text.starts_with('-') { -magnitude } else { magnitude })
}

/// `1.8p3` is 12: digits with an optional point, and an exponent of two, which must be there.
fn hexadecimal(text: &str) -> Result<f64, FloatFault> {
    let (digits, exponent) = text.split_once(['p', 'P']).ok_or(FloatFault::Syntax)?;
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_decimal = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if whole.len() + fraction.len() == 0
        || !is_decimal(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))
    {
        return Err(FloatFault::Syntax);
    }
    let (mut mantissa, mut dropped, mut sticky) = (0_u64, 0_i64, false);
    for c in whole.chars().chain(fraction.chars()) {
        let digit = c.to_digit(16).ok_or(FloatFault::Syntax)?;
        if mantissa >> 60 == 0 {
            mantissa = mantissa << 4 | u64::from(digit);
        } else {
            dropped += 4;
            sticky |= digit != 0;
        }
    }
    let far = if exponent.starts_with('-') { -100_000_i64 } else { 100_000 };
    let exponent = exponent.parse().unwrap_or(far).clamp(-100_000, 100_000);
    Ok(scaled(mantissa, sticky, exponent + dropped - 4 * fraction.len() as i64))
}

/// `mantissa` times two to the `exponent`, rounded half to even; `sticky` says that a little more
/// follows the mantissa.
fn scaled(mantissa: u64, sticky: bool, exponent: i64) -> f64 {
    if mantissa == 0 {
        return 0.0;
    }
    let shift = mantissa.leading_zeros();
    let bits = u128::from(mantissa << shift) << 1 | u128::from(sticky);
    let exponent = exponent - i64::from(shift) - 1;
    let top = exponent + 64;
    if top > 1023 {
        return f64::INFINITY;
    }
    // Of the 65 bits 53 are kept, fewer below the smallest normal number.
    let lost = (12 + (-1022 - top).max(0)).min(100) as u32;
    let (kept, rest, half) = (bits >> lost, bits & ((1 << lost) - 1), 1 << (lost - 1));
    let up = rest > half || (rest == half && kept & 1 == 1);
    let rounded = (kept + u128::from(up)) as f64;
    let power = (exponent + i64::from(lost)) as i32;
    rounded * 2_f64.powi(power / 2) * 2_f64.powi(power - power / 2)
}

/// How far `fmt.Sscan` reads for one float.
fn float_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let run = |at: usize, wanted: fn(u8) -> bool| {
        let rest = bytes.get(at..).unwrap_or_default();
        at + rest.iter().take_while(|byte| wanted(**byte)).count()
    };
    let one = |at: usize, wanted: &[u8]| {
        at + usize::from(bytes.get(at).is_some_and(|byte| wanted.contains(byte)))
    };
    let start = one(0, b"+-");
    let zero = one(start, b"0");
    let prefix = if zero > start { one(zero, b"xX") } else { zero };
    let hexadecimal = prefix > zero;
    let digits: fn(u8) -> bool =
        if hexadecimal { |b| b == b'_' || b.is_ascii_hexdigit() } else { is_decimal };
    let mut at = run(prefix, digits);
    let point = one(at, b".");
    if point > at {
        at = run(point, digits);
    }
    let exponent = one(at, if hexadecimal { b"pP".as_slice() } else { b"eEpP".as_slice() });
    if exponent > at { run(one(exponent, b"+-"), is_decimal) } else { at }
}

fn is_decimal(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_digit()
}
