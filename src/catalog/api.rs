//! API versions that are no longer served: the table `data/api_removals.tsv`.

use std::{collections::HashMap, sync::OnceLock};

const TABLE: &str = include_str!("../../data/api_removals.tsv");

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Removal {
    /// `group/version`.
    pub api_version: &'static str,
    /// The kind; `*` stands for all of the version.
    pub kind: &'static str,
    /// What stopped to serve it.
    pub removed: Since,
    /// What to write instead, `group/version Kind`; empty where there is nothing.
    pub replacement: &'static str,
    /// The minor of Kubernetes since which the replacement is served, where that is known.
    pub replaced_since: Option<u64>,
    /// Where that is written.
    pub source: &'static str,
}

/// The release from which on an API is not served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// Kubernetes `1.<minor>`; it can lie ahead.
    Kubernetes(u64),
    /// A release of another component, which installs the definition.
    Component(&'static str, &'static str),
}

/// The row of an API version and kind.
pub fn removal(api_version: &str, kind: &str) -> Option<&'static Removal> {
    static ROWS: OnceLock<HashMap<&'static str, Vec<Removal>>> = OnceLock::new();
    let rows = ROWS.get_or_init(|| {
        let mut rows = HashMap::<_, Vec<_>>::new();
        for row in TABLE.lines().filter(|line| !line.starts_with('#')).filter_map(row) {
            rows.entry(row.api_version).or_default().push(row);
        }
        rows
    });
    rows.get(api_version)?.iter().find(|row| row.kind == kind || row.kind == "*")
}

fn row(line: &'static str) -> Option<Removal> {
    let mut cells = line.split('\t');
    let (api_version, kind, component) = (cells.next()?, cells.next()?, cells.next()?);
    let release = cells.next()?;
    let removed = match component {
        KUBERNETES => Since::Kubernetes(release.strip_prefix("1.")?.parse().ok()?),
        other => Since::Component(other, release),
    };
    let replacement = cells.next()?;
    let replaced_since = cells.next()?.strip_prefix("1.").and_then(|minor| minor.parse().ok());
    Some(Removal { api_version, kind, removed, replacement, replaced_since, source: cells.next()? })
}

const KUBERNETES: &str = "k8s";

const FIELDS: &str = include_str!("../../data/api_fields.tsv");

/// What an object needs besides a new API version: a row of `data/api_fields.tsv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The field that is called so no more, or that is demanded; `spec.` before it where it is the spec's own.
    pub field: &'static str,
    /// What stands for it; none where it is demanded.
    pub becomes: Option<&'static str>,
}

impl Change {
    /// Whether an object, in the lines of a template, has the field.
    pub fn is_in(&self, text: &str) -> bool {
        let keys = |line: &str, field: &str| {
            line.strip_prefix(field).is_some_and(|rest| rest.starts_with(':'))
        };
        let own = self.field.strip_prefix("spec.");
        text.lines().any(|line| {
            own.map_or_else(
                || keys(line.trim_start_matches([' ', '-']), self.field),
                |own| line.strip_prefix("  ").is_some_and(|line| keys(line, own)),
            )
        })
    }
}

/// What objects of an API version and kind need besides the API version that replaces it.
pub fn changes(api_version: &str, kind: &str) -> Vec<Change> {
    let rows = FIELDS.lines().filter(|line| !line.starts_with('#'));
    let own = rows.filter_map(|line| {
        let mut cells = line.split('\t');
        let same = cells.next()? == api_version && cells.next()? == kind;
        let (field, becomes) = (cells.next()?, cells.next()?);
        let demanded = field.strip_prefix('+').map(|field| Change { field, becomes: None });
        let change = demanded.unwrap_or(Change { field, becomes: Some(becomes) });
        same.then_some(change)
    });
    own.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read_and_has_its_source() {
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            let row = row(line).unwrap_or_else(|| panic!("{line}"));
            assert!(!row.source.is_empty() && !row.kind.is_empty(), "{line}");
            assert!(row.api_version.contains('/'), "{line}");
            assert_eq!(removal(row.api_version, row.kind), Some(&row), "twice: {line}");
        }
    }

    #[test]
    fn changes_are_of_rows_of_the_table() {
        for line in FIELDS.lines().filter(|line| !line.starts_with('#')) {
            let cells: Vec<_> = line.split('\t').collect();
            assert_eq!(cells.len(), 4, "{line}");
            assert!(removal(cells[0], cells[1]).is_some(), "{line}");
            assert_eq!(cells[2].starts_with('+'), cells[3].is_empty(), "{line}");
        }
    }

    #[test]
    fn an_object_has_a_field_where_a_line_begins_with_it() {
        let change = |field| Change { field, becomes: None };
        let text = "spec:\n  rules:\n    - backend:\n        serviceName: web\n";
        assert!(change("serviceName").is_in(text) && change("backend").is_in(text));
        assert!(!change("spec.backend").is_in(text) && !change("service").is_in(text));
        assert!(change("spec.backend").is_in("spec:\n  backend:\n"));
    }

    #[test]
    fn a_kind_has_its_own_row_or_that_of_all_kinds() {
        let ingress = removal("extensions/v1beta1", "Ingress").unwrap();
        assert_eq!(ingress.removed, Since::Kubernetes(22));
        assert_eq!(ingress.replacement, "networking.k8s.io/v1 Ingress");
        assert_eq!(ingress.replaced_since, Some(19));
        assert!(removal("authentication.istio.io/v1alpha1", "Policy").is_some());
        assert!(removal("networking.k8s.io/v1", "Ingress").is_none());
    }
}
