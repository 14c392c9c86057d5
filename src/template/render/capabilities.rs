//! `.Capabilities`: what templates are told of the cluster and of Helm.
//!
//! Source: `pkg/chart/common/capabilities.go` and `internal/version` of helm.sh/helm v4.3.1.

use std::rc::Rc;

use super::value::{List, ListKind, Map, Method, Object, Str, Type, Value};

/// The release of Helm that templates are rendered as.
const HELM_VERSION: &str = "v4.3.1";
/// The release of Go that it is built with.
const GO_VERSION: &str = "go1.26.8";

/// What Helm assumes of a cluster that it does not ask.
const API_VERSIONS: &str = include_str!("../../../data/api_versions.txt");

/// A Kubernetes version as Helm reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KubeVersion {
    /// As it is given, with a `v`: `v1.33.4-gke.1245000`.
    pub version: String,
    /// Only its numbers, for constraints: `v1.33.4`.
    pub normalized: String,
    major: String,
    minor: String,
}

impl Default for KubeVersion {
    /// That of the Kubernetes libraries in Helm.
    fn default() -> Self {
        let version = "v1.37.0".to_owned();
        Self { normalized: version.clone(), version, major: "1".to_owned(), minor: "37".to_owned() }
    }
}

impl KubeVersion {
    /// Reads a version as `helm template --kube-version` does: two numbers at least, and anything
    /// after them.
    pub fn parse(text: &str) -> Result<Self, String> {
        let trimmed = text.trim_start();
        let numbers = trimmed.strip_prefix('v').unwrap_or(trimmed);
        let mut parts = Vec::new();
        let mut rest = numbers;
        loop {
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (number, after) = rest.split_at(digits);
            parts.push(
                number
                    .parse::<u64>()
                    .map_err(|_| format!("could not parse {text:?} as version"))?,
            );
            rest = match after.strip_prefix('.') {
                Some(next) if next.starts_with(|c: char| c.is_ascii_digit()) => next,
                _ => break,
            };
        }
        let [major, minor, ..] = parts.as_slice() else {
            return Err(format!("illegal version string {text:?}"));
        };
        let version = if text.starts_with('v') { text.to_owned() } else { format!("v{text}") };
        let numbers: Vec<String> = parts.iter().map(u64::to_string).collect();
        Ok(Self {
            version,
            normalized: format!("v{}", numbers.join(".")),
            major: major.to_string(),
            minor: minor.to_string(),
        })
    }
}

/// The object that templates see as `.Capabilities`.
#[derive(Debug)]
pub struct Capabilities {
    kube: Rc<KubeObject>,
    api_versions: Rc<VersionSet>,
    helm: Rc<BuildInfo>,
}

impl Capabilities {
    /// A cluster of a version that serves what Helm assumes, and more.
    pub fn new(kube: KubeVersion, more: &[String]) -> Self {
        let known = API_VERSIONS.lines().filter(|line| !line.starts_with('#')).map(str::to_owned);
        let api_versions = Rc::new(VersionSet(known.chain(more.iter().cloned()).collect()));
        let client = format!("v{}.{}", "1", KubeVersion::default().minor);
        Self { kube: Rc::new(KubeObject(kube)), api_versions, helm: Rc::new(BuildInfo { client }) }
    }
}

impl Object for Capabilities {
    fn type_name(&self) -> &'static str {
        "*common.Capabilities"
    }

    fn kind(&self) -> &'static str {
        "ptr"
    }

    fn field(&self, name: &str) -> Option<Value> {
        let object: Rc<dyn Object> = match name {
            "KubeVersion" => Rc::clone(&self.kube) as Rc<dyn Object>,
            "APIVersions" => Rc::clone(&self.api_versions) as Rc<dyn Object>,
            "HelmVersion" => Rc::clone(&self.helm) as Rc<dyn Object>,
            _ => return None,
        };
        Some(Value::Object(object))
    }

    fn print(&self) -> String {
        let (kube, versions, helm) =
            (self.kube.print(), self.api_versions.print(), self.helm.print());
        format!("&{{{kube} {versions} {helm}}}")
    }

    fn to_plain(&self) -> Value {
        plain([
            ("APIVersions", self.api_versions.to_plain()),
            ("HelmVersion", self.helm.to_plain()),
            ("KubeVersion", self.kube.to_plain()),
        ])
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

fn plain<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Map(Map::new(entries.map(|(key, value)| (Str::from(key), value))))
}

/// `common.KubeVersion`
#[derive(Debug)]
struct KubeObject(KubeVersion);

impl Object for KubeObject {
    fn type_name(&self) -> &'static str {
        "common.KubeVersion"
    }

    fn kind(&self) -> &'static str {
        "struct"
    }

    fn field(&self, name: &str) -> Option<Value> {
        Some(Value::str(match name {
            "Version" => self.0.version.as_str(),
            "Major" => &self.0.major,
            "Minor" => &self.0.minor,
            _ => return None,
        }))
    }

    fn method(&self, name: &str) -> Option<Method> {
        matches!(name, "String" | "GitVersion").then_some(Method { params: &[], rest: None })
    }

    fn call(&self, name: &str, _: &[Value]) -> Result<Value, String> {
        Ok(Value::str(if name == "String" { &*self.0.normalized } else { &*self.0.version }))
    }

    // Its `String` has a pointer receiver: templates print the fields, as Go does.
    fn print(&self) -> String {
        let KubeVersion { version, normalized, major, minor } = &self.0;
        format!("{{{version} {normalized} {major} {minor}}}")
    }

    fn to_plain(&self) -> Value {
        let KubeVersion { version, major, minor, .. } = &self.0;
        let text = |text: &String| Value::str(text.as_str());
        plain([("Major", text(major)), ("Minor", text(minor)), ("Version", text(version))])
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

/// `common.VersionSet`
#[derive(Debug)]
struct VersionSet(Vec<String>);

impl VersionSet {
    fn list(&self) -> List {
        let items = self.0.iter().map(|version| Value::str(version.as_str())).collect();
        List { kind: ListKind::String, items }
    }
}

impl Object for VersionSet {
    fn type_name(&self) -> &'static str {
        "common.VersionSet"
    }

    fn kind(&self) -> &'static str {
        "slice"
    }

    fn field(&self, _: &str) -> Option<Value> {
        None
    }

    fn method(&self, name: &str) -> Option<Method> {
        (name == "Has").then_some(Method { params: &[Type::String], rest: None })
    }

    fn call(&self, _: &str, args: &[Value]) -> Result<Value, String> {
        let wanted = args.first();
        let same = |version: &String| matches!(wanted, Some(Value::Str(text)) if text.bytes() == version.as_bytes());
        Ok(Value::Bool(self.0.iter().any(same)))
    }

    fn entries(&self) -> Option<Vec<(Value, Value)>> {
        let numbers = (0..).map(Value::Int);
        Some(numbers.zip(self.list().items.iter().cloned()).collect())
    }

    fn print(&self) -> String {
        format!("[{}]", self.0.join(" "))
    }

    fn to_plain(&self) -> Value {
        Value::List(self.list())
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

/// `version.BuildInfo`
#[derive(Debug)]
struct BuildInfo {
    client: String,
}

impl Object for BuildInfo {
    fn type_name(&self) -> &'static str {
        "version.BuildInfo"
    }

    fn kind(&self) -> &'static str {
        "struct"
    }

    fn field(&self, name: &str) -> Option<Value> {
        Some(Value::str(match name {
            "Version" => HELM_VERSION,
            "GoVersion" => GO_VERSION,
            "KubeClientVersion" => &self.client,
            "GitCommit" | "GitTreeState" => "",
            _ => return None,
        }))
    }

    fn print(&self) -> String {
        format!("{{{HELM_VERSION}   {GO_VERSION} {}}}", self.client)
    }

    fn to_plain(&self) -> Value {
        plain([
            ("go_version", Value::str(GO_VERSION)),
            ("kube_client_version", Value::str(self.client.as_str())),
            ("version", Value::str(HELM_VERSION)),
        ])
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cluster_versions_are_read_as_in_helm() {
        let read = |text| KubeVersion::parse(text).map(|it| (it.version, it.normalized));
        let both = |a: &str, b: &str| Ok((a.to_owned(), b.to_owned()));
        assert_eq!(read("1.33"), both("v1.33", "v1.33"));
        assert_eq!(read("v1.33.4-gke.1245000"), both("v1.33.4-gke.1245000", "v1.33.4"));
        assert!(read("1").is_err());
        assert!(read("x").is_err());
    }

    #[test]
    fn api_versions_are_those_of_helm() {
        let capabilities =
            Capabilities::new(KubeVersion::default(), &["example.com/v1".to_owned()]);
        let Some(Value::Object(versions)) = capabilities.field("APIVersions") else { panic!() };
        let has = |version: &str| {
            let answer = versions.call("Has", &[Value::str(version)]);
            matches!(answer, Ok(Value::Bool(true)))
        };
        assert!(has("v1") && has("networking.k8s.io/v1") && has("example.com/v1"));
        assert!(!has("networking.k8s.io/v1/Ingress") && !has("example.com/v2"));
    }
}
