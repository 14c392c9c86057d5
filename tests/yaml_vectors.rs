//! Hard cases of YAML against the answers of go-yaml v2, which Helm reads YAML with.
//!
//! `fixtures/vectors/yaml_cases.json` holds the cases; the second column of `yaml_cases.goyaml.tsv` what
//! go-yaml v2 2.4.0 answered, as data in a canonical form or as `ERR`, with line feeds shown as `|`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use careen::text::Text;
use careen::yaml::{self, Node, Value};

/// Cases that we answer differently from go-yaml v2, and why.
const DIFFERENT: &[(usize, &str)] = &[];

#[test]
fn answers_as_go_yaml_does() {
    let cases: Vec<String> =
        serde_json::from_str(include_str!("../fixtures/vectors/yaml_cases.json")).unwrap();
    let answers: Vec<&str> = include_str!("../fixtures/vectors/yaml_cases.goyaml.tsv")
        .lines()
        .map(|line| line.split('\t').nth(1).unwrap())
        .collect();
    assert_eq!((cases.len(), answers.len()), (85, 85));
    let mut wrong = String::new();
    for (number, (case, answer)) in cases.iter().zip(&answers).enumerate() {
        let ours = answered(case);
        let agrees = if answer.starts_with("ERR") {
            ours.starts_with("ERR")
        } else {
            ours.replace('\n', "|").replace('\t', "\\t") == *answer
        };
        let excused = DIFFERENT.iter().any(|(excused, _)| *excused == number);
        if agrees == excused {
            let _ = writeln!(wrong, "case {number}: {case:?}\n  go:   {answer}\n  ours: {ours}");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(DIFFERENT.len() <= 2);
}

/// The data of all documents in the form of the vectors, or the error.
fn answered(case: &str) -> String {
    let stream = yaml::parse(Text::new(case));
    if let Some(problem) = stream.error() {
        return format!("ERR {}", problem.message);
    }
    let mut out = String::new();
    for document in stream.documents() {
        canonical(&mut out, document);
        out.push('\n');
    }
    out
}

fn canonical(out: &mut String, node: Node<'_>) {
    let _ = match node.value() {
        Value::Null => write!(out, "n"),
        Value::Bool(value) => write!(out, "{}", if value { 'T' } else { 'F' }),
        Value::Int(value) => write!(out, "i{value}"),
        Value::Float(value) if value.is_nan() => write!(out, "f7ff8000000000001"),
        Value::Float(value) => write!(out, "f{:016x}", value.to_bits()),
        Value::String(text) => write!(out, "s{}:{text}", text.len()),
        Value::Sequence => {
            out.push('[');
            for item in node.items() {
                canonical(out, item);
                out.push(',');
            }
            write!(out, "]")
        }
        Value::Mapping => {
            out.push('{');
            let entries: BTreeMap<_, _> =
                node.entries().map(|entry| (entry.key, entry.value)).collect();
            for (key, value) in entries {
                let _ = write!(out, "{}:{key}=", key.len());
                canonical(out, value);
                out.push(';');
            }
            write!(out, "}}")
        }
    };
}
