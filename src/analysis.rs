//! What the templates of a chart read and render: computed once for each chart, when a rule first asks,
//! and shared by all rules.

use std::cell::OnceCell;

use crate::{
    catalog::{Chart, Closure, Problem, ProblemKind},
    sources::Sources,
    template::{SetFile, TemplateSet, flow::Flow},
};

mod flow;
mod rendered;
mod rendering;

pub use flow::steps;
pub use rendered::{Document, Failure, Hook, Rendered, Setting, Step};

/// A chart with everything under it, and what its templates do.
#[derive(Debug)]
pub struct Analysis<'c> {
    /// The chart that Helm would install, its dependencies in place.
    pub closure: &'c Closure<'c>,
    /// The templates of the whole closure, in Helm's one namespace; `SetFile::chart` is the index of the
    /// closure's member.
    pub templates: TemplateSet<'c>,
    /// Where files are read from that only templates ask for.
    sources: &'c Sources,
    rendered: OnceCell<Rendered>,
    flow: OnceCell<Flow>,
}

impl<'c> Analysis<'c> {
    /// Puts the templates together; the rest is computed when it is asked for.
    pub fn new(closure: &'c Closure<'c>, sources: &'c Sources) -> Self {
        let members = closure.members.iter().enumerate();
        let files = members.flat_map(|(chart, member)| {
            let files = member.templates.iter();
            files.map(move |(name, file)| SetFile { name, template: &file.template, chart })
        });
        let templates = TemplateSet::new(files.collect());
        Self { closure, templates, sources, rendered: OnceCell::new(), flow: OnceCell::new() }
    }

    /// What the chart renders to with its own values, as `helm template` would print it: rendered
    /// when it is first asked for.
    pub fn rendered(&self) -> &Rendered {
        self.rendered.get_or_init(|| self.render_with(&Setting::default()))
    }

    /// That rendering was given up, if it was: nothing where no rule asked for it.
    pub fn given_up(&self) -> Option<Problem> {
        let failure = self.rendered.get()?.failure.as_ref()?;
        let root = self.closure.root()?;
        let place = failure.place.clone().unwrap_or_else(|| root.chart.anchor.clone());
        let message = format!("the chart is not rendered: {}", failure.message);
        let problem = Problem::new(ProblemKind::PartialAnalysis, place, "render", &message);
        let help =
            "make the template do less; rules that look at rendered documents are silent here";
        (failure.step == Step::Limit).then(|| problem.help(help))
    }

    /// What the chart renders to with another setting; rendered anew with each call.
    pub fn render_with(&self, setting: &Setting) -> Rendered {
        rendering::render(self.closure, &self.templates, self.sources, setting)
    }

    /// The members of the closure that a chart is: none, one, or one for each alias.
    pub fn members_of(&self, chart: &Chart) -> impl Iterator<Item = usize> {
        let members = self.closure.members.iter().enumerate();
        members.filter(|(_, member)| std::ptr::eq(member.chart, chart)).map(|(number, _)| number)
    }
}
