//! What of a workload must not change, and how it is compared.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    analysis::Document,
    catalog::Chart,
    text::Span,
    yaml::{Kind, Node},
};

/// An object that runs pods and whose selector the API server lets nobody change.
pub(super) struct Workload<'a> {
    pub(super) document: &'a Document,
    spec: Node<'a>,
}

/// A label that changes with the version.
pub(super) struct Versioned {
    pub(super) field: &'static str,
    pub(super) key: String,
    pub(super) value: String,
    pub(super) span: Span,
}

/// A field that is not what it was.
pub(super) struct Difference {
    pub(super) field: &'static str,
    /// What became of what.
    pub(super) what: String,
    pub(super) span: Span,
}

const SELECTOR: &str = "the selector";
const CLAIMS: &str = "`volumeClaimTemplates`";
const SERVICE: &str = "`serviceName`";

/// How deep claims are compared; what lies deeper makes no difference.
pub(crate) const DEPTH_MAX: usize = 32;
/// How many characters of a value a message shows.
const SHOWN_MAX: usize = 60;

impl<'a> Workload<'a> {
    /// Of any version of its API, where the API server takes it for one that must not change.
    pub(super) fn of(document: &'a Document) -> Option<Self> {
        const KINDS: [&str; 4] = ["Deployment", "StatefulSet", "DaemonSet", "Job"];
        let groups = ["apps/", "batch/", "extensions/"];
        let version = document.api_version();
        let is_one = KINDS.contains(&document.kind())
            && groups.iter().any(|group| version.starts_with(group))
            && !document.name().is_empty();
        let spec = document.node().and_then(|node| node.get("spec")).filter(|_| is_one)?;
        Some(Self { document, spec })
    }

    /// Whether both stand for one object of a cluster.
    pub(super) fn is_same(&self, other: &Workload<'_>) -> bool {
        self.document.kind() == other.document.kind()
            && self.document.name() == other.document.name()
    }

    /// The labels of the selector and of the claims that change with the chart's version.
    pub(super) fn versioned(&self, versions: &Versions) -> Vec<Versioned> {
        let of = |field, labels: Option<Node<'a>>| {
            let entries = labels.into_iter().flat_map(Node::entries);
            entries.filter_map(move |entry| {
                let value = entry.value.to_text()?;
                let (key, span) = (entry.key.into_owned(), entry.key_span);
                versions.are_in(&key, &value).then_some(Versioned { field, key, value, span })
            })
        };
        let claims = self.claims().into_iter().flat_map(Node::items);
        let claimed = claims.flat_map(|it| of(CLAIMS, it.at(&["metadata", "labels"])));
        of(SELECTOR, self.labels().filter(|_| self.is_fixed())).chain(claimed).collect()
    }

    /// Whether the API version lets nobody change the selector: the first ones did, but for the `StatefulSet`.
    fn is_fixed(&self) -> bool {
        let first = ["extensions/v1beta1", "apps/v1beta1"].contains(&self.document.api_version());
        !first || self.document.kind() == "StatefulSet"
    }

    fn labels(&self) -> Option<Node<'a>> {
        self.spec.at(&["selector", "matchLabels"])
    }

    /// Whether the pods have the labels that the selector asks for: else the API server refuses the object.
    pub(super) fn selects_its_pods(&self) -> bool {
        let Some(template) = self.spec.get("template") else { return true };
        let label = |key: &str| template.at(&["metadata", "labels", key]).and_then(Node::to_text);
        let mut asked = self.labels().into_iter().flat_map(Node::entries);
        self.document.kind() == "Job"
            || asked.all(|entry| label(&entry.key) == entry.value.to_text())
    }

    fn claims(&self) -> Option<Node<'a>> {
        self.spec.get("volumeClaimTemplates")
    }

    /// What is not what it was in the same workload of the previous release.
    pub(super) fn differences(
        &self,
        now: &Versions,
        was: &Workload<'_>,
        then: &Versions,
    ) -> Vec<Difference> {
        let fields = [
            self.selector_difference(now, was, then),
            self.claims_difference(now, was, then),
            self.service_difference(was),
        ];
        fields.into_iter().flatten().collect()
    }

    fn selector_difference(
        &self,
        now: &Versions,
        was: &Workload<'_>,
        then: &Versions,
    ) -> Option<Difference> {
        // Before apps/v1 the selector could be left out.
        let (labels, old) = (self.labels().filter(|_| self.is_fixed())?, was.labels()?);
        // What selects nothing could not be installed.
        old.entries().next()?;
        let (new, old) = (texts(labels, now), texts(old, then));
        // What stands there now comes first.
        let mut keys = new.keys().chain(old.keys());
        let key = keys.find(|key| new.get(*key) != old.get(*key))?;
        let entry = labels.entry(key);
        let span = entry.map_or_else(|| self.span("selector"), |entry| entry.key_span);
        let what = became(&format!("`{key}`"), old.get(key), new.get(key));
        Some(Difference { field: SELECTOR, what, span })
    }

    fn claims_difference(
        &self,
        now: &Versions,
        was: &Workload<'_>,
        then: &Versions,
    ) -> Option<Difference> {
        let list = |workload: &Workload<'_>, versions: &Versions| {
            let items = workload.claims().into_iter().flat_map(Node::items);
            let named = |item: Node<'_>| {
                let name = item.at(&["metadata", "name"]).and_then(Node::to_text);
                let mut leaves = Leaves::new();
                leaves_of(item, versions, &mut Vec::new(), &mut leaves);
                (name.unwrap_or_default(), leaves)
            };
            items.map(named).collect::<BTreeMap<_, _>>()
        };
        let (new, old) = (list(self, now), list(was, then));
        let names: BTreeSet<_> = new.keys().chain(old.keys()).collect();
        let name = names.into_iter().find(|name| new.get(*name) != old.get(*name))?;
        let span = self.span("volumeClaimTemplates");
        let what = match (new.get(name), old.get(name)) {
            (Some(new), Some(old)) => {
                let keys: BTreeSet<_> = new.keys().chain(old.keys()).collect();
                let key = keys.into_iter().find(|key| new.get(*key) != old.get(*key))?;
                let written = |leaves: &Leaves| leaves.get(key).map(|leaf| leaf.written.clone());
                let (old, new) = (written(old), written(new));
                became(&format!("`{key}` of `{name}`"), old.as_ref(), new.as_ref())
            }
            (Some(_), None) => format!("`{name}` is new"),
            _ => format!("`{name}` is gone"),
        };
        Some(Difference { field: CLAIMS, what, span })
    }

    fn service_difference(&self, was: &Workload<'_>) -> Option<Difference> {
        if self.document.kind() != "StatefulSet" {
            return None;
        }
        let text = |workload: &Workload<'_>| {
            workload.spec.get("serviceName").and_then(Node::to_text).unwrap_or_default()
        };
        let (new, old) = (text(self), text(was));
        let written = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        let what = became("it", written(&old).as_ref(), written(&new).as_ref());
        (new != old).then(|| Difference { field: SERVICE, what, span: self.span("serviceName") })
    }

    /// Where what a message calls a field is written.
    pub(super) fn span_of(&self, field: &str) -> Span {
        self.span(match field {
            SELECTOR => "selector",
            CLAIMS => "volumeClaimTemplates",
            _ => "serviceName",
        })
    }

    /// Where a field of the spec is written, else the spec.
    fn span(&self, field: &str) -> Span {
        self.spec.entry(field).map_or(self.spec.span(), |entry| entry.key_span)
    }
}

fn became(what: &str, old: Option<&String>, new: Option<&String>) -> String {
    match (old, new) {
        (Some(old), Some(new)) => format!("{what} was `{}`, is `{}`", shown(old), shown(new)),
        (Some(old), None) => format!("{what} was `{}`, is gone", shown(old)),
        (None, Some(new)) => format!("{what} is new, `{}`", shown(new)),
        (None, None) => format!("{what} changed"),
    }
}

fn shown(text: &str) -> String {
    let line = text.replace(char::is_control, " ").replace('`', "'");
    if line.chars().count() <= SHOWN_MAX {
        return line;
    }
    line.chars().take(SHOWN_MAX).chain(['…']).collect()
}

fn texts(node: Node<'_>, versions: &Versions) -> BTreeMap<String, String> {
    let text = |entry: crate::yaml::Entry<'_>| {
        Some((entry.key.into_owned(), versions.without(&entry.value.to_text()?)))
    };
    node.entries().filter_map(text).collect()
}

/// The scalars of a claim by their paths.
type Leaves = BTreeMap<String, Leaf>;

/// A scalar.
#[derive(Debug)]
struct Leaf {
    written: String,
    /// As it is compared.
    compared: String,
}

impl PartialEq for Leaf {
    fn eq(&self, other: &Self) -> bool {
        self.compared == other.compared
    }
}

/// Collects the scalars of a claim that the API server compares: without what it fills in itself, and without what
/// is empty.
fn leaves_of(node: Node<'_>, versions: &Versions, path: &mut Vec<String>, into: &mut Leaves) {
    if path.len() >= DEPTH_MAX {
        return;
    }
    match node.kind() {
        Kind::Mapping => {
            for entry in node.entries() {
                path.push(entry.key.into_owned());
                leaves_of(entry.value, versions, path, into);
                path.pop();
            }
        }
        Kind::Sequence => {
            for (number, item) in node.items().enumerate() {
                path.push(number.to_string());
                leaves_of(item, versions, path, into);
                path.pop();
            }
        }
        _ => {
            let (path, text) = (path.join("."), node.to_text().unwrap_or_default());
            if !text.is_empty() && !is_filled_in(&path, &text) {
                let compared =
                    if path.ends_with(".storage") { quantity(&text) } else { text.clone() };
                let compared = versions.without(&compared);
                into.insert(path, Leaf { written: text, compared });
            }
        }
    }
}

/// What the API server writes itself where it is left out.
fn is_filled_in(path: &str, text: &str) -> bool {
    matches!(path, "apiVersion" | "kind" | "metadata.creationTimestamp")
        || path.starts_with("status")
        || (path == "spec.volumeMode" && text == "Filesystem")
}

/// A quantity in one unit: `1Gi` is `1024Mi`.
fn quantity(text: &str) -> String {
    const UNITS: [(&str, f64); 11] = [
        ("Ki", 1024.0),
        ("Mi", 1_048_576.0),
        ("Gi", 1_073_741_824.0),
        ("Ti", 1_099_511_627_776.0),
        ("Pi", 1_125_899_906_842_624.0),
        ("k", 1e3),
        ("M", 1e6),
        ("G", 1e9),
        ("T", 1e12),
        ("P", 1e15),
        ("", 1.0),
    ];
    let parsed = UNITS.iter().find_map(|(unit, factor)| {
        let number: f64 = text.strip_suffix(unit)?.parse().ok()?;
        Some(number * factor)
    });
    parsed.map_or_else(|| text.to_owned(), |bytes| bytes.to_string())
}

/// The version and the appVersion of a chart, as labels have them.
pub(super) struct Versions {
    version: Vec<String>,
    app: String,
}

impl Versions {
    pub(super) fn of(chart: &Chart) -> Self {
        let version = chart.id.version.clone();
        let label = version.replace('+', "_");
        let app = chart.manifest.as_ref().and_then(|it| it.app_version.as_ref());
        let mut version = vec![version, label];
        version.retain(|it| it.contains('.'));
        Self { version, app: app.map(|it| it.value.clone()).unwrap_or_default() }
    }

    /// Whether a label's value has one of them in it: the chart's version at its end, or the whole of either.
    fn are_in(&self, key: &str, value: &str) -> bool {
        let name = key.rsplit('/').next().unwrap_or(key);
        let ends = |version: &String| value == version || value.ends_with(&format!("-{version}"));
        let app = |version: &str| !version.is_empty() && value.trim_start_matches('v') == version;
        self.version.iter().any(ends)
            || (name.contains("version") && app(self.app.trim_start_matches('v')))
    }

    /// A value with the versions taken out, which a finding of its own speaks of.
    fn without(&self, value: &str) -> String {
        let mut value = value.to_owned();
        for version in &self.version {
            value = value.replace(version, "<version>");
        }
        let app = self.app.trim_start_matches('v');
        if !app.is_empty() && value.trim_start_matches('v') == app {
            return "<version>".to_owned();
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{text::Text, yaml};

    fn leaves(text: &str) -> Leaves {
        let stream = yaml::parse(Text::new(text));
        let versions = Versions { version: vec!["1.2.0".to_owned()], app: "v4.5".to_owned() };
        let mut leaves = Leaves::new();
        leaves_of(stream.root().unwrap(), &versions, &mut Vec::new(), &mut leaves);
        leaves
    }

    #[test]
    fn claims_are_compared_as_the_api_server_does() {
        let a = "{spec: {resources: {requests: {storage: 1Gi}}, storageClassName: null}}";
        let b = "{kind: PersistentVolumeClaim, spec: {volumeMode: Filesystem, resources: {requests: {storage: 1024Mi}}}}";
        assert!(leaves(a) == leaves(b));
        assert!(leaves(a) != leaves("{spec: {resources: {requests: {storage: 2Gi}}}}"));
        assert!(leaves("a: web-1.2.0") == leaves("a: web-<version>"));
    }

    #[test]
    fn claims_are_compared_up_to_a_depth() {
        let nested =
            |depth: usize| leaves(&format!("{}x{}", "{a: ".repeat(depth), "}".repeat(depth))).len();
        assert_eq!((nested(DEPTH_MAX - 1), nested(DEPTH_MAX + 1)), (1, 0));
        assert_eq!(nested(yaml::MAX_DEPTH - 1), 0);
    }

    #[test]
    fn labels_with_a_version_are_told() {
        let versions = Versions { version: vec!["1.2.0".to_owned()], app: "v4.5".to_owned() };
        assert!(versions.are_in("helm.sh/chart", "web-1.2.0"));
        assert!(versions.are_in("app.kubernetes.io/version", "4.5"));
        assert!(!versions.are_in("app", "4.5") && !versions.are_in("chart", "web"));
    }
}
