//! Whether the repository's .gitignore files keep a chart's lock out: those of the source, and those above
//! it where the source is a folder of a repository.

use std::collections::BTreeSet;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::{
    catalog::Chart,
    sources::{Content, Source, ancestors, is_below, join, parent},
};

const LOCKS: [&str; 2] = ["Chart.lock", "requirements.lock"];

/// Notes of a chart without a lock, and of its local subcharts, whether Git ignores it. The recursion ends with the
/// tree of charts.
pub(super) fn mark(chart: &mut Chart, source: &Source) {
    let open = chart.lock.is_none() && !chart.dependencies.is_empty();
    chart.lock_ignored = open && is_lock(source, &chart.folder);
    chart.made_templates = made_templates(chart, source);
    let local = chart.subcharts.iter_mut().filter(|it| !it.vendored && !it.packaged);
    local.for_each(|subchart| mark(&mut subchart.chart, source));
}

/// The folders of templates in which Git ignores templates: a script makes them, and they are not here. Asked for a
/// name that nobody would ignore by itself.
fn made_templates(chart: &Chart, source: &Source) -> Vec<String> {
    // Most files don't speak of templates, and to read their patterns takes time.
    let speaks = |folder: &str| {
        let path = join(folder, ".gitignore");
        let content = source.has(&path).then(|| source.read(&path).ok()).flatten();
        content.is_some_and(|content| {
            let text = String::from_utf8_lossy(&content);
            ["templates", ".yaml", ".yml"].iter().any(|word| text.contains(word))
        })
    };
    let below = |path: &&str| *path == "templates" || is_below(path, "templates");
    let folders: BTreeSet<&str> =
        chart.folder_listing.iter().map(|path| parent(path)).filter(below).collect();
    let is_made = |folder: &&str| {
        let template = join(&join(&chart.folder, folder), MADE_TEMPLATE);
        ancestors(&template).any(speaks) && is_ignored(source, &template)
    };
    let made = folders.into_iter().filter(is_made);
    made.filter_map(|folder| Some(folder.rsplit('/').next()?.to_owned())).collect()
}

/// The name of a template that is asked for.
const MADE_TEMPLATE: &str = "a-template-of-this-chart.yaml";

/// Whether a lock in a folder would be ignored by Git; the file nearest to it decides.
fn is_lock(source: &Source, folder: &str) -> bool {
    LOCKS.iter().any(|lock| is_ignored(source, &join(folder, lock)))
}

fn is_ignored(source: &Source, path: &str) -> bool {
    let own = decided(path, |file| source.has(file).then(|| source.read(file).ok()).flatten());
    let above = || {
        let folder = &source.history()?.folder;
        // The source's own files were asked already, and said nothing.
        decided(&join(folder, path), |file| {
            let outside = !is_below(file, folder);
            outside.then(|| source.read_around(file)).flatten()
        })
    };
    own.or_else(above).unwrap_or(false)
}

/// What the file nearest to a path says of it, if one says something.
fn decided(path: &str, read: impl Fn(&str) -> Option<Content>) -> Option<bool> {
    ancestors(path).find_map(|folder| {
        let patterns = patterns(&read(&join(folder, ".gitignore"))?)?;
        let local = path.get(folder.len()..)?.trim_start_matches('/');
        let matched = patterns.matched_path_or_any_parents(local, false);
        (!matched.is_none()).then(|| matched.is_ignore())
    })
}

fn patterns(content: &[u8]) -> Option<Gitignore> {
    let mut builder = GitignoreBuilder::new("");
    for line in String::from_utf8_lossy(content).lines() {
        // A line that is no pattern ignores nothing.
        let _ = builder.add_line(None, line);
    }
    builder.build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::Sources;

    fn ignored(files: &[(&str, &str)]) -> bool {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
        is_lock(&Source::memory("", files), "charts/web")
    }

    #[test]
    fn templates_that_git_ignores_are_made() {
        let made = |ignored: &str| {
            let files = [
                (".gitignore", ignored),
                ("web/Chart.yaml", "name: web"),
                ("web/templates/a.yaml", ""),
                ("web/templates/crds/README.md", ""),
            ];
            let files = files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()));
            let sources = Sources::from_list(vec![Source::memory("", files)]);
            let found = crate::discover::discover(&sources, &globset::GlobSet::empty());
            let chart = super::super::load(sources.get(0).unwrap(), 0, &found.charts[0]);
            chart.made_templates
        };
        assert_eq!(made("web/templates/crds/*.yaml"), ["crds"]);
        assert_eq!(made("web/templates/crds/b.yaml\n*.tgz\n"), [""; 0]);
    }

    #[test]
    fn the_nearest_file_decides() {
        assert!(ignored(&[(".gitignore", "*.tgz\nChart.lock\n")]));
        assert!(ignored(&[(".gitignore", "# locks\n**/requirements.lock")]));
        assert!(ignored(&[("charts/web/.gitignore", "/Chart.lock")]));
        assert!(!ignored(&[(".gitignore", "/Chart.lock\n*.tgz\n")]));
        assert!(!ignored(&[(".gitignore", "*.lock"), ("charts/.gitignore", "!*.lock")]));
        assert!(!ignored(&[]));
    }
}
