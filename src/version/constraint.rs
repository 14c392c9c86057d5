//! Constraints: alternatives of bounds, as Masterminds/semver reads and checks them.

use std::borrow::Cow;
use std::cmp::Ordering;

use semver::{BuildMetadata, Version};

use super::{
    MAX_CONSTRAINT_ALTERNATIVES, MAX_CONSTRAINT_BYTES, MAX_VERSION_BYTES, VersionError, compare,
    complete, number, prerelease, scan,
};

/// A constraint on versions: it matches where one of its alternatives does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constraint {
    alternatives: Vec<Alternative>,
}

impl Constraint {
    /// Reads a constraint, for example `^1.2`, `>= 1.19.0-0 < 1.33.0-0`, `1.2 - 1.4 || 2.x`.
    ///
    /// Errors have a byte offset into `text`, except where a range (`A - B`) was rewritten before.
    pub fn parse(text: &str) -> Result<Self, VersionError> {
        check_length(text)?;
        let rewritten = rewrite_ranges(text);
        let count = rewritten.split("||").count();
        if count > MAX_CONSTRAINT_ALTERNATIVES {
            let message = format!(
                "a constraint of {count} alternatives, at most {MAX_CONSTRAINT_ALTERNATIVES} are read"
            );
            return Err(VersionError::new(message, None));
        }
        let mut alternatives = Vec::with_capacity(count);
        let mut start = 0;
        for segment in rewritten.split("||") {
            let end = start + segment.len();
            let read = alternative(&rewritten, start, end).map_err(|error| match rewritten {
                Cow::Borrowed(_) => error,
                Cow::Owned(_) => VersionError { offset: None, ..error },
            })?;
            alternatives.push(read);
            start = end + 2;
        }
        Ok(Self { alternatives })
    }

    /// Whether a version satisfies the constraint. A prerelease does only where a bound of the same
    /// alternative has a prerelease as well.
    pub fn matches(&self, version: &Version) -> bool {
        self.alternatives.iter().any(|alternative| alternative.matches(version))
    }

    /// Whether this is one complete version and nothing else: `1.2.3`, `=1.2.3`, `v1.2.3`.
    pub fn is_exact(&self) -> bool {
        self.only_bound().is_some_and(|bound| bound.operator == Operator::Equal && !bound.is_wild())
    }

    /// Whether this reads like one version and is a range: `1`, `1.2`, `=1.2` (not `1.x`).
    pub fn looks_pinned_but_floats(&self) -> bool {
        self.only_bound().is_some_and(|bound| {
            bound.operator == Operator::Equal
                && bound.is_wild()
                && !bound.written.contains(['x', 'X', '*'])
        })
    }

    /// Whether some later version is too high for every alternative: false for `*`, `>=1`,
    /// `^1 || >3`, `~0.0.0`, `!=1.2.3`.
    pub fn has_upper_bound(&self) -> bool {
        self.alternatives.iter().all(|alternative| alternative.bounds.iter().any(Bound::is_upper))
    }

    /// The alternatives in the order written, at least one.
    pub fn alternatives(&self) -> &[Alternative] {
        &self.alternatives
    }

    fn only_bound(&self) -> Option<&Bound> {
        match self.alternatives.as_slice() {
            [alternative] => match alternative.bounds.as_slice() {
                [bound] => Some(bound),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Bounds that must all hold; a constraint separates its alternatives with `||`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// The bounds in the order written, at least one. `A - B` gives two, `>=` and `<=`.
    pub bounds: Vec<Bound>,
}

impl Alternative {
    /// Whether prereleases can match: one bound with a prerelease (`-0`) opens the alternative
    /// (since Masterminds/semver 3.4; before, each bound needed its own).
    pub fn admits_prereleases(&self) -> bool {
        self.bounds.iter().any(|bound| !bound.version.pre.is_empty())
    }

    /// Whether all bounds hold, and prereleases are admitted where `version` is one.
    pub fn matches(&self, version: &Version) -> bool {
        (version.pre.is_empty() || self.admits_prereleases())
            && self.bounds.iter().all(|bound| bound.matches(version))
    }
}

/// How a bound compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    /// `=` or nothing. On an incomplete version the same as `~`.
    Equal,
    /// `!=`
    NotEqual,
    /// `>`
    Greater,
    /// `<`
    Less,
    /// `>=` or `=>`
    GreaterOrEqual,
    /// `<=` or `=<`
    LessOrEqual,
    /// `~` or `~>`
    Tilde,
    /// `^`
    Caret,
}

/// One comparison, for example `>=1.19.0-0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// How to compare.
    pub operator: Operator,
    /// What to compare with, missing and wild numbers being 0.
    pub version: Version,
    /// The version as written, without the operator.
    pub written: String,
    /// Where the version stops being written out.
    pub wild: Wild,
}

/// The first number of a version that is missing, `x`, `X` or `*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wild {
    /// All three numbers are given.
    None,
    /// `1.2`, `1.2.x`
    Patch,
    /// `1`, `1.x`
    Minor,
    /// `*`, `x`
    Major,
}

impl Bound {
    /// Whether a number is missing or wild.
    pub fn is_wild(&self) -> bool {
        self.wild != Wild::None
    }

    /// Whether the version has a prerelease, `-0` included.
    pub fn has_prerelease(&self) -> bool {
        !self.version.pre.is_empty()
    }

    /// Whether some later version is too high for this bound.
    pub fn is_upper(&self) -> bool {
        match self.operator {
            Operator::Less | Operator::LessOrEqual | Operator::Caret => true,
            Operator::Greater | Operator::GreaterOrEqual | Operator::NotEqual => false,
            Operator::Equal => !self.is_wild() || !self.tilde_admits_all(),
            Operator::Tilde => !self.tilde_admits_all(),
        }
    }

    /// Whether the comparison holds; who admits prereleases is decided by [`Alternative`].
    pub fn matches(&self, version: &Version) -> bool {
        let order = compare(version, &self.version);
        match self.operator {
            Operator::Equal if self.is_wild() => self.matches_tilde(version, order),
            Operator::Equal => order.is_eq(),
            Operator::NotEqual => self.matches_not_equal(version, order),
            Operator::Greater => self.matches_greater(version, order),
            Operator::Less => order.is_lt(),
            Operator::GreaterOrEqual => order.is_ge(),
            Operator::LessOrEqual => self.matches_less_or_equal(version, order),
            Operator::Tilde => self.matches_tilde(version, order),
            Operator::Caret => self.matches_caret(version, order),
        }
    }

    fn matches_not_equal(&self, version: &Version, order: Ordering) -> bool {
        let own = &self.version;
        match self.wild {
            // `!=*` is compared with 0.0.0.
            Wild::None | Wild::Major => order.is_ne(),
            Wild::Minor => own.major != version.major,
            Wild::Patch => {
                own.major != version.major
                    || own.minor != version.minor
                    || super::compare_prereleases(version.pre.as_str(), own.pre.as_str()).is_ne()
            }
        }
    }

    fn matches_greater(&self, version: &Version, order: Ordering) -> bool {
        let own = &self.version;
        match self.wild {
            Wild::None | Wild::Major => order.is_gt(),
            Wild::Minor => version.major > own.major,
            Wild::Patch => (version.major, version.minor) > (own.major, own.minor),
        }
    }

    fn matches_less_or_equal(&self, version: &Version, order: Ordering) -> bool {
        let own = &self.version;
        match self.wild {
            Wild::None => order.is_le(),
            Wild::Minor => version.major <= own.major,
            Wild::Patch | Wild::Major => (version.major, version.minor) <= (own.major, own.minor),
        }
    }

    fn matches_tilde(&self, version: &Version, order: Ordering) -> bool {
        let own = &self.version;
        order.is_ge()
            && (self.tilde_admits_all()
                || (version.major == own.major
                    && (version.minor == own.minor || self.wild == Wild::Minor)))
    }

    /// `*`, `~*` and `~0.0.0`.
    fn tilde_admits_all(&self) -> bool {
        let own = &self.version;
        (own.major, own.minor, own.patch) == (0, 0, 0)
            && matches!(self.wild, Wild::None | Wild::Major)
    }

    fn matches_caret(&self, version: &Version, order: Ordering) -> bool {
        let own = &self.version;
        if order.is_lt() || version.major != own.major {
            return false;
        }
        if own.major > 0 || self.wild == Wild::Minor {
            return true;
        }
        version.minor == own.minor
            && (own.minor > 0 || self.wild == Wild::Patch || version.patch == own.patch)
    }
}

fn check_length(text: &str) -> Result<(), VersionError> {
    if text.len() <= MAX_CONSTRAINT_BYTES {
        return Ok(());
    }
    let message =
        format!("a constraint of {} bytes, at most {MAX_CONSTRAINT_BYTES} are read", text.len());
    Err(VersionError::new(message, Some(MAX_CONSTRAINT_BYTES)))
}

/// `A - B` becomes `>= A, <= B `, together with the white space around it, as the library does it:
/// by replacing text, the first place that reads the same.
fn rewrite_ranges(text: &str) -> Cow<'_, str> {
    let mut rewritten = Cow::Borrowed(text);
    let mut at = 0;
    while at < text.len() {
        if let Some((end, low, high)) = range_at(text, at) {
            let found = text.get(at..end).unwrap_or("");
            rewritten = rewritten.replacen(found, &format!(">= {low}, <= {high} "), 1).into();
            at = end;
        } else {
            at += 1;
        }
    }
    rewritten
}

/// The end of a range at `at`, and the two versions.
fn range_at(text: &str, at: usize) -> Option<(usize, &str, &str)> {
    let low_start = scan::skip_space(text, at);
    let low = scan::version(text, low_start, scan::is_wild_digit).ok()?;
    let hyphen = scan::skip_space(text, low.end);
    let after_hyphen = scan::after(text, hyphen, b'-')?;
    let high_start = scan::skip_space(text, after_hyphen);
    if hyphen == low.end || high_start == after_hyphen {
        return None;
    }
    let high = scan::version(text, high_start, scan::is_wild_digit).ok()?;
    let end = scan::skip_space(text, high.end);
    Some((end, text.get(low_start..low.end)?, text.get(high_start..high.end)?))
}

/// Bounds with white space or one comma between them, from `start` to `end`.
fn alternative(text: &str, start: usize, end: usize) -> Result<Alternative, VersionError> {
    let text = text.get(..end).unwrap_or("");
    let mut bounds = Vec::new();
    let mut at = scan::skip_space(text, start);
    loop {
        let (bound, next) = bound(text, at)?;
        bounds.push(bound);
        at = scan::skip_space(text, next);
        if at == end {
            return Ok(Alternative { bounds });
        }
        match scan::after(text, at, b',') {
            Some(after) => at = scan::skip_space(text, after),
            None if at > next => {}
            None => {
                let rest = text.get(at..).unwrap_or("");
                let message = format!("unexpected `{rest}`, a space or a comma separates bounds");
                return Err(VersionError::new(message, Some(at)));
            }
        }
    }
}

const OPERATORS: [(&str, Operator); 11] = [
    ("!=", Operator::NotEqual),
    (">=", Operator::GreaterOrEqual),
    ("=>", Operator::GreaterOrEqual),
    ("<=", Operator::LessOrEqual),
    ("=<", Operator::LessOrEqual),
    ("~>", Operator::Tilde),
    ("=", Operator::Equal),
    (">", Operator::Greater),
    ("<", Operator::Less),
    ("~", Operator::Tilde),
    ("^", Operator::Caret),
];

/// The bound at `at`, and the byte after it.
fn bound(text: &str, at: usize) -> Result<(Bound, usize), VersionError> {
    let rest = text.get(at..).unwrap_or("");
    let found = OPERATORS.iter().find(|(written, _)| rest.starts_with(written));
    let (length, operator) = found.map_or((0, Operator::Equal), |(w, o)| (w.len(), *o));
    let start = scan::skip_space(text, at + length);
    let Ok(parts) = scan::version(text, start, scan::is_wild_digit) else {
        let message = match text.get(start..).unwrap_or("") {
            "" => "a version is missing at the end".to_owned(),
            rest => format!("expected a version, found `{rest}`"),
        };
        return Err(VersionError::new(message, Some(start)));
    };
    let written = text.get(start..parts.end).unwrap_or("").to_owned();
    let wild = wild(text, &parts);
    check_bound_length(&parts, start, wild)?;
    let version = lowest(text, &parts, wild)?;
    Ok((Bound { operator, version, written, wild }, parts.end))
}

/// The library reads a bound's version after it has filled in zeros, and limits that text.
fn check_bound_length(parts: &scan::Parts, start: usize, wild: Wild) -> Result<(), VersionError> {
    let tail = ".0".len() + parts.prerelease.map_or(0, |part| part.end - part.start + 1);
    let filled = match wild {
        Wild::None => parts.end - start,
        Wild::Patch => parts.minor.unwrap_or(parts.major).end - parts.major.start + tail,
        Wild::Minor => parts.major.end - parts.major.start + ".0".len() + tail,
        Wild::Major => "0.0".len() + tail,
    };
    if filled <= MAX_VERSION_BYTES {
        return Ok(());
    }
    let message = format!("a version of {filled} bytes, at most {MAX_VERSION_BYTES} are read");
    Err(VersionError::new(message, Some(start)))
}

fn wild(text: &str, parts: &scan::Parts) -> Wild {
    let is_wild =
        |part: Option<scan::Part>| part.is_none_or(|part| matches!(part.of(text), "x" | "X" | "*"));
    match parts {
        parts if is_wild(Some(parts.major)) => Wild::Major,
        parts if is_wild(parts.minor) => Wild::Minor,
        parts if is_wild(parts.patch) => Wild::Patch,
        _ => Wild::None,
    }
}

/// The version with 0 for the numbers from the first wild one on; what is written there, and build
/// metadata, no longer count.
fn lowest(text: &str, parts: &scan::Parts, wild: Wild) -> Result<Version, VersionError> {
    if wild == Wild::None {
        return complete(text, parts);
    }
    let part = |part: Option<scan::Part>, given: bool| match part {
        Some(part) if given => number(text, part),
        _ => Ok(0),
    };
    Ok(Version {
        major: part(Some(parts.major), wild != Wild::Major)?,
        minor: part(parts.minor, wild == Wild::Patch)?,
        patch: 0,
        pre: prerelease(text, parts.prerelease)?,
        build: BuildMetadata::EMPTY,
    })
}
