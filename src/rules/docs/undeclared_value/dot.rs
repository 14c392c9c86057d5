//! Places that take the dot for the one at the top, where it is a value.

use crate::{
    analysis::{LostDot, Undeclared},
    finding::Place,
    rule::Sink,
};

/// How many further places a finding shows.
const SHOWN: usize = 3;

/// Whether a value is what places with a lost dot seem to read in what the dot is.
pub(super) fn is_of_lost(value: &Undeclared, lost: &[LostDot]) -> bool {
    let told = |place: &Place| lost.iter().any(|it| it.place == *place || it.more.contains(place));
    !value.reads.is_empty() && value.reads.iter().all(|read| told(&read.place))
}

/// Tells of each block that has lost its dot.
pub(super) fn report(lost: &[LostDot], out: &mut Sink) {
    for it in lost {
        let LostDot { chain, dot, .. } = it;
        let (what, when) = if it.item { ("an item of ", "has one") } else { ("", "is set") };
        let fails = if it.guarded {
            "it fails when it is reached".to_owned()
        } else {
            format!("it fails as soon as that {when}")
        };
        let message = format!("`{chain}` is read where the dot is {what}`{dot}`: {fails}");
        let itself = !it.item && *chain == format!(".Values.{dot}");
        let help = match it.more.len() {
            0 if itself => format!("write `.`, or `${chain}`"),
            0 => format!("write `${chain}`"),
            _ => format!("write `${chain}`, and `$` before the dots of the others, too"),
        };
        let draft = out.at(it.place.clone(), message).subject(chain.clone()).help(help);
        let more = it.more.iter().take(SHOWN);
        more.fold(draft, |draft, place| draft.also(place.clone(), "here, too"));
    }
}
