//! One chart with everything that it holds.

use std::sync::{Arc, OnceLock};

use super::{
    Crd, Dependency, Documentation, Lock, Manifest, Object, Readme, TextFile, YamlFile,
    load::Written,
};
use crate::{
    finding::{ChartId, Place},
    rule::Sink,
    text::Span,
    version::{self, Constraint},
};

/// A chart as Helm would load it, with places.
#[derive(Debug)]
pub struct Chart {
    /// Name, version and folder, as findings show them.
    pub id: ChartId,
    /// Index of the source that holds it.
    pub source: usize,
    /// The folder within the source; empty for its root.
    pub folder: String,
    /// The folder that the chart is published from, as reports show it.
    pub catalog: Arc<str>,
    /// The folder of the chart that holds it under charts/, as reports show it.
    pub parent: Option<String>,
    /// Chart.yaml; none where it can't be read at all.
    pub manifest: Option<Manifest>,
    /// The dependencies of Chart.yaml; requirements.yaml replaces them where it declares some (not
    /// in the format v3). Entries that Helm refuses are not among them.
    pub dependencies: Vec<Dependency>,
    /// The lock file.
    pub lock: Option<Lock>,
    /// Whether the chart has dependencies and no lock, and a .gitignore of its source keeps locks out.
    pub lock_ignored: bool,
    /// The folders under templates/ in which a .gitignore keeps templates out, which a script makes: their names,
    /// of templates/ itself, too.
    pub made_templates: Vec<String>,
    /// values.yaml; several documents are merged by readers, later wins.
    pub values: Option<Arc<YamlFile>>,
    /// values.schema.json.
    pub schema: Option<Arc<YamlFile>>,
    /// Everything under templates/ that Helm parses, NOTES.txt and tests included, sorted by path; of
    /// a library chart only what begins with `_`.
    pub templates: Vec<TemplateFile>,
    /// The files of crds/ that Helm installs.
    pub(super) crd_files: Vec<TextFile>,
    /// README.md, whatever its case; none of a vendored chart.
    pub readme: Option<Readme>,
    /// CHANGELOG.md, whatever its case; none of a vendored chart.
    pub changelog: Option<TextFile>,
    /// Unpacked and packaged charts under charts/, any depth, in Helm's order.
    pub subcharts: Vec<Subchart>,
    /// Every file that Helm would pack, by its path within the chart, sorted.
    pub listing: Vec<String>,
    /// Every file of the folder, those that .helmignore leaves out included, sorted.
    pub folder_listing: Vec<String>,
    /// What loading met. All that keeps Helm from loading the chart is among it.
    pub(super) met: Vec<Problem>,
    /// Whether the chart's problems are told: those of vendored charts are not.
    pub(super) judged: bool,
    /// Where the whole chart is meant: `name` in Chart.yaml, else the folder's first file.
    pub anchor: Place,
    /// See [`Chart::documentation`].
    pub(super) documentation: OnceLock<Documentation>,
    /// See [`Chart::objects`].
    pub(super) written: OnceLock<Written>,
}

/// One file under templates/.
#[derive(Debug)]
pub struct TemplateFile {
    /// The file.
    pub file: TextFile,
    /// Its syntax tree and Go's errors; equal files may share it.
    pub template: Arc<crate::template::Template>,
}

/// A chart under charts/.
#[derive(Debug)]
pub struct Subchart {
    /// The chart.
    pub chart: Chart,
    /// Where it lies: the folder or archive under charts/, as reports show it.
    pub path: Arc<str>,
    /// Whether it is read from a .tgz.
    pub packaged: bool,
    /// Whether it is vendored (read, never judged) and not a local subchart.
    pub vendored: bool,
}

/// Something wrong with the input itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which rule speaks of it.
    pub kind: ProblemKind,
    /// What the finding is about.
    pub subject: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
    /// Where.
    pub place: Place,
    /// A second place, with its label.
    pub also: Option<(Place, String)>,
    /// Whether the chart, or the file, was not read at all: coverage state *skipped*.
    pub skips: bool,
}

impl Problem {
    /// A problem of a file that was read.
    pub fn new(kind: ProblemKind, place: Place, subject: &str, message: &str) -> Self {
        Self {
            kind,
            subject: subject.to_owned(),
            message: message.to_owned(),
            help: String::new(),
            place,
            also: None,
            skips: false,
        }
    }

    /// What to do.
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: help.into(), ..self }
    }

    /// A second place, with a label of about three words.
    pub fn also(self, place: Place, label: &str) -> Self {
        Self { also: Some((place, label.to_owned())), ..self }
    }

    /// The chart or the file was not read.
    pub fn skips(self) -> Self {
        Self { skips: true, ..self }
    }

    /// Reports the problem, at the level of the rule's page.
    pub fn report(&self, out: &mut Sink) {
        let draft = out.at(self.place.clone(), &self.message).subject(&self.subject);
        let draft = draft.help(&self.help);
        if let Some((place, label)) = &self.also {
            draft.also(place.clone(), label);
        }
    }
}

/// The `input/*` rule that speaks of a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemKind {
    /// `input/unreadable-chart`
    UnreadableChart,
    /// `input/unreadable-file`
    UnreadableFile,
    /// `input/duplicate-key`
    DuplicateKey,
    /// `input/ignored-by-helm`
    IgnoredByHelm,
    /// `input/partial-analysis`
    PartialAnalysis,
}

impl Chart {
    /// The chart's name.
    pub fn name(&self) -> &str {
        &self.id.name
    }

    /// The place of a span of Chart.yaml; the anchor where there is none.
    pub fn manifest_place(&self, span: Span) -> Place {
        self.manifest.as_ref().map_or_else(|| self.anchor.clone(), |manifest| manifest.place(span))
    }

    /// Whether it is read from a .tgz among other files.
    pub fn is_packed(&self) -> bool {
        self.id.path.contains(".tgz!/") || self.id.path.strip_suffix(".tgz").is_some()
    }

    /// Whether this is a library chart.
    pub fn is_library(&self) -> bool {
        self.manifest.as_ref().is_some_and(Manifest::is_library)
    }

    /// Whether Chart.yaml says `deprecated: true`.
    pub fn is_deprecated(&self) -> bool {
        self.manifest.as_ref().is_some_and(Manifest::is_deprecated)
    }

    /// The subchart that stands for a dependency to who looks at the files: an unpacked or packaged chart
    /// of its name whose version its constraint admits, else the first of its name.
    pub fn subchart(&self, dependency: &Dependency) -> Option<&Subchart> {
        self.admitted(dependency)
            .or_else(|| self.subcharts.iter().find(|it| it.chart.name() == dependency.name.value))
    }

    /// The subchart that Helm takes for a dependency: the first of its name whose version its constraint
    /// admits (`getAliasDependency` in `pkg/chart/v2/util/dependencies.go` of helm.sh/helm v4.3.1).
    pub fn admitted(&self, dependency: &Dependency) -> Option<&Subchart> {
        self.subcharts.iter().find(|subchart| dependency.admits(&subchart.chart))
    }

    /// The dependencies of whose name only charts lie under charts/ that they don't admit: `helm dependency update` brings
    /// others, which may read other values.
    pub fn outdated(&self) -> impl Iterator<Item = (&Dependency, &Subchart)> {
        let outdated = self.dependencies.iter().filter(|it| self.admitted(it).is_none());
        outdated.filter_map(|dependency| Some((dependency, self.subchart(dependency)?)))
    }

    /// The subcharts that no dependency admits, those of a listed name among them: Helm installs them under
    /// their own names (`processDependencyEnabled`).
    pub fn unlisted(&self) -> impl Iterator<Item = &Subchart> {
        self.subcharts.iter().filter(|subchart| {
            !self.dependencies.iter().any(|dependency| dependency.admits(&subchart.chart))
        })
    }

    /// The subcharts whose values Helm holds under a name: unlisted ones and those of dependencies.
    pub fn subcharts_as<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Subchart> {
        let unlisted = self.unlisted().filter(move |subchart| subchart.chart.name() == name);
        let named = self.dependencies.iter().filter(move |it| it.effective_name() == name);
        unlisted.chain(named.filter_map(|dependency| self.admitted(dependency)))
    }

    /// The version that a dependency stands for: what the lock says, else what lies under charts/ and is admitted,
    /// else the constraint where it is one exact version, else what lies there all the same.
    pub fn resolved(&self, dependency: &Dependency) -> Option<String> {
        let name = &dependency.name.value;
        let locked = || {
            let entry = self.lock.as_ref()?.entries.iter().find(|it| it.name.value == *name)?;
            entry.version.as_ref().map(|version| version.value.clone())
        };
        let version = |it: &Subchart| it.chart.id.version.clone();
        let present = || self.admitted(dependency).map(version);
        let outdated = || self.subchart(dependency).map(version);
        let exact = || {
            let text = &dependency.version.as_ref()?.value;
            Constraint::parse(text).ok().filter(Constraint::is_exact)?;
            Some(text.trim_start_matches(['=', 'v', ' ']).to_owned())
        };
        let found = locked().or_else(present).or_else(exact).or_else(outdated);
        found.filter(|text| version::parse(text).is_ok())
    }

    /// What values.yaml and the README say of the chart's values; read when a rule first asks.
    pub fn documentation(&self) -> &Documentation {
        self.documentation.get_or_init(|| Documentation::read(self))
    }

    /// Objects of crds/ and those that templates write without rendering (see [`super::Origin`]), of
    /// the chart itself; of templates of vendored charts only the definitions of custom resources. Looked
    /// for when a rule first asks.
    pub fn objects(&self) -> &[Object] {
        &self.written().objects
    }

    /// The custom resource definitions among the objects, and those of the charts under charts/.
    pub fn crds(&self) -> &[Crd] {
        &self.written().crds
    }

    /// What was wrong with the input.
    pub fn problems(&self) -> &[Problem] {
        &self.written().problems
    }

    fn written(&self) -> &Written {
        self.written.get_or_init(|| Written::of(self))
    }

    /// What one `input/*` rule has to say of the chart.
    pub fn problems_of(&self, kind: ProblemKind) -> impl Iterator<Item = &Problem> {
        self.problems().iter().filter(move |problem| problem.kind == kind)
    }

    /// Why Helm does not load the chart as far as Chart.yaml goes, or one of these files: without a look at what the
    /// chart's templates write.
    pub fn refusal(&self, files: &[&str]) -> Option<&Problem> {
        let refused = |problem: &&Problem| match problem.kind {
            ProblemKind::UnreadableChart => problem.skips,
            ProblemKind::UnreadableFile => problem.skips && files.contains(&&*problem.subject),
            _ => false,
        };
        self.met.iter().find(refused)
    }

    /// Whether a path within the chart is a file that the folder holds.
    pub fn has_file(&self, local: &str) -> bool {
        self.folder_listing.binary_search_by(|path| path.as_str().cmp(local)).is_ok()
    }
}
