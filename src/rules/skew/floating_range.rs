//! `skew/floating-range`

use crate::{
    catalog::{Chart, Dependency},
    rule::{ChartContext, Rule, Sink},
    version::Constraint,
};

/// A dependency that takes whatever is newest.
pub(crate) struct FloatingRange;

impl Rule for FloatingRange {
    fn dependency(&self, it: &Dependency, _: &Chart, _: &ChartContext<'_>, out: &mut Sink) {
        // What lies in the same tree is chosen by the tree.
        let Some(version) = it.version.as_ref().filter(|_| !it.is_local()) else { return };
        let Some(floats) = floats(&version.value) else { return };
        let name = &it.name.value;
        out.at(
            it.place(version.span),
            format!("`{}` of `{name}` {}", version.value, floats.reason),
        )
        .subject(name.clone())
        .help(floats.help);
    }
}

struct Floats {
    reason: String,
    help: String,
}

fn floats(written: &str) -> Option<Floats> {
    let text = written.trim();
    if text.eq_ignore_ascii_case("latest") {
        return Some(Floats {
            reason: "is no version: Helm resolves no tag names".to_owned(),
            help: "write the version, for example `1.2.3`, or a range with a bound, `^1.2.3`"
                .to_owned(),
        });
    }
    let constraint = Constraint::parse(text).ok()?;
    if constraint.looks_pinned_but_floats() {
        let range = if text.contains('.') { format!("{text}.x") } else { format!("{text}.x.x") };
        return Some(Floats {
            reason: format!("looks like one version and is the range `{range}`"),
            help: format!("write the whole version, or `{range}` where a range is meant"),
        });
    }
    if constraint.has_upper_bound() {
        return None;
    }
    Some(Floats {
        reason: "has no upper bound: the next major is taken without a word".to_owned(),
        help: "bound it, for example `^1.2.3`, and let a bot raise it".to_owned(),
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
            assert!(floats(text).is_some(), "{text}");
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
            assert!(floats(text).is_none(), "{text}");
        }
    }
}
