//! Images that stand in for another one where a switch is on that is off: those of marketplaces, which write the
//! tag at the install.

use crate::{
    catalog::{Chart, TemplateFile},
    crd::switch,
    template::{Branch, Element, FieldChain, Node},
    text::Span,
};

/// Whether templates read an image only in place of another one, and with the chart's own values never.
pub(super) fn is_swapped_in(path: &[String], chart: &Chart) -> bool {
    let mut swapped = false;
    for template in &chart.templates {
        for chain in template.template.values_chains().iter().filter(|it| reads(path, it)) {
            // The key by which a mapping that holds the image leads on to it.
            let next = path.get(chain.names.len() - 1).map(String::as_str);
            match manner(template, chain.span, next, chart) {
                Manner::Swapped => swapped = true,
                Manner::Chosen => {}
                Manner::Plain => return false,
            }
        }
    }
    swapped
}

/// Whether a chain reads an image: a part of it, itself, or a mapping that holds it.
pub(super) fn reads(path: &[String], chain: &FieldChain<'_>) -> bool {
    let names = chain.names.iter().skip(1).map(|(name, _)| *name);
    chain.names.len() > 1 && names.zip(path).all(|(name, key)| name == key)
}

/// How a template reads an image.
enum Manner {
    /// In an arm of an `if` that is not taken, where another arm reads another image.
    Swapped,
    /// As one of the two that `ternary` chooses from, or only what holds it and nothing of the image.
    Chosen,
    /// In any other way.
    Plain,
}

fn manner(file: &TemplateFile, span: Span, next: Option<&str>, chart: &Chart) -> Manner {
    let mut manner = Manner::Plain;
    file.template.walk(|element| {
        let Element::Node(node) = element else { return };
        match node {
            Node::If(branch) if is_swapped(branch, file, span, chart) => manner = Manner::Swapped,
            Node::With(branch) if next.is_some_and(|next| passes_by(branch, file, span, next)) => {
                manner = Manner::Chosen;
            }
            Node::Action(action) if action.tag.span.contains(span) => {
                let chosen = file.template.slice(action.tag.span).contains("ternary");
                if chosen && matches!(manner, Manner::Plain) {
                    manner = Manner::Chosen;
                }
            }
            _ => {}
        }
    });
    manner
}

/// Whether a `with` on a mapping, by its span, reads neither a key of it nor the whole.
fn passes_by(branch: &Branch, file: &TemplateFile, span: Span, key: &str) -> bool {
    let heads = branch.arms.iter().any(|arm| arm.pipe.span.contains(span));
    let end = branch.span.end as usize;
    let body = file.template.text.as_str().get(span.end as usize..end).unwrap_or_default();
    let words = |c: char| c.is_whitespace() || "(){}|,".contains(c);
    heads && !body.contains(&format!(".{key}")) && !body.split(words).any(|word| word == ".")
}

/// Whether a span stands in an arm that the chart's own values don't take, and what other arms write is an image.
fn is_swapped(branch: &Branch, file: &TemplateFile, span: Span, chart: &Chart) -> bool {
    let starts = branch.arms.iter().map(|arm| arm.tag.span.start);
    let last = branch.otherwise.as_ref().map(|it| it.tag.span.start);
    let bounds: Vec<u32> = starts.chain(last).chain([branch.span.end]).collect();
    let mut own = bounds.windows(2).zip(&branch.arms).filter_map(|(bound, arm)| match bound {
        [start, end] if *start <= span.start && span.end <= *end => Some((*start, *end, arm)),
        _ => None,
    });
    let Some((start, end, arm)) = own.next() else { return false };
    let text = file.template.text.as_str();
    let part = |from: u32, to: u32| text.get(from as usize..to as usize).unwrap_or_default();
    let is_image = |text: &str| text.to_lowercase().contains("image");
    let others = is_image(part(branch.span.start, start)) || is_image(part(end, branch.span.end));
    others && switch::is_off(file.template.slice(arm.pipe.span), chart)
}
