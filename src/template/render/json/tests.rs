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
    let fault = |text: &str| unmarshal(text.as_bytes()).map(|_| ()).unwrap_err();
    assert_eq!(fault(""), "unexpected end of JSON input");
    assert_eq!(fault("{"), "unexpected end of JSON input");
    assert_eq!(fault("{a: 1}"), "invalid character 'a' looking for beginning of object key string");
    assert_eq!(fault("[1,]"), "invalid character ']' looking for beginning of value");
    assert_eq!(fault("[1 2]"), "invalid character '2' after array element");
    assert_eq!(fault(r#"{"a" 1}"#), "invalid character '1' after object key");
    assert_eq!(fault("1 x"), "invalid character 'x' after top-level value");
    assert_eq!(fault("nil"), "invalid character 'i' in literal null (expecting 'u')");
    assert_eq!(fault("\"\n\""), "invalid character '\\n' in string literal");
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
