//! `careen completions`.

use std::process::ExitCode;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::{args::Cli, failure::Failure, terminal};

/// Prints a shell's completion script.
pub(crate) fn run(shell: Shell) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "careen", &mut script);
    terminal::print(&script)?;
    Ok(ExitCode::SUCCESS)
}
