//! Rendered files as documents: split, told apart from hooks, and sorted as Helm installs them.
//!
//! Source: `pkg/release/v1/util/{manifest,manifest_sorter,kind_sorter}.go` of helm.sh/helm v4.3.1.

use std::ops::Range;

use memchr::memmem;

use crate::{
    text::Text,
    yaml::{self, Kind, Node, Stream},
};

/// One document of a rendered file.
#[derive(Debug)]
pub struct Document {
    /// Which of the files that were given.
    pub file: usize,
    /// The bytes of the file's text that it is.
    pub range: Range<usize>,
    /// The document, whose tree is built when it is first asked for.
    pub stream: Stream,
    /// What makes it a hook.
    pub hook: Option<Hook>,
    /// `kind`, empty where there is none.
    pub kind: String,
}

/// A hook's annotations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hook {
    /// When it runs.
    pub events: Vec<&'static str>,
    /// `helm.sh/hook-weight`, 0 where it is no number.
    pub weight: i64,
    /// `helm.sh/hook-delete-policy`, in lower case.
    pub delete_policies: Vec<String>,
}

impl Hook {
    /// Whether this is a test, for `helm test`.
    pub fn is_test(&self) -> bool {
        self.events.contains(&"test")
    }
}

/// Why Helm refuses what was rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Which of the files that were given.
    pub file: usize,
    /// The byte of its text at which it is met.
    pub at: usize,
    /// Helm's message in substance.
    pub message: String,
}

/// The kinds in the order in which they are installed; others come after them by name.
const INSTALL_ORDER: [&str; 38] = [
    "PriorityClass",
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleList",
    "ClusterRoleBinding",
    "ClusterRoleBindingList",
    "Role",
    "RoleList",
    "RoleBinding",
    "RoleBindingList",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
];

/// What `helm.sh/hook` can say, and what Helm takes it for.
const EVENTS: [(&str, &str); 10] = [
    ("pre-install", "pre-install"),
    ("post-install", "post-install"),
    ("pre-delete", "pre-delete"),
    ("post-delete", "post-delete"),
    ("pre-upgrade", "pre-upgrade"),
    ("post-upgrade", "post-upgrade"),
    ("pre-rollback", "pre-rollback"),
    ("post-rollback", "post-rollback"),
    ("test", "test"),
    ("test-success", "test"),
];

/// The documents of rendered files (name and text), in the order in which `helm template` prints
/// them: by kind, hooks last. Helm refuses all where one is no YAML or no object. `skimmed` are those into which
/// hardly anybody will look: they are parsed once somebody does.
pub fn sort_manifests(files: &[(&str, &str)], skimmed: bool) -> Result<Vec<Document>, Refusal> {
    let mut order: Vec<usize> = (0..files.len()).collect();
    order.sort_by_key(|file| files.get(*file).map(|(name, _)| *name));
    let mut documents = Vec::new();
    for file in order {
        let Some((name, text)) = files.get(file) else { continue };
        if name.rsplit('/').next().is_some_and(|base| base.starts_with('_')) {
            continue;
        }
        for range in split_manifests(text) {
            documents.extend(document(file, range, (text, name), skimmed)?);
        }
    }
    documents.sort_by(|a, b| {
        let key = |it: &Document| (it.hook.is_some(), rank(&it.kind));
        let by_name = || {
            if rank(&a.kind) == INSTALL_ORDER.len() {
                a.kind.cmp(&b.kind)
            } else {
                std::cmp::Ordering::Equal
            }
        };
        key(a).cmp(&key(b)).then_with(by_name)
    });
    Ok(documents)
}

fn rank(kind: &str) -> usize {
    INSTALL_ORDER.iter().position(|known| *known == kind).unwrap_or(INSTALL_ORDER.len())
}

/// What documents lie between, at the start of a line.
const SEPARATOR: &str = "---";
const LINE_OF_SEPARATOR: &str = "\n---";

/// The documents of a text: what lies between `---` at the start of lines, without the white space
/// before it; blank ones are none (`SplitManifests`).
fn split_manifests(text: &str) -> Vec<Range<usize>> {
    let trimmed = text.len() - text.trim_start().len();
    let mut documents = Vec::new();
    let mut start = trimmed;
    let mut add = |range: Range<usize>| {
        let Some(piece) = text.get(range.clone()) else { return };
        let blank = piece.len() - piece.trim_start().len();
        if blank < piece.len() {
            documents.push(range.start + blank..range.end);
        }
    };
    let rest = text.get(trimmed..).unwrap_or_default();
    let first = rest.starts_with(SEPARATOR).then_some(trimmed);
    let below = memmem::find_iter(rest.as_bytes(), LINE_OF_SEPARATOR).map(|at| trimmed + at + 1);
    for line in first.into_iter().chain(below) {
        add(start..line);
        let after = text.get(line + SEPARATOR.len()..).unwrap_or_default();
        start = text.len() - after.trim_start_matches([' ', '\t']).len();
    }
    add(start..text.len());
    documents
}

/// None for a hook that Helm does not know, which it drops.
fn document(
    file: usize,
    range: Range<usize>,
    (text, name): (&str, &str),
    skimmed: bool,
) -> Result<Option<Document>, Refusal> {
    let own = Text::new(text.get(range.clone()).unwrap_or_default());
    let skimmed =
        if skimmed { yaml::skim(own, METADATA) } else { yaml::Skimmed::of(yaml::parse(own)) };
    let refuse = |at: u32, message: String| {
        let message = format!("YAML parse error on {name}: {message}");
        Refusal { file, at: range.start + at as usize, message }
    };
    let stream = skimmed.head();
    let head = match (stream.root(), stream.error()) {
        (Some(root), _) => {
            head(root).map_err(|(node, message)| refuse(node.span().start, message))?
        }
        (None, Some(error)) => return Err(refuse(error.span.start, error.message.clone())),
        (None, None) => Head::default(),
    };
    let hook = match head.role {
        Role::Object => None,
        Role::Hook(hook) => Some(hook),
        Role::Unknown => return Ok(None),
    };
    let (stream, kind) = (skimmed.stream, head.kind);
    Ok(Some(Document { file, range, stream, hook, kind }))
}

/// The key of a document below which Helm reads two levels more.
const METADATA: &str = "metadata";

/// What Helm reads of a document (`SimpleHead`).
#[derive(Default)]
struct Head {
    kind: String,
    role: Role,
}

/// What Helm takes a document for.
#[derive(Default)]
enum Role {
    /// A part of the release.
    #[default]
    Object,
    /// A hook.
    Hook(Hook),
    /// A hook that Helm does not know.
    Unknown,
}

type Wrong<'a> = (Node<'a>, String);

/// The head of a document; what has another type than Helm decodes it into is refused.
fn head(root: Node<'_>) -> Result<Head, Wrong<'_>> {
    if !is_struct(root, "a document")? {
        return Ok(Head::default());
    }
    if let Some(version) = field(root, "apiVersion") {
        string(version, "apiVersion")?;
    }
    let kind = field(root, "kind").map(|kind| string(kind, "kind")).transpose()?;
    let mut head = Head { kind: kind.unwrap_or_default(), role: Role::Object };
    if let Some(metadata) = field(root, METADATA)
        && is_struct(metadata, "metadata")?
    {
        if let Some(name) = field(metadata, "name") {
            string(name, "metadata.name")?;
        }
        if let Some(annotations) = field(metadata, "annotations")
            && is_struct(annotations, "metadata.annotations")?
        {
            for entry in annotations.entries().filter(|entry| !entry.value.is_null()) {
                string(entry.value, "metadata.annotations")?;
            }
            head.role = role(annotations);
        }
    }
    Ok(head)
}

fn field<'a>(node: Node<'a>, key: &str) -> Option<Node<'a>> {
    node.get(key).filter(|value| !value.is_null())
}

/// Whether there is a mapping; anything else but null is wrong.
fn is_struct<'a>(node: Node<'a>, what: &str) -> Result<bool, Wrong<'a>> {
    match node.kind() {
        Kind::Mapping => Ok(true),
        Kind::Null => Ok(false),
        kind => Err((node, format!("{what} is {}, Kubernetes expects a mapping", kind.noun()))),
    }
}

fn string<'a>(node: Node<'a>, what: &str) -> Result<String, Wrong<'a>> {
    let wrong =
        || (node, format!("{what} holds {}, Kubernetes expects a string", node.kind().noun()));
    node.to_text().ok_or_else(wrong)
}

fn role(annotations: Node<'_>) -> Role {
    let text = |key: &str| annotations.get(key).map(|value| value.to_text().unwrap_or_default());
    let words = |text: String| -> Vec<String> {
        text.split(',').map(|word| word.trim().to_lowercase()).collect()
    };
    let Some(events) = text("helm.sh/hook").map(words) else { return Role::Object };
    let known =
        |word: &String| EVENTS.iter().find(|(name, _)| name == word).map(|(_, event)| *event);
    let Some(events) = events.iter().map(known).collect() else { return Role::Unknown };
    let weight = text("helm.sh/hook-weight").and_then(|text| text.parse().ok()).unwrap_or(0);
    let delete_policies = text("helm.sh/hook-delete-policy").map(words).unwrap_or_default();
    Role::Hook(Hook { events, weight, delete_policies })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<&str> {
        split_manifests(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn files_are_split_as_in_helm() {
        assert_eq!(split("\n\n  a: 1\n---\n\n  b: 2\n"), ["a: 1\n", "b: 2\n"]);
        assert_eq!(split("---\n--- \t# c\nx: |\n ---\n---y: 1"), ["# c\nx: |\n ---\n", "y: 1"]);
        assert_eq!(split("--- \n\n---"), Vec::<&str>::new());
        // The mark ends no text that follows it on its line.
        assert_eq!(split("a\n----\nb"), ["a\n", "-\nb"]);
    }

    fn sorted(files: &[(&str, &str)]) -> Vec<String> {
        let documents = sort_manifests(files, true).unwrap();
        documents.iter().map(|it| files[it.file].1[it.range.clone()].to_owned()).collect()
    }

    #[test]
    fn documents_are_sorted_by_kind_and_hooks_come_last() {
        let hook =
            "kind: A\nmetadata: {annotations: {helm.sh/hook: Test , helm.sh/hook-weight: 5}}";
        let lost = "kind: B\nmetadata: {annotations: {helm.sh/hook: crd-install}}";
        let files = [
            ("w/b", "kind: Zeta\n---\nkind: Pod"),
            ("w/a", hook),
            ("w/c", lost),
            ("w/d", "kind: Secret"),
            ("w/e", "kind: Alpha"),
            ("w/_f", "kind: Pod"),
        ];
        let expected = ["kind: Secret", "kind: Pod", "kind: Alpha", "kind: Zeta\n", hook];
        assert_eq!(sorted(&files), expected);
        let documents = sort_manifests(&files, false).unwrap();
        let hook = documents.last().unwrap().hook.clone().unwrap();
        assert_eq!((hook.events, hook.weight), (vec!["test"], 5));
    }

    #[test]
    fn what_is_no_object_is_refused() {
        let message = |text| sort_manifests(&[("w/a", text)], true).unwrap_err().message;
        assert!(message("a: [").starts_with("YAML parse error on w/a: "));
        assert!(message("- a").contains("a sequence"));
        assert!(message("metadata: {annotations: {a: {}}}").contains("a mapping"));
        assert!(sort_manifests(&[("w/a", "# only a comment")], false).is_ok());
        assert!(
            sort_manifests(&[("w/a", "metadata: {annotations: {a: true, b: }}")], true).is_ok()
        );
    }
}
