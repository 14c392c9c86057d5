//! Scalars of TOML: each function gives a value and how many bytes it takes.

use super::super::value::Value;

/// What a scalar gives: itself and its length in bytes.
type Scanned<T> = Result<(T, usize), String>;

/// `'literal'`
pub(super) fn literal(text: &str) -> Scanned<String> {
    let inner = text.get(1..).unwrap_or_default();
    match inner.find(['\'', '\n']) {
        Some(end) if inner[end..].starts_with('\'') => Ok((inner[..end].to_owned(), end + 2)),
        _ => Err("the string does not end".to_owned()),
    }
}

/// `'''literal over lines'''`
pub(super) fn long_literal(text: &str) -> Scanned<String> {
    let inner = text.get(3..).unwrap_or_default();
    let end = inner.find("'''").ok_or("the string does not end")?;
    // Two more quotes may stand before the three that end it.
    let more = inner[end + 3..].bytes().take(2).take_while(|byte| *byte == b'\'').count();
    let content = &inner[..end + more];
    Ok((without_first_line(content).to_owned(), end + more + 6))
}

/// `"basic"`
pub(super) fn basic(text: &str) -> Scanned<String> {
    let mut out = String::new();
    let mut at = 1;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        match rest.chars().next() {
            Some('"') => return Ok((out, at + 1)),
            Some('\\') => {
                let (c, length) = escape(rest)?;
                out.push(c);
                at += length;
            }
            None | Some('\n') => return Err("the string does not end".to_owned()),
            Some(c) => {
                out.push(c);
                at += c.len_utf8();
            }
        }
    }
}

/// `"""basic over lines"""`
pub(super) fn long_basic(text: &str) -> Scanned<String> {
    let mut out = String::new();
    let body = text.get(3..).unwrap_or_default();
    let mut at = 3 + body.len() - without_first_line(body).len();
    loop {
        let rest = text.get(at..).unwrap_or_default();
        if let Some(after) = rest.strip_prefix("\"\"\"") {
            let more = after.bytes().take(2).take_while(|byte| *byte == b'"').count();
            out.extend(std::iter::repeat_n('"', more));
            return Ok((out, at + 3 + more));
        }
        let c = rest.chars().next().ok_or("the string does not end")?;
        if c != '\\' {
            out.push(c);
            at += c.len_utf8();
            continue;
        }
        // A line that ends in a backslash goes on at the next word.
        let after = rest[1..].trim_start_matches([' ', '\t']);
        if after.starts_with(['\n', '\r']) {
            at += rest.len() - after.trim_start().len();
            continue;
        }
        let (c, length) = escape(rest)?;
        out.push(c);
        at += length;
    }
}

fn without_first_line(text: &str) -> &str {
    text.strip_prefix("\r\n").or(text.strip_prefix('\n')).unwrap_or(text)
}

fn escape(text: &str) -> Scanned<char> {
    let plain = match text.chars().nth(1) {
        Some('b') => '\u{8}',
        Some('t') => '\t',
        Some('n') => '\n',
        Some('f') => '\u{c}',
        Some('r') => '\r',
        Some('e') => '\u{1b}',
        Some(c @ ('"' | '\\')) => c,
        Some('x') => return code(text, 2),
        Some('u') => return code(text, 4),
        Some('U') => return code(text, 8),
        _ => return Err("an unknown escape in a string".to_owned()),
    };
    Ok((plain, 2))
}

fn code(text: &str, digits: usize) -> Scanned<char> {
    let code = text.get(2..2 + digits).filter(|code| code.bytes().all(|b| b.is_ascii_hexdigit()));
    let code = code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32);
    code.map(|c| (c, 2 + digits)).ok_or("an escape that is no character".to_owned())
}

/// A boolean, a number or a time.
pub(super) fn word(text: &str) -> Scanned<Value> {
    let ends = |c: char| matches!(c, ',' | ']' | '}' | '#' | '\n' | '\r' | ' ' | '\t');
    let mut end = text.find(ends).unwrap_or(text.len());
    // A time of day may stand behind a blank.
    let day = &text[..end];
    if looks_like_day(day) && text[end..].starts_with(' ') {
        let time = &text[end + 1..];
        let length = time.find(ends).unwrap_or(time.len());
        if time.get(2..3) == Some(":") {
            end += 1 + length;
        }
    }
    let word = &text[..end];
    let value = match word {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "inf" | "+inf" => Value::Float(f64::INFINITY),
        "-inf" => Value::Float(f64::NEG_INFINITY),
        "nan" | "+nan" | "-nan" => Value::Float(f64::NAN),
        _ if looks_like_day(word) || word.get(2..3) == Some(":") => Value::str(word),
        _ => number(word).ok_or_else(|| format!("expected value but found `{word}` instead"))?,
    };
    Ok((value, end))
}

fn looks_like_day(word: &str) -> bool {
    word.len() >= 10 && word.get(4..5) == Some("-") && word.get(7..8) == Some("-")
}

fn number(word: &str) -> Option<Value> {
    let unsigned = word.strip_prefix(['+', '-']).unwrap_or(word);
    if !underscores_separate(unsigned) {
        return None;
    }
    let plain = word.replace('_', "");
    let radix = [("0x", 16), ("0o", 8), ("0b", 2)];
    for (prefix, radix) in radix {
        if let Some(digits) = plain.strip_prefix(prefix) {
            let digits = digits.starts_with(|c: char| c.is_digit(radix)).then_some(digits)?;
            return i64::from_str_radix(digits, radix).ok().map(Value::Int64);
        }
    }
    let unsigned = plain.strip_prefix(['+', '-']).unwrap_or(&plain);
    let leading = unsigned.len() > 1 && unsigned.starts_with('0');
    if leading && unsigned.as_bytes().get(1).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    if unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return plain.parse().ok().map(Value::Int64);
    }
    let (mantissa, exponent) =
        unsigned.split_once(['e', 'E']).map_or((unsigned, None), |(m, e)| (m, Some(e)));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let exponent = exponent.is_none_or(|it| digits(it.strip_prefix(['+', '-']).unwrap_or(it)));
    let valid = digits(whole) && digits(fraction) && exponent;
    valid.then(|| plain.parse().ok().map(Value::Float))?
}

/// Whether every underscore stands between two digits.
fn underscores_separate(text: &str) -> bool {
    let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_hexdigit);
    let bytes = text.as_bytes();
    let around = |at: usize| digit(bytes.get(at.wrapping_sub(1))) && digit(bytes.get(at + 1));
    text.match_indices('_').all(|(at, _)| around(at))
}
