//! A closure as the flow of values sees it.

use crate::{
    analysis::Analysis,
    catalog::{Closure, Key, Member, ValuesPath},
    template::flow::{self, Flow, Input, Step, Usage},
};

impl Analysis<'_> {
    /// Which values the templates of the closure read.
    pub fn flow(&self) -> &Flow {
        self.flow.get_or_init(|| Flow::of(&self.templates, &input(self.closure)))
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

fn input<'c>(closure: &'c Closure<'c>) -> Input<'c> {
    let members = closure.members.iter().enumerate();
    Input {
        members: members.map(|(number, it)| member(closure, number, it)).collect(),
        files: None,
    }
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
        exports: exports(member),
        missing: missing.map(|missing| missing.dependency.effective_name()).collect(),
    }
}

/// The paths of a member's values that its parent imports (`import-values`).
fn exports(member: &Member<'_>) -> Vec<Vec<String>> {
    let imports = member.dependency.map(|it| it.import_values.as_slice()).unwrap_or_default();
    let path = |text: &str| text.split('.').map(str::to_owned).collect();
    let export = |import: &serde_json::Value| match import.as_str() {
        Some(name) => Some(vec!["exports".to_owned(), name.to_owned()]),
        None => import.get("child")?.as_str().map(path),
    };
    imports.iter().filter_map(export).collect()
}
