//! Chart.yaml: decoded and held against Helm's load rules (`pkg/chart/v2/metadata.go`; helm-semantics
//! 1.2 and 1.3). What only `helm lint` demands is no error.

use std::sync::Arc;

use super::fields::{Fields, Refusal};
use crate::{
    catalog::{Maintainer, Manifest, YamlFile},
    sources::CHART_FILE,
    text::{Span, Spanned},
    version,
    yaml::{Kind, Node},
};

/// The versions of Chart.yaml's format; Helm takes an empty one for `v1`.
pub const API_VERSIONS: [&str; 3] = ["v1", "v2", "v3"];

/// Decodes Chart.yaml; `None` where it has no mapping to decode.
pub(super) fn decode(file: &Arc<YamlFile>, refusals: &mut Vec<Refusal>) -> Option<Manifest> {
    let root = mapping(file, CHART_FILE, refusals)?;
    let mut fields = Fields::new(root, "", refusals);
    // Of no use since Helm 3, and decoded all the same.
    let _ = (fields.text("condition"), fields.text("tags"));
    let manifest = Manifest {
        file: Arc::clone(file),
        api_version: fields.text("apiVersion"),
        name: fields.text("name").map(sanitized),
        version: fields.text("version"),
        app_version: fields.text("appVersion").map(sanitized),
        kube_version: fields.text("kubeVersion").map(sanitized),
        description: fields.text("description").map(sanitized),
        home: fields.text("home").map(sanitized),
        icon: fields.text("icon").map(sanitized),
        kind: fields.text("type"),
        deprecated: fields.flag("deprecated"),
        sources: fields.texts("sources").into_iter().map(sanitized).collect(),
        keywords: fields.texts("keywords").into_iter().map(sanitized).collect(),
        annotations: fields.map("annotations").into_iter().collect(),
        maintainers: maintainers(root, refusals),
    };
    validate(&manifest, root, refusals);
    Some(manifest)
}

/// The root of a file that Helm decodes into a struct; an empty file is an empty struct to it.
pub(super) fn mapping<'a>(
    file: &'a YamlFile,
    name: &str,
    refusals: &mut Vec<Refusal>,
) -> Option<Node<'a>> {
    let Some(root) = file.root() else {
        refusals.extend(no_document(file, name));
        return None;
    };
    if matches!(root.kind(), Kind::Mapping | Kind::Null) {
        return Some(root);
    }
    let message = format!("{name} is {}, Helm expects a mapping", root.kind().noun());
    let help = format!("write {name} as `key: value` lines");
    refusals.push(Refusal::new(root.span(), name, message, &help));
    None
}

/// Nothing is wrong with an empty file, but that a chart has a name.
fn no_document(file: &YamlFile, name: &str) -> Option<Refusal> {
    if let Some(error) = file.stream.error() {
        let help = format!("repair the YAML of {name}");
        return Some(Refusal::new(error.span, name, error.message.clone(), &help));
    }
    let message = "Chart.yaml is empty".to_owned();
    let help = "add `apiVersion`, `name` and `version`";
    (name == CHART_FILE).then(|| Refusal::new(Span::default(), name, message, help))
}

/// Helm turns every white space into a blank and drops what can't be printed.
pub(super) fn sanitized(text: Spanned<String>) -> Spanned<String> {
    if text.value.chars().all(|c| c.is_ascii_graphic() || c == ' ') {
        return text;
    }
    let keep = |c: char| {
        if c.is_whitespace() { Some(' ') } else { (!c.is_control()).then_some(c) }
    };
    Spanned::new(text.value.chars().filter_map(keep).collect(), text.span)
}

fn maintainers(root: Node<'_>, refusals: &mut Vec<Refusal>) -> Vec<Maintainer> {
    let items = Fields::new(root, "", refusals).items("maintainers");
    let mut maintainers = Vec::with_capacity(items.len());
    for (index, item) in items.into_iter().enumerate() {
        let path = format!("maintainers[{index}]");
        if entry(item, &path, "maintainer", refusals) {
            let mut fields = Fields::new(item, &path, refusals);
            maintainers.push(Maintainer {
                name: fields.text("name").map(sanitized),
                email: fields.text("email").map(sanitized),
                url: fields.text("url").map(sanitized),
            });
        }
    }
    maintainers
}

/// Whether an item of a list of mappings is one; Helm refuses null and everything else.
pub(super) fn entry(node: Node<'_>, path: &str, what: &str, refusals: &mut Vec<Refusal>) -> bool {
    if node.kind() == Kind::Mapping {
        return true;
    }
    let message = match node.kind() {
        Kind::Null => format!("`{path}` is empty, Helm expects a {what}"),
        kind => format!("`{path}` is {}, Helm expects a {what}", kind.noun()),
    };
    let help = format!("write the {what} as a mapping, or delete the entry");
    refusals.push(Refusal::new(node.span(), path, message, &help));
    false
}

fn validate(manifest: &Manifest, root: Node<'_>, refusals: &mut Vec<Refusal>) {
    check_name(manifest, root, refusals);
    check_version(manifest, root, refusals);
    if let Some(kind) = &manifest.kind
        && !matches!(kind.value.as_str(), "" | "application" | "library")
    {
        let message = format!("`type` is `{}`, Helm knows `application` and `library`", kind.value);
        refusals.push(Refusal::new(kind.span, "type", message, "set `type: application`"));
    }
}

/// Helm refuses formats that it does not know.
pub(super) fn check_api_version(manifest: &Manifest, refusals: &mut Vec<Refusal>) {
    let Some(version) = manifest.api_version.as_ref().filter(|it| !it.value.is_empty()) else {
        return;
    };
    if !API_VERSIONS.contains(&version.value.as_str()) {
        let message = format!("`apiVersion` is `{}`, Helm knows v1, v2 and v3", version.value);
        refusals.push(Refusal::new(version.span, "apiVersion", message, "set `apiVersion: v2`"));
    }
}

fn check_name(manifest: &Manifest, root: Node<'_>, refusals: &mut Vec<Refusal>) {
    let name = manifest.name.as_ref().filter(|name| !name.value.is_empty());
    let Some(name) = name else {
        if !is_refused(refusals, "name") {
            let message = "the chart has no `name`".to_owned();
            refusals.push(Refusal::new(start(root, "name"), "name", message, "add `name:`"));
        }
        return;
    };
    if matches!(name.value.as_str(), "." | "..") || name.value.contains('/') {
        let message = format!("`{}` is no name for a chart, Helm expects no path", name.value);
        refusals.push(Refusal::new(name.span, "name", message, "set `name` to the folder's name"));
    }
}

fn check_version(manifest: &Manifest, root: Node<'_>, refusals: &mut Vec<Refusal>) {
    let written = manifest.version.as_ref().filter(|version| !version.value.is_empty());
    let Some(version) = written else {
        if !is_refused(refusals, "version") {
            let message = "the chart has no `version`".to_owned();
            let help = "add `version: 0.1.0`";
            refusals.push(Refusal::new(start(root, "version"), "version", message, help));
        }
        return;
    };
    if version::parse(&version.value).is_err() {
        let message = format!("`{}` is no semantic version", version.value);
        refusals.push(Refusal::new(version.span, "version", message, "set `version: 0.1.0`"));
    }
}

/// The empty value of a key, else the first key: what is missing is added there.
fn start(root: Node<'_>, key: &str) -> Span {
    let empty = root.entry(key).map(|entry| entry.key_span);
    empty.or_else(|| root.entries().next().map(|entry| entry.key_span)).unwrap_or_default()
}

fn is_refused(refusals: &[Refusal], subject: &str) -> bool {
    refusals.iter().any(|refusal| refusal.subject == subject)
}
