//! Conditions that ask which cluster it is: code behind them is not for every cluster.

use std::collections::{BTreeSet, HashMap};

use super::{Arg, Branch, Command, Element, Named, Node, Pipe, Template, TemplateSet};

/// Which places of a template set are only reached after a question about the cluster.
#[derive(Debug)]
pub struct Gates<'t> {
    set: &'t TemplateSet<'t>,
    /// Where each name is called: file and byte. A computed name is not among them.
    calls: HashMap<String, Vec<(usize, u32)>>,
}

/// How many calls are followed, up or down.
pub const DEPTH_MAX: usize = 16;

/// What a condition says that asks for the cluster's version or its APIs.
const QUESTIONS: &[&str] = &["Capabilities", "semverCompare", "semver ", "kubeversion"];

impl<'t> Gates<'t> {
    /// Looks for the calls of a set.
    pub fn of(set: &'t TemplateSet<'t>) -> Self {
        let mut calls = HashMap::<String, Vec<_>>::new();
        for (number, file) in set.files().iter().enumerate() {
            file.template.walk(|element| {
                if let Some((name, at)) = called(file.template, element) {
                    calls.entry(name).or_default().push((number, at));
                }
            });
        }
        Self { set, calls }
    }

    /// Whether a byte of a file is only reached after a question about the cluster: in its own template,
    /// or at every call of the named template that it stands in.
    pub fn is_gated(&self, file: usize, at: u32) -> bool {
        self.gated(file, at, DEPTH_MAX)
    }

    fn gated(&self, number: usize, at: u32, depth: usize) -> bool {
        let Some(file) = self.set.files().get(number) else { return true };
        let template = file.template;
        if depth == 0 || self.asks_around(template, at) {
            return true;
        }
        let define = template.defines.iter().find(|it| it.span.start <= at && at < it.span.end);
        let Some(define) = define else { return false };
        // A template that nobody calls by its name may be called by a computed one.
        let calls = self.calls.get(&define.name).map(Vec::as_slice).unwrap_or_default();
        let outer = calls.iter().filter(|(file, at)| {
            *file != number || !(define.span.start <= *at && *at < define.span.end)
        });
        outer.into_iter().all(|(file, at)| self.gated(*file, *at, depth - 1))
    }

    /// Whether a condition around a byte asks for the cluster, those of earlier arms included.
    fn asks_around(&self, template: &'t Template, at: u32) -> bool {
        let mut asks = false;
        template.walk(|element| {
            let Element::Node(Node::If(branch) | Node::With(branch)) = element else { return };
            if !asks && branch.span.start <= at && at < branch.span.end {
                asks = conditions(branch, at).any(|pipe| self.asks(template, pipe));
            }
        });
        asks
    }

    fn asks(&self, template: &'t Template, pipe: &Pipe) -> bool {
        self.text_asks(template, template.slice(pipe.span), &mut BTreeSet::new())
    }

    /// Whether an expression asks for the cluster: in its words, by a variable that was set from such an
    /// expression, or by a template that it includes.
    fn text_asks(&self, template: &'t Template, text: &str, seen: &mut BTreeSet<String>) -> bool {
        let lower = text.to_lowercase();
        let worded = QUESTIONS.iter().any(|word| lower.contains(&word.to_lowercase()));
        worded
            || variables(text).any(|name| self.variable_asks(template, name, seen))
            || names(text).any(|name| self.template_asks(name, seen))
    }

    fn variable_asks(
        &self,
        template: &'t Template,
        variable: &str,
        seen: &mut BTreeSet<String>,
    ) -> bool {
        if !seen.insert(variable.to_owned()) {
            return false;
        }
        let mut set = Vec::new();
        template.walk(|element| {
            let Element::Pipe(pipe) = element else { return };
            if pipe.variables.iter().any(|name| template.slice(*name) == variable) {
                set.push(template.slice(pipe.span));
            }
        });
        set.into_iter().any(|text| self.text_asks(template, text, seen))
    }

    /// Whether a named template asks for the cluster. One that is not here might.
    fn template_asks(&self, name: &str, seen: &mut BTreeSet<String>) -> bool {
        if seen.len() > NAMES_MAX || !seen.insert(format!("\"{name}")) {
            return false;
        }
        let Some(named) = self.set.get(name) else { return true };
        let Some(file) = self.set.files().get(named.file) else { return true };
        self.text_asks(file.template, body(file.template, &named), seen)
    }
}

/// How many names and variables are looked up for one condition.
const NAMES_MAX: usize = 256;

fn body<'t>(template: &'t Template, named: &Named<'t>) -> &'t str {
    named.define.map_or(template.text.as_str(), |define| template.slice(define.span))
}

/// The conditions that decide whether a byte is reached: those of its arm and of the arms before it.
fn conditions(branch: &Branch, at: u32) -> impl Iterator<Item = &Pipe> {
    branch.arms.iter().filter(move |arm| arm.tag.span.start <= at).map(|arm| &arm.pipe)
}

/// The name that an element calls, where it is written out.
fn called(template: &Template, element: Element<'_>) -> Option<(String, u32)> {
    match element {
        Element::Node(Node::Template(call)) => {
            Some((call.name.value(&template.text).into_owned(), call.tag.span.start))
        }
        Element::Command(command) => included(template, command),
        _ => None,
    }
}

fn included(template: &Template, command: &Command) -> Option<(String, u32)> {
    let [Arg::Identifier(function), Arg::Str(name), ..] = command.args.as_slice() else {
        return None;
    };
    let includes = template.slice(*function) == "include";
    includes.then(|| (name.value(&template.text).into_owned(), command.span.start))
}

/// The variables of an expression, with `$`.
fn variables(text: &str) -> impl Iterator<Item = &str> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices('$').filter_map(move |(at, _)| {
        let rest = text.get(at + 1..)?;
        let end = rest.find(|c: char| !word(c)).unwrap_or(rest.len());
        (end > 0).then(|| text.get(at..=at + end)).flatten()
    })
}

/// The names that an expression includes.
fn names(text: &str) -> impl Iterator<Item = &str> {
    ["include \"", "template \""].into_iter().flat_map(move |call| {
        text.match_indices(call).filter_map(move |(at, _)| {
            let rest = text.get(at + call.len()..)?;
            rest.get(..rest.find('"')?)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        template::{FunctionSet, SetFile, parse},
        text::Text,
    };

    /// Whether `HERE` in the last file is gated.
    fn gated(files: &[(&str, &str)]) -> bool {
        let helm = FunctionSet::helm();
        let parsed: Vec<_> =
            files.iter().map(|(name, text)| (*name, parse(Text::new(*text), helm))).collect();
        let files = parsed.iter().map(|(name, template)| SetFile { name, template, chart: 0 });
        let set = TemplateSet::new(files.collect());
        let found = set.files().iter().enumerate().find_map(|(number, file)| {
            Some((number, file.template.text.as_str().find("HERE")? as u32))
        });
        let (file, at) = found.unwrap();
        Gates::of(&set).is_gated(file, at)
    }

    #[test]
    fn a_value_is_no_gate() {
        assert!(!gated(&[("a", "HERE")]));
        assert!(!gated(&[("a", "{{ if .Values.on }}HERE{{ end }}")]));
        assert!(!gated(&[("a", "{{ with .Values.x }}{{ range . }}HERE{{ end }}{{ end }}")]));
    }

    #[test]
    fn a_question_about_the_cluster_gates_its_arms() {
        let has = r#"{{ if .Capabilities.APIVersions.Has "v1" }}a{{ else }}HERE{{ end }}"#;
        assert!(gated(&[("a", has)]));
        let later = r#"{{ if .x }}HERE{{ else if semverCompare ">1" .y }}b{{ end }}"#;
        assert!(!gated(&[("a", later)]));
        assert!(!gated(&[("a", r"{{ if .Capabilities.KubeVersion }}a{{ end }}HERE")]));
    }

    #[test]
    fn a_question_is_seen_through_variables_and_helpers() {
        let variable =
            r"{{ $v := .Capabilities.KubeVersion }}{{ $w := $v }}{{ if $w }}HERE{{ end }}";
        assert!(gated(&[("a", variable)]));
        let helper = r#"{{ define "v" }}{{ .Capabilities.KubeVersion }}{{ end }}"#;
        assert!(gated(&[("_h", helper), ("a", r#"{{ if include "v" . }}HERE{{ end }}"#)]));
        assert!(gated(&[("a", r#"{{ if include "absent" . }}HERE{{ end }}"#)]));
        let plain = r#"{{ define "v" }}{{ .Values.x }}{{ end }}"#;
        assert!(!gated(&[("_h", plain), ("a", r#"{{ if include "v" . }}HERE{{ end }}"#)]));
    }

    #[test]
    fn a_named_template_is_gated_where_all_its_calls_are() {
        let define = ("_d", r#"{{ define "d" }}HERE{{ end }}"#);
        let asked = r#"{{ if semverCompare "<1" .x }}{{ include "d" . }}{{ end }}"#;
        assert!(gated(&[define, ("a", asked)]));
        assert!(!gated(&[define, ("a", asked), ("b", r#"{{ template "d" . }}"#)]));
        let itself = r#"{{ define "d" }}HERE{{ include "d" . }}{{ end }}{{ include "d" . }}"#;
        assert!(!gated(&[("a", itself)]));
    }

    #[test]
    fn calls_are_followed_so_far() {
        let chain = |length: usize| {
            let next = |at: usize| {
                let below = if at == 0 {
                    "HERE".to_owned()
                } else {
                    format!("{{{{ include \"d{}\" . }}}}", at - 1)
                };
                format!("{{{{ define \"d{at}\" }}}}{below}{{{{ end }}}}")
            };
            let defines: String = (0..length).map(next).collect();
            gated(&[("_d", &defines), ("a", &format!("{{{{ include \"d{}\" . }}}}", length - 1))])
        };
        assert!(!chain(DEPTH_MAX - 1));
        // What is further away may be gated.
        assert!(chain(DEPTH_MAX));
    }

    #[test]
    fn so_many_names_are_looked_up() {
        let asks = |names: usize| {
            let define = |at: usize| {
                let next = at + 1;
                format!("{{{{ define \"v{at}\" }}}}{{{{ include \"v{next}\" . }}}}{{{{ end }}}}")
            };
            let defines: String = (0..names - 1).map(define).collect();
            let last = names - 1;
            let last = format!("{{{{ define \"v{last}\" }}}}{{{{ .Capabilities }}}}{{{{ end }}}}");
            gated(&[("_v", &(defines + &last)), ("a", r#"{{ if include "v0" . }}HERE{{ end }}"#)])
        };
        assert!(asks(NAMES_MAX));
        assert!(!asks(NAMES_MAX + 2));
    }
}
