//! The functions against sprig's own answers: `tests/oracle/render/sprig` made them.
//!
//! Expressions are evaluated here as far as calling functions needs it, without the engine; what Go
//! refuses before it calls a function is the engine's matter and left out.

use std::{collections::BTreeMap, fmt::Write as _};

use super::*;
use crate::{
    template::{
        Arg, Command, FunctionSet, Node, Number, Pipe, Template, parse,
        render::{
            fmt,
            functions::kind::type_name,
            value::{Map, Str},
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

struct Evaluator<'t> {
    template: &'t Template,
    variables: BTreeMap<String, Value>,
    budget: usize,
}

type Evaluated = Result<Value, String>;

impl Evaluator<'_> {
    fn pipe(&mut self, pipe: &Pipe) -> Evaluated {
        let mut last = None;
        for command in &pipe.commands {
            last = Some(self.command(command, last)?);
        }
        let value = last.unwrap_or_default();
        for variable in &pipe.variables {
            self.variables.insert(self.template.slice(*variable).to_owned(), value.clone());
        }
        Ok(value)
    }

    fn command(&mut self, command: &Command, last: Option<Value>) -> Evaluated {
        let (first, rest) = command.args.split_first().unwrap();
        match first {
            Arg::Identifier(span) => {
                let name = self.template.slice(*span).to_owned();
                self.call(&name, rest, last)
            }
            Arg::Chain(chain) => {
                let base = self.arg(&chain.base, Type::Any)?;
                let mut args = Vec::new();
                for arg in rest {
                    args.push(self.arg(arg, Type::Any)?);
                }
                let names: Vec<_> =
                    chain.fields.names(&self.template.text).map(|(name, _)| name).collect();
                fields(base, &names, &args)
            }
            arg => self.arg(arg, Type::Any),
        }
    }

    fn call(&mut self, name: &str, args: &[Arg], last: Option<Value>) -> Evaluated {
        let any =
            Function { name: "", params: &[], rest: Some(Type::Any), call: |_, _| Ok(Value::Nil) };
        let function = find(name).unwrap_or(&any);
        let mut values = Vec::new();
        let mut types = function
            .params
            .iter()
            .copied()
            .chain(std::iter::repeat(function.rest.unwrap_or(Type::Any)));
        for arg in args {
            let wanted = types.next().unwrap();
            values.push(self.arg(arg, wanted)?);
        }
        values.extend(last);
        match name {
            "len" => Ok(Value::Int(match &values[0] {
                Value::Str(text) => i64::try_from(text.bytes().len()).unwrap(),
                other => panic!("len of {other:?}"),
            })),
            "print" => Ok(Value::Str(fmt::sprint(&values))),
            _ => {
                let mut call =
                    Call { random: &mut Random(1), now: 1_700_000_000, budget: &mut self.budget };
                assert_eq!(find(name).map(|function| function.name), Some(name), "{name}");
                (function.call)(&mut call, &values)
                    .map_err(|error| format!("error: error calling {name}: {error}"))
            }
        }
    }

    fn arg(&mut self, arg: &Arg, wanted: Type) -> Evaluated {
        let text = &self.template.text;
        Ok(match arg {
            Arg::Nil(_) => Value::Nil,
            Arg::Bool(_, value) => Value::Bool(*value),
            Arg::Str(constant) => Value::str(constant.bytes(text)),
            Arg::Number(number) => self.number(number, wanted),
            Arg::Field(field) => {
                let names: Vec<_> = field.names(text).map(|(name, _)| name).collect();
                fields(values(), &names, &[])?
            }
            Arg::Variable(variable) => {
                let base = self.variables[self.template.slice(variable.name)].clone();
                let names: Vec<_> = variable
                    .fields
                    .map(|fields| fields.names(text).map(|(name, _)| name).collect())
                    .unwrap_or_default();
                fields(base, &names, &[])?
            }
            Arg::Chain(chain) => {
                let base = self.arg(&chain.base, Type::Any)?;
                let names: Vec<_> = chain.fields.names(text).map(|(name, _)| name).collect();
                fields(base, &names, &[])?
            }
            Arg::Identifier(span) => {
                let name = self.template.slice(*span).to_owned();
                self.call(&name, &[], None)?
            }
            Arg::Pipe(_, pipe) => self.pipe(pipe)?,
            other => panic!("{other:?}"),
        })
    }

    fn number(&self, number: &Number, wanted: Type) -> Value {
        let written = self.template.slice(number.span);
        let is_float = written.contains(['.', 'e', 'E', 'p']) && !written.starts_with("0x");
        match (wanted, number.int, number.float) {
            (Type::Float, _, Some(float)) => Value::Float(float),
            (Type::Any, _, Some(float)) if is_float => Value::Float(float),
            (_, Some(int), _) => Value::Int(int),
            (_, _, Some(float)) => Value::Float(float),
            _ => Value::Nil,
        }
    }
}

fn fields(mut value: Value, names: &[&str], args: &[Value]) -> Evaluated {
    for name in names {
        value = match &value {
            Value::Map(map) => map.get(name).unwrap_or_default(),
            Value::Object(object) => {
                assert!(object.method(name).is_some(), "{name}");
                object.call(name, args)?
            }
            other => panic!("{name} of {other:?}"),
        };
    }
    Ok(value)
}

fn map(entries: &[(&str, Value)]) -> Value {
    Value::map(entries.iter().map(|(key, value)| (Str::from(*key), value.clone())))
}

/// What `tests/oracle/render/sprig` gives to its templates.
fn values() -> Value {
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
    map(&[("Values", values)])
}

/// A value with its types, as the Go program writes it.
fn show(value: &Value) -> String {
    let name = type_name(value);
    let all = |items: Vec<String>| items.join(", ");
    match value {
        Value::Nil => "nil".to_owned(),
        Value::Str(text) => {
            format!("string({})", fmt::sprintf(b"%q", &[Value::Str(text.clone())]).text())
        }
        Value::List(list) => format!("{name}[{}]", all(list.items.iter().map(show).collect())),
        Value::Map(Map { entries, .. }) => {
            let entry = |(key, value): (&Str, &Value)| {
                format!(
                    "{}: {}",
                    fmt::sprintf(b"%q", &[Value::Str(key.clone())]).text(),
                    show(value)
                )
            };
            format!("{name}{{{}}}", all(entries.borrow().iter().map(entry).collect()))
        }
        value => format!("{name}({})", fmt::to_string(value).text()),
    }
}

fn answer(expression: &str) -> String {
    let mut text = String::new();
    for statement in expression.split(" ;; ") {
        let _ = write!(text, "{{{{ {statement} }}}}");
    }
    let template = parse(Text::new(text), &FunctionSet::helm());
    assert!(template.errors.is_empty(), "{expression}: {:?}", template.errors);
    let mut evaluator =
        Evaluator { template: &template, variables: BTreeMap::new(), budget: 1 << 20 };
    let mut last = Value::Nil;
    for node in &template.nodes {
        let Node::Action(action) = node else { continue };
        match evaluator.pipe(&action.pipe) {
            Ok(value) => last = value,
            Err(error) => return error,
        }
    }
    show(&last)
}

/// Not a function's matter: what the engine refuses, and what it alone provides.
fn is_engines(expression: &str, answer: &str) -> bool {
    ["error: >: ", "error: t/templates", "error: parse error"]
        .iter()
        .any(|word| answer.starts_with(word))
        || [".Capabilities", ".Release", "kindOf .Values", "typeOf .Values"]
            .iter()
            .any(|word| expression.contains(word))
}

#[test]
fn sprig_answers_the_same() {
    let answers: Vec<(String, String)> = serde_json::from_str(ANSWERS).unwrap();
    let (mut compared, mut wrong) = (0, Vec::new());
    for (expression, expected) in &answers {
        if is_engines(expression, expected) {
            continue;
        }
        compared += 1;
        let got = std::panic::catch_unwind(|| answer(expression)).unwrap_or("panic".to_owned());
        let known = DIFFERENT.iter().any(|(known, _)| known == expression);
        if (got == *expected) == known {
            wrong.push(format!("{expression}\n  Go:     {expected}\n  careen: {got}"));
        }
    }
    assert!(compared > 3000, "only {compared} of {}", answers.len());
    assert!(wrong.is_empty(), "{} of {compared} differ:\n{}", wrong.len(), wrong.join("\n"));
}
