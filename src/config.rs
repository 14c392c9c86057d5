//! `careen.yaml`: what the people who keep a catalog decide about its audit.
//!
//! Reading collects every problem with its place and never stops at the first. Unknown keys and rules
//! are refused with a suggestion, so that a typing error can't switch something off in silence.
//! `schema/careen-config-1.json` is the same contract for editors; a test holds the two together.

mod glob;
mod read;
mod selection;
mod suggest;
mod suppression;

use std::{collections::BTreeMap, sync::Arc};

use globset::GlobSet;

use crate::{
    finding::{Level, Place, Related},
    rule::Page,
    text::Text,
};

pub use glob::{BadGlob, ChartGlobs, PathGlob, covers_chart};
pub use selection::{Selection, Selector, UnknownRule};
pub use suggest::{closest, did_you_mean};
pub use suppression::{SubjectPattern, Suppression, Until};

/// The names of a configuration file, relative to the audited root. Two of them at once are an error.
pub const FILE_NAMES: [&str; 4] =
    ["careen.yaml", ".careen.yaml", ".github/careen.yaml", ".github/.careen.yaml"];

/// The largest value of an option; ages of more days than this are older than writing.
pub const MAX_OPTION: i64 = 1_000_000;

/// One `careen.yaml`, valid. The default configures nothing.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Levels and options, in the order of the file.
    pub rules: Vec<RuleSetting>,
    /// Folders and charts that are left out: matches every path in them, too.
    pub excludes: GlobSet,
    /// Findings that are silenced.
    pub suppressions: Vec<Suppression>,
    /// Addresses that the catalog's charts are published at, without a slash at the end.
    pub published_at: Vec<String>,
}

impl Config {
    /// Reads a configuration. `path` is the file as reports show it, `pages` are those of all rules.
    /// Fails with every problem, in the order of the file.
    pub fn parse(path: &Arc<str>, text: Text, pages: &[&Page]) -> Result<Self, Vec<ConfigProblem>> {
        read::config(path, text, pages)
    }

    /// What is configured for a rule: its own setting, else its family's.
    pub fn level(&self, rule: &str) -> Option<RuleLevel> {
        let of = |exact: bool| {
            self.rules
                .iter()
                .filter(|setting| setting.selector.is_rule() == exact)
                .filter(|setting| setting.selector.matches(rule))
                .find_map(|setting| setting.level)
        };
        of(true).or_else(|| of(false))
    }

    /// The options that are configured for a rule.
    pub fn options(&self, rule: &str) -> &BTreeMap<String, i64> {
        static NONE: BTreeMap<String, i64> = BTreeMap::new();
        let setting = self.rules.iter().find(|setting| setting.selector == Selector::Rule(rule));
        setting.map_or(&NONE, |setting| &setting.options)
    }
}

/// One entry of `rules`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleSetting {
    /// Which rules.
    pub selector: Selector<'static>,
    /// The level; none where only options are set.
    pub level: Option<RuleLevel>,
    /// The options by name.
    pub options: BTreeMap<String, i64>,
    /// Where the entry's key is written.
    pub place: Place,
}

/// The level that a configuration gives to a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleLevel {
    /// The rule does not run.
    Off,
    /// Every finding of the rule has this level, whatever levels the rule speaks at by itself.
    At(Level),
}

/// Something in a configuration that can't be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ConfigProblem {
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// Where.
    pub place: Place,
    /// What to write instead; empty where the message says it all.
    pub help: String,
    /// Another place that the message speaks of.
    pub related: Vec<Related>,
}
