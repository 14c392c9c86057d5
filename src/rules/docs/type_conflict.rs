//! `docs/type-conflict`

use std::collections::BTreeSet;

use crate::{
    analysis::Step as Stage,
    catalog::{Chart, Declared, Key, TemplateFile, Values, ValuesPath, YamlFile},
    finding::{Level, Place},
    rule::{ChartContext, Rule, Sink},
    template::{
        Template,
        flow::{How, Read, Step},
    },
    yaml::Kind,
};

/// What a template that copes with several types asks with, or makes another type of a text with.
const TYPE_QUESTIONS: [&str; 7] =
    ["kindIs", "kindOf", "typeIs", "typeOf", "fromYaml", "fromJson", "fromToml"];

/// A default of a type that a template can't take.
pub(crate) struct TypeConflict;

impl Rule for TypeConflict {
    fn chart(&self, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
        let Some(file) = chart.values.as_deref().filter(|_| !chart.is_library()) else { return };
        let analysis = cx.analysis;
        // A chart above may set another default.
        let root = analysis.closure.root().is_some_and(|root| std::ptr::eq(root.chart, chart));
        if !root {
            return;
        }
        let values = &chart.documentation().values;
        let judge = Judge { file, values, cx };
        let mut told: BTreeSet<ValuesPath> = BTreeSet::new();
        let templates: Vec<_> =
            analysis.templates.files().iter().map(|file| trusting(chart, file.template)).collect();
        for read in analysis.flow().reads().iter().filter(|read| read.member == 0) {
            let Some(template) = templates.get(read.file).copied().flatten() else { continue };
            let Some((key, what)) = judge.conflict(read) else { continue };
            if judge.is_written(read) || !told.insert(key.path.clone()) {
                continue;
            }
            let place = template.file.place(read.span);
            let level = if judge.fails_at(&place) { Level::Error } else { Level::Warning };
            let message = format!("`{}` is a {} by default, and {what}", key.path, kind(key));
            out.at(place, message)
                .level(level)
                .subject(key.path.to_string())
                .also(file.place(key.key), "declared here")
                .help("give it a default of the type that the template takes");
        }
    }
}

/// The chart's own file of a template, unless it copes with several types.
fn trusting<'c>(chart: &'c Chart, template: &Template) -> Option<&'c TemplateFile> {
    let file = chart.templates.iter().find(|it| std::ptr::eq(&raw const *it.template, template))?;
    let text = file.file.text.as_str();
    (!TYPE_QUESTIONS.iter().any(|name| text.contains(name))).then_some(file)
}

struct Judge<'a> {
    file: &'a YamlFile,
    values: &'a Values,
    cx: &'a ChartContext<'a>,
}

impl<'a> Judge<'a> {
    /// The default that a place can't take, and what the place does with it.
    fn conflict(&self, read: &Read) -> Option<(&'a Declared, String)> {
        let (depth, key) = self.deepest(&read.path)?;
        let below = read.path.len() - depth;
        if key.kind == Kind::Mapping || !self.is_full(key) {
            return None;
        }
        if below == 0 {
            let loops = read.how == How::Iterated && matches!(key.kind, Kind::String | Kind::Float);
            return loops.then(|| (key, "a template goes over its items".to_owned()));
        }
        let Some(Step::Key(name)) = read.path.get(depth) else { return None };
        let through = read.chained >= below;
        let scalar = matches!(key.kind, Kind::String | Kind::Int | Kind::Float | Kind::Bool);
        let handled = read.guarded && read.how != How::Tested;
        (through && scalar && !handled).then(|| (key, format!("a template reads `{name}` of it")))
    }

    /// The deepest declared key on a path.
    fn deepest(&self, path: &[Step]) -> Option<(usize, &'a Declared)> {
        let mut found = None;
        let mut names = ValuesPath::default();
        for (number, step) in path.iter().enumerate() {
            let Step::Key(name) = step else { break };
            names = names.join(Key::Name(name.to_string()));
            let Some(key) = self.values.find(&names) else { break };
            found = Some((number + 1, key));
        }
        found
    }

    /// Whether a default is a value that conditions take for true.
    fn is_full(&self, key: &Declared) -> bool {
        let node = Values::node(self.file, key);
        let text = node.and_then(crate::yaml::Node::to_text).unwrap_or_default();
        !matches!(text.as_str(), "" | "0" | "false" | "0.0")
    }

    fn is_written(&self, read: &Read) -> bool {
        let same =
            |(one, other): (&Step, &Step)| one == other || *one == Step::Any || *other == Step::Any;
        let mut writes = self.cx.analysis.flow().writes().iter().filter(|it| it.member == 0);
        writes.any(|write| write.path.iter().zip(&read.path).all(same))
    }

    /// Whether rendering with the chart's own values fails there.
    fn fails_at(&self, place: &Place) -> bool {
        let failure = self.cx.analysis.rendered().failure.as_ref();
        failure.filter(|it| it.step == Stage::Template).is_some_and(|failure| {
            let here = failure.place.as_ref().is_some_and(|it| {
                it.path == place.path
                    && place.start.offset <= it.start.offset
                    && it.start.offset <= place.end.offset
            });
            let type_error =
                failure.message.contains("can't evaluate") || failure.message.contains("iterate");
            here && type_error
        })
    }
}

fn kind(key: &Declared) -> &'static str {
    match key.kind {
        Kind::Bool => "boolean",
        Kind::Int | Kind::Float => "number",
        _ => "string",
    }
}
