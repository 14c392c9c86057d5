//! Whether release-please raises a chart's version.

use crate::{
    catalog::Chart,
    sources::{CHART_FILE, Source, join},
    yaml,
};

/// What there is to do then: it keeps one pull request that raises what changed.
pub(super) const HELP: &str =
    "merge the pull request that release-please keeps open: it raises `version` and releases";

/// By its own files (docs/manifest-releaser.md of github.com/googleapis/release-please): the manifest has the version
/// of each folder that it releases.
const MANIFEST: &str = ".release-please-manifest.json";
const CONFIG: &str = "release-please-config.json";

/// Whether release-please releases the chart's folder, or writes the chart's version with another one's.
pub(super) fn releases(chart: &Chart, source: &Source) -> bool {
    let past = source.history().map(|past| past.folder.as_str()).unwrap_or_default();
    let folder = join(past, &chart.folder);
    let around = source.repository_root();
    let source = around.as_ref().unwrap_or(source);
    let Ok(manifest) = source.read_text(MANIFEST) else { return false };
    let stream = yaml::parse_json(manifest);
    let released = stream.root().is_some_and(|root| root.get(&folder).is_some());
    released || source.read_text(CONFIG).is_ok_and(|config| names(config.as_str(), &folder))
}

/// Whether the configuration names the chart's file among those that it writes versions to.
fn names(config: &str, folder: &str) -> bool {
    config.contains(&format!("\"{}\"", join(folder, CHART_FILE)))
}
