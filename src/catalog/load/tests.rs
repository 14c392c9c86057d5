//! Charts in memory, whole and broken.

mod broken;
mod whole;

use crate::{
    catalog::{Chart, Problem, ProblemKind},
    discover,
    sources::{Source, Sources},
};

/// A valid Chart.yaml.
const CHART: &str = "apiVersion: v2\nname: web\nversion: 1.0.0\n";

/// Loads the chart in the folder `web` that consists of these files.
fn load(files: &[(&str, &str)]) -> Chart {
    load_bytes(files.iter().map(|(path, text)| (*path, text.as_bytes().to_vec())).collect())
}

fn load_bytes(files: Vec<(&str, Vec<u8>)>) -> Chart {
    let files = files.into_iter().map(|(path, bytes)| (format!("web/{path}"), bytes));
    let sources = Sources::from_list(vec![Source::memory("", files)]);
    let discovery = discover::discover(&sources, &globset::GlobSet::empty());
    let folder = discovery.charts.iter().find(|folder| folder.path == "web").expect("a chart");
    super::load(sources.get(0).expect("one source"), 0, folder)
}

/// The problems of one kind as `path:line:column subject: message`.
fn problems(chart: &Chart, kind: ProblemKind) -> Vec<String> {
    let told = |problem: &Problem| {
        let (place, start) = (&problem.place, problem.place.start);
        let path = place.path.trim_start_matches("web/");
        let (subject, message) = (&problem.subject, &problem.message);
        format!("{path}:{}:{} {subject}: {message}", start.line, start.column)
    };
    chart.problems().iter().filter(|problem| problem.kind == kind).map(told).collect()
}

/// What Helm refuses.
fn refused(files: &[(&str, &str)]) -> Vec<String> {
    problems(&load(files), ProblemKind::UnreadableChart)
}

/// What can't be parsed.
fn unreadable(files: &[(&str, &str)]) -> Vec<String> {
    problems(&load(files), ProblemKind::UnreadableFile)
}

/// What Helm drops.
fn ignored(files: &[(&str, &str)]) -> Vec<String> {
    problems(&load(files), ProblemKind::IgnoredByHelm)
}

/// A gzipped tar archive.
fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let mut builder = tar::Builder::new(gzip);
    for (path, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        let name = header.as_old_mut().name.get_mut(..path.len()).expect("a short name");
        name.copy_from_slice(path.as_bytes());
        header.set_cksum();
        builder.append(&header, text.as_bytes()).expect("memory");
    }
    builder.into_inner().and_then(flate2::write::GzEncoder::finish).expect("memory")
}
