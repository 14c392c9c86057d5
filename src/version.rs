//! Versions and constraints as Helm reads them: the behaviour of the Go library Masterminds/semver
//! v3 (3.4 and later, as in Helm 3.19+ and 4), on the types of the `semver` crate.
//!
//! The `semver` crate's own constraints are Cargo's and disagree with Helm's on every second one,
//! and its `Ord` looks at build metadata; use [`Constraint`] and [`compare`] instead.

use std::cmp::Ordering;

use semver::{BuildMetadata, Prerelease, Version};
use thiserror::Error;

pub use constraint::{Alternative, Bound, Constraint, Operator, Wild};

mod constraint;
mod scan;
#[cfg(test)]
mod tests;

/// The longest version that is read, in bytes (Masterminds/semver 3.5).
pub const MAX_VERSION_BYTES: usize = 256;
/// The longest constraint that is read, in bytes (Masterminds/semver 3.5).
pub const MAX_CONSTRAINT_BYTES: usize = 512;
/// The most alternatives (separated by `||`) in one constraint (Masterminds/semver 3.5).
pub const MAX_CONSTRAINT_ALTERNATIVES: usize = 32;

/// Why a version or a constraint cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct VersionError {
    /// What is wrong, with the offending text in backticks.
    pub message: String,
    /// The byte of the text where reading stopped, where one can be named.
    pub offset: Option<usize>,
}

impl VersionError {
    fn new(message: String, offset: Option<usize>) -> Self {
        Self { message, offset }
    }
}

/// Reads a version as Helm does for dependencies, clusters and `semverCompare` (`NewVersion`):
/// a `v` before it, one or two parts, and leading zeros are accepted; missing parts are 0.
pub fn parse(text: &str) -> Result<Version, VersionError> {
    check_length(text)?;
    let parts = whole(text, "a version (`1.2.3`)")?;
    complete(text, &parts)
}

/// Reads a version as Helm does for a chart's own `version` (`StrictNewVersion`): exactly three
/// numbers without leading zeros, no `v`.
pub fn parse_strict(text: &str) -> Result<Version, VersionError> {
    check_length(text)?;
    let parts = whole(text, "a version of three numbers (`1.2.3`)")?;
    if text.starts_with('v') {
        let message = format!("`{text}` starts with `v`, a strict version starts with a number");
        return Err(VersionError::new(message, Some(0)));
    }
    for number in [Some(parts.major), parts.minor, parts.patch] {
        let Some(number) = number else {
            let message = format!("`{text}` has fewer than three numbers");
            return Err(VersionError::new(message, Some(parts.numbers_end())));
        };
        let digits = number.of(text);
        if digits.len() > 1 && digits.starts_with('0') {
            let message = format!("`{digits}` in `{text}` has a leading zero");
            return Err(VersionError::new(message, Some(number.start)));
        }
    }
    complete(text, &parts)
}

/// Whether a version stands for the one that a release job writes: `0.0.0`, `0.0.1-set.by.release`; or for a
/// branch that is never released itself: `1.4.0-dev`. Of what is no version nothing is said.
pub fn is_placeholder(version: &str) -> bool {
    let Ok(version) = parse(version) else { return false };
    let never = version.major == 0 && version.minor == 0;
    let pre = version.pre.to_string().to_lowercase();
    BRANCHES.contains(&&*pre) || (never && (version.patch == 0 || !pre.is_empty()))
}

/// Pre-releases that name a branch and count nothing.
const BRANCHES: [&str; 6] = ["dev", "develop", "main", "master", "snapshot", "unreleased"];

/// Which of two versions comes first. Build metadata does not count (`1.0.0+a` equals `1.0.0+b`).
pub fn compare(a: &Version, b: &Version) -> Ordering {
    (a.major, a.minor, a.patch)
        .cmp(&(b.major, b.minor, b.patch))
        .then_with(|| compare_prereleases(a.pre.as_str(), b.pre.as_str()))
}

fn compare_prereleases(a: &str, b: &str) -> Ordering {
    match (a.is_empty(), b.is_empty()) {
        (true, true) => return Ordering::Equal,
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    let (mut left, mut right) = (a.split('.'), b.split('.'));
    loop {
        let order = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(x), Some(y)) => compare_identifiers(x, y),
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// Numbers before words; a number that does not fit in 64 bits counts as a word, as in Go.
fn compare_identifiers(a: &str, b: &str) -> Ordering {
    match (a.parse::<u64>(), b.parse::<u64>()) {
        (Ok(x), Ok(y)) => x.cmp(&y),
        (Ok(_), Err(_)) => Ordering::Less,
        (Err(_), Ok(_)) => Ordering::Greater,
        (Err(_), Err(_)) => a.cmp(b),
    }
}

fn check_length(text: &str) -> Result<(), VersionError> {
    if text.len() <= MAX_VERSION_BYTES {
        return Ok(());
    }
    let message =
        format!("a version of {} bytes, at most {MAX_VERSION_BYTES} are read", text.len());
    Err(VersionError::new(message, Some(MAX_VERSION_BYTES)))
}

/// The parts of a text that is a version and nothing else.
fn whole(text: &str, wanted: &str) -> Result<scan::Parts, VersionError> {
    match scan::version(text, 0, scan::is_digit) {
        Ok(parts) if parts.end == text.len() => Ok(parts),
        Ok(parts) => {
            let rest = text.get(parts.end..).unwrap_or("");
            let message = format!("`{text}` is not {wanted}: unexpected `{rest}`");
            Err(VersionError::new(message, Some(parts.end)))
        }
        Err(at) => Err(VersionError::new(format!("`{text}` is not {wanted}"), Some(at))),
    }
}

/// The version that the parts spell, missing numbers being 0.
fn complete(text: &str, parts: &scan::Parts) -> Result<Version, VersionError> {
    let number = |part: Option<scan::Part>| match part {
        Some(part) => number(text, part),
        None => Ok(0),
    };
    Ok(Version {
        major: number(Some(parts.major))?,
        minor: number(parts.minor)?,
        patch: number(parts.patch)?,
        pre: prerelease(text, parts.prerelease)?,
        build: build(text, parts.build)?,
    })
}

fn number(text: &str, part: scan::Part) -> Result<u64, VersionError> {
    let digits = part.of(text);
    if !digits.bytes().all(scan::is_digit) {
        let message = format!("`{digits}` in `{text}` is neither a number nor `x`");
        return Err(VersionError::new(message, Some(part.start)));
    }
    digits.parse().map_err(|_| {
        let message = format!("`{digits}` in `{text}` is larger than {}", u64::MAX);
        VersionError::new(message, Some(part.start))
    })
}

fn prerelease(text: &str, part: Option<scan::Part>) -> Result<Prerelease, VersionError> {
    let Some(part) = part else { return Ok(Prerelease::EMPTY) };
    Prerelease::new(part.of(text)).map_err(|_| {
        let message =
            format!("prerelease `{}` in `{text}` has a number with a leading zero", part.of(text));
        VersionError::new(message, Some(part.start))
    })
}

fn build(text: &str, part: Option<scan::Part>) -> Result<BuildMetadata, VersionError> {
    let Some(part) = part else { return Ok(BuildMetadata::EMPTY) };
    BuildMetadata::new(part.of(text)).map_err(|_| {
        let message = format!("`{}` in `{text}` is not build metadata", part.of(text));
        VersionError::new(message, Some(part.start))
    })
}
