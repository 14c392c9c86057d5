//! `docs/stale-changelog`

use semver::Version;

use crate::{
    catalog::{Chart, Manifest, Readme, TextFile},
    rule::{ChartContext, Rule, Sink},
    text::{Span, Spanned, Text},
    version, yaml,
};

/// The kinds of change that Artifact Hub knows.
const KINDS: &[&str] = &["added", "changed", "deprecated", "fixed", "removed", "security"];
/// Where Artifact Hub reads what changed.
const CHANGES: &str = "artifacthub.io/changes";
/// So many releases up to the newest noted one tell whether the changelog is kept.
const LOOKED_AT: usize = 5;
/// So many of them must be noted.
const NOTED_MIN: usize = 3;

/// A changelog that ends before the current version, or that no reader takes.
pub(crate) struct StaleChangelog;

impl Rule for StaleChangelog {
    fn chart(&self, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
        let Some(manifest) = &chart.manifest else { return };
        if let Some(changes) = manifest.annotations.get(CHANGES) {
            annotation(changes, manifest, out);
        }
        if let (Some(file), Some(current)) = (&chart.changelog, &manifest.version) {
            changelog(file, current, manifest, cx, out);
        }
    }
}

/// `artifacthub.io/changes`: a list of texts, or of mappings with a kind that Artifact Hub knows.
fn annotation(changes: &Spanned<String>, manifest: &Manifest, out: &mut Sink) {
    let stream = yaml::parse(Text::new(changes.value.as_str()));
    let list = stream.root().filter(|root| root.kind() == yaml::Kind::Sequence);
    let place = manifest.place(changes.span);
    let broken = stream.error().is_some() || list.is_none();
    if broken && !changes.value.trim().is_empty() {
        let what = stream.error().map(|error| {
            let line = stream.text().position(error.span.start).line;
            format!("is no valid YAML ({}, in its line {line})", error.message)
        });
        let what = what.as_deref().unwrap_or("is not a list");
        out.at(place, format!("`{CHANGES}` {what}, and Artifact Hub shows nothing of it"))
            .subject(CHANGES)
            .help("write a list of changes, each with `kind` and `description`");
        return;
    }
    let kinds = list.into_iter().flat_map(yaml::Node::items).filter_map(|item| item.get("kind"));
    let known = |kind: &str| KINDS.contains(&kind.to_ascii_lowercase().as_str());
    let wrong = kinds.filter_map(yaml::Node::to_text).find(|kind| !known(kind));
    if let Some(kind) = wrong {
        let kind = kind.replace(['`', '\n'], " ");
        out.at(
            place,
            format!("`{CHANGES}` holds the kind `{kind}`, which Artifact Hub does not know"),
        )
        .subject(CHANGES)
        .help(format!("use one of {}", KINDS.join(", ")));
    }
}

fn changelog(
    file: &TextFile,
    current: &Spanned<String>,
    manifest: &Manifest,
    cx: &ChartContext<'_>,
    out: &mut Sink,
) {
    let Ok(now) = version::parse(&current.value) else { return };
    let log = Log::read(file);
    let Some((newest, span)) = log.newest() else { return };
    let app = manifest.app_version.as_ref().and_then(|app| version::parse(&app.value).ok());
    let of_app = app.is_some_and(|app| app != now && log.has(&app) && !log.is_of(cx));
    if log.open || log.moved || of_app || !now.pre.is_empty() || log.has(&now) || *newest >= now {
        return;
    }
    if file.text.as_str().contains(&current.value) || !log.is_kept(cx, newest, &now) {
        return;
    }
    let message = format!("{} ends at `{newest}`, the chart is at `{}`", file.local, current.value);
    out.at(file.place(span), message)
        .subject(file.local.clone())
        .also(manifest.place(current.span), "the chart's own")
        .help(format!("write what changed under a heading `{}`", current.value));
}

/// The versions that a changelog has headings for.
struct Log {
    versions: Vec<(Version, Span)>,
    /// Whether a heading collects what is not released.
    open: bool,
    /// Whether what stands before the versions says that changes are written elsewhere now.
    moved: bool,
}

impl Log {
    fn read(file: &TextFile) -> Self {
        let readme = Readme::new(file.clone());
        let open = |text: &str| {
            let text = text.to_lowercase();
            ["unreleased", "upcoming", "next", "head"].iter().any(|word| text.contains(word))
        };
        let versions = readme.headings.iter().filter_map(|heading| {
            let mut words = heading.text.split(|c: char| c.is_whitespace() || "[](),:".contains(c));
            let version = words.find_map(read_version)?;
            Some((version, heading.span))
        });
        let versions: Vec<_> = versions.collect();
        let open = readme.headings.iter().any(|heading| open(&heading.text));
        let first = versions.first().map_or(Span::default(), |(_, span)| *span);
        let before = file.text.slice(Span { start: 0, end: first.start });
        Self { versions, open, moved: points_elsewhere(before) }
    }

    fn newest(&self) -> Option<(&Version, Span)> {
        let released = self.versions.iter().filter(|(version, _)| version.pre.is_empty());
        released.max_by_key(|(version, _)| version.clone()).map(|(version, span)| (version, *span))
    }

    fn has(&self, version: &Version) -> bool {
        self.versions.iter().any(|(noted, _)| noted.cmp_precedence(version).is_eq())
    }

    /// Whether the headings are the chart's versions, as far as history knows them.
    fn is_of(&self, cx: &ChartContext<'_>) -> bool {
        let releases = cx.history.iter().flat_map(|history| &history.releases);
        let mut versions = releases.filter_map(|release| version::parse(&release.version).ok());
        versions.any(|version| self.has(&version))
    }

    /// Whether the changelog was written for most releases up to its newest; without history,
    /// whether it goes on in the same major.
    fn is_kept(&self, cx: &ChartContext<'_>, newest: &Version, now: &Version) -> bool {
        let Some(history) = cx.history.filter(|history| !history.releases.is_empty()) else {
            return newest.major == now.major && self.versions.len() >= NOTED_MIN;
        };
        let releases = history.releases.iter().filter_map(|it| version::parse(&it.version).ok());
        let upto = releases.filter(|version| version <= newest && version.pre.is_empty());
        let looked_at: Vec<_> = upto.take(LOOKED_AT).collect();
        let noted = looked_at.iter().filter(|version| self.has(version)).count();
        noted >= NOTED_MIN
    }
}

/// What a changelog calls itself.
const ITSELF: [&str; 5] = ["changelog", "change log", "this file", "this document", "changes are"];
/// What it says when it ended.
const ENDED: [&str; 6] =
    ["deprecated", "no longer", "not maintained", "unmaintained", "discontinued", "archived"];

/// Whether the text before a changelog's versions says that it has ended, or sends to a page of releases.
fn points_elsewhere(text: &str) -> bool {
    let text = text.to_lowercase();
    // `deprecated` is a kind of change, too.
    let any = |line: &str, words: &[&str]| words.iter().any(|word| line.contains(word));
    let ended = text.lines().any(|line| any(line, &ITSELF) && any(line, &ENDED));
    let releases = text.match_indices("/releases").any(|(at, found)| {
        let after = text.get(at + found.len()..).unwrap_or_default();
        !after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-')
    });
    ended || releases
}

/// A version of three numbers, with or without `v` or a name before it.
fn read_version(word: &str) -> Option<Version> {
    let start = word.find(|c: char| c.is_ascii_digit())?;
    let (name, text) = word.split_at_checked(start)?;
    let named = name.is_empty() || name == "v" || name.ends_with("-v") || name.ends_with('-');
    let three = text.split(['-', '+']).next()?.split('.').count() == 3;
    version::parse(text).ok().filter(|_| named && three)
}

#[cfg(test)]
mod tests {
    use super::points_elsewhere;

    #[test]
    fn a_changelog_that_ended_says_so_before_its_versions() {
        for text in [
            "# Changelog\n\n**This changelog is now deprecated.**\n",
            "See [Releases](https://example.com/org/charts/releases) for what changed.",
            "Changes are no longer noted here.",
        ] {
            assert!(points_elsewhere(text), "{text}");
        }
        for text in [
            "# Changelog\n\nAll notable changes.\n\n- Deprecated for what will go",
            "https://example.com/releases-format",
            "",
        ] {
            assert!(!points_elsewhere(text), "{text}");
        }
    }
}
