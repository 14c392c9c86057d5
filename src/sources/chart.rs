//! Helm's directory loader: which files of a folder make up the chart (`pkg/chart/v2/loader`).

use std::collections::HashMap;
use std::sync::Arc;

use super::limits::{CHART_BYTES_MAX, CHART_FILE_BYTES_MAX, CHART_FILES_MAX, LINK_DEPTH_MAX};
use super::listing::Stored;
use super::problem::{FileProblem, ProblemKind, ReadError};
use super::{HELM_IGNORE, Source, is_below, join};
use crate::catalog::ignore::Rules;
use crate::text::Text;

/// One file that Helm loads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartFile {
    /// Relative to the chart, as Helm names it.
    pub relative: String,
    /// In the source: where the bytes are, links followed.
    pub path: Arc<str>,
    /// In bytes.
    pub size: u64,
}

/// The files of one chart.
#[derive(Clone, Debug, Default)]
pub struct ChartFiles {
    /// In Helm's order: lexical, folder by folder.
    pub files: Vec<ChartFile>,
    /// What is missing from `files`, or what Helm refuses (paths are in the source).
    pub problems: Vec<FileProblem>,
}

impl Source {
    /// The files that Helm would load as the chart in `folder`: links to files and folders
    /// followed, the chart's own `.helmignore` applied (not in a package, as in Helm).
    /// Files over Helm's limits are listed, and are problems too.
    pub fn chart_files(&self, folder: &str) -> ChartFiles {
        let mut out = ChartFiles::default();
        let rules = self.rules(folder, &mut out);
        let mut walk = Walk { source: self, rules, folders: HashMap::new(), out };
        walk.run(folder);
        walk.add_problems_of_listing(folder);
        let mut out = walk.out;
        out.files.sort_by(|a, b| by_folder(&a.relative).cmp(by_folder(&b.relative)));
        out.check_size(folder);
        out.problems.sort();
        out.problems.dedup();
        out
    }

    /// None in a package, where Helm applies none.
    fn rules(&self, folder: &str, out: &mut ChartFiles) -> Option<Rules> {
        if self.is_package() {
            return None;
        }
        let path = join(folder, HELM_IGNORE);
        let content = match self.read(&path) {
            Ok(content) => content,
            Err(ReadError::NotFound { .. }) => return Some(Rules::default()),
            Err(error) => {
                out.problems.push(error.into_problem(&path));
                return Some(Rules::default());
            }
        };
        let text = Text::of_bytes(&content);
        let (mut rules, problems) = Rules::parse(text.as_str());
        if std::str::from_utf8(&content).is_err() {
            // What is no UTF-8 matches no name, but must not move the places of what is wrong.
            (rules, _) = Rules::parse(&String::from_utf8_lossy(&content));
        }
        out.problems.extend(problems.into_iter().map(|problem| FileProblem {
            span: Some(problem.span),
            ..FileProblem::new(path.as_str(), ProblemKind::IgnoreRule, problem.message)
        }));
        Some(rules)
    }
}

impl ChartFiles {
    fn problem(&mut self, path: &str, kind: ProblemKind, message: impl Into<String>) {
        self.problems.push(FileProblem::new(path, kind, message));
    }

    fn check_size(&mut self, folder: &str) {
        let total: u64 = self.files.iter().map(|file| file.size).sum();
        if total > CHART_BYTES_MAX {
            let message = format!(
                "the chart's files have {total} bytes; Helm refuses charts over {CHART_BYTES_MAX}"
            );
            self.problem(folder, ProblemKind::TooLarge, message);
        }
    }
}

/// A folder to be listed: where it is, what the chart calls it, and the links that led to it.
struct Visit {
    real: String,
    relative: String,
    /// The places of those links, resolved: their own folders must not come again.
    through: Vec<String>,
}

struct Walk<'a> {
    source: &'a Source,
    rules: Option<Rules>,
    /// Whether a folder (relative) is ignored, with those above it.
    folders: HashMap<String, bool>,
    out: ChartFiles,
}

impl Walk<'_> {
    fn run(&mut self, folder: &str) {
        let mut open =
            vec![Visit { real: folder.to_owned(), relative: String::new(), through: Vec::new() }];
        let mut visits = 0;
        while let Some(visit) = open.pop() {
            visits += 1;
            let source = self.source;
            for file in source.under(&visit.real) {
                let below = strip_folder(file.path(), &visit.real);
                let relative = join(&visit.relative, below);
                if !self.is_ignored(&relative, false) {
                    self.add_file(relative, file);
                }
            }
            self.open_links(&visit, &mut open);
            // Looked at after each folder: the files of one are bounded by those of the source.
            if visits + self.out.files.len() > CHART_FILES_MAX {
                let message = format!("more than {CHART_FILES_MAX} files: the rest is left out");
                return self.out.problem(folder, ProblemKind::TooMany, message);
            }
        }
    }

    fn add_file(&mut self, relative: String, file: &super::File) {
        let path = match &file.stored {
            Stored::Link(target) => Arc::clone(target),
            _ => Arc::clone(file.path()),
        };
        let size = match self.source.size(&path) {
            Ok(size) => size,
            Err(error) => return self.out.problems.push(error.into_problem(&path)),
        };
        if size > CHART_FILE_BYTES_MAX {
            let message =
                format!("{size} bytes; Helm refuses files over {CHART_FILE_BYTES_MAX} in a chart");
            self.out.problem(&path, ProblemKind::TooLarge, message);
        }
        self.out.files.push(ChartFile { relative, path, size });
    }

    fn open_links(&mut self, visit: &Visit, open: &mut Vec<Visit>) {
        let source = self.source;
        for (link, real) in source.listing.folder_links(&visit.real) {
            let relative = join(&visit.relative, strip_folder(link, &visit.real));
            if self.is_ignored(&relative, true) {
                continue;
            }
            let through: Vec<String> =
                visit.through.iter().cloned().chain([link.to_owned()]).collect();
            let returns = through.iter().any(|passed| is_below(passed, real));
            if returns || through.len() > LINK_DEPTH_MAX {
                let message = format!("a link to `{real}`, which leads back to itself");
                self.out.problem(link, ProblemKind::LinkLoop, message);
            } else {
                open.push(Visit { real: real.to_owned(), relative, through });
            }
        }
    }

    /// What the listing met in this chart's folder; Helm never looks into ignored folders.
    fn add_problems_of_listing(&mut self, folder: &str) {
        let source = self.source;
        for problem in source.problems().iter().filter(|it| is_below(&it.path, folder)) {
            let relative = strip_folder(&problem.path, folder);
            let above = relative.rsplit_once('/').map(|(above, _)| above);
            if !above.is_some_and(|above| self.is_folder_ignored(above)) {
                self.out.problems.push(problem.clone());
            }
        }
    }

    fn is_ignored(&mut self, relative: &str, is_dir: bool) -> bool {
        // Helm asks for a folder before it asks for what is in it.
        if relative.rsplit_once('/').is_some_and(|(above, _)| self.is_folder_ignored(above)) {
            return true;
        }
        self.rules.as_ref().is_some_and(|rules| rules.ignores(relative, is_dir))
    }

    /// Whether Helm leaves out a folder, or one above it.
    fn is_folder_ignored(&mut self, folder: &str) -> bool {
        let Some(rules) = &self.rules else { return false };
        if let Some(known) = self.folders.get(folder) {
            return *known;
        }
        let ends = folder.match_indices('/').map(|(end, _)| end).chain([folder.len()]);
        let mut on_the_way = ends.filter_map(|end| folder.get(..end));
        let ignored = on_the_way.any(|folder| rules.ignores(folder, true));
        self.folders.insert(folder.to_owned(), ignored);
        ignored
    }
}

/// A path as Helm's walk orders them: what is in a folder comes before what only begins with its name.
fn by_folder(path: &str) -> impl Iterator<Item = u8> {
    // No name holds a NUL.
    path.bytes().map(|byte| if byte == b'/' { 0 } else { byte })
}

fn strip_folder<'a>(path: &'a str, folder: &str) -> &'a str {
    path.strip_prefix(folder).unwrap_or(path).trim_start_matches('/')
}
