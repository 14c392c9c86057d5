//! How fast 10,000 findings are written, in small files and in one large one.

#![allow(clippy::unwrap_used, reason = "a benchmark")]

use std::collections::BTreeMap;

use careen::finding::{ChartId, Finding, Level, Place};
use careen::report::{Counts, Coverage, Files, Format, Report, SCHEMA, Style, Tool, write};
use careen::text::{Span, Text};

const FINDINGS: usize = 10_000;

struct Shelf(BTreeMap<String, Text>);

impl Files for Shelf {
    fn text(&self, path: &str) -> Option<Text> {
        self.0.get(path).cloned()
    }
}

fn main() {
    divan::main();
}

/// `FINDINGS` findings spread evenly over files of `lines` lines.
fn audit(files: usize, lines: usize) -> (Report, Shelf) {
    let body: String = (0..lines)
        .flat_map(|n| {
            ["    property", "!", ": value # a comment\n"].map(|s| s.replace('!', &n.to_string()))
        })
        .collect();
    let shelf: BTreeMap<_, _> =
        (0..files).map(|n| (format!("charts/c{n:04}/values.yaml"), Text::new(&*body))).collect();
    let each = FINDINGS / files;
    let findings = shelf
        .iter()
        .flat_map(|(path, text)| (0..each).map(move |n| finding(path, text, n * lines / each)))
        .collect();
    let tool = Tool { name: "careen".into(), version: "0.1.0".into() };
    let coverage =
        Coverage { charts: Counts { analysed: files, ..Counts::default() }, entries: vec![] };
    let report = Report {
        schema: SCHEMA.into(),
        tool,
        now: "2026-11-22T00:00:00Z".into(),
        findings,
        suppressed: vec![],
        coverage,
        verdict: None,
        skipped_rules: vec![],
    };
    (report, Shelf(shelf))
}

fn finding(path: &str, text: &Text, line: usize) -> Finding {
    let start = text.line_span(line as u32 + 1).start as usize + 4;
    let folder = path.trim_end_matches("/values.yaml");
    Finding {
        rule: "docs/undocumented-value".into(),
        level: Level::Warning,
        chart: Some(ChartId { name: "c".into(), version: "1.0.0".into(), path: folder.into() }),
        subject: format!("property{line}"),
        message: format!("value `property{line}` is not documented"),
        help: "describe it in a comment that begins with `# --`".into(),
        location: Place::new(&path.into(), text, Span::new(start, start + 8)),
        related: vec![],
        fingerprint: format!("{line:016x}"),
        fix: None,
    }
}

#[divan::bench(args = [Format::Human, Format::Concise, Format::Json, Format::Jsonl, Format::Sarif])]
fn ten_thousand_in_1000_files(bencher: divan::Bencher<'_, '_>, format: Format) {
    run(bencher, format, &audit(1_000, 300));
}

#[divan::bench(args = [Format::Human, Format::Sarif])]
fn ten_thousand_in_one_file_of_2_mb(bencher: divan::Bencher<'_, '_>, format: Format) {
    run(bencher, format, &audit(1, 60_000));
}

fn run(bencher: divan::Bencher<'_, '_>, format: Format, (report, shelf): &(Report, Shelf)) {
    let style = Style { color: true, width: 100, unicode: true, links: false };
    bencher
        .counter(divan::counter::ItemsCount::new(FINDINGS))
        .bench_local(|| write(format, report, &[], shelf, &style, &mut std::io::sink()).unwrap());
}
