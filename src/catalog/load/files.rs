//! The files of one chart: each is read once, and what can't be read becomes a problem.

use std::{collections::BTreeMap, sync::Arc};

use super::Loader;
use crate::{
    catalog::{Problem, ProblemKind, TextFile, YamlFile},
    finding::Place,
    sources::{CHART_FILE, Content, FileProblem, ProblemKind as Fault, Source},
    text::{Remembered, Span, Text},
    yaml::{self, Stream},
};

/// One chart's files, and the problems that were met.
pub(super) struct Files<'a> {
    pub(super) source: &'a Source,
    pub(super) loader: &'a Loader,
    /// Whether the chart is judged. The files of others are in many charts: what is parsed of them is remembered.
    pub(super) judged: bool,
    /// The chart's folder within the source.
    pub(super) base: String,
    /// Paths in the source by path within the chart: what Helm would pack.
    pub(super) packed: BTreeMap<String, Arc<str>>,
    /// All paths below the chart's folder, those that .helmignore leaves out included, sorted.
    pub(super) folder: Vec<String>,
    /// What the listing met.
    pub(super) faults: Vec<FileProblem>,
    pub(super) problems: Vec<Problem>,
}

impl Files<'_> {
    /// The packed files below a folder of the chart, such as `templates/`.
    pub(super) fn under(&self, folder: &str) -> Vec<(String, Arc<str>)> {
        let from = self.packed.range(folder.to_owned()..);
        from.take_while(|(local, _)| local.starts_with(folder))
            .map(|(local, path)| (local.clone(), Arc::clone(path)))
            .collect()
    }

    /// A text that must be UTF-8; a problem and nothing where it can't be read.
    pub(super) fn text(&mut self, local: &str, path: &Arc<str>) -> Option<TextFile> {
        let bytes = self.bytes(local, path)?;
        let text = self.strict(local, path, &bytes)?;
        Some(TextFile { path: self.source.report_path(path), local: local.to_owned(), text })
    }

    /// The bytes of a file as a text; a problem and nothing where they are none.
    pub(super) fn strict(&mut self, local: &str, path: &Arc<str>, bytes: &[u8]) -> Option<Text> {
        let told = |error: std::str::Utf8Error| {
            let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let path = self.source.report_path(path);
            self.problems.push(not_text(local, &path, &String::from_utf8_lossy(valid)));
        };
        std::str::from_utf8(bytes).map_err(told).ok().map(Text::new)
    }

    /// A text that nothing parses strictly: every byte that is no UTF-8 becomes a question mark, so
    /// that places hold.
    pub(super) fn prose(&mut self, local: &str, path: &Arc<str>) -> Option<TextFile> {
        let bytes = self.bytes(local, path)?;
        let path = self.source.report_path(path);
        Some(TextFile { path, local: local.to_owned(), text: Text::of_bytes(&bytes) })
    }

    /// A YAML file of the chart, parsed as far as it can be.
    pub(super) fn yaml(&mut self, local: &str) -> Option<Arc<YamlFile>> {
        self.parsed(local, &self.loader.streams, yaml::parse)
    }

    /// A JSON file of the chart.
    pub(super) fn json(&mut self, local: &str) -> Option<Arc<YamlFile>> {
        self.parsed(local, &self.loader.schemas, yaml::parse_json)
    }

    fn parsed(
        &mut self,
        local: &str,
        known: &Remembered<Stream>,
        parse: fn(Text) -> Stream,
    ) -> Option<Arc<YamlFile>> {
        let path = Arc::clone(self.packed.get(local)?);
        let bytes = self.bytes(local, &path)?;
        let found = known.find(&bytes).filter(|_| !self.judged);
        let stream = if let Some(stream) = found {
            stream
        } else {
            let stream = parse(self.strict(local, &path, &bytes)?);
            if self.judged { Arc::new(stream) } else { known.keep(stream) }
        };
        let path = self.source.report_path(&path);
        Some(Arc::new(YamlFile { path, local: local.to_owned(), stream }))
    }

    /// Tells why a file could not be parsed to its end.
    pub(super) fn unparsable(&mut self, file: &YamlFile, refused_by: &str) {
        self.problems.extend(unparsable(file, refused_by));
    }

    /// Tells keys that come twice.
    pub(super) fn duplicates(&mut self, file: &YamlFile) {
        let all = |_: &yaml::DuplicateKey| true;
        self.problems.extend(duplicates(file, all));
    }

    /// A file's bytes; a problem and nothing where they can't be read.
    pub(super) fn bytes(&mut self, local: &str, path: &Arc<str>) -> Option<Content> {
        match self.source.read(path) {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                let fault = error.into_problem(path);
                self.problems.push(unreadable(local, self.source, &fault));
                None
            }
        }
    }
}

/// Why a file could not be parsed to its end.
pub(super) fn unparsable(file: &YamlFile, refused_by: &str) -> Option<Problem> {
    let error = file.stream.error()?;
    let place = file.place(error.span);
    let problem = Problem::new(ProblemKind::UnreadableFile, place, &file.local, &error.message);
    let help = format!("repair `{}`; until then {refused_by}", file.local);
    Some(problem.help(help).skips())
}

/// The keys of a file that come twice and that `wanted` admits.
pub(super) fn duplicates(
    file: &YamlFile,
    wanted: impl Fn(&yaml::DuplicateKey) -> bool,
) -> Vec<Problem> {
    let keys = file.stream.duplicate_keys().iter().filter(|key| wanted(key));
    keys.map(|key| {
        let message = format!("`{}` comes twice, the first is dropped without a word", key.key);
        let subject = match file.local.as_str() {
            "values.yaml" => key.path.clone(),
            local => format!("{local}: {}", key.path),
        };
        Problem::new(ProblemKind::DuplicateKey, file.place(key.span), &subject, &message)
            .help(if key.halves {
                format!("put what both hold under one `{}`", key.key)
            } else {
                format!("keep one `{}` and delete the other", key.key)
            })
            .also(file.place(key.first), "first one here")
    })
    .collect()
}

/// A file that the source could not give.
pub(super) fn unreadable(local: &str, source: &Source, fault: &FileProblem) -> Problem {
    let place = place(source, fault);
    let help = match fault.kind {
        Fault::Absent => "fetch the missing objects: `git fetch --refetch --no-filter`",
        Fault::TooLarge => "make it smaller, or name it in .helmignore",
        _ => "make it readable, or name it in .helmignore",
    };
    Problem::new(unread_kind(local), place, local, &fault.message).help(help).skips()
}

/// Without Chart.yaml nothing is known of the chart; without another file only that file.
fn unread_kind(local: &str) -> ProblemKind {
    if local == CHART_FILE { ProblemKind::UnreadableChart } else { ProblemKind::UnreadableFile }
}

/// Where a problem of the listing stands.
pub(super) fn place(source: &Source, fault: &FileProblem) -> Place {
    let path = source.report_path(&fault.path);
    let text = fault.span.and_then(|span| Some((source.read(&fault.path).ok()?, span)));
    match text {
        Some((bytes, span)) => Place::new(&path, &Text::of_bytes(&bytes), span),
        None => Place::file(&path),
    }
}

fn not_text(local: &str, path: &Arc<str>, before: &str) -> Problem {
    let text = Text::new(before);
    let place = Place::new(path, &text, Span::new(before.len(), before.len()));
    let message = "the file is no UTF-8 text from here on";
    Problem::new(unread_kind(local), place, local, message)
        .help(format!("save `{local}` as UTF-8, or move it out of the chart"))
        .skips()
}
