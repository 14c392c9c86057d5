//! Since when something of what differs today has been there.

use std::collections::BTreeSet;

use super::{Compared, is_same, said};
use crate::{
    catalog::Chart,
    history::{Commit, Unreleased},
    sources::{Content, Source},
};

/// The first of the changes after the release of which a line still stands in these files: what was in comments, and
/// what was undone since, waits for no release.
pub(super) fn first<'u>(
    files: &[Compared],
    chart: &Chart,
    source: &Source,
    unreleased: &'u Unreleased,
) -> Option<&'u Commit> {
    unreleased.commits.iter().find(|commit| {
        let then = source.folder_at(&chart.folder, commit);
        then.is_some_and(|then| {
            files.iter().any(|file| is_in(file, then.read(&file.path).ok().as_ref()))
        })
    })
}

/// Whether a file, as it was in between, has something of what it says otherwise today than at the release.
fn is_in(file: &Compared, between: Option<&Content>) -> bool {
    let before = file.before.as_ref();
    let same = match (before, between) {
        (Some(before), Some(between)) => is_same(&file.path, before, between),
        (before, between) => before.is_none() && between.is_none(),
    };
    if same {
        return false;
    }
    let today = differing(before, file.after.as_ref());
    // Where only the order differs, every change counts.
    today.is_empty() || !today.is_disjoint(&differing(before, between))
}

/// The lines that one of two contents has and the other has not, each with whether it is the second.
fn differing<'a>(
    before: Option<&'a Content>,
    after: Option<&'a Content>,
) -> BTreeSet<(bool, &'a [u8])> {
    let lines = |content: Option<&'a Content>| content.map(said).into_iter().flatten();
    let lines = |content| lines(content).map(<[u8]>::trim_ascii).collect::<BTreeSet<_>>();
    let (before, after) = (lines(before), lines(after));
    let new = after.difference(&before).map(|line| (true, *line));
    let gone = before.difference(&after).map(|line| (false, *line));
    new.chain(gone).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_stands_while_a_line_of_it_does() {
        let content = |text: &str| Content::from(text.as_bytes());
        let stands = |before: Option<&str>, between: Option<&str>, after: Option<&str>| {
            let path = "templates/web.yaml".to_owned();
            let file = Compared { path, before: before.map(content), after: after.map(content) };
            is_in(&file, between.map(content).as_ref())
        };
        let (old, new) = (Some("a: 1\nb: 1\n"), Some("a: 1\nb: 2\n"));
        assert!(stands(old, new, new) && stands(old, Some("a: 3\nb: 2\n"), new));
        assert!(!stands(old, Some("# why\n---\na: 1\nb: 1\n"), new), "it says nothing");
        assert!(!stands(old, Some("a: 3\nb: 1\n"), new), "it was undone");
        assert!(stands(old, Some("b: 1\na: 1\n"), Some("b: 1\na: 1\n")), "the order");
        assert!(stands(None, new, new) && !stands(None, None, new));
        assert!(stands(old, None, None) && !stands(old, Some("a: 1\nb: 1\nc: 1\n"), None));
    }
}
