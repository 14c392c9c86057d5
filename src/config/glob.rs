//! Globs over report paths: `*` stays within a folder, `**` crosses folders.

use globset::{GlobBuilder, GlobMatcher, GlobSet, GlobSetBuilder};

use crate::finding::Place;

/// The chart folder that subcharts lie in.
const SUBCHARTS: &str = "/charts/";

/// A glob over charts' paths, from a configuration.
#[derive(Clone, Debug)]
pub struct PathGlob {
    /// The glob as written.
    pub text: String,
    /// Where it is written.
    pub place: Place,
    matcher: GlobMatcher,
}

impl PathGlob {
    /// Compiles a glob.
    pub fn new(text: &str, place: Place) -> Result<Self, BadGlob> {
        Ok(Self { text: text.to_owned(), place, matcher: compile(text)?.compile_matcher() })
    }

    /// Whether a chart's path, or that of a chart above it, matches.
    pub fn covers_chart(&self, path: &str) -> bool {
        chart_and_parents(path).any(|path| self.matcher.is_match(path))
    }
}

/// The globs of `--chart`.
#[derive(Clone, Debug)]
pub struct ChartGlobs {
    set: GlobSet,
    texts: Vec<String>,
}

impl ChartGlobs {
    /// Compiles globs; fails with all that are wrong.
    pub fn new(texts: &[String]) -> Result<Self, Vec<BadGlob>> {
        let mut set = GlobSetBuilder::new();
        let mut bad = Vec::new();
        for text in texts {
            match compile(text) {
                Ok(glob) => drop(set.add(glob)),
                Err(error) => bad.push(error),
            }
        }
        if !bad.is_empty() {
            return Err(bad);
        }
        let set = set.build().map_err(|error| vec![BadGlob::new("", &error)])?;
        Ok(Self { set, texts: texts.to_vec() })
    }

    /// The compiled globs.
    pub fn set(&self) -> &GlobSet {
        &self.set
    }

    /// The globs that cover none of the charts.
    pub fn unmatched<'a>(&'a self, charts: &[&str]) -> Vec<&'a str> {
        let mut matched = vec![false; self.texts.len()];
        for path in charts.iter().flat_map(|chart| chart_and_parents(chart)) {
            for index in self.set.matches(path) {
                if let Some(matched) = matched.get_mut(index) {
                    *matched = true;
                }
            }
        }
        let unmatched = self.texts.iter().zip(matched).filter(|(_, matched)| !matched);
        unmatched.map(|(text, _)| text.as_str()).collect()
    }
}

/// Whether globs cover a chart: charts under charts/ match with their parent.
pub fn covers_chart(globs: &GlobSet, path: &str) -> bool {
    chart_and_parents(path).any(|path| globs.is_match(path))
}

/// A chart's path and the paths of the charts that it can be a subchart of, `.` included.
fn chart_and_parents(path: &str) -> impl Iterator<Item = &str> {
    let parents = path.match_indices(SUBCHARTS).filter_map(move |(at, _)| path.get(..at));
    let root = path.starts_with(SUBCHARTS.trim_start_matches('/')).then_some(".");
    std::iter::once(path).chain(parents).chain(root)
}

/// A text that is no glob.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct BadGlob {
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

impl BadGlob {
    fn new(text: &str, error: &globset::Error) -> Self {
        let message = format!("`{text}` is no glob: {}", error.kind());
        Self { message, help: "close the bracket, or escape it with `\\`".to_owned() }
    }
}

/// Adds a glob that matches a folder and everything in it.
pub(super) fn add_folder(text: &str, set: &mut GlobSetBuilder) -> Result<(), BadGlob> {
    set.add(compile(text)?);
    set.add(compile(&format!("{}/**", text.trim_end_matches('/')))?);
    Ok(())
}

fn compile(text: &str) -> Result<globset::Glob, BadGlob> {
    let trimmed = text.strip_prefix("./").unwrap_or(text);
    let trimmed = trimmed.strip_suffix('/').unwrap_or(trimmed);
    if trimmed.is_empty() {
        let message = format!("`{text}` matches nothing");
        return Err(BadGlob { message, help: "write `**` for everything".to_owned() });
    }
    let glob = GlobBuilder::new(trimmed).literal_separator(true).build();
    glob.map_err(|error| BadGlob::new(text, &error))
}
