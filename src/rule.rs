//! What a rule is: its page, its hooks, and how it reports.

use std::collections::BTreeMap;

use crate::finding::Level;

/// A rule's page, `rules/<family>/<name>.md`: the only place for its title, levels and prose.
#[derive(Clone, Debug)]
pub struct Page {
    /// `family/name`, from the file's path.
    pub id: &'static str,
    /// One line, lower case, no full stop: what is wrong.
    pub title: String,
    /// The default level.
    pub level: Level,
    /// Other levels that the rule can speak at, and when.
    pub also: BTreeMap<Level, String>,
    /// What one finding is about: chart, dependency, pair, catalog…
    pub unit: String,
    /// The dimension of the verdict that it speaks to.
    pub dimension: Option<String>,
    /// The first version of careen that had the rule.
    pub since: String,
    /// What it cannot run without.
    pub needs: Vec<Need>,
    /// Numbers that the configuration can change, with their defaults.
    pub options: BTreeMap<String, OptionPage>,
    /// The Markdown under the front matter, whole.
    pub body: &'static str,
    /// The first paragraph of "What it checks", plain.
    pub summary: String,
}

/// An input that a rule cannot run without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// Git history.
    History,
    /// A release before the current one.
    PreviousRelease,
    /// Rendered templates.
    Render,
    /// A chart repository's index.
    Index,
    /// An OCI registry.
    Registry,
    /// Repositories that deploy the charts.
    Consumers,
}

/// A number that the configuration can change.
#[derive(Clone, Debug)]
pub struct OptionPage {
    /// Its default.
    pub default: i64,
    /// What it counts, with the unit.
    pub about: String,
}
