//! What a schema says of the keys of an object.

use std::{
    collections::{BTreeMap, HashMap},
    rc::Rc,
};

use crate::{
    text::Span,
    yaml::{Kind, Node},
};

/// How many references are followed one after the other.
pub(super) const REFERENCES_MAX: usize = 32;
/// How many schemas are put together for one object.
pub(super) const PARTS_MAX: usize = 64;

/// The keys of an object, as far as a schema names them.
#[derive(Debug, Default)]
pub(super) struct Shape<'s> {
    /// The schemas of its keys, with the places of the keys.
    pub(super) properties: BTreeMap<String, (Span, Node<'s>)>,
    /// Where `additionalProperties` is false.
    pub(super) closed: Option<Span>,
    /// Whether other keys are foreseen, or depend on something.
    pub(super) open: bool,
    /// Where the properties begin.
    pub(super) span: Span,
}

impl<'s> Shape<'s> {
    /// Puts together what a schema, what it refers to, and its `allOf` say.
    pub(super) fn of(root: Node<'s>, node: Node<'s>) -> Self {
        let mut shape = Self { span: node.span(), ..Self::default() };
        let mut parts = vec![node];
        let mut next = 0;
        while let Some(part) = parts.get(next).copied() {
            next += 1;
            if parts.len() > PARTS_MAX {
                shape.open = true;
                break;
            }
            if let Some(reference) = part.get("$ref").and_then(Node::as_str) {
                match local(root, reference) {
                    Some(target) => parts.push(target),
                    None => shape.open = true,
                }
            }
            parts.extend(part.get("allOf").into_iter().flat_map(Node::items));
            shape.add(part);
        }
        // Where several schemas must hold at once, what one of them refuses is not simply told.
        if parts.len() > 1 && shape.closed.is_some() {
            shape.open = true;
            shape.closed = None;
        }
        shape
    }

    fn add(&mut self, part: Node<'s>) {
        const OPEN: &[&str] = &[
            "anyOf",
            "dependencies",
            "dependentSchemas",
            "else",
            "if",
            "not",
            "oneOf",
            "patternProperties",
            "propertyNames",
            "then",
            "unevaluatedProperties",
            "$dynamicRef",
        ];
        self.open |= OPEN.iter().any(|name| part.get(name).is_some());
        if let Some(entry) = part.entry("additionalProperties") {
            match entry.value.as_bool() {
                Some(false) => self.closed = self.closed.or(Some(entry.key_span)),
                _ => self.open = true,
            }
        }
        if let Some(entry) = part.entry("properties") {
            self.span = entry.key_span;
            let properties = entry.value.entries();
            self.properties.extend(
                properties.map(|entry| (entry.key.to_string(), (entry.key_span, entry.value))),
            );
        }
    }

    /// Whether a key is certainly refused.
    pub(super) fn refuses(&self, name: &str) -> bool {
        self.closed.is_some() && !self.open && !self.properties.contains_key(name)
    }
}

/// The schema that a reference within the file leads to.
pub(super) fn local<'s>(root: Node<'s>, reference: &str) -> Option<Node<'s>> {
    let path = reference.strip_prefix('#')?;
    let step = |node: Node<'s>, token: &str| {
        let token = token.replace("~1", "/").replace("~0", "~");
        match node.kind() {
            Kind::Sequence => node.items().nth(token.parse().ok()?),
            _ => node.get(&token),
        }
    };
    path.split('/').skip(1).take(REFERENCES_MAX).try_fold(root, step)
}

/// Whether no object of a schema refuses keys, by its text alone: a cheap way out.
pub(super) fn is_open_everywhere(root: Node<'_>) -> bool {
    let mut left = vec![root];
    let mut seen = 0;
    while let Some(node) = left.pop() {
        seen += 1;
        if seen > NODES_MAX
            || node.get("additionalProperties").and_then(Node::as_bool) == Some(false)
        {
            return false;
        }
        left.extend(node.entries().map(|entry| entry.value).filter(|node| !node.is_empty()));
        left.extend(node.items().filter(|node| !node.is_empty()));
    }
    true
}

/// How many nodes of a schema are looked at.
pub(super) const NODES_MAX: usize = 200_000;

/// The shapes of a schema's objects, each put together once.
pub(super) struct Shapes<'s> {
    root: Node<'s>,
    known: HashMap<Span, Rc<Shape<'s>>>,
}

impl<'s> Shapes<'s> {
    pub(super) fn new(root: Node<'s>) -> Self {
        Self { root, known: HashMap::new() }
    }

    pub(super) fn root(&self) -> Node<'s> {
        self.root
    }

    /// The shape of a schema.
    pub(super) fn of(&mut self, node: Node<'s>) -> Rc<Shape<'s>> {
        let root = self.root;
        let shape = self.known.entry(node.span()).or_insert_with(|| Rc::new(Shape::of(root, node)));
        Rc::clone(shape)
    }

    /// How many steps of a path the schema admits before it refuses one, that one counted, and where.
    pub(super) fn refused(&mut self, names: &[String]) -> Option<(usize, Span)> {
        let mut node = self.root;
        for (number, name) in names.iter().enumerate() {
            let shape = self.of(node);
            if shape.refuses(name) {
                return shape.closed.map(|span| (number + 1, span));
            }
            (_, node) = *shape.properties.get(name)?;
        }
        None
    }
}
