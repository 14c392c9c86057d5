//! `skew/removed-api`

mod branches;

use std::collections::{BTreeMap, BTreeSet};

use memchr::memmem;

use crate::{
    analysis::Analysis,
    catalog::{
        Chart, TemplateFile,
        api::{self, Change, Removal, Since},
        kubernetes,
    },
    finding::{Level, Place},
    rule::{ChartContext, Rule, Sink},
    template::{SetFile, TemplateSet, gate::Gates},
    text::Span,
    version::{self, Constraint},
};

/// An object of an API version that the chart's clusters don't serve.
pub(crate) struct RemovedApi;

impl Rule for RemovedApi {
    fn chart(&self, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
        let admits = Admitted::of(chart, cx.now);
        let uses: Vec<_> = chart
            .templates
            .iter()
            .flat_map(|file| {
                let mut uses = uses(file);
                uses.retain(|it| admits.tells(it.removal));
                branches::mark(file, &mut uses);
                uses.into_iter().map(move |it| (file, it))
            })
            .collect();
        for group in rendered(chart, cx.analysis, &admits, &uses).into_values() {
            tell(&group, &admits, out);
        }
        if uses.is_empty() {
            return;
        }
        let mut names = Names::default();
        names.add(chart, chart.name());
        let set = names.set();
        let gates = Gates::of(&set);
        let open = |file: &TemplateFile, it: &Use| {
            let number = set
                .files()
                .iter()
                .position(|other| std::ptr::eq(other.template, &raw const *file.template));
            // What is asked where no answer helps is no question.
            let at = it.hopeless_since.map_or(it.span.start, |branch| branch.saturating_sub(1));
            number.is_some_and(|number| !gates.is_gated(number, at))
        };
        let mut told = BTreeMap::<_, Vec<_>>::new();
        for (file, it) in uses.into_iter().filter(|(file, it)| open(file, it)) {
            told.entry((&file.file.path, it.removal.api_version, it.kind.clone()))
                .or_default()
                .push(it);
        }
        for group in told.into_values() {
            tell(&group, &admits, out);
        }
    }
}

/// The objects that the chart renders of API versions that no template has as a text: a helper, `tpl` or a
/// value writes them. By the place that is repaired, each place once.
fn rendered(
    chart: &Chart,
    analysis: &Analysis<'_>,
    admits: &Admitted,
    uses: &[(&TemplateFile, Use)],
) -> BTreeMap<(Place, &'static str), Vec<Use>> {
    let known: BTreeSet<_> = uses
        .iter()
        .map(|(file, it)| (&*file.file.path, it.removal.api_version, &*it.kind))
        .collect();
    let mut found = BTreeMap::<_, Vec<_>>::new();
    for document in analysis.documents_of(chart).filter(|it| it.kind() != DEFINITION) {
        let (version, kind) = (document.api_version(), document.kind());
        let Some(removal) = api::removal(version, kind).filter(|it| admits.tells(it)) else {
            continue;
        };
        let written = known.contains(&(&*document.path, removal.api_version, kind));
        let Some(node) = document.node().and_then(|it| it.get("apiVersion")) else { continue };
        let origin = document.origin(node.span());
        let asks = matches!(removal.removed, Since::Component(..))
            && (asks(analysis, &origin.path) || asks(analysis, &document.path));
        let anchor = analysis.anchor(document);
        if written || asks || analysis.is_gated(&origin) || analysis.is_gated(&anchor) {
            continue;
        }
        let place = analysis.source_of(document, node.span(), version);
        let it = Use {
            removal,
            kind: kind.to_owned(),
            span: node.span(),
            place: place.clone(),
            text: document.text().to_owned(),
            hopeless_since: None,
        };
        found.entry((place, removal.api_version)).or_default().push(it);
    }
    // An object that is rendered twice by one line is repaired once.
    for group in found.values_mut() {
        group.truncate(1);
    }
    found
}

/// Whether a template asks what the cluster serves: what is rendered is for the one that is assumed.
fn asks(analysis: &Analysis<'_>, path: &str) -> bool {
    let file = analysis.set_file(path).and_then(|it| analysis.templates.files().get(it));
    file.is_none_or(|file| file.template.text.as_str().contains("Capabilities"))
}

/// The templates of a chart and of those under it, with Helm's names.
#[derive(Default)]
struct Names<'c>(Vec<(String, &'c TemplateFile)>);

impl<'c> Names<'c> {
    fn add(&mut self, chart: &'c Chart, path: &str) {
        let name = |file: &TemplateFile| format!("{path}/{}", file.file.local);
        self.0.extend(chart.templates.iter().map(|file| (name(file), file)));
        for subchart in &chart.subcharts {
            self.add(&subchart.chart, &format!("{path}/charts/{}", subchart.chart.name()));
        }
    }

    fn set(&self) -> TemplateSet<'_> {
        let files = self.0.iter();
        let files = files.map(|(name, file)| SetFile { name, template: &file.template, chart: 0 });
        TemplateSet::new(files.collect())
    }
}

/// One `apiVersion` as a template writes it.
struct Use {
    removal: &'static Removal,
    kind: String,
    /// Where the API version is written.
    span: Span,
    place: Place,
    /// The object, from the API version on.
    text: String,
    /// Where a question about the cluster begins that it is the first answer to, and no answer is served.
    hopeless_since: Option<u32>,
}

/// The objects of API versions on the table: their first lines stand at the start of a line, or open an
/// item of a list. Definitions have a rule of their own.
fn uses(file: &TemplateFile) -> Vec<Use> {
    let text = file.file.text.as_str();
    let mut found = Vec::new();
    for at in memmem::find_iter(text.as_bytes(), KEY) {
        let before = text.get(..at).unwrap_or_default();
        let opens = before.strip_suffix("- ").unwrap_or(before);
        if !(opens.is_empty() || opens.ends_with('\n')) {
            continue;
        }
        let after = text.get(at + KEY.len()..).unwrap_or_default();
        let (line, rest) = after.split_once('\n').unwrap_or((after, ""));
        let version = line.split(" #").next().unwrap_or(line).trim().trim_matches(['"', '\'']);
        let at = at + KEY.len() + line.find(version).unwrap_or_default();
        found.extend(kind(rest).filter(|kind| kind != DEFINITION).and_then(|kind| {
            let removal = api::removal(version, &kind)?;
            let span = Span::new(at, at + version.len());
            let text = object(rest).collect::<Vec<_>>().join("\n");
            let place = file.file.place(span);
            Some(Use { removal, kind, span, place, text, hopeless_since: None })
        }));
    }
    found.retain(|it| !is_comment(file, it.span));
    found
}

const DEFINITION: &str = "CustomResourceDefinition";
const KEY: &[u8] = b"apiVersion:";

/// The lines up to the next document.
fn object(rest: &str) -> impl Iterator<Item = &str> {
    rest.lines().take_while(|line| !line.starts_with("---"))
}

/// The kind of the object whose first line came before.
fn kind(rest: &str) -> Option<String> {
    object(rest)
        .filter_map(|line| line.strip_prefix("kind:").or_else(|| line.strip_prefix("  kind:")))
        .map(|kind| kind.split(" #").next().unwrap_or(kind).trim().trim_matches(['"', '\'']))
        .next()
        .map(str::to_owned)
}

/// Whether a span stands in a template's comment.
fn is_comment(file: &TemplateFile, span: Span) -> bool {
    file.template.comments.iter().any(|comment| comment.tag.span.contains(span))
}

/// The minors of Kubernetes that a chart admits.
struct Admitted {
    /// Those that are out.
    minors: Vec<u64>,
    /// The oldest one of the table that it admits and that still gets patches, or is the only one.
    oldest: u64,
}

impl Admitted {
    fn of(chart: &Chart, now: i64) -> Self {
        let written = chart.manifest.as_ref().and_then(|manifest| manifest.kube_version.as_ref());
        let range = written.and_then(|text| Constraint::parse(&text.value).ok());
        let admits = |minor: u64| {
            let patch = |patch: u64| version::parse(&format!("1.{minor}.{patch}"));
            let meets = |range: &Constraint| {
                [0, LATE_PATCH]
                    .into_iter()
                    .filter_map(|it| patch(it).ok())
                    .any(|it| range.matches(&it))
            };
            range.as_ref().is_none_or(meets)
        };
        let all = kubernetes::releases().iter().filter(|release| admits(release.minor));
        let oldest = all.clone().find(|release| !release.has_ended(now) || range.is_some());
        let out = all.filter(|release| release.is_out(now));
        Self {
            minors: out.map(|release| release.minor).collect(),
            oldest: oldest.map_or(0, |release| release.minor),
        }
    }

    /// Whether an API is one to tell of.
    fn tells(&self, removal: &Removal) -> bool {
        self.stops(removal) || self.will_stop(removal)
    }

    /// Whether one of them has stopped to serve an API.
    fn stops(&self, removal: &Removal) -> bool {
        match removal.removed {
            Since::Kubernetes(minor) => self.minors.iter().any(|it| *it >= minor),
            Since::Component(..) => true,
        }
    }

    /// Whether a minor that is announced will stop, and every admitted one serves the replacement already.
    fn will_stop(&self, removal: &Removal) -> bool {
        let Since::Kubernetes(minor) = removal.removed else { return false };
        let replaced = removal.replaced_since.is_some_and(|since| since <= self.oldest);
        replaced && minor > self.minors.last().copied().unwrap_or_default()
    }
}

/// A patch release that stands for the late ones of a minor.
const LATE_PATCH: u64 = 20;

fn tell(group: &[Use], admits: &Admitted, out: &mut Sink) {
    let Some((first, rest)) = group.split_first() else { return };
    let Removal { api_version, removed, replacement, .. } = first.removal;
    let kind = &first.kind;
    let (fate, level) = match removed {
        Since::Kubernetes(minor) if admits.stops(first.removal) => {
            (format!("Kubernetes 1.{minor} and later don't serve it"), Level::Error)
        }
        Since::Kubernetes(minor) => {
            (format!("Kubernetes 1.{minor} will not serve it any more"), Level::Warning)
        }
        Since::Component(name, release) => {
            (format!("{name} {release} and later don't serve it"), Level::Warning)
        }
    };
    let message = format!("`{api_version}` {kind}: {fate}");
    let help = match replacement.split_once(' ') {
        Some((version, other)) if other == kind => {
            format!("write `apiVersion: {version}`{}", besides(group))
        }
        Some((version, other)) => format!("write a {other} of `{version}` instead"),
        None if replacement.is_empty() => format!("remove the {kind}: nothing replaces it"),
        None => format!("write `apiVersion: {replacement}`"),
    };
    let draft = out
        .at(first.place.clone(), message)
        .subject(format!("{api_version}/{kind}"))
        .level(level)
        .help(help);
    rest.iter().fold(draft, |draft, it| draft.also(it.place.clone(), "and here"));
}

/// What the objects need besides the API version: the fields that they have and that are called otherwise, and those
/// that they lack; where they have none of the table's as text, a helper may write them.
fn besides(group: &[Use]) -> String {
    let Some(first) = group.first() else { return String::new() };
    let changes = api::changes(first.removal.api_version, &first.kind);
    let has = |change: &Change| group.iter().any(|it| change.is_in(&it.text));
    let lacks = |change: &Change| group.iter().any(|it| !change.is_in(&it.text));
    let renamed = |change: &Change| Some(format!("`{}` for `{}`", change.becomes?, change.field));
    let (known, unknown): (Vec<&Change>, Vec<&Change>) =
        changes.iter().filter(|it| it.becomes.is_some()).partition(|it| has(it));
    let demanded = changes.iter().filter(|it| it.becomes.is_none() && lacks(it));
    let demanded = demanded.map(|it| format!("`{}`, which it demands", it.field));
    let written: Vec<String> = known.iter().filter_map(|it| renamed(it)).chain(demanded).collect();
    if !written.is_empty() {
        format!(", and {}", written.join(", "))
    } else if unknown.is_empty() {
        String::new()
    } else {
        let all: Vec<String> = unknown.iter().filter_map(|it| renamed(it)).collect();
        format!("; where its fields come from, write {}", all.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn help(api_version: &str, kind: &str, text: &str) -> String {
        besides(&[Use {
            removal: api::removal(api_version, kind).unwrap(),
            kind: kind.to_owned(),
            span: Span::default(),
            place: Place::file(&"charts/web/templates/web.yaml".into()),
            text: text.to_owned(),
            hopeless_since: None,
        }])
    }

    #[test]
    fn fields_that_change_are_named() {
        let scaler = |text| help("autoscaling/v2beta1", "HorizontalPodAutoscaler", text);
        assert_eq!(
            scaler("spec:\n  metrics:\n    - resource:\n        targetAverageUtilization: 80\n"),
            ", and `target: {type: Utilization, averageUtilization: …}` for `targetAverageUtilization`"
        );
        assert!(scaler("spec:\n  metrics: {{ x }}\n").starts_with("; where its fields come from"));
        let ingress = |text| help("extensions/v1beta1", "Ingress", text);
        let old = ingress("spec:\n  backend:\n    serviceName: web\n");
        for part in ["`defaultBackend` for `spec.backend`", "`serviceName`", "`pathType`, which"] {
            assert!(old.contains(part), "{old}");
        }
        assert!(!old.contains("servicePort"), "{old}");
        assert_eq!(help("batch/v1beta1", "CronJob", "spec:\n"), "");
        assert_eq!(help("apps/v1beta2", "Deployment", "spec:\n"), "");
        let selected = "spec:\n  selector:\n    matchLabels:\n";
        assert_eq!(help("apps/v1beta1", "Deployment", selected), "");
    }
}
