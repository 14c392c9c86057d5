//! Suppressions as they are written; `suppress` applies them.

use globset::{GlobBuilder, GlobMatcher};
use jiff::{civil::Date, tz::TimeZone};

use crate::finding::{Finding, Place};

use super::{PathGlob, Selector};

/// How an expiry is written.
const DATE_FORMAT: &str = "%Y-%m-%d";

/// One entry of `suppressions`.
#[derive(Clone, Debug)]
pub struct Suppression {
    /// Which rules.
    pub rule: Selector<'static>,
    /// Which charts; none for all of them, and for findings on the catalog.
    pub chart: Option<PathGlob>,
    /// Which subjects; none for all.
    pub subject: Option<SubjectPattern>,
    /// Why; none where nobody says.
    pub reason: Option<String>,
    /// How long it holds; none for ever.
    pub until: Option<Until>,
    /// Where it is written.
    pub place: Place,
}

impl Suppression {
    /// Whether it speaks of a finding; the expiry is not looked at.
    pub fn matches(&self, finding: &Finding) -> bool {
        let chart = |glob: &PathGlob| {
            finding.chart.as_ref().is_some_and(|chart| glob.covers_chart(&chart.path))
        };
        self.rule.matches(&finding.rule)
            && self.chart.as_ref().is_none_or(chart)
            && self.subject.as_ref().is_none_or(|pattern| pattern.matches(&finding.subject))
    }

    /// Whether its last day is over at `now`, in seconds since 1970-01-01 UTC.
    pub fn is_expired(&self, now: i64) -> bool {
        self.until.as_ref().is_some_and(|until| now >= until.end)
    }
}

/// A subject, or several with `*`, which stands for anything. Brackets have no meaning, for subjects
/// have them: `jobs[0].image`.
#[derive(Clone, Debug)]
pub struct SubjectPattern {
    /// The pattern as written.
    pub text: String,
    matcher: Option<GlobMatcher>,
}

impl SubjectPattern {
    /// Reads a pattern; there are no wrong ones.
    pub fn new(text: &str) -> Self {
        let pieces: Vec<_> = text.split('*').map(globset::escape).collect();
        let glob = (pieces.len() > 1).then(|| pieces.join("*"));
        let matcher = glob.and_then(|glob| GlobBuilder::new(&glob).build().ok());
        Self { text: text.to_owned(), matcher: matcher.map(|glob| glob.compile_matcher()) }
    }

    /// Whether a subject is meant.
    pub fn matches(&self, subject: &str) -> bool {
        subject == self.text || self.matcher.as_ref().is_some_and(|glob| glob.is_match(subject))
    }
}

/// The last day of a suppression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Until {
    /// The day, `YYYY-MM-DD`; the suppression still holds on it.
    pub date: String,
    /// The first second after it in UTC, counted from 1970-01-01.
    pub end: i64,
    /// Where it is written.
    pub place: Place,
}

impl Until {
    /// Reads a day; none where it is no date of the calendar.
    pub fn new(text: &str, place: Place) -> Option<Self> {
        let date = Date::strptime(DATE_FORMAT, text).ok()?;
        let next = date.tomorrow().ok()?.to_zoned(TimeZone::UTC).ok()?;
        let end = next.timestamp().as_second();
        Some(Self { date: date.strftime(DATE_FORMAT).to_string(), end, place })
    }
}
