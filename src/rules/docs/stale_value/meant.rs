//! What a documented path that does not exist may be meant for.

use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet},
};

use super::{
    astray,
    named::Named,
    said::{self, Texts},
    written,
};
use crate::{
    catalog::{Chart, Declared, Key, Values, YamlFile, reference::Pattern},
    rule::ChartContext,
    template::flow::Step,
    yaml::Kind,
};

/// How alike two names are, of 1, to be taken for one misspelt.
pub(super) const ALIKE: f64 = 0.8;
/// How alike they are where the other one is documented nowhere.
const ALIKE_UNTOLD: f64 = 0.6;
/// How many names are compared with one.
const NAMES_MAX: usize = 2_000;
/// How alike two words of names are.
const ALIKE_WORD: f64 = 0.75;
/// Words so short are abbreviations, of which no letter need be the same.
const TINY: usize = 3;
/// So many words of a path say what is meant, wherever they stand.
const DIVIDED_MIN: usize = 3;
/// The shortest name on either side of a lost dot, and the longest that has lost one.
const SPLIT_MIN: usize = 2;
const DOTTED_MAX: usize = 100;
/// The shortest name that says something as a part of another.
const PART_MIN: usize = 4;

/// The values that may be meant.
pub(super) struct Meant<'a> {
    values: &'a Values,
    file: Option<&'a YamlFile>,
    texts: OnceCell<Texts>,
    /// The keys that rows of the README name.
    rows: BTreeSet<usize>,
    /// The paths that rows of the README name, declared or not.
    row_paths: BTreeSet<&'a [Option<String>]>,
    /// The keys that comments name.
    comments: BTreeSet<usize>,
    /// The names that templates read under a path.
    read: BTreeMap<&'a [Step], BTreeSet<&'a str>>,
}

impl<'a> Meant<'a> {
    pub(super) fn new(chart: &'a Chart, cx: &'a ChartContext<'a>) -> Self {
        let documentation = chart.documentation();
        let values = &documentation.values;
        let rows = documentation.reference.rows.iter().flat_map(|row| row.found.iter().copied());
        let row_paths = documentation.reference.rows.iter().map(|row| row.key.steps.as_slice());
        let row_paths = row_paths.collect();
        let comments = values.mentions.iter().flat_map(|it| values.under(&it.steps()));
        let members: Vec<_> = cx.analysis.members_of(chart).collect();
        let mut read: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for it in cx.analysis.flow().reads().iter().filter(|it| members.contains(&it.member)) {
            if let Some((Step::Key(name), above)) = it.path.split_last() {
                read.entry(above).or_default().insert(name.as_ref());
            }
        }
        let (rows, comments) = (rows.collect(), comments.collect());
        let (file, texts) = (chart.values.as_deref(), OnceCell::new());
        Self { values, file, texts, rows, row_paths, comments, read }
    }

    /// The path that is meant: a name beside it that is nearly the same, else the only value elsewhere
    /// that has its name.
    pub(super) fn path(&self, steps: &[Option<String>], comment: bool) -> Option<String> {
        let told = if comment { &self.comments } else { &self.rows };
        let dotted = || self.dotted(steps);
        let only = || self.only_end(steps, told).or_else(|| self.only_read(steps));
        let beside = || self.beside(steps, told, comment);
        let rest = || self.divided(steps, told).or_else(|| self.elsewhere(steps, comment));
        dotted().or_else(beside).or_else(only).or_else(rest)
    }

    /// The only value that nothing documents and that is the same thing in another place: see [`astray`].
    pub(super) fn elsewhere(&self, steps: &[Option<String>], comment: bool) -> Option<String> {
        if comment || self.values.keys.len() > NAMES_MAX {
            return None;
        }
        let path: Option<Vec<&str>> = steps.iter().map(Option::as_deref).collect();
        let path = path?;
        let keys = self.values.keys.iter().enumerate().skip(1);
        let untold = keys.filter(|(at, key)| !self.rows.contains(at) && !key.borrowed);
        let mut found = untold.filter(|(_, key)| astray::is_meant(&path, key));
        match (found.next(), found.next()) {
            (Some((_, only)), None) => Some(only.path.to_string()),
            (None, _) => self.item(steps),
            _ => None,
        }
    }

    /// The only list beside a name whose first item has it: people leave out that it lies in a list.
    fn item(&self, steps: &[Option<String>]) -> Option<String> {
        let (name, above) = steps.split_last()?;
        let name = name.as_deref()?;
        let [holder] = *self.values.under(above) else { return None };
        let children = self.values.keys.get(holder)?.children.values();
        let lists = children.filter_map(|at| self.values.keys.get(*at));
        let mut held = lists.filter(|key| key.kind == Kind::Sequence).filter(|key| {
            let list = self.file.and_then(|file| Values::node(file, key));
            list.is_some_and(|list| list.items().take(1).any(|item| item.get(name).is_some()))
        });
        let only = held.next().filter(|_| held.next().is_none())?;
        Some(format!("{}[0].{name}", only.path))
    }

    /// The only value that nothing documents and of which a comment says what a row says.
    pub(super) fn described(&self, named: &Named) -> Option<String> {
        let at = self.texts().described(&named.said.line)?;
        self.untold(at, named)
    }

    /// The only value that nothing documents and that has a row's description, or its default and a name of which the row
    /// speaks.
    pub(super) fn same(&self, named: &Named) -> Option<String> {
        let by_default = || {
            let at = self.texts().with_default(named.said.default.as_deref()?)?;
            let last = self.values.keys.get(at)?.path.0.last()?.name()?;
            let name = named.steps.last()?.as_deref()?;
            said::speaks_of(&named.said.line, name, &last).then_some(at)
        };
        let found = || self.untold(by_default()?, named);
        self.described(named).or_else(found)
    }

    /// A value that nothing documents, where it lies in what the row's path names: what two components have alike is
    /// described alike.
    fn untold(&self, at: usize, named: &Named) -> Option<String> {
        let key =
            self.values.keys.get(at).filter(|key| !self.rows.contains(&at) && !key.borrowed)?;
        let path = key.path.to_string();
        let own: BTreeSet<_> = words(&path).into_iter().collect();
        let (_, above) = named.steps.split_last().filter(|_| !named.is_comment())?;
        let mut above = above.iter().flat_map(|step| words(step.as_deref().unwrap_or_default()));
        above.all(|word| own.contains(&word)).then_some(path)
    }

    fn texts(&self) -> &Texts {
        self.texts.get_or_init(|| {
            self.file.map(|file| Texts::read(self.values, file)).unwrap_or_default()
        })
    }

    /// Whether a row can be of a path: a mapping that has rows for what it holds needs no other, and has no single value
    /// for its default.
    pub(super) fn fits(&self, path: &str, named: &Named) -> bool {
        let Some(path) = Pattern::parse(path) else { return true };
        let scalar = named.said.default.as_deref().is_some_and(said::is_single);
        let mapping = |at: &usize| self.values.keys.get(*at).is_some_and(|key| !key.leaf);
        let below = |at: &usize| self.values.subtree(*at).iter().any(|at| self.rows.contains(at));
        let found = self.values.under(&path.steps);
        !found.iter().any(|at| mapping(at) && (scalar || below(at)))
    }

    /// The path whose last dot but the others' was lost: `a.bc` for `a.b.c`, of which values.yaml has the first two
    /// at least and shows the rest.
    fn dotted(&self, steps: &[Option<String>]) -> Option<String> {
        let end = (0..steps.len())
            .find(|end| self.values.under(steps.get(..=*end).unwrap_or_default()).is_empty())?;
        let (above, below) = steps.split_at_checked(end)?;
        let (name, rest) = below.split_first()?;
        let name = name.as_deref().filter(|name| name.len() <= DOTTED_MAX)?;
        let splits = (SPLIT_MIN..name.len().saturating_sub(SPLIT_MIN - 1)).rev();
        let mut paths = splits.filter_map(|at| {
            let (first, second) = name.split_at_checked(at)?;
            let first = [above, &[Some(first.to_owned())]].concat();
            let whole = [first.as_slice(), &[Some(second.to_owned())], rest].concat();
            let declared = || {
                !self.values.under(&first).is_empty()
                    && (!self.values.under(&whole).is_empty() || self.values.is_commented(&whole))
            };
            // Rows beside it show where it belongs.
            let holder = whole.get(..first.len() + 1).unwrap_or_default();
            let sibling = || self.row_paths.iter().any(|row| row.starts_with(holder));
            (declared() || sibling()).then(|| written(&whole))
        });
        paths.next()
    }

    /// A name beside the first one that does not exist.
    fn beside(
        &self,
        steps: &[Option<String>],
        told: &BTreeSet<usize>,
        comment: bool,
    ) -> Option<String> {
        let end = (0..steps.len()).rev().find(|end| {
            let above = steps.get(..*end).unwrap_or_default();
            above.is_empty() || !self.values.under(above).is_empty()
        })?;
        let (above, below) = steps.split_at_checked(end)?;
        let name = below.first()?.as_deref()?;
        let holder = self.values.under(above).first().copied().unwrap_or(0);
        let holder = self.values.keys.get(holder)?;
        let declared = holder.children.iter().map(|(name, at)| (name.as_str(), !told.contains(at)));
        let path = crate::analysis::steps(&holder.path);
        let read = self.read.get(path.as_slice()).into_iter().flatten();
        let read = read.filter(|name| !holder.children.contains_key(**name));
        let row = |name: &str| {
            let path = [above, &[Some(name.to_owned())]].concat();
            self.row_paths.contains(path.as_slice())
        };
        let names = declared.chain(read.map(|name| (*name, comment || !row(name))));
        // What is only somewhat like it must have the rest of the path.
        let holds = |name: &str| {
            let child = holder.children.get(name).and_then(|at| self.values.keys.get(*at));
            match below.get(1) {
                None => true,
                Some(Some(next)) => child.is_some_and(|it| it.children.contains_key(next)),
                Some(None) => child.is_some_and(|it| it.kind == Kind::Sequence),
            }
        };
        // Of one list several items' keys have rows.
        let listed = below.get(1).is_some_and(Option::is_none);
        let names = names.map(|(name, untold)| (name, untold || listed && holds(name)));
        let names = open(names, comment).map(|(name, untold)| (name, untold && holds(name)));
        let near = nearest(name, names)?;
        let mut found = holder.path.join(Key::Name(near.to_owned())).to_string();
        for step in below.get(1..).unwrap_or_default() {
            found = match step {
                Some(name) => format!("{found}.{name}"),
                None => format!("{found}[]"),
            };
        }
        Some(found)
    }

    /// The only path that ends like another and that templates read, though values.yaml has it not.
    fn only_read(&self, steps: &[Option<String>]) -> Option<String> {
        let (name, above) = steps.split_last()?;
        // `annotations` many things have.
        let name = name.as_deref().filter(|name| words(name).len() > 1)?;
        let above = above.iter().map(Option::as_deref).rev();
        let key = |step: &Step| match step {
            Step::Key(name) => Some(name.to_string()),
            Step::Any => None,
        };
        let ends = |path: &[Step]| {
            let same = |(step, name): (&Step, Option<&str>)| key(step).as_deref() == name;
            path.len() >= steps.len() && path.iter().rev().zip(above.clone()).all(same)
        };
        let mut found = self.read.iter().filter(|(path, names)| names.contains(name) && ends(path));
        let (path, _) = found.next().filter(|_| found.next().is_none())?;
        let mut path: Vec<_> = path.iter().map(key).collect();
        path.push(Some(name.to_owned()));
        (path.iter().all(Option::is_some) && self.values.under(&path).is_empty())
            .then(|| written(&path))
    }

    /// The only value that nothing documents and that has all words of a path in their order, more of them
    /// between: `oneClientSecret` is `oneMode.clientSecret` by now.
    fn divided(&self, steps: &[Option<String>], told: &BTreeSet<usize>) -> Option<String> {
        if self.values.keys.len() > NAMES_MAX {
            return None;
        }
        let of = |names: &mut dyn Iterator<Item = &str>| names.flat_map(words).collect::<Vec<_>>();
        let own = of(&mut steps.iter().map(|step| step.as_deref().unwrap_or_default()));
        if own.len() < DIVIDED_MIN {
            return None;
        }
        let held = |key: &Declared| {
            let names = key.path.0.iter().map(|key| match key {
                Key::Name(name) => name.as_str(),
                Key::Index(_) => "",
            });
            let all = of(&mut names.into_iter());
            let mut rest = all.iter();
            all.first() == own.first()
                && all.last() == own.last()
                && own.iter().all(|word| rest.any(|other| other == word))
        };
        let keys = self.values.keys.iter().enumerate();
        let deeper = |key: &Declared| key.leaf && key.path.0.len() > steps.len();
        let mut found = keys.filter(|(at, key)| deeper(key) && !told.contains(at) && held(key));
        let (_, only) = found.next().filter(|_| found.next().is_none())?;
        Some(only.path.to_string())
    }

    /// Whether a row of the README leads to a written path.
    pub(super) fn has_row(&self, steps: &[Option<String>]) -> bool {
        self.row_paths.contains(steps)
            || self.values.under(steps).iter().any(|at| self.rows.contains(at))
    }

    /// The only value with the last name, where nothing documents it and it lies in the same part, or
    /// where its path ends like that.
    fn only_end(&self, steps: &[Option<String>], told: &BTreeSet<usize>) -> Option<String> {
        let name = steps.last()?.as_deref()?;
        let first = steps.first()?.as_deref()?;
        let starts_as = |key: &Declared| key.path.0.first().is_some_and(|key| key.is(first));
        let ends = |key: &Declared| {
            let mut names = key.path.0.iter().rev().zip(steps.iter().rev());
            key.path.0.len() > steps.len()
                && names.all(|(key, step)| step.as_ref().is_some_and(|it| key.is(it)))
        };
        let mut same = self.values.keys.iter().enumerate().filter(|(_, key)| {
            key.path.0.len() > 1
                && key.path.0.last().is_some_and(|key| key.is(name))
                && (steps.len() == 1 || starts_as(key) || ends(key))
        });
        let (at, only) = same.next()?;
        let only = (same.next().is_none() && !told.contains(&at)).then(|| only.path.to_string())?;
        (only != written(steps)).then_some(only)
    }
}

/// How alike two names are, of 1, however they are capitalised; those that differ in nothing but how their words
/// are divided are the same.
pub(super) fn alike(one: &str, other: &str) -> f64 {
    if words(one).concat() == words(other).concat() {
        return 1.0;
    }
    strsim::normalized_damerau_levenshtein(&one.to_lowercase(), &other.to_lowercase())
}

/// The names that may be meant: for a row, those without one, as two rows of one value are no repair.
fn open<'n>(
    names: impl Iterator<Item = (&'n str, bool)>,
    comment: bool,
) -> impl Iterator<Item = (&'n str, bool)> {
    names.filter(move |(_, untold)| comment || *untold)
}

/// The name that is most like another: nearly the same, or documented nowhere and like it word by word, or
/// the only such one of which the words are among its own, or the other way round.
fn nearest<'n>(name: &str, names: impl Iterator<Item = (&'n str, bool)>) -> Option<&'n str> {
    let own = words(name);
    let names = names.take(NAMES_MAX);
    let scored: Vec<_> = names.map(|(other, untold)| (alike(name, other), other, untold)).collect();
    let near = |it: &&(f64, &str, bool)| {
        it.0 >= ALIKE || it.2 && it.0 >= ALIKE_UNTOLD && are_alike(&own, &words(it.1))
    };
    let best = scored.iter().filter(near).max_by(|one, other| one.0.total_cmp(&other.0));
    if let Some((_, best, _)) = best {
        return Some(best);
    }
    let mut parts = scored.iter().filter(|(_, other, untold)| *untold && is_part(name, other));
    let (_, only, _) = parts.next()?;
    parts.next().is_none().then_some(only)
}

/// The words of a name in lower case: `httpPath`, `http_path` and `http-path` have two.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && lower) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            word.extend(c.to_lowercase());
        }
        lower = c.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether each word of the name with fewer of them is like one of the other's. Of names in one word nothing
/// more is known.
fn are_alike(one: &[String], other: &[String]) -> bool {
    let (short, long) = if other.len() < one.len() { (other, one) } else { (one, other) };
    let held = |word: &String| {
        let mut words = long.iter();
        words.any(|other| alike(word, other) >= ALIKE_WORD || word.len().max(other.len()) <= TINY)
    };
    long.len() == 1 || short.iter().all(held)
}

/// Whether a name is the beginning or the end of another, or is so but for the end of a word.
fn is_part(name: &str, other: &str) -> bool {
    let (name, other) = (name.to_lowercase(), other.to_lowercase());
    let (short, long) = if other.len() < name.len() { (&other, &name) } else { (&name, &other) };
    let singular = short.strip_suffix('s').unwrap_or(short);
    short.len() >= PART_MIN
        && short.len() * 2 >= long.len()
        && (long.ends_with(short.as_str()) || long.starts_with(singular))
}

#[cfg(test)]
mod tests {
    use super::{nearest, open};

    #[test]
    fn a_row_is_not_meant_for_a_value_that_has_one() {
        let names = || [("maxUnavailable", false), ("minAvailable", true)].into_iter();
        let near = |comment| nearest("minUnavailable", open(names(), comment));
        assert_eq!(near(false), Some("minAvailable"));
        let told = || open([("maxUnavailable", false)].into_iter(), false);
        assert_eq!((nearest("minUnavailable", told()), near(true).is_some()), (None, true));
    }

    #[test]
    fn what_is_documented_already_is_hardly_meant() {
        let near = |name, names: &[(&'static str, bool)]| nearest(name, names.iter().copied());
        assert_eq!(
            near("http_proxy", &[("httpProxy", true), ("httpsProxy", true)]),
            Some("httpProxy")
        );
        assert_eq!(near("prot", &[("port", true), ("type", true)]), Some("port"));
        assert_eq!(near("path", &[("httpPath", true), ("port", true)]), Some("httpPath"));
        assert_eq!(near("path", &[("httpPath", false), ("port", true)]), None);
        assert_eq!(near("path", &[("httpPath", true), ("pathType", true)]), None);
        assert_eq!(near("name", &[("ingressClassName", true)]), None);
        assert_eq!(near("gh_orgs", &[("he_orgs", true), ("url", true)]), Some("he_orgs"));
        assert_eq!(near("replicaCount", &[("serviceAccount", true)]), None);
        let names = [("serviceAccount", true), ("replicas", true)];
        assert_eq!(near("replicaCount", &names), Some("replicas"));
        assert_eq!(near("rollingPartition", &[("rollingMaxSurge", true)]), None);
        assert_eq!(
            near("fullNameOverride", &[("fullnameOverride", false)]),
            Some("fullnameOverride")
        );
    }
}
