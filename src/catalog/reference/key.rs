//! Keys as READMEs write them: `a.b`, `a."b.c"`, `a.b[0].c`, `a.<name>.b`, `a.*`, `a.N.b`, `a/b`.

use super::cell::{self, Code};
use crate::text::Span;

/// How many keys one cell may name.
pub const KEYS_PER_CELL_MAX: usize = 64;
/// The longest key that is read.
const KEY_MAX: usize = 1_000;

/// A written key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// The text as written, without Markdown.
    pub text: String,
    /// Its steps: a name, or none where any name or item may stand.
    pub steps: Vec<Option<String>>,
    /// Whether the cell says more than the key, so that it may be meant otherwise.
    pub qualified: bool,
}

impl Pattern {
    /// Reads a key; none where the text is none.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_start_matches(".Values.").trim_start_matches('.');
        let text = text.trim_end_matches([':', ',', '=']);
        if text.is_empty() || text.len() > KEY_MAX {
            return None;
        }
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (step, after) = step(rest)?;
            steps.push(step);
            rest = match after.strip_prefix('.') {
                Some(after) if !after.is_empty() => after,
                None if after.is_empty() || after.starts_with('[') => after,
                _ => return None,
            };
        }
        let steps = steps.into_iter().map(|step| step.filter(|name| !is_any(name))).collect();
        Some(Self { text: text.to_owned(), steps, qualified: false })
    }

    /// The first step, where it is a name.
    pub fn first(&self) -> Option<&str> {
        self.steps.first()?.as_deref()
    }

    /// The last step, where it is a name.
    pub fn last(&self) -> Option<&str> {
        self.steps.last()?.as_deref()
    }

    /// The same under another key.
    #[must_use]
    pub fn under(&self, above: &Self) -> Self {
        Self {
            text: format!("{}.{}", above.text, self.text),
            steps: [above.steps.as_slice(), &self.steps].concat(),
            qualified: self.qualified,
        }
    }

    /// Whether the first of several steps is written like a placeholder for a name: `SVC.port`.
    pub(super) fn is_of_placeholder(&self) -> bool {
        let shout = |name: &str| name.len() > 1 && name.bytes().all(|it| it.is_ascii_uppercase());
        self.steps.len() > 1 && self.first().is_some_and(shout)
    }

    /// Whether every step is a name.
    pub fn is_concrete(&self) -> bool {
        self.steps.iter().all(Option::is_some)
    }
}

/// One step, and what follows it.
fn step(text: &str) -> Option<(Option<String>, &str)> {
    if let Some(inner) = text.strip_prefix('[') {
        let (inner, after) = inner.split_once(']')?;
        let name = inner.trim();
        let quoted = name.len() > 1 && name.starts_with(['"', '\'']) && name.ends_with(['"', '\'']);
        let name = quoted.then(|| name.trim_matches(['"', '\'']).to_owned());
        return Some((name, after));
    }
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''));
    if let Some(quote) = quote {
        let (name, after) = text.get(1..)?.split_once(quote)?;
        return (!name.is_empty()).then(|| (Some(name.to_owned()), after));
    }
    let mut name = String::new();
    let mut chars = text.char_indices();
    let mut angle = 0_usize;
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => name.extend(chars.next().map(|(_, c)| c)),
            '<' | '{' => angle += 1,
            '>' | '}' => angle = angle.saturating_sub(1),
            '.' | '[' if angle == 0 => {
                return (!name.is_empty() || angle > 0)
                    .then(|| (Some(name), text.get(at..).unwrap_or_default()));
            }
            c if c.is_whitespace() && angle == 0 => return None,
            '(' | ')' | ',' | '`' | '=' | ':' | ';' | '|' if angle == 0 => return None,
            _ => {}
        }
        if c != '\\' {
            name.push(c);
        }
    }
    Some((Some(name), ""))
}

/// Steps that stand for any name: `*`, `<name>`, `{name}`, `N`, `0`, `$name`, `NAME`, `xxx`, `…`.
fn is_any(name: &str) -> bool {
    let placeholder = name.contains(['*', '<', '>', '{', '}', '$', '…']);
    let number = name.bytes().all(|byte| byte.is_ascii_digit());
    let word = matches!(name, "N" | "n" | "X" | "x" | "xxx" | "XXX" | "i");
    let shout =
        name.len() > 2 && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    placeholder || number || word || (shout && name.ends_with("NAME"))
}

/// The keys that a cell names, each with its place.
pub(super) fn read(cell: &str, start: usize) -> Vec<(Pattern, Span)> {
    let cell = cell::head(cell, cell::CELL_MAX);
    let (codes, beside) = cell::codes(cell);
    if codes.is_empty() {
        return plain(cell, start);
    }
    let beside = cell::plain(&beside);
    let word = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count() > 0;
    // `a`, `b` or `a` / `b` name two keys; in `a` (see `b`) the first one is meant.
    let joined = |text: &str| {
        let text = cell::plain(text);
        let text = text.trim();
        text.is_empty() || matches!(text, "," | "/" | "and" | "or" | "&" | "|")
    };
    let mut keys = Vec::new();
    let mut end = None;
    for Code { text, start: at, end: close, open } in codes.iter().take(KEYS_PER_CELL_MAX) {
        let between = end.and_then(|end| cell.get(end..*open));
        if between.is_some_and(|between| !joined(between)) {
            break;
        }
        end = Some(*close);
        let span = Span::new(start + at, start + at + text.len());
        keys.extend(pattern(&cell::unescape(text)).map(|key| (key, span)));
    }
    let said = beside.split(['(', ')']).next().unwrap_or_default().replace(" and ", " ");
    let qualified = word(&beside) && !matches!(said.trim(), "" | "," | "/" | "or" | "and");
    let qualified = |key: &Pattern| qualified || key.qualified;
    keys.into_iter()
        .map(|(key, span)| (Pattern { qualified: qualified(&key), ..key }, span))
        .collect()
}

fn pattern(text: &str) -> Option<Pattern> {
    let text = text.strip_suffix("[]").unwrap_or(text);
    let text = text.strip_suffix(".*").unwrap_or(text);
    // `a.b:item` says what the list may hold.
    let held = || {
        let (key, _) =
            text.split_once(':').filter(|(key, item)| !key.contains('"') && !item.is_empty())?;
        Some(Pattern { qualified: true, ..Pattern::parse(key)? })
    };
    Pattern::parse(text).or_else(held)
}

/// The keys of a cell without code.
fn plain(cell: &str, start: usize) -> Vec<(Pattern, Span)> {
    let text = cell::plain(cell);
    // A name in quotes may hold blanks: `a."b c"`.
    let quoted = text.contains('"') && text.trim().contains(char::is_whitespace);
    if let Some(key) = quoted.then(|| pattern(text.trim())).flatten() {
        let at = start + cell.len() - cell.trim_start().len();
        return vec![(key, Span::new(at, at + cell.trim().len()))];
    }
    let parts = text.split(|c: char| c == ',' || c.is_whitespace()).filter(|it| !it.is_empty());
    let parts: Vec<_> = parts.take(KEYS_PER_CELL_MAX).collect();
    let extra = parts.iter().any(|part| part.starts_with('('));
    let words = text.split_whitespace().count() > 1 && !text.contains(',') && !extra;
    if words && !cell.contains("<br") {
        return Vec::new();
    }
    let end = parts.iter().position(|part| part.starts_with('(')).unwrap_or(parts.len());
    let place = |part: &str| {
        let inner = cell.find(part).map_or((0, cell.len()), |at| (at, at + part.len()));
        Span::new(start + inner.0, start + inner.1)
    };
    let keys = parts.iter().take(end).filter_map(|part| Some((pattern(part)?, place(part))));
    keys.map(|(key, span)| (Pattern { qualified: extra || key.qualified, ..key }, span)).collect()
}

/// The key that a list's item begins with, in code and with a text after it.
pub(super) fn of_item(item: &str, start: usize) -> Option<(Pattern, Span)> {
    let line = item.lines().next()?;
    let text = line.trim_start_matches(['-', '*', '+', ' ', '\t']);
    let at = line.len() - text.len();
    let bold = text.len() - text.trim_start_matches('*').len();
    if !text.get(bold..)?.starts_with('`') {
        return None;
    }
    let (codes, _) = cell::codes(text);
    let code = codes.first()?;
    let after = text.get(code.end..)?.trim_start_matches(['*', ' ']);
    let separated = after.starts_with(['-', ':', '–', '—', '(']);
    let key = pattern(code.text).filter(|_| separated)?;
    let from = start + at + code.start;
    Some((key, Span::new(from, from + code.text.len())))
}
