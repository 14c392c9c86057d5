//! Comments that describe more than the key that they stand on: its siblings after it, by their names,
//! and a value without content by an example under it.

use super::{Declared, Values, comments::Comments};
use crate::catalog::Key;

/// The shortest word that makes siblings of two names: `livenessProbe` and `readinessProbe`.
const WORD_MIN: usize = 4;

impl Values {
    /// Takes keys as described of which the comment on a sibling before them speaks.
    pub(super) fn cover(&mut self, comments: &Comments) {
        let covered: Vec<_> =
            self.keys.iter().flat_map(|holder| self.covered(holder, comments)).collect();
        for at in covered {
            if let Some(key) = self.keys.get_mut(at) {
                key.said.described = true;
            }
        }
    }

    /// The keys under one that the last comment before them covers.
    fn covered(&self, holder: &Declared, comments: &Comments) -> Vec<usize> {
        let mut children: Vec<_> = holder.children.values().copied().collect();
        children.sort_unstable();
        let mut covered = Vec::new();
        let mut head: Option<(&str, Vec<&str>)> = None;
        let mut last = None;
        for at in children {
            let Some(key) = self.keys.get(at) else { continue };
            let Some(Key::Name(name)) = key.path.0.last() else { continue };
            let above = comments.above(key.key);
            let line = comments.line(key.key.start);
            let next = last.replace(line).is_some_and(|last| last + 1 == line);
            if !above.is_empty() {
                head = key.said.described.then_some((name, above));
            } else if let Some((first, lines)) = &head
                && (family(first).is_some_and(|it| family(name) == Some(it))
                    || lines.iter().any(|line| names(line, name))
                    || (next && lines.iter().any(|line| is_of_several(line))))
            {
                covered.push(at);
            }
        }
        covered
    }
}

/// The last word of a name of several, in lower case.
fn family(name: &str) -> Option<String> {
    let start = name.char_indices().rev().find_map(|(at, c)| {
        let parts = matches!(c, '_' | '-' | '.').then_some(at + 1);
        parts.or_else(|| c.is_uppercase().then_some(at))
    })?;
    let word = name.get(start..).filter(|word| start > 0 && word.len() >= WORD_MIN)?;
    Some(word.to_lowercase())
}

/// Whether a comment speaks of several values, as those are that follow one another on the lines under it.
fn is_of_several(line: &str) -> bool {
    let line = line.to_lowercase();
    let words: Vec<_> = line.split(|c: char| !c.is_alphanumeric()).take(WORDS_MAX).collect();
    let several = |word: &[&str]| match word {
        [these, what] => matches!(*these, "these" | "both") && SEVERAL.contains(what),
        _ => false,
    };
    words.windows(2).any(several)
}

/// How many words of a line are looked at.
const WORDS_MAX: usize = 100;
/// What a comment calls the values that it is about.
const SEVERAL: [&str; 14] = [
    "are",
    "can",
    "fields",
    "flags",
    "keys",
    "limits",
    "numbers",
    "options",
    "parameters",
    "settings",
    "should",
    "values",
    "variables",
    "will",
];

/// Whether a line of text has a name as a word of its own, and the name is no common word.
fn names(line: &str, name: &str) -> bool {
    let own = name.chars().skip(1).any(|c| c.is_uppercase() || matches!(c, '_' | '-' | '.'));
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let mut words = line.split(|c| !part(c)).map(|word| word.trim_end_matches('.'));
    own && words.any(|word| word == name)
}
