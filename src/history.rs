//! What Git knows about charts: one walk over the history answers for every chart at once.
//!
//! The walk reads each commit once and compares trees only along the paths of charts, in parallel. What comes out
//! per chart is what `git log -- FOLDER` would show (history simplification included: a merge that takes a chart
//! unchanged from one parent leads to that parent alone), plus the releases along the first-parent line.
//!
//! *Content* is what a package ships and Helm renders: `templates/`, `crds/`, `values*.yaml`, `values.schema.json`,
//! `charts/`, `requirements.yaml` and Chart.yaml beyond its version and what it tells people (description,
//! maintainers, home, sources, icon, keywords, annotations). Another chart's folder within
//! `templates/` or `crds/` is not content.
//!
//! Nothing here fails because of what a commit holds: an object that is absent (partial and shallow clones) makes the
//! history of the charts concerned incomplete ([`ChartHistory::complete`]), never wrong.

mod assemble;
mod compare;
#[doc(hidden)]
pub mod fixture;
mod follow;
mod graph;
mod manifest;
mod packs;
mod people;
mod releases;
mod rename;
mod repository;
mod scan;
mod trees;

#[cfg(test)]
mod tests;

pub use compare::MAX_PATH_DEPTH;
pub use manifest::{MAX_MANIFEST_BYTES, same_content};
pub use packs::{MAX_DELTA_CHAIN, MAX_OBJECT_BYTES, OBJECT_CACHE_BYTES};
pub use people::{Contributor, Person, is_bot};
pub use releases::{Release, UNRELEASED_MAX, Unreleased};
pub use rename::MAX_RENAME_TREES;
pub use repository::{Commit, HistoryError, Repository};

/// A bulk edit changes the content of more charts than this, however small the catalog (spec, Words).
pub const BULK_CHARTS: usize = 5;

/// A bulk edit changes the content of more than one in this many of the catalog's charts (spec, Words: 10 %).
pub const BULK_SHARE: usize = 10;

/// How often one chart's folder may have been renamed before the walk stops following it.
pub const MAX_RENAMES: usize = 16;

/// What is withheld of a chart whose history is not all here.
pub const INCOMPLETE: &str = "the clone is shallow or partial: ages and releases are not judged";

/// A chart's folder, as the walk is asked about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChartFolder<'a> {
    /// The folder's path in the repository at the walk's head, with `/`; empty for the root.
    pub path: &'a str,
}

/// What one walk found.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Whether the repository is a shallow clone: its oldest commits name parents that are not there.
    pub shallow: bool,
    /// How many commits were walked.
    pub commits: usize,
    /// One history per chart, in the order in which the charts were given.
    pub charts: Vec<ChartHistory>,
}

/// Who changed one chart what and when. Everything is newest first.
#[derive(Clone, Debug, Default)]
pub struct ChartHistory {
    /// Whether the head commit holds the chart's Chart.yaml at all; a new, uncommitted chart has no history.
    pub present: bool,
    /// Commits that changed the chart's content. A merge counts only where its result differs from every parent.
    pub changes: Vec<Change>,
    /// The newest commit that touched anything in the folder.
    pub last_change: Option<Change>,
    /// The newest of `changes`.
    pub last_content_change: Option<Change>,
    /// The newest of `changes` that a person made and that is no bulk edit.
    pub last_human_change: Option<Change>,
    /// People (authors, co-authors, sign-offs) of every commit that touched the folder, without bots; by the time of
    /// their last commit, newest first.
    pub contributors: Vec<Contributor>,
    /// Every value of `version` that Chart.yaml carried on the first-parent line, by the last commit that carried it.
    pub releases: Vec<Release>,
    /// Time of the first commit, renames followed, in seconds since 1970; `None` where it lies beyond what is here.
    pub created: Option<i64>,
    /// Whether the whole history is here: false where a shallow boundary or an absent object hides something, so
    /// that an absence ("no human change since…") is unknown, not known.
    pub complete: bool,
    mainline: releases::Mainline,
}

/// A commit, seen from one chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The commit's id in hexadecimal.
    pub commit: String,
    /// Committer time, in seconds since 1970.
    pub time: i64,
    /// Who wrote it.
    pub author: Person,
    /// By whom, as the age of a chart sees it.
    pub kind: ChangeKind,
    /// The first line of the message.
    pub summary: String,
}

/// What a change says about whether somebody is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    /// A person worked on this chart.
    Human,
    /// The author is a program (`data/bots.tsv`).
    Bot,
    /// One commit to the content of more than max(5, 10 % of the catalog's) charts.
    Bulk,
}

/// Walks the history behind `head` once, for all charts of a catalog together.
///
/// `charts` are the folders as they are at `head`; their number is the catalog's size for what a bulk edit is.
/// The same input gives the same output with any number of threads.
///
/// # Errors
/// Only where the head commit itself can't be read.
pub fn walk(
    repository: &Repository,
    head: &Commit,
    charts: &[ChartFolder<'_>],
) -> Result<History, HistoryError> {
    let pool = trees::Pool::new(repository);
    let mut walk = assemble::Walk::start(repository, head, charts, &pool)?;
    walk.follow_renames();
    Ok(walk.finish())
}
