//! Questions about the cluster to which every answer is an API version that is gone.

use std::ops::Range;

use super::{KEY, Use};
use crate::{
    catalog::TemplateFile,
    template::{Branch, Element, Node},
};

/// Marks the first use of each `if` with an `else` of which every arm writes API versions of `uses` and no other: a
/// cluster of today serves none of them, whatever is asked. Of nested ones the outermost counts.
pub(super) fn mark(file: &TemplateFile, uses: &mut [Use]) {
    if uses.is_empty() {
        return;
    }
    let mut branches: Vec<&Branch> = Vec::new();
    file.template.walk(|element| {
        if let Element::Node(Node::If(branch)) = element {
            let inner = |outer: &&Branch| outer.span.contains(branch.span);
            let hopeless = || is_hopeless(branch, file.file.text.as_str(), uses);
            if !branches.iter().any(inner) && hopeless() {
                branches.push(branch);
            }
        }
    });
    for branch in branches {
        let first = uses.iter_mut().find(|it| branch.span.contains(it.span));
        if let Some(first) = first {
            first.hopeless_since = Some(branch.span.start);
        }
    }
}

fn is_hopeless(branch: &Branch, text: &str, uses: &[Use]) -> bool {
    let all_gone = |arm: Range<u32>| {
        let told = uses.iter().filter(|it| arm.contains(&it.span.start)).count();
        let body = text.get(arm.start as usize..arm.end as usize).unwrap_or_default();
        told > 0 && memchr::memmem::find_iter(body.as_bytes(), KEY).count() == told
    };
    branch.otherwise.is_some() && arms(branch).all(all_gone)
}

/// What each arm renders, that of `else` included.
fn arms(branch: &Branch) -> impl Iterator<Item = Range<u32>> {
    let tags = branch.arms.iter().map(|arm| arm.tag.span);
    let tags: Vec<_> = tags.chain(branch.otherwise.iter().map(|it| it.tag.span)).collect();
    let ends: Vec<u32> = tags.iter().skip(1).map(|next| next.start).collect();
    let ends = ends.into_iter().chain([branch.span.end]);
    tags.into_iter().map(|tag| tag.end).zip(ends).map(|(start, end)| start..end)
}
