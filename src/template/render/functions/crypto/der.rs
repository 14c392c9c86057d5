//! DER, as far as keys and certificates need it.

pub(super) const INTEGER: u8 = 0x02;
pub(super) const BITS: u8 = 0x03;
pub(super) const OCTETS: u8 = 0x04;
pub(super) const SEQUENCE: u8 = 0x30;

/// An element: tag, length, content.
pub(super) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut out = vec![tag];
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => out.push(short),
        _ => {
            let bytes = length.to_be_bytes();
            let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
            out.push(0x80 | u8::try_from(bytes.len() - zeros).unwrap_or(0));
            out.extend(bytes.iter().skip(zeros));
        }
    }
    out.extend_from_slice(content);
    out
}

/// A sequence of elements.
pub(super) fn sequence(elements: &[Vec<u8>]) -> Vec<u8> {
    element(SEQUENCE, &elements.concat())
}

/// An integer that is not negative, big end first.
pub(super) fn integer(bytes: &[u8]) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let size = bytes.get(zeros..).unwrap_or_default();
    match size.first() {
        None => element(INTEGER, &[0]),
        Some(0x80..) => element(INTEGER, &[&[0], size].concat()),
        Some(_) => element(INTEGER, size),
    }
}

/// Whole bytes as a string of bits.
pub(super) fn bits(bytes: &[u8]) -> Vec<u8> {
    element(BITS, &[&[0], bytes].concat())
}

/// An object identifier, its parts after the first two in base 128.
pub(super) fn identifier(parts: &[u32]) -> Vec<u8> {
    let mut content = Vec::new();
    if let [first, second, rest @ ..] = parts {
        for part in std::iter::once(first * 40 + second).chain(rest.iter().copied()) {
            let digits = (part.max(1).ilog2() / 7) + 1;
            for digit in (0..digits).rev() {
                let more = if digit > 0 { 0x80 } else { 0 };
                content.push((part >> (digit * 7) & 0x7f) as u8 | more);
            }
        }
    }
    element(0x06, &content)
}

/// The element at the beginning: tag, content, what comes after.
pub(super) fn read(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        0x81..0x85 => {
            let (length, rest) = rest.split_at_checked(usize::from(first - 0x80))?;
            (length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}
