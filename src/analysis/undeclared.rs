//! Values that a chart's own templates read and that nothing declares or documents.

mod branch;
mod dot;
mod field;
mod manner;
mod missing;
#[cfg(test)]
mod tests;
mod text;
mod told;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    analysis::{Analysis, Slip, rendering::Packed, slip},
    catalog::{Chart, Key, TemplateFile, ValuesPath},
    finding::Place,
    template::{
        flow::{Instead, Read, Step},
        render::files::FileSource,
    },
    text::{Span, Text},
    yaml,
};

use branch::{Arm, Branches, arm, arms, around, is_chosen};
use manner::{
    asks_for_key, copes, is_comment, is_deprecated, is_kept, is_older, manner, moves, needs,
    stands_in,
};
use missing::Missing;
use text::Reading;
use told::{SPOKEN_OF_MAX, is_spoken_of};

pub use told::is_in_schema;

pub use dot::LostDot;
pub use manner::Manner;

/// A path that templates read and that nothing declares: the highest key of it that is missing.
#[allow(clippy::struct_excessive_bools, reason = "each holds or not, apart from the others")]
#[derive(Clone, Debug)]
pub struct Undeclared {
    /// The path as the chart's own templates would write it.
    pub path: ValuesPath,
    /// Whose values, an index into the closure's members, and the path in them.
    pub member: usize,
    /// The path in that member's values.
    pub inner: ValuesPath,
    /// The places in the chart's own templates, in their order.
    pub reads: Vec<OwnRead>,
    /// Whether one of the places asks first, or has another value.
    pub optional: bool,
    /// Whether what it lies in is written out as a whole, and nothing declared in it is read by itself: it is a
    /// field of what is written.
    pub field: bool,
    /// Whether a comment or the README writes its last name as code: it may be known by that.
    pub spoken_of: bool,
    /// Whether the README's reference has it, so that it is known, if not from values.yaml.
    pub documented: bool,
    /// Where the chart's schema refuses it, so that nobody can set it.
    pub refused: Option<Place>,
    /// Whether all that its places decide is whether nothing is written or nothing.
    pub idle: bool,
    /// The declared value that its places ask for it instead of: what they then read is that, a step deeper.
    pub guards: Option<ValuesPath>,
    /// Whether all its places are only reached where another undeclared value is set, of which it is not plain that a
    /// declared one was meant.
    pub behind: bool,
    /// The value that all conditions around its places ask for, where that is declared and has the same name.
    pub asked_as: Option<ValuesPath>,
    /// Whether templates only ask for it, and what they then write is not the value itself.
    pub switch: bool,
    /// The text for which all branches are that its places stand on, where values.yaml does not have it.
    pub branch_for: Option<String>,
    /// What it lies in, or something above that, where that is written out with all that lies in it.
    pub whole: Option<ValuesPath>,
    /// The declared value that one place takes first, and that the others know nothing of.
    pub newer: Option<ValuesPath>,
    /// The declared value that was meant, where that is plain.
    pub slip: Option<Slip>,
}

impl Undeclared {
    /// A value of which no place is known yet.
    pub(crate) fn new(
        path: ValuesPath,
        member: usize,
        inner: ValuesPath,
        documented: bool,
        refused: Option<Place>,
    ) -> Self {
        Self {
            path,
            member,
            inner,
            reads: Vec::new(),
            optional: false,
            field: false,
            spoken_of: false,
            documented,
            refused,
            idle: false,
            guards: None,
            behind: false,
            asked_as: None,
            switch: false,
            branch_for: None,
            whole: None,
            newer: None,
            slip: None,
        }
    }
}

impl Undeclared {
    /// Where one place takes a declared value first, the others that write the value out need it; where there are none of
    /// these it is but an older name.
    fn settle_newer(&mut self) {
        let writes = |it: &OwnRead| !it.in_notes && (it.kept || it.needs());
        if self.optional || !self.reads.iter().any(writes) {
            self.optional |= self.newer.take().is_some();
        } else if self.newer.is_some() {
            let kept = self.reads.iter_mut().filter(|it| it.kept);
            kept.for_each(|it| it.manner = Manner::Needs);
        }
    }
}

/// A place of the chart's own that reads below an undeclared key.
#[derive(Clone, Debug)]
pub struct OwnRead {
    /// Where it stands.
    pub place: Place,
    /// Where it stands in a text of values.yaml or of a file, the place of the chart's own that evaluates that.
    pub call: Option<Place>,
    /// The path that it reads, in the values of the member.
    pub path: Vec<Step>,
    /// What becomes of the place without the value.
    pub manner: Manner,
    /// Whether it stands in the notes that an install prints.
    pub in_notes: bool,
    /// Whether it asks for the key itself, so that one whose value is empty is there, too.
    pub asks_for_key: bool,
    /// Whether it keeps the value in a variable, which is written out unasked.
    pub kept: bool,
}

impl OwnRead {
    /// Whether the place needs the value.
    pub fn needs(&self) -> bool {
        self.manner == Manner::Needs
    }
}

impl Analysis<'_> {
    /// What a chart's own templates read and nothing declares, in the order of paths: computed when it is first
    /// asked for. Empty for libraries, for charts without values.yaml, and for those whose values can't be read
    /// whole.
    pub fn undeclared(&self, chart: &Chart) -> &[Undeclared] {
        let first = self.members_of(chart).next();
        let Some(cell) = first.and_then(|first| self.undeclared.get(first)) else { return &[] };
        cell.get_or_init(|| {
            let mut found = self.all_undeclared(chart);
            let mut strangers = Vec::new();
            let comparable = slip::comparable(found.len(), chart);
            for value in found.iter_mut().filter(|_| comparable) {
                strangers.extend(self.otherwise(value, chart));
                if value.slip.is_some() {
                    continue;
                }
                value.slip = self.slip(value, chart);
                let slip = value.slip.clone();
                strangers.extend(slip.and_then(|slip| self.strangers(value, &slip, chart)));
            }
            found.extend(strangers);
            Self::follow_branches(chart, &mut found);
            let told = |value: &Undeclared| value.slip.is_some() || !value.optional;
            if found.len() <= SPOKEN_OF_MAX && !found.iter().all(told) {
                let old = self.old_lines(chart);
                found.retain(|value| told(value) || !old.tell_of(chart, &value.path));
            }
            found.sort_by(|one, other| one.path.cmp(&other.path));
            found
        })
    }

    fn all_undeclared(&self, chart: &Chart) -> Vec<Undeclared> {
        let documentation = chart.documentation();
        let readable = chart.values.as_ref().is_some_and(|it| it.stream.error().is_none());
        if chart.is_library() || !readable || documentation.values.cut {
            return Vec::new();
        }
        let members = self.members_of(chart);
        let mut found = members.map(|member| self.undeclared_at(member, chart));
        let Some(first) = found.next() else { return Vec::new() };
        // What only one of several uses of the chart leaves out is set by the others' parents.
        let others: Vec<_> = found.collect();
        let everywhere = |path: &ValuesPath| others.iter().all(|it| it.contains_key(path));
        let mut found: Vec<_> =
            first.into_iter().filter(|(path, _)| everywhere(path)).map(|(_, it)| it).collect();
        self.drop_given(chart, &mut found);
        for value in found.iter_mut().take(SPOKEN_OF_MAX) {
            value.spoken_of = is_spoken_of(chart, &value.path);
        }
        found
    }

    /// Drops what another values file of the chart declares: people deploy with one of these, or are shown by it.
    fn drop_given(&self, chart: &Chart, found: &mut Vec<Undeclared>) {
        let packed = Packed::new(chart, self.sources);
        let paths = packed.paths();
        for path in paths.iter().filter(|path| is_values(path)).take(VALUES_FILES_MAX) {
            if found.is_empty() {
                return;
            }
            let Some(bytes) = packed.read(path) else { continue };
            let stream = yaml::parse(Text::new(String::from_utf8_lossy(&bytes).into_owned()));
            let declares = |value: &Undeclared| {
                let names = value.path.0.iter().map(|key| match key {
                    Key::Name(name) => Some(name.as_str()),
                    Key::Index(_) => None,
                });
                let names: Option<Vec<&str>> = names.collect();
                names.is_some_and(|it| stream.documents().any(|root| root.at(&it).is_some()))
            };
            // What is but shown in an example is known, and still missing.
            let shown = path.contains('/');
            found.retain(|value| (shown && !value.optional) || !declares(value));
        }
    }

    fn undeclared_at(&self, member: usize, chart: &Chart) -> BTreeMap<ValuesPath, Undeclared> {
        let own: BTreeMap<usize, &TemplateFile> = self.own_files(chart);
        let texts = self.own_texts(chart);
        let mut files = own.clone();
        files.extend(texts.texts.iter().map(|(number, text)| (*number, &text.file)));
        let readings = texts.readings(self.flow().reads());
        let mut found: BTreeMap<ValuesPath, Undeclared> = BTreeMap::new();
        let mut judged: BTreeMap<(usize, &[Step]), Option<Missing>> = BTreeMap::new();
        let declared = self.declared_spans(&files, &readings, &mut judged);
        let mut branches: BTreeMap<usize, Vec<Arm>> = BTreeMap::new();
        for (read, call) in &readings {
            let read = read.as_ref();
            let Some(file) = files.get(&read.file).copied() else { continue };
            // What only one of several merged mappings has is there all the same.
            let merged = read.instead == Instead::Made
                || (read.instead == Instead::Value && declared.contains(&(read.file, read.span)));
            // A text belongs to one thing: what is declared for that is what it reads.
            let shared = declared.contains(&(read.file, read.span));
            if read.several || merged || is_comment(file, read) || (shared && call.is_some()) {
                continue;
            }
            let Some(prefix) = self.prefix(member, read.member) else { continue };
            let top = judged
                .entry((read.member, &read.path))
                .or_insert_with(|| self.missing(read.member, &read.path));
            let Some(Missing { path: inner, documented, refused }) = top.clone() else { continue };
            let refused = refused.filter(|_| prefix.is_empty());
            let path = ValuesPath([prefix, inner.0.clone()].concat());
            let arms = branches.entry(read.file).or_insert_with(|| arms(&file.template));
            // Keys with dots are of files that a mapping is written to as a whole.
            let foreign = inner
                .0
                .last()
                .is_some_and(|key| matches!(key, Key::Name(name) if name.contains('.')));
            let compared = read.path.len() == inner.0.len() && (foreign || copes(file, read));
            let gated = call.is_some() && is_gated(read, arms, &readings, &declared);
            let chosen = is_chosen(read, &file.file, arms, chart);
            let needs = needs(read, inner.0.len()) && !shared && !compared && !gated && !chosen;
            // `dig` copes with what is absent anywhere on its way.
            let asked = read.path.len() == inner.0.len() || read.chained == 0;
            let optional = compared || chosen || (read.guarded && asked);
            let new = || Undeclared::new(path.clone(), read.member, inner, documented, refused);
            let entry = found.entry(path.clone()).or_insert_with(new);
            let exact = read.path.len() == entry.inner.0.len();
            let instead = if needs { None } else { stands_in(file, read, &declared) };
            let newer = instead.filter(|it| exact && it.start < read.span.start);
            let newer = newer.and_then(|it| self.path_at(read, it));
            entry.optional |= (optional || shared) && newer.is_none();
            entry.newer = newer.or(entry.newer.take());
            let manner = match instead {
                Some(_) => Manner::Falls,
                None => self.manner(file, read, needs, arms),
            };
            entry.reads.push(OwnRead {
                kept: exact && !read.guarded && is_kept(file, read),
                asks_for_key: exact && asks_for_key(file, read, arms),
                place: texts.place(read.file, file, read.span),
                call: call.and_then(|(file, span)| Some(own.get(&file)?.file.place(span))),
                path: read.path.clone(),
                manner,
                in_notes: file.file.local == "templates/NOTES.txt",
            });
        }
        self.seen_together(member, &own, branches, found)
    }

    fn manner(&self, file: &TemplateFile, read: &Read, needs: bool, arms: &[Arm]) -> Manner {
        match needs {
            _ if is_deprecated(file, read) => Manner::Gone,
            _ if is_older(file, read) => Manner::Falls,
            _ if moves(file, read, self.flow().writes()) => Manner::Moves,
            true => Manner::Needs,
            false => manner(file, read, &self.templates, arms),
        }
    }

    /// Drops what the chart knows to be an old name, and says of the others what all their places together say.
    fn seen_together(
        &self,
        member: usize,
        own: &BTreeMap<usize, &TemplateFile>,
        branches: BTreeMap<usize, Vec<Arm>>,
        mut found: BTreeMap<ValuesPath, Undeclared>,
    ) -> BTreeMap<ValuesPath, Undeclared> {
        found.retain(|_, it| {
            let gone = |read: &OwnRead| match read.manner {
                Manner::Gone => true,
                Manner::Moves => it.reads.iter().any(|other| other.manner != Manner::Moves),
                _ => false,
            };
            let known = it.member != member && self.is_known_below(it, own);
            !known && !it.reads.iter().any(gone)
        });
        let branches = branches
            .into_iter()
            .filter_map(|(number, arms)| Some((Arc::clone(&own.get(&number)?.file.path), arms)));
        let branches: BTreeMap<_, _> = branches.collect();
        let gone_over = self.gone_over();
        for it in found.values_mut() {
            it.settle_newer();
            it.field = self.is_field(it, &gone_over);
            it.idle = is_idle(it, &branches);
            it.guards = self.guarded(it, &branches);
            it.asked_as = self.asked_as(it, &branches);
            it.whole = self.written_with(it);
        }
        found
    }

    /// The value that the branches read which a value alone decides about, where it has one more step.
    fn guarded(&self, it: &Undeclared, branches: &Branches) -> Option<ValuesPath> {
        let own = super::steps(&it.inner);
        let mut found = None;
        for place in &it.reads {
            let body = arm(&place.place, branches).filter(|_| place.manner == Manner::Copes)?.body;
            let file = self.set_file(&place.place.path)?;
            for read in self.reads_in(file, body).filter(|read| read.member == it.member) {
                if read.path.starts_with(&own) {
                    return None;
                }
                let names: Option<Vec<&str>> = read.path.iter().map(named).collect();
                let path = names.map(ValuesPath::of);
                let deeper = path.filter(|path| slip::lacks_one(&it.inner, path));
                if deeper.is_some() && self.missing(read.member, &read.path).is_none() {
                    found = deeper;
                }
            }
        }
        found
    }

    /// The value of the same name that is all of what the conditions around all places of a needed one ask for.
    fn asked_as(&self, it: &Undeclared, branches: &Branches) -> Option<ValuesPath> {
        let own = super::steps(&it.inner);
        let name = own.last().filter(|_| !it.optional)?;
        let mut found = None;
        for place in &it.reads {
            let file = self.set_file(&place.place.path)?;
            let arm = around(&place.place, branches)?;
            let mut asked = self.reads_in(file, arm.condition).filter(|read| {
                read.member == it.member
                    && read.span == arm.condition
                    && read.path.last() == Some(name)
            });
            let asked = asked.next().filter(|read| read.path.len() > 1 && read.path != own)?;
            if self.missing(asked.member, &asked.path).is_some() {
                return None;
            }
            let names: Option<Vec<&str>> = asked.path.iter().map(named).collect();
            let path = ValuesPath::of(names?);
            if found.get_or_insert_with(|| path.clone()) != &path {
                return None;
            }
        }
        found
    }

    /// The reads in a part of a file.
    fn reads_in(&self, file: usize, part: Span) -> impl Iterator<Item = &Read> {
        let reads = self.flow().reads();
        let from = reads.partition_point(|read| (read.file, read.span.start) < (file, part.start));
        let reads = reads.get(from..).unwrap_or_default().iter();
        reads
            .take_while(move |read| read.file == file && read.span.start < part.end)
            .filter(move |read| part.contains(read.span))
    }

    /// The path that a place of a read's file reads.
    fn path_at(&self, read: &Read, place: Span) -> Option<ValuesPath> {
        let mut reads = self.reads_in(read.file, place);
        let other = reads.find(|it| it.span == place && it.member == read.member)?;
        let names: Option<Vec<&str>> = other.path.iter().map(named).collect();
        names.map(ValuesPath::of)
    }

    /// The numbers, in the template set, of a chart's own files.
    fn own_files<'a>(&'a self, chart: &'a Chart) -> BTreeMap<usize, &'a TemplateFile> {
        let files = self.templates.files().iter().enumerate();
        let own = files.filter_map(|(number, file)| {
            let mut all = chart.templates.iter();
            Some((number, all.find(|it| std::ptr::eq(&raw const *it.template, file.template))?))
        });
        own.collect()
    }

    /// The places that read something that is declared: a named template that several components share.
    fn declared_spans<'a>(
        &'a self,
        files: &BTreeMap<usize, &TemplateFile>,
        readings: &'a [Reading<'_>],
        judged: &mut BTreeMap<(usize, &'a [Step]), Option<Missing>>,
    ) -> BTreeSet<(usize, Span)> {
        let reads = readings.iter().map(|(read, _)| read.as_ref());
        let reads = reads.filter(|read| files.contains_key(&read.file));
        let mut spans = BTreeSet::new();
        for read in reads {
            let top = judged
                .entry((read.member, &read.path))
                .or_insert_with(|| self.missing(read.member, &read.path));
            if top.is_none() {
                spans.insert((read.file, read.span));
            }
        }
        spans
    }

    /// The keys that lead from one member's values to those of another under it.
    fn prefix(&self, from: usize, to: usize) -> Option<Vec<Key>> {
        let mut keys = Vec::new();
        let mut at = to;
        while at != from {
            let member = self.closure.members.get(at)?;
            keys.push(Key::Name(member.name.clone()));
            at = member.parent?;
        }
        keys.reverse();
        Some(keys)
    }

    /// Whether other charts' templates read what a chart reads of the values of one under it.
    fn is_known_below(&self, it: &Undeclared, own: &BTreeMap<usize, &TemplateFile>) -> bool {
        let inner = super::steps(&it.inner);
        let mut reads = self.flow().reads().iter();
        reads.any(|read| {
            read.member == it.member
                && !own.contains_key(&read.file)
                && read.path.starts_with(&inner)
        })
    }
}

/// Whether a place in a text is only reached where a value is set that nothing declares.
fn is_gated(
    read: &Read,
    arms: &[Arm],
    readings: &[Reading<'_>],
    declared: &BTreeSet<(usize, Span)>,
) -> bool {
    let mut around = arms.iter().filter(|arm| arm.body.contains(read.span));
    around.any(|arm| {
        readings.iter().any(|(other, _)| {
            other.file == read.file
                && arm.condition.contains(other.span)
                && !declared.contains(&(other.file, other.span))
        })
    })
}

fn is_idle(it: &Undeclared, branches: &Branches) -> bool {
    it.reads.iter().all(|read| arm(&read.place, branches).is_some_and(|arm| arm.idle))
}

/// How many values files beside values.yaml are looked at.
const VALUES_FILES_MAX: usize = 20;

/// The folders in which charts keep examples of values.
const EXAMPLES: [&str; 4] = ["example", "examples", "samples", "values"];

/// Whether a file of a chart's folder has values to deploy with, or shows some: `values-production.yaml`.
fn is_values(path: &str) -> bool {
    let name = path.strip_suffix(".yaml").or_else(|| path.strip_suffix(".yml"));
    let (folder, name) = name.map_or(("", ""), |it| it.rsplit_once('/').unwrap_or(("", it)));
    name.starts_with("values") && (folder.is_empty() || EXAMPLES.contains(&folder))
}

fn named(step: &Step) -> Option<&str> {
    match step {
        Step::Key(name) => Some(name),
        Step::Any => None,
    }
}
