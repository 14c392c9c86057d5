//! Counts in words: how many findings, charts and rules, as summaries say it.

use std::collections::BTreeMap;

use super::{Counts, Report, State};
use crate::finding::{Finding, Level};

/// The levels, worst first, as summaries list them.
pub(super) const WORST_FIRST: [Level; 3] = [Level::Error, Level::Warning, Level::Note];

/// The states, the one that needs no explanation first.
pub(super) const STATES: [State; 4] =
    [State::Analysed, State::Partial, State::Skipped, State::Excluded];

/// `1 chart`, `2 charts`.
pub(super) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// `3 errors, 1 note`; `no findings` where there are none.
pub(super) fn levels<'a>(findings: &(impl Iterator<Item = &'a Finding> + Clone)) -> String {
    let parts: Vec<_> = WORST_FIRST
        .into_iter()
        .map(|level| (level, findings.clone().filter(|finding| finding.level == level).count()))
        .filter(|(_, number)| *number > 0)
        .map(|(level, number)| count(number, level.as_str()))
        .collect();
    if parts.is_empty() { "no findings".to_owned() } else { parts.join(", ") }
}

/// `41 charts: 38 analysed, 3 partial`; `41 charts analysed` where nothing was left out.
pub(super) fn charts(counts: Counts) -> String {
    let total = STATES.into_iter().map(|state| of(counts, state)).sum();
    if total == counts.analysed {
        return format!("{} analysed", count(total, "chart"));
    }
    let parts: Vec<_> = STATES
        .into_iter()
        .filter(|state| of(counts, *state) > 0)
        .map(|state| format!("{} {}", of(counts, state), word(state)))
        .collect();
    format!("{}: {}", count(total, "chart"), parts.join(", "))
}

/// How many charts are in a state.
pub(super) fn of(counts: Counts, state: State) -> usize {
    match state {
        State::Analysed => counts.analysed,
        State::Partial => counts.partial,
        State::Skipped => counts.skipped,
        State::Excluded => counts.excluded,
    }
}

/// The word for a state.
pub(super) fn word(state: State) -> &'static str {
    match state {
        State::Analysed => "analysed",
        State::Partial => "partial",
        State::Skipped => "skipped",
        State::Excluded => "excluded",
    }
}

/// How often each rule speaks at each level: worst level first, then the most frequent, then by id.
pub(super) fn rules(report: &Report) -> Vec<(Level, &str, usize)> {
    let mut counts: BTreeMap<(Level, &str), usize> = BTreeMap::new();
    for finding in &report.findings {
        *counts.entry((finding.level, &finding.rule)).or_default() += 1;
    }
    let mut rows: Vec<_> = counts.into_iter().map(|((level, rule), n)| (level, rule, n)).collect();
    rows.sort_by(|a, b| b.0.cmp(&a.0).then(b.2.cmp(&a.2)).then(a.1.cmp(b.1)));
    rows
}
