//! `input/stale-suppression`

use crate::rule::Rule;

/// A suppression that is expired, says no reason or silences nothing. It has no hook: what a
/// suppression was good for is known when all findings are, so `suppress` makes these findings.
pub(crate) struct StaleSuppression;

impl Rule for StaleSuppression {}
