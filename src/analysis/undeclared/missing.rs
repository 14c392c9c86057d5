//! What declares a value: its chart's values.yaml, those of charts above, what is imported, and what speaks of it.

use super::{
    named,
    told::{is_documented, is_told, refused},
};
use crate::{
    analysis::Analysis,
    catalog::{Chart, Values, ValuesPath},
    finding::Place,
    template::flow::Step,
    yaml::Kind,
};

impl Analysis<'_> {
    /// The highest key of a path that nothing declares; none where all of it is declared, may be, or can't be
    /// known.
    pub(super) fn missing(&self, member: usize, path: &[Step]) -> Option<Missing> {
        let here = self.closure.members.get(member)?;
        let first = named(path.first()?)?;
        if first == "global" || first == "tags" || here.chart.is_library() {
            return None;
        }
        let dependency = here.chart.dependencies.iter().any(|it| it.effective_name() == first);
        if dependency || self.is_written(member, path) {
            return None;
        }
        let layers = self.layers(member)?;
        let mut known = 0;
        for layer in &layers {
            known = known.max(layer.known(path)?);
        }
        for values in self.libraries(member).filter_map(|library| library.values.as_ref()) {
            known = known.max(values.reaches(path)?);
        }
        let top = path.get(..=known)?;
        let names: Vec<_> = top.iter().map(named).collect::<Option<_>>()?;
        let switch = self.closure.entries_of(member).any(|it| it.condition.is_some());
        let told = is_told(here.chart, &names)
            || (switch && names == ["enabled"])
            || self.closure.members.iter().any(|it| is_condition(it.chart, &names));
        (!told).then(|| Missing {
            documented: is_documented(here.chart, &names),
            refused: refused(here.chart, &names),
            path: ValuesPath::of(names),
        })
    }

    /// Whether templates themselves put something at a path.
    fn is_written(&self, member: usize, path: &[Step]) -> bool {
        let mut writes = self.flow().writes().iter().filter(|write| write.member == member);
        let same =
            |(one, other): (&Step, &Step)| one == other || *one == Step::Any || *other == Step::Any;
        writes.any(|write| write.path.iter().zip(path).all(same))
    }

    /// All that gives a member values: its own file, what charts above it set for it, and what it imports.
    /// None where some of it can't be known.
    fn layers(&self, member: usize) -> Option<Vec<Layer<'_>>> {
        let here = self.closure.members.get(member)?;
        let whole = |values, below| Layer { values: Some(values), below, at: Vec::new() };
        let mut layers = vec![whole(&here.chart.documentation().values, Vec::new())];
        let mut prefix = Vec::new();
        let mut at = here;
        while let Some(above) = at.parent {
            prefix.insert(0, at.name.clone());
            at = self.closure.members.get(above)?;
            if at.chart.values.as_ref().is_some_and(|it| it.stream.error().is_some()) {
                return None;
            }
            layers.push(whole(&at.chart.documentation().values, prefix.clone()));
        }
        for dependency in here.chart.dependencies.iter().filter(|it| !it.import_values.is_empty()) {
            let name = dependency.effective_name();
            let child = self.closure.children(member).find(|(_, it)| it.name == name);
            let values = child.map(|(_, child)| &child.chart.documentation().values);
            for import in &dependency.import_values {
                let (below, at) = imported(import)?;
                layers.push(Layer { values, below, at });
            }
        }
        Some(layers)
    }
}

/// The highest key of a path that nothing declares.
#[derive(Clone, Debug)]
pub(super) struct Missing {
    pub(super) path: ValuesPath,
    /// Whether the README's reference has it.
    pub(super) documented: bool,
    /// Where the member's schema refuses it.
    pub(super) refused: Option<Place>,
}

/// Values that lie over a member's own.
struct Layer<'v> {
    /// A values.yaml; none where it is not here.
    values: Option<&'v Values>,
    /// The keys in it under which they stand.
    below: Vec<String>,
    /// The keys of the member's values under which they come to lie.
    at: Vec<String>,
}

impl Layer<'_> {
    /// How many steps of a path are there; none where it ends in something that may hold anything, or where
    /// all are there.
    fn known(&self, path: &[Step]) -> Option<usize> {
        let same = self.at.iter().zip(path).take_while(|(key, step)| named(step) == Some(key));
        let same = same.count();
        if same < self.at.len() {
            return (same < path.len()).then_some(same);
        }
        let rest = path.get(same..).unwrap_or_default();
        Some(same + layer(self.values?, &self.below, rest)?)
    }
}

/// The keys that an entry of `import-values` takes from a dependency's values, and those it puts them under.
fn imported(import: &serde_json::Value) -> Option<(Vec<String>, Vec<String>)> {
    let keys =
        |text: &str| text.split('.').filter(|key| !key.is_empty()).map(str::to_owned).collect();
    match import.as_str() {
        Some(export) => Some((vec!["exports".to_owned(), export.to_owned()], Vec::new())),
        None => Some((keys(import.get("child")?.as_str()?), keys(import.get("parent")?.as_str()?))),
    }
}

/// How many steps of a path a layer of values has; none where it ends in something that may hold anything, or
/// where all are there.
fn layer(values: &Values, prefix: &[String], path: &[Step]) -> Option<usize> {
    let mut at = 0;
    for name in prefix {
        let Some(next) = values.keys.get(at).and_then(|key| key.children.get(name)) else {
            return Some(0);
        };
        at = *next;
    }
    for (number, step) in path.iter().enumerate() {
        let key = values.keys.get(at)?;
        if at > 0 && (key.leaf || key.kind != Kind::Mapping) {
            return None;
        }
        match key.children.get(named(step)?) {
            Some(next) => at = *next,
            None => return Some(number),
        }
    }
    None
}

fn is_condition(chart: &Chart, names: &[&str]) -> bool {
    let conditions = chart.dependencies.iter().filter_map(|it| it.condition.as_ref());
    let mut paths = conditions.flat_map(|text| text.value.split(',')).map(str::trim);
    let path = names.join(".");
    paths.any(|it| it == path || it.strip_prefix(&path).is_some_and(|rest| rest.starts_with('.')))
}
