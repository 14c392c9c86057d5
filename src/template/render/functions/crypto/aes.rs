//! AES-256 in CBC mode with PKCS #7 padding (FIPS 197), as sprig's `encryptAES` and `decryptAES` use it.

use super::pem::{base64, decode_base64};
use super::random;
use crate::template::render::call::Random;

/// Bytes of a block.
const BLOCK: usize = 16;

/// Rounds of a key of 256 bits.
const ROUNDS: usize = 14;

type Block = [u8; BLOCK];

/// Encrypts under a random first block, in base64.
pub(super) fn encrypt(random: &mut Random, password: &[u8], text: &[u8]) -> String {
    if text.is_empty() {
        return String::new();
    }
    let cipher = Cipher::new(password);
    let padding = BLOCK - text.len() % BLOCK;
    let mut padded = text.to_vec();
    padded.extend(std::iter::repeat_n(padding as u8, padding));
    let mut out = random::bytes(random, BLOCK);
    let mut last: Block = out.as_slice().try_into().unwrap_or_default();
    for block in padded.as_chunks::<BLOCK>().0 {
        last = cipher.encrypt(xor(*block, last));
        out.extend(last);
    }
    base64(&out)
}

/// Decrypts what [`encrypt`] or Go has made.
pub(super) fn decrypt(password: &[u8], text: &[u8]) -> Result<Vec<u8>, String> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let bytes = decode_base64(text).ok_or("illegal base64 data")?;
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    let Some((first, blocks)) = blocks.split_first().filter(|_| rest.is_empty()) else {
        return Err("crypto/cipher: input not full blocks".to_owned());
    };
    let cipher = Cipher::new(password);
    let mut last = *first;
    let mut out = Vec::with_capacity(bytes.len());
    for block in blocks {
        out.extend(xor(cipher.decrypt(*block), last));
        last = *block;
    }
    let padding = usize::from(*out.last().ok_or("runtime error: index out of range [-1]")?);
    let length = out.len().checked_sub(padding);
    out.truncate(length.ok_or("runtime error: slice bounds out of range")?);
    Ok(out)
}

fn xor(a: Block, b: Block) -> Block {
    std::array::from_fn(|at| a[at] ^ b[at])
}

/// A key for every round, and the substitution.
struct Cipher {
    keys: [Block; ROUNDS + 1],
    substitute: [u8; 256],
    restore: [u8; 256],
}

impl Cipher {
    /// The first 32 bytes of a password, filled up with zeros, are the key.
    fn new(password: &[u8]) -> Self {
        let (substitute, restore) = substitution();
        let mut words = [[0_u8; 4]; 4 * (ROUNDS + 1)];
        for (slot, byte) in words.as_flattened_mut().iter_mut().zip(password.iter().take(32)) {
            *slot = *byte;
        }
        let mut constant = 1;
        for at in 8..words.len() {
            let mut word = words[at - 1];
            if at.is_multiple_of(8) {
                word.rotate_left(1);
            }
            if at.is_multiple_of(4) {
                word = word.map(|byte| substitute[usize::from(byte)]);
            }
            if at.is_multiple_of(8) {
                word[0] ^= constant;
                constant = double(constant);
            }
            words[at] = std::array::from_fn(|byte| words[at - 8][byte] ^ word[byte]);
        }
        let flat = words.as_flattened();
        let keys = std::array::from_fn(|round| std::array::from_fn(|at| flat[round * BLOCK + at]));
        Self { keys, substitute, restore }
    }

    fn encrypt(&self, block: Block) -> Block {
        let mut state = xor(block, self.keys[0]);
        for round in 1..=ROUNDS {
            state = state.map(|byte| self.substitute[usize::from(byte)]);
            state = std::array::from_fn(|at| state[(at + 4 * (at % 4)) % BLOCK]);
            if round < ROUNDS {
                state = mix(state, [2, 3, 1, 1]);
            }
            state = xor(state, self.keys[round]);
        }
        state
    }

    fn decrypt(&self, block: Block) -> Block {
        let mut state = block;
        for round in (1..=ROUNDS).rev() {
            state = xor(state, self.keys[round]);
            if round < ROUNDS {
                state = mix(state, [14, 11, 13, 9]);
            }
            state = std::array::from_fn(|at| state[(at + 12 * (at % 4)) % BLOCK]);
            state = state.map(|byte| self.restore[usize::from(byte)]);
        }
        xor(state, self.keys[0])
    }
}

/// Every column times a polynomial.
fn mix(state: Block, factors: [u8; 4]) -> Block {
    std::array::from_fn(|at| {
        let column = at / 4 * 4;
        (0..4).fold(0, |sum, row| sum ^ times(state[column + row], factors[(row + 4 - at % 4) % 4]))
    })
}

/// Times two in the field of 256 elements.
fn double(byte: u8) -> u8 {
    byte << 1 ^ if byte & 0x80 == 0 { 0 } else { 0x1b }
}

fn times(mut a: u8, mut b: u8) -> u8 {
    let mut product = 0;
    while b > 0 {
        if b & 1 == 1 {
            product ^= a;
        }
        a = double(a);
        b >>= 1;
    }
    product
}

/// The substitution of bytes and its inverse: the inverse in the field, then an affine map.
fn substitution() -> ([u8; 256], [u8; 256]) {
    let (mut forth, mut back) = ([0; 256], [0; 256]);
    let (mut power, mut inverse) = (1_u8, 1_u8);
    loop {
        // Times three, and divided by three.
        power ^= double(power);
        inverse ^= inverse << 1;
        inverse ^= inverse << 2;
        inverse ^= inverse << 4;
        inverse ^= if inverse & 0x80 == 0 { 0 } else { 9 };
        let turned = (1..5).fold(inverse, |sum, by| sum ^ inverse.rotate_left(by));
        forth[usize::from(power)] = turned ^ 0x63;
        if power == 1 {
            break;
        }
    }
    forth[0] = 0x63;
    for (byte, slot) in (0..=255).zip(forth) {
        back[usize::from(slot)] = byte;
    }
    (forth, back)
}
