//! What Helm drops without a word.

use super::{files::Files, listing};
use crate::{
    catalog::{Chart, Dependency, Object, Origin, Problem, ProblemKind},
    finding::Place,
    sources::{CHART_FILE, HELM_IGNORE, join},
    text::Span,
    yaml::Node,
};

/// The hooks that Helm knows (`pkg/release/v1/util/manifest_sorter.go`).
pub const HOOKS: [&str; 10] = [
    "pre-install",
    "post-install",
    "pre-delete",
    "post-delete",
    "pre-upgrade",
    "post-upgrade",
    "pre-rollback",
    "post-rollback",
    "test",
    "test-success",
];

/// What Helm drops of an object of the templates.
pub(super) fn of(object: &Object) -> impl Iterator<Item = Problem> {
    let templated = object.origin != Origin::CrdsFolder;
    let hook = templated.then(|| unknown_hook(object)).flatten();
    let policies = if templated { policies_in_list(object) } else { Vec::new() };
    hook.into_iter().chain(policies)
}

/// Tells what Helm drops of a chart besides objects.
pub(super) fn add(chart: &Chart, files: &mut Files<'_>) {
    let mut problems = Vec::new();
    problems.extend(chart.dependencies.iter().flat_map(blank_conditions));
    problems.extend(inverted_rules(files));
    problems.extend(templates_in_crds(files));
    if chart.is_library() {
        problems.extend(templates_of_library(files));
    }
    files.problems.append(&mut problems);
}

fn dropped(place: Place, subject: &str, message: &str) -> Problem {
    Problem::new(ProblemKind::IgnoredByHelm, place, subject, message)
}

/// One unknown name drops the object with all of its hooks. A definition is the business of
/// `crd/hook`.
fn unknown_hook(object: &Object) -> Option<Problem> {
    let node = object.annotation("helm.sh/hook")?;
    let names = node.as_str().filter(|_| object.origin == Origin::Literal)?;
    let known = |name: &&str| HOOKS.iter().any(|hook| hook.eq_ignore_ascii_case(name.trim()));
    let unknown = names.split(',').find(|name| !known(name))?.trim();
    if object.kind() == "CustomResourceDefinition" {
        return None;
    }
    let message = format!("`{unknown}` is no hook: Helm drops the {} that has it", object.kind());
    let subject = format!("{}/{}", object.kind(), object.name());
    let help = hook_meant(unknown, &object.file.local);
    Some(dropped(object.place(node.span()), &subject, &message).help(help))
}

/// What to write instead of a hook that Helm does not know, in a template of this path within the chart: among tests, or
/// where it is called a test, a test; else what it is a slip of.
pub(crate) fn hook_meant(unknown: &str, local: &str) -> String {
    const TEST: &str = "test";
    let unknown = unknown.to_lowercase();
    let distance = |hook: &str| strsim::osa_distance(hook, &unknown);
    let named = unknown.contains(TEST) || distance(TEST) < TEST.len() / 2;
    if named || local.contains("/tests/") {
        return format!("write `{TEST}`, the hook of what `helm test` runs, or delete the object");
    }
    let nearest = HOOKS.iter().filter(|hook| distance(hook) <= SLIP_MAX);
    match nearest.min_by_key(|hook| distance(hook)) {
        Some(hook) => format!("write `{hook}`, or delete the object"),
        None => {
            "use a hook that Helm knows, such as `pre-install`, or delete the object".to_owned()
        }
    }
}

/// So many letters make a slip of a hook's name.
const SLIP_MAX: usize = 3;

/// Helm looks for the policy at the list, not at what it holds.
fn policies_in_list(object: &Object) -> Vec<Problem> {
    if object.kind() != "List" {
        return Vec::new();
    }
    let policy = |item: Node<'_>| {
        let annotations = item.at(&["metadata", "annotations"])?;
        let entry = annotations.entry("helm.sh/resource-policy")?;
        let text = |path: &[&str]| item.at(path).and_then(Node::as_str).unwrap_or_default();
        let (kind, name) = (text(&["kind"]), text(&["metadata", "name"]));
        let message = "`helm.sh/resource-policy` inside a List: Helm does not see it";
        let help = "write the object as a document of its own";
        let place = object.place(entry.key_span);
        Some(dropped(place, &format!("{kind}/{name}"), message).help(help))
    };
    let items = object.at(&["items"]).into_iter().flat_map(Node::items);
    items.filter_map(policy).collect()
}

/// Helm trims the whole condition, not its elements: ` b.enabled` is never found.
fn blank_conditions(dependency: &Dependency) -> Vec<Problem> {
    let Some(condition) = &dependency.condition else { return Vec::new() };
    let text = dependency.file.stream.text();
    let problem = |element: &str| {
        let trimmed = element.trim();
        let written = text.slice(condition.span);
        let span = written.find(element).map_or(condition.span, |at| {
            let start = condition.span.start as usize + at;
            let before = element.len() - element.trim_start().len();
            Span::new(start, start + before + trimmed.len())
        });
        let message = format!("a blank at `{trimmed}`: Helm never finds this element's value");
        let help = "separate the elements with `,` and no blank";
        let subject = dependency.effective_name();
        dropped(dependency.place(span), subject, &message).help(help)
    };
    let elements = condition.value.trim().split(',');
    elements.filter(|it| it.trim() != *it && !it.trim().is_empty()).map(problem).collect()
}

/// `!` rules that leave Chart.yaml in; with the others there is no chart at all.
fn inverted_rules(files: &Files<'_>) -> Vec<Problem> {
    let Some(text) = listing::ignore_file(files).filter(|_| files.packed.contains_key(CHART_FILE))
    else {
        return Vec::new();
    };
    let path = files.source.report_path(&join(&files.base, HELM_IGNORE));
    let problem = |span: Span| {
        let rest = text.slice(span).strip_prefix('!')?;
        let message = format!("`!{rest}` leaves out all that is not `{rest}`, it keeps nothing in");
        let help = format!("delete the line `!{rest}`");
        Some(dropped(Place::new(&path, &text, span), HELM_IGNORE, &message).help(help))
    };
    listing::lines(&text).into_iter().filter_map(problem).collect()
}

/// crds/ is never rendered, and a .tpl in it not even installed.
fn templates_in_crds(files: &Files<'_>) -> Vec<Problem> {
    let tpl = |(local, _): &(String, _)| ending(local) == Some("tpl");
    let problem = |(local, path): (String, std::sync::Arc<str>)| {
        let place = Place::file(&files.source.report_path(&path));
        let message = format!("`{local}` is neither rendered nor installed");
        dropped(place, &local, &message).help("move it to templates/, or name it .yaml")
    };
    files.under("crds/").into_iter().filter(tpl).map(problem).collect()
}

/// A library offers what its partials define; its other templates are never parsed.
fn templates_of_library(files: &Files<'_>) -> Vec<Problem> {
    let template = |(local, _): &(String, _)| {
        let name = local.rsplit('/').next().unwrap_or(local);
        let text = ["yaml", "yml", "tpl", "json", "txt"];
        !name.starts_with('_') && ending(name).is_some_and(|ending| text.contains(&ending))
    };
    let problem = |(local, path): (String, std::sync::Arc<str>)| {
        let name = local.rsplit('/').next().unwrap_or(&local).to_owned();
        let place = Place::file(&files.source.report_path(&path));
        let message = format!("`{local}` of a library chart does not begin with `_`: never parsed");
        // Only what is defined in it can be of use to other charts.
        let text = files.source.read_text(&path).ok();
        let defines = text.is_none_or(|text| text.as_str().contains("define "));
        let help = if defines { format!("rename it to `_{name}`") } else { "delete it".to_owned() };
        dropped(place, &local, &message).help(help)
    };
    files.under("templates/").into_iter().filter(template).map(problem).collect()
}

fn ending(name: &str) -> Option<&str> {
    name.rsplit_once('.').map(|(_, ending)| ending)
}

#[cfg(test)]
mod tests {
    use super::hook_meant;

    #[test]
    fn the_hook_that_was_meant() {
        let meant = |unknown, local| {
            let help = hook_meant(unknown, local);
            help.split('`').nth(1).unwrap().to_owned()
        };
        assert_eq!(meant("web", "templates/tests/connection.yaml"), "test");
        assert_eq!(meant("Test-Failure", "templates/connection.yaml"), "test");
        assert_eq!(meant("tst", "templates/connection.yaml"), "test");
        assert_eq!(meant("pre-update", "templates/migrate.yaml"), "pre-upgrade");
        assert_eq!(meant("post_install", "templates/migrate.yaml"), "post-install");
        assert_eq!(meant("before", "templates/migrate.yaml"), "pre-install");
    }
}
