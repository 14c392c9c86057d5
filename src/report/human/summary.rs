//! The end of the report: it accounts for every finding, every suppression, every chart and file,
//! and every rule that did not run.

use std::collections::BTreeMap;

use super::paint::Paint;
use super::prose::{visible, wrap};
use super::{MIN_WIDTH, rule_line};
use crate::finding::Place;
use crate::report::{Entry, Report, State, Style, Suppressed, tally};
use crate::rule::Page;

/// At most this many suppressed findings are listed.
const SUPPRESSED_LINES: usize = 5;

/// At most this many reasons for what was not analysed are listed.
const REASON_LINES: usize = 8;

/// At most this many paths are named for one reason.
const REASON_PATHS: usize = 3;

/// Titles are not cut to less than this.
const TITLE_MIN: usize = 16;

/// From so many findings on the summary says how to read fewer.
const MANY: usize = 100;

/// Where everything is listed that the summary only counts.
const ALL_OF_THEM: &str = "all of them in `--format json`";

/// The summary; one line where there is nothing to say.
pub(super) fn summary(report: &Report, pages: &[&Page], style: &Style) -> String {
    let (paint, width) = (Paint::new(style), style.width.max(MIN_WIDTH));
    let sections: Vec<String> = [
        findings(report, pages, width, paint),
        suppressed(&report.suppressed, width, paint),
        coverage(report, width, paint),
        skipped_rules(report, paint),
    ]
    .into_iter()
    .filter(|section| !section.is_empty())
    .collect();
    let body = sections.join("\n");
    if report.findings.is_empty() {
        return body;
    }
    let mut hint = "`careen explain RULE` says what a rule checks and how to silence it".to_owned();
    if report.findings.len() >= MANY {
        hint += "\n`--format concise` gives each finding a line; `--chart` and `--select` give fewer of them";
    }
    let hint: Vec<_> = hint.lines().map(|line| paint.dim(line)).collect();
    format!("{}\n{body}\n{}\n", rule_line("summary", "", style), hint.join("\n"))
}

/// Every finding by rule and level, with the rules' titles as far as the width allows.
fn findings(report: &Report, pages: &[&Page], width: usize, paint: Paint) -> String {
    if report.findings.is_empty() {
        return paint.good(&shipshape(report)) + "\n";
    }
    let rows = tally::rules(report);
    let wide = rows.iter().map(|(_, rule, _)| rule.len()).max().unwrap_or(0);
    let total = tally::count(report.findings.len(), "finding");
    let levels = tally::levels(&report.findings.iter());
    let mut out = format!("{}: {levels}\n", paint.bold(&total));
    for (level, rule, number) in rows {
        let word = paint.level(level, &format!("{:7}", level.as_str()));
        let title = pages.iter().find(|page| page.id == rule).map_or("", |page| &page.title);
        let room = width.saturating_sub(wide + 19);
        let row = format!("{number:>6}  {word}  {rule:wide$}  {}", paint.dim(&cut(title, room)));
        out.push_str(row.trim_end());
        out.push('\n');
    }
    out
}

/// A title as far as there is room for it; nothing where that is too little to be understood.
fn cut(title: &str, room: usize) -> String {
    if title.chars().count() <= room {
        return title.to_owned();
    }
    let kept: String = title.chars().take(room.saturating_sub(3)).collect();
    if room < TITLE_MIN { String::new() } else { format!("{}...", kept.trim_end()) }
}

/// What is said where nothing was found; the sections below tell what was left out.
fn shipshape(report: &Report) -> String {
    let charts = tally::charts(report.coverage.charts);
    if charts.starts_with("0 ") {
        return "no findings: there is no chart here".to_owned();
    }
    if report.skipped_rules.is_empty() && report.suppressed.is_empty() {
        return format!("shipshape: no findings, {charts}");
    }
    if reasons(&report.coverage.entries).is_empty() {
        return format!("no findings, {charts}");
    }
    "no findings".to_owned()
}

/// Every suppressed finding counted, the first ones with their reasons.
fn suppressed(all: &[Suppressed], width: usize, paint: Paint) -> String {
    if all.is_empty() {
        return String::new();
    }
    let mut out = format!("{} suppressed\n", paint.bold(&tally::count(all.len(), "finding")));
    for one in all.iter().take(SUPPRESSED_LINES) {
        let place = at(&one.finding.location);
        let what = format!("  {}[{}] {place}\n", one.finding.level, one.finding.rule);
        let until = one.until.as_deref().map_or(String::new(), |day| format!(" until {day}"));
        let why = format!("{}{until} ({})", one.reason.trim(), at(&one.by));
        out.extend([what, hanging("    because: ", &why, width)]);
    }
    out + &more(all.len(), SUPPRESSED_LINES, paint)
}

/// Charts by state, then the reasons for what was not analysed, the most serious first.
fn coverage(report: &Report, width: usize, paint: Paint) -> String {
    let counts = report.coverage.charts;
    let rows = reasons(&report.coverage.entries);
    if report.findings.is_empty() && rows.is_empty() {
        return String::new();
    }
    let mut out = format!("{}{}\n", paint.bold(&tally::charts(counts)), files(report));
    for ((state, reason), paths) in rows.iter().take(REASON_LINES) {
        let lead = format!("{:>6}  {:8}  ", paths.len(), tally::word(*state));
        out.push_str(&hanging(&lead, &format!("{reason}: {}", names(paths)), width));
    }
    out + &more(rows.len(), REASON_LINES, paint)
}

/// A text behind a lead, its further lines below its first one.
fn hanging(lead: &str, text: &str, width: usize) -> String {
    let lines = wrap(&visible(text), width.saturating_sub(lead.len()).max(MIN_WIDTH / 2));
    format!("{lead}{}\n", lines.join(&format!("\n{}", " ".repeat(lead.len()))))
}

/// The files that were not read whole: entries that are no charts.
fn files(report: &Report) -> String {
    let parts: Vec<_> = tally::STATES
        .into_iter()
        .filter(|state| *state != State::Analysed)
        .filter_map(|state| {
            let entries = report.coverage.entries.iter().filter(|entry| entry.state == state);
            let files = entries.count().saturating_sub(tally::of(report.coverage.charts, state));
            (files > 0).then(|| format!("{} {}", tally::count(files, "file"), tally::word(state)))
        })
        .collect();
    if parts.is_empty() { String::new() } else { format!("; {}", parts.join(", ")) }
}

type Reason<'a> = ((State, &'a str), Vec<&'a str>);

/// What was not analysed by state and reason: skipped, partial, excluded; the most frequent first.
fn reasons(entries: &[Entry]) -> Vec<Reason<'_>> {
    let mut reasons: BTreeMap<(State, &str), Vec<&str>> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.state != State::Analysed) {
        reasons.entry((entry.state, &entry.reason)).or_default().push(&entry.path);
    }
    let mut rows: Vec<_> = reasons.into_iter().collect();
    rows.sort_by_key(|((state, _), paths)| (urgency(*state), std::cmp::Reverse(paths.len())));
    rows
}

fn urgency(state: State) -> u8 {
    match state {
        State::Skipped => 0,
        State::Partial => 1,
        State::Excluded | State::Analysed => 2,
    }
}

fn names(paths: &[&str]) -> String {
    let named: Vec<_> = paths.iter().take(REASON_PATHS).map(|path| visible(path)).collect();
    match paths.len().checked_sub(REASON_PATHS) {
        Some(left @ 1..) => format!("{} and {left} more", named.join(", ")),
        _ => named.join(", "),
    }
}

fn skipped_rules(report: &Report, paint: Paint) -> String {
    if report.skipped_rules.is_empty() {
        return String::new();
    }
    let total = tally::count(report.skipped_rules.len(), "rule");
    let mut out = format!("{} not run\n", paint.bold(&total));
    for skipped in &report.skipped_rules {
        let row = format!("  {}: needs {}\n", skipped.rule, visible(&skipped.needs));
        out.push_str(&row);
    }
    out
}

fn at(place: &Place) -> String {
    format!("{}:{}:{}", visible(&place.path), place.start.line, place.start.column)
}

/// The line that counts what a list leaves out; empty where it leaves nothing out.
fn more(total: usize, listed: usize, paint: Paint) -> String {
    match total.checked_sub(listed) {
        Some(left @ 1..) => paint.dim(&format!("  and {left} more, {ALL_OF_THEM}")) + "\n",
        _ => String::new(),
    }
}
