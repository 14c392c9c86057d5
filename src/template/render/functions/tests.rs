mod oracle;

use super::*;
use crate::template::{
    functions::{GO_NAMES, NAMES},
    render::{
        call::{BUDGET_SPENT, Random},
        value::{Map, Str},
    },
};

/// What the engine itself provides.
const ENGINE: &[&str] = &["fail", "include", "lookup", "required", "tpl"];

fn call(name: &str, args: &[Value]) -> Result<Value, String> {
    let function = find(name).unwrap_or_else(|| panic!("no function {name}"));
    let mut call = Call { random: &mut Random(1), now: 0, budget: &mut 200_000 };
    (function.call)(&mut call, args)
}

fn text(name: &str, args: &[Value]) -> String {
    match call(name, args) {
        Ok(Value::Str(text)) => text.text().into_owned(),
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
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
        assert_eq!(call(name, &[Value::Int(200_001), text.clone()]).map(|_| ()), spent, "{name}");
    }
}

#[test]
fn values_that_hold_themselves_end() {
    let knot = || {
        let map = Map::new([]);
        map.insert(Str::from("self"), Value::Map(map.clone()));
        map
    };
    let (a, b) = (knot(), knot());
    let (first, second) = (Value::Map(a.clone()), Value::Map(b.clone()));
    let deep = format!("a value nests more than {MAX_VALUE_DEPTH} deep");
    assert_eq!(call("deepCopy", std::slice::from_ref(&first)).map(|_| ()), Err(deep.clone()));
    assert_eq!(call("merge", &[first.clone(), second.clone()]).map(|_| ()), Err(deep));
    assert!(matches!(call("deepEqual", &[first, second]), Ok(Value::Bool(true))));
    // Knots are never freed by themselves.
    a.entries.borrow_mut().clear();
    b.entries.borrow_mut().clear();
}

#[test]
fn expressions_have_a_largest_size() {
    let huge = Value::str(r"(\pL{1000}){1000}");
    let found = call("mustRegexMatch", &[huge, Value::str("x")]);
    assert!(found.is_err_and(|error| error.contains("expression too large")));
}

#[test]
fn ranges_and_joins_spend_the_budget() {
    let spent = Err(BUDGET_SPENT.to_owned());
    let list = Value::list(std::iter::repeat_n(Value::str("x"), 500));
    let long = Value::str("-".repeat(500));
    let calls = [
        ("until", vec![Value::Int(1_000_000_000_000)]),
        ("untilStep", vec![Value::Int(0), Value::Int(-1_000_000), Value::Int(-1)]),
        ("seq", vec![Value::Int(1_000_000_000_000)]),
        ("join", vec![long.clone(), list]),
        ("replace", vec![Value::str(""), long.clone(), long.clone()]),
        ("regexReplaceAll", vec![Value::str("-"), long.clone(), Value::str("$0".repeat(500))]),
        ("wrapWith", vec![Value::Int(1), long.clone(), long]),
    ];
    for (name, args) in calls {
        assert_eq!(call(name, &args).map(|_| ()), spent, "{name}");
    }
}

#[test]
fn so_often_an_expression_repeats() {
    let repeats = |times: u32| {
        let given = [Value::str(format!("a{{{times}}}")), Value::str("b")];
        call("mustRegexMatch", &given).map(|_| ())
    };
    assert_eq!(repeats(pattern::MAX_REPEAT), Ok(()));
    assert!(repeats(pattern::MAX_REPEAT + 1).unwrap_err().contains("invalid repeat count"));
}

#[test]
fn expressions_spend_the_budget() {
    let spent = Err(BUDGET_SPENT.to_owned());
    let (small, text) = (Value::str("a{1,9}b"), Value::str("a".repeat(10_000)));
    // Three states for each byte that is free of charge, twice.
    let wide = Value::str("(a|b|c){900}d");
    for name in ["regexMatch", "mustRegexMatch", "regexFind"] {
        assert!(call(name, &[small.clone(), text.clone()]).is_ok(), "{name}");
        assert_eq!(call(name, &[wide.clone(), text.clone()]).map(|_| ()), spent, "{name}");
    }
    assert!(matches!(call("regexMatch", &[Value::str("("), text]), Ok(Value::Bool(false))));
}
