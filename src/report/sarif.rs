//! SARIF 2.1.0 within what GitHub code scanning reads and accepts.
//!
//! The subset and the limits are those of GitHub's page "SARIF support for code scanning".
//! Suppressed findings are left out: GitHub ignores `suppressions` and would show them as alerts.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

mod line_hash;
mod model;
mod place;
mod prose;

use self::line_hash::LineHashes;
use self::model::{
    AutomationDetails, Configuration, Descriptor, Driver, Help, Invocation, Location, Log, Message,
    Notification, Outcome, Properties, RuleReference, Run, Tool, UriBase,
};
use super::{Files, Report};
use crate::finding::{Finding, Level, Related};
use crate::rule::Page;
use crate::text::Text;

/// GitHub rejects a run with more results.
pub const RESULTS: usize = 25_000;

/// GitHub rejects a result with more locations, related ones included.
pub const LOCATIONS_PER_RESULT: usize = 1_000;

/// GitHub's longest rule name, in characters.
pub const NAME_LENGTH: usize = 255;

/// GitHub's longest short or full description of a rule, in characters.
pub const DESCRIPTION_LENGTH: usize = 1_024;

/// At most this many related places are linked in a result's message.
pub const LINKS: usize = 10;

/// The package's repository; empty as long as the manifest names none.
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// The schema in its final form, as consumers compare it.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// GitHub's category: it keeps careen's results apart from those of other tools.
const CATEGORY: &str = "careen/";

/// The key of the fingerprint that GitHub reads.
const LINE_HASH: &str = "primaryLocationLineHash";

/// The key of careen's own fingerprint; the number changes with the way that it is computed.
const FINGERPRINT: &str = "careen/v1";

/// Writes the standing findings as one run. `pages` describe the rules, in their order; `files`
/// gives the text that GitHub's fingerprints hash.
pub fn write(
    report: &Report,
    pages: &[&Page],
    files: &dyn Files,
    out: &mut dyn Write,
) -> io::Result<()> {
    let rules = Rules::new(report, pages);
    let run = Run {
        invocations: [invocation(report, &rules)],
        automation_details: AutomationDetails { id: CATEGORY },
        column_kind: "unicodeCodePoints",
        original_uri_base_ids: BTreeMap::from([(place::ROOT, root())]),
        results: outcomes(report, &rules, files),
        tool: tool(report, rules),
    };
    serde_json::to_writer_pretty(
        &mut *out,
        &Log { schema: SCHEMA, version: "2.1.0", runs: [run] },
    )?;
    out.write_all(b"\n")
}

/// How many findings a SARIF file of this report leaves out because of [`RESULTS`]: those of the
/// lowest level, the last ones first. The file itself says it in a notification.
pub fn left_out(report: &Report) -> usize {
    report.findings.len().saturating_sub(RESULTS)
}

/// The rules of a run, and where each stands.
struct Rules<'a> {
    descriptors: Vec<Descriptor<'a>>,
    index: BTreeMap<&'a str, usize>,
}

impl<'a> Rules<'a> {
    /// One descriptor per page, and one for every rule that speaks without a page.
    fn new(report: &'a Report, pages: &[&'a Page]) -> Self {
        let mut rules = Self { descriptors: Vec::new(), index: BTreeMap::new() };
        for page in pages {
            rules.add(page.id, |id| described(id, page));
        }
        for finding in &report.findings {
            rules.add(&finding.rule, |id| undescribed(id, finding.level));
        }
        rules
    }

    fn add(&mut self, id: &'a str, descriptor: impl FnOnce(&'a str) -> Descriptor<'a>) {
        if !self.index.contains_key(id) {
            self.index.insert(id, self.descriptors.len());
            self.descriptors.push(descriptor(id));
        }
    }
}

fn described<'a>(id: &'a str, page: &'a Page) -> Descriptor<'a> {
    let (family, _) = id.split_once('/').unwrap_or((id, ""));
    let summary = if page.summary.is_empty() { &page.title } else { &page.summary };
    let full = prose::cut(prose::sentence(summary), DESCRIPTION_LENGTH);
    Descriptor {
        id,
        name: prose::cut(prose::pascal_case(id), NAME_LENGTH),
        short_description: text(prose::cut(prose::sentence(&page.title), DESCRIPTION_LENGTH)),
        help: Help {
            text: format!("{full} Run `careen explain {id}` for the whole page."),
            markdown: if page.body.is_empty() { full.clone().into() } else { page.body.into() },
        },
        full_description: text(full),
        default_configuration: Configuration { level: page.level.as_str() },
        properties: properties(
            std::iter::once(family).chain(page.dimension.as_deref()).collect(),
            page.level,
        ),
    }
}

/// A descriptor with everything that GitHub requires, for a rule of which there is no page.
fn undescribed(id: &str, level: Level) -> Descriptor<'_> {
    let (family, _) = id.split_once('/').unwrap_or((id, ""));
    let what = format!("Rule `{id}`.");
    Descriptor {
        id,
        name: prose::cut(prose::pascal_case(id), NAME_LENGTH),
        short_description: text(what.clone()),
        full_description: text(what.clone()),
        help: Help { text: what.clone(), markdown: what.into() },
        default_configuration: Configuration { level: level.as_str() },
        properties: properties(vec![family], level),
    }
}

fn properties(tags: Vec<&str>, level: Level) -> Properties<'_> {
    let severity = match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "recommendation",
    };
    Properties { tags, precision: "high", severity }
}

fn text<'a>(text: impl Into<Cow<'a, str>>) -> Message<'a> {
    Message { text: text.into() }
}

fn tool<'a>(report: &'a Report, rules: Rules<'a>) -> Tool<'a> {
    let version = &report.tool.version;
    Tool {
        driver: Driver {
            name: &report.tool.name,
            version,
            semantic_version: version,
            information_uri: Some(REPOSITORY).filter(|address| !address.is_empty()),
            rules: rules.descriptors,
        },
    }
}

fn root() -> UriBase {
    UriBase { description: text("The root of the audited source.") }
}

/// What a reader must know about the run: findings that found no room, rules that did not run.
fn invocation<'a>(report: &'a Report, rules: &Rules<'a>) -> Invocation<'a> {
    let over = (left_out(report) > 0).then(|| Notification {
        level: "warning",
        message: text(format!(
            "{} of {} findings are left out, those of the lowest level: a run holds {RESULTS}.",
            left_out(report),
            report.findings.len(),
        )),
        associated_rule: None,
    });
    let skipped = report.skipped_rules.iter().map(|skipped| Notification {
        level: "note",
        message: text(format!("Rule `{}` did not run: it needs {}.", skipped.rule, skipped.needs)),
        associated_rule: Some(RuleReference {
            id: &skipped.rule,
            index: rules.index.get(&*skipped.rule).copied(),
        }),
    });
    let notifications = over.into_iter().chain(skipped).collect();
    Invocation { execution_successful: true, tool_execution_notifications: notifications }
}

fn outcomes<'a>(report: &'a Report, rules: &Rules<'a>, files: &dyn Files) -> Vec<Outcome<'a>> {
    let mut shelf = Shelf { files, current: None };
    kept(report).into_iter().map(|finding| outcome(finding, rules, &mut shelf)).collect()
}

/// As many findings as a run may hold, the worst, in the report's order.
fn kept(report: &Report) -> Vec<&Finding> {
    let mut kept: Vec<_> = report.findings.iter().enumerate().collect();
    if kept.len() > RESULTS {
        kept.sort_by_key(|(at, finding)| (std::cmp::Reverse(finding.level), *at));
        kept.truncate(RESULTS);
        kept.sort_by_key(|(at, _)| *at);
    }
    kept.into_iter().map(|(_, finding)| finding).collect()
}

fn outcome<'a>(finding: &'a Finding, rules: &Rules<'a>, shelf: &mut Shelf<'_>) -> Outcome<'a> {
    let at = &finding.location;
    let (text_here, hash) = shelf.look(&at.path, at.start.line);
    let here = place::physical(at, text_here.as_ref());
    let room = LOCATIONS_PER_RESULT - 1;
    let related = finding.related.iter().take(room).enumerate();
    let mut fingerprints = BTreeMap::from([(FINGERPRINT, Cow::from(&*finding.fingerprint))]);
    if let Some(hash) = hash {
        fingerprints.insert(LINE_HASH, hash.into());
    }
    Outcome {
        rule_id: &finding.rule,
        rule_index: rules.index.get(&*finding.rule).copied(),
        level: finding.level.as_str(),
        message: text(prose::message(finding)),
        locations: [Location { id: None, place: here, message: None }],
        related_locations: related
            .map(|(index, other)| related_location(index + 1, other))
            .collect(),
        partial_fingerprints: fingerprints,
    }
}

fn related_location(id: usize, related: &Related) -> Location<'_> {
    Location {
        id: Some(id),
        place: place::physical(&related.location, None),
        message: Some(text(prose::label(related))),
    }
}

/// The text of the file that the findings are in, hashed once.
struct Shelf<'a> {
    files: &'a dyn Files,
    current: Option<(String, Option<(Text, LineHashes)>)>,
}

impl Shelf<'_> {
    /// The text of a file and the fingerprint of one of its lines.
    fn look(&mut self, path: &str, line: u32) -> (Option<Text>, Option<String>) {
        if self.current.as_ref().is_none_or(|(known, _)| known != path) {
            let text = self.files.text(path);
            let hashed = text.map(|text| (text.clone(), LineHashes::new(text.as_str())));
            self.current = Some((path.to_owned(), hashed));
        }
        match &self.current {
            Some((_, Some((text, hashes)))) => (Some(text.clone()), hashes.line(line)),
            _ => (None, None),
        }
    }
}
