//! Upper, lower and title case, character by character as Go's `unicode` has them, and the word
//! cases of huandu/xstrings 1.5.0 (`camelcase`, `snakecase`, `kebabcase`).

use crate::template::unicode;

/// Go's `unicode.ToUpper`: never more than one character.
pub(super) fn upper(c: char) -> char {
    let mut upper = c.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(upper), None) => upper,
        _ => c,
    }
}

/// Go's `unicode.ToLower`.
pub(super) fn lower(c: char) -> char {
    let mut lower = c.to_lowercase();
    // The dotted capital İ becomes i and a dot; Go leaves the dot away.
    lower.next().unwrap_or(c)
}

/// Go's `unicode.ToTitle`.
pub(super) fn title(c: char) -> char {
    match c {
        'Ǆ'..='ǆ' => 'ǅ',
        'Ǉ'..='ǉ' => 'ǈ',
        'Ǌ'..='ǌ' => 'ǋ',
        'Ǳ'..='ǳ' => 'ǲ',
        // Georgian has capitals, but words don't begin with them.
        'ა'..='ჺ' | 'ჽ'..='ჿ' => c,
        c => upper(c),
    }
}

/// `unicode.IsLetter`.
fn is_letter(c: char) -> bool {
    c != '_' && unicode::is_alphanumeric(c) && !c.is_numeric()
}

/// `unicode.IsPunct`, complete for ASCII and Latin-1.
fn is_punctuation(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_punctuation() && !"$+<=>^`|~".contains(c);
    }
    let code = c as u32;
    "¡§«¶·»¿".contains(c)
        || matches!(code, 0x2010..=0x2027 | 0x2030..=0x2043 | 0x2045..=0x2051 | 0x2053..=0x205e)
        || matches!(code, 0x3001..=0x3003 | 0x3008..=0x3011 | 0xff01..=0xff03 | 0xff05..=0xff0a)
}

/// Go's `strings.Title`: what follows a separator gets title case.
pub(super) fn title_words(text: &str) -> String {
    let is_separator = |c: char| match c {
        '_' | '0'..='9' | 'a'..='z' | 'A'..='Z' => false,
        c if c.is_ascii() => true,
        c => !unicode::is_alphanumeric(c) && c.is_whitespace(),
    };
    let mut before = ' ';
    let cased = text.chars().map(|c| {
        let begins = is_separator(before);
        before = c;
        if begins { title(c) } else { c }
    });
    cased.collect()
}

/// goutils' `Uncapitalize`: the first letter of each word in lower case.
pub(super) fn untitle(text: &str) -> String {
    let mut begins = true;
    let cased = text.chars().map(|c| {
        if c.is_whitespace() {
            begins = true;
            return c;
        }
        if std::mem::take(&mut begins) { lower(c) } else { c }
    });
    cased.collect()
}

/// goutils' `SwapCase`; lower case at the beginning of a word becomes title case.
pub(super) fn swap_case(text: &str) -> String {
    let mut begins = true;
    let cased = text.chars().map(|c| {
        if c.is_uppercase() || title(c) == c && lower(c) != c {
            begins = false;
            lower(c)
        } else if c.is_lowercase() {
            if std::mem::take(&mut begins) { title(c) } else { upper(c) }
        } else {
            begins = c.is_whitespace();
            c
        }
    });
    cased.collect()
}

fn is_connector(c: char) -> bool {
    c == '-' || c == '_' || c.is_whitespace()
}

/// xstrings' `ToPascalCase`.
pub(super) fn pascal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    let mut last = None;
    let mut first_was_upper = false;
    // Connectors at the beginning stay.
    for c in rest.by_ref() {
        last = Some(c);
        if !is_connector(c) {
            first_was_upper = c.is_uppercase();
            last = Some(upper(c));
            break;
        }
        out.push(c);
    }
    let Some(mut last) = last else { return out };
    if rest.as_str().is_empty() {
        // A text of connectors only has its last one twice, as xstrings writes it.
        out.push(last);
        return out;
    }
    for c in rest {
        let before = std::mem::replace(&mut last, c);
        if is_connector(before) {
            if is_connector(c) {
                out.push(before);
                continue;
            }
            first_was_upper = c.is_uppercase();
            last = upper(c);
            continue;
        }
        if first_was_upper {
            if c.is_uppercase() {
                last = lower(c);
            } else {
                first_was_upper = false;
            }
        }
        out.push(before);
    }
    out.push(last);
    out
}

/// What a piece of a name is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    None,
    Number,
    Upper,
    Letters,
    Connector,
    Punctuation,
    Other,
}

/// xstrings' `ToSnakeCase` and `ToKebabCase`.
pub(super) fn joined(text: &str, connector: char) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut words = Words { rest: text };
    let (mut kind, mut word) = words.next_word();
    while !words.rest.is_empty() {
        if kind != Word::Connector {
            push_word(&mut out, kind, word, connector);
        }
        let (before, last) = (kind, word);
        (kind, word) = words.next_word();
        match before {
            Word::Number => {
                (kind, word) = words.run(&mut out, kind, word, connector);
                if kind != Word::None {
                    connect(&mut out, kind, connector);
                }
            }
            Word::Connector => push_word(&mut out, before, last, connector),
            Word::Punctuation => {}
            _ if kind != Word::Number => connect(&mut out, kind, connector),
            _ if words.rest.is_empty() => {}
            _ => (kind, word) = words.number(&mut out, word, connector),
        }
    }
    push_word(&mut out, kind, word, connector);
    out
}

/// A connector before a word, unless there is something else that parts it.
fn connect(out: &mut String, kind: Word, connector: char) {
    if kind != Word::Connector && kind != Word::Punctuation {
        out.push(connector);
    }
}

fn push_word(out: &mut String, kind: Word, word: &str, connector: char) {
    if kind != Word::Upper && kind != Word::Connector {
        out.push_str(word);
        return;
    }
    out.extend(word.chars().map(|c| match c {
        c if is_connector(c) => connector,
        c if c.is_uppercase() => lower(c),
        c => c,
    }));
}

struct Words<'t> {
    rest: &'t str,
}

impl<'t> Words<'t> {
    /// Letters and numbers in any order, which stay together after a number.
    fn run(
        &mut self,
        out: &mut String,
        mut kind: Word,
        mut word: &'t str,
        connector: char,
    ) -> (Word, &'t str) {
        while matches!(kind, Word::Letters | Word::Number) {
            push_word(out, kind, word, connector);
            (kind, word) = self.next_word();
        }
        (kind, word)
    }

    /// A number after a word: part of it (`bld4_floor`), or with what follows (`http_2xx`).
    fn number(&mut self, out: &mut String, number: &'t str, connector: char) -> (Word, &'t str) {
        let (kind, word) = self.next_word();
        if kind != Word::Letters {
            push_word(out, Word::Number, number, connector);
            connect(out, kind, connector);
            return (kind, word);
        }
        out.push(connector);
        push_word(out, Word::Number, number, connector);
        let (kind, word) = self.run(out, kind, word, connector);
        if kind != Word::None {
            connect(out, kind, connector);
        }
        (kind, word)
    }

    fn next_word(&mut self) -> (Word, &'t str) {
        let Some(first) = self.rest.chars().next() else { return (Word::None, "") };
        let is_small = |c: char| is_alphabet(c) && !c.is_uppercase();
        match first {
            c if is_connector(c) => self.take(Word::Connector, is_connector),
            c if is_punctuation(c) => self.take(Word::Punctuation, is_punctuation),
            c if c.is_uppercase() => self.capitals(c),
            c if is_alphabet(c) => self.take(Word::Letters, is_small),
            c if c.is_numeric() => self.take(Word::Number, char::is_numeric),
            _ => self.take(Word::Other, |c| {
                !(is_connector(c) || is_alphabet(c) || c.is_numeric() || is_punctuation(c))
            }),
        }
    }

    /// The first character and those after it that belong to it.
    fn take(&mut self, kind: Word, belongs: impl Fn(char) -> bool) -> (Word, &'t str) {
        let mut chars = self.rest.char_indices().skip(1);
        let end = chars.find(|(_, c)| !belongs(*c)).map_or(self.rest.len(), |(at, _)| at);
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        (kind, word)
    }

    /// `Status` is one word, `HTTPStatus` are two: the last capital belongs to what follows.
    fn capitals(&mut self, first: char) -> (Word, &'t str) {
        let second = self.rest.get(first.len_utf8()..).and_then(|rest| rest.chars().next());
        match second {
            Some(c) if c.is_uppercase() => {
                let whole = self.rest;
                let (kind, word) = self.take(Word::Upper, char::is_uppercase);
                let next = self.rest.chars().next();
                if !next.is_some_and(is_alphabet) {
                    return (kind, word);
                }
                let last = word.chars().next_back().map_or(0, char::len_utf8);
                let (word, rest) = whole.split_at(word.len().saturating_sub(last));
                self.rest = rest;
                (kind, word)
            }
            Some(c) if is_alphabet(c) => {
                self.take(Word::Upper, |c| is_alphabet(c) && !c.is_uppercase())
            }
            _ => self.take(Word::Upper, |_| false),
        }
    }
}

/// Letters, Chinese characters aside.
fn is_alphabet(c: char) -> bool {
    let chinese = matches!(c as u32, 0x4e00..=0x9fcc | 0x3400..=0x4d85 | 0x20000..=0x2b81d);
    is_letter(c) && !chinese
}
