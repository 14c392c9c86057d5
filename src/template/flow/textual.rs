//! Functions that make text, and `tpl`, which makes a template of it.

use super::{
    domain::{Atom, EMPTY, SetId},
    eval::{Call, Stance},
    machine::{Frame, Machine},
    path::{Mark, PathId, Sym},
    sink::TEXT_MAX,
};
use crate::text::Span;

/// How many files one chart may hand to `tpl`.
pub const FILES_MAX: usize = 1000;

/// Functions whose result has their arguments' text in it.
#[rustfmt::skip]
const TEXTUAL: &[&str] = &[
    "abbrev", "camelcase", "cat", "html", "indent", "join", "js", "kebabcase", "lower", "nindent",
    "nospace", "plural", "print", "printf", "println", "quote", "regexReplaceAll",
    "regexReplaceAllLiteral", "repeat", "replace", "snakecase", "split", "splitList", "splitn",
    "squote", "substr", "swapcase", "title", "toString", "toStrings", "trim", "trimAll",
    "trimPrefix", "trimSuffix", "trimall", "trunc", "untitle", "upper", "wrap", "wrapWith",
    "regexSplit", "regexFind", "regexFindAll", "b64dec", "urlquery", "toDecimal", "max", "min",
];

/// Those of them whose first argument is taken out of the text, or looked for in it.
#[rustfmt::skip]
const TAKING: &[&str] = &[
    "regexFind", "regexFindAll", "regexReplaceAll", "regexReplaceAllLiteral", "regexSplit", "replace",
    "split", "splitList", "splitn", "trimAll", "trimPrefix", "trimSuffix", "trimall",
];

impl Machine<'_, '_> {
    /// Any function that takes text, numbers and the like: it reads all that it is given.
    pub(super) fn text_function(&mut self, call: &Call<'_, '_>, stance: Stance) -> SetId {
        for arg in call.args {
            self.consume(*arg);
        }
        if let Some(list) = self.split(call) {
            return list;
        }
        if let Some(texts) = self.folded(call) {
            let atoms = texts.iter().map(|text| Atom::Text(self.paths.sym(text))).collect();
            return self.domain.set(atoms);
        }
        if !TEXTUAL.contains(&call.name) {
            return self.domain.one(Atom::Plain);
        }
        let kept = call.args.iter().skip(usize::from(TAKING.contains(&call.name)));
        let all = kept.fold(EMPTY, |all, arg| self.domain.join_read(all, *arg));
        let form = stance.names.then(|| self.form(call)).flatten();
        match form {
            Some(form) => self.formed(&form, all),
            None => self.made(all),
        }
    }

    /// The texts that a function makes of texts that are known.
    fn folded(&self, call: &Call<'_, '_>) -> Option<Vec<String>> {
        let args: Option<Vec<Vec<String>>> =
            call.args.iter().map(|arg| self.constants(*arg)).collect();
        let mut choices = vec![Vec::new()];
        for arg in args? {
            if choices.len() * arg.len() > FOLDS_MAX {
                return None;
            }
            let with = |choice: &Vec<String>| {
                let more =
                    arg.iter().map(|text| [choice.as_slice(), std::slice::from_ref(text)].concat());
                more.collect::<Vec<_>>()
            };
            choices = choices.iter().flat_map(with).collect();
        }
        let long = |args: &[String]| args.iter().map(String::len).sum::<usize>() > TEXT_MAX;
        let folded = |args: &Vec<String>| {
            fold(call.name, args).filter(|text| !long(args) && text.len() <= TEXT_MAX)
        };
        choices.iter().map(folded).collect()
    }

    fn split(&mut self, call: &Call<'_, '_>) -> Option<SetId> {
        let ("splitList", [by, text]) = (call.name, call.args) else { return None };
        let (by, texts) = (self.constants(*by)?, self.constants(*text)?);
        let [by] = by.as_slice() else { return None };
        if by.is_empty() {
            return None;
        }
        let mut lists = Vec::new();
        for text in texts {
            let pieces = text.split(by.as_str()).map(|piece| {
                let sym = self.paths.sym(piece);
                self.domain.one(Atom::Text(sym))
            });
            let pieces = pieces.collect();
            lists.push(self.domain.list(pieces, EMPTY));
        }
        Some(self.domain.set(lists))
    }

    /// `tpl text dot`: text of values and files is looked into for templates.
    pub(super) fn tpl(&mut self, frame: &Frame<'_>, call: &Call<'_, '_>) -> SetId {
        let [text, dot] = call.args else { return EMPTY };
        self.consume(*text);
        let evaluated = self.evaluate_all(*text, *dot, frame, call.span);
        let mut results = self.origins(*text);
        results = self.domain.join_read(results, evaluated);
        let texts = self.constants(*text).filter(|texts| texts.iter().all(|it| !it.contains("{{")));
        if texts.is_some() {
            return *text;
        }
        self.made(results)
    }

    /// Evaluates all texts of a value.
    pub(super) fn evaluate_all(
        &mut self,
        text: SetId,
        dot: SetId,
        frame: &Frame<'_>,
        span: Span,
    ) -> SetId {
        let mut results = EMPTY;
        let mut visited = Vec::new();
        let mut open = vec![text];
        while let Some(set) = open.pop() {
            if visited.contains(&set) {
                continue;
            }
            if visited.len() >= FOLDS_MAX {
                self.escape(dot);
                break;
            }
            visited.push(set);
            for atom in self.domain.atoms(set).iter() {
                let result = self.tpl_atom(*atom, dot, frame, span, &mut open);
                results = self.domain.join(results, result);
            }
        }
        results
    }

    fn tpl_atom(
        &mut self,
        atom: Atom,
        dot: SetId,
        frame: &Frame<'_>,
        span: Span,
        open: &mut Vec<SetId>,
    ) -> SetId {
        match atom {
            Atom::Text(text) => self.tpl_text(text, dot, frame, span),
            Atom::Ref(path) => self.tpl_defaults(path, dot, frame, span),
            Atom::File(member, path) => self.tpl_file(member, path, dot, frame, span),
            Atom::Yaml(set) | Atom::Made(set) | Atom::Formed(_, set) => {
                open.push(set);
                EMPTY
            }
            Atom::Object(id) => {
                if let Some(object) = self.domain.get(id) {
                    open.extend(object.entries.iter().map(|(_, value)| *value));
                    open.extend([object.rest, object.absorbed]);
                }
                EMPTY
            }
            Atom::List(id) => {
                let list = self.domain.listed(id);
                open.extend(list.known.iter().chain([&list.rest]));
                EMPTY
            }
            Atom::Unknown => {
                self.escape(dot);
                EMPTY
            }
            _ => EMPTY,
        }
    }

    fn tpl_text(&mut self, text: Sym, dot: SetId, frame: &Frame<'_>, span: Span) -> SetId {
        if !text.is_template() {
            return EMPTY;
        }
        self.evaluate(text, dot, frame, span)
    }

    /// The templates among the defaults of a path and of all under it.
    fn tpl_defaults(&mut self, path: PathId, dot: SetId, frame: &Frame<'_>, span: Span) -> SetId {
        self.paths.mark(path, Mark::Evaluated);
        if self.defaults.truncated {
            self.escape(dot);
        }
        let mut results = EMPTY;
        let (texts, work) = self.defaults.under(&self.paths, path);
        self.spend(work);
        for text in texts.iter().copied() {
            let result = self.evaluate(text, dot, frame, span);
            results = self.domain.join(results, result);
        }
        results
    }

    fn tpl_file(
        &mut self,
        member: u32,
        path: Option<Sym>,
        dot: SetId,
        frame: &Frame<'_>,
        span: Span,
    ) -> SetId {
        let path = path.map(|path| self.paths.text(path));
        let texts = self.input.files.and_then(|files| files(member as usize, path));
        let Some(texts) = texts.filter(|texts| texts.len() <= FILES_MAX) else {
            self.escape(dot);
            return EMPTY;
        };
        let mut results = EMPTY;
        for text in texts.iter().filter(|text| text.contains("{{")) {
            let text = self.paths.sym(text);
            let result = self.evaluate(text, dot, frame, span);
            results = self.domain.join(results, result);
        }
        results
    }
}

/// How many combinations of known texts are followed, and in how many places of a value `tpl` looks for
/// templates.
pub const FOLDS_MAX: usize = 48;

/// What a function makes of texts, for those that names and keys are computed with.
fn fold(name: &str, args: &[String]) -> Option<String> {
    Some(match (name, args) {
        ("print", args) => args.concat(),
        ("printf", [format, args @ ..]) => printf(format, args)?,
        ("lower", [text]) => text.to_lowercase(),
        ("upper", [text]) => text.to_uppercase(),
        ("title", [text]) => capital(text),
        ("trim", [text]) => text.trim().to_owned(),
        ("toString", [text]) => text.clone(),
        ("trimSuffix", [end, text]) => text.strip_suffix(end.as_str()).unwrap_or(text).to_owned(),
        ("trimPrefix", [start, text]) => {
            text.strip_prefix(start.as_str()).unwrap_or(text).to_owned()
        }
        ("replace", [old, new, text]) if !old.is_empty() => text.replace(old.as_str(), new),
        ("camelcase", [text]) => text.split(['-', '_', ' ']).map(capital).collect(),
        ("untitle", [text]) => {
            let mut chars = text.chars();
            chars.next().map(|c| c.to_lowercase().chain(chars).collect()).unwrap_or_default()
        }
        ("quote", [text]) => format!("{text:?}"),
        ("squote", [text]) => format!("'{text}'"),
        ("snakecase", [text]) => text.replace('-', "_"),
        ("kebabcase", [text]) => text.replace('_', "-"),
        _ => return None,
    })
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// `%s`, `%v`, `%d` and `%%`, without flags.
pub(super) fn printf(format: &str, args: &[String]) -> Option<String> {
    let mut out = String::new();
    let mut args = args.iter();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        match c {
            '%' => match chars.next()? {
                's' | 'v' | 'd' => out.push_str(args.next()?),
                '%' => out.push('%'),
                _ => return None,
            },
            c => out.push(c),
        }
    }
    Some(out)
}
