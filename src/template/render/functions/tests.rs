use super::*;
use crate::template::{
    functions::{GO_NAMES, NAMES},
    render::call::{BUDGET_SPENT, Random},
};

/// What the engine itself provides.
const ENGINE: &[&str] = &["fail", "include", "lookup", "required", "tpl"];

fn call(name: &str, args: &[Value]) -> Result<Value, String> {
    let function = find(name).unwrap_or_else(|| panic!("no function {name}"));
    let mut call = Call { random: &mut Random(1), now: 0, budget: &mut 1000 };
    (function.call)(&mut call, args)
}

fn text(name: &str, args: &[Value]) -> String {
    match call(name, args) {
        Ok(Value::Str(text)) => text.text().into_owned(),
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
#[ignore = "until every function has landed"]
fn every_name_is_known() {
    let missing = NAMES
        .iter()
        .filter(|name| !GO_NAMES.contains(name) && !ENGINE.contains(name) && find(name).is_none());
    assert_eq!(missing.collect::<Vec<_>>(), Vec::<&&str>::new());
}

#[test]
fn no_name_stands_twice_or_is_unknown() {
    assert!(TABLE.is_sorted_by(|a, b| a.name < b.name));
    let unknown = TABLE.iter().map(|function| function.name).filter(|name| !NAMES.contains(name));
    assert_eq!(unknown.collect::<Vec<_>>(), Vec::<&str>::new());
}

#[test]
fn text_is_indented_and_quoted() {
    let lines = Value::str("a: 1\n\nb");
    assert_eq!(text("indent", &[Value::Int(2), lines.clone()]), "  a: 1\n  \n  b");
    assert_eq!(text("nindent", &[Value::Int(1), Value::str("")]), "\n ");
    assert_eq!(
        text("quote", &[Value::str("a\"b\n"), Value::Nil, Value::str("é")]),
        "\"a\\\"b\\n\" \"é\""
    );
}

#[test]
fn what_multiplies_text_is_bounded() {
    let spent = Err(BUDGET_SPENT.to_owned());
    let text = Value::str("x");
    for name in ["repeat", "indent", "nindent"] {
        assert_eq!(call(name, &[Value::Int(1001), text.clone()]).map(|_| ()), spent, "{name}");
    }
}
