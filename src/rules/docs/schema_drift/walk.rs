//! A schema beside the values: what only one of them knows, and other defaults.

use std::collections::HashSet;

use super::shape::{Shape, Shapes};
use crate::{
    catalog::{Declared, Key, Values, ValuesPath, YamlFile},
    text::Span,
    yaml::{Kind, Node},
};

/// How alike two names are, of 1, to be taken for one misspelt.
const ALIKE: f64 = 0.8;
/// How many properties that values.yaml does not declare are kept.
const STALE_MAX: usize = 1_000;
/// How many values one of them is compared with.
const COMPARED_MAX: usize = 200;
/// What a schema says of a property's field in a form.
const FORM: &[&str] = &["form", "hidden", "render"];
/// How much of a default a message shows.
const SHOWN: usize = 40;

/// A value that the schema does not know.
pub(super) struct Missing {
    pub(super) path: ValuesPath,
    /// Where the schema would have it.
    pub(super) span: Span,
    pub(super) hidden: bool,
}

/// A property that values.yaml does not declare.
pub(super) struct Stale {
    pub(super) path: ValuesPath,
    pub(super) span: Span,
    /// A declared path that is nearly the same and that the schema does not know.
    pub(super) alike: Option<String>,
}

/// A default that is another one in the schema.
pub(super) struct OtherDefault {
    pub(super) path: ValuesPath,
    pub(super) span: Span,
    pub(super) schema: String,
    pub(super) values: String,
    /// The value as JSON; none where it is long.
    pub(super) json: Option<String>,
}

pub(super) struct Walk<'a> {
    root: Node<'a>,
    values: &'a Values,
    file: &'a YamlFile,
    known: Vec<bool>,
    /// The defaults that some value has: by `$ref` several values may share one.
    fitting: HashSet<Span>,
    pub(super) missing: Vec<Missing>,
    pub(super) stale: Vec<Stale>,
    pub(super) defaults: Vec<OtherDefault>,
    /// Whether the schema lays out a form, which no generator writes.
    pub(super) form: bool,
}

impl<'a> Walk<'a> {
    pub(super) fn new(root: Node<'a>, values: &'a Values, file: &'a YamlFile) -> Self {
        let known = vec![false; values.keys.len()];
        let (missing, stale, defaults) = (Vec::new(), Vec::new(), Vec::new());
        let fitting = HashSet::new();
        Self { root, values, file, known, fitting, missing, stale, defaults, form: false }
    }

    /// Whether the schema names a value, or says nothing of the keys of what holds it.
    pub(super) fn knows(&self, at: usize) -> bool {
        self.known.get(at).copied().unwrap_or_default()
    }

    /// Goes over the declared keys, each of which is visited once.
    pub(super) fn run(&mut self) {
        let mut shapes = Shapes::new(self.root);
        let mut left = vec![(0, self.root)];
        while let Some((at, node)) = left.pop() {
            let Some(key) = self.values.keys.get(at) else { continue };
            let shape = shapes.of(node);
            if shape.properties.is_empty() {
                // An object of which the schema says nothing is known with all that it holds.
                self.know(at);
                continue;
            }
            for (name, child) in &key.children {
                match shape.properties.get(name) {
                    Some((span, node)) => {
                        self.form |= FORM.iter().any(|word| node.get(word).is_some());
                        self.known(*child, *span, *node);
                        left.push((*child, *node));
                    }
                    None if shape.closed.is_none() && !shape.open => self.miss(*child, shape.span),
                    None => self.know(*child),
                }
            }
            self.stale(key, &shape);
        }
        let fitting = &self.fitting;
        self.defaults.retain(|other| !fitting.contains(&other.span));
    }

    fn know(&mut self, at: usize) {
        for below in self.values.subtree(at) {
            if let Some(known) = self.known.get_mut(below) {
                *known = true;
            }
        }
    }

    fn known(&mut self, at: usize, span: Span, schema: Node<'a>) {
        let Some(key) = self.values.keys.get(at).filter(|key| key.leaf) else { return };
        self.know(at);
        // A modifier or a comment gives the generator another text for the default.
        if key.said.default {
            return;
        }
        let other = schema.entry("default").zip(Values::node(self.file, key));
        let Some((default, value)) = other else { return };
        let span = if default.key_span.end > 0 { default.value.span() } else { span };
        if differ(default.value, value) {
            let short = |node: Node<'_>| {
                node.raw()
                    .chars()
                    .filter(|c| !matches!(c, '`' | '\n'))
                    .take(SHOWN)
                    .collect::<String>()
            };
            self.defaults.push(OtherDefault {
                path: key.path.clone(),
                span,
                schema: short(default.value),
                values: short(value),
                json: json(value),
            });
        } else {
            self.fitting.insert(span);
        }
    }

    fn miss(&mut self, at: usize, span: Span) {
        if let Some(key) = self.values.keys.get(at) {
            let path = key.path.clone();
            // What Bitnami's generator leaves out on purpose.
            let hidden = key.said.hidden || key.said.object || key.borrowed;
            self.missing.push(Missing { path, span, hidden });
        }
    }

    /// Properties that values.yaml does not declare, of an object of which it declares some.
    fn stale(&mut self, key: &Declared, shape: &Shape<'_>) {
        let known = |name: &String| key.children.contains_key(name);
        if !shape.properties.keys().any(known) {
            return;
        }
        let unknown = shape.properties.iter();
        let unknown = unknown.filter(|(name, (_, node))| !known(name) && !is_deprecated(*node, 0));
        for (name, (span, _)) in unknown.take(STALE_MAX.saturating_sub(self.stale.len())) {
            let unknown = key.children.keys().filter(|name| !shape.properties.contains_key(*name));
            let unknown = unknown.take(COMPARED_MAX);
            let score = |other: &str| {
                let (one, other) = (name.to_lowercase(), other.to_lowercase());
                strsim::normalized_damerau_levenshtein(&one, &other)
            };
            let alike = unknown.max_by(|one, other| score(one).total_cmp(&score(other)));
            let alike = alike.filter(|other| score(other) >= ALIKE);
            let path = |name: &str| key.path.join(Key::Name(name.to_owned()));
            self.stale.push(Stale {
                path: path(name),
                span: *span,
                alike: alike.map(|other| path(other).to_string()),
            });
        }
    }
}

/// How deep a schema is asked whether all of it is deprecated.
const DEPRECATED_DEPTH_MAX: usize = 8;

/// Whether a property says that it is there for old values files, or all that is in it does.
fn is_deprecated(schema: Node<'_>, depth: usize) -> bool {
    if depth == DEPRECATED_DEPTH_MAX {
        return false;
    }
    let own = schema.get("deprecated").and_then(Node::as_bool) == Some(true);
    let mut below = schema.get("properties").into_iter().flat_map(Node::entries).peekable();
    own || (below.peek().is_some() && below.all(|it| is_deprecated(it.value, depth + 1)))
}

/// A scalar as JSON, where it is short.
fn json(value: Node<'_>) -> Option<String> {
    let text = match value.kind() {
        Kind::String => serde_json::to_string(value.as_str()?).ok()?,
        _ => value.to_text()?,
    };
    (text.chars().count() <= SHOWN && !text.contains('`')).then_some(text)
}

/// Whether two scalars differ, neither of which is nothing.
fn differ(one: Node<'_>, other: Node<'_>) -> bool {
    // Bitnami's generator writes `""` for nothing, and `REGISTRY_NAME` or `REPOSITORY_NAME/web` for what
    // the publisher fills in.
    let shouted =
        |text: &str| text.contains('_') && text.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    let placeholder = |text: &str| text.split('/').any(shouted);
    let scalar = |node: Node<'_>| {
        let text = node.raw().trim();
        !matches!(node.kind(), Kind::Null | Kind::Mapping | Kind::Sequence)
            && !matches!(text, "" | "\"\"" | "nil")
            && !placeholder(text)
    };
    let numbers = || Some((one.as_f64()?, other.as_f64()?));
    let octal =
        |node: Node<'_>| node.raw().trim_start_matches("0o").trim_start_matches('0').to_owned();
    let same = one.raw().trim() == other.raw().trim()
        || (one.kind() == Kind::Int && octal(one) == octal(other))
        || one.to_text() == other.to_text()
        || numbers().is_some_and(|(one, other)| (one - other).abs() < f64::EPSILON);
    scalar(one) && scalar(other) && !same
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{text::Text, yaml};

    #[test]
    fn all_of_a_deprecated_object_is_deprecated_down_to_a_bound() {
        let deprecated = |schema: &str| {
            is_deprecated(yaml::parse(Text::new(schema)).root().expect("one document"), 0)
        };
        assert!(deprecated("{deprecated: true}"));
        assert!(deprecated("{properties: {a: {deprecated: true}, b: {deprecated: true}}}"));
        assert!(!deprecated("{properties: {a: {deprecated: true}, b: {}}}"));
        let deep = |steps: usize| {
            let open = "{properties: {a: ".repeat(steps);
            format!("{open}{{deprecated: true}}{}", "}}".repeat(steps))
        };
        assert!(deprecated(&deep(DEPRECATED_DEPTH_MAX - 1)));
        assert!(!deprecated(&deep(DEPRECATED_DEPTH_MAX)));
    }
}
