//! Rendering: Go's `text/template` with the functions that Helm gives to templates.

pub mod call;
pub mod capabilities;
pub mod coalesce;
pub mod dependencies;
pub mod documents;
pub mod exec;
pub mod files;
pub mod fmt;
pub mod functions;
pub mod glob;
pub mod json;
pub mod release;
pub mod schema;
pub mod strconv;
pub mod toml;
pub mod value;
pub mod yaml;

#[cfg(test)]
mod tests;
