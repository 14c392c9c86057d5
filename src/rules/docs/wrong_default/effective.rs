//! Rows that tell what comes of an empty value: people read that, and not what is written down.

use super::shown;
use crate::{
    catalog::{Chart, Declared, Key, Values, YamlFile, reference::Pattern},
    rule::ChartContext,
    yaml::{Kind, Node},
};

/// What Kubernetes takes where a field is left out, by the field's name.
const KUBERNETES: &[(&str, &str)] = &[
    ("dnsPolicy", "ClusterFirst"),
    ("imagePullPolicy", "IfNotPresent"),
    ("podManagementPolicy", "OrderedReady"),
    ("progressDeadlineSeconds", "600"),
    ("protocol", "TCP"),
    ("pullPolicy", "IfNotPresent"),
    ("restartPolicy", "Always"),
    ("revisionHistoryLimit", "10"),
    ("schedulerName", "default-scheduler"),
    ("sessionAffinity", "None"),
    ("terminationGracePeriodSeconds", "30"),
];
/// How many texts of a collection are looked for.
const TEXTS_MAX: usize = 100;
/// How deep a collection's texts are looked for.
const DEPTH_MAX: usize = 32;

/// Whether templates write a text where a value is empty, or a comment on the value says that it is the
/// default then.
pub(super) fn is_told(
    text: &str,
    declared: &Declared,
    chart: &Chart,
    file: &YamlFile,
    cx: &ChartContext<'_>,
) -> bool {
    let bare = text.trim_matches(['"', '\'']);
    let taken = |(name, value): &(&str, &str)| {
        *value == bare && declared.path.0.last().is_some_and(|key| key.is(name))
    };
    if KUBERNETES.iter().any(taken)
        || names_values(text, chart)
        || is_fallback(bare, declared, chart, file)
    {
        return true;
    }
    let stream = shown::collection(text);
    let mut texts = Vec::new();
    match stream.as_ref().and_then(crate::yaml::Stream::root) {
        Some(root) => texts_of(root, &mut texts, 0),
        None => texts.push(text.trim_matches(['"', '\'']).to_owned()),
    }
    if texts.is_empty() {
        return false;
    }
    let holds = |held: &str| texts.iter().all(|text| held.contains(text.as_str()));
    let comments = chart.documentation().values.comments_on(&declared.path, file).join("\n");
    if texts.len() > TEXTS_MAX || comments.to_lowercase().contains("default") && holds(&comments) {
        return true;
    }
    let members = cx.analysis.closure.members.iter();
    let mut files = members.flat_map(|member| &member.templates);
    files.any(|(_, file)| holds(file.file.text.as_str()))
}

/// Whether another value that is named a default for those of a name (`defaultRegistry` for `registry`) has the text.
fn is_fallback(text: &str, declared: &Declared, chart: &Chart, file: &YamlFile) -> bool {
    let name = |key: &Declared| match key.path.0.last() {
        Some(Key::Name(name)) => name.to_lowercase(),
        _ => String::new(),
    };
    let own = name(declared);
    let mut keys = chart.documentation().values.keys.iter();
    keys.any(|key| {
        let name = name(key);
        let named = name.starts_with("default") && name.ends_with(&own) && name != own;
        key.leaf && named && Values::node(file, key).is_some_and(|node| node.raw() == text)
    })
}

/// Whether a value is a lookup that takes a text where it finds nothing: `${env:LEVEL:-INFO}`.
pub(super) fn is_lookup(text: &str, actual: &str) -> bool {
    let actual = actual.trim();
    let inner = actual.strip_prefix("${").and_then(|it| it.strip_suffix('}'));
    inner.and_then(|it| it.split_once(":-")).is_some_and(|(_, other)| other == text)
}

/// Whether a text is made of the paths of other values, of which the templates make this one.
fn names_values(text: &str, chart: &Chart) -> bool {
    let part = |c: char| c.is_alphanumeric() || "._-".contains(c);
    let mut words = text.split(|c| !part(c)).filter(|word| !word.is_empty()).peekable();
    let declared = |word: &str| {
        let path = Pattern::parse(word).filter(|it| it.steps.len() > 1);
        path.is_some_and(|it| !chart.documentation().values.under(&it.steps).is_empty())
    };
    words.peek().is_some() && words.all(declared)
}

/// The keys and the scalars of a collection, without what stands for something else.
// It ends at [`DEPTH_MAX`].
fn texts_of(node: Node<'_>, texts: &mut Vec<String>, depth: usize) {
    if depth >= DEPTH_MAX || texts.len() > TEXTS_MAX {
        return;
    }
    match node.kind() {
        Kind::Mapping => {
            for entry in node.entries() {
                texts.push(entry.key.to_string());
                texts_of(entry.value, texts, depth + 1);
            }
        }
        Kind::Sequence => node.items().for_each(|item| texts_of(item, texts, depth + 1)),
        _ => texts.extend(Some(node.raw().to_owned()).filter(|text| !is_placeholder(text))),
    }
}

/// `NUMBER`, `BUILD_NUMBER`, `<number>`.
fn is_placeholder(text: &str) -> bool {
    let shout = |c: char| c.is_ascii_uppercase() || c == '_';
    text.len() > 2 && text.chars().all(shout) || text.starts_with('<') && text.ends_with('>')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{text::Text, yaml};

    fn texts(value: &str) -> Vec<String> {
        let stream = yaml::parse(Text::new(value));
        let mut texts = Vec::new();
        texts_of(stream.root().unwrap(), &mut texts, 0);
        texts
    }

    #[test]
    fn a_collection_is_its_keys_and_scalars() {
        assert_eq!(
            texts("{os: linux, build: BUILD_NUMBER, more: [1, <x>]}"),
            ["os", "linux", "build", "more", "1"]
        );
    }

    #[test]
    fn a_lookup_has_a_text_for_nothing() {
        assert!(is_lookup("INFO", "${env:LEVEL:-INFO}"));
        assert!(!is_lookup("WARN", "${env:LEVEL:-INFO}") && !is_lookup("INFO", "INFO"));
    }

    #[test]
    fn deep_collections_end() {
        let nest = format!("{}1{}", "[".repeat(60), "]".repeat(60));
        assert!(texts(&nest).is_empty());
    }
}
