//! A chart with everything that Helm would load under it: dependencies in place, under their aliases.

use super::{Chart, Dependency, TemplateFile};

/// A chart and the charts under it, any depth.
#[derive(Debug)]
pub struct Closure<'c> {
    /// The chart itself first; every other member comes after its parent.
    pub members: Vec<Member<'c>>,
    /// Dependencies whose chart is nowhere: not vendored, not local, not in the catalog; and those under
    /// whose alias nothing is, because only charts outside of their constraint lie under charts/.
    pub missing: Vec<Missing<'c>>,
}

/// One chart at one place of a closure: a chart that is a dependency twice, under two aliases, is two
/// members.
#[derive(Debug)]
pub struct Member<'c> {
    /// The chart.
    pub chart: &'c Chart,
    /// The name under which its parent's values hold it: alias, else name.
    pub name: String,
    /// Helm's full path, as in template names: `root/charts/redis`.
    pub path: String,
    /// The index of the member that holds it; none for the root.
    pub parent: Option<usize>,
    /// What declares it; none for the root and for what only lies under charts/.
    pub dependency: Option<&'c Dependency>,
    /// Whether it is read from elsewhere in the catalog, and so would be what `helm dependency
    /// update` fetches.
    pub from_catalog: bool,
    /// Its templates under the names that Helm gives them: `root/charts/redis/templates/svc.yaml`.
    pub templates: Vec<(String, &'c TemplateFile)>,
}

/// A dependency without a chart.
#[derive(Clone, Copy, Debug)]
pub struct Missing<'c> {
    /// The index of the member that declares it.
    pub parent: usize,
    /// The entry.
    pub dependency: &'c Dependency,
    /// Whether charts/ has a chart of its name whose version it does not admit: Helm takes that for a chart
    /// of its own, under its own name and not under the alias.
    pub outside: bool,
}

impl<'c> Closure<'c> {
    /// Puts what lies under charts/ in place, as Helm does (`processDependencyEnabled` before any
    /// condition is looked at: all branches are kept). `elsewhere` finds a dependency's chart in the
    /// catalog where charts/ has none.
    pub fn of(chart: &'c Chart, elsewhere: &dyn Fn(&Dependency) -> Option<&'c Chart>) -> Self {
        let mut closure = Self { members: Vec::new(), missing: Vec::new() };
        closure.add(Member::new(chart, chart.name(), chart.name().to_owned()), 0, elsewhere);
        closure
    }

    /// The chart itself.
    pub fn root(&self) -> Option<&Member<'c>> {
        self.members.first()
    }

    /// The members right under one.
    pub fn children(&self, parent: usize) -> impl Iterator<Item = (usize, &Member<'c>)> {
        self.members.iter().enumerate().filter(move |(_, member)| member.parent == Some(parent))
    }

    /// The entries that speak of a member: those of its parent under whose name it stands. Conditions, tags
    /// and `import-values` go by it, also where the constraint does not admit the chart.
    pub fn entries_of(&self, member: usize) -> impl Iterator<Item = &'c Dependency> {
        let it = self.members.get(member);
        let parent = it.and_then(|it| self.members.get(it.parent?)).map(|it| it.chart);
        let entries = parent.map(|chart| chart.dependencies.as_slice()).unwrap_or_default();
        entries.iter().filter(move |entry| it.is_some_and(|it| entry.effective_name() == it.name))
    }

    /// Whether a member is a chart, or lies under one: a chart that depends on itself ends there.
    fn is_under(&self, member: usize, chart: &Chart) -> bool {
        let above = |number: &usize| self.members.get(*number)?.parent;
        std::iter::successors(Some(member), above)
            .filter_map(|number| self.members.get(number))
            .any(|member| std::ptr::eq(member.chart, chart))
    }

    fn add(
        &mut self,
        member: Member<'c>,
        depth: usize,
        elsewhere: &dyn Fn(&Dependency) -> Option<&'c Chart>,
    ) {
        let (chart, parent) = (member.chart, self.members.len());
        let path = member.path.clone();
        self.members.push(member);
        if depth >= DEPTH_MAX || self.members.len() >= MEMBERS_MAX {
            return;
        }
        let child = |chart: &'c Chart, name: &str, dependency, from_catalog| Member {
            parent: Some(parent),
            dependency,
            from_catalog,
            ..Member::new(chart, name, format!("{path}/charts/{name}"))
        };
        for subchart in chart.unlisted() {
            let name = subchart.chart.name();
            self.add(child(&subchart.chart, name, None, false), depth + 1, elsewhere);
        }
        for dependency in &chart.dependencies {
            let name = dependency.effective_name();
            let vendored = chart.admitted(dependency).map(|subchart| &subchart.chart);
            // Helm looks for a name before it looks at versions: what lies there is not asked for elsewhere.
            let outside = vendored.is_none() && chart.subchart(dependency).is_some();
            let other = || elsewhere(dependency).filter(|found| !self.is_under(parent, found));
            match vendored.or_else(|| if outside { None } else { other() }) {
                Some(found) => {
                    let member = child(found, name, Some(dependency), vendored.is_none());
                    self.add(member, depth + 1, elsewhere);
                }
                // Without an alias the chart is in its place all the same.
                None if outside && name == dependency.name.value => {}
                None => self.missing.push(Missing { parent, dependency, outside }),
            }
        }
    }
}

impl<'c> Member<'c> {
    fn new(chart: &'c Chart, name: &str, path: String) -> Self {
        let named = |file: &'c TemplateFile| (format!("{path}/{}", file.file.local), file);
        let templates = chart.templates.iter().map(named).collect();
        let name = name.to_owned();
        Self { chart, name, path, parent: None, dependency: None, from_catalog: false, templates }
    }
}

/// How deep dependencies may nest; deeper ones are left out.
pub const DEPTH_MAX: usize = 16;
/// How many members a closure may have.
pub const MEMBERS_MAX: usize = 512;
