//! `docs/undeclared-value`

use crate::{
    analysis::{self, OwnRead, Undeclared},
    catalog::{Chart, Declared, Key, Values, ValuesPath},
    finding::Level,
    rule::{ChartContext, Rule, Sink},
    template::flow::Usage,
};

/// How alike two names are, of 1, to be taken for one misspelt.
const ALIKE: f64 = 0.75;
/// Names of fewer letters than this may differ by one of them and be two things.
const SLIP_LENGTH_MIN: usize = 6;
/// Up to this many optional values of a chart are told one by one.
const OPTIONAL_EACH_MAX: usize = 3;
/// How many further places a finding shows.
const PLACES_SHOWN: usize = 3;
/// How many paths a message lists.
const PATHS_SHOWN: usize = 8;

/// A value that templates read and that nothing declares.
pub(crate) struct UndeclaredValue;

impl Rule for UndeclaredValue {
    fn chart(&self, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
        let judge = Judge { cx, values: &chart.documentation().values };
        let undeclared = cx.analysis.undeclared(chart);
        let mut optional = Vec::new();
        for value in &undeclared {
            // What only the notes read is theirs to tell.
            let Some(first) = value.reads.iter().find(|read| !read.in_notes()) else { continue };
            let meant = judge.meant(value);
            let needed = value.reads.iter().find(|read| read.needs && !read.in_notes());
            match (needed, meant) {
                (None, None) => optional.push((value, first)),
                (Some(_), None) if value.optional => optional.push((value, first)),
                (needed, meant) => judge.report(value, needed.unwrap_or(first), meant, out),
            }
        }
        summarize(&optional, out);
    }
}

/// What a chart takes without saying so, told once.
fn summarize(optional: &[(&Undeclared<'_>, &OwnRead<'_>)], out: &mut Sink) {
    let Some((first, others)) = optional.split_first() else { return };
    if optional.len() <= OPTIONAL_EACH_MAX {
        for (value, read) in optional {
            let path = &value.path;
            let message = format!("the optional value `{path}` is read and nowhere documented");
            out.at(read.place(), message)
                .subject(path.to_string())
                .level(Level::Note)
                .help(format!("declare `{path}` in values.yaml, or say in a comment what it does"));
        }
        return;
    }
    let shown = optional.iter().take(PATHS_SHOWN).map(|(value, _)| format!("`{}`", value.path));
    let mut list = shown.collect::<Vec<_>>().join(", ");
    if optional.len() > PATHS_SHOWN {
        list = format!("{list} and {} more", optional.len() - PATHS_SHOWN);
    }
    let message =
        format!("{} optional values are read and nowhere documented: {list}", optional.len());
    let draft = out.at(first.1.place(), message).level(Level::Note);
    let draft = draft.help("declare them in values.yaml, with a comment on what they do");
    let places = others.iter().take(PLACES_SHOWN);
    places.fold(draft, |draft, (_, read)| draft.also(read.place(), "here, too"));
}

struct Judge<'a> {
    cx: &'a ChartContext<'a>,
    values: &'a Values,
}

impl Judge<'_> {
    fn report(
        &self,
        value: &Undeclared<'_>,
        at: &OwnRead<'_>,
        meant: Option<ValuesPath>,
        out: &mut Sink,
    ) {
        let path = &value.path;
        let failing = self.failing(value);
        let message = if failing.is_some() {
            format!(
                "the chart does not render with its own values: `{path}` is read and not declared"
            )
        } else {
            format!("`{path}` is read, and values.yaml does not declare it")
        };
        let at = failing.unwrap_or(at);
        let level = if failing.is_some() { Level::Error } else { Level::Warning };
        let draft = out.at(at.place(), message).subject(path.to_string()).level(level);
        let draft = match meant.or_else(|| self.alike(value)) {
            Some(meant) => draft.help(format!("did you mean `{meant}`?")),
            None => draft.help(format!("declare `{path}` in values.yaml, or ask for it first")),
        };
        let others = value.reads.iter().filter(|read| read.read.span != at.read.span);
        others
            .take(PLACES_SHOWN)
            .fold(draft, |draft, read| draft.also(read.place(), "read here, too"));
    }

    /// The place at which the chart's own values fail to render because the key is not there.
    fn failing<'v>(&self, value: &'v Undeclared<'v>) -> Option<&'v OwnRead<'v>> {
        let breaking =
            |read: &&OwnRead<'_>| read.needs && read.read.path.len() > value.inner.0.len();
        value.reads.iter().find(breaking)?;
        let rendered = self.cx.analysis.rendered();
        let failure = rendered.failure.as_ref().filter(|_| !rendered.incomplete)?;
        let place = failure.place.as_ref()?;
        if failure.step != analysis::Step::Template
            || !failure.message.contains("nil pointer evaluating")
        {
            return None;
        }
        value.reads.iter().filter(breaking).find(|read| {
            let own = read.place();
            own.path == place.path
                && own.start.offset <= place.start.offset
                && place.start.offset <= own.end.offset
        })
    }

    /// The declared value that was meant, as far as that is plain: nothing reads it and it is written nearly
    /// alike or has the same name elsewhere; or the two differ by a slip of the finger.
    fn meant(&self, value: &Undeclared<'_>) -> Option<ValuesPath> {
        if value.path != value.inner {
            return None;
        }
        let siblings = self.siblings(value).filter(|key| self.is_unread(value, key));
        let near = best(value, siblings);
        if near.is_some() {
            return near;
        }
        let slip = |key: &&Declared| {
            let names = last(&key.path).zip(last(&value.path));
            names.is_some_and(|(one, other)| is_slip(one, other))
        };
        if let Some(key) = self.siblings(value).find(slip) {
            return Some(key.path.clone());
        }
        let whole = squash(&value.path);
        let elsewhere = |key: &&Declared| {
            key.path != value.path
                && (squash(&key.path) == whole || key.path.0.ends_with(&value.path.0))
                && self.is_unread(value, key)
        };
        let mut same = self.values.keys.iter().skip(1).filter(elsewhere);
        let only = same.next()?;
        same.next().is_none().then(|| only.path.clone())
    }

    /// A declared value beside it that is written nearly alike.
    fn alike(&self, value: &Undeclared<'_>) -> Option<ValuesPath> {
        if value.path != value.inner {
            return None;
        }
        best(value, self.siblings(value))
    }

    /// The keys that are declared beside a path.
    fn siblings(&self, value: &Undeclared<'_>) -> impl Iterator<Item = &Declared> {
        let above = value.path.0.split_last().map(|(_, above)| ValuesPath(above.to_vec()));
        let holder = above.and_then(|above| self.values.find(&above));
        let children = holder.into_iter().flat_map(|key| key.children.values());
        children.filter_map(|at| self.values.keys.get(*at))
    }

    fn is_unread(&self, value: &Undeclared<'_>, key: &Declared) -> bool {
        self.cx.analysis.usage(value.member, &key.path) == Usage::Unread
    }
}

/// The key whose name is most like the last one of a path.
fn best<'k>(
    value: &Undeclared<'_>,
    keys: impl Iterator<Item = &'k Declared>,
) -> Option<ValuesPath> {
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
    best.map(|(_, key)| key.path.clone())
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
    let text = path.to_string();
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
