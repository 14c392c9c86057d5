//! Numbers: arithmetic, rounding, conversions, ranges.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap,
    reason = "Go converts in the same way"
)]

use super::{
    arguments::Arguments as _,
    convert::{parse_int, to_float, to_int},
    decimal::Decimal,
    fixed,
    kind::print,
    variadic,
};
use crate::template::render::{
    call::{Call, Function},
    value::{
        List, ListKind,
        Type::{self, Any, Int},
        Value,
    },
};

const ONE: &[Type] = &[Any];

pub(super) static FUNCTIONS: &[Function] = &[
    variadic("add", &[], Any, |_, args| {
        Ok(Value::Int64(args.iter().map(to_int).fold(0, i64::wrapping_add)))
    }),
    fixed("add1", ONE, |_, args| Ok(Value::Int64(to_int(args.any(0)).wrapping_add(1)))),
    fixed("add1f", ONE, |_, args| {
        Ok(Value::Float(Decimal::of(to_float(args.any(0)))?.add(Decimal::of(1.0)?)?.float()))
    }),
    variadic("addf", &[], Any, |_, args| fold(0.0, args, Decimal::add)),
    fixed("atoi", &[Type::String], |_, args| {
        let parsed = std::str::from_utf8(args.bytes(0)).ok().and_then(|text| parse_int(text, 10));
        Ok(Value::Int(parsed.map_or(0, |parsed| parsed.unwrap_or_else(|nearest| nearest))))
    }),
    variadic("biggest", ONE, Any, |_, args| Ok(extreme(args, i64::max))),
    fixed("ceil", ONE, |_, args| Ok(Value::Float(to_float(args.any(0)).ceil()))),
    fixed("div", &[Any, Any], |_, args| divided(args, i64::wrapping_div)),
    variadic("divf", ONE, Any, |_, args| fold_first(args, Decimal::div)),
    fixed("float64", ONE, |_, args| Ok(Value::Float(to_float(args.any(0))))),
    fixed("floor", ONE, |_, args| Ok(Value::Float(to_float(args.any(0)).floor()))),
    fixed("int", ONE, |_, args| Ok(Value::Int(to_int(args.any(0))))),
    fixed("int64", ONE, |_, args| Ok(Value::Int64(to_int(args.any(0))))),
    variadic("max", ONE, Any, |_, args| Ok(extreme(args, i64::max))),
    variadic("maxf", ONE, Any, |_, args| Ok(extreme_float(args, f64::max))),
    variadic("min", ONE, Any, |_, args| Ok(extreme(args, i64::min))),
    variadic("minf", ONE, Any, |_, args| Ok(extreme_float(args, f64::min))),
    fixed("mod", &[Any, Any], |_, args| divided(args, i64::wrapping_rem)),
    variadic("mul", ONE, Any, |_, args| {
        Ok(Value::Int64(args.iter().map(to_int).fold(1, i64::wrapping_mul)))
    }),
    variadic("mulf", ONE, Any, |_, args| fold_first(args, Decimal::mul)),
    variadic("round", &[Any, Int], Type::Float, |_, args| {
        let on = if let Some(Value::Float(on)) = args.get(2) { *on } else { 0.5 };
        Ok(Value::Float(round(to_float(args.any(0)), args.int(1), on)))
    }),
    variadic("seq", &[], Int, seq),
    fixed("sub", &[Any, Any], |_, args| {
        Ok(Value::Int64(to_int(args.any(0)).wrapping_sub(to_int(args.any(1)))))
    }),
    variadic("subf", ONE, Any, |_, args| fold_first(args, Decimal::sub)),
    fixed("toDecimal", ONE, |_, args| {
        let text = print(args.any(0));
        let parsed = parse_int(&text.text(), 8).and_then(Result::ok);
        Ok(Value::Int64(parsed.unwrap_or(0)))
    }),
    fixed("until", &[Int], |call, args| {
        let count = args.int(0);
        numbers(call, 0, count, if count < 0 { -1 } else { 1 })
    }),
    fixed("untilStep", &[Int, Int, Int], |call, args| {
        numbers(call, args.int(0), args.int(1), args.int(2))
    }),
];

fn extreme(args: &[Value], of: fn(i64, i64) -> i64) -> Value {
    Value::Int64(args.iter().map(to_int).reduce(of).unwrap_or(0))
}

/// As Go's `math.Max` and `math.Min`, what is no number wins.
fn extreme_float(args: &[Value], of: fn(f64, f64) -> f64) -> Value {
    let either = |a: f64, b: f64| if a.is_nan() || b.is_nan() { f64::NAN } else { of(a, b) };
    Value::Float(args.iter().map(to_float).reduce(either).unwrap_or(0.0))
}

fn divided(args: &[Value], of: fn(i64, i64) -> i64) -> Result<Value, String> {
    match to_int(args.any(1)) {
        0 => Err("runtime error: integer divide by zero".to_owned()),
        divisor => Ok(Value::Int64(of(to_int(args.any(0)), divisor))),
    }
}

type Operation = fn(Decimal, Decimal) -> Result<Decimal, String>;

fn fold(first: f64, args: &[Value], of: Operation) -> Result<Value, String> {
    let first = Decimal::of(first)?;
    let folded = args.iter().try_fold(first, |a, b| of(a, Decimal::of(to_float(b))?))?;
    Ok(Value::Float(folded.float()))
}

fn fold_first(args: &[Value], of: Operation) -> Result<Value, String> {
    fold(to_float(args.any(0)), args.get(1..).unwrap_or(&[]), of)
}

/// Half goes up where the number is not negative; a negative one always goes down.
fn round(value: f64, places: i64, on: f64) -> f64 {
    let power = power_of_ten(places);
    let digit = power * value;
    // Go's `Modf` gives no fraction of an infinite number.
    let up = digit.fract() >= on;
    (if up { digit.ceil() } else { digit.floor() }) / power
}

/// Go's `math.Pow(10, exponent)`, which is not always the nearest float.
fn power_of_ten(exponent: i64) -> f64 {
    let (mut ans, mut scale) = (1.0_f64, 0_i32);
    let (mut factor, mut factor_scale) = (0.625_f64, 4_i32);
    let mut bits = exponent.unsigned_abs();
    while bits != 0 {
        if factor_scale.abs() > 1 << 12 {
            scale = scale.saturating_add(factor_scale);
            break;
        }
        if bits & 1 == 1 {
            ans *= factor;
            scale += factor_scale;
        }
        factor *= factor;
        factor_scale <<= 1;
        if factor < 0.5 {
            factor += factor;
            factor_scale -= 1;
        }
        bits >>= 1;
    }
    if exponent < 0 {
        (ans, scale) = (1.0 / ans, -scale);
    }
    let scale = scale.clamp(-2000, 2000);
    ans * 2_f64.powi(scale / 2) * 2_f64.powi(scale - scale / 2)
}

/// Bytes that are counted for a number in a list.
const NUMBER_BYTES: usize = size_of::<Value>();

fn numbers(call: &mut Call<'_>, start: i64, end: i64, step: i64) -> Result<Value, String> {
    let count = count(start, end, step);
    call.spend(count.saturating_mul(NUMBER_BYTES))?;
    let items =
        (0..count as i64).map(|index| Value::Int(start.wrapping_add(step.wrapping_mul(index))));
    Ok(Value::List(List { kind: ListKind::Int, items: items.collect() }))
}

/// How many numbers sprig's `untilStep` gives.
fn count(start: i64, end: i64, step: i64) -> usize {
    let runs = if end < start { step < 0 } else { step > 0 };
    let count = if runs { end.abs_diff(start).div_ceil(step.unsigned_abs().max(1)) } else { 0 };
    usize::try_from(count).unwrap_or(usize::MAX)
}

fn seq(call: &mut Call<'_>, args: &[Value]) -> Result<Value, String> {
    let (start, step, end) = match args {
        [_] => (1, None, args.int(0)),
        [_, _] => (args.int(0), None, args.int(1)),
        [_, _, _] => (args.int(0), Some(args.int(1)), args.int(2)),
        _ => return Ok(Value::str("")),
    };
    let increment = if end < start { -1 } else { 1 };
    let step = step.unwrap_or(increment);
    if increment < 0 && step > 0 {
        return Ok(Value::str(""));
    }
    let count = count(start, end.wrapping_add(increment), step);
    // A number has up to 20 characters, and a space goes between.
    call.spend(count.saturating_mul(21))?;
    let numbers =
        (0..count as i64).map(|index| start.wrapping_add(step.wrapping_mul(index)).to_string());
    Ok(Value::str(numbers.collect::<Vec<_>>().join(" ")))
}
