//! Colours, or none.

use anstyle::{AnsiColor, Style as Ansi};

use crate::finding::Level;
use crate::report::Style;

/// Paints words where the terminal shows colours, and leaves them alone where it does not.
#[derive(Clone, Copy, Debug)]
pub(in crate::report) struct Paint {
    color: bool,
}

impl Paint {
    /// The paint that a style allows.
    pub(in crate::report) fn new(style: &Style) -> Self {
        Self { color: style.color }
    }

    /// A word in the colour of a level.
    pub(in crate::report) fn level(self, level: Level, text: &str) -> String {
        let color = match level {
            Level::Error => AnsiColor::Red,
            Level::Warning => AnsiColor::Yellow,
            Level::Note => AnsiColor::Cyan,
        };
        self.with(color.on_default().bold(), text)
    }

    /// A word that matters.
    pub(in crate::report) fn bold(self, text: &str) -> String {
        self.with(Ansi::new().bold(), text)
    }

    /// A word that may be passed over.
    pub(in crate::report) fn dim(self, text: &str) -> String {
        self.with(Ansi::new().dimmed(), text)
    }

    /// A word that introduces an instruction.
    pub(in crate::report) fn help(self, text: &str) -> String {
        self.with(AnsiColor::Green.on_default().bold(), text)
    }

    /// A good end.
    pub(in crate::report) fn good(self, text: &str) -> String {
        self.with(AnsiColor::Green.on_default(), text)
    }

    fn with(self, style: Ansi, text: &str) -> String {
        if self.color { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}

/// The text with its web addresses made into links of the terminal (OSC 8).
pub(in crate::report) fn linked(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("https://") {
        let (before, from) = rest.split_at(at);
        let end = from.find([' ', '`', ')', '"', '\'']).unwrap_or(from.len());
        let (address, after) = from.split_at(end);
        let link = format!("\u{1b}]8;;{address}\u{1b}\\{address}\u{1b}]8;;\u{1b}\\");
        out.extend([before, &link]);
        rest = after;
    }
    out.push_str(rest);
    out
}
