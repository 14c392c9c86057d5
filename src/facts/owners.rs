//! CODEOWNERS, and the OWNERS files of Prow: who answers for a folder.

use std::{collections::BTreeMap, sync::Arc};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::{
    finding::Place,
    sources::{Source, ancestors, join, parent},
    text::{Span, Text},
    yaml::{self, Node},
};

/// Where GitHub and GitLab look for the file, in this order; the first one counts.
pub const OWNERS_FILES: [&str; 4] =
    [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];

/// What Prow, the CI of Kubernetes and its projects, calls the file that names who approves changes to a folder and
/// what is below it. Source: `pkg/repoowners` of sigs.k8s.io/prow.
const PROW_FILE: &str = "OWNERS";

/// How many of them are read.
const PROW_FILES_MAX: usize = 1_000;

/// A CODEOWNERS file, and the OWNERS files.
#[derive(Debug)]
pub struct Owners {
    path: Arc<str>,
    text: Text,
    rules: Vec<OwnersRule>,
    /// Where in the repository the source lies.
    folder: String,
    /// Where an OWNERS file names approvers, by its folder.
    approvers: BTreeMap<String, Place>,
}

#[derive(Debug)]
struct OwnersRule {
    pattern: Gitignore,
    owned: bool,
    span: Span,
}

impl Owners {
    /// Reads the CODEOWNERS file of a source, or of the repository in which it is a folder, and the source's
    /// OWNERS files. None where there is neither.
    pub fn read(source: &Source) -> Option<Self> {
        let around = source.repository_root();
        let folder = source.history().filter(|_| around.is_some()).map(|past| past.folder.clone());
        let owners = around.as_ref().and_then(Self::read_at).or_else(|| Self::read_at(source));
        let approvers = approvers(source);
        if owners.is_none() && approvers.is_empty() {
            return None;
        }
        let owners = owners.unwrap_or_else(|| Self::parse("".into(), Text::new("")));
        Some(Self { folder: folder.unwrap_or_default(), approvers, ..owners })
    }

    fn read_at(source: &Source) -> Option<Self> {
        let path = OWNERS_FILES.into_iter().find(|path| source.has(path))?;
        let content = source.read(path).ok()?;
        Some(Self::parse(source.report_path(path), Text::of_bytes(&content)))
    }

    /// Parses a CODEOWNERS file: a pattern a line, owners after it, `#` begins a comment. GitLab's
    /// section headings in brackets are passed over.
    pub fn parse(path: Arc<str>, text: Text) -> Self {
        let lines = 1..=text.line_count() as u32;
        let rules = lines.filter_map(|line| rule(&text, text.line_span(line))).collect();
        Self { path, text, rules, folder: String::new(), approvers: BTreeMap::new() }
    }

    /// What gives a file its owners: the line of CODEOWNERS, or the OWNERS file nearest to it.
    pub fn of(&self, file: &str) -> Option<Place> {
        let nearest = || ancestors(file).find_map(|folder| self.approvers.get(folder));
        self.line_of(file).or_else(|| nearest().cloned())
    }

    /// The last matching line decides; one without owners takes them away again.
    fn line_of(&self, file: &str) -> Option<Place> {
        let file = &join(&self.folder, file);
        let hit = self
            .rules
            .iter()
            .rev()
            .find(|rule| rule.pattern.matched_path_or_any_parents(file, false).is_ignore())?;
        hit.owned.then(|| Place::new(&self.path, &self.text, hit.span))
    }
}

/// Where OWNERS files name approvers, for all files of the folder or for some of them.
fn approvers(source: &Source) -> BTreeMap<String, Place> {
    let is_owners = |path: &&str| path.rsplit('/').next() == Some(PROW_FILE);
    let paths = source.files().iter().map(|file| file.path().as_ref());
    let named = |path: &str| {
        let text = Text::of_bytes(&source.read(path).ok()?);
        let stream = yaml::parse(text.clone());
        let root = stream.root()?;
        let filters = root.get("filters").into_iter().flat_map(Node::entries);
        let filters = filters.filter_map(|filter| filter.value.get("approvers"));
        let first =
            root.get("approvers").into_iter().chain(filters).find_map(|it| it.items().next())?;
        Some((parent(path).to_owned(), Place::new(&source.report_path(path), &text, first.span())))
    };
    paths.filter(is_owners).take(PROW_FILES_MAX).filter_map(named).collect()
}

fn rule(text: &Text, span: Span) -> Option<OwnersRule> {
    let line = text.slice(span);
    let line = line.split_once(" #").map_or(line, |(line, _)| line);
    let mut words = line.split_whitespace();
    let pattern = words.next().filter(|word| !word.starts_with(['#', '[', '^']))?;
    let mut builder = GitignoreBuilder::new("");
    builder.add_line(None, pattern).ok()?;
    Some(OwnersRule { pattern: builder.build().ok()?, owned: words.next().is_some(), span })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owners(text: &str) -> Owners {
        Owners::parse("CODEOWNERS".into(), Text::new(text))
    }

    #[test]
    fn the_last_matching_line_decides() {
        let owners =
            owners("# all\n* @org/all\n/charts/web/ @ann\n/charts/old/\n[Docs]\n*.md @bob\n");
        let line = |file| owners.of(file).map(|place| place.start.line);
        assert_eq!(line("charts/web/Chart.yaml"), Some(3));
        assert_eq!(line("charts/api/Chart.yaml"), Some(2));
        assert_eq!(line("charts/old/Chart.yaml"), None);
    }

    #[test]
    fn the_nearest_file_of_prow_decides() {
        let text = |path: &str, text: &str| (path.to_owned(), text.as_bytes().to_vec());
        let files = [
            text("OWNERS", "# all\napprovers:\n- ann\n"),
            text("charts/OWNERS", "options: {no_parent_owners: true}\n"),
            text("charts/web/OWNERS", "filters:\n  .*:\n    approvers: [bob]\n"),
            text("charts/web/Chart.yaml", "name: web"),
        ];
        let owners = Owners::read(&Source::memory("", files)).unwrap();
        let of = |file| owners.of(file).map(|place| (place.path.to_string(), place.start.line));
        assert_eq!(of("charts/web/Chart.yaml"), Some(("charts/web/OWNERS".to_owned(), 3)));
        assert_eq!(of("charts/api/Chart.yaml"), Some(("OWNERS".to_owned(), 3)));
        let files =
            (0..=PROW_FILES_MAX).map(|at| text(&format!("{at:04}/OWNERS"), "approvers: [a]"));
        let owners = Owners::read(&Source::memory("", files)).unwrap();
        let owned = |folder: usize| owners.of(&format!("{folder:04}/Chart.yaml")).is_some();
        assert!(owned(PROW_FILES_MAX - 1) && !owned(PROW_FILES_MAX));
    }

    #[test]
    fn a_pattern_without_match_gives_no_owner() {
        assert!(owners("/docs/ @ann\n").of("charts/web/Chart.yaml").is_none());
    }

    #[test]
    fn a_folder_of_a_repository_is_owned_by_the_repositorys_file() {
        let folder = tempfile::tempdir().unwrap();
        let mut fixture = crate::history::fixture::Fixture::bare(folder.path()).unwrap();
        fixture
            .write(".github/CODEOWNERS", "/deploy/web/ @ann\n")
            .write("deploy/web/Chart.yaml", "");
        fixture.commit(0, "Ann <ann@example.com>", "start").unwrap();
        let work = tempfile::tempdir().unwrap();
        copy(folder.path(), &work.path().join(".git"));
        std::fs::create_dir_all(work.path().join("deploy/web")).unwrap();
        let source = Source::open(&work.path().join("deploy"), None).unwrap();
        assert!(Owners::read(&source).unwrap().of("web/Chart.yaml").is_some());
    }

    fn copy(from: &std::path::Path, to: &std::path::Path) {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            let target = to.join(entry.file_name());
            if entry.path().is_dir() {
                copy(&entry.path(), &target);
            } else {
                std::fs::copy(entry.path(), target).unwrap();
            }
        }
    }
}
