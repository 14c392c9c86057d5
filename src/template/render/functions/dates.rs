//! Dates. The local zone is UTC, and so is every zone that has another name.

use super::{
    arguments::Arguments as _,
    durations::{SECOND, parse as parse_duration, round, text},
    fixed, layout,
    layout_read::parse,
    time::Time,
};
use crate::template::render::{
    call::{Call, Function},
    value::{
        Type::{self, Any, Named},
        Value,
    },
};

const TEXTS: &[Type] = &[Type::String, Type::String];
const MODIFY: &[Type] = &[Type::String, Named("time.Time")];
const IN_ZONE: &[Type] = &[Type::String, Any, Type::String];
const DAY: &[u8] = b"2006-01-02";

pub(super) static FUNCTIONS: &[Function] = &[
    fixed("ago", &[Any], |call, args| {
        let now = Time::at(call.now);
        let span = now.since(&moment(call, args.any(0)));
        Ok(Value::str(text(round(span, SECOND))))
    }),
    fixed("date", &[Type::String, Any], |call, args| Ok(date(call, args.bytes(0), args.any(1)))),
    fixed("dateInZone", IN_ZONE, |call, args| Ok(date(call, args.bytes(0), args.any(1)))),
    fixed("dateModify", MODIFY, |_, args| Ok(modify(args).unwrap_or_else(|_| args.any(1).clone()))),
    fixed("date_in_zone", IN_ZONE, |call, args| Ok(date(call, args.bytes(0), args.any(1)))),
    fixed(
        "date_modify",
        MODIFY,
        |_, args| Ok(modify(args).unwrap_or_else(|_| args.any(1).clone())),
    ),
    fixed("htmlDate", &[Any], |call, args| Ok(date(call, DAY, args.any(0)))),
    fixed("htmlDateInZone", &[Any, Type::String], |call, args| Ok(date(call, DAY, args.any(0)))),
    fixed("mustDateModify", MODIFY, |_, args| modify(args)),
    fixed("mustToDate", TEXTS, |_, args| Ok(parse(args.bytes(0), args.bytes(1))?.value())),
    fixed("must_date_modify", MODIFY, |_, args| modify(args)),
    fixed("now", &[], |call, _| Ok(Time::at(call.now).value())),
    fixed("toDate", TEXTS, |_, args| {
        Ok(parse(args.bytes(0), args.bytes(1)).unwrap_or_else(|_| Time::zero()).value())
    }),
    fixed("unixEpoch", &[Named("time.Time")], |call, args| {
        Ok(Value::str(moment(call, args.any(0)).seconds.to_string()))
    }),
];

/// A time, or seconds since 1970; for anything else now.
fn moment(call: &Call<'_>, value: &Value) -> Time {
    match value {
        Value::Int(seconds) | Value::Int64(seconds) => Time::at(*seconds),
        Value::Object(object) => match object.as_any().downcast_ref::<Time>() {
            Some(time) => time.clone(),
            None => Time::at(call.now),
        },
        _ => Time::at(call.now),
    }
}

fn date(call: &Call<'_>, format: &[u8], value: &Value) -> Value {
    Value::str(layout::format(&moment(call, value).utc(), format))
}

fn modify(args: &[Value]) -> Result<Value, String> {
    let span = parse_duration(&String::from_utf8_lossy(args.bytes(0)))?;
    let Value::Object(object) = args.any(1) else { return Ok(args.any(1).clone()) };
    let moved = object.as_any().downcast_ref::<Time>().map(|time| time.add(span).value());
    Ok(moved.unwrap_or_else(|| args.any(1).clone()))
}
