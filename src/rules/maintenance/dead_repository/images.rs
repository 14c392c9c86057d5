//! Images of registries that moved, in values and in templates.

use std::collections::BTreeMap;

use memchr::memmem;

use crate::{
    catalog::{
        Chart, TemplateFile, YamlFile,
        moved::{self, Moved},
    },
    finding::Place,
    text::Span,
    yaml::{Entry, Kind, Node},
};

/// A use of an image.
pub(super) struct Use {
    pub(super) row: &'static Moved,
    pub(super) image: String,
    pub(super) place: Place,
}

/// How deep values are searched for images.
pub(crate) const IMAGE_DEPTH_MAX: usize = 50;

/// The images of a chart that moved, by the table's address.
pub(super) fn moved(chart: &Chart, now: i64) -> BTreeMap<&'static str, Vec<Use>> {
    let mut uses = Vec::new();
    if let Some(values) = &chart.values {
        for document in values.stream.documents() {
            search(document, values, now, IMAGE_DEPTH_MAX, &mut uses);
        }
    }
    uses.extend(chart.templates.iter().flat_map(|template| literal(template, now)));
    let mut by_address = BTreeMap::<_, Vec<Use>>::new();
    for used in uses {
        by_address.entry(used.row.address).or_default().push(used);
    }
    by_address
}

fn search(node: Node<'_>, file: &YamlFile, now: i64, depth: usize, uses: &mut Vec<Use>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match node.kind() {
        Kind::Mapping => {
            for entry in node.entries().filter(|entry| !entry.merged) {
                uses.extend(image(node, &entry, file, now));
                search(entry.value, file, now, depth, uses);
            }
        }
        Kind::Sequence => node.items().for_each(|item| search(item, file, now, depth, uses)),
        _ => {}
    }
}

/// An image in values: `image: host/name:tag`, or `repository: name` beside `registry: host`.
fn image(holder: Node<'_>, entry: &Entry<'_>, file: &YamlFile, now: i64) -> Option<Use> {
    let text = entry.value.as_str()?.trim();
    let key = entry.key.to_lowercase();
    let whole = key == "image" || key.ends_with("image");
    let part = key == "repository" || key == "name" && holder.get("tag").is_some();
    let name = match holder.get("registry").and_then(Node::as_str) {
        Some(registry) if part && !registry.is_empty() => format!("{registry}/{text}"),
        _ => text.to_owned(),
    };
    let looks_like_one =
        name.contains('/') && !name.contains("://") && !name.contains(char::is_whitespace);
    if !(whole || part) || !looks_like_one || is_open(holder, &name) {
        return None;
    }
    let row = moved::image(without_tag(&name), now)?;
    Some(Use { row, image: name, place: file.place(entry.value.span()) })
}

/// The publisher goes on with `latest` only: such a use is no dead one.
fn is_open(holder: Node<'_>, name: &str) -> bool {
    let tag = holder.get("tag").and_then(Node::as_str);
    tag == Some("latest") || name.ends_with(":latest")
}

const KEY: &[u8] = b"image:";

/// Images that a template names itself: `image: k8s.gcr.io/pause:3.2`.
fn literal(template: &TemplateFile, now: i64) -> Vec<Use> {
    let text = &template.file.text;
    let lines = memmem::find_iter(text.as_str().as_bytes(), KEY).map(|at| at + KEY.len());
    lines
        .filter_map(|start| {
            let rest = text.as_str().get(start..)?.lines().next()?;
            let value = rest.trim().trim_matches(['"', '\'']);
            let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@".contains(c);
            let name =
                value.contains('/') && value.chars().all(plain) && !value.ends_with(":latest");
            let row = moved::image(without_tag(value), now).filter(|_| name)?;
            let at = start + rest.find(value)?;
            let place = template.file.place(Span::new(at, at + value.len()));
            Some(Use { row, image: value.to_owned(), place })
        })
        .collect()
}

fn without_tag(name: &str) -> &str {
    let name = name.split('@').next().unwrap_or(name);
    match name.rsplit_once(':') {
        Some((head, tag)) if !tag.contains('/') => head,
        _ => name,
    }
}
