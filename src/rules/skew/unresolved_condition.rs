//! `skew/unresolved-condition`

use crate::{
    catalog::{Chart, Dependency, YamlFile},
    rule::{ChartContext, Rule, Sink},
    text::Text,
    yaml::{self, Kind, Node},
};

/// A dependency that a value was meant to switch, and that none does.
pub(crate) struct UnresolvedCondition;

impl Rule for UnresolvedCondition {
    fn dependency(&self, it: &Dependency, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
        let condition = it.condition.as_ref().filter(|text| !text.value.trim().is_empty());
        match condition {
            Some(condition) => {
                let Some(why) = unresolved(it, &condition.value, chart, cx) else { return };
                let name = it.effective_name();
                let message =
                    format!("condition `{}` of `{name}` {}", condition.value.trim(), why.reason);
                out.at(it.place(condition.span), message)
                    .subject(it.name.value.clone())
                    .help(why.help);
            }
            None => missing(it, chart, cx, out),
        }
    }
}

struct Unresolved {
    reason: String,
    help: String,
}

/// What is known of one path of a condition.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// A boolean, or something that can't be ruled out.
    Fine,
    /// Declared, and of a type that Helm passes over.
    Type(Kind),
    /// Declared nowhere.
    Absent,
}

/// Why none of the paths of a condition decides. Elements after a comma keep their blanks in Helm; that
/// is another rule's, and they are judged as they were meant.
fn unresolved(
    it: &Dependency,
    condition: &str,
    chart: &Chart,
    cx: &ChartContext<'_>,
) -> Option<Unresolved> {
    if let Some(outside) = outside(it, chart) {
        return Some(outside);
    }
    let states: Vec<_> = condition
        .split(',')
        .map(str::trim)
        .filter(|path| !path.is_empty())
        .map(|path| (path, state(path, it, chart, cx)))
        .collect();
    if states.iter().any(|(_, state)| *state == State::Fine) {
        return None;
    }
    let wrong = states.iter().find_map(|(path, state)| match state {
        State::Type(kind) => Some((path, *kind)),
        _ => None,
    });
    if let Some((path, kind)) = wrong {
        return Some(Unresolved {
            reason: format!("is passed over: `{path}` is {}, not a boolean", kind.noun()),
            help: format!("make `{path}` `true` or `false`, without quotes"),
        });
    }
    let (path, _) = states.first()?;
    let name = it.effective_name();
    let switch = path.rsplit('.').next().unwrap_or("enabled");
    let own = chart.values.as_deref().and_then(|values| lookup(values, &[name, switch]));
    Some(Unresolved {
        reason: "names a value that nothing declares: the dependency is always installed"
            .to_owned(),
        help: match own {
            Some(_) => format!("write the path that the values have, `{name}.{switch}`"),
            None => format!(
                "declare `{path}` in values.yaml, `true` or `false`, or leave the condition out"
            ),
        },
    })
}

/// Nothing stands under an alias where the chart that lies there is outside of the constraint: Helm takes it
/// for one that nobody listed.
fn outside(it: &Dependency, chart: &Chart) -> Option<Unresolved> {
    let (alias, name) = (it.effective_name(), &it.name.value);
    if alias == name || chart.admitted(it).is_some() {
        return None;
    }
    let found = chart.unlisted().find(|subchart| subchart.chart.name() == name)?;
    let (version, kind) = (&found.chart.id.version, found.chart.is_library());
    let range = it.version.as_ref().map_or("", |range| range.value.trim());
    (!kind).then(|| Unresolved {
        reason: format!(
            "switches nothing: `{name}` {version} under charts/ is outside of `{range}`, so it is always \
             installed, as `{name}`"
        ),
        help: format!("put a `{name}` of `{range}` there, or make `version` admit {version}"),
    })
}

/// Helm looks a path up in the chart's values with those of its dependencies under their names.
fn state(path: &str, it: &Dependency, chart: &Chart, cx: &ChartContext<'_>) -> State {
    let keys: Vec<&str> = path.split('.').collect();
    // What holds this chart, or who installs it, sets global values.
    let first = keys.first().copied().unwrap_or_default();
    if first == "global" || first.is_empty() {
        return State::Fine;
    }
    if let Some(node) = chart.values.as_deref().and_then(|values| lookup(values, &keys)) {
        return typed(node);
    }
    if is_declared_elsewhere(path, &keys, chart, cx) {
        return State::Fine;
    }
    let named: Vec<&Dependency> =
        chart.dependencies.iter().filter(|other| other.effective_name() == first).collect();
    if named.is_empty() {
        return if is_held(chart) { State::Fine } else { State::Absent };
    }
    // The dependency's own defaults count too, as far as its files are here.
    if named.iter().any(|dependency| chart.subchart(dependency).is_none()) {
        return State::Fine;
    }
    let below = keys.get(1..).unwrap_or_default();
    let found = chart
        .subcharts_as(first)
        .filter_map(|subchart| subchart.chart.values.as_deref())
        .find_map(|values| lookup(values, below));
    match found {
        Some(node) => typed(node),
        // An undeclared switch under the dependency's own name can still be set by whoever installs it.
        None if first == it.effective_name() => State::Fine,
        None => State::Absent,
    }
}

/// Whether the chart lies under another one's charts/, whose values reach it.
fn is_held(chart: &Chart) -> bool {
    chart.parent.is_some()
}

fn lookup<'f>(values: &'f YamlFile, keys: &[&str]) -> Option<Node<'f>> {
    // Several documents are merged, later ones win.
    let found: Vec<_> = values.stream.documents().filter_map(|root| root.at(keys)).collect();
    found.last().copied()
}

fn typed(node: Node<'_>) -> State {
    match node.kind() {
        // `enabled:` without a value is the idiom for a switch that has no default.
        Kind::Bool | Kind::Null => State::Fine,
        kind => State::Type(kind),
    }
}

/// Whether a switch is known without a default in values.yaml: a template reads it, the schema or a comment
/// names it, or another file of values beside it has it.
fn is_declared_elsewhere(path: &str, keys: &[&str], chart: &Chart, cx: &ChartContext<'_>) -> bool {
    reads(chart, keys)
        || schema_has(keys, chart)
        || comments_name(path, keys, chart)
        || other_values_have(keys, chart, cx)
}

fn schema_has(keys: &[&str], chart: &Chart) -> bool {
    let root = chart.schema.as_deref().and_then(YamlFile::root);
    keys.iter()
        .try_fold(root, |node, key| Some(Some(node?.at(&["properties", key])?)))
        .flatten()
        .is_some()
}

fn comments_name(path: &str, keys: &[&str], chart: &Chart) -> bool {
    let comments =
        chart.values.as_deref().map(|values| values.stream.comments()).unwrap_or_default();
    let named = |text: &str| comments.iter().any(|comment| comment.text.contains(text));
    named(path) || keys.iter().all(|key| named(&format!("{key}:")))
}

/// Files of values that installers choose from lie beside values.yaml: `values-production.yaml`. One that
/// can't be read may have anything.
fn other_values_have(keys: &[&str], chart: &Chart, cx: &ChartContext<'_>) -> bool {
    let beside = |local: &&String| {
        let yaml = local.rsplit_once('.').is_some_and(|(_, end)| matches!(end, "yaml" | "yml"));
        yaml && !local.contains('/') && local.contains("values") && *local != "values.yaml"
    };
    chart.folder_listing.iter().filter(beside).any(|local| {
        let path = match chart.folder.as_str() {
            "" => local.clone(),
            folder => format!("{folder}/{local}"),
        };
        let Ok(content) = cx.source.read(&path) else { return true };
        let text = Text::new(String::from_utf8_lossy(&content).into_owned());
        let stream = yaml::parse(text);
        stream.error().is_some() || stream.documents().any(|root| root.at(keys).is_some())
    })
}

/// A dependency without a condition although the values have a switch for it.
fn missing(it: &Dependency, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
    let name = it.effective_name();
    let switch = chart.values.as_deref().and_then(|values| lookup(values, &[name, "enabled"]));
    let Some(default) = switch.and_then(Node::as_bool) else { return };
    let Some(values) = chart.values.as_deref() else { return };
    let told = || switch.is_some_and(|node| says_no_difference(values, node));
    if !it.tags.is_empty() || subchart_reads(it, chart, cx) || told() {
        return;
    }
    let place = switch.map(|node| values.place(node.span()));
    let message = format!(
        "`{name}` has no condition although values.yaml has `{name}.enabled: {default}`: it is always installed"
    );
    let draft = out
        .at(it.place(it.name.span), message)
        .subject(it.name.value.clone())
        .help(format!("add `condition: {name}.enabled` to the dependency"));
    if let Some(place) = place {
        draft.also(place, "the switch");
    }
}

/// Whether the comment at a switch says that it makes no difference: nobody is misled.
fn says_no_difference(values: &YamlFile, switch: Node<'_>) -> bool {
    let text = values.stream.text().as_str();
    let (before, after) = text.split_at_checked(switch.span().start as usize).unwrap_or((text, ""));
    let mut above = before.lines().rev();
    let own = above.next().unwrap_or_default();
    let is_comment = |line: &&str| line.trim_start().starts_with('#');
    let mut lines: Vec<&str> = above.take_while(is_comment).collect();
    lines.reverse();
    let beside = after.lines().next().and_then(|line| line.split_once(" #"));
    lines.extend(beside.map(|(_, comment)| comment));
    let words = lines.iter().flat_map(|line| line.split_whitespace());
    let words = words.map(|word| word.trim_matches(['#', '.', ',', ':', ';', '(', ')', '`', '*']));
    let said = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ").to_lowercase();
    own.contains(':') && NO_DIFFERENCE.iter().any(|phrase| said.contains(phrase))
}

/// What comments say of a switch that switches nothing.
const NO_DIFFERENCE: [&str; 10] = [
    "no difference",
    "not make a difference",
    "not make any difference",
    "n't make a difference",
    "n't make any difference",
    "no effect",
    "not have any effect",
    "n't have any effect",
    "always installed",
    "always deployed",
];

/// The chart that stands for a dependency and lies elsewhere in the audited tree, as with `file://`.
fn neighbour<'c>(it: &Dependency, chart: &Chart, cx: &ChartContext<'c>) -> Option<&'c Chart> {
    let closure = cx.analysis.closure;
    let parents: Vec<usize> = cx.analysis.members_of(chart).collect();
    let mut members = closure.members.iter();
    let member = members.find(|member| {
        let here = member.parent.is_some_and(|parent| parents.contains(&parent));
        here && member.name == it.effective_name()
    });
    member.map(|member| member.chart)
}

/// Whether the key may be the dependency's own, or the dependency renders nothing anyway.
fn subchart_reads(it: &Dependency, chart: &Chart, cx: &ChartContext<'_>) -> bool {
    let vendored = chart.subchart(it).map(|subchart| &subchart.chart);
    let Some(subchart) = vendored.or_else(|| neighbour(it, chart, cx)) else { return false };
    let declares =
        subchart.values.as_deref().is_some_and(|values| lookup(values, &["enabled"]).is_some());
    subchart.is_library() || declares || reads(subchart, &["enabled"])
}

/// Whether a template of the chart reads a path of values.
fn reads(chart: &Chart, keys: &[&str]) -> bool {
    chart.templates.iter().any(|file| {
        file.template.values_chains().iter().any(|chain| {
            let names = chain.names.iter().skip(1).map(|(name, _)| *name);
            names.eq(keys.iter().copied())
        })
    })
}
