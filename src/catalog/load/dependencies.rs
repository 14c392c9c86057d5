//! `dependencies` of Chart.yaml and requirements.yaml, and the lock (helm-semantics 1.4 to 1.6).

use std::{collections::BTreeMap, sync::Arc};

use super::{
    fields::{Fields, Refusal},
    manifest::{entry, mapping, sanitized},
};
use crate::{
    catalog::{Dependency, Lock, LockEntry, YamlFile},
    text::Span,
    yaml::{Node, Value},
};

/// How deep `import-values` are turned into JSON; the lock's digest covers what is above.
pub const IMPORT_VALUES_DEPTH_MAX: usize = 64;

/// The dependencies that a file declares; `None` where the key is missing or null, so that what
/// another file declares stands.
pub(super) fn decode(
    file: &Arc<YamlFile>,
    name: &str,
    refusals: &mut Vec<Refusal>,
) -> Option<Vec<Dependency>> {
    let root = mapping(file, name, refusals)?;
    let mut fields = Fields::new(root, "", refusals);
    fields.value("dependencies")?;
    let items = fields.items("dependencies");
    let mut dependencies = Vec::with_capacity(items.len());
    for (index, item) in items.into_iter().enumerate() {
        let path = format!("dependencies[{index}]");
        if entry(item, &path, "dependency", refusals) {
            dependencies.extend(dependency(file, item, &path, refusals));
        }
    }
    check_names(&dependencies, refusals);
    Some(dependencies)
}

fn dependency(
    file: &Arc<YamlFile>,
    item: Node<'_>,
    path: &str,
    refusals: &mut Vec<Refusal>,
) -> Option<Dependency> {
    let mut fields = Fields::new(item, path, refusals);
    let name = fields.text("name").map(sanitized);
    let dependency = Dependency {
        file: Arc::clone(file),
        span: item.span(),
        name: name.clone().unwrap_or_default(),
        version: fields.text("version").map(sanitized),
        repository: fields.text("repository").map(sanitized),
        alias: fields.text("alias").filter(|alias| !alias.value.is_empty()),
        condition: fields.text("condition").map(sanitized),
        tags: fields.texts("tags").into_iter().map(sanitized).collect(),
        enabled: fields.flag("enabled").is_some_and(|enabled| enabled.value),
        import_values: fields.items("import-values").into_iter().map(|it| json(it, 0)).collect(),
    };
    check_alias(&dependency, path, refusals);
    if name.is_some_and(|name| !name.value.is_empty()) {
        return Some(dependency);
    }
    let subject = format!("{path}.name");
    if !refusals.iter().any(|refusal| refusal.subject == subject) {
        // It loads, and every install stops because no chart under charts/ has an empty name.
        let message = format!("`{path}` has no `name`, so that Helm never finds its chart");
        refusals.push(Refusal::new(
            item.span(),
            &subject,
            message,
            "add `name:`, or delete the entry",
        ));
    }
    None
}

fn check_alias(dependency: &Dependency, path: &str, refusals: &mut Vec<Refusal>) {
    let Some(alias) = &dependency.alias else { return };
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if !alias.value.chars().all(legal) {
        let message =
            format!("`{}` is no alias, Helm takes letters, digits, `_` and `-`", alias.value);
        let subject = format!("{path}.alias");
        refusals.push(Refusal::new(alias.span, &subject, message, "rename the alias"));
    }
}

/// No two dependencies may answer to one alias or name.
fn check_names(dependencies: &[Dependency], refusals: &mut Vec<Refusal>) {
    let mut seen = BTreeMap::<&str, Span>::new();
    for dependency in dependencies {
        let name = dependency.effective_name();
        let span = dependency.alias.as_ref().unwrap_or(&dependency.name).span;
        let Some(first) = seen.get(name) else {
            seen.insert(name, span);
            continue;
        };
        let message = format!("`{name}` is the name or alias of two dependencies");
        let help = "give one of them an `alias` of its own";
        let mut refusal = Refusal::new(span, name, message, help);
        refusal.also = Some((*first, "first one here"));
        refusals.push(refusal);
    }
}

/// A node as JSON, as sigs.k8s.io/yaml converts it.
fn json(node: Node<'_>, depth: usize) -> serde_json::Value {
    use serde_json::Value as Json;
    if depth > IMPORT_VALUES_DEPTH_MAX {
        return Json::Null;
    }
    match node.value() {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(value),
        Value::Int(value) => i64::try_from(value)
            .map(Json::from)
            .or_else(|_| u64::try_from(value).map(Json::from))
            .unwrap_or_default(),
        Value::Float(value) => Json::from(value),
        Value::String(text) => Json::String(text.to_owned()),
        Value::Sequence => Json::Array(node.items().map(|item| json(item, depth + 1)).collect()),
        Value::Mapping => {
            let pair = |entry: crate::yaml::Entry<'_>| {
                (entry.key.into_owned(), json(entry.value, depth + 1))
            };
            Json::Object(node.entries().map(pair).collect())
        }
    }
}

/// Decodes Chart.lock or requirements.lock.
pub(super) fn lock(file: &Arc<YamlFile>, name: &str, refusals: &mut Vec<Refusal>) -> Option<Lock> {
    let root = mapping(file, name, refusals)?;
    let mut fields = Fields::new(root, "", refusals);
    let (digest, generated) = (fields.text("digest"), fields.text("generated"));
    let items = fields.items("dependencies");
    if let Some(written) = &generated
        && written.value.parse::<jiff::Timestamp>().is_err()
    {
        let message = format!("`{}` is no time, Helm expects RFC 3339", written.value);
        let help = "run `helm dependency update`";
        refusals.push(Refusal::new(written.span, "generated", message, help));
    }
    let mut entries = Vec::with_capacity(items.len());
    for (index, item) in items.into_iter().enumerate() {
        let mut fields = Fields::new(item, &format!("dependencies[{index}]"), refusals);
        let Some(name) = fields.text("name") else { continue };
        let (version, repository) = (fields.text("version"), fields.text("repository"));
        entries.push(LockEntry { name, version, repository });
    }
    Some(Lock { file: Arc::clone(file), entries, digest, generated })
}
