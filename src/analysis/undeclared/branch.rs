//! The branches of a template: what a place decides, and what decides whether it is reached.

use crate::{
    template::{self, Branch, Element, Node, Template},
    text::Span,
};

/// An `if` or `with`, or what else follows one, and what it renders.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arm {
    /// The condition, without the braces.
    pub(super) condition: Span,
    /// From its tag to the next one of the branch.
    pub(super) body: Span,
    /// Whether nothing is rendered whether it holds or not.
    pub(super) idle: bool,
}

/// All arms of a template, by the places of their conditions.
pub(super) fn arms(template: &Template) -> Vec<Arm> {
    let mut arms = Vec::new();
    template.walk(|element| {
        if let Element::Node(Node::If(branch) | Node::With(branch)) = element {
            arms.extend(arms_of(branch, template));
        }
    });
    arms.sort_by_key(|arm| arm.condition.start);
    arms
}

/// The arm whose condition a place stands in: no condition lies in another one.
pub(super) fn decided(arms: &[Arm], place: Span) -> Option<&Arm> {
    let after = arms.partition_point(|arm| arm.condition.start <= place.start);
    arms.get(after.checked_sub(1)?).filter(|arm| arm.condition.contains(place))
}

fn arms_of<'t>(branch: &'t Branch, template: &'t Template) -> impl Iterator<Item = Arm> + 't {
    let otherwise = branch.otherwise.as_ref();
    let blank = |nodes: &[Node]| nodes.iter().all(|node| is_blank(node, template));
    let idle = branch.arms.iter().all(|arm| blank(&arm.nodes))
        && otherwise.is_none_or(|it| blank(&it.nodes));
    let last = branch.end.map_or(branch.span.end, |tag| tag.span.start);
    branch.arms.iter().enumerate().map(move |(number, arm): (usize, &template::Arm)| {
        let next = branch.arms.get(number + 1).map(|arm| arm.tag);
        let next = next.or(otherwise.map(|it| it.tag)).map_or(last, |tag| tag.span.start);
        let body = Span { start: arm.tag.span.end, end: next };
        Arm { condition: arm.pipe.span, body, idle }
    })
}

fn is_blank(node: &Node, template: &Template) -> bool {
    match node {
        Node::Text(text) => template.slice(text.span).trim().is_empty(),
        Node::Comment(_) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        template::{FunctionSet, parse},
        text::Text,
    };

    #[test]
    fn a_place_decides_about_the_innermost_body() {
        let text =
            "{{ if .a }}x{{ else if .b }}y{{ with .c }}{{/* z */}} {{ end }}{{ else }}w{{ end }}";
        let template = parse(Text::new(text), FunctionSet::helm());
        let arms = arms(&template);
        let at = |name: &str| {
            let start = text.find(name).unwrap();
            decided(&arms, Span::new(start, start + name.len()))
        };
        let body = |name| template.slice(at(name).unwrap().body);
        assert_eq!(body(".a"), "x");
        assert!(body(".b").starts_with("y{{ with") && body(".b").ends_with("{{ end }}"));
        assert!(at("w").is_none());
        assert!(at(".c").unwrap().idle && !at(".a").unwrap().idle);
    }
}
