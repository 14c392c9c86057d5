//! Arguments as people type them. `audit` turns them into what the library takes.

use std::{path::PathBuf, str::FromStr};

use careen::{finding::Level, report::Format};
use clap::{Args, Parser, Subcommand, ValueEnum, builder::styling};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

const STYLES: styling::Styles = styling::Styles::styled()
    .header(styling::AnsiColor::Green.on_default().bold())
    .usage(styling::AnsiColor::Green.on_default().bold())
    .literal(styling::AnsiColor::Cyan.on_default().bold())
    .placeholder(styling::AnsiColor::Cyan.on_default());

/// More threads than this only wait for each other.
const MAX_JOBS: i64 = 1024;

const EXIT_CODES: &str = "\
Exit codes:
  0  no finding at or above --fail-on
  1  findings
  2  wrong usage or configuration
  3  a chart or file could not be read (see --allow-incomplete)
2 wins over 3, and 3 over 1.";

/// Audits Helm chart catalogs: what is unmaintained, which CRDs have no upgrade path, where versions
/// drifted apart, where the documentation no longer says what the templates do.
///
/// Reads charts without Helm, without a cluster and without the network.
#[derive(Debug, Parser)]
#[command(version, styles = STYLES, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// When to use colours: auto, always or never
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = true
    )]
    pub(crate) color: Color,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Audit catalogs: folders, packaged charts, Git repositories
    Audit(Box<AuditArgs>),
    /// Explain a rule: what it checks, why, how to repair and how to silence it
    Explain {
        /// A rule's id, such as `docs/broken-link`
        rule: String,
    },
    /// List all rules
    Rules {
        /// How to write the list: table or json
        #[arg(long, value_name = "FORMAT", default_value = "table", hide_possible_values = true)]
        format: ListFormat,
    },
    /// Write a completion script for a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
}

/// The arguments of `careen audit`.
#[derive(Args, Debug)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct AuditArgs {
    /// Folders, packaged charts (.tgz) or Git repositories, bare ones too
    #[arg(value_name = "SOURCE", default_value = ".")]
    pub(crate) sources: Vec<PathBuf>,
    /// Read a branch, tag or commit from Git's object store, without a checkout
    #[arg(long, value_name = "REF", help_heading = "What is audited")]
    pub(crate) at: Option<String>,
    /// Report only on charts whose folder matches; everything is still read [repeatable]
    #[arg(long, value_name = "GLOB", help_heading = "What is audited")]
    pub(crate) chart: Vec<String>,
    /// Run only these rules or families, such as `docs` or `crd/hook` [repeatable, or with commas]
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "What is audited")]
    pub(crate) select: Vec<String>,
    /// Leave out these rules or families [repeatable, or with commas]
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "What is audited")]
    pub(crate) ignore: Vec<String>,
    /// Use this configuration instead of the source's careen.yaml
    #[arg(long, value_name = "FILE", help_heading = "What is audited")]
    pub(crate) config: Option<PathBuf>,
    /// Count ages to this day or moment [default: now; with --at the commit's date]
    #[arg(long, value_name = "TIME", help_heading = "What is audited")]
    pub(crate) now: Option<Moment>,
    /// human, concise, json, jsonl or sarif [repeatable; default: human]
    #[arg(long, value_name = "FORMAT[=FILE]", help_heading = "What comes out")]
    pub(crate) format: Vec<Output>,
    /// Fail from this level on: error, warning, note or never
    #[arg(
        long,
        value_name = "LEVEL",
        default_value = "error",
        hide_possible_values = true,
        help_heading = "What comes out"
    )]
    pub(crate) fail_on: FailOn,
    /// Don't fail because a chart or file could not be read
    #[arg(long, help_heading = "What comes out")]
    pub(crate) allow_incomplete: bool,
    /// Write nothing to stdout; files, errors and the exit code remain
    #[arg(long, short, help_heading = "What comes out")]
    pub(crate) quiet: bool,
    /// How many threads work [default: one per core]
    #[arg(
        long,
        value_name = "N",
        value_parser = clap::value_parser!(u16).range(1..=MAX_JOBS),
        help_heading = "How it runs"
    )]
    pub(crate) jobs: Option<u16>,
    /// Print how long each phase took to stderr
    #[arg(long, help_heading = "How it runs")]
    pub(crate) timing: bool,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

impl Color {
    /// Makes it the choice of the whole process.
    pub(crate) fn set(self) {
        match self {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        }
        .write_global();
    }
}

/// How `careen rules` writes its list.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ListFormat {
    Table,
    Json,
}

/// The level from which on an audit fails.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum FailOn {
    Error,
    Warning,
    Note,
    Never,
}

impl FailOn {
    /// The lowest level that fails; none where nothing does.
    pub(crate) fn level(self) -> Option<Level> {
        match self {
            FailOn::Error => Some(Level::Error),
            FailOn::Warning => Some(Level::Warning),
            FailOn::Note => Some(Level::Note),
            FailOn::Never => None,
        }
    }
}

/// One report: `FORMAT` to stdout, or `FORMAT=FILE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Output {
    pub(crate) format: Format,
    pub(crate) file: Option<PathBuf>,
}

impl FromStr for Output {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (format, file) = match text.split_once('=') {
            Some((_, "")) => return Err("after `=` belongs the name of a file".to_owned()),
            Some((format, file)) => (format, Some(file.into())),
            None => (text, None),
        };
        Ok(Self { format: format.parse()?, file })
    }
}

/// A moment, in seconds since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment(pub(crate) i64);

impl FromStr for Moment {
    type Err = String;

    /// Reads a day, which means its first second in UTC, or a moment as RFC 3339 writes it.
    fn from_str(text: &str) -> Result<Self, String> {
        let day = Date::strptime("%Y-%m-%d", text).ok();
        let day = day.and_then(|day| day.to_zoned(TimeZone::UTC).ok());
        match day.map(|day| day.timestamp()).or_else(|| text.parse::<Timestamp>().ok()) {
            Some(moment) => Ok(Self(moment.as_second())),
            None => Err("write it like 2026-01-31 or 2026-01-31T12:00:00Z".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_of_the_arguments_is_sound() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }

    #[test]
    fn moments_are_days_or_rfc_3339() {
        assert_eq!("1970-01-02".parse(), Ok(Moment(86_400)));
        assert_eq!("1970-01-01T01:00:00+01:00".parse(), Ok(Moment(0)));
        for text in ["", "now", "2026-02-30", "2026-01-31T12:00:00", "31.01.2026"] {
            assert!(text.parse::<Moment>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_format_may_name_a_file() {
        let output = |text: &str| text.parse::<Output>();
        assert_eq!(output("json"), Ok(Output { format: Format::Json, file: None }));
        assert_eq!(output("sarif=a=b").unwrap().file, Some("a=b".into()));
        assert!(output("sarif=").is_err());
        assert!(output("xml").is_err());
    }
}
