//! Numbers out of anything, as spf13/cast 1.7.0 makes them: what is no number is zero.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap,
    reason = "Go converts in the same way"
)]

use crate::template::{number, render::value::Value};

/// `cast.ToInt64`, and `cast.ToInt` too, which is the same where `int` has 64 bits.
pub(super) fn to_int(value: &Value) -> i64 {
    match value {
        Value::Bool(value) => i64::from(*value),
        Value::Int(value) | Value::Int64(value) => *value,
        Value::Uint64(value) => *value as i64,
        Value::Float(value) => truncated(*value),
        Value::Str(text) => number::signed(without_zero_decimals(&text.text())).unwrap_or(0),
        // Months and weekdays, but no durations.
        Value::Object(object) if object.kind() == "int" => match object.to_plain() {
            Value::Int(value) => value,
            _ => 0,
        },
        _ => 0,
    }
}

/// `cast.ToFloat64`
pub(super) fn to_float(value: &Value) -> f64 {
    match value {
        Value::Bool(value) => f64::from(u8::from(*value)),
        Value::Int(value) | Value::Int64(value) => *value as f64,
        Value::Uint64(value) => *value as f64,
        Value::Float(value) => *value,
        Value::Str(text) => parse_float(&text.text()).unwrap_or(0.0),
        _ => 0.0,
    }
}

/// Go's conversion of a float to an `int64` on amd64: what does not fit is the smallest one.
pub(super) fn truncated(value: f64) -> i64 {
    const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;
    if (-TWO_TO_63..TWO_TO_63).contains(&value) { value as i64 } else { i64::MIN }
}

/// `strconv.ParseFloat(text, 64)`
pub(super) fn parse_float(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if unsigned.starts_with(['+', '-']) {
        return None;
    }
    let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
    match unsigned.to_ascii_lowercase().as_str() {
        "inf" | "infinity" => Some(sign * f64::INFINITY),
        "nan" if unsigned.len() == text.len() => Some(f64::NAN),
        _ => number::float(text).ok(),
    }
}

/// `strconv.ParseInt(text, base, 64)` for a base that is given; what is too large is `Err` with the
/// nearest number that fits.
pub(super) fn parse_int(text: &str, base: u32) -> Option<Result<i64, i64>> {
    let (digits, negative) = match text.strip_prefix('-') {
        Some(digits) => (digits, true),
        None => (text.strip_prefix('+').unwrap_or(text), false),
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(base)) {
        return None;
    }
    let bound = if negative { i64::MIN } else { i64::MAX };
    let sign = if negative { "-" } else { "" };
    Some(i64::from_str_radix(&format!("{sign}{digits}"), base).map_err(|_| bound))
}

/// cast's `trimZeroDecimal`: `1.0` is read as an integer too.
fn without_zero_decimals(text: &str) -> &str {
    match text.rsplit_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0') => {
            whole
        }
        _ => text,
    }
}
