//! Digests of texts, as Go's.

use std::fmt::Write as _;

use sha2::Digest as _;

/// SHA-256 in hexadecimal.
pub(super) fn sha256(text: &[u8]) -> String {
    hexadecimal(&sha2::Sha256::digest(text))
}

/// SHA-512 in hexadecimal.
pub(super) fn sha512(text: &[u8]) -> String {
    hexadecimal(&sha2::Sha512::digest(text))
}

/// SHA-1 in hexadecimal.
pub(super) fn sha1(text: &[u8]) -> String {
    let mut state = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
    let mut padded = text.to_vec();
    padded.push(0x80);
    padded.resize(padded.len().next_multiple_of(64), 0);
    // The length takes eight bytes at the end.
    if (text.len() + 1).next_multiple_of(64) - (text.len() + 1) < 8 {
        padded.resize(padded.len() + 64, 0);
    }
    padded.truncate(padded.len() - 8);
    padded.extend((text.len() as u64 * 8).to_be_bytes());
    padded.chunks_exact(64).for_each(|block| sha1_block(&mut state, block));
    hexadecimal(&state.map(u32::to_be_bytes).concat())
}

#[allow(clippy::many_single_char_names, reason = "the standard's own names")]
fn sha1_block(state: &mut [u32; 5], block: &[u8]) {
    let mut words: Vec<u32> = block
        .chunks_exact(4)
        .map(|word| word.iter().fold(0, |word, byte| word << 8 | u32::from(*byte)))
        .collect();
    for at in 16..80 {
        words
            .push((words[at - 3] ^ words[at - 8] ^ words[at - 14] ^ words[at - 16]).rotate_left(1));
    }
    let [mut a, mut b, mut c, mut d, mut e] = *state;
    for (round, word) in words.iter().enumerate() {
        let (mixed, constant) = match round {
            0..20 => (b & c | !b & d, 0x5a82_7999),
            20..40 => (b ^ c ^ d, 0x6ed9_eba1),
            40..60 => (b & c | b & d | c & d, 0x8f1b_bcdc_u32),
            _ => (b ^ c ^ d, 0xca62_c1d6),
        };
        let next = a.rotate_left(5).wrapping_add(mixed).wrapping_add(e);
        let next = next.wrapping_add(constant).wrapping_add(*word);
        (a, b, c, d, e) = (next, a, b.rotate_left(30), c, d);
    }
    for (slot, value) in state.iter_mut().zip([a, b, c, d, e]) {
        *slot = slot.wrapping_add(value);
    }
}

/// Adler-32 in decimal.
pub(super) fn adler32(text: &[u8]) -> String {
    const MODULUS: u32 = 65521;
    let (a, b) = text.iter().fold((1, 0), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % MODULUS;
        (a, (b + a) % MODULUS)
    });
    (b << 16 | a).to_string()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}
