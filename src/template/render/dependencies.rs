//! Which subcharts take part, and what they hand up to their parents.
//!
//! Source: `pkg/chart/v2/util/dependencies.go` of helm.sh/helm v4.3.1. Charts come with their
//! dependencies in place and under their aliases; conditions, tags and import-values are left.

use std::collections::BTreeSet;

use super::{
    coalesce::{coalesce_tables, coalesce_values, deep_copy_map, merge_values, path_value, table},
    release::Chart,
    value::{Map, Str, Value},
};

/// An entry of a chart's `dependencies`.
#[derive(Clone, Debug, Default)]
pub struct Dependency {
    /// Alias, else name.
    pub name: String,
    /// `version`.
    pub version: String,
    /// `repository`.
    pub repository: String,
    /// `condition`: paths, separated by commas.
    pub condition: String,
    /// `tags`.
    pub tags: Vec<String>,
    /// `import-values`.
    pub imports: Vec<Import>,
    /// `alias`.
    pub alias: String,
}

/// An entry of `import-values`.
#[derive(Clone, Debug)]
pub struct Import {
    /// The path of a map in the subchart's values.
    pub child: String,
    /// The path under which the parent gets it; `.` for its root.
    pub parent: String,
}

/// Takes disabled charts out, then hands imported values up (`ProcessDependencies`).
pub fn process_dependencies(chart: &mut Chart, given: &Map) -> Result<(), String> {
    process_enabled(chart, given, "")?;
    process_import_values(chart)
}

/// `processDependencyEnabled`. The recursion ends with the tree of charts.
fn process_enabled(chart: &mut Chart, given: &Map, path: &str) -> Result<(), String> {
    if !asks(chart) {
        return Ok(());
    }
    let values = coalesce_values(chart, given)?;
    let disabled: BTreeSet<String> = chart
        .dependencies
        .iter()
        .filter(|dependency| !is_enabled(dependency, &values, path))
        .map(|dependency| dependency.name.clone())
        .collect();
    chart.children.retain(|child| !disabled.contains(&child.name));
    for child in &mut chart.children {
        let below = format!("{path}{}.", child.name);
        process_enabled(child, &values, &below)?;
    }
    chart.dependencies.retain(|dependency| !disabled.contains(&dependency.name));
    Ok(())
}

/// Whether a condition or tag stands somewhere in a tree of charts. Without one nothing is disabled, and
/// what is wrong with the values is met again when they are coalesced for good.
fn asks(chart: &Chart) -> bool {
    let asks_for = |it: &Dependency| !it.condition.is_empty() || !it.tags.is_empty();
    let below = || chart.children.iter().any(asks);
    !chart.dependencies.is_empty() && (chart.dependencies.iter().any(asks_for) || below())
}

/// What the tags say, unless a condition says otherwise.
fn is_enabled(dependency: &Dependency, values: &Map, path: &str) -> bool {
    let conditions =
        dependency.condition.trim().split(',').filter(|condition| !condition.is_empty());
    let mut said = conditions.filter_map(|condition| {
        match path_value(values, &format!("{path}{condition}")) {
            Some(Value::Bool(said)) => Some(said),
            _ => None,
        }
    });
    said.next().unwrap_or_else(|| are_tags_on(dependency, values))
}

/// One tag that is on enables; else one that is off disables (`processDependencyTags`).
fn are_tags_on(dependency: &Dependency, values: &Map) -> bool {
    let Some(tags) = table(values, "tags") else { return true };
    let said: Vec<bool> = dependency
        .tags
        .iter()
        .filter_map(|tag| match tags.get(tag) {
            Some(Value::Bool(said)) => Some(said),
            _ => None,
        })
        .collect();
    said.is_empty() || said.contains(&true)
}

/// `processDependencyImportValues`, from the leaves up.
fn process_import_values(chart: &mut Chart) -> Result<(), String> {
    for child in &mut chart.children {
        process_import_values(child)?;
    }
    if chart.dependencies.is_empty() {
        return Ok(());
    }
    let values = merge_values(chart, &Map::new([]))?;
    let imported = Map::new([]);
    for dependency in &chart.dependencies {
        for import in &dependency.imports {
            if let Some(found) = table(&values, &format!("{}.{}", dependency.name, import.child)) {
                coalesce_tables(&imported, &path_to_map(&import.parent, found), true);
            }
        }
    }
    // The parent's own values win. What was imported shares maps with them.
    let is_empty = imported.entries.borrow().is_empty();
    let own = if is_empty { values } else { deep_copy_map(&values) };
    coalesce_tables(&own, &imported, true);
    chart.values = own;
    Ok(())
}

/// A map under a path of keys (`pathToMap`).
fn path_to_map(path: &str, map: Map) -> Map {
    if path == "." {
        return map;
    }
    path.rsplit('.').fold(map, |below, key| Map::new([(Str::from(key), Value::Map(below))]))
}
