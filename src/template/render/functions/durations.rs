//! Spans of time: Go's `time.Duration`, sprig's `duration…` and Helm's.

#![allow(clippy::cast_precision_loss, reason = "Go converts in the same way")]

use std::{any::Any, fmt::Write as _, rc::Rc};

use super::{
    arguments::Arguments as _,
    convert::{parse_float, truncated},
    fixed,
    kind::type_name,
    time::Time,
};
use crate::template::{
    quote as strconv,
    render::{
        call::Function,
        value::{
            Method, Object,
            Type::{self, Any as Anything},
            Value,
        },
    },
};

const ONE: &[Type] = &[Anything];

pub(super) const MICROSECOND: i64 = 1_000;
pub(super) const MILLISECOND: i64 = 1_000_000;
pub(super) const SECOND: i64 = 1_000_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

pub(super) static FUNCTIONS: &[Function] = &[
    fixed("duration", ONE, |_, args| {
        let seconds = match args.any(0) {
            Value::Str(text) => super::convert::parse_int(&text.text(), 10)
                .map_or(0, |parsed| parsed.unwrap_or_else(|nearest| nearest)),
            Value::Int64(seconds) => *seconds,
            _ => 0,
        };
        Ok(Value::str(text(seconds.wrapping_mul(SECOND))))
    }),
    fixed("durationDays", ONE, |_, args| Ok(in_units(args, |span| hours(span) / 24.0))),
    fixed("durationHours", ONE, |_, args| Ok(in_units(args, hours))),
    fixed("durationMicroseconds", ONE, |_, args| Ok(whole(args, MICROSECOND))),
    fixed("durationMilliseconds", ONE, |_, args| Ok(whole(args, MILLISECOND))),
    fixed("durationMinutes", ONE, |_, args| Ok(in_units(args, |span| units(span, MINUTE, 60e9)))),
    fixed("durationNanoseconds", ONE, |_, args| Ok(whole(args, 1))),
    fixed("durationRound", ONE, |call, args| {
        let span = match args.any(0) {
            Value::Str(text) => parse(&text.text()).unwrap_or(0),
            Value::Int64(span) => *span,
            Value::Object(object) => object
                .as_any()
                .downcast_ref::<Time>()
                .map_or(0, |time| Time::at(call.now).since(time)),
            _ => 0,
        };
        Ok(Value::str(rounded(span.unsigned_abs())))
    }),
    fixed("durationRoundTo", &[Anything, Anything], |_, args| Ok(to_multiple(args, round))),
    fixed("durationSeconds", ONE, |_, args| Ok(in_units(args, |span| units(span, SECOND, 1e9)))),
    fixed("durationTruncateTo", &[Anything, Anything], |_, args| Ok(to_multiple(args, truncate))),
    fixed("durationWeeks", ONE, |_, args| Ok(in_units(args, |span| hours(span) / 24.0 / 7.0))),
    fixed("mustToDuration", ONE, |_, args| Ok(object(of(args.any(0))?))),
];

/// `time.Duration`: nanoseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Duration(pub(super) i64);

pub(super) fn object(span: i64) -> Value {
    Value::Object(Rc::new(Duration(span)))
}

/// Go's `Duration.Seconds` and its kin: whole units and the rest are converted apart.
fn units(span: i64, unit: i64, nanoseconds: f64) -> f64 {
    (span / unit) as f64 + (span % unit) as f64 / nanoseconds
}

fn hours(span: i64) -> f64 {
    units(span, HOUR, 3600e9)
}

fn in_units(args: &[Value], of_span: fn(i64) -> f64) -> Value {
    Value::Float(of(args.any(0)).map_or(0.0, of_span))
}

fn whole(args: &[Value], unit: i64) -> Value {
    Value::Int64(of(args.any(0)).map_or(0, |span| span / unit))
}

fn to_multiple(args: &[Value], to: fn(i64, i64) -> i64) -> Value {
    let Ok(span) = of(args.any(0)) else { return object(0) };
    object(of(args.any(1)).map_or(span, |unit| to(span, unit)))
}

fn truncate(span: i64, unit: i64) -> i64 {
    if unit <= 0 { span } else { span - span % unit }
}

/// Go's `Duration.Round`: half away from zero.
pub(super) fn round(span: i64, unit: i64) -> i64 {
    if unit <= 0 {
        return span;
    }
    let rest = span % unit;
    if rest.unsigned_abs().saturating_mul(2) < unit.unsigned_abs() {
        return span - rest;
    }
    if span < 0 { (span - rest).saturating_sub(unit) } else { (span - rest).saturating_add(unit) }
}

/// Helm's `asDuration`.
fn of(value: &Value) -> Result<i64, String> {
    match value {
        Value::Nil => Err("invalid duration".to_owned()),
        Value::Str(text) => {
            let text = text.text();
            let trimmed = text.trim();
            if trimmed.is_empty() {
                return Err("empty duration".to_owned());
            }
            match (parse(trimmed), parse_float(trimmed)) {
                (Ok(span), _) => Ok(span),
                (_, Some(seconds)) => of_float(seconds),
                _ => Err(format!("could not parse duration {}", strconv::quoted(&text))),
            }
        }
        Value::Int(seconds) | Value::Int64(seconds) => seconds
            .checked_mul(SECOND)
            .ok_or_else(|| format!("duration seconds overflow: {seconds}")),
        Value::Uint64(seconds) => i64::try_from(*seconds)
            .ok()
            .and_then(|seconds| seconds.checked_mul(SECOND))
            .ok_or_else(|| format!("duration seconds overflow: {seconds}")),
        Value::Float(seconds) => of_float(*seconds),
        Value::Object(object) => match object.as_any().downcast_ref::<Duration>() {
            Some(Duration(span)) => Ok(*span),
            None => Err(format!("unsupported duration type {}", type_name(value))),
        },
        value => Err(format!("unsupported duration type {}", type_name(value))),
    }
}

fn of_float(seconds: f64) -> Result<i64, String> {
    let shown = || super::kind::print(&Value::Float(seconds)).text().into_owned();
    if !seconds.is_finite() {
        return Err(format!("invalid duration seconds: {}", shown()));
    }
    if seconds.abs() > i64::MAX as f64 / 1e9 {
        return Err(format!("duration seconds overflow: {}", shown()));
    }
    Ok(truncated(seconds * 1e9))
}

/// A text as package `time` quotes it: byte by byte where it is not ASCII.
pub(super) fn quote(text: &[u8]) -> String {
    let mut out = String::from('"');
    for byte in text {
        match byte {
            b'"' | b'\\' => out.extend(['\\', char::from(*byte)]),
            b' '..=0x7f => out.push(char::from(*byte)),
            byte => drop(write!(out, "\\x{byte:02x}")),
        }
    }
    out.push('"');
    out
}

/// Go's `time.ParseDuration`.
pub(super) fn parse(text: &str) -> Result<i64, String> {
    let invalid = || format!("time: invalid duration {}", quote(text.as_bytes()));
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut sum = 0_u64;
    while !rest.is_empty() {
        let (number, after) = span_of(rest, |c| c.is_ascii_digit() || c == '.');
        let (unit, after) = span_of(after, |c| c != '.' && !c.is_ascii_digit());
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.len() + fraction.len() == 0 || fraction.contains('.') {
            return Err(invalid());
        }
        if unit.is_empty() {
            return Err(format!("time: missing unit in duration {}", quote(text.as_bytes())));
        }
        let size = unit_size(unit).ok_or_else(|| {
            let (unit, text) = (quote(unit.as_bytes()), quote(text.as_bytes()));
            format!("time: unknown unit {unit} in duration {text}")
        })?;
        let part = part(whole, fraction, size).and_then(|part| sum.checked_add(part));
        sum = part.filter(|sum| *sum <= 1 << 63).ok_or_else(invalid)?;
        rest = after;
    }
    if negative {
        return Ok(0_i64.checked_sub_unsigned(sum).unwrap_or(i64::MIN));
    }
    i64::try_from(sum).map_err(|_| invalid())
}

fn span_of(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|c| !belongs(c)).unwrap_or(text.len());
    text.split_at(end)
}

fn unit_size(unit: &str) -> Option<i64> {
    Some(match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => MICROSECOND,
        "ms" => MILLISECOND,
        "s" => SECOND,
        "m" => MINUTE,
        "h" => HOUR,
        _ => return None,
    })
}

fn part(whole: &str, fraction: &str, size: i64) -> Option<u64> {
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let size = size.unsigned_abs();
    // 18 digits are as many as Go keeps of a fraction.
    let digits = fraction.get(..18).unwrap_or(fraction);
    let scale = 10_u64.checked_pow(u32::try_from(digits.len()).ok()?)?;
    let above: u128 = if digits.is_empty() { 0 } else { digits.parse().ok()? };
    let fraction = above * u128::from(size) / u128::from(scale);
    whole.checked_mul(size)?.checked_add(u64::try_from(fraction).ok()?)
}

/// Go's `Duration.String`.
pub(super) fn text(span: i64) -> String {
    let sign = if span < 0 { "-" } else { "" };
    let size = span.unsigned_abs();
    let second = SECOND.unsigned_abs();
    if size < second {
        let (unit, name) = match size {
            0 => return "0s".to_owned(),
            1..1_000 => (1, "ns"),
            1_000..1_000_000 => (MICROSECOND.unsigned_abs(), "µs"),
            _ => (MILLISECOND.unsigned_abs(), "ms"),
        };
        return format!("{sign}{}{name}", with_fraction(size, unit));
    }
    let seconds = with_fraction(size % (60 * second), second);
    let minutes = size / (60 * second);
    match (minutes / 60, minutes % 60) {
        (0, 0) => format!("{sign}{seconds}s"),
        (0, minutes) => format!("{sign}{minutes}m{seconds}s"),
        (hours, minutes) => format!("{sign}{hours}h{minutes}m{seconds}s"),
    }
}

/// `size / unit` in decimal without zeros at the end; the unit is a power of ten.
fn with_fraction(size: u64, unit: u64) -> String {
    let rest = size % unit;
    if rest == 0 {
        return (size / unit).to_string();
    }
    let digits = unit.ilog10() as usize;
    let fraction = format!("{rest:0digits$}");
    format!("{}.{}", size / unit, fraction.trim_end_matches('0'))
}

/// sprig's `durationRound`: the largest unit of which there is more than one.
fn rounded(size: u64) -> String {
    let day = 24 * HOUR.unsigned_abs();
    let units = [
        (365 * day, "y"),
        (30 * day, "mo"),
        (day, "d"),
        (HOUR.unsigned_abs(), "h"),
        (MINUTE.unsigned_abs(), "m"),
        (SECOND.unsigned_abs(), "s"),
    ];
    let unit = units.iter().find(|(unit, _)| size > *unit);
    unit.map_or_else(|| "0s".to_owned(), |(unit, name)| format!("{}{name}", size / unit))
}

impl Object for Duration {
    fn type_name(&self) -> &'static str {
        "time.Duration"
    }

    fn kind(&self) -> &'static str {
        "int64"
    }

    fn field(&self, _name: &str) -> Option<Value> {
        None
    }

    fn method(&self, name: &str) -> Option<Method> {
        let known = [
            "Abs",
            "Hours",
            "Microseconds",
            "Milliseconds",
            "Minutes",
            "Nanoseconds",
            "Seconds",
            "String",
        ];
        known.contains(&name).then_some(Method { params: &[], rest: None })
    }

    fn call(&self, name: &str, _args: &[Value]) -> Result<Value, String> {
        let span = self.0;
        Ok(match name {
            "Abs" => object(span.checked_abs().unwrap_or(i64::MAX)),
            "Hours" => Value::Float(hours(span)),
            "Microseconds" => Value::Int64(span / MICROSECOND),
            "Milliseconds" => Value::Int64(span / MILLISECOND),
            "Minutes" => Value::Float(units(span, MINUTE, 60e9)),
            "Nanoseconds" => Value::Int64(span),
            "Seconds" => Value::Float(units(span, SECOND, 1e9)),
            _ => Value::str(text(span)),
        })
    }

    fn print(&self) -> String {
        text(self.0)
    }

    fn to_plain(&self) -> Value {
        Value::Int64(self.0)
    }

    fn is_true(&self) -> bool {
        self.0 != 0
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
