//! PEM, and base64 in it.

use crate::template::render::json;

/// Base64 characters of a line.
const LINE: usize = 64;

/// Go's standard base64.
pub(super) fn base64(bytes: &[u8]) -> String {
    let mut out = String::new();
    json::append_base64(&mut out, bytes);
    out
}

/// The bytes of standard base64; line ends are passed over, as Go does.
pub(super) fn decode_base64(text: &[u8]) -> Option<Vec<u8>> {
    let text: Vec<u8> =
        text.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    let padding = text.iter().rev().take_while(|byte| **byte == b'=').count();
    if !text.len().is_multiple_of(4) || padding > 2 {
        return None;
    }
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    for group in text.chunks(4) {
        let mut bits = 0;
        for byte in group {
            bits = bits << 6 | digit(*byte)?;
        }
        out.extend(bits.to_be_bytes().iter().skip(1));
    }
    out.truncate(out.len() - padding);
    let inner = text.get(..text.len() - padding)?;
    (!inner.contains(&b'=')).then_some(out)
}

fn digit(byte: u8) -> Option<u32> {
    Some(u32::from(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        b'=' => 0,
        _ => return None,
    }))
}

/// A block.
pub(super) struct Block {
    /// What is in it: `CERTIFICATE`.
    pub(super) kind: String,
    pub(super) bytes: Vec<u8>,
}

impl Block {
    pub(super) fn new(kind: &str, bytes: Vec<u8>) -> Self {
        Self { kind: kind.to_owned(), bytes }
    }

    /// The first block of a text; headers in it are passed over.
    pub(super) fn find(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?;
        let (_, rest) = text.split_once("-----BEGIN ")?;
        let (kind, rest) = rest.split_once("-----")?;
        let (body, _) = rest.split_once(&format!("-----END {kind}-----"))?;
        let base64: String = body
            .lines()
            .filter(|line| !line.contains(':'))
            .flat_map(|line| line.chars().filter(|c| !c.is_whitespace()))
            .collect();
        Some(Self::new(kind, decode_base64(base64.as_bytes())?))
    }

    /// As PEM.
    pub(super) fn write(&self) -> String {
        let mut out = format!("-----BEGIN {}-----\n", self.kind);
        let base64 = base64(&self.bytes);
        let mut rest = base64.as_str();
        while !rest.is_empty() {
            let (line, tail) = rest.split_at_checked(LINE).unwrap_or((rest, ""));
            out.push_str(line);
            out.push('\n');
            rest = tail;
        }
        out + &format!("-----END {}-----\n", self.kind)
    }
}
