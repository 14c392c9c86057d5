//! Tables that a program writes from values.yaml: what values.yaml does not have, its next run takes out.

use std::collections::BTreeSet;

use crate::{
    catalog::{
        Chart, Dependency, Readme,
        readme::Template,
        reference::{BADGES, Row, Style},
        values::{Convention, Mention},
    },
    rule::ChartContext,
    text::Span,
};

/// Of a table's rows, at least this many in a hundred come from values.yaml, or it was not made from it.
const OWN_MIN: usize = 80;
/// The smallest number of rows for which a share says anything.
const ROWS_MIN: usize = 5;
/// What helm-docs' template calls to have the table written.
const CALLS: &[&str] = &["chart.values", ".Values"];
/// What helm-docs writes under what it generates without a template.
const SIGNED: &str = "generated from chart metadata using [helm-docs";

/// How readme-generator finds the table that it writes anew: from a heading of any level below the first that
/// begins with this to the next heading of that level.
const TITLE: &str = "Parameters";

/// A program that writes a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Writer {
    pub(super) name: &'static str,
    /// Whether the README has several headings that it takes for the table's: then it writes one more
    /// table and leaves the old one.
    pub(super) twice: bool,
}

impl Writer {
    /// How to have the table written anew.
    pub(super) fn help(self) -> String {
        let run = format!("run `{}` and commit the README", self.name);
        if self.twice {
            return format!(
                "give no other heading, and no `@section`, a title that begins with `{TITLE}`, take out the tables that are left, and {run}"
            );
        }
        run
    }
}

/// Who writes the chart's reference from values.yaml.
#[derive(Default)]
pub(super) struct Generated {
    pub(super) helm_docs: bool,
    pub(super) readme_generator: bool,
    /// Whether the README has several headings that readme-generator takes for that of its table.
    twice: bool,
    /// helm-docs' template: rows that stand in it are written by hand.
    template: Option<Template>,
    /// The paths of which readme-generator makes rows.
    params: BTreeSet<Vec<Option<String>>>,
}

impl Generated {
    pub(super) fn of(chart: &Chart, cx: &ChartContext<'_>) -> Self {
        let documentation = chart.documentation();
        let rows = &documentation.reference.rows;
        let values = &documentation.values;
        let template = Template::of(chart, cx.source);
        let written = template.as_ref().map_or("", |it| it.file.text.as_str());
        let called = CALLS.iter().any(|name| written.contains(name));
        let signed = || {
            chart.readme.as_ref().is_some_and(|it| {
                let text = it.file.text.as_str();
                text.contains(SIGNED) || (template.is_none() && text.contains(BADGES))
            })
        };
        let mostly = |style: Style, own: &dyn Fn(&Row) -> bool| {
            let of_style =
                || rows.iter().filter(|row| row.style == style && !is_foreign(chart, row));
            let (all, own) = (of_style().count(), of_style().filter(|row| own(row)).count());
            all > 0 && own * 100 >= all * OWN_MIN
        };
        let helm_docs = (called || signed())
            && rows.len() >= ROWS_MIN
            && mostly(Style::HelmDocs, &|row| !row.found.is_empty());
        let params = values.mentions.iter().filter(|it| it.convention == Convention::Bitnami);
        let shown: BTreeSet<_> =
            params.clone().filter(|it| !it.hidden).map(Mention::steps).collect();
        let params: BTreeSet<_> = params.map(Mention::steps).collect();
        let of_rows: BTreeSet<_> = rows.iter().map(|row| row.key.steps.as_slice()).collect();
        let with_row = shown.iter().filter(|it| of_rows.contains(it.as_slice())).count();
        // It leaves out nothing that a comment documents: where much of that has no row, people write it.
        // It makes rows of whatever comments name, those of dependencies too.
        let of_it = || rows.iter().filter(|row| row.style == Style::Bitnami);
        let own = of_it().filter(|row| params.contains(&row.key.steps)).count();
        let readme_generator = own > 0
            && own * 100 >= of_it().count() * OWN_MIN
            && with_row * 100 >= shown.len() * OWN_MIN;
        let titled = |readme: &Readme| {
            let headings = readme.headings.iter().filter(|it| it.level > 1);
            headings.filter(|it| it.text.trim().starts_with(TITLE)).nth(1).is_some()
        };
        let twice = readme_generator && chart.readme.as_ref().is_some_and(titled);
        Self { helm_docs, readme_generator, twice, template, params }
    }

    /// Where a row stands by hand in helm-docs' template.
    pub(super) fn by_hand(&self, row: &Row) -> Option<(&Template, Span)> {
        let template = self.template.as_ref()?;
        Some((template, template.row(&row.key.text)?))
    }

    /// The program that writes a row, where it is written from the chart's own values.
    pub(super) fn writer(&self, chart: &Chart, row: &Row) -> Option<Writer> {
        let name = self.program(chart, row)?;
        Some(Writer { name, twice: self.twice && row.style == Style::Bitnami })
    }

    fn program(&self, chart: &Chart, row: &Row) -> Option<&'static str> {
        let global = row.key.first() == Some("global") && !chart.dependencies.is_empty();
        let own = !is_foreign(chart, row);
        match row.style {
            // helm-docs may be told to document the values of dependencies.
            Style::HelmDocs if self.helm_docs && own && !global => {
                let template = self.template.as_ref().map_or("", |it| it.file.text.as_str());
                (!template.contains(&row.key.text)).then_some("helm-docs")
            }
            Style::Bitnami if self.readme_generator && own => {
                (!self.params.contains(&row.key.steps)).then_some("readme-generator")
            }
            _ => None,
        }
    }
}

fn is_foreign(chart: &Chart, row: &Row) -> bool {
    let dependency = |it: &Dependency| row.key.first() == Some(it.effective_name());
    chart.dependencies.iter().any(dependency)
}
