//! Dependencies whose images were withdrawn, although their repository is still there.

use std::collections::BTreeMap;

use crate::{
    catalog::{
        Chart, Dependency,
        moved::{self, Moved},
    },
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
        .help(help(row, &found, cx.now));
    rest.iter().fold(draft, |draft, (it, ..)| draft.also(place(it), "their images, too"));
}

/// What to use instead, with the last version of each chart that is gone.
fn help(row: &Moved, found: &[(&Dependency, String, &Moved)], now: i64) -> String {
    let rest = row.replacement.strip_prefix(LATER);
    let after = found.iter().filter_map(|(it, _, row)| {
        let name = it.name.value.as_str();
        Some((name, moved::last_withdrawn(row.address, name, now)?))
    });
    let after: BTreeMap<_, _> = after.collect();
    let after: Vec<_> =
        after.iter().map(|(name, last)| format!("`{name}` after `{last}`")).collect();
    match rest.filter(|_| !after.is_empty()) {
        Some(rest) => format!("use {LATER} ({}){rest}", after.join(", ")),
        None => format!("use {}", row.replacement),
    }
}

/// How a replacement begins that is the same chart.
const LATER: &str = "a later version";

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
