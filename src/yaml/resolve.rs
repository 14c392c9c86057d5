//! Types of scalars as go-yaml v2 gives them (`resolve.go`), and Go's way back from a typed scalar to text.

use std::borrow::Cow;

/// The longest plain scalar that go-yaml looks up as a word: `false`.
const LONGEST_WORD: usize = 5;

/// The namespace of YAML's own tags, written `!!` for short.
const CORE: &str = "tag:yaml.org,2002:";

/// A scalar after typing; the text of a string stays where it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Typed {
    Null,
    Bool(bool),
    Int(i64),
    /// An integer above `i64::MAX`.
    Big(u64),
    Float(f64),
    String,
}

impl Typed {
    /// What go-yaml calls the type in its messages.
    fn tag(self) -> &'static str {
        match self {
            Typed::Null => "!!null",
            Typed::Bool(_) => "!!bool",
            Typed::Int(_) | Typed::Big(_) => "!!int",
            Typed::Float(_) => "!!float",
            Typed::String => "!!str",
        }
    }
}

/// Types a scalar with an explicit tag. Input: the tag in full, the text, whether it is a plain scalar.
/// Output: the type and, for `!!binary`, the decoded text; or the message with which Go refuses it.
#[allow(
    clippy::cast_precision_loss,
    reason = "`!!float` asks for it, and Go loses the same digits"
)]
pub(super) fn tagged(tag: &str, text: &str) -> Result<(Typed, Option<String>), String> {
    let Some(name) = tag.strip_prefix(CORE) else { return Ok((Typed::String, None)) };
    let typed = match name {
        "null" | "bool" | "int" | "float" => plain(text),
        "binary" => return decode_base64(text).map(|decoded| (Typed::String, Some(decoded))),
        "timestamp" if !looks_like_timestamp(text) => plain(text),
        _ => return Ok((Typed::String, None)),
    };
    let wanted = match (name, typed) {
        ("float", Typed::Int(int)) => return Ok((Typed::Float(int as f64), None)),
        ("null", Typed::Null)
        | ("bool", Typed::Bool(_))
        | ("int", Typed::Int(_) | Typed::Big(_))
        | ("float", Typed::Float(_)) => return Ok((typed, None)),
        (name, _) => name,
    };
    Err(format!("cannot decode {} `{text}` as a !!{wanted}", typed.tag()))
}

/// Types a plain scalar without a tag.
pub(super) fn plain(text: &str) -> Typed {
    match text.as_bytes().first() {
        None => Typed::Null,
        Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~') => {
            word(text)
        }
        Some(b'.') => dotted(text),
        Some(b'+' | b'-' | b'0'..=b'9') => number(text),
        _ => Typed::String,
    }
}

fn word(text: &str) -> Typed {
    if text.len() > LONGEST_WORD {
        return Typed::String;
    }
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Typed::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Typed::Bool(false)
        }
        "~" | "null" | "Null" | "NULL" => Typed::Null,
        _ => Typed::String,
    }
}

fn dotted(text: &str) -> Typed {
    match text {
        ".nan" | ".NaN" | ".NAN" => Typed::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" => Typed::Float(f64::INFINITY),
        _ => float(&without_underscores(text)).map_or(Typed::String, Typed::Float),
    }
}

/// A float without the underscores that Go allows in it: those between two digits.
fn without_underscores(text: &str) -> Cow<'_, str> {
    let between = |three: &[u8]| match three {
        [a, b'_', b] => a.is_ascii_digit() && b.is_ascii_digit(),
        _ => true,
    };
    if text.contains('_') && !text.ends_with('_') && text.as_bytes().windows(3).all(between) {
        return text.replace('_', "").into();
    }
    text.into()
}

fn number(text: &str) -> Typed {
    match text {
        "+.inf" | "+.Inf" | "+.INF" => return Typed::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Typed::Float(f64::NEG_INFINITY),
        _ => {}
    }
    let digits: Cow<'_, str> =
        if text.contains('_') { text.replace('_', "").into() } else { text.into() };
    integer(&digits)
        .or_else(|| float(&digits).map(Typed::Float))
        .or_else(|| signed_binary(&digits))
        .unwrap_or(Typed::String)
}

/// Go's `strconv.ParseInt(s, 0, 64)`, then `ParseUint`.
fn integer(text: &str) -> Option<Typed> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (radix, digits) = match unsigned.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, unsigned.get(2..)?),
        [b'0', b'b' | b'B', ..] => (2, unsigned.get(2..)?),
        [b'0', b'o' | b'O', ..] => (8, unsigned.get(2..)?),
        [b'0', _, ..] => (8, unsigned.get(1..)?),
        _ => (10, unsigned),
    };
    // Rust would take a second sign here, Go does not.
    if !digits.bytes().all(|digit| digit.is_ascii_alphanumeric()) {
        return None;
    }
    let size = u64::from_str_radix(digits, radix).ok()?;
    if text.starts_with('-') {
        return 0i64.checked_sub_unsigned(size).map(Typed::Int);
    }
    match i64::try_from(size) {
        Ok(int) => Some(Typed::Int(int)),
        Err(_) if text.starts_with('+') => None,
        Err(_) => Some(Typed::Big(size)),
    }
}

/// go-yaml's own second look at `0b…`, which lets a sign follow the prefix.
fn signed_binary(text: &str) -> Option<Typed> {
    let digits = text.strip_prefix("0b")?;
    i64::from_str_radix(digits, 2).ok().map(Typed::Int)
}

/// A float as go-yaml's `yamlStyleFloat` allows it; nothing where Go's parser reports a range error.
fn float(text: &str) -> Option<f64> {
    if !is_float(text.as_bytes()) {
        return None;
    }
    text.parse::<f64>().ok().filter(|float| float.is_finite())
}

/// `^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`
fn is_float(text: &[u8]) -> bool {
    let text = skip_sign(text);
    let whole = skip_digits(text);
    let rest = match whole {
        [b'.', fraction @ ..] => {
            let after = skip_digits(fraction);
            if whole.len() == text.len() && after.len() == fraction.len() {
                return false;
            }
            after
        }
        _ if whole.len() == text.len() => return false,
        _ => whole,
    };
    match rest {
        [] => true,
        [b'e' | b'E', exponent @ ..] => {
            let digits = skip_sign(exponent);
            !digits.is_empty() && skip_digits(digits).is_empty()
        }
        _ => false,
    }
}

fn skip_sign(text: &[u8]) -> &[u8] {
    match text {
        [b'+' | b'-', rest @ ..] => rest,
        _ => text,
    }
}

fn skip_digits(text: &[u8]) -> &[u8] {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    text.get(digits..).unwrap_or_default()
}

/// The shape of the date formats that go-yaml tries: a year of four digits and a dash.
fn looks_like_timestamp(text: &str) -> bool {
    matches!(text.as_bytes(), [a, b, c, d, b'-', ..] if [a, b, c, d].iter().all(|x| x.is_ascii_digit()))
}

/// Go's `base64.StdEncoding`: padded, line breaks skipped. Bytes that are not UTF-8 become U+FFFD,
/// as `encoding/json` writes them.
fn decode_base64(text: &str) -> Result<String, String> {
    let refused = || "!!binary value contains invalid base64 data".to_owned();
    let digits: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    if !digits.len().is_multiple_of(4) {
        return Err(refused());
    }
    let padding = digits.iter().rev().take(2).take_while(|byte| **byte == b'=').count();
    let (data, _) = digits.split_at(digits.len() - padding);
    let mut bytes = Vec::with_capacity(digits.len() / 4 * 3);
    for group in data.chunks(4) {
        let mut bits = 0u32;
        for digit in group {
            bits = bits << 6 | base64_digit(*digit).ok_or_else(refused)?;
        }
        bits <<= 6 * (4 - group.len() as u32);
        let [_, first, second, third] = bits.to_be_bytes();
        bytes.extend([first, second, third].iter().take(group.len() * 3 / 4));
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn base64_digit(digit: u8) -> Option<u32> {
    Some(u32::from(match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}

/// Powers of ten that Go's shortest `'g'` form writes without an exponent.
const WITHOUT_EXPONENT: std::ops::Range<i32> = -4..6;

/// Go's `strconv.FormatFloat(f, 'g', -1, 32)`, with which sigs.k8s.io/yaml turns a float into the text of
/// a string field: the fewest digits that give the same *32-bit* float, an exponent of at least two
/// digits outside `WITHOUT_EXPONENT`.
pub(super) fn float_text(float: f64) -> String {
    let single = float as f32;
    if single.is_nan() {
        return "NaN".to_owned();
    }
    if single.is_infinite() {
        return if single > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let scientific = format!("{single:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if WITHOUT_EXPONENT.contains(&exponent) {
        return format!("{single}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs())
}

/// The text of a float as a mapping's key: as in a value, with YAML's own words for what is no number.
pub(super) fn float_key(float: f64) -> String {
    match float_text(float).as_str() {
        "+Inf" => ".inf".to_owned(),
        "-Inf" => "-.inf".to_owned(),
        "NaN" => ".nan".to_owned(),
        text => text.to_owned(),
    }
}
