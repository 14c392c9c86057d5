//! `docs/schema-drift`

mod shape;
mod types;
mod validity;
mod walk;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    catalog::{Chart, Key, ValuesPath, YamlFile},
    finding::{Level, Place},
    rule::{ChartContext, Rule, Sink},
    sources::join,
    template::flow::{How, Read, Step, Usage},
    text::Span,
    yaml,
};

/// Of a chart's values, a schema must know this many in a hundred for a gap in it to be a defect.
const KNOWN_MIN: usize = 95;
/// The smallest number of values for which a share says anything.
const VALUES_MIN: usize = 8;
/// More gaps of one kind than this are one defect: the schema was not written again.
const TOLD_APART: usize = 3;
/// What makes the defaults of a generated schema right again.
const AGAIN: &str = "generate the schema again from values.yaml, or write the default into it where it is kept by hand";
/// What stands in values files without being a chart's own value: Helm's keys, and the metadata that SOPS writes
/// into files that it encrypts.
const GIVEN: [&str; 4] = ["global", "enabled", "tags", "sops"];
/// How many further paths a message names.
const SHOWN: usize = 5;
/// The largest schema that is compared, in bytes.
pub(crate) const SCHEMA_BYTES_MAX: usize = 5 << 20;

/// values.schema.json that does not fit values.yaml.
pub(crate) struct SchemaDrift;

impl Rule for SchemaDrift {
    fn chart(&self, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
        let source = chart.schema.is_none().then(|| schema_source(chart, cx)).flatten();
        let Some(schema) = chart.schema.as_ref().or(source.as_ref()) else { return };
        let readable = schema.stream.error().is_none()
            && schema.stream.text().as_str().len() <= SCHEMA_BYTES_MAX;
        let (Some(root), Some(values)) = (schema.root().filter(|_| readable), &chart.values) else {
            return;
        };
        let drift = Drift { chart, cx, schema, values, root };
        let mut told = Vec::new();
        drift.refused_globals(&mut told);
        drift.refused_values(&mut told);
        drift.walked(&mut told);
        drift.refused_reads(&mut told);
        drift.refused_kinds(&mut told);
        Drift::report(told, out);
    }
}

/// values.schema.yaml, from which some charts make their schema when they are packaged.
fn schema_source(chart: &Chart, cx: &ChartContext<'_>) -> Option<Arc<YamlFile>> {
    let local = "values.schema.yaml";
    let path = join(&chart.folder, local);
    let text = chart.has_file(local).then(|| cx.source.read_text(&path).ok())??;
    let stream = yaml::parse(text);
    Some(Arc::new(YamlFile {
        path: cx.source.report_path(&path),
        local: local.to_owned(),
        stream: stream.into(),
    }))
}

/// A disagreement.
struct Told {
    kind: Kind,
    path: ValuesPath,
    message: String,
    help: String,
    place: Place,
    also: Option<(Place, &'static str)>,
    /// Whether it tells of other values, too.
    more: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// The schema refuses what Helm or a template needs.
    Refuses,
    /// The schema refuses the chart's own values.
    Invalid,
    /// The schema refuses a value that is nothing, or is not yet what Helm reads.
    Doubtful,
    /// The schema's default is another.
    Default,
    /// The schema does not know a value.
    Missing,
    /// The schema knows a value that is none.
    Stale,
    /// The schema admits less than Kubernetes, maybe on purpose.
    Narrow,
}

struct Drift<'a> {
    chart: &'a Chart,
    cx: &'a ChartContext<'a>,
    schema: &'a Arc<YamlFile>,
    values: &'a Arc<YamlFile>,
    root: yaml::Node<'a>,
}

impl Drift<'_> {
    fn place(&self, span: Span) -> Place {
        self.schema.place(span)
    }

    /// Where values.yaml declares a path, or what is nearest above it.
    fn declared(&self, path: &ValuesPath) -> Option<(Place, &'static str)> {
        let key = self.chart.documentation().values.nearest(path)?;
        Some((self.values.place(key.key), "declared here"))
    }

    fn is_dependency(&self, name: &str) -> bool {
        self.chart.dependencies.iter().any(|it| it.effective_name() == name)
    }

    /// Whether nothing reads a path, in no place that the chart has in its closure.
    fn is_unread(&self, path: &ValuesPath) -> bool {
        let step = |key: &Key| match key {
            Key::Name(name) => Step::Key(name.as_str().into()),
            Key::Index(_) => Step::Any,
        };
        let steps: Vec<_> = path.0.iter().map(step).collect();
        let analysis = self.cx.analysis;
        let mut members = analysis.members_of(self.chart).peekable();
        members.peek().is_some()
            && members.all(|member| analysis.flow().usage(member, &steps) == Usage::Unread)
    }

    /// Helm hands `global` to every subchart, and the values of dependencies to their parent's schema.
    fn refused_globals(&self, told: &mut Vec<Told>) {
        let shape = shape::Shape::of(self.root, self.root);
        let help = "add `\"global\": {\"type\": \"object\"}` to the schema's properties";
        if let Some(closed) = shape.closed {
            let names =
                self.chart.dependencies.iter().map(crate::catalog::Dependency::effective_name);
            for name in names.filter(|name| shape.refuses(name)) {
                told.push(Told {
                    kind: Kind::Refuses,
                    path: ValuesPath::of([name]),
                    message: format!(
                        "the schema refuses `{name}`, under which Helm puts the dependency's values"
                    ),
                    help: format!("add `{name}` to the schema's properties"),
                    place: self.place(closed),
                    also: None,
                    more: false,
                });
            }
            if shape.refuses("global") {
                let message = "the schema refuses `global`, which Helm gives to every subchart";
                told.push(self.global(closed, message, help));
            }
        }
        let global = shape.properties.get("global").map(|(_, node)| *node);
        let inner = global.map(|node| shape::Shape::of(self.root, node));
        if let Some(closed) = inner.and_then(|inner| inner.closed) {
            let message = "the schema refuses keys of `global` that other charts use";
            told.push(self.global(closed, message, "leave `additionalProperties` out there"));
        }
    }

    fn global(&self, span: Span, message: &str, help: &str) -> Told {
        Told {
            kind: Kind::Refuses,
            path: ValuesPath::of(["global"]),
            message: message.to_owned(),
            help: help.to_owned(),
            place: self.place(span),
            also: None,
            more: false,
        }
    }

    /// What the schema refuses of values.yaml itself.
    fn refused_values(&self, told: &mut Vec<Told>) {
        for refusal in validity::refusals(self.schema, self.values) {
            let also = self.declared(&refusal.path);
            let declared = self.chart.documentation().values.find(&refusal.path);
            let nothing = declared.is_none_or(|key| key.kind == yaml::Kind::Null);
            let helms = self.chart.schema.is_some();
            told.push(Told {
                kind: if nothing || !helms { Kind::Doubtful } else { Kind::Invalid },
                message: format!(
                    "{}, so that Helm refuses the chart's own values",
                    refusal.message
                ),
                help: "let the schema admit the default, or correct it in values.yaml".to_owned(),
                place: self.place(refusal.span),
                path: refusal.path,
                also,
                more: false,
            });
        }
    }

    fn walked(&self, told: &mut Vec<Told>) {
        let values = &self.chart.documentation().values;
        let leaves: Vec<_> = self.chart.documentation().leaves(self.chart).collect();
        let mut walk = walk::Walk::new(self.root, values, self.values);
        walk.run();
        let known = leaves.iter().filter(|(at, _)| walk.knows(*at)).count();
        let whole = leaves.len() >= VALUES_MIN && known * 100 >= leaves.len() * KNOWN_MIN;
        // What values.yaml does not declare no generator knows.
        let own = walk.stale.iter().any(|it| !self.is_unread(&it.path));
        self.defaults(walk.defaults, walk.form || own, told);
        if whole {
            self.missing(walk.missing, &format!("{known} of {}", leaves.len()), told);
        }
        // What a library's templates read is known only in the chart that calls them.
        let other = self.chart.outdated().any(|(_, it)| it.chart.is_library());
        if !self.chart.is_library() && !other {
            self.stale(walk.stale, told);
        }
    }

    fn defaults(&self, defaults: Vec<walk::OtherDefault>, by_hand: bool, told: &mut Vec<Told>) {
        for default in defaults {
            let path = default.path;
            told.push(Told {
                kind: Kind::Default,
                message: format!(
                    "the schema's default of `{path}` is `{}`, values.yaml has `{}`",
                    default.schema, default.values
                ),
                // A schema that is written by hand has what a generator would take out of it.
                help: match default.json.filter(|_| by_hand) {
                    _ if !by_hand => AGAIN.to_owned(),
                    Some(json) => format!("write `\"default\": {json}`"),
                    None => "write the default that values.yaml has".to_owned(),
                },
                place: self.place(default.span),
                also: self.declared(&path),
                more: false,
                path,
            });
        }
    }

    fn missing(&self, missing: Vec<walk::Missing>, known: &str, told: &mut Vec<Told>) {
        for missing in missing {
            let path = missing.path;
            let own = matches!(path.0.first(), Some(Key::Name(name)) if !self.is_dependency(name) && name != "global");
            // What nothing reads is told by `docs/unused-value`.
            if own && !missing.hidden && (self.chart.is_library() || !self.is_unread(&path)) {
                told.push(Told {
                    kind: Kind::Missing,
                    message: format!(
                        "the schema does not know `{path}`, though it knows {known} values"
                    ),
                    help: format!("add `{path}` to the schema"),
                    place: self.place(missing.span),
                    also: self.declared(&path),
                    more: false,
                    path,
                });
            }
        }
    }

    fn stale(&self, stale: Vec<walk::Stale>, told: &mut Vec<Told>) {
        let values = &self.chart.documentation().values;
        for stale in stale {
            let path = stale.path;
            let name = match path.0.last() {
                Some(Key::Name(name)) => name.as_str(),
                _ => continue,
            };
            let top = path.0.len() == 1;
            let given = top && (self.is_dependency(name) || GIVEN.contains(&name));
            let steps: Vec<_> = path.0.iter().map(Key::name).collect();
            if given || values.is_commented(&steps) || !self.is_unread(&path) {
                continue;
            }
            told.push(Told {
                kind: Kind::Stale,
                message: format!("the schema knows `{path}`, which values.yaml does not declare and no template reads"),
                help: match stale.alike {
                    Some(alike) => format!("write `{alike}`, or take it out of the schema"),
                    None => "take it out of the schema".to_owned(),
                },
                place: self.place(stale.span),
                also: None,
                more: false,
                path,
            });
        }
    }

    /// What templates read and a closed object of the schema refuses.
    fn refused_reads(&self, told: &mut Vec<Told>) {
        if shape::is_open_everywhere(self.root) || self.chart.is_library() {
            return;
        }
        let mut shapes = shape::Shapes::new(self.root);
        let mut refused: Vec<(Place, Told)> = Vec::new();
        let mut others: BTreeMap<ValuesPath, Vec<ValuesPath>> = BTreeMap::new();
        let items = self.admitted_items(&mut shapes);
        // What is only asked for is often what was there once, to say so.
        for read in self.reads().filter(|read| read.how != How::Tested) {
            let names = names(read);
            let Some((length, span)) = shapes.refused(&names) else { continue };
            if items.contains(&(read.file, read.span.start)) {
                continue;
            }
            let path = names.get(..length).unwrap_or_default().iter().map(String::as_str);
            let path = ValuesPath::of(path);
            let given = matches!(path.0.as_slice(), [Key::Name(name)] if name == "global" || self.is_dependency(name));
            let known = told.iter().chain(refused.iter().map(|(_, it)| it));
            let known = known.map(|it| &it.path).chain(others.values().flatten());
            if given || known.into_iter().any(|it| it.covers(&path)) {
                continue;
            }
            // One object of the schema is one repair.
            let place = self.place(span);
            match refused.iter_mut().find(|(at, _): &&mut (Place, Told)| *at == place) {
                Some((_, first)) => others.entry(first.path.clone()).or_default().push(path),
                None => refused.push((place.clone(), self.refused_read(read, place, path))),
            }
        }
        for (_, mut first) in refused {
            let more: Vec<_> = others.remove(&first.path).unwrap_or_default();
            let more: Vec<_> = more.iter().map(|path| format!("`{path}`")).collect();
            if !more.is_empty() {
                first.message = format!("{}; it is so with {}", first.message, some(&more));
            }
            told.push(first);
        }
    }

    /// The places that read a key of a list's items which the schema admits: where something else goes
    /// through the same place, the key is meant for the items.
    fn admitted_items(&self, shapes: &mut shape::Shapes<'_>) -> BTreeSet<(usize, u32)> {
        let items = self.reads().filter(|read| read.path.contains(&Step::Any));
        let admitted = items.filter(|read| shapes.refused(&names(read)).is_none());
        admitted.map(|read| (read.file, read.span.start)).collect()
    }

    /// Whether comments in values.yaml tell a generator what the schema says.
    fn is_generated(&self) -> bool {
        self.values.stream.comments().iter().any(|it| it.text.trim_start().starts_with("@schema"))
    }

    fn refused_read(&self, read: &Read, place: Place, path: ValuesPath) -> Told {
        Told {
            kind: Kind::Refuses,
            message: format!("the schema refuses `{path}`, which a template reads"),
            help: if self.is_generated() {
                format!(
                    "declare `{path}` in values.yaml and generate the schema again, or do not read it"
                )
            } else {
                format!("add `{path}` to the schema, or do not read it")
            },
            place,
            also: self.template(read.file, read.span),
            more: false,
            path,
        }
    }

    /// The reads of the chart's own values in its own templates.
    fn reads(&self) -> impl Iterator<Item = &Read> {
        let analysis = self.cx.analysis;
        let members: Vec<_> = analysis.members_of(self.chart).collect();
        let own = move |read: &&Read| {
            let file = analysis.templates.files().get(read.file);
            members.contains(&read.member) && file.is_some_and(|file| file.chart == read.member)
        };
        analysis.flow().reads().iter().filter(own)
    }

    /// What kinds of values templates handle and the schema does not admit.
    fn refused_kinds(&self, told: &mut Vec<Told>) {
        let files = self.cx.analysis.templates.files();
        let places: Vec<_> = self
            .reads()
            .filter_map(|read| {
                let text = files.get(read.file)?.template.text.as_str();
                Some(types::Place { read, text })
            })
            .collect();
        let mut shapes = shape::Shapes::new(self.root);
        for it in types::refused(&mut shapes, &self.chart.documentation().values, &places) {
            if told.iter().any(|told| told.path.covers(&it.path)) {
                continue;
            }
            let help = if it.narrow {
                "let the schema admit text there, too".to_owned()
            } else {
                format!("let the schema admit objects or arrays at `{}`, too", it.path)
            };
            told.push(Told {
                kind: if it.narrow { Kind::Narrow } else { Kind::Refuses },
                message: it.message,
                help,
                place: self.place(it.span),
                also: self.template(it.read.0, it.read.1),
                more: false,
                path: it.path,
            });
        }
    }

    fn template(&self, file: usize, span: Span) -> Option<(Place, &'static str)> {
        let name = self.cx.analysis.templates.files().get(file)?.name;
        let members = self.cx.analysis.closure.members.iter();
        let mut files = members.flat_map(|member| &member.templates);
        let (_, file) = files.find(|(other, _)| other == name)?;
        Some((file.file.place(span), "read here"))
    }

    /// Values that one object of the schema does not know are one repair.
    fn together(told: impl Iterator<Item = Told>) -> Vec<Told> {
        let mut kept: Vec<Told> = Vec::new();
        for it in told {
            let same = |other: &&mut Told| {
                it.kind == Kind::Missing && other.kind == it.kind && other.place == it.place
            };
            if let Some(first) = kept.iter_mut().find(same) {
                let joint = if first.more { "," } else { "; it is so with" };
                first.message = format!("{}{joint} `{}`", first.message, it.path);
                "add each of them to the schema".clone_into(&mut first.help);
                first.more = true;
            } else {
                kept.push(it);
            }
        }
        kept
    }

    /// Reports what was found; many of one kind are one defect.
    fn report(told: Vec<Told>, out: &mut Sink) {
        let mut by_kind: BTreeMap<Kind, Vec<Told>> = BTreeMap::new();
        for it in told {
            by_kind.entry(it.kind).or_default().push(it);
        }
        for (kind, mut told) in by_kind {
            if kind == Kind::Default {
                share(&mut told);
            }
            let apart = told.len() <= TOLD_APART
                || !matches!(kind, Kind::Default | Kind::Missing | Kind::Stale);
            let mut told = told.into_iter();
            if apart {
                for it in Self::together(told) {
                    send(it, "", out);
                }
            } else if let Some(mut first) = told.next() {
                first.help = match kind {
                    Kind::Missing => "add each of them to the schema".to_owned(),
                    Kind::Stale => "take each of them out of the schema".to_owned(),
                    _ if [AGAIN, SHARED].contains(&first.help.as_str()) => first.help,
                    _ => "write the default that values.yaml has into each of them".to_owned(),
                };
                let others: Vec<_> = told.map(|it| format!("`{}`", it.path)).collect();
                send(first, &format!("; it is so with {}", some(&others)), out);
            }
        }
    }
}

/// What makes a default right that one definition gives to several values.
const SHARED: &str = "take the default out of the definition that several values share, or write each beside its `$ref`";

/// Tells the defaults that are one in the schema, by `$ref`, and several in values.yaml.
fn share(told: &mut [Told]) {
    let mut places = BTreeMap::<Place, usize>::new();
    for it in told.iter() {
        *places.entry(it.place.clone()).or_default() += 1;
    }
    for it in told {
        if places.get(&it.place).is_some_and(|count| *count > 1) {
            SHARED.clone_into(&mut it.help);
        }
    }
}

/// The names that a read's path begins with.
fn names(read: &Read) -> Vec<String> {
    let names = read.path.iter().map_while(|step| match step {
        Step::Key(name) => Some(name.to_string()),
        Step::Any => None,
    });
    names.collect()
}

/// Some of the paths.
fn some(paths: &[String]) -> String {
    let shown = paths.get(..SHOWN.min(paths.len())).unwrap_or_default().join(", ");
    match paths.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn send(told: Told, more: &str, out: &mut Sink) {
    let message = told.message + more;
    let draft = out.at(told.place, message).subject(told.path.to_string()).help(told.help);
    let draft = match told.kind {
        Kind::Invalid => draft.level(Level::Error),
        Kind::Narrow => draft.level(Level::Note),
        _ => draft,
    };
    if let Some((place, label)) = told.also {
        draft.also(place, label);
    }
}
