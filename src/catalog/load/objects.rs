//! Kubernetes objects that are known without rendering: crds/ and, by a heuristic, templates.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    files::{Files, duplicates, unparsable},
    ignored,
};
use crate::{
    catalog::{
        Chart, Crd, Object, Origin, Problem, ProblemKind, Subchart, TemplateFile, TextFile,
        YamlFile,
    },
    template::mask::{Document, Mask},
    text::{BYTE_ORDER_MARK, Text},
    yaml::{self, Kind, Node, Stream},
};

const DEFINITION: &str = "CustomResourceDefinition";

/// What a chart's own files write, without rendering, and what is wrong with the input.
#[derive(Debug, Default)]
pub struct Written {
    /// See [`Chart::objects`].
    pub objects: Vec<Object>,
    /// See [`Chart::crds`].
    pub crds: Vec<Crd>,
    /// See [`Chart::problems`].
    pub problems: Vec<Problem>,
}

/// The files of crds/ that hold objects.
pub(super) fn files(files: &mut Files<'_>) -> Vec<TextFile> {
    let all = files.under("crds/").into_iter();
    let wanted = all.filter(|(local, _)| has_ending(local, &["yaml", "yml", "json"]));
    wanted.filter_map(|(local, path)| files.text(&local, &path)).collect()
}

impl Written {
    /// Looks for a chart's objects, and for the definitions of the charts under it. Of a vendored chart, which is not
    /// judged, templates are searched for definitions alone. The recursion ends with the tree of charts.
    pub(in crate::catalog) fn of(chart: &Chart) -> Self {
        let mut written = Self { problems: chart.met.clone(), ..Self::default() };
        for file in &chart.crd_files {
            written.add_crds_file(file);
        }
        for template in &chart.templates {
            if chart.judged || template.file.text.as_str().contains(DEFINITION) {
                written.add_template(template);
            }
        }
        let dropped = written.objects.iter().flat_map(ignored::of);
        written.problems.extend(dropped);
        let own = written.objects.iter().filter(|object| object.kind() == DEFINITION).cloned();
        written.crds = own.map(|object| Crd { object }).collect();
        written.crds.extend(chart.subcharts.iter().flat_map(|it| inherited(chart, it)));
        written.problems = if chart.judged { once(written.problems) } else { Vec::new() };
        written
    }

    fn add_crds_file(&mut self, file: &TextFile) {
        let stream = parse(file.text.clone());
        let (path, local) = (Arc::clone(&file.path), file.local.clone());
        let file = Arc::new(YamlFile { path, local, stream: stream.into() });
        self.problems.extend(unparsable(&file, "`helm install` stops at it"));
        self.problems.extend(duplicates(&file, |_| true));
        for (document, node) in file.stream.documents().enumerate() {
            let missing = ["apiVersion", "kind"].into_iter().find(|key| node.get(key).is_none());
            match (node.kind(), missing) {
                (Kind::Null, _) => {}
                (Kind::Mapping, None) => self.objects.push(Object {
                    file: Arc::clone(&file),
                    document,
                    origin: Origin::CrdsFolder,
                    conditional: false,
                    owner: String::new(),
                }),
                (_, missing) => {
                    self.problems.push(no_object(&file, node, missing.unwrap_or("kind")));
                }
            }
        }
    }

    /// The documents of a template that are rendered as written, and definitions with actions in them.
    /// What cannot be read so is left out without a word.
    fn add_template(&mut self, it: &TemplateFile) {
        let name = it.file.local.rsplit('/').next().unwrap_or_default();
        let rendered = !name.starts_with('_') && has_ending(name, &["yaml", "yml", "json", "tpl"]);
        if !rendered || !it.template.errors.is_empty() || !it.file.text.as_str().contains("kind") {
            return;
        }
        let mask = Mask::new(&it.template);
        let wanted = |document: &Document| {
            let text = mask.text_of(document);
            text.contains("kind") && (document.literal || text.contains(DEFINITION))
        };
        if !mask.documents().iter().any(wanted) {
            return;
        }
        let file = Arc::new(masked(it, &mask, wanted));
        let literal = |key: &yaml::DuplicateKey| is_literal(&mask, key.span.start);
        self.problems.extend(duplicates(&file, literal));
        for (document, node) in file.stream.documents().enumerate() {
            let start = node.span().start;
            if node.get("kind").and_then(Node::as_str).is_some() {
                let origin =
                    if is_literal(&mask, start) { Origin::Literal } else { Origin::Masked };
                let conditional = mask.is_conditional(start);
                let (file, owner) = (Arc::clone(&file), String::new());
                self.objects.push(Object { file, document, origin, conditional, owner });
            }
        }
    }
}

/// A file that can't be read is told so, and not again that Helm refuses the chart because of it.
fn once(mut problems: Vec<Problem>) -> Vec<Problem> {
    let unread = |it: &&Problem| it.kind == ProblemKind::UnreadableFile && it.skips;
    let unread: BTreeSet<_> = problems.iter().filter(unread).map(file_of).collect();
    let refused = |it: &Problem| it.kind == ProblemKind::UnreadableChart && !it.skips;
    problems.retain(|it| !refused(it) || !unread.contains(&file_of(it)));
    problems
}

fn file_of(problem: &Problem) -> (Arc<str>, String) {
    (Arc::clone(&problem.place.path), problem.subject.clone())
}

fn has_ending(local: &str, endings: &[&str]) -> bool {
    let ending = local.rsplit('/').next().and_then(|name| Some(name.rsplit_once('.')?.1));
    ending.is_some_and(|ending| endings.iter().any(|it| it.eq_ignore_ascii_case(ending)))
}

/// Tries JSON first where the text begins like it, as Kubernetes' decoder does.
fn parse(text: Text) -> Stream {
    let begins = text.as_str().trim_start_matches(BYTE_ORDER_MARK).trim_start().starts_with('{');
    let json = begins.then(|| yaml::parse_json(text.clone()));
    json.filter(|json| json.error().is_none()).unwrap_or_else(|| yaml::parse(text))
}

/// Helm hands every document of crds/ to the API server's client, which asks for both.
fn no_object(file: &YamlFile, node: Node<'_>, key: &str) -> Problem {
    let first = node.entries().next().map_or(node.span(), |entry| entry.key_span);
    let message = format!("a document without `{key}`: `helm install` stops at it");
    Problem::new(ProblemKind::UnreadableFile, file.place(first), &file.local, &message)
        .help(format!("add `{key}`, or move the file out of crds/"))
}

/// The definitions of a chart under charts/, with the name that the parent has for it.
fn inherited(chart: &Chart, subchart: &Subchart) -> Vec<Crd> {
    let name = subchart.chart.name();
    let declared = chart.dependencies.iter().find(|it| it.name.value == name);
    let name = declared.map_or(name, |dependency| dependency.effective_name());
    let owned = |crd: &Crd| {
        let owner = match crd.object.owner.as_str() {
            "" => name.to_owned(),
            below => format!("{name}/{below}"),
        };
        Crd { object: Object { owner, ..crd.object.clone() } }
    };
    subchart.chart.crds().iter().map(owned).collect()
}

fn is_literal(mask: &Mask<'_>, offset: u32) -> bool {
    mask.document_at(offset).is_some_and(|document| document.literal)
}

/// Where the arms of a condition write the same key twice, only the first arms are read.
fn masked(it: &TemplateFile, mask: &Mask<'_>, wanted: impl Fn(&Document) -> bool) -> YamlFile {
    let parse = |first_arms| {
        let text = Text::with_lines_of(mask.text(first_arms, &wanted), &it.file.text);
        let stream = yaml::parse(text);
        YamlFile {
            path: Arc::clone(&it.file.path),
            local: it.file.local.clone(),
            stream: stream.into(),
        }
    };
    let all = parse(false);
    let doubled = |key: &yaml::DuplicateKey| {
        !is_literal(mask, key.span.start) && !key.key.bytes().all(|byte| byte == b'_')
    };
    let clash = all.stream.duplicate_keys().iter().any(doubled);
    if clash || all.stream.error().is_some() { parse(true) } else { all }
}
