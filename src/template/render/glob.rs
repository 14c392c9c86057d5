//! Glob patterns as `.Files.Glob` reads them.
//!
//! Source: github.com/gobwas/glob v0.2.3 with `/` as separator: `*` and `?` stop at it, `**` and what
//! is listed in brackets don't; a bracket holds one range or a list, no mixture; braces nest.

use std::collections::BTreeSet;

/// How deep braces may nest. Go's library has no limit.
pub const BRACE_DEPTH_MAX: usize = 32;

/// A compiled pattern.
#[derive(Debug)]
pub struct Glob(Vec<Token>);

#[derive(Debug)]
enum Token {
    Char(char),
    /// `?`
    Single,
    /// `*`
    Any,
    /// `**`
    Super,
    /// `[a-z]`, `[!a-z]`
    Range {
        not: bool,
        from: char,
        to: char,
    },
    /// `[abc]`, `[!abc]`
    List {
        not: bool,
        chars: Vec<char>,
    },
    /// `{a,b}`
    AnyOf(Vec<Vec<Token>>),
}

impl Glob {
    /// Compiles a pattern; what Go's library refuses matches everything, as in Helm.
    pub fn new(pattern: &str) -> Self {
        let chars: Vec<char> = pattern.chars().collect();
        let mut lexer = Lexer { chars: &chars, at: 0 };
        Self(lexer.tokens(0).unwrap_or_else(|| vec![Token::Super]))
    }

    /// Whether a whole path matches.
    pub fn matches(&self, path: &str) -> bool {
        let path: Vec<char> = path.chars().collect();
        run(&self.0, BTreeSet::from([0]), &path).contains(&path.len())
    }
}

/// The positions that tokens lead to from any of some others.
fn run(tokens: &[Token], from: BTreeSet<usize>, path: &[char]) -> BTreeSet<usize> {
    tokens.iter().fold(from, |positions, token| match token {
        Token::AnyOf(arms) => {
            arms.iter().flat_map(|arm| run(arm, positions.clone(), path)).collect()
        }
        Token::Any => positions.into_iter().flat_map(|at| reach(at, path, |c| c != '/')).collect(),
        Token::Super => positions.into_iter().flat_map(|at| reach(at, path, |_| true)).collect(),
        _ => {
            let takes = |at: &usize| path.get(*at).is_some_and(|c| token.takes(*c));
            positions.into_iter().filter(takes).map(|at| at + 1).collect()
        }
    })
}

/// The positions from one on, over characters that are let pass.
fn reach(
    at: usize,
    path: &[char],
    passes: impl Fn(char) -> bool,
) -> std::ops::RangeInclusive<usize> {
    let rest = path.get(at..).unwrap_or_default();
    at..=at + rest.iter().take_while(|c| passes(**c)).count()
}

impl Token {
    /// Whether it takes this one character.
    fn takes(&self, c: char) -> bool {
        match self {
            Token::Char(wanted) => *wanted == c,
            Token::Single => c != '/',
            Token::Range { not, from, to } => (*from..=*to).contains(&c) != *not,
            Token::List { not, chars } => chars.contains(&c) != *not,
            Token::Any | Token::Super | Token::AnyOf(_) => false,
        }
    }
}

struct Lexer<'p> {
    chars: &'p [char],
    at: usize,
}

impl Lexer<'_> {
    fn next(&mut self) -> Option<char> {
        let found = self.chars.get(self.at).copied();
        self.at += usize::from(found.is_some());
        found
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.chars.get(self.at) == Some(&wanted);
        self.at += usize::from(found);
        found
    }

    /// The tokens up to the end, or to the `,` or `}` that ends an arm. None: Go refuses it.
    fn tokens(&mut self, depth: usize) -> Option<Vec<Token>> {
        let mut tokens = Vec::new();
        while let Some(c) = self.next() {
            tokens.push(match c {
                '\\' => Token::Char(self.next()?),
                '*' if self.take('*') => Token::Super,
                '*' => Token::Any,
                '?' => Token::Single,
                '[' => self.class()?,
                '{' if depth < BRACE_DEPTH_MAX => self.arms(depth + 1)?,
                '{' => return None,
                ',' | '}' if depth > 0 => {
                    self.at -= 1;
                    break;
                }
                c => Token::Char(c),
            });
        }
        Some(tokens)
    }

    fn arms(&mut self, depth: usize) -> Option<Token> {
        let mut arms = Vec::new();
        loop {
            arms.push(self.tokens(depth)?);
            match self.next()? {
                ',' => {}
                _ => return Some(Token::AnyOf(arms)),
            }
        }
    }

    fn class(&mut self) -> Option<Token> {
        let not = self.take('!');
        let from = self.next()?;
        if self.take('-') {
            let to = self.next()?;
            return self.take(']').then_some(Token::Range { not, from, to });
        }
        self.at -= 1;
        let mut chars = Vec::new();
        loop {
            match self.next()? {
                ']' => return Some(Token::List { not, chars }),
                '\\' => chars.push(self.next()?),
                c => chars.push(c),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_go() {
        let yes = [
            ("*", "a"),
            ("**", "a/b"),
            ("a/*", "a/b"),
            ("a/**", "a/b/c"),
            ("**.json", "a/b.json"),
            ("**/*.json", "a/b.json"),
            ("a?c", "abc"),
            ("[a-c]x", "bx"),
            ("[!a-c]x", "dx"),
            ("[ab]x", "ax"),
            ("{a,b/*}.y", "b/c.y"),
            ("a{,b}c", "ac"),
            (r"\*", "*"),
            // What is refused matches everything.
            ("[a-cA-C]x", "nothing/like/it"),
            ("{a", "b"),
            ("a}", "a}"),
        ];
        for (pattern, path) in yes {
            assert!(Glob::new(pattern).matches(path), "{pattern} {path}");
        }
        let no =
            [("*", "a/b"), ("a/*", "a/b/c"), ("**/*.json", "b.json"), ("a?c", "a/c"), ("", "a")];
        for (pattern, path) in no {
            assert!(!Glob::new(pattern).matches(path), "{pattern} {path}");
        }
    }

    #[test]
    fn braces_nest_to_a_bound() {
        let nested = |depth: usize| format!("{}a{}", "{".repeat(depth), "}".repeat(depth));
        assert!(!Glob::new(&nested(BRACE_DEPTH_MAX)).matches("b"));
        assert!(Glob::new(&nested(BRACE_DEPTH_MAX + 1)).matches("b"));
    }
}
