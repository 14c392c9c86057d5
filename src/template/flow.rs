//! Which values a chart's templates read: an abstract interpretation over all branches.
//!
//! A [`Flow`] is computed once from a [`TemplateSet`] and a description of the charts that it is of
//! ([`Input`]). It answers for every path of every chart's values whether something reads it, and lists
//! the places that do. What cannot be known (a template that is not here, a computed name) is
//! [`Usage::Unknown`] for the paths that it may read, and for no others.

use std::collections::BTreeMap;

use crate::{text::Span, yaml};

use super::TemplateSet;

mod body;
mod defaults;
mod domain;
mod eval;
mod field;
mod form;
mod function;
mod machine;
mod path;
mod sink;
mod summary;
#[cfg(test)]
mod tests;
mod textual;

use machine::Machine;
use path::Paths;

pub use body::{LOOPS_MAX, UNROLL_MAX};
pub use defaults::DEFAULTS_MAX;
pub use domain::{ATOMS_MAX, OBJECTS_MAX, ORIGINS_MAX, SITE_OBJECTS_MAX, TEXTS_MAX};
pub use field::ABSORBED_MAX;
pub use form::{HOLE, LIKE_MAX, is_of_form};
pub use machine::{DEPTH_MAX, ROUNDS_MAX, STEPS_MAX};
pub use path::{COMPUTED_STEPS_MAX, PATH_DEPTH_MAX, SAME_STEPS_MAX};
pub use sink::{BODY_TEXTS_MAX, ORIGIN_SETS_MAX, TEXT_MAX};
pub use summary::{ELSEWHERE, Summary};
pub use textual::{FILES_MAX, FOLDS_MAX};

/// Whether anything reads a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Usage {
    /// The path, something above it as a whole, or something under it is read.
    Read,
    /// Nothing reads it, on any branch.
    Unread,
    /// Something that is not here, or that is computed, may read it.
    Unknown,
}

/// One step of a path of values.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// A key of a mapping.
    Key(Box<str>),
    /// Any item of a sequence, or a key that is computed.
    Any,
}

/// How a template reads a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum How {
    /// Written out, or handed to a function that does something with it.
    Printed,
    /// Only asked whether it is there, or not empty.
    Tested,
    /// The items or entries are gone over.
    Iterated,
    /// Written out with all that lies under it (`toYaml`).
    Whole,
    /// Evaluated as a template itself (`tpl`).
    Tpl,
    /// Handed on: kept in a variable, put into a dict, passed to a named template.
    Passed,
}

/// What a place takes where a value is absent, as it reads from mappings that templates merged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Instead {
    /// Nothing: it reads this value alone.
    #[default]
    Nothing,
    /// Another value.
    Value,
    /// Something that the templates have put there.
    Made,
}

/// One place that reads a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// Whose values: the index of the member.
    pub member: usize,
    /// The path in that member's values.
    pub path: Vec<Step>,
    /// The file, an index into [`TemplateSet::files`]; [`ELSEWHERE`] where a template reads it that is
    /// known by its summary only.
    pub file: usize,
    /// The expression; the call of a template that is known by its summary only.
    pub span: Span,
    /// What is done with it.
    pub how: How,
    /// Whether the place copes with a value that is not there: a condition, a default, an optional
    /// chain in parentheses, or a branch that is only reached where the value is set.
    pub guarded: bool,
    /// How many of the last steps are one unguarded chain: where one of these but the last is absent,
    /// Helm stops with a nil pointer. What leads to them may be absent.
    pub chained: usize,
    /// Whether the place is reached in every rendering: outside of all branches.
    pub certain: bool,
    /// Whether it is one of several values that the place may read, by a key or from a thing that is
    /// computed: perhaps no rendering reads this one.
    pub several: bool,
    /// What else it may take, from a mapping that is merged with the one that the value lies in.
    pub instead: Instead,
    /// The place in a text that is evaluated as a template, which the file's place calls `tpl` for.
    pub within: Option<Within>,
}

/// A place in a text that is evaluated as a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Within {
    /// The text: see [`Flow::text`].
    pub text: u32,
    /// The expression in it.
    pub span: Span,
}

/// One place that writes into the values (`set`, `merge`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// Whose values: the index of the member.
    pub member: usize,
    /// What is written.
    pub path: Vec<Step>,
    /// The file, an index into [`TemplateSet::files`].
    pub file: usize,
    /// The call.
    pub span: Span,
}

/// What the templates of a chart and of everything under it read.
#[derive(Debug, Default)]
pub struct Flow {
    reads: Vec<Read>,
    writes: Vec<Write>,
    missing_templates: BTreeMap<String, (usize, Span)>,
    paths: Paths,
}

/// The charts that a set's templates are of; `SetFile::chart` is an index into them.
#[derive(Default)]
pub struct Input<'v> {
    /// The chart itself first; every other one after the one that holds it.
    pub members: Vec<Member<'v>>,
    /// The text of a member's file that its templates get by its path (`.Files.Get`), or those of all
    /// of its files; none where they can't be read.
    pub files: Option<Files<'v>>,
    /// What named templates read that no file defines; where there are several of a name, any of them may be
    /// meant.
    pub summaries: BTreeMap<&'v str, Vec<&'v Summary>>,
}

/// Asks for the texts of a member's files: of one by its path, of those whose paths have a form
/// ([`is_of_form`]), or of all.
pub type Files<'v> = &'v dyn Fn(usize, Option<&str>) -> Option<Vec<String>>;

/// One chart at one place.
#[derive(Default)]
pub struct Member<'v> {
    /// The name under which its parent's values hold it; the chart's own for the root.
    pub name: &'v str,
    /// Helm's full path: `root/charts/redis`.
    pub path: &'v str,
    /// The index of what holds it.
    pub parent: Option<usize>,
    /// Whether it is a library: nothing of it is rendered by itself.
    pub library: bool,
    /// The documents of its values.yaml.
    pub defaults: Vec<yaml::Node<'v>>,
    /// Paths of its own values that switch its dependencies on.
    pub conditions: Vec<Vec<&'v str>>,
    /// Paths of its own values that its parent imports.
    pub exports: Vec<Vec<String>>,
    /// The keys of its dependencies whose charts are not here.
    pub missing: Vec<&'v str>,
}

impl Flow {
    /// Goes over all branches of all templates.
    pub fn of(templates: &TemplateSet<'_>, input: &Input<'_>) -> Self {
        Self::by(Machine::new(templates, input))
    }

    fn by(mut machine: Machine<'_, '_>) -> Self {
        machine.run();
        let writes = machine.written();
        let reads = machine.reads.iter().map(|(((file, span), inner, path), seen)| {
            let (member, path) = machine.paths.spell(*path);
            Read {
                member,
                path,
                file: *file,
                span: *span,
                how: seen.how,
                guarded: seen.guarded,
                chained: seen.chained,
                certain: seen.certain,
                several: seen.several,
                instead: seen.instead,
                within: inner.map(|(text, span)| Within { text: text.number(), span }),
            }
        });
        let reads = reads.collect();
        Self { reads, writes, missing_templates: machine.missing, paths: machine.paths }
    }

    /// Whether anything reads a value of a member.
    pub fn usage(&self, member: usize, path: &[Step]) -> Usage {
        match self.paths.is_read(member, path) {
            Some(true) => Usage::Read,
            Some(false) => Usage::Unread,
            None => Usage::Unknown,
        }
    }

    /// Whether the value at a path is written out with all that lies under it.
    pub fn is_whole(&self, member: usize, path: &[Step]) -> bool {
        self.paths.is_read_whole(member, path)
    }

    /// All places that read a value, by file and place.
    pub fn reads(&self) -> &[Read] {
        &self.reads
    }

    /// A text that is evaluated as a template.
    pub fn text(&self, within: Within) -> &str {
        self.paths.text_of(within.text)
    }

    /// All places that write into values, by file and place.
    pub fn writes(&self) -> &[Write] {
        &self.writes
    }

    /// The named templates that are called and that no file defines, each with a place: file and span.
    pub fn missing_templates(&self) -> &BTreeMap<String, (usize, Span)> {
        &self.missing_templates
    }
}
