//! The reference of values that a README holds: tables and lists that name values paths, with defaults.
//!
//! Known are the tables of helm-docs, of Bitnami's readme-generator, of chart-doc-gen and of
//! cert-manager's helm-tool, and whatever people write with such titles; lists of `` `a.b` - text ``.
//! Which table is one is decided by its titles and by how many of its keys the chart declares: a table
//! of dependencies, or of settings relative to something else, is none. Rows that are titles of the parts
//! of a table name no key.

mod cell;
mod key;
mod titles;

use std::collections::BTreeSet;

use super::{
    Chart, Readme, Values,
    readme::{Table, TableRow, Template},
    values::Convention,
};
use crate::text::Span;

pub use cell::{CELL_MAX, Default};
pub use key::{KEYS_PER_CELL_MAX, Pattern};
pub use titles::Style;

/// Of a table's keys, at least this many in a hundred are known, or it is no reference.
const DECLARED_MIN: usize = 60;
/// What a paragraph says of a table whose paths lie under one value.
const NESTED: &[&str] = &["nested under", "nested in", "under the", "relative to", "prefixed with"];
/// The longest such paragraph, in bytes.
const PARAGRAPH_MAX: usize = 1_000;
/// How many rows with wildcards are looked for among the values; further ones are not judged.
pub const WILDCARDS_MAX: usize = 1_000;

/// What a README says of the chart's values.
#[derive(Debug, std::default::Default)]
pub struct Reference {
    /// The rows of all tables and lists that are a reference of values, in order.
    pub rows: Vec<Row>,
    /// The declared keys that rows of any table lead to, also of those that are no reference of the
    /// whole: of settings under one value, with rows that go through lists.
    pub named: BTreeSet<usize>,
    /// Whether anything says that helm-docs makes the README: its template, its name in the README, its
    /// comments in values.yaml.
    pub helm_docs: bool,
}

/// One row, for one key; a cell that names several keys makes several rows.
#[derive(Debug)]
pub struct Row {
    /// The key as it is written.
    pub key: Pattern,
    /// Where the key stands.
    pub span: Span,
    /// The cell of the default; none where the table has none, or where the row is a list's item.
    pub default: Option<Span>,
    /// Who writes such tables.
    pub style: Style,
    /// What it leads to among the declared keys: indices into [`Values::keys`].
    pub found: Vec<usize>,
    /// Whether it was looked for at all.
    pub sought: bool,
}

impl Row {
    /// What the row leads to; where that is not declared, the value without keys of its own that
    /// holds it.
    pub fn nearest(&self, values: &Values) -> Vec<usize> {
        if !self.found.is_empty() || !self.sought {
            return self.found.clone();
        }
        let above = (1..self.key.steps.len()).rev();
        let holder = above
            .filter_map(|end| self.key.steps.get(..end))
            .map(|steps| values.under(steps))
            .find(|found| !found.is_empty());
        let leaf = |at: &usize| values.keys.get(*at).is_some_and(|key| key.leaf);
        holder.unwrap_or_default().into_iter().filter(leaf).collect()
    }
}

impl Reference {
    /// Reads a README's tables and lists against the values that the chart declares.
    pub fn read(chart: &Chart, readme: &Readme, values: &Values) -> Self {
        let helm_docs = runs_helm_docs(chart, readme, values);
        let mut finder =
            Finder { chart, readme, values, helm_docs, wildcards: 0, named: BTreeSet::new() };
        let tables: Vec<_> =
            readme.tables.iter().filter_map(|table| finder.table(table)).flatten().collect();
        let mut rows = tables;
        if rows.is_empty() {
            rows = finder.lists();
        }
        Self { rows, named: finder.named, helm_docs }
    }
}

fn runs_helm_docs(chart: &Chart, readme: &Readme, values: &Values) -> bool {
    Template::name(chart).is_some()
        || values.mentions.iter().any(|it| it.convention == Convention::HelmDocs)
        || values.keys.iter().any(|key| key.said.row)
        || ["helm-docs", BADGES].iter().any(|it| readme.file.text.as_str().contains(it))
}

/// How the badges end that helm-docs' built-in templates write (`chart.versionBadge` in
/// github.com/norwoodj/helm-docs, pkg/document/template.go).
pub(crate) const BADGES: &str = "-informational?style=flat-square)";

struct Finder<'a> {
    chart: &'a Chart,
    readme: &'a Readme,
    values: &'a Values,
    helm_docs: bool,
    wildcards: usize,
    named: BTreeSet<usize>,
}

impl Finder<'_> {
    fn text(&self, span: Span) -> &str {
        self.readme.file.text.slice(span)
    }

    /// The rows of a table that is a reference of values.
    fn table(&mut self, table: &Table) -> Option<Vec<Row>> {
        let header: Vec<_> = table.header.iter().map(|cell| self.text(*cell)).collect();
        let mut titles = titles::of(&header)?;
        // People write tables with such titles, too.
        if titles.style == Style::HelmDocs && !self.helm_docs {
            titles.style = Style::Plain;
        }
        let prefix = self.prefix(table, titles.key);
        // Where rows that say something are not emphasised, one that is, and says nothing, is their title.
        let plain = table.rows.iter().any(|row| self.look(row, titles.key) == (false, false));
        let mut rows = Vec::new();
        for row in &table.rows {
            if plain && self.look(row, titles.key) == (true, true) {
                continue;
            }
            let Some(cell) = row.cells.get(titles.key) else { continue };
            // A line of text right after a table is a row of one cell for Markdown, and for nobody else.
            if !self.is_barred(*cell) {
                continue;
            }
            let default = titles.default.and_then(|at| row.cells.get(at)).copied();
            for (key, span) in key::read(self.text(*cell), cell.start as usize) {
                let key = prefix.as_ref().map_or(key.clone(), |prefix| key.under(prefix));
                rows.push(self.row(key, span, default, titles.style));
            }
        }
        self.named.extend(rows.iter().flat_map(|row| row.nearest(self.values)));
        self.is_reference(&rows).then_some(rows)
    }

    /// The value under which the paths of a table lie, where the paragraph before it says so (`the properties below
    /// are nested under` `a.b`) and more of them exist there than as they are written.
    fn prefix(&self, table: &Table, key: usize) -> Option<Pattern> {
        let text = self.readme.file.text.as_str();
        let before = text.get(..table.span.start as usize)?.trim_end();
        let from = before.rfind("\n\n").map_or(0, |at| at + 2);
        let paragraph = before.get(from..).filter(|it| it.len() <= PARAGRAPH_MAX)?;
        let words = paragraph.to_lowercase();
        if !NESTED.iter().any(|it| words.contains(it)) {
            return None;
        }
        let (codes, _) = cell::codes(paragraph);
        let holds = |prefix: &Pattern| {
            let found = self.values.under(&prefix.steps);
            found.iter().any(|at| self.values.keys.get(*at).is_some_and(|key| !key.leaf))
        };
        let mut prefixes = codes.iter().filter_map(|code| Pattern::parse(code.text)).filter(holds);
        let prefix = prefixes.next().filter(|_| prefixes.next().is_none())?;
        let cells = table.rows.iter().filter_map(|row| row.cells.get(key));
        let keys: Vec<_> = cells.flat_map(|cell| key::read(self.text(*cell), 0)).collect();
        let exist = |steps: &dyn Fn(&Pattern) -> Vec<Option<String>>| {
            keys.iter().filter(|(key, _)| !self.values.under(&steps(key)).is_empty()).count()
        };
        let (here, there) =
            (exist(&|key| key.steps.clone()), exist(&|key| key.under(&prefix).steps));
        (there > here).then_some(prefix)
    }

    /// Whether a bar stands before or after a cell.
    fn is_barred(&self, cell: Span) -> bool {
        let text = self.readme.file.text.as_str();
        let before = text
            .get(..cell.start as usize)
            .is_some_and(|it| it.trim_end_matches([' ', '\t']).ends_with('|'));
        let after = text.get(cell.end as usize..);
        before || after.is_some_and(|it| it.trim_start_matches([' ', '\t']).starts_with('|'))
    }

    /// Whether a row has nothing but the cell of the key, and whether that is emphasised.
    fn look(&self, row: &TableRow, key: usize) -> (bool, bool) {
        let others = row.cells.iter().enumerate().filter(|(at, _)| *at != key);
        let bare = others.into_iter().all(|(_, cell)| self.text(*cell).trim().is_empty());
        let cell = row.cells.get(key).map_or("", |cell| self.text(*cell));
        (bare, cell::is_emphasised(cell))
    }

    /// The items of lists that begin with a key in code.
    fn lists(&mut self) -> Vec<Row> {
        let readme = self.readme;
        let mut rows = Vec::new();
        for item in &readme.items {
            let text = self.text(item.span);
            let Some((key, span)) = key::of_item(text, item.span.start as usize) else { continue };
            let key_row = self.row(key, span, None, Style::List);
            rows.push((item.heading, key_row));
        }
        let mut kept = Vec::new();
        while let Some((heading, _)) = rows.first() {
            let heading = *heading;
            let end = rows.iter().position(|(other, _)| *other != heading).unwrap_or(rows.len());
            let list: Vec<_> = rows.drain(..end).map(|(_, row)| row).collect();
            self.named.extend(list.iter().flat_map(|row| row.nearest(self.values)));
            if self.is_reference(&list) {
                kept.extend(list);
            }
        }
        kept
    }

    fn row(&mut self, mut key: Pattern, span: Span, default: Option<Span>, style: Style) -> Row {
        if key.is_of_placeholder()
            && self.values.under(key.steps.get(..1).unwrap_or_default()).is_empty()
        {
            key.steps.first_mut().map(Option::take);
        }
        let wild = key.steps.iter().any(Option::is_none);
        self.wildcards += usize::from(wild);
        let sought = !wild || self.wildcards <= WILDCARDS_MAX;
        let found = if sought { self.values.under(&key.steps) } else { Vec::new() };
        Row { key, span, default, style, found, sought }
    }

    /// Whether most keys are declared here, lie below a value without keys of its own, or are commented
    /// out; those of dependencies are not counted.
    fn is_reference(&self, rows: &[Row]) -> bool {
        let foreign = |row: &Row| row.key.first().is_some_and(|name| self.is_foreign(name));
        let known = |row: &Row| {
            !row.nearest(self.values).is_empty() || self.values.is_commented(&row.key.steps)
        };
        let own: Vec<_> = rows.iter().filter(|row| !foreign(row)).collect();
        let declared = own.iter().filter(|row| !row.found.is_empty()).count();
        // What is declared says enough in most tables; the rest takes longer to find out.
        let enough = |count: usize| count > 0 && count * 100 >= own.len() * DECLARED_MIN;
        enough(declared) || enough(own.iter().filter(|row| row.sought && known(row)).count())
    }

    fn is_foreign(&self, name: &str) -> bool {
        self.chart.dependencies.iter().any(|dependency| dependency.effective_name() == name)
    }
}

#[cfg(test)]
mod tests;
