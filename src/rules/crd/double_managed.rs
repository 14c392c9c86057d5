//! `crd/double-managed`

use crate::{
    catalog::{Chart, Crd, Origin},
    crd,
    rule::{ChartContext, Rule, Sink},
    template::{Element, Node as Piece},
};

/// A definition that a chart ships twice, in the two ways that exclude each other.
pub(crate) struct DoubleManaged;

impl Rule for DoubleManaged {
    fn crd(&self, it: &Crd, chart: &Chart, _: &ChartContext<'_>, out: &mut Sink) {
        if it.object.origin == Origin::CrdsFolder || it.name().is_empty() {
            return;
        }
        // The way to serve Helm 2 and 3 alike: Helm 2 installs the template, and the later ones drop it.
        if crd::hook::may_be_dropped(it) {
            return;
        }
        let own = |other: &&Crd| other.object.owner.is_empty();
        let twin =
            chart.crds().iter().filter(own).find(|other| {
                other.object.origin == Origin::CrdsFolder && other.name() == it.name()
            });
        let Some(twin) = twin.filter(|_| is_rendered_by_default(it, chart)) else { return };
        let message = format!(
            "`{}` is in crds/ and in templates/: the install stops because it exists without an owner",
            it.name()
        );
        out.at(it.object.anchor(), message)
            .subject(it.name())
            .also(twin.object.anchor(), "in crds/ too")
            .help("keep one of the two: crds/ is never upgraded, templates/ need `helm.sh/resource-policy: keep`");
    }
}

/// Whether each condition around the definition is a plain value that is set by default.
fn is_rendered_by_default(it: &Crd, chart: &Chart) -> bool {
    if !it.object.conditional {
        return true;
    }
    let (Some(file), Some(node)) = (crd::template(it, chart), it.object.node()) else {
        return false;
    };
    let at = node.span().start;
    let mut holds = true;
    file.template.walk(|element| {
        let Element::Node(piece) = element else { return };
        let (Piece::If(branch) | Piece::With(branch) | Piece::Range(branch)) = piece else {
            return;
        };
        if branch.span.start <= at && at < branch.span.end {
            let first = branch.arms.first().filter(|_| matches!(piece, Piece::If(_)));
            let second = branch.arms.get(1).map(|arm| arm.tag.span.start);
            let other = second.or(branch.otherwise.as_ref().map(|other| other.tag.span.start));
            let set = first
                .is_some_and(|arm| crd::switch::is_on(file.template.slice(arm.pipe.span), chart));
            holds &= set && other.is_none_or(|other| at < other);
        }
    });
    holds
}
