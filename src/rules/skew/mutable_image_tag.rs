//! `skew/mutable-image-tag`

mod swap;

use std::collections::BTreeMap;

use crate::{
    analysis::{Container, Document},
    catalog::{
        Chart, Key, TemplateFile, ValuesPath, YamlFile,
        image::{self, Image, Tag},
        moved,
    },
    finding::{Level, Place},
    rule::{ChartContext, Rule, Sink},
    template::{FieldChain, flow::Usage},
    text::{Span, Spanned},
    yaml::{Kind, Node},
};

/// A tag that names another image tomorrow, or none.
pub(crate) struct MutableImageTag;

impl Rule for MutableImageTag {
    fn chart(&self, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
        let images = image::of(chart);
        if is_unreleased(chart) {
            return;
        }
        rendered(chart, &images, cx, out);
        let mut asides = BTreeMap::new();
        for it in images.iter().filter(|it| !it.digest && !swap::is_swapped_in(&it.path, chart)) {
            let Some(tag) = &it.tag else { continue };
            let (message, help) = if tag.text == LATEST {
                let message = format!("`{}` deploys whatever is `{LATEST}`", it.tag_path());
                (message, help(&it.repository, cx.now))
            } else if let Some(becomes) = mangled(tag) {
                let (path, raw) = (it.tag_path(), tag.raw);
                let message =
                    format!("`{path}: {raw}` is a number to YAML and becomes `{becomes}`");
                (message, format!("quote it: `{}: \"{raw}\"`", tag.key))
            } else {
                continue;
            };
            if is_set_above(it, chart, cx) || !may_be_read(it, chart, cx) {
                continue;
            }
            let user = user_of(it, chart);
            let known = asides.entry(&*user.id.path).or_insert_with(|| asides_of(user, cx));
            let aside = is_aside(it, chart) || known.get(&(it.base(), &*tag.text)) == Some(&true);
            let level = if aside { Level::Note } else { Level::Warning };
            out.at(it.file.place(tag.span), message).subject(it.tag_path()).level(level).help(help);
        }
    }
}

const LATEST: &str = "latest";

/// Whether version and appVersion are what a branch has whose releases write them, and the tags with them.
fn is_unreleased(chart: &Chart) -> bool {
    let stands_in = |field: &Spanned<String>| field.value.trim_start_matches('v') == "0.0.0";
    chart.manifest.as_ref().is_some_and(|it| {
        it.version.as_ref().is_some_and(stands_in) && it.app_version.as_ref().is_some_and(stands_in)
    })
}

/// Images of rendered containers that values.yaml does not name as such.
fn rendered(chart: &Chart, images: &[Image<'_>], cx: &ChartContext<'_>, out: &mut Sink) {
    let mut told = BTreeMap::<Place, (Level, &str, Vec<Place>)>::new();
    for container in cx.analysis.documents_of(chart).flat_map(Document::containers) {
        let text = container.image.as_str().unwrap_or_default();
        let (name, tag) = image::split(text);
        let mutable = tag.is_none_or(|tag| tag == LATEST) && image::is_reference(text);
        if !mutable || text.contains('@') || is_told(name, images) {
            continue;
        }
        // The scaffold of `helm create` tests with `busybox`.
        if tag.is_none() && container.document.is_aside() {
            continue;
        }
        let aside = container.prepares || container.document.is_aside();
        let level = if aside { Level::Note } else { Level::Warning };
        let mut places = copied_from(&container, chart).into_iter();
        let place = places.next().unwrap_or_else(|| place(&container, tag, chart, cx));
        let known = told.entry(place).or_insert_with(|| (level, text, places.collect()));
        known.0 = known.0.max(level);
    }
    for (place, (level, text, others)) in told {
        let (name, tag) = image::split(text);
        let message = match tag {
            Some(tag) => format!("`{name}` deploys whatever is `{tag}`"),
            None => format!("`{name}` names no tag: it deploys whatever is `{LATEST}`"),
        };
        let draft = out.at(place, message).subject(name).level(level).help(help(name, cx.now));
        others.into_iter().fold(draft, |draft, place| draft.also(place, "and here"));
    }
}

/// Where values.yaml has a container's image as it is rendered, where a template copies it out together with other
/// fields: none where the template writes it.
fn copied_from(container: &Container<'_>, chart: &Chart) -> Vec<Place> {
    let (node, document) = (container.image, container.document);
    if document.is_literal(container.part(node.as_str().unwrap_or_default())) {
        return Vec::new();
    }
    let Some(file) = chart.values.as_deref() else { return Vec::new() };
    let mut spans = Vec::new();
    file.root().into_iter().for_each(|root| images_written(root, node.as_str(), 0, &mut spans));
    spans.into_iter().map(|span| file.place(span)).collect()
}

/// How deep values are searched for a rendered image.
const DEPTH_MAX: usize = 16;

/// The values of keys `image` with a text, also in lists.
fn images_written(node: Node<'_>, text: Option<&str>, depth: usize, out: &mut Vec<Span>) {
    if node.is_alias() || depth == DEPTH_MAX {
        return;
    }
    for entry in node.entries().filter(|entry| !entry.merged) {
        let is_it = entry.key == "image" && entry.value.as_str() == text;
        out.extend(is_it.then(|| entry.value.span()));
        images_written(entry.value, text, depth + 1, out);
    }
    node.items().for_each(|item| images_written(item, text, depth + 1, out));
}

/// What to write; of images whose versions were withdrawn only another one's.
fn help(repository: &str, now: i64) -> String {
    match moved::image(repository, now).filter(|row| row.is_gone(now)) {
        Some(row) => {
            format!("take {} in a version: those of this one are gone", row.replacement)
        }
        None => "write the version that was tested, or the image's digest".to_owned(),
    }
}

/// Whether a chart that holds this one gives the value, so that the one here is for nobody.
fn is_set_above(it: &Image<'_>, chart: &Chart, cx: &ChartContext<'_>) -> bool {
    let closure = cx.analysis.closure;
    let mut member = cx.analysis.members_of(chart).next().and_then(|it| closure.members.get(it));
    let mut names: Vec<&str> = it.path.iter().map(String::as_str).collect();
    names.extend(it.tag.as_ref().map(|tag| &*tag.key).filter(|key| !key.is_empty()));
    while let Some(below) = member {
        names.insert(0, &below.name);
        member = below.parent.and_then(|parent| closure.members.get(parent));
        let values = member.and_then(|above| above.chart.values.as_deref());
        if values.and_then(YamlFile::root).is_some_and(|root| root.at(&names).is_some()) {
            return true;
        }
    }
    false
}

/// Whether anything may read an image's tag: `docs/unused-value` speaks of what nothing reads. What an anchor lends to
/// others may be read there.
fn may_be_read(it: &Image<'_>, chart: &Chart, cx: &ChartContext<'_>) -> bool {
    let key = it.tag.as_ref().map(|tag| &tag.key).filter(|key| !key.is_empty());
    let path = it.path.iter().chain(key).cloned().map(Key::Name).collect();
    let path = ValuesPath(path);
    let mut members = cx.analysis.members_of(chart);
    chart.is_library()
        || it.file.stream.text().as_str().contains(": &")
        || members.any(|member| cx.analysis.usage(member, &path) != Usage::Unread)
}

/// The chart whose templates use an image: the subchart that its path leads into, or the chart itself.
fn user_of<'c>(it: &Image<'_>, chart: &'c Chart) -> &'c Chart {
    let under = chart.subcharts.iter().find(|under| it.path.first() == Some(&under.chart.id.name));
    under.map_or(chart, |under| &under.chart)
}

/// The last parts of the names of the images that a chart renders with their tags, and whether all containers of each
/// end before the others start, or stand beside.
fn asides_of<'c>(chart: &Chart, cx: &ChartContext<'c>) -> BTreeMap<(&'c str, &'c str), bool> {
    let mut asides = BTreeMap::new();
    for it in cx.analysis.documents_of(chart).flat_map(Document::containers) {
        let (name, tag) = image::split(it.image.as_str().unwrap_or_default());
        let base = name.rsplit('/').next().unwrap_or(name);
        let all = asides.entry((base, tag.unwrap_or_default())).or_insert(true);
        *all &= it.prepares || it.document.is_aside();
    }
    asides
}

/// Whether the values have such a tag for an image already.
fn is_told(name: &str, images: &[Image<'_>]) -> bool {
    let base = name.rsplit('/').next().unwrap_or(name);
    let latest = |it: &Image<'_>| it.tag.as_ref().is_some_and(|tag| tag.text == LATEST);
    images.iter().any(|it| it.base() == base && latest(it))
}

/// Where a container's tag is written: in Chart.yaml where `appVersion` is the tag.
fn place(
    container: &Container<'_>,
    tag: Option<&str>,
    chart: &Chart,
    cx: &ChartContext<'_>,
) -> Place {
    let (document, node) = (container.document, container.image);
    let text = node.as_str().unwrap_or_default();
    // Without the quotes, which the template writes.
    let span = container.part(text);
    if let Some(place) = cx.analysis.default_behind(document, span, text) {
        return place;
    }
    let Some(tag) = tag else { return cx.analysis.place(document, span) };
    let manifest = chart.manifest.as_ref();
    let version = manifest.and_then(|it| it.app_version.as_ref().map(|version| (it, version)));
    let span = container.part(tag);
    if let Some(place) = cx.analysis.default_behind(document, span, tag) {
        return place;
    }
    match version.filter(|(_, version)| version.value == tag && !document.is_literal(span)) {
        Some((manifest, version)) => manifest.place(version.span),
        None => cx.analysis.place(document, span),
    }
}

/// What templates print, where that is not what is written: they see every number as a float.
fn mangled(tag: &Tag<'_>) -> Option<String> {
    let number = matches!(tag.kind, Kind::Int | Kind::Float);
    let value: f64 = tag.text.parse().ok().filter(|_| number)?;
    let printed = print(value);
    (printed != tag.raw).then_some(printed)
}

/// As Go's `fmt` prints a float: with an exponent where seven digits or more stand before the point.
fn print(value: f64) -> String {
    let plain = value.to_string();
    let digits = plain.trim_start_matches('-').split('.').next().unwrap_or_default();
    if digits.len() < EXPONENT_FROM_DIGITS {
        return plain;
    }
    let scientific = format!("{value:e}");
    match scientific.split_once('e') {
        Some((mantissa, exponent)) => format!("{mantissa}e+{exponent:0>2}"),
        None => plain,
    }
}

/// `strconv`'s threshold for the shortest form, `eprec` of `%g` (src/strconv/ftoa.go of Go 1.26).
const EXPONENT_FROM_DIGITS: usize = 7;

/// Whether an image is none that the chart is about: it tests, or prepares.
fn is_aside(it: &Image<'_>, chart: &Chart) -> bool {
    let aside = |key: &String| {
        let word = |word: &str| key.starts_with(&word.to_lowercase()) || key.contains(word);
        word("Test") || word("Init")
    };
    it.path.iter().any(aside) || only_prepares(&it.path, chart)
}

/// Whether templates use an image, of this chart or of the subchart that the path leads into, and all
/// uses are tests or containers that end before the others start.
fn only_prepares(path: &[String], chart: &Chart) -> bool {
    if let [first, rest @ ..] = path
        && let Some(it) = chart.subcharts.iter().find(|it| it.chart.name() == first)
    {
        return only_prepares(rest, &it.chart);
    }
    let uses = chart.templates.iter().flat_map(|template| {
        let chains = template.template.values_chains();
        // A mapping that holds the image and is only asked for is not read by it.
        let asked = |chain: &FieldChain<'_>| {
            let before = template.file.text.as_str().get(..chain.span.start as usize);
            let before = before.unwrap_or_default().trim_end();
            chain.names.len() <= path.len() && before.ends_with("if")
        };
        let own = move |chain: &FieldChain<'_>| swap::reads(path, chain) && !asked(chain);
        chains.into_iter().filter(own).map(move |chain| (template, chain.span.start as usize))
    });
    let mut uses = uses.peekable();
    let prepares = |(template, at): (&TemplateFile, usize)| {
        let before = template.file.text.as_str().get(..at).unwrap_or_default();
        template.file.local.starts_with("templates/tests/") || is_in_init(before)
    };
    uses.peek().is_some() && uses.all(prepares)
}

/// Whether the nearest list of containers above is that of the init containers: `containers`, or as libraries name
/// them, `additionalContainers`.
fn is_in_init(before: &str) -> bool {
    let keys = before.lines().rev().map(|line| line.trim_start().trim_start_matches("- "));
    let lists = keys.filter_map(|line| line.split_once(':').map(|(key, _)| key));
    let mut lists = lists.filter(|key| key.ends_with("ontainers") && !key.contains(' '));
    lists.next().is_some_and(|key| key.starts_with("init"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{text::Text, yaml};

    #[test]
    fn images_are_found_in_lists_and_down_to_a_bound() {
        let found = |values: &str| {
            let stream = yaml::parse(Text::new(values));
            let mut spans = Vec::new();
            images_written(stream.root().unwrap(), Some("a:latest"), 0, &mut spans);
            spans.len()
        };
        assert_eq!(found("x: [{image: a:latest}, {image: b:latest}]\ny: {image: a:latest}\n"), 2);
        let deep = |steps: usize| "x: {".repeat(steps) + "image: 'a:latest'" + &"}".repeat(steps);
        assert_eq!((found(&deep(DEPTH_MAX - 1)), found(&deep(DEPTH_MAX))), (1, 0));
    }
}
