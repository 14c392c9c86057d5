//! helm-docs' template of a README: what stands in it by hand comes back with every run.

use super::TextFile;
use crate::{
    catalog::Chart,
    sources::{Source, join},
    text::Span,
};

/// A chart's `README.md.gotmpl`.
#[derive(Clone, Debug)]
pub struct Template {
    /// The file.
    pub file: TextFile,
}

impl Template {
    /// The template of a chart; none where it has none, or no README.
    pub fn of(chart: &Chart, source: &Source) -> Option<Self> {
        let local = "README.md.gotmpl";
        let readme = &chart.readme.as_ref()?.file;
        let shown = format!("{}{local}", readme.path.strip_suffix(&readme.local)?);
        let path = join(&chart.folder, local);
        let text = chart.has_file(local).then(|| source.read_text(&path).ok())??;
        Some(Self { file: TextFile { path: shown.into(), local: local.to_owned(), text } })
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

#[cfg(test)]
mod tests {
    use super::Template;
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
}
