//! Which of the places that read a value mean another one: those that stand among its fellows.

use crate::{
    analysis::{Analysis, OwnRead, Slip, Undeclared, steps},
    catalog::{Chart, ValuesPath},
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
        if strangers.is_empty() || !rest.iter().any(|it| among(it, &meant)) {
            return None;
        }
        value.reads = rest;
        Some(Undeclared { reads: strangers, slip: None, ..value.clone() })
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
fn block(text: &str, at: usize) -> Span {
    let mut start = 0;
    let mut from = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with("---") || line.contains("define \"") {
            if start > at {
                return Span::new(from, start);
            }
            from = start;
        }
        start += line.len();
    }
    Span::new(from, text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_a_document_or_a_named_template() {
        let text = "a\n---\nb\n{{ define \"x\" }}\nc\n";
        let at = |letter| {
            let span = block(text, text.find(letter).unwrap());
            &text[span.start as usize..span.end as usize]
        };
        assert_eq!(at("a"), "a\n");
        assert_eq!(at("b"), "---\nb\n");
        assert_eq!(at("c"), "{{ define \"x\" }}\nc\n");
    }
}
