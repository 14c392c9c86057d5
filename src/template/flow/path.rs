//! Paths of values as one tree, with what is known of each.

use std::collections::HashMap;

use super::{Input, Step};

/// A path in the values of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct PathId(u32);

/// A text, kept once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Sym {
    number: u32,
    template: bool,
}

impl Sym {
    /// Its number.
    pub(super) fn number(self) -> u32 {
        self.number
    }

    /// Whether `tpl` would find an action in the text.
    pub(super) fn is_template(self) -> bool {
        self.template
    }
}

/// One step of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Stride {
    Key(Sym),
    Any,
}

/// What is done with the value at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// It is read; nothing is said of what lies under it.
    Touched,
    /// It is read with all that lies under it.
    Whole,
    /// Something that is not known may read it and all that lies under it.
    Maybe,
    /// Texts in it are evaluated as templates.
    Evaluated,
}

/// What is known of a value besides that it is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marked {
    pub(super) whole: bool,
    pub(super) evaluated: bool,
    pub(super) maybe: bool,
}

/// The deepest path that is followed; what lies deeper counts as read.
pub const PATH_DEPTH_MAX: u16 = 32;
/// How many computed steps a path may have; what lies deeper counts as read.
pub const COMPUTED_STEPS_MAX: u16 = 4;
/// How often one key may follow itself; what lies deeper counts as read. Templates that put a copy of
/// values into their own place come to no end otherwise.
pub const SAME_STEPS_MAX: usize = 2;

const TOUCHED: u8 = 1;
const WHOLE: u8 = 2;
const MAYBE: u8 = 4;
/// Something under the path is touched or read.
const BELOW_READ: u8 = 8;
/// Something under the path may be read.
const BELOW_MAYBE: u8 = 16;
const EVALUATED: u8 = 32;

#[derive(Debug)]
struct Data {
    parent: Option<PathId>,
    stride: Stride,
    member: u32,
    depth: u16,
    computed: u16,
    marks: u8,
    children: Vec<PathId>,
}

/// All paths that a template reaches.
#[derive(Debug, Default)]
pub(super) struct Paths {
    data: Vec<Data>,
    index: HashMap<(PathId, Stride), PathId>,
    names: HashMap<Box<str>, Sym>,
    texts: Vec<Box<str>>,
    /// Of each member the charts under it, by the key that holds them.
    subcharts: Vec<Vec<(Sym, PathId)>>,
    globals: Option<(Sym, PathId)>,
}

impl Paths {
    /// The tops of all members' values, and the one mapping of global values that all of them share.
    pub(super) fn new(input: &Input<'_>) -> Self {
        let mut paths = Self::default();
        for number in 0..input.members.len() {
            paths.push(None, Stride::Any, number as u32);
            paths.subcharts.push(Vec::new());
        }
        for (number, member) in input.members.iter().enumerate() {
            let name = paths.sym(member.name);
            if let Some(siblings) = member.parent.and_then(|it| paths.subcharts.get_mut(it)) {
                siblings.push((name, PathId(number as u32)));
            }
        }
        let global = paths.sym("global");
        let globals = paths.push(None, Stride::Key(global), 0);
        paths.globals = Some((global, globals));
        paths
    }

    fn push(&mut self, parent: Option<PathId>, stride: Stride, member: u32) -> PathId {
        let id = PathId(self.data.len() as u32);
        let above = parent.and_then(|id| self.get(id)).map(|it| (it.depth + 1, it.computed));
        let (depth, computed) = above.unwrap_or_default();
        let computed = computed + u16::from(stride == Stride::Any && parent.is_some());
        let children = Vec::new();
        self.data.push(Data { parent, stride, member, depth, computed, marks: 0, children });
        id
    }

    fn get(&self, id: PathId) -> Option<&Data> {
        self.data.get(id.0 as usize)
    }

    /// The text's number.
    pub(super) fn sym(&mut self, text: &str) -> Sym {
        if let Some(sym) = self.names.get(text) {
            return *sym;
        }
        let sym = Sym { number: self.texts.len() as u32, template: text.contains("{{") };
        self.names.insert(text.into(), sym);
        self.texts.push(text.into());
        sym
    }

    /// The text of a number.
    pub(super) fn text(&self, sym: Sym) -> &str {
        self.texts.get(sym.number as usize).map_or("", |text| text)
    }

    /// The text of a symbol's number.
    pub(super) fn text_of(&self, number: u32) -> &str {
        self.texts.get(number as usize).map_or("", |text| text)
    }

    /// The top of a member's values.
    pub(super) fn root(member: usize) -> PathId {
        PathId(member as u32)
    }

    /// The member whose values a path is the top of.
    pub(super) fn root_of(&self, path: PathId) -> Option<usize> {
        let member = path.0 as usize;
        (member < self.subcharts.len()).then_some(member)
    }

    /// The charts right under a member.
    pub(super) fn subcharts(&self, member: usize) -> &[(Sym, PathId)] {
        self.subcharts.get(member).map_or(&[], |charts| charts)
    }

    /// The one mapping of global values.
    pub(super) fn globals(&self) -> Option<PathId> {
        self.globals.map(|(_, path)| path)
    }

    /// What one more step leads to: a subchart's values for its key, the global ones for theirs.
    pub(super) fn extend(&mut self, path: PathId, stride: Stride, out: &mut Vec<PathId>) {
        let Some(member) = self.root_of(path) else {
            out.push(self.child(path, stride));
            return;
        };
        if let Some((_, globals)) = self.globals.filter(|(name, _)| leads(stride, *name)) {
            out.push(globals);
        }
        let charts = self.subcharts(member).iter().filter(|(name, _)| leads(stride, *name));
        out.extend(charts.map(|(_, path)| *path));
        if out.is_empty() || stride == Stride::Any {
            out.push(self.child(path, stride));
        }
    }

    fn child(&mut self, path: PathId, stride: Stride) -> PathId {
        if let Some(child) = self.index.get(&(path, stride)) {
            return *child;
        }
        let Some(above) = self.get(path) else { return path };
        let computed = above.computed >= COMPUTED_STEPS_MAX && stride == Stride::Any;
        if above.depth >= PATH_DEPTH_MAX || computed || self.repeats(path, stride) {
            self.mark(path, Mark::Whole);
            return path;
        }
        let child = self.push(Some(path), stride, above.member);
        self.index.insert((path, stride), child);
        if let Some(above) = self.data.get_mut(path.0 as usize) {
            above.children.push(child);
        }
        child
    }

    /// Whether a path ends in one key again and again.
    fn repeats(&self, path: PathId, stride: Stride) -> bool {
        let above = std::iter::successors(Some(path), |id| self.get(*id)?.parent);
        let data = above.filter_map(|id| self.get(id)).take(SAME_STEPS_MAX);
        stride != Stride::Any
            && data.filter(|data| data.parent.is_some() && data.stride == stride).count()
                == SAME_STEPS_MAX
    }

    /// Notes what is done with a value.
    pub(super) fn mark(&mut self, path: PathId, mark: Mark) {
        let (own, above) = match mark {
            Mark::Touched => (TOUCHED, BELOW_READ),
            Mark::Whole => (WHOLE, BELOW_READ),
            Mark::Maybe => (MAYBE, BELOW_MAYBE),
            Mark::Evaluated => (EVALUATED, 0),
        };
        let Some(data) = self.data.get_mut(path.0 as usize) else { return };
        data.marks |= own;
        let mut next = data.parent;
        while let Some(data) = next.and_then(|id| self.data.get_mut(id.0 as usize)) {
            if data.marks & above != 0 {
                break;
            }
            data.marks |= above;
            next = data.parent;
        }
    }

    /// The path that steps lead to from the top of a member's values, as they are written.
    pub(super) fn find(&self, member: usize, steps: &[Step]) -> Option<PathId> {
        steps.iter().try_fold(Self::root(member), |path, step| {
            let stride = match step {
                Step::Key(name) => Stride::Key(*self.names.get(name)?),
                Step::Any => Stride::Any,
            };
            self.index.get(&(path, stride)).copied()
        })
    }

    /// What is known of a path.
    pub(super) fn marked(&self, path: PathId) -> Marked {
        let marks = self.get(path).map_or(0, |data| data.marks);
        let has = |mark| marks & mark != 0;
        Marked { whole: has(WHOLE), evaluated: has(EVALUATED), maybe: has(MAYBE) }
    }

    /// What lies right under a path and is read, or may be.
    pub(super) fn below(&self, path: PathId) -> impl Iterator<Item = (Step, PathId)> {
        let children = self.get(path).map_or(&[][..], |data| &data.children);
        children.iter().filter_map(|id| {
            let data = self.get(*id).filter(|data| data.marks != 0)?;
            Some((self.step(data.stride), *id))
        })
    }

    /// Whether a value is read as a whole, itself or with something above it.
    pub(super) fn is_whole(&self, path: PathId) -> bool {
        std::iter::successors(Some(path), |id| self.get(*id)?.parent)
            .any(|id| self.get(id).is_some_and(|data| data.marks & WHOLE != 0))
    }

    /// The member of a path and its steps.
    pub(super) fn spell(&self, path: PathId) -> (usize, Vec<Step>) {
        let above = std::iter::successors(Some(path), |id| self.get(*id)?.parent);
        let strides = above.filter(|id| self.root_of(*id).is_none());
        let mut steps: Vec<_> =
            strides.filter_map(|id| Some(self.step(self.get(id)?.stride))).collect();
        steps.reverse();
        (self.get(path).map_or(0, |data| data.member as usize), steps)
    }

    fn step(&self, stride: Stride) -> Step {
        match stride {
            Stride::Key(name) => Step::Key(self.text(name).into()),
            Stride::Any => Step::Any,
        }
    }

    /// The paths of a member that steps lead to, computed ones included, with whether something above
    /// is read as a whole, or may be.
    fn reached(&self, member: usize, steps: &[Step]) -> (Vec<PathId>, u8) {
        let mut now = vec![Self::root(member)];
        let mut above = 0;
        for step in steps {
            let mut next = Vec::new();
            for path in now {
                above |= self.get(path).map_or(0, |data| data.marks & (WHOLE | MAYBE));
                self.follow(path, step, &mut next);
            }
            now = next;
        }
        (now, above)
    }

    fn follow(&self, path: PathId, step: &Step, out: &mut Vec<PathId>) {
        let key = match step {
            Step::Key(name) => self.names.get(name).map(|name| Stride::Key(*name)),
            Step::Any => None,
        };
        if let Some(member) = self.root_of(path) {
            let here = |name: Sym| *step == Step::Any || key == Some(Stride::Key(name));
            out.extend(self.globals.filter(|(name, _)| here(*name)).map(|(_, path)| path));
            let charts = self.subcharts(member).iter().filter(|(name, _)| here(*name));
            out.extend(charts.map(|(_, path)| *path));
        }
        if *step == Step::Any {
            out.extend(self.get(path).map_or(&[][..], |data| &data.children));
            return;
        }
        let strides = key.into_iter().chain([Stride::Any]);
        out.extend(strides.filter_map(|stride| self.index.get(&(path, stride)).copied()));
    }

    /// Whether steps from the top of a member's values come by a path, or by one that it stands for.
    pub(super) fn leads_under(&self, member: usize, steps: &[Step], path: PathId) -> bool {
        let mut now = vec![Self::root(member)];
        for step in steps {
            if now.contains(&path) {
                return true;
            }
            let mut next = Vec::new();
            for path in &now {
                self.follow(*path, step, &mut next);
            }
            now = next;
        }
        now.contains(&path)
    }

    /// Whether a value of a member is read (`Some(true)`), may be (`None`), or isn't.
    pub(super) fn is_read(&self, member: usize, steps: &[Step]) -> Option<bool> {
        let (reached, above) = self.reached(member, steps);
        let marks = reached.iter().filter_map(|id| self.get(*id)).fold(0, |all, it| all | it.marks);
        if above & WHOLE != 0 || marks & (TOUCHED | WHOLE | BELOW_READ) != 0 {
            return Some(true);
        }
        if above & MAYBE != 0 || marks & (MAYBE | BELOW_MAYBE) != 0 { None } else { Some(false) }
    }

    /// Whether the value at a path, and not only something above it, is read as a whole.
    pub(super) fn is_read_whole(&self, member: usize, steps: &[Step]) -> bool {
        let (reached, _) = self.reached(member, steps);
        reached.iter().filter_map(|id| self.get(*id)).any(|it| it.marks & WHOLE != 0)
    }
}

/// Whether a step takes a key: its own, or a computed one any.
fn leads(stride: Stride, name: Sym) -> bool {
    stride == Stride::Any || stride == Stride::Key(name)
}
