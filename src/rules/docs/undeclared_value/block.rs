//! Values of one mapping that stand near each other in a file, and that are told together.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    analysis::Undeclared,
    catalog::Key,
    finding::{Level, Place},
    rule::Draft,
};

use super::repair::Repair;

/// How many further places a finding of one value shows.
const PLACES_SHOWN: usize = 3;
/// How many further places a finding of several values shows, one of each.
const VALUES_SHOWN: usize = 10;
/// How many values a message names.
const NAMED: usize = 3;

/// What is to be told of one value, or of those that one place reads.
pub(super) struct Told<'v> {
    pub(super) level: Level,
    pub(super) place: &'v Place,
    pub(super) values: Vec<&'v Undeclared>,
    pub(super) repair: Repair,
}

/// How many lines may lie between two values that are told together.
const NEAR: u32 = 3;
/// How many lines may lie between values of which at least [`MANY`] are told together.
const NEAR_MANY: u32 = 12;
/// How many values are a block that is missing, be some lines between them.
const MANY: usize = 3;

/// What values that are told together have in common: the file, the mapping, whether the README has them, and the
/// repair.
type Mark<'v> = (&'v str, &'v [Key], bool, Repair);

/// All that is to be told of a chart.
#[derive(Default)]
pub(super) struct Blocks<'v> {
    alone: Vec<Told<'v>>,
    shared: BTreeMap<Mark<'v>, Vec<Told<'v>>>,
}

/// What is told in one finding, in the order of the places.
pub(super) struct Block<'v> {
    pub(super) told: Vec<Told<'v>>,
}

impl<'v> Blocks<'v> {
    /// Adds what is to be told, by itself or with others of the same mapping.
    pub(super) fn add(&mut self, told: Told<'v>, alone: bool) {
        let Some(first) = told.values.first() else { return };
        let above = first.path.0.split_last().map(|(_, above)| above).unwrap_or_default();
        if alone || above.is_empty() || first.slip.is_some() || !told.repair.is_shared() {
            return self.alone.push(told);
        }
        let mark = (&*told.place.path, above, first.documented, told.repair.clone());
        self.shared.entry(mark).or_default().push(told);
    }

    /// Hands on each block.
    pub(super) fn each(self, mut say: impl FnMut(Block<'v>)) {
        for told in self.alone {
            say(Block { told: vec![told] });
        }
        for mut told in self.shared.into_values() {
            told.sort_by(|one, other| one.place.cmp(other.place));
            for block in runs(told, NEAR_MANY) {
                let blocks = if block.len() < MANY { runs(block, NEAR) } else { vec![block] };
                for told in blocks {
                    say(Block { told });
                }
            }
        }
    }
}

/// What follows one another without too many lines between.
fn runs(told: Vec<Told<'_>>, near: u32) -> Vec<Vec<Told<'_>>> {
    let mut runs: Vec<Vec<Told<'_>>> = Vec::new();
    for it in told {
        let line = it.place.start.line;
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(|last| line <= last.place.start.line + near) => {
                run.push(it);
            }
            _ => runs.push(vec![it]),
        }
    }
    runs
}

impl<'v> Block<'v> {
    pub(super) fn first(&self) -> Option<&Told<'v>> {
        self.told.first()
    }

    /// The value that is told first.
    pub(super) fn value(&self) -> Option<&'v Undeclared> {
        self.first()?.values.first().copied()
    }

    /// What is told of: the value that comes first.
    pub(super) fn subject(&self) -> String {
        self.value().map(|value| value.path.to_string()).unwrap_or_default()
    }

    /// The paths of all values, or of the first and how many more there are.
    pub(super) fn paths(&self) -> String {
        let all: Vec<_> = self.told.iter().flat_map(|told| &told.values).collect();
        // One more takes no more room than to say that there is one.
        let shown = if all.len() > NAMED + 1 { NAMED } else { all.len() };
        let named = all.iter().take(shown).map(|value| format!("`{}`", value.path));
        let more = Some(all.len() - shown).filter(|more| *more > 0);
        let mut named: Vec<_> = named.chain(more.map(|more| format!("{more} more"))).collect();
        let last = named.pop().unwrap_or_default();
        if named.is_empty() { last } else { format!("{} and {last}", named.join(", ")) }
    }

    /// Shows the further places: of several values one of each.
    pub(super) fn others(&self, draft: Draft<'_>) {
        let line = |place: &Place| (place.path.clone(), place.start.line);
        let Some(first) = self.first() else { return };
        let mut shown = BTreeSet::from([line(first.place)]);
        let mut draft = draft;
        if self.told.len() > 1 {
            let rest = self.told.iter().skip(1).filter(|told| shown.insert(line(told.place)));
            for told in rest.take(VALUES_SHOWN) {
                let Some(value) = told.values.first() else { continue };
                draft = draft.also(told.place.clone(), format!("`{}` is read here", value.path));
            }
            return;
        }
        let reads = self.value().map(|value| value.reads.as_slice()).unwrap_or_default();
        let others = reads.iter().filter(|read| shown.insert(line(&read.place)));
        let others: Vec<_> = others.collect();
        others
            .into_iter()
            .take(PLACES_SHOWN)
            .fold(draft, |draft, read| draft.also(read.place.clone(), "read here, too"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::docs::undeclared_value::tests::value;

    #[test]
    fn a_message_names_the_first_values() {
        let place = Place::file(&"a".into());
        let said = |count: usize| {
            let values: Vec<_> = (0..count).map(|it| value(&format!("v{it}"), false)).collect();
            let told = values.iter().map(|value| Told {
                level: Level::Note,
                place: &place,
                values: vec![value],
                repair: Repair::Declare,
            });
            Block { told: told.collect() }.paths()
        };
        assert_eq!(said(2), "`v0` and `v1`");
        assert_eq!(said(4), "`v0`, `v1`, `v2` and `v3`");
        assert_eq!(said(5), "`v0`, `v1`, `v2` and 2 more");
    }

    #[test]
    fn what_stands_near_each_other_is_a_block() {
        let place = |line: u32| {
            let mut place = Place::file(&"a".into());
            place.start.line = line;
            place
        };
        let sizes = |lines: &[u32]| {
            let places: Vec<_> = lines.iter().map(|line| place(*line)).collect();
            let mut values = lines.iter().map(|_| value("a", false)).collect::<Vec<_>>();
            for value in &mut values {
                value.path = crate::catalog::ValuesPath::of(["a", "b"]);
            }
            let mut blocks = Blocks::default();
            for (place, value) in places.iter().zip(&values) {
                let told = Told {
                    level: Level::Note,
                    place,
                    values: vec![value],
                    repair: Repair::Declare,
                };
                blocks.add(told, false);
            }
            let mut sizes = Vec::new();
            blocks.each(|block| sizes.push(block.told.len()));
            sizes
        };
        assert_eq!(sizes(&[1, 4, 8]), [3]);
        assert_eq!(sizes(&[1, 1 + NEAR]), [2]);
        assert_eq!(sizes(&[1, 2 + NEAR]), [1, 1]);
        assert_eq!(sizes(&[1, 1 + NEAR_MANY, 1 + 2 * NEAR_MANY]), [3]);
        assert_eq!(sizes(&[1, 2, 3 + NEAR_MANY]), [2, 1]);
    }
}
