//! The key `rules`.

use std::collections::BTreeMap;

use crate::{
    config::{MAX_OPTION, RuleLevel, RuleSetting, Selector, suggest},
    finding::{Level, Place},
    rule::Page,
    text::Span,
    yaml::{Entry, Kind, Node},
};

use super::Reader;

const KEYS: [&str; 2] = ["level", "options"];

const LEVELS: [&str; 4] = ["error", "warning", "note", "off"];

impl<'a> Reader<'a> {
    pub(super) fn rules(&mut self, rules: Node<'a>) -> Vec<RuleSetting> {
        let mut settings: Vec<RuleSetting> = Vec::new();
        for entry in self.mapping(rules, "`rules`") {
            let Some(setting) = self.rule(&entry) else { continue };
            match settings.iter().find(|other| other.selector == setting.selector) {
                Some(first) => self.repeated(&entry, first.place.clone(), setting.selector),
                None => settings.push(setting),
            }
        }
        settings
    }

    /// A rule or family; what is unknown is noted.
    pub(super) fn selector(&mut self, text: &str, span: Span) -> Option<Selector<'static>> {
        let selector = Selector::parse(text, self.pages);
        selector.map_err(|error| self.problem(span, error.to_string(), error.help)).ok()
    }

    /// Reads the value even of an unknown rule, so that its problems are told at once.
    fn rule(&mut self, entry: &Entry<'a>) -> Option<RuleSetting> {
        let selector = self.selector(&entry.key, entry.key_span);
        let (level, options) = match entry.value.kind() {
            Kind::Mapping => self.setting(entry.value, selector),
            _ => (self.level(entry.value), BTreeMap::new()),
        };
        Some(RuleSetting { selector: selector?, level, options, place: self.place(entry.key_span) })
    }

    fn setting(
        &mut self,
        node: Node<'a>,
        selector: Option<Selector<'_>>,
    ) -> (Option<RuleLevel>, BTreeMap<String, i64>) {
        let (mut level, mut options) = (None, BTreeMap::new());
        for entry in node.entries() {
            match &*entry.key {
                "level" => level = self.level(entry.value),
                "options" => options = self.options(&entry, selector),
                _ => self.unknown_key(&entry, &KEYS),
            }
        }
        (level, options)
    }

    /// YAML 1.1 reads a plain `off` as false, so that any word for false is `off`.
    fn level(&mut self, node: Node<'a>) -> Option<RuleLevel> {
        if node.as_bool() == Some(false) || node.as_str() == Some("off") {
            return Some(RuleLevel::Off);
        }
        let level = node.as_str().and_then(|text| text.parse::<Level>().ok());
        if level.is_none() {
            let message = match node.kind() {
                Kind::Sequence | Kind::Mapping => {
                    format!("a level can't be {}", node.kind().noun())
                }
                Kind::Null => "here stands no level".to_owned(),
                _ => format!("`{}` is no level", node.raw()),
            };
            self.problem(node.span(), message, suggest::did_you_mean(node.raw(), &LEVELS));
        }
        level.map(RuleLevel::At)
    }

    fn options(
        &mut self,
        entry: &Entry<'a>,
        selector: Option<Selector<'_>>,
    ) -> BTreeMap<String, i64> {
        let entries = self.mapping(entry.value, "`options`");
        let id = match selector {
            Some(Selector::Rule(id)) => id,
            Some(Selector::Family(family)) => {
                let message = format!("options belong to one rule, `{family}/*` is a family");
                self.problem(entry.key_span, message, "write them under the rule's full id");
                return BTreeMap::new();
            }
            None => return BTreeMap::new(),
        };
        let pages = self.pages;
        let Some(page) = pages.iter().find(|page| page.id == id) else { return BTreeMap::new() };
        entries.iter().filter_map(|option| self.option(option, page)).collect()
    }

    fn option(&mut self, option: &Entry<'a>, page: &Page) -> Option<(String, i64)> {
        if !page.options.contains_key(&*option.key) {
            self.unknown_option(option, page);
            return None;
        }
        let range = 0..=MAX_OPTION;
        let value = option.value.as_i64().filter(|value| range.contains(value));
        if value.is_none() {
            let message = match option.value.kind() {
                Kind::Int => format!("`{}` is out of range", option.value.raw()),
                kind => format!("`{}` must be an integer, not {}", option.key, kind.noun()),
            };
            let help = format!("write a number from 0 to {MAX_OPTION}");
            self.problem(option.value.span(), message, help);
        }
        Some((option.key.to_string(), value?))
    }

    fn unknown_option(&mut self, option: &Entry<'a>, page: &Page) {
        let message = format!("`{}` has no option `{}`", page.id, option.key);
        let known: Vec<_> = page.options.keys().map(String::as_str).collect();
        let help = match known.as_slice() {
            [] => "remove it: the rule has no options".to_owned(),
            known => suggest::did_you_mean(&option.key, known),
        };
        self.problem(option.key_span, message, help);
    }

    fn repeated(&mut self, entry: &Entry<'a>, first: Place, selector: Selector<'_>) {
        let message = format!("`{}` means `{selector}`, which is configured already", entry.key);
        self.problem(entry.key_span, message, "remove one of the two");
        self.relate(first, "first here");
    }
}
