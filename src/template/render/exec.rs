//! Executing templates: `text/template/exec.go` and `funcs.go` of Go 1.26 with what Helm's engine
//! (`pkg/engine/engine.go` of helm.sh/helm v4.3.1) adds and chooses: `missingkey=zero`, and
//! `<no value>` taken out of what is rendered. Functions and methods bear Go's names.

#![expect(clippy::unnecessary_box_returns, reason = "errors are rare and large, results are many")]

use memchr::memmem;

use super::value::Value;
use crate::template::TemplateSet;

pub use failure::ExecError;
pub use output::{Output, Part};

mod at;
mod builtin;
mod call;
mod compare;
mod core;
mod escape;
mod eval;
mod failure;
mod function;
mod late;
mod methods;
mod names;
mod operand;
mod output;
mod range;
mod state;
#[cfg(test)]
mod tests;

/// How many nodes one engine executes.
pub const MAX_STEPS: u64 = 20_000_000;
/// How many rounds `range` takes in one engine, all of them together.
pub const MAX_ROUNDS: u64 = 5_000_000;
/// How deep execution nests on a stack of 2 MiB, each block, pipeline and template counted: a debug build
/// takes 1.3 MiB of it then.
pub const MAX_DEPTH: usize = 250;
/// How deep execution nests on a stack of [`LARGE_STACK`]; see [`Engine::nesting`]. Go's limit is 100,000
/// templates.
pub const MAX_DEPTH_ON_LARGE_STACK: usize = 20_000;
/// The bytes of a stack on which [`MAX_DEPTH_ON_LARGE_STACK`] is safe, in debug builds too. It is touched
/// only as far as execution nests.
pub const LARGE_STACK: usize = 256 << 20;
/// How often a name is being included at once when Helm includes it no more (`recursionMaxNums`).
pub const MAX_INCLUDES: usize = 1_000;
/// How many bytes one engine renders; what `include` and `tpl` give counts each time.
pub const MAX_OUTPUT: usize = 128 << 20;
/// How many bytes functions make in one engine.
pub const MAX_MADE: usize = 256 << 20;

/// A chart's templates with all that is needed to render them: one for one chart with one set of
/// values. Limits count over all files that are rendered.
pub struct Engine<'s, 't> {
    set: &'s TemplateSet<'t>,
    core: core::Core,
}

impl<'s, 't> Engine<'s, 't> {
    /// An engine for a chart's templates. The seed decides everything random; `now` is in seconds
    /// since 1970-01-01 UTC.
    pub fn new(set: &'s TemplateSet<'t>, seed: u64, now: i64) -> Self {
        Self { set, core: core::Core::new(seed, now) }
    }

    /// How deep execution may nest: as deep as the stack allows, [`MAX_DEPTH`] unless it is said here.
    pub fn nesting(mut self, max_depth: usize) -> Self {
        self.core.max_depth = max_depth;
        self
    }

    /// Renders the file of this index in [`TemplateSet::files`] with `dot` as `.` and `$`. An index
    /// that is none renders to nothing.
    pub fn execute(&mut self, file: usize, dot: Value) -> Result<Output, ExecError> {
        let names = names::Names { set: self.set, layer: None };
        let file = self.set.files().get(file);
        let Some((name, found)) = file.and_then(|file| names.get(file.name)) else {
            return Ok(Output::default());
        };
        self.core.begin();
        let dot = operand::Operand::of(dot);
        let core = &mut self.core;
        let mut state = state::State::new(core, names, found.source, name, dot.clone());
        state.walk_list(&dot, found.body).map_err(|error| *error)?;
        let written = &self.core.out;
        Ok(match memmem::find(&written.text, output::NO_VALUE) {
            Some(_) => written.without_no_value(),
            None => written.fitted(),
        })
    }
}
