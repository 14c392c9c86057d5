use std::sync::Arc;

use super::*;
use crate::{
    catalog::YamlFile,
    text::{Span, Spanned, Text},
    yaml,
};

fn spanned(text: &str) -> Spanned<String> {
    Spanned::new(text.to_owned(), Span::default())
}

fn dependency(name: &str, version: &str, repository: &str) -> Dependency {
    let stream = yaml::parse(Text::new(""));
    let file =
        YamlFile { path: "Chart.yaml".into(), local: "Chart.yaml".into(), stream: stream.into() };
    Dependency {
        file: Arc::new(file),
        span: Span::default(),
        name: spanned(name),
        version: Some(spanned(version)),
        repository: Some(spanned(repository)),
        alias: None,
        condition: None,
        tags: Vec::new(),
        enabled: false,
        import_values: Vec::new(),
    }
}

fn entry(name: &str, version: &str, repository: &str) -> LockEntry {
    LockEntry {
        name: spanned(name),
        version: Some(spanned(version)),
        repository: Some(spanned(repository)),
    }
}

#[test]
fn a_range_and_a_condition_are_written_as_go_writes_them() {
    let mut redis = dependency("redis", ">=17 <18", "https://x");
    redis.condition = Some(spanned("redis.enabled"));
    let json = r#"[[{"name":"redis","version":"\u003e=17 \u003c18","repository":"https://x","condition":"redis.enabled"}],[{"name":"redis","version":"17.1.2","repository":"https://x"}]]"#;
    let digest = current(&[redis], &[entry("redis", "17.1.2", "https://x")]);
    assert_eq!(digest, sum(json));
}

#[test]
fn empty_lists_are_hashed_as_empty_lists() {
    assert_eq!(
        current(&[], &[]),
        "sha256:643d5437104296e21d906ecb15b2c96ad278f20cfc4af53b12bb6069bd853726"
    );
}

#[test]
fn an_alias_of_the_users_configuration_becomes_the_locked_address() {
    let locked = [entry("redis", "17.1.2", "https://x")];
    let written = current(&[dependency("redis", "17.1.2", "https://x")], &locked);
    for alias in ["@x", "alias:x"] {
        assert_eq!(current(&[dependency("redis", "17.1.2", alias)], &locked), written);
    }
}

#[test]
fn fields_stand_in_the_order_of_helms_struct() {
    let mut redis = dependency("redis", "1", "");
    redis.tags = vec![spanned("db & cache")];
    redis.enabled = true;
    redis.alias = Some(spanned("store"));
    redis.import_values = vec![serde_json::json!({ "parent": "p", "child": "c" })];
    let json = r#"{"name":"redis","version":"1","repository":"","tags":["db \u0026 cache"],"enabled":true,"import-values":[{"child":"c","parent":"p"}],"alias":"store"}"#;
    assert_eq!(object(&redis, None), json);
}

#[test]
fn helm2_hashed_the_declared_dependencies_alone() {
    // requirements.yaml and requirements.lock of a chart of 2018, whose only dependency is a folder.
    let mut webhook = dependency("webhook", "v0.5.0", "file://webhook");
    webhook.condition = Some(spanned("webhook.enabled"));
    assert_eq!(
        helm2(&[webhook]),
        "sha256:1a599fad18dc75842074c7ab10a66cebce521f27fa94ab6642d744479694200e"
    );
}
