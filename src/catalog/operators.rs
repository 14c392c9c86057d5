//! What people call the projects that bring custom resources: the table `data/operators.tsv`.

const TABLE: &str = include_str!("../../data/operators.tsv");

/// The names of the projects that bring a group of custom resources; none where the group says them itself.
pub fn of(group: &str) -> impl Iterator<Item = &'static str> {
    let is_of = move |known: &str| {
        group.strip_suffix(known).is_some_and(|above| above.is_empty() || above.ends_with('.'))
    };
    rows().filter(move |(known, _)| is_of(known)).map(|(_, name)| name)
}

fn rows() -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLE.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let (group, rest) = line.split_once('\t')?;
        Some((group, rest.split('\t').next()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_holds_for_the_groups_below_its_own() {
        let (group, name) = rows().next().unwrap();
        assert!(of(group).eq([name]));
        assert!(of(&format!("more.{group}")).eq([name]));
        assert_eq!(of(&format!("more{group}")).count(), 0);
    }

    #[test]
    fn each_row_has_a_source_and_a_day() {
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            let fields: Vec<_> = line.split('\t').collect();
            let [group, name, source, read] = fields.as_slice() else { panic!("{line}") };
            assert!(group.contains('.') && !name.is_empty() && source.contains('/'), "{line}");
            assert_eq!(read.len(), "2026-11-27".len(), "{line}");
        }
    }
}
