//! Comments that name a path: on which key they stand, and what they may be short for.

use std::collections::BTreeMap;

use crate::{
    catalog::{Chart, Declared, Key, Values, YamlFile},
    text::Span,
};

use super::meant::{ALIKE, alike};

/// So many values of one name are compared with a comment's path; where there are more, one of them is meant.
const NAMESAKES_MAX: usize = 1_000;
/// A comment stands on a key that is no more lines below it.
const BETWEEN_MAX: usize = 100;
/// So many comments, and of a hundred so many, that name whole paths make that the file's way.
const WHOLE_MIN: usize = 10;
const WHOLE_SHARE: usize = 85;

/// The comments of a values.yaml, and its keys where they stand.
pub(super) struct Comments<'a> {
    values: &'a Values,
    file: Option<&'a YamlFile>,
    /// The keys by where they begin, without what is written elsewhere.
    starts: Vec<(u32, usize)>,
    /// The declared keys by their last name.
    named: BTreeMap<&'a str, Vec<&'a Declared>>,
    /// Whether the comments name values by their whole paths.
    whole: bool,
}

impl<'a> Comments<'a> {
    pub(super) fn of(chart: &'a Chart) -> Self {
        let values = &chart.documentation().values;
        let keys = values.keys.iter().enumerate().skip(1).filter(|(_, key)| !key.borrowed);
        let mut starts: Vec<_> = keys.map(|(at, key)| (key.key.start, at)).collect();
        starts.sort_unstable();
        let mut named: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for key in &values.keys {
            if let Some(Key::Name(name)) = key.path.0.last() {
                named.entry(name.as_str()).or_default().push(key);
            }
        }
        let whole = values.mentions.iter().filter(|it| !values.under(&it.steps()).is_empty());
        let whole = whole.count();
        let whole = whole >= WHOLE_MIN && whole * 100 >= values.mentions.len() * WHOLE_SHARE;
        Self { values, file: chart.values.as_deref(), starts, named, whole }
    }

    /// The key right under a comment that ends at a byte, where only comments lie between.
    fn under(&self, end: u32) -> Option<&'a Declared> {
        let next = self.starts.partition_point(|(start, _)| *start < end);
        let (start, at) = *self.starts.get(next)?;
        let between = self.file?.stream.text().slice(Span { start: end, end: start });
        let mut lines = between.lines().skip(1).map(str::trim).enumerate();
        let on_it =
            lines.all(|(at, line)| at < BETWEEN_MAX && (line.is_empty() || line.starts_with('#')));
        self.values.keys.get(at).filter(|_| on_it)
    }

    /// The key that a comment stands on, where it has nearly the name that the comment gives it.
    pub(super) fn stands_on(&self, steps: &[Option<String>], end: u32) -> Option<&'a Declared> {
        let name = steps.last()?.as_deref()?;
        let named = |key: &Key| matches!(key, Key::Name(it) if alike(name, it) >= ALIKE);
        self.under(end).filter(|key| key.path.0.last().is_some_and(named))
    }

    /// The key that a comment stands on, where it gives its path, or the end of that, but for a slip in
    /// the last name; and whether the path is whole.
    pub(super) fn misspells(
        &self,
        steps: &[Option<String>],
        end: u32,
    ) -> Option<(&'a Declared, bool)> {
        let (_, above) = steps.split_last()?;
        let key = self.stands_on(steps, end)?;
        let (_, holder) = key.path.0.split_last()?;
        let names = holder.iter().rev().zip(above.iter().rev());
        let same = holder.len() >= above.len()
            && names.into_iter().all(|(key, step)| step.as_ref().is_some_and(|it| key.is(it)));
        same.then_some((key, holder.len() == above.len()))
    }

    /// Whether a comment names a declared path by its end alone, which people understand where it is
    /// not the file's way to name whole ones.
    pub(super) fn is_relative(&self, steps: &[Option<String>]) -> bool {
        let Some(Some(last)) = steps.last() else { return false };
        let ends = |key: &Declared| {
            let names = key.path.0.iter().rev().zip(steps.iter().rev());
            key.path.0.len() >= steps.len()
                && names.into_iter().all(|(key, step)| step.as_ref().is_some_and(|it| key.is(it)))
        };
        let Some(namesakes) = self.named.get(last.as_str()).filter(|_| !self.whole) else {
            return false;
        };
        namesakes.len() > NAMESAKES_MAX || namesakes.iter().any(|key| ends(key))
    }

    /// The path of a name that a comment gives to a key of the mapping in which it stands, where that
    /// is not declared.
    pub(super) fn inside(&self, steps: &[Option<String>], end: u32) -> Option<Vec<Option<String>>> {
        let [Some(name)] = steps else { return None };
        let text = self.file?.stream.text();
        let column = |at: u32| {
            let line = text.slice(text.line_span(text.position(at).line));
            line.len() - line.trim_start().len()
        };
        let before = self.starts.partition_point(|(start, _)| *start < end).checked_sub(1)?;
        let (_, last) = *self.starts.get(before)?;
        let own = column(end);
        let holder = self.values.line(last).find(|key| column(key.key.start) < own)?;
        let step = |key: &Key| match key {
            Key::Name(name) => Some(name.clone()),
            Key::Index(_) => None,
        };
        let mut path: Vec<_> = holder.path.0.iter().map(step).collect();
        path.push(Some(name.clone()));
        self.values.under(&path).is_empty().then_some(path)
    }
}
