//! What a rule is: its page, its hooks, and how it reports.

pub mod page;

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{
    catalog::{Chart, Crd, Dependency, Object, TemplateFile},
    facts::{CatalogFacts, ChartFacts, ChartUse},
    finding::{ChartId, Edit, Finding, Fix, Level, Place, Related},
    history::ChartHistory,
    sources::Source,
};

/// A rule's code: it overrides the hooks of the things that it speaks of.
///
/// The engine owns the loops, so an early `return` never skips a sibling. A hook reports only on
/// what it was handed. Rules are synchronous, infallible and blind to disk, clock and network.
pub trait Rule: Sync {
    /// Called once for each chart that is judged.
    fn chart(&self, _chart: &Chart, _cx: &ChartContext<'_>, _out: &mut Sink) {}
    /// Called for each entry of a chart's dependencies.
    fn dependency(&self, _: &Dependency, _: &Chart, _cx: &ChartContext<'_>, _out: &mut Sink) {}
    /// Called for each file under a chart's templates/.
    fn template(&self, _: &TemplateFile, _: &Chart, _cx: &ChartContext<'_>, _out: &mut Sink) {}
    /// Called for each object that is known without rendering.
    fn object(&self, _: &Object, _: &Chart, _cx: &ChartContext<'_>, _out: &mut Sink) {}
    /// Called for each custom resource definition of a chart's own.
    fn crd(&self, _: &Crd, _: &Chart, _cx: &ChartContext<'_>, _out: &mut Sink) {}
    /// Called for each use of a catalog's chart by a consumer or an umbrella chart.
    fn deployment(&self, _: &ChartUse, _cx: &CatalogContext<'_>, _out: &mut Sink) {}
    /// Called once, with the facts of all charts.
    fn catalog(&self, _: &CatalogFacts, _cx: &CatalogContext<'_>, _out: &mut Sink) {}
}

/// What chart hooks see besides the chart.
#[derive(Clone, Copy)]
pub struct ChartContext<'a> {
    /// The moment that ages are counted to, in seconds since 1970-01-01 UTC.
    pub now: i64,
    /// What Git knows of the chart; none without a repository.
    pub history: Option<&'a ChartHistory>,
    /// What the templates of the chart and of its closure do; for a local subchart, the closure of the
    /// chart that holds it.
    pub analysis: &'a crate::analysis::Analysis<'a>,
    /// The source that holds the chart, to ask which files exist.
    pub source: &'a Source,
    /// What is known of every chart before any is loaded.
    pub index: &'a crate::catalog::CatalogIndex,
    /// The rule's options.
    pub options: &'a Options,
}

/// What catalog hooks see besides the facts.
#[derive(Clone, Copy)]
pub struct CatalogContext<'a> {
    /// The moment that ages are counted to, in seconds since 1970-01-01 UTC.
    pub now: i64,
    /// The rule's options.
    pub options: &'a Options,
    /// Addresses that the catalog's charts are published at, without a slash at the end.
    pub published_at: &'a [String],
}

/// A rule's options: the page's defaults under the configuration's values.
#[derive(Clone, Debug, Default)]
pub struct Options(BTreeMap<String, i64>);

impl Options {
    /// The page's defaults, changed by `configured`.
    pub fn new(page: &Page, configured: &BTreeMap<String, i64>) -> Self {
        let value = |(name, option): (&String, &OptionPage)| {
            (name.clone(), configured.get(name).copied().unwrap_or(option.default))
        };
        Self(page.options.iter().map(value).collect())
    }

    /// An option's value; 0 for a name that the page does not have, which a test rules out.
    pub fn get(&self, name: &str) -> i64 {
        self.0.get(name).copied().unwrap_or_default()
    }
}

/// Takes a rule's findings.
#[derive(Debug)]
pub struct Sink {
    rule: std::sync::Arc<str>,
    level: Level,
    chart: Option<ChartId>,
    findings: Vec<Finding>,
}

impl Sink {
    /// A sink for one rule at one chart, or at the catalog.
    pub fn new(rule: &str, level: Level, chart: Option<ChartId>) -> Self {
        Self { rule: rule.into(), level, chart, findings: Vec::new() }
    }

    /// Reports a defect. Its level is the page's, its subject the chart, unless said otherwise.
    pub fn at(&mut self, place: Place, message: impl Into<String>) -> Draft<'_> {
        let subject = self.chart.as_ref().map(|chart| chart.name.clone()).unwrap_or_default();
        let finding = Finding {
            rule: self.rule.clone(),
            level: self.level,
            chart: self.chart.clone(),
            subject,
            message: message.into(),
            help: String::new(),
            location: place,
            related: Vec::new(),
            fingerprint: String::new(),
            fix: None,
        };
        let index = self.findings.len();
        self.findings.push(finding);
        Draft { finding: &mut self.findings[index] }
    }

    /// Reports what more than half of a catalog's charts lack: at the first of them, with the
    /// others as related places.
    pub fn absent(&mut self, charts: &[&ChartFacts], message: impl Into<String>) -> Draft<'_> {
        let mut places = charts.iter().map(|chart| (chart.anchor.clone(), chart.id.name.clone()));
        let first = places.next().map_or_else(|| Place::file(&"".into()), |(place, _)| place);
        places.fold(self.at(first, message), |draft, (place, name)| draft.also(place, name))
    }

    /// The findings, in the order in which they were reported.
    pub fn into_findings(self) -> Vec<Finding> {
        self.findings
    }
}

/// A finding that is still being written.
#[derive(Debug)]
pub struct Draft<'s> {
    finding: &'s mut Finding,
}

impl Draft<'_> {
    /// A second place, with a label of about three words.
    pub fn also(self, place: Place, label: impl Into<String>) -> Self {
        self.finding.related.push(Related { message: label.into(), location: place });
        self
    }

    /// An instruction that can be pasted.
    pub fn help(self, help: impl Into<String>) -> Self {
        self.finding.help = help.into();
        self
    }

    /// What the finding is about (see the spec's words): it makes the fingerprint.
    pub fn subject(self, subject: impl Into<String>) -> Self {
        self.finding.subject = subject.into();
        self
    }

    /// Another of the page's levels than the default.
    pub fn level(self, level: Level) -> Self {
        self.finding.level = level;
        self
    }

    /// The chart that a catalog rule's finding lies in.
    pub fn chart(self, chart: &ChartId) -> Self {
        self.finding.chart = Some(chart.clone());
        self
    }

    /// A repair that careen can apply.
    pub fn fix(self, safe: bool, edits: Vec<Edit>) -> Self {
        self.finding.fix = Some(Fix { safe, edits });
        self
    }
}

/// A rule's page, `rules/<family>/<name>.md`: the only place for its title, levels and prose.
#[derive(Clone, Debug)]
pub struct Page {
    /// `family/name`, from the file's path.
    pub id: &'static str,
    /// One line, lower case, no full stop: what is wrong.
    pub title: String,
    /// The default level.
    pub level: Level,
    /// Other levels that the rule can speak at, and when.
    pub also: BTreeMap<Level, String>,
    /// What one finding is about: chart, dependency, pair, catalog…
    pub unit: String,
    /// The dimension of the verdict that it speaks to.
    pub dimension: Option<String>,
    /// The first version of careen that had the rule.
    pub since: String,
    /// What it cannot run without.
    pub needs: Vec<Need>,
    /// What more than half of a catalog's charts have is told once, in these words after
    /// `N of M charts in …`.
    pub rollup: Option<String>,
    /// What to do about it then, where each chart's own help names only that chart's.
    pub rollup_help: Option<String>,
    /// What charts of an archived repository have is told once, in these words after `N of M charts
    /// in …`.
    pub archived: Option<String>,
    /// What it says more with, and runs without.
    pub uses: Vec<Need>,
    /// Numbers that the configuration can change, with their defaults.
    pub options: BTreeMap<String, OptionPage>,
    /// The Markdown under the front matter, whole.
    pub body: &'static str,
    /// The first paragraph of "What it checks", plain.
    pub summary: String,
}

impl Page {
    /// A page without anything on it.
    pub fn empty(id: &'static str) -> Self {
        Self {
            id,
            title: String::new(),
            level: Level::Note,
            also: BTreeMap::new(),
            unit: String::new(),
            dimension: None,
            since: String::new(),
            needs: Vec::new(),
            rollup: None,
            rollup_help: None,
            archived: None,
            uses: Vec::new(),
            options: BTreeMap::new(),
            body: "",
            summary: String::new(),
        }
    }
}

/// An input that a rule cannot run without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// Git history.
    History,
    /// A release before the current one.
    PreviousRelease,
    /// Rendered templates.
    Render,
    /// A chart repository's index.
    Index,
    /// An OCI registry.
    Registry,
    /// Repositories that deploy the charts.
    Consumers,
}

/// A number that the configuration can change.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OptionPage {
    /// Its default.
    pub default: i64,
    /// What it counts, with the unit.
    pub about: String,
}

/// Whole days between two moments in seconds; 0 where `then` lies after `now`.
pub fn days_since(then: i64, now: i64) -> i64 {
    (now - then).max(0) / SECONDS_PER_DAY
}

const SECONDS_PER_DAY: i64 = 24 * 60 * 60;
