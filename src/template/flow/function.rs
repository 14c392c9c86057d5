//! What functions make of their arguments. One that is not listed here reads all of them as a whole, and
//! returns nothing that values could be reached through.

use super::{
    How, Step,
    domain::{Atom, EMPTY, SetId},
    eval::{Call, Stance, Steps},
    field::Key,
    machine::{Frame, Machine},
    path::Sym,
};

/// What a function does with an argument, counted from 0.
pub(super) fn stance(name: &str, number: usize, outer: Stance) -> Stance {
    match name {
        "default" if number == 0 => outer,
        "default" | "coalesce" | "or" | "and" | "empty" | "not" | "kindIs" | "typeIs"
        | "kindOf" | "typeOf" | "typeIsLike" | "required" | "ternary" => {
            let how = if matches!(name, "default" | "coalesce" | "required") {
                outer.how
            } else {
                How::Tested
            };
            Stance { how, guarded: true, names: outer.names && how == outer.how }
        }
        "hasKey" | "get" | "dig" | "pluck" | "pick" | "omit" | "unset" => Stance::OPTIONAL,
        "toYaml" | "toJson" | "toPrettyJson" | "toRawJson" | "toToml" | "toYamlPretty"
        | "mustToYaml" | "mustToJson" | "mustToPrettyJson" | "mustToRawJson" | "mustToToml" => {
            Stance { guarded: outer.guarded, ..Stance::WHOLE }
        }
        "tpl" if number == 0 => Stance { guarded: outer.guarded, ..Stance::TPL },
        "include" if number == 0 => Stance::NAME,
        "include" | "tpl" | "dict" | "list" | "tuple" | "set" | "merge" | "mergeOverwrite"
        | "mustMerge" | "mustMergeOverwrite" | "append" | "prepend" | "concat" | "deepCopy"
        | "mustDeepCopy" | "index" => Stance::PASSED,
        _ => Stance { guarded: outer.guarded && outer.how != How::Tested, ..Stance::PRINTED },
    }
}

impl Machine<'_, '_> {
    /// Calls a function.
    pub(super) fn function(
        &mut self,
        frame: &mut Frame<'_>,
        call: &Call<'_, '_>,
        stance: Stance,
    ) -> SetId {
        let args = call.args;
        match call.name {
            "include" => self.include(frame, call),
            "tpl" => self.tpl(frame, call),
            "default" => self.either(args.last().copied(), args.first().copied()),
            "coalesce" | "ternary" | "or" | "and" => self.choice(call),
            "not" | "empty" => self.negated(args),
            "eq" | "ne" => self.equal(call),
            "required" | "mustDateModify" => args.get(1).copied().unwrap_or(EMPTY),
            "index" | "get" => self.index(frame, call, stance),
            "dig" => self.dig(frame, call, stance),
            "hasKey" | "unset" => self.key_of(frame, call),
            "pluck" => self.pluck(frame, call, stance),
            "pick" => self.pick(frame, call, stance),
            "omit" => args.first().copied().unwrap_or(EMPTY),
            "dict" => self.dict(frame, call),
            "set" => self.set(frame, call),
            "merge" | "mergeOverwrite" | "mustMerge" | "mustMergeOverwrite" => {
                self.merged(frame, call)
            }
            "deepCopy" | "mustDeepCopy" => self.copied(frame, call),
            "list" | "tuple" => {
                let list = self.domain.list(args.to_vec(), EMPTY);
                self.domain.one(list)
            }
            "append" | "mustAppend" | "prepend" | "mustPrepend" | "concat" => self.longer(call),
            "first" | "mustFirst" | "last" | "mustLast" => self.end_of(call),
            "rest" | "mustRest" | "initial" | "mustInitial" | "reverse" | "mustReverse"
            | "uniq" | "mustUniq" | "compact" | "mustCompact" | "without" | "mustWithout"
            | "slice" | "mustSlice" | "sortAlpha" | "chunk" => self.shuffled(call),
            "keys" => self.keys(args),
            "values" => self.values(args),
            "len" | "kindOf" | "kindIs" | "typeOf" | "typeIs" | "typeIsLike" => {
                self.looked_at(call)
            }
            "toYaml" | "toJson" | "toPrettyJson" | "toRawJson" | "toToml" | "toYamlPretty"
            | "mustToYaml" | "mustToJson" | "mustToPrettyJson" | "mustToRawJson" => {
                let atom = Atom::Yaml(args.last().copied().unwrap_or(EMPTY));
                self.domain.one(atom)
            }
            "fromYaml" | "fromJson" | "fromYamlArray" | "fromJsonArray" | "fromToml"
            | "mustFromJson" => self.parsed(args.last().copied().unwrap_or(EMPTY)),
            _ => self.text_function(call, stance),
        }
    }

    /// One value or the other.
    fn either(&mut self, first: Option<SetId>, other: Option<SetId>) -> SetId {
        let (first, other) = (first.unwrap_or(EMPTY), other.unwrap_or(EMPTY));
        match self.truth(first) {
            Some(true) => first,
            Some(false) => other,
            None => self.domain.join(first, other),
        }
    }

    fn choice(&mut self, call: &Call<'_, '_>) -> SetId {
        match (call.name, call.args) {
            ("ternary", [yes, no, test]) => {
                self.consume(*test);
                match self.truth(*test) {
                    Some(true) => *yes,
                    Some(false) => *no,
                    None => self.domain.join(*yes, *no),
                }
            }
            ("and", args) => self.decided(args, false),
            (_, args) => self.decided(args, true),
        }
    }

    /// `or` and `and`: the first argument that decides, else the last.
    fn decided(&mut self, args: &[SetId], decides: bool) -> SetId {
        let mut all = EMPTY;
        for arg in args {
            match self.truth(*arg) {
                Some(truth) if truth == decides => return self.domain.join(all, *arg),
                Some(_) if Some(arg) != args.last() => {}
                _ => all = self.domain.join(all, *arg),
            }
        }
        all
    }

    fn negated(&mut self, args: &[SetId]) -> SetId {
        let truth = args.first().and_then(|arg| self.truth(*arg));
        let atom = truth.map_or(Atom::Plain, |truth| Atom::Bool(!truth));
        self.domain.one(atom)
    }

    /// `eq` and `ne` of two constants are known.
    fn equal(&mut self, call: &Call<'_, '_>) -> SetId {
        for arg in call.args {
            self.consume(*arg);
        }
        let constant = |atom: &Atom| matches!(atom, Atom::Text(_) | Atom::Int(_) | Atom::Bool(_));
        let known: Option<Vec<Atom>> =
            call.args.iter().map(|arg| self.domain.single(*arg).filter(constant)).collect();
        let atom = match known.as_deref() {
            Some([first, others @ ..]) if !others.is_empty() => {
                Atom::Bool(others.contains(first) == (call.name == "eq"))
            }
            _ => Atom::Plain,
        };
        self.domain.one(atom)
    }

    fn include(&mut self, frame: &mut Frame<'_>, call: &Call<'_, '_>) -> SetId {
        let (name, dot) = (call.args.first().copied(), call.args.get(1).copied());
        let name = name.unwrap_or(EMPTY);
        let dot = dot.unwrap_or(EMPTY);
        self.consume(name);
        if self.is_own_file(name) {
            return self.domain.one(Atom::Plain);
        }
        let Some(names) = self.constants(name).or_else(|| self.names_like(name)) else {
            // A name that is computed: any template may be meant.
            self.escape(dot);
            return self.domain.one(Atom::Unknown);
        };
        let several = names.len() > 1;
        let certain = self.certain;
        self.certain = certain && !several;
        let mut results = EMPTY;
        for name in names {
            let result = self.invoke(&name, dot, frame, call.span);
            results = self.domain.join(results, result);
        }
        self.certain = certain;
        results
    }

    /// Whether a name is that of a file of the chart: `print .context.Template.BasePath "/x.yaml"`, where the
    /// top is not known. All files are run with it anyway.
    fn is_own_file(&self, name: SetId) -> bool {
        let Some(Atom::Made(of) | Atom::Formed(_, of)) = self.domain.single(name) else {
            return false;
        };
        let folder = |atom: &Atom| match atom {
            Atom::Ref(path) => {
                let (_, steps) = self.paths.spell(*path);
                let named =
                    |step: &Step, name: &str| matches!(step, Step::Key(key) if **key == *name);
                matches!(steps.as_slice(), [.., a, b] if named(a, "Template") && named(b, "BasePath"))
            }
            _ => false,
        };
        self.domain.atoms(of).iter().any(folder)
    }

    /// The constant keys of an argument; none where it is computed.
    fn key_names(&mut self, key: SetId) -> Vec<Key> {
        self.consume(key);
        let atoms = self.domain.atoms(key);
        let named = |atom: &Atom| match atom {
            Atom::Text(sym) => Some(Key::Name(*sym)),
            Atom::Int(item) => Some(Key::Item(*item)),
            _ => None,
        };
        let keys: Option<Vec<Key>> =
            atoms.iter().filter(|atom| **atom != Atom::Nil).map(named).collect();
        keys.filter(|keys| !keys.is_empty()).unwrap_or_else(|| vec![Key::Any])
    }

    /// One step by an argument.
    fn step_by(&mut self, value: SetId, key: SetId, steps: &mut Steps) -> SetId {
        let keys = self.key_names(key);
        let several = self.is_several(value) || keys.len() > 1 || keys == [Key::Any];
        let mut all = EMPTY;
        let mut paths = Vec::new();
        for key in keys {
            let (found, more) = self.at(value, key);
            all = self.domain.join(all, found);
            steps.instead = self.instead(found, &more);
            paths.extend_from_slice(&more);
        }
        steps.take(paths.into(), several);
        all
    }

    fn index(&mut self, frame: &mut Frame<'_>, call: &Call<'_, '_>, stance: Stance) -> SetId {
        let Some((of, keys)) = call.args.split_first() else { return EMPTY };
        let mut steps = Steps::default();
        let value = keys.iter().fold(*of, |value, key| self.step_by(value, *key, &mut steps));
        self.note(frame, call.span, stance, &steps);
        value
    }

    /// `dig "a" "b" default dict`
    fn dig(&mut self, frame: &mut Frame<'_>, call: &Call<'_, '_>, stance: Stance) -> SetId {
        let [keys @ .., other, of] = call.args else { return EMPTY };
        let mut steps = Steps::default();
        let value = keys.iter().fold(*of, |value, key| self.step_by(value, *key, &mut steps));
        // Whatever is absent on the way, the default stands in.
        steps.count = 0;
        self.note(frame, call.span, Stance { guarded: true, ..stance }, &steps);
        self.domain.join(value, *other)
    }

    fn key_of(&mut self, frame: &mut Frame<'_>, call: &Call<'_, '_>) -> SetId {
        let [of, key, ..] = call.args else { return EMPTY };
        let mut steps = Steps::default();
        self.step_by(*of, *key, &mut steps);
        self.note(frame, call.span, Stance::TESTED, &steps);
        if call.name == "unset" { *of } else { self.domain.one(Atom::Plain) }
    }

    /// `pluck "a" dict dict`
    fn pluck(&mut self, frame: &mut Frame<'_>, call: &Call<'_, '_>, stance: Stance) -> SetId {
        let Some((key, dicts)) = call.args.split_first() else { return EMPTY };
        let mut all = EMPTY;
        for dict in dicts {
            let mut steps = Steps::default();
            let value = self.step_by(*dict, *key, &mut steps);
            self.note(frame, call.span, Stance { guarded: true, ..stance }, &steps);
            all = self.domain.join(all, value);
        }
        let list = self.domain.list(Vec::new(), all);
        self.domain.one(list)
    }

    fn pick(&mut self, frame: &mut Frame<'_>, call: &Call<'_, '_>, stance: Stance) -> SetId {
        let Some((of, keys)) = call.args.split_first() else { return EMPTY };
        let mut entries = Vec::new();
        let mut rest = EMPTY;
        for key in keys {
            let mut steps = Steps::default();
            let value = self.step_by(*of, *key, &mut steps);
            self.note(frame, call.span, Stance { guarded: true, ..stance }, &steps);
            match self.domain.single(*key) {
                Some(Atom::Text(name)) => entries.push((name, value)),
                _ => rest = self.domain.join(rest, value),
            }
        }
        self.create((frame.file, call.span.start), entries, rest)
    }

    fn dict(&mut self, frame: &mut Frame<'_>, call: &Call<'_, '_>) -> SetId {
        let mut entries: Vec<(Sym, SetId)> = Vec::new();
        let mut rest = EMPTY;
        for pair in call.args.chunks(2) {
            let [key, value] = pair else { continue };
            if let Some(Atom::Text(name)) = self.domain.single(*key) {
                entries.push((name, *value));
            } else {
                self.consume(*key);
                rest = self.domain.join(rest, *value);
            }
        }
        // Of several equal keys the last counts.
        entries.reverse();
        entries.sort_by_key(|(name, _)| *name);
        entries.dedup_by_key(|(name, _)| *name);
        self.create((frame.file, call.span.start), entries, rest)
    }

    fn set(&mut self, frame: &mut Frame<'_>, call: &Call<'_, '_>) -> SetId {
        let [of, key, value] = call.args else { return EMPTY };
        let place = frame.at(call.span);
        for key in self.key_names(*key) {
            let key = if let Key::Name(name) = key { Some(name) } else { None };
            self.write(*of, key, *value, place);
        }
        *of
    }

    fn merged(&mut self, frame: &mut Frame<'_>, call: &Call<'_, '_>) -> SetId {
        let Some((target, others)) = call.args.split_first() else { return EMPTY };
        for other in others {
            self.absorb(*target, *other, frame.at(call.span));
        }
        // What is merged into is a mapping that the templates made, or the values themselves.
        let open = |atom: &Atom| !matches!(atom, Atom::Object(_));
        if self.domain.atoms(*target).iter().any(open) {
            return self.domain.join_all(call.args.iter().copied());
        }
        *target
    }

    fn copied(&mut self, frame: &mut Frame<'_>, call: &Call<'_, '_>) -> SetId {
        let Some(of) = call.args.first().copied() else { return EMPTY };
        let holds = |atom: &Atom| matches!(atom, Atom::Object(_) | Atom::Ref(_));
        if !self.domain.atoms(of).iter().any(holds) {
            return of;
        }
        let site = (frame.file, call.span.start);
        let Some(id) = self.domain.copy((site, frame.dot, frame.top)) else {
            self.escape(of);
            return self.domain.one(Atom::Unknown);
        };
        let copy = self.domain.one(Atom::Object(id));
        self.absorb(copy, of, frame.at(call.span));
        copy
    }

    /// A list with more items.
    fn longer(&mut self, call: &Call<'_, '_>) -> SetId {
        let lists =
            if call.name == "concat" { call.args } else { call.args.get(..1).unwrap_or(&[]) };
        let mut items = EMPTY;
        for list in lists {
            let (_, item) = self.elements(*list);
            items = self.domain.join(items, item);
        }
        if call.name != "concat" {
            let more = self.domain.join_all(call.args.iter().skip(1).copied());
            items = self.domain.join(items, more);
        }
        let list = self.domain.list(Vec::new(), items);
        self.domain.one(list)
    }

    fn end_of(&mut self, call: &Call<'_, '_>) -> SetId {
        let Some(of) = call.args.first().copied() else { return EMPTY };
        if let Some(Atom::List(id)) = self.domain.single(of) {
            let list = self.domain.listed(id);
            let ends =
                if call.name.ends_with("irst") { list.known.first() } else { list.known.last() };
            if let Some(end) = ends.filter(|_| list.rest == EMPTY) {
                return *end;
            }
        }
        self.item(of)
    }

    /// A list with some of its items, in another order.
    fn shuffled(&mut self, call: &Call<'_, '_>) -> SetId {
        let (list, others) = match call.name {
            "chunk" | "mustChunk" => (call.args.last(), call.args.get(..1)),
            _ => (call.args.first(), call.args.get(1..)),
        };
        for other in others.unwrap_or_default() {
            self.consume(*other);
        }
        let Some(list) = list.copied() else { return EMPTY };
        if let Some(texts) = self.constants(list) {
            let _ = texts;
            return list;
        }
        let (_, items) = self.elements(list);
        let list = self.domain.list(Vec::new(), items);
        self.domain.one(list)
    }

    fn keys(&mut self, args: &[SetId]) -> SetId {
        let mut keys = EMPTY;
        for arg in args {
            let (key, _) = self.elements(*arg);
            keys = self.domain.join(keys, key);
        }
        let list = self.domain.list(Vec::new(), keys);
        self.domain.one(list)
    }

    fn values(&mut self, args: &[SetId]) -> SetId {
        let mut items = EMPTY;
        for arg in args {
            let (_, item) = self.elements(*arg);
            items = self.domain.join(items, item);
        }
        let list = self.domain.list(Vec::new(), items);
        self.domain.one(list)
    }

    /// Only its type or its size is asked for.
    fn looked_at(&mut self, call: &Call<'_, '_>) -> SetId {
        if call.name == "len" {
            let of = call.args.first().copied().unwrap_or(EMPTY);
            self.elements(of);
        }
        self.domain.one(Atom::Plain)
    }

    /// What YAML or JSON becomes when it is read again.
    fn parsed(&mut self, text: SetId) -> SetId {
        let mut found = EMPTY;
        for atom in self.domain.atoms(text).iter() {
            let set = match *atom {
                Atom::Yaml(set) => set,
                Atom::Text(_) => self.domain.one(Atom::Plain),
                atom => {
                    let set = self.domain.one(atom);
                    self.consume(set);
                    set
                }
            };
            found = self.domain.join(found, set);
        }
        found
    }
}
