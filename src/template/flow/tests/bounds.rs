//! Each bound is crossed: the analysis ends, what the crossing concerns is unknown, and what was known
//! stays known.

use std::fmt::Write as _;

use super::{super::*, Fixture, check, check_files, compare, steps};

/// Text for each number below `count`.
fn each(count: usize, text: impl Fn(usize) -> String) -> String {
    (0..count).map(text).collect()
}

/// After all steps but so many.
fn check_late(left: u32, text: &str, expected: &str) {
    let files = [("web/templates/x.yaml", text)];
    let fixture = Fixture { files: &files, values: "" };
    fixture.run_with(None, STEPS_MAX - left, |flow| compare(flow, &files, expected));
}

#[test]
fn only_so_many_steps_are_taken() {
    // Forty times forty rounds.
    let list = each(UNROLL_MAX, |at| format!(" {at}"));
    let text = format!(
        "{{{{ .Values.read }}}}{{{{ range list{list} }}}}{{{{ range list{list} }}}}{{{{ $.Values.x }}}}{{{{ end }}}}{{{{ end }}}}{{{{ .Values.later }}}}"
    );
    check_late(10_000, &text, "+read +x +later -other");
    check_late(1_000, &text, "+read +x ?later ?other ?other.x ?sub.x");
}

#[test]
fn what_calls_twice_with_other_arguments_ends() {
    // Each definition calls the next one twice, with another dict each: 2^30 contexts.
    let call = |to: usize, key: &str| format!(r#"{{{{ include "d{to}" (dict "{key}" .) }}}}"#);
    let level = |at: usize| {
        let (left, right) = (call(at + 1, "l"), call(at + 1, "r"));
        format!("{{{{ define \"d{at}\" }}}}{left}{right}{{{{ end }}}}")
    };
    let text = each(30, level)
        + r#"{{ define "d30" }}{{ end }}{{ .Values.read }}{{ include "d0" .Values.m }}{{ .Values.later }}"#;
    check(&text, "+read +m ?m.x +later -other");
}

#[test]
fn long_lists_of_variables_and_keys_are_work_too() {
    let variables = each(500, |at| format!("{{{{ $v{at} := 1 }}}}"));
    let text = format!("{{{{ .Values.read }}}}{variables}{}", "{{ $v0 }}".repeat(1_000));
    check_late(20_000, &text, "+read -other");
    check_late(9_000, &text, "+read ?other");
    let writes = each(1_000, |at| format!("{{{{ $_ := set $d \"k{at}\" 1 }}}}"));
    let text = format!("{{{{ .Values.read }}}}{{{{ $d := dict }}}}{writes}");
    check_late(50_000, &text, "+read -other");
    check_late(9_000, &text, "+read ?other");
    let values = each(1_000, |at| format!("k{at}: '{{{{ .Values.a }}}}'\n"));
    let calls = each(100, |at| format!("{{{{ tpl .Values.k{at} . }}}}"));
    let files = [("web/templates/x.yaml", &*calls)];
    let fixture = Fixture { files: &files, values: &values };
    fixture.run_with(None, STEPS_MAX - 30_000, |flow| compare(flow, &files, "+a -b"));
    fixture.run_with(None, STEPS_MAX - 10_000, |flow| compare(flow, &files, "+a ?b"));
}

#[test]
fn calls_blocks_and_parentheses_nest_so_deep() {
    let chain = |levels: usize| {
        let level = |at: usize| {
            format!(
                r#"{{{{ define "d{at}" }}}}{{{{ if .a }}}}{{{{ include "d{}" (.) }}}}{{{{ end }}}}{{{{ end }}}}"#,
                at + 1
            )
        };
        let last = format!(r#"{{{{ define "d{levels}" }}}}{{{{ .x }}}}{{{{ end }}}}"#);
        each(levels, level) + &last + r#"{{ include "d0" .Values.m }}"#
    };
    check(&chain(DEPTH_MAX as usize / 4), "+m.x -m.y -other");
    check(&chain(DEPTH_MAX as usize), "+m.a ?m.x ?m.y -other");
}

#[test]
fn what_writes_without_end_is_given_up() {
    // A value is handed from key to key, each in the file before: a round for each.
    let rounds = |count: usize| {
        let link = |at: usize| format!("{{{{ $_ := set .Values \"k{at}\" .Values.k{} }}}}", at + 1);
        let last = format!("{{{{ $_ := set .Values \"k{count}\" .Values.m }}}}");
        "{{ .Values.k0.x }}".to_owned() + &each(count, link) + &last
    };
    // The first round sees the last key written, and the last one must find nothing new.
    let most = ROUNDS_MAX as usize - 2;
    check(&rounds(most), "+m.x -m.y -other");
    check(&rounds(most + 1), "?m.x ?m.y ?other");
    let text = r#"{{ range $k, $v := .Values.m }}{{ $_ := set $.Values.m (print $k "x") (dict "a" $v) }}{{ end }}{{ .Values.m.x.a }}"#;
    check(text, "+m.x");
}

#[test]
fn loops_run_until_variables_hold_still() {
    let count = LOOPS_MAX + 2;
    let shift = each(count, |at| format!("{{{{ $v{at} = $v{} }}}}", at + 1));
    let all = each(count + 1, |at| format!("{{{{ $v{at} := 1 }}}}"));
    let text = format!(
        "{all}{{{{ range .Values.l }}}}{shift}{{{{ $v{count} = $.Values.a }}}}{{{{ end }}}}{{{{ $v0.x }}}}"
    );
    // The value arrives only after more rounds than are run.
    Fixture { files: &[("web/templates/x.yaml", &text)], values: "" }.run(|flow| {
        assert_ne!(flow.usage(0, &steps("a.x")), Usage::Unread);
        assert_ne!(flow.usage(0, &steps("a.y")), Usage::Read);
    });
    check(&text, "?b");
}

#[test]
fn long_lists_are_not_gone_through_one_by_one() {
    let list = |count: usize| {
        let keys = each(count, |at| format!(" \"k{at}\""));
        format!("{{{{ range list{keys} }}}}{{{{ index $.Values.m . }}}}{{{{ end }}}}")
    };
    check(&list(UNROLL_MAX), "+m.k0 +m.k39 -m.other");
    check(&list(UNROLL_MAX + 1), "+m.k0 +m.k40 -other");
    // So many texts are just any: every key may be meant.
    check(&list(TEXTS_MAX + 1), "+m.k0 +m.other -other");
}

#[test]
fn of_many_texts_templates_are_not_forgotten() {
    let texts = |count: usize, text: &str| {
        // The first ones are forgotten.
        let of = |at: usize| if at < TEXTS_MAX / 4 { "a" } else { "b" };
        let arms = each(count, |at| {
            let text = text.replace('*', of(at));
            format!("{{{{ else if eq .Values.k {at} }}}}{{{{ $t = \"{at}{text}\" }}}}")
        });
        format!("{{{{ $t := \"\" }}}}{{{{ if .Values.k }}}}{arms}{{{{ end }}}}{{{{ tpl $t . }}}}")
    };
    let action = "{{ print \\\"x\\\" .Values.* }}";
    check(&texts(TEXTS_MAX / 2, action), "+k +a +b -other");
    check(&texts(TEXTS_MAX + 1, action), "+k ?a ?other");
    check(&texts(TEXTS_MAX + 1, "x"), "+k -a -other");
}

#[test]
fn values_may_be_so_many_things() {
    let either = |count: usize| {
        let arms = each(count, |at| {
            format!("{{{{ else if .Values.k{at} }}}}{{{{ $v = .Values.a{at} }}}}")
        });
        format!("{{{{ $v := .Values.a }}}}{{{{ if .Values.k }}}}{arms}{{{{ end }}}}{{{{ $v.x }}}}")
    };
    check(&either(ATOMS_MAX / 2), "+k +a0.x -a0.y -other");
    check(&either(ATOMS_MAX + 1), "+k ?a0.x ?a0.y ?a90.y -other");
}

#[test]
fn texts_may_be_made_of_so_many_things() {
    let made = |count: usize| {
        let values = each(count, |at| format!(" .Values.k{at}"));
        format!("{{{{ tpl (print{values}) (dict \"v\" .Values.m) }}}}")
    };
    check(&made(ORIGINS_MAX), "+k0 -m.x -other");
    check(&made(ORIGINS_MAX + 1), "+k0 ?m.x -other");
    let nested = "{{ $x = list $x }}".repeat(ORIGIN_SETS_MAX);
    let text = format!("{{{{ $x := list .Values.a }}}}{nested}{{{{ tpl (print $x) .Values.m }}}}");
    check(&text, "+a ?m.x -other");
}

#[test]
fn templates_may_make_so_many_mappings() {
    let make = |count: usize| {
        let dicts = each(count, |at| format!("{{{{ $d = dict \"k{at}\" $d }}}}"));
        format!("{{{{ $d := dict \"a\" .Values.m }}}}{dicts}")
    };
    check(&make(10), "-m.x -other");
    check(&make(OBJECTS_MAX + 1), "?m.x -other");
    // What values are written to has no mapping left either.
    let text = format!(
        "{}{{{{ $_ := set .Values.a \"b\" .Values.c }}}}{{{{ .Values.a.b.x }}}}",
        each(OBJECTS_MAX, |at| format!("{{{{ $d := dict \"k{at}\" 1 }}}}"))
    );
    check(&text, "?c.x ?c.y -other");
}

#[test]
fn one_place_may_make_so_many_mappings() {
    let made = |count: usize| {
        let calls = each(count, |at| {
            format!(r#"{{{{ include "d" (dict "v" .Values.a{at} "key" "k{at}") }}}}"#)
        });
        r#"{{ define "d" }}{{ index (dict "k" .v) "k" .key }}{{ end }}"#.to_owned() + &calls
    };
    let last = SITE_OBJECTS_MAX + 1;
    check(&made(SITE_OBJECTS_MAX), "+a0.k0 -a0.k1 -other");
    // Those beyond can't be told apart.
    let (own, other) = (format!("+a{last}.k{last}"), format!("+a{SITE_OBJECTS_MAX}.k{last}"));
    check(&made(last + 1), &format!("+a0.k0 -a0.k{last} {own} {other} -other"));
}

#[test]
fn a_key_that_held_too_much_is_not_filled_again() {
    let filled = |count: usize| {
        let writes = each(count, |at| format!("{{{{ $_ := set .Values.m \"k\" .Values.a{at} }}}}"));
        let merged = each(count, |at| {
            format!("{{{{ $_ := merge .Values.n (dict \"k{at}\" .Values.b{at}) }}}}")
        });
        format!("{{{{ .Values.m.k.x }}}}{{{{ .Values.n.k0.x }}}}{writes}{merged}")
    };
    check(&filled(ATOMS_MAX / 2), "+a0.x -a0.y +b0.x -b0.y -other");
    check(&filled(ATOMS_MAX + 2), "+m.k.x ?a0.x ?a0.y ?a97.y ?b0.y ?b97.y -other");
}

#[test]
fn mappings_are_looked_through_so_far() {
    let merged = |count: usize| {
        let more = each(count, |at| format!("{{{{ $d = merge (dict \"k{at}\" 1) $d }}}}"));
        format!("{{{{ $d := dict \"m\" .Values.m }}}}{more}{{{{ $d.m.x }}}}")
    };
    check(&merged(ABSORBED_MAX / 2), "+m.x -m.y");
    check(&merged(ABSORBED_MAX + 1), "?m.x ?m.y -other");
}

#[test]
fn paths_are_followed_so_deep() {
    let deep = |count: usize| (0..count).map(|at| format!("k{at}")).collect::<Vec<_>>().join(".");
    let depth = usize::from(PATH_DEPTH_MAX);
    let path = deep(depth);
    check(&format!("{{{{ .Values.{path} }}}}"), &format!("+{path} +{path}.b -k0.b"));
    check(&format!("{{{{ .Values.{path}.c }}}}"), &format!("+{path}.b -k0.b"));
    let same = |count: usize| vec!["a"; count].join(".");
    check(&format!("{{{{ .Values.{}.b }}}}", same(SAME_STEPS_MAX)), "+a.a.b -a.a.c");
    check(&format!("{{{{ .Values.{}.b }}}}", same(SAME_STEPS_MAX + 1)), "+a.a.a.c +a.a.c -a.c");
    let computed = |count: usize| {
        let keys = " .Values.k".repeat(count);
        format!("{{{{ (index .Values.m{keys}).x }}}}")
    };
    let most = usize::from(COMPUTED_STEPS_MAX);
    check(&computed(most), "+m.a.a.a.a.x -m.a.a.a.a.y");
    check(&computed(most + 1), "+m.a.a.a.a.y -other");
}

#[test]
fn of_many_values_only_so_many_are_looked_at_for_templates() {
    let values = |count: usize| each(count, |at| format!("a{at}: 1\n")) + "t: '{{ .Values.x }}'\n";
    let files = [("web/templates/x.yaml", "{{ tpl .Values.t . }}")];
    check_files(&files, &values(10), "+t +x -y");
    check_files(&files, &values(DEFAULTS_MAX), "+t ?x ?y");
}

#[test]
fn texts_are_followed_so_far() {
    // Doubled forty times: a terabyte, were it made.
    let doubled = "{{ $x = print $x $x }}".repeat(40);
    check(&format!("{{{{ $x := \"{{{{\" }}}}{doubled}{{{{ tpl $x . }}}}"), "?a");
    check(&format!("{{{{ $x := \"ab\" }}}}{doubled}{{{{ index .Values $x \"y\" }}}}"), "+a.y -a.z");
    let written = |rest: &str| {
        format!(
            r#"{{{{ define "t" }}}}{{{{ "{{{{ .Values.a }}}}" }}}}{rest}{{{{ end }}}}{{{{ tpl (include "t" .) . }}}}"#
        )
    };
    check(&written("x"), "+a -b");
    check(&written(&"x".repeat(TEXT_MAX)), "?a ?b");
    check(&written("{{ .Values.c }}"), "+c ?a ?b");
    let choices = each(BODY_TEXTS_MAX, |at| format!("{{{{ else if .Values.k{at} }}}}{at}"));
    check(&written(&format!("{{{{ if .Values.k }}}}{choices}{{{{ end }}}}")), "+k ?a ?b");
}

#[test]
fn combinations_of_texts_are_followed_so_far() {
    let name = |count: usize| {
        let arms =
            each(count, |at| format!("{{{{ else if .Values.k{at} }}}}{{{{ $v = \"n{at}\" }}}}"));
        format!(
            "{{{{ $v := \"n\" }}}}{{{{ if .Values.k }}}}{arms}{{{{ end }}}}{{{{ (index .Values.m (print $v $v)).x }}}}"
        )
    };
    check(&name(4), "+m.nn.x +m.n0n1.x -m.z.x");
    check(&name(FOLDS_MAX / 4), "+m.n0n1.x +m.z.x -m.z.y");
    // `tpl` of a value that holds many others.
    let nested = "{{ $x = list $x }}".repeat(FOLDS_MAX + 1);
    check(
        &format!("{{{{ $x := list \"{{{{ .Values.a }}}}\" }}}}{nested}{{{{ tpl (toYaml $x) . }}}}"),
        "?a ?b",
    );
}

#[test]
fn many_files_are_not_looked_into() {
    let files = [("web/templates/x.yaml", "{{ tpl (.Files.Get .Values.f) . }}")];
    let run = |count: usize| {
        let texts =
            move |_: usize, _: Option<&str>| Some(vec!["{{ .Values.a }}".to_owned(); count]);
        Fixture { files: &files, values: "" }.run_with(Some(&texts), 0, |flow| {
            (flow.usage(0, &steps("a")), flow.usage(0, &steps("b")))
        })
    };
    assert_eq!(run(FILES_MAX), (Usage::Read, Usage::Unread));
    assert_eq!(run(FILES_MAX + 1), (Usage::Unknown, Usage::Unknown));
}

#[test]
fn values_that_nest_without_end_are_read_to_the_last() {
    for (nest, holds) in [("list $x", 50_000), ("dict \"a\" $x", OBJECTS_MAX / 2)] {
        let mut text = "{{ $x := list .Values.a }}".to_owned();
        for _ in 0..holds {
            write!(text, "{{{{ $x = {nest} }}}}").unwrap();
        }
        check(&format!("{text}{{{{ $x }}}}"), "+a.b -other");
        check(&format!("{text}{{{{ include \"nowhere\" $x }}}}"), "?a.b -other");
    }
}

#[test]
fn recursion_through_growing_arguments_ends() {
    let text = r#"{{ define "a" }}{{ include "b" (dict "x" .) }}{{ end }}{{ define "b" }}{{ include "a" (list .) }}{{ end }}{{ include "a" .Values.m }}"#;
    check(text, "?m.x -other");
    check_files(
        &[("web/templates/x.yaml", "{{ tpl .Values.t . }}")],
        "t: '{{ tpl .Values.t . }}{{ tpl .Values.t (dict \"a\" .) }}{{ .Values.x }}'",
        "+t +x",
    );
}

#[test]
fn only_so_many_templates_of_a_form_are_followed() {
    let run = |count: usize, expected: &str| {
        let name =
            |at: usize| format!("{{{{ define \"web.{at}\" }}}}{{{{ .Values.a }}}}{{{{ end }}}}");
        let call = r#"{{ include (printf "web.%s" .Values.name) . }}"#;
        check(&(each(count, name) + call), expected);
    };
    run(LIKE_MAX, "+name +a -b");
    run(LIKE_MAX + 1, "+name ?a ?b");
}
