//! `html`, `js` and `urlquery` (`HTMLEscape`, `JSEscape`, `url.QueryEscape`).

use std::fmt::Write as _;

use crate::template::unicode;

use super::super::{
    fmt,
    value::{Str, Value},
};

/// The text of the arguments (`evalArgs`): as they are printed, nil as `<no value>`.
fn text_of(args: &[Value]) -> Str {
    if let [Value::Str(text)] = args {
        return text.clone();
    }
    let shown = |arg: &Value| match arg {
        Value::Nil => Value::str("<no value>"),
        arg => arg.clone(),
    };
    fmt::sprint(&args.iter().map(shown).collect::<Vec<_>>())
}

pub(super) fn html(args: &[Value]) -> Value {
    let mut out: Vec<u8> = Vec::new();
    for byte in text_of(args).bytes() {
        match byte {
            0 => out.extend("\u{fffd}".as_bytes()),
            b'"' => out.extend(b"&#34;"),
            b'\'' => out.extend(b"&#39;"),
            b'&' => out.extend(b"&amp;"),
            b'<' => out.extend(b"&lt;"),
            b'>' => out.extend(b"&gt;"),
            byte => out.push(*byte),
        }
    }
    Value::str(out)
}

pub(super) fn js(args: &[Value]) -> Value {
    let mut out = String::new();
    for c in text_of(args).text().chars() {
        let written = match c {
            '\\' => out.write_str("\\\\"),
            '\'' => out.write_str("\\'"),
            '"' => out.write_str("\\\""),
            '<' | '>' | '&' | '=' | '\0'..' ' => write!(out, "\\u{:04X}", u32::from(c)),
            c if c.is_ascii() || unicode::is_printable(c) => out.write_char(c),
            c => write!(out, "\\u{:04X}", u32::from(c)),
        };
        debug_assert!(written.is_ok());
    }
    Value::str(out)
}

pub(super) fn url_query(args: &[Value]) -> Value {
    let mut out = String::new();
    for byte in text_of(args).bytes() {
        match byte {
            b' ' => out.push('+'),
            b'-' | b'_' | b'.' | b'~' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => {
                out.push(char::from(*byte));
            }
            byte => {
                let written = write!(out, "%{byte:02X}");
                debug_assert!(written.is_ok());
            }
        }
    }
    Value::str(out)
}
