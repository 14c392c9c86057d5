//! The last stage before the report: suppressions, and what is wrong with them.

use crate::{
    config::{Config, Selection, Selector, Suppression},
    finding::{Finding, Level, Place, Related},
    report::{SkippedRule, Suppressed},
};

/// The rule that reports suppressions without a reason, expired ones and those that silence nothing.
pub const STALE_SUPPRESSION: &str = "input/stale-suppression";

/// What an audit covered: without it, a suppression that silences nothing is no finding.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The moment that expiries are compared with, in seconds since 1970-01-01 UTC.
    pub now: i64,
    /// Whether every chart is reported on; false with `--chart`.
    pub complete: bool,
    /// The rules that could not run.
    pub skipped: &'a [SkippedRule],
}

/// Takes out the findings that are silenced and adds those of [`STALE_SUPPRESSION`] about the suppressions
/// themselves, where that rule runs; no suppression silences these. Returns the findings that stand, in the
/// order given and then the added ones, and the silenced ones.
pub fn suppress(
    findings: Vec<Finding>,
    config: &Config,
    selection: &Selection,
    scope: &Scope<'_>,
) -> (Vec<Finding>, Vec<Suppressed>) {
    let mut uses: Vec<_> = config.suppressions.iter().map(Use::new).collect();
    let (mut standing, mut suppressed) = (Vec::new(), Vec::new());
    for finding in findings {
        match silence(&mut uses, &finding, scope.now) {
            Some(by) => suppressed.push(record(finding, by)),
            None => standing.push(finding),
        }
    }
    if let Some(configured) = selection.runs(STALE_SUPPRESSION) {
        let judge = Judge { selection, scope, level: configured.unwrap_or(Level::Warning) };
        standing.extend(uses.iter().filter_map(|one| judge.stale(one)));
    }
    (standing, suppressed)
}

/// A suppression with the first finding that it speaks of.
struct Use<'a> {
    suppression: &'a Suppression,
    first: Option<Place>,
}

impl<'a> Use<'a> {
    fn new(suppression: &'a Suppression) -> Self {
        Self { suppression, first: None }
    }
}

/// Notes every suppression that speaks of a finding; returns the first that still holds.
fn silence<'a>(uses: &mut [Use<'a>], finding: &Finding, now: i64) -> Option<&'a Suppression> {
    let mut by = None;
    for one in uses.iter_mut().filter(|one| one.suppression.matches(finding)) {
        one.first.get_or_insert_with(|| finding.location.clone());
        if by.is_none() && !one.suppression.is_expired(now) {
            by = Some(one.suppression);
        }
    }
    by
}

fn record(finding: Finding, by: &Suppression) -> Suppressed {
    Suppressed {
        finding,
        reason: by.reason.clone().unwrap_or_default(),
        until: by.until.as_ref().map(|until| until.date.clone()),
        by: by.place.clone(),
    }
}

/// Judges suppressions after all findings are known.
struct Judge<'a> {
    selection: &'a Selection,
    scope: &'a Scope<'a>,
    level: Level,
}

impl Judge<'_> {
    /// Expired says more than useless, and useless more than unexplained: one finding each at most.
    fn stale(&self, one: &Use<'_>) -> Option<Finding> {
        let suppression = one.suppression;
        let expired = suppression.until.as_ref().filter(|until| self.scope.now >= until.end);
        if let Some(until) = expired {
            let message =
                format!("the suppression of `{}` expired on {}", suppression.rule, until.date);
            let help = match one.first {
                Some(_) => "repair the finding and remove the suppression, or set a later `until`",
                None => "remove the suppression: it would silence nothing",
            };
            return Some(self.finding(one, &until.place, message, help, "stands again"));
        }
        if one.first.is_none() && self.could_match(suppression.rule) {
            let message = format!("the suppression of `{}` silences nothing", suppression.rule);
            let help = "remove it, or correct its `chart` and `subject`";
            return Some(self.finding(one, &suppression.place, message, help, ""));
        }
        if suppression.reason.is_none() {
            let message = format!("the suppression of `{}` has no reason", suppression.rule);
            let help = "say in `reason` why the finding may stay";
            return Some(self.finding(one, &suppression.place, message, help, "silenced here"));
        }
        None
    }

    /// Whether all rules that are meant ran, on everything.
    fn could_match(&self, selector: Selector<'_>) -> bool {
        let skipped = |skipped: &SkippedRule| selector.matches(&skipped.rule);
        self.scope.complete
            && self.selection.runs_all(selector)
            && !self.scope.skipped.iter().any(skipped)
    }

    fn finding(
        &self,
        one: &Use<'_>,
        at: &Place,
        message: String,
        help: &str,
        label: &str,
    ) -> Finding {
        let related =
            |place: &Place| Related { message: label.to_owned(), location: place.clone() };
        Finding {
            rule: STALE_SUPPRESSION.into(),
            level: self.level,
            chart: None,
            subject: subject(one.suppression),
            message,
            help: help.to_owned(),
            location: at.clone(),
            related: one.first.iter().map(related).collect(),
            fingerprint: String::new(),
            fix: None,
        }
    }
}

/// Rule, chart and subject of the suppression, as far as it names them.
fn subject(suppression: &Suppression) -> String {
    let chart = suppression.chart.as_ref().map(|glob| glob.text.as_str());
    let subject = suppression.subject.as_ref().map(|pattern| pattern.text.as_str());
    let rule = suppression.rule.to_string();
    [Some(rule.as_str()), chart, subject].into_iter().flatten().collect::<Vec<_>>().join(" ")
}
