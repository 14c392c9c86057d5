//! `docs/wrong-default`

mod agree;
mod effective;
mod shape;
mod shown;

use std::collections::BTreeMap;

use agree::{Said, Verdict};

use crate::{
    catalog::{
        Chart, Declared, Readme, Values, YamlFile,
        readme::Template,
        reference::{self, Style},
    },
    rule::{ChartContext, Rule, Sink},
    text::Span,
    version,
};

/// So many rows that people write are told one by one; more are a table that nobody looks at.
const APART_MAX: usize = 10;
/// How many further rows a finding on a table that people write shows: each is written anew.
const RELATED_MAX: usize = 20;
/// How the names end of values that are the application's version.
const VERSIONED: [&str; 2] = ["tag", "version"];
/// How many rows a finding on a table that a program makes names.
const SHOWN: usize = 3;

/// A default in the README that is not the one in values.yaml.
pub(crate) struct WrongDefault;

impl Rule for WrongDefault {
    fn chart(&self, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
        let (Some(readme), Some(file)) = (&chart.readme, &chart.values) else { return };
        let template = Template::of(chart, cx.source);
        let table = Table { chart, readme, file, template: template.as_ref(), cx };
        let mut made: BTreeMap<&str, Vec<Wrong<'_>>> = BTreeMap::new();
        let mut rows = Vec::new();
        let generator = super::stale_value::is_made_by_readme_generator(chart, cx);
        for (key, cells) in cells(chart, generator) {
            let Some(wrong) = table.wrong(key, &cells) else { continue };
            match wrong.program() {
                Some(program) => made.entry(program).or_default().push(wrong),
                None if wrong.right.is_some() || wrong.by_hand.is_some() => {
                    table.report(&wrong, out);
                }
                None => rows.push(wrong),
            }
        }
        rows.sort_by_key(|it| it.cell.span.start);
        let copied = rows.len() > 1 && rows.iter().all(|it| it.cell.copied);
        if copied || rows.len() > APART_MAX {
            let help = "write the defaults of values.yaml into the table, or `see values.yaml`";
            table.report_together("", help, &rows, out);
        } else {
            for wrong in &rows {
                table.report(wrong, out);
            }
        }
        for (program, mut wrong) in made {
            wrong.sort_by_key(|it| it.cell.span.start);
            let named = Template::named(chart).filter(|_| program == "helm-docs");
            let with = named.map_or_else(String::new, |name| format!(" with {name}"));
            let (makes, help) = (
                format!(", which `{program}` makes,"),
                format!("run `{program}`{with} and commit the README"),
            );
            table.report_together(&makes, &help, &wrong, out);
        }
    }
}

/// One row's default.
#[derive(Clone, Copy)]
struct Cell {
    span: Span,
    style: Style,
    /// Whether people write a table of the form that readme-generator makes.
    copied: bool,
}

impl Cell {
    /// Whether the values were written by a program.
    fn is_made(self) -> bool {
        !matches!(self.style, Style::Plain | Style::List)
    }
}

/// The cells that say a default, by the key that they speak of. `generator` says whether readme-generator
/// makes tables of the form that it makes: people write these, too.
fn cells(chart: &Chart, generator: bool) -> BTreeMap<usize, Vec<Cell>> {
    let documentation = chart.documentation();
    let mut cells: BTreeMap<usize, Vec<Cell>> = BTreeMap::new();
    for row in &documentation.reference.rows {
        let ([found], Some(span)) = (row.found.as_slice(), row.default) else { continue };
        if row.key.is_concrete() && !row.key.qualified {
            let by_hand = row.style == Style::Bitnami && !generator;
            let style = if by_hand { Style::Plain } else { row.style };
            let cell = Cell { span, style, copied: by_hand };
            cells.entry(*found).or_default().push(cell);
        }
    }
    cells
}

struct Table<'a> {
    chart: &'a Chart,
    readme: &'a Readme,
    file: &'a YamlFile,
    template: Option<&'a Template>,
    cx: &'a ChartContext<'a>,
}

/// A cell that says something else.
struct Wrong<'a> {
    declared: &'a Declared,
    cell: Cell,
    text: String,
    actual: String,
    /// Where two mappings differ.
    difference: Option<shown::Difference>,
    /// What to write into values.yaml, where that is the wrong one.
    right: Option<&'static str>,
    /// The row in helm-docs' template, where it stands there by hand.
    by_hand: Option<Span>,
}

impl<'a> Table<'a> {
    /// The first cell that says something else, where none says what values.yaml says and all are
    /// understood.
    fn wrong(&self, key: usize, cells: &[Cell]) -> Option<Wrong<'a>> {
        let documentation = self.chart.documentation();
        let declared = documentation.values.keys.get(key)?;
        if declared.said.default || declared.said.hidden {
            return None;
        }
        let node = Values::node(self.file, declared)?;
        let read = |cell: &Cell| reference::Default::read(self.readme.file.text.slice(cell.span));
        let said = |cell: &Cell| Said {
            default: read(cell),
            generated: cell.is_made(),
            apart: documentation.lists_below(key),
        };
        let verdicts = cells.iter().map(|cell| agree::judge(&said(cell), node));
        if !verdicts.into_iter().all(|verdict| verdict == Verdict::Differs) {
            return None;
        }
        let cell = *cells.first()?;
        let text = read(&cell).texts.into_iter().next()?;
        // `resources` for resources is a word that stands for what is there.
        let word = || declared.path.0.last().is_some_and(|key| key.is(&text));
        let effective = || {
            agree::is_empty(node)
                && !agree::is_blank(&text)
                && effective::is_told(&text, declared, self.chart, self.file, self.cx)
        };
        let lookup = || effective::is_lookup(text.trim_matches(['"', '\'']), node.raw());
        // People leave out the digest behind a tag.
        let pinned = || {
            let actual = node.as_str().unwrap_or_default();
            actual
                .split_once("@sha256:")
                .is_some_and(|(tag, _)| tag == text.trim_matches(['"', '\'']))
        };
        if !cell.is_made() && (word() || effective() || lookup() || pinned()) {
            return None;
        }
        let right = shape::of(declared, self.chart, self.file)
            .filter(|shape| agree::is_other_kind(&text, node) && *shape == text);
        let path = declared.path.to_string();
        let by_hand = self.template.and_then(|template| template.row(&path));
        let difference = shown::difference(&text, node, &declared.path);
        let actual = shown::written(node);
        Some(Wrong { declared, cell, text, actual, difference, right, by_hand })
    }

    fn report(&self, wrong: &Wrong<'_>, out: &mut Sink) {
        let path = wrong.declared.path.to_string();
        let row = self.readme.file.place(self.trimmed(wrong.cell.span));
        let default = self.file.place(wrong.declared.key);
        if let Some(right) = wrong.right {
            let help = format!("write `{right}` for it in values.yaml");
            let draft = out.at(default, wrong.message()).subject(path).help(help);
            draft.also(row, "the README's row");
            return;
        }
        let by_hand = self.template.zip(wrong.by_hand);
        let help = self.help(wrong);
        let place = by_hand.map_or_else(|| row.clone(), |(it, row)| it.file.place(row));
        let draft = out.at(place, wrong.message()).subject(path).also(default, "its default");
        let draft = draft.help(help);
        if by_hand.is_some() {
            draft.also(row, "the README's row");
        }
    }

    fn help(&self, wrong: &Wrong<'_>) -> String {
        let what = if shown::is_whole(&wrong.actual) {
            shown::short(&wrong.actual)
        } else {
            "the default of values.yaml, or `see values.yaml`,".to_owned()
        };
        let table = match self.template.zip(wrong.by_hand) {
            Some((template, row)) => {
                let (line, name) = (template.line(row), &template.file.local);
                format!("write {what} into line {line} of {name} and run {}", template.command())
            }
            None => format!("write {what} into the table"),
        };
        let said = wrong.text.trim_matches(['"', '\'']);
        let path = wrong.declared.path.to_string().to_lowercase();
        let versioned = VERSIONED.iter().any(|end| path.ends_with(end));
        if versioned && self.is_forgotten(said, &wrong.actual) {
            format!(
                "write `{said}` into values.yaml, which Chart.yaml has as appVersion; where the older one \
                 is meant, {table}"
            )
        } else {
            table
        }
    }

    /// Whether a row says the version of the application and values.yaml has an older one, so that that was forgotten.
    /// What has another major version is numbered by itself.
    fn is_forgotten(&self, said: &str, actual: &str) -> bool {
        let manifest = self.chart.manifest.as_ref();
        let declared = manifest.and_then(|it| it.app_version.as_ref());
        let bare = |text: &str| text.strip_prefix('v').unwrap_or(text).to_owned();
        let tag = actual.split_once('@').map_or(actual, |(tag, _)| tag);
        let versions = version::parse(said).ok().zip(version::parse(tag).ok());
        declared.is_some_and(|it| bare(&it.value) == bare(said))
            && versions.is_some_and(|(said, tag)| said.major == tag.major && tag < said)
    }

    /// Tells of all rows together that a program's next run repairs, or that nobody has looked at for long.
    fn report_together(&self, makes: &str, help: &str, wrong: &[Wrong<'_>], out: &mut Sink) {
        let Some((first, others)) = wrong.split_first() else { return };
        let row = |it: &Wrong<'_>| self.readme.file.place(self.trimmed(it.cell.span));
        let message = if others.is_empty() {
            first.message()
        } else {
            let mut some: Vec<_> = wrong.iter().map(Wrong::brief).collect();
            // A mapping may have a row beside that of what holds it.
            some.dedup();
            some.truncate(SHOWN);
            let some = some.join(", ");
            let more = if wrong.len() > SHOWN { ", …" } else { "" };
            let count = wrong.len();
            format!(
                "{count} defaults in the README's reference{makes} are not those of values.yaml: {some}{more}"
            )
        };
        let default = self.file.place(first.declared.key);
        let draft = out.at(row(first), message).subject(first.declared.path.to_string());
        let draft = draft.also(default, "its default");
        let draft = draft.help(help);
        let shown = if makes.is_empty() { RELATED_MAX } else { SHOWN };
        others.iter().take(shown).fold(draft, |draft, it| draft.also(row(it), "as well"));
    }

    /// A cell without the blanks around its text; an empty one as it is.
    fn trimmed(&self, span: Span) -> Span {
        let text = self.readme.file.text.slice(span);
        let start = span.start as usize + text.len() - text.trim_start().len();
        let trimmed = Span::new(start, start + text.trim().len());
        if text.trim().is_empty() { span } else { trimmed }
    }
}

impl Wrong<'_> {
    /// The program that makes the row, so that its run repairs it.
    fn program(&self) -> Option<&'static str> {
        match self.cell.style {
            _ if self.by_hand.is_some() || self.right.is_some() => None,
            Style::HelmDocs => Some("helm-docs"),
            Style::Bitnami => Some("readme-generator"),
            _ => None,
        }
    }

    /// What the row says, and what is the case: of two mappings, where they differ.
    fn message(&self) -> String {
        let path = &self.declared.path;
        let (text, actual) = (shown::short(&self.text), shown::short(&self.actual));
        let Some(it) = &self.difference else {
            return format!(
                "the README says that `{path}` is {text} by default, values.yaml has {actual}"
            );
        };
        let key = &it.path;
        let said = it.said.as_deref().map(shown::short);
        let actual = it.actual.as_deref().map_or(actual, shown::short);
        let what = match (said, &it.actual) {
            (Some(said), Some(_)) => format!(
                "the README says that `{key}` is {said} by default, values.yaml has {actual}"
            ),
            (Some(said), None) => {
                format!(
                    "the README's default of `{path}` has `{key}` {said}, values.yaml has it not"
                )
            }
            (None, _) => format!(
                "the README's default of `{path}` lacks `{key}`, which is {actual} in values.yaml"
            ),
        };
        match it.more {
            0 => what,
            more => format!("{what}; {more} more such"),
        }
    }

    /// The same in a few words.
    fn brief(&self) -> String {
        let (path, said, actual) = match &self.difference {
            Some(it) => (&it.path, it.said.as_deref(), it.actual.as_deref()),
            None => (&self.declared.path, Some(self.text.as_str()), Some(self.actual.as_str())),
        };
        let shown = |text: Option<&str>| text.map_or_else(|| "not there".to_owned(), shown::short);
        format!("`{path}` ({}, now {})", shown(said), shown(actual))
    }
}
