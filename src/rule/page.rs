//! Rule pages: Markdown with YAML front matter, one file per rule, embedded in the binary.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Need, OptionPage, Page};
use crate::finding::Level;

/// The front matter as written; unknown keys are errors.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    title: String,
    level: Level,
    #[serde(default)]
    also: BTreeMap<Level, String>,
    unit: String,
    #[serde(default)]
    dimension: Option<String>,
    since: String,
    #[serde(default)]
    needs: Vec<Need>,
    #[serde(default)]
    rollup: Option<String>,
    #[serde(default, rename = "rollup-help")]
    rollup_help: Option<String>,
    #[serde(default)]
    archived: Option<String>,
    #[serde(default)]
    uses: Vec<Need>,
    #[serde(default)]
    options: BTreeMap<String, OptionPage>,
}

/// The headings that every page has, in this order.
pub const HEADINGS: [&str; 6] = [
    "What it checks",
    "Why is this bad?",
    "Example",
    "Use instead",
    "What it can't see",
    "How to silence it",
];

/// Reads a page. The id comes from the file's path.
///
/// # Errors
/// A sentence that says what is wrong with the page's front matter.
pub fn parse(id: &'static str, text: &'static str) -> Result<Page, String> {
    let rest = text.strip_prefix("---\n").ok_or("the page does not begin with `---`")?;
    let (matter, body) = rest.split_once("\n---\n").ok_or("the front matter does not end")?;
    let matter: FrontMatter = serde_yaml::from_str(matter).map_err(|error| error.to_string())?;
    Ok(Page {
        id,
        title: matter.title,
        level: matter.level,
        also: matter.also,
        unit: matter.unit,
        dimension: matter.dimension,
        since: matter.since,
        needs: matter.needs,
        rollup: matter.rollup,
        rollup_help: matter.rollup_help,
        archived: matter.archived,
        uses: matter.uses,
        options: matter.options,
        body: body.trim_start(),
        summary: summary(body),
    })
}

/// The first paragraph under the first heading, on one line.
fn summary(body: &str) -> String {
    let lines = body.lines().skip_while(|line| !line.starts_with("## ")).skip(1);
    let paragraph =
        lines.skip_while(|line| line.trim().is_empty()).take_while(|line| !line.trim().is_empty());
    paragraph.collect::<Vec<_>>().join(" ")
}
