//! Conditions that are one value, and how the chart's own values set it.

use crate::{
    catalog::{Chart, Crd, YamlFile},
    template::{Element, Node as Piece},
    yaml::{Kind, Node},
};

/// The keys of a condition that is `.Values.a.b` alone.
pub fn keys(condition: &str) -> Option<Vec<&str>> {
    let path = condition.strip_prefix('$').unwrap_or(condition).strip_prefix(".Values.")?;
    (!path.contains([' ', '(', '|'])).then(|| path.split('.').collect())
}

/// The default of the value that a condition is.
pub fn default<'c>(condition: &str, chart: &'c Chart) -> Option<Node<'c>> {
    chart.values.as_deref().and_then(YamlFile::root)?.at(&keys(condition)?)
}

/// Whether a condition is `.Values.a.b` alone, and the chart's values make it true.
pub fn is_on(condition: &str, chart: &Chart) -> bool {
    default(condition, chart).is_some_and(is_true)
}

/// Whether a condition is `.Values.a.b` alone, and the chart's values declare it and make it false.
pub fn is_off(condition: &str, chart: &Chart) -> bool {
    default(condition, chart).is_some_and(|node| !is_true(node))
}

/// Whether a definition stands behind a condition that is `.Values.a.b` alone, and that the chart's own values make
/// false.
pub fn is_left_out(crd: &Crd, chart: &Chart) -> bool {
    let Some(file) = super::template(crd, chart).filter(|_| crd.object.conditional) else {
        return false;
    };
    let Some(at) = crd.object.node().map(|node| node.span().start) else { return false };
    let mut out = false;
    file.template.walk(|element| {
        let Element::Node(Piece::If(branch) | Piece::With(branch)) = element else { return };
        let Some(first) = branch.arms.first().filter(|arm| arm.tag.span.start <= at) else {
            return;
        };
        let next = branch.arms.get(1).map(|arm| arm.tag);
        let next = next.or(branch.otherwise.as_ref().map(|it| it.tag));
        let end = next.map_or(branch.span.end, |tag| tag.span.start);
        out |= at < end && is_off(file.template.slice(first.pipe.span), chart);
    });
    out
}

/// Whether templates hold a value for true.
fn is_true(node: Node<'_>) -> bool {
    match node.kind() {
        Kind::Null => false,
        Kind::Bool => node.as_bool() == Some(true),
        Kind::Int | Kind::Float => node.as_f64().is_some_and(|value| value != 0.0),
        Kind::String => node.as_str() != Some(""),
        Kind::Sequence | Kind::Mapping => !node.is_empty(),
    }
}
