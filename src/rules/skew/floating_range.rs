//! `skew/floating-range`

use std::collections::BTreeMap;

use crate::{
    catalog::{Chart, Dependency},
    rule::{ChartContext, Rule, Sink},
    version::Constraint,
};

/// A dependency that takes whatever is newest.
pub(crate) struct FloatingRange;

impl Rule for FloatingRange {
    fn chart(&self, chart: &Chart, _: &ChartContext<'_>, out: &mut Sink) {
        // One chart under several aliases has one range to mend, written several times.
        let mut told = BTreeMap::<_, Vec<&Dependency>>::new();
        for it in chart.dependencies.iter().filter(|it| !it.is_local()) {
            // What lies in the same tree is chosen by the tree.
            let Some(version) = &it.version else { continue };
            told.entry((&it.name.value, &version.value)).or_default().push(it);
        }
        for ((name, version), uses) in told {
            let floats = floats(version, locked(chart, name));
            if let (Some(floats), Some((first, rest))) = (floats, uses.split_first()) {
                tell(name, version, floats, first, rest, out);
            }
        }
    }
}

/// The version that the lock holds a dependency at.
fn locked<'c>(chart: &'c Chart, name: &str) -> Option<&'c str> {
    let mut entries = chart.lock.as_ref()?.entries.iter();
    let written = &entries.find(|entry| entry.name.value == name)?.version.as_ref()?.value;
    crate::version::parse(written).is_ok().then(|| written.trim_start_matches('v'))
}

fn tell(
    name: &str,
    version: &str,
    floats: Floats,
    first: &Dependency,
    rest: &[&Dependency],
    out: &mut Sink,
) {
    let place = |it: &Dependency| {
        it.place(it.version.as_ref().map_or(it.name.span, |version| version.span))
    };
    let message = format!("`{version}` of `{name}` {}", floats.reason);
    let draft = out.at(place(first), message).subject(name).help(floats.help);
    rest.iter().fold(draft, |draft, it| draft.also(place(it), "and here"));
}

struct Floats {
    reason: String,
    help: String,
}

fn floats(written: &str, locked: Option<&str>) -> Option<Floats> {
    let text = written.trim();
    // What is locked is what is in use.
    let example = match locked {
        Some(version) => format!("`^{version}`, from the locked version"),
        None => "for example `^1.2.3`".to_owned(),
    };
    if text.eq_ignore_ascii_case("latest") {
        return Some(Floats {
            reason: "is no version: Helm resolves no tag names".to_owned(),
            help: format!("write the version, or a range with a bound: {example}"),
        });
    }
    let constraint = Constraint::parse(text).ok()?;
    if constraint.looks_pinned_but_floats() {
        let range = if text.contains('.') { format!("{text}.x") } else { format!("{text}.x.x") };
        let whole = locked.map(|version| format!(" `{version}`")).unwrap_or_default();
        return Some(Floats {
            reason: format!("looks like one version and is the range `{range}`"),
            help: format!("write the whole version{whole}, or `{range}` where a range is meant"),
        });
    }
    if constraint.has_upper_bound() {
        return None;
    }
    Some(Floats {
        reason: "has no upper bound: the next major is taken without a word".to_owned(),
        help: format!("bound it, {example}, and let a bot raise it"),
    })
}

#[cfg(test)]
mod tests {
    use super::floats;

    #[test]
    fn only_what_has_no_bound_floats() {
        for text in [
            "*",
            "x.x.x",
            ">=1.2.3",
            ">1",
            ">= 1.0.0-0",
            "1",
            "1.2",
            "=1",
            "v1.2",
            "latest",
            "^1 || >3",
        ] {
            assert!(floats(text, None).is_some(), "{text}");
        }
        for text in [
            "1.2.3",
            "=1.2.3",
            "v1.2.3",
            "^1.2",
            "~1",
            "1.x",
            "1.x.x",
            "1.2.x",
            "1.2.*",
            ">=1 <2",
            "1.2 - 1.4",
            "<2",
            "",
            "nonsense",
        ] {
            assert!(floats(text, None).is_none(), "{text}");
        }
    }
}
