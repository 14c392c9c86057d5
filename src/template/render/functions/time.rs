//! Moments: Go's `time.Time` with a zone of its own, and its calendar.

use std::{any::Any, rc::Rc};

use super::{
    arguments::Arguments as _,
    durations::{self, SECOND},
    layout,
};
use crate::template::render::value::{Method, Object, Str, Type, Value};

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Days from 0000-03-01 to 1970-01-01.
const EPOCH: i64 = 719_468;

/// A moment as a zone sees it. The local zone is UTC.
#[derive(Clone, Debug)]
pub(super) struct Time {
    /// Seconds since 1970-01-01 UTC.
    pub(super) seconds: i64,
    /// Nanoseconds of the second.
    pub(super) nanoseconds: u32,
    pub(super) zone: Zone,
}

/// A fixed offset from UTC.
#[derive(Clone, Debug, Default)]
pub(super) struct Zone {
    /// Empty for one that was given by its offset alone.
    pub(super) name: Rc<str>,
    /// Seconds east of UTC.
    pub(super) offset: i64,
}

impl Zone {
    pub(super) fn utc() -> Self {
        Self { name: "UTC".into(), offset: 0 }
    }
}

/// What the calendar and the clock show.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shown {
    pub(super) year: i64,
    /// From 1.
    pub(super) month: i64,
    /// From 1.
    pub(super) day: i64,
    pub(super) hour: i64,
    pub(super) minute: i64,
    pub(super) second: i64,
    /// From Sunday, 0.
    pub(super) weekday: i64,
    /// From 1.
    pub(super) year_day: i64,
}

pub(super) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

pub(super) fn days_in(month: i64, year: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 of a day in the Gregorian calendar; months and days may be out of range.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let months = year.saturating_mul(12).saturating_add(month - 1);
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
    // Years that begin in March end with the leap day.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * month + 2) / 5 + day - 1;
    let of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    era.saturating_mul(146_097).saturating_add(of_era) - EPOCH
}

impl Time {
    /// A moment in UTC.
    pub(super) fn at(seconds: i64) -> Self {
        Self { seconds, nanoseconds: 0, zone: Zone::utc() }
    }

    /// Go's zero time: the first of January of the year 1.
    pub(super) fn zero() -> Self {
        Self::at(days(1, 1, 1) * DAY)
    }

    /// The moment when a zone shows this; weekday and day of the year don't count.
    pub(super) fn of(shown: &Shown, nanoseconds: u32, zone: Zone) -> Self {
        let clock = shown.hour * 3600 + shown.minute * 60 + shown.second;
        let days = days(shown.year, shown.month, shown.day);
        let seconds = days.saturating_mul(DAY).saturating_add(clock - zone.offset);
        Self { seconds, nanoseconds, zone }
    }

    pub(super) fn shown(&self) -> Shown {
        let local = self.seconds.saturating_add(self.zone.offset);
        let (day, clock) = (local.div_euclid(DAY), local.rem_euclid(DAY));
        let since = day + EPOCH;
        let (era, of_era) = (since.div_euclid(146_097), since.rem_euclid(146_097));
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let (month_day, month) =
            (of_year - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
        let year = year + era * 400 + i64::from(month <= 2);
        Shown {
            year,
            month,
            day: month_day,
            hour: clock / 3600,
            minute: clock / 60 % 60,
            second: clock % 60,
            weekday: (day + 4).rem_euclid(7),
            year_day: day - days(year, 1, 1) + 1,
        }
    }

    /// The same moment in UTC.
    pub(super) fn utc(&self) -> Self {
        Self { zone: Zone::utc(), ..self.clone() }
    }

    /// So many nanoseconds later.
    pub(super) fn add(&self, span: i64) -> Self {
        let nanoseconds = i64::from(self.nanoseconds) + span.rem_euclid(SECOND);
        let seconds = self.seconds.saturating_add(span.div_euclid(SECOND));
        Self {
            seconds: seconds.saturating_add(nanoseconds / SECOND),
            nanoseconds: u32::try_from(nanoseconds % SECOND).unwrap_or(0),
            zone: self.zone.clone(),
        }
    }

    /// How many nanoseconds this is after another moment.
    pub(super) fn since(&self, other: &Time) -> i64 {
        let seconds = i128::from(self.seconds) - i128::from(other.seconds);
        let rest = i128::from(self.nanoseconds) - i128::from(other.nanoseconds);
        let span = seconds * i128::from(SECOND) + rest;
        i64::try_from(span).unwrap_or(if span < 0 { i64::MIN } else { i64::MAX })
    }

    fn nanoseconds_since_epoch(&self) -> i64 {
        self.seconds.wrapping_mul(SECOND).wrapping_add(i64::from(self.nanoseconds))
    }

    pub(super) fn value(self) -> Value {
        Value::Object(Rc::new(self))
    }

    fn later(&self, years: i64, months: i64, days: i64) -> Self {
        let mut shown = self.shown();
        shown.year = shown.year.saturating_add(years);
        shown.month = shown.month.saturating_add(months);
        shown.day = shown.day.saturating_add(days);
        Self::of(&shown, self.nanoseconds, self.zone.clone())
    }
}

const NAME: &str = "time.Time";

impl Object for Time {
    fn type_name(&self) -> &'static str {
        NAME
    }

    fn kind(&self) -> &'static str {
        "struct"
    }

    fn field(&self, _name: &str) -> Option<Value> {
        None
    }

    fn method(&self, name: &str) -> Option<Method> {
        let params: &[Type] = match name {
            "Year" | "Month" | "Day" | "Hour" | "Minute" | "Second" | "Nanosecond" | "Unix"
            | "UnixMilli" | "UnixMicro" | "UnixNano" | "Weekday" | "YearDay" | "UTC" | "Local"
            | "IsZero" | "String" => &[],
            "Format" => &[Type::String],
            "AddDate" => &[Type::Int, Type::Int, Type::Int],
            "Add" => &[Type::Named("time.Duration")],
            "Sub" | "Before" | "After" | "Equal" => &[Type::Named(NAME)],
            _ => return None,
        };
        Some(Method { params, rest: None })
    }

    fn call(&self, name: &str, args: &[Value]) -> Result<Value, String> {
        let shown = self.shown();
        let other = match args.any(0) {
            Value::Object(other) => other.as_any().downcast_ref::<Time>(),
            _ => None,
        };
        let since = other.map_or(0, |other| self.since(other));
        Ok(match name {
            "Year" => Value::Int(shown.year),
            "Month" => Named::month(shown.month),
            "Day" => Value::Int(shown.day),
            "Hour" => Value::Int(shown.hour),
            "Minute" => Value::Int(shown.minute),
            "Second" => Value::Int(shown.second),
            "Nanosecond" => Value::Int(i64::from(self.nanoseconds)),
            "Unix" => Value::Int64(self.seconds),
            "UnixMilli" => Value::Int64(self.nanoseconds_since_epoch().div_euclid(1_000_000)),
            "UnixMicro" => Value::Int64(self.nanoseconds_since_epoch().div_euclid(1_000)),
            "UnixNano" => Value::Int64(self.nanoseconds_since_epoch()),
            "Weekday" => Named::weekday(shown.weekday),
            "YearDay" => Value::Int(shown.year_day),
            "UTC" | "Local" => self.utc().value(),
            "IsZero" => Value::Bool(self.since(&Time::zero()) == 0),
            "Format" => Value::Str(Str::from(layout::format(self, args.bytes(0)))),
            "AddDate" => self.later(args.int(0), args.int(1), args.int(2)).value(),
            "Add" => match args.any(0) {
                Value::Object(span) => match span.as_any().downcast_ref() {
                    Some(durations::Duration(span)) => self.add(*span).value(),
                    None => self.clone().value(),
                },
                value => self.add(super::convert::to_int(value)).value(),
            },
            "Sub" => durations::object(since),
            "Before" => Value::Bool(since < 0),
            "After" => Value::Bool(since > 0),
            "Equal" => Value::Bool(since == 0),
            _ => Value::str(self.print()),
        })
    }

    fn print(&self) -> String {
        let text = layout::format(self, b"2006-01-02 15:04:05.999999999 -0700 MST");
        String::from_utf8_lossy(&text).into_owned()
    }

    fn to_plain(&self) -> Value {
        Value::Str(Str::from(layout::format(self, b"2006-01-02T15:04:05.999999999Z07:00")))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `time.Month` and `time.Weekday`: numbers that print as names.
#[derive(Debug)]
struct Named {
    type_name: &'static str,
    number: i64,
    name: &'static str,
}

impl Named {
    fn month(number: i64) -> Value {
        let name = layout::name(&layout::MONTHS, number - 1);
        Value::Object(Rc::new(Self { type_name: "time.Month", number, name }))
    }

    fn weekday(number: i64) -> Value {
        let name = layout::name(&layout::WEEKDAYS, number);
        Value::Object(Rc::new(Self { type_name: "time.Weekday", number, name }))
    }
}

impl Object for Named {
    fn type_name(&self) -> &'static str {
        self.type_name
    }

    fn kind(&self) -> &'static str {
        "int"
    }

    fn field(&self, _name: &str) -> Option<Value> {
        None
    }

    fn method(&self, name: &str) -> Option<Method> {
        (name == "String").then_some(Method { params: &[], rest: None })
    }

    fn call(&self, _name: &str, _args: &[Value]) -> Result<Value, String> {
        Ok(Value::str(self.name))
    }

    fn print(&self) -> String {
        self.name.to_owned()
    }

    fn to_plain(&self) -> Value {
        Value::Int(self.number)
    }

    fn is_true(&self) -> bool {
        self.number != 0
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
