//! What kinds of values templates handle, and a schema does not admit.

use std::collections::{BTreeMap, BTreeSet};

use super::shape::Shapes;
use crate::{
    catalog::{Key, Values, ValuesPath},
    template::flow::{How, Read, Step},
    text::Span,
    yaml::Node,
};

/// How far around a read its question is looked for, in bytes.
const AROUND: usize = 120;
/// How far after a question a failure is looked for, in bytes.
const FAILS_WITHIN: usize = 240;
/// How many declared paths one computed path is looked up for.
const EXPANDED_MAX: usize = 50;
/// Fields of Kubernetes that take a number or a text: a port's name, a percentage.
const INT_OR_STRING: &[(&str, &str)] = &[
    ("maxSurge", "percentages"),
    ("maxUnavailable", "percentages"),
    ("minAvailable", "percentages"),
    ("targetPort", "names of ports"),
];
/// How many reads of one chart are looked at.
const PLACES_MAX: usize = 50_000;
/// How many paths a message names.
const SHOWN: usize = 3;

/// A kind of value that is handled and not admitted.
pub(super) struct Refused {
    pub(super) path: ValuesPath,
    /// Where the schema says its types.
    pub(super) span: Span,
    pub(super) message: String,
    /// Where the template handles it: file and place.
    pub(super) read: (usize, Span),
    /// Whether it may be meant so.
    pub(super) narrow: bool,
}

/// One read of the chart's own values, with the text of its template.
pub(super) struct Place<'a> {
    pub(super) read: &'a Read,
    pub(super) text: &'a str,
}

/// What is known of one path.
#[derive(Default)]
struct Handled {
    /// The kinds that a template asks for, each with a place.
    asked: BTreeMap<Class, (usize, Span)>,
    /// A place that goes over it, writes it with all that it holds, or reads a key of it.
    whole: Option<(usize, Span)>,
    /// A place that writes it into such a field.
    field: Option<(usize, Span)>,
    /// Whether it is written elsewhere, too.
    elsewhere: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Text,
    Collection,
}

/// What a schema admits.
struct Admitted {
    types: BTreeSet<String>,
    span: Span,
}

impl Admitted {
    fn has(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.types.contains(*name))
    }

    fn is_scalar(&self) -> bool {
        !self.has(&["object", "array"])
    }

    fn written(&self) -> String {
        self.types.iter().map(String::as_str).collect::<Vec<_>>().join(" or ")
    }
}

/// The types of a schema that says nothing but them.
fn admitted(node: Node<'_>) -> Option<Admitted> {
    const OTHER: &[&str] = &["$ref", "allOf", "anyOf", "const", "enum", "if", "not", "oneOf"];
    if OTHER.iter().any(|name| node.get(name).is_some()) {
        return None;
    }
    let entry = node.entry("type")?;
    let one = entry.value.as_str().map(str::to_owned);
    let types: BTreeSet<_> = one
        .into_iter()
        .chain(entry.value.items().filter_map(|it| it.as_str().map(str::to_owned)))
        .collect();
    (!types.is_empty()).then_some(Admitted { types, span: entry.key_span })
}

/// What the schema says of a path, where each of its steps is a property.
fn at<'s>(shapes: &mut Shapes<'s>, path: &[Key]) -> Option<Node<'s>> {
    let mut node = shapes.root();
    for key in path {
        let Key::Name(name) = key else { return None };
        (_, node) = *shapes.of(node).properties.get(name)?;
    }
    Some(node)
}

/// What templates handle and the schema refuses.
pub(super) fn refused(
    shapes: &mut Shapes<'_>,
    values: &Values,
    places: &[Place<'_>],
) -> Vec<Refused> {
    let mut below = Vec::new();
    let mut handled: BTreeMap<ValuesPath, Handled> = BTreeMap::new();
    // The places of templates that read a key of one value that may have it: they serve that one, and
    // others whose kind they ask for before.
    let mut serving = BTreeSet::new();
    for place in places.iter().take(PLACES_MAX) {
        for path in expanded(values, &place.read.path) {
            match below_scalar(shapes, &path, place) {
                Some(it) => below.push(it),
                None => _ = serving.insert((place.read.file, place.read.span)),
            }
            handled.entry(path).or_default().add(place);
        }
    }
    let mut found: BTreeMap<ValuesPath, Refused> = BTreeMap::new();
    for it in below.into_iter().filter(|it| !serving.contains(&it.read)) {
        found.entry(it.path.clone()).or_insert(it);
    }
    let shared = served(shapes, &handled);
    for (path, handled) in &handled {
        if let Some(it) = of_kind(shapes, path, handled).filter(|it| !shared.contains(&it.read)) {
            found.entry(it.path.clone()).or_insert(it);
        }
    }
    let mut found: Vec<_> = found.into_values().collect();
    found.extend(int_or_string(shapes, &handled));
    found
}

impl Handled {
    fn add(&mut self, place: &Place<'_>) {
        let here = (place.read.file, place.read.span);
        if let Some(class) = asked(place) {
            self.asked.entry(class).or_insert(here);
        }
        match place.read.how {
            How::Whole | How::Iterated => _ = self.whole.get_or_insert(here),
            How::Printed | How::Tpl if is_field(place) => _ = self.field.get_or_insert(here),
            How::Printed | How::Tpl => self.elsewhere = true,
            How::Tested | How::Passed => {}
        }
    }
}

/// The paths that a read stands for: computed steps are the declared keys.
fn expanded(values: &Values, steps: &[Step]) -> Vec<ValuesPath> {
    let names = |steps: &[Step]| -> Vec<Option<String>> {
        let name = |step: &Step| match step {
            Step::Key(name) => Some(name.to_string()),
            Step::Any => None,
        };
        steps.iter().map(name).collect()
    };
    let steps = names(steps);
    if steps.iter().all(Option::is_some) {
        return vec![ValuesPath::of(steps.iter().flatten().map(String::as_str))];
    }
    let found = values.under(&steps);
    let keys = found.iter().take(EXPANDED_MAX).filter_map(|at| values.keys.get(*at));
    keys.filter(|key| key.path.0.len() == steps.len()).map(|key| key.path.clone()).collect()
}

/// A template reads a key of what may only be a text, number or boolean.
fn below_scalar(shapes: &mut Shapes<'_>, path: &ValuesPath, place: &Place<'_>) -> Option<Refused> {
    if place.read.how == How::Tested || place.read.several {
        return None;
    }
    let (_, above) = path.0.split_last()?;
    let admitted = admitted(at(shapes, above)?).filter(Admitted::is_scalar)?;
    let above = ValuesPath(above.to_vec());
    let message = format!(
        "the schema admits only {} at `{above}`, though a template reads `{path}`",
        admitted.written()
    );
    let read = (place.read.file, place.read.span);
    Some(Refused { path: above, span: admitted.span, message, read, narrow: false })
}

/// The places of templates that handle several values, of which the schema lets one be what they ask
/// for: for that one they ask, and not for the others.
fn served(
    shapes: &mut Shapes<'_>,
    handled: &BTreeMap<ValuesPath, Handled>,
) -> BTreeSet<(usize, Span)> {
    let mut served = BTreeSet::new();
    for (path, handled) in handled {
        let asked = handled.asked.get(&Class::Collection).into_iter().chain(&handled.whole);
        let scalar = at(shapes, &path.0).and_then(admitted).is_some_and(|it| it.is_scalar());
        served.extend(asked.filter(|_| !scalar));
    }
    served
}

/// A template asks whether a text is a mapping or a list, or writes as such what is no text. The other way
/// round it is mostly what was a text once.
fn of_kind(shapes: &mut Shapes<'_>, path: &ValuesPath, handled: &Handled) -> Option<Refused> {
    let text = handled.asked.contains_key(&Class::Text);
    let asked = handled.asked.get(&Class::Collection);
    let read = asked.or(handled.whole.as_ref().filter(|_| text))?;
    let admitted = admitted(at(shapes, &path.0)?).filter(Admitted::is_scalar)?;
    let message = format!(
        "the schema admits only {} at `{path}`, though a template handles mappings or lists, too",
        admitted.written()
    );
    Some(Refused { path: path.clone(), span: admitted.span, message, read: *read, narrow: false })
}

/// Values that only become fields of Kubernetes that take texts, of which the schema admits none.
fn int_or_string(
    shapes: &mut Shapes<'_>,
    handled: &BTreeMap<ValuesPath, Handled>,
) -> Option<Refused> {
    let number =
        |it: &Admitted| it.is_scalar() && it.has(&["integer", "number"]) && !it.has(&["string"]);
    let narrow = handled.iter().filter(|(_, it)| !it.elsewhere).filter_map(|(path, it)| {
        let (read, last) = (it.field?, path.0.last()?);
        let (_, takes) = INT_OR_STRING.iter().find(|(name, _)| last.is(name))?;
        let admitted = admitted(at(shapes, &path.0)?).filter(number)?;
        Some((path, admitted.span, *takes, read))
    });
    let mut narrow = narrow.collect::<Vec<_>>().into_iter();
    let (path, span, takes, read) = narrow.next()?;
    let mut shown = format!("`{path}`");
    let mut takes = BTreeSet::from([takes]);
    let mut count = 1;
    for (path, _, other, _) in narrow {
        count += 1;
        takes.insert(other);
        if count <= SHOWN {
            shown = format!("{shown}, `{path}`");
        }
    }
    let more = if count > SHOWN { format!(" and {} more", count - SHOWN) } else { String::new() };
    let takes = takes.into_iter().collect::<Vec<_>>().join(" and ");
    let message = format!(
        "the schema admits only numbers at {shown}{more}, where Kubernetes takes {takes}, too"
    );
    Some(Refused { path: path.clone(), span, message, read, narrow: true })
}

/// Whether a read is the whole value of a field that takes a number or a text.
fn is_field(place: &Place<'_>) -> bool {
    let calculated = |text: &str| {
        const NUMBERS: &[&str] = &["add", "atoi", "div", "float64", "int", "int64", "mul", "sub"];
        text.split(|c: char| !c.is_alphanumeric()).any(|word| NUMBERS.contains(&word))
    };
    let span = place.read.span.range();
    let field = || {
        let before = place.text.get(..span.start)?;
        let line = before.get(before.rfind('\n').map_or(0, |at| at + 1)..)?;
        let (key, action) = line.split_once("{{")?;
        let key = key.trim().trim_start_matches("- ").strip_suffix(':')?;
        let after = place.text.get(span.end..)?.lines().next().unwrap_or_default();
        let known = INT_OR_STRING.iter().any(|(name, _)| *name == key);
        Some(known && !calculated(action) && !calculated(after) && !action.contains("}}"))
    };
    field().unwrap_or_default()
}

/// The kind that a read's place asks for: `kindIs "map" .x`, `eq (typeOf .x) "string"`,
/// `$type := typeOf .x` with `eq $type "string"` after it. Not where other kinds make the chart fail.
fn asked(place: &Place<'_>) -> Option<Class> {
    let span = place.read.span.range();
    let start = span.start.saturating_sub(AROUND);
    let start = (start..=span.start).find(|at| place.text.is_char_boundary(*at))?;
    let before = place.text.get(start..span.start)?.trim_end();
    let after = place.text.get(span.end..)?.trim_start();
    let fails = |rest: &str| {
        let end = (0..=FAILS_WITHIN.min(rest.len())).rev().find(|at| rest.is_char_boundary(*at));
        end.and_then(|end| rest.get(..end)).is_some_and(|rest| rest.contains("fail "))
    };
    let class = match (question(before), after.strip_prefix('|').map(str::trim_start)) {
        (Some(Question::Is(class)), _) => Some(class),
        (Some(Question::Kind(head)), _) => compared(head, after),
        (None, Some(rest)) => piped(rest),
        (None, None) => None,
    };
    class.filter(|_| !fails(after))
}

enum Question<'t> {
    /// Whether it is of a kind.
    Is(Class),
    /// Which kind it is of; with what stands before the question.
    Kind(&'t str),
}

/// A question that ends where the value begins.
fn question(before: &str) -> Option<Question<'_>> {
    let kind = ["typeOf", "kindOf"].into_iter().find_map(|name| before.strip_suffix(name));
    if let Some(head) = kind {
        return Some(Question::Kind(head));
    }
    let (head, name) = before.strip_suffix('"')?.rsplit_once('"')?;
    let head = head.trim_end();
    let asks = ["kindIs", "typeIs", "typeIsLike"].into_iter().any(|name| head.ends_with(name));
    asks.then(|| class(name).map(Question::Is))?
}

/// What the answer of `typeOf` is compared with.
fn compared(head: &str, after: &str) -> Option<Class> {
    let quoted = |text: &str| class(text.trim_start().strip_prefix('"')?.split('"').next()?);
    if head.ends_with('(') {
        return quoted(after.strip_prefix(')')?);
    }
    let variable = head.trim_end().strip_suffix(":=").or(head.trim_end().strip_suffix('='))?;
    let variable = variable.split_whitespace().last().filter(|name| name.starts_with('$'))?;
    let mut uses = after.match_indices(variable).map(|(at, _)| at + variable.len());
    uses.find_map(|end| quoted(after.get(end..)?))
}

fn piped(rest: &str) -> Option<Class> {
    let asks = ["kindIs", "typeIs", "typeIsLike"].into_iter().find_map(|it| rest.strip_prefix(it));
    class(asks?.trim_start().strip_prefix('"')?.split('"').next()?)
}

fn class(name: &str) -> Option<Class> {
    match name {
        "string" => Some(Class::Text),
        "map" | "slice" | "map[string]interface {}" | "[]interface {}" => Some(Class::Collection),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked_of(text: &str) -> Option<Class> {
        let start = text.find(".x").unwrap();
        let read = Read {
            member: 0,
            path: vec![Step::Key("x".into())],
            file: 0,
            span: Span::new(start, start + 2),
            how: How::Printed,
            guarded: false,
            chained: 1,
            certain: true,
            several: false,
            instead: crate::template::flow::Instead::Nothing,
            within: None,
        };
        asked(&Place { read: &read, text })
    }

    #[test]
    fn questions_are_read() {
        for text in [
            r#"{{ if kindIs "string" .x }}"#,
            r#"{{ if eq (typeOf .x) "string" }}"#,
            r#"{{ $type := typeOf .x }}{{ if eq $type "string" }}"#,
            r#"{{ if .x | typeIs "string" }}"#,
        ] {
            assert_eq!(asked_of(text), Some(Class::Text), "{text}");
        }
        for text in [r#"{{ if kindIs "map" .x }}"#, r#"{{ if typeIs "[]interface {}" .x }}"#] {
            assert_eq!(asked_of(text), Some(Class::Collection), "{text}");
        }
        for text in [
            r#"{{ if kindIs "invalid" .x }}"#,
            r#"{{ if not (kindIs "map" .x) }}{{ fail "no map" }}"#,
            r"{{ typeOf .x }}",
            r"{{ .x }}",
        ] {
            assert_eq!(asked_of(text), None, "{text}");
        }
    }
}
