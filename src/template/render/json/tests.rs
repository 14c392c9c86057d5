use super::*;

#[test]
fn texts_are_read_as_go_reads_them() {
    let read = |text: &str| marshal(&unmarshal(text.as_bytes()).unwrap()).unwrap();
    assert_eq!(
        read(r#" {"b":[1,2.50,-0,1e3],"a":null,"a":true} "#),
        r#"{"a":true,"b":[1,2.5,-0,1000]}"#
    );
    assert_eq!(read(r#""\u00e9\ud83d\ude00\ud83dx\/""#), "\"é😀\u{fffd}x/\"");
    assert_eq!(read("12345678901234567890"), "12345678901234567000");
}

#[test]
fn faults_are_told_as_go_tells_them() {
    let faults = [
        ("", "unexpected end of JSON input"),
        ("{", "unexpected end of JSON input"),
        ("[", "unexpected end of JSON input"),
        (r#"{"a":"#, "unexpected end of JSON input"),
        ("\"abc", "unexpected end of JSON input"),
        ("{a: 1}", "invalid character 'a' looking for beginning of object key string"),
        (r#"{"a":1,}"#, "invalid character '}' looking for beginning of object key string"),
        (r#"{"a" 1}"#, "invalid character '1' after object key"),
        (r#"{"a":1 "b"}"#, "invalid character '\"' after object key:value pair"),
        ("[1,]", "invalid character ']' looking for beginning of value"),
        ("[1 2]", "invalid character '2' after array element"),
        ("1 x", "invalid character 'x' after top-level value"),
        ("01", "invalid character '1' after top-level value"),
        ("nil", "invalid character 'i' in literal null (expecting 'u')"),
        ("tru", "invalid character ' ' in literal true (expecting 'e')"),
        ("-", "invalid character ' ' in numeric literal"),
        ("1.x", "invalid character 'x' after decimal point in numeric literal"),
        ("1e", "invalid character ' ' in exponent of numeric literal"),
        (r#""\x""#, "invalid character 'x' in string escape code"),
        (r#""\u12""#, r#"invalid character '"' in \u hexadecimal character escape"#),
        ("\"\n\"", "invalid character '\\n' in string literal"),
        ("'a'", r"invalid character '\'' looking for beginning of value"),
        ("\u{1}", r"invalid character '\x01' looking for beginning of value"),
        ("é", "invalid character 'Ã' looking for beginning of value"),
        ("1e999", "json: cannot unmarshal number 1e999 into Go value of type float64"),
    ];
    for (text, fault) in faults {
        assert_eq!(unmarshal(text.as_bytes()).map(|_| ()), Err(fault.to_owned()), "{text}");
    }
    assert_eq!(
        unmarshal_map(b"[]").map(|_| ()).unwrap_err(),
        "json: cannot unmarshal array into Go value of type map[string]interface {}"
    );
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(unmarshal(nested(MAX_DEPTH).as_bytes()).is_ok());
    assert!(unmarshal(nested(MAX_DEPTH + 2).as_bytes()).is_err());
    let mut value = Value::Nil;
    for _ in 0..MAX_DEPTH {
        value = Value::list([value]);
    }
    assert!(marshal(&value).is_ok());
    assert!(marshal(&Value::list([value])).is_err_and(|error| error.contains("cycle")));
}
