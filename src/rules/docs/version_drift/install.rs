//! Install commands in fenced code.

use crate::{
    catalog::Readme,
    text::{Span, Spanned},
};

/// `helm install`, or `helm upgrade --install`, of a chart from a repository.
#[derive(Debug)]
pub(super) struct Command {
    /// The chart's name: the last part of `repository/chart`.
    pub(super) chart: String,
    pub(super) chart_span: Span,
    /// The whole word: `repository/chart`.
    pub(super) word: String,
    /// The value of `--version`.
    pub(super) version: Option<Spanned<String>>,
}

/// Headings under which a command names another version on purpose.
const ON_PURPOSE: [&str; 12] = [
    "upgrad",
    "migrat",
    "previous",
    "older",
    "specific",
    "rollback",
    "roll back",
    "legacy",
    "breaking",
    "changelog",
    "to v",
    "from v",
];

/// The install commands of a README, in order; those under headings about upgrades left out.
pub(super) fn commands(readme: &Readme) -> Vec<Command> {
    let text = readme.file.text.as_str();
    let blocks =
        readme.code.iter().filter(|code| !code.heading.is_some_and(|it| on_purpose(readme, it)));
    blocks
        .flat_map(|code| statements(text, code.span))
        .filter_map(|words| command(&words))
        .collect()
}

/// Whether a heading, or one above it, speaks of upgrades.
fn on_purpose(readme: &Readme, heading: usize) -> bool {
    let mut level = u8::MAX;
    for heading in readme.headings.iter().take(heading + 1).rev() {
        if heading.level < level {
            level = heading.level;
            let text = heading.text.to_lowercase();
            // The title names the chart, whatever words are in it.
            if level > 1 && ON_PURPOSE.iter().any(|word| text.contains(word)) {
                return true;
            }
        }
    }
    false
}

/// The words of each command, lines that end with a backslash put together.
fn statements(text: &str, within: Span) -> Vec<Vec<Spanned<&str>>> {
    let mut statements = vec![Vec::new()];
    let mut offset = within.start as usize;
    let block = text.get(within.range()).unwrap_or_default();
    for line in block.split_inclusive('\n') {
        let content = line.trim_end();
        let continued = content.ends_with('\\');
        if let Some(last) = statements.last_mut() {
            last.extend(words(content.trim_end_matches('\\'), offset));
        }
        if !continued {
            statements.push(Vec::new());
        }
        offset += line.len();
    }
    statements
}

fn words(line: &str, offset: usize) -> Vec<Spanned<&str>> {
    let mut found = Vec::new();
    let mut rest = 0;
    for word in line.split_whitespace() {
        let Some(at) = line.get(rest..).and_then(|tail| tail.find(word)) else { continue };
        let start = rest + at;
        rest = start + word.len();
        let bare = word.trim_matches(['"', '\'']);
        let lead = word.find(bare).unwrap_or(0);
        let begin = offset + start + lead;
        found.push(Spanned::new(bare, Span::new(begin, begin + bare.len())));
    }
    found
}

fn command(words: &[Spanned<&str>]) -> Option<Command> {
    let helm = words.iter().position(|word| matches!(word.value, "helm" | "helm3"))?;
    let words = words.get(helm + 1..)?;
    let verb = words.first()?.value;
    let installs = verb == "install"
        || verb == "upgrade" && words.iter().any(|word| matches!(word.value, "--install" | "-i"));
    let end = words.iter().position(|word| matches!(word.value, "&&" | "|" | ";" | "#" | "||"));
    let words = words.get(1..end.unwrap_or(words.len())).filter(|_| installs)?;
    let chart = words.iter().find(|word| names_chart(word.value))?;
    let start = chart.value.rfind('/')? + 1;
    Some(Command {
        chart: chart.value.get(start..)?.to_owned(),
        chart_span: Span { start: chart.span.start + start as u32, end: chart.span.end },
        word: chart.value.to_owned(),
        version: pinned(words),
    })
}

/// `repository/chart` or `oci://host/path/chart`; not a path on disk, a placeholder or a flag.
fn names_chart(word: &str) -> bool {
    let name = word.strip_prefix("oci://").unwrap_or(word);
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:".contains(c);
    name.contains('/')
        && name.chars().all(plain)
        && !name.starts_with(['.', '/', '-'])
        && !name.ends_with(['/', '.'])
        && !name.contains("//")
        && !name.contains("..")
        && !FILES.iter().any(|ending| name.ends_with(ending))
        && (word.starts_with("oci://") || name.matches('/').count() == 1)
}

/// Endings of files on disk, which are no charts of a repository.
const FILES: [&str; 3] = [".tgz", ".yaml", ".yml"];

fn pinned(words: &[Spanned<&str>]) -> Option<Spanned<String>> {
    let joined = words.iter().find_map(|word| {
        let value = word.value.strip_prefix("--version=")?;
        let start = word.span.end - value.len() as u32;
        Some(Spanned::new(value.to_owned(), Span { start, end: word.span.end }))
    });
    let flag = words.iter().position(|word| word.value == "--version");
    let next = || words.get(flag? + 1).map(|word| Spanned::new(word.value.to_owned(), word.span));
    joined.or_else(next)
}
