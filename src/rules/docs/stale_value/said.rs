//! What is said of values, by which one is known again that has another name by now.

use std::collections::BTreeMap;

use super::meant::words;
use crate::catalog::{Values, YamlFile};

/// So many words describe one value and no other.
const WORDS_MIN: usize = 4;
/// The shortest text that is one value's default and hardly another's, and the shortest number.
const TEXT_MIN: usize = 6;
const NUMBER_MIN: usize = 4;
/// How many lines of a comment are read.
const LINES_MAX: usize = 20;

/// The values by what is said of them; none where it is said of several.
#[derive(Default)]
pub(super) struct Texts {
    comments: BTreeMap<String, Option<usize>>,
    defaults: BTreeMap<String, Option<usize>>,
}

impl Texts {
    pub(super) fn read(values: &Values, file: &YamlFile) -> Self {
        let mut texts = Self::default();
        let text = file.stream.text().as_str();
        let leaves = values.keys.iter().enumerate().skip(1);
        for (at, key) in leaves.filter(|(_, key)| key.leaf && !key.borrowed) {
            let before = text.get(..key.key.start as usize).unwrap_or_default();
            let comment = squeezed(&comment(before));
            if comment.split(' ').count() >= WORDS_MIN {
                keep(&mut texts.comments, comment, at);
            }
            let default = Values::node(file, key).map(|node| node.raw().to_owned());
            if let Some(default) = default.filter(|text| is_telling(text)) {
                keep(&mut texts.defaults, default, at);
            }
        }
        texts
    }

    /// The only value whose comment is one of a row's cells.
    pub(super) fn described(&self, row: &str) -> Option<usize> {
        let cells = row.split('|').map(squeezed);
        let mut found = cells.filter_map(|cell| self.comments.get(&cell).copied().flatten());
        found.next()
    }

    /// The only value with a default that hardly another one has.
    pub(super) fn with_default(&self, default: &str) -> Option<usize> {
        self.defaults.get(default).copied().flatten()
    }
}

fn keep(texts: &mut BTreeMap<String, Option<usize>>, text: String, at: usize) {
    texts.entry(text).and_modify(|it| *it = None).or_insert(Some(at));
}

/// The comment that a text ends with, without its marks.
fn comment(before: &str) -> String {
    // The last line is the key's own, as far as it.
    let lines = before.lines().rev().skip(usize::from(!before.ends_with('\n')));
    let lines = lines.take(LINES_MAX).map(str::trim).take_while(|line| line.starts_with('#'));
    let mut lines: Vec<_> = lines.collect();
    lines.reverse();
    let words = lines.iter().map(|line| {
        let line = line.trim_start_matches('#').trim();
        let param = line.strip_prefix("@param ").and_then(|rest| Some(rest.split_once(' ')?.1));
        let param = param.map(|rest| match rest.strip_prefix('[') {
            Some(inner) => inner.split_once(']').map_or(rest, |(_, rest)| rest),
            None => rest,
        });
        let marked = line.split_once("-- ").filter(|(path, _)| !path.trim().contains(' '));
        param.or(marked.map(|(_, text)| text)).unwrap_or(line)
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The words of a text in lower case.
fn squeezed(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// Whether a default is hardly that of several values by chance: a text that is no quantity, or a number like a port's.
fn is_telling(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number = digits == text.len() && digits >= NUMBER_MIN;
    number || digits == 0 && text.len() >= TEXT_MIN && !text.contains('\n')
}

/// Whether a default is one text, number or boolean.
pub(super) fn is_single(text: &str) -> bool {
    let text = text.trim();
    let open = text.starts_with(['{', '[', '<', '(']);
    !text.is_empty() && !open && !text.contains(' ') && !matches!(text, "nil" | "null" | "~")
}

/// Whether a row with a name speaks of another name: of all its words somewhere, or with its own name of more than one.
pub(super) fn speaks_of(row: &str, name: &str, other: &str) -> bool {
    let said: Vec<_> = squeezed(row).split(' ').map(str::to_owned).collect();
    let (own, other) = (words(name), words(other));
    let all = other.iter().all(|word| said.contains(word) || own.contains(word));
    all || other.iter().filter(|word| own.contains(word)).count() > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_lose_their_marks() {
        let of = |text: &str| squeezed(&comment(text));
        assert_eq!(of("a: 1\n# -- Where it\n# goes\n  "), "where it goes");
        assert_eq!(of("## @param a.b [array] Where it goes\n"), "where it goes");
        assert_eq!(of("# a.b -- Where it goes\n"), "where it goes");
        assert_eq!(of("# Where\n\n"), "");
        assert_eq!(of(&"# a\n".repeat(30)).split(' ').count(), LINES_MAX);
    }

    #[test]
    fn some_defaults_tell_of_one_value() {
        assert!(is_telling("registry") && is_telling("9092"));
        assert!(!is_telling("20Gi") && !is_telling("80") && !is_telling("true"));
        assert!(speaks_of("| `bindAddr` | Port to bind to |", "bindAddr", "port"));
        assert!(speaks_of("| `webHost` | x |", "webHost", "WEB_SCGI_HOST"));
        assert!(!speaks_of("| `webHost` | x |", "webHost", "DB_HOST"));
    }
}
