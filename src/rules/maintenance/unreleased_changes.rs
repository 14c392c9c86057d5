//! `maintenance/unreleased-changes`

use std::collections::BTreeSet;

use crate::{
    catalog::Chart,
    history,
    rule::{ChartContext, Rule, Sink, days_since},
    sources::{CHART_FILE, Content, Source, join},
    version,
};

/// Content that changed and was never released.
pub(crate) struct UnreleasedChanges;

/// How many changed files a message names.
const FILES: usize = 3;

impl Rule for UnreleasedChanges {
    fn chart(&self, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
        // A local subchart is released with the chart that holds it; its version is for nobody.
        if chart.parent.is_some() {
            return;
        }
        let unreleased = cx.history.and_then(|history| history.unreleased_since());
        let version = chart.manifest.as_ref().and_then(|manifest| manifest.version.as_ref());
        let Some((unreleased, version)) = unreleased.zip(version) else { return };
        // Released with the chart that takes it in, or under a version that the release writes.
        if cx.index.is_part(&chart.id.path) || is_placeholder(&version.value) {
            return;
        }
        let days = days_since(unreleased.first.time, cx.now);
        if days <= cx.options.get("days") {
            return;
        }
        let files = match cx.source.folder_at(&chart.folder, &unreleased.bump) {
            Some(then) => changed(chart, cx.source, &then),
            // The folder had another name: that its content changed is all that is known.
            None => vec!["its folder".to_owned()],
        };
        if files.is_empty() {
            return;
        }
        let message = format!(
            "{} changed since version `{}`, the first change {days} days ago, and was never released",
            named(&files),
            version.value
        );
        out.at(chart.manifest_place(version.span), message).help(HELP);
    }
}

/// Whether a version stands for the one that a release job writes: `0.0.0`, `0.0.1-set.by.release`.
fn is_placeholder(version: &str) -> bool {
    let Ok(version) = version::parse(version) else { return false };
    let never = version.major == 0 && version.minor == 0;
    never && (version.patch == 0 || !version.pre.is_empty())
}

const HELP: &str = "raise `version` and release; let CI demand it with each change, for example \
                    `ct lint --check-version-increment`";

fn named(files: &[String]) -> String {
    let names: Vec<_> = files.iter().take(FILES).map(|file| format!("`{file}`")).collect();
    let more = files.len().saturating_sub(FILES);
    let more = match more {
        0 => String::new(),
        1 => " and 1 more file".to_owned(),
        more => format!(" and {more} more files"),
    };
    names.join(", ") + &more
}

/// The files of a chart's content that say something else than at another commit: what is in
/// comments, and what Helm does not pack, needs no release.
fn changed(chart: &Chart, source: &Source, then: &Source) -> Vec<String> {
    let packed = chart.listing.iter().filter(|path| is_content(path)).cloned();
    let gone = then.files().iter().map(|file| file.path().to_string());
    let gone = gone.filter(|path| is_content(path) && !chart.has_file(path) && !is_hidden(path));
    let paths: BTreeSet<String> = packed.chain(gone).collect();
    let differs = |path: &String| {
        let before = then.read(path).ok();
        let after = source.read(&join(&chart.folder, path)).ok();
        match (before, after) {
            (Some(before), Some(after)) => !is_same(path, &before, &after),
            (before, after) => before.is_some() != after.is_some(),
        }
    };
    paths.into_iter().filter(differs).collect()
}

fn is_content(path: &str) -> bool {
    let values = path.starts_with("values") && !path.contains('/');
    let folders = ["templates/", "crds/", "charts/"];
    path == CHART_FILE || values || folders.iter().any(|folder| path.starts_with(folder))
}

fn is_hidden(path: &str) -> bool {
    path.split('/').any(|part| part.starts_with('.'))
}

fn is_same(path: &str, before: &Content, after: &Content) -> bool {
    if path == CHART_FILE {
        return history::same_content(before, after);
    }
    before == after || said(before).eq(said(after))
}

/// The lines that say something: neither blank nor a comment of YAML.
fn said(content: &Content) -> impl Iterator<Item = &[u8]> {
    let lines = content.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    lines.filter(|line| {
        let text = line.trim_ascii_start();
        !text.is_empty() && !text.starts_with(b"#")
    })
}
