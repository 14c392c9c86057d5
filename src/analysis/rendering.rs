//! From a closure to what `template::render` takes, and back to places in files.

use super::{Rendered, Setting};
use crate::{catalog::Closure, sources::Sources, template::TemplateSet};

/// Renders a closure.
pub(super) fn render(
    closure: &Closure<'_>,
    _templates: &TemplateSet<'_>,
    _sources: &Sources,
    _setting: &Setting,
) -> Rendered {
    Rendered { incomplete: !closure.missing.is_empty(), ..Rendered::default() }
}
