//! Text functions that work on bytes: trimming, searching, joining, quoting, indenting.

use memchr::memmem;

use super::{
    arguments::{Arguments as _, cut, len},
    fixed,
    kind::{print, strslice, strval},
    variadic,
};
use crate::template::{
    quote,
    render::{
        call::{Call, Function},
        value::{
            Map, MapKind, Str,
            Type::{self, Any, Int},
            Value,
        },
    },
};

const STRING: &[Type] = &[Type::String];
const TWO: &[Type] = &[Type::String, Type::String];
const COUNTED: &[Type] = &[Int, Type::String];

pub(super) static FUNCTIONS: &[Function] = &[
    variadic("cat", &[], Any, |_, args| {
        Ok(Value::str(spaced(args, |out, value| out.extend_from_slice(print(value).bytes()))))
    }),
    fixed("contains", TWO, |_, args| {
        Ok(Value::Bool(memmem::find(args.bytes(1), args.bytes(0)).is_some()))
    }),
    fixed("hasPrefix", TWO, |_, args| Ok(Value::Bool(args.bytes(1).starts_with(args.bytes(0))))),
    fixed("hasSuffix", TWO, |_, args| Ok(Value::Bool(args.bytes(1).ends_with(args.bytes(0))))),
    fixed("indent", COUNTED, |call, args| indent(call, args.int(0), args.bytes(1), "")),
    fixed("join", &[Type::String, Any], |call, args| join(call, args.bytes(0), args.any(1))),
    fixed("nindent", COUNTED, |call, args| indent(call, args.int(0), args.bytes(1), "\n")),
    variadic("quote", &[], Any, |_, args| {
        Ok(Value::str(spaced(args, |out, value| match value {
            Value::Str(text) => push_quoted(out, text.bytes()),
            value => push_quoted(out, strval(value).bytes()),
        })))
    }),
    fixed("repeat", COUNTED, |call, args| {
        Ok(Value::str(repeat(call, args.bytes(1), args.int(0))?))
    }),
    fixed("replace", &[Type::String, Type::String, Type::String], |call, args| {
        replace(call, args.any(2), args.bytes(0), args.bytes(1))
    }),
    fixed("sortAlpha", &[Any], |_, args| {
        let mut items = match args.any(0) {
            Value::Nil => vec![strval(&Value::Nil)],
            value => strslice(value),
        };
        items.sort_unstable();
        Ok(Value::strings(items))
    }),
    fixed("split", TWO, |_, args| Ok(numbered(split(args.bytes(1), args.bytes(0), -1)))),
    fixed("splitList", TWO, |_, args| Ok(Value::strings(split(args.bytes(1), args.bytes(0), -1)))),
    fixed("splitn", &[Type::String, Int, Type::String], |_, args| {
        Ok(numbered(split(args.bytes(2), args.bytes(0), args.int(1))))
    }),
    variadic("squote", &[], Any, |_, args| {
        Ok(Value::str(spaced(args, |out, value| {
            out.push(b'\'');
            out.extend_from_slice(print(value).bytes());
            out.push(b'\'');
        })))
    }),
    fixed("substr", &[Int, Int, Type::String], |_, args| {
        let (start, end, text) = (args.int(0), args.int(1), args.bytes(2));
        let to_end = end < 0 || end > len(text);
        Ok(Value::str(match start {
            ..0 => cut(text, None, Some(end))?,
            _ if to_end => cut(text, Some(start), None)?,
            _ => cut(text, Some(start), Some(end))?,
        }))
    }),
    fixed("toString", &[Any], |_, args| Ok(Value::Str(strval(args.any(0))))),
    fixed("toStrings", &[Any], |_, args| Ok(Value::strings(strslice(args.any(0))))),
    fixed("trim", STRING, |_, args| Ok(part(args.any(0), trim(args.bytes(0))))),
    fixed("trimAll", TWO, |_, args| Ok(trim_all(args.any(1), args.bytes(0)))),
    fixed("trimall", TWO, |_, args| Ok(trim_all(args.any(1), args.bytes(0)))),
    fixed("trimPrefix", TWO, |_, args| {
        let text = args.bytes(1);
        Ok(part(args.any(1), text.strip_prefix(args.bytes(0)).unwrap_or(text)))
    }),
    fixed("trimSuffix", TWO, |_, args| {
        let text = args.bytes(1);
        Ok(part(args.any(1), text.strip_suffix(args.bytes(0)).unwrap_or(text)))
    }),
    fixed("trunc", COUNTED, |_, args| {
        let (count, text) = (args.int(0), args.bytes(1));
        let size = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
        let cut =
            if count < 0 { text.get(text.len().saturating_sub(size)..) } else { text.get(..size) };
        Ok(part(args.any(1), cut.unwrap_or(text)))
    }),
];

/// A part of a text; the same value where it is the whole.
fn part(whole: &Value, part: &[u8]) -> Value {
    match whole {
        Value::Str(text) if text.bytes().len() == part.len() => whole.clone(),
        _ => Value::str(part),
    }
}

/// What is written of each argument that is there, with spaces between.
fn spaced(args: &[Value], write: impl Fn(&mut Vec<u8>, &Value)) -> Vec<u8> {
    let mut out = Vec::new();
    for (index, value) in args.iter().filter(|value| !matches!(value, Value::Nil)).enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        write(&mut out, value);
    }
    out
}

/// A text as Go quotes it with `%q`.
fn push_quoted(out: &mut Vec<u8>, text: &[u8]) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\');
    if text.iter().all(is_plain) {
        out.extend_from_slice(text);
    } else {
        for chunk in text.utf8_chunks() {
            let quoted = quote::quoted(chunk.valid());
            let between = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or("");
            out.extend_from_slice(between.as_bytes());
            let bytes = chunk.invalid().iter();
            out.extend(bytes.flat_map(|byte| format!("\\x{byte:02x}").into_bytes()));
        }
    }
    out.push(b'"');
}

fn repeat(call: &mut Call<'_>, text: &[u8], count: i64) -> Result<Vec<u8>, String> {
    let count = usize::try_from(count).map_err(|_| "strings: negative Repeat count")?;
    call.spend(text.len().saturating_mul(count))?;
    Ok(text.repeat(count))
}

fn indent(call: &mut Call<'_>, spaces: i64, text: &[u8], before: &str) -> Result<Value, String> {
    let spaces = usize::try_from(spaces).map_err(|_| "strings: negative Repeat count")?;
    let lines = memchr::memchr_iter(b'\n', text).count() + 1;
    let len = lines.saturating_mul(spaces).saturating_add(text.len() + before.len());
    call.spend(len)?;
    let mut out = Vec::with_capacity(len);
    out.extend_from_slice(before.as_bytes());
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        out.resize(out.len() + spaces, b' ');
        out.extend_from_slice(line);
    }
    if text.is_empty() || text.ends_with(b"\n") {
        out.resize(out.len() + spaces, b' ');
    }
    Ok(Value::str(out))
}

fn join(call: &mut Call<'_>, separator: &[u8], value: &Value) -> Result<Value, String> {
    let items = strslice(value);
    let text: usize = items.iter().map(|item| item.bytes().len()).sum();
    call.spend(separator.len().saturating_mul(items.len()).saturating_add(text))?;
    let pieces: Vec<_> = items.iter().map(Str::bytes).collect();
    Ok(Value::str(pieces.join(separator)))
}

/// Go's `strings.ReplaceAll`; nothing is found before every character and at the end.
fn replace(call: &mut Call<'_>, whole: &Value, old: &[u8], new: &[u8]) -> Result<Value, String> {
    let Value::Str(text) = whole else { return Ok(whole.clone()) };
    let places: Vec<usize> = if old.is_empty() {
        char_starts(text.bytes()).chain([text.bytes().len()]).collect()
    } else {
        memmem::find_iter(text.bytes(), old).collect()
    };
    if places.is_empty() {
        return Ok(whole.clone());
    }
    let len = text.bytes().len().saturating_add(places.len().saturating_mul(new.len()));
    call.spend(len)?;
    let mut out = Vec::with_capacity(len);
    let mut from = 0;
    for at in places {
        out.extend_from_slice(text.bytes().get(from..at).unwrap_or(&[]));
        out.extend_from_slice(new);
        from = at + old.len();
    }
    out.extend_from_slice(text.bytes().get(from..).unwrap_or(&[]));
    Ok(Value::str(out))
}

/// Where Go's characters begin: those of UTF-8, and every byte that belongs to none.
fn char_starts(text: &[u8]) -> impl Iterator<Item = usize> {
    let mut at = 0;
    text.utf8_chunks().flat_map(move |chunk| {
        let valid = chunk.valid();
        let bytes = chunk.invalid().len();
        let start = at;
        at += valid.len() + bytes;
        let chars = valid.char_indices().map(move |(index, _)| start + index);
        chars.chain((0..bytes).map(move |index| start + valid.len() + index))
    })
}

/// Go's `strings.SplitN`: at most `limit` parts, none for 0, all for a negative one.
fn split<'t>(text: &'t [u8], separator: &[u8], limit: i64) -> Vec<&'t [u8]> {
    if limit == 0 {
        return Vec::new();
    }
    let cuts = usize::try_from(limit).map_or(usize::MAX, |limit| limit - 1);
    let mut parts = Vec::new();
    let mut from = 0;
    if separator.is_empty() {
        for at in char_starts(text).skip(1).take(cuts) {
            parts.push(text.get(from..at).unwrap_or(&[]));
            from = at;
        }
        if text.is_empty() {
            return parts;
        }
    } else {
        for at in memmem::find_iter(text, separator).take(cuts) {
            parts.push(text.get(from..at).unwrap_or(&[]));
            from = at + separator.len();
        }
    }
    parts.push(text.get(from..).unwrap_or(&[]));
    parts
}

/// The parts under `_0`, `_1`…
fn numbered(parts: Vec<&[u8]>) -> Value {
    let named = |(index, part): (usize, &[u8])| (Str::from(format!("_{index}")), Value::str(part));
    Value::Map(Map::new(parts.into_iter().enumerate().map(named)).with_kind(MapKind::String))
}

/// Go's `strings.TrimSpace`.
fn trim(text: &[u8]) -> &[u8] {
    match std::str::from_utf8(text) {
        Ok(text) => text.trim().as_bytes(),
        Err(_) => text.trim_ascii(),
    }
}

/// Go's `strings.Trim`: the characters of a set.
fn trim_all(whole: &Value, set: &[u8]) -> Value {
    let Value::Str(text) = whole else { return whole.clone() };
    let set = String::from_utf8_lossy(set);
    if let Ok(text) = std::str::from_utf8(text.bytes()) {
        return part(whole, text.trim_matches(|c| set.contains(c)).as_bytes());
    }
    let is_in = |byte: &u8| byte.is_ascii() && set.contains(char::from(*byte));
    let start = text.bytes().iter().take_while(|byte| is_in(byte)).count();
    let rest = text.bytes().get(start..).unwrap_or(&[]);
    let end = rest.iter().rev().take_while(|byte| is_in(byte)).count();
    part(whole, rest.get(..rest.len() - end).unwrap_or(rest))
}
