//! Values that only named templates read which nothing includes.

use std::collections::BTreeSet;

use crate::{
    catalog::{Chart, Declared, TemplateFile, ValuesPath, YamlFile},
    finding::Place,
    rule::{Draft, Sink},
    template::Define,
    text::Span,
};

use super::{Judge, ends_name};

/// So many unused values are told one by one, be a template missing that may be meant to read them.
const FEW: usize = 3;
/// How many further values a finding on a missing template shows.
const SHOWN: usize = 5;
/// How many named templates that include one another are gone through.
const CHAIN_MAX: usize = 20;

/// A place in a named template that no rendering reaches.
pub(super) struct Idle {
    read: Place,
    /// The template that includes it, or the one that includes that, where nothing includes this one.
    outer: Option<(String, Place)>,
}

impl Idle {
    pub(super) fn tell<'s>(self, path: &ValuesPath, draft: Draft<'s>) -> Draft<'s> {
        let Some((name, place)) = self.outer else {
            return draft
                .also(self.read, "read here, and never included")
                .help(format!("include the template, or delete both it and `{path}`"));
        };
        let help = format!("include `{name}`, or delete it, what it alone includes, and `{path}`");
        draft.also(self.read, "read here").also(place, "never included").help(help)
    }
}

impl Judge<'_> {
    /// Tells of keys together that a template may be meant to read which the chart's own include and nothing defines: what
    /// is missing is the template. Gives them back where they are few, or nothing is missing.
    pub(super) fn beside_missing<'k>(
        &self,
        unused: Vec<&'k Declared>,
        file: &YamlFile,
        out: &mut Sink,
    ) -> Vec<&'k Declared> {
        let analysis = self.cx.analysis;
        let own = format!("{}.", self.chart.name());
        let missing =
            analysis.flow().missing_templates().iter().find_map(|(name, (number, span))| {
                let path = analysis.template_path(analysis.templates.files().get(*number)?.name)?;
                let file = self.chart.templates.iter().find(|it| it.file.path == *path)?;
                name.starts_with(&own).then(|| (name, file.file.place(*span)))
            });
        let (Some((name, place)), [first, others @ ..]) = (missing, unused.as_slice()) else {
            return unused;
        };
        if unused.len() <= FEW {
            return unused;
        }
        let message = format!(
            "`{}` and {} more values are declared, and nothing reads them: `{name}`, which templates include, is not defined",
            first.path,
            others.len()
        );
        let help = format!("define `{name}`, and delete what it does not read");
        let draft = out.at(file.place(first.key), message).subject(first.path.to_string());
        let draft = draft.help(help).also(place, "included here");
        others
            .iter()
            .take(SHOWN)
            .fold(draft, |draft, key| draft.also(file.place(key.key), "this one, too"));
        Vec::new()
    }

    /// Where a named template reads a key that no rendering reads.
    pub(super) fn idle_read(&self, key: &Declared) -> Option<Idle> {
        self.spots(key).find_map(|(file, span)| {
            let mut defines = file.template.defines.iter();
            let define = defines.find(|define| define.span.contains(span))?;
            let outer = outermost(self.chart, define)?;
            let outer = (outer.1.name != define.name)
                .then(|| (outer.1.name.clone(), outer.0.file.place(outer.1.name_span)));
            Some(Idle { read: file.file.place(span), outer })
        })
    }

    /// Whether a place that takes another dot for that of the chart writes a key's path.
    pub(super) fn is_lost(&self, key: &Declared) -> bool {
        let mut spots = self.spots(key).peekable();
        if spots.peek().is_none() {
            return false;
        }
        let lost = self.lost.get_or_init(|| self.cx.analysis.lost_dots(self.chart));
        spots.any(|(file, span)| {
            let place = file.file.place(span);
            lost.iter().any(|it| it.place == place || it.more.contains(&place))
        })
    }

    /// The places whose text is a key's path as templates write it.
    fn spots(&self, key: &Declared) -> impl Iterator<Item = (&TemplateFile, Span)> {
        let reference = format!(".Values.{}", key.path);
        self.chart.templates.iter().flat_map(move |file| {
            let text = file.file.text.as_str();
            let spots = text.match_indices(&reference).map(|(at, _)| at + reference.len());
            let spots = spots.filter(|end| ends_name(text, *end));
            let spots = spots.map(|end| (file, Span::new(end - reference.len(), end)));
            spots.collect::<Vec<_>>()
        })
    }
}

/// The template that leads to a named one and that nothing includes; none where something else includes one of them.
fn outermost<'c>(chart: &'c Chart, define: &'c Define) -> Option<(&'c TemplateFile, &'c Define)> {
    let home = chart.templates.iter().find(|file| {
        let mut defines = file.template.defines.iter();
        defines.any(|it| std::ptr::eq(it, define))
    });
    let mut at = (home?, define);
    let mut seen = BTreeSet::new();
    while seen.len() < CHAIN_MAX && seen.insert(at.1.name.as_str()) {
        match includer(chart, &at.1.name) {
            None => return Some(at),
            Some((file, Some(define))) => at = (file, define),
            Some((_, None)) => return None,
        }
    }
    Some(at)
}

/// The file that includes a named template, and the named template in which it does.
fn includer<'c>(chart: &'c Chart, name: &str) -> Option<(&'c TemplateFile, Option<&'c Define>)> {
    let quoted = format!("\"{name}\"");
    chart.templates.iter().find_map(|file| {
        let text = file.file.text.as_str();
        let mut spots = text.match_indices(&quoted).filter(|(at, _)| {
            let before = text.get(..*at).unwrap_or_default().trim_end();
            before.ends_with("include") || before.ends_with("template")
        });
        let (at, _) = spots.next()?;
        let here = Span::new(at, at + quoted.len());
        Some((file, file.template.defines.iter().find(|define| define.span.contains(here))))
    })
}
