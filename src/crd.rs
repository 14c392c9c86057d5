//! Custom resource definitions: how much of one is known without rendering, and what it comes down to.

pub mod brought;
pub mod hook;
pub mod keep;
pub mod structural;
pub mod switch;
pub mod upgrade;

use sha2::{Digest, Sha256};

use crate::{
    catalog::{Chart, Crd, Origin, TemplateFile, digest::hex},
    template::{Element, Node as Piece, Template},
    yaml::{Entry, Kind, Node, Value},
};

/// How deep a definition is hashed; deeper parts make no difference to the digest.
pub const DIGEST_DEPTH_MAX: usize = 200;

/// What a message calls a definition: its name, else its kind, else its file.
pub fn label(crd: &Crd) -> String {
    let name = crd.name();
    match (name.is_empty(), crd.kind()) {
        (false, _) => name,
        (true, "") => crd.object.file.local.clone(),
        (true, kind) => kind.to_owned(),
    }
}

/// The template that a definition stands in; none under crds/.
pub fn template<'c>(crd: &Crd, chart: &'c Chart) -> Option<&'c TemplateFile> {
    let path = &crd.object.file.path;
    chart.templates.iter().find(|template| template.file.path == *path)
}

/// Whether the whole `spec` is known: no action writes into it, descriptions aside.
///
/// Of a template with actions elsewhere (labels, annotations, a guard around the whole) the `spec` is still
/// what it says.
pub fn is_spec_known(crd: &Crd, chart: &Chart) -> bool {
    if crd.object.origin != Origin::Masked {
        return true;
    }
    let (Some(file), Some(root)) = (template(crd, chart), crd.object.node()) else { return false };
    let Some(spec) = root.entry("spec") else { return false };
    let start = spec.key_span.start;
    let text = file.template.text.as_str();
    let rest = text.get(start as usize..).unwrap_or_default();
    let end = rest.find("\n---").map_or(text.len(), |at| start as usize + at);
    actions(&file.template, start as usize, end)
        .into_iter()
        .all(|at| is_in_description(text.get(..at).unwrap_or_default()))
}

/// Where actions between two bytes begin that write something or decide what is written.
fn actions(template: &Template, start: usize, end: usize) -> Vec<usize> {
    let mut found = Vec::new();
    template.walk(|element| {
        let Element::Node(node) = element else { return };
        let tags: Vec<_> = match node {
            Piece::Text(_) | Piece::Comment(_) | Piece::Define(_) => return,
            Piece::Action(it) => vec![it.tag],
            Piece::Template(it) => vec![it.tag],
            Piece::Block(it) => vec![it.tag],
            Piece::If(it) | Piece::With(it) | Piece::Range(it) => {
                let arms = it.arms.iter().map(|arm| arm.tag);
                arms.chain(it.otherwise.as_ref().map(|otherwise| otherwise.tag)).collect()
            }
            Piece::Break(tag) | Piece::Continue(tag) | Piece::Invalid(tag) => vec![*tag],
        };
        let starts = tags.iter().map(|tag| tag.span.start as usize);
        found.extend(starts.filter(|at| (start..end).contains(at)));
    });
    found
}

/// Whether what follows a text is part of a description: the nearest line above with a key, and with no
/// more indentation than any line between, is `description:`.
fn is_in_description(before: &str) -> bool {
    let mut lines = before.rsplit('\n');
    let own = lines.next().unwrap_or_default();
    if is_description(own.trim_start()) {
        return true;
    }
    let mut indentation = own.len() - own.trim_start().len();
    for line in lines {
        let content = line.trim_start();
        let indent = line.len() - content.len();
        if content.is_empty() || indent >= indentation {
            continue;
        }
        // A line of a block scalar can look like a key; one that is less indented decides.
        if is_description(content) || is_key(content) {
            return is_description(content);
        }
        indentation = indent;
    }
    false
}

fn is_description(content: &str) -> bool {
    content.trim_start_matches("- ").starts_with("description:")
}

fn is_key(content: &str) -> bool {
    let content = content.trim_start_matches("- ");
    let key = content.split(':').next().unwrap_or_default();
    key.len() < content.len() && !key.contains(' ')
}

/// Whether the definition is only rendered where a template's condition asks for the cluster's
/// capabilities, or for something that this does not look into.
pub fn is_gated(crd: &Crd, chart: &Chart) -> bool {
    let Some(file) = template(crd, chart).filter(|_| crd.object.conditional) else { return false };
    let Some(at) = crd.object.node().map(|node| node.span().start) else { return true };
    let mut gated = false;
    file.template.walk(|element| {
        let Element::Node(Piece::If(branch) | Piece::With(branch)) = element else { return };
        let around = branch.span.start <= at && at < branch.span.end;
        gated |= around
            && branch.arms.iter().any(|arm| {
                let condition = file.template.slice(arm.pipe.span);
                let asks = ["Capabilities", "semverCompare", "include", "$", "lookup", "tpl"];
                asks.iter().any(|word| condition.contains(word))
            });
    });
    gated
}

/// SHA-256 over group, names, scope and versions, descriptions left out, so that two charts' copies of one
/// definition can be compared; empty where a template's actions write into them.
pub fn digest(crd: &Crd, chart: &Chart) -> String {
    let Some(spec) = crd.object.at(&["spec"]).filter(|_| is_spec_known(crd, chart)) else {
        return String::new();
    };
    let mut feed = Feed { hash: Sha256::new(), buffer: Vec::with_capacity(2 * FEED_BYTES) };
    for key in ["group", "names", "scope", "versions", "version", "validation"] {
        let Some(node) = spec.get(key) else { continue };
        feed.write(key.as_bytes());
        feed.node(node, DIGEST_DEPTH_MAX);
    }
    feed.hash.update(&feed.buffer);
    hex(&feed.hash.finalize())
}

/// How many bytes are hashed at once: a digest is many short pieces.
const FEED_BYTES: usize = 8192;

/// Writes nodes into a hash.
struct Feed {
    hash: Sha256,
    buffer: Vec<u8>,
}

impl Feed {
    fn write(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= FEED_BYTES {
            self.hash.update(&self.buffer);
            self.buffer.clear();
        }
    }

    fn node(&mut self, node: Node<'_>, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return };
        match node.value() {
            Value::Mapping => {
                self.write(b"{");
                let mut entries: Vec<_> = node.entries().filter(|it| !is_prose(it)).collect();
                entries.sort_by(|a, b| a.key.cmp(&b.key));
                for entry in entries {
                    self.write(entry.key.as_bytes());
                    self.write(b":");
                    self.node(entry.value, depth);
                }
                self.write(b"}");
            }
            Value::Sequence => {
                self.write(b"[");
                node.items().for_each(|item| self.node(item, depth));
                self.write(b"]");
            }
            Value::String(text) => {
                self.write(b"\"");
                self.write(text.as_bytes());
                self.write(b"\0");
            }
            _ => {
                self.write(node.kind().noun().as_bytes());
                self.write(node.to_text().unwrap_or_default().as_bytes());
                self.write(b"\0");
            }
        }
    }
}

/// A property may be called `description` too: only a text is one. A masked one is null.
fn is_prose(entry: &Entry<'_>) -> bool {
    entry.key == "description" && matches!(entry.value.kind(), Kind::String | Kind::Null)
}

#[cfg(test)]
mod tests {
    use super::is_in_description;

    #[test]
    fn actions_of_descriptions_are_told_from_others() {
        for text in [
            "properties:\n  a:\n    description: see ",
            "    description: |\n      first line\n      note: second ",
            "    description: >-\n      first\n\n      second ",
            "  - description: ",
        ] {
            assert!(is_in_description(text), "{text}");
        }
        for text in [
            "properties:\n  a:\n    description: see\n    type: ",
            "properties:\n  a:\n    description: |\n      see\n  ",
            "    default: ",
            "versions:\n",
        ] {
            assert!(!is_in_description(text), "{text}");
        }
    }
}
