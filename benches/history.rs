//! The walk over a real repository's history, for the side-by-side figures with `git log`.
//!
//! `CAREEN_BENCH_REPO=PATH cargo bench --bench history` walks for every chart of `HEAD` and prints the best of several
//! times; with `CAREEN_BENCH_LIST=1` it prints one line per chart instead: path, newest commit, newest human commit.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a measuring program: its figures go to stdout, and it may fail on the spot"
)]

use std::path::Path;
use std::time::{Duration, Instant};

use careen::history::{ChartFolder, Repository, walk};

/// How often the walk is repeated; the best time counts.
const ROUNDS: usize = 5;

fn main() {
    let Some(path) = std::env::var_os("CAREEN_BENCH_REPO") else {
        println!("history: set CAREEN_BENCH_REPO to a repository's path");
        return;
    };
    let repository = Repository::open(Path::new(&path)).expect("a repository");
    let head = repository.head().expect("a head");
    let folders = charts(&repository, &head.id);
    let charts: Vec<_> = folders.iter().map(|path| ChartFolder { path }).collect();
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let history = walk(&repository, &head, &charts).expect("a history");
        best = best.min(start.elapsed());
        if std::env::var_os("CAREEN_BENCH_LIST").is_some() {
            for (chart, history) in charts.iter().zip(&history.charts) {
                let id = |change: &Option<careen::history::Change>| {
                    change.as_ref().map_or("-".to_owned(), |change| change.commit.clone())
                };
                println!(
                    "{}\t{}\t{}\t{}\t{}\t{}\t{}",
                    chart.path,
                    id(&history.last_change),
                    id(&history.last_human_change),
                    history.changes.len(),
                    history.contributors.len(),
                    history.releases.len(),
                    history.complete,
                );
            }
            return;
        }
    }
    println!("{} charts, best of {ROUNDS}: {:.3} s", charts.len(), best.as_secs_f64());
}

/// Folders with a Chart.yaml that do not lie under a `charts/` folder of another chart.
fn charts(repository: &Repository, head: &str) -> Vec<String> {
    let local = repository.local().to_thread_local();
    let commit = local.rev_parse_single(head).expect("a commit").object().expect("an object");
    let mut found = Vec::new();
    collect(&commit.peel_to_tree().expect("a tree"), "", false, &mut found);
    found
}

fn collect(tree: &gix::Tree<'_>, path: &str, within: bool, found: &mut Vec<String>) {
    let entries: Vec<_> = tree.iter().filter_map(Result::ok).collect();
    let is_chart =
        entries.iter().any(|entry| entry.filename() == "Chart.yaml" && entry.mode().is_blob());
    if is_chart && !within {
        found.push(path.to_owned());
    }
    for entry in entries.iter().filter(|entry| entry.mode().is_tree()) {
        let name = entry.filename().to_string();
        let below = if path.is_empty() { name.clone() } else { format!("{path}/{name}") };
        let within = within || (is_chart && name == "charts");
        if let Ok(object) = entry.object() {
            collect(&object.into_tree(), &below, within, found);
        }
    }
}
