//! `careen rules`.

use std::{collections::BTreeMap, process::ExitCode};

use anstyle::{AnsiColor, Style};
use careen::{
    finding::Level,
    rule::{Need, Page},
    rules,
};
use serde::Serialize;

use crate::{args::ListFormat, failure::Failure, terminal};

/// Prints the list of all rules.
pub(crate) fn run(format: ListFormat) -> Result<ExitCode, Failure> {
    let pages: Vec<_> = rules::all().iter().map(rules::Registered::page).collect();
    match format {
        ListFormat::Table => terminal::print_styled(&table(&pages))?,
        ListFormat::Json => terminal::print(json(&pages)?.as_bytes())?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The colour of a level.
pub(crate) fn level_style(level: Level) -> Style {
    match level {
        Level::Error => AnsiColor::Red.on_default().bold(),
        Level::Warning => AnsiColor::Yellow.on_default().bold(),
        Level::Note => AnsiColor::Cyan.on_default().bold(),
    }
}

/// A need, as its page's front matter writes it.
pub(crate) fn need_name(need: Need) -> &'static str {
    match need {
        Need::History => "history",
        Need::PreviousRelease => "previous-release",
        Need::Render => "render",
        Need::Index => "index",
        Need::Registry => "registry",
        Need::Consumers => "consumers",
    }
}

fn table(pages: &[&Page]) -> String {
    let width = pages.iter().map(|page| page.id.len()).max().unwrap_or_default();
    let row = |page: &&Page| {
        let style = level_style(page.level);
        format!("{:width$}  {style}{:7}{style:#}  {}\n", page.id, page.level.as_str(), page.title)
    };
    pages.iter().map(row).collect::<Vec<_>>().concat()
}

/// A rule as `--format json` lists it.
#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    level: Level,
    also: &'a BTreeMap<Level, String>,
    title: &'a str,
    summary: &'a str,
    unit: &'a str,
    dimension: Option<&'a str>,
    since: &'a str,
    needs: Vec<&'static str>,
    options: BTreeMap<&'a str, OptionRow<'a>>,
}

#[derive(Serialize)]
struct OptionRow<'a> {
    default: i64,
    about: &'a str,
}

impl<'a> Row<'a> {
    fn new(page: &'a Page) -> Self {
        let option = |(name, option): (&'a String, &'a careen::rule::OptionPage)| {
            (name.as_str(), OptionRow { default: option.default, about: &option.about })
        };
        Self {
            id: page.id,
            level: page.level,
            also: &page.also,
            title: &page.title,
            summary: &page.summary,
            unit: &page.unit,
            dimension: page.dimension.as_deref(),
            since: &page.since,
            needs: page.needs.iter().copied().map(need_name).collect(),
            options: page.options.iter().map(option).collect(),
        }
    }
}

fn json(pages: &[&Page]) -> Result<String, Failure> {
    let rows: Vec<_> = pages.iter().map(|page| Row::new(page)).collect();
    let text = serde_json::to_string_pretty(&rows);
    text.map(|text| text + "\n").map_err(|error| Failure::new(error.to_string(), ""))
}
