//! The interpreter: it runs every file of every member, over all branches, until nothing new is found.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    rc::Rc,
};

use crate::{
    template::{FunctionSet, Node, Template, TemplateSet, parse},
    text::{Span, Text},
};

use super::{
    How, Input, Instead, Step, Write,
    defaults::Defaults,
    domain::{Atom, Domain, EMPTY, ObjectId, SetId},
    field::{Key, Slot, Taken},
    path::{Mark, PathId, Paths, Sym},
    sink::Output,
};

/// How many evaluations one closure may take; beyond, everything may be read.
pub const STEPS_MAX: u32 = 3_000_000;
/// How much of what takes longer the more there is (looking for a variable, for a key, keeping a set)
/// counts as one evaluation.
const STEP: u64 = 64;
/// How deep calls, blocks and parentheses may nest together; what lies deeper may read all that it is
/// given.
pub const DEPTH_MAX: u32 = 160;
/// How often all files are gone over because templates wrote into what others had read before.
pub const ROUNDS_MAX: u32 = 6;

/// So many templates that are named after their chart make that its way.
const OWN_MIN: usize = 2;

/// A template that is running.
pub(super) struct Frame<'f> {
    pub(super) template: &'f Template,
    pub(super) file: usize,
    /// Where the call stands, for text that `tpl` evaluates: it has no place of its own.
    pub(super) place: Option<Span>,
    /// That text, where the template is all of it and nothing else.
    pub(super) text: Option<Sym>,
    pub(super) dot: SetId,
    /// `$`
    pub(super) top: SetId,
    pub(super) variables: Vec<(&'f str, SetId)>,
    pub(super) output: Output,
}

/// What is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Callee {
    /// A definition or a file: the file's number, and where the body begins.
    Named(usize, Option<u32>),
    /// A text that `tpl` evaluates, in a file.
    Text(Sym, usize),
    /// A template that is known by its summary only.
    Summary(Sym),
}

#[derive(Clone, Copy, Debug)]
struct Memo {
    result: Option<SetId>,
    certain: bool,
}

/// What is known of one place that reads one path.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) how: How,
    pub(super) guarded: bool,
    pub(super) chained: usize,
    pub(super) certain: bool,
    pub(super) several: bool,
    pub(super) instead: Instead,
}

/// A place: file and span.
pub(super) type Place = (usize, Span);

/// A place in a text that `tpl` evaluates.
pub(super) type Inner = (Sym, Span);

/// Whose keys were looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Owner {
    Object(ObjectId),
    Path(PathId),
}

/// The interpreter.
pub(super) struct Machine<'t, 'i> {
    pub(super) templates: &'i TemplateSet<'t>,
    pub(super) input: &'i Input<'i>,
    pub(super) paths: Paths,
    pub(super) domain: Domain,
    pub(super) reads: BTreeMap<(Place, Option<Inner>, PathId), Seen>,
    pub(super) writes: BTreeSet<(Place, PathId, Step)>,
    pub(super) missing: BTreeMap<String, Place>,
    /// What templates put under paths of values.
    pub(super) overlays: HashMap<PathId, ObjectId>,
    /// Places of mappings that held too much.
    pub(super) full: HashSet<(ObjectId, Slot)>,
    /// Keys that were looked up; a later write to one of them needs another round.
    pub(super) looked: HashSet<(Owner, Option<Sym>)>,
    pub(super) lookers: HashSet<Owner>,
    pub(super) changed: bool,
    pub(super) defaults: Defaults,
    pub(super) functions: &'static FunctionSet,
    pub(super) consumed: HashSet<SetId>,
    pub(super) consumed_objects: HashSet<ObjectId>,
    pub(super) escaped: HashSet<SetId>,
    pub(super) escaped_objects: HashSet<ObjectId>,
    /// Whether what runs now runs in every rendering.
    pub(super) certain: bool,
    /// Steps that were taken: templates take the same ones again and again.
    pub(super) taken: HashMap<(SetId, Key), Taken>,
    memo: HashMap<(Callee, SetId), Memo>,
    parsed: HashMap<Sym, Rc<Template>>,
    depth: u32,
    /// What was done so far, [`STEP`] for an evaluation.
    work: u64,
}

impl<'t, 'i> Machine<'t, 'i> {
    pub(super) fn new(templates: &'i TemplateSet<'t>, input: &'i Input<'i>) -> Self {
        let mut paths = Paths::new(input);
        let defaults = Defaults::of(input, &mut paths);
        Self {
            templates,
            input,
            paths,
            defaults,
            domain: Domain::new(input.members.len()),
            reads: BTreeMap::new(),
            writes: BTreeSet::new(),
            missing: BTreeMap::new(),
            overlays: HashMap::new(),
            full: HashSet::new(),
            looked: HashSet::new(),
            lookers: HashSet::new(),
            escaped: HashSet::new(),
            escaped_objects: HashSet::new(),
            changed: false,
            functions: FunctionSet::helm(),
            consumed: HashSet::new(),
            consumed_objects: HashSet::new(),
            certain: true,
            taken: HashMap::new(),
            memo: HashMap::new(),
            parsed: HashMap::new(),
            depth: 0,
            work: 0,
        }
    }

    /// Runs everything.
    pub(super) fn run(&mut self) {
        self.declared();
        for round in 0..ROUNDS_MAX {
            self.changed = false;
            self.memo.clear();
            for number in 0..self.templates.files().len() {
                self.file(number);
            }
            if !self.changed {
                break;
            }
            if round + 1 == ROUNDS_MAX {
                self.exhaust();
            }
        }
        self.spill();
        if self.is_exhausted() {
            let tops = (0..self.input.members.len()).map(Paths::root);
            for path in tops.chain(self.paths.globals()) {
                self.paths.mark(path, Mark::Maybe);
            }
        }
    }

    /// What Chart.yaml reads: conditions, tags and imported values.
    fn declared(&mut self) {
        for (number, member) in self.input.members.iter().enumerate() {
            let top = Paths::root(number);
            for condition in &member.conditions {
                let path = self.walk(top, condition);
                for path in path {
                    self.paths.mark(path, Mark::Touched);
                }
            }
            let exports =
                member.exports.iter().map(|keys| keys.iter().map(String::as_str).collect());
            let exports: Vec<Vec<&str>> = exports.collect();
            for keys in exports.iter().chain([&vec!["tags"]]) {
                let path = self.walk(top, keys);
                for path in path {
                    self.paths.mark(path, Mark::Whole);
                }
            }
            for key in &member.missing {
                for path in self.walk(top, &[key]) {
                    self.paths.mark(path, Mark::Maybe);
                }
            }
        }
    }

    fn walk(&mut self, top: PathId, keys: &[&str]) -> Vec<PathId> {
        let mut now = vec![top];
        for key in keys {
            let stride = super::path::Stride::Key(self.paths.sym(key));
            let mut next = Vec::new();
            for path in &now {
                self.paths.extend(*path, stride, &mut next);
            }
            now = next;
        }
        now
    }

    fn file(&mut self, number: usize) {
        let Some(file) = self.templates.files().get(number) else { return };
        let library = self.input.members.get(file.chart).is_none_or(|member| member.library);
        if !file.template.errors.is_empty() {
            self.paths.mark(Paths::root(file.chart), Mark::Maybe);
        }
        if file.is_partial() || library {
            return;
        }
        let dot = self.domain.one(Atom::Object(ObjectId(file.chart as u32)));
        // Whether a subchart is rendered at all is for conditions to say.
        self.certain = file.chart == 0;
        self.call(
            Callee::Named(number, None),
            file.template,
            number,
            (None, None),
            &file.template.nodes,
            dot,
        );
    }

    /// Calls a named template; of one that is nowhere it is not known what it reads.
    pub(super) fn invoke(
        &mut self,
        name: &str,
        dot: SetId,
        frame: &Frame<'_>,
        span: Span,
    ) -> SetId {
        let Some(named) = self.templates.get(name) else {
            let known = self.summarized(name, dot, frame, span);
            return if known {
                self.domain.one(Atom::Plain)
            } else {
                self.absent(name, dot, frame, span)
            };
        };
        let Some(file) = self.templates.files().get(named.file) else { return EMPTY };
        let begin = named.define.map(|define| define.span.start);
        let callee = Callee::Named(named.file, begin);
        self.call(callee, file.template, named.file, (None, None), named.body, dot)
    }

    fn absent(&mut self, name: &str, dot: SetId, frame: &Frame<'_>, span: Span) -> SetId {
        let place = frame.at(span);
        self.missing.entry(name.to_owned()).or_insert(place);
        if !self.is_own(name, frame.file) {
            self.escape(dot);
        }
        self.domain.one(Atom::Unknown)
    }

    /// Whether a template that no file defines could only be one of a file's own chart: it is named after that,
    /// as others of its are. Nobody has it, so that it reads nothing.
    fn is_own(&self, name: &str, file: usize) -> bool {
        let chart = self.templates.files().get(file).map(|file| file.chart);
        let Some(member) = chart.and_then(|chart| self.input.members.get(chart)) else {
            return false;
        };
        let of = |name: &str| {
            let rest = name.strip_prefix(member.name);
            !member.name.is_empty() && rest.is_some_and(|rest| rest.starts_with('.'))
        };
        let defined = || self.templates.names().filter(|it| of(it)).nth(OWN_MIN - 1).is_some();
        of(name) && !member.library && defined()
    }

    /// Whether what a summary says has not yet been done with a dot in this round.
    pub(super) fn first_summary(&mut self, name: Sym, dot: SetId) -> bool {
        let memo = Memo { result: None, certain: false };
        self.memo.insert((Callee::Summary(name), dot), memo).is_none()
    }

    /// Evaluates a text as a template.
    pub(super) fn evaluate(
        &mut self,
        text: Sym,
        dot: SetId,
        frame: &Frame<'_>,
        span: Span,
    ) -> SetId {
        let parsed = || Rc::new(completed(self.paths.text(text), self.functions));
        let template = self.parsed.get(&text).cloned().unwrap_or_else(parsed);
        self.parsed.insert(text, Rc::clone(&template));
        if !template.errors.is_empty() || !template.defines.is_empty() {
            self.escape(dot);
        }
        let (file, span) = frame.at(span);
        let callee = Callee::Text(text, file);
        let certain = std::mem::replace(&mut self.certain, false);
        let whole = Some(text).filter(|text| template.text.as_str() == self.paths.text(*text));
        let place = (Some(span), whole);
        let result = self.call(callee, &template, file, place, &template.nodes, dot);
        self.certain = certain;
        result
    }

    /// Runs a body once for each dot.
    fn call<'f>(
        &mut self,
        callee: Callee,
        template: &'f Template,
        file: usize,
        (place, text): (Option<Span>, Option<Sym>),
        body: &'f [Node],
        dot: SetId,
    ) -> SetId {
        let known = self.memo.get(&(callee, dot)).copied();
        let certain = self.certain;
        if let Some(memo) = known.filter(|memo| memo.certain || !certain || memo.result.is_none()) {
            // A template that calls itself with what it was called with renders for ever, or nothing.
            return memo.result.unwrap_or_else(|| self.domain.one(Atom::Plain));
        }
        if !self.enter(dot) {
            return self.domain.one(Atom::Unknown);
        }
        self.memo.insert((callee, dot), Memo { result: None, certain });
        let output = Output::default();
        let mut frame =
            Frame { template, file, place, text, dot, top: dot, variables: Vec::new(), output };
        self.nodes(&mut frame, body);
        let result = self.rendered(frame.output);
        self.memo.insert((callee, dot), Memo { result: Some(result), certain });
        self.depth -= 1;
        self.certain = certain;
        result
    }

    /// Goes one level deeper, where that is allowed; else what `given` holds may be read.
    pub(super) fn enter(&mut self, given: SetId) -> bool {
        if self.depth >= DEPTH_MAX {
            self.escape(given);
            return false;
        }
        self.depth += 1;
        true
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Counts an evaluation; false where there were too many.
    pub(super) fn step(&mut self) -> bool {
        let kept = std::mem::take(&mut self.domain.kept);
        self.spend(STEP as usize + kept);
        self.spill();
        !self.is_exhausted()
    }

    /// Counts what is gone through besides.
    pub(super) fn spend(&mut self, work: usize) {
        self.work = self.work.saturating_add(work as u64);
    }

    fn is_exhausted(&self) -> bool {
        self.work >= u64::from(STEPS_MAX) * STEP
    }

    /// Nothing more is evaluated: everything may be read.
    pub(super) fn exhaust(&mut self) {
        self.work = u64::MAX;
    }

    /// What was in sets that were too large may be read.
    fn spill(&mut self) {
        while let Some(atom) = self.domain.spilled.pop() {
            let set = self.domain.one(atom);
            self.escape(set);
        }
    }

    /// Notes that a place reads a path.
    pub(super) fn read(&mut self, frame: &Frame<'_>, span: Span, path: PathId, seen: Seen) {
        self.paths.mark(path, Mark::Touched);
        let seen = Seen { certain: seen.certain && self.certain, ..seen };
        let inner = frame.text.map(|text| (text, span));
        let known = self.reads.entry((frame.at(span), inner, path)).or_insert(seen);
        known.guarded &= seen.guarded;
        known.certain |= seen.certain;
        known.several &= seen.several;
        known.instead = known.instead.min(seen.instead);
    }

    /// Notes that a place writes into the values.
    pub(super) fn wrote(&mut self, place: Place, path: PathId, key: Option<Sym>) {
        let step = key.map_or(Step::Any, |key| Step::Key(self.paths.text(key).into()));
        self.writes.insert((place, path, step));
    }

    /// All writes, spelled out.
    pub(super) fn written(&self) -> Vec<Write> {
        let write = |((file, span), path, step): &(Place, PathId, Step)| {
            let (member, mut path) = self.paths.spell(*path);
            path.push(step.clone());
            Write { member, path, file: *file, span: *span }
        };
        self.writes.iter().map(write).collect()
    }
}

/// Parses a text that `tpl` evaluates. It may be one of several that are put together, as in
/// `tpl (print "{{ with .a }}" .b "{{ end }}") $`: a block that is open at its end, whose value the text
/// within may read as a whole, or the end of one.
fn completed(text: &str, functions: &FunctionSet) -> Template {
    let whole = parse(Text::new(text), functions);
    if whole.errors.is_empty() {
        return whole;
    }
    let pieces =
        [format!("{text}{{{{ toYaml . }}}}{{{{ end }}}}"), format!("{{{{ if true }}}}{text}")];
    let mut parsed = pieces.into_iter().map(|piece| parse(Text::new(piece), functions));
    parsed.find(|it| it.errors.is_empty()).unwrap_or(whole)
}

impl Frame<'_> {
    /// Sets a variable.
    pub(super) fn bind(&mut self, name: Span, value: SetId, assigns: bool) {
        let name = self.template.slice(name);
        let known = self.variables.iter_mut().rev().find(|(it, _)| *it == name);
        match known.filter(|_| assigns) {
            Some((_, old)) => *old = value,
            None => self.variables.push((name, value)),
        }
    }

    /// The place of a span of the template.
    pub(super) fn at(&self, span: Span) -> Place {
        (self.file, self.place.unwrap_or(span))
    }
}
