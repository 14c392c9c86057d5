//! Versions that Chart.yaml carried on the first-parent line, and what came after the last of them.

use super::manifest::lenient_version;
use super::{ChartHistory, Commit};

/// A version that Chart.yaml carried on the first-parent line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// The value of `version`, as text.
    pub version: String,
    /// Where it appeared; where [`ChartHistory::complete`] is false the oldest one may have appeared earlier.
    pub introduced: Commit,
    /// The last commit that carried it, the walk's head for today's version. Its tree is what the release holds.
    pub last: Commit,
    /// The chart's folder at `last`.
    pub folder: String,
    /// `appVersion` at `last`.
    pub app_version: Option<String>,
    /// `deprecated` at `last`.
    pub deprecated: bool,
}

/// Content that no version carries yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreleased {
    /// Where the current version appeared.
    pub bump: Commit,
    /// The first content change after it on the first-parent line.
    pub first: Commit,
    /// How many content changes came after it on the first-parent line.
    pub changes: usize,
    /// The first [`UNRELEASED_MAX`] of these changes, the oldest first.
    pub commits: Vec<Commit>,
}

/// How many changes without a release are named one by one.
pub const UNRELEASED_MAX: usize = 200;

/// What the first-parent line says of one chart's state at the head.
#[derive(Clone, Debug, Default)]
pub(super) struct Mainline {
    pub(super) unreleased: Option<Unreleased>,
    pub(super) deprecated_since: Option<i64>,
    pub(super) app_version_since: Option<i64>,
}

impl ChartHistory {
    /// The release before the version `current`: the one whose last commit is the newest among those with an earlier
    /// version. Prereleases don't count. Where `current` is no version, the newest release with another value.
    pub fn previous_release(&self, current: &str) -> Option<&Release> {
        let now = lenient_version(current);
        self.releases.iter().find(|release| match (&now, lenient_version(&release.version)) {
            (Some(now), Some(then)) => then.pre.is_empty() && then.cmp_precedence(now).is_lt(),
            (None, Some(then)) => then.pre.is_empty() && release.version != current,
            (_, None) => false,
        })
    }

    /// Content changes after the last version bump; `None` where today's content equals the bump's (a change that was
    /// taken back is none), or where the bump lies beyond what is here.
    pub fn unreleased_since(&self) -> Option<&Unreleased> {
        self.mainline.unreleased.as_ref()
    }

    /// Since when Chart.yaml has said `deprecated: true` without a break, in seconds since 1970; `None` where it does
    /// not, or where that moment lies beyond what is here.
    pub fn deprecated_since(&self) -> Option<i64> {
        self.mainline.deprecated_since
    }

    /// Since when Chart.yaml has carried today's `appVersion` without a break, in seconds since 1970; `None` where it
    /// has none, or where that moment lies beyond what is here.
    pub fn app_version_since(&self) -> Option<i64> {
        self.mainline.app_version_since
    }
}
