//! The reports of one audit: at most one to stdout, the others to files.

use std::{collections::BTreeSet, fs, path::Path};

use careen::{
    report::{self, Files, Format, Report, sarif},
    rule::Page,
};

use crate::{
    args::{AuditArgs, Output},
    failure::Failure,
    terminal,
};

/// Where each report goes.
pub(super) struct Outputs {
    files: Vec<Output>,
    stdout: Option<Format>,
}

impl Outputs {
    /// Checks `--format`: two reports can't share a file or stdout.
    pub(super) fn new(args: &AuditArgs) -> Result<Self, Failure> {
        let (files, stdout): (Vec<_>, Vec<_>) =
            args.format.iter().cloned().partition(|output| output.file.is_some());
        if let [first, second, ..] = stdout.as_slice() {
            let (first, second) = (first.format, second.format);
            let message = format!("`{first}` and `{second}` can't both go to stdout");
            let help = format!("give one a file: `--format {second}=FILE`");
            return Err(Failure::new(message, help));
        }
        let mut seen = BTreeSet::new();
        if let Some(twice) = files.iter().find(|output| !seen.insert(&output.file)) {
            let file = twice.file.as_deref().unwrap_or(Path::new("")).display().to_string();
            let message = format!("two reports can't both go to `{file}`");
            return Err(Failure::new(message, "give each report a file of its own"));
        }
        let default = args.format.is_empty().then_some(Format::Human);
        let stdout = stdout.first().map(|output| output.format).or(default);
        Ok(Self { files, stdout: stdout.filter(|_| !args.quiet) })
    }

    /// Writes all reports, the files first; one that fails keeps none of the others back.
    pub(super) fn write(
        &self,
        report: &Report,
        pages: &[&Page],
        texts: &dyn Files,
    ) -> Result<(), Failure> {
        let to_file = |output: &Output| {
            let file = output.file.as_deref()?;
            let mut bytes = Vec::new();
            let style = terminal::file_style();
            // A Vec takes everything.
            let _ = report::write(output.format, report, pages, texts, &style, &mut bytes);
            fs::write(file, bytes).err().map(|error| not_written(file, &error))
        };
        let failed: Vec<_> = self.files.iter().filter_map(to_file).collect();
        let printed = self.print(report, pages, texts);
        Failure::join(failed.into_iter().chain(printed.err())).map_or(Ok(()), Err)
    }

    fn print(&self, report: &Report, pages: &[&Page], texts: &dyn Files) -> Result<(), Failure> {
        let Some(format) = self.stdout else { return Ok(()) };
        let mut bytes = Vec::new();
        let _ = report::write(format, report, pages, texts, &terminal::style(), &mut bytes);
        terminal::print(&bytes)
    }

    /// How many findings a SARIF report has no room for.
    pub(super) fn left_out(&self, report: &Report) -> usize {
        let formats = self.files.iter().map(|output| output.format).chain(self.stdout);
        if formats.into_iter().any(|format| format == Format::Sarif) {
            sarif::left_out(report)
        } else {
            0
        }
    }
}

fn not_written(file: &Path, error: &std::io::Error) -> Failure {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists());
    let help = match folder {
        Some(folder) => format!("create the folder first: `mkdir -p {}`", folder.display()),
        None => "name another file after `--format`".to_owned(),
    };
    Failure::new(format!("the report `{}` can't be written: {error}", file.display()), help)
}
