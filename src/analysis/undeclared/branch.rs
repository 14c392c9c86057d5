//! The branches of a template: what a place decides, and what decides whether it is reached.

use std::{collections::BTreeMap, sync::Arc};

use super::{Manner, OwnRead, Undeclared, told::has_word};
use crate::{
    analysis::{Analysis, slip::COMPARISONS_MAX},
    catalog::{Chart, TextFile, Values},
    finding::Place,
    template::{
        self, Branch, Element, Node, Template,
        flow::{Read, Step},
    },
    text::Span,
    yaml,
};

/// An `if` or `with`, or what else follows one, and what it renders.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arm {
    /// The condition, without the braces.
    pub(super) condition: Span,
    /// From its tag to the next one of the branch.
    pub(super) body: Span,
    /// Whether nothing is rendered whether it holds or not.
    pub(super) idle: bool,
    /// Whether what it asks for is the dot of its body.
    pub(super) dot: bool,
}

/// The arms of templates, by their paths.
pub(super) type Branches = BTreeMap<Arc<str>, Vec<Arm>>;

/// The arm whose condition a place stands in.
pub(super) fn arm<'b>(place: &Place, branches: &'b Branches) -> Option<&'b Arm> {
    decided(branches.get(&place.path)?, span(place))
}

/// The innermost arm that a place stands in.
pub(super) fn around<'b>(place: &Place, branches: &'b Branches) -> Option<&'b Arm> {
    let span = span(place);
    branches.get(&place.path)?.iter().rev().find(|arm| arm.body.contains(span))
}

fn span(place: &Place) -> Span {
    Span::new(place.start.offset as usize, place.end.offset as usize)
}

/// What is only reached where a value is set that nothing declares.
struct Gate {
    /// The value, an index.
    value: usize,
    file: Arc<str>,
    body: Span,
}

impl Analysis<'_> {
    /// Says of values which are only read where others are set, and which only decide about branches. Known must be which
    /// ones mean a declared one: what these decide about is reached as soon as they are repaired.
    pub(super) fn follow_branches(chart: &Chart, found: &mut [Undeclared]) {
        let files = chart.templates.iter();
        let is_read = |path: &str| {
            let mut reads = found.iter().flat_map(|it| &it.reads);
            reads.any(|read| &*read.place.path == path)
        };
        let files = files.filter(|file| is_read(&file.file.path));
        let branches: Branches =
            files.map(|it| (Arc::clone(&it.file.path), arms(&it.template))).collect();
        let mut gates = gates(chart, found, &branches);
        if found.len().saturating_mul(gates.len()) > COMPARISONS_MAX {
            gates.clear();
        }
        for (number, it) in found.iter_mut().enumerate() {
            it.behind = is_behind(number, it, &gates);
            it.switch = is_switch(it, &branches);
            it.branch_for = branch_for(it, chart, &branches);
        }
    }
}

fn gates(chart: &Chart, found: &[Undeclared], branches: &Branches) -> Vec<Gate> {
    let mut gates = Vec::new();
    for (value, it) in found.iter().enumerate().filter(|(_, it)| it.slip.is_none()) {
        for read in it.reads.iter().filter(|read| read.manner == Manner::Copes) {
            let Some(arm) = arm(&read.place, branches) else { continue };
            let mut files = chart.templates.iter();
            let Some(file) = files.find(|it| it.file.path == read.place.path) else { continue };
            let at = span(&read.place).start.saturating_sub(arm.condition.start);
            if opens(file.file.text.slice(arm.condition), at as usize) {
                gates.push(Gate { value, file: Arc::clone(&read.place.path), body: arm.body });
            }
        }
    }
    gates
}

/// What may hold of a value that is not there.
const HOLDING: [&str; 9] =
    ["coalesce", "default", "empty", "le", "lt", "ne", "not", "or", "ternary"];
/// What a value that is not there may equal.
const ABSENT: [&str; 4] = ["\"\"", "0", "false", "nil"];

/// Whether a condition only holds where the value is set that it asks for at a byte.
fn opens(condition: &str, at: usize) -> bool {
    let Some((mut before, after)) = condition.split_at_checked(at) else { return false };
    let words = |text: &str| {
        let words = text.split(|c: char| c.is_whitespace() || "()|".contains(c));
        words.filter(|word| !word.is_empty()).map(str::to_owned).collect::<Vec<_>>()
    };
    let absent = |word: &String| ABSENT.contains(&word.as_str());
    let holding = |word: &String| HOLDING.contains(&word.as_str());
    if words(after).iter().any(absent)
        || after.split('|').skip(1).flat_map(words).any(|it| holding(&it))
    {
        return false;
    }
    loop {
        let mut depth = 0_i32;
        let open = before.char_indices().rev().find(|(_, c)| {
            depth += i32::from(*c == ')') - i32::from(*c == '(');
            depth < 0
        });
        let group = before.get(open.map_or(0, |(at, _)| at + 1)..).unwrap_or_default();
        let called = words(group);
        if called.first().is_some_and(holding) || called.iter().any(absent) {
            return false;
        }
        let Some((at, _)) = open else { return true };
        before = before.get(..at).unwrap_or_default();
    }
}

fn is_behind(number: usize, it: &Undeclared, gates: &[Gate]) -> bool {
    let behind = |read: &OwnRead| {
        let within =
            |gate: &Gate, place: &Place| gate.file == place.path && gate.body.contains(span(place));
        gates.iter().any(|gate| {
            let called = || read.call.as_ref().is_some_and(|call| within(gate, call));
            gate.value != number && (within(gate, &read.place) || called())
        })
    };
    it.reads.iter().all(behind)
}

/// Whether a place is only reached where a text is chosen that is one of the keys of its value, as in
/// `if eq .Values.backend "s3"`, and that values.yaml does not choose: who chooses it gives the value, too.
pub(super) fn is_chosen(read: &Read, file: &TextFile, arms: &[Arm], chart: &Chart) -> bool {
    let is_key = |text: &str| {
        read.path.iter().any(|step| matches!(step, Step::Key(name) if &**name == text))
    };
    let around = arms.iter().filter(|arm| arm.body.contains(read.span));
    let conditions = around.map(|arm| file.text.slice(arm.condition));
    let mut chosen = conditions
        .filter(|it| {
            let mut words = it.split_whitespace().map(|word| word.trim_start_matches('('));
            // `not (eq …)` is for who does not choose it.
            words.clone().any(|word| word == "eq") && words.all(|word| word != "not")
        })
        .flat_map(|it| it.split('"').skip(1).step_by(2))
        .filter(|text| is_key(text));
    chosen.next().is_some_and(|text| !is_default(text, chart))
}

/// Whether values.yaml has a text as a value.
fn is_default(text: &str, chart: &Chart) -> bool {
    let Some(file) = chart.values.as_deref() else { return false };
    let mut leaves = chart.documentation().values.keys.iter().filter(|key| key.leaf);
    leaves.any(|key| Values::node(file, key).and_then(yaml::Node::as_str) == Some(text))
}

/// The text that is compared with on the way to all places of a value, and that values.yaml does not have.
fn branch_for(it: &Undeclared, chart: &Chart, branches: &Branches) -> Option<String> {
    let values = chart.values.as_ref()?.stream.text().as_str();
    let text_of = |read: &OwnRead| {
        let mut files = chart.templates.iter();
        let file = files.find(|file| file.file.path == read.place.path)?;
        let arms = branches.get(&read.place.path)?.iter().rev();
        let mut around = arms.filter(|arm| arm.body.contains(span(&read.place)));
        around.find_map(|arm| {
            let condition = file.file.text.slice(arm.condition);
            let (_, rest) = condition.split_once("eq ").filter(|_| !condition.contains("Of"))?;
            // What begins with a capital is one of Kubernetes' own: users set it.
            let small = |text: &&str| text.starts_with(|c: char| c.is_lowercase());
            let mut texts = rest.split('"').skip(1).step_by(2);
            let known = texts.clone().any(|text| has_word(values, text));
            let text = texts.next().filter(small)?;
            (!known && !is_whole_file(arm, &file.file)).then(|| text.to_owned())
        })
    };
    let first = text_of(it.reads.first()?)?;
    it.reads.iter().all(|read| text_of(read).as_ref() == Some(&first)).then_some(first)
}

/// Whether a file begins with an arm: without it, it would be empty.
fn is_whole_file(arm: &Arm, file: &TextFile) -> bool {
    let before = file.text.as_str().get(..arm.condition.start as usize).unwrap_or_default();
    let tag = before.trim_start().trim_start_matches(['{', '-', ' ']).trim_end();
    ["if", "with"].contains(&tag)
}

/// Whether the places of a value only ask for it, and one of them decides about a branch.
fn is_switch(it: &Undeclared, branches: &Branches) -> bool {
    let mut itself = it.reads.iter().filter(|read| read.path.len() == it.inner.0.len()).peekable();
    itself.peek().is_some()
        && itself.all(|read| {
            read.manner == Manner::Copes && arm(&read.place, branches).is_some_and(|arm| !arm.dot)
        })
}

/// All arms of a template, by the places of their conditions.
pub(super) fn arms(template: &Template) -> Vec<Arm> {
    let mut arms = Vec::new();
    template.walk(|element| match element {
        Element::Node(Node::If(branch)) => arms.extend(arms_of(branch, template, false)),
        Element::Node(Node::With(branch)) => arms.extend(arms_of(branch, template, true)),
        _ => {}
    });
    arms.sort_by_key(|arm| arm.condition.start);
    arms
}

/// The arm whose condition a place stands in: no condition lies in another one.
pub(super) fn decided(arms: &[Arm], place: Span) -> Option<&Arm> {
    let after = arms.partition_point(|arm| arm.condition.start <= place.start);
    arms.get(after.checked_sub(1)?).filter(|arm| arm.condition.contains(place))
}

fn arms_of<'t>(
    branch: &'t Branch,
    template: &'t Template,
    dot: bool,
) -> impl Iterator<Item = Arm> + 't {
    let otherwise = branch.otherwise.as_ref();
    let blank = |nodes: &[Node]| nodes.iter().all(|node| is_blank(node, template));
    let idle = branch.arms.iter().all(|arm| blank(&arm.nodes))
        && otherwise.is_none_or(|it| blank(&it.nodes));
    let last = branch.end.map_or(branch.span.end, |tag| tag.span.start);
    branch.arms.iter().enumerate().map(move |(number, arm): (usize, &template::Arm)| {
        let next = branch.arms.get(number + 1).map(|arm| arm.tag);
        let next = next.or(otherwise.map(|it| it.tag)).map_or(last, |tag| tag.span.start);
        let body = Span { start: arm.tag.span.end, end: next };
        Arm { condition: arm.pipe.span, body, idle, dot }
    })
}

fn is_blank(node: &Node, template: &Template) -> bool {
    match node {
        Node::Text(text) => template.slice(text.span).trim().is_empty(),
        Node::Comment(_) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        template::{FunctionSet, parse},
        text::Text,
    };

    #[test]
    fn a_place_decides_about_the_innermost_body() {
        let text =
            "{{ if .a }}x{{ else if .b }}y{{ with .c }}{{/* z */}} {{ end }}{{ else }}w{{ end }}";
        let template = parse(Text::new(text), FunctionSet::helm());
        let arms = arms(&template);
        let at = |name: &str| {
            let start = text.find(name).unwrap();
            decided(&arms, Span::new(start, start + name.len()))
        };
        let body = |name| template.slice(at(name).unwrap().body);
        assert_eq!(body(".a"), "x");
        assert!(body(".b").starts_with("y{{ with") && body(".b").ends_with("{{ end }}"));
        assert!(at("w").is_none());
        assert!(at(".c").unwrap().idle && !at(".a").unwrap().idle);
    }

    #[test]
    fn what_holds_of_an_absent_value_opens_nothing() {
        let opens = |condition: &str| opens(condition, condition.find(".v").unwrap());
        assert!(opens(".v") && opens("and .w (eq .v \"a\")") && opens("and .v (hasKey .v \"a\")"));
        assert!(!opens("or .w .v") && !opens("and (not .v) .w") && !opens("eq (int .v) 0"));
        assert!(!opens(".v | default true") && opens("and (or .w .x) .v"));
    }
}
