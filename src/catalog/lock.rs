//! Chart.lock and requirements.lock.

use std::sync::Arc;

use super::YamlFile;
use crate::text::Spanned;

/// A lock file.
#[derive(Debug)]
pub struct Lock {
    /// The file.
    pub file: Arc<YamlFile>,
    /// The locked dependencies, in order.
    pub entries: Vec<LockEntry>,
    /// `digest`, `sha256:` and hexadecimal digits.
    pub digest: Option<Spanned<String>>,
    /// `generated`, as written.
    pub generated: Option<Spanned<String>>,
}

/// One locked dependency.
#[derive(Clone, Debug)]
pub struct LockEntry {
    /// `name`.
    pub name: Spanned<String>,
    /// `version`, concrete.
    pub version: Option<Spanned<String>>,
    /// `repository`, resolved.
    pub repository: Option<Spanned<String>>,
}
