//! Column titles.

/// Who writes a table, as far as its titles tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// helm-docs: `Key | Type | Default | Description`.
    HelmDocs,
    /// Bitnami's readme-generator: `Name | Description | Value`.
    Bitnami,
    /// cert-manager's helm-tool: `property | description | type | default`.
    HelmTool,
    /// chart-doc-gen, or a person.
    Plain,
    /// A list's item.
    List,
}

/// Which column holds what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Titles {
    pub(super) key: usize,
    pub(super) default: Option<usize>,
    pub(super) style: Style,
}

/// Titles of the column that holds the key.
const KEYS: &[&str] = &[
    "",
    "configuration",
    "configuration parameter",
    "config",
    "field",
    "helm value",
    "key",
    "name",
    "option",
    "param",
    "parameter",
    "parameters",
    "path",
    "property",
    "setting",
    "value",
    "value key",
    "value name",
    "values",
    "variable",
];
/// Titles of the column that holds the default.
const DEFAULTS: &[&str] = &["default", "default value", "default values", "defaults"];
/// Titles of the column that says what the value is for.
const DESCRIPTIONS: &[&str] =
    &["about", "comment", "comments", "description", "descriptions", "meaning", "notes", "purpose"];
/// Titles of tables that are none: what changed from a version to the next, who maintains.
const OTHERS: &[&str] = &["after", "before", "email", "new", "old", "repository", "url", "version"];

/// The columns of a table of values; none where the titles are those of something else.
pub(super) fn of(header: &[&str]) -> Option<Titles> {
    let titles: Vec<_> = header.iter().map(|cell| plain(cell)).collect();
    let at = |names: &[&str]| titles.iter().position(|title| names.contains(&title.as_str()));
    if at(OTHERS).is_some() {
        return None;
    }
    let described = at(DESCRIPTIONS);
    let named = at(DEFAULTS);
    let key = titles
        .iter()
        .position(|title| KEYS.contains(&title.as_str()))
        .filter(|at| named.is_none_or(|named| *at < named))?;
    // `Value` is the default's title beside another column for the key.
    let value = || titles.iter().skip(key + 1).position(|title| title == "value");
    let default = named.or_else(|| value().map(|at| at + key + 1));
    if described.is_none() && default.is_none() {
        return None;
    }
    let texts: Vec<_> = titles.iter().map(String::as_str).collect();
    let style = match texts.as_slice() {
        ["key", "type", "default", "description"] => Style::HelmDocs,
        ["name", "description", "value"] => Style::Bitnami,
        ["property", "description", "type", "default"] => Style::HelmTool,
        _ => Style::Plain,
    };
    Some(Titles { key, default, style })
}

fn plain(title: &str) -> String {
    let words = title.trim().trim_matches(['*', '`', '_', ':', '?']).trim();
    words.to_lowercase()
}
