//! `skew/app-version-mismatch`

use crate::{
    analysis::Document,
    catalog::{
        Chart, Manifest,
        image::{self, Image},
    },
    finding::Place,
    rule::{ChartContext, Draft, Rule, Sink},
    text::Spanned,
    yaml::Kind,
};

/// An `appVersion` that is not what the chart deploys.
pub(crate) struct AppVersionMismatch;

impl Rule for AppVersionMismatch {
    fn chart(&self, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
        let Some(manifest) = &chart.manifest else { return };
        let Some(version) = manifest.app_version.as_ref().filter(|_| !chart.is_library()) else {
            return;
        };
        if let Some(written) = cut(manifest, version) {
            let message = format!(
                "appVersion `{written}` is a number to YAML and becomes `{}`",
                version.value
            );
            out.at(manifest.place(version.span), message)
                .subject("appVersion")
                .help(format!("quote it: `appVersion: \"{written}\"`"));
        } else {
            compare(chart, manifest, version, cx, out);
        }
    }
}

/// What is written, where YAML makes another number of it.
fn cut(manifest: &Manifest, version: &Spanned<String>) -> Option<String> {
    let node = manifest.file.root()?.get("appVersion")?;
    let number = matches!(node.kind(), Kind::Float | Kind::Int);
    (number && node.raw() != version.value).then(|| node.raw().to_owned())
}

fn compare(
    chart: &Chart,
    manifest: &Manifest,
    version: &Spanned<String>,
    cx: &ChartContext<'_>,
    out: &mut Sink,
) {
    if numbers(&version.value).iter().any(|it| it.iter().all(|number| *number == 0)) {
        return;
    }
    let images = image::of(chart);
    let mut candidates = main_images(chart, &images);
    candidates.retain(|it| !is_numbered_apart(chart, it, &version.value));
    if candidates.is_empty() {
        return compare_rendered(chart, manifest, version, cx, out);
    }
    let differ = |it: &&&Image<'_>| differs(&version.value, it);
    // Where one image of the name has the version, the others are there for another reason.
    let agreed = candidates.iter().any(|it| !differs(&version.value, it));
    let Some(first) = candidates.iter().find(differ).filter(|_| !agreed) else { return };
    let Some(tag) = &first.tag else { return };
    let path = first.tag_path();
    let message = format!(
        "appVersion is `{}`, but `{path}` deploys `{}:{}`",
        version.value,
        first.base(),
        tag.text
    );
    tell(first.file.place(tag.span), &tag.text, (manifest, version), message, out).subject(path);
}

/// Tells where the older of the two stands. What `helm create` wrote was never newer than anything.
fn tell<'o>(
    tag_place: Place,
    tag: &str,
    (manifest, version): (&Manifest, &Spanned<String>),
    message: String,
    out: &'o mut Sink,
) -> Draft<'o> {
    let version_place = manifest.place(version.span);
    if SCAFFOLDED.contains(&version.value.as_str()) {
        let help = format!("write the version that the chart deploys: `appVersion: \"{tag}\"`");
        out.at(version_place, message).also(tag_place, "the tag").help(help)
    } else if is_older(tag, &version.value) {
        out.at(tag_place, message).also(version_place, "the newer appVersion").help(HELP)
    } else {
        out.at(version_place, message).also(tag_place, "the newer tag").help(HELP)
    }
}

const HELP: &str = "raise the one that was forgotten";

/// What `helm create` writes: Helm 2 (pkg/chartutil/create.go), and Helm 3 and 4 (the same file).
const SCAFFOLDED: [&str; 2] = ["1.0", "1.16.0"];

/// Compares with what the chart renders, where its values name no image: a template does, or a helper.
fn compare_rendered(
    chart: &Chart,
    manifest: &Manifest,
    version: &Spanned<String>,
    cx: &ChartContext<'_>,
    out: &mut Sink,
) {
    let name = plain(chart.name());
    let documents = cx.analysis.documents_of(chart).filter(|it| !it.is_aside());
    let containers: Vec<_> = documents.flat_map(Document::containers).collect();
    let images = containers.iter().filter(|it| !it.prepares).filter_map(|it| {
        let (image, tag) = image::split(it.image.as_str()?);
        let base = image.rsplit('/').next().unwrap_or(image);
        (plain(base) == name).then_some((it, base, tag?))
    });
    let images: Vec<_> = images.collect();
    let agreed = images.iter().any(|(_, _, tag)| !is_other(&version.value, tag));
    let Some((container, base, tag)) = images.first().filter(|_| !agreed) else { return };
    let message =
        format!("appVersion is `{}`, but the chart deploys `{base}:{tag}`", version.value);
    let place = cx.analysis.source_of(container.document, container.part(tag), tag);
    tell(place, tag, (manifest, version), message, out).subject(*base);
}

/// The images that the chart is about.
fn main_images<'i, 'c>(chart: &Chart, images: &'i [Image<'c>]) -> Vec<&'i Image<'c>> {
    let own: Vec<_> = images.iter().filter(|it| is_own(chart, it)).collect();
    let name = plain(chart.name());
    let named: Vec<_> = own.iter().copied().filter(|it| plain(it.base()) == name).collect();
    if !named.is_empty() {
        return named;
    }
    let top = |it: &&Image<'_>| matches!(it.path.as_slice(), [] | [_]) && is_top(it);
    let akin = |it: &&Image<'_>| {
        let base = plain(it.base());
        own.len() == 1 || name.contains(&base) || base.contains(&name)
    };
    let about = own.iter().copied().filter(top).filter(akin);
    about.filter(|it| !RUNTIMES.contains(&it.base())).collect()
}

/// Whether an image's name is the chart's with something added, and its first number another one: a build of somebody's
/// own has its own numbers. What `helm create` wrote says nothing of either.
fn is_numbered_apart(chart: &Chart, it: &Image<'_>, version: &str) -> bool {
    let (name, base) = (plain(chart.name()), plain(it.base()));
    let first = |text: &str| numbers(text).first().and_then(|it| it.first().copied());
    let tag = it.tag.as_ref().and_then(|tag| first(&tag.text));
    let majors = tag.zip(first(version));
    base != name
        && base.contains(&name)
        && majors.is_some_and(|(tag, version)| tag != version)
        && !SCAFFOLDED.contains(&version)
}

/// Images in which a chart runs a program of its own: the languages, operating systems and servers of files among
/// Docker's official images (github.com/docker-library/official-images, 2026-11-27) that charts give scripts, pages
/// or a configuration to. Their version is not the program's.
const RUNTIMES: [&str; 26] = [
    "alpine",
    "amazonlinux",
    "bash",
    "busybox",
    "caddy",
    "centos",
    "clojure",
    "debian",
    "eclipse-temurin",
    "elixir",
    "erlang",
    "fedora",
    "golang",
    "groovy",
    "haproxy",
    "httpd",
    "julia",
    "nginx",
    "node",
    "openjdk",
    "perl",
    "php",
    "pypy",
    "python",
    "ruby",
    "ubuntu",
];

/// Whether an image stands at `image`, or at the top of the values.
fn is_top(it: &Image<'_>) -> bool {
    it.path.first().is_none_or(|key| key == "image")
}

/// Whether the values are the chart's own and not a dependency's.
fn is_own(chart: &Chart, it: &Image<'_>) -> bool {
    let first = it.path.first().map(String::as_str).unwrap_or_default();
    chart.dependencies.iter().all(|dependency| dependency.effective_name() != first)
        && chart.subcharts.iter().all(|subchart| subchart.chart.name() != first)
}

/// A name without what separates its words, in lower case.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase()
}

/// Whether a tag names a version, and another one.
fn differs(version: &str, it: &Image<'_>) -> bool {
    let Some(tag) = it.tag.as_ref().filter(|tag| tag.kind == Kind::String) else { return false };
    is_other(version, &tag.text)
}

/// Whether a text names a version, and another one.
fn is_other(version: &str, tag: &str) -> bool {
    let (wanted, named) = (numbers(version), numbers(tag));
    let [wanted] = wanted.as_slice() else { return false };
    !named.is_empty() && named.iter().all(|named| !agree(wanted, named))
}

/// Whether one is the beginning of the other, number by number.
fn agree(a: &[u64], b: &[u64]) -> bool {
    a.iter().zip(b).all(|(a, b)| a == b)
}

/// The dotted numbers of a text, such as `[1, 2, 3]` of `v1.2.3-alpine`; of `alpine3.19` nothing, as
/// letters before it say that it is the number of something else.
fn numbers(text: &str) -> Vec<Vec<u64>> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '.')
        .map(|part| part.strip_prefix('v').unwrap_or(part))
        .filter(|part| part.contains('.'))
        .filter_map(|part| part.split('.').map(|number| number.parse().ok()).collect())
        .collect()
}

/// Whether the tag's version comes before the chart's.
fn is_older(tag: &str, version: &str) -> bool {
    let first = |text: &str| numbers(text).into_iter().next();
    first(tag).zip(first(version)).is_some_and(|(tag, version)| tag < version)
}
