//! Rows of one README that have one thing wrong: all that one key held lies elsewhere, or names are spelt otherwise.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Judge, NAMED, SHOWN, Sorted,
    meant::{Meant, words},
    named::Named,
};
use crate::rule::Sink;

/// What several rows have wrong.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Slip {
    /// What is written before the names, and what is right.
    Holder(String, String),
    /// Names with lines or hyphens in them for such without, or the other way round.
    Spelling,
}

/// The topmost path that does not exist, and the rows under it.
type Found = (Vec<Option<String>>, Sorted);

/// Rows that were found to be meant for other values, by what is wrong with them.
#[derive(Default)]
pub(super) struct Moved {
    by_slip: BTreeMap<Slip, Vec<Found>>,
}

impl Moved {
    /// Takes rows that may have something wrong that others have as well; gives back what has not.
    pub(super) fn add(&mut self, top: &[Option<String>], sorted: Sorted) -> Result<(), Sorted> {
        let plain = sorted.gone.is_empty() && sorted.renamed.iter().all(Named::is_plain_row);
        let slip = sorted.near.as_deref().filter(|_| plain).and_then(|near| slip(top, near));
        let Some(slip) = slip else { return Err(sorted) };
        self.by_slip.entry(slip).or_default().push((top.to_vec(), sorted));
        Ok(())
    }

    /// Tells of what several rows have wrong together, of the others one by one.
    pub(super) fn tell(self, judge: &Judge<'_>, meant: Option<&Meant<'_>>, out: &mut Sink) {
        for (slip, found) in self.by_slip {
            if let [(top, sorted)] = found.as_slice() {
                judge.tell(top, sorted, meant, out);
            } else {
                together(&slip, &found, judge, out);
            }
        }
    }
}

/// What is wrong with a path, where that may be wrong with others.
fn slip(top: &[Option<String>], near: &str) -> Option<Slip> {
    let (Some(name), above) = top.split_last()? else { return None };
    let above: Option<Vec<&str>> = above.iter().map(Option::as_deref).collect();
    let above = above?.join(".");
    let (holder, last) = near.rsplit_once('.').unwrap_or(("", near));
    if last == name {
        return (holder != above).then(|| Slip::Holder(above, holder.to_owned()));
    }
    let lined = |name: &str| name.contains(['_', '-']);
    let same = holder == above && words(name) == words(last) && lined(name) != lined(last);
    same.then_some(Slip::Spelling)
}

fn together(slip: &Slip, found: &[Found], judge: &Judge<'_>, out: &mut Sink) {
    let rows = || found.iter().flat_map(|(_, sorted)| &sorted.renamed);
    let Some(first) = rows().min_by_key(|row| row.place.start.line) else { return };
    let some: Vec<_> = rows().take(NAMED).map(|row| format!("`{}`", row.text)).collect();
    let (count, some) = (rows().count(), some.join(", "));
    let more = if count > NAMED { ", …" } else { "" };
    let (subject, help) = match slip {
        Slip::Holder(above, holder) if above.is_empty() => {
            (first.text.clone(), format!("write `{holder}.` before each"))
        }
        Slip::Holder(above, holder) => {
            let dot = if holder.is_empty() { "" } else { "." };
            (above.clone(), format!("write `{holder}{dot}` for `{above}.` in each"))
        }
        Slip::Spelling => (first.text.clone(), respelt(found)),
    };
    let message = format!(
        "the README documents {count} values under other names than values.yaml, which no template reads: {some}{more}"
    );
    let mut draft = out.at(first.place.clone(), message).subject(subject).help(help);
    let near = found.first().and_then(|(_, sorted)| judge.place_of(sorted.near.as_deref()?));
    if let Some(place) = near {
        draft = draft.also(place, "what is meant");
    }
    let others = rows().filter(|row| row.place != first.place).take(SHOWN);
    others.fold(draft, |draft, row| draft.also(row.place.clone(), "here, too"));
}

/// Which names to write for which.
fn respelt(found: &[Found]) -> String {
    let pair = |(top, sorted): &Found| {
        let near = sorted.near.as_deref()?.rsplit('.').next()?.to_owned();
        Some((top.last()?.clone()?, near))
    };
    let pairs: BTreeSet<_> = found.iter().filter_map(pair).collect();
    let some = pairs.iter().take(SHOWN).map(|(name, near)| format!("`{near}` for `{name}`"));
    let some = some.collect::<Vec<_>>().join(", ");
    let more = if pairs.len() > SHOWN { ", and so on" } else { "" };
    format!("write {some}{more}")
}

#[cfg(test)]
mod tests {
    use super::{Slip, slip};

    #[test]
    fn rows_may_have_one_thing_wrong() {
        let of = |path: &str, near| {
            let top: Vec<_> = path.split('.').map(|name| Some(name.to_owned())).collect();
            slip(&top, near)
        };
        let holder = |one: &str, other: &str| Some(Slip::Holder(one.into(), other.into()));
        assert!(of("a.name", "a.list[0].name") == holder("a", "a.list[0]"));
        assert!(of("name", "web.name") == holder("", "web"));
        assert!(of("a.b.name", "a.name") == holder("a.b", "a"));
        assert!(of("a.http_proxy", "a.httpProxy") == Some(Slip::Spelling));
        assert!(of("a.nam", "a.name").is_none() && of("a.x", "b.y").is_none());
    }
}
