//! Rendering: Go's `text/template` with the functions that Helm gives to templates.

pub mod call;
pub mod exec;
pub mod fmt;
pub mod functions;
pub mod strconv;
pub mod value;
