//! What ends a run before there is a report: wrong usage, wrong configuration, a full disk.

use std::{io::Write, process::ExitCode};

use anstyle::{AnsiColor, Style};
use careen::{
    config::{BadGlob, ConfigProblem, UnknownRule},
    sources::SourceError,
};

/// The exit code of wrong usage and configuration, and of reports that can't be written.
const EXIT_CODE: u8 = 2;

/// One or more errors, printed together.
#[derive(Debug, Default)]
pub(crate) struct Failure(Vec<Complaint>);

#[derive(Debug)]
struct Complaint {
    /// `path:line:column`, where a file is at fault.
    at: Option<String>,
    message: String,
    help: String,
}

impl Failure {
    /// One error: what is wrong, and what to do about it.
    pub(crate) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self(vec![Complaint { at: None, message: message.into(), help: help.into() }])
    }

    /// Puts failures together; none where there are none.
    pub(crate) fn join(failures: impl IntoIterator<Item = Failure>) -> Option<Self> {
        let complaints: Vec<_> = failures.into_iter().flat_map(|failure| failure.0).collect();
        (!complaints.is_empty()).then_some(Self(complaints))
    }

    /// Prints everything to stderr.
    pub(crate) fn print(&self) -> ExitCode {
        let mut stderr = anstream::stderr().lock();
        for complaint in &self.0 {
            // Nobody is left to tell when stderr is closed.
            let _ = complaint.print(&mut stderr);
        }
        ExitCode::from(EXIT_CODE)
    }
}

impl Complaint {
    fn print(&self, out: &mut impl Write) -> std::io::Result<()> {
        let bold = Style::new().bold();
        let red = AnsiColor::Red.on_default().bold();
        let cyan = AnsiColor::Cyan.on_default().bold();
        if let Some(at) = &self.at {
            write!(out, "{bold}{at}:{bold:#} ")?;
        }
        writeln!(out, "{red}error:{red:#} {}", self.message)?;
        if !self.help.is_empty() {
            writeln!(out, "  {cyan}help:{cyan:#} {}", self.help)?;
        }
        Ok(())
    }
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        Self::new(error.to_string(), "")
    }
}

impl From<UnknownRule> for Failure {
    fn from(error: UnknownRule) -> Self {
        Self::new(error.to_string(), error.help)
    }
}

impl From<BadGlob> for Failure {
    fn from(error: BadGlob) -> Self {
        Self::new(error.message, error.help)
    }
}

impl From<ConfigProblem> for Failure {
    fn from(problem: ConfigProblem) -> Self {
        let start = problem.place.start;
        let related = problem.related.iter().map(|other| {
            let start = other.location.start;
            format!(" ({} at {}:{})", other.message, start.line, start.column)
        });
        let message = format!("{}{}", problem.message, related.collect::<String>());
        let at = format!("{}:{}:{}", problem.place.path, start.line, start.column);
        Self(vec![Complaint { at: Some(at), message, help: problem.help }])
    }
}

impl<T> From<Vec<T>> for Failure
where
    Failure: From<T>,
{
    fn from(errors: Vec<T>) -> Self {
        Self(errors.into_iter().flat_map(|error| Failure::from(error).0).collect())
    }
}
