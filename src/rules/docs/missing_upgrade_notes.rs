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
        out.at(manifest.place(shown.span), message).subject(format!("{}.0.0", now.major)).help(
            format!(
                "add a heading `{}` with what has to be done",
                documents.wording(&bumped, now.major)
            ),
        );
    }
}

/// The documents that may tell of upgrades.
struct Notes {
    headings: Vec<Told>,
    texts: Vec<TextFile>,
}

/// A heading of one of them.
struct Told {
    text: String,
    /// Whether it stands in a file or a section about upgrades.
    within: bool,
}

/// The headings of a file, in order.
fn told(file: &TextFile) -> Vec<Told> {
    let name = file.local.rsplit('/').next().unwrap_or_default();
    let all = speaks_of_upgrades(name);
    let readme = Readme::new(file.clone());
    // The level of the heading that the section about upgrades began with.
    let mut section: Option<u8> = None;
    let told = |heading: &Heading| {
        section = section.filter(|level| heading.level > *level);
        let within = all || section.is_some();
        if section.is_none() && speaks_of_upgrades(&heading.text) {
            section = Some(heading.level);
        }
        Told { text: heading.text.clone(), within }
    };
    readme.headings.iter().map(told).collect()
}

fn speaks_of_upgrades(text: &str) -> bool {
    let lower = text.to_lowercase();
    ["upgrad", "migrat", "breaking"].iter().any(|word| lower.contains(word))
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
        let headings = texts.iter().flat_map(told).collect();
        Self { headings, texts }
    }

    /// Whether a heading leads to the first release of a major: `To 2.0.0`, `1.x to 2.x`, and where upgrades are
    /// spoken of `v2` or `2.x`. A release's own heading in a changelog does not.
    fn lead_to(&self, major: u64) -> bool {
        self.headings.iter().any(|heading| {
            let mut versions = words(&heading.text).filter_map(version_of);
            let last = versions.by_ref().last();
            let leads = heading.within || leads(&heading.text);
            leads && last.is_some_and(|it| it.major == major && it.first)
        })
    }

    /// A heading for a major as the last one of those before it is worded.
    fn wording(&self, majors: &[u64], now: u64) -> String {
        let worded = |major: &u64| {
            let (old, new) = (format!("{major}.0.0"), format!("{now}.0.0"));
            let mut texts = self.headings.iter().map(|it| it.text.as_str());
            let is_old =
                |word: &str| word.trim_start_matches(['v', '=', '>', '<', '^', '~']) == old;
            let text = texts.find(|text| {
                words(text).filter_map(version_of).count() == 1 && words(text).any(is_old)
            })?;
            Some(text.replace(&old, &new).replace('`', ""))
        };
        majors.iter().rev().find_map(worded).unwrap_or_else(|| format!("To {now}.0.0"))
    }

    /// Whether a heading speaks of any release of a major.
    fn tell_of(&self, major: u64) -> bool {
        let speaks = |it: &Told| words(&it.text).filter_map(version_of).any(|it| it.major == major);
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

/// Whether a heading leads from a version, or to one.
fn leads(heading: &str) -> bool {
    let word = |word: &str| ["to", "from"].iter().any(|it| word.eq_ignore_ascii_case(it));
    let versions = words(heading).filter_map(version_of).count();
    let mut before = words(heading).take_while(|word| version_of(word).is_none());
    versions > 1 || speaks_of_upgrades(heading) || before.any(word)
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
    use crate::text::Text;

    fn file(local: &str, text: &str) -> Notes {
        let file = TextFile { path: local.into(), local: local.to_owned(), text: Text::new(text) };
        Notes { headings: told(&file), texts: Vec::new() }
    }

    fn notes(heading: &str) -> Notes {
        file("UPGRADING.md", &format!("# {heading}\n"))
    }

    #[test]
    fn headings_of_releases_lead_nowhere() {
        for text in ["# 2.0.0 (2025-07-09)", "# v2", "# web-2.0.0", "# 2.x", "# Upgrading\n# 2.0.0"]
        {
            assert!(!file("CHANGELOG.md", text).lead_to(2), "{text}");
            assert!(file("CHANGELOG.md", text).tell_of(2), "{text}");
        }
        for text in [
            "# To 2.0.0",
            "# From 1.x",
            "# 1.x → 2.x",
            "# Upgrading to 2.0",
            "# 2.0.0: breaking changes",
            "# Upgrading\n## Chart\n### 2.0.0",
        ] {
            let major = if text.contains('2') { 2 } else { 1 };
            assert!(file("README.md", text).lead_to(major), "{text}");
        }
        assert!(!file("README.md", "# Upgrading\n## 2.0.0\n# Releases\n## 3.0.0").lead_to(3));
    }

    #[test]
    fn the_next_heading_is_worded_as_the_last() {
        let worded = |text| file("README.md", text).wording(&[2, 3], 4);
        assert_eq!(worded("# Upgrading to version 3.0.0"), "Upgrading to version 4.0.0");
        assert_eq!(worded("# From 2.0.0 to 3.0.0"), "To 4.0.0");
        assert_eq!(worded("# Upgrading to 13.0.0"), "To 4.0.0");
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
