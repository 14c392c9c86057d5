//! The values that a README speaks of outside of its tables.

use std::collections::{BTreeSet, HashSet};

use crate::{
    catalog::{Chart, Declared, Key, Readme, ValuesPath, values},
    sources::{Source, join},
    text::Text,
    yaml::{self, Node},
};

/// How many steps a path in the text may have; what lies deeper is passed over.
const STEPS_MAX: usize = 12;

/// What gives a value on the command line.
const SET: &str = "--set";
/// What Rancher asks for a chart's values.
const QUESTIONS: [&str; 2] = ["questions.yaml", "questions.yml"];
/// How many questions are read.
const QUESTIONS_MAX: usize = 10_000;

/// How many examples of a README are read, and the longest one, in bytes.
const EXAMPLES_MAX: usize = 200;
const EXAMPLE_MAX: usize = 100_000;

/// The paths that a text names, each with what lies above it, and the words that stand in code.
pub(super) struct Told<'t> {
    text: &'t str,
    paths: HashSet<&'t str>,
    codes: HashSet<&'t str>,
    /// The values that examples set.
    set: HashSet<String>,
}

impl<'t> Told<'t> {
    pub(super) fn of(text: &'t str, chart: &str) -> Self {
        let mut told =
            Self { text, paths: HashSet::new(), codes: HashSet::new(), set: HashSet::new() };
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
                told.path(run, chart);
            }
        }
        told
    }

    /// What a README's text and its examples tell.
    pub(super) fn of_readme(readme: &'t Readme, chart: &str) -> Self {
        let text = &readme.file.text;
        let mut told = Self::of(text.as_str(), chart);
        for code in &readme.code {
            told.arguments(text.slice(code.span));
        }
        let yaml = |language: &str| matches!(language, "" | "yaml" | "yml");
        let examples = readme.code.iter().filter(|code| yaml(&code.language.to_lowercase()));
        let examples = examples.map(|code| text.slice(code.span)).filter(|it| it.contains(':'));
        for example in examples.filter(|it| it.len() <= EXAMPLE_MAX).take(EXAMPLES_MAX) {
            told.example(example);
        }
        told
    }

    /// Keeps the paths that an example of values sets.
    fn example(&mut self, text: &str) {
        let stream = yaml::parse(Text::new(text));
        let mut open: Vec<_> =
            stream.root().map(|root| (root, ValuesPath::default())).into_iter().collect();
        while let Some((node, path)) = open.pop() {
            if path.0.len() >= values::DEPTH_MAX || node.is_alias() {
                continue;
            }
            for entry in node.entries() {
                let path = path.join(Key::Name(entry.key.to_string()));
                self.set.insert(path.to_string());
                open.push((entry.value, path));
            }
        }
    }

    /// Keeps the names that `--set` gives values to.
    fn arguments(&mut self, text: &str) {
        for (at, flag) in text.match_indices(SET) {
            let after = text.get(at + flag.len()..).unwrap_or_default();
            // `--set-string` and its like take the same.
            let kind = after.strip_prefix('-').and_then(|it| it.find([' ', '=']));
            let after = after.get(kind.map_or(0, |end| end + 1)..).unwrap_or_default();
            let argument = after.trim_start_matches([' ', '=', '"', '\'']);
            for part in argument.split_whitespace().next().unwrap_or_default().split(',') {
                let name = part.split_once('=').map(|(name, _)| name);
                let name = name.filter(|it| it.chars().all(|c| c.is_alphanumeric() || c == '_'));
                self.set.extend(name.filter(|it| !it.is_empty()).map(str::to_owned));
            }
        }
    }

    /// Whether an example sets a value.
    pub(super) fn sets(&self, key: &Declared) -> bool {
        self.set.contains(&key.path.to_string())
    }

    /// What a path begins with, be it written behind the name under which another chart holds this one, or in a
    /// template: `Values.a.b` tells of `a` and `a.b`. What it ends with may be another chart's.
    fn path(&mut self, run: &'t str, chart: &str) {
        let dots: Vec<_> = run.match_indices('.').map(|(at, _)| at).take(STEPS_MAX).collect();
        let above = |at: &usize| {
            let name = run.get(..*at).unwrap_or_default().rsplit('.').next();
            name.is_some_and(|name| name.is_empty() || name == "Values" || name == chart)
        };
        let later = dots.iter().copied().filter(above).map(|at| at + 1);
        for start in std::iter::once(0).chain(later) {
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

/// The values that Rancher's questions describe.
pub(super) fn questions(chart: &Chart, source: &Source) -> BTreeSet<String> {
    let local = QUESTIONS.into_iter().find(|name| chart.has_file(name));
    let text = local.and_then(|local| source.read_text(&join(&chart.folder, local)).ok());
    text.map(asked).unwrap_or_default()
}

fn asked(text: Text) -> BTreeSet<String> {
    let stream = yaml::parse(text);
    let mut found = BTreeSet::new();
    let mut open: Vec<_> = stream.root().into_iter().collect();
    while let Some(node) = open.pop().filter(|_| found.len() < QUESTIONS_MAX) {
        let described = ["label", "description"].iter().any(|key| node.get(key).is_some());
        let variable = node.get("variable").filter(|_| described);
        found.extend(variable.and_then(Node::as_str).map(str::to_owned));
        let lists = ["questions", "subquestions"].into_iter().filter_map(|key| node.get(key));
        open.extend(lists.filter(|it| !it.is_alias()).flat_map(Node::items));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{EXAMPLE_MAX, EXAMPLES_MAX, QUESTIONS_MAX, Told, asked};
    use crate::{
        catalog::{Readme, TextFile, Values, YamlFile},
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
        let told = Told::of(text, "web");
        let keys = values.keys.iter().skip(1).filter(|key| told.tells(key));
        keys.map(|key| key.path.to_string()).collect()
    }

    #[test]
    fn texts_tell_of_paths_and_of_names_in_code() {
        assert_eq!(told("set `d` with --set a.b.c=1"), ["a.b", "a.b.c", "d"]);
        assert_eq!(told("{{ .Values.e.f }}, d, a.bc"), ["e.f"]);
        assert_eq!(told("--set db.e.f=1 --set web.a.b.c=2"), ["a.b", "a.b.c"]);
        assert_eq!(told("`a.\"x.y\"`: more"), ["a.\"x.y\""]);
    }

    #[test]
    fn questions_describe() {
        let text = "questions:\n- {variable: a, label: A, subquestions: [{variable: a.b, description: B}]}\n- {variable: c}\n";
        assert_eq!(asked(Text::new(text)).into_iter().collect::<Vec<_>>(), ["a", "a.b"]);
        let many = |count: usize| {
            let one = |at: usize| format!("- {{variable: v{at}, label: A}}\n");
            let all: String = (0..count).map(one).collect();
            asked(Text::new(format!("questions:\n{all}"))).len()
        };
        assert_eq!(many(QUESTIONS_MAX + 1), QUESTIONS_MAX);
    }

    #[test]
    fn examples_tell_of_what_they_set() {
        let examples = |text: &str| {
            let file = TextFile {
                path: "README.md".into(),
                local: "README.md".into(),
                text: Text::new(text),
            };
            let readme = Readme::new(file);
            let mut set: Vec<_> = Told::of_readme(&readme, "web").set.into_iter().collect();
            set.sort();
            set
        };
        assert_eq!(examples("```yaml\na:\n  b.c: 1\n```\n"), ["a", "a.\"b.c\""]);
        assert!(examples("```sh\na: 1\n```\n").is_empty());
        let set = "```sh\nhelm install x --set a=\"1\",b=2 --set-string c=3 --set d.e=4\n```\n";
        assert_eq!(examples(set), ["a", "b", "c"]);
        let many = |count: usize| {
            let block = |at: usize| format!("```yaml\nk{at}: 1\n```\n\n");
            examples(&(0..count).map(block).collect::<String>()).len()
        };
        assert_eq!((many(EXAMPLES_MAX), many(EXAMPLES_MAX + 1)), (EXAMPLES_MAX, EXAMPLES_MAX));
        let long = format!("```yaml\na: {}\n```\n", "x".repeat(EXAMPLE_MAX));
        assert!(examples(&long).is_empty());
    }

    #[test]
    fn long_runs_end() {
        assert!(told(&"a.".repeat(100_000)).is_empty());
    }
}
