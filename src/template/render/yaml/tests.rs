use super::super::json::MAX_DEPTH;
use super::super::value::Map;
use super::*;

#[test]
fn what_holds_itself_is_refused() {
    let map = Map::new([]);
    map.insert("a".into(), Value::Map(map.clone()));
    let fault = marshal(&Value::Map(map.clone())).unwrap_err();
    assert!(fault.ends_with("encountered a cycle via map[string]interface {}"), "{fault}");
    map.entries.borrow_mut().clear();

    let mut value = Value::Nil;
    for _ in 0..MAX_DEPTH {
        value = Value::list([value]);
    }
    assert!(marshal(&value).is_ok());
    assert!(marshal(&Value::list([value])).is_err());
}

#[test]
fn keys_that_have_no_order_are_sorted_all_the_same() {
    let keys = ["2", "10", "1a"];
    for turn in 0..3 {
        let mut keys = keys;
        keys.rotate_left(turn);
        let map = Value::map(keys.map(|key| (key.into(), Value::Nil)));
        assert_eq!(marshal(&map).unwrap(), "\"10\": null\n1a: null\n\"2\": null\n");
    }
    let many = (0..400).map(|at| (format!("{at}{}", ["", "a", "-"][at % 3]).into(), Value::Nil));
    assert_eq!(marshal(&Value::map(many)).unwrap().lines().count(), 400);
}

#[test]
fn texts_are_read_as_helm_reads_them() {
    let read = |text: &str| super::super::json::marshal(&unmarshal(text.as_bytes()).unwrap());
    assert_eq!(
        read("a: 0644\nb: yes\nc: 1.10\n1: ~\n").unwrap(),
        r#"{"1":null,"a":420,"b":true,"c":1.1}"#
    );
    assert_eq!(read("").unwrap(), "null");
    assert_eq!(read("a: &x {b: 1}\nc:\n  <<: *x\n").unwrap(), r#"{"a":{"b":1},"c":{"b":1}}"#);
    assert_eq!(
        unmarshal_map(b"- a").map(|_| ()).unwrap_err(),
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value \
         of type map[string]interface {}"
    );
    assert!(unmarshal_map(b"a: b: c").is_err_and(|error| error.starts_with("error converting")));
}
