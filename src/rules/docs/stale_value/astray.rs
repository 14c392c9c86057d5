//! Paths that people write for a value which lies elsewhere.

use super::meant::words;
use crate::{
    catalog::{Declared, Key},
    yaml::Kind,
};

/// The names of switches: what is made is enabled.
const SWITCHES: [&str; 4] = ["create", "enable", "enabled", "install"];

/// Whether a value may be meant by a path that does not exist: a switch beside it of another name, what has one step
/// less or more, a list's item for the list's, or the same words in other steps.
pub(super) fn is_meant(path: &[&str], key: &Declared) -> bool {
    let declared = &key.path.0;
    key.leaf
        && (is_switch(path, key)
            || is_joined(path, declared)
            || is_akin(path, declared)
            || differs_by_a_step(path, declared))
}

fn is_switch(path: &[&str], key: &Declared) -> bool {
    let Some((name, above)) = path.split_last() else { return false };
    let Some((Key::Name(other), holder)) = key.path.0.split_last() else { return false };
    let named = |name: &str| SWITCHES.contains(&name);
    key.kind == Kind::Bool
        && !above.is_empty()
        && named(name)
        && named(other)
        && are_same(above, holder)
}

/// Whether the names of two paths are the same one by one.
fn are_same(path: &[&str], declared: &[Key]) -> bool {
    path.len() == declared.len() && path.iter().zip(declared).all(|(name, key)| key.is(name))
}

/// Whether the words of two paths are the same, and only their steps differ: `image.pullSecrets` and
/// `imagePullSecrets`.
fn is_joined(path: &[&str], declared: &[Key]) -> bool {
    let names: Option<Vec<&str>> = declared.iter().map(name).collect();
    let squashed = |names: &[&str]| names.iter().flat_map(|it| words(it)).collect::<String>();
    names.is_some_and(|names| squashed(path) == squashed(&names))
}

fn name(key: &Key) -> Option<&str> {
    match key {
        Key::Name(name) => Some(name),
        Key::Index(_) => None,
    }
}

/// Whether two paths of two steps end alike, and the first name of the one is the end of the other's:
/// `webPro.image` and `pro.image`.
fn is_akin(path: &[&str], declared: &[Key]) -> bool {
    let ([first, last], [Key::Name(other), Key::Name(end)]) = (path, declared) else {
        return false;
    };
    let (one, other) = (words(first), words(other));
    let (short, long) = if one.len() < other.len() { (&one, &other) } else { (&other, &one) };
    last == end && short.len() < long.len() && long.ends_with(short)
}

/// Whether one path is the other without one of its steps, a list's item being one with the list; their names are the
/// same, and so is what the shorter begins with, if it is of several steps.
fn differs_by_a_step(path: &[&str], declared: &[Key]) -> bool {
    let mut steps: Vec<&str> = Vec::new();
    for key in declared {
        match key {
            Key::Name(name) => steps.push(name),
            Key::Index(0) => {}
            Key::Index(_) => return false,
        }
    }
    let (short, long) =
        if steps.len() < path.len() { (steps.as_slice(), path) } else { (path, steps.as_slice()) };
    // What one component has at its top another may have as well, but for what has a name of its own.
    let own = short.last().is_some_and(|name| words(name).len() > 1);
    let begins = short.len() == 1 || short.first() == long.first() || own && long == path;
    let mut rest = long.iter();
    short.len() + 1 == long.len()
        && begins
        && short.last() == long.last()
        && short.iter().all(|name| rest.any(|other| other == name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::ValuesPath;

    fn path(text: &str) -> Vec<Key> {
        ValuesPath::of(text.split('.').collect::<Vec<_>>()).0
    }

    #[test]
    fn steps_are_joined_left_out_and_added() {
        assert!(is_joined(&["image", "pullSecrets"], &path("imagePullSecrets")));
        assert!(!is_joined(&["image", "secrets"], &path("imagePullSecrets")));
        assert!(is_akin(&["webPro", "image"], &path("pro.image")));
        assert!(!is_akin(&["webPro", "image"], &path("pro.tag")));
        assert!(differs_by_a_step(&["backup", "cron", "schedule"], &path("backup.schedule")));
        assert!(differs_by_a_step(&["web", "resources"], &path("resources")));
        let item = [path("source.items"), vec![Key::Index(0)], path("isDefault")].concat();
        assert!(differs_by_a_step(&["source", "isDefault"], &item));
        assert!(!differs_by_a_step(&["a", "b", "c"], &path("b.c")));
        assert!(differs_by_a_step(&["web", "memory", "max_size"], &path("memory.max_size")));
        assert!(!differs_by_a_step(&["a", "b"], &path("a.b")));
    }
}
