//! Findings: what a rule says, about what, and where.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::text::{Position, Span, Text};

/// How bad a finding is; `Error` is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// A fact that the verdict needs.
    Note,
    /// A maintainer would open an issue.
    Warning,
    /// An install or upgrade breaks, or data is lost, provable from the files.
    Error,
}

impl Level {
    /// The word that reports and configuration use.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Note => "note",
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }
}

impl std::fmt::Display for Level {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Level {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Level::Note, Level::Warning, Level::Error]
            .into_iter()
            .find(|level| level.as_str() == text)
            .ok_or_else(|| format!("`{text}` is no level: use note, warning or error"))
    }
}

/// A region of a file, by the path that reports show.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Relative to the audited root, with `/`; inside archives `x.tgz!/path`.
    pub path: Arc<str>,
    /// Where the region begins.
    pub start: Position,
    /// Where it ends, exclusive.
    pub end: Position,
}

impl Place {
    /// The place of a span in a text.
    pub fn new(path: &Arc<str>, text: &Text, span: Span) -> Self {
        Self {
            path: Arc::clone(path),
            start: text.position(span.start),
            end: text.position(span.end.max(span.start)),
        }
    }

    /// The first character of a file of which nothing more is known.
    pub fn file(path: &Arc<str>) -> Self {
        let start = Position { line: 1, column: 1, offset: 0 };
        Self { path: Arc::clone(path), start, end: start }
    }
}

/// The chart that a finding lies in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ChartId {
    /// The chart's name; the folder's where Chart.yaml has none.
    pub name: String,
    /// The chart's version as written; empty where there is none.
    pub version: String,
    /// The chart's folder, relative to the audited root; the root's own chart is `.`.
    pub path: String,
}

/// A second place that belongs to a finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Related {
    /// What stands there, in three words.
    pub message: String,
    /// Where.
    pub location: Place,
}

/// One text replacement of a fix.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Edit {
    /// What is replaced; empty to insert.
    pub location: Place,
    /// The new text.
    pub text: String,
}

/// A repair that careen can apply itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Fix {
    /// Whether the rendered output stays the same.
    pub safe: bool,
    /// The replacements, in order, without overlap.
    pub edits: Vec<Edit>,
}

/// One defect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule's id, `family/name`.
    pub rule: Arc<str>,
    /// How bad it is, after configuration.
    pub level: Level,
    /// The chart it lies in; none for a finding on the catalog.
    pub chart: Option<ChartId>,
    /// What it is about: a values path, CRD, dependency, link, image, chart (see the spec's words).
    pub subject: String,
    /// What is wrong: lower case, no full stop, values in backticks.
    pub message: String,
    /// What to do: an instruction that can be pasted; empty where the page says it all.
    pub help: String,
    /// Where the repair is made.
    pub location: Place,
    /// The other places that the message speaks of.
    pub related: Vec<Related>,
    /// Stable identity: rule, chart path, subject, ordinal among equals; never a line.
    pub fingerprint: String,
    /// A repair that careen can apply.
    pub fix: Option<Fix>,
}
