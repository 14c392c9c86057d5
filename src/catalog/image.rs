//! The images that a chart's values name.

use super::{Chart, YamlFile};
use crate::{
    text::Span,
    yaml::{Kind, Node},
};

/// An image as values.yaml declares it: repository and tag apart, or in one string.
#[derive(Clone, Debug)]
pub struct Image<'c> {
    /// The values keys that lead to it.
    pub path: Vec<String>,
    /// The name without registry, tag and digest.
    pub repository: String,
    /// The tag; none where values have no key for it.
    pub tag: Option<Tag<'c>>,
    /// Whether it is pinned by a digest as well.
    pub digest: bool,
    /// Where the repository is written.
    pub span: Span,
    /// The file.
    pub file: &'c YamlFile,
}

/// An image's tag as it is written.
#[derive(Clone, Debug)]
pub struct Tag<'c> {
    /// The tag's text; empty for null.
    pub text: String,
    /// How it is typed.
    pub kind: Kind,
    /// As written, before typing.
    pub raw: &'c str,
    /// The last key that leads to it; empty where it stands in one string with the repository.
    pub key: String,
    /// Where it is written.
    pub span: Span,
}

impl Image<'_> {
    /// The last part of the repository.
    pub fn base(&self) -> &str {
        self.repository.rsplit('/').next().unwrap_or(&self.repository)
    }

    /// The values path of the tag, else of the image.
    pub fn tag_path(&self) -> String {
        let tag = self.tag.as_ref().map(|tag| &tag.key).filter(|key| !key.is_empty());
        self.path.iter().chain(tag).map(String::as_str).collect::<Vec<_>>().join(".")
    }
}

/// The images of values.yaml, in the order of the file; lists are not looked into.
pub fn of(chart: &Chart) -> Vec<Image<'_>> {
    let mut images = Vec::new();
    if let Some(file) = chart.values.as_deref() {
        for root in file.stream.documents() {
            collect(root, file, &mut Vec::new(), &mut images);
        }
    }
    images
}

fn collect<'c>(
    node: Node<'c>,
    file: &'c YamlFile,
    path: &mut Vec<String>,
    images: &mut Vec<Image<'c>>,
) {
    if node.is_alias() || path.len() > DEPTH_MAX {
        return;
    }
    images.extend(apart(node, file, path));
    for entry in node.entries().filter(|entry| !entry.merged) {
        path.push(entry.key.to_string());
        match entry.value.kind() {
            Kind::Mapping => collect(entry.value, file, path, images),
            Kind::String if entry.key == "image" => {
                images.extend(written(node, entry.value, file, path));
            }
            _ => {}
        }
        path.pop();
    }
}

/// How deep values are looked at for images.
const DEPTH_MAX: usize = 12;

/// `repository` and `tag` beside each other.
fn apart<'c>(node: Node<'c>, file: &'c YamlFile, path: &[String]) -> Option<Image<'c>> {
    // A `name` with a tag can be anything's but where the key says that it is an image's.
    let of_image = path.last().is_some_and(|key| key.to_lowercase().contains("image"));
    let name = || node.get("name").filter(|_| of_image);
    let repository = node.get("repository").or_else(name)?;
    let tag = node.entry("tag").filter(|entry| !entry.merged)?;
    let name = repository.as_str().filter(|name| is_reference(name))?;
    Some(Image {
        path: path.to_vec(),
        repository: name.to_owned(),
        tag: Some(tag_of(tag.value, "tag")),
        digest: has_digest(node) || name.contains('@'),
        span: repository.span(),
        file,
    })
}

/// `image: name`, `image: name:tag`, or `image: name` with `imageTag` or `tag` beside it.
fn written<'c>(
    holder: Node<'c>,
    image: Node<'c>,
    file: &'c YamlFile,
    path: &[String],
) -> Option<Image<'c>> {
    let text = image.as_str().filter(|text| is_reference(text))?;
    let beside = ["imageTag", "tag"].into_iter().find_map(|key| Some((key, holder.get(key)?)));
    let (name, tag) = split(text);
    let tag = match (tag, beside) {
        (Some(tag), _) => Some(Tag {
            text: tag.to_owned(),
            kind: Kind::String,
            raw: tag,
            key: String::new(),
            span: image.span(),
        }),
        (None, Some((key, tag))) => Some(tag_of(tag, key)),
        (None, None) => None,
    };
    let beside_key = tag.as_ref().is_some_and(|tag| !tag.key.is_empty());
    let keep = path.len() - usize::from(beside_key);
    Some(Image {
        path: path.get(..keep).unwrap_or(path).to_vec(),
        repository: name.to_owned(),
        tag,
        digest: text.contains('@') || has_digest(holder),
        span: image.span(),
        file,
    })
}

fn tag_of<'c>(node: Node<'c>, key: &str) -> Tag<'c> {
    Tag {
        text: node.to_text().unwrap_or_default(),
        kind: node.kind(),
        raw: node.raw(),
        key: key.to_owned(),
        span: node.span(),
    }
}

fn has_digest(node: Node<'_>) -> bool {
    ["digest", "sha", "sha256", "imageDigest"]
        .into_iter()
        .filter_map(|key| node.get(key)?.as_str())
        .any(|digest| !digest.is_empty())
}

/// Name and tag of a reference; a registry's port is no tag.
pub fn split(reference: &str) -> (&str, Option<&str>) {
    let named = reference.split_once('@').map_or(reference, |(named, _)| named);
    match named.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        _ => (named, None),
    }
}

/// Whether a text can be an image's name: no blanks, no template, no address.
pub fn is_reference(text: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"./_-:@+".contains(&byte);
    !text.is_empty() && !text.contains("://") && text.bytes().all(legal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_no_tag_and_a_digest_no_part_of_one() {
        assert_eq!(split("nginx"), ("nginx", None));
        assert_eq!(split("nginx:1.27"), ("nginx", Some("1.27")));
        assert_eq!(split("localhost:5000/nginx"), ("localhost:5000/nginx", None));
        assert_eq!(split("localhost:5000/nginx:1@sha256:ab"), ("localhost:5000/nginx", Some("1")));
    }

    #[test]
    fn references_are_told_from_other_text() {
        assert!(is_reference("ghcr.io/owner/name:v1"));
        assert!(!is_reference("https://example.com/logo.png"));
        assert!(!is_reference("{{ .Values.image }}"));
        assert!(!is_reference(""));
    }
}
