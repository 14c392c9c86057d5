//! What a chart asks of the cluster in words.

use crate::{
    catalog::{Chart, Manifest},
    finding::Place,
};

/// The annotation that some write instead of the field of its name.
const ANNOTATION: &str = "kubeVersion";

/// The first minor of Kubernetes that an annotation or a line of the README asks for, and where; none where
/// Chart.yaml has `kubeVersion`.
pub(super) fn minor(chart: &Chart, manifest: &Manifest) -> Option<(u64, Place)> {
    if manifest.kube_version.is_some() {
        return None;
    }
    let annotation = manifest.annotations.get(ANNOTATION);
    let annotated = annotation.and_then(|it| Some((least(&it.value)?, manifest.place(it.span))));
    annotated.or_else(|| {
        let file = &chart.readme.as_ref()?.file;
        let lines = (1..=file.text.line_count() as u32).map(|line| file.text.line_span(line));
        let mut wanted = false;
        let asking = lines.filter_map(|span| {
            let line = file.text.slice(span);
            if line.starts_with('#') {
                let heading = line.to_lowercase();
                wanted = REQUIREMENTS.iter().any(|word| heading.contains(word));
            }
            let said = requirement(line).or_else(|| wanted.then(|| sentence(line)).flatten());
            Some((said.filter(|minor| *minor >= SAID_MIN)?, span))
        });
        // Of several the one counts that asks for most, of equal ones the first.
        let most = asking.max_by_key(|(minor, span)| (*minor, std::cmp::Reverse(span.start)));
        most.map(|(minor, span)| (minor, file.place(span)))
    })
}

/// A README that asks for an older minor is a relic: charts that render today have the API versions of Kubernetes 1.16,
/// which removed those before `apps/v1`.
const SAID_MIN: u64 = 16;

/// Parts of headings under which sentences say what a chart asks for.
const REQUIREMENTS: [&str; 2] = ["prerequisite", "requirement"];

/// The minor of an item of a list of requirements: `- Kubernetes 1.23+`, `* Kubernetes: >= 1.24`.
fn requirement(line: &str) -> Option<u64> {
    let item = line.trim_start().strip_prefix(['-', '*'])?.trim_start();
    bounded(item.strip_prefix("Kubernetes")?)
}

/// The minor of a sentence about the whole chart: `This chart requires Kubernetes version 1.23+`.
fn sentence(line: &str) -> Option<u64> {
    let lower = line.to_lowercase();
    let words = || lower.split(|c: char| !c.is_alphanumeric());
    if words().any(|word| matches!(word, "if" | "when" | "optional" | "optionally")) {
        return None;
    }
    let ways =
        ["requires kubernetes", "requires a kubernetes", "need kubernetes", "needs kubernetes"];
    bounded(ways.iter().find_map(|way| lower.split_once(way))?.1)
}

/// The minor of `version 1.23+`, `cluster >= 1.23`, `1.23 or later`.
fn bounded(rest: &str) -> Option<u64> {
    let rest = rest.strip_prefix(" cluster").unwrap_or(rest);
    let rest = rest.strip_prefix(" version").unwrap_or(rest);
    let rest = rest.strip_prefix(" of").unwrap_or(rest);
    let later = ["+", ">=", "or later", "or newer", "or higher", "or above", "and above"];
    later.iter().any(|word| rest.contains(word)).then(|| least(rest)).flatten()
}

/// The minor in `>=1.24`, `1.24+`, `: v1.24.0 or later`.
fn least(text: &str) -> Option<u64> {
    let rest = text.trim_start_matches([' ', ':', '`', '>', '=', 'v']).strip_prefix("1.")?;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest.get(..digits)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_requirement_is_an_item_with_a_lower_bound() {
        assert_eq!(requirement("- Kubernetes 1.23+"), Some(23));
        assert_eq!(requirement("* Kubernetes >= 1.20+"), Some(20));
        assert_eq!(requirement("- Kubernetes: `>=1.22.0-0`"), Some(22));
        assert_eq!(requirement("- Kubernetes 1.18 or older"), None);
        assert_eq!(requirement("Kubernetes 1.23+ clusters"), None);
        assert_eq!(requirement("- Kubernetes cluster 1.23+"), Some(23));
        assert_eq!(requirement("- Kubernetes clusters from 1.23+"), None);
        assert_eq!(requirement("- Kubernetes version 1.23 or later"), Some(23));
        assert_eq!(requirement("- Kubernetes 1.23 or newer"), Some(23));
        assert_eq!((least(">=1.24"), least(">1."), least("2.1")), (Some(24), None, None));
    }

    #[test]
    fn a_sentence_asks_for_the_whole_chart() {
        assert_eq!(sentence("This chart requires Kubernetes version 1.16+."), Some(16));
        assert_eq!(sentence("It requires a Kubernetes cluster >= v1.22"), Some(22));
        assert_eq!(sentence("Scaling requires Kubernetes 1.23+ when it is on"), None);
        assert_eq!(sentence("requires Kubernetes 1.16"), None);
    }
}
