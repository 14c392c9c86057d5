//! Comments of values.yaml, in the conventions of the documentation generators:
//! helm-docs (`# -- text`, `# path -- text`, `# @default -- text`, `# @ignore`), Bitnami's
//! readme-generator (`## @param path [modifier] text`, `@skip`, `@extra`), cert-manager's helm-tool
//! (`# +docs:property=path`, `+docs:hidden`, `+docs:ignore`, `+docs:default=`), chart-doc-gen (plain
//! comments), and the blocks of the schema generators, which describe nothing (`# @schema`).

use std::collections::BTreeMap;

use super::Said;
use crate::{
    catalog::{Key, ValuesPath},
    text::Span,
    yaml::{Comment, Entry, Kind, Stream},
};

/// How many comment lines above a key are read.
const LINES_MAX: usize = 400;
/// The longest name of a key that a comment holds.
const NAME_MAX: usize = 100;

/// Who reads a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Convention {
    /// `# path -- text`, of helm-docs.
    HelmDocs,
    /// `## @param path text`, of Bitnami's readme-generator.
    Bitnami,
    /// `# +docs:property=path`, of cert-manager's helm-tool.
    HelmTool,
}

/// A path that a comment names.
#[allow(clippy::struct_excessive_bools, reason = "each is said or not, apart from the others")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// The path.
    pub path: ValuesPath,
    /// Where it stands.
    pub span: Span,
    /// Whose convention it is.
    pub convention: Convention,
    /// Whether it keeps the key out of the documentation.
    pub hidden: bool,
    /// Whether it documents what values.yaml need not hold (`@extra`).
    pub extra: bool,
    /// Whether it says a default of its own.
    pub default: bool,
    /// It has the modifier `object`.
    pub object: bool,
}

impl Mention {
    /// The path's steps as [`super::Values::under`] takes them.
    pub fn steps(&self) -> Vec<Option<String>> {
        let step = |key: &Key| match key {
            Key::Name(name) => Some(name.clone()),
            Key::Index(_) => None,
        };
        self.path.0.iter().map(step).collect()
    }
}

/// A key that is commented out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Commented {
    /// Where the comment begins.
    pub start: u32,
    /// Whether it would be a key of the whole file's mapping.
    pub top: bool,
}

/// A comment that has its line for itself.
struct Own {
    /// The bytes of its line before it.
    column: u32,
    /// Its text, without `#`.
    text: String,
    /// Whether it holds the mark by which helm-docs knows its own: `# --`, with one blank.
    marked: bool,
}

/// All comments of a file, by line.
pub(super) struct Comments {
    /// The comments that have their line for themselves.
    own: BTreeMap<u32, Own>,
    /// The text of comments that stand beside something.
    beside: BTreeMap<u32, String>,
    /// The line of a byte.
    text: crate::text::Text,
    pub(super) mentions: Vec<Mention>,
    pub(super) commented: BTreeMap<String, Vec<Commented>>,
}

impl Comments {
    pub(super) fn read(stream: &Stream) -> Self {
        let mut comments = Self {
            own: BTreeMap::new(),
            beside: BTreeMap::new(),
            text: stream.text().clone(),
            mentions: Vec::new(),
            commented: BTreeMap::new(),
        };
        for comment in stream.comments() {
            let line = comments.line(comment.span.start);
            let text = comment.text.trim_start_matches('#');
            comments.comment_out(comment);
            if comment.own_line {
                comments.mentions.extend(mentions(comment));
                let (column, text) = (comments.column(comment.span.start), text.trim().to_owned());
                let marked = comment.text.trim_start().starts_with("# --");
                comments.own.insert(line, Own { column, text, marked });
            } else {
                comments.beside.insert(line, text.trim().to_owned());
            }
        }
        comments
    }

    /// Keeps the key that a comment comments out.
    fn comment_out(&mut self, comment: &Comment) {
        let text = comment.text.trim_start_matches('#');
        let blanks = text.len() - text.trim_start().len();
        let top = comment.own_line && self.column(comment.span.start) == 0 && blanks <= 1;
        if let Some(name) = commented(text).filter(|_| !text.trim_start().starts_with("- ")) {
            let places = self.commented.entry(name).or_default();
            places.push(Commented { start: comment.span.start, top });
        }
    }

    pub(super) fn line(&self, offset: u32) -> u32 {
        self.text.position(offset).line
    }

    /// The bytes before an offset in its line.
    fn column(&self, offset: u32) -> u32 {
        offset.saturating_sub(self.text.line_span(self.line(offset)).start)
    }

    /// The lines of comments right above a key, the lowest first.
    pub(super) fn above(&self, key: Span) -> Vec<&str> {
        self.own_above(key).map(|comment| comment.text.as_str()).collect()
    }

    fn own_above(&self, key: Span) -> impl Iterator<Item = &Own> {
        let line = self.line(key.start);
        (1..=LINES_MAX as u32).map_while(move |up| self.own.get(&line.checked_sub(up)?))
    }

    /// Whether a comment makes helm-docs write a row for a key. What is further in than the key is the
    /// end of what stands before it.
    fn makes_row(&self, key: Span) -> bool {
        let column = self.column(key.start);
        // It takes the last `--` for its mark (`pkg/helm/comment.go`): `# -- adds --verbose` describes another key.
        let says = |text: &str| {
            let said = text.strip_prefix("-- ");
            said.is_some_and(|it| !it.trim().is_empty() && !it.contains(" --"))
        };
        let mut own = self.own_above(key).take_while(|it| it.column <= column);
        own.any(|it| it.marked && says(&it.text))
    }

    /// Whether a comment right under a value without content shows what may stand in it: it is
    /// further in than the key, an item of a list, or a mapping under an empty one.
    fn shows(&self, entry: &Entry<'_>) -> bool {
        let (key, value) = (entry.key_span.start, entry.value);
        let (bare, end) = match value.kind() {
            Kind::Null => (true, key),
            Kind::Sequence | Kind::Mapping => (value.is_empty(), value.span().end),
            _ => (value.as_str() == Some(""), value.span().end),
        };
        let column = self.column(key);
        let below = self.own.get(&(self.line(end.max(key)) + 1)).filter(|_| bare);
        below.is_some_and(|it| {
            let mapping = value.kind() == Kind::Mapping && it.text.ends_with(':');
            (it.column > column || it.text.starts_with("- ") || mapping)
                && it.text.chars().any(char::is_alphabetic)
        })
    }

    /// What stands above, beside and under a key.
    pub(super) fn said(&self, entry: &Entry<'_>) -> Said {
        let (key, value) = (entry.key_span, entry.value.span());
        let line = self.line(key.start);
        let above = self.above(key);
        let last = self.line(value.start.max(key.start));
        let beside = self.beside.get(&line).or_else(|| self.beside.get(&last));
        let mut said = Said::default();
        let mut block = false;
        let others = of_others(entry, &above);
        // The first line may be `---`.
        let top = u32::try_from(above.len()).is_ok_and(|lines| lines + 2 >= line);
        for (number, text) in above.iter().rev().enumerate() {
            if top && is_head(number, text) {
                continue;
            }
            if text.starts_with("@schema") {
                block = *text == "@schema" && !block;
                continue;
            }
            said.hidden |= text.contains("@ignore")
                || text.starts_with("+docs:hidden")
                || text.starts_with("+docs:ignore");
            said.default |= text.starts_with("@default ") || text.starts_with("+docs:default");
            said.described |= !block && describes(text) && number >= others;
            said.add(text);
        }
        if let Some(text) = beside {
            said.add(text);
        }
        said.row = self.makes_row(key);
        said.described |= self.shows(entry)
            || beside.is_some_and(|text| !text.starts_with("@schema") && describes(text));
        said
    }
}

/// How many of the lines above a plain value, from the first, are on keys that are commented out there, and not on it:
/// they do not speak of it, and no mapping is its example. The lines come with the lowest first.
fn of_others(entry: &Entry<'_>, above: &[&str]) -> usize {
    let value = entry.value;
    let plain = matches!(value.kind(), Kind::Bool | Kind::Int | Kind::Float)
        || value.as_str().is_some_and(|text| !text.is_empty() && !text.contains('\n'));
    let key = entry.key.to_lowercase();
    let out =
        |text: &&str| commented(text).is_some_and(|name| name != entry.key && is_key(&name, text));
    let speaks = |text: &str| text.to_lowercase().contains(&key);
    let several = above.iter().filter(|it| out(it)).nth(OUT_MIN - 1).is_some();
    let of_others = plain && several && !above.iter().any(|it| speaks(it));
    let low = above.iter().position(out).filter(|_| of_others);
    low.map_or(0, |low| above.len() - low)
}

/// So many keys that are commented out are what a comment is on.
const OUT_MIN: usize = 2;
/// Words before a colon that are no keys.
const WORDS: &[&str] =
    &["default", "defaults", "e.g", "eg", "example", "examples", "note", "ref", "see"];

/// Whether what stands before a colon is a key and no word of a sentence.
fn is_key(name: &str, text: &str) -> bool {
    name.starts_with(char::is_lowercase) && !WORDS.contains(&name) && !text.contains("://")
}

/// What a comment says of a value that is only kept so that nobody's values break.
const IDLE: &[&str] = &[
    "is ignored",
    "ignored since",
    "no effect",
    "no longer used",
    "no longer has",
    "not used",
    "unused",
];

/// What a comment says of a value that another edition or product reads, or a machine.
const ELSEWHERE: &[&str] = &[
    "as a placeholder",
    "edition only",
    "enterprise only",
    "feature only",
    "premium only",
    "read by the operator",
    "read by the pipeline",
    "used by the operator",
    "used by the pipeline",
];
/// What a comment calls a chart that another one holds, or what that one asks.
const SUBCHART: &[&str] = &["condition", "dependenc", "parent chart", "subchart", "umbrella"];

impl Said {
    /// What a line of a comment says of who reads a value.
    fn add(&mut self, text: &str) {
        let lower = text.to_lowercase();
        let says = |list: &[&str]| list.iter().any(|words| lower.contains(words));
        self.idle |= says(IDLE);
        self.elsewhere |= says(ELSEWHERE);
        self.subchart |= says(SUBCHART);
    }
}

/// What `helm create` writes at the top of values.yaml, besides the line that names the chart.
const HEAD: &[&str] = &[
    "this is a yaml-formatted file",
    "declare variables to be passed into your templates",
    "declare name/value pairs to be passed into your templates",
];

/// Whether a line, counted from the file's first, speaks of the whole file and of no value.
fn is_head(number: usize, text: &str) -> bool {
    let lower = text.trim().to_lowercase();
    (number == 0 && lower.starts_with("default values for "))
        || HEAD.contains(&lower.trim_end_matches('.'))
}

/// Whether a line of a comment says something: it is neither a rule, a tag, nor a key that is
/// commented out.
fn describes(text: &str) -> bool {
    let tag = text.starts_with(['@', '+']) && !text.starts_with("@param");
    let named = text.strip_prefix("--").is_some_and(|text| !text.trim().is_empty());
    let words = text.chars().any(char::is_alphabetic);
    named
        || is_remark(text)
        || (words && !tag && commented(text).is_none() && !text.starts_with("- "))
}

/// The fewest words that make a remark of what follows `Note:`.
const REMARK_WORDS: usize = 3;

/// Whether a text is a remark (`NOTE: only one replica is supported`) and no key that is commented out.
fn is_remark(text: &str) -> bool {
    let Some((head, rest)) = text.split_once(": ") else { return false };
    let word = head.chars().all(char::is_alphabetic) && head.starts_with(char::is_uppercase);
    let said = rest.trim_start().starts_with(char::is_alphabetic);
    word && said && rest.split_whitespace().count() >= REMARK_WORDS
}

/// The name of a key that a comment's text comments out: `name:` or `- name: value`.
fn commented(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches('#').trim_start();
    let text = text.strip_prefix("- ").unwrap_or(text).trim_start();
    let (name, rest) = text.split_once(':')?;
    // `# name : value` is a key, `# Note : text` a sentence.
    let spaced = name.ends_with(' ') && name.starts_with(char::is_lowercase);
    let name = if spaced { name.trim_end() } else { name };
    let name = name.trim_matches(['"', '\'']);
    let word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    let key = !name.is_empty() && name.len() <= NAME_MAX && name.chars().all(word);
    (key && (rest.is_empty() || rest.starts_with(' '))).then(|| name.to_owned())
}

/// The paths that a comment on a line of its own names.
fn mentions(comment: &Comment) -> Vec<Mention> {
    let hashes = comment.text.len() - comment.text.trim_start_matches('#').len();
    let text = comment.text.get(hashes..).unwrap_or_default();
    let start = hashes + text.len() - text.trim_start().len();
    let line = Line { text: text.trim(), start: comment.span.start as usize + start };
    if let Some(tag) = line.text.strip_prefix('@') {
        return line.bitnami(tag);
    }
    if let Some(path) = line.text.strip_prefix("+docs:property=") {
        return line.mention(path.trim(), Convention::HelmTool).into_iter().collect();
    }
    line.helm_docs().into_iter().collect()
}

/// The text of a comment, and the byte where it begins.
struct Line<'t> {
    text: &'t str,
    start: usize,
}

impl Line<'_> {
    fn mention(&self, path: &str, convention: Convention) -> Option<Mention> {
        let at = self.start + self.text.find(path)?;
        let span = Span::new(at, at + path.len());
        let word = |c: char| c.is_alphanumeric() || "._-/\"'[]\\ ".contains(c);
        let path = ValuesPath::parse(path).filter(|_| path.chars().all(word))?;
        let (hidden, extra, default, object) = (false, false, false, false);
        Some(Mention { path, span, convention, hidden, extra, default, object })
    }

    /// `path -- text`, or `"a.b" -- text` with a key in quotes.
    fn helm_docs(&self) -> Option<Mention> {
        let (path, _) = self.text.split_once(" --").filter(|(_, text)| {
            // A rule of hyphens is no description.
            text.is_empty() || text.starts_with(' ')
        })?;
        let path = path.trim();
        let quoted = path.contains('"');
        let word = path.chars().any(char::is_alphabetic) && !path.contains(':');
        let blank = path.contains(char::is_whitespace) && !quoted;
        (word && !blank).then(|| self.mention(path, Convention::HelmDocs))?
    }

    /// `param path [modifiers] text`, `extra path text`, `skip path`.
    fn bitnami(&self, tag: &str) -> Vec<Mention> {
        let (tag, rest) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
        let path = rest.split_whitespace().next().unwrap_or_default();
        let path = path.trim_end_matches([',', ':']);
        let after = rest.trim_start().get(path.len()..).unwrap_or_default().trim_start();
        let modifiers = after.strip_prefix('[').and_then(|rest| rest.split(']').next());
        let mention = match tag {
            // `@param name - type - text` is another convention, of names that stand for themselves.
            "param" | "extra" | "skip" if !after.starts_with("- ") => {
                self.mention(path, Convention::Bitnami)
            }
            _ => None,
        };
        let set = |mention| Mention {
            hidden: tag == "skip",
            extra: tag == "extra",
            default: modifiers.is_some(),
            object: modifiers.is_some_and(|all| all.split(',').any(|it| it.trim() == "object")),
            ..mention
        };
        mention.into_iter().map(set).collect()
    }
}
