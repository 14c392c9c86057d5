//! `skew/unresolved-condition`

use crate::{
    catalog::{Chart, Dependency, Subchart, YamlFile},
    rule::{ChartContext, Rule, Sink},
    template::{Element, Node as Piece},
    yaml::{Kind, Node},
};

/// A dependency that a value was meant to switch, and that none does.
pub(crate) struct UnresolvedCondition;

impl Rule for UnresolvedCondition {
    fn dependency(&self, it: &Dependency, chart: &Chart, _: &ChartContext<'_>, out: &mut Sink) {
        let condition = it.condition.as_ref().filter(|text| !text.value.trim().is_empty());
        match condition {
            Some(condition) => {
                let Some(why) = unresolved(it, &condition.value, chart) else { return };
                let name = it.effective_name();
                let message =
                    format!("condition `{}` of `{name}` {}", condition.value.trim(), why.reason);
                out.at(it.place(condition.span), message)
                    .subject(it.name.value.clone())
                    .help(why.help);
            }
            None => missing(it, chart, out),
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
fn unresolved(it: &Dependency, condition: &str, chart: &Chart) -> Option<Unresolved> {
    let states: Vec<_> = condition
        .split(',')
        .map(str::trim)
        .filter(|path| !path.is_empty())
        .map(|path| (path, state(path, it, chart)))
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
    let own = format!("{}.{}", it.effective_name(), path.rsplit('.').next().unwrap_or("enabled"));
    Some(Unresolved {
        reason: "names a value that nothing declares: the dependency is always installed".to_owned(),
        help: format!("write the path that the values have (`{own}`?), or declare `{path}` in values.yaml"),
    })
}

/// Helm looks a path up in the chart's values with those of its dependencies under their names.
fn state(path: &str, it: &Dependency, chart: &Chart) -> State {
    let keys: Vec<&str> = path.split('.').collect();
    // What holds this chart, or who installs it, sets global values.
    let first = keys.first().copied().unwrap_or_default();
    if first == "global" || first.is_empty() {
        return State::Fine;
    }
    if let Some(node) = chart.values.as_deref().and_then(|values| lookup(values, &keys)) {
        return typed(node);
    }
    if is_declared_elsewhere(path, &keys, chart) {
        return State::Fine;
    }
    let named: Vec<&Dependency> =
        chart.dependencies.iter().filter(|other| other.effective_name() == first).collect();
    if named.is_empty() {
        return if is_held(chart) { State::Fine } else { State::Absent };
    }
    // The dependency's own defaults count too, as far as its files are here.
    let subcharts: Option<Vec<&Subchart>> =
        named.iter().map(|dependency| chart.subchart(dependency)).collect();
    let Some(subcharts) = subcharts else { return State::Fine };
    let below = keys.get(1..).unwrap_or_default();
    let found = subcharts
        .iter()
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

/// Whether a switch is documented without a default: in the schema, a comment of values.yaml, or
/// another file of values beside it.
fn is_declared_elsewhere(path: &str, keys: &[&str], chart: &Chart) -> bool {
    let schema = chart.schema.as_deref().and_then(YamlFile::root);
    let property = keys.iter().try_fold(schema, |node, key| {
        node.map(|node| node.at(&["properties", key])).filter(Option::is_some)
    });
    let last = keys.last().copied().unwrap_or_default();
    let first = keys.first().copied().unwrap_or_default();
    let comments = chart.values.as_deref().map(|values| values.stream.comments()).unwrap_or_default();
    let text: String = comments.iter().map(|comment| comment.text.as_str()).collect::<Vec<_>>().join("\n");
    property.flatten().is_some()
        || text.contains(path)
        || (text.contains(&format!("{first}:")) && text.contains(&format!("{last}:")))
        || other_values_hold(chart)
}

/// Other files of values beside values.yaml may hold the switch; they are not loaded.
fn other_values_hold(_: &Chart) -> bool {
    false
}

/// A dependency without a condition although the values have a switch for it.
fn missing(it: &Dependency, chart: &Chart, out: &mut Sink) {
    let name = it.effective_name();
    let switch = chart.values.as_deref().and_then(|values| lookup(values, &[name, "enabled"]));
    let Some(default) = switch.and_then(Node::as_bool) else { return };
    if !it.tags.is_empty() || subchart_reads(it, chart) || !is_switch(name, chart) {
        return;
    }
    let Some(values) = chart.values.as_deref() else { return };
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

/// Whether the key may be the dependency's own, or the dependency renders nothing anyway.
fn subchart_reads(it: &Dependency, chart: &Chart) -> bool {
    let Some(subchart) = chart.subchart(it).map(|subchart| &subchart.chart) else { return false };
    let declares =
        subchart.values.as_deref().is_some_and(|values| lookup(values, &["enabled"]).is_some());
    subchart.is_library() || declares || reads(subchart, &["enabled"])
}

/// Whether the chart itself takes the key for the dependency's switch: an `if` of its templates asks for
/// it, or the dependency's files are here and know no such key.
fn is_switch(name: &str, chart: &Chart) -> bool {
    let here = chart
        .dependencies
        .iter()
        .filter(|it| it.effective_name() == name)
        .any(|it| chart.subchart(it).is_some());
    here || asks(chart, &[name, "enabled"])
}

fn reads(chart: &Chart, keys: &[&str]) -> bool {
    chart.templates.iter().any(|file| {
        file.template.values_chains().iter().any(|chain| {
            let names = chain.names.iter().skip(1).map(|(name, _)| *name);
            names.eq(keys.iter().copied())
        })
    })
}

/// Whether the condition of an `if` in the chart's templates reads a path of values.
fn asks(chart: &Chart, keys: &[&str]) -> bool {
    let path = format!(".Values.{}", keys.join("."));
    chart.templates.iter().any(|file| {
        let mut found = false;
        file.template.walk(|element| {
            if let Element::Node(Piece::If(branch)) = element {
                found |= branch.arms.iter().any(|arm| contains(file.template.slice(arm.pipe.span), &path));
            }
        });
        found
    })
}

/// Whether a pipeline's text holds a path and not a longer one.
fn contains(text: &str, path: &str) -> bool {
    text.match_indices(path).any(|(at, _)| {
        let next = text.get(at + path.len()..).and_then(|rest| rest.chars().next());
        next.is_none_or(|c| !(c.is_alphanumeric() || c == '_' || c == '.'))
    })
}

#[cfg(test)]
mod tests {
    use super::contains;

    #[test]
    fn a_longer_path_is_another_one() {
        assert!(contains("and .Values.redis.enabled .Values.x", ".Values.redis.enabled"));
        assert!(contains("$.Values.redis.enabled", ".Values.redis.enabled"));
        assert!(!contains(".Values.redis.enabledX", ".Values.redis.enabled"));
        assert!(!contains(".Values.redis.enabled.x", ".Values.redis.enabled"));
    }
}
