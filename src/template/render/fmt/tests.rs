use serde_json::Value as Json;

use super::*;
use crate::template::render::tests::{bytes, value};
use crate::template::render::value::Map;

/// Formats, arguments, and what Go's `Sprintf` and `Sprint` make of them; written by
/// `tests/oracle/goencode`.
const ANSWERS: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/vectors/render_fmt.json"));

#[test]
fn formats_as_go_does() {
    let rows: Vec<Json> = serde_json::from_str(ANSWERS).unwrap();
    assert!(rows.len() > 500);
    let mut wrong = Vec::new();
    for row in &rows {
        let format = row[0].as_str().unwrap();
        let args: Vec<_> = row[1].as_array().unwrap().iter().map(value).collect();
        let formatted = sprintf(format.as_bytes(), &args);
        if formatted.bytes() != bytes(&row[2]) {
            wrong.push(format!("{format} {}\n  go {}\n  we {formatted:?}", row[1], row[2]));
        }
        if sprint(&args).bytes() != bytes(&row[3]) {
            wrong.push(format!("Sprint {}\n  go {}\n  we {:?}", row[1], row[3], sprint(&args)));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        rows.len(),
        wrong[..wrong.len().min(20)].join("\n")
    );
}

#[test]
fn a_map_that_holds_itself_ends() {
    let map = Map::new([]);
    for key in ["a", "b"] {
        map.insert(key.into(), Value::Map(map.clone()));
    }
    let text = to_string(&Value::Map(map.clone()));
    assert!(text.bytes().starts_with(b"map[a:map[a:"));
    assert!(text.bytes().len() < 2 * MAX_BYTES);
    map.entries.borrow_mut().clear();

    let mut nested = Value::str("deep");
    for _ in 0..MAX_DEPTH {
        nested = Value::list([nested]);
    }
    assert!(to_string(&nested).text().contains("deep"));
    assert!(!to_string(&Value::list([nested])).text().contains("deep"));
}

#[test]
fn widths_are_bounded_as_in_go() {
    let width = |width: i64| sprintf(b"%*d", &[Value::Int(width), Value::Int(7)]);
    let largest = i64::try_from(directive::LARGEST).unwrap();
    assert_eq!(width(largest).bytes().len(), directive::LARGEST);
    assert_eq!(width(largest + 1), "%!(BADWIDTH)7".into());
    let written = format!("%{}0d|", directive::LARGEST + 1);
    assert_eq!(sprintf(written.as_bytes(), &[Value::Int(7)]), "%!(NOVERB)%!(EXTRA int=7)".into());
}

#[test]
fn lines_have_blanks_between_all() {
    let args = [Value::str("a"), Value::str("b"), Value::Nil, Value::Float(1e6)];
    assert_eq!(sprintln(&args), "a b <nil> 1e+06\n".into());
    assert_eq!(sprint(&args), "ab<nil> 1e+06".into());
}
