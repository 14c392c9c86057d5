//! The command line: arguments in, the library's report out, an exit code. Only this folder prints.

mod args;
mod audit;
mod completions;
mod explain;
mod failure;
mod rules;
mod terminal;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};

fn main() -> ExitCode {
    let cli = Cli::parse();
    cli.color.set();
    let done = match cli.command {
        Command::Audit(args) => audit::run(&args),
        Command::Explain { rule } => explain::run(&rule),
        Command::Rules { format } => rules::run(format),
        Command::Completions { shell } => completions::run(shell),
    };
    done.unwrap_or_else(|failure| failure.print())
}
