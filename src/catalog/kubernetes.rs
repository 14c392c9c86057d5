//! Minor releases of Kubernetes and how long they are maintained: the table `data/k8s_releases.tsv`; API
//! groups that clusters serve by themselves: `data/k8s_api_groups.tsv`.

use std::sync::OnceLock;

const TABLE: &str = include_str!("../../data/k8s_releases.tsv");

/// One minor release, `1.<minor>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Release {
    /// The number after `1.`.
    pub minor: u64,
    /// The day of the first release, `YYYY-MM-DD`.
    pub released: &'static str,
    /// The last day on which it gets patches, `YYYY-MM-DD`.
    pub ends: &'static str,
}

impl Release {
    /// Whether it is out at `now`, in seconds since 1970.
    pub fn is_out(self, now: i64) -> bool {
        self.released <= day(now).as_str()
    }

    /// Whether it gets no patches any more at `now`, in seconds since 1970.
    pub fn has_ended(self, now: i64) -> bool {
        self.ends < day(now).as_str()
    }
}

/// The day of a moment, as the table writes days.
fn day(now: i64) -> String {
    jiff::Timestamp::from_second(now).unwrap_or_default().strftime("%Y-%m-%d").to_string()
}

/// All releases of the table, oldest first.
pub fn releases() -> &'static [Release] {
    static RELEASES: OnceLock<Vec<Release>> = OnceLock::new();
    RELEASES.get_or_init(|| {
        let rows = TABLE.lines().filter(|line| !line.starts_with('#'));
        rows.filter_map(release).collect()
    })
}

fn release(row: &'static str) -> Option<Release> {
    let mut cells = row.split('\t');
    let minor = cells.next()?.strip_prefix("1.")?.parse().ok()?;
    Some(Release { minor, released: cells.next()?, ends: cells.next()? })
}

const GROUPS: &str = include_str!("../../data/k8s_api_groups.tsv");

/// The group of an `apiVersion`; empty for the core group.
pub fn group(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

/// Whether a cluster serves an `apiVersion`, or did once, without any custom resource definition: Kubernetes'
/// own groups and those of its distributions.
pub fn is_built_in(api_version: &str) -> bool {
    let group = group(api_version);
    !group.contains('.') || groups().iter().any(|known| is_in(group, known))
}

fn is_in(group: &str, known: &str) -> bool {
    match known.strip_prefix('*') {
        Some(ending) => group.ends_with(ending),
        None => group == known,
    }
}

fn groups() -> &'static [&'static str] {
    static ROWS: OnceLock<Vec<&'static str>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let rows = GROUPS.lines().filter(|line| !line.starts_with('#'));
        rows.filter_map(|row| row.split('\t').next()).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read_and_the_table_has_no_gap() {
        let rows = TABLE.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(releases().len(), rows);
        assert!(releases().windows(2).all(|pair| pair[0].minor + 1 == pair[1].minor));
        for release in releases() {
            let day = |text: &str| text.parse::<jiff::civil::Date>().is_ok();
            assert!(day(release.released) && day(release.ends), "{release:?}");
            assert!(release.released < release.ends, "{release:?}");
        }
    }

    #[test]
    fn a_release_is_out_from_its_day_on() {
        let release = releases().iter().find(|release| release.minor == 22).unwrap();
        assert_eq!(release.released, "2021-08-04");
        let noon = 1_628_078_400; // 2021-08-04T12:00:00Z
        assert!(release.is_out(noon));
        assert!(!release.is_out(noon - 86_400));
    }

    #[test]
    fn a_release_has_ended_after_its_last_day() {
        let release = releases().iter().find(|release| release.minor == 31).unwrap();
        assert_eq!(release.ends, "2025-11-11");
        let noon = 1_762_862_400; // 2025-11-11T12:00:00Z
        assert!(!release.has_ended(noon));
        assert!(release.has_ended(noon + 86_400));
    }

    #[test]
    fn groups_of_the_cluster_are_told_from_custom_ones() {
        for version in ["v1", "apps/v1", "networking.k8s.io/v1beta1", "route.openshift.io/v1"] {
            assert!(is_built_in(version), "{version}");
        }
        for version in ["example.com/v1", "gateway.networking.k8s.io/v1", "k8s.io/v1"] {
            assert!(!is_built_in(version), "{version}");
        }
        let rows = GROUPS.lines().filter(|line| !line.starts_with('#'));
        assert!(rows.clone().all(|row| row.split('\t').count() == 3) && rows.count() > 20);
    }
}
