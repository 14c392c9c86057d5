//! `crd/resource-before-crd`

use std::collections::BTreeMap;

use crate::{
    analysis::{Analysis, Document},
    catalog::Chart,
    crd::brought,
    rule::{ChartContext, Rule, Sink},
};

/// A custom resource in one release with its own definition: Helm asks for the kind before it creates anything.
pub(crate) struct ResourceBeforeCrd;

impl Rule for ResourceBeforeCrd {
    fn chart(&self, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
        let definitions = definitions(cx.analysis);
        if definitions.is_empty() {
            return;
        }
        let early = brought::by_folders(cx.analysis);
        let mut told = BTreeMap::<_, Vec<(&Document, &Document)>>::new();
        for resource in resources(cx.analysis) {
            let Some((group, kind)) = resource.custom_kind() else { continue };
            let Some(definition) = definitions.get(&(group, kind)) else { continue };
            if !early.contains(group, kind) && is_of(chart, resource, definition, cx.analysis) {
                told.entry((group, kind)).or_default().push((resource, definition));
            }
        }
        for pairs in told.into_values() {
            tell(chart, &pairs, cx.analysis, out);
        }
    }
}

/// The definitions that come with the release itself. A hook is created before or after the rest.
fn definitions<'a>(analysis: &'a Analysis<'_>) -> BTreeMap<(&'a str, &'a str), &'a Document> {
    let documents = analysis.rendered().documents.iter().filter(|it| it.hook.is_none());
    documents.filter_map(|document| Some((document.defines()?, document))).collect()
}

/// The resources that come with the release itself, and that Helm alone would have to create: whoever writes Argo
/// CD's option does not install by Helm.
fn resources<'a>(analysis: &'a Analysis<'_>) -> impl Iterator<Item = &'a Document> {
    let skips = |document: &Document| {
        document
            .annotation("argocd.argoproj.io/sync-options")
            .is_some_and(|options| options.contains("SkipDryRunOnMissingResource=true"))
    };
    let documents = analysis.rendered().documents.iter();
    documents.filter(move |document| document.hook.is_none() && !skips(document))
}

/// Whether the pair is this chart's to repair: the resource is its own, or the definition is, and the resource
/// belongs to a chart that is only read.
fn is_of(
    chart: &Chart,
    resource: &Document,
    definition: &Document,
    analysis: &Analysis<'_>,
) -> bool {
    let own = |document: &Document| {
        let member = analysis.closure.members.get(document.member);
        member.is_some_and(|member| std::ptr::eq(member.chart, chart))
    };
    let theirs = own(resource) || (own(definition) && !analysis.is_judged(resource.member));
    theirs && !analysis.is_gated(&analysis.anchor(resource))
}

/// How many more resources are pointed at.
const RELATED_MAX: usize = 20;

fn tell(chart: &Chart, pairs: &[(&Document, &Document)], analysis: &Analysis<'_>, out: &mut Sink) {
    let Some(((resource, definition), rest)) = pairs.split_first() else { return };
    let member = analysis.closure.members.get(resource.member);
    let own = member.is_some_and(|member| std::ptr::eq(member.chart, chart));
    let (version, kind) = (resource.api_version(), resource.kind());
    let message = format!(
        "`{version}` {kind} comes in one release with its definition: the first `helm install` knows no such kind"
    );
    let help = "move the definition to crds/ or to a chart that is installed before, or make the resource a \
                hook: `helm.sh/hook: post-install,post-upgrade`";
    let (here, there) = if own { (resource, definition) } else { (definition, resource) };
    let label = if own { "its definition" } else { "the resource" };
    let draft =
        out.at(analysis.anchor(here), message).subject(format!("{version}/{kind}")).help(help);
    let draft = draft.also(analysis.anchor(there), label);
    rest.iter()
        .filter(|_| own)
        .take(RELATED_MAX)
        .fold(draft, |draft, (resource, _)| draft.also(analysis.anchor(resource), "and here"));
}
