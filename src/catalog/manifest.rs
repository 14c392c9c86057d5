//! Chart.yaml and requirements.yaml (helm-semantics: fields, dependency entries, coercion).

use std::{collections::BTreeMap, sync::Arc};

use super::{Chart, YamlFile};
use crate::{
    finding::Place,
    text::{Span, Spanned},
    version::{self, Constraint},
};

/// Chart.yaml as Helm decodes it: scalars become strings as sigs.k8s.io/yaml makes them.
///
/// A field that is missing, null or of the wrong type is `None`; the wrong type is a problem of the
/// chart besides.
#[derive(Debug)]
pub struct Manifest {
    /// The file.
    pub file: Arc<YamlFile>,
    /// `apiVersion`.
    pub api_version: Option<Spanned<String>>,
    /// `name`.
    pub name: Option<Spanned<String>>,
    /// `version`.
    pub version: Option<Spanned<String>>,
    /// `appVersion`.
    pub app_version: Option<Spanned<String>>,
    /// `kubeVersion`.
    pub kube_version: Option<Spanned<String>>,
    /// `description`.
    pub description: Option<Spanned<String>>,
    /// `home`.
    pub home: Option<Spanned<String>>,
    /// `icon`.
    pub icon: Option<Spanned<String>>,
    /// `type`.
    pub kind: Option<Spanned<String>>,
    /// `deprecated`.
    pub deprecated: Option<Spanned<bool>>,
    /// `sources`.
    pub sources: Vec<Spanned<String>>,
    /// `keywords`.
    pub keywords: Vec<Spanned<String>>,
    /// `maintainers`.
    pub maintainers: Vec<Maintainer>,
    /// `annotations`.
    pub annotations: BTreeMap<String, Spanned<String>>,
}

/// One entry of `maintainers`.
#[derive(Clone, Debug, Default)]
pub struct Maintainer {
    /// `name`.
    pub name: Option<Spanned<String>>,
    /// `email`.
    pub email: Option<Spanned<String>>,
    /// `url`.
    pub url: Option<Spanned<String>>,
}

impl Manifest {
    /// The place of a span of Chart.yaml.
    pub fn place(&self, span: Span) -> Place {
        self.file.place(span)
    }

    /// Whether this is a library chart; Helm compares without case when it renders.
    pub fn is_library(&self) -> bool {
        self.kind.as_ref().is_some_and(|kind| kind.value.eq_ignore_ascii_case("library"))
    }

    /// Whether `deprecated: true` is set.
    pub fn is_deprecated(&self) -> bool {
        self.deprecated.as_ref().is_some_and(|deprecated| deprecated.value)
    }
}

/// One entry of `dependencies`, in Chart.yaml or requirements.yaml.
#[derive(Clone, Debug)]
pub struct Dependency {
    /// The file that declares it.
    pub file: Arc<YamlFile>,
    /// The whole entry.
    pub span: Span,
    /// `name`; entries without one are a problem of the chart and not listed.
    pub name: Spanned<String>,
    /// `version`: a constraint.
    pub version: Option<Spanned<String>>,
    /// `repository`.
    pub repository: Option<Spanned<String>>,
    /// `alias`.
    pub alias: Option<Spanned<String>>,
    /// `condition`: paths, separated by commas.
    pub condition: Option<Spanned<String>>,
    /// `tags`.
    pub tags: Vec<Spanned<String>>,
    /// `enabled` as written; Helm overwrites it, the lock's digest holds it.
    pub enabled: bool,
    /// `import-values`, as JSON for the lock's digest.
    pub import_values: Vec<serde_json::Value>,
}

impl Dependency {
    /// The key under which the parent's values hold this dependency: alias, else name.
    pub fn effective_name(&self) -> &str {
        self.alias.as_ref().unwrap_or(&self.name)
    }

    /// Whether a chart is one that this asks for: by its own name and a version in the range. What can't be
    /// read, of the two, is in none (`IsCompatibleRange`).
    pub fn admits(&self, chart: &Chart) -> bool {
        let range = self.version.as_ref().map_or("", |version| &version.value);
        let admits = |range: Constraint| {
            version::parse(&chart.id.version).is_ok_and(|version| range.matches(&version))
        };
        chart.name() == self.name.value && Constraint::parse(range).is_ok_and(admits)
    }

    /// The place of a span of the declaring file.
    pub fn place(&self, span: Span) -> Place {
        self.file.place(span)
    }

    /// The repository, or nothing for an empty one.
    pub fn repository(&self) -> Option<&str> {
        self.repository.as_ref().map(|url| url.value.trim()).filter(|url| !url.is_empty())
    }

    /// Whether the dependency lies in the same source tree: no repository, or `file://`.
    pub fn is_local(&self) -> bool {
        self.repository().is_none_or(|url| url.starts_with("file://"))
    }
}
