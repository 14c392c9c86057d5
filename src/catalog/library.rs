//! Widespread library charts that are seldom vendored, with what their templates read: the tables
//! `data/libraries.tsv`, `data/library_versions.tsv` and `data/library_reads.tsv`.

use std::{
    collections::BTreeMap,
    sync::{Mutex, OnceLock, PoisonError},
};

use semver::Version;

use super::{Chart, Dependency};
use crate::{
    template::flow::Summary,
    version::{self, Constraint},
};

const LIBRARIES: &str = include_str!("../../data/libraries.tsv");
const VERSIONS: &str = include_str!("../../data/library_versions.tsv");
const READS: &str = include_str!("../../data/library_reads.tsv");

/// The row of `library_reads.tsv` that tells what the library declares for the charts that use it.
const VALUES: &str = "values.yaml";

/// One version of a library chart.
#[derive(Debug)]
pub struct Library {
    /// The library's name in the tables.
    pub name: &'static str,
    /// The version that is known, which need not be the one that is asked for to the last number.
    pub version: &'static str,
    /// What each of its named templates reads.
    pub templates: BTreeMap<&'static str, Summary>,
    /// The keys that it declares for the charts that use it, where it merges them in.
    pub values: Option<Summary>,
}

/// The library that a dependency names, by its chart, repository and version; none where one of these is not
/// known. Of a range the newest known version counts, unless the lock says which.
pub fn find(chart: &Chart, dependency: &Dependency) -> Option<&'static Library> {
    let address = bare(dependency.repository()?);
    let mut rows = rows::<3>(LIBRARIES);
    let [library, ..] =
        rows.find(|[_, name, row]| *name == dependency.name.value && *row == address)?;
    let version = if let Some(exact) = chart.resolved(dependency) {
        near(library, &version::parse(&exact).ok()?)?
    } else {
        let range = Constraint::parse(&dependency.version.as_ref()?.value).ok()?;
        newest(library, |version| range.matches(version))?
    };
    Some(known(library, version))
}

/// The known version that is the same, else the last one before it or the first one after it in its minor
/// line.
fn near(library: &str, version: &Version) -> Option<&'static str> {
    let line = |it: &Version| (it.major, it.minor) == (version.major, version.minor);
    newest(library, |it| line(it) && it <= version).or_else(|| {
        let after = versions(library).filter(|(it, _)| line(it));
        after.min_by(|a, b| a.0.cmp(&b.0)).map(|(_, text)| text)
    })
}

fn newest(library: &str, admits: impl Fn(&Version) -> bool) -> Option<&'static str> {
    let versions = versions(library).filter(|(version, _)| admits(version));
    versions.max_by(|a, b| a.0.cmp(&b.0)).map(|(_, text)| text)
}

fn versions(library: &str) -> impl Iterator<Item = (Version, &'static str)> {
    let of = rows::<2>(VERSIONS).filter(move |[name, _]| *name == library);
    of.filter_map(|[_, text]| Some((version::parse(text).ok()?, text)))
}

/// A library's version, read from the table once.
fn known(library: &'static str, version: &'static str) -> &'static Library {
    type Known = Mutex<BTreeMap<(&'static str, &'static str), &'static Library>>;
    static KNOWN: OnceLock<Known> = OnceLock::new();
    let known = KNOWN.get_or_init(Known::default);
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    // As many as the table has versions, which live as long as the table.
    known.entry((library, version)).or_insert_with(|| Box::leak(Box::new(read(library, version))))
}

fn read(library: &'static str, at: &'static str) -> Library {
    let within = |from: &str, until: &str| {
        let parsed = (version::parse(from), version::parse(at), version::parse(until));
        matches!(parsed, (Ok(from), Ok(at), Ok(until)) if from <= at && at <= until)
    };
    let rows = rows::<5>(READS)
        .filter(|[name, _, from, until, _]| *name == library && within(from, until));
    let read = rows.filter_map(|[_, template, _, _, line]| Some((template, Summary::parse(line)?)));
    let mut templates: BTreeMap<_, _> = read.collect();
    let values = templates.remove(VALUES);
    Library { name: library, version: at, templates, values }
}

fn rows<const N: usize>(table: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    table.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut fields = line.split('\t');
        let mut row = [""; N];
        for field in &mut row {
            *field = fields.next()?;
        }
        Some(row)
    })
}

/// An address without scheme, in lower case, without a slash at its end.
fn bare(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.trim_end_matches('/').to_lowercase()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_row_has_its_fields() {
        for (table, fields) in [(LIBRARIES, 5), (VERSIONS, 4), (READS, 5)] {
            let lines: Vec<_> = table.lines().filter(|line| !line.starts_with('#')).collect();
            assert!(!lines.is_empty());
            for line in lines {
                assert_eq!(line.split('\t').count(), fields, "{line}");
            }
        }
        for [library, _, address, source, read] in rows(LIBRARIES) {
            assert_eq!(bare(address), address);
            assert!(!source.is_empty() && read.len() == "2026-11-27".len(), "{address}");
            assert!(versions(library).next().is_some(), "{library}");
        }
    }

    #[test]
    fn versions_are_sorted_and_have_a_commit_and_a_day() {
        let mut last = None;
        for [library, text, commit, day] in rows(VERSIONS) {
            let version = version::parse(text).unwrap();
            assert!(commit.len() == 40 && day.len() == "2026-11-27".len(), "{library} {text}");
            assert!(rows(LIBRARIES).any(|[it, ..]: [_; 1]| it == library), "{library}");
            let this = Some((library, version));
            assert!(last < this, "{library} {text}");
            last = this;
        }
    }

    #[test]
    fn every_template_is_read_in_known_versions() {
        let known: BTreeSet<[&str; 2]> = rows::<2>(VERSIONS).collect();
        let mut last = None;
        for [library, template, from, until, line] in rows(READS) {
            assert!(known.contains(&[library, from]) && known.contains(&[library, until]));
            let summary = Summary::parse(line).unwrap_or_else(|| panic!("{library} {template}"));
            assert_eq!(summary.to_string(), line, "{library} {template}");
            let (from, until) = (version::parse(from).unwrap(), version::parse(until).unwrap());
            assert!(from <= until, "{library} {template}");
            // Ranges of one template do not overlap.
            let before = last.replace((library, template, until));
            assert!(before < Some((library, template, from)), "{library} {template}");
        }
    }

    #[test]
    fn versions_of_one_minor_line_stand_in_for_each_other() {
        let newest: BTreeMap<&str, &str> =
            rows(VERSIONS).map(|[it, text]: [_; 2]| (it, text)).collect();
        for (library, text) in newest {
            let version = version::parse(text).unwrap();
            assert_eq!(near(library, &version), Some(text));
            let patch = Version { patch: version.patch + 1, ..version.clone() };
            assert_eq!(near(library, &patch), Some(text));
            assert_eq!(near(library, &Version { minor: version.minor + 90, ..version }), None);
            assert!(!known(library, text).templates.is_empty(), "{library}");
        }
    }
}
