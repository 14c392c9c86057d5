//! The fields of manifests that lines of templates write.

use super::names::squashed;

/// The name of the field that a line of a manifest begins with.
pub(super) fn field(line: &str) -> Option<&str> {
    let (name, _) = line.trim_start().trim_start_matches("- ").split_once(':')?;
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    (!name.is_empty() && name.chars().all(word)).then_some(name)
}

/// The name of the field, without what is before a slash, that a line of a manifest writes, and without what people
/// mix up.
pub(super) fn squashed_field(line: &str) -> Option<String> {
    let (name, _) = line.split_once(':').filter(|(name, _)| !name.contains("{{"))?;
    let name = squashed(name.rsplit('/').next().unwrap_or_default());
    (name.len() >= FIELD_LENGTH_MIN).then_some(name)
}

/// Names of fields with fewer letters than this say nothing.
const FIELD_LENGTH_MIN: usize = 4;
