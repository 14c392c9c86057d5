//! Who makes a README, and its badges with it.

use std::collections::BTreeSet;

use crate::{
    catalog::{
        Chart, Readme,
        readme::Template,
        reference::{BADGES, Style},
        values::Convention,
    },
    rule::ChartContext,
    sources::Program,
};

/// What helm-docs writes under what it generates without a template.
const SIGNED: &str = "generated from chart metadata using [helm-docs";
/// How a template of a README calls what helm-docs defines.
const CALLS: [&str; 2] = ["template \"chart.", "include \"chart."];

/// Whether helm-docs makes the README. Badges in its look are no sign: people keep them when another program, which
/// helm-docs would undo, comes to write the rest.
pub(super) fn is_helm_docs(chart: &Chart, readme: &Readme, cx: &ChartContext<'_>) -> bool {
    let documentation = chart.documentation();
    let says = |convention: Convention| {
        documentation.values.mentions.iter().any(|it| it.convention == convention)
    };
    let written = |style: Style| documentation.reference.rows.iter().any(|it| it.style == style);
    let template = Template::of(chart, cx.source);
    let called = template.is_some_and(|it| {
        let text = it.file.text.as_str();
        CALLS.iter().any(|call| text.contains(call))
    });
    let signs = Signs {
        signed: readme.file.text.as_str().contains(SIGNED),
        template: called,
        comments: says(Convention::HelmDocs)
            || documentation.values.keys.iter().any(|key| key.said.row),
        table: written(Style::HelmDocs),
        shape: written(Style::HelmDocs) && has_values_table(readme),
        params: says(Convention::Bitnami),
        params_table: written(Style::Bitnami),
    };
    signs.say_helm_docs(|| cx.source.programs())
}

/// Whether a table stands right under the heading of helm-docs' built-in template, in a README with its badges.
fn has_values_table(readme: &Readme) -> bool {
    let heading = |at: usize| readme.headings.get(at).is_some_and(|it| it.text.trim() == "Values");
    readme.file.text.as_str().contains(BADGES)
        && readme.tables.iter().filter_map(|table| table.heading).any(heading)
}

/// What a chart's files say of who makes its README.
#[derive(Clone, Copy, Default)]
#[allow(clippy::struct_excessive_bools, reason = "signs are yes-or-no answers by nature")]
struct Signs {
    /// The README has the line that helm-docs ends with.
    signed: bool,
    /// A template calls what helm-docs defines.
    template: bool,
    /// Comments of values.yaml are written for helm-docs.
    comments: bool,
    /// The README's table has the titles of helm-docs.
    table: bool,
    /// The README's table stands under the heading of helm-docs, and its badges look so, too.
    shape: bool,
    /// Comments of values.yaml are written for readme-generator.
    params: bool,
    /// The README's table has the titles of readme-generator.
    params_table: bool,
}

impl Signs {
    /// Whether they say helm-docs, with the programs that the repository's automation names.
    fn say_helm_docs<'p>(self, programs: impl FnOnce() -> &'p BTreeSet<Program>) -> bool {
        if self.params && (self.params_table || !self.table) {
            return false;
        }
        if self.signed || (self.template && self.table) {
            return true;
        }
        let programs = programs();
        let made = self.template || self.comments || self.shape;
        let own = made || programs.contains(&Program::HelmDocs);
        own && !programs.contains(&Program::ReadmeGenerator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(signs: Signs, programs: &[Program]) -> bool {
        let programs = programs.iter().copied().collect();
        signs.say_helm_docs(|| &programs)
    }

    #[test]
    fn its_own_signs_say_helm_docs() {
        let none = Signs::default();
        assert!(say(Signs { signed: true, ..none }, &[Program::ReadmeGenerator]));
        assert!(say(Signs { template: true, table: true, ..none }, &[Program::ReadmeGenerator]));
        assert!(say(Signs { comments: true, ..none }, &[]));
        assert!(say(Signs { table: true, shape: true, ..none }, &[]));
        assert!(!say(Signs { table: true, ..none }, &[]));
        assert!(say(none, &[Program::HelmDocs]) && !say(none, &[]));
    }

    #[test]
    fn another_program_says_otherwise() {
        let none = Signs::default();
        let both = [Program::HelmDocs, Program::ReadmeGenerator];
        assert!(!say(none, &both) && !say(Signs { template: true, ..none }, &both));
        assert!(!say(Signs { template: true, params: true, ..none }, &[]));
        let tables = Signs { signed: true, table: true, params_table: true, params: true, ..none };
        assert!(!say(tables, &[]));
    }
}
