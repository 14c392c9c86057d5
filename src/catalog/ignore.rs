//! `.helmignore` as Helm reads it, which is not as Git reads `.gitignore`.
//!
//! The source is Helm's `pkg/ignore/rules.go` over Go's `path/filepath.Match`: the first rule that
//! decides wins, `**` is refused, and `!pattern` ignores everything that does *not* match.

mod glob;

use crate::text::{BYTE_ORDER_MARK, Span};
use glob::Glob;

/// How many rules of one file are kept; each is tried on every path of the chart.
pub const IGNORE_RULES_MAX: usize = 2_000;

/// The rule that Helm adds to every chart: dotfiles directly in templates/.
const BUILT_IN: &str = "templates/.?*";

/// The rules of one chart, in order, Helm's own last.
#[derive(Clone, Debug)]
pub struct Rules {
    rules: Vec<Rule>,
}

/// A line that Helm refuses; Helm refuses the whole chart with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleProblem {
    /// The line without surrounding white space.
    pub span: Span,
    /// What is wrong with it.
    pub message: String,
}

impl Default for Rules {
    /// The rules of a chart without `.helmignore`.
    fn default() -> Self {
        Self { rules: Rule::parse(BUILT_IN).into_iter().collect() }
    }
}

impl Rules {
    /// Reads a `.helmignore`; lines that Helm refuses are reported and left out.
    pub fn parse(text: &str) -> (Self, Vec<RuleProblem>) {
        let mut rules = Vec::new();
        let mut problems = Vec::new();
        for (span, line) in lines(text) {
            match Rule::parse(line) {
                _ if rules.len() == IGNORE_RULES_MAX => {
                    let message = format!("more than {IGNORE_RULES_MAX} rules");
                    problems.push(RuleProblem { span, message });
                    break;
                }
                Ok(rule) => rules.push(rule),
                Err(message) => problems.push(RuleProblem { span, message }),
            }
        }
        rules.extend(Self::default().rules);
        (Self { rules }, problems)
    }

    /// Whether Helm leaves out `path` (relative to the chart, with `/`). A folder that is ignored
    /// takes everything below it along: ask for each folder on the way first.
    pub fn ignores(&self, path: &str, is_dir: bool) -> bool {
        if matches!(path, "" | "." | "./") {
            return false;
        }
        let name = last_element(path);
        self.rules.iter().find_map(|rule| rule.decides(path, name, is_dir)).unwrap_or(false)
    }
}

/// The lines that hold a rule, trimmed, with their places.
fn lines(text: &str) -> impl Iterator<Item = (Span, &str)> {
    let mut next = 0;
    text.split('\n').filter_map(move |line| {
        let mut start = next;
        next += line.len() + 1;
        let mut rest = line;
        if start == 0 {
            rest = line.trim_start_matches(BYTE_ORDER_MARK);
            start = line.len() - rest.len();
        }
        start += rest.len() - rest.trim_start().len();
        let rest = rest.trim();
        let holds = !rest.is_empty() && !rest.starts_with('#');
        holds.then(|| (Span::new(start, start + rest.len()), rest))
    })
}

#[derive(Clone, Debug)]
struct Rule {
    glob: Glob,
    /// Helm's sense of `!`: ignore what does not match.
    inverted: bool,
    folders_only: bool,
    /// Without a slash the rule speaks of the last path element.
    whole_path: bool,
}

impl Rule {
    fn parse(line: &str) -> Result<Self, String> {
        if line.contains("**") {
            return Err(format!("`{line}` holds `**`, which Helm does not support"));
        }
        let (inverted, rest) = strip(line, line.strip_prefix('!'));
        let (folders_only, rest) = strip(rest, rest.strip_suffix('/'));
        let whole_path = rest.contains('/');
        let rest = rest.strip_prefix('/').unwrap_or(rest);
        let malformed = || format!("`{line}` is no pattern: a `[` or `\\` is not completed");
        // Helm compiles the line as it stands, so what it refuses is decided there.
        Glob::parse(line).ok_or_else(malformed)?;
        let glob = Glob::parse(rest).ok_or_else(malformed)?;
        Ok(Self { glob, inverted, folders_only, whole_path })
    }

    /// What it says of a path whose last element is `name`: Some(true) ignores, None leaves the decision to the next rule.
    fn decides(&self, path: &str, name: &str, is_dir: bool) -> Option<bool> {
        let subject = if self.whole_path { path } else { name };
        let applies = is_dir || !self.folders_only;
        let matches = applies && self.glob.matches(subject);
        (matches != self.inverted).then_some(true)
    }
}

fn strip<'a>(whole: &'a str, stripped: Option<&'a str>) -> (bool, &'a str) {
    (stripped.is_some(), stripped.unwrap_or(whole))
}

/// Go's `filepath.Base` for a path that is not empty.
fn last_element(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests;
