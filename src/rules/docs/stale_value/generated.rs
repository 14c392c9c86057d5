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
/// So many rows that are sorted are so by a program, and so many of them may stand elsewhere.
const SORTED_MIN: usize = 20;
const MOVED_MAX: usize = 1;
/// Of a sorted table's rows, so many in a hundred come from values.yaml.
const SORTED_OWN_MIN: usize = 50;
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
    /// The template that helm-docs must be told of.
    pub(super) template: Option<&'static str>,
}

impl Writer {
    /// How to have the table written anew.
    pub(super) fn help(self) -> String {
        let with = self.template.map_or_else(String::new, |name| format!(" with {name}"));
        let run = format!("run `{}`{with} and commit the README", self.name);
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
        let mostly = |style: Style, least: usize, own: &dyn Fn(&Row) -> bool| {
            let of_style =
                || rows.iter().filter(|row| row.style == style && !is_foreign(chart, row));
            let (all, own) = (of_style().count(), of_style().filter(|row| own(row)).count());
            all > 0 && own * 100 >= all * least
        };
        let sorted = template.is_none() && is_sorted(rows);
        let least = if sorted { SORTED_OWN_MIN } else { OWN_MIN };
        let helm_docs = (called || signed() || sorted)
            && rows.len() >= ROWS_MIN
            && mostly(Style::HelmDocs, least, &|row| !row.found.is_empty());
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
        let template = Template::named(chart).filter(|_| row.style == Style::HelmDocs);
        Some(Writer { name, twice: self.twice && row.style == Style::Bitnami, template })
    }

    fn program(&self, chart: &Chart, row: &Row) -> Option<&'static str> {
        let global = row.key.first() == Some("global") && !chart.dependencies.is_empty();
        let own = !is_foreign(chart, row);
        match row.style {
            // helm-docs may be told to document the values of dependencies.
            Style::HelmDocs if self.helm_docs && own && !global => {
                let template = self.template.as_ref().map_or("", |it| it.file.text.as_str());
                (!names(template, &row.key.text)).then_some("helm-docs")
            }
            Style::Bitnami if self.readme_generator && own => {
                (!self.params.contains(&row.key.steps)).then_some("readme-generator")
            }
            _ => None,
        }
    }
}

/// Whether the rows of helm-docs' form stand in the order in which it writes them, as those that people write hardly do;
/// one of them may have been moved.
fn is_sorted(rows: &[Row]) -> bool {
    let own = rows.iter().filter(|row| row.style == Style::HelmDocs);
    let keys: Vec<_> = own.map(|row| row.key.text.to_lowercase()).collect();
    let pairs = keys.iter().zip(keys.iter().skip(1));
    keys.len() >= SORTED_MIN && pairs.filter(|(one, other)| one > other).count() <= MOVED_MAX
}

/// Whether a text names a path, and not only one that it is a part of.
fn names(text: &str, path: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || "_-.".contains(c);
    let mut places = text.match_indices(path).filter(|_| !path.is_empty());
    places.any(|(at, _)| {
        let before = text.get(..at).and_then(|it| it.chars().next_back());
        let mut after = text.get(at + path.len()..).unwrap_or_default().chars();
        let ends = match (after.next(), after.next()) {
            // It ends a sentence.
            (Some('.'), next) => next.is_none_or(|c| !part(c)),
            (next, _) => next.is_none_or(|c| !part(c)),
        };
        !before.is_some_and(part) && ends
    })
}

fn is_foreign(chart: &Chart, row: &Row) -> bool {
    let dependency = |it: &Dependency| row.key.first() == Some(it.effective_name());
    chart.dependencies.iter().any(dependency)
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn a_path_is_named_as_a_whole() {
        assert!(names("set `a.b` and a.c.", "a.b") && names("set `a.b` and a.c.", "a.c"));
        assert!(!names("--set x.a.b=1 --set a.bc=2 --set a.b.c=3", "a.b"));
    }
}
