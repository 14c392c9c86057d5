//! Names that nobody gives to two things that lie beside each other.

use crate::{
    analysis::{Manner, OwnRead, Undeclared},
    catalog::{Chart, Declared, Key, ValuesPath},
    yaml::Kind,
};

use super::{
    names::{parts, squashed},
    paths::{last, siblings},
};

/// The names of switches: of two of them beside each other one is enough.
pub(in crate::analysis) const SWITCHES: [&str; 5] =
    ["create", "deploy", "enable", "enabled", "install"];
/// What a text says near a place that reads an old name on purpose.
pub(in crate::analysis) const OLD: [&str; 7] =
    ["backward", "compat", "deprecat", "legacy", "no longer", "removed", "renamed"];
/// How many lines before and after a place are near it.
const NEAR: u32 = 10;

/// The declared value beside one that is read, whose name is the same but for case, hyphens and underscores; where
/// nothing near the places says that the other name is an older one.
pub(super) fn respelt<'v>(value: &Undeclared, chart: &'v Chart) -> Option<&'v Declared> {
    let name = last(&value.path)?;
    let mut beside = siblings(&chart.documentation().values, &value.path);
    let key =
        beside.find(|key| last(&key.path).is_some_and(|it| squashed(it) == squashed(name)))?;
    let declared = last(&key.path)?;
    let meant = |read: &OwnRead| is_meant(read, declared, chart);
    value.reads.iter().all(meant).then_some(key)
}

/// How many words a name has that nobody takes for another one when it is written with a dot.
const JOINED_WORDS_MIN: usize = 3;

/// The only declared value whose last steps, written as one name, are the one that is read: `imagePullPolicy` and
/// `image.pullPolicy`.
pub(super) fn joined<'v>(value: &Undeclared, chart: &'v Chart) -> Option<&'v Declared> {
    let name = last(&value.path).filter(|name| parts(name).len() >= JOINED_WORDS_MIN)?;
    let whole = squashed(name);
    let is_end = |part: &str| {
        let end = name.len().checked_sub(part.len()).and_then(|at| name.get(at..));
        end.is_some_and(|end| end.eq_ignore_ascii_case(part))
    };
    let is_joined = |key: &&Declared| {
        if !last(&key.path).is_some_and(is_end) {
            return false;
        }
        let ends = |length: usize| {
            let tail = key.path.0.len().checked_sub(length).and_then(|at| key.path.0.get(at..));
            tail.is_some_and(|tail| squashed(&ValuesPath(tail.to_vec()).to_string()) == whole)
        };
        ends(2) || ends(3)
    };
    let mut found = chart.documentation().values.keys.iter().skip(1).filter(is_joined);
    let key = found.next().filter(|_| found.next().is_none())?;
    let declared = last(&key.path)?;
    value.reads.iter().all(|read| is_meant(read, declared, chart)).then_some(key)
}

/// The key beside one that is read, as values.yaml has it in a comment, whose name is the same but for case, hyphens
/// and underscores.
pub(super) fn commented(value: &Undeclared, chart: &Chart) -> Option<ValuesPath> {
    let values = &chart.documentation().values;
    let name = last(&value.path)?;
    let (_, above) = value.path.0.split_last()?;
    let path = |name: &str| ValuesPath(above.to_vec()).join(Key::Name(name.to_owned()));
    let stands = |name: &&String| {
        let steps = path(name.as_str()).0.into_iter().map(|key| match key {
            Key::Name(name) => Some(name),
            Key::Index(_) => None,
        });
        values.is_commented(&steps.collect::<Vec<_>>())
    };
    let mut alike = values.commented.keys().filter(|other| squashed(other) == squashed(name));
    let other = alike.find(stands)?;
    let meant = |read: &OwnRead| is_meant(read, other, chart);
    value.reads.iter().all(meant).then(|| path(other))
}

/// Whether nothing near a place says that one of the two names is the older one.
fn is_meant(read: &OwnRead, declared: &str, chart: &Chart) -> bool {
    let Some(text) = around(read, NEAR, chart) else { return false };
    let small = text.to_lowercase();
    !names(text, declared) && !OLD.iter().any(|word| small.contains(word))
}

/// Whether a text has a name that is not a part of another one.
fn names(text: &str, name: &str) -> bool {
    let inner = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    text.match_indices(name).any(|(at, _)| {
        let before = text.get(..at).unwrap_or_default();
        let after = text.get(at + name.len()..).unwrap_or_default();
        !before.ends_with(inner) && !after.starts_with(inner)
    })
}

/// The declared switch beside one that templates only ask for, and that nothing documents.
pub(super) fn switch<'v>(value: &Undeclared, chart: &'v Chart) -> Option<&'v Declared> {
    let is_switch = |name: Option<&str>| name.is_some_and(|name| SWITCHES.contains(&name));
    let asks = |read: &OwnRead| {
        matches!(read.manner, Manner::Copes | Manner::Misses)
            && read.path.len() == value.inner.0.len()
    };
    if value.documented
        || value.path.0.len() < 2
        || !is_switch(last(&value.path))
        || !value.reads.iter().all(asks)
    {
        return None;
    }
    let beside = siblings(&chart.documentation().values, &value.path);
    let mut switches = beside.filter(|key| is_switch(last(&key.path)) && key.kind == Kind::Bool);
    let only = switches.next()?;
    // Where one line asks for both, one of them is the older name.
    let path = only.path.to_string();
    let both = |read: &OwnRead| around(read, 0, chart).is_none_or(|it| it.contains(&path));
    (switches.next().is_none() && !value.reads.iter().any(both)).then_some(only)
}

/// The line of a place, and some before and after it.
fn around<'c>(read: &OwnRead, lines: u32, chart: &'c Chart) -> Option<&'c str> {
    let file = chart.templates.iter().find(|it| it.file.path == read.place.path)?;
    let text = &file.file.text;
    let line = read.place.start.line;
    let start = text.line_span(line.saturating_sub(lines)).start as usize;
    text.as_str().get(start..text.line_span(line.saturating_add(lines)).end as usize)
}
