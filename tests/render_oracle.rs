//! The evaluator side by side with Helm's engine: output, Go's error, and Helm's words for it.
//!
//! The answers are recorded. With `go` on the PATH they are asked for again; without it that test is
//! passed over, or fails where `CAREEN_REQUIRE_ORACLES` is set.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "this is all test code; clippy knows only functions marked as tests"
)]

use std::{
    fs::File,
    path::Path,
    process::{Command, Stdio},
};

use careen::{
    template::{
        FunctionSet, SetFile, Template, TemplateSet, parse,
        render::{
            exec::Engine,
            value::{Map, MapKind, Value},
        },
    },
    text::Text,
};
use serde_json::Value as Json;

const CASES: &str = include_str!("oracle/gorender/cases.json");
const ANSWERS: &str = include_str!("oracle/go_render.jsonl");
const NAME: &str = "web/templates/main.yaml";

#[test]
fn what_is_rendered_is_what_helm_renders() {
    let cases: Json = serde_json::from_str(CASES).unwrap();
    let mut differing = Vec::new();
    for line in ANSWERS.lines() {
        let answer: Json = serde_json::from_str(line).unwrap();
        let own = render(&cases, answer["text"].as_str().unwrap());
        if own != answer {
            differing.push(format!("helm {answer}\nown  {own}"));
        }
    }
    assert!(differing.is_empty(), "{} differ:\n{}", differing.len(), differing.join("\n"));
    assert_eq!(ANSWERS.lines().count(), cases["cases"].as_array().unwrap().len());
}

/// The account of a case, as the oracle writes it.
fn render(cases: &Json, text: &str) -> Json {
    let helm = FunctionSet::helm();
    let mut texts = vec![(NAME, text)];
    texts.extend(strings(&cases["files"]));
    let parsed: Vec<(&str, Template)> =
        texts.iter().map(|(name, text)| (*name, parse(Text::new(*text), helm))).collect();
    let mut answer = serde_json::Map::new();
    answer.insert("text".into(), text.into());
    let main = &parsed.first().unwrap().1;
    if let Some(error) = main.errors.first() {
        let line = main.text.position(error.span.start).line;
        let message = format!("template: {NAME}:{line}: {}", error.message);
        answer.insert("parse".into(), message.into());
        return answer.into();
    }
    let files = parsed.iter().map(|(name, template)| SetFile { name, template, chart: 0 });
    let set = TemplateSet::new(files.collect());
    let file = set.files().iter().position(|file| file.name == NAME).unwrap();
    match Engine::new(&set, 1, 0).execute(file, value(&cases["values"], MapKind::Values)) {
        Ok(output) => {
            let text = String::from_utf8(output.text).unwrap();
            if !text.is_empty() {
                answer.insert("output".into(), text.into());
            }
        }
        Err(error) => {
            let helm = error.helm_text();
            if helm != error.message {
                answer.insert("helm".into(), helm.into());
            }
            let limit = if error.limit { "LIMIT " } else { "" };
            answer.insert("error".into(), format!("{limit}{}", error.message).into());
        }
    }
    answer.into()
}

fn strings(object: &Json) -> impl Iterator<Item = (&str, &str)> {
    object.as_object().unwrap().iter().map(|(name, text)| (name.as_str(), text.as_str().unwrap()))
}

/// As Helm's loader reads JSON; the entry `Values` is of Helm's own type.
fn value(json: &Json, kind: MapKind) -> Value {
    match json {
        Json::Null => Value::Nil,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => Value::Float(number.as_f64().unwrap()),
        Json::String(text) => Value::str(text.as_str()),
        Json::Array(items) => Value::list(items.iter().map(|item| value(item, MapKind::Any))),
        Json::Object(entries) => {
            let entries = entries.iter().map(|(key, entry)| {
                let kind = if key == "Values" { MapKind::Values } else { MapKind::Any };
                (key.as_str().into(), value(entry, kind))
            });
            Value::Map(Map::new(entries).with_kind(kind))
        }
    }
}

#[test]
fn recorded_answers_are_those_of_helm() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/gorender");
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("gorender");
    let built = Command::new("go")
        .args(["build", "-o"])
        .arg(&program)
        .arg(".")
        .current_dir(&source)
        .status();
    let status = match built {
        Ok(status) => status,
        Err(error) => {
            let required = std::env::var_os("CAREEN_REQUIRE_ORACLES").is_some();
            assert!(!required, "`go` cannot be run: {error}");
            eprintln!("passed over: `go` cannot be run: {error}");
            return;
        }
    };
    assert!(status.success(), "`go build` of {} ended with {status}", source.display());
    let cases = File::open(source.join("cases.json")).unwrap();
    let asked = Command::new(&program).stdin(Stdio::from(cases)).output().unwrap();
    let answers = String::from_utf8(asked.stdout).unwrap();
    let differs = answers.lines().zip(ANSWERS.lines()).find(|(now, recorded)| now != recorded);
    assert_eq!(differs, None);
    assert_eq!(answers.lines().count(), ANSWERS.lines().count());
}
