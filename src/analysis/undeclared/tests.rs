//! Which values count as undeclared, and how their places read them.

use crate::analysis::rendering::tests::analysed;

/// The paths that nothing declares, an exclamation mark after those that a place needs.
fn undeclared(values: &str, template: &str) -> Vec<String> {
    let files = [("values.yaml", values), ("templates/a.yaml", template)];
    analysed(&files, |analysis| {
        let chart = analysis.closure.root().unwrap().chart;
        let found = analysis.undeclared(chart).iter();
        let told = found.map(|it| {
            let needs = it.reads.iter().any(super::OwnRead::needs) && !it.optional;
            format!("{}{}", it.path, if needs { "!" } else { "" })
        });
        told.collect()
    })
}

#[test]
fn a_number_that_is_compared_copes_with_absence() {
    assert_eq!(undeclared("a: 1\n", "{{ if eq (int .Values.b) 0 }}x: 1{{ end }}"), ["b"]);
    assert_eq!(undeclared("a: 1\n", "x: {{ eq (printf \"%v\" .Values.b) \"0\" }}"), ["b!"]);
}

#[test]
fn what_one_of_two_merged_mappings_has_is_there() {
    let merged = "{{ $m := merge (deepCopy .Values.a) .Values.b }}x: {{ $m.c }}\ny: {{ $m.d }}\n";
    assert_eq!(undeclared("a: {c: 1}\nb: {e: 1}\n", merged), ["a.d", "b.d"]);
    let made = "{{ $m := merge (dict \"c\" 1) .Values.b }}x: {{ $m.c }}\n";
    assert!(undeclared("b: {e: 1}\n", made).is_empty());
}

#[test]
fn old_names_are_known() {
    let none = |text: &str| assert!(undeclared("new: 1\n", text).is_empty(), "{text}");
    none("{{ if .Values.gone }}{{ fail \"x\" }}{{ end }}{{ if eq .Values.gone 1 }}x: 1{{ end }}");
    none("{{ if .Values.old }}{{ $_ := set .Values \"new\" .Values.old }}{{ end }}");
    none("# deprecated\nx: {{ .Values.old }}\n");
    let told = |text: &str| assert_eq!(undeclared("new: 1\n", text).len(), 1, "{text}");
    told("{{ if and .Values.other .Values.new }}{{ fail \"x\" }}{{ end }}");
    told("{{ if .Values.old }}{{ $_ := set .Values \"new\" (default 1 .Values.old) }}{{ end }}");
    told("# deprecated\nx: 1\n\ny: {{ .Values.other }}\n");
}

#[test]
fn a_value_stands_in_for_one_that_is_declared() {
    let falls = |text: &str| {
        let files = [("values.yaml", "web: {scheme: a}\n"), ("templates/a.yaml", text)];
        analysed(&files, |analysis| {
            let chart = analysis.closure.root().unwrap().chart;
            let value = &analysis.undeclared(chart)[0];
            value.reads.iter().all(|read| read.manner == super::Manner::Falls)
        })
    };
    assert!(falls("x: {{ coalesce .Values.web.scheme .Values.web.mode | quote }}"));
    assert!(falls("x: {{ .Values.web.schema | default .Values.web.scheme }}"));
    assert!(!falls("x: {{ .Values.web.mode | default .Values.web.scheme }}"));
    assert!(!falls("x: {{ .Values.web.scheme }}{{ coalesce .Values.web.mode 1 }}"));
}

#[test]
fn a_branch_may_go_where_values_do_not_have_its_text_and_it_is_not_all() {
    let branch = |text: &str| {
        let files = [("values.yaml", "cloud: gcp # or azure\n"), ("templates/a.yaml", text)];
        analysed(&files, |analysis| {
            let chart = analysis.closure.root().unwrap().chart;
            analysis.undeclared(chart).first().and_then(|it| it.branch_for.clone())
        })
    };
    let read = "x: {{ .Values.bucket }}{{ end }}\n";
    let aws = format!("{{{{ if eq .Values.cloud \"aws\" }}}}{read}");
    assert_eq!(branch(&format!("a: 1\n{aws}")).as_deref(), Some("aws"));
    assert_eq!(branch(&format!("\n{aws}")), None, "it is all that the file has");
    let both =
        format!("{{{{ if or (eq .Values.cloud \"aws\") (eq .Values.cloud \"azure\") }}}}{read}");
    assert_eq!(branch(&format!("a: 1\n{both}")), None);
}

#[test]
fn a_list_of_keys_on_what_holds_them_documents() {
    let values = "# web is a mapping. The expected keys are:\n#   - tags   (map)  : Tags.\n#   - names: no type\nweb:\n  a: 1\n";
    let read = "a: {{ .Values.web.a }}{{ with .Values.web.tags }}b{{ end }}{{ with .Values.web.names }}b{{ end }}\n";
    assert_eq!(undeclared(values, read), ["web.names"]);
}

#[test]
fn an_example_in_a_comment_documents_what_it_shows() {
    let values = "# Example:\n# ```yaml\n# web:\n#   # more\n#   one:\n#     two: 1\n#   three: 1\n# four: 1\n# ```\nweb:\n  a: 1\n";
    let read = |name: &str| format!("{{{{ with .Values.web.{name} }}}}b{{{{ end }}}}");
    let template = ["one.two", "three", "four"].map(read).concat();
    assert_eq!(undeclared(values, &template), ["web.four"]);
}

#[test]
fn what_is_taken_with_a_declared_value_first_means_that_one_where_it_is_written() {
    let newer = |text: &str| {
        let files = [("values.yaml", "web: {ports: {http: 80}}\n"), ("templates/a.yaml", text)];
        analysed(&files, |analysis| {
            let chart = analysis.closure.root().unwrap().chart;
            let slip = analysis.undeclared(chart).first()?.slip.as_ref()?;
            Some(slip.declared.to_string())
        })
    };
    let first = "a: {{ coalesce .Values.web.ports.http .Values.web.old }}\n";
    let meant = |rest: &str| newer(&format!("{first}{rest}"));
    assert_eq!(meant("b: {{ .Values.web.old }}\n").as_deref(), Some("web.ports.http"));
    let kept = "{{- $port := .Values.web.old -}}\nb: {{ $port }}\n";
    assert_eq!(meant(kept).as_deref(), Some("web.ports.http"));
    for rest in [
        "",
        "{{ if .Values.web.old }}b: {{ .Values.web.old }}{{ end }}\n",
        "{{- $port := .Values.web.old -}}\nb: {{ $port | default 1 }}\n",
        "{{- $port := .Values.web.old -}}\n",
    ] {
        assert_eq!(meant(rest), None, "{rest}");
    }
    let last =
        "a: {{ coalesce .Values.web.old .Values.web.ports.http }}\nb: {{ .Values.web.old }}\n";
    assert_eq!(newer(last), None);
}

#[test]
fn a_text_of_values_and_a_file_are_templates_of_their_own() {
    let found = |text: &str, template: &str| {
        let values = format!("a: 1\ntext: |\n  a: {{{{ .Values.a }}}}\n  {text}\n");
        let files = [("values.yaml", &*values), ("c.txt", "\n{{ .Values.f }}\n")];
        let files = [&files[..], &[("templates/a.yaml", template)]].concat();
        analysed(&files, |analysis| {
            let chart = analysis.closure.root().unwrap().chart;
            let found = analysis.undeclared(chart).iter();
            let told = found.map(|it| {
                let read = &it.reads[0];
                let needs = it.reads.iter().any(super::OwnRead::needs) && !it.optional;
                let (mark, start) = (if needs { "!" } else { "" }, read.place.start);
                format!("{}{mark} {}:{}:{}", it.path, read.place.path, start.line, start.column)
            });
            told.collect::<Vec<_>>()
        })
    };
    let call = "x: {{ tpl .Values.text . }}\n";
    assert_eq!(found("x: {{ .Values.b }}", call), ["b! values.yaml:4:9"]);
    assert_eq!(found("x: {{ .Values.b | default 1 }}", call), ["b values.yaml:4:9"]);
    assert_eq!(found("{{ if .Values.b }}x{{ end }}{{ .Values.b }}", call), ["b values.yaml:4:9"]);
    let gated = found("{{ if .Values.c }}{{ .Values.b }}{{ end }}", call);
    assert_eq!(gated, ["b values.yaml:4:24", "c values.yaml:4:9"]);
    let twice =
        format!("{call}y: {{{{ tpl .Values.text . }}}}\nz: {{{{ .Values.b | default 1 }}}}\n");
    assert_eq!(found("x: {{ .Values.b }}", &twice), ["b values.yaml:4:9"]);
    let file = "x: {{ tpl (.Files.Get \"c.txt\") . }}\n";
    assert_eq!(found("", file), ["f! c.txt:2:4"]);
}

#[test]
fn what_a_text_reads_of_one_thing_is_not_read_of_another() {
    let values = "text: \"{{ .v.a }}\"\none: {a: 1}\ntwo: {b: 1}\n";
    let with = |of: &str| format!("{{{{ tpl .Values.text (dict \"v\" .Values.{of}) }}}}\n");
    assert_eq!(undeclared(values, &with("two")), ["two.a!"]);
    assert!(undeclared(values, &format!("{}{}", with("one"), with("two"))).is_empty());
}
