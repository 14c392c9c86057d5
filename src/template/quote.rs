//! Go's quoted constants: reading them, and quoting text in messages (`strconv`).

use std::fmt::Write as _;

use super::unicode;

/// A text as Go quotes it with `%q`.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        push_escaped(&mut out, c);
    }
    out.push('"');
    out
}

fn push_escaped(out: &mut String, c: char) {
    match c {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\x07' => out.push_str("\\a"),
        '\x08' => out.push_str("\\b"),
        '\x0c' => out.push_str("\\f"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\x0b' => out.push_str("\\v"),
        c if is_shown(c) => out.push(c),
        c => {
            let code = c as u32;
            let written = match code {
                0..0x20 | 0x7f => write!(out, "\\x{code:02x}"),
                0x20..0x1_0000 => write!(out, "\\u{code:04x}"),
                _ => write!(out, "\\U{code:08x}"),
            };
            debug_assert!(written.is_ok());
        }
    }
}

/// Whether Go writes a character as it is.
pub(super) fn is_shown(c: char) -> bool {
    if c.is_ascii() { matches!(c, ' '..='~') } else { unicode::is_printable(c) }
}

/// Not a constant of Go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BadSyntax;

/// The value of a string constant with its quotes; `None` where it is what stands between them.
pub(super) fn unquote(constant: &str) -> Result<Option<Box<[u8]>>, BadSyntax> {
    let between = constant.get(1..constant.len().saturating_sub(1)).ok_or(BadSyntax)?;
    if constant.starts_with('`') {
        // Raw strings lose their carriage returns, as in Go.
        let plain = !between.contains('\r');
        return Ok(if plain { None } else { Some(between.replace('\r', "").into_bytes().into()) });
    }
    if !between.contains('\\') {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(between.len());
    let mut rest = between.chars();
    while !rest.as_str().is_empty() {
        match unescape(&mut rest, '"')? {
            Unescaped::Char(c) => bytes.extend(c.encode_utf8(&mut [0; 4]).bytes()),
            Unescaped::Byte(byte) => bytes.push(byte),
        }
    }
    Ok(Some(bytes.into()))
}

/// The value of a character constant with its quotes.
pub(super) fn unquote_char(constant: &str) -> Result<char, String> {
    let invalid = |_| "invalid syntax".to_owned();
    let mut rest = constant.chars();
    rest.next();
    let value = match unescape(&mut rest, '\'').map_err(invalid)? {
        Unescaped::Char(c) => c,
        Unescaped::Byte(byte) => char::from(byte),
    };
    if rest.as_str() == "'" {
        Ok(value)
    } else {
        Err(format!("malformed character constant: {constant}"))
    }
}

enum Unescaped {
    Char(char),
    Byte(u8),
}

/// The next character of a constant between `quote`s.
fn unescape(rest: &mut std::str::Chars<'_>, quote: char) -> Result<Unescaped, BadSyntax> {
    let c = match rest.next().ok_or(BadSyntax)? {
        '\\' => rest.next().ok_or(BadSyntax)?,
        c if c == quote => return Err(BadSyntax),
        c => return Ok(Unescaped::Char(c)),
    };
    Ok(Unescaped::Char(match c {
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        '\\' => '\\',
        c if c == quote => c,
        'x' => return Ok(Unescaped::Byte(code(rest, 2, 16)? as u8)),
        'u' => char::from_u32(code(rest, 4, 16)?).ok_or(BadSyntax)?,
        'U' => char::from_u32(code(rest, 8, 16)?).ok_or(BadSyntax)?,
        '0'..='7' => {
            let first = c.to_digit(8).unwrap_or(0) * 64;
            let value = first + code(rest, 2, 8)?;
            return Ok(Unescaped::Byte(u8::try_from(value).map_err(|_| BadSyntax)?));
        }
        _ => return Err(BadSyntax),
    }))
}

fn code(rest: &mut std::str::Chars<'_>, digits: usize, base: u32) -> Result<u32, BadSyntax> {
    let mut value: u32 = 0;
    for _ in 0..digits {
        let digit = rest.next().and_then(|c| c.to_digit(base)).ok_or(BadSyntax)?;
        value = value.wrapping_mul(base) + digit;
    }
    Ok(value)
}
