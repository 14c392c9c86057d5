//! `docs/missing-upgrade-notes`

use std::collections::BTreeSet;

use crate::{
    catalog::{Chart, Readme, TextFile, readme::Heading},
    rule::{ChartContext, Rule, Sink},
    sources::join,
    version,
};

/// How many files about upgrades are read.
const FILES_MAX: usize = 20;
/// Names of files that tell of upgrades.
const NAMES: &[&str] =
    &["upgrad", "migrat", "changelog", "changes", "release", "history", "readme"];

/// A major version without notes, in a chart that wrote them before.
pub(crate) struct MissingUpgradeNotes;

impl Rule for MissingUpgradeNotes {
    fn chart(&self, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
        let Some(history) = cx.history.filter(|history| history.complete) else { return };
        let Some(manifest) = &chart.manifest else { return };
        let Some(shown) = &manifest.version else { return };
        let Ok(now) = version::parse(&shown.value) else { return };
        let majors: BTreeSet<u64> = history
            .releases
            .iter()
            .filter_map(|release| version::parse(&release.version).ok())
            .filter(|version| version.pre.is_empty() && version.major < now.major)
            .map(|version| version.major)
            .collect();
        // What a first major changes is told nowhere: there was nothing before it.
        let bumped: Vec<_> = majors.iter().skip(1).copied().filter(|major| *major > 1).collect();
        let Some(last) = majors.last().filter(|_| now.pre.is_empty() && now.major > 1) else {
            return;
        };
        let documents = Notes::read(chart, cx);
        let noted = bumped.iter().filter(|major| documents.lead_to(**major)).count();
        let kept = noted > 0 && noted * 3 >= bumped.len() * 2;
        if !kept || documents.tell_of(now.major) || documents.name(now.major) {
            return;
        }
        let message = format!(
            "nothing tells how to upgrade from {last}.x to {}.0.0, as it was told for {noted} of {} majors before",
            now.major,
            bumped.len()
        );
        out.at(manifest.place(shown.span), message)
            .subject(format!("{}.0.0", now.major))
            .help(format!("add a heading `To {}.0.0` with what has to be done", now.major));
    }
}

/// The documents that may tell of upgrades.
struct Notes {
    headings: Vec<String>,
    texts: Vec<TextFile>,
}

impl Notes {
    fn read(chart: &Chart, cx: &ChartContext<'_>) -> Self {
        let named = |local: &&String| {
            let lower = local.to_lowercase();
            let name = lower.rsplit('/').next().unwrap_or_default();
            let prose = [".md", ".md.gotmpl", ".txt", ".adoc", ".rst"];
            prose.iter().any(|end| lower.ends_with(end))
                && NAMES.iter().any(|it| name.contains(it))
                && !lower.starts_with("charts/")
        };
        let files = chart.folder_listing.iter().filter(named).take(FILES_MAX);
        let read = |local: &String| {
            let path = join(&chart.folder, local);
            let text = cx.source.read_text(&path).ok()?;
            Some(TextFile { path: cx.source.report_path(&path), local: local.clone(), text })
        };
        let texts: Vec<_> = files.filter_map(read).collect();
        let readmes = texts.iter().map(|file| Readme::new(file.clone()));
        let text_of = |heading: &Heading| heading.text.clone();
        let headings = readmes.flat_map(|it| it.headings.iter().map(text_of).collect::<Vec<_>>());
        Self { headings: headings.collect(), texts }
    }

    /// Whether a heading leads to the first release of a major: `To 2.0.0`, `v2`, `2.x`, `1.x to 2.x`.
    fn lead_to(&self, major: u64) -> bool {
        self.headings.iter().any(|heading| {
            let last = words(heading).filter_map(version_of).last();
            last.is_some_and(|it| it.major == major && it.first)
        })
    }

    /// Whether a heading speaks of any release of a major.
    fn tell_of(&self, major: u64) -> bool {
        let speaks =
            |heading: &String| words(heading).filter_map(version_of).any(|it| it.major == major);
        self.headings.iter().any(speaks)
    }

    /// Whether any text names the first release of a major.
    fn name(&self, major: u64) -> bool {
        let (full, short) = (format!("{major}.0.0"), format!("{major}.x"));
        let names = |word: &str| {
            let word = word.trim_start_matches(['v', '=', '>', '<', '^', '~']);
            word == full || word == short
        };
        self.texts.iter().any(|file| words(file.text.as_str()).any(names))
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || "[](){},:;`*_|/→\"'".contains(c))
        .map(|word| word.trim_end_matches(['.', '+']))
        .filter(|word| !word.is_empty())
}

/// A version that a heading speaks of.
struct Spoken {
    major: u64,
    /// Whether it is the first release of the major, or all of it.
    first: bool,
}

/// The version that a word is: `v2`, `2.x`, `2.0`, `2.0.0`, `web-2.0.0`. A bare number may count anything.
fn version_of(word: &str) -> Option<Spoken> {
    let word = word.trim_start_matches(['=', '>', '<', '^', '~']);
    let word = word.rsplit_once('-').map_or(word, |(_, version)| version);
    let digits = word.strip_prefix(['v', 'V']).unwrap_or(word);
    let mut parts = digits.split('.');
    let major = parts.next()?.parse().ok()?;
    let rest: Vec<&str> = parts.collect();
    let number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let any = |part: &&str| matches!(*part, "x" | "X" | "*");
    let is_version = rest.len() <= 2 && rest.iter().all(|part| any(part) || number(part));
    let first = rest.iter().all(|part| any(part) || part.bytes().all(|byte| byte == b'0'));
    (is_version && (digits != word || !rest.is_empty())).then_some(Spoken { major, first })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notes(heading: &str) -> Notes {
        Notes { headings: vec![heading.to_owned()], texts: Vec::new() }
    }

    #[test]
    fn headings_lead_to_majors() {
        for text in ["To 2.0.0", "v2", "From 1.x to 2.x", "web-2.0.0", "Upgrading to >=2.0"] {
            assert!(notes(text).lead_to(2), "{text}");
        }
        for text in ["To 12.0.0", "2nd", "1.2.0", "v2beta1", "2.0.0.1", "2.x to 3.x", "2. Networks"]
        {
            assert!(!notes(text).lead_to(2), "{text}");
        }
        assert!(notes("2.1.3").tell_of(2) && !notes("2.1.3").lead_to(2));
        assert!(notes("From 2.x to 3.x").tell_of(2));
    }
}
