//! `input/ignored-by-helm`

mod hooks;

use std::collections::BTreeSet;

use crate::{
    analysis::{Analysis, Document},
    catalog::{Chart, ProblemKind, TemplateFile, load::hook_meant},
    rule::{ChartContext, Rule, Sink},
    yaml::{Entry, Node},
};

/// What Helm drops without a word.
pub(crate) struct IgnoredByHelm;

impl Rule for IgnoredByHelm {
    fn chart(&self, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
        for problem in chart.problems_of(ProblemKind::IgnoredByHelm) {
            problem.report(out);
        }
        let mut told = chart
            .problems_of(ProblemKind::IgnoredByHelm)
            .map(|problem| (problem.place.path.to_string(), problem.subject.clone()))
            .collect();
        for document in cx.analysis.documents_of(chart).filter(|it| it.kind() == "List") {
            policies(document, cx.analysis, &mut told, out);
        }
    }

    fn template(&self, file: &TemplateFile, chart: &Chart, _: &ChartContext<'_>, out: &mut Sink) {
        for hook in hooks::unknown(file) {
            let place = file.file.place(hook.span);
            let is_told = chart.problems_of(ProblemKind::IgnoredByHelm).any(|problem| {
                problem.place.path == place.path && problem.place.start.line == place.start.line
            });
            if !is_told {
                let (name, kind) = (hook.name, hook.kind);
                let message = format!("`{name}` is no hook: Helm drops the {kind} that has it");
                out.at(place, message)
                    .subject(format!("{kind} in {}", file.file.local))
                    .help(hook_meant(name, &file.file.local));
            }
        }
    }
}

/// Paths of templates, and subjects in them.
type Told = BTreeSet<(String, String)>;

/// Helm looks for the policy at the list, not at what it holds.
fn policies(document: &Document, analysis: &Analysis<'_>, told: &mut Told, out: &mut Sink) {
    let items = document.node().and_then(|node| node.get("items"));
    for item in items.into_iter().flat_map(Node::items) {
        let Some(entry) = policy(item) else { continue };
        let text = |path: &[&str]| item.at(path).and_then(Node::as_str).unwrap_or_default();
        let subject = format!("{}/{}", text(&["kind"]), text(&["metadata", "name"]));
        if told.insert((document.path.to_string(), subject.clone())) {
            let message = "`helm.sh/resource-policy` inside a List: Helm does not see it";
            out.at(analysis.place(document, entry.key_span), message)
                .subject(subject)
                .help("write the object as a document of its own");
        }
    }
}

fn policy(item: Node<'_>) -> Option<Entry<'_>> {
    item.at(&["metadata", "annotations"])?.entry("helm.sh/resource-policy")
}
