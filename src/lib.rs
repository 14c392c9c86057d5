//! careen audits Helm chart catalogs.

pub mod history;
pub mod template;
pub mod text;
pub mod version;
pub mod yaml;
