//! Places after `else` that lost the first steps of the path that the branch before them reads.

use std::collections::BTreeMap;

use super::paths::ends_with;
use crate::{
    analysis::{Analysis, OwnRead, Slip, Undeclared},
    catalog::{Chart, Declared, Key, ValuesPath},
    template::{Branch, Element, Node, flow::Step},
    text::Span,
};

/// How many first steps a path may have lost.
const LOST_MAX: usize = 2;

impl Analysis<'_> {
    /// Says of a value whose places all stand in a branch beside one that reads its path with more steps before that that
    /// path is meant; what other places mean is handed back as values of their own.
    pub(in crate::analysis) fn otherwise(
        &self,
        value: &mut Undeclared,
        chart: &Chart,
    ) -> Vec<Undeclared> {
        let mut meant: BTreeMap<ValuesPath, Vec<OwnRead>> = BTreeMap::new();
        if value.path != value.inner {
            return Vec::new();
        }
        for read in &value.reads {
            let Some(path) = self.beside(read, value, chart) else { return Vec::new() };
            meant.entry(path).or_default().push(read.clone());
        }
        let meant = meant.into_iter().map(|(declared, reads)| {
            let slip = Some(Slip { declared, in_values: false });
            Undeclared { reads, slip, ..value.clone() }
        });
        let mut meant: Vec<_> = meant.collect();
        if let Some(last) = meant.pop() {
            *value = last;
        }
        meant
    }

    /// What a place's value is with the first steps of the only declared path that ends in that of the place, that another
    /// arm of the innermost `if` around reads, and that lies where one of its conditions looks.
    fn beside(&self, place: &OwnRead, value: &Undeclared, chart: &Chart) -> Option<ValuesPath> {
        if place.path.len() < 2 {
            return None;
        }
        let mut files = chart.templates.iter();
        let file = files.find(|it| it.file.path == place.place.path)?;
        let at = Span::new(place.place.start.offset as usize, place.place.end.offset as usize);
        let mut around = None;
        file.template.walk(|element| {
            if let Element::Node(Node::If(branch)) = element
                && branch.span.contains(at)
                && branch.arms.iter().all(|arm| !arm.pipe.span.contains(at))
            {
                around = Some(own_arm(branch, at).map(|arm| (branch, arm)));
            }
        });
        let (branch, arm) = around??;
        let number = self.set_file(&place.place.path);
        let reads = self.flow().reads().iter().filter(|read| {
            Some(read.file) == number
                && read.member == value.member
                && branch.span.contains(read.span)
                && !arm.contains(read.span)
        });
        let reads: Vec<_> = reads.collect();
        let tail = &place.path;
        let asked = |holder: &[Step]| {
            let conditions = || branch.arms.iter().map(|arm| arm.pipe.span);
            reads.iter().any(|read| {
                read.path.starts_with(holder) && conditions().any(|it| it.contains(read.span))
            })
        };
        let values = &chart.documentation().values;
        let mut found: Vec<&Declared> = Vec::new();
        for read in &reads {
            let names = read.path.iter().map(|step| match step {
                Step::Key(name) => Some(Key::Name(name.to_string())),
                Step::Any => None,
            });
            let Some(path) = names.collect::<Option<_>>().map(ValuesPath) else { continue };
            let lost = ends_with(&path, tail).is_some_and(|it| (1..=LOST_MAX).contains(&it));
            let holder = read.path.split_last().map_or(&[][..], |(_, above)| above);
            let declared = values.find(&path).filter(|_| lost && asked(holder));
            found.extend(declared.filter(|key| found.iter().all(|it| it.path != key.path)));
        }
        let mut only = found.pop().filter(|_| found.is_empty())?.path.clone();
        only.0.truncate((only.0.len() + value.inner.0.len()).checked_sub(tail.len())?);
        Some(only)
    }
}

/// From the tag of the arm after the first, or of `else`, that a place stands in to the next one.
fn own_arm(branch: &Branch, place: Span) -> Option<Span> {
    let last = branch.end.map_or(branch.span.end, |tag| tag.span.start);
    let tags = branch.arms.iter().map(|arm| arm.tag.span);
    let tags: Vec<_> = tags.chain(branch.otherwise.as_ref().map(|it| it.tag.span)).collect();
    let ends = tags.iter().skip(1).map(|tag| tag.start).chain([last]);
    let arms = tags.iter().zip(ends).map(|(tag, end)| Span { start: tag.start, end });
    arms.skip(1).find(|arm| arm.contains(place))
}
