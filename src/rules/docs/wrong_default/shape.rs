//! Whether an empty value is meant for a list or for a mapping.

use crate::catalog::{Chart, Declared, Key, YamlFile};

/// The empty list or mapping that a value is meant to be: a list where rows of the README name what its
/// items hold (`a[].b`) or the comment under it shows items, a mapping where rows name keys under it.
pub(super) fn of(declared: &Declared, chart: &Chart, file: &YamlFile) -> Option<&'static str> {
    let documentation = chart.documentation();
    let names: Vec<_> = declared.path.0.iter().filter_map(name).collect();
    let below = documentation.reference.rows.iter().filter_map(|row| {
        let steps = &row.key.steps;
        let above = steps.get(..names.len())?.iter().map(Option::as_deref);
        let same = above.zip(&names).all(|(step, name)| step == Some(*name));
        (same && steps.len() > names.len()).then(|| steps.get(names.len()))?
    });
    let below: Vec<_> = below.collect();
    if below.is_empty() {
        let comments = documentation.values.comments_on(&declared.path, file);
        return comments.into_iter().any(is_item).then_some("[]");
    }
    let (items, keys) = (below.iter().all(|it| it.is_none()), below.iter().all(|it| it.is_some()));
    if items { Some("[]") } else { keys.then_some("{}") }
}

fn name(key: &Key) -> Option<&str> {
    match key {
        Key::Name(name) => Some(name),
        Key::Index(_) => None,
    }
}

/// Whether a line is an item of a list that is commented out: `# - name: x`.
fn is_item(line: &str) -> bool {
    let line = line.trim_start().trim_start_matches('#').trim_start();
    let word = line.strip_prefix("- ").and_then(|item| item.split_whitespace().next());
    word.is_some_and(|word| word.ends_with(':'))
}

#[cfg(test)]
mod tests {
    use super::is_item;

    #[test]
    fn items_are_mappings_in_a_list() {
        assert!(is_item("#  - name: x") && is_item("  # - name:"));
        assert!(!is_item("# - a remark: this") && !is_item("# name: x") && !is_item("## A list"));
    }
}
