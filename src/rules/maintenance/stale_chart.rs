//! `maintenance/stale-chart`

use crate::{
    catalog::moved,
    facts::{Absence, CatalogFacts, ChartFacts, HistoryFact},
    finding::Level,
    rule::{CatalogContext, Rule, Sink, days_since},
};

/// A chart that no person has worked on for a year or more.
pub(crate) struct StaleChart;

impl Rule for StaleChart {
    fn catalog(&self, facts: &CatalogFacts, cx: &CatalogContext<'_>, out: &mut Sink) {
        let known = |chart: &ChartFacts| {
            let own = !chart.local_subchart && chart.deprecated.is_none();
            own && chart.readable && idle_days(chart, cx).is_some()
        };
        let stale = |chart: &ChartFacts| level(chart, cx).is_some();
        for absence in facts.absence(known, stale) {
            match absence {
                Absence::Chart(chart) => one(chart, cx, out),
                Absence::Catalog { catalog, charts, of } => most(catalog, &charts, of, cx, out),
            }
        }
    }
}

/// Days without a human change: since the last one, else since the chart came.
fn idle_days(chart: &ChartFacts, cx: &CatalogContext<'_>) -> Option<i64> {
    let history = chart.history.as_ref()?;
    let then = history.last_human_change.or(history.created)?;
    Some(days_since(then, cx.now))
}

fn level(chart: &ChartFacts, cx: &CatalogContext<'_>) -> Option<Level> {
    let days = idle_days(chart, cx)?;
    let warns = days >= cx.options.get("warning-days") || second_sign(chart, cx).is_some();
    (days >= cx.options.get("note-days")).then_some(if warns {
        Level::Warning
    } else {
        Level::Note
    })
}

/// What else says that nobody is there: it makes a year enough for a warning.
fn second_sign(chart: &ChartFacts, cx: &CatalogContext<'_>) -> Option<String> {
    chart.dependencies.iter().find_map(|it| {
        if moved::repository(&it.repository, cx.now).is_some() {
            Some(format!("its dependency `{}` comes from a dead repository", it.name))
        } else if it.deprecated || moved::chart(&it.repository, &it.name, cx.now).is_some() {
            Some(format!("its dependency `{}` is deprecated", it.name))
        } else {
            None
        }
    })
}

fn one(chart: &ChartFacts, cx: &CatalogContext<'_>, out: &mut Sink) {
    let (days, history) = (idle_days(chart, cx).unwrap_or_default(), chart.history.as_ref());
    let mut message = format!(
        "no person has changed templates, values or dependencies of `{}` for {days} days",
        chart.id.name
    );
    for clause in [hidden(history, cx.now), second_sign(chart, cx)].into_iter().flatten() {
        message.push_str("; ");
        message.push_str(&clause);
    }
    let place = chart.version_place.clone().unwrap_or_else(|| chart.anchor.clone());
    out.at(place, message)
        .chart(&chart.id)
        .subject(&chart.id.name)
        .level(level(chart, cx).unwrap_or(Level::Note))
        .help("review it against its upstream and release, or say `deprecated: true`");
}

/// What made the chart look alive: the newest change of any kind, and whose changes those were.
fn hidden(history: Option<&HistoryFact>, now: i64) -> Option<String> {
    let history = history?;
    let by = match (history.bot_changes, history.bulk_changes) {
        (0, 0) => return None,
        (bots, 0) => format!("bots since, {}", times(bots)),
        (0, bulk) => format!("bulk edits since, {}", times(bulk)),
        (bots, bulk) => format!("bots and bulk edits since, {}", times(bots + bulk)),
    };
    let last = history.last_change.as_ref().map(|(time, summary)| {
        format!(", the last {} days ago: `{}`", days_since(*time, now), summary.trim())
    });
    Some(by + &last.unwrap_or_default())
}

fn times(count: usize) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

fn most(catalog: &str, charts: &[&ChartFacts], of: usize, cx: &CatalogContext<'_>, out: &mut Sink) {
    let days = charts.iter().filter_map(|chart| idle_days(chart, cx)).min().unwrap_or_default();
    let old = charts.iter().filter(|chart| level(chart, cx) == Some(Level::Warning)).count();
    let message = format!(
        "no person has changed templates, values or dependencies of {} of {of} charts in `{catalog}` for {days} days or more",
        charts.len()
    );
    // As bad as most of them are.
    let level = if old * 2 > charts.len() { Level::Warning } else { Level::Note };
    out.absent(charts, message)
        .subject(catalog)
        .level(level)
        .help("decide for each chart whether it is kept: review and release it, or say `deprecated: true`");
}
