//! What the program knows of its terminal, and the one way to stdout.

use std::{
    env,
    io::{self, ErrorKind, IsTerminal, Write},
};

use anstream::{AutoStream, ColorChoice};
use careen::report::Style;

use crate::failure::Failure;

/// Columns where nobody knows better, and in files.
const WIDTH: usize = 100;

/// Terminals that are known to follow links, by their `TERM_PROGRAM`.
const LINKING: [&str; 4] = ["WezTerm", "ghostty", "iTerm.app", "vscode"];

/// How reports may look on stdout.
pub(crate) fn style() -> Style {
    let stdout = io::stdout();
    let color = AutoStream::choice(&stdout) != ColorChoice::Never;
    let width = terminal_size::terminal_size_of(&stdout).map(|(width, _)| usize::from(width.0));
    Style {
        color,
        width: width.unwrap_or(WIDTH),
        unicode: speaks_unicode(),
        links: color && stdout.is_terminal() && follows_links(),
    }
}

/// How reports look in files.
pub(crate) fn file_style() -> Style {
    Style { color: false, width: WIDTH, unicode: true, links: false }
}

/// Writes to stdout. Nobody who closes the pipe early, as `head` does, has made a mistake.
pub(crate) fn print(bytes: &[u8]) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    told(stdout.write_all(bytes).and_then(|()| stdout.flush()))
}

/// Writes a text with styles to stdout, without them where they would not be seen.
pub(crate) fn print_styled(text: &str) -> Result<(), Failure> {
    let mut stdout = anstream::stdout().lock();
    told(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()))
}

fn told(result: io::Result<()>) -> Result<(), Failure> {
    match result {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            let message = format!("stdout can't be written: {error}");
            Err(Failure::new(message, "name a file instead, as in `--format json=report.json`"))
        }
        _ => Ok(()),
    }
}

/// Only a locale that is set and is not UTF-8 speaks against it.
fn speaks_unicode() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| env::var(name).ok().filter(|value| !value.is_empty()));
    let utf8 = |locale: String| {
        let locale = locale.to_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    };
    locale.is_none_or(utf8) && env::var_os("TERM").is_none_or(|term| term != "dumb")
}

fn follows_links() -> bool {
    let program = env::var("TERM_PROGRAM").unwrap_or_default();
    let kitty = env::var("TERM").is_ok_and(|term| term == "xterm-kitty");
    LINKING.contains(&program.as_str()) || kitty || env::var_os("VTE_VERSION").is_some()
}
