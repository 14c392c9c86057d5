//! Hooks that Helm does not know, on objects that actions have a part in: as written, on any branch.

use crate::{catalog::TemplateFile, catalog::load::HOOKS, text::Span};

/// A hook's name that Helm does not know.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unknown<'t> {
    pub(super) name: &'t str,
    pub(super) kind: &'t str,
    pub(super) span: Span,
}

/// The unknown hooks of a file that Helm renders. Definitions have a rule of their own.
pub(super) fn unknown(file: &TemplateFile) -> Vec<Unknown<'_>> {
    let name = file.file.local.rsplit('/').next().unwrap_or_default();
    if name.starts_with('_') || name == "NOTES.txt" {
        return Vec::new();
    }
    let in_comment =
        |span: Span| file.template.comments.iter().any(|comment| comment.tag.span.contains(span));
    let mut found = of_text(file.file.text.as_str());
    found.retain(|it| it.kind != "CustomResourceDefinition" && !in_comment(it.span));
    found
}

fn of_text(text: &str) -> Vec<Unknown<'_>> {
    let lines: Vec<&str> = text.split('\n').collect();
    let mut start = 0;
    let mut found = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        if let Some((at, name)) = unknown_name(line)
            && let Some(metadata) = metadata_of(&lines, number)
            && let Some(kind) = kind_of(&lines, metadata)
        {
            let span = Span::new(start + at, start + at + name.len());
            found.push(Unknown { name, kind, span });
        }
        start += line.len() + 1;
    }
    found
}

/// The first unknown name in an annotation's line, and its first byte in the line.
fn unknown_name(line: &str) -> Option<(usize, &str)> {
    let content = line.trim_start();
    let keys = ["helm.sh/hook:", "\"helm.sh/hook\":", "'helm.sh/hook':"];
    let value = keys.iter().find_map(|key| content.strip_prefix(key))?;
    let value = value.split(" #").next().unwrap_or(value).trim().trim_matches(['"', '\'']);
    if value.contains("{{") || value.contains(['|', '>', '&', '*']) {
        return None;
    }
    let known = |name: &&str| HOOKS.iter().any(|hook| hook.eq_ignore_ascii_case(name));
    let mut names = value.split(',').map(str::trim).filter(|name| !name.is_empty());
    let name = names.find(|name| !known(name))?;
    Some((line.find(value)? + value.find(name)?, name))
}

/// The line with the `metadata:` in whose annotations a line stands.
fn metadata_of(lines: &[&str], number: usize) -> Option<usize> {
    let annotations = above(lines, number, "annotations:")?;
    above(lines, annotations, "metadata:").filter(|it| indentation(lines, *it) == 0)
}

/// The line that holds another one, if it is this one.
fn above(lines: &[&str], number: usize, wanted: &str) -> Option<usize> {
    let depth = indentation(lines, number);
    let holder = (0..number).rev().find(|it| {
        let line = lines.get(*it).copied().unwrap_or_default().trim();
        let empty = line.is_empty() || line.starts_with('#') || line.starts_with("{{");
        !empty && indentation(lines, *it) < depth
    })?;
    let line = lines.get(holder)?.trim();
    (line == wanted).then_some(holder)
}

fn indentation(lines: &[&str], number: usize) -> usize {
    let line = lines.get(number).copied().unwrap_or_default();
    line.len() - line.trim_start().len()
}

/// The kind of the document in which a line stands.
fn kind_of<'t>(lines: &[&'t str], number: usize) -> Option<&'t str> {
    let ends = |line: &&&str| !line.starts_with("---");
    let before = lines.get(..number)?.iter().rev().take_while(ends);
    let after = lines.get(number..)?.iter().take_while(ends);
    let kind = |line: &&'t str| line.strip_prefix("kind:").map(str::trim);
    let kind = before.chain(after).find_map(kind)?.trim_matches(['"', '\'']);
    (!kind.contains("{{")).then_some(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_hooks_are_found_among_actions() {
        let text = "kind: Job\nmetadata:\n  name: {{ .Release.Name }}\n  annotations:\n    {{- with .x }}\n    \"helm.sh/hook\": post-install,crd-install # no\n";
        let found = of_text(text);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].name, found[0].kind), ("crd-install", "Job"));
        assert_eq!(text.get(found[0].span.range()), Some("crd-install"));
    }

    #[test]
    fn what_is_known_or_elsewhere_is_none() {
        for text in [
            "kind: Job\nmetadata:\n  annotations:\n    helm.sh/hook: Pre-Install, test-success\n",
            "kind: Job\nmetadata:\n  annotations:\n    helm.sh/hook: {{ .Values.hook }}\n",
            "kind: Job\nmetadata:\n  labels:\n    helm.sh/hook: nothing\n",
            "kind: ConfigMap\ndata:\n  a: |\n    metadata:\n      annotations:\n        helm.sh/hook: x\n",
            "metadata:\n  annotations:\n    helm.sh/hook: x\n",
        ] {
            assert_eq!(of_text(text), [], "{text}");
        }
    }
}
