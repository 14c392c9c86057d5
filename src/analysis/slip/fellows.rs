//! Which of the places that read a value mean another one: those that stand among its fellows.

use crate::{
    analysis::{Analysis, OwnRead, Slip, Undeclared, steps},
    catalog::{Chart, Declared, Key, ValuesPath},
    template::flow::Step,
    text::Span,
};

impl Analysis<'_> {
    /// Takes those places of a slip apart that mean what they say: some places stand in a document or a named
    /// template that reads what is declared beside the value that was meant, and these among what lies beside
    /// the one that is read.
    pub(in crate::analysis) fn strangers(
        &self,
        value: &mut Undeclared,
        slip: &Slip,
        chart: &Chart,
    ) -> Option<Undeclared> {
        let (meant, own) = (holder(&slip.declared)?, holder(&value.inner)?);
        if slip.in_values || value.reads.len() < 2 || meant == own {
            return None;
        }
        let among = |read: &OwnRead, holder| self.is_among(read, value, holder, chart);
        let (strangers, rest): (Vec<_>, Vec<_>) =
            value.reads.iter().cloned().partition(|it| !among(it, &meant) && among(it, &own));
        // A name that lies deeper than nearly all read it was put into the wrong place.
        if !own.is_empty() && meant.starts_with(&own) && strangers.len() > rest.len() {
            value.slip = Some(Slip { in_values: true, ..slip.clone() });
            return None;
        }
        if strangers.is_empty() || !rest.iter().any(|it| among(it, &meant)) {
            return None;
        }
        value.reads = rest;
        Some(Undeclared { reads: strangers, slip: None, ..value.clone() })
    }

    /// Whether a declared value is another component's: the two paths differ in their first step, and what a place of the
    /// one stands among is of its own component.
    pub(super) fn is_of_another(&self, value: &Undeclared, key: &Declared, chart: &Chart) -> bool {
        let (Some(own), Some(other)) = (value.path.0.first(), key.path.0.first()) else {
            return false;
        };
        let values = &chart.documentation().values;
        let component = |key: &Key| {
            let found = values.find(&ValuesPath(vec![key.clone()]));
            found.is_some_and(|it| !it.children.is_empty())
        };
        let holder = |key: &Key| steps(&ValuesPath(vec![key.clone()]));
        let among = |key: &Key| {
            let holder = holder(key);
            value.reads.iter().any(|read| self.is_among(read, value, &holder, chart))
        };
        own != other
            && value.path.0.len() > 1
            && value.path.0.len() == key.path.0.len()
            && component(own)
            && component(other)
            && among(own)
            && !among(other)
    }

    /// Whether the document or the named template that a place stands in reads something under a path.
    fn is_among(
        &self,
        place: &OwnRead,
        value: &Undeclared,
        holder: &[Step],
        chart: &Chart,
    ) -> bool {
        let mut files = chart.templates.iter();
        let Some(file) = files.find(|it| it.file.path == place.place.path) else { return false };
        let block = block(file.file.text.as_str(), place.place.start.offset as usize);
        let number = self.set_file(&place.place.path);
        let own = steps(&value.inner);
        let mut reads = self.flow().reads().iter();
        reads.any(|read| {
            Some(read.file) == number
                && read.member == value.member
                && read.path.starts_with(holder)
                && !read.path.starts_with(&own)
                && block.contains(read.span)
        })
    }
}

/// What a value lies in.
fn holder(path: &ValuesPath) -> Option<Vec<Step>> {
    let (_, above) = path.0.split_last()?;
    Some(steps(&ValuesPath(above.to_vec())))
}

/// The document, or the named template, of a file that a byte lies in.
pub(super) fn block(text: &str, at: usize) -> Span {
    let mut start = 0;
    let mut from = 0;
    // What opens the next document belongs to that.
    let mut opened = None;
    for line in text.split_inclusive('\n') {
        if line.starts_with("---") || line.contains("define \"") {
            let begin = opened.unwrap_or(start);
            if begin > at {
                return Span::new(from, begin);
            }
            from = begin;
        }
        opened = opened.filter(|_| is_open(line)).or_else(|| is_open(line).then_some(start));
        start += line.len();
    }
    Span::new(from, text.len())
}

/// Whether a line is empty, or opens a branch and writes nothing.
fn is_open(line: &str) -> bool {
    let line = line.trim();
    let action = line.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
    let word = action.and_then(|it| it.trim_start_matches(['-', ' ']).split_whitespace().next());
    line.is_empty() || matches!(word, Some("if" | "with" | "range"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_a_document_or_a_named_template() {
        let text = "a\n---\nb\n{{- if .v }}\n{{ define \"x\" }}\nc\n";
        let at = |letter| {
            let span = block(text, text.find(letter).unwrap());
            &text[span.start as usize..span.end as usize]
        };
        assert_eq!(at("a"), "a\n");
        assert_eq!(at("b"), "---\nb\n");
        assert_eq!(at("c"), "{{- if .v }}\n{{ define \"x\" }}\nc\n");
    }
}
