//! Text functions that look at words and characters: cases, wrapping, shortening.

use super::{
    arguments::{Arguments as _, len},
    case, fixed,
};
use crate::template::render::{
    call::{Call, Function},
    value::{
        Type::{self, Int},
        Value,
    },
};

const STRING: &[Type] = &[Type::String];

pub(super) static FUNCTIONS: &[Function] = &[
    fixed("abbrev", &[Int, Type::String], |_, args| {
        let (width, text) = (args.int(0), args.bytes(1));
        Ok(Value::str(if width < 4 { text.to_vec() } else { abbreviate(text, 0, width) }))
    }),
    fixed("abbrevboth", &[Int, Int, Type::String], |_, args| {
        let (left, right, text) = (args.int(0), args.int(1), args.bytes(2));
        let short = right < 4 || left > 0 && right < 7;
        Ok(Value::str(if short { text.to_vec() } else { abbreviate(text, left, right) }))
    }),
    fixed("camelcase", STRING, |_, args| Ok(cased(args, case::pascal))),
    fixed("initials", STRING, |_, args| Ok(Value::str(initials(args.bytes(0))))),
    fixed("kebabcase", STRING, |_, args| Ok(cased(args, |text| case::joined(text, '-')))),
    fixed("lower", STRING, |_, args| {
        Ok(cased(args, |text| text.chars().map(case::lower).collect()))
    }),
    fixed("nospace", STRING, |_, args| Ok(nospace(args.any(0), args.bytes(0)))),
    fixed("plural", &[Type::String, Type::String, Int], |_, args| {
        Ok(args.any(usize::from(args.int(2) != 1)).clone())
    }),
    fixed("snakecase", STRING, |_, args| Ok(cased(args, |text| case::joined(text, '_')))),
    fixed("swapcase", STRING, |_, args| Ok(cased(args, case::swap_case))),
    fixed("title", STRING, |_, args| Ok(cased(args, case::title_words))),
    fixed("untitle", STRING, |_, args| Ok(cased(args, case::untitle))),
    fixed("upper", STRING, |_, args| {
        Ok(cased(args, |text| text.chars().map(case::upper).collect()))
    }),
    fixed("wrap", &[Int, Type::String], |call, args| {
        wrap(call, args.bytes(1), args.int(0), b"\n", false)
    }),
    fixed("wrapWith", &[Int, Type::String, Type::String], |call, args| {
        let separator = if args.bytes(1).is_empty() { b"\n" } else { args.bytes(1) };
        wrap(call, args.bytes(2), args.int(0), separator, true)
    }),
    fixed("getHostByName", STRING, |_, _| Ok(Value::str(""))),
    fixed("hello", &[], |_, _| Ok(Value::str("Hello!"))),
];

fn cased(args: &[Value], case: impl Fn(&str) -> String) -> Value {
    match args.any(0) {
        Value::Str(text) => Value::str(case(&text.text())),
        other => other.clone(),
    }
}

/// goutils' `AbbreviateFull` for widths that its callers let through; counts bytes.
fn abbreviate(text: &[u8], offset: i64, width: i64) -> Vec<u8> {
    let len = len(text);
    if len <= width {
        return text.to_vec();
    }
    let kept = width - 3;
    let offset = offset.min(len).min(len - kept);
    let part = |from: i64, to: i64| {
        let (from, to) = (usize::try_from(from).unwrap_or(0), usize::try_from(to).unwrap_or(0));
        text.get(from..to).unwrap_or(&[])
    };
    if offset <= 4 {
        return [part(0, kept), b"..."].concat();
    }
    if offset + kept < len {
        // The rest is longer than the width that is left, so it is cut too.
        return [b"...", part(offset, offset + kept - 3), b"..."].concat();
    }
    [b"...", part(len - kept, len)].concat()
}

/// goutils goes byte by byte and writes each as a character.
fn latin(bytes: impl Iterator<Item = u8>) -> String {
    bytes.map(char::from).collect()
}

fn initials(text: &[u8]) -> String {
    let mut gap = true;
    latin(text.iter().copied().filter(|byte| {
        let is_space = char::from(*byte).is_whitespace();
        let begins = gap && !is_space;
        gap = is_space;
        begins
    }))
}

fn nospace(value: &Value, text: &[u8]) -> Value {
    let is_space = |byte: &u8| char::from(*byte).is_whitespace();
    if !text.iter().any(is_space) {
        return value.clone();
    }
    Value::str(latin(text.iter().copied().filter(|byte| !is_space(byte))))
}

/// goutils' `WrapCustom`.
fn wrap(
    call: &mut Call<'_>,
    text: &[u8],
    width: i64,
    separator: &[u8],
    long_too: bool,
) -> Result<Value, String> {
    let width = usize::try_from(width.max(1)).unwrap_or(usize::MAX);
    let lines = text.len() / width + memchr::memchr_iter(b' ', text).count();
    call.spend(text.len().saturating_add(lines.saturating_mul(separator.len())))?;
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while rest.len() > width {
        if let [b' ', after @ ..] = rest {
            rest = after;
            continue;
        }
        let is_space = |byte: &u8| *byte == b' ';
        let (line, after) = rest.split_at(width);
        let head = rest.get(..=width).unwrap_or(rest);
        if let Some(at) = head.iter().rposition(is_space) {
            out.extend_from_slice(rest.get(..at).unwrap_or(&[]));
            rest = rest.get(at + 1..).unwrap_or(&[]);
        } else if long_too {
            out.extend_from_slice(line);
            rest = after;
        } else if let Some(at) = after.iter().position(is_space) {
            out.extend_from_slice(rest.get(..width + at).unwrap_or(&[]));
            rest = after.get(at + 1..).unwrap_or(&[]);
        } else {
            break;
        }
        out.extend_from_slice(separator);
    }
    out.extend_from_slice(rest);
    Ok(Value::str(out))
}
