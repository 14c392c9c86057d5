//! The previous release of a chart, read from history and rendered as today's.

use globset::GlobSet;

use super::Analysis;
use crate::{
    catalog::{Chart, Closure, load},
    discover,
    history::{ChartHistory, Release},
    sources::{Source, Sources, is_below},
};

/// Hands the release before a chart's current version to `ask`: the chart as it was then, alone, so that
/// dependencies that were not committed under its charts/ are missing. None without history, or where the folder
/// of then can't be read.
pub fn with_previous<T>(
    chart: &Chart,
    history: Option<&ChartHistory>,
    source: &Source,
    ask: impl FnOnce(&Release, &Analysis<'_>) -> T,
) -> Option<T> {
    let history = history.filter(|history| history.complete)?;
    let release = history.previous_release(&chart.id.version)?;
    let root = &source.history()?.folder;
    let within =
        release.folder.strip_prefix(root.as_str()).filter(|_| is_below(&release.folder, root));
    let folder = source.folder_at(within?.trim_start_matches('/'), &release.last)?;
    let sources = Sources::from_list(vec![folder]);
    let found = discover::discover(&sources, &GlobSet::empty());
    let folder = found.charts.iter().find(|chart| chart.folder.is_empty())?;
    let old = load::load(sources.get(0)?, 0, folder);
    let closure = Closure::of(&old, &|_| None);
    Some(ask(release, &Analysis::new(&closure, &sources)))
}
