//! The functions against sprig's own answers, through the engine: `tests/oracle/render/sprig` made
//! them with Helm's.

use std::{cell::RefCell, fmt::Write as _, rc::Rc};

use super::*;
use crate::{
    template::{
        FunctionSet, SetFile, TemplateSet, parse,
        render::{
            capabilities::{Capabilities, KubeVersion},
            exec::Engine,
            fmt,
            functions::kind::type_name,
            value::{Map, Method, Object, Str},
        },
    },
    text::Text,
};

const ANSWERS: &str = include_str!("../../../../../fixtures/vectors/sprig.json");

/// Expressions that differ, each with the reason.
const DIFFERENT: &[(&str, &str)] = &[
    (r#"snakecase "\xff\xfea b""#, INVALID),
    (r#"kebabcase "\xff\xfea b""#, INVALID),
    (r#"trimAll "\xff" "\xffa""#, INVALID),
    ("typeOf (chunk 2 (list 1 2 3))", LISTS),
    ("chunk 2 (list 1 2 3 4 5)", LISTS),
    ("chunk 3 (list 1 2 3)", LISTS),
    ("chunk 10 (list 1 2)", LISTS),
    ("chunk 1 (list)", LISTS),
    (r#"mustChunk 2 (splitList "," "a,b,c")"#, LISTS),
    ("chunk -1 (list 1 2)", "Go computes with floats: no chunk here, a panic with a longer list"),
];

/// Go keeps the bytes.
const INVALID: &str = "what is not UTF-8 becomes U+FFFD where characters are looked at";

/// Templates see the difference only by `typeOf`.
const LISTS: &str = "there is no type for lists of lists, they are lists of anything";

/// The value by which a template shows what it has computed.
#[derive(Debug, Default)]
struct Oracle(RefCell<String>);

impl Object for Oracle {
    fn type_name(&self) -> &'static str {
        "main.Oracle"
    }

    fn kind(&self) -> &'static str {
        "struct"
    }

    fn field(&self, _name: &str) -> Option<Value> {
        None
    }

    fn method(&self, name: &str) -> Option<Method> {
        (name == "Show").then_some(Method { params: &[Type::Any], rest: None })
    }

    fn call(&self, _name: &str, args: &[Value]) -> Result<Value, String> {
        *self.0.borrow_mut() = show(&args[0]);
        Ok(Value::str(""))
    }

    fn print(&self) -> String {
        "{}".to_owned()
    }

    fn to_plain(&self) -> Value {
        map(&[])
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

fn map(entries: &[(&str, Value)]) -> Value {
    Value::map(entries.iter().map(|(key, value)| (Str::from(*key), value.clone())))
}

/// What the Go program gives to its templates.
fn dot(oracle: &Rc<Oracle>) -> Value {
    let float = Value::Float;
    let texts = ["b", "a", "c"].map(Value::str);
    let mixed =
        [float(1.0), Value::str("x"), Value::Nil, Value::Bool(true), Value::list([]), map(&[])];
    let inner = map(&[("c", Value::str("d")), ("e", map(&[]))]);
    let outer = map(&[
        ("a", float(1.0)),
        ("b", inner),
        ("l", Value::list([float(1.0), float(2.0)])),
        ("n", Value::Nil),
    ]);
    let values = map(&[
        ("oracle", Value::Object(oracle.clone())),
        ("nothing", Value::Nil),
        ("text", Value::str("text")),
        ("empty", Value::str("")),
        ("zero", float(0.0)),
        ("number", float(3.0)),
        ("fraction", float(2.5)),
        ("yes", Value::Bool(true)),
        ("no", Value::Bool(false)),
        ("list", Value::list(texts)),
        ("none", Value::list([])),
        ("mixed", Value::list(mixed)),
        ("map", outer),
        ("unit", map(&[])),
    ]);
    let capabilities = Capabilities::new(KubeVersion::parse("v1.34.0").unwrap(), &[]);
    map(&[
        ("Values", values),
        ("Release", map(&[("Name", Value::str("r"))])),
        ("Capabilities", Value::Object(Rc::new(capabilities))),
    ])
}

/// A value with its types, as the Go program writes it.
fn show(value: &Value) -> String {
    let name = type_name(value);
    let all = |items: Vec<String>| items.join(", ");
    let quoted = |text: &Str| fmt::sprintf(b"%q", &[Value::Str(text.clone())]).text().into_owned();
    match value {
        Value::Nil => "nil".to_owned(),
        Value::Str(text) => format!("string({})", quoted(text)),
        Value::List(list) => format!("{name}[{}]", all(list.items.iter().map(show).collect())),
        Value::Map(Map { entries, .. }) => {
            let entry = |(key, value): (&Str, &Value)| format!("{}: {}", quoted(key), show(value));
            format!("{name}{{{}}}", all(entries.borrow().iter().map(entry).collect()))
        }
        value => format!("{name}({})", fmt::to_string(value).text()),
    }
}

/// The same template as the Go program's.
fn source(expression: &str) -> String {
    let (before, last) = expression.rsplit_once(" ;; ").unwrap_or(("", expression));
    let mut text = String::new();
    for statement in before.split(" ;; ").filter(|statement| !statement.is_empty()) {
        let sets = statement.contains(" := ") || statement.contains(" = ");
        let _ = write!(text, "{{{{ {}{statement} }}}}", if sets { "" } else { "$_ := " });
    }
    let _ = write!(text, "{{{{ .Values.oracle.Show ({last}) }}}}");
    text
}

fn answer(expression: &str) -> String {
    let template = parse(Text::new(source(expression)), FunctionSet::helm());
    if let Some(error) = template.errors.first() {
        return format!("error: parse error at (t/templates/x:1): {error}");
    }
    let file = SetFile { name: "t/templates/x", template: &template, chart: 0 };
    let set = TemplateSet::new(vec![file]);
    let oracle = Rc::new(Oracle::default());
    match Engine::new(&set, 1, 1_700_000_000).execute(0, dot(&oracle)) {
        Ok(_) => oracle.0.take(),
        Err(error) => {
            let message = error.helm_text();
            for mark in ["error calling ", ">: "] {
                if let Some((_, rest)) = message.split_once(mark) {
                    return format!("error: {mark}{rest}");
                }
            }
            format!("error: {message}")
        }
    }
}

#[test]
fn sprig_answers_the_same() {
    let answers: Vec<(String, String)> = serde_json::from_str(ANSWERS).unwrap();
    let mut wrong = Vec::new();
    for (expression, expected) in &answers {
        let got = std::panic::catch_unwind(|| answer(expression)).unwrap_or("panic".to_owned());
        let known = DIFFERENT.iter().any(|(known, _)| known == expression);
        if (got == *expected) == known {
            wrong.push(format!("{expression}\n  Go:     {expected}\n  careen: {got}"));
        }
    }
    assert!(answers.len() > 4000, "only {}", answers.len());
    let (count, all) = (wrong.len(), answers.len());
    assert!(wrong.is_empty(), "{count} of {all} differ:\n{}", wrong.join("\n"));
}
