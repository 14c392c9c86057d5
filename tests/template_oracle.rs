//! The template parser side by side with Go's: verdict, message and tree.
//!
//! Needs `go` on the PATH. Without it the tests are passed over, or fail where
//! `CAREEN_REQUIRE_ORACLES` is set.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "this is all test code; clippy knows only functions marked as tests"
)]

#[path = "oracle/gotemplate.rs"]
mod gotemplate;

use std::path::{Path, PathBuf};

use careen::template::functions;
use gotemplate::{Go, Mutator, own_verdict};

/// Mutants made of the fixtures, for each run.
const MUTANTS: usize = 4_000;

#[test]
fn fixtures_and_their_mutants_agree_with_go() {
    let Some(go) = Go::build() else { return };
    let seeds = fixtures();
    let mut texts = seeds.clone();
    texts.extend(cases().into_iter().map(|(text, _)| text));
    texts.extend(Mutator::new(&seeds, 1).take(MUTANTS));
    let differing = go.differences(&texts, functions::NAMES);
    assert!(
        differing.is_empty(),
        "{} of {}:\n{}",
        differing.len(),
        texts.len(),
        differing.join("\n")
    );
}

#[test]
fn recorded_verdicts_are_those_of_go() {
    let Some(go) = Go::build() else { return };
    let (texts, recorded): (Vec<_>, Vec<_>) = cases().into_iter().unzip();
    for ((text, found), recorded) in
        texts.iter().zip(go.verdicts(&texts, functions::NAMES)).zip(recorded)
    {
        assert_eq!(found.strip_prefix("error ").unwrap_or("ok"), recorded, "{text:?}");
    }
}

#[test]
fn recorded_verdicts_are_ours() {
    let functions = functions::FunctionSet::helm();
    for (text, recorded) in cases() {
        let own = own_verdict(&text, functions);
        assert_eq!(own.strip_prefix("error ").unwrap_or("ok"), recorded, "{text:?}");
    }
}

/// On request: every template under the folder `CAREEN_TEMPLATES` that stands in `templates/`
/// beside a Chart.yaml, and `CAREEN_MUTANTS` mutants of them.
#[test]
fn real_templates_and_their_mutants_agree_with_go() {
    let Ok(folder) = std::env::var("CAREEN_TEMPLATES") else {
        eprintln!("skipped: give a folder of checked-out charts in CAREEN_TEMPLATES");
        return;
    };
    let Some(go) = Go::build() else { return };
    let count = std::env::var("CAREEN_MUTANTS").map_or(30_000, |count| count.parse().unwrap());
    let mut seeds = Vec::new();
    gotemplate::chart_templates(Path::new(&folder), false, &mut seeds);
    let differing = go.differences(&seeds, functions::NAMES);
    println!(
        "{} templates, {} differ from Go\n{}",
        seeds.len(),
        differing.len(),
        differing.join("\n")
    );
    let refused = seeds.iter().filter(|text| !go_accepts(text)).count();
    println!("{refused} refused");
    let mutants: Vec<String> = Mutator::new(&seeds, 2).take(count).collect();
    let refused = mutants.iter().filter(|text| !go_accepts(text)).count();
    let differing_mutants = go.differences(&mutants, functions::NAMES);
    println!(
        "{count} mutants ({refused} refused), {} differ from Go\n{}",
        differing_mutants.len(),
        differing_mutants.join("\n")
    );
    assert_eq!((differing.len(), differing_mutants.len()), (0, 0));
}

fn go_accepts(text: &str) -> bool {
    own_verdict(text, functions::FunctionSet::helm()).starts_with("ok")
}

fn fixtures() -> Vec<String> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/templates");
    ["helpers.tpl", "workload.yaml", "windows.yaml"]
        .map(|name| std::fs::read_to_string(folder.join(name)).unwrap())
        .to_vec()
}

/// Templates with Go's message, `ok` where there is none.
fn cases() -> Vec<(String, String)> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/templates/verdicts.jsonl");
    let read = |line: &str| serde_json::from_str::<(String, String)>(line).unwrap();
    std::fs::read_to_string(file).unwrap().lines().map(read).collect()
}
