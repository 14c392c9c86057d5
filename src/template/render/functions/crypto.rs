//! Digests, passwords, keys and certificates.
//!
//! Digests are exact. Everything else is random in Go too, so here it only has the right form: keys,
//! certificates, hashes of passwords and identifiers come from [`Random`], are the same for the same seed,
//! and none of them opens or signs anything. A key's numbers are no key, a certificate's signature is noise,
//! and `derivePassword` does without scrypt.
//!
//! [`Random`]: crate::template::render::call::Random

mod aes;
mod certificate;
mod der;
mod digest;
mod key;
mod password;
mod pem;
mod random;

use super::{arguments::Arguments as _, fixed};
use crate::template::render::{
    call::{Call, Function},
    fmt,
    value::{
        Type::{Int, List, Named, String as Text},
        Value,
    },
};
use random::Letters;

/// Go's name of sprig's certificates.
const CERTIFICATE: &str = "sprig.certificate";

pub(super) static FUNCTIONS: &[Function] = &[
    fixed("sha1sum", &[Text], |_, args| Ok(Value::str(digest::sha1(args.bytes(0))))),
    fixed("sha256sum", &[Text], |_, args| Ok(Value::str(digest::sha256(args.bytes(0))))),
    fixed("sha512sum", &[Text], |_, args| Ok(Value::str(digest::sha512(args.bytes(0))))),
    fixed("adler32sum", &[Text], |_, args| Ok(Value::str(digest::adler32(args.bytes(0))))),
    fixed("bcrypt", &[Text], |call, args| {
        Ok(Value::str(password::bcrypt(call.random, args.bytes(0))))
    }),
    fixed("htpasswd", &[Text, Text], |call, args| {
        Ok(Value::str(password::htpasswd(call.random, args.bytes(0), args.bytes(1))))
    }),
    // The counter is an uint32 in Go, which no argument of a template is but a constant.
    fixed("derivePassword", &[Int, Text, Text, Text, Text], |_, args| {
        let words = [args.bytes(2), args.bytes(3), args.bytes(4)];
        Ok(Value::str(password::derive(args.int(0), args.bytes(1), words)))
    }),
    fixed("genPrivateKey", &[Text], |call, args| {
        Ok(Value::str(key::private(call.random, args.bytes(0))))
    }),
    fixed("buildCustomCert", &[Text, Text], |_, args| {
        certificate::custom(args.bytes(0), args.bytes(1))
    }),
    fixed("genCA", &[Text, Int], |call, args| {
        certificate::Request::of(args.bytes(0), args.int(1)).authority(call, None)
    }),
    fixed("genCAWithKey", &[Text, Int, Text], |call, args| {
        certificate::Request::of(args.bytes(0), args.int(1)).authority(call, Some(args.bytes(2)))
    }),
    fixed("genSelfSignedCert", &[Text, List, List, Int], |call, args| {
        request(args)?.signed(call, None, None)
    }),
    fixed("genSelfSignedCertWithKey", &[Text, List, List, Int, Text], |call, args| {
        request(args)?.signed(call, None, Some(args.bytes(4)))
    }),
    fixed("genSignedCert", &[Text, List, List, Int, Named(CERTIFICATE)], |call, args| {
        request(args)?.signed(call, Some(args.any(4)), None)
    }),
    fixed(
        "genSignedCertWithKey",
        &[Text, List, List, Int, Named(CERTIFICATE), Text],
        |call, args| request(args)?.signed(call, Some(args.any(4)), Some(args.bytes(5))),
    ),
    fixed("encryptAES", &[Text, Text], |call, args| {
        Ok(Value::str(aes::encrypt(call.random, args.bytes(0), args.bytes(1))))
    }),
    fixed("decryptAES", &[Text, Text], |_, args| {
        aes::decrypt(args.bytes(0), args.bytes(1)).map(Value::str)
    }),
    fixed("uuidv4", &[], |call, _| Ok(Value::str(random::uuid(call.random)))),
    fixed("randAlphaNum", &[Int], |call, args| letters(call, Letters::AlphaNumeric, args)),
    fixed("randAlpha", &[Int], |call, args| letters(call, Letters::Alphabetic, args)),
    fixed("randAscii", &[Int], |call, args| letters(call, Letters::Ascii, args)),
    fixed("randNumeric", &[Int], |call, args| letters(call, Letters::Numeric, args)),
    fixed("randBytes", &[Int], |call, args| {
        let count = usize::try_from(args.int(0));
        let count = count.map_err(|_| "runtime error: makeslice: len out of range".to_owned())?;
        call.spend(count)?;
        Ok(Value::str(pem::base64(&random::bytes(call.random, count))))
    }),
    fixed("randInt", &[Int, Int], |call, args| {
        let (min, max) = (args.int(0), args.int(1));
        let span = max.checked_sub(min).and_then(|span| u64::try_from(span).ok());
        let span = span.filter(|span| *span > 0).ok_or("invalid argument to Intn")?;
        let drawn = call.random.draw() % span;
        Ok(Value::Int(min.wrapping_add_unsigned(drawn)))
    }),
    fixed("shuffle", &[Text], |call, args| {
        Ok(Value::str(random::shuffled(call.random, args.bytes(0))))
    }),
];

fn letters(call: &mut Call<'_>, letters: Letters, args: &[Value]) -> Result<Value, String> {
    // Of a negative count goutils makes an error, which sprig does not look at.
    let count = usize::try_from(args.int(0)).unwrap_or(0);
    call.spend(count)?;
    Ok(Value::str(letters.draw(call.random, count)))
}

/// What a certificate is asked for: name, addresses, further names, days.
fn request(args: &[Value]) -> Result<certificate::Request, String> {
    let mut request = certificate::Request::of(args.bytes(0), args.int(3));
    for address in strings(args.any(1), |it| format!("error parsing ip: {it} is not a string"))? {
        let parsed = address.parse();
        request.addresses.push(parsed.map_err(|_| format!("error parsing ip: {address}"))?);
    }
    let refused = |it: &str| format!("error processing alternate dns name: {it} is not a string");
    request.names = strings(args.any(2), refused)?;
    Ok(request)
}

fn strings(list: &Value, refused: impl Fn(&str) -> String) -> Result<Vec<String>, String> {
    let Value::List(list) = list else { return Ok(Vec::new()) };
    let text = |item: &Value| match item {
        Value::Str(text) => Ok(text.text().into_owned()),
        _ => Err(refused(&fmt::to_string(item).text())),
    };
    list.items.iter().map(text).collect()
}

#[cfg(test)]
mod tests;
