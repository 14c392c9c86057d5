//! The values that a README speaks of outside of its tables.

use std::collections::HashSet;

use crate::catalog::{Declared, Key};

/// How many steps a path in the text may have; what lies deeper is passed over.
const STEPS_MAX: usize = 12;

/// The paths that a text names, each with what lies above it, and the words that stand in code.
pub(super) struct Told<'t> {
    text: &'t str,
    paths: HashSet<&'t str>,
    codes: HashSet<&'t str>,
}

impl<'t> Told<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let mut told = Self { text, paths: HashSet::new(), codes: HashSet::new() };
        let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        let mut at = 0;
        while let Some(start) = text.get(at..).and_then(|rest| rest.find(part)).map(|it| it + at) {
            let rest = text.get(start..).unwrap_or_default();
            let run = rest.split(|c| !part(c)).next().unwrap_or_default();
            at = start + run.len();
            let in_code = text.get(..start).is_some_and(|before| before.ends_with('`'))
                && text.get(at..).is_some_and(|after| after.starts_with('`'));
            if in_code {
                told.codes.insert(run);
            }
            if run.contains('.') {
                told.path(run);
            }
        }
        told
    }

    /// Every part of a path that is one, from each of its steps on: `Values.a.b` tells of `a.b`.
    fn path(&mut self, run: &'t str) {
        let dots: Vec<_> = run.match_indices('.').map(|(at, _)| at).take(STEPS_MAX).collect();
        let starts = std::iter::once(0).chain(dots.iter().map(|at| at + 1));
        for start in starts {
            let ends = dots.iter().copied().filter(|end| *end > start).chain([run.len()]);
            self.paths.extend(ends.filter_map(|end| run.get(start..end)));
        }
    }

    /// Whether the text speaks of a key: of a path as it is, of a single name in code.
    pub(super) fn tells(&self, key: &Declared) -> bool {
        match key.path.0.as_slice() {
            [Key::Name(name)] => self.codes.contains(name.as_str()),
            _ => self.tells_path(key),
        }
    }

    /// Whether the text speaks of a key by its whole path, of several steps.
    pub(super) fn tells_path(&self, key: &Declared) -> bool {
        let path = key.path.to_string();
        match key.path.0.as_slice() {
            [] | [_] => false,
            _ if path.contains('"') => self.text.contains(&path),
            _ => self.paths.contains(path.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Told;
    use crate::{
        catalog::{Values, YamlFile},
        text::Text,
        yaml,
    };

    fn told(text: &str) -> Vec<String> {
        let stream = yaml::parse(Text::new("a: {b: {c: 1}, x.y: 1}\nd: 1\ne: {f: 1}\n"));
        let file = YamlFile {
            path: "values.yaml".into(),
            local: "values.yaml".into(),
            stream: stream.into(),
        };
        let values = Values::read(&file);
        let told = Told::of(text);
        let keys = values.keys.iter().skip(1).filter(|key| told.tells(key));
        keys.map(|key| key.path.to_string()).collect()
    }

    #[test]
    fn texts_tell_of_paths_and_of_names_in_code() {
        assert_eq!(told("set `d` with --set a.b.c=1"), ["a.b", "a.b.c", "d"]);
        assert_eq!(told("{{ .Values.e.f }}, d, a.bc"), ["e.f"]);
        assert_eq!(told("`a.\"x.y\"`: more"), ["a.\"x.y\""]);
    }

    #[test]
    fn long_runs_end() {
        assert!(told(&"a.".repeat(100_000)).is_empty());
    }
}
