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
    path::PathBuf,
    sync::Arc,
    time::Instant,
};

use careen::{
    analysis::{Analysis, Document, Failure, Rendered, Setting},
    catalog::{Closure, Loader, YamlFile},
    discover::discover,
    sources::Sources,
    text::Text,
    yaml,
};
use globset::GlobSet;
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let lines = std::io::stdin().lock().lines();
    let asked: Vec<Value> = lines
        .map(|line| Ok(serde_json::from_str(&line?)?))
        .collect::<Result<_, Box<dyn Error>>>()?;
    let loader = Loader::default();
    // A chart is loaded once, whatever it is rendered with.
    for asked in asked.chunk_by(|a, b| a.get("chart") == b.get("chart")) {
        let chart = asked.first().and_then(|it| it.get("chart")?.as_str()).unwrap_or_default();
        if let Err(error) = answer(&loader, chart, asked) {
            for asked in asked {
                told(asked, json!({ "error": error.to_string() }), [0.0, 0.0])?;
            }
        }
    }
    Ok(())
}

/// Loads a chart and renders it with each setting that is asked for.
fn answer(loader: &Loader, path: &str, all: &[Value]) -> Result<(), Box<dyn Error>> {
    let begin = Instant::now();
    let sources = Sources::open(&[PathBuf::from(path)], None)?;
    let found = discover(&sources, &GlobSet::empty());
    let source = sources.get(0).ok_or("no source")?;
    let folder = found.charts.iter().find(|found| found.folder.is_empty());
    let chart = loader.load(source, 0, folder.ok_or("no chart")?);
    let closure = Closure::of(&chart, &|_| None);
    let analysis = Analysis::new(&closure, &sources);
    let mut loading = begin.elapsed().as_secs_f64();
    for asked in all {
        let values = asked.get("values").and_then(Value::as_array).into_iter().flatten();
        let values = values.filter_map(Value::as_str).map(file).collect::<Result<_, _>>()?;
        let seed = asked.get("seed").and_then(Value::as_u64).unwrap_or(1);
        let begin = Instant::now();
        let rendered =
            analysis.render_with(&Setting { values, seed, skimmed: true, ..Setting::default() });
        let rendering = begin.elapsed().as_secs_f64();
        told(asked, plain(&rendered), [std::mem::take(&mut loading), rendering])?;
    }
    Ok(())
}

/// Writes one answer, with the seconds of loading and of rendering.
fn told(asked: &Value, answer: Value, seconds: [f64; 2]) -> Result<(), std::io::Error> {
    let mut line = asked.clone();
    if let (Some(line), Value::Object(answer)) = (line.as_object_mut(), answer) {
        line.extend(answer);
        line.insert("seconds".to_owned(), json!(seconds));
    }
    writeln!(std::io::stdout(), "{line}")
}

fn file(path: &str) -> Result<Arc<YamlFile>, std::io::Error> {
    let text = std::fs::read_to_string(path)?;
    let stream = yaml::parse(Text::new(text));
    Ok(Arc::new(YamlFile { path: path.into(), local: path.to_owned(), stream: stream.into() }))
}

fn plain(rendered: &Rendered) -> Value {
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
