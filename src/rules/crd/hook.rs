//! `crd/hook`

use std::collections::BTreeMap;

use crate::{
    catalog::{Chart, Crd, Origin},
    crd::{
        self,
        hook::{self, Hooks},
    },
    rule::{ChartContext, Rule, Sink},
};

/// Definitions that Helm treats as hooks.
pub(crate) struct Hook;

impl Rule for Hook {
    fn chart(&self, chart: &Chart, _: &ChartContext<'_>, out: &mut Sink) {
        let mut groups = BTreeMap::<Vec<String>, Vec<(&Crd, Hooks)>>::new();
        for it in chart.crds().iter().filter(|it| it.object.owner.is_empty()) {
            let hooks = hook::of(it, chart);
            // What Helm drops of a template does no harm where crds/ has it too.
            let hooks = hooks.filter(|hooks| hooks.unknown().is_none() || !is_in_crds(it, chart));
            if let Some(hooks) = hooks {
                groups.entry(hooks.names.clone()).or_default().push((it, hooks));
            }
        }
        for group in groups.into_values() {
            tell(&group, out);
        }
    }
}

fn is_in_crds(it: &Crd, chart: &Chart) -> bool {
    let name = it.name();
    !name.is_empty()
        && chart.crds().iter().any(|other| {
            let own = other.object.owner.is_empty();
            own && other.object.origin == Origin::CrdsFolder && other.name() == name
        })
}

/// One finding for all definitions with the same hooks.
fn tell(group: &[(&Crd, Hooks)], out: &mut Sink) {
    let Some(((first, hooks), rest)) = group.split_first() else { return };
    let (one, name) = (rest.is_empty(), crd::label(first));
    let names = match rest.len() {
        0 => format!("`{name}`"),
        1 => format!("`{name}` and 1 more definition"),
        more => format!("`{name}` and {more} more definitions"),
    };
    let (is, hook) = if one { ("is", "a ") } else { ("are", "") };
    let message = if let Some(unknown) = hooks.unknown() {
        format!("{names} {is} never installed: Helm drops what has the hook `{unknown}`")
    } else {
        let written = hooks.names.join(",");
        let s = if one { "" } else { "s" };
        let fate = fate(&hooks.names);
        format!("{names} {is} {hook}`{written}` hook{s} that no release owns: {fate}")
    };
    let draft = out.at(first.object.place(hooks.span), message).subject(name).help(
        "take the annotation off; ship the definition under crds/, or in templates/ with `helm.sh/resource-policy: keep`",
    );
    rest.iter().fold(draft, |draft, (it, hooks)| {
        draft.also(it.object.place(hooks.span), format!("and `{}`", crd::label(it)))
    });
}

/// What becomes of a definition with known hooks. No release owns it. Helm never deletes a definition by a
/// hook's policy, not even before it creates it again (`deleteHookByPolicy`), and Helm 3 stops where the
/// object that a hook creates exists.
fn fate(names: &[String]) -> &'static str {
    let has = |part: &str| names.iter().any(|name| name.ends_with(part));
    if has("-upgrade") || has("-rollback") {
        "the next upgrade with Helm 3 stops because it exists"
    } else if has("-install") {
        "no upgrade ever changes it, and a second install with Helm 3 stops because it exists"
    } else {
        "no install creates it"
    }
}
