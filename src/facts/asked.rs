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
        let asking = lines.filter_map(|span| Some((requirement(file.text.slice(span))?, span)));
        // Of several the one counts that asks for most, of equal ones the first.
        let most = asking.max_by_key(|(minor, span)| (*minor, std::cmp::Reverse(span.start)));
        most.map(|(minor, span)| (minor, file.place(span)))
    })
}

/// The minor of an item of a list of requirements: `- Kubernetes 1.23+`, `* Kubernetes: >= 1.24`.
fn requirement(line: &str) -> Option<u64> {
    let item = line.trim_start().strip_prefix(['-', '*'])?.trim_start();
    let rest = item.strip_prefix("Kubernetes")?;
    let rest = rest.strip_prefix(" cluster").unwrap_or(rest);
    let open = rest.contains('+') || rest.contains(">=");
    open.then(|| least(rest)).flatten()
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
        assert_eq!((least(">=1.24"), least(">1."), least("2.1")), (Some(24), None, None));
    }
}
