//! What an audit says, in every format.
//!
//! A [`Report`] is plain data, sorted and free of clocks: equal input and `now` give equal bytes.

use std::io::{self, Write};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::finding::{Finding, Level, Place};
use crate::rule::Page;
use crate::text::Text;

pub mod concise;
pub mod human;
pub mod json;
pub mod sarif;
mod tally;

/// The JSON report's schema, `schema/careen-report-1.json` in the repository.
pub const SCHEMA: &str = "careen-report/1";

/// Writes a report in a format. `pages` are the pages of the rules that the audit knows, in the
/// order of their ids; `files` gives the text for snippets and for SARIF's fingerprints.
/// The error is the writer's own.
pub fn write(
    format: Format,
    report: &Report,
    pages: &[&Page],
    files: &dyn Files,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut out = io::BufWriter::new(out);
    match format {
        Format::Human => human::write(report, pages, files, style, &mut out)?,
        Format::Concise => concise::write(report, style, &mut out)?,
        Format::Json => json::write(report, &mut out)?,
        Format::Jsonl => json::write_lines(report, &mut out)?,
        Format::Sarif => sarif::write(report, pages, files, &mut out)?,
    }
    out.flush()
}

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Snippets and a summary, for a person at a terminal.
    Human,
    /// One line per finding.
    Concise,
    /// The whole report, [`SCHEMA`].
    Json,
    /// One finding of the JSON report per line.
    Jsonl,
    /// SARIF 2.1.0, as code review services read it.
    Sarif,
}

impl Format {
    /// Every format, as help texts list them.
    pub const ALL: [Format; 5] =
        [Format::Human, Format::Concise, Format::Json, Format::Jsonl, Format::Sarif];

    /// The word that the command line uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Human => "human",
            Format::Concise => "concise",
            Format::Json => "json",
            Format::Jsonl => "jsonl",
            Format::Sarif => "sarif",
        }
    }
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Format::ALL.into_iter().find(|format| format.as_str() == text).ok_or_else(|| {
            let known = Format::ALL.map(Format::as_str).join(", ");
            format!("`{text}` is no format: use one of {known}")
        })
    }
}

/// Where reports read the text that they quote.
pub trait Files {
    /// The text of a file by the path of a [`Place`], `x.tgz!/path` inside archives; none where
    /// it cannot be shown. Asked once for a run of findings in one file.
    fn text(&self, path: &str) -> Option<Text>;
}

/// How a report for people may look; the program decides it from its terminal and environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether ANSI colours may be used.
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// Whether lines are drawn with box characters, or with ASCII.
    pub unicode: bool,
    /// Whether the terminal follows links (OSC 8) in texts.
    pub links: bool,
}

/// Everything that one audit has to say.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// Always [`SCHEMA`].
    pub schema: Arc<str>,
    /// Who wrote it.
    pub tool: Tool,
    /// The moment that ages are counted to, RFC 3339.
    pub now: String,
    /// The findings that stand, sorted by path, start, rule, message.
    pub findings: Vec<Finding>,
    /// The findings that the user silenced.
    pub suppressed: Vec<Suppressed>,
    /// What was looked at, and what was not.
    pub coverage: Coverage,
    /// The verdict; none until the scorecard is built.
    pub verdict: Option<serde_json::Value>,
    /// Rules that could not run, and what they lack.
    pub skipped_rules: Vec<SkippedRule>,
}

/// The program that wrote a report.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Tool {
    /// `careen`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// A finding that a suppression silenced.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Suppressed {
    /// The finding as it would have stood.
    #[serde(flatten)]
    pub finding: Finding,
    /// Why, in the user's words.
    pub reason: String,
    /// The last day on which the suppression holds, `YYYY-MM-DD`.
    pub until: Option<String>,
    /// Where the suppression is written.
    pub by: Place,
}

/// The state of one chart or file in the audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Everything was looked at.
    Analysed,
    /// Something was withheld; the reason says what.
    Partial,
    /// It could not be read.
    Skipped,
    /// It was left out on purpose: scaffold, test data, vendored, configured.
    Excluded,
}

/// What was looked at.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Coverage {
    /// Charts by state.
    pub charts: Counts,
    /// Every chart, and every file that was not read whole, sorted by path.
    pub entries: Vec<Entry>,
}

/// How many charts are in which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Looked at in full.
    pub analysed: usize,
    /// Looked at in part.
    pub partial: usize,
    /// Not readable.
    pub skipped: usize,
    /// Left out on purpose.
    pub excluded: usize,
}

/// One chart or file of the coverage.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Entry {
    /// The chart's folder or the file.
    pub path: String,
    /// Its state.
    pub state: State,
    /// Why it is not analysed; empty where it is.
    pub reason: String,
    /// Whether this is a chart and not a single file.
    #[serde(skip)]
    pub is_chart: bool,
}

/// A rule that could not run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SkippedRule {
    /// The rule's id.
    pub rule: String,
    /// What it needs and did not get.
    pub needs: String,
}

impl Report {
    /// How many findings stand at a level.
    pub fn count(&self, level: Level) -> usize {
        self.findings.iter().filter(|finding| finding.level == level).count()
    }
}
