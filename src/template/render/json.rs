//! JSON as Go's `encoding/json` writes and reads it.

mod read;
mod write;

use super::value::Value;

pub use read::{unmarshal, unmarshal_list, unmarshal_map};
pub use write::{append_float, append_string, marshal, marshal_indented, marshal_raw};

/// How deep values nest: Go goes to 1000 maps and lists before it looks for a cycle, and reads 10000.
pub const MAX_DEPTH: usize = 400;

/// A Go string as JSON can hold it: every byte that is no UTF-8 becomes U+FFFD.
pub fn valid_text(text: &[u8]) -> std::borrow::Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(text) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        out.push_str(chunk.valid());
        out.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    out.into()
}

/// What Go says of a value that holds itself.
pub(super) fn cycle(value: &Value) -> String {
    let name = super::fmt::type_name(value).unwrap_or_default();
    format!("json: unsupported value: encountered a cycle via {name}")
}

/// Go's standard base64, padded.
pub(super) fn append_base64(out: &mut String, bytes: &[u8]) {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for group in bytes.chunks(3) {
        let mut three = [0; 3];
        three.iter_mut().zip(group).for_each(|(slot, byte)| *slot = *byte);
        let bits = u32::from_be_bytes([0, three[0], three[1], three[2]]);
        for digit in 0..4 {
            let index = bits >> (18 - 6 * digit) & 63;
            let shown = digit <= group.len();
            out.push(if shown { char::from(DIGITS[index as usize]) } else { '=' });
        }
    }
}

#[cfg(test)]
mod tests;
