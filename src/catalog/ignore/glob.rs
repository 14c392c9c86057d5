//! Go's `path/filepath.Match` on Unix: `*` and `?` stop at `/`, classes do not, `\` escapes.

use std::str::Chars;

/// A pattern that Go accepts.
#[derive(Clone, Debug)]
pub(super) struct Glob {
    /// Whether it begins with `*`, and the text after it that has no other meaning than itself: patterns of
    /// this form are nearly all there are.
    plain: Option<(bool, String)>,
    tokens: Vec<Token>,
}

#[derive(Clone, Debug)]
enum Token {
    /// Any run of characters but `/`.
    Star,
    /// One character but `/`.
    Any,
    /// One character in (or not in) one of the ranges; `/` is a character like any other here.
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
    Literal(char),
}

impl Glob {
    /// None where Go says `syntax error in pattern`.
    pub(super) fn parse(pattern: &str) -> Option<Self> {
        let mut tokens = Vec::new();
        let mut rest = pattern.chars();
        while let Some(c) = rest.next() {
            tokens.push(match c {
                '*' => Token::Star,
                '?' => Token::Any,
                '[' => class(&mut rest)?,
                '\\' => Token::Literal(rest.next()?),
                _ => Token::Literal(c),
            });
        }
        let rest = pattern.strip_prefix('*');
        let (star, text) = (rest.is_some(), rest.unwrap_or(pattern));
        let plain = (!text.contains(['*', '?', '[', '\\'])).then(|| (star, text.to_owned()));
        Some(Self { plain, tokens })
    }

    /// Whether the whole of `name` matches. At most pattern × name steps: like Go, only the last
    /// `*` is ever widened.
    pub(super) fn matches(&self, name: &str) -> bool {
        match &self.plain {
            Some((false, text)) => return name == text,
            Some((true, text)) => {
                return name.strip_suffix(&**text).is_some_and(|rest| !rest.contains('/'));
            }
            None => {}
        }
        let (mut at, mut rest) = (0, name.chars());
        let mut star: Option<(usize, Chars<'_>)> = None;
        loop {
            let here = rest.clone();
            match (self.tokens.get(at), rest.next()) {
                (None, None) => return true,
                (Some(Token::Star), _) => {
                    at += 1;
                    rest = here;
                    star = Some((at, rest.clone()));
                }
                (Some(token), Some(c)) if token.takes(c) => at += 1,
                _ => {
                    let Some((after, wider)) = &mut star else { return false };
                    if wider.next().is_none_or(|c| c == '/') {
                        return false;
                    }
                    at = *after;
                    rest = wider.clone();
                }
            }
        }
    }
}

impl Token {
    fn takes(&self, c: char) -> bool {
        match self {
            Token::Star => false,
            Token::Any => c != '/',
            Token::Class { negated, ranges } => {
                ranges.iter().any(|(low, high)| (*low..=*high).contains(&c)) != *negated
            }
            Token::Literal(literal) => *literal == c,
        }
    }
}

/// What follows `[`, up to and including `]`.
fn class(rest: &mut Chars<'_>) -> Option<Token> {
    let negated = next_if(rest, '^');
    let mut ranges = Vec::new();
    while ranges.is_empty() || !next_if(rest, ']') {
        let low = class_character(rest)?;
        let high = if next_if(rest, '-') { class_character(rest)? } else { low };
        ranges.push((low, high));
    }
    Some(Token::Class { negated, ranges })
}

fn class_character(rest: &mut Chars<'_>) -> Option<char> {
    match rest.next()? {
        '-' | ']' => None,
        '\\' => rest.next(),
        c => Some(c),
    }
}

fn next_if(rest: &mut Chars<'_>, wanted: char) -> bool {
    let found = rest.as_str().starts_with(wanted);
    if found {
        rest.next();
    }
    found
}
