//! `crd/invalid`

use crate::{
    catalog::{Chart, Crd, kubernetes},
    crd::{self, structural},
    finding::Place,
    rule::{ChartContext, Rule, Sink},
    version::{self, Constraint},
    yaml::Node,
};

/// The first release that does not serve `apiextensions.k8s.io/v1beta1`.
const FIRST_WITHOUT_V1BETA1: &str = "1.22.0";

/// A definition that the API server refuses.
pub(crate) struct Invalid;

impl Rule for Invalid {
    fn crd(&self, it: &Crd, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
        // What Helm drops never comes to the API server; crd/hook says so.
        if crd::hook::is_dropped(it, chart) {
            return;
        }
        match it.object.api_version() {
            "apiextensions.k8s.io/v1beta1" if is_past(cx.now) => old_version(it, chart, out),
            _ if it.name().is_empty() => unnamed(it, chart, out),
            "apiextensions.k8s.io/v1" => {
                name(it, out);
                if crd::is_spec_known(it, chart) {
                    storage(it, out);
                    schemas(it, out);
                }
            }
            _ => {}
        }
    }
}

fn place(it: &Crd, node: Option<Node<'_>>) -> Place {
    node.map_or_else(|| it.object.anchor(), |node| it.object.place(node.span()))
}

/// The API server derives the name from plural and group, so that it refuses a definition without.
fn unnamed(it: &Crd, chart: &Chart, out: &mut Sink) {
    if crd::is_spec_known(it, chart) {
        let missing = if it.group().is_empty() { "spec.group" } else { "spec.names.plural" };
        out.at(it.object.anchor(), format!("a definition without name and without `{missing}`"))
            .subject(missing)
            .help(format!("write `{missing}`, or delete the definition"));
    }
}

/// Whether there is a release of Kubernetes yet that does not serve v1beta1.
fn is_past(now: i64) -> bool {
    let without = version::parse(FIRST_WITHOUT_V1BETA1).map_or(0, |version| version.minor);
    let release = kubernetes::releases().iter().find(|release| release.minor == without);
    release.is_some_and(|release| release.is_out(now))
}

fn old_version(it: &Crd, chart: &Chart, out: &mut Sink) {
    if crd::is_gated(it, chart) || only_for_old_clusters(chart) {
        return;
    }
    let message = format!(
        "`{}` is written for apiextensions.k8s.io/v1beta1, which Kubernetes 1.22 no longer serves",
        crd::label(it)
    );
    out.at(place(it, it.object.at(&["apiVersion"])), message).subject(crd::label(it)).help(
        "write it for apiextensions.k8s.io/v1: a structural schema per version, `spec.scope`",
    );
}

/// Whether kubeVersion keeps the chart to clusters that still serve it.
fn only_for_old_clusters(chart: &Chart) -> bool {
    let written = chart.manifest.as_ref().and_then(|manifest| manifest.kube_version.as_ref());
    let constraint = written.and_then(|written| Constraint::parse(&written.value).ok());
    let first = version::parse(FIRST_WITHOUT_V1BETA1);
    let Some((constraint, first)) = constraint.zip(first.ok()) else { return false };
    let later = (first.minor..first.minor + 100)
        .any(|minor| constraint.matches(&semver::Version::new(first.major, minor, first.patch)));
    constraint.has_upper_bound() && !later
}

fn name(it: &Crd, out: &mut Sink) {
    let written = it.object.name();
    let wanted = it.name();
    if written.is_empty() || it.plural().is_empty() || it.group().is_empty() || written == wanted {
        return;
    }
    out.at(
        it.object.anchor(),
        format!("`{written}` must be named `{wanted}`, its plural and its group"),
    )
    .subject(written)
    .help(format!("write `name: {wanted}`"));
}

fn storage(it: &Crd, out: &mut Sink) {
    let stored: Vec<_> = it
        .versions()
        .filter(|version| version.get("storage").and_then(Node::as_bool) == Some(true))
        .collect();
    if stored.len() == 1 {
        return;
    }
    let versions = it.object.at(&["spec", "versions"]);
    let names: Vec<_> =
        stored.iter().map(|version| format!("`{}`", version_name(*version))).collect();
    let message = match (stored.len(), it.versions().count()) {
        (0, 0) => format!("`{}` has no versions", crd::label(it)),
        (0, _) => format!("`{}` has no version with `storage: true`", crd::label(it)),
        (count, _) => format!(
            "`{}` has {count} versions with `storage: true`, {}: one is allowed",
            crd::label(it),
            names.join(" and ")
        ),
    };
    let second = stored.get(1).and_then(|version| version.get("storage"));
    let first = versions.and_then(|versions| versions.items().next());
    out.at(
        place(it, second.or(first.and_then(|version| version.get("name"))).or(versions)),
        message,
    )
    .subject(crd::label(it))
    .help("set `storage: true` on the one version that is kept in etcd, `false` on the others");
}

fn version_name(version: Node<'_>) -> &str {
    version.get("name").and_then(Node::as_str).unwrap_or_default()
}

fn schemas(it: &Crd, out: &mut Sink) {
    if it.object.at(&["spec", "preserveUnknownFields"]).and_then(Node::as_bool) == Some(true) {
        let node = it.object.at(&["spec", "preserveUnknownFields"]);
        out.at(place(it, node), format!("`{}` has `preserveUnknownFields: true`", crd::label(it)))
            .subject(crd::label(it))
            .help("set it to `false`, and `x-kubernetes-preserve-unknown-fields: true` where it is meant");
    }
    for version in it.versions() {
        let schema = version.at(&["schema", "openAPIV3Schema"]).filter(|schema| !schema.is_null());
        if let Some(schema) = schema {
            structure(it, version, schema, out);
            continue;
        }
        let message =
            format!("version `{}` of `{}` has no schema", version_name(version), crd::label(it));
        out.at(place(it, version.get("name")), message)
            .subject(crd::label(it))
            .help("add `schema.openAPIV3Schema`, at least `type: object` with `x-kubernetes-preserve-unknown-fields: true`");
    }
}

fn structure(it: &Crd, version: Node<'_>, schema: Node<'_>, out: &mut Sink) {
    let faults = structural::faults(schema);
    let Some(first) = faults.first() else { return };
    let property = if first.property.is_empty() { "the root" } else { &first.property };
    let more = match faults.len() {
        1 => String::new(),
        count => format!(", and {} more", count - 1),
    };
    let message = format!(
        "the schema of `{}` of `{}` is not structural: `{property}` {}{more}",
        version_name(version),
        crd::label(it),
        first.message
    );
    let subject = format!("{} {}", crd::label(it), first.property);
    out.at(it.object.place(first.span), message)
        .subject(subject.trim_end())
        .help("the API server refuses the definition: repair the schema, or generate it again with controller-gen");
}
