//! Tables and list items of a Markdown file, as places: what stands in them is read by who asks.

use pulldown_cmark::{Event, Tag, TagEnd};
use std::ops::Range;

use super::{Item, Table, TableRow};
use crate::text::Span;

/// How many cells a file's tables may have together; further rows are left out.
pub const CELLS_MAX: usize = 1_000_000;
/// How many list items of a file are kept.
pub const ITEMS_MAX: usize = 100_000;

/// Collects tables and items while the events go by.
#[derive(Debug, Default)]
pub(super) struct Collector {
    pub(super) tables: Vec<Table>,
    pub(super) items: Vec<Item>,
    row: Option<Vec<Span>>,
    cells: usize,
}

impl Collector {
    /// Takes one event; `place` makes a span of the file of a range, `heading` is the last heading's
    /// index.
    pub(super) fn event(
        &mut self,
        event: &Event<'_>,
        range: &Range<usize>,
        place: impl Fn(&Range<usize>) -> Span,
        heading: Option<usize>,
    ) {
        match event {
            Event::Start(Tag::Table(_)) => {
                let span = place(range);
                self.tables.push(Table { heading, header: Vec::new(), rows: Vec::new(), span });
            }
            Event::Start(Tag::TableHead | Tag::TableRow) if self.cells < CELLS_MAX => {
                self.row = Some(Vec::new());
            }
            Event::Start(Tag::TableCell) => {
                self.cells += 1;
                if let Some(row) = &mut self.row {
                    row.push(place(range));
                }
            }
            Event::End(TagEnd::TableHead) => {
                let header = self.row.take().unwrap_or_default();
                if let Some(table) = self.tables.last_mut() {
                    table.header = header;
                }
            }
            Event::End(TagEnd::TableRow) => {
                if let (Some(table), Some(cells)) = (self.tables.last_mut(), self.row.take()) {
                    table.rows.push(TableRow { cells });
                }
            }
            Event::Start(Tag::Item) if self.items.len() < ITEMS_MAX => {
                self.items.push(Item { heading, span: place(range) });
            }
            _ => {}
        }
    }
}
