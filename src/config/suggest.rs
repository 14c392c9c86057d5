//! Did you mean: the known word that somebody most likely meant.

/// The known word that is closest to a mistyped one; none where nothing is near.
///
/// Judged by edit distance with transpositions, at most a third of the word. A rule's name without its
/// family, or with a family that is not its own, is compared with the names of rules.
pub fn closest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let word = word.to_lowercase();
    let (family, name) = word.rsplit_once('/').unwrap_or(("", &word));
    let distance = |candidate: &str| {
        let whole = strsim::osa_distance(&word, candidate);
        match candidate.rsplit_once('/') {
            Some((_, known)) if family.is_empty() => whole.min(strsim::osa_distance(name, known)),
            Some((_, known)) if known == name => 0,
            _ => whole,
        }
    };
    let allowed = (word.chars().count() / 3).max(1);
    let near = known.into_iter().map(|candidate| (distance(candidate), candidate));
    near.filter(|(distance, _)| *distance <= allowed).min().map(|(_, candidate)| candidate)
}

/// The help line for a mistyped word: the closest one, else all of them.
pub fn did_you_mean(word: &str, known: &[&str]) -> String {
    match closest(word, known.iter().copied()) {
        Some(candidate) => format!("did you mean `{candidate}`?"),
        None => format!("use {}", one_of(known)),
    }
}

/// Words as a sentence lists them: `` `a`, `b` or `c` ``.
pub(super) fn one_of(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, first)) => format!("{} or {last}", first.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: [&str; 4] =
        ["crd/hook", "docs/broken-link", "maintenance/stale-chart", "skew/stale-lock"];

    #[test]
    fn a_slip_of_the_finger_finds_its_word() {
        assert_eq!(closest("crd/hok", RULES), Some("crd/hook"));
        assert_eq!(closest("docs/borken-link", RULES), Some("docs/broken-link"));
        assert_eq!(closest("maintainance/stale-chart", RULES), Some("maintenance/stale-chart"));
        assert_eq!(closest("Stale-Lock", RULES), Some("skew/stale-lock"));
        assert_eq!(closest("docs/stale-lock", RULES), Some("skew/stale-lock"));
        assert_eq!(closest("brokn-link", RULES), Some("docs/broken-link"));
    }

    #[test]
    fn nothing_is_suggested_where_nothing_is_near() {
        assert_eq!(closest("security/privileged", RULES), None);
        assert_eq!(closest("", RULES), None);
        assert_eq!(did_you_mean("zzz", &["a", "bb", "ccc"]), "use `a`, `bb` or `ccc`");
    }
}
