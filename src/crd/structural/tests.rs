use super::*;
use crate::{text::Text, yaml};

fn messages(schema: &str) -> Vec<String> {
    let stream = yaml::parse(Text::new(schema));
    let found = faults(stream.root().unwrap());
    found.into_iter().map(|it| format!("{}: {}", it.property, it.message)).collect()
}

/// Each verdict was checked with k8s.io/apiextensions-apiserver 0.34.1.
#[test]
fn what_the_server_accepts_is_silent() {
    for schema in [
        "{type: object}",
        "{type: object, x-kubernetes-preserve-unknown-fields: true}",
        "{type: object, properties: {a: {x-kubernetes-preserve-unknown-fields: true}}}",
        "{type: object, properties: {a: {x-kubernetes-int-or-string: true}}}",
        "{type: object, properties: {a: {anyOf: [{type: integer}, {type: string}], x-kubernetes-int-or-string: true}}}",
        "{type: object, properties: {a: {allOf: [{anyOf: [{type: integer}, {type: string}]}, {pattern: x}], x-kubernetes-int-or-string: true}}}",
        "{type: object, properties: {metadata: {type: object, properties: {name: {type: string, maxLength: 9}}}}}",
        "{type: object, properties: {a: {type: object, additionalProperties: {type: string}}}}",
        "{type: object, properties: {a: {type: object, additionalProperties: true}}}",
        "{type: object, properties: {a: {type: string}}, oneOf: [{required: [a]}, {not: {required: [a]}}]}",
        "{type: object, properties: {a: {type: object, properties: {b: {type: string}}, additionalProperties: true}}}",
        "{type: object, properties: {a: {type: string, description: '', default: x}}}",
        "{type: object, properties: {a: {type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}}}",
    ] {
        assert_eq!(messages(schema), Vec::<String>::new(), "{schema}");
    }
}

#[test]
fn what_the_server_refuses_is_said() {
    for (schema, expected) in [
        ("{properties: {a: {type: string}}}", ": has no type"),
        ("{type: string}", ": is of type `string`, the root must be an object"),
        ("{type: object, properties: {a: {description: x}}}", "a: has no type"),
        ("{type: object, properties: {a: {type: array}}}", "a: is an array without `items`"),
        (
            "{type: object, properties: {a: {type: array, items: {description: x}}}}",
            "a[]: has no type",
        ),
        ("{type: object, additionalProperties: true}", ": has `additionalProperties` at the root"),
        (
            "{type: object, properties: {a: {type: object, properties: {b: {type: string}}, additionalProperties: {type: string}}}}",
            "a: has both `properties` and `additionalProperties`",
        ),
        (
            "{type: object, properties: {a: {oneOf: [{type: string}, {type: integer}], x-kubernetes-preserve-unknown-fields: true}}}",
            "a: has `type` inside `oneOf`",
        ),
        (
            "{type: object, properties: {a: {type: string, anyOf: [{description: x}]}}}",
            "a: has `description` inside `anyOf`",
        ),
        (
            "{type: object, properties: {metadata: {type: object, properties: {labels: {type: object}}}}}",
            "metadata: restricts more than `name` and `generateName`",
        ),
        ("{type: object, properties: {kind: {type: object}}}", "kind: is not of type `string`"),
        ("{type: object, properties: {a: {$ref: '#/x', type: object}}}", "a: uses `$ref`"),
        (
            "{type: object, properties: {a: {type: array, uniqueItems: true, items: {type: string}}}}",
            "a: has `uniqueItems: true`",
        ),
        ("{type: object, properties: {a: {type: [string, 'null']}}}", "a: has a sequence as type"),
        (
            "{type: object, properties: {a: {type: object, x-kubernetes-embedded-resource: true}}}",
            "a: embeds a resource without properties",
        ),
    ] {
        assert_eq!(messages(schema).first().map(String::as_str), Some(expected), "{schema}");
    }
}

#[test]
fn a_schema_that_is_deeper_than_the_limit_ends() {
    let deep = "{type: object, properties: {a: ".repeat(SCHEMA_DEPTH_MAX + 20)
        + "{}"
        + &"}}".repeat(SCHEMA_DEPTH_MAX + 20);
    assert_eq!(messages(&deep), Vec::<String>::new());
}

#[test]
fn faults_are_limited() {
    let many: Vec<_> = (0..SCHEMA_FAULTS_MAX * 2).map(|n| format!("p{n}: {{}}")).collect();
    let found = messages(&format!("{{type: object, properties: {{{}}}}}", many.join(", ")));
    assert_eq!(found.len(), SCHEMA_FAULTS_MAX);
}
