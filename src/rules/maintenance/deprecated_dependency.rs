//! `maintenance/deprecated-dependency`

use crate::{
    catalog::{Chart, Dependency, moved},
    rule::{ChartContext, Rule, Sink},
};

/// A dependency whose own maintainers have given it up.
pub(crate) struct DeprecatedDependency;

impl Rule for DeprecatedDependency {
    fn dependency(&self, it: &Dependency, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
        let Some(Evidence { message, help, also }) = evidence(it, chart, cx) else { return };
        let draft =
            out.at(it.place(it.name.span), message).subject(it.name.value.clone()).help(help);
        if let Some((place, label)) = also {
            draft.also(place, label);
        }
    }
}

/// How it is known that a dependency is deprecated.
struct Evidence {
    message: String,
    help: String,
    also: Option<(crate::finding::Place, &'static str)>,
}

fn evidence(it: &Dependency, chart: &Chart, cx: &ChartContext<'_>) -> Option<Evidence> {
    table(it, cx).or_else(|| present(it, chart)).or_else(|| catalog(it, cx))
}

/// The table of what moved.
fn table(it: &Dependency, cx: &ChartContext<'_>) -> Option<Evidence> {
    let row = moved::chart(it.repository()?, &it.name.value, cx.now)?;
    Some(Evidence {
        message: format!(
            "`{}` is no longer maintained at `{}` since {} ({})",
            it.name.value,
            it.repository().unwrap_or_default(),
            row.announced,
            row.source
        ),
        help: format!("use {}", row.replacement),
        also: None,
    })
}

/// The chart that lies under charts/.
fn present(it: &Dependency, chart: &Chart) -> Option<Evidence> {
    let subchart = &chart.subchart(it)?.chart;
    let manifest = subchart.manifest.as_ref().filter(|manifest| manifest.is_deprecated())?;
    let field = manifest.deprecated.as_ref()?;
    Some(Evidence {
        message: format!("`{}` {} is deprecated", subchart.id.name, subchart.id.version),
        help: "replace it; its description says by what, where its maintainers know".to_owned(),
        also: Some((manifest.place(field.span), "deprecated here")),
    })
}

/// The chart of that name in the same catalog, where the repository is the catalog's own.
fn catalog(it: &Dependency, cx: &ChartContext<'_>) -> Option<Evidence> {
    let own = it.repository().is_some_and(|url| cx.index.is_own_address(url));
    let entry = cx.index.named(&it.name.value).iter().find(|entry| entry.deprecated)?;
    own.then(|| Evidence {
        message: format!("`{}` is deprecated in this catalog, at `{}`", it.name.value, entry.path),
        help: "replace it, or take it back into maintenance".to_owned(),
        also: None,
    })
}
