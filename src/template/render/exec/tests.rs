use super::*;
use crate::{
    template::{FunctionSet, SetFile, Template, parse},
    text::Text,
};

/// What a file renders to, with a second one beside it.
fn render(text: &str, beside: &str) -> Result<Output, ExecError> {
    let helm = FunctionSet::helm();
    let parsed: Vec<Template> =
        [text, beside].iter().map(|text| parse(Text::new(*text), &helm)).collect();
    let names = ["web/templates/a.yaml", "web/templates/_b.tpl"];
    let files = names.iter().zip(&parsed);
    let files = files.map(|(name, template)| SetFile { name, template, chart: 0 }).collect();
    let set = TemplateSet::new(files);
    let file = set.files().iter().position(|file| file.name == "web/templates/a.yaml").unwrap();
    let values = Value::map([("a".into(), Value::str("x"))]);
    let dot = Value::map([("Values".into(), values)]);
    Engine::new(&set, 1, 0).execute(file, dot)
}

fn text(text: &str) -> String {
    String::from_utf8(render(text, "").unwrap().text).unwrap()
}

#[test]
fn templates_are_executed() {
    assert_eq!(
        text("{{ .Values.a }}{{ range $i, $x := list 1 2 }}-{{ $i }}{{ $x }}{{ end }}"),
        "x-01-12"
    );
    assert_eq!(text("{{ .b }}<no value>{{ with 1 }}{{ . }}{{ end }}"), "1");
}

#[test]
fn every_stack_is_bounded() {
    for text in [
        r#"{{define "x"}}{{include "x" .}}{{end}}{{include "x" .}}"#,
        r#"{{define "x"}}{{template "x" .}}{{end}}{{include "x" .}}"#,
        r#"{{define "x"}}{{if true}}{{with 1}}{{range 1}}{{(((include "x" (list (list .)))))}}{{end}}{{end}}{{end}}{{end}}{{include "x" .}}"#,
        r#"{{define "x"}}{{tpl "{{include `x` .}}" .}}{{end}}{{include "x" .}}"#,
        r#"{{define "x"}}{{block "y" .}}{{tpl "{{template `y` .}}" .}}{{end}}{{end}}{{include "x" .}}"#,
    ] {
        let error = render(text, "").unwrap_err();
        assert!(error.limit, "{error}");
    }
}
