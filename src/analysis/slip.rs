//! Two names for one value: templates read the one, values.yaml declares the other.

mod alike;
mod fellows;
mod fields;
mod names;
mod otherwise;
mod paths;
mod synonym;
#[cfg(test)]
mod tests;
mod trials;

use std::collections::BTreeSet;

use crate::{
    analysis::{Analysis, Manner, OwnRead, Undeclared, undeclared::is_in_schema},
    catalog::{Chart, Declared, Key, Values, ValuesPath},
    template::flow::{Step, Usage},
};

use fields::{field, squashed_field};
pub(super) use names::is_of_one_thing;
use names::{differ_in_unit, is_longer_name, is_slip, is_slip_and_case, parts, share, squashed};
pub(super) use paths::lacks_one;
use paths::{akin, differ_in_one, goes_too_deep, is_squashed, lacks_some, last, siblings, squash};
pub(super) use synonym::{OLD, SWITCHES};
use synonym::{commented, joined, respelt, switch};

/// How alike two names are, of 1, to be taken for one misspelt.
const ALIKE: f64 = 0.75;
/// How many pairs of a value that nothing declares and one that is declared are compared in a chart; where there are
/// more, nobody is told what was meant.
pub(super) const COMPARISONS_MAX: usize = 4_000_000;

/// Whether so many values that nothing declares can be held against those that a chart declares.
pub(super) fn comparable(undeclared: usize, chart: &Chart) -> bool {
    undeclared.saturating_mul(chart.documentation().values.keys.len()) <= COMPARISONS_MAX
}

/// The declared value that a read one means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slip {
    /// What values.yaml declares.
    pub declared: ValuesPath,
    /// Whether values.yaml has the wrong name, and not the template: nothing reads what it declares, and the
    /// name that is read is the chart's word for it, or the manifest's.
    pub in_values: bool,
    /// Whether values.yaml does not declare it, either: the condition around the place asks for it.
    pub asked: bool,
}

impl Slip {
    /// The template has the wrong name.
    fn of(declared: ValuesPath) -> Self {
        Self { declared, in_values: false, asked: false }
    }
}

impl Analysis<'_> {
    /// The declared value that was meant by one that is read, as far as that is plain: nothing reads it and it
    /// is written nearly alike or has the same name elsewhere; or the two differ by a slip of the finger, by case or
    /// hyphens, or are switches of one thing.
    pub(super) fn slip(&self, value: &Undeclared, chart: &Chart) -> Option<Slip> {
        self.tried(value, self.alike_to(value, chart)?, chart)
    }

    fn alike_to(&self, value: &Undeclared, chart: &Chart) -> Option<Slip> {
        // What the chart refuses is an old name on purpose.
        let refused = value.reads.iter().all(|read| read.manner == Manner::Refuses);
        if value.path != value.inner || refused {
            return None;
        }
        if let Some(newer) = &value.newer {
            return Some(Slip::of(newer.clone()));
        }
        let judge = Judge { analysis: self, chart, values: &chart.documentation().values };
        if let Some(key) = judge.written_to(value) {
            return Some(Slip::of(key.path.clone()));
        }
        if let Some(guards) = &value.guards {
            return Some(Slip::of(guards.clone()));
        }
        let unread = judge.unread(value);
        if let Some(key) = unread {
            let in_values = !key.borrowed && !key.said.idle && judge.is_misdeclared(value, key);
            return Some(Slip { in_values, ..Slip::of(key.path.clone()) });
        }
        let slip = |key: &&Declared| {
            let names = last(&key.path).zip(last(&value.path));
            names.is_some_and(|(one, other)| is_slip(one, other) || is_slip_and_case(one, other))
        };
        let key = siblings(judge.values, &value.path)
            .find(slip)
            .or_else(|| respelt(value, chart))
            .or_else(|| switch(value, chart))
            .or_else(|| joined(value, chart))
            .map(|key| key.path.clone());
        let declared = key.or_else(|| commented(value, chart))?;
        Some(Slip::of(declared))
    }
}

struct Judge<'a> {
    analysis: &'a Analysis<'a>,
    chart: &'a Chart,
    values: &'a Values,
}

impl<'a> Judge<'a> {
    /// The declared value that nothing reads and that is written nearly alike, or has the same name elsewhere.
    fn unread(&self, value: &Undeclared) -> Option<&'a Declared> {
        let beside = siblings(self.values, &value.path);
        let near = best(value, beside.filter(|key| self.is_unread(value, key)));
        if near.is_some() {
            return near;
        }
        let more = siblings(self.values, &value.path)
            .filter(|key| {
                let names = last(&value.path).zip(last(&key.path));
                names.is_some_and(|(one, other)| {
                    is_longer_name(one, other) || differ_in_unit(one, other)
                })
            })
            .filter(|key| key.leaf && self.is_unread(value, key));
        let more: Vec<_> = more.take(2).collect();
        if let [only] = more.as_slice() {
            return Some(only);
        }
        let whole = squash(&value.path);
        let needed = !value.optional && value.reads.iter().any(OwnRead::needs);
        let elsewhere = |key: &&Declared| {
            key.path != value.path
                && (is_squashed(&key.path, &whole)
                    || key.path.0.ends_with(&value.path.0)
                    || akin(&value.path, &key.path)
                    || lacks_some(&value.path.0, &key.path.0)
                    || lacks_some(&key.path.0, &value.path.0)
                    || goes_too_deep(&value.path.0, &key.path.0)
                    || (needed
                        && differ_in_one(&value.path.0, &key.path.0)
                        && !self.is_of_dead_block(value, key)
                        && !self.analysis.is_of_another(value, key, self.chart)))
                && self.is_unread(value, key)
        };
        let mut same = self.values.keys.iter().skip(1).filter(elsewhere);
        let only = same.next()?;
        same.next().is_none().then_some(only)
    }

    /// Whether nothing reads any of what lies beside a declared value, and templates read what lies beside the other one:
    /// the block was left over, and its names say nothing.
    fn is_of_dead_block(&self, value: &Undeclared, key: &Declared) -> bool {
        let holder =
            |path: &ValuesPath| self.values.find(&ValuesPath(path.0.split_last()?.1.to_vec()));
        let dead =
            holder(&key.path).is_some_and(|it| it.children.len() > 1 && self.is_unread(value, it));
        let alive = holder(&value.path).is_some_and(|it| !self.is_unread(value, it));
        dead && alive
    }

    /// The declared value beside one, whose name is that of the field that one is written to: nothing reads it, or not by
    /// itself and the two names are alike, or they differ by a letter.
    fn written_to(&self, value: &Undeclared) -> Option<&'a Declared> {
        let depth = value.inner.0.len();
        let itself = || value.reads.iter().filter(|read| read.path.len() == depth);
        let fields: BTreeSet<String> =
            itself().filter_map(|read| squashed_field(self.lines_of(read)?.0)).collect();
        let below: BTreeSet<String> = itself()
            .filter_map(|read| self.lines_of(read).filter(|(line, _)| line.contains("with"))?.1)
            .filter_map(squashed_field)
            .collect();
        let above: BTreeSet<String> =
            itself().filter_map(|read| self.field_above(read)).chain(below.clone()).collect();
        let read = last(&value.path)?;
        let mut beside = siblings(self.values, &value.path);
        beside.find(|key| {
            let Some(name) = last(&key.path) else { return false };
            let (small, field) = (name.to_lowercase(), squashed(name));
            // What is written below a field is named for what has the field, too.
            let of_a_kind = above.contains(&field)
                && squashed(read).ends_with(&field)
                && share(read, name)
                && self.is_unread(value, key)
                && self.is_alone(value, &field);
            if of_a_kind {
                return true;
            }
            // One letter that the field has, too, needs no other proof.
            let letter = strsim::osa_distance(&read.to_lowercase(), &small) == 1;
            (letter && (fields.contains(&field) || below.contains(&field)))
                || (fields.contains(&field)
                    && (self.is_unread(value, key)
                        || (share(read, name) && !self.is_read_alone(value, key))))
        })
    }

    /// The field on the line above a place that begins its own line.
    fn field_above(&self, read: &OwnRead) -> Option<String> {
        let mut files = self.chart.templates.iter();
        let text = files.find(|it| it.file.path == read.place.path)?.file.text.as_str();
        let mut lines = text.get(..read.place.start.offset as usize)?.rsplit('\n');
        lines.next().filter(|own| own.trim_start().starts_with("{{"))?;
        lines.next().filter(|above| above.trim_end().ends_with(':')).and_then(squashed_field)
    }

    /// Whether of what is read beside a value it is the only one that nothing declares and whose name ends in that of a
    /// field.
    fn is_alone(&self, value: &Undeclared, field: &str) -> bool {
        let own = super::steps(&value.inner);
        let above = own.split_last().map_or(&[][..], |(_, above)| above);
        let mut reads = self.analysis.flow().reads().iter();
        !reads.any(|read| {
            let Some(Step::Key(name)) = read.path.get(above.len()) else { return false };
            read.member == value.member
                && read.path.starts_with(above)
                && !read.path.starts_with(&own)
                && squashed(name).ends_with(field)
                && siblings(self.values, &value.path).all(|key| last(&key.path) != Some(&**name))
        })
    }

    /// Whether a template reads a declared value by itself.
    fn is_read_alone(&self, value: &Undeclared, key: &Declared) -> bool {
        let path = super::steps(&key.path);
        let mut reads = self.analysis.flow().reads().iter();
        reads.any(|read| read.member == value.member && read.path.starts_with(&path))
    }

    /// The line of a place, up to it, and the one after that.
    fn lines_of(&self, read: &OwnRead) -> Option<(&'a str, Option<&'a str>)> {
        let mut files = self.chart.templates.iter();
        let text = files.find(|it| it.file.path == read.place.path)?.file.text.as_str();
        let (before, after) = text.split_at_checked(read.place.start.offset as usize)?;
        Some((before.rsplit('\n').next()?, after.split('\n').nth(1)))
    }

    fn is_unread(&self, value: &Undeclared, key: &Declared) -> bool {
        self.analysis.usage(value.member, &key.path) == Usage::Unread
    }

    /// Whether the name that is read is the right one of the two: the manifest's field has it, or the chart
    /// uses it elsewhere and the declared one nowhere.
    fn is_misdeclared(&self, value: &Undeclared, key: &Declared) -> bool {
        let Some((read, declared)) = last(&value.path).zip(last(&key.path)) else { return false };
        // A template that goes through the value fails without it, whatever values.yaml is renamed to.
        let depth = value.inner.0.len();
        // Nobody can rename a number into another unit.
        if value.reads.iter().any(|it| it.needs() && it.path.len() > depth)
            || differ_in_unit(read, declared)
        {
            return false;
        }
        if read == declared {
            let tail = |path: &ValuesPath| path.0.iter().rev().take(2).cloned().collect::<Vec<_>>();
            // A name without one above it stands at many places.
            return value.path.0.len() > 1
                && self.has_tail(&tail(&value.path), value, key)
                && !self.has_tail(&tail(&key.path), value, key);
        }
        let fields = self.fields(value);
        match (fields.contains(read), fields.contains(declared)) {
            (true, false) => true,
            (false, true) => false,
            _ if is_in_schema(self.chart, &key.path) => false,
            _ => match (self.is_word(read, value, key), self.is_word(declared, value, key)) {
                (true, false) => true,
                (false, false) => self.has_words(read, declared, value, key),
                _ => false,
            },
        }
    }

    /// Whether the chart declares another value whose path ends alike, the last step first.
    fn has_tail(&self, tail: &[Key], value: &Undeclared, key: &Declared) -> bool {
        let others = self.values.keys.iter().skip(1);
        let mut others = others.filter(|it| it.path != value.path && !key.path.covers(&it.path));
        others.any(|it| it.path.0.iter().rev().take(tail.len()).eq(tail))
    }

    /// Whether the parts of the name that is read and not of the other are the chart's own, and not those of
    /// the other.
    fn has_words(&self, read: &str, other: &str, value: &Undeclared, key: &Declared) -> bool {
        let (mine, others) = (parts(read), parts(other));
        let mut own: Vec<_> = mine.iter().filter(|part| !others.contains(part)).collect();
        let mut wrong: Vec<_> = others.iter().filter(|part| !mine.contains(part)).collect();
        let mut known = BTreeSet::new();
        self.each_word(value, key, |name| known.extend(parts(name)));
        self.each_field(|name| known.extend(parts(name)));
        own.retain(|part| !known.contains(*part));
        wrong.retain(|part| !known.contains(*part));
        own.is_empty() && !wrong.is_empty()
    }

    /// The fields of manifests that the value is written to: what begins its line, the next or the one before.
    fn fields(&self, value: &Undeclared) -> BTreeSet<&'a str> {
        let mut fields = BTreeSet::new();
        for read in &value.reads {
            let mut files = self.chart.templates.iter();
            let Some(file) = files.find(|it| it.file.path == read.place.path) else { continue };
            let text = file.file.text.as_str();
            let (before, after) =
                text.split_at_checked(read.place.start.offset as usize).unwrap_or((text, ""));
            let above = before.rsplit('\n').take(2);
            let next = after.split('\n').nth(1);
            fields.extend(above.chain(next).filter_map(field));
        }
        fields
    }

    /// Whether a name is one of the chart's own beside the two values.
    fn is_word(&self, name: &str, value: &Undeclared, key: &Declared) -> bool {
        let mut found = false;
        self.each_word(value, key, |word| found |= word == name);
        found
    }

    /// The fields that the chart's templates write.
    fn each_field(&self, say: impl FnMut(&'a str)) {
        let lines = self.chart.templates.iter().flat_map(|file| file.file.text.as_str().lines());
        lines.filter_map(field).for_each(say);
    }

    /// The names that the chart has beside the two values: those it declares and those it reads.
    fn each_word(&self, value: &Undeclared, key: &Declared, mut say: impl FnMut(&str)) {
        let declared = self.values.keys.iter().skip(1);
        let declared = declared.filter(|it| !key.path.covers(&it.path));
        declared.filter_map(|it| last(&it.path)).for_each(&mut say);
        let here = super::steps(&value.path);
        let reads = self.analysis.flow().reads().iter();
        for step in reads.filter(|it| !it.path.starts_with(&here)).flat_map(|it| &it.path) {
            if let Step::Key(name) = step {
                say(name);
            }
        }
    }
}

/// The key whose name is most like the last one of a path.
fn best<'k>(value: &Undeclared, keys: impl Iterator<Item = &'k Declared>) -> Option<&'k Declared> {
    let name = last(&value.path)?.to_lowercase();
    let score = |key: &Declared| {
        let other = last(&key.path).unwrap_or_default().to_lowercase();
        // `nameOverride` and `fullnameOverride` are two things.
        let other_thing = other.ends_with(&name) || name.ends_with(&other);
        let score = strsim::normalized_damerau_levenshtein(&name, &other);
        if other_thing && other != name { 0.0 } else { score }
    };
    let scored = keys.map(|key| (score(key), key)).filter(|(score, _)| *score >= ALIKE);
    let best = scored.max_by(|one, other| one.0.total_cmp(&other.0));
    best.map(|(_, key)| key)
}
