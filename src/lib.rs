//! careen audits Helm chart catalogs.

pub mod audit;
pub mod catalog;
pub mod config;
pub mod crd;
pub mod discover;
pub mod facts;
pub mod finding;
pub mod history;
pub mod report;
pub mod rule;
pub mod rules;
pub mod sources;
pub mod suppress;
pub mod template;
pub mod text;
pub mod version;
pub mod yaml;
