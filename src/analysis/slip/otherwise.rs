//! Places that lost steps of the path that their own branch asks for, or that the branch before their `else` reads.

use std::collections::BTreeMap;

use super::paths::{ends_with, lacks_one};
use crate::{
    analysis::{Analysis, OwnRead, Slip, Undeclared},
    catalog::{Chart, Declared, Key, ValuesPath},
    template::{Branch, Element, Node, flow::Step},
    text::Span,
};

/// How many first steps a path may have lost.
const LOST_MAX: usize = 2;

impl Analysis<'_> {
    /// Says of a value whose places all stand in a branch that asks for its path with one more step, or beside one that
    /// reads its path with more steps before that that path is meant; what other places mean is handed back as values of their own.
    pub(in crate::analysis) fn otherwise(
        &self,
        value: &mut Undeclared,
        chart: &Chart,
    ) -> Vec<Undeclared> {
        let mut meant: BTreeMap<(ValuesPath, bool), Vec<OwnRead>> = BTreeMap::new();
        if value.path != value.inner {
            return Vec::new();
        }
        for read in &value.reads {
            let beside = || Some((self.beside(read, value, chart)?, false));
            let Some(path) = beside().or_else(|| self.within(read, value, chart)) else {
                return Vec::new();
            };
            meant.entry(path).or_default().push(read.clone());
        }
        let meant = meant.into_iter().map(|((declared, asked), reads)| {
            let slip = Some(Slip { declared, in_values: false, asked });
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
        let (branch, at) = branch_around(place, chart)?;
        let arm = own_arm(branch, at, 1)?;
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
            let Some(path) = path_of(&read.path) else { continue };
            let lost = ends_with(&path, tail).is_some_and(|it| (1..=LOST_MAX).contains(&it));
            let holder = read.path.split_last().map_or(&[][..], |(_, above)| above);
            let declared = values.find(&path).filter(|_| lost && asked(holder));
            found.extend(declared.filter(|key| found.iter().all(|it| it.path != key.path)));
        }
        let mut only = found.pop().filter(|_| found.is_empty())?.path.clone();
        only.0.truncate((only.0.len() + value.inner.0.len()).checked_sub(tail.len())?);
        Some(only)
    }

    /// What a place's path that is written unasked is with the one step more which the condition around asks for, or which
    /// its branch reads of what the condition looks into; and whether it is only asked for and not declared.
    fn within(
        &self,
        place: &OwnRead,
        value: &Undeclared,
        chart: &Chart,
    ) -> Option<(ValuesPath, bool)> {
        if !place.needs() || place.path.len() != value.inner.0.len() {
            return None;
        }
        let (branch, at) = branch_around(place, chart)?;
        let own = own_arm(branch, at, 0)?;
        let condition = branch.arms.iter().find(|arm| own.contains(arm.tag.span))?.pipe.span;
        let number = self.set_file(&place.place.path);
        let reads = self.flow().reads().iter().filter(|read| {
            Some(read.file) == number && read.member == value.member && own.contains(read.span)
        });
        let (asked, written): (Vec<_>, Vec<_>) =
            reads.partition(|read| condition.contains(read.span));
        let values = &chart.documentation().values;
        let mut found: Vec<(ValuesPath, bool)> = Vec::new();
        for read in asked.iter().chain(&written) {
            let Some(path) = path_of(&read.path).filter(|it| lacks_one(&value.inner, it)) else {
                continue;
            };
            let declared = values.find(&path).is_some();
            let holder = read.path.split_last().map_or(&[][..], |(_, above)| above);
            let looked = asked.iter().any(|it| it.path.starts_with(holder));
            let is_asked = asked.iter().any(|it| it.path == read.path);
            if (is_asked || (declared && looked)) && found.iter().all(|(it, _)| *it != path) {
                found.push((path, !declared));
            }
        }
        found.pop().filter(|_| found.is_empty())
    }
}

fn path_of(steps: &[Step]) -> Option<ValuesPath> {
    let names = steps.iter().map(|step| match step {
        Step::Key(name) => Some(Key::Name(name.to_string())),
        Step::Any => None,
    });
    names.collect::<Option<_>>().map(ValuesPath)
}

/// The innermost `if` in one of whose branches a place stands, and the place within the file.
fn branch_around<'c>(place: &OwnRead, chart: &'c Chart) -> Option<(&'c Branch, Span)> {
    let file = chart.templates.iter().find(|it| it.file.path == place.place.path)?;
    let at = Span::new(place.place.start.offset as usize, place.place.end.offset as usize);
    let mut around = None;
    file.template.walk(|element| {
        if let Element::Node(Node::If(branch)) = element
            && branch.span.contains(at)
            && branch.arms.iter().all(|arm| !arm.pipe.span.contains(at))
        {
            around = Some(branch);
        }
    });
    Some((around?, at))
}

/// From the tag of the arm, or of `else`, that a place stands in to the next one; the first arms are left out.
fn own_arm(branch: &Branch, place: Span, first: usize) -> Option<Span> {
    let last = branch.end.map_or(branch.span.end, |tag| tag.span.start);
    let tags = branch.arms.iter().map(|arm| arm.tag.span);
    let tags: Vec<_> = tags.chain(branch.otherwise.as_ref().map(|it| it.tag.span)).collect();
    let ends = tags.iter().skip(1).map(|tag| tag.start).chain([last]);
    let arms = tags.iter().zip(ends).map(|(tag, end)| Span { start: tag.start, end });
    arms.skip(first).find(|arm| arm.contains(place))
}
