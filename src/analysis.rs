//! What the templates of a chart read and render: computed once for each chart, when a rule first asks,
//! and shared by all rules.

use std::{cell::OnceCell, sync::Arc};

use crate::{
    catalog::{Chart, Closure, Member, Problem, ProblemKind, Subchart},
    finding::Place,
    sources::Sources,
    template::{SetFile, TemplateSet, flow::Flow, gate::Gates, render::schema::Schema},
    text::{Span, Text},
    yaml::{self, Node, Stream},
};

mod flow;
mod images;
mod objects;
mod previous;
mod rendered;
mod rendering;
mod slip;
mod undeclared;

use rendering::Ground;

#[cfg(test)]
pub(crate) use rendering::tests::analysed;

pub use flow::steps;
pub use images::Container;
pub use previous::with_previous;
pub use rendered::{Document, Failure, Hook, Rendered, Setting, Step};
pub use slip::Slip;
pub use undeclared::{LostDot, Manner, OwnRead, Undeclared, is_in_schema};

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
    /// The values.schema.json of each member.
    schemas: Vec<Option<Arc<Schema>>>,
    rendered: OnceCell<Rendered>,
    flow: OnceCell<Flow>,
    /// By the first member that a chart is.
    undeclared: Vec<OnceCell<Vec<Undeclared>>>,
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
        let schemas = closure.members.iter().map(|member| schema(member.chart)).collect();
        let undeclared = closure.members.iter().map(|_| OnceCell::new()).collect();
        let (rendered, flow) = (OnceCell::new(), OnceCell::new());
        Self { closure, templates, sources, schemas, rendered, flow, undeclared }
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
        let Self { closure, templates, sources, schemas, .. } = self;
        Ground { closure, templates, sources, schemas }.render(setting)
    }

    /// The members of the closure that a chart is: none, one, or one for each alias.
    pub fn members_of(&self, chart: &Chart) -> impl Iterator<Item = usize> {
        let members = self.closure.members.iter().enumerate();
        members.filter(|(_, member)| std::ptr::eq(member.chart, chart)).map(|(number, _)| number)
    }

    /// The documents that a chart's own templates write with the values of the chart that is installed; those of
    /// charts under it are not among them.
    pub fn documents_of(&self, chart: &Chart) -> impl Iterator<Item = &Document> {
        let members: Vec<usize> = self.members_of(chart).collect();
        let documents = self.rendered().documents.iter();
        documents.filter(move |document| members.contains(&document.member))
    }

    /// Whether a member is judged in this audit together with the chart that is installed: that chart itself, and
    /// local subcharts. Vendored charts and charts from elsewhere in the catalog are only read here.
    pub fn is_judged(&self, member: usize) -> bool {
        let Some(it) = self.closure.members.get(member) else { return false };
        let Some(parent) = it.parent else { return true };
        let Some(above) = self.closure.members.get(parent) else { return false };
        let same = |subchart: &&Subchart| std::ptr::eq(&raw const subchart.chart, it.chart);
        let local = above.chart.subcharts.iter().find(same).is_some_and(|it| !it.vendored);
        local && self.is_judged(parent)
    }

    /// The number, in the template set, of the file with a path.
    pub fn set_file(&self, path: &str) -> Option<usize> {
        let templates = self.closure.members.iter().flat_map(|member| &member.templates);
        let mut named = templates.filter(|(_, file)| &*file.file.path == path);
        let (name, _) = named.next()?;
        self.templates.files().iter().position(|file| file.name == name)
    }

    /// The path, as reports show it, of a template that Helm knows under a name.
    pub fn template_path(&self, name: &str) -> Option<&Arc<str>> {
        let templates = self.closure.members.iter().flat_map(|member| &member.templates);
        templates.filter(|(known, _)| known == name).map(|(_, file)| &file.file.path).next()
    }

    /// The values.yaml of another chart of the catalog, by its folder as reports show it.
    pub fn values_at(&self, folder: &str) -> Option<Stream> {
        let content = self.sources.read(&format!("{folder}/values.yaml")).ok()?;
        Some(yaml::parse(Text::new(String::from_utf8_lossy(&content).into_owned())))
    }

    /// Where a span of a document is repaired: the place that wrote it, where that lies in the chart whose document
    /// it is; else, as for a library's text, the template's first byte.
    pub fn place(&self, document: &Document, span: Span) -> Place {
        let origin = document.origin(span);
        let member = self.closure.members.get(document.member);
        let own = |member: &Member<'_>| {
            member.chart.templates.iter().any(|template| template.file.path == origin.path)
        };
        if member.is_some_and(own) { origin } else { Place::file(&document.path) }
    }

    /// The first of some spans that the chart whose document it is wrote itself: a field of which a library wrote
    /// the value is told where the field stands.
    pub fn place_of_first(&self, document: &Document, spans: &[Span]) -> Place {
        let places = spans.iter().map(|span| self.place(document, *span));
        let own = |place: &Place| *place != Place::file(&document.path);
        let mut places = places.filter(own);
        places.next().unwrap_or_else(|| Place::file(&document.path))
    }

    /// The place that speaks for a whole document: what wrote its `kind`.
    pub fn anchor(&self, document: &Document) -> Place {
        let node = document.node();
        let span = node.and_then(|node| Some(node.get("kind")?.span()));
        self.place(document, span.or(node.map(Node::span)).unwrap_or_default())
    }

    /// Whether a place in a template is only reached after a question about the cluster.
    pub fn is_gated(&self, place: &Place) -> bool {
        let gates = Gates::of(&self.templates);
        self.set_file(&place.path).is_some_and(|file| gates.is_gated(file, place.start.offset))
    }
}

fn schema(chart: &Chart) -> Option<Arc<Schema>> {
    let text = chart.schema.as_ref()?.stream.text();
    Some(Arc::new(Schema::new(text.clone())))
}
