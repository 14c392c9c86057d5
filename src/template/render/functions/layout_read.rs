//! Reading times by Go's layouts (`time.Parse`).

use super::{
    durations::quote,
    layout::{MONTHS, Offset, Piece, WEEKDAYS, next, short},
    time::{Shown, Time, Zone, days_in, is_leap},
};
/// What has been read, where Go begins with "not given".
#[derive(Default)]
struct Read {
    shown: Shown,
    month: Option<i64>,
    day: Option<i64>,
    year_day: Option<i64>,
    nanoseconds: u32,
    /// Whether it is after noon, where that was said.
    afternoon: Option<bool>,
    utc: bool,
    offset: Option<i64>,
    /// What the zone's name says of its offset.
    named_offset: i64,
    zone: String,
}

/// Why a piece can't be read.
enum Fault {
    /// It is not what the layout asks for.
    Bad,
    /// It is, but no such hour exists.
    Range(&'static str),
}

type Piecemeal<'v, T> = Result<(T, &'v [u8]), Fault>;

/// Go's `time.Parse`, the local zone being UTC.
pub(super) fn parse(layout: &[u8], value: &[u8]) -> Result<Time, String> {
    let whole = quote(value);
    let cannot = |value: &[u8], piece: &[u8]| {
        let (layout, value, piece) = (quote(layout), quote(value), quote(piece));
        format!("parsing time {whole} as {layout}: cannot parse {value} as {piece}")
    };
    let mut read = Read::default();
    let (mut rest, mut value) = (layout, value);
    loop {
        let (before, found, after) = next(rest);
        value = skip(value, before).map_err(|at| cannot(at, before))?;
        let Some((piece, len)) = found else {
            if !value.is_empty() {
                return Err(format!("parsing time {whole}: extra text: {}", quote(value)));
            }
            break;
        };
        let text = rest.get(before.len()..before.len() + len).unwrap_or(&[]);
        let fraction_follows = matches!(next(after).1, Some((Piece::Fraction { .. }, _)));
        value = read.piece(piece, value, fraction_follows).map_err(|fault| match fault {
            Fault::Bad => cannot(value, text),
            Fault::Range(name) => format!("parsing time {whole}: {name} out of range"),
        })?;
        rest = after;
    }
    read.time().map_err(|fault| format!("parsing time {whole}: {fault}"))
}

/// Takes the text of a layout off a value; any number of spaces is as good as another.
fn skip<'v>(mut value: &'v [u8], mut prefix: &[u8]) -> Result<&'v [u8], &'v [u8]> {
    while let Some((first, after)) = prefix.split_first() {
        if *first == b' ' {
            if value.first().is_some_and(|byte| *byte != b' ') {
                return Err(value);
            }
            prefix = without_spaces(prefix);
            value = without_spaces(value);
            continue;
        }
        match value.split_first() {
            Some((byte, rest)) if byte == first => (prefix, value) = (after, rest),
            _ => return Err(value),
        }
    }
    Ok(value)
}

fn without_spaces(text: &[u8]) -> &[u8] {
    let spaces = text.iter().take_while(|byte| **byte == b' ').count();
    text.get(spaces..).unwrap_or(&[])
}

/// Exactly so many digits.
fn digits(value: &[u8], count: usize) -> Piecemeal<'_, i64> {
    let (digits, rest) = value.split_at_checked(count).ok_or(Fault::Bad)?;
    let text = std::str::from_utf8(digits).ok().filter(|_| digits.iter().all(u8::is_ascii_digit));
    Ok((text.and_then(|text| text.parse().ok()).ok_or(Fault::Bad)?, rest))
}

/// One or two digits, or exactly two.
fn number(value: &[u8], two: bool) -> Piecemeal<'_, i64> {
    if two || value.get(1).is_some_and(u8::is_ascii_digit) {
        digits(value, 2)
    } else {
        digits(value, 1)
    }
}

fn within<'v>(
    read: Piecemeal<'v, i64>,
    name: &'static str,
    range: std::ops::RangeInclusive<i64>,
) -> Piecemeal<'v, i64> {
    let (number, rest) = read?;
    if range.contains(&number) { Ok((number, rest)) } else { Err(Fault::Range(name)) }
}

/// The index of the name with which a value begins.
fn lookup<'v>(names: &[&str], value: &'v [u8], shortened: bool) -> Piecemeal<'v, i64> {
    for (index, name) in (0..).zip(names) {
        let name = if shortened { short(name) } else { name };
        if let Some((begin, rest)) = value.split_at_checked(name.len())
            && begin.eq_ignore_ascii_case(name.as_bytes())
        {
            return Ok((index, rest));
        }
    }
    Err(Fault::Bad)
}

impl Read {
    fn piece<'v>(
        &mut self,
        piece: Piece,
        value: &'v [u8],
        fraction_follows: bool,
    ) -> Result<&'v [u8], Fault> {
        let spaced = |under: bool| {
            if under { value.strip_prefix(b" ").unwrap_or(value) } else { value }
        };
        let rest;
        match piece {
            Piece::LongYear => (self.shown.year, rest) = digits(value, 4)?,
            Piece::Year => {
                (self.shown.year, rest) = digits(value, 2)?;
                self.shown.year += if self.shown.year >= 69 { 1900 } else { 2000 };
            }
            Piece::Month | Piece::LongMonth => {
                let (month, after) = lookup(&MONTHS, value, piece == Piece::Month)?;
                (self.month, rest) = (Some(month + 1), after);
            }
            Piece::NumMonth | Piece::ZeroMonth => {
                let read = number(value, piece == Piece::ZeroMonth);
                let (month, after) = within(read, "month", 1..=12)?;
                (self.month, rest) = (Some(month), after);
            }
            Piece::WeekDay => (_, rest) = lookup(&WEEKDAYS, value, true)?,
            Piece::LongWeekDay => (_, rest) = lookup(&WEEKDAYS, value, false)?,
            Piece::Day | Piece::UnderDay | Piece::ZeroDay => {
                let value = spaced(piece == Piece::UnderDay);
                let (day, after) = number(value, piece == Piece::ZeroDay)?;
                (self.day, rest) = (Some(day), after);
            }
            Piece::UnderYearDay | Piece::ZeroYearDay => {
                let (day, after) = year_day(value, piece == Piece::ZeroYearDay)?;
                (self.year_day, rest) = (Some(day), after);
            }
            Piece::Hour => (self.shown.hour, rest) = within(number(value, false), "hour", 0..=23)?,
            Piece::Hour12 | Piece::ZeroHour12 => {
                let read = number(value, piece == Piece::ZeroHour12);
                (self.shown.hour, rest) = within(read, "hour", 0..=12)?;
            }
            Piece::Minute | Piece::ZeroMinute => {
                let read = number(value, piece == Piece::ZeroMinute);
                (self.shown.minute, rest) = within(read, "minute", 0..=59)?;
            }
            Piece::Second | Piece::ZeroSecond => {
                let read = number(value, piece == Piece::ZeroSecond);
                let (second, after) = within(read, "second", 0..=59)?;
                self.shown.second = second;
                // A fraction may follow that the layout does not speak of.
                rest = if fraction_follows { after } else { self.fraction(after, None)? };
            }
            Piece::Upper | Piece::Lower => {
                rest = self.half(value, piece == Piece::Upper)?;
            }
            Piece::Offset(offset) => rest = self.offset(value, offset)?,
            Piece::ZoneName => rest = self.zone_name(value)?,
            Piece::Fraction { digits, all, .. } => {
                rest = self.fraction(value, all.then_some(digits))?;
            }
        }
        Ok(rest)
    }

    fn half<'v>(&mut self, value: &'v [u8], upper: bool) -> Result<&'v [u8], Fault> {
        let (half, after) = value.split_at_checked(2).ok_or(Fault::Bad)?;
        let later = match (half, upper) {
            (b"PM", true) | (b"pm", false) => true,
            (b"AM", true) | (b"am", false) => false,
            _ => return Err(Fault::Bad),
        };
        // Where a layout asks twice, afternoon wins.
        self.afternoon = Some(later || self.afternoon == Some(true));
        Ok(after)
    }

    /// A point or comma and digits: so many, or as many as there are, none included.
    fn fraction<'v>(&mut self, value: &'v [u8], exactly: Option<usize>) -> Result<&'v [u8], Fault> {
        let Some((b'.' | b',', after)) = value.split_first() else {
            return if exactly.is_some() { Err(Fault::Bad) } else { Ok(value) };
        };
        let there = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let count = exactly.unwrap_or(there);
        if count == 0 {
            return Ok(value);
        }
        let kept = count.min(9);
        let (number, _) = digits(after, kept)?;
        let scale = 10_i64.pow(u32::try_from(9 - kept).unwrap_or(0));
        self.nanoseconds = u32::try_from(number * scale).unwrap_or(0);
        after.get(count..).ok_or(Fault::Bad)
    }

    fn offset<'v>(&mut self, value: &'v [u8], offset: Offset) -> Result<&'v [u8], Fault> {
        if offset.z && value.starts_with(b"Z") {
            self.utc = true;
            return Ok(value.get(1..).unwrap_or(&[]));
        }
        let (sign, rest) = value.split_first().ok_or(Fault::Bad)?;
        let colon = |rest: &'v [u8]| {
            if offset.colon { rest.strip_prefix(b":").ok_or(Fault::Bad) } else { Ok(rest) }
        };
        let (hours, mut rest) = digits(rest, 2)?;
        let (mut minutes, mut seconds) = (0, 0);
        if offset.parts > 1 {
            (minutes, rest) = digits(colon(rest)?, 2)?;
        }
        if offset.parts > 2 {
            (seconds, rest) = digits(colon(rest)?, 2)?;
        }
        let ranges =
            [("time zone offset hour", hours, 24), ("time zone offset minute", minutes, 60)];
        let wrong = ranges.iter().find(|(_, number, limit)| number > limit);
        if let Some((name, ..)) = wrong {
            return Err(Fault::Range(name));
        }
        let size = (hours * 60 + minutes) * 60 + seconds;
        self.offset = Some(match sign {
            b'+' => size,
            b'-' => -size,
            _ => return Err(Fault::Bad),
        });
        Ok(rest)
    }

    /// Three or four capitals; `UTC` is known.
    fn zone_name<'v>(&mut self, value: &'v [u8]) -> Result<&'v [u8], Fault> {
        if let Some(rest) = value.strip_prefix(b"UTC") {
            self.utc = true;
            return Ok(rest);
        }
        if value.starts_with(b"GMT") {
            return self.greenwich(value);
        }
        let capitals = value.iter().take(6).take_while(|byte| byte.is_ascii_uppercase()).count();
        let (name, rest) = value.split_at_checked(capitals).ok_or(Fault::Bad)?;
        let known = match capitals {
            3 => true,
            4 => name.ends_with(b"T") || name == b"WITA",
            5 => name.ends_with(b"T"),
            _ => false,
        };
        if !known {
            return Err(Fault::Bad);
        }
        self.zone = String::from_utf8_lossy(name).into_owned();
        Ok(rest)
    }

    /// `GMT`, and hours after a sign as part of the name.
    fn greenwich<'v>(&mut self, value: &'v [u8]) -> Result<&'v [u8], Fault> {
        let sign = value.get(3).is_some_and(|byte| matches!(byte, b'+' | b'-'));
        let there = value.iter().skip(4).take_while(|byte| byte.is_ascii_digit()).count();
        let end = if sign && there > 0 { 4 + there } else { 3 };
        let hours = |name: &[u8]| {
            let text = name.get(3..).and_then(|hours| std::str::from_utf8(hours).ok());
            text.and_then(|text| text.parse::<i64>().ok()).filter(|hours| hours.abs() <= 23)
        };
        let (name, rest) = value.split_at_checked(end).ok_or(Fault::Bad)?;
        let (name, rest) = match hours(name) {
            Some(hours) => {
                self.named_offset = hours * 3600;
                (name, rest)
            }
            None => value.split_at_checked(3).ok_or(Fault::Bad)?,
        };
        self.zone = String::from_utf8_lossy(name).into_owned();
        Ok(rest)
    }

    fn time(mut self) -> Result<Time, &'static str> {
        match (self.afternoon, self.shown.hour) {
            (Some(true), 0..12) => self.shown.hour += 12,
            (Some(false), 12) => self.shown.hour = 0,
            _ => {}
        }
        let year = self.shown.year;
        if let Some(year_day) = self.year_day {
            let (month, day) = of_year_day(year_day, year).ok_or("day-of-year out of range")?;
            if self.month.is_some_and(|known| known != month) {
                return Err("day-of-year does not match month");
            }
            if self.day.is_some_and(|known| known != day) {
                return Err("day-of-year does not match day");
            }
            (self.month, self.day) = (Some(month), Some(day));
        }
        self.shown.month = self.month.unwrap_or(1);
        self.shown.day = self.day.unwrap_or(1);
        if !(1..=days_in(self.shown.month, year)).contains(&self.shown.day) {
            return Err("day out of range");
        }
        let zone = match (self.utc, self.offset) {
            (false, Some(0)) if self.zone.is_empty() => Zone::utc(),
            (false, Some(offset)) => Zone { name: self.zone.into(), offset },
            (false, None) if !self.zone.is_empty() => {
                Zone { name: self.zone.into(), offset: self.named_offset }
            }
            _ => Zone::utc(),
        };
        Ok(Time::of(&self.shown, self.nanoseconds, zone))
    }
}

/// Up to three digits with spaces before them, or exactly three.
fn year_day(value: &[u8], three: bool) -> Piecemeal<'_, i64> {
    if three {
        return digits(value, 3);
    }
    let spaces = value.iter().take(2).take_while(|byte| **byte == b' ').count();
    let value = value.get(spaces..).unwrap_or(&[]);
    let there = value.iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
    digits(value, there.max(1))
}

fn of_year_day(year_day: i64, year: i64) -> Option<(i64, i64)> {
    let mut left = year_day;
    if left < 1 || left > 365 + i64::from(is_leap(year)) {
        return None;
    }
    for month in 1..=12 {
        let days = days_in(month, year);
        if left <= days {
            return Some((month, left));
        }
        left -= days;
    }
    None
}
