//! A closure as the flow of values sees it.

use std::collections::BTreeMap;

use crate::{
    analysis::{Analysis, rendering::Packed},
    catalog::{Closure, Dependency, Key, Library, Member, ValuesPath, library},
    template::{
        flow::{self, Files, Flow, Input, Step, Usage},
        render::files::FileSource,
    },
};

impl Analysis<'_> {
    /// Which values the templates of the closure read.
    pub fn flow(&self) -> &Flow {
        self.flow.get_or_init(|| {
            let files = |member: usize, path: Option<&str>| {
                let packed = Packed::new(self.closure.members.get(member)?.chart, self.sources);
                texts(&packed, path)
            };
            Flow::of(&self.templates, &input(self.closure, &files))
        })
    }

    /// The library charts that a member depends on and that are not here, but known.
    pub fn libraries(&self, member: usize) -> impl Iterator<Item = &'static Library> {
        libraries(self.closure).filter(move |(parent, _)| *parent == member).map(|(_, it)| it)
    }

    /// Whether anything reads a value of a member of the closure.
    pub fn usage(&self, member: usize, path: &ValuesPath) -> Usage {
        self.flow().usage(member, &steps(path))
    }
}

/// A path as the flow has it: items are not told apart.
pub fn steps(path: &ValuesPath) -> Vec<Step> {
    let step = |key: &Key| match key {
        Key::Name(name) => Step::Key(name.as_str().into()),
        Key::Index(_) => Step::Any,
    };
    path.0.iter().map(step).collect()
}

/// The largest chart whose files are all looked at because a template computes which it reads: files and
/// bytes.
pub(super) const FILES_MAX: usize = 500;
pub(super) const BYTES_MAX: usize = 8 << 20;

/// The texts of one file of a chart, or of all.
fn texts(packed: &Packed, path: Option<&str>) -> Option<Vec<String>> {
    let read = |path: &str| Some(String::from_utf8_lossy(&packed.read(path)?).into_owned());
    let like = |path: Option<&str>| {
        let paths = packed.paths();
        let paths = paths.iter().filter(|it| path.is_none_or(|form| flow::is_of_form(form, it)));
        let paths: Vec<_> = paths.take(FILES_MAX + 1).collect();
        if paths.len() > FILES_MAX {
            return None;
        }
        let mut left = BYTES_MAX;
        let mut texts = Vec::new();
        for path in paths {
            let text = read(path)?;
            left = left.checked_sub(text.len())?;
            texts.push(text);
        }
        Some(texts)
    };
    let Some(path) = path.filter(|path| !path.contains(flow::HOLE)) else { return like(path) };
    // A file that is not there is an empty text to templates.
    Some(read(path).into_iter().collect())
}

fn input<'c>(closure: &'c Closure<'c>, files: Files<'c>) -> Input<'c> {
    let members = closure.members.iter().enumerate();
    let members = members.map(|(number, it)| member(closure, number, it)).collect();
    let mut summaries: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (_, library) in libraries(closure) {
        for (name, summary) in &library.templates {
            summaries.entry(*name).or_default().push(summary);
        }
    }
    Input { members, files: Some(files), summaries }
}

fn libraries<'c>(closure: &'c Closure<'_>) -> impl Iterator<Item = (usize, &'static Library)> + 'c {
    closure.missing.iter().filter_map(|missing| {
        let chart = closure.members.get(missing.parent)?.chart;
        Some((missing.parent, library::find(chart, missing.dependency)?))
    })
}

fn member<'c>(closure: &'c Closure<'c>, number: usize, member: &'c Member<'c>) -> flow::Member<'c> {
    let chart = member.chart;
    let defaults = chart.values.as_deref().map(|file| file.stream.documents().collect());
    let conditions = chart.dependencies.iter().filter_map(|it| it.condition.as_ref());
    let paths = conditions.flat_map(|text| text.value.split(',')).map(str::trim);
    let missing = closure.missing.iter().filter(|missing| missing.parent == number);
    flow::Member {
        name: &member.name,
        path: &member.path,
        parent: member.parent,
        library: chart.is_library(),
        defaults: defaults.unwrap_or_default(),
        conditions: paths.map(|path| path.split('.').collect()).collect(),
        exports: closure.entries_of(number).flat_map(exports).collect(),
        missing: missing.map(|missing| missing.dependency.effective_name()).collect(),
    }
}

/// The paths of a member's values that its parent imports (`import-values`).
fn exports(entry: &Dependency) -> Vec<Vec<String>> {
    let path = |text: &str| text.split('.').map(str::to_owned).collect();
    let export = |import: &serde_json::Value| match import.as_str() {
        Some(name) => Some(vec!["exports".to_owned(), name.to_owned()]),
        None => import.get("child")?.as_str().map(path),
    };
    entry.import_values.iter().filter_map(export).collect()
}
