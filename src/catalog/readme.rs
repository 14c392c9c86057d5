//! Markdown with places: headings, links, fenced code, tables and list items.

mod anchor;
mod events;
mod html;
mod tables;
mod template;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Deref,
    sync::OnceLock,
};

use super::TextFile;
use crate::text::Span;

pub use tables::{CELLS_MAX, ITEMS_MAX};
pub use template::{MAKE, Template, whole};

/// A Markdown file, parsed when something of it is first asked for.
#[derive(Clone, Debug)]
pub struct Readme {
    /// The file.
    pub file: TextFile,
    markdown: OnceLock<Markdown>,
    anchors: OnceLock<BTreeSet<String>>,
    in_code: OnceLock<BTreeMap<String, Span>>,
}

/// What stands in a Markdown file.
#[derive(Clone, Debug, Default)]
pub struct Markdown {
    /// Headings, in order.
    pub headings: Vec<Heading>,
    /// Links and images outside code, those of inline HTML too, in order.
    pub links: Vec<Link>,
    /// Fenced and indented code blocks, in order.
    pub code: Vec<Code>,
    /// Anchors of HTML: its `id` and `name` attributes, and what GitHub makes of its headings.
    pub html_anchors: Vec<String>,
    /// Tables, in order.
    pub tables: Vec<Table>,
    /// Items of lists, in order; an item's span holds the items under it.
    pub items: Vec<Item>,
}

impl Readme {
    /// Takes a Markdown file; every text is Markdown, so that this cannot fail.
    pub fn new(file: TextFile) -> Self {
        Self { file, markdown: OnceLock::new(), anchors: OnceLock::new(), in_code: OnceLock::new() }
    }

    /// The anchors of headings and HTML in lower case: GitHub finds them without regard to case.
    pub fn anchors(&self) -> &BTreeSet<String> {
        self.anchors.get_or_init(|| {
            let headings = self.headings.iter().map(|heading| heading.anchor.as_str());
            let all = headings.chain(self.html_anchors.iter().map(String::as_str));
            all.map(str::to_lowercase).collect()
        })
    }

    /// The block of code in which a line is a heading of the second level or below with an anchor, but for the
    /// block around it: the fence before it was not closed. In a shell script one `#` begins a comment.
    pub fn heading_in_code(&self, anchor: &str) -> Option<Span> {
        let found = self.in_code.get_or_init(|| {
            let mut found = BTreeMap::new();
            for code in &self.code {
                for line in self.file.text.slice(code.span).lines() {
                    let text = line.trim_start_matches('#');
                    if line.len() >= text.len() + 2 && text.starts_with(' ') {
                        let anchor = anchor::Anchors::default().next(text);
                        found.entry(anchor).or_insert(code.span);
                    }
                }
            }
            found
        });
        found.get(anchor).copied()
    }
}

impl Deref for Readme {
    type Target = Markdown;

    fn deref(&self) -> &Markdown {
        self.markdown.get_or_init(|| events::read(&self.file.text))
    }
}

/// A heading.
#[derive(Clone, Debug)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// The plain text.
    pub text: String,
    /// The anchor that GitHub makes of it, with `-1`, `-2` for repeated ones.
    pub anchor: String,
    /// The whole heading.
    pub span: Span,
}

/// A link or an image.
#[derive(Clone, Debug)]
pub struct Link {
    /// The destination, as `CommonMark` reads it.
    pub destination: String,
    /// The plain text, an image's alternative text.
    pub text: String,
    /// Whether it is an image.
    pub image: bool,
    /// The destination where it stands in the text (of a reference, in its definition), else the
    /// whole link.
    pub span: Span,
}

/// A block of code.
#[derive(Clone, Debug)]
pub struct Code {
    /// The first word of a fence's info string; empty without one.
    pub language: String,
    /// The code's text.
    pub span: Span,
    /// The heading that it stands under: an index into `headings`.
    pub heading: Option<usize>,
}

/// A table. Cells are given as they are written, between their bars.
#[derive(Clone, Debug)]
pub struct Table {
    /// The heading that it stands under: an index into `headings`.
    pub heading: Option<usize>,
    /// The cells of the head.
    pub header: Vec<Span>,
    /// The other rows.
    pub rows: Vec<TableRow>,
    /// The whole table.
    pub span: Span,
}

/// A row of a table.
#[derive(Clone, Debug)]
pub struct TableRow {
    /// Its cells, as many as the head has.
    pub cells: Vec<Span>,
}

/// An item of a list.
#[derive(Clone, Copy, Debug)]
pub struct Item {
    /// The heading that it stands under: an index into `headings`.
    pub heading: Option<usize>,
    /// The whole item, its bullet included.
    pub span: Span,
}

#[cfg(test)]
mod tests;
