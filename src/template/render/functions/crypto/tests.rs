use super::*;
use crate::template::render::call::Random;
use crate::template::render::functions::find;

fn call(name: &str, args: &[Value]) -> Result<Value, String> {
    let function = find(name).unwrap_or_else(|| panic!("no function {name}"));
    let mut call = Call { random: &mut Random(1), now: 1_780_000_000, budget: &mut 100_000 };
    (function.call)(&mut call, args)
}

fn text(name: &str, args: &[Value]) -> String {
    match call(name, args) {
        Ok(Value::Str(text)) => text.text().into_owned(),
        other => panic!("{name}: {other:?}"),
    }
}

fn field(value: &Value, name: &str) -> String {
    let Value::Object(object) = value else { panic!("{value:?}") };
    let Some(Value::Str(text)) = object.field(name) else { panic!("{value:?}") };
    text.text().into_owned()
}

#[test]
fn digests_are_exact() {
    let digest = |name: &str, input: &str| text(name, &[Value::str(input)]);
    assert_eq!(digest("sha1sum", "abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
    assert_eq!(digest("sha1sum", ""), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    let lengths = [
        (55, "c1c8bbdc22796e28c0e15163d20899b65621d65a"),
        (56, "c2db330f6083854c99d4b5bfb6e8f29f201be699"),
        (64, "0098ba824b5c16427bd7a1122a5a442a25ec644d"),
    ];
    for (length, sum) in lengths {
        assert_eq!(digest("sha1sum", &"a".repeat(length)), sum, "{length}");
    }
    assert_eq!(
        digest("sha256sum", "abc"),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    assert!(digest("sha512sum", "abc").starts_with("ddaf35a193617abacc417349ae204131"));
    assert_eq!(digest("adler32sum", "Wikipedia"), "300286872");
}

#[test]
fn hashes_of_passwords_have_their_form() {
    let hash = text("bcrypt", &[Value::str("secret")]);
    assert_eq!(hash.len(), 60);
    assert!(hash.starts_with("$2a$10$"));
    assert!(text("bcrypt", &[Value::str("x".repeat(73))]).starts_with("failed to encrypt"));
    let line = text("htpasswd", &[Value::str("me"), Value::str("secret")]);
    assert_eq!(line.len(), 63);
    assert_eq!(text("htpasswd", &[Value::str("a:b"), Value::str("")]), "invalid username: a:b");
    let derive = |kind: &str| {
        let words = ["secret", "me", "example.com"].map(Value::str);
        let [a, b, c] = words;
        text("derivePassword", &[Value::Int(1), Value::str(kind), a, b, c])
    };
    assert_eq!(derive("long").len(), 14);
    assert!(derive("pin").bytes().all(|byte| byte.is_ascii_digit()));
    assert_eq!(derive("none"), "cannot find password template none");
}

#[test]
fn what_is_random_has_its_form() {
    for (name, is) in [
        ("randAlphaNum", char::is_alphanumeric as fn(char) -> bool),
        ("randAlpha", char::is_alphabetic),
        ("randNumeric", char::is_numeric),
        ("randAscii", |c| c.is_ascii()),
    ] {
        let drawn = text(name, &[Value::Int(40)]);
        assert!(drawn.len() == 40 && drawn.chars().all(is), "{name}: {drawn}");
        assert_eq!(text(name, &[Value::Int(-1)]), "");
        assert!(call(name, &[Value::Int(i64::MAX)]).is_err());
    }
    assert_eq!(text("randBytes", &[Value::Int(16)]).len(), 24);
    assert!(call("randBytes", &[Value::Int(-1)]).is_err());
    let id = text("uuidv4", &[]);
    assert!(id.len() == 36 && id.get(14..15) == Some("4"), "{id}");
    assert!(matches!(call("randInt", &[Value::Int(3), Value::Int(5)]), Ok(Value::Int(3 | 4))));
    assert!(call("randInt", &[Value::Int(3), Value::Int(3)]).is_err());
    let mut letters: Vec<_> = text("shuffle", &[Value::str("hello")]).chars().collect();
    letters.sort_unstable();
    assert_eq!(letters, ['e', 'h', 'l', 'l', 'o']);
}

#[test]
fn keys_are_blocks_of_their_kind() {
    for (kind, label) in [
        ("", "RSA PRIVATE KEY"),
        ("rsa", "RSA PRIVATE KEY"),
        ("dsa", "DSA PRIVATE KEY"),
        ("ecdsa", "EC PRIVATE KEY"),
        ("ed25519", "PRIVATE KEY"),
    ] {
        let key = text("genPrivateKey", &[Value::str(kind)]);
        let block = key::parse(key.as_bytes()).unwrap();
        assert_eq!(block.kind, label);
        assert!(matches!(der::read(&block.bytes), Some((der::SEQUENCE, _, []))));
        assert!(key.lines().all(|line| line.len() <= 64) && key.ends_with("-----\n"));
    }
    assert_eq!(text("genPrivateKey", &[Value::str("x")]), "Unknown type x");
}

#[test]
fn certificates_name_what_is_asked_for() {
    let ca = call("genCA", &[Value::str("authority"), Value::Int(365)]).unwrap();
    let addresses = Value::list([Value::str("10.0.0.1"), Value::str("::1")]);
    let names = Value::list([Value::str("web.example.com")]);
    let request = [Value::str("web"), addresses, names, Value::Int(40_000), ca.clone()];
    let signed = call("genSignedCert", &request).unwrap();
    let block = pem::Block::find(field(&signed, "Cert").as_bytes()).unwrap();
    let has = |text: &[u8]| block.bytes.windows(text.len()).any(|part| part == text);
    for text in ["authority", "web", "web.example.com", "260528202640Z", "21351203202640Z"] {
        assert!(has(text.as_bytes()), "{text}");
    }
    assert!(has(&[0x87, 4, 10, 0, 0, 1]));
    assert!(key::parse(field(&signed, "Key").as_bytes()).is_ok());

    let base64 = |text: String| Value::str(pem::base64(text.as_bytes()));
    let built = [base64(field(&ca, "Cert")), base64(field(&ca, "Key"))];
    let built = call("buildCustomCert", &built).unwrap();
    assert_eq!(field(&built, "Cert"), field(&ca, "Cert"));
    assert_eq!(
        call("buildCustomCert", &[Value::str("!"), Value::str("")]).map(|_| ()).unwrap_err(),
        "unable to decode base64 certificate"
    );
    let wrong = [Value::str("web"), Value::list([Value::str("no")]), Value::Nil, Value::Int(1)];
    assert_eq!(call("genSelfSignedCert", &wrong).map(|_| ()).unwrap_err(), "error parsing ip: no");
    let key = Value::str(field(&ca, "Key"));
    let again = call("genCAWithKey", &[Value::str("a"), Value::Int(1), key]).unwrap();
    assert_eq!(field(&again, "Key"), field(&ca, "Key"));
}

#[test]
fn what_is_encrypted_can_be_decrypted() {
    for length in [1, 15, 16, 17, 100] {
        let plain = Value::str("x".repeat(length));
        let secret = text("encryptAES", &[Value::str("key"), plain]);
        let back = text("decryptAES", &[Value::str("key"), Value::str(secret)]);
        assert_eq!(back, "x".repeat(length));
    }
    // Made by Go's crypto/aes as sprig uses it.
    let made = Value::str("MDEyMzQ1Njc4OWFiY2RlZkytjKYrhHCd2pW6LIu3KTs=");
    assert_eq!(text("decryptAES", &[Value::str("secretkey"), made]), "plaintext");
    for wrong in ["!", "AAAA"] {
        assert!(call("decryptAES", &[Value::str("key"), Value::str(wrong)]).is_err());
    }
}
