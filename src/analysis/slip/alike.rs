//! What a value that nothing declares may have meant, as far as a help may propose it.

use std::collections::BTreeSet;

use crate::{
    analysis::{Analysis, OwnRead, Undeclared, steps},
    catalog::{Chart, Declared, Key, Values, ValuesPath},
    template::flow::{Step, Usage},
    text::Span,
    yaml::Kind,
};

use super::{
    best, comparable,
    fellows::block,
    fields::field,
    names::{parts, share},
    paths::{ends_with, last, siblings},
};

impl Analysis<'_> {
    /// A declared value that may be meant by one that is not: beside it, written nearly alike and read by nothing, or
    /// its plural; else the one that a place reads but for the first step of its path, which was copied.
    pub fn alike(&self, value: &Undeclared, chart: &Chart) -> Option<ValuesPath> {
        if !comparable(self.undeclared(chart).len(), chart) {
            return None;
        }
        let values = &chart.documentation().values;
        let unread = |key: &&Declared| self.usage(value.member, &key.path) == Usage::Unread;
        // What a chart sets for one under it has names of its own.
        if value.path != value.inner {
            return self.newer(value, chart).map(|key| key.path.clone());
        }
        let near = best(value, siblings(values, &value.path).filter(unread)).filter(|key| key.leaf);
        let newer = || self.newer(value, chart);
        let asked = |key: &Declared| self.is_read_at(value, &key.path, ASKED_ABOVE, chart);
        let near = near
            .or_else(newer)
            .or_else(|| short_cut(value, values))
            .or_else(|| copied(value, values, asked, |key| unread(&key)))
            .or_else(|| longer(siblings(values, &value.path).filter(unread), value))
            .or_else(|| self.parallel(value, chart))
            .or_else(|| self.twin(value, chart))
            .or_else(|| self.only(value, chart))
            .or_else(|| self.common(value, values))
            .or_else(|| one_deeper(value, values))?;
        // What the same line reads already was not meant, nor what is another component's.
        (!self.is_of_another(value, near, chart) && !self.is_read_at(value, &near.path, 0, chart))
            .then(|| near.path.clone())
    }

    /// What is left over beside a path: of a declared one that nothing reads the only one there that templates read and
    /// nothing declares, of such a one the only one there that nothing reads.
    pub fn left_over(&self, path: &ValuesPath, chart: &Chart) -> Option<ValuesPath> {
        let (_, above) = path.0.split_last().filter(|(_, above)| !above.is_empty())?;
        let member = self.members_of(chart).next()?;
        if !comparable(self.undeclared(chart).len(), chart) {
            return None;
        }
        let values = &chart.documentation().values;
        let unread = |key: &&Declared| self.usage(member, &key.path) == Usage::Unread;
        let mut declared = siblings(values, path).filter(unread).map(|key| &key.path);
        let beside = |it: &&Undeclared| it.path.0.split_last().is_some_and(|it| it.1 == above);
        let mut read = self.undeclared(chart).iter().filter(beside).map(|it| &it.path);
        match (declared.next(), declared.next(), read.next(), read.next()) {
            (Some(declared), None, Some(read), None) => {
                let related = share(last(declared)?, last(read)?)
                    || self.is_last_of_a_kind(declared, read, chart);
                related.then(|| if declared == path { read } else { declared }.clone())
            }
            _ => None,
        }
    }

    /// Whether two names that are left over in a mapping belong together: on the lines around the place that needs the one
    /// others of the mapping are read, which are as the other is.
    fn is_last_of_a_kind(&self, declared: &ValuesPath, read: &ValuesPath, chart: &Chart) -> bool {
        let values = &chart.documentation().values;
        let mut all = self.undeclared(chart).iter();
        let needed = all.find(|it| it.path == *read && !it.optional);
        let place = needed.and_then(|it| it.reads.iter().find(|read| read.needs()));
        let (Some(place), Some(own)) = (place, values.find(declared)) else { return false };
        let file = self.set_file(&place.place.path);
        let mut files = chart.templates.iter();
        let text = files.find(|it| it.file.path == place.place.path).map(|it| &it.file.text);
        let Some(text) = text.filter(|_| own.leaf) else { return false };
        let line = place.place.start.line;
        let first = text.line_span(line.saturating_sub(FELLOWS_NEAR)).start as usize;
        let near = Span::new(first, text.line_span(line.saturating_add(FELLOWS_NEAR)).end as usize);
        let is_near = |key: &&Declared| {
            let path = steps(&key.path);
            let mut reads = self.flow().reads().iter();
            reads.any(|it| Some(it.file) == file && it.path == path && near.contains(it.span))
        };
        let alike = siblings(values, declared).filter(|key| key.leaf && key.kind == own.kind);
        alike.filter(is_near).count() >= FELLOWS_MIN
    }

    /// The values that lie one step deeper than a needed one, in what lies beside it, and have its name: some, as it was
    /// one step.
    pub fn deeper(&self, value: &Undeclared, chart: &Chart) -> Option<Vec<ValuesPath>> {
        let found = one_step_deeper(value, &chart.documentation().values)?;
        let found: Vec<_> = found.iter().map(|key| key.path.clone()).collect();
        (2..=DEEPER_MAX).contains(&found.len()).then_some(found)
    }

    /// The only declared value of the same name, of several words, which lines read that begin like a place's, in its
    /// document or named template.
    fn parallel<'v>(&self, value: &Undeclared, chart: &'v Chart) -> Option<&'v Declared> {
        let name = last(&value.path).filter(|name| parts(name).len() > 1)?;
        let place = value.reads.iter().find(|read| read.needs() && !value.optional)?;
        let mut files = chart.templates.iter();
        let text = files.find(|it| it.file.path == place.place.path)?.file.text.as_str();
        let mut same = chart.documentation().values.keys.iter().skip(1);
        let mut same = same.by_ref().filter(|key| last(&key.path) == Some(name));
        let key = same.next().filter(|_| same.next().is_none())?;
        let head = |at: usize| {
            let line = text.get(..at)?.rsplit('\n').next()?;
            let (head, _) = line.split("{{").next()?.split_once(':')?;
            Some(head.trim()).filter(|head| !head.is_empty())
        };
        let own = head(place.place.start.offset as usize)?;
        let block = block(text, place.place.start.offset as usize);
        let (file, path) = (self.set_file(&place.place.path), steps(&key.path));
        let reads = self.flow().reads().iter().filter(|read| {
            Some(read.file) == file && read.member == value.member && read.path == path
        });
        let reads = reads.filter(|read| block.contains(read.span));
        let alike: BTreeSet<_> = reads
            .filter(|it| head(it.span.start as usize) == Some(own))
            .map(|it| it.span)
            .collect();
        (alike.len() >= PARALLEL_MIN).then_some(key)
    }

    /// The declared value whose name is the plural of one that is read: it, where it is no list of mappings, or the
    /// only one in it that the same file reads.
    fn newer<'v>(&self, value: &Undeclared, chart: &'v Chart) -> Option<&'v Declared> {
        let values = &chart.documentation().values;
        let plural = format!("{}s", last(&value.path)?);
        let key = siblings(values, &value.path).find(|key| last(&key.path) == Some(&plural))?;
        if key.leaf {
            let node = Values::node(chart.values.as_deref()?, key)?;
            let plain = node.items().all(|item| item.kind() != Kind::Mapping);
            return plain.then_some(key);
        }
        let file = self.set_file(&value.reads.first()?.place.path);
        let in_file = || self.flow().reads().iter().filter(|read| Some(read.file) == file);
        let is_read = |key: &&Declared| {
            let path = steps(&key.path);
            in_file().any(|read| read.member == value.member && read.path.starts_with(&path))
        };
        let children = || key.children.values().filter_map(|at| values.keys.get(*at));
        let holders = || {
            value.path.0.iter().filter_map(|key| {
                if let Key::Name(name) = key { Some(name.as_str()) } else { None }
            })
        };
        let named = children().find(|key| holders().any(|name| last(&key.path) == Some(name)));
        let mut read = children().filter(is_read);
        let only = read.next().filter(|_| read.next().is_none());
        only.or(named)
    }

    /// The only value beside one that is needed, where what they lie in is named for several of a kind, and the file
    /// does not read it.
    fn only<'v>(&self, value: &Undeclared, chart: &'v Chart) -> Option<&'v Declared> {
        let holder = ValuesPath(value.path.0.split_last()?.1.to_vec());
        let plural = last(&holder).is_some_and(|name| name.ends_with('s'));
        let mut beside = siblings(&chart.documentation().values, &value.path);
        let only = beside.next().filter(|_| beside.next().is_none())?;
        let file = self.set_file(&value.reads.first()?.place.path);
        let path = steps(&only.path);
        let mut here = self.flow().reads().iter().filter(|read| Some(read.file) == file);
        let used = here.any(|read| read.member == value.member && read.path.starts_with(&path));
        (plural && only.leaf && !value.optional && !used).then_some(only)
    }

    /// The value at the top whose name says that it is for all, where at least some files read it and nothing else that is
    /// declared has the name.
    fn common<'v>(&self, value: &Undeclared, values: &'v Values) -> Option<&'v Declared> {
        let name = last(&value.path).filter(|name| name.starts_with(COMMON))?;
        let mut same = values.keys.iter().skip(1).filter(|key| last(&key.path) == Some(name));
        let key = same.next().filter(|key| key.path.0.len() == 1 && same.next().is_none())?;
        let path = steps(&key.path);
        let reads = self.flow().reads().iter();
        let reads = reads.filter(|read| read.member == value.member && read.path == path);
        let files: BTreeSet<_> = reads.map(|read| read.file).collect();
        (files.len() >= COMMON_FILES_MIN).then_some(key)
    }

    /// The only declared value of the same name, of several words, that other files write to the field that a needed one is
    /// written to.
    fn twin<'v>(&self, value: &Undeclared, chart: &'v Chart) -> Option<&'v Declared> {
        let name = last(&value.path).filter(|name| parts(name).len() > 1)?;
        let place = value.reads.iter().find(|read| read.needs() && !value.optional)?;
        let own = self.set_file(&place.place.path)?;
        let mut same =
            chart.documentation().values.keys.iter().skip(1).filter(|key| {
                last(&key.path) == Some(name) && key.path.0.len() == value.path.0.len()
            });
        let key = same.next().filter(|_| same.next().is_none())?;
        let field_at = |file: usize, at: usize| {
            let text = self.templates.files().get(file)?.template.text.as_str();
            field(text.get(..at)?.rsplit('\n').next()?)
        };
        let meant = field_at(own, place.place.start.offset as usize)?;
        let path = steps(&key.path);
        let reads =
            self.flow().reads().iter().filter(|read| {
                read.member == value.member && read.path == path && read.file != own
            });
        let twins =
            reads.filter(|read| field_at(read.file, read.span.start as usize) == Some(meant));
        let files: BTreeSet<_> = twins.map(|read| read.file).collect();
        (files.len() >= TWINS_MIN).then_some(key)
    }

    /// Whether another value is read on the line of the first place that reads a value, or on some above it.
    fn is_read_at(
        &self,
        value: &Undeclared,
        other: &ValuesPath,
        above: u32,
        chart: &Chart,
    ) -> bool {
        let Some(first) = value.reads.first() else { return false };
        let mut files = chart.templates.iter();
        let Some(file) = files.find(|it| it.file.path == first.place.path) else { return false };
        let (text, line) = (&file.file.text, first.place.start.line);
        let start = text.line_span(line.saturating_sub(above)).start as usize;
        let lines = Span::new(start, text.line_span(line).end as usize);
        let (number, path) = (self.set_file(&first.place.path), steps(other));
        let mut reads = self.flow().reads().iter();
        reads.any(|read| {
            Some(read.file) == number
                && read.member == value.member
                && read.path == path
                && lines.contains(read.span)
        })
    }
}

/// The values one step deeper than a needed one, in what lies beside it, that have its name.
fn one_step_deeper<'v>(value: &Undeclared, values: &'v Values) -> Option<Vec<&'v Declared>> {
    let (name, _) = value.path.0.split_last().filter(|(_, above)| !above.is_empty())?;
    let exact = value.reads.iter().all(|read| read.path.len() == value.inner.0.len());
    let Key::Name(name) = name else { return None };
    let holders = siblings(values, &value.path);
    let children = holders.filter_map(|key| values.keys.get(*key.children.get(name)?));
    let found = children.filter(|key| key.leaf).collect();
    (exact && !value.optional).then_some(found)
}

/// The only such value, where its name is no ordinary word, and no mapping has both.
fn one_deeper<'v>(value: &Undeclared, values: &'v Values) -> Option<&'v Declared> {
    let found = one_step_deeper(value, values)?;
    let [only] = found.as_slice() else { return None };
    let name = last(&only.path).filter(|name| parts(name).len() > 1)?;
    let [.., Key::Name(holder), _] = only.path.0.as_slice() else { return None };
    let both = |key: &Declared| {
        let deeper = key.children.get(holder).and_then(|at| values.keys.get(*at));
        key.children.contains_key(name) && deeper.is_some_and(|it| it.children.contains_key(name))
    };
    (!values.keys.iter().any(both)).then_some(*only)
}

/// The only one of some keys whose name has more words before those of a value's: `updateStrategy` for `strategy`.
fn longer<'v>(
    keys: impl Iterator<Item = &'v Declared>,
    value: &Undeclared,
) -> Option<&'v Declared> {
    let name = parts(last(&value.path)?);
    let ends = |key: &&Declared| {
        last(&key.path).is_some_and(|it| {
            let other = parts(it);
            other.len() > name.len() && other.ends_with(&name)
        })
    };
    let mut found = keys.filter(ends);
    found.next().filter(|_| found.next().is_none())
}

/// How many values of a mapping are read around a place that needs one which is left over, at least.
const FELLOWS_MIN: usize = 3;
/// How many lines before and after that place they are.
const FELLOWS_NEAR: u32 = 4;
/// Of how many values that lie a step deeper a help names each.
const DEEPER_MAX: usize = 4;
/// How many lines that begin like a place's read another value of its name, at least.
const PARALLEL_MIN: usize = 3;

/// How many files read what a place may have meant that writes the same field, at least.
const TWINS_MIN: usize = 2;

/// What the names of values begin with that are for all that a chart makes.
const COMMON: &str = "common";
/// How many files read such a value at least.
const COMMON_FILES_MIN: usize = 3;

/// How many lines above a place a condition may ask for what the place means.
const ASKED_ABOVE: u32 = 2;
/// How many last steps of a path say what it is of.
const TELLING: usize = 3;
/// How many first steps of a path a place may have got by a copy.
const COPIED_MAX: usize = 3;

/// The declared value whose path is that of a place without its first step, or with another one; or without more of
/// its first steps. What is missing lies in these, or is needed: what one component may have another one may, too. Of
/// several such values the one is meant that a line above asks for.
fn copied<'v>(
    value: &Undeclared,
    values: &'v Values,
    asked: impl Fn(&Declared) -> bool,
    unread: impl Fn(&Declared) -> bool,
) -> Option<&'v Declared> {
    let path = &value.reads.first()?.path;
    let depth = value.inner.0.len();
    let astray = path.len() > depth || (!value.optional && value.reads.iter().any(OwnRead::needs));
    let counts = (1..=COPIED_MAX).filter(|count| *count >= depth || (astray && *count == 1));
    let tails = counts.filter_map(|count| Some((count, path.get(count..)?)));
    for (count, tail) in tails.filter(|(_, tail)| tail.len() > 1) {
        let others = usize::from(count == 1);
        let ends = |key: &&Declared| ends_with(&key.path, tail).is_some_and(|it| it <= others);
        let found: Vec<_> = values.keys.iter().skip(1).filter(ends).collect();
        let mut near = found.iter().filter(|key| asked(key));
        match (found.as_slice(), near.next(), near.next()) {
            ([], ..) => {}
            (_, Some(only), None) => return Some(only),
            // What another component reads is that one's own, where this one is there or the path is any other's.
            ([only], ..)
                if only.path.0.len() == tail.len()
                    || unread(only)
                    || (depth == 1 && tail.len() >= TELLING) =>
            {
                return Some(only);
            }
            _ => return None,
        }
    }
    None
}

/// The declared value whose path is that of a place without the step that is missing in its middle.
fn short_cut<'v>(value: &Undeclared, values: &'v Values) -> Option<&'v Declared> {
    let path = &value.reads.first()?.path;
    let at = value.inner.0.len().checked_sub(1)?;
    let rest = path.get(at + 1..).filter(|rest| rest.len() > 1 && at > 0)?;
    let steps: Vec<_> = path.get(..at)?.iter().chain(rest).collect();
    let same = |key: &&Declared| {
        key.path.0.len() == steps.len()
            && key
                .path
                .0
                .iter()
                .zip(&steps)
                .all(|it| matches!(it, (Key::Name(key), Step::Key(step)) if **key == **step))
    };
    values.keys.iter().skip(1).find(same)
}
