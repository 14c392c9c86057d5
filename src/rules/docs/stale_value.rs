//! `docs/stale-value`

mod astray;
mod comment;
mod generated;
mod meant;
mod moved;
mod named;
mod said;

use std::collections::{BTreeMap, BTreeSet};

use named::{By, Named};

use crate::{
    catalog::{
        Chart, Closure, Dependency, Key, Values, ValuesPath, reference::Pattern, values::Mention,
    },
    finding::{Level, Place},
    rule::{ChartContext, Rule, Sink},
    template::flow::{How, Step, Usage},
    yaml::Kind,
};

/// How many paths of one chart are judged.
pub(crate) const JUDGED_MAX: usize = 20_000;
/// So many stale paths are looked up for what they may be meant for; of more, none is.
const MEANT_MAX: usize = 200;
/// How many values a finding on a table that a program makes names.
const NAMED: usize = 3;
/// How many rows of a finding are looked up one by one.
const PAIRS_MAX: usize = 50;
/// How many further rows a finding shows.
const SHOWN: usize = 5;

/// A row of the reference, or a documenting comment, for a value that is none.
pub(crate) struct StaleValue;

impl Rule for StaleValue {
    fn chart(&self, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
        let documentation = chart.documentation();
        // What a library's templates read, and a chart's that can't be read whole, is not known.
        if chart.is_library() || documentation.values.cut {
            return;
        }
        let judge = Judge::new(chart, cx);
        let Found { mut stale, slips } = judge.all();
        for (names, slips) in slips {
            Judge::report_slip(names, &slips, out);
        }
        Judge::tell_made(&mut stale, out);
        let meant = (stale.len() <= MEANT_MAX).then(|| meant::Meant::new(chart, cx));
        let mut moved = moved::Moved::default();
        for (top, named) in stale {
            let sorted = judge.sort_out(&top, named, meant.as_ref());
            if let Err(sorted) = moved.add(&top, sorted) {
                judge.tell(&top, &sorted, meant.as_ref(), out);
            }
        }
        moved.tell(&judge, meant.as_ref(), out);
    }
}

/// The values that rows of the README which people write are meant for, as far as they do not exist under
/// the name that is written there.
pub(super) fn meant_by_rows(chart: &Chart, cx: &ChartContext<'_>) -> BTreeSet<String> {
    let rows = &chart.documentation().reference.rows;
    if chart.documentation().values.cut || rows.iter().all(|row| !row.found.is_empty()) {
        return BTreeSet::new();
    }
    let judge = Judge::new(chart, cx);
    let Found { stale, .. } = judge.all();
    if stale.len() > MEANT_MAX {
        return BTreeSet::new();
    }
    let meant = meant::Meant::new(chart, cx);
    let by_rows = stale
        .into_iter()
        .filter(|(_, named)| named.first().is_some_and(|first| first.by == By::Row));
    let mut found = BTreeSet::new();
    for (top, named) in by_rows {
        let Sorted { near, renamed, gone } = judge.sort_out(&top, named, Some(&meant));
        found.extend(near.filter(|_| !renamed.is_empty()));
        found.extend(gone.iter().filter_map(|it| it.moved_to(&meant)));
    }
    found
}

/// Whether helm-docs makes the README's table of values.yaml, as far as the chart's files tell.
pub(super) fn is_made_by_helm_docs(chart: &Chart, cx: &ChartContext<'_>) -> bool {
    generated::Generated::of(chart, cx).helm_docs
}

/// Whether readme-generator makes the README's table of the comments in values.yaml.
pub(super) fn is_made_by_readme_generator(chart: &Chart, cx: &ChartContext<'_>) -> bool {
    generated::Generated::of(chart, cx).readme_generator
}

/// What documents paths that do not exist.
struct Found<'a> {
    /// By the topmost path that does not exist.
    stale: BTreeMap<Vec<Option<String>>, Vec<Named>>,
    /// Comments that misspell the key on which they stand, by the slip.
    slips: BTreeMap<(String, &'a str), Vec<(Named, String)>>,
}

/// What documents something under one path that does not exist.
struct Sorted {
    /// The path that is meant.
    near: Option<String>,
    /// What goes on as the path that is meant does.
    renamed: Vec<Named>,
    /// The rest.
    gone: Vec<Named>,
}

/// What a comment calls a key, what the key is called, and its path.
struct Slip<'a> {
    names: (String, &'a str),
    near: String,
}

struct Judge<'a> {
    chart: &'a Chart,
    values: &'a Values,
    cx: &'a ChartContext<'a>,
    members: Vec<usize>,
    /// What comments document although values.yaml has it not.
    extras: BTreeSet<Vec<Option<String>>>,
    /// What holds these.
    above_extras: BTreeSet<Vec<Option<String>>>,
    comments: comment::Comments<'a>,
    /// How the chart's own values are read, by their path.
    reads: BTreeMap<&'a [Step], Vec<How>>,
}

impl<'a> Judge<'a> {
    fn new(chart: &'a Chart, cx: &'a ChartContext<'a>) -> Self {
        let values = &chart.documentation().values;
        let members: Vec<_> = cx.analysis.members_of(chart).collect();
        let extras: BTreeSet<_> =
            values.mentions.iter().filter(|it| it.extra).map(Mention::steps).collect();
        let above = |path: &Vec<Option<String>>| {
            (1..path.len()).filter_map(|end| path.get(..end)).map(<[_]>::to_vec).collect::<Vec<_>>()
        };
        let above_extras = extras.iter().flat_map(above).collect();
        let mut reads: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for read in cx.analysis.flow().reads().iter().filter(|it| members.contains(&it.member)) {
            reads.entry(read.path.as_slice()).or_default().push(read.how);
        }
        let comments = comment::Comments::of(chart);
        Self { chart, values, cx, members, extras, above_extras, comments, reads }
    }

    /// Goes over all rows and comments that name a path.
    fn all(&self) -> Found<'a> {
        let Self { chart, cx, .. } = self;
        let documentation = chart.documentation();
        let generated = generated::Generated::of(chart, cx);
        let mut found = Found { stale: BTreeMap::new(), slips: BTreeMap::new() };
        let rows = chart.readme.iter().flat_map(|readme| {
            let rows = documentation.reference.rows.iter();
            rows.filter_map(|row| Named::of_row(row, readme, &generated, chart))
        });
        let comments = chart.values.iter().flat_map(|file| {
            let mentions = documentation.values.mentions.iter();
            mentions.filter_map(|mention| Named::of_comment(mention, file))
        });
        for named in comments.chain(rows).take(JUDGED_MAX) {
            if self.is_short(&named) {
                continue;
            }
            if let Some(slip) = self.slip(&named) {
                found.slips.entry(slip.names).or_default().push((named, slip.near));
            } else if let Some(top) = self.topmost(&named) {
                found.stale.entry(top).or_default().push(named);
            }
        }
        found
    }

    /// Whether nothing declares or reads a path, as far as that is certain.
    fn is_stale(&self, steps: &[Option<String>]) -> bool {
        let Some(Some(first)) = steps.first() else { return false };
        if !self.values.under(steps).is_empty() || self.is_mentioned(steps) {
            return false;
        }
        let dependency = |it: &&Dependency| it.effective_name() == first;
        let members = &self.members;
        if self.chart.dependencies.iter().any(|it| dependency(&it)) {
            return members.iter().all(|member| self.is_stale_below(*member, first, steps));
        }
        !members.is_empty()
            && (self.is_under_scalar(steps)
                || members.iter().all(|member| self.is_unread(*member, steps)))
    }

    /// Whether a path leads into a value that is a text, number or boolean, and is only printed or
    /// tested: it has nothing under it.
    fn is_under_scalar(&self, steps: &[Option<String>]) -> bool {
        let above = (1..steps.len()).rev().filter_map(|end| steps.get(..end));
        let found = above.map(|steps| self.values.under(steps)).find(|found| !found.is_empty());
        let Some([holder]) = found.as_deref() else { return false };
        let Some(key) = self.values.keys.get(*holder) else { return false };
        let scalar = matches!(key.kind, Kind::String | Kind::Bool | Kind::Int | Kind::Float);
        let path = crate::analysis::steps(&key.path);
        let printed = |how: &How| matches!(how, How::Printed | How::Tested);
        scalar && self.reads.get(path.as_slice()).is_some_and(|hows| hows.iter().all(printed))
    }

    /// Whether a comment names a value by a part of its path, which people understand: by its end
    /// alone, or a key of the mapping in which the comment stands.
    fn is_short(&self, named: &Named) -> bool {
        let By::Comment(end) = named.by else { return false };
        let inside = || self.comments.inside(&named.steps, end);
        self.comments.is_relative(&named.steps)
            || inside().is_some_and(|path| !self.is_stale(&path))
    }

    /// Whether the dependency that a path leads into is here, or that dependency's own, and knows
    /// nothing of it.
    fn is_stale_below(&self, member: usize, name: &str, steps: &[Option<String>]) -> bool {
        let closure: &Closure<'_> = self.cx.analysis.closure;
        let (mut member, mut name, mut steps) = (member, name, steps);
        loop {
            let child = closure.children(member).find(|(_, child)| child.name == name);
            let Some((number, child)) = child else { return false };
            let below = steps.get(1..).unwrap_or_default();
            let documentation = child.chart.documentation();
            let switch = below.len() == 1;
            let unknown = !switch
                && !child.chart.is_library()
                && child.chart.values.is_some()
                && documentation.values.under(below).is_empty()
                && !documentation.values.is_commented(below)
                && !below.iter().flatten().any(|step| step == "global");
            if !unknown {
                return false;
            }
            let Some(Some(first)) = below.first() else { return false };
            if !child.chart.dependencies.iter().any(|it| it.effective_name() == first) {
                return self.is_unread(number, below);
            }
            (member, name, steps) = (number, first, below);
        }
    }

    /// How many of the first steps lead to a list, where a name comes next.
    fn list_above(&self, steps: &[Option<String>]) -> Option<usize> {
        let above =
            (1..steps.len()).rev().filter(|end| steps.get(*end).is_some_and(Option::is_some));
        let list = |end: &usize| {
            let found = self.values.under(steps.get(..*end).unwrap_or_default());
            let keys = found.iter().filter_map(|at| self.values.keys.get(*at));
            !found.is_empty() && keys.into_iter().all(|key| key.kind == Kind::Sequence)
        };
        above.into_iter().find(list)
    }

    fn is_unread(&self, member: usize, steps: &[Option<String>]) -> bool {
        let step = |step: &Option<String>| {
            step.as_deref().map_or(Step::Any, |name| Step::Key(name.into()))
        };
        let flow = self.cx.analysis.flow();
        let mut path: Vec<_> = steps.iter().map(step).collect();
        if flow.usage(member, &path) != Usage::Unread {
            return false;
        }
        // People leave out that a list has items.
        let Some(items) = self.list_above(steps) else { return true };
        path.insert(items, Step::Any);
        flow.usage(member, &path) == Usage::Unread
    }

    /// Whether a comment of values.yaml has the path's last name as a key, or says that the path is
    /// documented although values.yaml has it not.
    fn is_mentioned(&self, steps: &[Option<String>]) -> bool {
        let mut beginnings = (1..=steps.len()).filter_map(|end| steps.get(..end));
        self.above_extras.contains(steps)
            || beginnings.any(|beginning| self.extras.contains(beginning))
            || self.values.is_commented(steps)
    }

    /// The slip of a comment that stands on a key and does not name it: what it stands on is what it is
    /// for.
    fn slip(&self, named: &Named) -> Option<Slip<'a>> {
        let By::Comment(end) = named.by else { return None };
        if !self.values.under(&named.steps).is_empty() || self.is_mentioned(&named.steps) {
            return None;
        }
        let (key, whole) = self.comments.misspells(&named.steps, end)?;
        if !whole && !self.is_stale(&named.steps) {
            return None;
        }
        let Some(Key::Name(right)) = key.path.0.last() else { return None };
        let wrong = named.steps.last()?.clone()?;
        Some(Slip { names: (wrong, right), near: key.path.to_string() })
    }

    /// One slip, in all comments that have it.
    fn report_slip((wrong, right): (String, &str), found: &[(Named, String)], out: &mut Sink) {
        let Some(((first, near), others)) = found.split_first() else { return };
        let more = match others.len() {
            0 => String::new(),
            count => {
                format!("; {count} more {} the same slip", if count == 1 { "has" } else { "have" })
            }
        };
        let message = format!(
            "the comment on `{near}` documents `{}`, which values.yaml does not declare{more}",
            first.text
        );
        let help = match others {
            [] => format!("write `{near}`"),
            _ => format!("write `{right}` for `{wrong}` in each"),
        };
        let mut draft = out.at(first.place.clone(), message).subject(first.text.clone()).help(help);
        // People understand the end of a path; the generated table has no text for it.
        if wrong == right {
            draft = draft.level(Level::Note);
        }
        others
            .iter()
            .take(SHOWN)
            .fold(draft, |draft, (other, _)| draft.also(other.place.clone(), "here, too"));
    }

    /// The shortest beginning of a path that is stale itself; none where the path is not.
    fn topmost(&self, named: &Named) -> Option<Vec<Option<String>>> {
        let made = matches!(named.by, By::Program(_));
        let stale = |steps: &&[Option<String>]| {
            if made { self.values.under(steps).is_empty() } else { self.is_stale(steps) }
        };
        if !stale(&named.steps.as_slice()) {
            return None;
        }
        let mut beginnings = (1..=named.steps.len()).filter_map(|end| named.steps.get(..end));
        beginnings.find(stale).map(<[_]>::to_vec)
    }

    /// Takes out what a program wrote, and tells of it, where there are several paths: one run repairs
    /// all.
    fn tell_made(stale: &mut BTreeMap<Vec<Option<String>>, Vec<Named>>, out: &mut Sink) {
        let program = |named: &Vec<Named>| match named.first()?.by {
            By::Program(program) => Some(program),
            _ => None,
        };
        let made = stale.values().filter_map(program).collect::<BTreeSet<_>>();
        for writer in made {
            let of = |named: &Vec<Named>| program(named) == Some(writer);
            if stale.values().filter(|named| of(named)).count() > 1 {
                let found = stale.extract_if(.., |_, named| of(named)).flat_map(|(_, named)| named);
                Self::report_made(writer.name, &found.collect::<Vec<_>>(), out);
            }
        }
    }

    fn report_made(program: &str, named: &[Named], out: &mut Sink) {
        let Some((first, others)) = named.split_first() else { return };
        let mut texts = BTreeSet::new();
        let once: Vec<_> = named.iter().filter(|it| texts.insert(it.text.as_str())).collect();
        let some = once.iter().take(NAMED).map(|it| format!("`{}`", it.text));
        let some = some.collect::<Vec<_>>().join(", ");
        let more = if once.len() > NAMED { ", …" } else { "" };
        let message = format!(
            "the README documents {} values that values.yaml does not declare though `{program}` makes the table of what it declares: {some}{more}",
            once.len()
        );
        let draft = out.at(first.place.clone(), message).subject(first.text.clone());
        let draft = draft.help(first.help(None, named.len() > 1));
        others
            .iter()
            .take(SHOWN)
            .fold(draft, |draft, other| draft.also(other.place.clone(), "here, too"));
    }

    /// Tells of what is documented under one path that does not exist: what goes on as the path that is
    /// meant does together, the rest by itself.
    fn tell(
        &self,
        top: &[Option<String>],
        sorted: &Sorted,
        meant: Option<&meant::Meant<'_>>,
        out: &mut Sink,
    ) {
        let Sorted { near, renamed, gone } = sorted;
        let help =
            |named: &[Named], near| named.first().map(|first| first.help(near, named.len() > 1));
        let renamed_help = help(renamed, near.as_deref());
        self.report(top, renamed, near.as_deref(), renamed_help, out);
        let moved = meant.and_then(|meant| moved(gone, meant));
        let gone_help = moved.or_else(|| help(gone, None));
        self.report(top, gone, None, gone_help, out);
    }

    fn sort_out(
        &self,
        top: &[Option<String>],
        named: Vec<Named>,
        meant: Option<&meant::Meant<'_>>,
    ) -> Sorted {
        let steps = match named.as_slice() {
            [only] => only.steps.clone(),
            _ => top.to_vec(),
        };
        let near = named.first().filter(|it| !matches!(it.by, By::Program(_)));
        let near = near.and_then(|first| match first.by {
            // The key under a comment is what it is for, and what holds both goes on to it alike.
            By::Comment(end) if self.comments.stands_on(&first.steps, end).is_some() => {
                let key = self.comments.stands_on(&first.steps, end)?;
                let rest = first.steps.len().saturating_sub(steps.len());
                let above = key.path.0.get(..key.path.0.len().checked_sub(rest)?)?;
                (!above.is_empty()).then(|| ValuesPath(above.to_vec()).to_string())
            }
            _ => {
                let meant = meant?;
                let same = || meant.same(first).filter(|_| named.len() == 1);
                let by_path = meant.path(&steps, first.is_comment());
                // What is said of it counts more than how like the names are.
                meant.described(first).filter(|_| named.len() == 1).or(by_path).or_else(same)
            }
        });
        let near = near.filter(|near| *near != written(&steps));
        let near = near.filter(|near| {
            let whole = named.first().filter(|first| named.len() == 1 && first.steps == steps);
            let first = whole.filter(|first| !first.is_comment());
            meant.zip(first).is_none_or(|(meant, first)| meant.fits(near, first))
                && !self.is_dead(near)
        });
        let holds = |named: &Named| {
            let near = near.as_deref().and_then(Pattern::parse);
            let rest = named.steps.get(steps.len()..).unwrap_or_default();
            near.is_some_and(|near| {
                let path = [near.steps.as_slice(), rest].concat();
                // Two rows of one value are no repair.
                let taken = named.by == By::Row && meant.is_some_and(|it| it.has_row(&path));
                !taken && !self.is_stale(&path)
            })
        };
        let (renamed, gone) = named.into_iter().partition(holds);
        Sorted { near, renamed, gone }
    }

    /// Whether a path is declared and read by nothing: it is no better.
    fn is_dead(&self, path: &str) -> bool {
        let Some(path) = Pattern::parse(path) else { return false };
        let dependency = |it: &Dependency| path.first() == Some(it.effective_name());
        let found = self.values.under(&path.steps);
        let leaf = |at: &usize| self.values.keys.get(*at).is_some_and(|key| key.leaf);
        found.iter().any(leaf)
            && !self.members.is_empty()
            && !self.chart.dependencies.iter().any(dependency)
            && self.members.iter().all(|member| self.is_unread(*member, &path.steps))
    }

    /// Where a path is declared.
    fn place_of(&self, path: &str) -> Option<Place> {
        let found = self.values.under(&Pattern::parse(path)?.steps);
        let key = self.values.keys.get(*found.first()?)?;
        Some(self.chart.values.as_ref()?.place(key.key))
    }

    fn report(
        &self,
        top: &[Option<String>],
        named: &[Named],
        near: Option<&str>,
        help: Option<String>,
        out: &mut Sink,
    ) {
        let Some((first, others)) = named.split_first() else { return };
        let (subject, more) = if others.is_empty() {
            (first.text.clone(), String::new())
        } else {
            (written(top), format!(" in {} places", named.len()))
        };
        let stale = self.is_stale(top);
        let what =
            if first.is_comment() { "the comment documents" } else { "the README documents" };
        let unread = match first.by {
            _ if stale => " and no template reads".to_owned(),
            By::Program(writer) => {
                let program = writer.name;
                format!(" though `{program}` makes the table of what it declares")
            }
            _ => String::new(),
        };
        let message =
            format!("{what} `{subject}`{more}, which values.yaml does not declare{unread}");
        let draft = out.at(first.place.clone(), message).subject(subject);
        let draft = draft.help(help.unwrap_or_default());
        let draft = match &first.row {
            Some(it) => draft.also(it.row.clone(), "the README's row"),
            None => draft,
        };
        let draft = match near.filter(|_| first.by == By::Row).and_then(|near| self.place_of(near))
        {
            Some(place) => draft.also(place, "what is meant"),
            None => draft,
        };
        others
            .iter()
            .take(SHOWN)
            .fold(draft, |draft, other| draft.also(other.place.clone(), "here, too"));
    }
}

/// What to write for rows whose values lie elsewhere, each for itself.
fn moved(gone: &[Named], meant: &meant::Meant<'_>) -> Option<String> {
    let pairs = gone.iter().filter(|it| it.is_plain_row()).take(PAIRS_MAX);
    let pairs: Vec<_> =
        pairs.filter_map(|it| Some((it.moved_to(meant)?, it.text.as_str()))).collect();
    let some = pairs.iter().take(SHOWN).map(|(near, text)| format!("`{near}` for `{text}`"));
    let some = some.collect::<Vec<_>>().join(", ");
    match pairs.as_slice() {
        [] => None,
        [(near, _)] if gone.len() == 1 => Some(format!("write `{near}`, or take it out")),
        _ if pairs.len() == gone.len() && pairs.len() <= SHOWN => Some(format!("write {some}")),
        _ => Some(format!("write {some}, and the new names of the others, or take them out")),
    }
}

fn written(steps: &[Option<String>]) -> String {
    let step = |step: &Option<String>| step.clone().unwrap_or_else(|| "*".to_owned());
    steps.iter().map(step).collect::<Vec<_>>().join(".")
}
