//! Rendering: Go's `text/template` with the functions that Helm gives to templates.

pub mod call;
pub mod exec;
pub mod functions;
pub mod fmt;
pub mod strconv;
pub mod value;
