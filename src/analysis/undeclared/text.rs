//! Texts of values.yaml and of a chart's files that templates evaluate (`tpl`): each is a template of its own.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use crate::{
    analysis::{
        Analysis,
        flow::{BYTES_MAX, FILES_MAX},
        rendering::Packed,
    },
    catalog::{Chart, TemplateFile, TextFile},
    finding::Place,
    template::{
        FunctionSet,
        flow::{Read, Within},
        parse,
        render::files::FileSource,
    },
    text::{Span, Text},
    yaml::Node,
};

/// How many nodes of values.yaml are looked at for texts.
const NODES_MAX: usize = 100_000;

/// The texts of a chart's own that templates evaluate, as far as they read what nothing declares.
#[derive(Default)]
pub(super) struct Texts {
    /// By the numbers that stand for files behind those of the template set.
    pub(super) texts: BTreeMap<usize, OwnText>,
    /// How many files the template set has.
    first: usize,
}

/// One of them.
pub(super) struct OwnText {
    /// The text as a template, with the path of the file that it is written in.
    pub(super) file: TemplateFile,
    /// All of that file.
    whole: Text,
    /// Where in it the text stands, as it is written there.
    written: Span,
}

/// A place that reads a value; if it lies in a text, as if that were a file, and with the number and the place of the call.
pub(super) type Reading<'r> = (Cow<'r, Read>, Option<(usize, Span)>);

impl Analysis<'_> {
    /// The texts that are written in a chart's own files and read what nothing declares.
    pub(super) fn own_texts(&self, chart: &Chart) -> Texts {
        let mut missing = BTreeMap::new();
        let mut open: BTreeMap<u32, Within> = BTreeMap::new();
        for read in self.flow().reads() {
            let Some(within) = read.within.filter(|it| !open.contains_key(&it.text)) else {
                continue;
            };
            let path = (read.member, read.path.as_slice());
            let is_missing = || self.missing(read.member, &read.path).is_some();
            if *missing.entry(path).or_insert_with(is_missing) {
                open.insert(within.text, within);
            }
        }
        let mut texts = Texts { first: self.templates.files().len(), ..Texts::default() };
        if open.is_empty() {
            return texts;
        }
        let values = values(chart);
        let mut rest = BTreeMap::new();
        for (number, within) in open {
            let text = self.flow().text(within);
            match (values.get(text), &chart.values) {
                (Some(span), Some(file)) => {
                    let found = (&file.path, "values.yaml", file.stream.text().clone());
                    texts.add(number, text, found, *span);
                }
                _ => drop(rest.insert(text, number)),
            }
        }
        if !rest.is_empty() {
            self.in_files(chart, &rest, &mut texts);
        }
        texts
    }

    /// Finds texts that are files.
    fn in_files(&self, chart: &Chart, open: &BTreeMap<&str, u32>, texts: &mut Texts) {
        let packed = Packed::new(chart, self.sources);
        let mut left = BYTES_MAX;
        for path in packed.paths().iter().take(FILES_MAX) {
            let Some(bytes) = packed.read(path) else { continue };
            let text = String::from_utf8_lossy(&bytes);
            let Some(rest) = left.checked_sub(text.len()) else { return };
            left = rest;
            if let Some(number) = open.get(&*text) {
                let shown: Arc<str> = packed.report_path(path).into();
                let whole = Text::new(text.as_ref());
                texts.add(*number, &text, (&shown, path, whole), Span::new(0, text.len()));
            }
        }
    }
}

/// The texts in values.yaml that templates can be, with what is written there.
fn values(chart: &Chart) -> HashMap<&str, Span> {
    let file = chart.values.as_deref();
    let mut found = HashMap::new();
    let mut open: Vec<Node<'_>> = file.into_iter().flat_map(|it| it.stream.documents()).collect();
    let mut left = NODES_MAX;
    while let Some(node) = open.pop() {
        let Some(rest) = left.checked_sub(1) else { break };
        left = rest;
        if let Some(text) = node.as_str().filter(|text| text.contains("{{") && !node.is_alias()) {
            found.entry(text).or_insert_with(|| node.span());
        }
        open.extend(node.entries().map(|entry| entry.value).chain(node.items()));
    }
    found
}

impl Texts {
    fn add(
        &mut self,
        number: u32,
        text: &str,
        (path, local, whole): (&Arc<str>, &str, Text),
        written: Span,
    ) {
        let text = Text::new(text);
        let template = Arc::new(parse(text.clone(), FunctionSet::helm()));
        let file = TextFile { path: Arc::clone(path), local: local.to_owned(), text };
        let own = OwnText { file: TemplateFile { file, template }, whole, written };
        self.texts.entry(self.first + number as usize).or_insert(own);
    }

    /// All places that read values, those in texts as if these were files.
    pub(super) fn readings<'r>(&self, reads: &'r [Read]) -> Vec<Reading<'r>> {
        let mut seen = BTreeSet::new();
        let reading = |read: &'r Read| {
            let own = read.within.and_then(|within| {
                let file = self.first + within.text as usize;
                self.texts.contains_key(&file).then_some((file, within.span))
            });
            let Some((file, span)) = own else { return Some((Cow::Borrowed(read), None)) };
            let call = Some((read.file, read.span));
            // A text that several places evaluate is one.
            let first = seen.insert((file, span, read.member, read.path.as_slice()));
            let within = None;
            first.then(|| (Cow::Owned(Read { file, span, within, ..read.clone() }), call))
        };
        reads.iter().filter_map(reading).collect()
    }

    /// The place of a span of a file, or of a text in what it is written in.
    pub(super) fn place(&self, number: usize, file: &TemplateFile, span: Span) -> Place {
        match self.texts.get(&number) {
            Some(text) => text.place(span),
            None => file.file.place(span),
        }
    }
}

impl OwnText {
    /// The place of a span of the text: what is written so often before it in the text is so in the file.
    fn place(&self, span: Span) -> Place {
        let text = self.file.file.text.as_str();
        let part = self.file.file.text.slice(span);
        let before = text.get(..span.start as usize).unwrap_or_default();
        let written = self.whole.slice(self.written);
        let at = written.match_indices(part).nth(before.matches(part).count());
        let at = at.map(|(at, _)| self.written.start as usize + at);
        let start = self.written.start as usize;
        let place = at.map_or(Span::new(start, start), |at| Span::new(at, at + part.len()));
        Place::new(&self.file.file.path, &self.whole, place)
    }
}
