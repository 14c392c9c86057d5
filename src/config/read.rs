//! From YAML to a [`Config`], with all problems.

mod rules;
mod suppressions;

use std::sync::Arc;

use globset::{GlobSet, GlobSetBuilder};

use crate::{
    finding::{Place, Related},
    rule::Page,
    text::{Span, Text},
    yaml::{self, Entry, Kind, Node, Stream},
};

use super::{Config, ConfigProblem, PathGlob, glob, suggest};

const KEYS: [&str; 4] = ["rules", "exclude", "suppressions", "published-at"];

/// Keys of the specification that no code reads yet.
const RESERVED: [&str; 3] = ["consumers", "terms", "policy"];

const SCHEMES: [&str; 3] = ["https", "http", "oci"];

pub(super) fn config(
    path: &Arc<str>,
    text: Text,
    pages: &[&Page],
) -> Result<Config, Vec<ConfigProblem>> {
    let stream = yaml::parse(text);
    let mut reader = Reader { path, text: stream.text(), pages, problems: Vec::new() };
    let config = reader.stream(&stream);
    let mut problems = reader.problems;
    if problems.is_empty() {
        return Ok(config);
    }
    problems.sort_by(|a, b| (&a.place, &a.message).cmp(&(&b.place, &b.message)));
    problems.dedup();
    Err(problems)
}

/// Reads values and notes what is wrong with them.
struct Reader<'a> {
    path: &'a Arc<str>,
    text: &'a Text,
    pages: &'a [&'a Page],
    problems: Vec<ConfigProblem>,
}

impl<'a> Reader<'a> {
    fn stream(&mut self, stream: &'a Stream) -> Config {
        if let Some(error) = stream.error() {
            self.problem(error.span, error.message.clone(), "repair the YAML first");
        }
        for key in stream.duplicate_keys() {
            let message = format!("`{}` is written twice", key.key);
            self.problem(key.span, message, "remove one of the two");
            self.relate(self.place(key.first), "first here");
        }
        if let Some(second) = stream.documents().nth(1) {
            let message = "a configuration is one document, and here begins a second one";
            self.problem(second.span(), message, "remove the `---`");
        }
        stream.root().map(|root| self.root(root)).unwrap_or_default()
    }

    fn root(&mut self, root: Node<'a>) -> Config {
        let mut config = Config::default();
        for entry in self.mapping(root, "the configuration") {
            match &*entry.key {
                "rules" => config.rules = self.rules(entry.value),
                "exclude" => config.excludes = self.exclude(entry.value),
                "suppressions" => config.suppressions = self.suppressions(entry.value),
                "published-at" => config.published_at = self.published_at(entry.value),
                key if RESERVED.contains(&key) => self.reserved(&entry),
                _ => self.unknown_key(&entry, &KEYS),
            }
        }
        config
    }

    fn exclude(&mut self, list: Node<'a>) -> GlobSet {
        let mut set = GlobSetBuilder::new();
        for (text, span) in self.strings(list, "exclude") {
            if let Err(bad) = glob::add_folder(text, &mut set) {
                self.problem(span, bad.message, bad.help);
            }
        }
        set.build().unwrap_or_else(|error| {
            self.problem(list.span(), error.kind().to_string(), "write fewer globs");
            GlobSet::empty()
        })
    }

    fn published_at(&mut self, list: Node<'a>) -> Vec<String> {
        let items = self.strings(list, "published-at");
        items.into_iter().filter_map(|(text, span)| self.address(text, span)).collect()
    }

    fn address(&mut self, text: &str, span: Span) -> Option<String> {
        let (scheme, rest) = text.split_once("://").unwrap_or(("", ""));
        if SCHEMES.contains(&scheme) && !rest.is_empty() {
            return Some(text.trim_end_matches('/').to_owned());
        }
        let message = format!("`{text}` is no address of a chart repository");
        self.problem(span, message, "begin it with `https://`, `http://` or `oci://`");
        None
    }

    fn glob(&mut self, text: &str, span: Span) -> Option<PathGlob> {
        let glob = PathGlob::new(text, self.place(span));
        glob.map_err(|bad| self.problem(span, bad.message, bad.help)).ok()
    }

    fn reserved(&mut self, entry: &Entry<'a>) {
        let message = format!("`{}` is reserved for a later version of careen", entry.key);
        self.problem(entry.key_span, message, "remove it: this version would not look at it");
    }

    fn unknown_key(&mut self, entry: &Entry<'a>, known: &[&str]) {
        let message = format!("unknown key `{}`", entry.key);
        self.problem(entry.key_span, message, suggest::did_you_mean(&entry.key, known));
    }

    /// The entries of a mapping; an empty value is an empty mapping.
    fn mapping(&mut self, node: Node<'a>, what: &str) -> Vec<Entry<'a>> {
        if !matches!(node.kind(), Kind::Mapping | Kind::Null) {
            self.wrong_type(node, what, "a mapping");
        }
        node.entries().collect()
    }

    /// The items of a list; an empty value is an empty list.
    fn list(&mut self, node: Node<'a>, what: &str) -> Vec<Node<'a>> {
        if !matches!(node.kind(), Kind::Sequence | Kind::Null) {
            self.wrong_type(node, &format!("`{what}`"), "a list");
        }
        node.items().collect()
    }

    fn strings(&mut self, node: Node<'a>, what: &str) -> Vec<(&'a str, Span)> {
        let items = self.list(node, what);
        let text = |item| Some((self.string(item, &format!("an item of `{what}`"))?, item.span()));
        items.into_iter().filter_map(text).collect()
    }

    /// A scalar as written: `1.10` stays `1.10`.
    fn string(&mut self, node: Node<'a>, what: &str) -> Option<&'a str> {
        if matches!(node.kind(), Kind::Null | Kind::Sequence | Kind::Mapping) {
            self.wrong_type(node, what, "a string");
            return None;
        }
        Some(node.raw())
    }

    fn wrong_type(&mut self, node: Node<'a>, what: &str, wanted: &str) {
        let message = format!("{what} must be {wanted}, not {}", node.kind().noun());
        let help = match wanted {
            "a list" => "write each item on a line of its own that begins with `- `",
            _ => "",
        };
        self.problem(node.span(), message, help);
    }

    fn place(&self, span: Span) -> Place {
        Place::new(self.path, self.text, span)
    }

    fn problem(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.problems.push(ConfigProblem {
            message: message.into(),
            place: self.place(span),
            help: help.into(),
            related: Vec::new(),
        });
    }

    /// Adds a second place to the newest problem.
    fn relate(&mut self, location: Place, label: &str) {
        if let Some(problem) = self.problems.last_mut() {
            problem.related.push(Related { message: label.to_owned(), location });
        }
    }
}
