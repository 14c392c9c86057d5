//! Executing templates: `text/template/exec.go` and `funcs.go` of Go 1.26 with what Helm's engine
//! (`pkg/engine/engine.go` of helm.sh/helm v4.3.1) adds and chooses: `missingkey=zero`, and
//! `<no value>` taken out of what is rendered. Functions and methods bear Go's names.

use super::value::Value;
use crate::{template::TemplateSet, text::Span};

pub use output::{Output, Part};

mod output;

/// How many nodes one engine executes.
pub const MAX_STEPS: u64 = 20_000_000;

/// A chart's templates with all that is needed to render them: one for one chart with one set of
/// values. Limits count over all files that are rendered.
pub struct Engine<'s, 't> {
    set: &'s TemplateSet<'t>,
}

/// Why a template could not be executed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecError {
    /// Go's text: `template: NAME:LINE:COLUMN: executing "NAME" at <CONTEXT>: …`, with all templates
    /// on the way.
    pub message: String,
    /// The file where it failed, an index into [`TemplateSet::files`].
    pub file: usize,
    /// What failed there.
    pub span: Span,
    /// A limit of careen's own was crossed: Go may well render the file.
    pub limit: bool,
    /// The places on the way, the outermost first: of files and what in them called the next one. The
    /// last is the place where it failed.
    pub trail: Vec<(usize, Span)>,
}

impl std::fmt::Display for ExecError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ExecError {}

impl<'s, 't> Engine<'s, 't> {
    /// An engine for a chart's templates. The seed decides everything random; `now` is in seconds
    /// since 1970-01-01 UTC.
    pub fn new(set: &'s TemplateSet<'t>, seed: u64, now: i64) -> Self {
        let _ = (seed, now);
        Self { set }
    }

    /// Renders the file of this index in [`TemplateSet::files`] with `dot` as `.` and `$`.
    pub fn execute(&mut self, file: usize, dot: Value) -> Result<Output, ExecError> {
        let (_, name) = (dot, self.set.files().get(file).map(|file| file.name));
        Err(ExecError {
            message: format!("{} is not executed yet", name.unwrap_or_default()),
            file,
            span: Span::default(),
            limit: true,
            trail: Vec::new(),
        })
    }
}
