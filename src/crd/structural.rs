//! Structural schemas: what the API server demands of `openAPIV3Schema` in apiextensions.k8s.io/v1.
//!
//! The rules are those of `ValidateStructural` and `ValidateCustomResourceDefinition` in
//! k8s.io/apiextensions-apiserver (0.34). Left out, so that nothing is said that the server would not
//! say: defaults, CEL, list and map types, regular expressions, and the demand that what `allOf`,
//! `anyOf`, `oneOf` and `not` speak of is declared outside of them.

use crate::{
    text::Span,
    yaml::{Kind, Node},
};

/// How deep schemas are looked at; what is deeper passes unseen. The deepest public ones have about 40
/// levels.
pub const SCHEMA_DEPTH_MAX: usize = 150;

/// How many faults of one schema are kept.
pub const SCHEMA_FAULTS_MAX: usize = 100;

/// Why a schema is not structural.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaFault {
    /// The property, as in the schema's own data: `spec.hosts[].name`; empty for the root.
    pub property: String,
    /// What is wrong: `has no type`.
    pub message: String,
    /// Where.
    pub span: Span,
}

/// Everything for which the API server refuses a schema, in the order of the walk; empty where it is
/// structural as far as this looks.
pub fn faults(schema: Node<'_>) -> Vec<SchemaFault> {
    let mut check = Check { faults: Vec::new() };
    check.schema(schema, Level::Root, &Path::default());
    check.faults
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Root,
    Item,
    Field,
}

/// Keywords that no schema of a CRD may have.
const UNSUPPORTED: [&str; 6] =
    ["$ref", "definitions", "dependencies", "patternProperties", "additionalItems", "id"];

/// Keywords that must stay outside of `allOf`, `anyOf`, `oneOf` and `not`.
const OUTSIDE: [&str; 10] = [
    "additionalProperties",
    "default",
    "title",
    "description",
    "nullable",
    "x-kubernetes-preserve-unknown-fields",
    "x-kubernetes-embedded-resource",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-list-type",
    "x-kubernetes-map-type",
];

/// The way to a property, told only where there is a fault.
#[derive(Clone, Copy, Default)]
struct Path<'p> {
    above: Option<&'p Path<'p>>,
    part: Part<'p>,
    depth: usize,
}

#[derive(Clone, Copy, Default)]
enum Part<'p> {
    #[default]
    Nothing,
    Field(&'p str),
    Mark(&'static str),
}

impl<'p> Path<'p> {
    fn field(&'p self, name: &'p str) -> Self {
        self.below(Part::Field(name))
    }

    fn part(&'p self, mark: &'static str) -> Self {
        self.below(Part::Mark(mark))
    }

    fn same(&'p self) -> Self {
        self.below(Part::Nothing)
    }

    fn below(&'p self, part: Part<'p>) -> Self {
        Self { above: Some(self), part, depth: self.depth + 1 }
    }

    fn property(&self) -> String {
        let mut ways: Vec<_> = std::iter::successors(Some(self), |path| path.above).collect();
        ways.reverse();
        ways.into_iter().fold(String::new(), |mut text, path| {
            match path.part {
                Part::Nothing => {}
                Part::Field(name) if text.is_empty() => text.push_str(name),
                Part::Field(name) => {
                    text.push('.');
                    text.push_str(name);
                }
                Part::Mark(mark) => text.push_str(mark),
            }
            text
        })
    }
}

/// What of a schema is looked at, found in one pass.
#[derive(Clone, Default)]
#[allow(clippy::struct_excessive_bools, reason = "four independent facts about a schema")]
struct Keywords<'a> {
    kind: Option<Node<'a>>,
    items: Option<Node<'a>>,
    properties: Option<Node<'a>>,
    additional: Option<Node<'a>>,
    junctors: [Option<Node<'a>>; JUNCTORS.len()],
    not: Option<Node<'a>>,
    embeds: bool,
    int_or_string: bool,
    preserves: bool,
    unique: bool,
    /// With the place in [`UNSUPPORTED`].
    unsupported: Vec<(usize, Node<'a>)>,
}

/// Lists of schemas within a schema.
const JUNCTORS: [&str; 3] = ["anyOf", "allOf", "oneOf"];

impl<'a> Keywords<'a> {
    fn of(schema: Node<'a>) -> Self {
        let mut found = Self::default();
        for entry in schema.entries() {
            let value = entry.value;
            let holds = || value.as_bool() == Some(true);
            match &*entry.key {
                "type" => found.kind = Some(value),
                "items" => found.items = Some(value),
                "properties" => found.properties = Some(value),
                "additionalProperties" => found.additional = Some(value),
                "not" => found.not = Some(value),
                "x-kubernetes-embedded-resource" => found.embeds = holds(),
                "x-kubernetes-int-or-string" => found.int_or_string = holds(),
                "x-kubernetes-preserve-unknown-fields" => found.preserves = holds(),
                "uniqueItems" => found.unique = holds(),
                key => found.rare(key, value),
            }
        }
        found.unsupported.sort_by_key(|(number, _)| *number);
        found
    }

    fn rare(&mut self, key: &str, value: Node<'a>) {
        let junctor = JUNCTORS.iter().position(|it| *it == key);
        if let Some(slot) = junctor.and_then(|number| self.junctors.get_mut(number)) {
            *slot = Some(value);
        } else if let Some(number) = UNSUPPORTED.iter().position(|it| *it == key) {
            self.unsupported.push((number, value));
        }
    }

    fn junctor(&self, name: &str) -> Option<Node<'a>> {
        let number = JUNCTORS.iter().position(|it| *it == name)?;
        self.junctors.get(number).copied().flatten()
    }

    /// `type`, empty where it is not there or no text.
    fn type_name(&self) -> &'a str {
        self.kind.and_then(Node::as_str).unwrap_or_default()
    }
}

struct Check {
    faults: Vec<SchemaFault>,
}

impl Check {
    fn fault(&mut self, path: &Path<'_>, node: Node<'_>, message: impl Into<String>) {
        if self.faults.len() < SCHEMA_FAULTS_MAX {
            let (property, message) = (path.property(), message.into());
            self.faults.push(SchemaFault { property, message, span: node.span() });
        }
    }

    fn schema(&mut self, node: Node<'_>, level: Level, path: &Path<'_>) {
        if path.depth > SCHEMA_DEPTH_MAX || node.kind() != Kind::Mapping {
            return;
        }
        let words = Keywords::of(node);
        self.kind(node, &words, level, path);
        self.keywords(node, &words, level, path);
        self.resource(node, &words, level, path);
        self.junctors(&words, path);
        if let Some(items) = words.items {
            self.schema(items, Level::Item, &path.part("[]"));
        }
        for property in words.properties.into_iter().flat_map(Node::entries) {
            self.schema(property.value, Level::Field, &path.field(&property.key));
        }
        if let Some(additional) = words.additional {
            self.schema(additional, Level::Field, &path.part(".*"));
        }
    }

    /// `type` must be there, and at the root an object.
    fn kind(&mut self, node: Node<'_>, words: &Keywords<'_>, level: Level, path: &Path<'_>) {
        let embedded = words.embeds;
        let open = words.int_or_string || words.preserves;
        match (words.type_name(), words.kind) {
            (_, Some(other)) if !matches!(other.kind(), Kind::String | Kind::Null) => {
                self.fault(path, other, format!("has {} as type", other.kind().noun()));
            }
            ("", _) if embedded => {
                self.fault(path, node, "embeds a resource and is not `type: object`");
            }
            ("", _) if !open => self.fault(path, node, "has no type"),
            ("" | "object", _) => {}
            (_, Some(other)) if embedded => {
                self.fault(path, other, "embeds a resource and is not `type: object`");
            }
            (kind, Some(other)) if level == Level::Root => {
                self.fault(path, other, format!("is of type `{kind}`, the root must be an object"));
            }
            ("array", _) if words.items.is_none_or(Node::is_null) => {
                self.fault(path, node, "is an array without `items`");
            }
            _ => {}
        }
    }

    fn keywords(&mut self, node: Node<'_>, words: &Keywords<'_>, level: Level, path: &Path<'_>) {
        for (number, value) in &words.unsupported {
            if let Some(key) = UNSUPPORTED.get(*number).filter(|_| !is_empty(*value)) {
                self.fault(path, *value, format!("uses `{key}`"));
            }
        }
        if let Some(items) = words.items.filter(|items| items.kind() == Kind::Sequence) {
            self.fault(path, items, "has a list of schemas as `items`");
        }
        if words.unique {
            self.fault(path, node, "has `uniqueItems: true`");
        }
        if words.int_or_string {
            let beside = [
                (words.preserves, "x-kubernetes-preserve-unknown-fields"),
                (words.embeds, "x-kubernetes-embedded-resource"),
            ];
            for (_, key) in beside.into_iter().filter(|(set, _)| *set) {
                let message = format!("has `{key}` beside `x-kubernetes-int-or-string`");
                self.fault(path, node, message);
            }
        }
        let Some(additional) = words.additional.filter(|it| !it.is_null()) else { return };
        if level == Level::Root {
            self.fault(path, additional, "has `additionalProperties` at the root");
        } else if words.embeds {
            self.fault(path, additional, "embeds a resource and has `additionalProperties`");
        } else if additional.as_bool() != Some(true)
            && words.properties.is_some_and(|properties| !properties.is_empty())
        {
            self.fault(path, additional, "has both `properties` and `additionalProperties`");
        }
    }

    /// `apiVersion`, `kind` and `metadata` belong to the server.
    fn resource(&mut self, node: Node<'_>, words: &Keywords<'_>, level: Level, path: &Path<'_>) {
        if level != Level::Root && !words.embeds {
            return;
        }
        let property = |name: &str| words.properties.and_then(|properties| properties.get(name));
        for (name, wanted) in [("apiVersion", "string"), ("kind", "string"), ("metadata", "object")]
        {
            if let Some(value) = property(name).filter(|value| type_of(*value) != wanted) {
                self.fault(&path.field(name), value, format!("is not of type `{wanted}`"));
            }
        }
        let metadata = property("metadata").filter(|_| level == Level::Root);
        if let Some(extra) = metadata.and_then(restricts_metadata) {
            let message = "restricts more than `name` and `generateName`";
            self.fault(&path.field("metadata"), extra, message);
        }
        if words.embeds && !words.preserves && words.properties.is_none_or(Node::is_empty) {
            self.fault(path, node, "embeds a resource without properties");
        }
    }

    fn junctors(&mut self, words: &Keywords<'_>, path: &Path<'_>) {
        let whole = is_int_or_string(words.junctor("anyOf"));
        let first = words.junctor("allOf").and_then(|all| all.items().next());
        let in_first = first.is_some_and(|first| is_int_or_string(first.get("anyOf")));
        self.validation(words, whole, in_first, path);
    }

    /// What stands under `allOf`, `anyOf`, `oneOf` and `not` may restrict values and nothing else. The two
    /// patterns of `x-kubernetes-int-or-string` may name types.
    fn validation(
        &mut self,
        words: &Keywords<'_>,
        skip_any: bool,
        skip_first: bool,
        path: &Path<'_>,
    ) {
        for key in JUNCTORS {
            if key == "anyOf" && skip_any {
                continue;
            }
            let schemas = words.junctor(key).into_iter().flat_map(Node::items);
            for (number, nested) in schemas.enumerate() {
                let skip = key == "allOf" && skip_first && number == 0;
                self.nested(nested, skip, key, &path.same());
            }
        }
        if let Some(nested) = words.not {
            self.nested(nested, false, "not", &path.same());
        }
    }

    fn nested(&mut self, node: Node<'_>, skip_any: bool, junctor: &str, path: &Path<'_>) {
        if path.depth > SCHEMA_DEPTH_MAX || node.kind() != Kind::Mapping {
            return;
        }
        self.validation(&Keywords::of(node), skip_any, false, path);
        let given = |key: &str| node.get(key).filter(|value| !is_empty(*value));
        for key in ["type"].into_iter().chain(OUTSIDE).chain(["x-kubernetes-int-or-string"]) {
            if let Some(value) = given(key) {
                self.fault(path, value, format!("has `{key}` inside `{junctor}`"));
            }
        }
        if let Some(items) = node.get("items") {
            self.nested(items, false, junctor, &path.part("[]"));
        }
        for property in node.get("properties").into_iter().flat_map(Node::entries) {
            if property.key == "metadata" {
                self.fault(
                    path,
                    property.value,
                    format!("speaks of `metadata` inside `{junctor}`"),
                );
            }
            self.nested(property.value, false, junctor, &path.field(&property.key));
        }
    }
}

/// A part of the root's `metadata` that restricts more than the two names.
fn restricts_metadata(metadata: Node<'_>) -> Option<Node<'_>> {
    let names = |node: Node<'_>| {
        !node.is_empty() && node.entries().all(|it| matches!(&*it.key, "name" | "generateName"))
    };
    let allowed = |key: &str, value: Node<'_>| match key {
        "type" | "default" => true,
        "properties" => value.is_empty() || names(value),
        _ => is_empty(value),
    };
    metadata.entries().find(|it| !allowed(&it.key, it.value)).map(|it| it.value)
}

/// `anyOf: [{type: integer}, {type: string}]` and nothing else.
fn is_int_or_string(any: Option<Node<'_>>) -> bool {
    let Some(any) = any else { return false };
    let kinds: Vec<_> = any.items().map(|it| (it.len(), type_of(it))).collect();
    kinds == [(1, "integer"), (1, "string")]
}

fn type_of(node: Node<'_>) -> &str {
    node.get("type").and_then(Node::as_str).unwrap_or_default()
}

/// What Go decodes as a zero value, so that it is as if it were not there.
fn is_empty(node: Node<'_>) -> bool {
    match node.kind() {
        Kind::Null => true,
        Kind::Bool => node.as_bool() == Some(false),
        Kind::String => node.as_str() == Some(""),
        Kind::Sequence | Kind::Mapping => node.is_empty(),
        Kind::Int | Kind::Float => false,
    }
}

#[cfg(test)]
mod tests;
