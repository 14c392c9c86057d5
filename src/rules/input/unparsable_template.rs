//! `input/unparsable-template`

use crate::{
    catalog::{Chart, TemplateFile},
    rule::{ChartContext, Rule, Sink},
};

/// A template that Go's parser refuses.
pub(crate) struct UnparsableTemplate;

impl Rule for UnparsableTemplate {
    fn template(&self, it: &TemplateFile, _: &Chart, _: &ChartContext<'_>, out: &mut Sink) {
        // What follows the first error is guesswork: the parser recovered there.
        let Some(error) = it.template.errors.first() else { return };
        out.at(it.file.place(error.span), &error.message)
            .subject(&it.file.local)
            .help("repair the action; until then Helm renders nothing of this chart");
    }
}
