//! Repositories, charts and images that moved or ended: the tables `data/moved.tsv` and
//! `data/withdrawn.tsv`.

use std::{collections::BTreeMap, sync::OnceLock};

use crate::version;

/// The last version of each chart whose images were withdrawn.
const WITHDRAWN: &str = include_str!("../../data/withdrawn.tsv");
const TABLE: &str = include_str!("../../data/moved.tsv");

/// What a row speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MovedKind {
    /// A chart repository, with all that it holds.
    Repository,
    /// One chart of a repository.
    Chart,
    /// Images below a registry's path.
    Image,
    /// A chart repository that goes on, while the images of its charts' earlier versions do not.
    Withdrawn,
}

/// One row of the table.
#[derive(Clone, Debug)]
pub struct Moved {
    /// What it speaks of.
    pub kind: MovedKind,
    /// Host and path, without scheme.
    pub address: &'static str,
    /// The chart of the repository; empty for the other kinds.
    pub chart: &'static str,
    /// From this day on a use is a finding, `YYYY-MM-DD`.
    pub announced: &'static str,
    /// From this day on it can't be fetched; none while it can.
    pub gone: Option<&'static str>,
    /// What to use instead.
    pub replacement: &'static str,
    /// Where that is written.
    pub source: &'static str,
}

impl Moved {
    /// Whether it can't be fetched any more at `now`, in seconds since 1970.
    pub fn is_gone(&self, now: i64) -> bool {
        self.gone.is_some_and(|day| day <= day_of(now).as_str())
    }

    fn is_known(&self, now: i64) -> bool {
        self.announced <= day_of(now).as_str()
    }
}

/// The row of a chart repository that moved or ended before `now`.
pub fn repository(url: &str, now: i64) -> Option<&'static Moved> {
    find(MovedKind::Repository, &bare(url), now)
}

/// The row of one chart that left a repository before `now`.
pub fn chart(url: &str, name: &str, now: i64) -> Option<&'static Moved> {
    let address = bare(url);
    rows().iter().find(|row| {
        row.kind == MovedKind::Chart
            && row.chart == name
            && covers(row.address, &address)
            && row.is_known(now)
    })
}

/// The row of an image's repository: a name without a host belongs to `docker.io`.
pub fn image(repository: &str, now: i64) -> Option<&'static Moved> {
    let first = repository.split('/').next().unwrap_or_default();
    let hosted = repository.contains('/') && (first.contains('.') || first.contains(':'));
    let full = match repository.strip_prefix("registry-1.docker.io/") {
        Some(rest) => format!("docker.io/{rest}"),
        None if hosted => repository.to_owned(),
        None => format!("docker.io/{repository}"),
    };
    find(MovedKind::Image, &full, now)
}

/// The row of a repository whose chart, in this version, names images that were withdrawn before `now`.
pub fn withdrawn(url: &str, name: &str, at: &str, now: i64) -> Option<&'static Moved> {
    let row = find(MovedKind::Withdrawn, &bare(url), now)?;
    let through = version::parse(last_withdrawn(url, name, now)?).ok()?;
    (version::parse(at).ok()? <= through).then_some(row)
}

/// The last version of a repository's chart whose images were withdrawn before `now`.
pub fn last_withdrawn(url: &str, name: &str, now: i64) -> Option<&'static str> {
    find(MovedKind::Withdrawn, &bare(url), now)?;
    withdrawn_through().get(name).copied()
}

fn withdrawn_through() -> &'static BTreeMap<&'static str, &'static str> {
    static THROUGH: OnceLock<BTreeMap<&str, &str>> = OnceLock::new();
    let rows = || WITHDRAWN.lines().filter(|line| !line.starts_with('#'));
    THROUGH.get_or_init(|| rows().filter_map(|line| line.split_once('\t')).collect())
}

/// All rows of one kind.
pub fn rows_of(kind: MovedKind) -> impl Iterator<Item = &'static Moved> {
    rows().iter().filter(move |row| row.kind == kind)
}

fn find(kind: MovedKind, address: &str, now: i64) -> Option<&'static Moved> {
    rows_of(kind).find(|row| covers(row.address, address) && row.is_known(now))
}

/// Whether an address is a row's, or lies below it.
fn covers(row: &str, address: &str) -> bool {
    address.strip_prefix(row).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// An address without scheme, in lower case, without a slash at its end.
fn bare(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.trim_end_matches('/').to_lowercase()
}

fn day_of(seconds: i64) -> String {
    let moment = jiff::Timestamp::from_second(seconds).unwrap_or_default();
    moment.strftime("%Y-%m-%d").to_string()
}

fn rows() -> &'static [Moved] {
    static ROWS: OnceLock<Vec<Moved>> = OnceLock::new();
    ROWS.get_or_init(|| TABLE.lines().filter_map(row).collect())
}

fn row(line: &'static str) -> Option<Moved> {
    let fields: Vec<_> = line.split('\t').collect();
    let [kind, address, chart, announced, gone, replacement, source, _read] = fields.as_slice()
    else {
        return None;
    };
    let kind = match *kind {
        "repository" => MovedKind::Repository,
        "chart" => MovedKind::Chart,
        "image" => MovedKind::Image,
        "withdrawn" => MovedKind::Withdrawn,
        _ => return None,
    };
    let given = |field: &'static str| (field != "-").then_some(field);
    Some(Moved {
        kind,
        address,
        chart: given(chart).unwrap_or_default(),
        announced,
        gone: given(gone),
        replacement,
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2020-11-05.
    const AUTUMN: i64 = 1_604_534_400;
    /// 2026-06-01.
    const LATE: i64 = 1_780_272_000;

    #[test]
    fn every_row_is_read() {
        let lines = TABLE.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        assert_eq!(rows().len(), lines.count());
    }

    #[test]
    fn a_row_speaks_from_its_day_on() {
        let url = "https://kubernetes-charts.storage.googleapis.com/";
        assert!(!repository(url, AUTUMN).unwrap().is_gone(AUTUMN));
        assert!(repository(url, LATE).unwrap().is_gone(LATE));
        assert!(repository(url, 0).is_none());
        assert!(repository("https://charts.helm.sh/stable-copy", LATE).is_none());
    }

    #[test]
    fn charts_leave_a_repository_one_by_one() {
        let url = "https://grafana.github.io/helm-charts/";
        assert!(chart(url, "grafana", LATE).is_some());
        assert!(chart(url, "mimir-distributed", LATE).is_none());
        assert!(repository(url, LATE).is_none());
    }

    #[test]
    fn only_versions_that_name_withdrawn_images_count() {
        let url = "oci://registry-1.docker.io/bitnamicharts";
        assert!(withdrawn(url, "redis", "18.0.1", LATE).is_some());
        assert!(withdrawn(url, "redis", "99.0.0", LATE).is_none());
        assert!(withdrawn(url, "redis", "18.0.1", AUTUMN).is_none());
        assert!(withdrawn(url, "common", "2.0.0", LATE).is_none());
        let lines = WITHDRAWN.lines().filter(|line| !line.starts_with('#'));
        assert_eq!(withdrawn_through().len(), lines.count());
        assert!(withdrawn_through().values().all(|through| version::parse(through).is_ok()));
    }

    #[test]
    fn images_without_a_host_belong_to_docker_hub() {
        assert!(image("bitnami/redis", LATE).is_some());
        assert!(image("docker.io/bitnami/redis", LATE).is_some());
        assert!(image("registry.example.com/bitnami/redis", LATE).is_none());
        assert!(image("bitnamilegacy/redis", LATE).is_none());
    }
}
