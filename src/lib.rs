//! careen audits Helm chart catalogs.
