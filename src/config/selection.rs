//! Which rules run, and at which level.

use std::collections::{BTreeMap, BTreeSet};

use crate::{finding::Level, rule::Page};

use super::{Config, RuleLevel, suggest};

/// Names one rule, or all rules of a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Selector<'a> {
    /// One rule, by its id: `docs/broken-link`.
    Rule(&'a str),
    /// A family, written `docs` or `docs/*`.
    Family(&'a str),
}

impl Selector<'static> {
    /// Reads a selector; fails where no page has the id or family.
    pub fn parse(text: &str, pages: &[&Page]) -> Result<Self, UnknownRule> {
        let family = text.strip_suffix("/*").unwrap_or(text);
        if let Some(page) = pages.iter().find(|page| page.id == text) {
            return Ok(Self::Rule(page.id));
        }
        let families = pages.iter().map(|page| family_of(page.id));
        match families.clone().find(|known| *known == family) {
            Some(family) => Ok(Self::Family(family)),
            None => Err(UnknownRule::new(text, pages.iter().map(|page| page.id).chain(families))),
        }
    }
}

impl Selector<'_> {
    /// Whether a rule is meant.
    pub fn matches(self, rule: &str) -> bool {
        match self {
            Self::Rule(id) => id == rule,
            Self::Family(family) => family_of(rule) == family,
        }
    }

    /// Whether it names one rule and not a family.
    pub fn is_rule(self) -> bool {
        matches!(self, Self::Rule(_))
    }
}

impl std::fmt::Display for Selector<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Rule(id) => f.write_str(id),
            Self::Family(family) => write!(f, "{family}/*"),
        }
    }
}

/// A rule or family that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is no rule and no family of rules")]
pub struct UnknownRule {
    /// The name as written.
    pub name: String,
    /// What to do.
    pub help: String,
}

impl UnknownRule {
    /// Looks for the name that was meant among the known ones.
    pub fn new<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Self {
        let help = match suggest::closest(name, known) {
            Some(known) => format!("did you mean `{known}`?"),
            None => "run `careen rules` for the list".to_owned(),
        };
        Self { name: name.to_owned(), help }
    }
}

/// The rules of one audit. The default runs none.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// The rules that run, each with its configured level.
    rules: BTreeMap<&'static str, Option<Level>>,
    /// Families of which a rule does not run.
    incomplete: BTreeSet<&'static str>,
}

impl Selection {
    /// Chooses rules. Without `select` all rules run, with it only those that it names. Rules that the
    /// configuration switches off stay off unless `select` has their full id. `ignore` always wins.
    /// Fails with every unknown rule of `select` and `ignore`.
    pub fn new(
        pages: &[&Page],
        config: &Config,
        select: &[String],
        ignore: &[String],
    ) -> Result<Self, Vec<UnknownRule>> {
        let mut unknown = Vec::new();
        let mut read = |texts: &[String]| -> Vec<Selector<'static>> {
            let parsed = texts.iter().map(|text| Selector::parse(text, pages));
            parsed.filter_map(|result| result.map_err(|error| unknown.push(error)).ok()).collect()
        };
        let choice = Choice { config, select: read(select), ignore: read(ignore) };
        if !unknown.is_empty() {
            return Err(unknown);
        }
        let mut selection = Self::default();
        for page in pages {
            if choice.runs(page.id) {
                selection.rules.insert(page.id, choice.level(page.id));
            } else {
                selection.incomplete.insert(family_of(page.id));
            }
        }
        Ok(selection)
    }

    /// One rule as its page describes it, and nothing else.
    pub fn only(rule: &'static str) -> Self {
        Self {
            rules: BTreeMap::from([(rule, None)]),
            incomplete: BTreeSet::from([family_of(rule)]),
        }
    }

    /// Whether a rule runs: none where it does not, else the level that the configuration sets for all
    /// of its findings, or none in turn.
    #[allow(
        clippy::option_option,
        reason = "two questions, and the second only where the first is yes"
    )]
    pub fn runs(&self, rule: &str) -> Option<Option<Level>> {
        self.rules.get(rule).copied()
    }

    /// Whether every rule that a selector means runs.
    pub fn runs_all(&self, selector: Selector<'_>) -> bool {
        match selector {
            Selector::Rule(rule) => self.rules.contains_key(rule),
            Selector::Family(family) => {
                let any = self.rules.keys().any(|rule| family_of(rule) == family);
                any && !self.incomplete.contains(family)
            }
        }
    }
}

/// What decides whether a rule runs.
struct Choice<'a> {
    config: &'a Config,
    select: Vec<Selector<'static>>,
    ignore: Vec<Selector<'static>>,
}

impl Choice<'_> {
    fn runs(&self, rule: &'static str) -> bool {
        let among = |selectors: &[Selector<'_>]| selectors.iter().any(|one| one.matches(rule));
        let off = self.config.level(rule) == Some(RuleLevel::Off);
        let named = self.select.contains(&Selector::Rule(rule));
        !among(&self.ignore) && (self.select.is_empty() || among(&self.select)) && (!off || named)
    }

    fn level(&self, rule: &str) -> Option<Level> {
        match self.config.level(rule) {
            Some(RuleLevel::At(level)) => Some(level),
            Some(RuleLevel::Off) | None => None,
        }
    }
}

fn family_of(rule: &str) -> &str {
    rule.split_once('/').map_or(rule, |(family, _)| family)
}
