//! Whether a schema admits the values that the chart brings along.

use jsonschema::{Retrieve, Uri, error::ValidationErrorKind as Wrong, paths::LocationSegment};
use serde_json::{Map, Number, Value as Json};

use super::shape;
use crate::{
    catalog::{Key, ValuesPath, YamlFile},
    text::Span,
    yaml::{Kind, Node, Value},
};

/// How deep schemas and values may nest to be compared.
const DEPTH_MAX: usize = 100;
/// How many refusals are told of one schema.
const REFUSALS_MAX: usize = 20;

/// What a schema refuses.
pub(super) struct Refusal {
    pub(super) path: ValuesPath,
    pub(super) message: String,
    /// Where the schema says so.
    pub(super) span: Span,
}

/// What a schema refuses of the values, as far as it is no demand on who installs the chart: a value
/// that is required, or must not be empty, is to be given.
pub(super) fn refusals(schema: &YamlFile, values: &YamlFile) -> Vec<Refusal> {
    // Several documents are one set of values only once they are merged.
    let (Some(root), Some(node)) = (schema.root(), values.root()) else { return Vec::new() };
    if values.document(1).is_some() || has_loop(root) {
        return Vec::new();
    }
    let (Some(plain), Some(instance)) = (json(root, 0), json(node, 0)) else { return Vec::new() };
    let options = jsonschema::options().with_base_uri("file:///values.schema.json");
    let Ok(validator) = options.with_retriever(Nothing).build(&plain) else { return Vec::new() };
    let errors = validator.iter_errors(&instance);
    let mut refusals: Vec<_> = errors
        .filter_map(|error| refusal(&error, root, node))
        .flatten()
        .take(REFUSALS_MAX)
        .collect();
    refusals.sort_by(|one, other| one.path.cmp(&other.path));
    refusals.dedup_by(|one, other| one.path == other.path);
    refusals
}

fn refusal(
    error: &jsonschema::ValidationError<'_>,
    root: Node<'_>,
    values: Node<'_>,
) -> Option<Vec<Refusal>> {
    let path = path(error.instance_path());
    let span = schema_span(root, error.schema_path());
    let value = at(values, &path)?;
    let nothing = is_nothing(value);
    // Helm takes a null out before it asks the schema, which then says that the value is missing. Nobody gives
    // what belongs to something that is off.
    let missing = value.kind() == Kind::Null && is_required(root, error.schema_path(), &path);
    if missing && !is_off(values, &path) {
        return None;
    }
    let one = |message: String| Some(vec![Refusal { path: path.clone(), message, span }]);
    match error.kind() {
        Wrong::Type { .. } => one(of_type(&path, value)),
        Wrong::AnyOf { context } | Wrong::OneOfNotValid { context } if !nothing => {
            let own = error.instance_path().as_str();
            let here = |error: &jsonschema::ValidationError<'_>| {
                matches!(error.kind(), Wrong::Type { .. }) && error.instance_path().as_str() == own
            };
            let typed = context.iter().all(|branch| branch.iter().any(here));
            typed.then(|| one(of_type(&path, value)))?
        }
        Wrong::AdditionalProperties { unexpected } => Some(
            unexpected
                .iter()
                .map(|name| {
                    let path = path.join(Key::Name(name.clone()));
                    let message =
                        format!("the schema refuses `{path}`, which values.yaml declares");
                    Refusal { path, message, span }
                })
                .collect(),
        ),
        Wrong::Enum { .. } | Wrong::Constant { .. } if !nothing => {
            one(format!("the schema does not admit `{}` at `{path}`", short(value)))
        }
        Wrong::Minimum { limit } | Wrong::ExclusiveMinimum { limit } => {
            one(format!("the schema wants more than `{}` at `{path}`, `{limit}`", short(value)))
        }
        Wrong::Maximum { limit } | Wrong::ExclusiveMaximum { limit } => {
            one(format!("the schema wants less than `{}` at `{path}`, `{limit}`", short(value)))
        }
        _ => None,
    }
}

/// Whether a value lies in something that a switch in it turns off.
fn is_off(values: Node<'_>, path: &ValuesPath) -> bool {
    let mut node = values;
    path.0.iter().any(|key| {
        node = match key {
            Key::Name(name) => node.get(name),
            Key::Index(index) => node.items().nth(*index),
        }
        .unwrap_or(node);
        node.get("enabled").and_then(Node::as_bool) == Some(false)
    })
}

/// Whether the object above the keyword that refuses a value requires it: who installs the chart gives it.
fn is_required(root: Node<'_>, keyword: &jsonschema::paths::Location, path: &ValuesPath) -> bool {
    let Some(Key::Name(name)) = path.0.last() else { return false };
    let segments: Vec<_> = keyword.iter().collect();
    (0..segments.len()).any(|length| {
        let above =
            segments.iter().take(length).try_fold(root, |node, segment| step(root, node, segment));
        let required = above.and_then(|node| node.get("required"));
        let holds =
            above.and_then(|node| node.get("properties")).is_some_and(|it| it.get(name).is_some());
        holds && required.is_some_and(|list| list.items().any(|it| it.as_str() == Some(name)))
    })
}

/// The schema one step further, behind a reference.
fn step<'s>(root: Node<'s>, node: Node<'s>, segment: &LocationSegment<'_>) -> Option<Node<'s>> {
    let next = match segment {
        LocationSegment::Property(name) => node.get(name),
        LocationSegment::Index(index) => node.items().nth(*index),
    }?;
    let reference = next.as_str().and_then(|text| shape::local(root, text));
    Some(reference.unwrap_or(next))
}

fn of_type(path: &ValuesPath, value: Node<'_>) -> String {
    format!("the schema does not admit {} at `{path}`, which is the default", value.kind().noun())
}

fn short(value: Node<'_>) -> String {
    value.raw().chars().filter(|c| !matches!(c, '`' | '\n')).take(40).collect()
}

fn is_nothing(value: Node<'_>) -> bool {
    match value.kind() {
        Kind::Null => true,
        Kind::String => value.raw().is_empty(),
        Kind::Mapping | Kind::Sequence => value.is_empty(),
        _ => false,
    }
}

fn path(location: &jsonschema::paths::Location) -> ValuesPath {
    let step = |segment: LocationSegment<'_>| match segment {
        LocationSegment::Property(name) => Key::Name(name.into_owned()),
        LocationSegment::Index(index) => Key::Index(index),
    };
    ValuesPath(location.iter().map(step).collect())
}

fn at<'v>(values: Node<'v>, path: &ValuesPath) -> Option<Node<'v>> {
    path.0.iter().try_fold(values, |node, key| match key {
        Key::Name(name) => node.get(name),
        Key::Index(index) => node.items().nth(*index),
    })
}

/// Where a schema's keyword stands; the nearest place above it that can be found.
fn schema_span(root: Node<'_>, location: &jsonschema::paths::Location) -> Span {
    let mut node = root;
    let mut span = Span { start: root.span().start, end: root.span().start };
    for segment in location {
        let next = match &segment {
            LocationSegment::Property(name) => node.entry(name).map(|it| (it.key_span, it.value)),
            LocationSegment::Index(index) => node
                .items()
                .nth(*index)
                .map(|item| (Span { end: item.span().start, ..item.span() }, item)),
        };
        let Some((key, value)) = next else { break };
        span = key;
        let reference = value.as_str().and_then(|text| shape::local(root, text));
        node = reference.unwrap_or(value);
    }
    span
}

/// A node as JSON; none where it is too deep.
fn json(node: Node<'_>, depth: usize) -> Option<Json> {
    if depth >= DEPTH_MAX {
        return None;
    }
    Some(match node.value() {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(value),
        Value::Int(value) => i64::try_from(value)
            .map(Json::from)
            .or_else(|_| u64::try_from(value).map(Json::from))
            .unwrap_or_default(),
        Value::Float(value) => Number::from_f64(value).map_or(Json::Null, Json::Number),
        Value::String(text) => Json::String(text.to_owned()),
        Value::Sequence => {
            Json::Array(node.items().map(|item| json(item, depth + 1)).collect::<Option<_>>()?)
        }
        Value::Mapping => {
            let entry = |entry: crate::yaml::Entry<'_>| {
                Some((entry.key.to_string(), json(entry.value, depth + 1)?))
            };
            Json::Object(node.entries().map(entry).collect::<Option<Map<_, _>>>()?)
        }
    })
}

/// Whether a schema refers to itself without a step into the value, so that nothing could be decided.
fn has_loop(root: Node<'_>) -> bool {
    let mut left = vec![root];
    let mut seen = 0;
    while let Some(node) = left.pop() {
        seen += 1;
        if seen > shape::NODES_MAX || (node.get("$ref").is_some() && loops(root, node)) {
            return true;
        }
        left.extend(node.entries().map(|entry| entry.value).filter(|node| !node.is_empty()));
        left.extend(node.items().filter(|node| !node.is_empty()));
    }
    false
}

/// Whether what a schema refers to, in place, leads on for ever.
fn loops(root: Node<'_>, from: Node<'_>) -> bool {
    const IN_PLACE: &[&str] = &["allOf", "anyOf", "oneOf", "if", "then", "else", "not"];
    let mut left = vec![from];
    let mut steps = 0;
    while let Some(node) = left.pop() {
        steps += 1;
        if steps > STEPS_MAX {
            return true;
        }
        let target = node.get("$ref").and_then(Node::as_str).and_then(|it| shape::local(root, it));
        left.extend(target);
        for part in IN_PLACE.iter().filter_map(|name| node.get(name)) {
            left.push(part);
            left.extend(part.items());
        }
    }
    false
}

/// How many schemas may apply to one value at once.
const STEPS_MAX: usize = 2_000;

/// Opens no connection and no file: what lies elsewhere admits everything.
struct Nothing;

impl Retrieve for Nothing {
    fn retrieve(&self, _: &Uri<String>) -> Result<Json, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Json::Bool(true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{text::Text, yaml};

    fn told(schema: &str, values: &str) -> Vec<String> {
        let schema = yaml::parse_json(Text::new(schema));
        let values = yaml::parse(Text::new(values));
        let file = |local: &str, stream: crate::yaml::Stream| YamlFile {
            path: local.into(),
            local: local.into(),
            stream: stream.into(),
        };
        let (schema, values) = (file("values.schema.json", schema), file("values.yaml", values));
        refusals(&schema, &values).into_iter().map(|it| it.path.to_string()).collect()
    }

    #[test]
    fn only_what_no_user_can_give_is_refused() {
        let schema = r#"{"properties": {"a": {"type": "string", "minLength": 3}, "b": {"enum": ["x"]},
            "c": {"type": "integer", "minimum": 2}}, "required": ["d"], "additionalProperties": false}"#;
        assert!(told(schema, "a: ''\nb: ''\nc: 2\n").is_empty());
        assert_eq!(told(schema, "a: 1\nb: y\nc: 1\ne: 1\n"), ["a", "b", "c", "e"]);
        let required = r##"{"properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"required": ["b"],
            "properties": {"b": {"type": "string"}, "c": {"type": "string"}}}}}"##;
        assert_eq!(told(required, "a:\n  b:\n  c:\n"), ["a.c"]);
        assert_eq!(told(required, "a:\n  enabled: false\n  b:\n"), ["a.b"]);
    }

    #[test]
    fn references_end() {
        for schema in [
            r##"{"$ref": "#"}"##,
            r##"{"$ref": "#/definitions/a", "definitions": {"a": {"allOf": [{"$ref": "#/definitions/b"}]}, "b": {"$ref": "#/definitions/a"}}}"##,
            r#"{"properties": {"a": {"$ref": "https://example.com/schema.json"}}}"#,
            r#"{"properties": {"a": {"$ref": "file:///etc/hostname"}}}"#,
        ] {
            assert!(told(schema, "a: 1\n").is_empty(), "{schema}");
        }
        let tree =
            r##"{"properties": {"a": {"$ref": "#"}}, "additionalProperties": {"type": "string"}}"##;
        assert_eq!(told(tree, "a:\n  a:\n    b: 1\n"), ["a.a.b"]);
    }

    #[test]
    fn deep_schemas_are_left_alone() {
        let deep = DEPTH_MAX + 1;
        let schema =
            format!("{}{{\"type\": \"string\"}}{}", "{\"not\": ".repeat(deep), "}".repeat(deep));
        assert!(told(&schema, "a: 1\n").is_empty());
        let wide: String = (0..=STEPS_MAX).map(|_| "{\"$ref\": \"#/definitions/a\"},").collect();
        let wide = format!(
            "{{\"allOf\": [{wide} true], \"$ref\": \"#/definitions/a\", \"definitions\": {{\"a\": true}}}}"
        );
        assert!(told(&wide, "a: 1\n").is_empty());
    }
}
