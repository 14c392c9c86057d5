//! The digest of a lock file: Helm's `HashReq` (pkg/../internal/resolver), byte for byte.
//!
//! It covers the declared dependencies as loaded and the locked ones, as Go's `encoding/json` writes
//! them. `helm dependency build` refuses a lock whose digest is another.

use std::fmt::Write as _;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Dependency, LockEntry};

/// The digest that Helm 3 and 4 compute. A repository that is an alias (`@name`, `alias:name`) of the
/// user's configuration is replaced by the one that the lock resolved it to.
pub fn current(declared: &[Dependency], locked: &[LockEntry]) -> String {
    let resolved = |(number, it): (usize, &Dependency)| {
        let alias = it.repository().is_some_and(is_repository_alias);
        let entry = locked.get(number).filter(|_| alias);
        object(it, entry.and_then(|entry| entry.repository.as_ref()).map(|url| url.value.as_str()))
    };
    let declared: Vec<_> = declared.iter().enumerate().map(resolved).collect();
    let locked: Vec<_> = locked.iter().map(locked_object).collect();
    sum(&format!("[[{}],[{}]]", declared.join(","), locked.join(",")))
}

/// The digest that Helm 2 computed, over the declared dependencies alone. Helm still accepts it for
/// charts of `apiVersion: v1`.
pub fn helm2(declared: &[Dependency]) -> String {
    let declared: Vec<_> = declared.iter().map(|it| object(it, None)).collect();
    sum(&format!("{{\"dependencies\":[{}]}}", declared.join(",")))
}

/// Whether a repository is a name of the user's configuration and no address.
pub fn is_repository_alias(repository: &str) -> bool {
    repository.starts_with('@') || repository.starts_with("alias:")
}

fn sum(json: &str) -> String {
    format!("sha256:{}", hex(&Sha256::digest(json.as_bytes())))
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A declared dependency, its fields in the order of Helm's struct, empty ones left out.
fn object(it: &Dependency, repository: Option<&str>) -> String {
    let own = it.repository.as_ref().map_or("", |url| url.value.as_str());
    let text = |field: &Option<crate::text::Spanned<String>>| {
        field.as_ref().map(|field| field.value.clone()).filter(|text| !text.is_empty())
    };
    let mut fields = vec![("name", Value::from(it.name.value.as_str()))];
    fields.extend(text(&it.version).map(|version| ("version", Value::from(version))));
    fields.push(("repository", Value::from(repository.unwrap_or(own))));
    fields.extend(text(&it.condition).map(|condition| ("condition", Value::from(condition))));
    let tags: Vec<Value> = it.tags.iter().map(|tag| Value::from(tag.value.as_str())).collect();
    fields.extend((!tags.is_empty()).then_some(("tags", Value::from(tags))));
    fields.extend(it.enabled.then_some(("enabled", Value::from(true))));
    let imports = it.import_values.clone();
    fields.extend((!imports.is_empty()).then_some(("import-values", Value::from(imports))));
    fields.extend(text(&it.alias).map(|alias| ("alias", Value::from(alias))));
    write(&fields)
}

fn locked_object(it: &LockEntry) -> String {
    let text = |field: &Option<crate::text::Spanned<String>>| {
        field.as_ref().map(|field| field.value.clone()).unwrap_or_default()
    };
    let mut fields = vec![("name", Value::from(it.name.value.as_str()))];
    let version = text(&it.version);
    fields.extend((!version.is_empty()).then_some(("version", Value::from(version))));
    fields.push(("repository", Value::from(text(&it.repository))));
    write(&fields)
}

fn write(fields: &[(&str, Value)]) -> String {
    let field =
        |(key, value): &(&str, Value)| format!("\"{key}\":{}", html_safe(&value.to_string()));
    let fields: Vec<_> = fields.iter().map(field).collect();
    format!("{{{}}}", fields.join(","))
}

/// Go escapes these in every JSON string; outside strings they do not occur.
fn html_safe(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(safe, "\\u{:04x}", c as u32);
            }
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests;
