//! One line per finding, as compilers write them and editors read them.

use std::io::{self, Write};

use super::human::paint::Paint;
use super::human::prose::visible;
use super::{Report, Style, tally};
use crate::finding::Finding;

/// Writes `path:line:col: level[rule] message` for every finding, then one line that sums up.
pub fn write(report: &Report, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let paint = Paint::new(style);
    for finding in &report.findings {
        writeln!(out, "{}", line(finding, paint))?;
    }
    writeln!(out, "{}", summary(report))
}

fn line(finding: &Finding, paint: Paint) -> String {
    let place = &finding.location;
    let level = paint.level(finding.level, finding.level.as_str());
    format!(
        "{}:{}:{}: {level}[{}] {}",
        visible(&place.path),
        place.start.line,
        place.start.column,
        finding.rule,
        visible(&finding.message),
    )
}

/// What the findings, the suppressions, the coverage and the skipped rules amount to, in one line.
fn summary(report: &Report) -> String {
    let mut parts = vec![tally::levels(&report.findings.iter())];
    if !report.suppressed.is_empty() {
        parts.push(format!("{} suppressed", report.suppressed.len()));
    }
    parts.push(tally::charts(report.coverage.charts));
    if !report.skipped_rules.is_empty() {
        parts.push(format!("{} not run", tally::count(report.skipped_rules.len(), "rule")));
    }
    parts.join("; ")
}
