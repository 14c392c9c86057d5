//! Whether a README's default is that of values.yaml.

use crate::{
    catalog::reference::Default,
    text::Text,
    yaml::{self, Kind, Node},
};

/// How deep collections are compared; deeper ones count as equal.
const DEPTH_MAX: usize = 32;
/// How many values of a mapping are compared with what people write for it.
const LEAVES_MAX: usize = 200;

/// What a row says.
pub(super) struct Said {
    pub(super) default: Default,
    /// Whether a generator wrote the row.
    pub(super) generated: bool,
    /// Whether other rows tell what lies under the key.
    pub(super) apart: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Agrees,
    Differs,
    /// The row tells the default in words, or not at all.
    Unclear,
}

/// Compares a row with the value.
pub(super) fn judge(said: &Said, node: Node<'_>) -> Verdict {
    let default = &said.default;
    let mut verdicts: Vec<_> = default.texts.iter().map(|text| one(text, said, node)).collect();
    if default.code && default.texts.len() > 1 {
        // A value in pieces, each in code, or one of several.
        verdicts.push(one(&default.texts.join(""), said, node));
    }
    let words = default.beside.chars().any(char::is_alphabetic);
    let collection = matches!(node.kind(), Kind::Mapping | Kind::Sequence);
    if verdicts.contains(&Verdict::Agrees) {
        return Verdict::Agrees;
    }
    // A person writes what becomes of the template.
    if !said.generated && is_templated(node, 0) {
        return Verdict::Unclear;
    }
    let alone =
        default.texts.len() == 1 && !(words && (said.generated || collection || is_empty(node)));
    match verdicts.first() {
        Some(Verdict::Differs) if alone => Verdict::Differs,
        _ => Verdict::Unclear,
    }
}

/// Whether a value, or one in it, is a template.
fn is_templated(node: Node<'_>, depth: usize) -> bool {
    let below = || node.entries().map(|entry| entry.value).chain(node.items());
    node.raw().contains("{{")
        || (depth < DEPTH_MAX && below().any(|node| is_templated(node, depth + 1)))
}

fn one(text: &str, said: &Said, node: Node<'_>) -> Verdict {
    let text = text.trim();
    let same = match node.kind() {
        Kind::Mapping | Kind::Sequence => false,
        _ => is_scalar(text, node),
    };
    let blank = is_blank(text);
    if is_other_kind(text, node) {
        return Verdict::Differs;
    }
    if same || (is_empty(node) && (blank || text.is_empty() || is_absence(text))) {
        return Verdict::Agrees;
    }
    if text.is_empty() || text == "\"\"" && said.generated && node.is_null() {
        return Verdict::Unclear;
    }
    if node.kind() == Kind::Sequence && is_set_list(text, node) {
        return Verdict::Agrees;
    }
    let parsed = parse(text);
    let other = parsed.as_ref().and_then(yaml::Stream::root);
    if other.is_some_and(|other| equal(node, other, 0)) {
        return Verdict::Agrees;
    }
    if is_in_words(text, said) {
        return Verdict::Unclear;
    }
    // A text of several lines has no place in a cell.
    let untold = is_hollow(node, 0) || is_placeholder(node.raw()) || node.raw().contains('\n');
    if blank && !said.generated && untold {
        return Verdict::Unclear;
    }
    if blank {
        let told_apart = said.apart && node.kind() == Kind::Mapping;
        let off = matches!(node.kind(), Kind::Bool) && !said.generated;
        return if told_apart || off { Verdict::Unclear } else { Verdict::Differs };
    }
    let loose = || has_unit(text, node) || tells_all(text, node);
    if !said.generated && (other.is_some_and(|other| is_short_for(other, node)) || loose()) {
        return Verdict::Unclear;
    }
    let whole = other.is_some_and(|other| !other.is_empty());
    let collection = matches!(node.kind(), Kind::Mapping | Kind::Sequence);
    match (collection, whole) {
        // A collection against a scalar: people write what an item is like.
        (true, false) | (false, true) => unless(said.generated),
        (true, true) => unless(said.generated || !said.apart),
        (false, false) => scalars(text, said, node),
    }
}

fn unless(differs: bool) -> Verdict {
    if differs { Verdict::Differs } else { Verdict::Unclear }
}

/// Two scalars that are not equal.
fn scalars(text: &str, said: &Said, node: Node<'_>) -> Verdict {
    let actual = node.raw();
    let tail = |long: &str, short: &str| {
        short.len() > 2 && long.strip_suffix(short).is_some_and(|head| head.ends_with(['/', ':']))
    };
    let bare = bare(text);
    let part = tail(bare, actual) || tail(actual, bare);
    let several = actual.contains('\n') && !said.generated;
    if (part && !said.generated) || several {
        return Verdict::Unclear;
    }
    Verdict::Differs
}

/// Whether a text is a list as `--set` takes it, `{a,b}`, of the same items.
fn is_set_list(text: &str, node: Node<'_>) -> bool {
    let inner = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
    inner.is_some_and(|inner| {
        let mut pairs = inner.split(',').map(str::trim).zip(node.items());
        inner.split(',').count() == node.len() && pairs.all(|(text, item)| is_scalar(text, item))
    })
}

/// Whether a text is a scalar as it is written, or as Go types it.
fn is_scalar(text: &str, node: Node<'_>) -> bool {
    let (bare, raw) = (bare(text), node.raw());
    let squash = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let typed = node.to_text().unwrap_or_default();
    let numbers = || Some((number(bare)?, node.as_f64()?));
    bare == raw
        || text == raw
        || bare == typed
        || (bare.contains('/') && bare.trim_end_matches('/') == raw.trim_end_matches('/'))
        || squash(&bare.replace("\\n", " ")) == squash(raw)
        || numbers().is_some_and(|(one, other)| close(one, other))
        || duration(bare).zip(duration(raw)).is_some_and(|(one, other)| close(one, other))
        || node.as_bool().is_some_and(|value| is_bool(bare, value))
        || [true, false].iter().any(|value| is_bool(bare, *value) && bare.eq_ignore_ascii_case(raw))
}

fn is_bool(text: &str, value: bool) -> bool {
    let words = if value { ["true", "yes", "on"] } else { ["false", "no", "off"] };
    words.contains(&text.to_ascii_lowercase().as_str())
}

fn number(text: &str) -> Option<f64> {
    let digits = text.bytes().next().is_some_and(|byte| byte.is_ascii_digit() || byte == b'-');
    text.replace('_', "").parse().ok().filter(|_| digits)
}

/// The units of Go's durations, in seconds; of those that begin alike the longer first.
const DURATIONS: [(&str, f64); 8] = [
    ("ns", 1e-9),
    ("us", 1e-6),
    ("µs", 1e-6),
    ("μs", 1e-6),
    ("ms", 1e-3),
    ("s", 1.0),
    ("m", 60.0),
    ("h", 3600.0),
];

/// The seconds of a duration as Go writes it, `1h05m`; each of its numbers has a unit.
fn duration(text: &str) -> Option<f64> {
    let mut rest = text;
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (count, after) = rest.split_at_checked(end)?;
        let count: f64 = count.parse().ok()?;
        let (unit, size) = DURATIONS.iter().find(|(unit, _)| after.starts_with(unit))?;
        seconds += count * size;
        rest = after.strip_prefix(unit)?;
    }
    (!text.is_empty()).then_some(seconds)
}

fn close(one: f64, other: f64) -> bool {
    (one - other).abs() <= one.abs().max(other.abs()) * 1e-9
}

/// What people quote values with.
const QUOTES: [char; 3] = ['"', '\'', '`'];

/// A text without quotes around it.
fn bare(text: &str) -> &str {
    let text = text.trim();
    let quoted = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    // A quote that people forgot to open or to close is none.
    let half = |quote: char| {
        let rest = text.strip_prefix(quote).or(text.strip_suffix(quote))?;
        (!rest.contains(quote)).then_some(rest)
    };
    let whole = QUOTES.into_iter().find_map(quoted);
    whole.or_else(|| QUOTES.into_iter().find_map(half)).unwrap_or(text)
}

/// Whether a value holds nothing.
pub(super) fn is_empty(node: Node<'_>) -> bool {
    match node.kind() {
        Kind::Null => true,
        Kind::String => node.raw().trim().is_empty(),
        Kind::Mapping | Kind::Sequence => node.is_empty(),
        _ => false,
    }
}

/// Whether a mapping holds nothing but what is empty or switched off: people write nothing for it.
// It ends at [`DEPTH_MAX`].
fn is_hollow(node: Node<'_>, depth: usize) -> bool {
    let off = is_empty(node) || node.as_bool() == Some(false);
    let mapping = node.kind() == Kind::Mapping && depth < DEPTH_MAX;
    off || mapping && node.entries().all(|entry| is_hollow(entry.value, depth + 1))
}

/// Whether a text stands for what people must fill in: `XXXX`, `-----<data>-----`.
fn is_placeholder(text: &str) -> bool {
    let crosses = text.len() > 2 && text.bytes().all(|byte| byte.eq_ignore_ascii_case(&b'x'));
    let angle = text.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    crosses
        || angle.is_some_and(|(name, _)| !name.is_empty() && !name.contains(char::is_whitespace))
}

/// Whether a text is a number with its unit, which a template writes after the number.
fn has_unit(text: &str, node: Node<'_>) -> bool {
    let digits = bare(text).trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%');
    digits.len() < bare(text).len()
        && number(digits).zip(node.as_f64()).is_some_and(|(a, b)| close(a, b))
}

/// Whether a text has all names and values of a mapping as words, however it is written.
fn tells_all(text: &str, node: Node<'_>) -> bool {
    let part = |c: char| c.is_alphanumeric() || "._-/%".contains(c);
    let words: std::collections::BTreeSet<_> = text.split(|c| !part(c)).collect();
    let mut found = Vec::new();
    leaves(node, "", &mut found, 0);
    let told = |(path, value): &(String, Node<'_>)| {
        let name = path.rsplit('.').next().unwrap_or_default();
        words.contains(name) && (is_empty(*value) || words.contains(value.raw()))
    };
    node.kind() == Kind::Mapping && found.len() <= LEAVES_MAX && found.iter().all(told)
}

/// Whether a mapping is written with the ends of the other's paths, or with dots in them: `cpu: 1` for
/// `limits: {cpu: 1}`.
fn is_short_for(said: Node<'_>, node: Node<'_>) -> bool {
    let (mut short, mut long) = (Vec::new(), Vec::new());
    leaves(said, "", &mut short, 0);
    leaves(node, "", &mut long, 0);
    let ends = |long: &str, short: &str| {
        long.strip_suffix(short).is_some_and(|head| head.is_empty() || head.ends_with('.'))
    };
    let held = |(path, value): &(String, Node<'_>)| {
        long.iter().any(|(other, node)| ends(other, path) && equal(*node, *value, 0))
    };
    let mapping = said.kind() == Kind::Mapping && node.kind() == Kind::Mapping;
    let other = mapping && said.entries().any(|entry| node.get(&entry.key).is_none());
    other && !short.is_empty() && long.len() <= LEAVES_MAX && short.iter().all(held)
}

/// The values under a mapping that are none, with their paths.
// It ends at [`DEPTH_MAX`].
fn leaves<'n>(node: Node<'n>, path: &str, found: &mut Vec<(String, Node<'n>)>, depth: usize) {
    if found.len() > LEAVES_MAX {
        return;
    }
    if node.kind() != Kind::Mapping || depth >= DEPTH_MAX {
        found.push((path.to_owned(), node));
        return;
    }
    for entry in node.entries() {
        let dot = if path.is_empty() { "" } else { "." };
        leaves(entry.value, &format!("{path}{dot}{}", entry.key), found, depth + 1);
    }
}

/// Whether a text is what people and generators write for nothing.
pub(super) fn is_blank(text: &str) -> bool {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    matches!(
        text.to_ascii_lowercase().as_str(),
        "nil"
            | "null"
            | "~"
            | "\"\""
            | "''"
            | "{}"
            | "[]"
            | "[{}]"
            | "\"{}\""
            | "\"[]\""
            | "\"nil\""
    )
}

/// An empty mapping for an empty sequence, or the other way round: who fills it in makes a mistake.
pub(super) fn is_other_kind(text: &str, node: Node<'_>) -> bool {
    let kind = if node.is_empty() { node.kind() } else { Kind::Null };
    matches!((text, kind), ("{}", Kind::Sequence) | ("[]", Kind::Mapping))
}

/// Whether a text says in a word that there is nothing.
fn is_absence(text: &str) -> bool {
    let text = text.trim_matches(['(', ')', '"', '\'', '_', '*', '.']).to_ascii_lowercase();
    matches!(
        text.as_str(),
        "" | "-"
            | "--"
            | "n/a"
            | "na"
            | "none"
            | "not set"
            | "unset"
            | "undefined"
            | "empty"
            | "no"
            | "false"
            | "unspecified"
            | "not defined"
            | "blank"
            | "optional"
            | "nothing"
            | "todo"
            | "0"
            | "nan"
            | "not specified"
            | "disabled"
    )
}

/// Whether a text tells the default in words, stands for it, or is cut.
fn is_in_words(text: &str, said: &Said) -> bool {
    let lower = text.to_ascii_lowercase();
    let marks = ["...", "…", "{{", "values.yaml", "appversion", "chart.version", "<", "_helpers"];
    let first = lower.split_whitespace().next().unwrap_or_default();
    let words = lower.split_whitespace().count();
    let kinds = [
        "array",
        "auto-generated",
        "autogenerated",
        "bool",
        "boolean",
        "dict",
        "default",
        "float",
        "int",
        "integer",
        "list",
        "map",
        "number",
        "object",
        "random",
        "required",
        "string",
        "generated",
        "true/false",
        "varies",
    ];
    let prose = !said.default.code && words > 1;
    // A tick says that a value must be given.
    let sign = !text.is_empty() && !text.is_ascii() && !text.chars().any(char::is_alphanumeric);
    let aside = lower.starts_with('(') && lower.ends_with(')');
    // helm-docs and the like put every default but those in words of its author into code.
    let authored = said.generated && !said.default.code;
    marks.iter().any(|mark| lower.contains(mark))
        || matches!(first, "see" | "same" | "random" | "computed" | "autogenerated" | "generated")
        || (words > 1 && matches!(first, "a" | "an" | "the" | "from"))
        || kinds.contains(&bare(&lower))
        || is_absence(text) && !is_blank(text) && !said.generated && !lower.contains(['0', 'f'])
        || prose
        || aside
        || sign
        || authored
}

pub(super) fn parse(text: &str) -> Option<yaml::Stream> {
    let json = yaml::parse_json(Text::new(text));
    if json.error().is_none() {
        return Some(json);
    }
    let stream = yaml::parse(Text::new(text));
    stream.error().is_none().then_some(stream)
}

/// Whether two values are equal, as far as READMEs can tell: nothing is nothing, numbers are numbers,
/// blanks don't count.
pub(super) fn equal(one: Node<'_>, other: Node<'_>, depth: usize) -> bool {
    if depth >= DEPTH_MAX || (is_empty(one) && is_empty(other)) {
        return true;
    }
    match (one.kind(), other.kind()) {
        (Kind::Mapping, Kind::Mapping) => {
            let same = |entry: yaml::Entry<'_>| {
                other.get(&entry.key).is_some_and(|value| equal(entry.value, value, depth + 1))
            };
            one.len() == other.len() && one.entries().all(same)
        }
        (Kind::Sequence, Kind::Sequence) => {
            let mut pairs = one.items().zip(other.items());
            one.len() == other.len() && pairs.all(|(one, other)| equal(one, other, depth + 1))
        }
        (Kind::Mapping | Kind::Sequence, _) | (_, Kind::Mapping | Kind::Sequence) => false,
        _ => is_scalar(other.raw(), one) || is_scalar(one.raw(), other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(cell: &str, value: &str, generated: bool) -> Verdict {
        let stream = yaml::parse(Text::new(format!("v: {value}")));
        let said = Said { default: Default::read(cell), generated, apart: false };
        judge(&said, stream.root().unwrap().get("v").unwrap())
    }

    #[test]
    fn spellings_agree() {
        for (cell, value) in [
            ("`\"a\"`", "a"),
            ("a", "'a'"),
            ("`1.0`", "1"),
            ("`nil`", ""),
            ("`\"\"`", ""),
            ("`{}`", ""),
            ("nil", "\"\""),
            ("None", "[]"),
            ("`True`", "true"),
            ("`{\"a\":[1,\"b\"]}`", "{a: [1.0, b]}"),
            ("`[a, b]`", "[a, b]"),
            ("`80` (http)", "80"),
            ("`a` or `b`", "b"),
            ("`\"a\\nb\"`", "\"a\\nb\""),
            ("`420`", "0644"),
            ("`0644`", "0644"),
            ("`false`", "\"\""),
            ("`\"yes\"`", "yes"),
            ("`a\\|b`", "a|b"),
            ("`-Xmx1G\"`", "-Xmx1G"),
            ("`{\"a\",\"b\"}`", "[a, b]"),
            ("`2m`", "120s"),
            ("`65s`", "1m05s"),
            ("`1.5h`", "\"90m\""),
        ] {
            assert_eq!(verdict(cell, value, true), Verdict::Agrees, "{cell} {value}");
            assert_eq!(verdict(cell, value, false), Verdict::Agrees, "{cell} {value}");
        }
    }

    #[test]
    fn other_values_differ() {
        for (cell, value) in [
            ("`1.2.3`", "1.2.4"),
            ("`true`", "false"),
            ("`\"a\"`", "b"),
            ("`[]`", "[a]"),
            ("`{\"a\":1}`", "{a: 2}"),
            ("`a`", "\"\""),
            ("`2m`", "120"),
            ("`2m`", "2h"),
        ] {
            assert_eq!(verdict(cell, value, true), Verdict::Differs, "{cell} {value}");
        }
        assert_eq!(verdict("9090", "8080", false), Verdict::Differs);
    }

    #[test]
    fn words_are_not_compared() {
        for (cell, value) in [
            ("see values.yaml", "{a: 1}"),
            ("See below", "a"),
            ("`{\"a\":...}`", "{a: 1}"),
            ("<name>", "a"),
            ("`{{ .Chart.AppVersion }}`", "\"\""),
            ("", "a"),
            ("the name of the release", "a"),
            ("(required)", "a"),
            ("`autogenerated`", "a"),
            ("`string`", "a"),
            ("`a` if `b`", "c"),
            ("`autogenerated by a job`", "a"),
        ] {
            assert_eq!(verdict(cell, value, false), Verdict::Unclear, "{cell} {value}");
        }
        for (cell, value) in [
            ("`{}`", "{enabled: false, labels: {}}"),
            ("`nil`", "{a: , b: {}}"),
            ("`\"\"`", "XXXXX"),
            ("`\"\"`", "\"a\\nb\""),
            ("`\"\"`", "a <data> b"),
            ("`cpu: 1`", "{limits: {cpu: 1}}"),
            ("`{http.up: false, tcp.up: false}`", "{http: {up: false}, tcp: {up: false}}"),
            ("`20s`", "20"),
            ("`requests: cpu 10m memory 32Mi`", "{cpu: 10m, memory: 32Mi}"),
            ("`✔`", "a"),
            ("includes `cpu: 1`", "{a: {cpu: 2}}"),
        ] {
            assert_eq!(verdict(cell, value, false), Verdict::Unclear, "{cell} {value}");
        }
        assert_eq!(verdict("`\"On\"`", "\"on\"", false), Verdict::Agrees);
        assert_eq!(verdict("`30s`", "20", false), Verdict::Differs);
        let deep = format!("{}1{}", "{a: ".repeat(60), "}".repeat(60));
        assert_eq!(verdict("`{b: 1}`", &deep, false), Verdict::Differs);
        assert_eq!(verdict("`{a: 1}`", "{a: 1, b: 2}", false), Verdict::Differs);
        assert_eq!(verdict("`cpu: 2`", "{limits: {cpu: 1}}", false), Verdict::Differs);
        assert_eq!(verdict("any words", "a", true), Verdict::Unclear);
        assert_eq!(verdict("`http`", "'{{ .Values.port }}'", false), Verdict::Unclear);
        assert_eq!(verdict("`http`", "'{{ .Values.port }}'", true), Verdict::Differs);
        assert_eq!(verdict("`gcr.io/a/b`", "a/b", false), Verdict::Unclear);
    }
}
