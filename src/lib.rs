//! careen audits Helm chart catalogs.

pub mod catalog;
pub mod discover;
pub mod finding;
pub mod history;
pub mod report;
pub mod rule;
pub mod sources;
pub mod template;
pub mod text;
pub mod version;
pub mod yaml;
