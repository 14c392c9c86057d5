//! Where values end: written out, read as a whole, or handed to what is not known.

use super::{
    domain::{Atom, EMPTY, ObjectId, SetId},
    machine::{Frame, Machine, Owner},
    path::{Mark, PathId, Paths, Sym},
};

/// What a body writes out.
#[derive(Clone, Debug)]
pub(super) struct Output {
    /// The texts that it may be, as far as all of it is known.
    texts: Option<Vec<String>>,
    /// Values that are written out.
    pub(super) made: SetId,
    /// Whether a text with an action in it was written out that is not kept.
    lost: bool,
}

/// How many sets a text may be made of; what more hold is unknown.
pub const ORIGIN_SETS_MAX: usize = 100_000;
/// The longest text that is followed, in bytes.
pub const TEXT_MAX: usize = 512;
/// How many texts one body may be.
pub const BODY_TEXTS_MAX: usize = 12;

impl Default for Output {
    fn default() -> Self {
        Self { texts: Some(vec![String::new()]), made: EMPTY, lost: false }
    }
}

impl Output {
    /// A text is written out.
    pub(super) fn text(&mut self, text: &str) {
        let Some(texts) = &mut self.texts else {
            self.lost |= text.contains("{{");
            return;
        };
        for all in texts.iter_mut() {
            all.push_str(text);
        }
        if texts.iter().any(|text| text.len() > TEXT_MAX) {
            self.lose();
        }
    }

    /// One of several texts is written out.
    fn any(&mut self, choices: &[String]) {
        let texts = self.texts.take().unwrap_or_default();
        if texts.is_empty() || texts.len() * choices.len() > BODY_TEXTS_MAX {
            self.lost |= texts.iter().chain(choices).any(|text| text.contains("{{"));
            return;
        }
        let both =
            |text: &String| choices.iter().map(move |more| format!("{text}{more}")).collect();
        self.texts = Some(texts.iter().flat_map(|text| -> Vec<String> { both(text) }).collect());
        self.text("");
    }

    /// The texts are not kept any longer.
    fn lose(&mut self) {
        let texts = self.texts.take().unwrap_or_default();
        self.lost |= texts.iter().any(|text| text.contains("{{"));
    }

    /// Something is written out that is not known.
    pub(super) fn open(&mut self, made: SetId) {
        self.lose();
        self.made = made;
    }

    /// What either of two branches wrote; `made` is what both did.
    pub(super) fn either(&mut self, mut other: Self, made: SetId) {
        self.made = made;
        self.lost |= other.lost;
        if let (Some(texts), Some(more)) = (&mut self.texts, &mut other.texts) {
            texts.append(more);
            texts.sort_unstable();
            texts.dedup();
            if texts.len() <= BODY_TEXTS_MAX {
                return;
            }
        }
        other.lose();
        self.lose();
        self.lost |= other.lost;
    }
}

impl Machine<'_, '_> {
    /// Writes a value out.
    pub(super) fn print(&mut self, frame: &mut Frame<'_>, value: SetId) {
        self.consume(value);
        if let Some(texts) = self.constants(value) {
            return frame.output.any(&texts);
        }
        let made = self.origins(value);
        let made = self.domain.join_read(frame.output.made, made);
        frame.output.open(made);
    }

    /// The texts that a value may be, where all are known.
    pub(super) fn constants(&self, value: SetId) -> Option<Vec<String>> {
        let atoms = self.domain.atoms(value);
        if atoms.is_empty() {
            return None;
        }
        let text = |atom: &Atom| match atom {
            Atom::Text(sym) => Some(self.paths.text(*sym).to_owned()),
            Atom::Bool(value) => Some(value.to_string()),
            Atom::Int(value) => Some(value.to_string()),
            Atom::Nil => Some(String::new()),
            _ => None,
        };
        atoms.iter().map(text).collect()
    }

    /// What a call's output is as a value.
    pub(super) fn rendered(&mut self, output: Output) -> SetId {
        if let Some(texts) = output.texts {
            let atoms = texts.iter().map(|text| Atom::Text(self.paths.sym(text))).collect();
            return self.domain.set(atoms);
        }
        let unknown = if output.lost { self.domain.one(Atom::Unknown) } else { EMPTY };
        let made = self.domain.join(output.made, unknown);
        self.made(made)
    }

    /// Text that is made of values.
    pub(super) fn made(&mut self, of: SetId) -> SetId {
        let of = self.origins(of);
        let atom = if of == EMPTY { Atom::Plain } else { Atom::Made(of) };
        self.domain.one(atom)
    }

    /// What of a value that is read may still matter when it has become text: values, and template text. Mappings and
    /// lists that templates made are what they hold: text that is put into the values it was made of would
    /// never come to an end otherwise.
    pub(super) fn origins(&mut self, value: SetId) -> SetId {
        if let Some(known) = self.domain.origins.get(&value) {
            return *known;
        }
        let mut found = Vec::new();
        let mut grows = false;
        let mut open = vec![value];
        let mut seen = std::collections::HashSet::new();
        while let Some(set) = open.pop() {
            if !seen.insert(set) {
                continue;
            }
            if seen.len() > ORIGIN_SETS_MAX {
                found.push(Atom::Unknown);
                break;
            }
            self.spend(4);
            for atom in self.domain.atoms(set).iter() {
                grows |= matches!(atom, Atom::Object(_) | Atom::List(_));
                self.origin(*atom, &mut found, &mut open);
            }
        }
        let origins = self.domain.set_of_read(found);
        if !grows {
            self.domain.origins.insert(value, origins);
        }
        origins
    }

    fn origin(&mut self, atom: Atom, found: &mut Vec<Atom>, open: &mut Vec<SetId>) {
        match atom {
            Atom::Made(set) | Atom::Formed(_, set) | Atom::Yaml(set) => open.push(set),
            Atom::Text(sym) if !sym.is_template() => {}
            Atom::Nil | Atom::Bool(_) | Atom::Int(_) | Atom::Plain | Atom::Part(..) => {}
            Atom::List(id) => {
                let list = self.domain.listed(id);
                open.extend(list.known.iter().chain([&list.rest]));
            }
            Atom::Object(id) => {
                self.look(Owner::Object(id), None);
                let Some(object) = self.domain.get(id) else { return };
                found.extend(object.root.map(|_| atom));
                open.extend(object.entries.iter().map(|(_, value)| *value));
                open.extend([object.rest, object.absorbed]);
            }
            atom => found.push(atom),
        }
    }

    /// A value is read with all that lies under it.
    pub(super) fn consume(&mut self, value: SetId) {
        self.spread(value, Mark::Whole);
    }

    /// A value is handed to something that is not known: it may read all of it.
    pub(super) fn escape(&mut self, value: SetId) {
        self.spread(value, Mark::Maybe);
    }

    /// Marks all that a value holds. Each set is gone through once, however deep it lies.
    fn spread(&mut self, value: SetId, mark: Mark) {
        let mut open = vec![value];
        while let Some(set) = open.pop() {
            let known = match mark {
                Mark::Whole => &mut self.consumed,
                _ => &mut self.escaped,
            };
            if !known.insert(set) {
                continue;
            }
            for atom in self.domain.atoms(set).iter() {
                match *atom {
                    Atom::Ref(path) => self.sink(path, mark, &mut open),
                    Atom::Object(id) => self.spread_object(id, mark, &mut open),
                    Atom::List(id) => {
                        let list = self.domain.listed(id);
                        open.extend(list.known.iter().chain([&list.rest]));
                    }
                    Atom::Yaml(set) | Atom::Made(set) | Atom::Formed(_, set) => open.push(set),
                    _ => {}
                }
            }
        }
    }

    fn spread_object(&mut self, id: ObjectId, mark: Mark, open: &mut Vec<SetId>) {
        let known = match mark {
            Mark::Whole => &mut self.consumed_objects,
            _ => &mut self.escaped_objects,
        };
        if !known.insert(id) && mark == Mark::Whole {
            return;
        }
        let Some(object) = self.domain.get(id) else { return };
        open.extend(object.entries.iter().map(|(_, value)| *value));
        open.extend([object.rest, object.absorbed]);
        if let Some(member) = object.root {
            self.sink(Paths::root(member), mark, open);
        }
    }

    /// Marks a path, the charts under it where it is the top of one's values, and what templates put
    /// there. The recursion ends with the tree of charts.
    fn sink(&mut self, path: PathId, mark: Mark, open: &mut Vec<SetId>) {
        self.paths.mark(path, mark);
        if let Some(member) = self.paths.root_of(path) {
            let under: Vec<_> =
                self.paths.subcharts(member).iter().map(|(_, path)| *path).collect();
            for path in under {
                self.sink(path, mark, open);
            }
            if let Some(path) = self.paths.globals() {
                self.paths.mark(path, mark);
            }
        }
        let overlay = self.overlays.get(&path).copied();
        open.extend(overlay.map(|id| self.domain.one(Atom::Object(id))));
    }

    /// Whether a text is not empty.
    pub(super) fn is_text(&self, sym: Sym) -> bool {
        !self.paths.text(sym).is_empty()
    }

    /// Whether a value is true for `if`.
    pub(super) fn truth(&self, value: SetId) -> Option<bool> {
        self.domain.truth(value, |sym| self.is_text(sym))
    }
}
