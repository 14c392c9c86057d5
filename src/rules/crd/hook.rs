//! `crd/hook`

use crate::{
    catalog::{Chart, Crd, Origin},
    rule::{ChartContext, Rule, Sink},
};

/// Hooks that Helm 3 and 4 know; one other name drops the whole object.
const HOOKS: [&str; 10] = [
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

/// A definition that Helm treats as a hook.
pub(crate) struct Hook;

impl Rule for Hook {
    fn crd(&self, it: &Crd, _: &Chart, _: &ChartContext<'_>, out: &mut Sink) {
        // Helm looks for hooks in what it renders, not in crds/.
        let annotation = it.object.annotation("helm.sh/hook");
        let Some(node) = annotation.filter(|_| it.object.origin != Origin::CrdsFolder) else {
            return;
        };
        let Some(hooks) = node.as_str().filter(|hooks| !hooks.trim().is_empty()) else { return };
        let names: Vec<String> = hooks.split(',').map(|hook| hook.trim().to_lowercase()).collect();
        let unknown = names.iter().find(|name| !HOOKS.contains(&name.as_str()));
        let message = match unknown {
            Some(unknown) => format!(
                "`{}` is never installed: Helm drops what has the hook `{unknown}`",
                it.label()
            ),
            None => fate(it, &names),
        };
        out.at(it.object.place(node.span()), message)
            .subject(it.label())
            .help("take the annotation off; ship the definition under crds/, or in templates/ with `helm.sh/resource-policy: keep`");
    }
}

/// What becomes of a definition with known hooks. No release owns it. Helm never deletes a definition by a
/// hook's policy, not even before it creates it again (`deleteHookByPolicy`), and Helm 3 stops where the
/// object that a hook creates exists.
fn fate(it: &Crd, names: &[String]) -> String {
    let has = |part: &str| names.iter().any(|name| name.ends_with(part));
    let consequence = if has("-upgrade") || has("-rollback") {
        "the next upgrade with Helm 3 stops because it exists"
    } else if has("-install") {
        "no upgrade ever changes it, and a second install with Helm 3 stops because it exists"
    } else {
        "no install creates it"
    };
    format!("`{}` is a `{}` hook that no release owns: {consequence}", it.label(), names.join(","))
}
