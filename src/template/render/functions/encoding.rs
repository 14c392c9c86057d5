//! Base64 and base32 as Go's `encoding` packages have them, with their errors.

use super::{arguments::Arguments as _, fixed};
use crate::template::render::{
    call::Function,
    value::{Type, Value},
};

const STRING: &[Type] = &[Type::String];

pub(super) static FUNCTIONS: &[Function] = &[
    fixed("b32dec", STRING, |_, args| Ok(BASE32.decoded(args.bytes(0)))),
    fixed("b32enc", STRING, |_, args| Ok(Value::str(BASE32.encode(args.bytes(0))))),
    fixed("b64dec", STRING, |_, args| Ok(BASE64.decoded(args.bytes(0)))),
    fixed("b64enc", STRING, |_, args| Ok(Value::str(BASE64.encode(args.bytes(0))))),
];

/// Padded text for bytes.
struct Base {
    name: &'static str,
    alphabet: &'static [u8],
    /// Bits in one character.
    bits: u32,
    /// Characters in one block.
    block: usize,
}

static BASE64: Base = Base {
    name: "base64",
    alphabet: b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    bits: 6,
    block: 4,
};

static BASE32: Base =
    Base { name: "base32", alphabet: b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", bits: 5, block: 8 };

impl Base {
    fn encode(&self, bytes: &[u8]) -> Vec<u8> {
        let size = self.block * self.bits as usize / 8;
        let mut out = Vec::with_capacity(bytes.len().div_ceil(size) * self.block);
        for chunk in bytes.chunks(size) {
            let filled = chunk.iter().chain(std::iter::repeat(&0)).take(size);
            let number = filled.fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
            let used = (chunk.len() * 8).div_ceil(self.bits as usize);
            let all = self.bits * self.block as u32;
            for index in 1..=self.block as u32 {
                let digit = number >> (all - index * self.bits) & ((1 << self.bits) - 1);
                let digit = usize::try_from(digit).ok().filter(|_| index as usize <= used);
                let digit = digit.and_then(|digit| self.alphabet.get(digit));
                out.push(digit.copied().unwrap_or(b'='));
            }
        }
        out
    }

    /// The bytes, or Go's words for what is wrong: sprig gives them as if they were the text.
    fn decoded(&self, text: &[u8]) -> Value {
        match self.decode(text) {
            Ok(bytes) => Value::str(bytes),
            Err(at) => Value::str(format!("illegal {} data at input byte {at}", self.name)),
        }
    }

    fn decode(&self, text: &[u8]) -> Result<Vec<u8>, usize> {
        let is_break = |byte: &u8| matches!(byte, b'\r' | b'\n');
        let bare: Vec<u8> = text.iter().copied().filter(|byte| !is_break(byte)).collect();
        if self.block == 8 {
            return self.decode_bare(&bare, Self::padding_32);
        }
        // Go's base64 counts line breaks, its base32 does not.
        let place = |at: usize| {
            let kept = text.iter().enumerate().filter(|(_, byte)| !is_break(byte));
            kept.map(|(place, _)| place).nth(at).unwrap_or(text.len())
        };
        let cut = |at: usize| {
            let known = bare.iter().all(|byte| self.alphabet.contains(byte));
            if known { text.len() - bare.len() % 4 } else { place(at) }
        };
        self.decode_bare(&bare, Self::padding_64).map_err(cut)
    }

    /// Decodes text without line breaks; `padding` checks what begins with the first `=`.
    fn decode_bare(
        &self,
        text: &[u8],
        padding: fn(&[u8], usize, usize) -> Result<(), usize>,
    ) -> Result<Vec<u8>, usize> {
        let mut out = Vec::with_capacity(text.len() * self.bits as usize / 8);
        let (mut number, mut count) = (0_u64, 0);
        for (at, byte) in text.iter().enumerate() {
            if *byte == b'=' {
                padding(text, at, count)?;
                self.push(&mut out, number, count);
                return Ok(out);
            }
            let digit = self.alphabet.iter().position(|known| known == byte).ok_or(at)?;
            number = number << self.bits | digit as u64;
            count += 1;
            if count == self.block {
                self.push(&mut out, number, count);
                (number, count) = (0, 0);
            }
        }
        if count == 0 { Ok(out) } else { Err(text.len() - count) }
    }

    /// The bytes of one block.
    fn push(&self, out: &mut Vec<u8>, number: u64, count: usize) {
        let bits = count as u32 * self.bits;
        out.extend((1..=bits / 8).map(|index| (number >> (bits - 8 * index)) as u8));
    }

    /// `==` after two characters, `=` after three, and nothing after that.
    fn padding_64(text: &[u8], at: usize, count: usize) -> Result<(), usize> {
        let rest = text.get(at..).unwrap_or(&[]);
        match (count, rest) {
            (2, [_]) => Err(text.len()),
            (2, [_, b'=']) | (3, [_]) => Ok(()),
            (2, [_, b'=', ..]) => Err(at + 2),
            (3, _) => Err(at + 1),
            _ => Err(at),
        }
    }

    /// As many `=` as fill the last block.
    fn padding_32(text: &[u8], at: usize, count: usize) -> Result<(), usize> {
        let after = text.get(at + 1..).unwrap_or(&[]);
        if count < 2 || after.len() >= 8 {
            return Err(at);
        }
        if after.len() + count < 7 {
            return Err(text.len());
        }
        let wrong = after.iter().take(7 - count).position(|byte| *byte != b'=');
        match wrong {
            Some(wrong) => Err(at + wrong),
            None if matches!(count, 3 | 6) => Err(at),
            None => Ok(()),
        }
    }
}
