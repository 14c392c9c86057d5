//! CODEOWNERS: who answers for a folder.

use std::sync::Arc;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::{
    finding::Place,
    sources::{Source, join},
    text::{Span, Text},
};

/// Where GitHub and GitLab look for the file, in this order; the first one counts.
pub const OWNERS_FILES: [&str; 4] =
    [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];

/// A CODEOWNERS file.
#[derive(Debug)]
pub struct Owners {
    path: Arc<str>,
    text: Text,
    rules: Vec<OwnersRule>,
    /// Where in the repository the source lies.
    folder: String,
}

#[derive(Debug)]
struct OwnersRule {
    pattern: Gitignore,
    owned: bool,
    span: Span,
}

impl Owners {
    /// Reads the CODEOWNERS file of a source, or of the repository in which it is a folder.
    pub fn read(source: &Source) -> Option<Self> {
        let around = source.repository_root();
        let folder = source.history().filter(|_| around.is_some()).map(|past| past.folder.clone());
        let owners = around.as_ref().and_then(Self::read_at).or_else(|| Self::read_at(source))?;
        Some(Self { folder: folder.unwrap_or_default(), ..owners })
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
        Self { path, text, rules, folder: String::new() }
    }

    /// The line that gives a file its owners. The last matching line decides; one without owners
    /// takes them away again.
    pub fn of(&self, file: &str) -> Option<Place> {
        let file = &join(&self.folder, file);
        let hit = self
            .rules
            .iter()
            .rev()
            .find(|rule| rule.pattern.matched_path_or_any_parents(file, false).is_ignore())?;
        hit.owned.then(|| Place::new(&self.path, &self.text, hit.span))
    }
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
