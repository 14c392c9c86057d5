//! Renders charts as `helm template` does, for comparison with it: what `tests/oracle/render` answers
//! with Helm's own library.
//!
//! Standard input holds one JSON object a line: `{"chart": folder, "values": [file, …]}`. Standard
//! output gets one line for each: the error, or the documents in Helm's order, with the seconds that
//! loading and rendering took.

#![allow(clippy::print_stdout, reason = "it prints its answers")]

use std::{
    error::Error,
    io::{BufRead, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use careen::{
    analysis::{Analysis, Document, Failure, Rendered, Setting},
    catalog::{Closure, YamlFile, load},
    discover::discover,
    sources::Sources,
    text::Text,
    yaml,
};
use globset::GlobSet;
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let asked: Value = serde_json::from_str(&line?)?;
        let chart = asked.get("chart").and_then(Value::as_str).unwrap_or_default();
        let values = asked.get("values").and_then(Value::as_array).into_iter().flatten();
        let values: Vec<&str> = values.filter_map(Value::as_str).collect();
        let seed = asked.get("seed").and_then(Value::as_u64).unwrap_or(1);
        let begin = Instant::now();
        let rendered = render(Path::new(chart), &values, seed);
        let seconds = begin.elapsed().as_secs_f64();
        let mut answer = match rendered {
            Ok(rendered) => told(&rendered),
            Err(error) => json!({ "error": error.to_string() }),
        };
        if let Some(answer) = answer.as_object_mut() {
            answer.insert("chart".to_owned(), json!(chart));
            answer.insert("values".to_owned(), json!(values));
            answer.insert("seconds".to_owned(), json!(seconds));
        }
        writeln!(out, "{answer}")?;
    }
    Ok(())
}

fn render(chart: &Path, values: &[&str], seed: u64) -> Result<Rendered, Box<dyn Error>> {
    let sources = Sources::open(&[PathBuf::from(chart)], None)?;
    let found = discover(&sources, &GlobSet::empty());
    let source = sources.get(0).ok_or("no source")?;
    let folder = found.charts.iter().find(|found| found.folder.is_empty());
    let chart = load::load(source, 0, folder.ok_or("no chart")?);
    let closure = Closure::of(&chart, &|_| None);
    let setting = Setting {
        values: values.iter().map(|path| file(path)).collect::<Result<_, _>>()?,
        seed,
        ..Setting::default()
    };
    Ok(Analysis::new(&closure, &sources).render_with(&setting))
}

fn file(path: &str) -> Result<Arc<YamlFile>, std::io::Error> {
    let text = std::fs::read_to_string(path)?;
    let stream = yaml::parse(Text::new(text));
    Ok(Arc::new(YamlFile { path: path.into(), local: path.to_owned(), stream }))
}

fn told(rendered: &Rendered) -> Value {
    let error = rendered.failure.as_ref().map(words);
    let error = error.or_else(|| rendered.incomplete.then(|| "a dependency is missing".to_owned()));
    let documents: Vec<Value> = rendered.documents.iter().map(document).collect();
    json!({ "error": error, "notes": rendered.notes, "documents": documents })
}

fn words(failure: &Failure) -> String {
    let place = failure.place.as_ref();
    let place = place.map(|it| format!("{}:{}:{}: ", it.path, it.start.line, it.start.column));
    format!("{:?}: {}{}", failure.step, place.unwrap_or_default(), failure.message)
}

fn document(document: &Document) -> Value {
    let source = &document.file.local;
    json!({ "source": source, "text": document.text(), "hook": document.hook.is_some() })
}
