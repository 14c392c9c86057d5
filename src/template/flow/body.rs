//! Bodies of templates: text, actions, branches and loops.

use crate::template::{Arm, Branch, Node, Pipe};

use super::{
    domain::{Atom, EMPTY, SetId},
    eval::Stance,
    machine::{Frame, Machine},
    sink::Output,
};

/// How often a loop's body is run until its variables hold still.
pub const LOOPS_MAX: usize = 5;
/// Lists up to this length are gone through item by item.
pub const UNROLL_MAX: usize = 40;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    If,
    With,
}

/// What a template has done so far on one branch.
#[derive(Clone)]
struct State {
    values: Vec<SetId>,
    output: Output,
}

impl Machine<'_, '_> {
    pub(super) fn nodes<'f>(&mut self, frame: &mut Frame<'f>, nodes: &'f [Node]) {
        let scope = frame.variables.len();
        for node in nodes {
            if !self.step() {
                return;
            }
            self.node(frame, node);
        }
        frame.variables.truncate(scope);
    }

    fn node<'f>(&mut self, frame: &mut Frame<'f>, node: &'f Node) {
        match node {
            Node::Text(text) => frame.output.text(frame.template.slice(text.trimmed)),
            Node::Action(action) => {
                let value = self.pipe(frame, &action.pipe, Stance::PRINTED);
                if action.pipe.variables.is_empty() {
                    self.print(frame, value);
                }
            }
            Node::If(branch) => self.branch(frame, branch, Block::If),
            Node::With(branch) => self.branch(frame, branch, Block::With),
            Node::Range(branch) => self.range(frame, branch),
            Node::Template(call) => {
                let name = call.name.value(&frame.template.text).into_owned();
                let dot = match &call.pipe {
                    Some(pipe) => self.pipe(frame, pipe, Stance::PASSED),
                    None => self.domain.one(Atom::Nil),
                };
                let result = self.invoke(&name, dot, frame, call.tag.span);
                self.print(frame, result);
            }
            Node::Block(block) => {
                let dot = self.pipe(frame, &block.pipe, Stance::PASSED);
                let define = frame.template.defines.get(block.define);
                let name = define.map(|define| define.name.clone()).unwrap_or_default();
                let result = self.invoke(&name, dot, frame, block.tag.span);
                self.print(frame, result);
            }
            Node::Comment(_)
            | Node::Define(_)
            | Node::Break(_)
            | Node::Continue(_)
            | Node::Invalid(_) => {}
        }
    }

    fn branch<'f>(&mut self, frame: &mut Frame<'f>, branch: &'f Branch, block: Block) {
        if !self.enter(frame.dot) {
            return self.give_up(frame);
        }
        let (scope, certain) = (frame.variables.len(), self.certain);
        self.spend(frame.variables.len());
        let mut ends = Vec::new();
        let mut open = true;
        for arm in &branch.arms {
            open = self.arm(frame, arm, block, scope, &mut ends);
            self.certain = false;
            if !open {
                break;
            }
        }
        if open {
            if let Some(otherwise) = &branch.otherwise {
                self.certain = certain && ends.is_empty();
                self.nodes(frame, &otherwise.nodes);
            }
            ends.push(save(frame, scope));
        }
        self.resume(frame, scope, ends);
        self.certain = certain;
        self.leave();
    }

    /// Runs one arm; false where no later one can be reached.
    fn arm<'f>(
        &mut self,
        frame: &mut Frame<'f>,
        arm: &'f Arm,
        block: Block,
        scope: usize,
        ends: &mut Vec<State>,
    ) -> bool {
        let value = self.pipe(frame, &arm.pipe, Stance::TESTED);
        let truth = self.truth(value);
        if truth == Some(false) {
            return true;
        }
        let certain = self.certain;
        self.certain = certain && truth == Some(true);
        let before = save(frame, frame.variables.len());
        let dot = frame.dot;
        if block == Block::With {
            frame.dot = self.truthy(value);
        }
        self.nodes(frame, &arm.nodes);
        frame.dot = dot;
        ends.push(save(frame, scope));
        restore(frame, &before);
        self.certain = certain;
        truth != Some(true)
    }

    /// What may be true of a value.
    fn truthy(&mut self, value: SetId) -> SetId {
        let atoms = self.domain.atoms(value);
        let falsy = |atom: &Atom| matches!(atom, Atom::Nil | Atom::Bool(false) | Atom::Int(0));
        if !atoms.iter().any(falsy) {
            return value;
        }
        self.domain.set(atoms.iter().filter(|atom| !falsy(atom)).copied().collect())
    }

    /// Goes on with what any of the branches has left.
    fn resume(&mut self, frame: &mut Frame<'_>, scope: usize, ends: Vec<State>) {
        let mut ends = ends.into_iter();
        let Some(mut all) = ends.next() else { return frame.variables.truncate(scope) };
        for end in ends {
            self.merge(&mut all, end);
        }
        frame.variables.truncate(scope);
        restore(frame, &all);
    }

    fn merge(&mut self, all: &mut State, other: State) -> bool {
        let mut grown = false;
        for (value, more) in all.values.iter_mut().zip(other.values) {
            let joined = self.domain.join(*value, more);
            grown |= joined != *value;
            *value = joined;
        }
        let made = self.domain.join_read(all.output.made, other.output.made);
        all.output.either(other.output, made);
        grown
    }

    fn range<'f>(&mut self, frame: &mut Frame<'f>, branch: &'f Branch) {
        let Some(arm) = branch.arms.first() else { return };
        if !self.enter(frame.dot) {
            return self.give_up(frame);
        }
        let (scope, certain) = (frame.variables.len(), self.certain);
        let over = self.pipe_value(frame, &arm.pipe, Stance::ITERATED);
        self.certain = false;
        match self.items(over) {
            Some(items) => self.unrolled(frame, arm, &items),
            None => self.looped(frame, arm, over),
        }
        frame.variables.truncate(scope);
        if let Some(otherwise) = &branch.otherwise {
            let before = save(frame, scope);
            self.nodes(frame, &otherwise.nodes);
            let after = save(frame, scope);
            self.resume(frame, scope, vec![before, after]);
        }
        self.certain = certain;
        self.leave();
    }

    /// The items of a list that is known, each with its key.
    fn items(&mut self, over: SetId) -> Option<Vec<(SetId, SetId, bool)>> {
        match self.domain.single(over)? {
            Atom::List(id) => {
                let list = self.domain.listed(id);
                if list.rest != EMPTY || list.known.len() > UNROLL_MAX {
                    return None;
                }
                let key = |number: usize| Atom::Int(i64::try_from(number).unwrap_or(0));
                let keyed = list.known.iter().enumerate();
                Some(keyed.map(|(at, item)| (self.domain.one(key(at)), *item, true)).collect())
            }
            Atom::Object(id) => {
                let object = self.domain.get(id)?;
                let open = object.rest != EMPTY || object.absorbed != EMPTY;
                if open || object.root.is_some() || object.entries.len() > UNROLL_MAX {
                    return None;
                }
                let mut entries = object.entries.clone();
                entries.sort_by(|a, b| self.paths.text(a.0).cmp(self.paths.text(b.0)));
                self.look(super::machine::Owner::Object(id), None);
                let entry = |(key, value)| (self.domain.one(Atom::Text(key)), value, false);
                Some(entries.into_iter().map(entry).collect())
            }
            _ => None,
        }
    }

    fn unrolled<'f>(
        &mut self,
        frame: &mut Frame<'f>,
        arm: &'f Arm,
        items: &[(SetId, SetId, bool)],
    ) {
        for (key, item, sure) in items {
            let before = save(frame, frame.variables.len());
            self.iteration(frame, arm, *key, *item);
            if !sure {
                let scope = frame.variables.len();
                let after = save(frame, scope);
                self.resume(frame, scope, vec![before, after]);
            }
        }
    }

    fn looped<'f>(&mut self, frame: &mut Frame<'f>, arm: &'f Arm, over: SetId) {
        let (key, item) = self.elements(over);
        let scope = frame.variables.len();
        let mut state = save(frame, scope);
        for _ in 0..LOOPS_MAX {
            self.iteration(frame, arm, key, item);
            let after = save(frame, scope);
            let grown = self.merge(&mut state, after);
            restore(frame, &state);
            if !grown {
                return;
            }
        }
        self.give_up(frame);
    }

    fn iteration<'f>(&mut self, frame: &mut Frame<'f>, arm: &'f Arm, key: SetId, item: SetId) {
        let (scope, dot) = (frame.variables.len(), frame.dot);
        self.spend(scope);
        Self::bind_items(frame, &arm.pipe, key, item);
        frame.dot = item;
        self.nodes(frame, &arm.nodes);
        frame.dot = dot;
        frame.variables.truncate(scope);
    }

    fn bind_items(frame: &mut Frame<'_>, pipe: &Pipe, key: SetId, item: SetId) {
        let values: &[SetId] = match pipe.variables.len() {
            0 => &[],
            1 => &[item],
            _ => &[key, item],
        };
        for (name, value) in pipe.variables.iter().zip(values) {
            frame.bind(*name, *value, pipe.assigns);
        }
    }

    /// Where a body can't be followed to its end: whatever it holds may be read, and its variables may
    /// hold anything.
    fn give_up(&mut self, frame: &mut Frame<'_>) {
        self.escape(frame.dot);
        self.escape(frame.top);
        let unknown = self.domain.one(Atom::Unknown);
        for (_, value) in &mut frame.variables {
            self.escape(*value);
            *value = self.domain.join(*value, unknown);
        }
        frame.output.open(unknown);
    }
}

fn save(frame: &Frame<'_>, scope: usize) -> State {
    let values = frame.variables.iter().take(scope).map(|(_, value)| *value).collect();
    State { values, output: frame.output.clone() }
}

fn restore(frame: &mut Frame<'_>, state: &State) {
    for ((_, value), saved) in frame.variables.iter_mut().zip(&state.values) {
        *value = *saved;
    }
    frame.output = state.output.clone();
}
