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

#[derive(Clone, Default)]
struct Path {
    property: String,
    depth: usize,
}

impl Path {
    fn field(&self, name: &str) -> Self {
        let dot = if self.property.is_empty() { "" } else { "." };
        Self { property: format!("{}{dot}{name}", self.property), depth: self.depth + 1 }
    }

    fn part(&self, mark: &str) -> Self {
        Self { property: format!("{}{mark}", self.property), depth: self.depth + 1 }
    }

    fn same(&self) -> Self {
        Self { property: self.property.clone(), depth: self.depth + 1 }
    }
}

struct Check {
    faults: Vec<SchemaFault>,
}

impl Check {
    fn fault(&mut self, path: &Path, node: Node<'_>, message: impl Into<String>) {
        if self.faults.len() < SCHEMA_FAULTS_MAX {
            let (property, message) = (path.property.clone(), message.into());
            self.faults.push(SchemaFault { property, message, span: node.span() });
        }
    }

    fn schema(&mut self, node: Node<'_>, level: Level, path: &Path) {
        if path.depth > SCHEMA_DEPTH_MAX || node.kind() != Kind::Mapping {
            return;
        }
        self.kind(node, level, path);
        self.keywords(node, level, path);
        self.resource(node, level, path);
        self.junctors(node, level, path);
        if let Some(items) = node.get("items") {
            self.schema(items, Level::Item, &path.part("[]"));
        }
        for property in node.get("properties").into_iter().flat_map(Node::entries) {
            self.schema(property.value, Level::Field, &path.field(&property.key));
        }
        if let Some(additional) = node.get("additionalProperties") {
            self.schema(additional, Level::Field, &path.part(".*"));
        }
    }

    /// `type` must be there, and at the root an object.
    fn kind(&mut self, node: Node<'_>, level: Level, path: &Path) {
        let embedded = is_true(node, "x-kubernetes-embedded-resource");
        let open = is_true(node, "x-kubernetes-int-or-string")
            || is_true(node, "x-kubernetes-preserve-unknown-fields");
        match (type_of(node), node.get("type")) {
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
            ("array", _) if node.get("items").is_none_or(Node::is_null) => {
                self.fault(path, node, "is an array without `items`");
            }
            _ => {}
        }
    }

    fn keywords(&mut self, node: Node<'_>, level: Level, path: &Path) {
        for key in UNSUPPORTED {
            if let Some(value) = node.get(key).filter(|value| !is_empty(*value)) {
                self.fault(path, value, format!("uses `{key}`"));
            }
        }
        if let Some(items) = node.get("items").filter(|items| items.kind() == Kind::Sequence) {
            self.fault(path, items, "has a list of schemas as `items`");
        }
        if is_true(node, "uniqueItems") {
            self.fault(path, node, "has `uniqueItems: true`");
        }
        if is_true(node, "x-kubernetes-int-or-string") {
            for key in ["x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource"] {
                if is_true(node, key) {
                    self.fault(
                        path,
                        node,
                        format!("has `{key}` beside `x-kubernetes-int-or-string`"),
                    );
                }
            }
        }
        let Some(additional) = node.get("additionalProperties").filter(|it| !it.is_null()) else {
            return;
        };
        if level == Level::Root {
            self.fault(path, additional, "has `additionalProperties` at the root");
        } else if is_true(node, "x-kubernetes-embedded-resource") {
            self.fault(path, additional, "embeds a resource and has `additionalProperties`");
        } else if additional.as_bool() != Some(true)
            && node.get("properties").is_some_and(|properties| !properties.is_empty())
        {
            self.fault(path, additional, "has both `properties` and `additionalProperties`");
        }
    }

    /// `apiVersion`, `kind` and `metadata` belong to the server.
    fn resource(&mut self, node: Node<'_>, level: Level, path: &Path) {
        let embedded = is_true(node, "x-kubernetes-embedded-resource");
        if level != Level::Root && !embedded {
            return;
        }
        let properties = node.get("properties");
        let property = |name: &str| properties.and_then(|properties| properties.get(name));
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
        let keeps = is_true(node, "x-kubernetes-preserve-unknown-fields");
        if embedded && !keeps && properties.is_none_or(Node::is_empty) {
            self.fault(path, node, "embeds a resource without properties");
        }
    }

    fn junctors(&mut self, node: Node<'_>, _: Level, path: &Path) {
        let whole = is_int_or_string(node.get("anyOf"));
        let first = node.get("allOf").and_then(|all| all.items().next());
        let in_first = first.is_some_and(|first| is_int_or_string(first.get("anyOf")));
        self.validation(node, whole, in_first, path);
    }

    /// What stands under `allOf`, `anyOf`, `oneOf` and `not` may restrict values and nothing else. The two
    /// patterns of `x-kubernetes-int-or-string` may name types.
    fn validation(&mut self, node: Node<'_>, skip_any: bool, skip_first: bool, path: &Path) {
        for key in ["anyOf", "allOf", "oneOf"] {
            if key == "anyOf" && skip_any {
                continue;
            }
            for (number, nested) in node.get(key).into_iter().flat_map(Node::items).enumerate() {
                let skip = key == "allOf" && skip_first && number == 0;
                self.nested(nested, skip, key, &path.same());
            }
        }
        if let Some(nested) = node.get("not") {
            self.nested(nested, false, "not", &path.same());
        }
    }

    fn nested(&mut self, node: Node<'_>, skip_any: bool, junctor: &str, path: &Path) {
        if path.depth > SCHEMA_DEPTH_MAX || node.kind() != Kind::Mapping {
            return;
        }
        self.validation(node, skip_any, false, path);
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

fn is_true(node: Node<'_>, key: &str) -> bool {
    node.get(key).and_then(Node::as_bool) == Some(true)
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
