//! What names stand for: the set's templates, and those that texts given to `tpl` define.

use crate::template::{Define, Node, Template, TemplateSet, quote, set};

/// The name of the template that a text given to `tpl` is: that of Helm's parent of all templates.
pub(super) const TPL_NAME: &str = "gotpl";

/// A namespace: that of the set, with the layers of the `tpl` calls that are being executed.
#[derive(Clone, Copy)]
pub(super) struct Names<'a> {
    pub(super) set: &'a TemplateSet<'a>,
    pub(super) layer: Option<&'a Layer<'a>>,
}

/// A text given to `tpl`: a clone of the namespace around it, and what it defines itself.
pub(super) struct Layer<'a> {
    outer: Names<'a>,
    names: Vec<(&'a str, Found<'a>)>,
    template: &'a Template,
}

/// What a name stands for.
#[derive(Clone, Copy)]
pub(super) struct Found<'a> {
    pub(super) source: Source<'a>,
    pub(super) body: &'a [Node],
}

/// A text that is executed.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) template: &'a Template,
    /// What Go's messages call it.
    pub(super) name: &'a str,
    /// Its index in the set; none for a text given to `tpl`.
    pub(super) file: Option<usize>,
}

impl<'a> Names<'a> {
    /// What a name stands for (`Lookup`).
    pub(super) fn get(self, name: &str) -> Option<(&'a str, Found<'a>)> {
        let mut layer = self.layer;
        while let Some(here) = layer {
            if let Some(found) = here.own(name) {
                return Some(found);
            }
            layer = here.outer.layer;
        }
        let named = self.set.get(name)?;
        let file = self.set.files().get(named.file)?;
        let source = Source { template: file.template, name: file.name, file: Some(named.file) };
        Some((named.name, Found { source, body: named.body }))
    }
}

impl<'a> Layer<'a> {
    /// The namespace in which `tpl` executes a text (`Clone`, `New` and `Parse`).
    pub(super) fn new(outer: Names<'a>, template: &'a Template) -> Self {
        let mut layer = Self { outer, names: Vec::new(), template };
        let source = Source { template, name: TPL_NAME, file: None };
        let defines = template.defines.iter().map(|define| (&*define.name, &*define.body));
        for (name, body) in defines.chain([(TPL_NAME, &*template.nodes)]) {
            let blank = set::is_empty(template, body);
            if !blank || (layer.own(name).is_none() && outer.get(name).is_none()) {
                layer.names.push((name, Found { source, body }));
            }
        }
        layer
    }

    fn own(&self, name: &str) -> Option<(&'a str, Found<'a>)> {
        self.names.iter().rev().find(|(known, _)| *known == name).copied()
    }

    /// What `tpl` executes: the text, or the definition of its name where it is nothing else.
    pub(super) fn main(&self) -> Found<'a> {
        let source = Source { template: self.template, name: TPL_NAME, file: None };
        let own = self.own(TPL_NAME).map(|(_, found)| found);
        own.unwrap_or(Found { source, body: &self.template.nodes })
    }
}

/// What Go says where a text given to `tpl` defines its own name and renders something besides.
pub(super) fn redefined(template: &Template) -> Option<String> {
    let blank = |nodes: &[Node]| set::is_empty(template, nodes);
    let own = |define: &&Define| define.name == TPL_NAME && !blank(&define.body);
    let twice = template.defines.iter().any(|define| own(&define)) && !blank(&template.nodes);
    let name = quote::quoted(TPL_NAME);
    twice.then(|| format!("template: multiple definition of template {name}"))
}
