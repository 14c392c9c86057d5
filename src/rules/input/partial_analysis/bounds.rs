//! What a chart's documentation has beyond the bounds of the rules on it.

use crate::{
    catalog::{
        Chart,
        readme::{CELLS_MAX, ITEMS_MAX, Table},
        reference::WILDCARDS_MAX,
        values::KEYS_MAX,
    },
    finding::Place,
    rule::Sink,
    rules::docs::{schema_drift::SCHEMA_BYTES_MAX, stale_value::JUDGED_MAX},
};

/// The fewest bytes that a key, a path or a list's item takes with what divides it from the next one.
const BYTES_MIN: usize = 2;

/// Says what is passed over, of files that are large enough for a bound.
pub(super) fn tell(chart: &Chart, out: &mut Sink) {
    values(chart, out);
    readme(chart, out);
    let schema = chart.schema.as_ref();
    if let Some(schema) = schema.filter(|it| it.stream.text().as_str().len() > SCHEMA_BYTES_MAX) {
        let place = Place::file(&schema.path);
        let message = format!(
            "{} has more than {} MiB and is not held against values.yaml",
            schema.local,
            SCHEMA_BYTES_MAX >> 20
        );
        out.at(place, message).subject("values.schema.json").help("write a smaller schema");
    }
}

/// Keys that are too many, and paths that comments and rows name.
fn values(chart: &Chart, out: &mut Sink) {
    let Some(file) = &chart.values else { return };
    let readme = chart.readme.as_ref().map_or("", |it| it.file.text.as_str());
    if (file.stream.text().as_str().len() + readme.len()) / BYTES_MIN < JUDGED_MAX.min(KEYS_MAX) {
        return;
    }
    let documentation = chart.documentation();
    let place = || Place::file(&file.path);
    if documentation.values.cut {
        let message = format!(
            "values.yaml declares more than {KEYS_MAX} keys: the others are not looked at, and neither is what the README and comments say of them"
        );
        out.at(place(), message).subject("values").help("declare fewer values in one chart");
        return;
    }
    let rows = &documentation.reference.rows;
    let named = documentation.values.mentions.len() + rows.len();
    if let Some(more) = named.checked_sub(JUDGED_MAX).filter(|more| *more > 0) {
        let message = format!(
            "the README and the comments of values.yaml name {named} paths, of which {more} are not looked up"
        );
        let help = format!("name fewer paths: the first {JUDGED_MAX} are looked up");
        out.at(place(), message).subject("paths").help(help);
    }
    let unsought = rows.iter().filter(|row| !row.sought).count();
    if unsought > 0 {
        let message = format!(
            "{unsought} rows of the README with a placeholder in their path are not looked up among the values"
        );
        let help = format!("write fewer of them: the first {WILDCARDS_MAX} are looked up");
        out.at(place(), message).subject("rows").help(help);
    }
}

/// Tables and lists that are too long.
fn readme(chart: &Chart, out: &mut Sink) {
    let Some(readme) = &chart.readme else { return };
    if readme.file.text.as_str().len() / BYTES_MIN < ITEMS_MAX.min(CELLS_MAX) {
        return;
    }
    let cells = |table: &Table| {
        let rows = table.rows.iter().map(|row| row.cells.len());
        rows.sum::<usize>() + table.header.len()
    };
    let cells: usize = readme.tables.iter().map(cells).sum();
    if cells < CELLS_MAX && readme.items.len() < ITEMS_MAX {
        return;
    }
    let message = format!(
        "the README's tables have {CELLS_MAX} cells or its lists {ITEMS_MAX} items: what comes after them is not looked at"
    );
    out.at(Place::file(&readme.file.path), message).subject("README").help("shorten the README");
}
