//! `maintenance/unreleased-changes`

mod please;
mod standing;

use std::collections::BTreeSet;

use crate::{
    catalog::Chart,
    history::{self, Commit},
    rule::{ChartContext, Rule, Sink, days_since},
    sources::{CHART_FILE, Content, Source, ancestors, join},
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
        if cx.index.is_part(&chart.id.path) || version::is_placeholder(&version.value) {
            return;
        }
        let waits = |first: &Commit| days_since(first.time, cx.now);
        let is_late = |days: i64| days > cx.options.get("days");
        if !is_late(waits(&unreleased.first)) || is_set_at_release(chart, cx.source) {
            return;
        }
        let (what, first) = match cx.source.folder_at(&chart.folder, &unreleased.bump) {
            Some(then) => {
                let changed = changed(chart, cx.source, &then);
                let first = standing::first(&changed, chart, cx.source, unreleased);
                (named(&changed), first.unwrap_or(&unreleased.first))
            }
            // The folder had another name: that its content changed is all that is known.
            None => (Some("what the chart ships".to_owned()), &unreleased.first),
        };
        let days = waits(first);
        let Some(what) = what.filter(|_| is_late(days)) else { return };
        let message = format!(
            "{what} changed since version `{}`, the first change {days} days ago, and the version is still the same",
            version.value
        );
        let help = if please::releases(chart, cx.source) { please::HELP } else { HELP };
        out.at(chart.manifest_place(version.span), message).help(help);
    }
}

/// Whether a Makefile beside the chart, or above it, gives the version when it packs the chart.
fn is_set_at_release(chart: &Chart, source: &Source) -> bool {
    let around = std::iter::once(chart.folder.as_str()).chain(ancestors(&chart.folder));
    let mut files = around.map(|folder| join(folder, MAKEFILE)).filter(|path| source.has(path));
    files.any(|path| {
        let Ok(text) = source.read_text(&path) else { return false };
        let text = text.as_str().replace("\\\n", " ");
        text.lines().any(|line| line.contains("helm package") && line.contains("--version"))
    })
}

const MAKEFILE: &str = "Makefile";

const HELP: &str = "raise `version` and release; let CI demand it with each change, for example \
                    `ct lint --check-version-increment`";

/// The first of the files by name, and how many more; none where there is no file.
fn named(files: &[Compared]) -> Option<String> {
    let names: Vec<_> = files.iter().take(FILES).map(|file| format!("`{}`", file.path)).collect();
    let more = files.len().saturating_sub(FILES);
    let more = match more {
        0 => String::new(),
        1 => " and 1 more file".to_owned(),
        more => format!(" and {more} more files"),
    };
    (!names.is_empty()).then(|| names.join(", ") + &more)
}

/// The files of a chart's content that say something else than at another commit: what is in
/// comments, and what Helm does not pack, needs no release. Nor does a template that only bears
/// another name.
fn changed(chart: &Chart, source: &Source, then: &Source) -> Vec<Compared> {
    let packed = chart.listing.iter().filter(|path| is_content(path)).cloned();
    let gone = then.files().iter().map(|file| file.path().to_string());
    let gone = gone.filter(|path| is_content(path) && !chart.has_file(path) && !is_hidden(path));
    let paths: BTreeSet<String> = packed.chain(gone).collect();
    let compared = paths.into_iter().map(|path| {
        let before = then.read(&path).ok();
        let after = source.read(&join(&chart.folder, &path)).ok();
        Compared { path, before, after }
    });
    without_renamed(compared.filter(Compared::differs).collect())
}

/// A file as it was and as it is; none where it was not, or is not.
struct Compared {
    path: String,
    before: Option<Content>,
    after: Option<Content>,
}

impl Compared {
    fn differs(&self) -> bool {
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => !is_same(&self.path, before, after),
            (before, after) => before.is_some() != after.is_some(),
        }
    }

    /// What a template that is only there once says, and whether Helm renders it: all that matters
    /// where it bears another name.
    fn moved(&self) -> Option<(bool, &Content)> {
        let content = self.before.as_ref().xor(self.after.as_ref())?;
        self.path.starts_with("templates/").then(|| (is_rendered(&self.path), content))
    }
}

/// The files of which more differs than a template's name.
fn without_renamed(files: Vec<Compared>) -> Vec<Compared> {
    let (gone, new): (Vec<_>, Vec<_>) = files.iter().partition(|file| file.before.is_some());
    let gone: BTreeSet<_> = gone.into_iter().filter_map(Compared::moved).collect();
    let new: BTreeSet<_> = new.into_iter().filter_map(Compared::moved).collect();
    let is_renamed = |it: (bool, &Content)| gone.contains(&it) && new.contains(&it);
    let left: Vec<_> = files.iter().map(|file| !file.moved().is_some_and(is_renamed)).collect();
    files.into_iter().zip(left).filter_map(|(file, left)| left.then_some(file)).collect()
}

/// Whether a template makes objects, by its name: partials and notes do not.
fn is_rendered(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    !name.starts_with('_') && name != "NOTES.txt"
}

fn is_content(path: &str) -> bool {
    let values = path.starts_with("values") && !path.contains('/');
    let folders = ["templates/", "crds/", "charts/"];
    let within = folders.iter().any(|folder| path.starts_with(folder));
    path == CHART_FILE || values || (within && !is_prose(path))
}

/// Whether a file of a chart under charts/ is its README or another text for people.
fn is_prose(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    path.starts_with("charts/")
        && !path.contains("/templates/")
        && name.strip_suffix(".md").is_some()
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

/// The lines that say something: neither blank nor a comment of YAML, nor, before any other, the mark of a document.
fn said(content: &Content) -> impl Iterator<Item = &[u8]> {
    let lines = content.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    let lines = lines.filter(|line| {
        let text = line.trim_ascii_start();
        !text.is_empty() && !text.starts_with(b"#")
    });
    lines.skip_while(|line| *line == b"---")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, before: Option<&str>, after: Option<&str>) -> Compared {
        let content = |text: &str| Content::from(text.as_bytes());
        Compared { path: path.to_owned(), before: before.map(content), after: after.map(content) }
    }

    #[test]
    fn the_readme_of_a_subchart_is_no_content() {
        assert!(!is_content("charts/db/README.md") && !is_content("README.md"));
        assert!(is_content("charts/db/values.yaml") && is_content("charts/db/templates/notes.md"));
    }

    #[test]
    fn a_template_that_only_bears_another_name_is_no_change() {
        let moved = |to: &str| {
            let old = file("templates/deployment.yaml", Some("kind: Deployment"), None);
            without_renamed(vec![old, file(to, None, Some("kind: Deployment"))])
        };
        assert_eq!(moved("templates/server/dep.yaml").len(), 0);
        assert_eq!(moved("templates/_dep.tpl").len(), 2, "it renders nothing any more");
        assert_eq!(moved("crds/dep.yaml").len(), 2, "it is installed at another time");
        let edited = file("templates/web.yaml", Some("kind: Deployment"), Some("kind: Job"));
        let copy = file("templates/copy.yaml", None, Some("kind: Deployment"));
        assert_eq!(without_renamed(vec![edited, copy]).len(), 2, "nothing went");
    }
}
