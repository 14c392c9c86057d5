//! Which function calls a piece of a template can come to: its own, and those of what it includes and of the
//! variables that it reads.

use std::collections::BTreeSet;

use super::{Arg, Command, Element, Node, Template, TemplateSet};
use crate::text::Span;

/// How many pieces are looked through for one question.
pub const PIECES_MAX: usize = 512;

/// What a piece of a template can come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// The calls that were asked for, file and name, those of the piece itself first.
    pub calls: Vec<(usize, Span)>,
    /// Whether there may be more: a computed name, a name that nothing has, or too many pieces.
    pub open: bool,
}

/// Looks for calls of functions for which `wanted` holds, in a span of a file and in all that it includes by a
/// written name, or reads through variables. Definitions within the span count only where they are included.
pub fn calls(
    set: &TemplateSet<'_>,
    file: usize,
    span: Span,
    wanted: &dyn Fn(&str) -> bool,
) -> Reached {
    let mut reached = Reached::default();
    let mut seen = BTreeSet::from([(file, span)]);
    let mut open = vec![(file, span)];
    while let Some((file, span)) = open.pop() {
        let Some(template) = set.files().get(file).map(|file| file.template) else { continue };
        let piece = Piece::read(template, span, wanted);
        for call in piece.calls.iter().map(|call| (file, *call)) {
            if !reached.calls.contains(&call) {
                reached.calls.push(call);
            }
        }
        let mut next: Vec<_> =
            assignments(template, span, &piece.variables).map(|span| (file, span)).collect();
        for name in &piece.names {
            match name.as_deref().and_then(|name| body(set, name)) {
                Some(body) => next.push(body),
                None => reached.open = true,
            }
        }
        open.extend(next.into_iter().filter(|piece| seen.insert(*piece)));
        if seen.len() > PIECES_MAX {
            reached.open = true;
            return reached;
        }
    }
    reached
}

/// The whole of a template, as a span.
pub fn whole(template: &Template) -> Span {
    Span::new(0, template.text.as_str().len())
}

fn body(set: &TemplateSet<'_>, name: &str) -> Option<(usize, Span)> {
    let named = set.get(name)?;
    let template = set.files().get(named.file)?.template;
    Some((named.file, named.define.map_or_else(|| whole(template), |define| define.span)))
}

/// What stands in a span of a template itself.
#[derive(Default)]
struct Piece<'t> {
    calls: Vec<Span>,
    /// The names that it includes; none for a computed one.
    names: Vec<Option<String>>,
    variables: BTreeSet<&'t str>,
}

impl<'t> Piece<'t> {
    fn read(template: &'t Template, span: Span, wanted: &dyn Fn(&str) -> bool) -> Self {
        let mut piece = Self::default();
        let inner = |define: &&super::Define| define.span != span && span.contains(define.span);
        let inner: Vec<_> = template.defines.iter().filter(inner).map(|it| it.span).collect();
        let is_here = |at: Span| span.contains(at) && !inner.iter().any(|it| it.contains(at));
        template.walk_within(span, &mut |element| match element {
            Element::Node(Node::Template(call)) if is_here(call.tag.span) => {
                piece.names.push(Some(call.name.value(&template.text).into_owned()));
            }
            Element::Node(Node::Block(block)) if is_here(block.tag.span) => {
                let name = template.defines.get(block.define).map(|define| define.name.clone());
                piece.names.push(name);
            }
            Element::Command(command) if is_here(command.span) => {
                match included(template, command) {
                    Included::Nothing => {}
                    Included::Name(name) => piece.names.push(Some(name)),
                    Included::Computed => piece.names.push(None),
                }
            }
            Element::Arg(arg) if is_here(arg.span()) => match arg {
                Arg::Identifier(name) if wanted(template.slice(*name)) => piece.calls.push(*name),
                Arg::Variable(variable) => {
                    piece.variables.insert(template.slice(variable.name));
                }
                _ => {}
            },
            _ => {}
        });
        piece.variables.remove("$");
        piece
    }
}

/// What a command includes.
enum Included {
    Nothing,
    Name(String),
    /// A name that is not written out.
    Computed,
}

fn included(template: &Template, command: &Command) -> Included {
    match command.args.as_slice() {
        [Arg::Identifier(function), rest @ ..] if template.slice(*function) == "include" => {
            match rest.first() {
                Some(Arg::Str(name)) => Included::Name(name.value(&template.text).into_owned()),
                _ => Included::Computed,
            }
        }
        _ => Included::Nothing,
    }
}

/// The pipelines that set one of some variables, in the definition, or the part of the file outside of them, in which
/// a span lies.
fn assignments<'t>(
    template: &'t Template,
    span: Span,
    variables: &BTreeSet<&str>,
) -> impl Iterator<Item = Span> + use<'t> {
    if variables.is_empty() {
        return Vec::new().into_iter();
    }
    let around = |at: Span| {
        let defines = template.defines.iter().map(|define| define.span);
        defines.filter(|define| define.contains(at)).min_by_key(|it| it.end - it.start)
    };
    let here = around(span);
    let mut found = Vec::new();
    template.walk_within(here.unwrap_or_else(|| whole(template)), &mut |element| {
        let Element::Pipe(pipe) = element else { return };
        let sets = pipe.variables.iter().any(|name| variables.contains(template.slice(*name)));
        if sets && around(pipe.span) == here {
            found.push(pipe.span);
        }
    });
    found.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        template::{FunctionSet, SetFile, parse},
        text::Text,
    };

    /// The calls of `rand…` that the last file comes to, and whether there may be more.
    fn reached(files: &[(&str, &str)]) -> (Vec<String>, bool) {
        let helm = FunctionSet::helm();
        let parsed: Vec<_> =
            files.iter().map(|(name, text)| (*name, parse(Text::new(*text), helm))).collect();
        let files = parsed.iter().map(|(name, template)| SetFile { name, template, chart: 0 });
        let set = TemplateSet::new(files.collect());
        let file = set.files().iter().position(|file| file.name == "z").unwrap();
        let span = whole(set.files()[file].template);
        let reached = calls(&set, file, span, &|name| name.starts_with("rand"));
        let name =
            |(file, span): &(usize, Span)| set.files()[*file].template.slice(*span).to_owned();
        (reached.calls.iter().map(name).collect(), reached.open)
    }

    #[test]
    fn calls_are_found_through_names_and_variables() {
        assert_eq!(reached(&[("z", "{{ randAlpha 5 | b64enc }}")]).0, ["randAlpha"]);
        let variable = "{{ $a := randAlpha 5 }}{{ $b := $a }}{{ $b }}";
        assert_eq!(reached(&[("z", variable)]).0, ["randAlpha"]);
        let helper = (
            "_h",
            r#"{{ define "p" }}{{ randAlpha 5 }}{{ end }}{{ define "q" }}{{ randNumeric 5 }}{{ end }}"#,
        );
        assert_eq!(reached(&[helper, ("z", r#"{{ include "p" . }}"#)]).0, ["randAlpha"]);
        assert_eq!(reached(&[helper, ("z", r#"{{ template "q" . }}"#)]).0, ["randNumeric"]);
        assert_eq!(reached(&[helper, ("z", "a")]), (Vec::new(), false));
    }

    #[test]
    fn a_definition_counts_where_it_is_included() {
        let own = r#"{{ define "p" }}{{ randAlpha 5 }}{{ end }}a"#;
        assert!(reached(&[("z", own)]).0.is_empty());
        assert_eq!(reached(&[("z", &format!("{own}{{{{ include \"p\" . }}}}"))]).0, ["randAlpha"]);
    }

    #[test]
    fn what_cant_be_known_is_said() {
        assert!(reached(&[("z", "{{ include .name . }}")]).1);
        assert!(reached(&[("z", r#"{{ include "absent" . }}"#)]).1);
        let link = |it: usize| {
            let next = it + 1;
            format!(r#"{{{{ define "p{it}" }}}}{{{{ include "p{next}" . }}}}{{{{ end }}}}"#)
        };
        let chain = (0..PIECES_MAX + 2).map(link).collect::<Vec<_>>().concat();
        let long = format!(r#"{chain}{{{{ include "p0" . }}}}"#);
        assert!(reached(&[("z", &long)]).1);
        let itself = r#"{{ define "p" }}{{ include "p" . }}{{ end }}{{ include "p" . }}"#;
        assert_eq!(reached(&[("z", itself)]), (Vec::new(), false));
    }
}
