//! Chart repositories that have several addresses: the table `data/repositories.tsv`.

const TABLE: &str = include_str!("../../data/repositories.tsv");

/// An address as Helm compares it, without what servers don't tell apart; of several addresses that one
/// publisher fills with the same charts, the one that stands for all.
pub fn one_address(repository: &str) -> String {
    let url = normalised(repository);
    let bare = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let same = rows().find(|(same, _)| *same == bare);
    same.map_or_else(|| url.clone(), |(_, repository)| repository.to_owned())
}

fn rows() -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLE.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let (same, rest) = line.split_once('\t')?;
        Some((same, rest.split('\t').next()?))
    })
}

fn normalised(repository: &str) -> String {
    let url = repository.trim_end_matches('/');
    let url = url.strip_prefix("http://").map_or(url.to_owned(), |rest| format!("https://{rest}"));
    match url.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.split_once('/')?))) {
        Some((scheme, (host, path))) => {
            format!("{}://{}/{path}", scheme.to_lowercase(), host.to_lowercase())
        }
        None => url.to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_repository_are_equal() {
        for url in ["https://charts.Example.com/stable/", "http://charts.example.com/stable"] {
            assert_eq!(one_address(url), "https://charts.example.com/stable");
        }
        let differ = |a, b| assert_ne!(one_address(a), one_address(b));
        differ("https://example.com/Stable", "https://example.com/stable");
        differ("oci://example.com/a", "https://example.com/a");
        assert_eq!(one_address("@Repo"), "@repo");
    }

    #[test]
    fn each_row_has_an_address_a_source_and_a_day() {
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            let fields: Vec<_> = line.split('\t').collect();
            let [same, repository, source, read] = fields.as_slice() else { panic!("{line}") };
            assert!(!source.is_empty() && read.len() == "2026-11-22".len(), "{line}");
            assert_eq!(one_address(&format!("oci://{same}/")), *repository);
            // What stands for all stands for itself.
            assert_eq!(one_address(repository), *repository);
        }
    }
}
