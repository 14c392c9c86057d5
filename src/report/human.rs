//! The report for a person at a terminal: findings by chart with the lines they speak of, then a
//! summary that accounts for everything. Nobody else knows miette, which draws the snippets.

use std::collections::BTreeMap;
use std::io::{self, Write};

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, SourceCode,
    SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};

mod excerpt;
pub(super) mod paint;
pub(super) mod prose;
mod summary;

use self::excerpt::{Excerpt, Frame, Mark};
use self::paint::Paint;
use super::{Files, Report, Style, tally};
use crate::finding::{Finding, Level, Place, Related};
use crate::rule::Page;
use crate::text::Text;

pub use self::excerpt::{CONTEXT_LINES, REGION_LINES};

/// A second file is shown as a snippet where a finding speaks of at most this many other files.
pub const OTHER_SNIPPETS: usize = 2;

/// At most this many places beside the first are drawn into one snippet.
pub const MARKS: usize = 6;

/// At most this many second places are listed.
pub const RELATED_LINES: usize = 8;

/// Lines are never broken narrower than this, however narrow the terminal.
pub const MIN_WIDTH: usize = 40;

/// Headings are never drawn wider than this, however wide the terminal.
const MAX_RULE: usize = 100;

/// Writes the findings, grouped by chart in the order of paths with those on the whole catalog
/// last, and the summary.
pub fn write(
    report: &Report,
    pages: &[&Page],
    files: &dyn Files,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut printer = Printer::new(files, style);
    let mut text = String::new();
    for group in groups(report) {
        text.push_str(&heading(&group, style));
        for finding in group.findings {
            text.push('\n');
            printer.finding(finding, &mut text);
            out.write_all(text.as_bytes())?;
            text.clear();
        }
        text.push('\n');
    }
    text.push_str(&summary::summary(report, pages, style));
    out.write_all(text.as_bytes())
}

/// The findings of one chart, or of the catalog.
struct Group<'a> {
    title: String,
    findings: Vec<&'a Finding>,
}

fn groups(report: &Report) -> Vec<Group<'_>> {
    let mut charts: BTreeMap<&str, Group<'_>> = BTreeMap::new();
    let mut catalog = Group { title: "whole catalog".to_owned(), findings: Vec::new() };
    for finding in &report.findings {
        let group = match &finding.chart {
            None => &mut catalog,
            Some(chart) => charts.entry(&chart.path).or_insert_with(|| Group {
                title: format!("{} ({} {})", chart.path, chart.name, chart.version),
                findings: Vec::new(),
            }),
        };
        group.findings.push(finding);
    }
    let catalog = (!catalog.findings.is_empty()).then_some(catalog);
    charts.into_values().chain(catalog).collect()
}

fn heading(group: &Group<'_>, style: &Style) -> String {
    let title = group.title.replace(" )", ")");
    let levels = tally::levels(&group.findings.iter().copied());
    rule_line(&title, &format!(": {levels}"), style)
}

/// A line across the page with a title in it.
fn rule_line(title: &str, note: &str, style: &Style) -> String {
    let paint = Paint::new(style);
    let title = prose::visible(title);
    let bar = if style.unicode { "─" } else { "-" };
    let width = style.width.clamp(MIN_WIDTH, MAX_RULE);
    let rest = width.saturating_sub(4 + prose::wide(&title) + prose::wide(note)).max(2);
    let (left, right) = (paint.dim(&bar.repeat(2)), paint.dim(&bar.repeat(rest)));
    format!("{left} {}{note} {right}\n", paint.bold(&title))
}

/// Writes findings; keeps the text of the file it is in.
struct Printer<'a> {
    files: &'a dyn Files,
    style: &'a Style,
    paint: Paint,
    width: usize,
    current: Option<(String, Option<Text>)>,
}

impl<'a> Printer<'a> {
    fn new(files: &'a dyn Files, style: &'a Style) -> Self {
        let width = style.width.max(MIN_WIDTH);
        Self { files, style, paint: Paint::new(style), width, current: None }
    }

    fn finding(&mut self, finding: &Finding, out: &mut String) {
        self.header(finding, out);
        let (here, there) = split(finding);
        let rest = self.here(finding, &here, out);
        let there = self.there(finding.level, &there, out);
        self.list(&rest.into_iter().chain(there).collect::<Vec<_>>(), out);
        self.help(&finding.help, out);
    }

    /// `error[rule]: message`.
    fn header(&self, finding: &Finding, out: &mut String) {
        let start = format!("{}[{}]:", finding.level, finding.rule);
        let room = self.width.saturating_sub(start.len() + 1);
        let lines = prose::hang(&finding.message, room, self.width.saturating_sub(2));
        out.push_str(&self.paint.level(finding.level, &start));
        for (number, line) in lines.iter().enumerate() {
            let lead = if number == 0 { " " } else { "\n  " };
            out.extend([lead, &self.paint.bold(line)]);
        }
        out.push('\n');
    }

    /// The snippet of the finding's own file; gives back the places that it has no room for.
    fn here<'f>(
        &mut self,
        finding: &'f Finding,
        related: &[&'f Related],
        out: &mut String,
    ) -> Vec<&'f Related> {
        let mut marks = vec![Mark { place: &finding.location, label: "", primary: true }];
        let (drawn, rest) = related.split_at(related.len().min(MARKS));
        for other in drawn {
            add(&mut marks, other);
        }
        if self.snippet(finding.level, &marks, out) {
            return rest.to_vec();
        }
        self.place("at", &finding.location, "", out);
        related.to_vec()
    }

    /// The snippets of other files where they are few; gives back the places that are not drawn.
    fn there<'f>(
        &mut self,
        level: Level,
        related: &[&'f Related],
        out: &mut String,
    ) -> Vec<&'f Related> {
        if related.len() > OTHER_SNIPPETS {
            return related.to_vec();
        }
        let mut rest = Vec::new();
        for other in related {
            let mark = Mark { place: &other.location, label: &other.message, primary: false };
            if !self.snippet(level, &[mark], out) {
                rest.push(*other);
            }
        }
        rest
    }

    /// Second places, one a line.
    fn list(&self, related: &[&Related], out: &mut String) {
        for other in related.iter().take(RELATED_LINES) {
            self.place("also", &other.location, &other.message, out);
        }
        if let Some(left @ 1..) = related.len().checked_sub(RELATED_LINES) {
            let more = format!("  and {left} more, all of them in `--format json`\n");
            out.push_str(&self.paint.dim(&more));
        }
    }

    fn place(&self, word: &str, place: &Place, label: &str, out: &mut String) {
        let path = prose::visible(&place.path);
        let at = format!("{path}:{}:{}", place.start.line, place.start.column);
        let label =
            if label.is_empty() { String::new() } else { format!("  {}", prose::visible(label)) };
        let line = format!("  {} {at}{label}\n", self.paint.dim(word));
        out.push_str(&line);
    }

    fn help(&self, help: &str, out: &mut String) {
        const WORD: &str = "help: ";
        let room = self.width.saturating_sub(2 + WORD.len());
        for (number, line) in prose::wrap(help, room).iter().enumerate() {
            let lead = if number == 0 { self.paint.help(WORD) } else { " ".repeat(WORD.len()) };
            let line = if self.style.links { paint::linked(line) } else { line.clone() };
            out.extend(["  ", &lead, &line, "\n"]);
        }
    }

    /// Draws the marks, which lie in one file; false where the file cannot be shown.
    fn snippet(&mut self, level: Level, marks: &[Mark<'_>], out: &mut String) -> bool {
        let Some(first) = marks.first() else { return false };
        let path = first.place.path.to_string();
        let Some(text) = self.text(&path) else { return false };
        let cut = if self.style.unicode { ('…', '…') } else { ('<', '>') };
        let excerpt = Excerpt::new(&text, marks, Frame { width: self.width, cut });
        let drawing = Drawing { path: prose::visible(&path).into_owned(), excerpt };
        drawing.draw(level, self.style, out)
    }

    /// The text of a file; findings come sorted by path, so the last one is kept.
    fn text(&mut self, path: &str) -> Option<Text> {
        match &self.current {
            Some((known, text)) if known == path => text.clone(),
            _ => {
                let text = self.files.text(path);
                self.current = Some((path.to_owned(), text.clone()));
                text
            }
        }
    }
}

/// Second places in the finding's own file, and in others.
fn split(finding: &Finding) -> (Vec<&Related>, Vec<&Related>) {
    finding.related.iter().partition(|other| other.location.path == finding.location.path)
}

/// Adds a second place to the marks; one that is there already only lends its label.
fn add<'a>(marks: &mut Vec<Mark<'a>>, other: &'a Related) {
    match marks.iter_mut().find(|mark| *mark.place == other.location) {
        Some(mark) if mark.label.is_empty() => mark.label = &other.message,
        _ => marks.push(Mark { place: &other.location, label: &other.message, primary: false }),
    }
}

/// An excerpt as miette wants it: a diagnostic that is its own source.
#[derive(Debug)]
struct Drawing {
    path: String,
    excerpt: Excerpt,
}

impl Drawing {
    /// Draws the snippet; false where miette could not.
    fn draw(&self, level: Level, style: &Style, out: &mut String) -> bool {
        let mut drawn = String::new();
        let handler = GraphicalReportHandler::new_themed(self.theme(level, style))
            .with_urls(false)
            .with_wrap_lines(false)
            .with_context_lines(CONTEXT_LINES as usize)
            .without_cause_chain()
            .without_syntax_highlighting();
        // The first line is the message; ours is written already.
        match handler.render_report(&mut drawn, self).ok().and(drawn.split_once('\n')) {
            Some((_, snippet)) if !snippet.is_empty() => out.push_str(snippet),
            _ => return false,
        }
        true
    }

    /// Colours go to the regions in the order of their places, so that each gets its own.
    fn theme(&self, level: Level, style: &Style) -> GraphicalTheme {
        let characters =
            if style.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() };
        if !style.color {
            return GraphicalTheme { characters, styles: ThemeStyles::none() };
        }
        let mut styles = ThemeStyles::ansi();
        let strong = match level {
            Level::Error => styles.error,
            Level::Warning => styles.warning,
            Level::Note => styles.advice,
        };
        let mut regions: Vec<_> = self.excerpt.regions.iter().collect();
        regions.sort_by_key(|region| region.start);
        let pick = |primary| if primary { strong } else { styles.advice };
        styles.highlights = regions.iter().map(|region| pick(region.primary)).collect();
        GraphicalTheme { characters, styles }
    }
}

impl std::fmt::Display for Drawing {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Drawing {}

impl Diagnostic for Drawing {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.excerpt.regions.iter().map(|region| {
            let label = (!region.label.is_empty()).then(|| region.label.clone());
            let span = (region.start, region.end.saturating_sub(region.start));
            if region.primary {
                LabeledSpan::new_primary_with_span(label, span)
            } else {
                LabeledSpan::new_with_span(label, span)
            }
        })))
    }
}

impl SourceCode for Drawing {
    /// Lines are found by the excerpt's index. Two spans with a gap between their lines are not
    /// one span: miette then draws them apart.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let last = span.offset() + span.len().saturating_sub(1);
        let (first, last) = (self.line_at(span.offset())?, self.line_at(last)?);
        if !self.unbroken(first, last) {
            return Err(MietteError::OutOfBounds);
        }
        let from = (first.saturating_sub(before)..=first).find(|from| self.unbroken(*from, first));
        let to = (last..=last + after).rev().find(|to| self.unbroken(last, *to));
        let (from, to) = (from.unwrap_or(first), to.unwrap_or(last));
        let column = if before == 0 { self.column(span.offset()) } else { 0 };
        Ok(Box::new(self.contents(from, to, column)?))
    }
}

impl Drawing {
    /// The index of the line in which a byte of the excerpt lies.
    fn line_at(&self, offset: usize) -> Result<usize, MietteError> {
        let after = self.excerpt.lines.partition_point(|line| line.start <= offset);
        after.checked_sub(1).ok_or(MietteError::OutOfBounds)
    }

    /// Whether the lines from one index to another are there and follow each other in the file.
    fn unbroken(&self, from: usize, to: usize) -> bool {
        let number = |index: usize| self.excerpt.lines.get(index).map(|line| line.number as usize);
        match (number(from), number(to)) {
            (Some(first), Some(last)) => first + to == last + from,
            _ => false,
        }
    }

    fn column(&self, offset: usize) -> usize {
        let region = self.excerpt.regions.iter().find(|region| region.start == offset);
        region.map_or(0, |region| region.column.saturating_sub(1) as usize)
    }

    fn contents(&self, from: usize, to: usize, column: usize) -> Result<Contents<'_>, MietteError> {
        let lines = &self.excerpt.lines;
        let line = lines.get(from).ok_or(MietteError::OutOfBounds)?;
        let end = lines.get(to + 1).map_or(self.excerpt.shown.len(), |next| next.start);
        let data = self.excerpt.shown.get(line.start..end).ok_or(MietteError::OutOfBounds)?;
        Ok(Contents {
            name: &self.path,
            data: data.as_bytes(),
            span: (line.start, data.len()).into(),
            line: line.number.saturating_sub(1) as usize,
            column,
            line_count: to + 1 - from,
        })
    }
}

/// What miette reads at a span.
struct Contents<'a> {
    name: &'a str,
    data: &'a [u8],
    span: SourceSpan,
    line: usize,
    column: usize,
    line_count: usize,
}

impl<'a> SpanContents<'a> for Contents<'a> {
    fn data(&self) -> &'a [u8] {
        self.data
    }

    fn span(&self) -> &SourceSpan {
        &self.span
    }

    fn name(&self) -> Option<&str> {
        Some(self.name)
    }

    fn line(&self) -> usize {
        self.line
    }

    fn column(&self) -> usize {
        self.column
    }

    fn line_count(&self) -> usize {
        self.line_count
    }
}
