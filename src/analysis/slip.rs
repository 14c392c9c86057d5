//! Two names for one value: templates read the one, values.yaml declares the other.

mod fellows;
mod synonym;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::{
    analysis::{Analysis, Manner, OwnRead, Undeclared, undeclared::is_in_schema},
    catalog::{Chart, Declared, Key, Values, ValuesPath},
    template::flow::{Step, Usage},
    text::Span,
    yaml::Kind,
};

pub(super) use synonym::SWITCHES;
use synonym::{respelt, switch};

/// How alike two names are, of 1, to be taken for one misspelt.
const ALIKE: f64 = 0.75;
/// Names of fewer letters than this may differ by one of them and be two things.
const SLIP_LENGTH_MIN: usize = 6;

/// How many pairs of a value that nothing declares and one that is declared are compared in a chart; where there are
/// more, nobody is told what was meant.
pub(super) const COMPARISONS_MAX: usize = 4_000_000;

/// Whether so many values that nothing declares can be held against those that a chart declares.
pub(super) fn comparable(undeclared: usize, chart: &Chart) -> bool {
    undeclared.saturating_mul(chart.documentation().values.keys.len()) <= COMPARISONS_MAX
}

/// The declared value that a read one means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slip {
    /// What values.yaml declares.
    pub declared: ValuesPath,
    /// Whether values.yaml has the wrong name, and not the template: nothing reads what it declares, and the
    /// name that is read is the chart's word for it, or the manifest's.
    pub in_values: bool,
}

impl Analysis<'_> {
    /// The declared value that was meant by one that is read, as far as that is plain: nothing reads it and it
    /// is written nearly alike or has the same name elsewhere; or the two differ by a slip of the finger, by case or
    /// hyphens, or are switches of one thing.
    pub(super) fn slip(&self, value: &Undeclared, chart: &Chart) -> Option<Slip> {
        // What the chart refuses is an old name on purpose.
        let refused = value.reads.iter().all(|read| read.manner == Manner::Refuses);
        if value.path != value.inner || refused {
            return None;
        }
        let judge = Judge { analysis: self, chart, values: &chart.documentation().values };
        if let Some(key) = judge.written_to(value) {
            return Some(Slip { declared: key.path.clone(), in_values: false });
        }
        let unread = judge.unread(value);
        if let Some(key) = unread {
            let in_values = !key.borrowed && !key.said.idle && judge.is_misdeclared(value, key);
            return Some(Slip { declared: key.path.clone(), in_values });
        }
        let slip = |key: &&Declared| {
            let names = last(&key.path).zip(last(&value.path));
            names.is_some_and(|(one, other)| is_slip(one, other) || is_slip_and_case(one, other))
        };
        let key = siblings(judge.values, &value.path)
            .find(slip)
            .or_else(|| respelt(value, chart))
            .or_else(|| switch(value, chart))?;
        Some(Slip { declared: key.path.clone(), in_values: false })
    }

    /// A declared value that may be meant by one that is not: beside it, written nearly alike and read by nothing, or
    /// its plural; else the one that a place reads but for the first step of its path, which was copied.
    pub fn alike(&self, value: &Undeclared, chart: &Chart) -> Option<ValuesPath> {
        if !comparable(self.undeclared(chart).len(), chart) {
            return None;
        }
        let values = &chart.documentation().values;
        let unread = |key: &&Declared| self.usage(value.member, &key.path) == Usage::Unread;
        if value.path != value.inner {
            return None;
        }
        let near = best(value, siblings(values, &value.path).filter(unread));
        let newer = || self.newer(value, chart);
        let asked = |key: &Declared| self.is_read_at(value, &key.path, ASKED_ABOVE, chart);
        let near = near
            .or_else(newer)
            .or_else(|| short_cut(value, values))
            .or_else(|| copied(value, values, asked))
            .or_else(|| self.only(value, chart))?;
        // What the same line reads already was not meant.
        (!self.is_read_at(value, &near.path, 0, chart)).then(|| near.path.clone())
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
            let path = super::steps(&key.path);
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
        let path = super::steps(&only.path);
        let mut here = self.flow().reads().iter().filter(|read| Some(read.file) == file);
        let used = here.any(|read| read.member == value.member && read.path.starts_with(&path));
        (plural && only.leaf && !value.optional && !used).then_some(only)
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
        let (number, path) = (self.set_file(&first.place.path), super::steps(other));
        let mut reads = self.flow().reads().iter();
        reads.any(|read| {
            Some(read.file) == number
                && read.member == value.member
                && read.path == path
                && lines.contains(read.span)
        })
    }
}

/// How many lines above a place a condition may ask for what the place means.
const ASKED_ABOVE: u32 = 2;
/// How many first steps of a path a place may have got by a copy.
const COPIED_MAX: usize = 3;

/// The declared value whose path is that of a place without its first step, or with another one; or without more of
/// its first steps. What is missing lies in these, or is needed: what one component may have another one may, too. Of
/// several such values the one is meant that a line above asks for.
fn copied<'v>(
    value: &Undeclared,
    values: &'v Values,
    asked: impl Fn(&Declared) -> bool,
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
            ([only], ..) | (_, Some(only), None) => return Some(only),
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

/// How many steps a path has before the ones that it ends with.
fn ends_with(path: &ValuesPath, tail: &[Step]) -> Option<usize> {
    let same = |(key, step): (&Key, &Step)| matches!((key, step), (Key::Name(key), Step::Key(step)) if **key == **step);
    let before = path.0.len().checked_sub(tail.len())?;
    let rest = path.0.get(before..)?;
    rest.iter().zip(tail).rev().all(same).then_some(before)
}

struct Judge<'a> {
    analysis: &'a Analysis<'a>,
    chart: &'a Chart,
    values: &'a Values,
}

impl<'a> Judge<'a> {
    /// The declared value that nothing reads and that is written nearly alike, or has the same name elsewhere.
    fn unread(&self, value: &Undeclared) -> Option<&'a Declared> {
        let beside = siblings(self.values, &value.path);
        let near = best(value, beside.filter(|key| self.is_unread(value, key)));
        if near.is_some() {
            return near;
        }
        let more = siblings(self.values, &value.path)
            .filter(|key| {
                let names = last(&value.path).zip(last(&key.path));
                names.is_some_and(|(one, other)| is_longer_name(one, other))
            })
            .filter(|key| key.leaf && self.is_unread(value, key));
        let more: Vec<_> = more.take(2).collect();
        if let [only] = more.as_slice() {
            return Some(only);
        }
        let whole = squash(&value.path);
        let elsewhere = |key: &&Declared| {
            key.path != value.path
                && (squash(&key.path) == whole
                    || key.path.0.ends_with(&value.path.0)
                    || akin(&value.path, &key.path)
                    || lacks_one(&value.path.0, &key.path.0)
                    || lacks_one(&key.path.0, &value.path.0))
                && self.is_unread(value, key)
        };
        let mut same = self.values.keys.iter().skip(1).filter(elsewhere);
        let only = same.next()?;
        same.next().is_none().then_some(only)
    }

    /// The declared value beside one, which nothing reads and whose name is that of the field that one is written to.
    fn written_to(&self, value: &Undeclared) -> Option<&'a Declared> {
        let depth = value.inner.0.len();
        let itself = value.reads.iter().filter(|read| read.path.len() == depth);
        let fields: BTreeSet<String> =
            itself.filter_map(|read| squashed_field(self.line_of(read)?)).collect();
        let mut beside = siblings(self.values, &value.path);
        beside.find(|key| {
            last(&key.path).is_some_and(|name| fields.contains(&squashed(name)))
                && self.is_unread(value, key)
        })
    }

    /// The line of a place, up to it.
    fn line_of(&self, read: &OwnRead) -> Option<&'a str> {
        let mut files = self.chart.templates.iter();
        let text = files.find(|it| it.file.path == read.place.path)?.file.text.as_str();
        text.get(..read.place.start.offset as usize)?.rsplit('\n').next()
    }

    fn is_unread(&self, value: &Undeclared, key: &Declared) -> bool {
        self.analysis.usage(value.member, &key.path) == Usage::Unread
    }

    /// Whether the name that is read is the right one of the two: the manifest's field has it, or the chart
    /// uses it elsewhere and the declared one nowhere.
    fn is_misdeclared(&self, value: &Undeclared, key: &Declared) -> bool {
        let Some((read, declared)) = last(&value.path).zip(last(&key.path)) else { return false };
        // A template that goes through the value fails without it, whatever values.yaml is renamed to.
        let depth = value.inner.0.len();
        if value.reads.iter().any(|it| it.needs() && it.path.len() > depth) {
            return false;
        }
        if read == declared {
            let tail = |path: &ValuesPath| path.0.iter().rev().take(2).cloned().collect::<Vec<_>>();
            // A name without one above it stands at many places.
            return value.path.0.len() > 1
                && self.has_tail(&tail(&value.path), value, key)
                && !self.has_tail(&tail(&key.path), value, key);
        }
        let fields = self.fields(value);
        match (fields.contains(read), fields.contains(declared)) {
            (true, false) => true,
            (false, true) => false,
            _ if is_in_schema(self.chart, &key.path) => false,
            _ => match (self.is_word(read, value, key), self.is_word(declared, value, key)) {
                (true, false) => true,
                (false, false) => self.has_words(read, declared, value, key),
                _ => false,
            },
        }
    }

    /// Whether the chart declares another value whose path ends alike, the last step first.
    fn has_tail(&self, tail: &[Key], value: &Undeclared, key: &Declared) -> bool {
        let others = self.values.keys.iter().skip(1);
        let mut others = others.filter(|it| it.path != value.path && !key.path.covers(&it.path));
        others.any(|it| it.path.0.iter().rev().take(tail.len()).eq(tail))
    }

    /// Whether the parts of the name that is read and not of the other are the chart's own, and not those of
    /// the other.
    fn has_words(&self, read: &str, other: &str, value: &Undeclared, key: &Declared) -> bool {
        let (mine, others) = (parts(read), parts(other));
        let mut own: Vec<_> = mine.iter().filter(|part| !others.contains(part)).collect();
        let mut wrong: Vec<_> = others.iter().filter(|part| !mine.contains(part)).collect();
        let mut known = BTreeSet::new();
        self.each_word(value, key, |name| known.extend(parts(name)));
        own.retain(|part| !known.contains(*part));
        wrong.retain(|part| !known.contains(*part));
        own.is_empty() && !wrong.is_empty()
    }

    /// The fields of manifests that the value is written to: what begins its line, the next or the one before.
    fn fields(&self, value: &Undeclared) -> BTreeSet<&'a str> {
        let mut fields = BTreeSet::new();
        for read in &value.reads {
            let mut files = self.chart.templates.iter();
            let Some(file) = files.find(|it| it.file.path == read.place.path) else { continue };
            let text = file.file.text.as_str();
            let (before, after) =
                text.split_at_checked(read.place.start.offset as usize).unwrap_or((text, ""));
            let above = before.rsplit('\n').take(2);
            let next = after.split('\n').nth(1);
            fields.extend(above.chain(next).filter_map(field));
        }
        fields
    }

    /// Whether a name is one of the chart's own beside the two values.
    fn is_word(&self, name: &str, value: &Undeclared, key: &Declared) -> bool {
        let mut found = false;
        self.each_word(value, key, |word| found |= word == name);
        found
    }

    /// The names that the chart has beside the two values: those it declares and those it reads.
    fn each_word(&self, value: &Undeclared, key: &Declared, mut say: impl FnMut(&str)) {
        let declared = self.values.keys.iter().skip(1);
        let declared = declared.filter(|it| !key.path.covers(&it.path));
        declared.filter_map(|it| last(&it.path)).for_each(&mut say);
        let here = super::steps(&value.path);
        let reads = self.analysis.flow().reads().iter();
        for step in reads.filter(|it| !it.path.starts_with(&here)).flat_map(|it| &it.path) {
            if let Step::Key(name) = step {
                say(name);
            }
        }
    }
}

/// The name of the field that a line of a manifest begins with.
fn field(line: &str) -> Option<&str> {
    let (name, _) = line.trim_start().trim_start_matches("- ").split_once(':')?;
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    (!name.is_empty() && name.chars().all(word)).then_some(name)
}

/// The name of the field, without what is before a slash, that a line of a manifest writes, and without what people
/// mix up.
fn squashed_field(line: &str) -> Option<String> {
    let (name, _) = line.split_once(':').filter(|(name, _)| !name.contains("{{"))?;
    let name = squashed(name.rsplit('/').next().unwrap_or_default());
    (name.len() >= FIELD_LENGTH_MIN).then_some(name)
}

/// Names of fields with fewer letters than this say nothing.
const FIELD_LENGTH_MIN: usize = 4;

/// Whether two paths end in one name of several words, and lie in things of which one has the other's name and more:
/// `checks.shareNamespace` and `checksRunner.shareNamespace`.
fn akin(one: &ValuesPath, other: &ValuesPath) -> bool {
    let holder =
        |path: &ValuesPath| last(&ValuesPath(path.0.split_last()?.1.to_vec())).map(str::to_owned);
    let words = last(one).map_or(0, |name| parts(name).len());
    words > 1
        && last(one) == last(other)
        && holder(one).zip(holder(other)).is_some_and(|(one, other)| is_longer_name(&one, &other))
}

/// Whether a path of two steps or more is another one without a step in its middle.
fn lacks_one(short: &[Key], long: &[Key]) -> bool {
    let same = short.iter().zip(long).take_while(|(one, other)| one == other).count();
    short.len() > 1
        && short.len() + 1 == long.len()
        && same > 0
        && same < short.len()
        && short.get(same..) == long.get(same + 1..)
}

/// The words of a name, in small letters: `pullPolicy` has two. The last is told from the others by a full stop:
/// many names end in `enabled`, and some begin with `enable`.
fn parts(name: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut small = false;
    for c in name.chars() {
        if !c.is_alphanumeric() {
            small = false;
            parts.push(String::new());
            continue;
        }
        if c.is_uppercase() && small || parts.is_empty() {
            parts.push(String::new());
        }
        small = c.is_lowercase();
        if let Some(part) = parts.last_mut() {
            part.extend(c.to_lowercase());
        }
    }
    if let Some(last) = parts.last_mut() {
        last.push('.');
    }
    parts
}

/// The keys that are declared beside a path.
fn siblings<'v>(values: &'v Values, path: &ValuesPath) -> impl Iterator<Item = &'v Declared> {
    let above = path.0.split_last().map(|(_, above)| ValuesPath(above.to_vec()));
    let holder = above.and_then(|above| values.find(&above));
    let children = holder.into_iter().flat_map(|key| key.children.values());
    children.filter_map(|at| values.keys.get(*at))
}

/// The key whose name is most like the last one of a path.
fn best<'k>(value: &Undeclared, keys: impl Iterator<Item = &'k Declared>) -> Option<&'k Declared> {
    let name = last(&value.path)?.to_lowercase();
    let score = |key: &Declared| {
        let other = last(&key.path).unwrap_or_default().to_lowercase();
        // `nameOverride` and `fullnameOverride` are two things.
        let other_thing = other.ends_with(&name) || name.ends_with(&other);
        let score = strsim::normalized_damerau_levenshtein(&name, &other);
        if other_thing && other != name { 0.0 } else { score }
    };
    let scored = keys.map(|key| (score(key), key)).filter(|(score, _)| *score >= ALIKE);
    let best = scored.max_by(|one, other| one.0.total_cmp(&other.0));
    best.map(|(_, key)| key)
}

/// Whether one of two names has all words of the other, in their order, and more: `port` and `servicePort` may be
/// two things, `servicePort` and `servicePortNumber` are one.
fn is_longer_name(one: &str, other: &str) -> bool {
    let words = |name: &str| -> Vec<String> {
        parts(name).iter().map(|word| word.trim_end_matches('.').to_owned()).collect()
    };
    let (one, other) = (words(one), words(other));
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    short.len() > 1 && long.len() > short.len() && long.windows(short.len()).any(|it| it == short)
}

/// Whether two names differ by a letter, and by case besides.
fn is_slip_and_case(one: &str, other: &str) -> bool {
    squashed(one) != squashed(other) && is_slip(&one.to_lowercase(), &other.to_lowercase())
}

/// Whether two names differ by one letter that nobody would tell two things apart by: not by a plural, a
/// number or a letter in a short name.
fn is_slip(one: &str, other: &str) -> bool {
    let mut letters: Vec<char> = one.chars().collect();
    for letter in other.chars() {
        match letters.iter().position(|it| *it == letter) {
            Some(at) => drop(letters.swap_remove(at)),
            None => letters.push(letter),
        }
    }
    let telling = |c: &char| c.is_ascii_digit() || c.eq_ignore_ascii_case(&'s');
    one.len().min(other.len()) >= SLIP_LENGTH_MIN
        && strsim::osa_distance(one, other) == 1
        && !letters.iter().any(telling)
}

fn last(path: &ValuesPath) -> Option<&str> {
    match path.0.last()? {
        Key::Name(name) => Some(name),
        Key::Index(_) => None,
    }
}

/// A path without what people mix up: case, dots, hyphens and underscores.
fn squash(path: &ValuesPath) -> String {
    squashed(&path.to_string())
}

/// A text without what people mix up.
fn squashed(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
