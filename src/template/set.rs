//! The named templates of a chart and of everything under it: one namespace, as Go and Helm make it.

use std::{cmp::Reverse, collections::HashMap};

use super::{Define, Node, Template};

/// The templates that are parsed together, with what each name stands for.
#[derive(Debug, Default)]
pub struct TemplateSet<'t> {
    files: Vec<SetFile<'t>>,
    names: HashMap<&'t str, Named<'t>>,
}

/// One file of a set.
#[derive(Clone, Copy, Debug)]
pub struct SetFile<'t> {
    /// The name that Helm gives it: the chart's full path and the file's, like
    /// `root/charts/redis/templates/svc.yaml`.
    pub name: &'t str,
    /// The file.
    pub template: &'t Template,
    /// Which chart it is of, a number that the caller chose.
    pub chart: usize,
}

impl SetFile<'_> {
    /// Whether Helm only parses it: its own name begins with `_`.
    pub fn is_partial(&self) -> bool {
        self.name.rsplit('/').next().is_some_and(|base| base.starts_with('_'))
    }
}

/// What a name stands for: a definition, or a whole file.
#[derive(Clone, Copy, Debug)]
pub struct Named<'t> {
    /// The name.
    pub name: &'t str,
    /// The file that it stands in: an index into [`TemplateSet::files`].
    pub file: usize,
    /// The definition; none where the file itself is meant.
    pub define: Option<&'t Define>,
    /// What is rendered.
    pub body: &'t [Node],
}

impl<'t> TemplateSet<'t> {
    /// Puts files together in Helm's order: those with most slashes first, names descending; what
    /// comes later replaces what came before, unless it is empty (`text/template`'s `AddParseTree`).
    /// Source: `sortTemplates` in `pkg/engine/engine.go` of helm.sh/helm v4.3.1.
    pub fn new(mut files: Vec<SetFile<'t>>) -> Self {
        let depth = |file: &SetFile<'_>| memchr::memchr_iter(b'/', file.name.as_bytes()).count();
        files.sort_by_cached_key(|file| Reverse((depth(file), file.name)));
        let names = HashMap::with_capacity(files.len() * 2);
        let mut set = Self { files: Vec::with_capacity(files.len()), names };
        for file in files {
            set.add(file);
        }
        set
    }

    /// Parses one more file into the set.
    pub fn add(&mut self, file: SetFile<'t>) {
        let index = self.files.len();
        self.files.push(file);
        let definitions = file.template.defines.iter().map(|define| {
            let (name, body) = (define.name.as_str(), define.body.as_slice());
            Named { name, file: index, define: Some(define), body }
        });
        let whole =
            Named { name: file.name, file: index, define: None, body: &file.template.nodes };
        for named in definitions.chain([whole]) {
            let blank = is_empty(file.template, named.body);
            if !(blank && self.names.contains_key(named.name)) {
                self.names.insert(named.name, named);
            }
        }
    }

    /// What a name stands for.
    pub fn get(&self, name: &str) -> Option<Named<'t>> {
        self.names.get(name).copied()
    }

    /// All names that stand for something, in order.
    pub fn names(&self) -> impl Iterator<Item = &'t str> {
        let mut names: Vec<_> = self.names.keys().copied().collect();
        names.sort_unstable();
        names.into_iter()
    }

    /// The files, in the order in which they are parsed, which is that in which Helm renders them.
    pub fn files(&self) -> &[SetFile<'t>] {
        &self.files
    }
}

/// Whether nothing is rendered: white space, comments and definitions (`parse.IsEmptyTree`).
pub(super) fn is_empty(template: &Template, nodes: &[Node]) -> bool {
    nodes.iter().all(|node| match node {
        Node::Comment(_) | Node::Define(_) => true,
        Node::Text(text) => template.slice(text.trimmed).trim().is_empty(),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        template::{FunctionSet, parse},
        text::Text,
    };

    /// The text of the definition `d` that counts among files of these names.
    fn counts(files: &[(&str, &str)]) -> String {
        let helm = FunctionSet::helm();
        let parsed: Vec<_> =
            files.iter().map(|(name, text)| (*name, parse(Text::new(*text), helm))).collect();
        let files = parsed.iter().map(|(name, template)| SetFile { name, template, chart: 0 });
        let set = TemplateSet::new(files.collect());
        let found = set.get("d").unwrap();
        let define = found.define.unwrap();
        set.files()[found.file].template.slice(define.span).to_owned()
    }

    #[test]
    fn the_shallower_file_and_the_smaller_name_count() {
        let (a, b) = (r#"{{define "d"}}a{{end}}"#, r#"{{define "d"}}b{{end}}"#);
        assert_eq!(counts(&[("web/templates/x", a), ("web/charts/z/templates/x", b)]), a);
        assert_eq!(counts(&[("web/charts/z/templates/x", b), ("web/templates/x", a)]), a);
        assert_eq!(counts(&[("web/templates/b", b), ("web/templates/a", a)]), a);
    }

    #[test]
    fn what_is_empty_replaces_nothing() {
        let (full, empty) = (r#"{{define "d"}}a{{end}}"#, r#"{{define "d"}} {{/* c */}}{{end}}"#);
        assert_eq!(counts(&[("web/templates/b", full), ("web/templates/a", empty)]), full);
        assert_eq!(counts(&[("web/templates/b", empty), ("web/templates/a", full)]), full);
    }

    #[test]
    fn a_file_is_a_template_by_its_name() {
        let template = parse(Text::new("{{define \"d\"}}{{end}}x"), FunctionSet::helm());
        let set = TemplateSet::new(vec![SetFile { name: "web/_x", template: &template, chart: 0 }]);
        assert!(set.get("web/_x").is_some_and(|named| named.define.is_none()));
        assert!(set.files()[0].is_partial());
        assert!(set.get("y").is_none());
    }
}
