//! Private keys that are none: right tags and lengths around random numbers.

use super::der::{self, element, identifier, integer, sequence};
use super::pem::Block;
use super::random;
use crate::template::render::call::Random;

/// `rsaEncryption`
pub(super) const RSA: &[u32] = &[1, 2, 840, 113_549, 1, 1, 1];

/// The public exponent of every RSA key.
const EXPONENT: &[u8] = &[1, 0, 1];

/// A number of exactly so many bytes, odd.
fn number(random: &mut Random, bytes: usize) -> Vec<u8> {
    let mut number = random::bytes(random, bytes);
    if let Some(first) = number.first_mut() {
        *first |= 0x80;
    }
    if let Some(last) = number.last_mut() {
        *last |= 1;
    }
    number
}

/// A key of sprig's types, in PEM.
pub(super) fn private(random: &mut Random, kind: &[u8]) -> String {
    match kind {
        b"" | b"rsa" => rsa(random, 4096).write(),
        b"dsa" => dsa(random).write(),
        b"ecdsa" => ecdsa(random).write(),
        b"ed25519" => ed25519(random).write(),
        _ => format!("Unknown type {}", String::from_utf8_lossy(kind)),
    }
}

/// What has the form of an RSA key in PKCS #1.
pub(super) fn rsa(random: &mut Random, bits: usize) -> Block {
    let bytes = bits / 8;
    let mut numbers = vec![integer(&[]), integer(&number(random, bytes)), integer(EXPONENT)];
    numbers.push(integer(&number(random, bytes)));
    numbers.extend((0..5).map(|_| integer(&number(random, bytes / 2))));
    Block::new("RSA PRIVATE KEY", sequence(&numbers))
}

fn dsa(random: &mut Random) -> Block {
    let sizes = [256, 32, 256, 256, 32];
    let numbers = sizes.iter().map(|bytes| integer(&number(random, *bytes)));
    let numbers: Vec<_> = std::iter::once(integer(&[])).chain(numbers).collect();
    Block::new("DSA PRIVATE KEY", sequence(&numbers))
}

fn ecdsa(random: &mut Random) -> Block {
    let secret = element(der::OCTETS, &random::bytes(random, 32));
    let curve = element(0xa0, &identifier(&[1, 2, 840, 10045, 3, 1, 7]));
    let point = [vec![4], random::bytes(random, 64)].concat();
    let point = element(0xa1, &der::bits(&point));
    Block::new("EC PRIVATE KEY", sequence(&[integer(&[1]), secret, curve, point]))
}

fn ed25519(random: &mut Random) -> Block {
    let secret = element(der::OCTETS, &random::bytes(random, 32));
    let algorithm = sequence(&[identifier(&[1, 3, 101, 112])]);
    let bytes = sequence(&[integer(&[]), algorithm, element(der::OCTETS, &secret)]);
    Block::new("PRIVATE KEY", bytes)
}

/// The public half of an RSA key, as certificates have it; of other keys a random one.
pub(super) fn public(random: &mut Random, private: &Block) -> Vec<u8> {
    let modulus = rsa_modulus(private).unwrap_or_else(|| integer(&number(random, 256)));
    let key = sequence(&[modulus, integer(EXPONENT)]);
    let algorithm = sequence(&[identifier(RSA), element(0x05, &[])]);
    sequence(&[algorithm, der::bits(&key)])
}

fn rsa_modulus(private: &Block) -> Option<Vec<u8>> {
    let (_, numbers, _) = der::read(&private.bytes).filter(|_| private.kind.starts_with("RSA"))?;
    let (_, _, numbers) = der::read(numbers)?;
    let (tag, modulus, _) = der::read(numbers)?;
    Some(element(tag, modulus))
}

/// A key that is given, checked as far as sprig looks: that it is a private key in PEM.
pub(super) fn parse(text: &[u8]) -> Result<Block, String> {
    let block = Block::find(text).ok_or("no PEM data in input")?;
    match block.kind.as_str() {
        "PRIVATE KEY" | "RSA PRIVATE KEY" | "EC PRIVATE KEY" | "DSA PRIVATE KEY" => Ok(block),
        kind => match kind.strip_suffix(" PRIVATE KEY") {
            Some(kind) => Err(format!("invalid private key type {kind}")),
            None => Err(format!("no private key data in PEM block of type {kind}")),
        },
    }
}
