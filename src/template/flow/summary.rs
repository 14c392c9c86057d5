//! What a named template reads of what it is called with, as one line: so a template that is not here is
//! known all the same.
//!
//! `Values{env! persistence{*{enabled mountPath!}}}` reads `.Values.env` with all that lies under it, and
//! of each entry of `.Values.persistence` two keys. `*` is any key or item. After a name, `!` says that it is
//! read with all that lies under it, `~` that it is evaluated as a template, `?` that it may be read, and `@`
//! that it names a value by its path: what is read of that one follows.

use std::fmt::{self, Display, Formatter};

use super::{
    Flow, How, Instead, Step,
    domain::{Atom, SetId},
    field::Key,
    machine::{Frame, Machine, Seen},
    path::{Mark, Marked, PATH_DEPTH_MAX, PathId},
    sink::Output,
};
use crate::text::Span;

/// The file of a read that a template does which is known by its summary only: no index of any file.
pub const ELSEWHERE: usize = usize::MAX;

/// What a named template reads of its dot; or the keys that a file of values has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    top: Part,
}

/// A value that is read, and what of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Part {
    marked: Marked,
    /// Whether it is the path of another value, which is read.
    names: bool,
    below: Vec<(Step, Self)>,
}

impl Summary {
    /// Reads a line; none where it is not one, or nests deeper than [`PATH_DEPTH_MAX`].
    pub fn parse(line: &str) -> Option<Self> {
        let mut reader = Reader { rest: line };
        let top = reader.part(0)?;
        reader.rest.is_empty().then_some(Self { top })
    }

    /// How many steps of a path are there; none where all are, or where they end in something that has
    /// nothing under it and so may hold anything.
    pub fn reaches(&self, path: &[Step]) -> Option<usize> {
        let mut part = &self.top;
        for (number, step) in path.iter().enumerate() {
            if number > 0 && part.below.is_empty() {
                return None;
            }
            match part.below.iter().find(|(it, _)| it == step) {
                Some((_, next)) => part = next,
                None => return Some(number),
            }
        }
        None
    }

    /// Leaves out what lies at a path.
    pub fn forget(&mut self, path: &[Step]) {
        let Some((last, above)) = path.split_last() else { return };
        if let Some(part) = self.at(above) {
            part.below.retain(|(it, _)| it != last);
        }
    }

    /// Says that the text at a path, which is read, names a value by its path, and what is read of that one: all,
    /// where that is nothing. Paths that are computed of arguments can't be seen otherwise.
    pub fn names(&mut self, path: &[Step], read: Self) {
        if let Some(part) = self.at(path) {
            part.names = true;
            part.below = read.top.below;
        }
    }

    fn at(&mut self, path: &[Step]) -> Option<&mut Part> {
        path.iter().try_fold(&mut self.top, |part, step| {
            part.below.iter_mut().find(|(it, _)| it == step).map(|(_, next)| next)
        })
    }
}

impl Flow {
    /// What is read at a path of a member's values and under it.
    pub fn summary(&self, member: usize, path: &[Step]) -> Summary {
        let top = self.paths.find(member, path).map(|at| self.part(at)).unwrap_or_default();
        Summary { top }
    }

    /// Paths nest no deeper than [`PATH_DEPTH_MAX`].
    fn part(&self, at: PathId) -> Part {
        let marked = self.paths.marked(at);
        let marked = Marked { maybe: marked.maybe && !marked.whole, ..marked };
        let below = self.paths.below(at).map(|(step, path)| (step, self.part(path)));
        // What is read as a whole is read with all under it; only what is done besides is more.
        let more =
            |(_, part): &(Step, Part)| !marked.whole || (!marked.evaluated && part.says_more());
        let mut below: Vec<_> = below.filter(more).collect();
        below.sort_by(|a, b| a.0.cmp(&b.0));
        Part { marked, names: false, below }
    }
}

impl Part {
    fn says_more(&self) -> bool {
        self.marked.evaluated || self.below.iter().any(|(_, part)| part.says_more())
    }
}

impl Display for Summary {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.top.fmt(f)
    }
}

impl Display for Part {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (Marked { whole, evaluated, maybe }, names) = (self.marked, self.names);
        for (is, sign) in [(whole, "!"), (evaluated, "~"), (maybe, "?"), (names, "@")] {
            f.write_str(if is { sign } else { "" })?;
        }
        for (number, (step, part)) in self.below.iter().enumerate() {
            f.write_str(if number == 0 { "{" } else { " " })?;
            match step {
                Step::Any => f.write_str("*")?,
                Step::Key(name) if is_plain(name) => f.write_str(name)?,
                Step::Key(name) => write!(f, "{name:?}")?,
            }
            part.fmt(f)?;
        }
        f.write_str(if self.below.is_empty() { "" } else { "}" })
    }
}

/// Whether a name is written without quotes.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.chars().all(is_of_name)
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || "_-./".contains(c)
}

/// What is left of a line.
struct Reader<'l> {
    rest: &'l str,
}

impl Reader<'_> {
    fn part(&mut self, depth: u16) -> Option<Part> {
        if depth > PATH_DEPTH_MAX {
            return None;
        }
        let marked =
            Marked { whole: self.takes('!'), evaluated: self.takes('~'), maybe: self.takes('?') };
        let names = self.takes('@');
        let mut below = Vec::new();
        if self.takes('{') {
            loop {
                let step = self.step()?;
                below.push((step, self.part(depth + 1)?));
                if self.takes('}') {
                    break;
                }
                if !self.takes(' ') {
                    return None;
                }
            }
        }
        Some(Part { marked, names, below })
    }

    fn takes(&mut self, sign: char) -> bool {
        let rest = self.rest.strip_prefix(sign);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn step(&mut self) -> Option<Step> {
        if self.takes('*') {
            return Some(Step::Any);
        }
        if self.rest.starts_with('"') {
            let mut texts = serde_json::Deserializer::from_str(self.rest).into_iter::<String>();
            let name = texts.next()?.ok()?;
            let end = texts.byte_offset();
            self.rest = self.rest.get(end..)?;
            return Some(Step::Key(name.into()));
        }
        let end = self.rest.find(|c| !is_of_name(c)).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        (!name.is_empty()).then(|| Step::Key(name.into()))
    }
}

impl Machine<'_, '_> {
    /// Does what the summaries of a template say that it reads; false where there is none.
    pub(super) fn summarized(
        &mut self,
        name: &str,
        dot: SetId,
        frame: &Frame<'_>,
        span: Span,
    ) -> bool {
        let input = self.input;
        let Some(summaries) = input.summaries.get(name) else { return false };
        let name = self.paths.sym(name);
        if !self.first_summary(name, dot) {
            return true;
        }
        let (_, span) = frame.at(span);
        let elsewhere = Frame {
            template: frame.template,
            file: ELSEWHERE,
            place: Some(span),
            text: None,
            dot,
            top: dot,
            variables: Vec::new(),
            output: Output::default(),
        };
        let tops = self.tops(dot);
        for summary in summaries {
            self.read_part(&summary.top, dot, tops, &elsewhere);
        }
        true
    }

    /// Summaries nest no deeper than their reader admits.
    fn read_part(&mut self, part: &Part, value: SetId, tops: SetId, frame: &Frame<'_>) {
        if part.marked.whole {
            self.consume(value);
        }
        if part.marked.maybe {
            self.escape(value);
        }
        if part.marked.evaluated {
            self.evaluate_all(value, tops, frame, frame.place.unwrap_or_default());
        }
        if part.names {
            return self.read_named(part, value, tops, frame);
        }
        for (step, below) in &part.below {
            let found = match step {
                Step::Any => self.elements(value).1,
                Step::Key(name) => self.read_key(value, name, below.how(), frame),
            };
            self.read_part(below, found, tops, frame);
        }
    }

    fn read_key(&mut self, value: SetId, name: &str, how: How, frame: &Frame<'_>) -> SetId {
        let key = Key::Name(self.paths.sym(name));
        let (found, paths) = self.at(value, key);
        let instead = Instead::Nothing;
        let seen = Seen { how, guarded: true, several: false, instead, chained: 0, certain: false };
        let place = (frame.file, frame.place.unwrap_or_default());
        for path in paths.iter().copied() {
            if self.paths.root_of(path).is_none() {
                self.paths.mark(path, Mark::Touched);
                self.reads.entry((place, None, path)).or_insert(seen);
            }
        }
        found
    }

    /// Reads what texts name: `list "auth.password" "password"`.
    fn read_named(&mut self, part: &Part, names: SetId, tops: SetId, frame: &Frame<'_>) {
        let values = Key::Name(self.paths.sym("Values"));
        let (values, _) = self.at(tops, values);
        let Some(texts) = self.constants(names) else { return self.escape(values) };
        for text in texts {
            let steps = text.split('.').filter(|name| !name.is_empty());
            let found =
                steps.fold(values, |value, name| self.read_key(value, name, How::Passed, frame));
            if part.below.is_empty() && found != values {
                self.consume(found);
                self.evaluate_all(found, tops, frame, frame.place.unwrap_or_default());
            }
            let read = Part { below: part.below.clone(), ..Part::default() };
            self.read_part(&read, found, tops, frame);
        }
    }

    /// The tops of renderings that a template gets: its dot, or what a dict holds.
    fn tops(&mut self, dot: SetId) -> SetId {
        let (values, mut tops) = (self.paths.sym("Values"), Vec::new());
        for atom in self.domain.atoms(dot).iter() {
            let Atom::Object(id) = *atom else { continue };
            let Some(object) = self.domain.get(id) else { continue };
            if object.root.is_some() || object.entries.iter().any(|(name, _)| *name == values) {
                tops.push(*atom);
                continue;
            }
            let held = object.entries.iter().flat_map(|(_, set)| self.domain.atoms(*set).to_vec());
            let held: Vec<_> = held.filter(|it| matches!(it, Atom::Object(_))).collect();
            tops.extend(held);
            tops.extend(self.domain.atoms(object.absorbed).iter());
        }
        if tops.is_empty() { dot } else { self.domain.set(tops) }
    }
}

impl Part {
    fn how(&self) -> How {
        match self.marked {
            Marked { evaluated: true, .. } => How::Tpl,
            Marked { whole: true, .. } => How::Whole,
            _ if self.below.iter().any(|(step, _)| *step == Step::Any) => How::Iterated,
            _ => How::Passed,
        }
    }
}

#[cfg(test)]
mod tests;
