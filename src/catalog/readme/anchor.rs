//! The anchors that GitHub gives to headings.

use std::collections::BTreeMap;

/// Gives each heading its anchor, repeated ones a number.
#[derive(Debug, Default)]
pub(super) struct Anchors {
    seen: BTreeMap<String, usize>,
}

impl Anchors {
    /// The anchor of the next heading with this text: lower case, blanks as hyphens, everything
    /// but letters, digits, `-` and `_` dropped (html-pipeline's table of contents filter).
    pub(super) fn next(&mut self, text: &str) -> String {
        let word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
        let slug: String = text
            .trim()
            .to_lowercase()
            .chars()
            .map(|c| if c == ' ' { '-' } else { c })
            .filter(|c| word(*c))
            .collect();
        let times = self.seen.entry(slug.clone()).or_default();
        let anchor = if *times == 0 { slug } else { format!("{slug}-{times}") };
        *times += 1;
        anchor
    }
}
