//! Cells: plain text, code, defaults.

use std::borrow::Cow;

/// The longest cell that is read.
pub const CELL_MAX: usize = 64 * 1024;

/// What a cell says the default is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Default {
    /// The texts that stand in code, in order; without code, the whole text.
    pub texts: Vec<String>,
    /// Whether the texts stand in code.
    pub code: bool,
    /// What stands beside the code, plain.
    pub beside: String,
}

impl Default {
    /// Reads a cell as it is written between its bars.
    pub fn read(cell: &str) -> Self {
        let cell = head(cell, CELL_MAX).trim();
        let (codes, beside) = codes(cell);
        if codes.is_empty() {
            let text = plain(cell);
            return Self {
                texts: vec![text.trim().to_owned()],
                code: false,
                beside: String::new(),
            };
        }
        let texts = codes.into_iter().map(|code| unescape(code.text).into_owned()).collect();
        Self { texts, code: true, beside: plain(&beside).trim().to_owned() }
    }
}

/// A code span: its text without the blanks that Markdown strips, and the byte where the text begins.
pub(super) struct Code<'c> {
    pub(super) text: &'c str,
    pub(super) start: usize,
    /// One past the closing backticks.
    pub(super) end: usize,
    /// Where the opening backticks stand.
    pub(super) open: usize,
}

/// The code spans of a text, and what stands beside them.
pub(super) fn codes(text: &str) -> (Vec<Code<'_>>, String) {
    let mut codes = Vec::new();
    let mut beside = String::new();
    let mut at = 0;
    // Unclosed backticks of one length are looked for once, or a cell of backticks costs a square.
    let mut unclosed = std::collections::BTreeSet::new();
    while let Some(open) = text.get(at..).and_then(|rest| rest.find('`')).map(|found| found + at) {
        let ticks = text.get(open..).unwrap_or_default().bytes().take_while(|b| *b == b'`').count();
        let from = open + ticks;
        let close = if unclosed.contains(&ticks) { None } else { closing(text, from, ticks) };
        let Some(close) = close else {
            unclosed.insert(ticks);
            beside.push_str(text.get(at..from).unwrap_or_default());
            at = from;
            continue;
        };
        beside.push_str(text.get(at..open).unwrap_or_default());
        let whole = text.get(from..close).unwrap_or_default();
        let inner = whole.trim();
        let start = from + whole.len() - whole.trim_start().len();
        codes.push(Code { text: inner, start, end: close + ticks, open });
        at = close + ticks;
    }
    beside.push_str(text.get(at..).unwrap_or_default());
    (codes, beside)
}

/// Where the run of exactly so many backticks stands that closes a code span.
fn closing(text: &str, from: usize, ticks: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(found) = text.get(at..)?.find('`') {
        let run = bytes.get(at + found..)?.iter().take_while(|byte| **byte == b'`').count();
        if run == ticks {
            return Some(at + found);
        }
        at += found + run;
    }
    None
}

/// A bar in a table's cell is written `\|`.
pub(super) fn unescape(text: &str) -> Cow<'_, str> {
    if text.contains("\\|") { Cow::Owned(text.replace("\\|", "|")) } else { Cow::Borrowed(text) }
}

/// Text without Markdown: links are their text, emphasis and HTML tags go, escapes and the common
/// entities are resolved.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    // A star alone emphasises nothing.
    let emphasis = text.split('*').count() > 2;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        rest = match c {
            '\\' => {
                let next = after.chars().next().filter(char::is_ascii_punctuation);
                out.extend(next.or(Some(c)));
                after.get(next.map_or(0, char::len_utf8)..).unwrap_or_default()
            }
            '<' => match tag(after) {
                Some(after) => {
                    out.push(' ');
                    after
                }
                None => push(&mut out, c, after),
            },
            ']' => match link(after) {
                Some(after) => after,
                None => push(&mut out, c, after),
            },
            '[' if has_link(after) => after,
            '*' if emphasis => after,
            '&' => entity(&mut out, after),
            _ => push(&mut out, c, after),
        };
    }
    out
}

/// Whether a cell is emphasised as a whole, and not in code: `**Name**`, `_Name_`, `<b>Name</b>`.
pub(super) fn is_emphasised(cell: &str) -> bool {
    let cell = cell.trim();
    let marked = |mark: &str| cell.len() > 2 && cell.starts_with(mark) && cell.ends_with(mark);
    let tagged = ["b", "strong", "em", "i"].iter().any(|name| {
        cell.strip_prefix('<').is_some_and(|rest| rest.starts_with(&format!("{name}>")))
            && cell.ends_with(&format!("</{name}>"))
    });
    (marked("*") || marked("_") || tagged) && !cell.contains('`')
}

fn push<'t>(out: &mut String, c: char, after: &'t str) -> &'t str {
    out.push(c);
    after
}

/// How far a tag, a link's target or its text may reach.
const REACH: usize = 1_000;

/// The beginning of a text, at most so many bytes.
pub(super) fn head(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// What follows an HTML tag whose `<` is read; placeholders such as `<name>` are no tags.
fn tag(after: &str) -> Option<&str> {
    const TAGS: &[&str] = &["a", "b", "br", "code", "em", "i", "kbd", "p", "pre", "sup", "sub"];
    let end = head(after, REACH).find('>')?;
    let inner = after.get(..end)?.trim_matches('/').trim();
    let name = inner.split([' ', '/']).next().unwrap_or_default();
    TAGS.contains(&name.to_ascii_lowercase().as_str()).then(|| after.get(end + 1..))?
}

/// What follows a link's target whose `]` is read.
fn link(after: &str) -> Option<&str> {
    let inner = after.strip_prefix('(')?;
    let end = head(inner, REACH).find(')')?;
    inner.get(end + 1..)
}

/// Whether a link's text, whose `[` is read, is followed by a target.
fn has_link(after: &str) -> bool {
    head(after, REACH)
        .find(']')
        .and_then(|end| after.get(end + 1..))
        .is_some_and(|it| link(it).is_some())
}

fn entity<'t>(out: &mut String, after: &'t str) -> &'t str {
    const ENTITIES: &[(&str, char)] = &[
        ("lt;", '<'),
        ("gt;", '>'),
        ("amp;", '&'),
        ("quot;", '"'),
        ("nbsp;", ' '),
        ("#124;", '|'),
    ];
    let known = ENTITIES.iter().find_map(|(name, c)| Some((*c, after.strip_prefix(name)?)));
    let (c, after) = known.unwrap_or(('&', after));
    out.push(c);
    after
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_star_alone_emphasises_nothing() {
        assert_eq!(plain("[\"*\"]"), "[\"*\"]");
        assert_eq!(plain("**a** and *b*"), "a and b");
    }
}
