//! Go's layouts of times (`time/format.go`): the pieces of `Mon Jan 2 15:04:05 2006`, writing them.
//! Reading stands in [`super::layout_read`].

use super::time::{Shown, Time};

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(super) const WEEKDAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

pub(super) fn name(names: &[&'static str], index: i64) -> &'static str {
    usize::try_from(index).ok().and_then(|index| names.get(index)).copied().unwrap_or("")
}

/// The first three letters.
pub(super) fn short(name: &str) -> &str {
    name.get(..3).unwrap_or(name)
}

/// A piece of a layout that stands for something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    LongMonth,
    Month,
    NumMonth,
    ZeroMonth,
    LongWeekDay,
    WeekDay,
    Day,
    UnderDay,
    ZeroDay,
    UnderYearDay,
    ZeroYearDay,
    Hour,
    Hour12,
    ZeroHour12,
    Minute,
    ZeroMinute,
    Second,
    ZeroSecond,
    LongYear,
    Year,
    Upper,
    Lower,
    ZoneName,
    Offset(Offset),
    /// So many digits of the second, after a point or comma; all of them, or those that are no zeros.
    Fraction {
        digits: usize,
        separator: u8,
        all: bool,
    },
}

/// How an offset from UTC is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Offset {
    /// UTC is `Z`.
    pub(super) z: bool,
    pub(super) colon: bool,
    /// Hours alone, minutes too, or seconds too: 1, 2, 3.
    pub(super) parts: u8,
}

/// The text of a layout piece for piece: longer ones before their beginnings.
#[rustfmt::skip]
const PIECES: &[(&[u8], Piece)] = &[
    (b"January", Piece::LongMonth), (b"Monday", Piece::LongWeekDay), (b"MST", Piece::ZoneName),
    (b"01", Piece::ZeroMonth), (b"02", Piece::ZeroDay), (b"03", Piece::ZeroHour12),
    (b"04", Piece::ZeroMinute), (b"05", Piece::ZeroSecond), (b"06", Piece::Year),
    (b"002", Piece::ZeroYearDay), (b"15", Piece::Hour), (b"1", Piece::NumMonth),
    (b"2006", Piece::LongYear), (b"2", Piece::Day), (b"__2", Piece::UnderYearDay),
    (b"3", Piece::Hour12), (b"4", Piece::Minute), (b"5", Piece::Second), (b"PM", Piece::Upper),
    (b"pm", Piece::Lower),
    (b"-070000", offset(false, false, 3)), (b"-07:00:00", offset(false, true, 3)),
    (b"-0700", offset(false, false, 2)), (b"-07:00", offset(false, true, 2)),
    (b"-07", offset(false, false, 1)),
    (b"Z070000", offset(true, false, 3)), (b"Z07:00:00", offset(true, true, 3)),
    (b"Z0700", offset(true, false, 2)), (b"Z07:00", offset(true, true, 2)),
    (b"Z07", offset(true, false, 1)),
];

const fn offset(z: bool, colon: bool, parts: u8) -> Piece {
    Piece::Offset(Offset { z, colon, parts })
}

/// What comes before the next piece of a layout, the piece with its length, and what follows.
pub(super) fn next(layout: &[u8]) -> (&[u8], Option<(Piece, usize)>, &[u8]) {
    for at in 0..layout.len() {
        let (before, rest) = layout.split_at(at);
        if let Some((piece, text, len)) = piece(rest) {
            let before = layout.get(..at + text).unwrap_or(before);
            let rest = rest.get(text + len..).unwrap_or(&[]);
            return (before, Some((piece, len)), rest);
        }
    }
    (layout, None, &[])
}

/// The piece with which a text begins, how much of it is text all the same, and its length.
fn piece(rest: &[u8]) -> Option<(Piece, usize, usize)> {
    let word = |after: &[u8]| !after.first().is_some_and(u8::is_ascii_lowercase);
    if let Some((text, piece)) = PIECES.iter().find(|(text, _)| rest.starts_with(text)) {
        return Some((*piece, 0, text.len()));
    }
    match rest {
        [b'J', b'a', b'n', after @ ..] if word(after) => Some((Piece::Month, 0, 3)),
        [b'M', b'o', b'n', after @ ..] if word(after) => Some((Piece::WeekDay, 0, 3)),
        [b'_', b'2', b'0', b'0', b'6', ..] => Some((Piece::LongYear, 1, 4)),
        [b'_', b'2', ..] => Some((Piece::UnderDay, 0, 2)),
        [separator @ (b'.' | b','), digit @ (b'0' | b'9'), ..] => {
            let run = rest.iter().skip(1).take_while(|byte| *byte == digit).count();
            let more = rest.get(run + 1).is_some_and(u8::is_ascii_digit);
            let (separator, all) = (*separator, *digit == b'0');
            (!more).then_some((Piece::Fraction { digits: run, separator, all }, 0, run + 1))
        }
        _ => None,
    }
}

/// Go's `Time.Format`.
pub(super) fn format(time: &Time, layout: &[u8]) -> Vec<u8> {
    let shown = time.shown();
    let mut out = String::new();
    let mut bytes = Vec::with_capacity(layout.len() + 16);
    let mut rest = layout;
    while !rest.is_empty() {
        let (before, found, after) = next(rest);
        bytes.extend_from_slice(before);
        let Some((piece, _)) = found else { break };
        out.clear();
        write(&mut out, time, &shown, piece);
        bytes.extend_from_slice(out.as_bytes());
        rest = after;
    }
    bytes
}

fn write(out: &mut String, time: &Time, shown: &Shown, piece: Piece) {
    let half = if shown.hour % 12 == 0 { 12 } else { shown.hour % 12 };
    let text = match piece {
        Piece::LongMonth => name(&MONTHS, shown.month - 1).to_owned(),
        Piece::Month => short(name(&MONTHS, shown.month - 1)).to_owned(),
        Piece::NumMonth => shown.month.to_string(),
        Piece::ZeroMonth => format!("{:02}", shown.month),
        Piece::LongWeekDay => name(&WEEKDAYS, shown.weekday).to_owned(),
        Piece::WeekDay => short(name(&WEEKDAYS, shown.weekday)).to_owned(),
        Piece::Day => shown.day.to_string(),
        Piece::UnderDay => format!("{:2}", shown.day),
        Piece::ZeroDay => format!("{:02}", shown.day),
        Piece::UnderYearDay => format!("{:3}", shown.year_day),
        Piece::ZeroYearDay => format!("{:03}", shown.year_day),
        Piece::Hour => format!("{:02}", shown.hour),
        Piece::Hour12 => half.to_string(),
        Piece::ZeroHour12 => format!("{half:02}"),
        Piece::Minute => shown.minute.to_string(),
        Piece::ZeroMinute => format!("{:02}", shown.minute),
        Piece::Second => shown.second.to_string(),
        Piece::ZeroSecond => format!("{:02}", shown.second),
        Piece::LongYear if shown.year < 0 => format!("-{:04}", -shown.year),
        Piece::LongYear => format!("{:04}", shown.year),
        Piece::Year => format!("{:02}", shown.year.abs() % 100),
        Piece::Upper => if shown.hour >= 12 { "PM" } else { "AM" }.to_owned(),
        Piece::Lower => if shown.hour >= 12 { "pm" } else { "am" }.to_owned(),
        Piece::ZoneName if !time.zone.name.is_empty() => time.zone.name.as_ref().to_owned(),
        Piece::ZoneName => written(time.zone.offset, Offset { z: false, colon: false, parts: 2 }),
        Piece::Offset(offset) => written(time.zone.offset, offset),
        Piece::Fraction { digits, separator, all } => fraction(time, digits, separator, all),
    };
    out.push_str(&text);
}

fn written(seconds: i64, as_offset: Offset) -> String {
    if as_offset.z && seconds == 0 {
        return "Z".to_owned();
    }
    let size = seconds.abs();
    let sign = if seconds < 0 { '-' } else { '+' };
    let colon = if as_offset.colon { ":" } else { "" };
    let (minutes, seconds) = (size / 60 % 60, size % 60);
    let hours = format!("{sign}{:02}", size / 3600);
    match as_offset.parts {
        1 => hours,
        2 => format!("{hours}{colon}{minutes:02}"),
        _ => format!("{hours}{colon}{minutes:02}{colon}{seconds:02}"),
    }
}

fn fraction(time: &Time, digits: usize, separator: u8, all: bool) -> String {
    let text = format!("{:09}", time.nanoseconds);
    let kept = text.get(..digits).map_or_else(|| format!("{text:0<digits$}"), str::to_owned);
    let kept = if all { kept.as_str() } else { kept.trim_end_matches('0') };
    if kept.is_empty() { String::new() } else { format!("{}{kept}", char::from(separator)) }
}
