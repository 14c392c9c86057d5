//! Fields, keys and items of values.

use std::{collections::BTreeSet, rc::Rc};

use super::{
    domain::{Atom, EMPTY, ObjectId, Part, SetId, Site},
    machine::{Machine, Owner, Place},
    path::{Mark, PathId, Stride, Sym},
};

/// What a step leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Name(Sym),
    Item(i64),
    /// One that is computed.
    Any,
}

/// A place of a mapping that values are put in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Slot {
    /// A key, or those that are computed.
    Key(Option<Sym>),
    /// The mappings of which it has the entries too.
    Absorbed,
}

/// How many steps are remembered; then all are forgotten.
const TAKEN_MAX: usize = 1 << 16;

/// How many mappings are looked through for one key; what more hold may be read.
pub const ABSORBED_MAX: usize = 64;

impl Machine<'_, '_> {
    /// What a key of a value holds. Says besides which paths of values were come to.
    pub(super) fn at(&mut self, value: SetId, key: Key) -> (SetId, Rc<[PathId]>) {
        if let Some(known) = self.taken.get(&(value, key)).filter(|known| self.holds(known)) {
            let (answer, spent) = (known.answer.clone(), known.spent);
            self.spend(spent);
            return answer;
        }
        let mut found = Found::default();
        for atom in self.domain.atoms(value).iter() {
            self.at_atom(*atom, key, &mut found);
        }
        for set in found.sets {
            found.atoms.extend_from_slice(&self.domain.atoms(set));
        }
        let answer = (self.domain.set(found.atoms), Rc::from(found.paths));
        let grown = |id: ObjectId| (id, self.domain.get(id).map_or(0, |object| object.grown));
        let objects = found.objects.into_iter().map(grown).collect();
        let overlays = self.overlays.len();
        if self.taken.len() >= TAKEN_MAX {
            self.taken.clear();
        }
        let taken = Taken { answer: answer.clone(), objects, overlays, spent: found.spent };
        self.taken.insert((value, key), taken);
        answer
    }

    /// Whether a step leads to what it led to before: no mapping on its way grew.
    fn holds(&self, step: &Taken) -> bool {
        let same = |(id, grown): &(ObjectId, u32)| {
            self.domain.get(*id).is_some_and(|object| object.grown == *grown)
        };
        step.overlays == self.overlays.len() && step.objects.iter().all(same)
    }

    fn at_atom(&mut self, atom: Atom, key: Key, found: &mut Found) {
        match atom {
            Atom::Ref(path) => self.at_path(path, key, found),
            Atom::Object(id) => self.at_object(id, key, found),
            Atom::List(id) => {
                let list = self.domain.listed(id);
                let at = |item| list.known.get(usize::try_from(item).unwrap_or(usize::MAX));
                let items = match key {
                    Key::Item(item) => vec![at(item).copied().unwrap_or(list.rest)],
                    _ => list.known.iter().copied().chain([list.rest]).collect(),
                };
                found.take(items);
            }
            Atom::Part(member, part) => self.at_part(member as usize, part, key, found),
            Atom::Yaml(set) | Atom::Formed(_, set) => found.atoms.push(Atom::Made(set)),
            Atom::Made(_) | Atom::Unknown | Atom::File(..) | Atom::Nil => found.atoms.push(atom),
            Atom::Bool(_) | Atom::Int(_) | Atom::Text(_) | Atom::Plain => {
                found.atoms.push(Atom::Plain);
            }
        }
    }

    fn at_path(&mut self, path: PathId, key: Key, found: &mut Found) {
        let stride = match key {
            Key::Name(name) => Stride::Key(name),
            Key::Item(_) | Key::Any => Stride::Any,
        };
        let mut paths = Vec::new();
        self.paths.extend(path, stride, &mut paths);
        found.atoms.extend(paths.iter().map(|path| Atom::Ref(*path)));
        found.paths.append(&mut paths);
        let name = if let Key::Name(name) = key { Some(name) } else { None };
        self.look(Owner::Path(path), name);
        if let Some(overlay) = self.overlays.get(&path).copied() {
            self.at_object(overlay, key, found);
        }
    }

    fn at_object(&mut self, id: ObjectId, key: Key, found: &mut Found) {
        if found.objects.contains(&id) {
            return;
        }
        if found.objects.len() >= ABSORBED_MAX {
            let all = self.domain.one(Atom::Object(id));
            self.escape(all);
            return found.atoms.push(Atom::Unknown);
        }
        found.objects.push(id);
        let name = if let Key::Name(name) = key { Some(name) } else { None };
        self.look(Owner::Object(id), name);
        let held = self.domain.get(id).map_or(0, |object| object.entries.len());
        self.spend(held);
        found.spent += held;
        let Some(object) = self.domain.get(id) else { return };
        let (root, rest, absorbed) = (object.root, object.rest, object.absorbed);
        let held = object.entries.iter().filter(|(it, _)| name.is_none_or(|name| name == *it));
        let held: Vec<SetId> = held.map(|(_, value)| *value).chain([rest]).collect();
        let before = found.len();
        found.take(held);
        if let Some(member) = root {
            self.at_root(member, name, found);
        }
        for atom in self.domain.atoms(absorbed).iter() {
            self.at_atom(*atom, key, found);
        }
        if found.len() == before {
            found.atoms.push(Atom::Nil);
        }
    }

    /// A field of the top of a rendering.
    fn at_root(&mut self, member: usize, name: Option<Sym>, found: &mut Found) {
        let part = |part| Atom::Part(member as u32, part);
        let atom = match name.map(|name| self.paths.text(name)) {
            Some("Values") => Atom::Ref(super::path::Paths::root(member)),
            Some("Chart") => part(Part::Chart),
            Some("Files") => part(Part::Files),
            Some("Subcharts") => part(Part::Subcharts),
            Some("Template") => part(Part::Template),
            Some("Release" | "Capabilities") => Atom::Plain,
            Some(_) => return,
            None => {
                found.atoms.push(Atom::Plain);
                Atom::Ref(super::path::Paths::root(member))
            }
        };
        found.atoms.push(atom);
    }

    fn at_part(&mut self, member: usize, part: Part, key: Key, found: &mut Found) {
        let Some(chart) = self.input.members.get(member) else { return };
        let name = if let Key::Name(name) = key { Some(name) } else { None };
        let atom = match (part, name.map(|name| self.paths.text(name))) {
            (Part::Chart, Some("Name")) => Atom::Text(self.paths.sym(chart.name)),
            (Part::Template, Some("BasePath")) => {
                let path = format!("{}/templates", chart.path);
                Atom::Text(self.paths.sym(&path))
            }
            (Part::Subcharts, _) => return self.at_subcharts(member, name, found),
            (Part::Files, _) => Atom::File(member as u32, None),
            _ => Atom::Plain,
        };
        found.atoms.push(atom);
    }

    fn at_subcharts(&mut self, member: usize, name: Option<Sym>, found: &mut Found) {
        let charts = self.paths.subcharts(member).iter();
        let charts = charts.filter(|(it, _)| name.is_none_or(|name| name == *it));
        let roots = charts.filter_map(|(_, path)| self.paths.root_of(*path));
        found.atoms.extend(roots.map(|member| Atom::Object(ObjectId(member as u32))));
        if found.len() == 0 {
            found.atoms.push(Atom::Nil);
        }
    }

    /// The keys and items that `range` goes over.
    pub(super) fn elements(&mut self, value: SetId) -> (SetId, SetId) {
        let mut keys = vec![Atom::Plain];
        let mut items = Vec::new();
        for atom in self.domain.atoms(value).iter() {
            match *atom {
                Atom::Nil | Atom::Bool(_) => {}
                Atom::Object(id) => {
                    let named =
                        self.domain.get(id).map(|it| it.entries.clone()).unwrap_or_default();
                    self.spend(named.len());
                    keys.extend(named.iter().map(|(name, _)| Atom::Text(*name)));
                    let set = self.domain.one(*atom);
                    let (found, paths) = self.at(set, Key::Any);
                    for path in paths.iter() {
                        self.paths.mark(*path, Mark::Touched);
                    }
                    items.extend_from_slice(&self.domain.atoms(found));
                }
                atom => {
                    let set = self.domain.one(atom);
                    let (found, paths) = self.at(set, Key::Any);
                    for path in paths.iter() {
                        self.paths.mark(*path, Mark::Touched);
                    }
                    items.extend_from_slice(&self.domain.atoms(found));
                }
            }
        }
        (self.domain.set(keys), self.domain.set(items))
    }

    /// What a function returns that goes over a list: any item of it.
    pub(super) fn item(&mut self, value: SetId) -> SetId {
        let atoms = self.domain.atoms(value);
        if atoms.iter().all(|atom| {
            matches!(atom, Atom::Text(_) | Atom::Plain | Atom::Made(_) | Atom::Formed(..))
        }) {
            return value;
        }
        self.elements(value).1
    }

    /// A mapping that is made at a place; where there are too many, what it holds may be read.
    pub(super) fn create(
        &mut self,
        site: Site,
        mut entries: Vec<(Sym, SetId)>,
        rest: SetId,
    ) -> SetId {
        entries.sort_by_key(|(name, _)| *name);
        let Some((id, shared)) = self.domain.object(site, &entries) else {
            // Of several equal keys the last counts; all of them is never too few.
            let held = entries.iter().map(|(_, value)| *value).chain([rest]);
            let held = self.domain.join_all(held);
            self.escape(held);
            return self.domain.one(Atom::Unknown);
        };
        for (name, value) in entries.into_iter().filter(|_| shared) {
            self.put(id, Some(name), value);
        }
        if rest != EMPTY {
            self.put(id, None, rest);
        }
        self.domain.one(Atom::Object(id))
    }

    /// `set`: puts a value under a key of whatever the target is.
    pub(super) fn write(&mut self, target: SetId, key: Option<Sym>, value: SetId, place: Place) {
        for atom in self.domain.atoms(target).iter() {
            match *atom {
                Atom::Object(id) => {
                    self.put(id, key, value);
                }
                Atom::Ref(path) => {
                    self.wrote(place, path, key);
                    match self.overlay(path) {
                        Some(id) if self.put(id, key, value) => self.dirty(Owner::Path(path), key),
                        Some(_) => {}
                        None => self.escape(value),
                    }
                    if self.paths.is_whole(path) {
                        self.consume(value);
                    }
                }
                _ => self.escape(value),
            }
        }
    }

    /// `merge`: the target gets what the other mapping has.
    pub(super) fn absorb(&mut self, target: SetId, other: SetId, place: Place) {
        if target == other {
            return;
        }
        for atom in self.domain.atoms(target).iter() {
            match *atom {
                Atom::Object(id) => {
                    self.pour(id, other);
                }
                Atom::Ref(path) => {
                    self.wrote(place, path, None);
                    if self.paths.is_whole(path) {
                        self.consume(other);
                    }
                    match self.overlay(path) {
                        Some(id) if self.pour(id, other) => self.dirty(Owner::Path(path), None),
                        Some(_) => {}
                        None => self.escape(other),
                    }
                }
                _ => {}
            }
        }
    }

    /// Adds to what a mapping has the entries of; whether that is new.
    fn pour(&mut self, id: ObjectId, other: SetId) -> bool {
        let Some(absorbed) = self.domain.get(id).map(|object| object.absorbed) else {
            return false;
        };
        let Some(new) = self.grown(id, Slot::Absorbed, absorbed, other) else { return false };
        let Some(object) = self.domain.objects.get_mut(id.0 as usize) else { return false };
        object.absorbed = new;
        object.grown += 1;
        self.dirty(Owner::Object(id), None);
        self.pass_on(id, other);
        true
    }

    /// What a mapping is given shares its fate.
    fn pass_on(&mut self, id: ObjectId, value: SetId) {
        if self.consumed_objects.contains(&id) {
            self.consume(value);
        }
        if self.escaped_objects.contains(&id) {
            self.escape(value);
        }
    }

    /// What a place of a mapping holds with one more value; none where that is nothing new. A place that
    /// once held too much holds something unknown for good, and what more comes may be read by anything:
    /// it would fill and overflow again and again otherwise, without end.
    fn grown(&mut self, id: ObjectId, slot: Slot, old: SetId, value: SetId) -> Option<SetId> {
        if self.full.contains(&(id, slot)) {
            self.escape(value);
            self.pass_on(id, value);
            return None;
        }
        let new = self.domain.join(old, value);
        let unknown = self.domain.one(Atom::Unknown);
        if new == unknown && [old, value].iter().any(|it| *it != EMPTY && *it != unknown) {
            self.full.insert((id, slot));
        }
        (new != old).then_some(new)
    }

    /// What templates put under a path.
    fn overlay(&mut self, path: PathId) -> Option<ObjectId> {
        if let Some(id) = self.overlays.get(&path) {
            return Some(*id);
        }
        let site = (usize::MAX, self.overlays.len() as u32);
        let (id, _) = self.domain.object(site, &[])?;
        self.overlays.insert(path, id);
        Some(id)
    }

    /// Adds to what a key of a mapping may hold; whether that is new.
    fn put(&mut self, id: ObjectId, key: Option<Sym>, value: SetId) -> bool {
        // A key that is written may not be, where the call stands in a branch.
        let nil = self.domain.one(Atom::Nil);
        let value = self.domain.join(value, nil);
        let held = self.domain.get(id).map_or(0, |object| object.entries.len());
        self.spend(held);
        let Some(object) = self.domain.objects.get(id.0 as usize) else { return false };
        let at = object.entries.iter().position(|(name, _)| Some(*name) == key);
        let old = match (at, key) {
            (Some(at), _) => object.entries.get(at).map_or(EMPTY, |(_, value)| *value),
            (None, Some(_)) => EMPTY,
            (None, None) => object.rest,
        };
        let Some(new) = self.grown(id, Slot::Key(key), old, value) else { return false };
        let Some(object) = self.domain.objects.get_mut(id.0 as usize) else { return false };
        object.grown += 1;
        match (at.and_then(|at| object.entries.get_mut(at)), key) {
            (Some(entry), _) => entry.1 = new,
            (None, Some(name)) => object.entries.push((name, new)),
            (None, None) => object.rest = new,
        }
        self.dirty(Owner::Object(id), key);
        self.pass_on(id, value);
        true
    }

    /// A key that was looked up before holds more now.
    fn dirty(&mut self, owner: Owner, key: Option<Sym>) {
        self.changed |= match key {
            Some(_) => self.looked.contains(&(owner, key)) || self.looked.contains(&(owner, None)),
            None => self.lookers.contains(&owner),
        };
    }

    /// Notes that a key is looked up, or all of them.
    pub(super) fn look(&mut self, owner: Owner, key: Option<Sym>) {
        self.looked.insert((owner, key));
        self.lookers.insert(owner);
    }
}

/// A step that was taken, and on what its answer stands.
#[derive(Debug)]
pub(super) struct Taken {
    answer: (SetId, Rc<[PathId]>),
    /// The mappings that were looked through, and how often they had grown.
    objects: Vec<(ObjectId, u32)>,
    /// How many paths had mappings over them.
    overlays: usize,
    /// What it cost: it counts each time.
    spent: usize,
}

#[derive(Default)]
struct Found {
    atoms: Vec<Atom>,
    /// Whole sets, each once: mappings hold the same ones again and again.
    sets: BTreeSet<SetId>,
    /// How often a set came.
    came: usize,
    paths: Vec<PathId>,
    /// Mappings that were looked through: one may hold itself.
    objects: Vec<ObjectId>,
    /// What was counted on the way.
    spent: usize,
}

impl Found {
    fn take(&mut self, sets: Vec<SetId>) {
        let sets = sets.into_iter().filter(|set| *set != EMPTY);
        self.sets.extend(sets.inspect(|_| self.came += 1));
    }

    /// Grows with whatever is found.
    fn len(&self) -> usize {
        self.atoms.len() + self.came
    }
}
