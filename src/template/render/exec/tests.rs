use super::*;
use crate::{
    template::{FunctionSet, SetFile, Template, parse},
    text::Text,
};

const NAMES: [&str; 2] = ["web/templates/a.yaml", "web/templates/_b.tpl"];

/// What the first text renders to, with the second one beside it, in an engine of which some is used
/// up. Files stand in the set in the order of [`NAMES`].
fn execute(
    text: &str,
    beside: &str,
    spend: impl FnOnce(&mut Engine<'_, '_>),
) -> Result<Output, ExecError> {
    let helm = FunctionSet::helm();
    let parsed: Vec<Template> =
        [text, beside].iter().map(|text| parse(Text::new(*text), helm)).collect();
    let files = NAMES.iter().zip(&parsed);
    let files = files.map(|(name, template)| SetFile { name, template, chart: 0 }).collect();
    let set = TemplateSet::new(files);
    let values = Value::map([("a".into(), Value::str("x"))]);
    let mut engine = Engine::new(&set, 1, 0);
    spend(&mut engine);
    engine.execute(0, Value::map([("Values".into(), values)]))
}

fn render(text: &str, beside: &str) -> Output {
    execute(text, beside, |_| {}).unwrap()
}

#[test]
fn templates_are_executed() {
    let output =
        render("{{ .Values.a }}{{ range $i, $x := list 1 2 }}-{{ $i }}{{ $x }}{{ end }}", "");
    assert_eq!(output.text, b"x-01-12");
}

#[test]
fn a_file_that_is_none_renders_to_nothing() {
    let set = TemplateSet::default();
    assert_eq!(Engine::new(&set, 1, 0).execute(7, Value::Nil), Ok(Output::default()));
}

/// What nests as deep as it may.
const NESTED: [&str; 7] = [
    r#"{{define "x"}}{{include "x" .}}{{end}}{{include "x" .}}"#,
    r#"{{define "x"}}{{template "x" .}}{{end}}{{include "x" .}}"#,
    r#"{{define "x"}}{{if 1}}{{with 1}}{{range 1}}{{((include "x" (list .)))}}{{end}}{{end}}{{end}}{{end}}{{include "x" .}}"#,
    r#"{{define "x"}}{{tpl "{{include `x` .}}" .}}{{end}}{{include "x" .}}"#,
    r#"{{define "x"}}{{block "y" .}}{{tpl "{{template `y` .}}" .}}{{end}}{{end}}{{include "x" .}}"#,
    r#"{{define "x"}}{{print (print (print (include "x" .)))}}{{end}}{{include "x" .}}"#,
    r#"{{define "x"}}{{if and (print (include "x" .).y.z).y 1}}{{end}}{{end}}{{include "x" .}}"#,
];

#[test]
fn execution_nests_so_deep() {
    for text in NESTED {
        let error = execute(text, "", |_| {}).unwrap_err();
        assert!(error.limit && error.too_deep, "{error}");
        assert!(error.message.contains(&format!("nests deeper than {MAX_DEPTH}")), "{error}");
    }
    let parens = format!("{{{{ {}1{} }}}}", "(".repeat(240), ")".repeat(240));
    assert_eq!(render(&parens, "").text, b"1");
}

/// The same on a large stack.
fn deep(text: String) -> Result<Vec<u8>, ExecError> {
    let run = move || {
        let nesting =
            |engine: &mut Engine<'_, '_>| engine.core.max_depth = MAX_DEPTH_ON_LARGE_STACK;
        execute(&text, "", nesting).map(|output| output.text)
    };
    let thread = std::thread::Builder::new().stack_size(LARGE_STACK).spawn(run);
    thread.unwrap().join().unwrap()
}

#[test]
fn execution_nests_deeper_on_a_large_stack() {
    for text in NESTED {
        // Each name is included so often and no more: the limits meet where they come first.
        let error = deep(text.to_owned()).unwrap_err();
        let recursion = "rendering template has a nested reference name: x: unable to execute";
        assert!(error.too_deep || error.message.contains(recursion), "{error}");
        assert!(error.message.len() < 200_000, "{}", error.message.len());
    }
    let plain = r#"{{define "x"}}{{if 1}}{{template "x" .}}{{end}}{{end}}{{template "x" .}}"#;
    let error = deep(plain.to_owned()).unwrap_err();
    assert!(error.limit && error.too_deep, "{error}");
}

/// Includes itself so many times. What is expected was written by Helm 4.3.1.
fn recursive(times: usize) -> String {
    let next = r#"{{if gt (int .) 1}}{{include "x" (sub (int .) 1)}}{{end}}"#;
    format!(r#"{{{{define "x"}}}}a{next}{{{{end}}}}{{{{include "x" {times}}}}}"#)
}

#[test]
fn a_name_is_included_so_often_at_once() {
    assert_eq!(deep(recursive(500)).unwrap().len(), 500);
    assert_eq!(deep(recursive(MAX_INCLUDES + 1)).unwrap().len(), MAX_INCLUDES + 1);
    let error = deep(recursive(MAX_INCLUDES + 2)).unwrap_err();
    let end = "error calling include: rendering template has a nested reference name: x: unable to \
        execute template";
    assert!(!error.limit && error.message.ends_with(end), "{error}");
    // Another call begins to count anew.
    let twice = recursive(700) + r#"{{include "x" 700}}"#;
    assert_eq!(deep(twice).unwrap().len(), 1_400);
}

/// The message of a limit that this text crosses.
fn limit(text: &str, spend: impl FnOnce(&mut Engine<'_, '_>)) -> String {
    let error = execute(text, "", spend).unwrap_err();
    assert!(error.limit, "{error}");
    error.message
}

#[test]
fn only_so_much_is_executed_and_made() {
    let text = r"{{ range 20 }}{{ . }}{{ end }}";
    assert_eq!(render(text, "").text.len(), 30);
    let message = limit(text, |engine| engine.core.steps = MAX_STEPS - 10);
    assert!(message.contains("nodes are executed"), "{message}");
    let message = limit(text, |engine| engine.core.rounds = MAX_ROUNDS - 10);
    assert!(message.contains("rounds of `range`"), "{message}");
    let message = limit(text, |engine| engine.core.written = MAX_OUTPUT - 10);
    assert!(message.contains("bytes are rendered"), "{message}");
    let message = limit(r#"{{ print "0123456789" 1 }}"#, |engine| engine.core.budget = 10);
    assert!(message.contains("more text than is read"), "{message}");
    // What doubles, and what it would take minutes to go through.
    limit(r#"{{ $x := "x" }}{{ range 64 }}{{ $x = print $x $x }}{{ end }}"#, |_| {});
    limit(r"{{ range 9223372036854775807 }}{{ end }}", |engine| {
        engine.core.rounds = MAX_ROUNDS / 2;
    });
}

#[test]
fn texts_beyond_those_that_are_kept_parsed_are_parsed_again() {
    let many = core::MAX_PARSED + 10;
    let text = format!(
        "{{{{ range $round := until 2 }}}}{{{{ range $i := until {many} }}}}\
         {{{{ tpl (printf \"{{{{ %d }}}},\" $i) $ }}}}{{{{ end }}}}{{{{ end }}}}"
    );
    let once = (0..many).map(|at| format!("{at},")).collect::<Vec<_>>().concat();
    assert_eq!(String::from_utf8(render(&text, "").text).unwrap(), once.repeat(2));
    let long = core::MAX_PARSED_BYTES + 1;
    let text = format!("{{{{ tpl (print (repeat {long} \"x\") \"{{{{ 1 }}}}\") $ }}}}");
    assert_eq!(render(&text, "").text.len(), long + 1);
}

/// The text of the file that wrote the place of the output where `found` begins.
fn origin(output: &Output, texts: [&str; 2], found: &str) -> (usize, String) {
    let text = String::from_utf8(output.text.clone()).unwrap();
    let (file, span) = Part::origin(&output.parts, text.find(found).unwrap()).unwrap();
    (file, texts[file][span.range()].to_owned())
}

#[test]
fn every_byte_knows_who_wrote_it() {
    let main = "a: {{ .Values.a }}\nb: {{ .none }}c\n{{- include \"d\" . | nindent 2 }}\n\
        {{ include \"d\" . | trim | indent 4 | print }}!";
    let beside = "{{ define \"d\" }}\nd: {{ .Values.a }}\ne:\n  - f{{ end }}";
    let texts = [main, beside];
    let output = render(main, beside);
    let text = String::from_utf8(output.text.clone()).unwrap();
    assert_eq!(text, "a: x\nb: c\n  \n  d: x\n  e:\n    - f\n    d: x\n    e:\n      - f!");
    assert_eq!(origin(&output, texts, "a: "), (0, "a: ".into()));
    assert_eq!(origin(&output, texts, "x\nb"), (0, "{{ .Values.a }}".into()));
    assert_eq!(origin(&output, texts, "c\n"), (0, "c".into()));
    assert_eq!(origin(&output, texts, "d: x"), (1, "d: ".into()));
    assert_eq!(origin(&output, texts, "x\n  e"), (1, "{{ .Values.a }}".into()));
    assert_eq!(origin(&output, texts, "e:\n    -"), (1, "e:\n".into()));
    assert_eq!(origin(&output, texts, "- f\n"), (1, "- f".into()));
    assert_eq!(origin(&output, texts, "!"), (0, "!".into()));
    // All that is rendered has an origin, in order.
    let mut end = 0;
    for part in &output.parts {
        assert_eq!(part.start, end);
        assert!(part.start < part.end);
        end = part.end;
    }
    assert_eq!(end as usize, output.text.len());
}

#[test]
fn text_that_was_taken_out_takes_its_place_with_it() {
    let main =
        "<no value>a<no {{ \"value\" }}>b{{ .none }}{{ tpl \"{{ .none }}c<no value>{{ 1 }}\" . }}d";
    let output = render(main, "");
    assert_eq!(output.text, b"abc1d");
    for (found, written) in [("a", "a"), ("b", "b"), ("d", "d")] {
        assert_eq!(origin(&output, [main, ""], found), (0, written.into()));
    }
    assert!(origin(&output, [main, ""], "1").1.starts_with("{{ tpl"));
}

#[test]
fn errors_know_the_way() {
    let main = "\n{{ include \"d\" . }}";
    let beside = "{{ define \"d\" }}{{ template \"e\" . }}{{ end }}{{ define \"e\" }}{{ tpl \"{{ .Values.a.b }}\" . }}{{ end }}";
    let texts = [main, beside];
    let error = execute(main, beside, |_| {}).unwrap_err();
    let trail: Vec<_> =
        error.trail.iter().map(|(file, span)| (*file, &texts[*file][span.range()])).collect();
    let called = r#"tpl "{{ .Values.a.b }}" ."#;
    let expected = [(0, "include \"d\" ."), (1, "{{ template \"e\" . }}"), (1, called)];
    assert_eq!(trail, expected);
    assert_eq!((error.file, &texts[1][error.span.range()]), (1, called));
    assert!(!error.limit);
    assert!(error.message.starts_with(
        "template: web/templates/a.yaml:2:3: executing \"web/templates/a.yaml\" at <include \"d\" .>: "
    ));
    assert_eq!(error.helm_text(), error.message);
}
