//! Which files make up a chart, and what the listing says is wrong with them.

use std::collections::BTreeMap;

use super::{Loader, Site, files, files::Files};
use crate::{
    catalog::{Problem, ProblemKind, ignore::Rules},
    finding::Place,
    sources::{
        CHART_BYTES_MAX, CHART_FILE, CHART_FILE_BYTES_MAX, FileProblem, HELM_IGNORE,
        ProblemKind as Fault, Source, join,
    },
    text::{Span, Text},
};

/// The files of the chart in a folder of a source.
pub(super) fn of<'a>(
    source: &'a Source,
    loader: &'a Loader,
    folder: &str,
    judged: bool,
) -> Files<'a> {
    let listed = source.chart_files(folder);
    let packed: BTreeMap<_, _> =
        listed.files.into_iter().map(|file| (file.relative, file.path)).collect();
    let below = |path: &str| match folder {
        "" => Some(path.to_owned()),
        _ => Some(path.strip_prefix(folder)?.strip_prefix('/')?.to_owned()),
    };
    let mut all: Vec<String> =
        source.under(folder).iter().filter_map(|file| below(file.path())).collect();
    all.extend(packed.keys().cloned());
    all.sort();
    all.dedup();
    let base = folder.to_owned();
    let (faults, problems) = (listed.problems, Vec::new());
    Files { source, loader, judged, base, packed, folder: all, faults, problems }
}

/// The path in the source of a file of the chart's folder, packed or not.
pub(super) fn path_of(files: &Files<'_>, local: &str) -> std::sync::Arc<str> {
    let packed = files.packed.get(local).cloned();
    packed.unwrap_or_else(|| join(&files.base, local).into())
}

/// Tells what the listing met, as far as it matters to the chart.
pub(super) fn tell(files: &mut Files<'_>, site: &Site, anchor: &Place) {
    let faults = std::mem::take(&mut files.faults);
    if faults.is_empty() {
        return;
    }
    let rules = rules(files);
    for fault in faults {
        let local = local(&fault.path, &site.folder);
        let read_later = files.packed.values().any(|path| **path == *fault.path);
        if !is_left_out(&rules, &local) {
            let found = problem(files, &fault, &local, read_later, anchor);
            // Two limits may be crossed by one file.
            files.problems.extend(found.filter(|found| !files.problems.contains(found)));
        }
    }
}

fn local(path: &str, folder: &str) -> String {
    path.strip_prefix(folder).unwrap_or(path).trim_start_matches('/').to_owned()
}

fn rules(files: &Files<'_>) -> Rules {
    let text = ignore_file(files).map(|text| Rules::parse(text.as_str()).0);
    text.unwrap_or_default()
}

/// The chart's .helmignore; Helm reads it in a folder only.
pub(super) fn ignore_file(files: &Files<'_>) -> Option<Text> {
    let path = join(&files.base, HELM_IGNORE);
    let applies = !files.source.is_package() && files.source.has(&path);
    let bytes = applies.then(|| files.source.read(&path)).and_then(Result::ok)?;
    Some(Text::of_bytes(&bytes))
}

/// Whether a folder above a path is left out: Helm then never meets what lies in it.
fn is_left_out(rules: &Rules, local: &str) -> bool {
    let above = local.match_indices('/').filter_map(|(end, _)| local.get(..end));
    above.into_iter().any(|folder| rules.ignores(folder, true))
}

fn problem(
    files: &Files<'_>,
    fault: &FileProblem,
    local: &str,
    read_later: bool,
    anchor: &Place,
) -> Option<Problem> {
    let refused = |message: String, help: &str| {
        let place = files::place(files.source, fault);
        let place = if local.is_empty() { anchor.clone() } else { place };
        Some(Problem::new(ProblemKind::UnreadableChart, place, local, &message).help(help))
    };
    match fault.kind {
        Fault::IgnoreRule => refused(fault.message.clone(), "write one rule for each level"),
        Fault::LinkBroken | Fault::LinkLoop => {
            let message = format!("{}: Helm does not load the chart", fault.message);
            refused(message, "delete the link, or make what it leads to")
        }
        Fault::Special if !files.source.is_package() => {
            let message = format!("{}: Helm does not load the chart", fault.message);
            refused(message, "move it out of the chart")
        }
        Fault::TooLarge if local.is_empty() && is_told_by_files(files) => None,
        Fault::TooLarge if local.is_empty() => {
            refused(fault.message.clone(), "move large files out, or name them in .helmignore")
        }
        Fault::TooLarge => refused(too_large(files, fault), "name it in .helmignore"),
        Fault::Absent | Fault::Unreadable | Fault::NotUtf8 | Fault::LinkOutside => {
            let told = is_parsed(local) && !read_later;
            told.then(|| files::unreadable(local, files.source, fault))
        }
        Fault::TooMany | Fault::TooDeep | Fault::Submodule => {
            let message = format!("`{local}`: {}", fault.message);
            let kind = ProblemKind::PartialAnalysis;
            Some(Problem::new(kind, anchor.clone(), local, &message))
        }
        _ => None,
    }
}

/// Whether the chart as a whole is too large only by files that are too large themselves.
fn is_told_by_files(files: &Files<'_>) -> bool {
    let sizes = files.packed.values().filter_map(|path| files.source.size(path).ok());
    sizes.filter(|size| *size <= CHART_FILE_BYTES_MAX).sum::<u64>() <= CHART_BYTES_MAX
}

/// Helm 3.17.3 to 4.2 refuse such a chart; 4.3 has only the bound on the whole (tried with 4.3.1).
fn too_large(files: &Files<'_>, fault: &FileProblem) -> String {
    let size = files.source.size(&fault.path).unwrap_or_default();
    format!(
        "the file has {size} bytes, Helm before 4.3 refuses charts with one over \
         {CHART_FILE_BYTES_MAX}"
    )
}

/// Whether Helm or careen parses a file; others may be what they like.
fn is_parsed(local: &str) -> bool {
    const FILES: [&str; 7] = [
        CHART_FILE,
        "Chart.lock",
        "requirements.yaml",
        "requirements.lock",
        "values.yaml",
        "values.schema.json",
        HELM_IGNORE,
    ];
    let first = local.split('/').next().unwrap_or(local);
    matches!(first, "templates" | "charts" | "crds") || FILES.contains(&local)
}

/// A folder without Chart.yaml, or with one that .helmignore leaves out.
pub(super) fn missing_manifest(files: &Files<'_>, site: &Site, anchor: &Place) -> Problem {
    let kind = ProblemKind::UnreadableChart;
    if let Some(text) = ignore_file(files)
        && let Some(span) = hiding(&text)
    {
        let path = files.source.report_path(&join(&site.folder, HELM_IGNORE));
        let rule = text.slice(span);
        let reason = match rule.strip_prefix('!') {
            Some(rest) => format!("leaves out all that is not `{rest}`, Chart.yaml too"),
            None => "leaves out Chart.yaml".to_owned(),
        };
        let place = Place::new(&path, &text, span);
        return Problem::new(kind, place, HELM_IGNORE, &format!("`{rule}` {reason}"))
            .help(format!("delete the line `{rule}`"))
            .skips();
    }
    Problem::new(kind, anchor.clone(), CHART_FILE, "the chart has no Chart.yaml")
        .help("add Chart.yaml, or delete the folder")
        .skips()
}

/// The rule that leaves out Chart.yaml.
fn hiding(text: &Text) -> Option<Span> {
    let hides = |span: &Span| Rules::parse(text.slice(*span)).0.ignores(CHART_FILE, false);
    lines(text).into_iter().find(hides)
}

/// The rules of a .helmignore, without surrounding white space.
pub(super) fn lines(text: &Text) -> Vec<Span> {
    let trimmed = |line: u32| {
        let span = text.line_span(line);
        let written = text.slice(span);
        let start = span.start as usize + written.len() - written.trim_start().len();
        Span::new(start, start + written.trim().len())
    };
    let last = text.line_count() as u32;
    let rule = |span: &Span| !text.slice(*span).is_empty() && !text.slice(*span).starts_with('#');
    (1..=last).map(trimmed).filter(rule).collect()
}
