//! What a template can hold: sets of things, each kept once.

use std::{collections::HashMap, rc::Rc};

use super::path::{PathId, Sym};

/// One thing that a value may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Atom {
    /// `nil`, or a key that a dict does not have.
    Nil,
    Bool(bool),
    Int(i64),
    /// A text that is known.
    Text(Sym),
    /// Something without values and without template text in it: a number, the release's name.
    Plain,
    /// Something of which nothing is known.
    Unknown,
    /// The value at a path.
    Ref(PathId),
    /// A mapping that the templates made, or the top of a rendering.
    Object(ObjectId),
    /// A list that the templates made.
    List(ListId),
    /// These values as YAML or JSON, and nothing else.
    Yaml(SetId),
    /// Text made of these values and others.
    Made(SetId),
    /// The same, where some of the text is known: [`super::form::HOLE`] stands for the rest.
    Formed(Sym, SetId),
    /// What every template of a member sees besides its values.
    Part(u32, Part),
    /// The text of a file of a member; none where it is not known which.
    File(u32, Option<Sym>),
}

/// A field of the top of a rendering.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Part {
    Chart,
    Files,
    Subcharts,
    Template,
}

/// A set of atoms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct SetId(u32);

/// A mapping that templates made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ObjectId(pub(super) u32);

/// A list that templates made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ListId(u32);

/// A mapping: it only ever grows, whatever templates do to it.
#[derive(Clone, Debug, Default)]
pub(super) struct Object {
    /// The member whose rendering it is the top of.
    pub(super) root: Option<usize>,
    /// What its keys hold.
    pub(super) entries: Vec<(Sym, SetId)>,
    /// What computed keys hold.
    pub(super) rest: SetId,
    /// Mappings of which it has the entries too (`merge`).
    pub(super) absorbed: SetId,
    /// How often it grew.
    pub(super) grown: u32,
}

/// A list.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub(super) struct List {
    /// The first items.
    pub(super) known: Vec<SetId>,
    /// What all others may be.
    pub(super) rest: SetId,
}

/// Where an object is made: file and byte.
pub(super) type Site = (usize, u32);

/// The set of nothing.
pub(super) const EMPTY: SetId = SetId(0);

impl Default for SetId {
    fn default() -> Self {
        EMPTY
    }
}

/// How many things one value may be; more are something unknown.
pub const ATOMS_MAX: usize = 96;
/// How many things a text may be made of, all of which are read already; more are something unknown.
pub const ORIGINS_MAX: usize = 1024;
/// How many known texts one value may be; more are just a text, or where templates are among them
/// something unknown.
pub const TEXTS_MAX: usize = 48;
/// How many mappings templates may make.
pub const OBJECTS_MAX: usize = 20_000;
/// How many mappings one place may make; all further ones are one that holds what each of them holds. A
/// template that wraps what it was given would make another one each time, and never come to an end.
pub const SITE_OBJECTS_MAX: usize = 128;

/// The mappings that one place makes.
#[derive(Debug, Default)]
struct Making {
    /// By what they are made with.
    index: HashMap<Vec<(Sym, SetId)>, ObjectId>,
    /// The one that stands for all further ones.
    shared: Option<ObjectId>,
}

/// Where a copy is made, and for which dot and top.
type Copied = (Site, SetId, SetId);

/// All sets, objects and lists.
#[derive(Debug)]
pub(super) struct Domain {
    sets: Vec<Rc<[Atom]>>,
    set_index: HashMap<Rc<[Atom]>, SetId>,
    joins: HashMap<(SetId, SetId), SetId>,
    /// What was joined of large sets of which all is read.
    joins_of_read: HashMap<(SetId, SetId), SetId>,
    /// What sets without mappings and lists, which may grow, are made of.
    pub(super) origins: HashMap<SetId, SetId>,
    pub(super) objects: Vec<Object>,
    makings: HashMap<Site, Making>,
    copies: HashMap<Copied, ObjectId>,
    lists: Vec<Rc<List>>,
    list_index: HashMap<Rc<List>, ListId>,
    /// Sets that were too large: what was in them may be read by anything.
    pub(super) spilled: Vec<Atom>,
    /// How many atoms and items were kept since this was last asked for.
    pub(super) kept: usize,
}

impl Domain {
    /// Objects 0 and on are the tops of the members' renderings.
    pub(super) fn new(members: usize) -> Self {
        let root = |member| Object { root: Some(member), ..Object::default() };
        let mut domain = Self {
            sets: Vec::new(),
            set_index: HashMap::new(),
            joins: HashMap::new(),
            joins_of_read: HashMap::new(),
            origins: HashMap::new(),
            objects: (0..members).map(root).collect(),
            makings: HashMap::new(),
            copies: HashMap::new(),
            lists: Vec::new(),
            list_index: HashMap::new(),
            spilled: Vec::new(),
            kept: 0,
        };
        domain.set(Vec::new());
        domain
    }

    /// The set of these atoms.
    pub(super) fn set(&mut self, mut atoms: Vec<Atom>) -> SetId {
        // They come as a few sorted runs, which the other sort does not see.
        atoms.sort();
        atoms.dedup();
        self.bound(&mut atoms);
        self.keep(atoms)
    }

    fn keep(&mut self, atoms: Vec<Atom>) -> SetId {
        if let Some(id) = self.set_index.get(atoms.as_slice()) {
            return *id;
        }
        let id = SetId(self.sets.len() as u32);
        self.kept += 16 * atoms.len();
        let atoms: Rc<[Atom]> = atoms.into();
        self.sets.push(Rc::clone(&atoms));
        self.set_index.insert(atoms, id);
        id
    }

    fn bound(&mut self, atoms: &mut Vec<Atom>) {
        let texts = atoms.iter().filter(|atom| matches!(atom, Atom::Text(_))).count();
        if texts > TEXTS_MAX {
            let template = |atom: &Atom| matches!(atom, Atom::Text(sym) if sym.is_template());
            let all = if atoms.iter().any(template) { Atom::Unknown } else { Atom::Plain };
            atoms.retain(|atom| !matches!(atom, Atom::Text(_)));
            atoms.push(all);
            atoms.sort_unstable();
            atoms.dedup();
        }
        if atoms.len() > ATOMS_MAX {
            self.spilled.append(atoms);
            atoms.push(Atom::Unknown);
        }
    }

    /// The set of these atoms, all of which are read already: too many are something unknown, and nobody
    /// else need hear of it.
    pub(super) fn set_of_read(&mut self, mut atoms: Vec<Atom>) -> SetId {
        atoms.sort();
        atoms.dedup();
        if atoms.len() > ORIGINS_MAX {
            return self.one(Atom::Unknown);
        }
        self.keep(atoms)
    }

    /// Both sets together, all of which is read already.
    pub(super) fn join_read(&mut self, a: SetId, b: SetId) -> SetId {
        if self.atoms(a).len() + self.atoms(b).len() <= ATOMS_MAX {
            return self.join(a, b);
        }
        let key = (a.min(b), a.max(b));
        if let Some(joined) = self.joins_of_read.get(&key) {
            return *joined;
        }
        let joined = match self.union(a, b) {
            Ok(held) => held,
            Err(atoms) => self.set_of_read(atoms),
        };
        self.joins_of_read.insert(key, joined);
        joined
    }

    /// Both sets together: the one that holds the other, or else new atoms, sorted and each once.
    fn union(&self, a: SetId, b: SetId) -> Result<SetId, Vec<Atom>> {
        let (first, second) = (self.atoms(a), self.atoms(b));
        let mut atoms = Vec::with_capacity(first.len() + second.len());
        let (mut left, mut right) = (first.iter().peekable(), second.iter().peekable());
        while let (Some(one), Some(other)) = (left.peek(), right.peek()) {
            let order = one.cmp(other);
            atoms.extend(if order.is_le() { left.next() } else { right.next() });
            if order.is_eq() {
                right.next();
            }
        }
        atoms.extend(left.chain(right));
        match atoms.len() {
            all if all == first.len() => Ok(a),
            all if all == second.len() => Ok(b),
            _ => Err(atoms),
        }
    }

    /// The set of one atom.
    pub(super) fn one(&mut self, atom: Atom) -> SetId {
        self.set(vec![atom])
    }

    /// What is in a set.
    pub(super) fn atoms(&self, set: SetId) -> Rc<[Atom]> {
        self.sets.get(set.0 as usize).map_or_else(|| Rc::from([]), Rc::clone)
    }

    /// The only thing that a set has.
    pub(super) fn single(&self, set: SetId) -> Option<Atom> {
        match self.sets.get(set.0 as usize)?.as_ref() {
            [atom] => Some(*atom),
            _ => None,
        }
    }

    /// Both sets together.
    pub(super) fn join(&mut self, a: SetId, b: SetId) -> SetId {
        if a == b || b == EMPTY {
            return a;
        }
        if a == EMPTY {
            return b;
        }
        let key = (a.min(b), a.max(b));
        if let Some(joined) = self.joins.get(&key) {
            return *joined;
        }
        let joined = match self.union(a, b) {
            Ok(held) => held,
            Err(mut atoms) => {
                self.bound(&mut atoms);
                self.keep(atoms)
            }
        };
        self.joins.insert(key, joined);
        joined
    }

    /// All sets together.
    pub(super) fn join_all(&mut self, sets: impl IntoIterator<Item = SetId>) -> SetId {
        sets.into_iter().fold(EMPTY, |all, set| self.join(all, set))
    }

    /// The mapping that is made at a place with these entries: the same one each time. Says besides whether
    /// they are still to be put into it.
    pub(super) fn object(
        &mut self,
        site: Site,
        entries: &[(Sym, SetId)],
    ) -> Option<(ObjectId, bool)> {
        let making = self.makings.entry(site).or_default();
        if let Some(id) = making.index.get(entries) {
            return Some((*id, false));
        }
        let shares = making.index.len() >= SITE_OBJECTS_MAX;
        if let Some(id) = making.shared {
            return Some((id, true));
        }
        if self.objects.len() >= OBJECTS_MAX {
            return None;
        }
        let id = ObjectId(self.objects.len() as u32);
        if shares {
            making.shared = Some(id);
            self.objects.push(Object::default());
        } else {
            let entries = entries.to_vec();
            self.objects.push(Object { entries: entries.clone(), ..Object::default() });
            making.index.insert(entries, id);
        }
        Some((id, shares))
    }

    /// The mapping that is copied at a place for a dot and a top, whatever it is copied from: what is
    /// copied may hold the copy, which templates put in its place, and would never come to an end.
    pub(super) fn copy(&mut self, copied: Copied) -> Option<ObjectId> {
        if let Some(id) = self.copies.get(&copied) {
            return Some(*id);
        }
        if self.objects.len() >= OBJECTS_MAX {
            return None;
        }
        let id = ObjectId(self.objects.len() as u32);
        self.objects.push(Object::default());
        self.copies.insert(copied, id);
        Some(id)
    }

    /// The list of these items.
    pub(super) fn list(&mut self, known: Vec<SetId>, rest: SetId) -> Atom {
        self.kept += known.len();
        let list = Rc::new(List { known, rest });
        if let Some(id) = self.list_index.get(&list) {
            return Atom::List(*id);
        }
        let id = ListId(self.lists.len() as u32);
        self.lists.push(Rc::clone(&list));
        self.list_index.insert(list, id);
        Atom::List(id)
    }

    /// A list by its number.
    pub(super) fn listed(&self, id: ListId) -> Rc<List> {
        self.lists.get(id.0 as usize).map_or_else(Rc::default, Rc::clone)
    }

    /// An object by its number.
    pub(super) fn get(&self, id: ObjectId) -> Option<&Object> {
        self.objects.get(id.0 as usize)
    }

    /// Whether a value is certainly true, certainly false, or may be either, for `if`.
    pub(super) fn truth(&self, set: SetId, text: impl Fn(Sym) -> bool) -> Option<bool> {
        let truth = |atom: &Atom| match atom {
            Atom::Nil => Some(false),
            Atom::Bool(value) => Some(*value),
            Atom::Int(value) => Some(*value != 0),
            Atom::Text(sym) => Some(text(*sym)),
            Atom::Object(id) => self.get(*id)?.root.map(|_| true),
            Atom::List(id) => {
                let list = self.listed(*id);
                let empty = list.known.is_empty() && list.rest == EMPTY;
                if empty { Some(false) } else { (!list.known.is_empty()).then_some(true) }
            }
            Atom::Part(..) => Some(true),
            _ => None,
        };
        let atoms = self.atoms(set);
        let first = truth(atoms.first()?)?;
        atoms.iter().all(|atom| truth(atom) == Some(first)).then_some(first)
    }
}
