//! Paths that people mix up.

use crate::{
    catalog::{Declared, Key, Values, ValuesPath},
    template::flow::Step,
};

use super::names::{is_longer_name, parts, squashed};

/// Whether two paths end in one name of several words, and lie in things of which one has the other's name and more:
/// `checks.shareNamespace` and `checksRunner.shareNamespace`.
pub(super) fn akin(one: &ValuesPath, other: &ValuesPath) -> bool {
    let holder =
        |path: &ValuesPath| last(&ValuesPath(path.0.split_last()?.1.to_vec())).map(str::to_owned);
    let words = last(one).map_or(0, |name| parts(name).len());
    words > 1
        && last(one) == last(other)
        && holder(one).zip(holder(other)).is_some_and(|(one, other)| is_longer_name(&one, &other))
}

/// How many steps a path may lack in its middle.
const LACKING_MAX: usize = 2;

/// Whether a path of two steps or more is another one without a step in its middle, or without two, where its name is
/// no ordinary word.
pub(super) fn lacks_some(short: &[Key], long: &[Key]) -> bool {
    let lacking = long.len().saturating_sub(short.len());
    let ordinary = short.last().is_none_or(|key| words(key) < 2);
    let mut rest = long.iter();
    short.len() > 1
        && (1..=LACKING_MAX).contains(&lacking)
        && (lacking == 1 || !ordinary)
        && short.first() == long.first()
        && short.last() == long.last()
        && short.iter().all(|key| rest.any(|other| other == key))
}

/// Whether two paths of three steps or more differ in one that is not the last.
pub(super) fn differ_in_one(one: &[Key], other: &[Key]) -> bool {
    let others = one.iter().zip(other).filter(|(one, other)| one != other).count();
    one.len() > 2 && one.len() == other.len() && others == 1 && one.last() == other.last()
}

/// Whether a path ends with another one, whose name is no ordinary word where it is all of it.
pub(super) fn goes_too_deep(path: &[Key], end: &[Key]) -> bool {
    let named = |key: &Key| words(key) > 1;
    path.len() > end.len() && path.ends_with(end) && (end.len() > 1 || end.iter().all(named))
}

fn words(key: &Key) -> usize {
    match key {
        Key::Name(name) => parts(name).len(),
        Key::Index(_) => 0,
    }
}

/// The keys that are declared beside a path.
pub(super) fn siblings<'v>(
    values: &'v Values,
    path: &ValuesPath,
) -> impl Iterator<Item = &'v Declared> {
    let above = path.0.split_last().map(|(_, above)| ValuesPath(above.to_vec()));
    let holder = above.and_then(|above| values.find(&above));
    let children = holder.into_iter().flat_map(|key| key.children.values());
    children.filter_map(|at| values.keys.get(*at))
}

pub(super) fn last(path: &ValuesPath) -> Option<&str> {
    match path.0.last()? {
        Key::Name(name) => Some(name),
        Key::Index(_) => None,
    }
}

/// The names of a path that goes into no list.
pub(super) fn names(path: &ValuesPath) -> Option<Vec<&str>> {
    let names = path.0.iter().map(|key| match key {
        Key::Name(name) => Some(name.as_str()),
        Key::Index(_) => None,
    });
    names.collect()
}

/// A path without what people mix up: case, dots, hyphens and underscores.
pub(super) fn squash(path: &ValuesPath) -> String {
    squashed(&path.to_string())
}

/// Whether a path squashed is a text, without making that.
pub(super) fn is_squashed(path: &ValuesPath, text: &str) -> bool {
    let Some(names) = names(path) else { return squash(path) == text };
    let letters = names.iter().flat_map(|name| name.chars()).filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).eq(text.chars())
}

/// How many steps a path has before the ones that it ends with.
pub(super) fn ends_with(path: &ValuesPath, tail: &[Step]) -> Option<usize> {
    let same = |(key, step): (&Key, &Step)| matches!((key, step), (Key::Name(key), Step::Key(step)) if **key == **step);
    let before = path.0.len().checked_sub(tail.len())?;
    let rest = path.0.get(before..)?;
    rest.iter().zip(tail).rev().all(same).then_some(before)
}

/// Whether a path of two steps or more is another one without one step in its middle.
pub(in crate::analysis) fn lacks_one(short: &ValuesPath, long: &ValuesPath) -> bool {
    short.0.len() + 1 == long.0.len() && lacks_some(&short.0, &long.0)
}
