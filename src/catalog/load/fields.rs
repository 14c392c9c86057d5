//! Fields of a mapping, typed as `encoding/json` and sigs.k8s.io/yaml type them.

use crate::{
    text::{Span, Spanned},
    yaml::{Kind, Node},
};

/// Something for which Helm refuses a file.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    /// The offending value, else what it is missing from.
    pub(super) span: Span,
    /// The key path.
    pub(super) subject: String,
    /// What is wrong.
    pub(super) message: String,
    /// What to do.
    pub(super) help: String,
    /// Where the same thing stands first, with its label.
    pub(super) also: Option<(Span, &'static str)>,
}

impl Refusal {
    pub(super) fn new(span: Span, subject: &str, message: String, help: &str) -> Self {
        Self { span, subject: subject.to_owned(), message, help: help.to_owned(), also: None }
    }
}

/// Reads the fields of one mapping; what Go's decoder refuses is noted and left out.
pub(super) struct Fields<'a, 'r> {
    node: Node<'a>,
    path: String,
    refusals: &'r mut Vec<Refusal>,
}

impl<'a, 'r> Fields<'a, 'r> {
    /// The fields of a mapping, which is at `path` (empty for the root).
    pub(super) fn new(node: Node<'a>, path: &str, refusals: &'r mut Vec<Refusal>) -> Self {
        Self { node, path: path.to_owned(), refusals }
    }

    /// A string; scalars of other types are turned into one.
    pub(super) fn text(&mut self, key: &str) -> Option<Spanned<String>> {
        let node = self.value(key)?;
        let text = node.to_text();
        if text.is_none() {
            self.refuse(key, node, "a string");
        }
        text.map(|text| Spanned::new(text, node.span()))
    }

    /// A boolean; strings are none, `yes` is one.
    pub(super) fn flag(&mut self, key: &str) -> Option<Spanned<bool>> {
        let node = self.value(key)?;
        let flag = node.as_bool();
        if flag.is_none() {
            self.refuse(key, node, "a boolean");
        }
        flag.map(|flag| Spanned::new(flag, node.span()))
    }

    /// The items of a list.
    pub(super) fn items(&mut self, key: &str) -> Vec<Node<'a>> {
        let Some(node) = self.value(key) else { return Vec::new() };
        if node.kind() != Kind::Sequence {
            self.refuse(key, node, "a list");
        }
        node.items().collect()
    }

    /// A list of strings; a null item is an empty string.
    pub(super) fn texts(&mut self, key: &str) -> Vec<Spanned<String>> {
        let items = self.items(key);
        let mut texts = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            match item.kind() {
                Kind::Sequence | Kind::Mapping => {
                    self.refuse(&format!("{key}[{index}]"), item, "a string");
                }
                _ => texts.push(Spanned::new(item.to_text().unwrap_or_default(), item.span())),
            }
        }
        texts
    }

    /// The strings of a mapping by key.
    pub(super) fn map(&mut self, key: &str) -> Vec<(String, Spanned<String>)> {
        let Some(node) = self.value(key) else { return Vec::new() };
        if node.kind() != Kind::Mapping {
            self.refuse(key, node, "a mapping");
        }
        let mut texts = Vec::new();
        for entry in node.entries() {
            match entry.value.kind() {
                Kind::Sequence | Kind::Mapping => {
                    self.refuse(&format!("{key}.{}", entry.key), entry.value, "a string");
                }
                _ => {
                    let text = entry.value.to_text().unwrap_or_default();
                    texts.push((entry.key.into_owned(), Spanned::new(text, entry.value.span())));
                }
            }
        }
        texts
    }

    /// The value of a key that is there and not null. Go finds a field without regard to case.
    pub(super) fn value(&self, key: &str) -> Option<Node<'a>> {
        let folded = || {
            let same = |entry: &crate::yaml::Entry<'_>| entry.key.eq_ignore_ascii_case(key);
            self.node.entries().find(same).map(|entry| entry.value)
        };
        self.node.get(key).or_else(folded).filter(|node| !node.is_null())
    }

    /// The path of a key of this mapping.
    pub(super) fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn refuse(&mut self, key: &str, node: Node<'_>, expected: &str) {
        let path = self.path_of(key);
        let message = format!("`{path}` is {}, Helm expects {expected}", node.kind().noun());
        let help = format!("make `{path}` {expected}");
        self.refusals.push(Refusal::new(node.span(), &path, message, &help));
    }
}
