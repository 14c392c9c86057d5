//! A chart's values as documentation sees them: every key with its place, what comments say of it, and
//! the paths that comments name.

mod comments;
mod covered;

use std::collections::BTreeMap;

use super::{Key, ValuesPath, YamlFile};
use crate::{
    text::Span,
    yaml::{Kind, Node},
};

pub use comments::{Commented, Convention, Mention};

/// How many keys of a values.yaml are looked at; the rest is as if it were not there.
pub const KEYS_MAX: usize = 100_000;
/// How deep keys may lie; deeper ones are part of the value above.
pub const DEPTH_MAX: usize = 64;
/// How many steps of a written path may be one key with dots in it.
const DOTTED_MAX: usize = 8;

/// The keys of values.yaml, of all documents together, later wins. A sequence is one value.
#[derive(Debug, Default)]
pub struct Values {
    /// The keys, the root first, every other one after its parent.
    pub keys: Vec<Declared>,
    /// Paths that documenting comments name, in the order of the file.
    pub mentions: Vec<Mention>,
    /// Names that stand before a colon in comments: keys that are commented out.
    pub commented: BTreeMap<String, Vec<Commented>>,
    /// Whether [`KEYS_MAX`] cut something off.
    pub cut: bool,
}

/// One key of values.yaml.
#[derive(Debug)]
pub struct Declared {
    /// Its path.
    pub path: ValuesPath,
    /// Where the key is written.
    pub key: Span,
    /// The type of its value.
    pub kind: Kind,
    /// Whether it is a scalar, a sequence, or a mapping without keys.
    pub leaf: bool,
    /// Whether an alias or a merge key brought it in: it is written elsewhere.
    pub borrowed: bool,
    /// The index of the document that counts.
    pub document: usize,
    /// The index of the key that holds it; the root's own is 0.
    pub parent: usize,
    /// The keys under it, by name.
    pub children: BTreeMap<String, usize>,
    /// What the comments above and beside it say.
    pub said: Said,
}

/// What comments say of a key where it is declared.
#[allow(clippy::struct_excessive_bools, reason = "each is said or not, apart from the others")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Whether a comment describes it.
    pub described: bool,
    /// Whether a comment describes it for helm-docs (`# -- text`), which makes a row of it.
    pub row: bool,
    /// Whether a comment keeps it, with everything under it, out of the generated documentation.
    pub hidden: bool,
    /// Whether a comment gives the text of its default, or a modifier changes it.
    pub default: bool,
    /// Bitnami's generator takes it for a mapping that it knows nothing of (`[object]`), and leaves it out of the
    /// schema that it makes.
    pub object: bool,
    /// Whether a comment says that it does nothing.
    pub idle: bool,
    /// Whether a comment says that something else than this chart's templates reads it.
    pub elsewhere: bool,
    /// Whether a comment speaks of the charts that hold this one: they read whether it is enabled.
    pub subchart: bool,
}

impl Values {
    /// Reads the keys and the comments of a values.yaml.
    pub fn read(file: &YamlFile) -> Self {
        let comments = comments::Comments::read(&file.stream);
        let mut reader = Reader { values: Self::default(), comments: &comments };
        let root = Declared {
            path: ValuesPath::default(),
            key: Span::default(),
            kind: Kind::Mapping,
            leaf: false,
            borrowed: false,
            document: 0,
            parent: 0,
            children: BTreeMap::new(),
            said: Said::default(),
        };
        reader.values.keys.push(root);
        for (number, document) in file.stream.documents().enumerate() {
            reader.mapping(document, 0, At { document: number, depth: 0, borrowed: false });
        }
        let mut values = reader.values;
        values.mentions.clone_from(&comments.mentions);
        values.commented.clone_from(&comments.commented);
        values.apply();
        values.cover(&comments);
        values
    }

    /// What mentions say of keys that exist.
    fn apply(&mut self) {
        let mentions = std::mem::take(&mut self.mentions);
        for mention in &mentions {
            for key in self.under(&mention.steps()) {
                if let Some(key) = self.keys.get_mut(key) {
                    key.said.described |= !mention.hidden;
                    key.said.hidden |= mention.hidden;
                    key.said.default |= mention.default;
                    key.said.object |= mention.object;
                }
            }
        }
        self.mentions = mentions;
    }

    /// The key at a path.
    pub fn find(&self, path: &ValuesPath) -> Option<&Declared> {
        let step = |at: usize, key: &Key| match key {
            Key::Name(name) => self.keys.get(at)?.children.get(name).copied(),
            Key::Index(_) => None,
        };
        path.0.iter().try_fold(0, step).and_then(|at| self.keys.get(at))
    }

    /// The nearest key at or above a path that is declared; none where even its first step is not.
    pub fn nearest(&self, path: &ValuesPath) -> Option<&Declared> {
        let mut at = 0;
        for key in &path.0 {
            let Key::Name(name) = key else { break };
            let Some(next) = self.keys.get(at).and_then(|key| key.children.get(name)) else {
                break;
            };
            at = *next;
        }
        (at > 0).then(|| self.keys.get(at)).flatten()
    }

    /// The keys that written steps lead to: a step is a name or, where none, any. Names with dots may
    /// be written as several steps.
    pub fn under(&self, steps: &[Option<String>]) -> Vec<usize> {
        let mut found = Vec::new();
        if !steps.is_empty() {
            self.walk(0, steps, &mut found);
        }
        found
    }

    // Every step leads one key down, and keys nest no deeper than [`DEPTH_MAX`].
    fn walk(&self, at: usize, steps: &[Option<String>], found: &mut Vec<usize>) {
        let Some(key) = self.keys.get(at) else { return };
        let Some((first, rest)) = steps.split_first() else {
            found.push(at);
            return;
        };
        let Some(name) = first else {
            // Items of a sequence are no keys: it stands for them.
            if key.children.is_empty() && at > 0 {
                found.push(at);
            }
            key.children.values().for_each(|child| self.walk(*child, rest, found));
            return;
        };
        if let Some(child) = key.children.get(name) {
            return self.walk(*child, rest, found);
        }
        let mut joined = name.clone();
        for (number, step) in rest.iter().take(DOTTED_MAX).enumerate() {
            let Some(step) = step else { return };
            joined = format!("{joined}.{step}");
            if let Some(child) = key.children.get(&joined) {
                return self.walk(*child, rest.get(number + 1..).unwrap_or_default(), found);
            }
        }
    }

    /// Whether written steps, of which the first are declared and the others are not, go on with a key
    /// that is commented out where the declared ones end.
    pub fn is_commented(&self, steps: &[Option<String>]) -> bool {
        let declared = |end: &usize| {
            *end == 0 || !self.under(steps.get(..*end).unwrap_or_default()).is_empty()
        };
        let Some(end) = (0..steps.len()).rev().find(declared) else { return false };
        let Some(Some(name)) = steps.get(end) else { return false };
        let below = steps.get(end..).unwrap_or_default().iter().flatten();
        let dotted = below.cloned().collect::<Vec<_>>().join(".");
        let places = [name, &dotted].into_iter().filter_map(|name| self.commented.get(name));
        let mut places = places.flatten().peekable();
        if places.peek().is_none() {
            return false;
        }
        let holders = self.under(steps.get(..end).unwrap_or_default());
        // What follows a number stands beside it, and never under it.
        let kind = |at: &usize| self.keys.get(*at).map(|key| key.kind);
        let bare = |at: &&usize| matches!(kind(at), Some(Kind::Bool | Kind::Int | Kind::Float));
        let holders = holders.iter().filter(|holder| !bare(holder));
        let ranges: Vec<_> = holders.map(|holder| self.range(*holder)).collect();
        places.any(|place| {
            (end == 0 && place.top) || ranges.iter().any(|range| range.contains(&place.start))
        })
    }

    /// The lines of comments on a key: right above it, and from it to the next one that is not under it.
    pub fn comments_on<'f>(&self, path: &ValuesPath, file: &'f YamlFile) -> Vec<&'f str> {
        let text = file.stream.text().as_str();
        let at = self.keys.iter().position(|key| key.path == *path).filter(|at| *at > 0);
        let range = at.map(|at| self.range(at)).unwrap_or_default();
        let (before, rest) = text.split_at_checked(range.start as usize).unwrap_or((text, ""));
        let rest = rest.get(..(range.end - range.start) as usize).unwrap_or(rest);
        let is_comment = |line: &&str| line.trim_start().starts_with('#');
        let above = before.lines().rev().skip_while(|line| line.trim().is_empty());
        let above = above.take_while(is_comment);
        match at {
            Some(_) => above.chain(rest.lines().filter(|line| line.contains('#'))).collect(),
            None => Vec::new(),
        }
    }

    /// The bytes from a key to the next one that is not under it.
    fn range(&self, at: usize) -> std::ops::Range<u32> {
        let Some(key) = self.keys.get(at) else { return 0..0 };
        let next = self.keys.iter().skip(at + 1).find(|other| !key.path.covers(&other.path));
        let end = next.map_or(u32::MAX, |next| next.key.start);
        key.key.start..end.max(key.key.start)
    }

    /// The keys under one, itself included, in the order of the file.
    pub fn subtree(&self, key: usize) -> Vec<usize> {
        let mut found = vec![key];
        let mut next = 0;
        while let Some(at) = found.get(next).copied() {
            next += 1;
            found.extend(self.keys.get(at).iter().flat_map(|key| key.children.values()));
        }
        found.sort_unstable();
        found
    }

    /// The leaves under a key; itself where it is one.
    pub fn under_key<'v>(&'v self, key: &'v Declared) -> Vec<&'v Declared> {
        let mut open = vec![key];
        let mut leaves = Vec::new();
        while let Some(key) = open.pop() {
            let children = key.children.values().filter_map(|at| self.keys.get(*at));
            let before = open.len();
            open.extend(children);
            if open.len() == before {
                leaves.push(key);
            }
        }
        leaves
    }

    /// A key and everything above it, without the root.
    pub fn line(&self, key: usize) -> impl Iterator<Item = &Declared> {
        let above = |at: &usize| self.keys.get(*at).map(|key| key.parent).filter(|at| *at > 0);
        std::iter::successors(Some(key).filter(|key| *key > 0), above)
            .filter_map(|at| self.keys.get(at))
    }

    /// The value of a key in the file that it was read from.
    pub fn node<'f>(file: &'f YamlFile, key: &Declared) -> Option<Node<'f>> {
        let step = |node: Node<'f>, key: &Key| match key {
            Key::Name(name) => node.get(name),
            Key::Index(index) => node.items().nth(*index),
        };
        key.path.0.iter().try_fold(file.document(key.document)?, step)
    }
}

#[derive(Clone, Copy)]
struct At {
    document: usize,
    depth: usize,
    borrowed: bool,
}

struct Reader<'f> {
    values: Values,
    comments: &'f comments::Comments,
}

impl Reader<'_> {
    fn mapping(&mut self, node: Node<'_>, parent: usize, at: At) {
        if at.depth >= DEPTH_MAX {
            return;
        }
        for entry in node.entries() {
            if self.values.keys.len() >= KEYS_MAX {
                self.values.cut = true;
                return;
            }
            let borrowed = at.borrowed || entry.merged;
            let number = self.declare(&entry, parent, At { borrowed, ..at });
            let borrowed = borrowed || entry.value.is_alias();
            let below = At { depth: at.depth + 1, borrowed, ..at };
            self.mapping(entry.value, number, below);
        }
    }

    fn declare(&mut self, entry: &crate::yaml::Entry<'_>, parent: usize, at: At) -> usize {
        let above = self.values.keys.get(parent);
        let path = above.map(|key| key.path.join(Key::Name(entry.key.to_string())));
        let known = above.and_then(|key| key.children.get(entry.key.as_ref())).copied();
        let deep = at.depth + 1 >= DEPTH_MAX;
        let empty = entry.value.is_empty() || deep;
        let number = known.unwrap_or(self.values.keys.len());
        let declared = Declared {
            path: path.unwrap_or_default(),
            key: entry.key_span,
            kind: entry.value.kind(),
            leaf: entry.value.kind() != Kind::Mapping || empty,
            borrowed: at.borrowed,
            document: at.document,
            parent,
            children: BTreeMap::new(),
            said: self.comments.said(entry),
        };
        match self.values.keys.get_mut(number) {
            Some(old) => {
                let children = std::mem::take(&mut old.children);
                let kept = if declared.kind == Kind::Mapping { children } else { BTreeMap::new() };
                *old =
                    Declared { leaf: declared.leaf && kept.is_empty(), children: kept, ..declared };
            }
            None => self.values.keys.push(declared),
        }
        if let Some(above) = self.values.keys.get_mut(parent) {
            above.children.insert(entry.key.to_string(), number);
        }
        number
    }
}

#[cfg(test)]
mod tests;
