//! What a chart's own tests set: who wrote them knows the names.

use super::{
    Slip,
    names::squashed,
    paths::{last, names},
};
use crate::{
    analysis::{Analysis, Undeclared, rendering},
    catalog::{Chart, ValuesPath},
    text::Text,
    yaml::{self, Node},
};

/// Where charts keep values for tests, and the suites of helm-unittest.
const FOLDERS: [&str; 3] = ["ci/", "test/", "tests/"];
/// How many of these files are read, and up to which size in bytes.
const FILES_MAX: usize = 100;
const BYTES_MAX: usize = 1 << 20;
/// How many jobs of a suite are looked into.
const JOBS_MAX: usize = 1_000;

impl Analysis<'_> {
    /// What the chart's tests say of a slip: a name that they set is no slip; where they never set the one that is
    /// declared, and the two are one but for a letter, case and hyphens, values.yaml has the wrong one.
    pub(super) fn tried(&self, value: &Undeclared, slip: Slip, chart: &Chart) -> Option<Slip> {
        let (mut read, mut declared) = (false, false);
        self.each_trial(chart, |text, root| {
            read |= sets(text, root, &value.path);
            declared |= sets(text, root, &slip.declared);
        });
        if !read || declared || slip.in_values {
            return Some(slip);
        }
        let squashed = |path: &ValuesPath| last(path).map(squashed).unwrap_or_default();
        // By a letter, too: which of the two is the slip is known.
        let same = strsim::osa_distance(&squashed(&value.path), &squashed(&slip.declared)) <= 1;
        let in_values = same && chart.documentation().values.find(&slip.declared).is_some();
        in_values.then_some(Slip { in_values, ..slip })
    }

    fn each_trial(&self, chart: &Chart, mut look: impl FnMut(&str, Node<'_>)) {
        let base = rendering::base(chart);
        let of_tests = |path: &&String| {
            let yaml = path.rsplit_once('.').is_some_and(|(_, end)| matches!(end, "yaml" | "yml"));
            yaml && FOLDERS.iter().any(|folder| path.starts_with(folder))
        };
        for path in chart.folder_listing.iter().filter(of_tests).take(FILES_MAX) {
            let Ok(bytes) = self.sources.read(&format!("{base}{path}")) else { continue };
            if bytes.len() > BYTES_MAX {
                continue;
            }
            let stream = yaml::parse(Text::new(String::from_utf8_lossy(&bytes).into_owned()));
            let text = stream.text().as_str();
            stream.documents().for_each(|root| look(text, root));
        }
    }
}

/// Whether a values file, or a suite of helm-unittest for all or one of its jobs, sets a path.
fn sets(text: &str, root: Node<'_>, path: &ValuesPath) -> bool {
    let Some(steps) = names(path).filter(|_| last(path).is_some_and(|it| text.contains(it))) else {
        return false;
    };
    let dotted = steps.join(".");
    let set = |node: Node<'_>| {
        let flat = || node.entries().any(|it| leads(&it.key, &dotted));
        node.at(&steps).is_some() || flat()
    };
    let jobs = root.get("tests").into_iter().flat_map(Node::items).take(JOBS_MAX);
    set(root) || std::iter::once(root).chain(jobs).filter_map(|it| it.get("set")).any(set)
}

/// Whether a key is a path, or something below it.
fn leads(key: &str, path: &str) -> bool {
    key.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_suites_set_paths() {
        let set = |text: &str, path: &[&str]| {
            let stream = yaml::parse(Text::new(text));
            stream.documents().any(|root| sets(text, root, &ValuesPath::of(path.iter().copied())))
        };
        assert!(set("a: {b: 1}", &["a", "b"]) && !set("a: {b: 1}", &["a", "c"]));
        assert!(set("suite: x\nset: {a.b: 1}", &["a", "b"]));
        assert!(set("tests:\n- it: x\n  set: {a: {b: {c: 1}}}", &["a", "b"]));
        assert!(set("tests:\n- set: {'a.b[0].c': 1}", &["a", "b"]));
        assert!(!set("tests:\n- set: {a.bc: 1}", &["a", "b"]));
    }

    #[test]
    fn so_many_jobs_of_a_suite_are_looked_into() {
        let suite =
            |before: usize| format!("tests:\n{}- set: {{a: 1}}\n", "- it: x\n".repeat(before));
        let set = |text: String| {
            let stream = yaml::parse(Text::new(text.as_str()));
            stream.documents().any(|root| sets(&text, root, &ValuesPath::of(["a"])))
        };
        assert!(set(suite(JOBS_MAX - 1)) && !set(suite(JOBS_MAX)));
    }
}
