//! YAML as Helm writes and reads it in templates.
//!
//! `toYaml` is sigs.k8s.io/yaml 1.6.0: the value goes through JSON, is read by go-yaml v2 and written by it.
//! Both steps are one here, with what the way through JSON changes: numbers are typed anew, bytes become
//! base64, and characters that YAML forbids make it fail. `toYamlPretty` is go-yaml v3, without that way.
//!
//! go-yaml v2 compares keys in a way that is not transitive (`2` < `10` < `1a` < `2`); Go's own output
//! then differs from run to run, as its maps have no order. Here the keys are sorted by their bytes first,
//! and then by insertion as Go sorts few keys, or by merging where there are many.

mod emit;
mod keys;
mod read;
mod scalar;
mod style;

use super::value::Value;

pub use read::{unmarshal, unmarshal_list, unmarshal_map};

/// `yaml.Marshal` of sigs.k8s.io/yaml, with the end of line at the end. The error is Go's.
pub fn marshal(value: &Value) -> Result<String, String> {
    emit::write(value, Dialect::V2)
}

/// An encoder of go-yaml v3 with two blanks of indentation, with the end of line at the end.
pub fn marshal_pretty(value: &Value) -> Result<String, String> {
    emit::write(value, Dialect::V3)
}

/// Which go-yaml.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dialect {
    /// Behind JSON; lists in maps are not indented, long lines are folded.
    V2,
    /// As values are; lists in maps are indented, lines are never folded.
    V3,
}

impl Dialect {
    /// The column behind which a line is folded at the next blank.
    fn best_width(self) -> usize {
        match self {
            Dialect::V2 => 80,
            Dialect::V3 => usize::MAX,
        }
    }
}

#[cfg(test)]
mod tests;
