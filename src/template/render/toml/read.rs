//! The reader: TOML 1.1, with Go's types; times are left as text.

use std::collections::BTreeSet;

use super::super::value::{List, ListKind, Map, Str, Value};
use super::MAX_DEPTH;
use super::scalar;

/// Reads a document.
pub(super) fn read(text: &[u8]) -> Result<Map, String> {
    let text = std::str::from_utf8(text).map_err(|error| {
        let before = text.get(..error.valid_up_to()).unwrap_or_default();
        let line = 1 + memchr::memchr_iter(b'\n', before).count();
        format!("toml: line {line}: invalid UTF-8")
    })?;
    let root = Map::new([]);
    let mut reader = Reader {
        text,
        at: 0,
        table: root.clone(),
        path: Vec::new(),
        root,
        explicit: BTreeSet::new(),
    };
    match reader.document() {
        Ok(()) => Ok(reader.root),
        Err(fault) => {
            let before = text.get(..reader.at).unwrap_or(text);
            let line = 1 + memchr::memchr_iter(b'\n', before.as_bytes()).count();
            Err(format!("toml: line {line}: {fault}"))
        }
    }
}

/// What Go says of a key that comes again.
fn defined(key: &Str) -> String {
    format!("Key '{}' has already been defined.", key.text())
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    root: Map,
    /// The table whose keys are read, and its path.
    table: Map,
    path: Vec<Str>,
    /// The tables that have a header, elements of lists by their number.
    explicit: BTreeSet<Vec<Str>>,
}

impl<'t> Reader<'t> {
    fn document(&mut self) -> Result<(), String> {
        loop {
            self.blank();
            match self.peek() {
                None => return Ok(()),
                Some('[') => self.header()?,
                Some(_) => {
                    let table = self.table.clone();
                    self.pair(&table, 0)?;
                }
            }
            self.end_of_line()?;
        }
    }

    /// `[table]` or `[[list of tables]]`
    fn header(&mut self) -> Result<(), String> {
        let many = self.eat("[[");
        if !many {
            self.eat("[");
        }
        let keys = self.keys()?;
        let close = if many { "]]" } else { "]" };
        if !self.eat(close) {
            return Err(self.unexpected(&format!("`{close}` after the name of a table")));
        }
        let (last, parents) = keys.split_last().ok_or("a table without a name")?;
        let mut table = self.root.clone();
        self.path.clear();
        for key in parents {
            table = self.step(&table, key)?;
        }
        self.path.push(last.clone());
        self.table = if many { self.append(&table, last)? } else { self.define(&table, last)? };
        Ok(())
    }

    /// Into a table that stands already, or begins here.
    fn step(&mut self, table: &Map, key: &Str) -> Result<Map, String> {
        self.path.push(key.clone());
        match table.entries.borrow().get(key.bytes()) {
            Some(Value::Map(inner)) => return Ok(inner.clone()),
            Some(Value::List(list)) if list.kind == ListKind::Map => {
                if let Some(Value::Map(inner)) = list.items.last() {
                    self.path.push(Str::from((list.items.len() - 1).to_string()));
                    return Ok(inner.clone());
                }
            }
            Some(_) => return Err(defined(key)),
            None => {}
        }
        let inner = Map::new([]);
        table.insert(key.clone(), Value::Map(inner.clone()));
        Ok(inner)
    }

    fn define(&mut self, table: &Map, key: &Str) -> Result<Map, String> {
        let known = table.entries.borrow().get(key.bytes()).cloned();
        let inner = match known {
            None => Map::new([]),
            Some(Value::Map(inner)) if !self.explicit.contains(&self.path) => inner,
            Some(_) => return Err(defined(key)),
        };
        self.explicit.insert(self.path.clone());
        table.insert(key.clone(), Value::Map(inner.clone()));
        Ok(inner)
    }

    fn append(&mut self, table: &Map, key: &Str) -> Result<Map, String> {
        let known = table.entries.borrow().get(key.bytes()).cloned();
        let mut items = match known {
            None => Vec::new(),
            Some(Value::List(list)) if list.kind == ListKind::Map => list.items.to_vec(),
            Some(_) => return Err(defined(key)),
        };
        let inner = Map::new([]);
        self.path.push(Str::from(items.len().to_string()));
        items.push(Value::Map(inner.clone()));
        let list = List { kind: ListKind::Map, items: items.into() };
        table.insert(key.clone(), Value::List(list));
        Ok(inner)
    }

    /// `a.b = value`
    fn pair(&mut self, table: &Map, depth: usize) -> Result<(), String> {
        let keys = self.keys()?;
        if !self.eat("=") {
            return Err(self.unexpected("`=` after a key"));
        }
        self.space();
        let value = self.value(depth)?;
        let (last, parents) = keys.split_last().ok_or("a value without a key")?;
        let mut table = table.clone();
        for key in parents {
            let known = table.entries.borrow().get(key.bytes()).cloned();
            table = match known {
                Some(Value::Map(inner)) => inner,
                Some(_) => return Err(defined(key)),
                None => {
                    let inner = Map::new([]);
                    table.insert(key.clone(), Value::Map(inner.clone()));
                    inner
                }
            };
        }
        let mut path = self.path.clone();
        path.extend(keys.iter().cloned());
        let known = table.entries.borrow().get(last.bytes()).cloned();
        match known {
            // Go passes over a value for a table that only dotted names have made.
            Some(Value::Map(_)) if depth == 0 && !self.explicit.contains(&path) => return Ok(()),
            Some(_) => return Err(defined(last)),
            None => {}
        }
        if matches!(value, Value::Map(_)) {
            self.explicit.insert(path);
        }
        table.insert(last.clone(), value);
        Ok(())
    }

    /// Keys with dots between them, blanks around.
    fn keys(&mut self) -> Result<Vec<Str>, String> {
        let mut keys = Vec::new();
        loop {
            self.space();
            let rest = self.rest();
            let key = match self.peek() {
                Some('"') if !rest.starts_with("\"\"\"") => self.scanned(scalar::basic)?,
                Some('\'') if !rest.starts_with("'''") => self.scanned(scalar::literal)?,
                _ => {
                    let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
                    let end = rest.find(|c| !bare(c)).unwrap_or(rest.len());
                    if end == 0 {
                        return Err(self.unexpected("a key"));
                    }
                    self.at += end;
                    rest.get(..end).unwrap_or_default().to_owned()
                }
            };
            keys.push(Str::from(key));
            self.space();
            if !self.eat(".") {
                return Ok(keys);
            }
        }
    }

    fn value(&mut self, depth: usize) -> Result<Value, String> {
        if depth > MAX_DEPTH {
            return Err("the value nests too deep".to_owned());
        }
        match self.peek() {
            Some('[') => self.array(depth),
            Some('{') => self.inline(depth),
            Some('"') if self.rest().starts_with("\"\"\"") => {
                self.scanned(scalar::long_basic).map(Value::str)
            }
            Some('"') => self.scanned(scalar::basic).map(Value::str),
            Some('\'') if self.rest().starts_with("'''") => {
                self.scanned(scalar::long_literal).map(Value::str)
            }
            Some('\'') => self.scanned(scalar::literal).map(Value::str),
            _ => self.scanned(scalar::word),
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, String> {
        self.eat("[");
        let mut items = Vec::new();
        loop {
            self.blank();
            if self.eat("]") {
                return Ok(Value::list(items));
            }
            items.push(self.value(depth + 1)?);
            self.blank();
            if !self.eat(",") && self.peek() != Some(']') {
                return Err(self.unexpected("a comma or `]` after an element"));
            }
        }
    }

    fn inline(&mut self, depth: usize) -> Result<Value, String> {
        self.eat("{");
        let table = Map::new([]);
        loop {
            self.blank();
            if self.eat("}") {
                return Ok(Value::Map(table));
            }
            self.pair(&table, depth + 1)?;
            self.blank();
            if !self.eat(",") && self.peek() != Some('}') {
                return Err(self.unexpected("a comma or `}` after a value"));
            }
        }
    }

    /// Reads a scalar by a function that gives it and its length.
    fn scanned<T>(
        &mut self,
        scan: impl Fn(&'t str) -> Result<(T, usize), String>,
    ) -> Result<T, String> {
        let (value, length) = scan(self.rest())?;
        self.at += length;
        Ok(value)
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn eat(&mut self, word: &str) -> bool {
        let found = self.rest().starts_with(word);
        self.at += if found { word.len() } else { 0 };
        found
    }

    fn space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t']).len();
    }

    /// Blanks, line ends and comments.
    fn blank(&mut self) {
        loop {
            let rest = self.rest();
            self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
            if self.peek() != Some('#') {
                return;
            }
            self.at += self.rest().find('\n').unwrap_or(self.rest().len());
        }
    }

    fn end_of_line(&mut self) -> Result<(), String> {
        self.space();
        match self.peek() {
            None | Some('\n' | '#') => Ok(()),
            Some('\r') if self.rest().starts_with("\r\n") => Ok(()),
            Some(_) => Err(self.unexpected("the end of the line")),
        }
    }

    fn unexpected(&self, wanted: &str) -> String {
        match self.peek() {
            Some(found) => format!("expected {wanted}, found `{}`", found.escape_debug()),
            None => format!("expected {wanted}, found the end of the text"),
        }
    }
}
