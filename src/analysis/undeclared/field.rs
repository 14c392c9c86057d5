//! Values that belong to what they lie in: users put them there, or a template writes them out with the rest.

use std::collections::BTreeSet;

use super::{Undeclared, named};
use crate::{
    analysis::{self, Analysis, slip::SWITCHES},
    catalog::ValuesPath,
    template::flow::{How, Read, Step},
};

/// What hands a mapping on with all that lies in it.
const WHOLE: [&str; 6] = ["deepCopy", "include", "merge", "omit", "toYaml", "tpl"];

impl Analysis<'_> {
    /// Whether a value is a field of what it lies in: see [`Undeclared::field`].
    pub(super) fn is_field(&self, it: &Undeclared, gone_over: &BTreeSet<(usize, &[Step])>) -> bool {
        let inner = analysis::steps(&it.inner);
        let Some((last, above)) = inner.split_last() else { return false };
        // What users put into a mapping that is gone over is theirs, and one more key of the chart's would be, too.
        if it.optional && !above.is_empty() && gone_over.contains(&(it.member, above)) {
            return true;
        }
        if above.is_empty() || !self.flow().is_whole(it.member, above) {
            return false;
        }
        let dotted = named(last).is_some_and(|name| name.contains('.'));
        let mut reads = self.flow().reads().iter().filter(|read| read.member == it.member);
        // What is declared in it is nothing that is missing.
        let single = |read: &Read| {
            read.path.len() == inner.len()
                && read.path.starts_with(above)
                && self.missing(it.member, &read.path).is_none()
        };
        dotted || !reads.any(single)
    }

    /// The values whose entries templates go over, by member.
    pub(super) fn gone_over(&self) -> BTreeSet<(usize, &[Step])> {
        let reads = self.flow().reads().iter().filter(|read| read.how == How::Iterated);
        reads.map(|read| (read.member, read.path.as_slice())).collect()
    }

    /// The mapping that a value lies in, or one above that, which is written out with all that lies in it, and not only as
    /// a digest or without the value's key.
    pub(super) fn written_with(&self, it: &Undeclared) -> Option<ValuesPath> {
        let inner = analysis::steps(&it.inner);
        let name = named(inner.last()?)?;
        let prefix = it.path.0.len().checked_sub(inner.len())?;
        let depths = (1..inner.len()).rev();
        let mut whole = depths.filter(|depth| {
            let above = inner.get(..*depth).unwrap_or_default();
            self.flow().is_whole(it.member, above) && self.carries(it.member, above, name)
        });
        let depth = whole.next()?;
        Some(ValuesPath(it.path.0.get(..prefix + depth)?.to_vec()))
    }

    /// Whether a place that reads a mapping as a whole may write a key of it.
    fn carries(&self, member: usize, mapping: &[Step], key: &str) -> bool {
        let quoted = format!("\"{key}\"");
        let files = self.templates.files();
        let mut reads = self.flow().reads().iter().filter(|read| {
            read.member == member
                && read.path == mapping
                && matches!(read.how, How::Whole | How::Passed | How::Tpl | How::Printed)
        });
        reads.any(|read| {
            let text = files.get(read.file).map_or("", |file| file.template.text.as_str());
            let (before, after) =
                text.split_at_checked(read.span.start as usize).unwrap_or((text, ""));
            let action = [before.rsplit("{{").next(), after.split("}}").next()];
            let action: Vec<_> = action.into_iter().flatten().collect();
            let hands = || action.iter().any(|it| WHOLE.iter().any(|word| it.contains(word)));
            !action.iter().any(|it| it.contains(&quoted) || it.contains("sum"))
                && (read.how != How::Passed || hands())
        })
    }

    /// Whether a value is a switch that would be written out with all that it lies in, as a field of that.
    pub fn is_written_along(&self, it: &Undeclared) -> bool {
        let inner = analysis::steps(&it.inner);
        let Some((Step::Key(name), above)) = inner.split_last() else { return false };
        let quoted = format!("\"{name}\"");
        let files = self.templates.files();
        let mut reads = self.flow().reads().iter().filter(|read| {
            read.member == it.member && read.how == How::Whole && read.path == above
        });
        SWITCHES.contains(&&**name)
            && reads.any(|read| {
                let text = files.get(read.file).map_or("", |file| file.template.text.as_str());
                let (before, after) =
                    text.split_at_checked(read.span.start as usize).unwrap_or((text, ""));
                let action = [before.rsplit("{{").next(), after.split("}}").next()];
                !action.into_iter().flatten().any(|part| part.contains(&quoted))
            })
    }
}
