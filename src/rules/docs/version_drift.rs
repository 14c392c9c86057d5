//! `docs/version-drift`

mod badge;
mod install;
mod maker;

use crate::{
    catalog::{
        Chart, IndexEntry, Manifest, Readme,
        readme::{MAKE, Template},
    },
    finding::Place,
    rule::{ChartContext, Rule, Sink},
    text::Spanned,
    version,
};

/// A README that names another version or chart than Chart.yaml.
pub(crate) struct VersionDrift;

impl Rule for VersionDrift {
    fn chart(&self, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
        if let (Some(readme), Some(manifest)) = (&chart.readme, &chart.manifest) {
            badges(chart, readme, manifest, cx, out);
            commands(chart, readme, manifest, cx, out);
        }
    }
}

fn badges(
    chart: &Chart,
    readme: &Readme,
    manifest: &Manifest,
    cx: &ChartContext<'_>,
    out: &mut Sink,
) {
    for link in readme.links.iter().filter(|link| link.image) {
        let Some(badge) = badge::read(&link.destination) else { continue };
        let (key, field) = match badge.label {
            badge::Label::Version => ("version", manifest.version.as_ref()),
            badge::Label::AppVersion => ("appVersion", manifest.app_version.as_ref()),
        };
        let says = |field: &str| agrees(field, &badge.value) || agrees(field, &badge.plain);
        let Some(field) = field.filter(|field| !says(&field.value)) else { continue };
        let message =
            format!("the badge says {key} `{}`, Chart.yaml says `{}`", badge.value, field.value);
        out.at(readme.file.place(link.span), message)
            .subject(format!("{key} badge"))
            .also(manifest.place(field.span), "the chart's own")
            .help(if maker::is_helm_docs(chart, readme, cx) {
                let template = Template::of(chart, cx.source);
                let command = template.map_or_else(|| MAKE.to_owned(), |it| it.command());
                format!("run {command} with each release, for example in CI, and commit the README")
            } else if says_app_version(&badge, manifest) {
                "call it AppVersion: that is what it shows".to_owned()
            } else {
                format!("write `{}` into the badge", field.value)
            });
    }
}

/// Whether a badge that is called the chart's version shows the application's.
fn says_app_version(badge: &badge::Badge, manifest: &Manifest) -> bool {
    let shown = |field: &Spanned<String>| agrees(&field.value, &badge.value);
    badge.label == badge::Label::Version && manifest.app_version.as_ref().is_some_and(shown)
}

/// Whether two texts name one version; texts that are no versions must be equal.
fn agrees(declared: &str, shown: &str) -> bool {
    let same = || Some(version::parse(declared).ok()? == version::parse(shown).ok()?);
    declared == shown || same().unwrap_or(false)
}

fn commands(
    chart: &Chart,
    readme: &Readme,
    manifest: &Manifest,
    cx: &ChartContext<'_>,
    out: &mut Sink,
) {
    let commands = install::commands(readme);
    for command in commands.iter().filter(|command| command.chart == chart.name()) {
        stale_version(command, readme, manifest, out);
    }
    if let Some(command) = other_chart(chart, &commands, cx) {
        let message = format!(
            "the install command names chart `{}`, this is `{}`",
            command.chart,
            chart.name()
        );
        let template = Template::of(chart, cx.source);
        let origin = template.as_ref().and_then(|it| Some((it, it.whole(&command.word)?)));
        let shown = readme.file.place(command.chart_span);
        let (place, help) = match origin {
            Some((it, span)) => {
                let (name, line) = (chart.name(), it.line(span));
                let help = format!(
                    "install `{name}` in line {line} of {}, and run {}",
                    it.file.local,
                    it.command()
                );
                (it.file.place(span), help)
            }
            None => (
                shown.clone(),
                format!(
                    "write the command that installs `{}` from where it is published; `{}` may be another publisher's",
                    chart.name(),
                    command.word
                ),
            ),
        };
        let draft = out
            .at(place.clone(), message)
            .subject(command.chart.clone())
            .also(name_place(chart, manifest), "the chart's name")
            .help(help);
        let draft = if place == shown { draft } else { draft.also(shown, "the README's copy") };
        let others = commands.iter().filter(|it| it.chart_span != command.chart_span);
        others.fold(draft, |draft, it| draft.also(readme.file.place(it.chart_span), "here, too"));
    }
}

fn name_place(chart: &Chart, manifest: &Manifest) -> Place {
    let name = manifest.name.as_ref();
    name.map_or_else(|| chart.anchor.clone(), |name| manifest.place(name.span))
}

fn stale_version(command: &install::Command, readme: &Readme, manifest: &Manifest, out: &mut Sink) {
    let shown: Option<&Spanned<String>> = command.version.as_ref();
    let declared = manifest.version.as_ref();
    let Some((shown, declared)) = shown.zip(declared) else { return };
    // A range, or a placeholder, is not a version that could drift.
    let exact = version::parse_strict(shown.trim_start_matches('v')).is_ok();
    if !exact || agrees(&declared.value, &shown.value) {
        return;
    }
    let message = format!(
        "the install command pins version `{}`, the chart is at `{}`",
        shown.value, declared.value
    );
    out.at(readme.file.place(shown.span), message)
        .subject(format!("--version {}", shown.value))
        .also(manifest.place(declared.span), "the chart's own")
        .help("leave `--version` out of the example, or write it from Chart.yaml at each release");
}

/// The command where a README installs some other chart and never its own: copied from there.
fn other_chart<'a>(
    chart: &Chart,
    commands: &'a [install::Command],
    cx: &ChartContext<'_>,
) -> Option<&'a install::Command> {
    let own = |command: &&install::Command| command.chart == chart.name();
    let first = commands.first()?;
    let one = commands.iter().all(|command| command.chart == first.chart);
    let dependency = chart.dependencies.iter().any(|it| it.name.value == first.chart);
    let copied = cx.index.named(&first.chart).iter().any(|other| other.path != chart.id.path);
    // A chart that takes this one in installs it.
    let takes = |other: &IndexEntry| other.dependencies.iter().any(|name| name == chart.name());
    let umbrella = chart.id.path.starts_with(&format!("{}/", first.chart))
        || chart.parent.is_some()
        || cx.index.named(&first.chart).iter().any(takes);
    let wrong = one && !commands.iter().any(|it| own(&it)) && copied;
    (wrong && !dependency && !umbrella && !chart.is_library()).then_some(first)
}
