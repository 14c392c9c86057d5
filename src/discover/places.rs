//! Folders in which charts are data of something else, or nobody's any more: tests, scaffolders, archives.

use std::collections::{BTreeMap, BTreeSet};

use globset::GlobSet;

use super::last_element;
use crate::sources::{CHART_FILE, Source, ancestors, join, parent};
use crate::yaml;

/// Folders that hold test data, and are it.
const TEST_DATA: &[&str] = &[
    "testdata",
    "test-data",
    "test_data",
    "test-fixtures",
    "test_fixtures",
    "test-chart",
    "test-charts",
    "__fixtures__",
    "__tests__",
    "_test",
    "_tests",
];

/// Folders that hold test data; a chart may bear such a name itself.
const TESTS: &[&str] = &["test", "tests", "e2e", "fixtures"];

/// The folder that scaffolders copy; a chart may bear the name itself.
const SKELETON: &str = "skeleton";

/// Folders of what people copy to begin a chart, by their names in lower case with `-` for `_`.
const COPIED: &[&str] = &["chart-template", "template-chart", "chart-skeleton"];

/// Folders in which charts lie that their owners gave up; a chart may bear such a name itself.
const ARCHIVES: &[&str] = &["archive", "archives", "archived", "attic", "graveyard"];

/// Folders in which charts show how others are used; a chart may bear such a name itself.
const EXAMPLES: &[&str] = &["example", "examples", "sample", "samples"];

/// What Backstage's scaffolder names its templates.
const SCAFFOLDER_FILES: &[&str] = &["template.yaml", "template.yml"];

/// The name of a file, in lower case with `_` between words and without an ending, which says that what lies
/// around it is made from something else.
const MADE: &str = "do_not_edit";

/// What is known of places in one source. The root's own folders count, those above it don't:
/// who audits a test folder means it.
pub(crate) struct Places<'a> {
    source: &'a Source,
    excludes: &'a GlobSet,
    /// Folders with a Backstage template.
    scaffolders: BTreeSet<String>,
    /// Folders that nobody edits, with the file that says so.
    made: BTreeMap<&'a str, &'a str>,
    /// Whether charts lie outside of folders of examples, too.
    has_others: bool,
}

impl<'a> Places<'a> {
    pub(crate) fn new(source: &'a Source, excludes: &'a GlobSet) -> Self {
        let is_template = |path: &&str| SCAFFOLDER_FILES.contains(&last_element(path));
        let scaffolders = source
            .files()
            .iter()
            .map(|file| file.path().as_ref())
            .filter(is_template)
            .filter(|path| is_scaffolder(source, path))
            .map(|path| parent(path).to_owned())
            .collect();
        let made =
            source.files().iter().map(|file| file.path().as_ref()).filter(|path| says_made(path));
        let made = made.map(|path| (parent(path), path));
        // Who audits such a folder means it.
        let made = made.filter(|(folder, _)| !folder.is_empty()).collect();
        let mut charts = source.files().iter().map(|file| file.path().as_ref());
        let is_other =
            |path: &str| last_element(path) == CHART_FILE && example(parent(path)).is_none();
        Self { source, excludes, scaffolders, made, has_others: charts.any(is_other) }
    }

    /// Whether the configuration excludes a folder, or a file in it.
    pub(crate) fn configured(&self, folder: &str, file: &str) -> Option<String> {
        if self.excludes.is_empty() {
            return None;
        }
        let excluded = [file, folder].into_iter().chain(ancestors(folder)).any(|path| {
            self.excludes.is_match(path) || self.excludes.is_match(&*self.source.report_path(path))
        });
        excluded.then(|| "excluded by the configuration".to_owned())
    }

    /// Why what lies in a folder is no chart of the catalog, as far as the place tells.
    pub(crate) fn exclusion(&self, folder: &str) -> Option<String> {
        test_data(folder)
            .or_else(|| self.scaffolder(folder))
            .or_else(|| archive(folder))
            .or_else(|| self.made(folder))
            .or_else(|| example(folder).filter(|_| self.has_others))
    }

    /// What a file around it says to be made from something else: a repair would be lost there.
    fn made(&self, folder: &str) -> Option<String> {
        let mut around = std::iter::once(folder).chain(ancestors(folder));
        let file = around.find_map(|folder| self.made.get(folder))?;
        Some(format!("made from something else, as `{}` says", self.source.report_path(file)))
    }

    fn scaffolder(&self, folder: &str) -> Option<String> {
        let template = || {
            let above = std::iter::once(folder)
                .chain(ancestors(folder))
                .find(|above| self.scaffolders.contains(*above))?;
            let file = SCAFFOLDER_FILES
                .iter()
                .map(|name| join(above, name))
                .find(|file| self.source.has(file))?;
            let file = self.source.report_path(&file);
            Some(format!("part of the Backstage scaffolder template `{file}`"))
        };
        let named = |name: &str| format!("a scaffold: it lies below `{name}/`");
        let skeleton = || parent(folder).split('/').any(|element| element == SKELETON);
        let braces = || folder.split('/').find(|element| element.contains("{{"));
        template()
            .or_else(|| skeleton().then(|| named(SKELETON)))
            .or_else(|| copied(folder).or_else(braces).map(named))
    }
}

fn test_data(folder: &str) -> Option<String> {
    let mut elements = folder.split('/').rev();
    let own = elements.next().filter(|name| TEST_DATA.contains(name));
    let above = || elements.find(|name| TEST_DATA.contains(name) || TESTS.contains(name));
    own.or_else(above).map(|name| format!("test data: it lies below `{name}/`"))
}

/// The element of a folder's path that is copied to begin charts.
fn copied(folder: &str) -> Option<&str> {
    let is_copied = |name: &&str| {
        COPIED.contains(&name.trim_matches('_').to_lowercase().replace('_', "-").as_str())
    };
    folder.split('/').find(is_copied)
}

fn example(folder: &str) -> Option<String> {
    let above = parent(folder).split('/').find(|name| EXAMPLES.contains(name));
    above.map(|name| format!("an example: it lies below `{name}/`"))
}

fn says_made(path: &str) -> bool {
    let name = last_element(path).to_lowercase().replace(['-', ' '], "_");
    name.split('.').next() == Some(MADE)
}

fn archive(folder: &str) -> Option<String> {
    let above = parent(folder).split('/').find(|name| {
        let name = name.trim_matches(['_', '.']).to_lowercase();
        ARCHIVES.contains(&name.as_str())
    });
    above.map(|name| format!("given up: it lies below `{name}/`"))
}

fn is_scaffolder(source: &Source, path: &str) -> bool {
    let Ok(text) = source.read_text(path) else { return false };
    // Most files of the name are Helm templates: no YAML, and no business of a parser.
    if !text.as_str().contains("backstage.io/") {
        return false;
    }
    let stream = yaml::parse(text);
    let field = |node: yaml::Node<'_>, key| node.get(key).and_then(yaml::Node::to_text);
    stream.documents().any(|document| {
        let version = field(document, "apiVersion").unwrap_or_default();
        let group = version.split('/').next().unwrap_or_default();
        let is_template = field(document, "kind").is_some_and(|kind| kind == "Template");
        is_template && matches!(group, "scaffolder.backstage.io" | "backstage.io")
    })
}
