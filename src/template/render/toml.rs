//! TOML as BurntSushi/toml 1.6.0 writes and reads it.

mod read;
mod scalar;
mod write;

use super::value::{Map, Str, Value};

/// How deep values nest.
pub const MAX_DEPTH: usize = 400;

/// `toml.Encoder.Encode`. The error is Go's.
pub fn marshal(value: &Value) -> Result<Str, String> {
    write::write(value).map(Str::from)
}

/// `toml.Unmarshal` into a `map[string]interface {}`. Errors begin with the line as Go's do; their words
/// are ours.
pub fn unmarshal(text: &[u8]) -> Result<Map, String> {
    read::read(text)
}

#[cfg(test)]
mod tests;
