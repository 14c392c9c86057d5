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
}

/// The longest text that is followed, in bytes.
const TEXT_MAX: usize = 512;
/// How many texts one body may be.
const TEXTS_MAX: usize = 12;

impl Default for Output {
    fn default() -> Self {
        Self { texts: Some(vec![String::new()]), made: EMPTY }
    }
}

impl Output {
    /// A text is written out.
    pub(super) fn text(&mut self, text: &str) {
        let Some(texts) = &mut self.texts else { return };
        for all in texts.iter_mut() {
            all.push_str(text);
        }
        if texts.iter().any(|text| text.len() > TEXT_MAX) {
            self.texts = None;
        }
    }

    /// One of several texts is written out.
    fn any(&mut self, choices: &[String]) {
        let Some(texts) = self.texts.take() else { return };
        if texts.len() * choices.len() > TEXTS_MAX {
            return;
        }
        let both =
            |text: &String| choices.iter().map(move |more| format!("{text}{more}")).collect();
        self.texts = Some(texts.iter().flat_map(|text| -> Vec<String> { both(text) }).collect());
        self.text("");
    }

    /// Something is written out that is not known.
    pub(super) fn open(&mut self, made: SetId) {
        self.texts = None;
        self.made = made;
    }

    /// What either of two branches wrote; `made` is what both did.
    pub(super) fn either(&mut self, other: Self, made: SetId) {
        self.made = made;
        self.texts = self.texts.take().zip(other.texts).map(|(mut texts, more)| {
            texts.extend(more);
            texts.sort_unstable();
            texts.dedup();
            texts
        });
        if self.texts.as_ref().is_some_and(|texts| texts.len() > TEXTS_MAX) {
            self.texts = None;
        }
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
        self.made(output.made)
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
        let mut found = Vec::new();
        let mut open = vec![value];
        let mut seen = std::collections::HashSet::new();
        while let Some(set) = open.pop() {
            if !seen.insert(set) {
                continue;
            }
            if seen.len() > ESCAPES_MAX {
                found.push(Atom::Unknown);
                break;
            }
            for atom in self.domain.atoms(set).iter() {
                self.origin(*atom, &mut found, &mut open);
            }
        }
        self.domain.set_of_read(found)
    }

    fn origin(&mut self, atom: Atom, found: &mut Vec<Atom>, open: &mut Vec<SetId>) {
        match atom {
            Atom::Made(set) | Atom::Yaml(set) => open.push(set),
            Atom::Text(sym) if !self.paths.text(sym).contains("{{") => {}
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
        if !self.consumed.insert(value) {
            return;
        }
        for atom in self.domain.atoms(value).iter() {
            match *atom {
                Atom::Ref(path) => self.sink(path, Mark::Whole),
                Atom::Object(id) => self.consume_object(id),
                Atom::List(id) => {
                    let list = self.domain.listed(id);
                    list.known.iter().chain([&list.rest]).for_each(|item| self.consume(*item));
                }
                Atom::Yaml(set) | Atom::Made(set) => self.consume(set),
                _ => {}
            }
        }
    }

    fn consume_object(&mut self, id: ObjectId) {
        if !self.consumed_objects.insert(id) {
            return;
        }
        let Some(object) = self.domain.get(id) else { return };
        let held: Vec<SetId> = object.entries.iter().map(|(_, value)| *value).collect();
        let (rest, absorbed, root) = (object.rest, object.absorbed, object.root);
        held.into_iter().chain([rest, absorbed]).for_each(|value| self.consume(value));
        if let Some(member) = root {
            self.sink(Paths::root(member), Mark::Whole);
        }
    }

    /// Marks a path, the charts under it where it is the top of one's values, and what templates put
    /// there.
    fn sink(&mut self, path: PathId, mark: Mark) {
        self.paths.mark(path, mark);
        if let Some(member) = self.paths.root_of(path) {
            let under: Vec<_> =
                self.paths.subcharts(member).iter().map(|(_, path)| *path).collect();
            for path in under {
                self.sink(path, mark);
            }
            if let Some(path) = self.paths.globals() {
                self.paths.mark(path, mark);
            }
        }
        let overlay = self.overlays.get(&path).copied();
        if let Some(id) = overlay {
            let set = self.domain.one(Atom::Object(id));
            if mark == Mark::Whole { self.consume(set) } else { self.escape(set) }
        }
    }

    /// A value is handed to something that is not known: it may read all of it.
    pub(super) fn escape(&mut self, value: SetId) {
        let mut open = vec![value];
        let mut seen = std::collections::HashSet::new();
        while let Some(set) = open.pop().filter(|_| seen.len() < ESCAPES_MAX) {
            if !seen.insert(set) || !self.escaped.insert(set) {
                continue;
            }
            for atom in self.domain.atoms(set).iter() {
                self.escape_atom(*atom, &mut open);
            }
        }
    }

    fn escape_atom(&mut self, atom: Atom, open: &mut Vec<SetId>) {
        match atom {
            Atom::Ref(path) => self.sink(path, Mark::Maybe),
            Atom::Object(id) => {
                self.escaped_objects.insert(id);
                let Some(object) = self.domain.get(id) else { return };
                open.extend(object.entries.iter().map(|(_, value)| *value));
                open.extend([object.rest, object.absorbed]);
                let root = object.root;
                if let Some(member) = root {
                    self.sink(Paths::root(member), Mark::Maybe);
                }
            }
            Atom::List(id) => {
                let list = self.domain.listed(id);
                open.extend(list.known.iter().chain([&list.rest]));
            }
            Atom::Yaml(set) | Atom::Made(set) => open.push(set),
            _ => {}
        }
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

/// How many sets one value may lead to; a value holds no more.
const ESCAPES_MAX: usize = 100_000;
