//! Texts for a terminal: what is printable, how wide it is, and where lines break.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What stands for a character that would move the cursor or hide text.
const REPLACEMENT: char = '\u{fffd}';

/// The text without anything that a terminal obeys: control characters and the marks that turn the
/// reading direction become replacement characters, line ends become blanks.
pub(in crate::report) fn visible(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(shown).collect())
}

/// The character that is shown for a character.
pub(super) fn shown(character: char) -> char {
    match character {
        '\n' | '\r' | '\t' => ' ',
        _ if is_plain(character) => character,
        _ => REPLACEMENT,
    }
}

/// How many columns a printable character takes.
pub(super) fn columns(character: char) -> usize {
    character.width().unwrap_or(0)
}

/// Neither a control character nor one of Unicode's bidirectional controls (the "Trojan Source"
/// characters, CVE-2021-42574), nor a byte-order mark in the middle of a text.
fn is_plain(character: char) -> bool {
    !character.is_control()
        && !matches!(character,
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// How many columns a printable text takes.
pub(super) fn wide(text: &str) -> usize {
    text.width()
}

/// Breaks a text at blanks into lines of at most `room` columns. What stands in backticks, and every
/// word, stays whole so that it can be copied. Lines that the text breaks itself stay as they are.
pub(super) fn wrap(text: &str, room: usize) -> Vec<String> {
    hang(text, room, room)
}

/// [`wrap`] where the first line has another room than the ones that follow.
pub(super) fn hang(text: &str, first: usize, rest: usize) -> Vec<String> {
    let mut lines: Vec<String> = text.lines().map(|line| visible(line).into_owned()).collect();
    if let [only] = lines.as_slice() {
        lines = fill(only, first, rest);
    }
    lines
}

fn fill(line: &str, first: usize, rest: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut current = String::new();
    let mut taken = 0;
    for word in words(line) {
        let wide = word.width();
        let room = if lines.is_empty() { first } else { rest };
        if taken > 0 && taken + 1 + wide > room {
            lines.push(std::mem::take(&mut current));
            taken = 0;
        }
        if taken > 0 {
            current.push(' ');
            taken += 1;
        }
        current.push_str(word);
        taken += wide;
    }
    lines.push(current);
    lines
}

/// The words of a line; a stretch in backticks belongs to one word unless its end is missing.
fn words(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line.trim_end();
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = word_end(rest);
        let (word, after) = rest.split_at(end);
        rest = after.strip_prefix(' ').unwrap_or(after);
        Some(word)
    })
}

fn word_end(text: &str) -> usize {
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find([' ', '`'])) {
        at += found;
        if text.as_bytes().get(at) == Some(&b' ') {
            return at;
        }
        let close = text.get(at + 1..).and_then(|rest| rest.find('`'));
        at += close.map_or(1, |close| close + 2);
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_backticks_is_never_broken() {
        let lines = wrap("run `helm dependency update charts/web` and commit the lock", 22);
        assert_eq!(lines, ["run", "`helm dependency update charts/web`", "and commit the lock"]);
        assert_eq!(wrap("a lone ` is a word", 8), ["a lone `", "is a", "word"]);
        assert_eq!(wrap("", 8), Vec::<String>::new());
    }

    #[test]
    fn lines_of_the_text_and_their_indent_stay() {
        let text = "add:\nannotations:\n  helm.sh/resource-policy: keep";
        assert_eq!(wrap(text, 10), ["add:", "annotations:", "  helm.sh/resource-policy: keep"]);
    }

    #[test]
    fn wide_characters_count_two_columns() {
        assert_eq!(wrap("漢字 漢字", 8), ["漢字", "漢字"]);
        assert_eq!(wrap("漢字 漢字", 9), ["漢字 漢字"]);
    }

    #[test]
    fn nothing_that_a_terminal_obeys_is_left() {
        assert_eq!(visible("a\u{1b}[31mb\u{202e}c\nd"), "a\u{fffd}[31mb\u{fffd}c d");
        assert!(matches!(visible("plain `é`"), Cow::Borrowed(_)));
    }
}
