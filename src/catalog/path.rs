//! Paths to values, as findings write them: `a.b[0]."c.d"`.

use std::fmt;

/// A path from the top of a chart's values.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ValuesPath(pub Vec<Key>);

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// A key of a mapping.
    Name(String),
    /// An item of a sequence, from 0.
    Index(usize),
}

impl Key {
    /// Whether this is the key of a mapping with that name.
    pub fn is(&self, name: &str) -> bool {
        matches!(self, Self::Name(own) if own == name)
    }

    /// The key of a mapping; none for an item.
    pub fn name(&self) -> Option<String> {
        match self {
            Self::Name(name) => Some(name.clone()),
            Self::Index(_) => None,
        }
    }
}

impl ValuesPath {
    /// A path of keys.
    pub fn of<'k>(names: impl IntoIterator<Item = &'k str>) -> Self {
        Self(names.into_iter().map(|name| Key::Name(name.to_owned())).collect())
    }

    /// Reads a path as helm-docs and people write it: keys with dots or blanks stand in quotes or in
    /// brackets (`a."b.c"`, `a['b.c']`), dots may be escaped (`a.b\.c`). None where it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let mut keys = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (key, after) = match rest.strip_prefix('[') {
                Some(inner) => bracketed(inner)?,
                None => named(rest.strip_prefix('.').filter(|_| !keys.is_empty()).unwrap_or(rest))?,
            };
            keys.push(key);
            rest = after;
            if !(rest.is_empty() || rest.starts_with(['.', '['])) {
                return None;
            }
        }
        (!keys.is_empty()).then_some(Self(keys))
    }

    /// Its steps: a key's name, none for an item.
    pub fn names(&self) -> Vec<Option<String>> {
        self.0.iter().map(Key::name).collect()
    }

    /// The path with one more step.
    pub fn join(&self, key: Key) -> Self {
        let mut keys = self.0.clone();
        keys.push(key);
        Self(keys)
    }

    /// Whether the other path is this one or lies under it.
    pub fn covers(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }
}

/// `0]…`, `"a"]…` or `'a']…`
fn bracketed(inner: &str) -> Option<(Key, &str)> {
    let quote = inner.chars().next().filter(|c| matches!(c, '"' | '\''));
    if let Some(quote) = quote {
        let (name, after) = inner.get(1..)?.split_once(quote)?;
        return Some((Key::Name(name.to_owned()), after.strip_prefix(']')?));
    }
    let (index, after) = inner.split_once(']')?;
    Some((Key::Index(index.parse().ok()?), after))
}

fn named(text: &str) -> Option<(Key, &str)> {
    if let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let (name, after) = text.get(1..)?.split_once(quote)?;
        return (!name.is_empty()).then(|| (Key::Name(name.to_owned()), after));
    }
    let mut name = String::new();
    let mut chars = text.char_indices().peekable();
    let mut end = text.len();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' if chars.peek().is_some_and(|(_, next)| *next == '.') => {
                name.push('.');
                chars.next();
            }
            '.' | '[' => {
                end = at;
                break;
            }
            _ => name.push(c),
        }
    }
    (!name.is_empty()).then(|| (Key::Name(name), text.get(end..).unwrap_or_default()))
}

impl fmt::Display for ValuesPath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, key) in self.0.iter().enumerate() {
            match key {
                Key::Index(index) => write!(out, "[{index}]")?,
                Key::Name(name) => {
                    let dot = if number == 0 { "" } else { "." };
                    let quotes =
                        if name.contains(['.', ' ', '[']) || name.is_empty() { "\"" } else { "" };
                    write!(out, "{dot}{quotes}{name}{quotes}")?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_and_written() {
        for (text, written) in [
            ("a.b[0].c", "a.b[0].c"),
            (r#"a."b.c/d".e"#, r#"a."b.c/d".e"#),
            (r"a.b\.c", r#"a."b.c""#),
            ("a['b.c'][2]", r#"a."b.c"[2]"#),
            ("x-y_z", "x-y_z"),
        ] {
            assert_eq!(ValuesPath::parse(text).unwrap().to_string(), written, "{text}");
        }
        for text in ["", ".", "a..b", "a[x]", "a[0]b", r#"a."b"#, "a."] {
            assert_eq!(ValuesPath::parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_lies_under_a_path_is_covered() {
        let path = |text| ValuesPath::parse(text).unwrap();
        assert!(path("a.b").covers(&path("a.b")) && path("a").covers(&path("a.b[0]")));
        assert!(!path("a.b").covers(&path("a")) && !path("a.b").covers(&path("a.bc")));
    }
}
