//! Definitions with the annotation `helm.sh/hook`.

use crate::{
    catalog::{Chart, Crd, Origin, load::HOOKS},
    template::{Element, Node as Piece},
    text::Span,
    yaml::Node,
};

/// The annotation that makes a hook of an object.
const ANNOTATION: &str = "helm.sh/hook";

/// The hooks of a definition.
#[derive(Clone, Debug)]
pub struct Hooks {
    /// Where the annotation's value stands.
    pub span: Span,
    /// The names as Helm compares them, in the order written.
    pub names: Vec<String>,
}

impl Hooks {
    /// The first name that Helm 3 and 4 don't know.
    pub fn unknown(&self) -> Option<&str> {
        self.names.iter().map(String::as_str).find(|name| !HOOKS.contains(name))
    }
}

/// The hooks that a definition certainly has: Helm looks for them in what it renders, not in crds/, and an
/// annotation within an `if` of its own may not be rendered.
pub fn of(crd: &Crd, chart: &Chart) -> Option<Hooks> {
    let node = annotation(crd)?;
    let written = node.as_str().filter(|hooks| !hooks.trim().is_empty())?;
    let names = written.split(',').map(|hook| hook.trim().to_lowercase()).collect();
    let certain = !is_conditional_within(crd, node.span().start, chart);
    certain.then(|| Hooks { span: node.span(), names })
}

/// Whether Helm 3 and 4 certainly drop the definition: one of its hooks is unknown to them.
pub fn is_dropped(crd: &Crd, chart: &Chart) -> bool {
    of(crd, chart).is_some_and(|hooks| hooks.unknown().is_some())
}

/// Whether Helm 3 and 4 may drop the definition: the hook may be an unknown one, or depend on something.
pub fn may_be_dropped(crd: &Crd) -> bool {
    annotation(crd).is_some_and(|node| {
        let known = |hook: &str| HOOKS.contains(&hook.trim().to_lowercase().as_str());
        node.as_str().is_none_or(|hooks| !hooks.trim().is_empty() && !hooks.split(',').all(known))
    })
}

fn annotation(crd: &Crd) -> Option<Node<'_>> {
    crd.object.annotation(ANNOTATION).filter(|_| crd.object.origin != Origin::CrdsFolder)
}

/// Whether a block that begins within the definition is still open at an offset.
fn is_conditional_within(crd: &Crd, at: u32, chart: &Chart) -> bool {
    let (Some(file), Some(root)) = (super::template(crd, chart), crd.object.node()) else {
        return false;
    };
    let mut open = false;
    file.template.walk(|element| {
        if let Element::Node(Piece::If(it) | Piece::With(it) | Piece::Range(it)) = element {
            open |= root.span().start < it.span.start && it.span.start <= at && at < it.span.end;
        }
    });
    open
}
