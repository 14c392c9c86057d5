mod bounds;

use std::collections::BTreeMap;

use super::{Files, Flow, Input, Member, Step, Usage, machine::Machine};
use crate::{
    template::{FunctionSet, SetFile, TemplateSet, parse},
    text::Text,
    yaml,
};

/// A chart: files under their names, and values.
struct Fixture<'a> {
    files: &'a [(&'a str, &'a str)],
    values: &'a str,
}

impl Fixture<'_> {
    /// Runs with the members that the names of files tell: `web/templates/…` and
    /// `web/charts/sub/templates/…`.
    fn run<T>(&self, look: impl Fn(&Flow) -> T) -> T {
        self.run_with(None, 0, look)
    }

    /// The same with files that templates ask for, and after so many steps.
    fn run_with<T>(&self, files: Option<Files<'_>>, steps: u32, look: impl Fn(&Flow) -> T) -> T {
        let helm = FunctionSet::helm();
        let parsed: Vec<_> =
            self.files.iter().map(|(name, text)| (*name, parse(Text::new(*text), helm))).collect();
        for (name, template) in &parsed {
            assert!(template.errors.is_empty(), "{name}: {:?}", template.errors);
        }
        let set_files = parsed.iter().map(|(name, template)| SetFile {
            name,
            template,
            chart: usize::from(name.contains("/charts/sub/")),
        });
        let set = TemplateSet::new(set_files.collect());
        let stream = yaml::parse(Text::new(self.values));
        let root = Member {
            name: "web",
            path: "web",
            defaults: stream.documents().collect(),
            conditions: vec![vec!["sub", "enabled"]],
            ..Member::default()
        };
        let sub =
            Member { name: "sub", path: "web/charts/sub", parent: Some(0), ..Member::default() };
        let input = Input { members: vec![root, sub], files, summaries: BTreeMap::new() };
        let mut machine = Machine::new(&set, &input);
        machine.spend(steps as usize * 64);
        look(&Flow::by(machine))
    }
}

fn steps(path: &str) -> Vec<Step> {
    let step = |key: &str| if key == "*" { Step::Any } else { Step::Key(key.into()) };
    path.split('.').map(step).collect()
}

/// What one file reads: `+a` is read, `-a` is not, `?a` may be.
fn check(text: &str, expected: &str) {
    check_files(&[("web/templates/x.yaml", text)], "", expected);
}

fn check_files(files: &[(&str, &str)], values: &str, expected: &str) {
    Fixture { files, values }.run(|flow| compare(flow, files, expected));
}

fn compare(flow: &Flow, files: &[(&str, &str)], expected: &str) {
    for word in expected.split_whitespace() {
        let (sign, path) = word.split_at(1);
        let usage = flow.usage(0, &steps(path));
        let wanted = match sign {
            "+" => Usage::Read,
            "-" => Usage::Unread,
            _ => Usage::Unknown,
        };
        let shown: String = files.iter().flat_map(|(_, text)| text.chars()).take(300).collect();
        assert_eq!(usage, wanted, "{path} of {shown}");
    }
}

#[test]
fn chains_are_followed() {
    check("{{ .Values.a.b }}", "+a +a.b +a.b.c -a.c -b");
    check("{{ $.Values.a }}{{ $v := .Values }}{{ $v.b.c }}", "+a +b.c -b.d");
    check("{{ (.Values.a).b }}{{ ((.Values.c).d).e }}", "+a.b -a.c +c.d.e -c.d.f");
    check("{{ $x := .Values.a }}{{ $x.b }}", "+a.b -a.c");
}

#[test]
fn conditions_read_no_more_than_they_name() {
    check("{{ if .Values.a }}x{{ end }}", "+a -a.b");
    check(
        "{{ if and .Values.a (not .Values.b.c) }}x{{ else if .Values.d }}{{ end }}",
        "+a +b.c +d",
    );
    check(
        "{{ with .Values.a }}{{ .b }}{{ $.Values.c }}{{ else }}{{ .Values.d }}{{ end }}",
        "+a.b -a.x +c +d",
    );
}

#[test]
fn loops_go_over_items() {
    check("{{ range .Values.a }}{{ .b }}{{ end }}", "+a +a.*.b +a.k.b -a.k.c");
    check("{{ range $k, $v := .Values.a }}{{ $v.x }}{{ $k }}{{ end }}", "+a.k -a.k.y +a.k.x");
    check(
        "{{ range $k := list \"a\" \"b\" }}{{ index $.Values $k \"x\" }}{{ end }}",
        "+a.x +b.x -c",
    );
    check(
        "{{ $x := .Values.a }}{{ range .Values.l }}{{ $x = .b }}{{ end }}{{ $x.c }}",
        "+a.c +l.k.b.c",
    );
}

#[test]
fn a_step_that_is_taken_again_sees_what_grew_on_its_way() {
    let own = r#"{{ $d := dict }}{{ $e := dict "d" $d }}"#;
    for (made, step, grows) in [
        (own, "$e.d.w.x", r#"set $d "w" .Values.b"#),
        (own, "$e.d.w.x", r#"merge $d (dict "w" .Values.b)"#),
        ("", ".Values.o.w.x", r#"set .Values.o "w" .Values.b"#),
        ("", ".Values.o.w.x", r#"merge .Values.o (dict "w" .Values.b)"#),
    ] {
        let text = format!("{made}{{{{ {step} }}}}{{{{ $_ := {grows} }}}}{{{{ {step} }}}}");
        check(&text, "+b.x -b.y");
    }
}

#[test]
fn keys_that_functions_take_are_keys() {
    check(r#"{{ index .Values "a" "b-c" }}{{ get .Values.d "e" }}"#, "+a.b-c +d.e -d.f");
    check(
        r#"{{ dig "a" "b" "x" .Values.m }}{{ if hasKey .Values.h "k" }}{{ end }}"#,
        "+m.a.b -m.c +h.k -h.l",
    );
    check(r#"{{ (pick .Values.p "a" "b") | toYaml }}"#, "+p.a +p.b -p.c");
    check(r#"{{ pluck "a" .Values.p .Values.q | first }}"#, "+p.a +q.a -q.b");
    check(r#"{{ .Values.AsMap.a }}{{ (.Values.Table "b.c").d }}"#, "+a +b.c.d -b.d");
    check("{{ index .Values .Release.Name }}", "+a +b");
    check("{{ (index .Values .Values.k).x }}", "+k +a.x -a.y");
}

#[test]
fn what_is_written_out_is_read_whole() {
    check("{{ toYaml .Values.a | nindent 2 }}", "+a.b.c -b");
    check("{{ tpl (toYaml .Values.a) $ }}{{ $b := toYaml .Values.b }}", "+a.b +b -b.c");
    check("{{ (fromYaml (toYaml .Values.a)).b }}", "+a.b -a.c");
    check("{{ merge (dict \"x\" 1) .Values.a | toYaml }}", "+a.b");
    check("{{ (merge (dict \"x\" 1) .Values.a).b }}", "+a.b -a.c");
    check("{{ (mergeOverwrite (deepCopy .Values.a) .Values.b).c }}", "+a.c +b.c -b.d");
    check("{{ range concat .Values.a .Values.b }}{{ .x }}{{ end }}", "+a.*.x +b.*.x -a.*.y");
    check("{{ (.Values.a | default .Values.b).c }}", "+a.c +b.c -b.d");
    check("{{ (ternary .Values.a .Values.b .Values.t).x }}", "+a.x +b.x +t -a.y");
    check(
        "{{ (coalesce .Values.a .Values.b).x }}{{ (or .Values.c .Values.d).x }}",
        "+a.x +d.x -d.y",
    );
}

#[test]
fn named_templates_read_what_they_are_given() {
    let helper = r#"{{ define "h" }}{{ .values.x }}{{ .root.Values.y }}{{ end }}"#;
    let call = r#"{{ include "h" (dict "root" $ "values" .Values.a) }}"#;
    let files = [("web/templates/_h.tpl", helper), ("web/templates/x.yaml", call)];
    check_files(&files, "", "+a.x -a.z +y -z");
    let recursive = r#"{{ define "r" }}{{ .a }}{{ with .next }}{{ template "r" . }}{{ end }}{{ end }}{{ template "r" .Values.n }}"#;
    check(recursive, "+n.a +n.next.a +n.next.next.a");
    let computed = r#"{{ define "web.h" }}{{ .Values.a }}{{ end }}{{ include (printf "%s.h" .Chart.Name) . }}"#;
    check(computed, "+a -b");
    check(
        r#"{{ define "n" }}web.h{{ end }}{{ define "web.h" }}{{ .Values.a }}{{ end }}{{ include (include "n" .) . }}"#,
        "+a -b",
    );
    check(r#"{{ block "b" .Values.a }}{{ .c }}{{ end }}"#, "+a.c -a.d");
    check(r#"{{ include (print $.Template.BasePath "/y.yaml") . }}"#, "?a");
    let file = [("web/templates/y.yaml", "{{ .Values.q }}"), ("web/templates/_p.tpl", "")];
    check_files(&file, "", "+q -a");
}

#[test]
fn what_is_not_here_may_read_what_it_is_given() {
    check(r#"{{ include "absent" .Values.a }}{{ .Values.b }}"#, "+a ?a.b +b -c");
    check(r#"{{ include "absent" . }}{{ .Values.b }}"#, "?a +b ?sub.x ?global.x");
    check(r#"{{ include "absent" (dict "a" .Values.a "l" (list .Values.c)) }}"#, "?a.b -b ?c.d");
    check("{{ include .Values.name .Values.a }}", "+name ?a.b -b");
    check(r#"{{ tpl (.Files.Get "x") .Values.a }}"#, "?a.b -b");
    check(r#"{{ include "absent" (dict "a" 1) }}"#, "-a");
}

#[test]
fn maps_that_templates_write_to_are_known() {
    check(
        r#"{{ $d := dict "v" .Values.a }}{{ $_ := set $d "w" .Values.b }}{{ $d.w.x }}{{ $d.v.y }}"#,
        "+b.x +a.y -a.x",
    );
    let later = r#"{{ $_ := set .Values "z" .Values.a }}"#;
    let files = [("web/templates/a.yaml", "{{ .Values.z.x }}"), ("web/templates/b.yaml", later)];
    check_files(&files, "", "+z.x +a.x -a.y");
    check(
        r#"{{ $c := deepCopy . }}{{ $_ := set $c "Values" .Values.a }}{{ $c.Values.x }}{{ .Values.b.y }}"#,
        "+a.x +b.y -a.b",
    );
    let merged = "{{ $_ := mergeOverwrite .Values.a .Values.b }}{{ .Values.a.k }}";
    check(merged, "+a.k +b.k -b.l");
}

#[test]
fn default_texts_are_templates_for_tpl() {
    let values = "a: '{{ .Values.b.c }}'\nd:\n  e: ['{{ .Values.f }}']\ng: '{{ .Values.h }}'\n";
    let call = [("web/templates/x.yaml", "{{ tpl .Values.a . }}{{ tpl (toYaml .Values.d) $ }}")];
    check_files(&call, values, "+a +b.c +f -g -h -b.d");
    let helper = r#"{{ define "render" }}{{ if typeIs "string" .value }}{{ tpl .value .context }}{{ else }}{{ tpl (.value | toYaml) .context }}{{ end }}{{ end }}{{ include "render" (dict "value" .Values.d "context" $) }}"#;
    check_files(&[("web/templates/x.yaml", helper)], values, "+d +f -g -h -b");
    let ranged = "{{ range .Values.d.e }}{{ tpl . $ }}{{ end }}";
    check_files(&[("web/templates/x.yaml", ranged)], values, "+f -h");
}

#[test]
fn dotted_names_are_split() {
    let helper = r#"{{ define "value" }}{{ $v := "" }}{{ $o := .context.Values }}{{ range (splitList "." .key) }}{{ $v = index $o . }}{{ $o = $v }}{{ end }}{{ printf "%v" $v }}{{ end }}"#;
    let call = r#"{{ include "value" (dict "key" "a.b.c" "context" $) }}"#;
    let files = [("web/templates/_h.tpl", helper), ("web/templates/x.yaml", call)];
    check_files(&files, "", "+a.b.c -a.b.d -a.c");
}

#[test]
fn charts_share_their_values() {
    let sub = ("web/charts/sub/templates/y.yaml", "{{ .Values.x.y }}{{ .Values.global.g }}");
    check_files(&[sub], "", "+sub.x.y -sub.x.z +global.g -global.h +sub.global.g +sub.enabled");
    check("{{ .Subcharts.sub.Values.a }}{{ .Values.sub.b }}", "+sub.a +sub.b -sub.c");
    check("{{ toYaml .Values }}", "+sub.a +global.x");
    Fixture { files: &[sub], values: "" }.run(|flow| {
        assert_eq!(flow.usage(1, &steps("x.y")), Usage::Read);
        assert_eq!(flow.usage(1, &steps("enabled")), Usage::Read);
        assert_eq!(flow.usage(1, &steps("z")), Usage::Unread);
    });
}

#[test]
fn branches_that_constants_rule_out_are_not_taken() {
    let helper = r#"{{ define "h" }}{{ if eq .kind "a" }}{{ .v.x }}{{ else }}{{ .v.y }}{{ end }}{{ end }}{{ include "h" (dict "kind" "a" "v" .Values.m) }}"#;
    check(helper, "+m.x -m.y");
    check(
        r#"{{ define "h" }}{{ if .missing }}{{ .v.y }}{{ end }}{{ end }}{{ include "h" (dict "v" .Values.m) }}"#,
        "+m -m.y",
    );
}

#[test]
fn places_say_how_they_read() {
    let text = "{{ .Values.a.b }}{{ if .Values.c }}{{ .Values.d | default 1 }}{{ end }}{{ (.Values.e).f }}{{ toYaml .Values.g }}{{ if .Values.h | dig \"i\" \"j\" 1 }}{{ end }}";
    Fixture { files: &[("web/templates/x.yaml", text)], values: "" }.run(|flow| {
        let said: Vec<_> = flow
            .reads()
            .iter()
            .map(|read| {
                let path: Vec<_> = read.path.iter().map(|step| format!("{step:?}")).collect();
                format!(
                    "{} {:?} {} {} {}",
                    path.len(),
                    read.how,
                    read.guarded,
                    read.chained,
                    read.certain
                )
            })
            .collect();
        assert_eq!(
            said,
            [
                "2 Printed false 2 true",
                "1 Tested true 1 true",
                "1 Printed true 1 false",
                "2 Printed true 1 true",
                "1 Passed true 1 true",
                "1 Whole false 1 true",
                "1 Passed true 1 true",
                "3 Tested true 0 true",
            ]
        );
    });
}

#[test]
fn values_that_are_copied_into_their_own_place_come_to_an_end() {
    // What library charts do to merge their own defaults in.
    let setup = r#"{{ define "setup" }}{{ $defaults := deepCopy .Values.lib }}{{ $merged := mustMergeOverwrite $defaults (deepCopy .Values) }}{{ $_ := set . "Values" (deepCopy $merged) }}{{ end }}"#;
    let text = format!("{setup}{{{{ include \"setup\" . }}}}{{{{ .Values.a.b }}}}");
    check(&text, "+a.b -a.c -d +lib.a.b -lib.a.c");
    // Text that is put into the values that it was made of.
    let text = r#"{{ define "c" }}x: {{ toYaml .Values.v }}{{ end }}{{ $_ := set .Values.all "c" (include "c" . | fromYaml) }}{{ range .Values.all }}{{ $_ := set $.Values "v" (dict "w" (list .y)) }}{{ end }}"#;
    check(text, "+v.a +all.x.y -all.x.z -d");
}

#[test]
fn templates_in_pieces_are_followed() {
    let text = r#"{{ tpl (cat "{{- with $.x -}}" .Values.v "{{- end }}") (merge (dict "x" .Values.s) .) }}"#;
    check_files(&[("web/templates/x.yaml", text)], "v: '{{ .Values.w }}'", "+v.a +w +s.a -d");
    check(r#"{{ tpl (.Values.v | replace "{{" "{{ `{{` }}") . }}"#, "+v -d");
}

#[test]
fn a_template_that_its_own_chart_lacks_reads_nothing() {
    let own = |name: &str| format!("{{{{ define \"web.{name}\" }}}}x{{{{ end }}}}");
    let call = r#"{{ include "web.none" . }}{{ .Values.a }}"#;
    check(&format!("{}{}{call}", own("b"), own("c")), "+a -b");
    check(&format!("{}{call}", own("b")), "+a ?b");
    let other = call.replace("web.none", "webs.none");
    check(&format!("{}{}{other}", own("b"), own("c")), "+a ?b");
}

#[test]
fn a_computed_name_is_one_of_those_with_its_known_parts() {
    let define = |name: &str, reads: &str| {
        format!("{{{{ define \"{name}\" }}}}{{{{ .Values.{reads} }}}}{{{{ end }}}}")
    };
    let defines = [("web.small", "a"), ("web.large", "b"), ("api.small", "c")];
    let defines: String = defines.into_iter().map(|(name, reads)| define(name, reads)).collect();
    let call = |name: &str| format!("{defines}{{{{ include ({name}) . }}}}");
    check(&call(r#"printf "web.%s" .Values.size"#), "+size +a +b -c -d");
    check(&call(r#"print .Values.of ".small""#), "+of +a -b +c -d");
    check(&call(r#"printf "%s%s" .Values.of .Values.size"#), "?a ?b ?c ?d");
    check(&call(r#"printf "shop.%s" .Values.of"#), "?a ?d");
}

#[test]
fn a_computed_file_is_one_of_those_with_its_known_parts() {
    let files = |_: usize, path: Option<&str>| {
        let all = [("conf/a.tpl", "{{ .Values.a }}"), ("conf/b.txt", "{{ .Values.b }}")];
        let all = all.into_iter().chain([("README.md", "{{ broken")]);
        let found = all.filter(|(name, _)| path.is_none_or(|path| super::is_of_form(path, name)));
        Some(found.map(|(_, text)| text.to_owned()).collect::<Vec<_>>())
    };
    let run = |text: &str, expected: &str| {
        let text = format!("{{{{ tpl {text} . }}}}");
        let all = [("web/templates/x.yaml", text.as_str())];
        let fixture = Fixture { files: &all, values: "" };
        fixture.run_with(Some(&files), 0, |flow| compare(flow, &all, expected));
    };
    run(r#"(.Files.Get (printf "conf/%s.tpl" .Values.name))"#, "+name +a -b -c");
    run(r#"((.Files.Glob "conf/*.txt").AsConfig)"#, "-a +b -c");
    run(r#"((.Files.Glob "conf/{a,b}*").AsConfig)"#, "+a +b ?c");
    run(r"(.Files.Get .Values.name)", "+name +a +b ?c");
}
