//! Which kinds a chart renders, as far as its templates say so in plain words.

use super::build::writes;
use crate::catalog::{Chart, TemplateFile, kubernetes};

/// Whether all that a chart renders is of kinds that no release of Kubernetes brings. What another
/// chart or an action may write is unknown, and so not custom.
pub(super) fn only_custom(chart: &Chart) -> bool {
    let alone = chart.dependencies.is_empty() && chart.subcharts.is_empty();
    let mut writing = chart.templates.iter().filter(|template| writes(template)).peekable();
    alone && writing.peek().is_some() && writing.all(is_custom)
}

/// Whether a template says an `apiVersion` for each document, and none of them is built in.
fn is_custom(template: &TemplateFile) -> bool {
    let lines = || template.file.text.as_str().lines();
    let kinds = lines().filter(|line| line.starts_with("kind:")).count();
    let versions: Vec<_> = lines().filter_map(|line| line.strip_prefix("apiVersion:")).collect();
    !versions.is_empty()
        && versions.len() == kinds
        && versions.into_iter().all(is_custom_version)
        && !lines().any(writes_unseen)
}

/// Whether an action in the first column may write whole documents.
fn writes_unseen(line: &str) -> bool {
    let words = ["include ", "template ", "tpl ", "toYaml "];
    line.starts_with("{{") && words.into_iter().any(|word| line.contains(word))
}

fn is_custom_version(written: &str) -> bool {
    let version = written.split(" #").next().unwrap_or(written);
    let version = version.trim().trim_matches(['"', '\'']);
    !kubernetes::group(version).contains('{') && !kubernetes::is_built_in(version)
}

#[cfg(test)]
mod tests {
    use super::is_custom_version;

    #[test]
    fn built_in_versions_are_told_from_custom_ones() {
        for version in [" example.com/v1", " \"gateway.networking.k8s.io/v1\" # routes"] {
            assert!(is_custom_version(version), "{version}");
        }
        for version in
            [" v1", " apps/v1", " networking.k8s.io/v1", " {{ .Values.a }}", " {{ x }}.y/v1"]
        {
            assert!(!is_custom_version(version), "{version}");
        }
    }
}
