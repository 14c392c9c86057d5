//! `docs/wrong-default`

mod agree;

use std::collections::BTreeMap;

use agree::{Said, Verdict};

use crate::{
    catalog::{Chart, Declared, Readme, Values, YamlFile, readme::Template, reference},
    rule::{ChartContext, Rule, Sink},
    text::Span,
};

/// A default in the README that is not the one in values.yaml.
pub(crate) struct WrongDefault;

impl Rule for WrongDefault {
    fn chart(&self, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
        let (Some(readme), Some(file)) = (&chart.readme, &chart.values) else { return };
        for (key, cells) in cells(chart) {
            let Some(declared) = chart.documentation().values.keys.get(key) else { continue };
            let subject = Subject { chart, readme, file, declared, cx };
            if let Some(wrong) = subject.wrong(key, &cells) {
                subject.report(&wrong, out);
            }
        }
    }
}

/// One row's default.
#[derive(Clone, Copy)]
struct Cell {
    span: Span,
    style: reference::Style,
}

/// The cells that say a default, by the key that they speak of.
fn cells(chart: &Chart) -> BTreeMap<usize, Vec<Cell>> {
    let documentation = chart.documentation();
    let mut cells: BTreeMap<usize, Vec<Cell>> = BTreeMap::new();
    for row in &documentation.reference.rows {
        let ([found], Some(span)) = (row.found.as_slice(), row.default) else { continue };
        if row.key.is_concrete() && !row.key.qualified {
            cells.entry(*found).or_default().push(Cell { span, style: row.style });
        }
    }
    cells
}

struct Subject<'a> {
    chart: &'a Chart,
    readme: &'a Readme,
    file: &'a YamlFile,
    declared: &'a Declared,
    cx: &'a ChartContext<'a>,
}

/// A cell that says something else.
struct Wrong {
    cell: Cell,
    text: String,
    actual: String,
    /// Whether the default can be copied from the message.
    whole: bool,
}

impl Subject<'_> {
    /// The first cell that says something else, where none says what values.yaml says and all are
    /// understood.
    fn wrong(&self, key: usize, cells: &[Cell]) -> Option<Wrong> {
        if self.declared.said.default || self.declared.said.hidden {
            return None;
        }
        let node = Values::node(self.file, self.declared)?;
        let read = |cell: &Cell| reference::Default::read(self.readme.file.text.slice(cell.span));
        let said = |cell: &Cell| Said {
            default: read(cell),
            generated: cell.style != reference::Style::Plain,
            apart: self.chart.documentation().lists_below(key),
        };
        let verdicts = cells.iter().map(|cell| agree::judge(&said(cell), node));
        if !verdicts.into_iter().all(|verdict| verdict == Verdict::Differs) {
            return None;
        }
        let cell = *cells.first()?;
        let text = read(&cell).texts.into_iter().next()?;
        let generated = cell.style != reference::Style::Plain;
        // `resources` for resources is a word that stands for what is there.
        if !generated && self.declared.path.0.last().is_some_and(|key| key.is(&text)) {
            return None;
        }
        if !generated
            && agree::is_empty(node)
            && !agree::is_blank(&text)
            && self.is_in_templates(&text)
        {
            return None;
        }
        let actual = agree::written(node);
        let whole = agree::is_whole(node, &actual);
        Some(Wrong { cell, text, actual, whole })
    }

    /// Whether templates hold a text: what an empty value stands for is often their own default.
    fn is_in_templates(&self, text: &str) -> bool {
        let text = text.trim_matches(['"', '\'']);
        let members = self.cx.analysis.closure.members.iter();
        let mut files = members.flat_map(|member| &member.templates);
        text.is_empty() || files.any(|(_, file)| file.file.text.as_str().contains(text))
    }

    fn report(&self, wrong: &Wrong, out: &mut Sink) {
        let path = self.declared.path.to_string();
        let (text, actual) = (agree::short(&wrong.text), agree::short(&wrong.actual));
        let message =
            format!("the README says that `{path}` is {text} by default, values.yaml has {actual}");
        let what = if wrong.whole { &actual } else { "the default of values.yaml" };
        let template = Template::of(self.chart, self.cx.source);
        let by_hand = template.as_ref().and_then(|it| Some((it, it.row(&path)?)));
        let help = match (wrong.cell.style, by_hand) {
            (_, Some((template, row))) => {
                let line = template.line(row);
                format!("write {what} into line {line} of README.md.gotmpl and run `helm-docs`")
            }
            (reference::Style::HelmDocs, None) => {
                "run `helm-docs` and commit the README".to_owned()
            }
            (reference::Style::Bitnami, None) => {
                "run `readme-generator` and commit the README".to_owned()
            }
            _ => format!("write {what} into the table"),
        };
        let shown = self.readme.file.place(self.trimmed(wrong.cell.span));
        let default = self.file.place(self.declared.key);
        let place = by_hand.map_or_else(|| shown.clone(), |(it, row)| it.file.place(row));
        let draft = out.at(place, message).subject(path).also(default, "its default").help(help);
        if by_hand.is_some() {
            draft.also(shown, "the README's row");
        }
    }

    /// A cell without the blanks around its text; an empty one as it is.
    fn trimmed(&self, span: Span) -> Span {
        let text = self.readme.file.text.slice(span);
        let start = span.start as usize + text.len() - text.trim_start().len();
        let trimmed = Span::new(start, start + text.trim().len());
        if text.trim().is_empty() { span } else { trimmed }
    }
}
