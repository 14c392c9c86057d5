//! What is random: the same for the same seed.

use std::fmt::Write as _;

use crate::template::render::call::Random;

/// So many bytes.
pub(super) fn bytes(random: &mut Random, count: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(count + 8);
    while out.len() < count {
        out.extend(random.draw().to_le_bytes());
    }
    out.truncate(count);
    out
}

/// A universally unique identifier of version 4.
pub(super) fn uuid(random: &mut Random) -> String {
    let mut drawn = bytes(random, 16);
    for (at, keep, set) in [(6, 0x0f, 0x40), (8, 0x3f, 0x80)] {
        if let Some(byte) = drawn.get_mut(at) {
            *byte = *byte & keep | set;
        }
    }
    drawn.iter().enumerate().fold(String::new(), |mut out, (at, byte)| {
        let dash = if matches!(at, 4 | 6 | 8 | 10) { "-" } else { "" };
        let _ = write!(out, "{dash}{byte:02x}");
        out
    })
}

/// Which characters a random text is of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Letters {
    AlphaNumeric,
    Alphabetic,
    Ascii,
    Numeric,
}

impl Letters {
    fn alphabet(self) -> Vec<u8> {
        (b' '..=b'~')
            .filter(|byte| match self {
                Letters::AlphaNumeric => byte.is_ascii_alphanumeric(),
                Letters::Alphabetic => byte.is_ascii_alphabetic(),
                Letters::Numeric => byte.is_ascii_digit(),
                Letters::Ascii => true,
            })
            .collect()
    }

    /// So many characters.
    pub(super) fn draw(self, random: &mut Random, count: usize) -> String {
        let alphabet = self.alphabet();
        (0..count).filter_map(|_| pick(random, &alphabet)).map(|byte| char::from(*byte)).collect()
    }
}

/// One of several.
pub(super) fn pick<'a, T>(random: &mut Random, from: &'a [T]) -> Option<&'a T> {
    let count = u64::try_from(from.len()).ok().filter(|count| *count > 0)?;
    from.get(usize::try_from(random.draw() % count).ok()?)
}

/// The characters of a text in another order.
pub(super) fn shuffled(random: &mut Random, text: &[u8]) -> String {
    let mut chars: Vec<_> = String::from_utf8_lossy(text).chars().collect();
    for last in (1..chars.len()).rev() {
        let other = random.draw() % (last as u64 + 1);
        chars.swap(last, usize::try_from(other).unwrap_or(0));
    }
    chars.into_iter().collect()
}
