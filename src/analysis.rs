//! What the templates of a chart read and render: computed once for each chart, when a rule first asks,
//! and shared by all rules.

use crate::{
    catalog::{Chart, Closure},
    template::{SetFile, TemplateSet},
};

/// A chart with everything under it, and what its templates do.
#[derive(Debug)]
pub struct Analysis<'c> {
    /// The chart that Helm would install, its dependencies in place.
    pub closure: &'c Closure<'c>,
    /// The templates of the whole closure, in Helm's one namespace; `SetFile::chart` is the index of the
    /// closure's member.
    pub templates: TemplateSet<'c>,
}

impl<'c> Analysis<'c> {
    /// Puts the templates together; the rest is computed when it is asked for.
    pub fn new(closure: &'c Closure<'c>) -> Self {
        let members = closure.members.iter().enumerate();
        let files = members.flat_map(|(chart, member)| {
            let files = member.templates.iter();
            files.map(move |(name, file)| SetFile { name, template: &file.template, chart })
        });
        Self { closure, templates: TemplateSet::new(files.collect()) }
    }

    /// The members of the closure that a chart is: none, one, or one for each alias.
    pub fn members_of(&self, chart: &Chart) -> impl Iterator<Item = usize> {
        let members = self.closure.members.iter().enumerate();
        members.filter(|(_, member)| std::ptr::eq(member.chart, chart)).map(|(number, _)| number)
    }
}
