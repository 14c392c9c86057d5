//! `careen explain`.

use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use careen::{
    config::UnknownRule,
    rule::Page,
    rules::{self, Registered},
};

use crate::{
    failure::Failure,
    rules::{level_style, need_name},
    terminal,
};

/// Prints a rule's page.
pub(crate) fn run(rule: &str) -> Result<ExitCode, Failure> {
    let Some(found) = rules::find(rule) else {
        let known = rules::all().iter().map(|rule| rule.id);
        let unknown = UnknownRule::new(rule, known);
        return Err(Failure::new(format!("there is no rule `{rule}`"), unknown.help));
    };
    terminal::print_styled(&text(found))?;
    Ok(ExitCode::SUCCESS)
}

fn text(rule: &'static Registered) -> String {
    let page = rule.page();
    let bold = Style::new().bold();
    let style = level_style(page.level);
    let head = format!("{bold}{}{bold:#}  {style}{}{style:#}\n", page.id, page.level);
    format!("{head}{}\n\n{}\n{}", page.title, facts(page), body(page))
}

/// What the front matter says, one fact a line.
fn facts(page: &Page) -> String {
    let needs: Vec<_> = page.needs.iter().copied().map(need_name).collect();
    let also = page.also.iter().map(|(level, when)| ("also", format!("{level}: {when}")));
    let option = page
        .options
        .iter()
        .map(|(name, option)| ("option", format!("{name}: {} ({})", option.default, option.about)));
    let facts = also
        .chain([("one per", page.unit.clone())])
        .chain(page.dimension.clone().map(|dimension| ("speaks to", dimension)))
        .chain((!needs.is_empty()).then(|| ("needs", needs.join(", "))))
        .chain(option)
        .chain([("since", page.since.clone())]);
    facts.map(|(name, fact)| format!("  {name:9}  {fact}\n")).collect::<Vec<_>>().concat()
}

/// The page's Markdown, its headings and code set off from the text.
fn body(page: &Page) -> String {
    let (heading, code) = (AnsiColor::Green.on_default().bold(), Style::new().dimmed());
    let mut in_code = false;
    let mut lines = Vec::new();
    for line in page.body.lines().skip_while(|line| line.starts_with("# ") || line.is_empty()) {
        let fence = line.starts_with("```");
        in_code ^= fence;
        lines.push(match line.strip_prefix("## ") {
            _ if line.is_empty() => String::new(),
            Some(title) if !in_code => format!("{heading}{title}{heading:#}"),
            _ if fence => format!("  {code}{line}{code:#}"),
            _ if in_code => format!("  {line}"),
            _ => line.to_owned(),
        });
    }
    lines.join("\n") + "\n"
}
