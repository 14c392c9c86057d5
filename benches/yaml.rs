//! Speed of reading YAML, in MB/s: our tree with places, comments and types beside `yaml_serde::Value`.
//!
//! Reads every YAML file under the folder in `CAREEN_BENCH_DIR` that is no template; without it, a text of
//! its own.

use std::path::Path;

use careen::text::Text;
use careen::yaml;
use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use serde::Deserialize;

fn main() {
    divan::main();
}

#[divan::bench]
fn tree(bencher: Bencher<'_, '_>) {
    let texts: Vec<Text> = files().into_iter().map(Text::new).collect();
    let bytes: usize = texts.iter().map(|text| text.as_str().len()).sum();
    bencher.counter(BytesCount::new(bytes)).bench(|| {
        for text in &texts {
            black_box(yaml::parse(text.clone()));
        }
    });
}

#[divan::bench]
fn yaml_serde_value(bencher: Bencher<'_, '_>) {
    let texts = files();
    let bytes: usize = texts.iter().map(String::len).sum();
    bencher.counter(BytesCount::new(bytes)).bench(|| {
        for text in &texts {
            for document in serde_yaml::Deserializer::from_str(text) {
                // It refuses files that Go accepts, and ends with the first error.
                let Ok(value) = serde_yaml::Value::deserialize(document) else { break };
                black_box(value);
            }
        }
    });
}

fn files() -> Vec<String> {
    let Some(folder) = std::env::var_os("CAREEN_BENCH_DIR") else { return vec![generated()] };
    let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().flatten();
    files.filter(|file| is_yaml(file.path())).filter_map(|file| read(file.path())).collect()
}

fn read(path: &Path) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

fn is_yaml(path: &Path) -> bool {
    let template = path.components().any(|part| part.as_os_str() == "templates");
    !template && path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

/// Values like those of charts.
fn generated() -> String {
    let section = |at: usize| {
        format!(
            "# -- Section {at}\nsection{at}:\n  enabled: true\n  image: {{tag: \"1.{at}\", pull: IfNotPresent}}\n  \
             # the resources\n  resources:\n    limits:\n      cpu: 100m\n      memory: {at}Mi\n  args:\n  \
             - --port={at}\n  - --verbose\n  script: |\n    echo {at}\n    exit 0\n"
        )
    };
    (0..5_000).map(section).collect()
}
