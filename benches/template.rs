//! How fast templates are parsed, in bytes of text per second on one core.
//!
//! `cargo bench --bench template`. With the folder of checked-out charts in `CAREEN_TEMPLATES`, all
//! of their templates (files in `templates/` beside a Chart.yaml) are measured as well.

use std::hint::black_box;
use std::path::Path;
use std::sync::LazyLock;

use careen::template::{FunctionSet, parse};
use careen::text::Text;
use divan::Bencher;
use divan::counter::BytesCount;

/// How often the fixtures stand one after the other in the made corpus.
const COPIES: usize = 2_000;

const FIXTURES: [&str; 3] = [
    include_str!("../fixtures/templates/helpers.tpl"),
    include_str!("../fixtures/templates/workload.yaml"),
    include_str!("../fixtures/templates/windows.yaml"),
];

/// The fixtures again and again, dense in tags.
static MADE: LazyLock<Vec<Text>> =
    LazyLock::new(|| (0..COPIES).flat_map(|_| FIXTURES).map(Text::new).collect());

/// Real templates, in the order of their paths; none where no folder is given.
static REAL: LazyLock<Vec<Text>> = LazyLock::new(|| {
    let mut found = Vec::new();
    if let Some(folder) = std::env::var_os("CAREEN_TEMPLATES") {
        read_templates(Path::new(&folder), false, &mut found);
    }
    found
});

fn main() {
    divan::main();
}

#[divan::bench]
fn made(bencher: Bencher<'_, '_>) {
    measure(bencher, &MADE);
}

#[divan::bench]
fn real(bencher: Bencher<'_, '_>) {
    measure(bencher, &REAL);
}

/// Indexing the lines of the real templates, which comes before every parse.
#[divan::bench]
fn real_text(bencher: Bencher<'_, '_>) {
    let bytes: usize = REAL.iter().map(|text| text.as_str().len()).sum();
    bencher.counter(BytesCount::new(bytes)).bench_local(|| {
        for text in REAL.iter() {
            black_box(Text::new(text.as_str()));
        }
    });
}

fn measure(bencher: Bencher<'_, '_>, texts: &[Text]) {
    let bytes: usize = texts.iter().map(|text| text.as_str().len()).sum();
    bencher.counter(BytesCount::new(bytes)).bench_local(|| {
        for text in texts {
            black_box(parse(text.clone(), FunctionSet::helm()));
        }
    });
}

fn read_templates(folder: &Path, within: bool, found: &mut Vec<Text>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let chart = folder.join("Chart.yaml").is_file();
    for path in paths.into_iter().filter(|path| !path.is_symlink()) {
        if path.is_dir() {
            let here = within || (chart && path.file_name().is_some_and(|n| n == "templates"));
            read_templates(&path, here, found);
        } else if within {
            found.extend(std::fs::read_to_string(&path).ok().map(Text::new));
        }
    }
}
