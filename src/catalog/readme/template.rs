//! helm-docs' template of a README: what stands in it by hand comes back with every run.

use super::TextFile;
use crate::{
    catalog::Chart,
    sources::{Source, join},
    text::Span,
};

/// What helm-docs' template of a README is called: by itself, and by people who name it on the command line.
const NAMES: [&str; 5] =
    [DEFAULT, "README.gotmpl", "README.gotmpl.md", "README.md.tmpl", "README.tmpl"];
/// What it looks for by itself.
const DEFAULT: &str = "README.md.gotmpl";

/// What makes a README where nothing more is to be said.
pub const MAKE: &str = "`helm-docs`";
/// The template of helm-docs that writes a README's title.
const TITLE: &str = "chart.header";

/// A chart's template of its README.
#[derive(Clone, Debug)]
pub struct Template {
    /// The file.
    pub file: TextFile,
}

impl Template {
    /// The template of a chart; none where it has none, or no README.
    pub fn of(chart: &Chart, source: &Source) -> Option<Self> {
        let local = Self::name(chart)?;
        let readme = &chart.readme.as_ref()?.file;
        let shown = format!("{}{local}", readme.path.strip_suffix(&readme.local)?);
        let path = join(&chart.folder, local);
        let text = source.read_text(&path).ok()?;
        Some(Self { file: TextFile { path: shown.into(), local: local.to_owned(), text } })
    }

    /// What a chart's template is called; none where it has none.
    pub fn name(chart: &Chart) -> Option<&'static str> {
        NAMES.into_iter().find(|name| chart.has_file(name))
    }

    /// What a chart's template is called that helm-docs must be told of.
    pub fn named(chart: &Chart) -> Option<&'static str> {
        Self::name(chart).filter(|name| *name != DEFAULT)
    }

    /// The command that makes the README, in code: without the template's name helm-docs takes its own, and writes
    /// over what another one made. What has no title of its own is one of several templates, which the catalog's
    /// tooling names.
    pub fn command(&self) -> String {
        match self.file.local.as_str() {
            DEFAULT => MAKE.to_owned(),
            name if self.has_title() => format!("`helm-docs --template-files={name}`"),
            name => format!("{MAKE} with {name} and the templates around it"),
        }
    }

    fn has_title(&self) -> bool {
        let text = self.file.text.as_str();
        text.contains(TITLE) || text.lines().any(|line| line.starts_with("# "))
    }

    /// Where a text first stands as a whole: in parentheses, brackets, quotes or between blanks.
    pub fn whole(&self, wanted: &str) -> Option<Span> {
        whole(self.file.text.as_str(), wanted)
    }

    /// The row of a table for a key, written by hand: its first cell.
    pub fn row(&self, key: &str) -> Option<Span> {
        let text = self.file.text.as_str();
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let inner = line.trim_start().trim_start_matches('|');
            let (cell, _) = inner.split_once('|').unwrap_or_default();
            let name = cell.trim().trim_matches('`');
            if !key.is_empty() && name == key {
                let start = at + line.find(name).unwrap_or_default();
                return Some(Span::new(start, start + name.len()));
            }
            at += line.len();
        }
        None
    }

    /// The number of a span's line, from 1.
    pub fn line(&self, span: Span) -> u32 {
        self.file.text.position(span.start).line
    }
}

/// Where a text first stands as a whole in another: in parentheses, brackets, quotes or between blanks.
pub fn whole(text: &str, wanted: &str) -> Option<Span> {
    let ends = |c: char| c.is_whitespace() || "()<>[]\"'`".contains(c);
    let mut places = text.match_indices(wanted).filter(|_| !wanted.is_empty());
    places.find_map(|(at, _)| {
        let end = at + wanted.len();
        let before = text.get(..at)?.chars().next_back().is_none_or(ends);
        let after = text.get(end..)?.chars().next().is_none_or(ends);
        (before && after).then(|| Span::new(at, end))
    })
}

#[cfg(test)]
mod tests {
    use super::{Template, whole};
    use crate::{catalog::TextFile, text::Text};

    #[test]
    fn rows_are_found_by_their_first_cell() {
        let text = Text::new("# web\n\nport.x and port | y\n| `port` | 80 |\n  name | x\n");
        let file = TextFile { path: "README.md.gotmpl".into(), local: String::new(), text };
        let template = Template { file };
        let line = |key| template.row(key).map(|span| template.line(span));
        assert_eq!(line("port"), Some(4));
        assert_eq!(line("name"), Some(5));
        assert_eq!((line("80"), line(""), line("x")), (None, None, None));
    }

    #[test]
    fn a_link_is_found_as_a_whole() {
        let at = |wanted| whole("[x](#a-b) [y](#a) #a", wanted).map(|span| span.start);
        assert_eq!((at("#a"), at("#a-b"), at("#b"), at("")), (Some(14), Some(4), None, None));
    }
}
