//! What Markdown's raw HTML holds: anchors, links, images and headings.

use crate::text::Span;

/// One tag of raw HTML.
pub(super) struct Tag<'t> {
    /// In lower case, with `/` before a closing tag's.
    pub(super) name: String,
    /// From `<` to `>`.
    pub(super) span: Span,
    attributes: &'t str,
    /// Where the attributes begin in the file.
    offset: usize,
}

impl Tag<'_> {
    /// An attribute's value and place, quotes taken off.
    pub(super) fn attribute(&self, wanted: &str) -> Option<(&str, Span)> {
        let mut rest = self.attributes;
        while let Some(equals) = rest.find('=') {
            let (before, after) = (rest.get(..equals)?, rest.get(equals + 1..)?);
            let name = before.split_whitespace().next_back().unwrap_or_default();
            let after = after.trim_start();
            let (value, next) = value(after);
            if name.eq_ignore_ascii_case(wanted) {
                let start = self.offset + self.attributes.len() - after.len();
                let start = start + usize::from(after.starts_with(['"', '\'']));
                return Some((value, Span::new(start, start + value.len())));
            }
            rest = next;
        }
        None
    }
}

/// An attribute's value and what follows it.
fn value(text: &str) -> (&str, &str) {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''));
    match quote {
        Some(quote) => {
            let inner = text.get(1..).unwrap_or_default();
            inner.split_once(quote).unwrap_or((inner, ""))
        }
        None => text.split_once(char::is_whitespace).unwrap_or((text, "")),
    }
}

/// The tags of a piece of HTML that begins at `offset` of the file; comments are left out.
pub(super) fn tags(html: &str, offset: usize) -> Vec<Tag<'_>> {
    let mut tags = Vec::new();
    let mut at = 0;
    while let Some(open) = html.get(at..).and_then(|rest| rest.find('<')) {
        let start = at + open;
        let rest = html.get(start..).unwrap_or_default();
        let close = if rest.starts_with("<!--") {
            rest.find("-->").map(|end| end + 3)
        } else {
            rest.find('>').map(|end| end + 1)
        };
        let Some(length) = close else { break };
        tags.extend(tag(rest.get(..length).unwrap_or_default(), offset + start));
        at = start + length;
    }
    tags
}

fn tag(text: &str, start: usize) -> Option<Tag<'_>> {
    let inner = text.strip_prefix('<')?.strip_suffix('>')?;
    let name: String = inner
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '/')
        .flat_map(char::to_lowercase)
        .collect();
    let attributes = inner.get(name.len()..)?;
    let attributes = attributes.strip_suffix('/').unwrap_or(attributes);
    let known = !name.is_empty() && name != "/";
    known.then(|| Tag {
        offset: start + 1 + name.len(),
        span: Span::new(start, start + text.len()),
        name: name.trim_end_matches('/').to_owned(),
        attributes,
    })
}
