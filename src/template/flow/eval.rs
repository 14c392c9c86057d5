//! Pipelines, commands and operands.

use std::rc::Rc;

use crate::{
    template::{Arg, Command, Fields, Pipe},
    text::Span,
};

use super::{
    How, Instead,
    domain::{Atom, EMPTY, SetId},
    field::Key,
    function,
    machine::{Frame, Machine, Seen},
    path::PathId,
};

/// What is done with what an expression gives.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stance {
    pub(super) how: How,
    /// Whether it may well be absent.
    pub(super) guarded: bool,
    /// Whether it names a template or a file: then the form of a text that is computed is kept.
    pub(super) names: bool,
}

impl Stance {
    pub(super) const PRINTED: Self = Self { how: How::Printed, guarded: false, names: false };
    pub(super) const PASSED: Self = Self { how: How::Passed, guarded: false, names: false };
    pub(super) const TESTED: Self = Self { how: How::Tested, guarded: true, names: false };
    pub(super) const ITERATED: Self = Self { how: How::Iterated, guarded: true, names: false };
    pub(super) const WHOLE: Self = Self { how: How::Whole, guarded: false, names: false };
    pub(super) const TPL: Self = Self { how: How::Tpl, guarded: false, names: false };
    /// The name of a template or of a file.
    pub(super) const NAME: Self = Self { names: true, ..Self::PASSED };
    /// A value for which there is another one.
    pub(super) const OPTIONAL: Self = Self { how: How::Passed, guarded: true, names: false };
}

/// A function that is called.
pub(super) struct Call<'f, 'a> {
    pub(super) name: &'f str,
    /// The arguments, what was piped in last.
    pub(super) args: &'a [SetId],
    pub(super) span: Span,
}

impl Machine<'_, '_> {
    /// Evaluates a pipeline and sets its variables.
    pub(super) fn pipe<'f>(
        &mut self,
        frame: &mut Frame<'f>,
        pipe: &'f Pipe,
        stance: Stance,
    ) -> SetId {
        let keeps = !pipe.variables.is_empty() && stance.how == How::Printed;
        let stance = if keeps { Stance::PASSED } else { stance };
        let value = self.pipe_value(frame, pipe, stance);
        if let [name] = pipe.variables.as_slice() {
            frame.bind(*name, value, pipe.assigns);
        }
        value
    }

    /// Evaluates a pipeline.
    pub(super) fn pipe_value<'f>(
        &mut self,
        frame: &mut Frame<'f>,
        pipe: &'f Pipe,
        stance: Stance,
    ) -> SetId {
        if !self.enter(frame.dot) {
            self.escape(frame.top);
            let held = self.domain.join_all(frame.variables.iter().map(|(_, value)| *value));
            self.escape(held);
            return self.domain.one(Atom::Unknown);
        }
        let mut value = None;
        for (number, command) in pipe.commands.iter().enumerate() {
            let next = pipe.commands.get(number + 1).and_then(|next| called(frame, next));
            let stance = match next {
                Some((name, given)) => function::stance(name, given, stance),
                None => stance,
            };
            value = Some(self.command(frame, command, value, stance));
        }
        self.leave();
        value.unwrap_or(EMPTY)
    }

    fn command<'f>(
        &mut self,
        frame: &mut Frame<'f>,
        command: &'f Command,
        piped: Option<SetId>,
        stance: Stance,
    ) -> SetId {
        if !self.step() {
            return self.domain.one(Atom::Unknown);
        }
        let Some((first, rest)) = command.args.split_first() else { return EMPTY };
        if let Arg::Identifier(name) = first {
            return self.call_function(frame, *name, rest, piped, (command.span, stance));
        }
        if rest.is_empty() && piped.is_none() {
            return self.arg(frame, first, stance);
        }
        let of = Stance { names: true, ..Stance::PRINTED };
        let args: Vec<_> = rest.iter().map(|arg| self.arg(frame, arg, of)).collect();
        let args: Vec<_> = args.into_iter().chain(piped).collect();
        self.method(frame, first, &args, stance)
    }

    fn call_function<'f>(
        &mut self,
        frame: &mut Frame<'f>,
        name: Span,
        rest: &'f [Arg],
        piped: Option<SetId>,
        (span, stance): (Span, Stance),
    ) -> SetId {
        let name = frame.template.slice(name);
        let certain = self.certain;
        let mut args = Vec::with_capacity(rest.len() + 1);
        for (number, arg) in rest.iter().enumerate() {
            // `and` and `or` stop at the first that decides.
            self.certain = certain && (number == 0 || !matches!(name, "and" | "or"));
            args.push(self.arg(frame, arg, function::stance(name, number, stance)));
        }
        self.certain = certain;
        args.extend(piped);
        self.function(frame, &Call { name, args: &args, span }, stance)
    }

    fn arg<'f>(&mut self, frame: &mut Frame<'f>, arg: &'f Arg, stance: Stance) -> SetId {
        match arg {
            Arg::Dot(_) => frame.dot,
            Arg::Nil(_) => self.domain.one(Atom::Nil),
            Arg::Bool(_, value) => self.domain.one(Atom::Bool(*value)),
            Arg::Field(fields) => self.chain(frame, frame.dot, *fields, fields.span, stance),
            Arg::Variable(variable) => {
                self.spend(frame.variables.len());
                let value = variable_of(frame, variable.name);
                let Some(fields) = variable.fields else { return value };
                self.chain(frame, value, fields, variable.span(), stance)
            }
            Arg::Chain(chain) => {
                let base = self.arg(frame, &chain.base, Stance::OPTIONAL);
                let stance = Stance { guarded: true, ..stance };
                self.chain(frame, base, chain.fields, chain.span(), stance)
            }
            Arg::Identifier(name) => self.call_function(frame, *name, &[], None, (*name, stance)),
            Arg::Str(text) => {
                let sym = self.paths.sym(&text.value(&frame.template.text));
                self.domain.one(Atom::Text(sym))
            }
            Arg::Number(number) => {
                let atom = number.int.map_or(Atom::Plain, Atom::Int);
                self.domain.one(atom)
            }
            Arg::Char(_, value) => self.domain.one(Atom::Int(i64::from(u32::from(*value)))),
            Arg::Pipe(_, pipe) => self.pipe(frame, pipe, stance),
        }
    }

    /// Follows a chain of fields.
    fn chain(
        &mut self,
        frame: &Frame<'_>,
        base: SetId,
        fields: Fields,
        span: Span,
        stance: Stance,
    ) -> SetId {
        let template = frame.template;
        let mut value = base;
        let mut steps = Steps::default();
        for (name, _) in fields.names(&template.text) {
            let several = self.is_several(value);
            if let Some(whole) = self.values_method(value, name) {
                value = whole;
                steps = Steps::default();
                continue;
            }
            let key = Key::Name(self.paths.sym(name));
            let (found, paths) = self.at(value, key);
            steps.instead = self.instead(found, &paths);
            steps.take(paths, several);
            value = found;
        }
        self.note(frame, span, stance, &steps);
        value
    }

    /// Whether a value may be several things: then what one of them lacks the other may have.
    pub(super) fn is_several(&self, value: SetId) -> bool {
        self.domain.atoms(value).iter().filter(|atom| !matches!(atom, Atom::Nil)).count() > 1
    }

    /// What a key of a mapping gives where one of the values that it may lead to is absent.
    pub(super) fn instead(&self, found: SetId, paths: &[PathId]) -> Instead {
        let atoms = self.domain.atoms(found);
        let made = |atom: &&Atom| match atom {
            Atom::Nil => false,
            Atom::Ref(path) => !paths.contains(path),
            _ => true,
        };
        match paths {
            [] => Instead::Nothing,
            _ if atoms.iter().any(|atom| made(&atom)) => Instead::Made,
            [_] => Instead::Nothing,
            _ => Instead::Value,
        }
    }

    /// Notes the paths that a chain came to.
    pub(super) fn note(&mut self, frame: &Frame<'_>, span: Span, stance: Stance, steps: &Steps) {
        let guarded = stance.guarded || steps.several || steps.paths.len() > 1;
        for path in steps.paths.iter() {
            let seen = Seen {
                how: stance.how,
                guarded,
                chained: steps.count,
                certain: true,
                several: steps.several,
                instead: steps.instead,
            };
            if self.paths.root_of(*path).is_none() {
                self.read(frame, span, *path, seen);
            }
        }
    }

    /// The methods of the top of a chart's values; elsewhere these are keys.
    fn values_method(&mut self, value: SetId, name: &str) -> Option<SetId> {
        let Atom::Ref(path) = self.domain.single(value)? else { return None };
        self.paths.root_of(path)?;
        match name {
            // The last two come with a path, which is followed where the arguments are.
            "AsMap" | "Table" | "PathValue" => Some(value),
            "YAML" => Some(self.domain.one(Atom::Yaml(value))),
            _ => None,
        }
    }

    fn dotted(&mut self, value: SetId, args: &[SetId]) -> SetId {
        let path = args.first().and_then(|arg| self.constants(*arg));
        let Some([path]) = path.as_deref() else {
            self.escape(value);
            return self.domain.one(Atom::Unknown);
        };
        path.split('.').fold(value, |value, name| {
            let key = Key::Name(self.paths.sym(name));
            let (found, paths) = self.at(value, key);
            for path in paths.iter() {
                self.paths.mark(*path, super::path::Mark::Touched);
            }
            found
        })
    }

    /// A method with arguments: `.Files.Get "a"`, `.Values.Table "a.b"`.
    fn method<'f>(
        &mut self,
        frame: &mut Frame<'f>,
        of: &'f Arg,
        args: &[SetId],
        stance: Stance,
    ) -> SetId {
        for arg in args {
            self.consume(*arg);
        }
        let value = self.arg(frame, of, stance);
        let name = frame.template.slice(of.span()).rsplit('.').next().unwrap_or_default();
        if matches!(name, "Table" | "PathValue") {
            return self.dotted(value, args);
        }
        let file =
            |atom: &Atom| if let Atom::File(member, None) = atom { Some(*member) } else { None };
        let member = self.domain.atoms(value).iter().find_map(file);
        let Some(member) = member else { return value };
        let path = args.first().copied().unwrap_or(EMPTY);
        let paths = match name {
            "Get" | "GetBytes" | "Lines" => self.file_names(path),
            "Glob" => self.globbed(path),
            _ => None,
        };
        let Some(paths) = paths else { return self.domain.one(Atom::File(member, None)) };
        let files = paths.iter().map(|path| Atom::File(member, Some(self.paths.sym(path))));
        let files = files.collect();
        self.domain.set(files)
    }
}

/// The steps of one chain that led from one path of values to another.
#[derive(Default)]
pub(super) struct Steps {
    /// Where the last one led.
    pub(super) paths: Rc<[PathId]>,
    /// How many there were, one after the other.
    pub(super) count: usize,
    /// Whether another value could have been meant at one of them.
    pub(super) several: bool,
    /// What the last one may have led to instead.
    pub(super) instead: Instead,
}

impl Steps {
    pub(super) fn take(&mut self, paths: Rc<[PathId]>, several: bool) {
        self.several |= several;
        self.count = if paths.is_empty() { 0 } else { self.count + 1 };
        self.paths = paths;
    }
}

/// What `$x` holds; `$` is the top.
fn variable_of(frame: &Frame<'_>, name: Span) -> SetId {
    let name = frame.template.slice(name);
    let known = frame.variables.iter().rev().find(|(it, _)| *it == name);
    known.map_or(frame.top, |(_, value)| *value)
}

/// The function that a command calls, and how many arguments it is given besides what is piped in.
fn called<'f>(frame: &Frame<'f>, command: &Command) -> Option<(&'f str, usize)> {
    match command.args.first()? {
        Arg::Identifier(name) => Some((frame.template.slice(*name), command.args.len() - 1)),
        _ => None,
    }
}
