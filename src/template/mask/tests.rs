//! What is left of a template when its actions are blank.

use super::*;
use crate::{
    template::{FunctionSet, parse},
    text::Text,
};

fn masked(text: &str) -> String {
    let template = parse(Text::new(text), FunctionSet::helm());
    let mask = Mask::new(&template);
    let masked = mask.text(false, |_| true);
    assert_eq!(masked.len(), text.len());
    let feeds = |text: &str| text.match_indices('\n').map(|(at, _)| at).collect::<Vec<_>>();
    assert_eq!(feeds(&masked), feeds(text));
    masked.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

#[test]
fn values_that_an_action_writes_are_gone() {
    assert_eq!(masked("name: {{ .x }}"), "name:");
    assert_eq!(masked("name: a-{{ .x }}-b # c"), "name:");
    assert_eq!(masked("- \"a: {{ .x }}\""), "-");
    assert_eq!(masked("- a: {{ .x }}\n  b: 1"), "- a:\n  b: 1");
    assert_eq!(masked("a: [1, {{ .x }}]"), "a:");
    assert_eq!(masked("\"a: b\": {{ .x }}"), "\"a: b\":");
    assert_eq!(masked("url: http://{{ .x }}:80/"), "url:");
}

#[test]
fn keys_that_an_action_has_a_part_in_are_underscores() {
    assert_eq!(masked("  {{ .x }}: {{ .y }}"), "  ________:");
    assert_eq!(masked("a-{{ .x }}: 1\nb: 2"), "__________: 1\nb: 2");
    assert_eq!(masked("- {{ .x }}/a: 1"), "- __________: 1");
}

#[test]
fn lines_of_actions_and_inline_conditions_are_gone() {
    assert_eq!(masked("a:\n  {{- toYaml .x | nindent 2 }}\nb: 1"), "a:\n\nb: 1");
    assert_eq!(masked("{{ if .x }}a: 1{{ end }}\nb: 1"), "\nb: 1");
    assert_eq!(masked("{{/* a: é\n b */}}\na: 1"), "\n\na: 1");
    assert_eq!(masked("a: 1 {{/* why */}}\nb: {{ (dict\n \"x\" 1) }}\nc: 1"), "a: 1\nb:\n\nc: 1");
    assert_eq!(masked("{{ define \"x\" }}\na: 1\n{{ end }}\nb: 1"), "\n\n\nb: 1");
}

#[test]
fn only_first_arms_on_demand() {
    let text = "{{ if .x }}\na: 1\n{{ else if .y }}\na: 2\n{{ else }}\na: 3\n{{ end }}\nb: 1";
    let template = parse(Text::new(text), FunctionSet::helm());
    let first = Mask::new(&template).text(true, |_| true);
    let lines: Vec<_> = first.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(lines, ["a: 1", "b: 1"]);
}

#[test]
fn documents_are_split_and_judged() {
    let text = concat!(
        "{{/* c */}}\n{{- if .x }}\n# note\na: 1\n{{- end }}\n",
        "---\nb: {{ .x }}\n",
        "--- # c\nc: 1\n{{ if .x }}\nd: 1\n{{ end }}\n",
        "---\n{{ include \"x\" . }}\ne: 1\n",
        "---\nf: 1\n",
    );
    let template = parse(Text::new(text), FunctionSet::helm());
    let mask = Mask::new(&template);
    let literal: Vec<_> = mask.documents().iter().map(|document| document.literal).collect();
    assert_eq!(literal, [true, false, false, false, true]);
    assert!(mask.is_conditional(text.find("a: 1").unwrap() as u32));
    assert!(!mask.is_conditional(text.find("f: 1").unwrap() as u32));
    let only = mask.text(false, |document| document.literal);
    assert!(only.contains("a: 1") && only.contains("f: 1") && !only.contains("c: 1"));
    assert_eq!(only.matches("---").count(), 4, "documents keep their number");
    let second = mask.documents()[1].span.start;
    assert_eq!(mask.document_at(second), Some(&mask.documents()[1]));
}

#[test]
fn any_soup_is_masked() {
    for text in [
        "",
        "---",
        "{{",
        "a: {{ if",
        "\u{feff}{{ . }}é: {{ . }}",
        "---{{ . }}\n---\n",
        "{{ end }}---",
    ] {
        masked(text);
    }
}
