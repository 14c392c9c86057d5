//! Dependencies whose images were withdrawn, although their repository is still there.

use crate::{
    catalog::{Chart, Dependency, moved},
    finding::Level,
    rule::{ChartContext, Sink},
    yaml::{Kind, Node},
};

/// How deep a dependency's values are searched for images.
const DEPTH_MAX: usize = 20;

/// One finding on those of a repository's dependencies that can't be pulled any more.
pub(super) fn tell(
    url: &str,
    uses: &[&Dependency],
    chart: &Chart,
    cx: &ChartContext<'_>,
    out: &mut Sink,
) {
    let found: Vec<_> = uses
        .iter()
        .filter(|it| !has_other_images(chart, it))
        .filter_map(|it| {
            let version = chart.resolved(it)?;
            let row = moved::withdrawn(url, &it.name.value, &version, cx.now)?;
            Some((*it, version, row))
        })
        .collect();
    let Some(((first, _, row), rest)) = found.split_first() else { return };
    let mut names: Vec<_> =
        found.iter().map(|(it, version, _)| format!("`{} {version}`", it.name.value)).collect();
    names.dedup();
    let verb = if rest.is_empty() { "names" } else { "name" };
    let state = match row.gone {
        Some(day) if row.is_gone(cx.now) => format!("are gone since {day}"),
        Some(day) => format!("go on {day}"),
        None => "go".to_owned(),
    };
    let message = format!("{} {verb} images that {state} ({})", names.join(", "), row.source);
    let place = |it: &Dependency| {
        it.place(it.version.as_ref().map_or(it.name.span, |version| version.span))
    };
    let draft = out
        .at(place(first), message)
        .level(Level::Warning)
        .subject(url)
        .help(format!("use {}", row.replacement));
    rest.iter().fold(draft, |draft, (it, ..)| draft.also(place(it), "their images, too"));
}

/// Whether values.yaml gives a dependency images of its own, or a registry for all.
fn has_other_images(chart: &Chart, it: &Dependency) -> bool {
    let roots = || chart.values.iter().flat_map(|file| file.stream.documents());
    let global = |root: Node<'_>| {
        let registry = root.at(&["global", "imageRegistry"]);
        registry.and_then(Node::as_str).is_some_and(|it| !it.is_empty())
    };
    let own = |root: Node<'_>| root.get(it.effective_name()).is_some_and(|it| sets(it, DEPTH_MAX));
    roots().any(|root| global(root) || own(root))
}

/// Whether values set the repository or the registry of an image.
fn sets(node: Node<'_>, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    node.entries().any(|entry| {
        let image = entry.key.to_lowercase().ends_with("image");
        let key = |key: &str| entry.value.get(key).is_some_and(|it| !it.is_null());
        match entry.value.kind() {
            Kind::Mapping => {
                image && (key("repository") || key("registry")) || sets(entry.value, depth)
            }
            Kind::String => entry.key == "imageRegistry",
            _ => false,
        }
    })
}
