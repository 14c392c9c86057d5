//! Go's regular expressions (RE2 with Perl's classes, `regexp/syntax`) written for the `regex` crate:
//! the grammar and its errors are Go's, the matching is the crate's, which prefers matches alike.

use std::{borrow::Cow, fmt::Write as _};

/// The largest count of a repetition (`maxSize` of `regexp/syntax`).
pub(super) const MAX_REPEAT: u32 = 1000;

/// An expression for the crate, and the names of its groups from the first on.
pub(super) struct Pattern {
    /// In the crate's syntax; groups have no names.
    pub(super) regex: String,
    /// The name of each group; empty where it has none.
    pub(super) names: Vec<String>,
}

/// Why Go refuses an expression: `missing closing ]` and what is shown of it.
pub(super) struct Refused(&'static str, String);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "error parsing regexp: {}: `{}`", self.0, self.1)
    }
}

type Parsed<T> = Result<T, Refused>;

fn refuse<T>(why: &'static str, shown: &str) -> Parsed<T> {
    Err(Refused(why, shown.to_owned()))
}

/// Whether the crate refused an expression for its size; the words are Go's for it.
pub(super) fn too_large(expression: &str) -> Refused {
    Refused("expression too large", expression.to_owned())
}

/// Writes an expression for the crate.
pub(super) fn translate(expression: &str) -> Parsed<Pattern> {
    let mut writer = Writer {
        whole: expression,
        rest: expression,
        out: String::with_capacity(expression.len() + 16),
        names: Vec::new(),
        depth: 0,
        operand: false,
        repeated: None,
    };
    while !writer.rest.is_empty() {
        writer.piece()?;
    }
    if writer.depth > 0 {
        return refuse("missing closing )", expression);
    }
    Ok(Pattern { regex: writer.out, names: writer.names })
}

struct Writer<'e> {
    whole: &'e str,
    rest: &'e str,
    out: String,
    names: Vec<String>,
    depth: usize,
    /// Whether there is something before that can be repeated.
    operand: bool,
    /// Where the repetition began that was written just before.
    repeated: Option<&'e str>,
}

/// The first bytes of `from`, up to where `to`, its end, begins.
fn between<'e>(from: &'e str, to: &str) -> &'e str {
    from.get(..from.len().saturating_sub(to.len())).unwrap_or(from)
}

impl<'e> Writer<'e> {
    fn piece(&mut self) -> Parsed<()> {
        let before = self.repeated.take();
        let mut chars = self.rest.chars();
        let Some(c) = chars.next() else { return Ok(()) };
        let after = chars.as_str();
        match c {
            '(' => return self.group(after),
            ')' => return self.close(after),
            '|' => {
                self.out.push('|');
                (self.rest, self.operand) = (after, false);
                return Ok(());
            }
            '[' => self.class()?,
            '*' | '+' | '?' => return self.repeat(c.encode_utf8(&mut [0; 4]), after, before),
            '{' => match count(self.rest) {
                Some((low, high, after)) => {
                    if low > MAX_REPEAT || high.is_some_and(|high| high > MAX_REPEAT || high < low)
                    {
                        return refuse("invalid repeat count", between(self.rest, after));
                    }
                    let text = between(self.rest, after).to_owned();
                    return self.repeat(&text, after, before);
                }
                None => self.one(c, after),
            },
            '\\' => self.escape(after)?,
            '^' | '$' | '.' => {
                self.out.push(c);
                self.rest = after;
            }
            c => self.one(c, after),
        }
        self.operand = true;
        Ok(())
    }

    fn one(&mut self, c: char, after: &'e str) {
        push_literal(&mut self.out, c);
        self.rest = after;
    }

    fn close(&mut self, after: &'e str) -> Parsed<()> {
        if self.depth == 0 {
            return refuse("unexpected )", self.whole);
        }
        self.depth -= 1;
        self.out.push(')');
        (self.rest, self.operand) = (after, true);
        Ok(())
    }

    /// Perl's repetitions can't be repeated themselves.
    fn repeat(&mut self, operator: &str, after: &'e str, before: Option<&'e str>) -> Parsed<()> {
        let (lazy, after) = match after.strip_prefix('?') {
            Some(after) => ("?", after),
            None => ("", after),
        };
        if let Some(before) = before {
            return refuse("invalid nested repetition operator", between(before, after));
        }
        if !self.operand {
            return refuse("missing argument to repetition operator", between(self.rest, after));
        }
        self.out.push_str(operator);
        self.out.push_str(lazy);
        self.repeated = Some(self.rest);
        self.rest = after;
        Ok(())
    }

    fn group(&mut self, after: &'e str) -> Parsed<()> {
        self.operand = false;
        let Some(special) = after.strip_prefix('?') else {
            self.names.push(String::new());
            self.open("(", after);
            return Ok(());
        };
        let named = special.strip_prefix("P<").or_else(|| special.strip_prefix('<'));
        match named {
            Some(named) => self.named(named),
            None => self.flags(special),
        }
    }

    fn open(&mut self, text: &str, after: &'e str) {
        self.depth += 1;
        self.out.push_str(text);
        self.rest = after;
    }

    fn named(&mut self, named: &'e str) -> Parsed<()> {
        let Some((name, after)) = named.split_once('>') else {
            return refuse("invalid named capture", self.rest);
        };
        let is_word = |c: char| c == '_' || c.is_ascii_alphanumeric();
        if name.is_empty() || !name.chars().all(is_word) {
            return refuse("invalid named capture", between(self.rest, after));
        }
        if self.names.iter().any(|known| known == name) {
            return refuse("duplicate capture group name", name);
        }
        self.names.push(name.to_owned());
        self.open("(", after);
        Ok(())
    }

    /// `(?i)`, `(?i-s:`
    fn flags(&mut self, special: &'e str) -> Parsed<()> {
        let end = special.find([':', ')']);
        let shown = |at: usize| {
            let c = special.get(at..).and_then(|rest| rest.chars().next());
            let end = at + c.map_or(0, char::len_utf8);
            format!("(?{}", special.get(..end).unwrap_or(special))
        };
        let (mut minus, mut saw) = (false, false);
        for (at, c) in special.char_indices().take_while(|(at, _)| Some(*at) != end) {
            match c {
                'i' | 'm' | 's' | 'U' => saw = true,
                '-' if !minus => (minus, saw) = (true, false),
                _ => return Err(Refused("invalid or unsupported Perl syntax", shown(at))),
            }
        }
        let Some(end) = end else {
            return refuse("invalid or unsupported Perl syntax", self.rest);
        };
        if minus && !saw {
            return Err(Refused("invalid or unsupported Perl syntax", shown(end)));
        }
        let (flags, after) = special.split_at(end);
        if let Some(after) = after.strip_prefix(':') {
            self.open(&format!("(?{flags}:"), after);
            return Ok(());
        }
        if !flags.is_empty() {
            let _ = write!(self.out, "(?{flags})");
        }
        self.rest = after.get(1..).unwrap_or("");
        Ok(())
    }

    fn escape(&mut self, after: &'e str) -> Parsed<()> {
        let Some(c) = after.chars().next() else {
            return refuse("trailing backslash at end of expression", "");
        };
        let beyond = after.get(c.len_utf8()..).unwrap_or("");
        let known = match c {
            'A' => "\\A",
            'z' => "\\z",
            'b' => "(?-u:\\b)",
            'B' => "(?-u:\\B)",
            'Q' => {
                self.quoted(beyond);
                return Ok(());
            }
            'C' => return refuse("invalid escape sequence", "\\C"),
            'p' | 'P' => {
                let (class, after) = unicode_class(self.rest)?;
                self.out.push_str(&class);
                self.rest = after;
                return Ok(());
            }
            c => perl_class(c).unwrap_or(""),
        };
        if known.is_empty() {
            let (c, after) = escaped(self.rest)?;
            self.one(c, after);
        } else {
            self.out.push_str(known);
            self.rest = beyond;
        }
        Ok(())
    }

    /// `\Q…\E`: everything between is meant as it stands.
    fn quoted(&mut self, text: &'e str) {
        let (literal, after) = text.split_once("\\E").unwrap_or((text, ""));
        for c in literal.chars() {
            push_literal(&mut self.out, c);
        }
        self.rest = after;
    }

    fn class(&mut self) -> Parsed<()> {
        let start = self.rest;
        let mut rest = start.get(1..).unwrap_or("");
        self.out.push('[');
        if let Some(after) = rest.strip_prefix('^') {
            self.out.push('^');
            rest = after;
        }
        let mut first = true;
        while first || !rest.starts_with(']') {
            first = false;
            rest = self.class_item(start, rest)?;
        }
        self.out.push(']');
        self.rest = rest.get(1..).unwrap_or("");
        Ok(())
    }

    fn class_item(&mut self, start: &'e str, rest: &'e str) -> Parsed<&'e str> {
        if let Some((class, after)) = posix_class(rest)? {
            self.out.push_str(class);
            return Ok(after);
        }
        if rest.starts_with("\\p") || rest.starts_with("\\P") {
            let (class, after) = unicode_class(rest)?;
            self.out.push_str(&class);
            return Ok(after);
        }
        if let Some(c) = rest.strip_prefix('\\').and_then(|rest| rest.chars().next())
            && let Some(class) = perl_class(c)
        {
            self.out.push_str(class);
            return Ok(rest.get(2..).unwrap_or(""));
        }
        let (low, after) = class_char(start, rest)?;
        let ranges = after.strip_prefix('-').filter(|end| !end.is_empty() && !end.starts_with(']'));
        push_literal(&mut self.out, low);
        let Some(end) = ranges else { return Ok(after) };
        let (high, after) = class_char(start, end)?;
        if high < low {
            return refuse("invalid character class range", between(rest, after));
        }
        self.out.push('-');
        push_literal(&mut self.out, high);
        Ok(after)
    }
}

/// A character as it stands, in and outside of classes.
fn push_literal(out: &mut String, c: char) {
    if c.is_ascii_alphanumeric() || !c.is_ascii() {
        out.push(c);
    } else {
        let _ = write!(out, "\\x{{{:x}}}", u32::from(c));
    }
}

/// `{n}`, `{n,}`, `{n,m}`: the counts and what follows. Anything else is text.
fn count(text: &str) -> Option<(u32, Option<u32>, &str)> {
    let (low, rest) = digits(text.strip_prefix('{')?)?;
    let (high, rest) = match rest.strip_prefix(',') {
        None => (Some(low), rest),
        Some(rest) if rest.starts_with('}') => (None, rest),
        Some(rest) => {
            let (high, rest) = digits(rest)?;
            (Some(high), rest)
        }
    };
    Some((low, high, rest.strip_prefix('}')?))
}

/// A number without zeros before it; what is huge is more than [`MAX_REPEAT`].
fn digits(text: &str) -> Option<(u32, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let leading = digits.len() > 1 && digits.starts_with('0');
    if digits.is_empty() || leading {
        return None;
    }
    Some((digits.parse().unwrap_or(u32::MAX), rest))
}

/// Perl's classes are ASCII in Go; in brackets, so that they can stand in classes.
fn perl_class(c: char) -> Option<&'static str> {
    Some(match c {
        'd' => "[0-9]",
        'D' => "[^0-9]",
        's' => "[\\t\\n\\x0c\\r ]",
        'S' => "[^\\t\\n\\x0c\\r ]",
        'w' => "[0-9A-Za-z_]",
        'W' => "[^0-9A-Za-z_]",
        _ => return None,
    })
}

const POSIX: &[&str] = &[
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
    "space", "upper", "word", "xdigit",
];

/// `[:alpha:]` in a class.
fn posix_class(rest: &str) -> Parsed<Option<(&str, &str)>> {
    let Some(inner) = rest.strip_prefix("[:") else { return Ok(None) };
    let Some(end) = inner.find(":]") else { return Ok(None) };
    let (class, after) = rest.split_at(end + 4);
    let name = inner.get(..end).unwrap_or("");
    if POSIX.contains(&name.strip_prefix('^').unwrap_or(name)) {
        Ok(Some((class, after)))
    } else {
        refuse("invalid character class range", class)
    }
}

/// `\pL`, `\p{Greek}`, `\P{^Greek}`; the crate knows the same names, but no `^`.
fn unicode_class(text: &str) -> Parsed<(Cow<'_, str>, &str)> {
    let name = text.get(2..).unwrap_or("");
    let Some(c) = name.chars().next() else {
        return refuse("invalid character class range", text);
    };
    let end = if c == '{' {
        match name.find('}') {
            Some(end) => end + 1,
            None => return refuse("invalid character class range", text),
        }
    } else {
        c.len_utf8()
    };
    let (class, after) = text.split_at(2 + end);
    let known = match class.split_once("{^") {
        Some(("\\p", name)) => format!("\\P{{{name}").into(),
        Some((_, name)) => format!("\\p{{{name}").into(),
        None => Cow::Borrowed(class),
    };
    if regex::bytes::Regex::new(&known).is_err() {
        return refuse("invalid character class range", class);
    }
    Ok((known, after))
}

fn class_char<'e>(start: &str, rest: &'e str) -> Parsed<(char, &'e str)> {
    match rest.chars().next() {
        None => refuse("missing closing ]", start),
        Some('\\') => escaped(rest),
        Some(c) => Ok((c, rest.get(c.len_utf8()..).unwrap_or(""))),
    }
}

/// An escape that stands for one character, the backslash included.
fn escaped(text: &str) -> Parsed<(char, &str)> {
    let mut chars = text.chars();
    chars.next();
    let Some(c) = chars.next() else {
        return refuse("trailing backslash at end of expression", "");
    };
    let rest = chars.as_str();
    let found = match c {
        '1'..='7' if !rest.starts_with(|c: char| c.is_digit(8)) => None,
        '0'..='7' => octal(text.get(1..).unwrap_or("")),
        'x' => hexadecimal(rest),
        'a' => Some(('\x07', rest)),
        'f' => Some(('\x0c', rest)),
        'n' => Some(('\n', rest)),
        'r' => Some(('\r', rest)),
        't' => Some(('\t', rest)),
        'v' => Some(('\x0b', rest)),
        c if c.is_ascii() && !c.is_ascii_alphanumeric() => Some((c, rest)),
        _ => None,
    };
    let shown = || between(text, rest).to_owned();
    found.ok_or_else(|| Refused("invalid escape sequence", shown()))
}

fn octal(text: &str) -> Option<(char, &str)> {
    let len = text.chars().take(3).take_while(|c| c.is_digit(8)).count();
    let code = u32::from_str_radix(text.get(..len)?, 8).ok()?;
    Some((char::from_u32(code)?, text.get(len..)?))
}

/// `\x41`, `\x{1F600}`
fn hexadecimal(text: &str) -> Option<(char, &str)> {
    let (digits, rest) = match text.strip_prefix('{') {
        Some(text) => text.split_once('}')?,
        None => (text.get(..2)?, text.get(2..)?),
    };
    let is_code = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let code = u32::from_str_radix(digits, 16).ok().filter(|_| is_code)?;
    Some((char::from_u32(code)?, rest))
}
