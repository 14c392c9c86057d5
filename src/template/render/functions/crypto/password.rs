//! Hashes of passwords, and passwords.

use sha2::{Digest as _, Sha256};

use super::random::{self, pick};
use crate::template::render::call::Random;

/// The digits of bcrypt's own base64.
const BCRYPT_DIGITS: &[u8; 64] =
    b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// The longest password that bcrypt takes.
const BCRYPT_LONGEST: usize = 72;

/// What has the form of a bcrypt hash of cost 10: 16 bytes of salt, 23 of hash. Nothing verifies it.
pub(super) fn bcrypt(random: &mut Random, password: &[u8]) -> String {
    if password.len() > BCRYPT_LONGEST {
        return "failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes"
            .to_owned();
    }
    let mut hash = String::from("$2a$10$");
    for length in [16, 23] {
        let drawn = random::bytes(random, length);
        for group in drawn.chunks(3) {
            let mut three = [0; 3];
            three.iter_mut().zip(group).for_each(|(slot, byte)| *slot = *byte);
            let bits = u32::from_be_bytes([0, three[0], three[1], three[2]]);
            let digits = (0..=group.len()).map(|digit| bits >> (18 - 6 * digit) & 63);
            hash.extend(digits.map(|digit| char::from(BCRYPT_DIGITS[digit as usize])));
        }
    }
    hash
}

/// A line of a password file.
pub(super) fn htpasswd(random: &mut Random, user: &[u8], password: &[u8]) -> String {
    let user = String::from_utf8_lossy(user);
    if user.contains(':') {
        return format!("invalid username: {user}");
    }
    format!("{user}:{}", bcrypt(random, password))
}

/// sprig's templates of passwords by name.
const TEMPLATES: &[(&str, &[&str])] = &[
    ("maximum", &["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"]),
    ("long", &["CvcvnoCvcvCvcv", "CvcvCvcvnoCvcv", "CvcvCvcvCvcvno", "CvccnoCvcvCvcv"]),
    ("medium", &["CvcnoCvc", "CvcCvcno"]),
    ("short", &["Cvcn"]),
    ("basic", &["aaanaaan", "aannaaan", "aaannaaa"]),
    ("pin", &["nnnn"]),
];

/// A password of the form that is asked for, the same for the same words. Go's is made by scrypt, and
/// another one.
pub(super) fn derive(counter: i64, kind: &[u8], words: [&[u8]; 3]) -> String {
    let kind = String::from_utf8_lossy(kind);
    let Some((_, templates)) = TEMPLATES.iter().find(|(name, _)| *name == kind) else {
        return format!("cannot find password template {kind}");
    };
    let mut hash = Sha256::new();
    hash.update(counter.to_be_bytes());
    for word in words {
        hash.update([&word.len().to_be_bytes(), word].concat());
    }
    let seed = hash.finalize().iter().take(8).fold(0, |seed, byte| seed << 8 | u64::from(*byte));
    let mut random = Random(seed);
    let template = pick(&mut random, templates).copied().unwrap_or_default();
    let letter = |class: u8| pick(&mut random, class_of(class)).copied();
    template.bytes().filter_map(letter).map(char::from).collect()
}

/// The characters behind a letter of a template.
fn class_of(letter: u8) -> &'static [u8] {
    match letter {
        b'C' => b"BCDFGHJKLMNPQRSTVWXYZ",
        b'v' => b"aeiou",
        b'c' => b"bcdfghjklmnpqrstvwxyz",
        b'a' => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
        b'n' => b"0123456789",
        b'o' => b"@&%?,=[]_:-+*$#!'^~;()/.",
        _ => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
    }
}
