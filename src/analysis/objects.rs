//! What rules ask of rendered objects.

use super::Document;
use crate::{catalog::kubernetes, yaml::Node};

/// The annotation that lets Helm leave an object alone when its release goes.
const POLICY: &str = "helm.sh/resource-policy";

impl Document {
    /// `kind` and `metadata.name`, as findings name an object.
    pub fn label(&self) -> String {
        format!("{}/{}", self.kind(), self.name())
    }

    /// The value of an annotation.
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.node()?.at(&["metadata", "annotations"])?.get(key)?.as_str()
    }

    /// Whether Helm keeps the object when its release goes: `helm.sh/resource-policy: keep`.
    pub fn is_kept(&self) -> bool {
        self.annotation(POLICY).is_some_and(|policy| policy.trim().eq_ignore_ascii_case("keep"))
    }

    /// Whether the document is a custom resource definition.
    pub fn is_definition(&self) -> bool {
        self.kind() == "CustomResourceDefinition"
            && kubernetes::group(self.api_version()) == "apiextensions.k8s.io"
    }

    /// The group and the kind that a custom resource definition brings.
    pub fn defines(&self) -> Option<(&str, &str)> {
        let node = self.node().filter(|_| self.is_definition())?;
        let text = |path: &[&str]| node.at(path).and_then(Node::as_str);
        Some((text(&["spec", "group"])?, text(&["spec", "names", "kind"])?))
    }

    /// The group and the kind of an object that is no kind of the cluster's own.
    pub fn custom_kind(&self) -> Option<(&str, &str)> {
        let (version, kind) = (self.api_version(), self.kind());
        let custom = version.contains('/') && !kind.is_empty() && !kubernetes::is_built_in(version);
        custom.then(|| (kubernetes::group(version), kind))
    }
}
