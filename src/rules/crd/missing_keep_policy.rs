//! `crd/missing-keep-policy`

use crate::{
    catalog::{Chart, Crd, Origin, TemplateFile},
    crd::{self, hook, switch},
    finding::Place,
    rule::{ChartContext, Rule, Sink},
    template::{Element, Node as Piece},
};

/// Definitions in templates that go with their release, and take all their objects along.
pub(crate) struct MissingKeepPolicy;

const ANNOTATION: &str = "helm.sh/resource-policy";

impl Rule for MissingKeepPolicy {
    fn chart(&self, chart: &Chart, _: &ChartContext<'_>, out: &mut Sink) {
        let own = |it: &&Crd| {
            it.object.owner.is_empty() && it.object.origin != Origin::CrdsFolder
        };
        let helped = is_written_elsewhere(chart);
        let lacking: Vec<_> = chart
            .crds
            .iter()
            .filter(own)
            .filter(|it| hook::of(it, chart).is_none() && !hook::may_be_dropped(it))
            .filter_map(|it| Some((it, lack(it, chart, helped)?)))
            .collect();
        let Some(((first, lack), rest)) = lacking.split_first() else { return };
        let draft = out.at(lack.place.clone(), message(first, rest.len(), lack)).help(help(lack));
        rest.iter().take(RELATED_MAX).fold(draft, |draft, (it, lack)| {
            draft.also(lack.place.clone(), format!("and `{}`", crd::label(it)))
        });
    }
}

/// How many more definitions are pointed at.
const RELATED_MAX: usize = 20;

/// How a definition lacks the policy.
struct Lack {
    place: Place,
    /// The condition around it that is off by default.
    switch: Option<String>,
}

fn lack(it: &Crd, chart: &Chart, helped: bool) -> Option<Lack> {
    let file = crd::template(it, chart)?;
    let Some(node) = it.object.annotation(ANNOTATION) else {
        // An action among the annotations may write what stands in a helper or in values.
        let unsure = helped || (names_policy(file) && has_action(it, file));
        return (!unsure).then(|| Lack { place: it.object.anchor(), switch: None });
    };
    let keeps = node.as_str().is_none_or(|text| text.trim().eq_ignore_ascii_case("keep"));
    let place = it.object.place(node.span());
    if !keeps {
        return Some(Lack { place, switch: None });
    }
    let switch = inner_conditions(it, file, node.span().start)
        .into_iter()
        .find(|condition| switch::is_off(condition, chart))?;
    Some(Lack { place, switch: Some(switch.to_owned()) })
}

/// Whether a partial, or the values, of the chart or of one that it can include have the annotation.
fn is_written_elsewhere(chart: &Chart) -> bool {
    let partial = |file: &&TemplateFile| {
        let name = file.file.local.rsplit('/').next().unwrap_or_default();
        name.starts_with('_') || !file.template.defines.is_empty()
    };
    let values = chart.values.as_deref().is_some_and(|file| {
        let text = file.stream.text().as_str();
        let code = |line: &str| !line.trim_start().starts_with('#');
        text.lines().any(|line| line.contains(ANNOTATION) && code(line))
    });
    values
        || chart.templates.iter().filter(partial).any(names_policy)
        || chart.subcharts.iter().any(|subchart| is_written_elsewhere(&subchart.chart))
}

fn names_policy(file: &TemplateFile) -> bool {
    file.file.text.as_str().contains(ANNOTATION)
}

/// Whether an action stands in the definition's metadata.
fn has_action(it: &Crd, file: &TemplateFile) -> bool {
    let Some(metadata) = it.object.at(&["metadata"]) else { return true };
    let span = metadata.span();
    let mut found = false;
    file.template.walk(|element| {
        if let Element::Node(Piece::Action(action)) = element {
            found |= span.start <= action.tag.span.start && action.tag.span.start < span.end;
        }
    });
    found
}

/// The conditions that begin within the definition and are around an offset.
fn inner_conditions<'f>(it: &Crd, file: &'f TemplateFile, at: u32) -> Vec<&'f str> {
    let start = it.object.node().map(|node| node.span().start).unwrap_or_default();
    let mut conditions = Vec::new();
    file.template.walk(|element| {
        let Element::Node(Piece::If(branch) | Piece::With(branch)) = element else { return };
        if start < branch.span.start && branch.span.start <= at && at < branch.span.end {
            let arm = branch.arms.first().filter(|_| branch.arms.len() == 1);
            conditions.extend(arm.map(|arm| file.template.slice(arm.pipe.span)));
        }
    });
    conditions
}

fn message(first: &Crd, more: usize, lack: &Lack) -> String {
    let name = crd::label(first);
    let (names, have) = match more {
        0 => (format!("`{name}` is"), "its"),
        1 => (format!("`{name}` and 1 more definition are"), "their"),
        _ => (format!("`{name}` and {more} more definitions are"), "their"),
    };
    let when = match &lack.switch {
        Some(switch) => format!(" unless `{}` is set", switch.trim_start_matches('$')),
        None => String::new(),
    };
    format!("{names} deleted with the release, and every object of {have} kind with it{when}")
}

fn help(lack: &Lack) -> String {
    match &lack.switch {
        Some(switch) => {
            let path = switch.trim_start_matches('$').trim_start_matches(".Values.");
            format!("make `{path}: true` the default in values.yaml")
        }
        None => format!("add the annotation `{ANNOTATION}: keep` to each of them"),
    }
}
