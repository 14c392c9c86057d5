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
    fn a_kind_has_its_own_row_or_that_of_all_kinds() {
        let ingress = removal("extensions/v1beta1", "Ingress").unwrap();
        assert_eq!(ingress.removed, Since::Kubernetes(22));
        assert_eq!(ingress.replacement, "networking.k8s.io/v1 Ingress");
        assert_eq!(ingress.replaced_since, Some(19));
        assert!(removal("authentication.istio.io/v1alpha1", "Policy").is_some());
        assert!(removal("networking.k8s.io/v1", "Ingress").is_none());
    }
}
