//! Slips between names, and what is meant by them.

use super::{paths::ends_with, *};
use crate::analysis::rendering::tests::analysed;

fn keys(path: &str) -> Vec<Key> {
    path.split('.').map(|name| Key::Name(name.to_owned())).collect()
}

#[test]
fn names_have_words_and_the_last_is_another_one() {
    assert_eq!(parts("pullPolicy"), ["pull", "policy."]);
    assert_eq!(parts("aws_access-key"), ["aws", "access", "key."]);
    assert_eq!(parts("enabled"), ["enabled."]);
    assert_eq!(parts("TLSPort"), ["tlsport."]);
}

#[test]
fn a_longer_name_has_all_words_of_the_shorter() {
    let longer = |one: &str, other: &str| is_longer_name(one, other);
    assert!(longer("servicePort", "servicePortNumber") && longer("imagePullPolicy", "pullPolicy"));
    for (one, other) in [("port", "servicePort"), ("nameOverride", "fullnameOverride"), ("a", "a")]
    {
        assert!(!longer(one, other), "{one} {other}");
    }
}

#[test]
fn steps_may_be_missing_in_the_middle() {
    let lacks = |short, long| lacks_some(&keys(short), &keys(long));
    assert!(lacks("cron.schedule", "cron.config.schedule"));
    assert!(lacks("a.b.c", "a.b.x.c") && lacks("a.b.ipMode", "a.b.x.y.ipMode"));
    for (short, long) in [
        ("schedule", "cron.schedule"),
        ("a.b", "a.b.c"),
        ("b.c", "a.b.c"),
        ("a.b", "a.c"),
        ("a.b.mode", "a.b.x.y.mode"),
        ("a.ipMode", "a.x.y.z.ipMode"),
    ] {
        assert!(!lacks(short, long), "{short} {long}");
    }
}

#[test]
fn a_step_may_be_another_one_and_the_first_too_many() {
    assert!(differ_in_one(&keys("a.b.c"), &keys("a.x.c")));
    assert!(
        !differ_in_one(&keys("b.c"), &keys("x.c"))
            && !differ_in_one(&keys("a.b.c"), &keys("a.b.x"))
    );
    assert!(goes_too_deep(&keys("web.hostName"), &keys("hostName")));
    assert!(!goes_too_deep(&keys("web.name"), &keys("name")));
    assert!(goes_too_deep(&keys("a.web.name"), &keys("web.name")));
}

#[test]
fn units_tell_no_two_values_apart() {
    assert!(differ_in_unit("intervalMs", "intervalSeconds"));
    for (one, other) in
        [("ms", "seconds"), ("intervalMs", "timeoutSeconds"), ("portName", "portNumber")]
    {
        assert!(!differ_in_unit(one, other), "{one} {other}");
    }
}

#[test]
fn a_path_ends_with_the_steps_that_were_copied() {
    let ends = |path: &str, tail: &[Key]| {
        ends_with(&ValuesPath(keys(path)), &crate::analysis::steps(&ValuesPath(tail.to_vec())))
    };
    assert_eq!(ends("scaling.target", &keys("scaling.target")), Some(0));
    assert_eq!(ends("web.scaling.target", &keys("scaling.target")), Some(1));
    assert_eq!(ends("target", &keys("scaling.target")), None);
    assert_eq!(ends("scaling.aim", &keys("scaling.target")), None);
}

#[test]
fn slips_are_one_letter_that_tells_nothing_apart() {
    assert!(is_slip("ingestor", "ingester"));
    for (one, other) in [("port", "post"), ("hosts", "host"), ("image1x", "image2x")] {
        assert!(!is_slip(one, other), "{one} {other}");
    }
}

#[test]
fn a_line_begins_with_a_field() {
    assert_eq!(field("  - targetPort: {{ .Values.port }}"), Some("targetPort"));
    assert_eq!(field("annotations:"), Some("annotations"));
    assert_eq!(field("{{ toYaml .Values.a }}"), None);
    assert_eq!(field("  plain text"), None);
}

/// What the help of the first value that nothing declares proposes.
fn meant(values: &str, template: &str) -> Option<String> {
    let files = [("values.yaml", values), ("templates/a.yaml", template)];
    analysed(&files, |analysis| {
        let chart = analysis.closure.root().unwrap().chart;
        let value = &analysis.undeclared(chart)[0];
        analysis.alike(value, chart).map(|path| path.to_string())
    })
}

#[test]
fn copied_steps_are_taken_off() {
    let values = "scaling: {target: 1}\nweb: {port: 1, image: {tag: a}}\napi: {image: {}}\n";
    let read = "{{ .Values.scaling.target }}{{ .Values.web.image.tag }}{{ .Values.web.port }}\n";
    let meant = |path: &str| meant(values, &format!("{read}a: {{{{ .Values.{path} }}}}\n"));
    assert_eq!(meant("shop.scaling.target").as_deref(), Some("scaling.target"));
    assert_eq!(meant("shop.back.scaling.target").as_deref(), Some("scaling.target"));
    assert_eq!(meant("shop.image.tag").as_deref(), Some("web.image.tag"));
    assert_eq!(meant("shop.back.image.tag"), None);
    assert_eq!(meant("shop.a.b.c.scaling.target"), None);
}

#[test]
fn what_the_line_reads_already_was_not_meant() {
    let values = "web: {image: {tag: a}}\n";
    let template = "a: {{ .Values.shop.image.tag }}{{ .Values.web.image.tag }}\n";
    assert_eq!(meant(values, template), None);
}

#[test]
fn a_plural_is_the_newer_name() {
    let read = "{{ .Values.web.ports.http }}{{ .Values.web.modes }}{{ .Values.web.rules }}\n";
    let values = "web: {ports: {http: 1, grpc: 2}, modes: [a], rules: [{a: 1}]}\n";
    let meant = |path: &str| meant(values, &format!("{read}a: {{{{ .Values.{path} }}}}\n"));
    assert_eq!(meant("web.port").as_deref(), Some("web.ports.http"));
    assert_eq!(meant("web.mode").as_deref(), Some("web.modes"));
    assert_eq!(meant("web.rule"), None);
    // A port of several that nobody reads here has the name of the thing.
    let values = "store: {service: {ports: {store: 1, admin: 2}}}\n";
    let only = super::tests::meant(values, "a: {{ .Values.store.service.port }}\n");
    assert_eq!(only.as_deref(), Some("store.service.ports.store"));
}

#[test]
fn the_field_that_is_written_has_the_name() {
    let values = "web: {relabelings: [], metricRelabelings: [], mode: a}\n";
    let rest = "{{ toYaml .Values.web.relabelings }}{{ toYaml .Values }}\n";
    let slip = |text: &str| slip(values, &format!("{rest}{text}\n"));
    let found = slip("metricRelabelings: {{ .Values.web.relabellings }}");
    assert_eq!(found.as_deref(), Some("web.metricRelabelings"));
    assert_eq!(slip("mode: {{ .Values.web.size }}"), None);
    let below =
        slip("{{- with .Values.web.metricsRelabelings }}\nmetricRelabelings: {{ . }}\n{{ end }}");
    assert_eq!(below.as_deref(), Some("web.metricRelabelings"));
}

/// The slip of the first value that nothing declares.
fn slip(values: &str, template: &str) -> Option<String> {
    let files = [("values.yaml", values), ("templates/a.yaml", template)];
    analysed(&files, |analysis| {
        let chart = analysis.closure.root().unwrap().chart;
        let value = &analysis.undeclared(chart)[0];
        value.slip.as_ref().map(|slip| slip.declared.to_string())
    })
}

#[test]
fn a_switch_has_one_name() {
    let values = "web: {create: true}\n";
    let create = "{{ if .Values.web.create }}a: 1{{ end }}\n";
    let slip = |rest: &str| slip(values, &format!("{create}{rest}\n"));
    let found = slip("{{ if and .Values.web.enabled .Release.Name }}b: 1{{ end }}");
    assert_eq!(found.as_deref(), Some("web.create"));
    assert_eq!(slip("{{ if or .Values.web.enabled .Values.web.create }}b: 1{{ end }}"), None);
    assert_eq!(slip("b: {{ .Values.web.enabled }}"), None);
}

#[test]
fn a_longer_name_beside_it_is_another_value() {
    let values = "ssl:\n  on: true\n  # keyStore: x\n  # keyStorePassword: x\n";
    let read = "a: {{ .Values.ssl.on }}\nb: {{ .Values.ssl.keystore | b64enc }}\n";
    let found = slip(values, &format!("{read}c: {{{{ .Values.ssl.keyStorePassword }}}}\n"));
    assert_eq!(found.as_deref(), Some("ssl.keyStore"));
}

#[test]
fn another_spelling_is_a_slip_where_nothing_says_that_it_is_older() {
    let far = "\n".repeat(20);
    let slip = |text: &str| {
        let read = format!("{{{{ .Values.web.modeName }}}}{far}");
        slip("web: {modeName: a}\n", &format!("{read}{text}\n"))
    };
    let asked = "{{ if .Values.web.mode_name }}a: 1{{ end }}";
    assert_eq!(slip(asked).as_deref(), Some("web.modeName"));
    assert_eq!(slip(&format!("{asked}\n# deprecated")), None);
    assert_eq!(slip(&format!("{asked}{{{{ .Values.web.modeName }}}}")), None);
}

#[test]
fn of_several_values_the_one_is_meant_that_a_line_above_asks_for() {
    let values = "net: {rules: a}\nweb: {net: {rules: a}}\n";
    let read = "{{ if .Values.net.rules }}a: 1{{ end }}\n\n\n";
    let pasted = "b: {{ .Values.job.net.rules }}\n";
    assert_eq!(meant(values, &format!("{read}{pasted}")), None);
    let asked = format!("{read}{{{{ if .Values.web.net.rules }}}}\n{pasted}{{{{ end }}}}\n");
    assert_eq!(meant(values, &asked).as_deref(), Some("web.net.rules"));
}

#[test]
fn lines_that_begin_alike_read_one_value() {
    let values = "image: {tag: a}\nexecutorsTag: b\n";
    let line = "  \"image\": \"x:{{ .Values.executorsTag }}\"\n";
    let read = "{{ .Values.image.tag }}\n  \"image\": \"y:{{ .Values.image.executorsTag }}\"\n";
    let found = meant(values, &format!("{read}{}", line.repeat(3)));
    assert_eq!(found.as_deref(), Some("executorsTag"));
    assert_eq!(meant(values, &format!("{read}{line}")), None);
}

#[test]
fn what_is_left_over_among_fellows_belongs_together() {
    let values = "users: {broker: a, proxy: b, client: c, some-console: d}\n";
    let template = "- {{ .Values.users.broker }}\n- {{ .Values.users.proxy }}\n";
    let left = |rest: &str| {
        let template = format!("{template}{rest}- {{{{ .Values.users.manager }}}}\n");
        let files = [("values.yaml", values), ("templates/a.yaml", template.as_str())];
        analysed(&files, |analysis| {
            let chart = analysis.closure.root().unwrap().chart;
            let left = analysis.left_over(&ValuesPath::of(["users", "manager"]), chart);
            left.map(|path| path.to_string())
        })
    };
    assert_eq!(left("- {{ .Values.users.client }}\n").as_deref(), Some("users.some-console"));
    assert_eq!(left(""), None);
    let far = format!("- {{{{ .Values.users.client }}}}\n{}", "\n".repeat(20));
    assert_eq!(left(&far), None);
}

#[test]
fn another_component_is_not_meant() {
    let values = "web: {http: {a: 1}}\napi: {http: {targetPort: 1}, mode: b}\n";
    let read = "a: {{ .Values.web.http.a }}\nport: {{ .Values.web.http.targetPort }}\n";
    assert_eq!(slip(values, read), None);
    assert_eq!(meant(values, read), None);
}

#[test]
fn values_a_step_deeper_are_named() {
    let values = "service: {http: {port: 1}, grpc: {port: 2}}\n";
    let template = "{{ toYaml .Values.service.http }}\na: {{ .Values.service.port }}\n";
    let files = [("values.yaml", values), ("templates/a.yaml", template)];
    let found = analysed(&files, |analysis| {
        let chart = analysis.closure.root().unwrap().chart;
        analysis.deeper(&analysis.undeclared(chart)[0], chart).map(|it| it.len())
    });
    assert_eq!(found, Some(2));
}

#[test]
fn a_branch_beside_tells_which_steps_were_lost() {
    let values =
        "web: {account: {create: true, name: a}}\napi: {account: {create: true, name: a}}\n";
    let read = "x: {{ .Values.web.account.name }}{{ .Values.api.account.name }}";
    let slips = |text: &str| {
        let files = [("values.yaml", values), ("templates/a.yaml", text)];
        analysed(&files, |analysis| {
            let chart = analysis.closure.root().unwrap().chart;
            let found = analysis.undeclared(chart).iter();
            let found = found.filter_map(|it| Some(it.slip.as_ref()?.declared.to_string()));
            found.collect::<Vec<_>>()
        })
    };
    let branch = |of: &str| {
        format!(
            "{{{{ if .Values.{of}.account.create }}}}{{{{ default \"b\" .Values.{of}.account.name }}}}\
             {{{{ else }}}}{{{{ default \"c\" .Values.account.name }}}}{{{{ end }}}}\n"
        )
    };
    assert_eq!(slips(&branch("web")), ["web.account"]);
    let both = format!("{}{}{read}", branch("api"), branch("web"));
    let mut found = slips(&both);
    found.sort();
    assert_eq!(found, ["api.account", "web.account"]);
    let elsewhere = format!("{}{read}{{{{ .Values.account.name }}}}", branch("web"));
    assert_eq!(slips(&elsewhere), [""; 0]);
    let asked =
        branch("web").replace("if .Values.web.account.create", "if .Values.api.account.create");
    assert_eq!(slips(&format!("{asked}{read}")), [""; 0]);
}

#[test]
fn what_is_written_below_a_field_is_what_has_its_name() {
    let slip = |values: &str, text: &str| {
        let files = [("values.yaml", values), ("templates/a.yaml", text)];
        analysed(&files, |analysis| {
            let chart = analysis.closure.root().unwrap().chart;
            let mut found = analysis.undeclared(chart).iter();
            found.find_map(|it| Some(it.slip.as_ref()?.declared.to_string()))
        })
    };
    let write = "annotations:\n  {{- toYaml .Values.podAnnotations | nindent 2 }}\n";
    let values = "annotations: {}\nlabels: {}\n";
    assert_eq!(slip(values, write).as_deref(), Some("annotations"));
    assert_eq!(slip(values, &write.replace("annotations:", "labels:")), None);
    assert_eq!(slip(values, &format!("{write}x: {{{{ .Values.annotations }}}}\n")), None);
    let two = format!("{write}y: {{{{ .Values.jobAnnotations }}}}\n");
    assert_eq!(slip(values, &two), None);
}

#[test]
fn a_needed_name_of_several_words_may_lie_a_step_deeper() {
    let meant = |values: &str| {
        let text = "a: {{ .Values.auth.storeKey }}{{ .Values.auth.tls.storeKey }}\n";
        let text = text.replace("}}{{", "}}\nb: {{");
        let files = [("values.yaml", values), ("templates/a.yaml", &*text)];
        analysed(&files, |analysis| {
            let chart = analysis.closure.root().unwrap().chart;
            let found = analysis.undeclared(chart).first()?;
            Some(analysis.alike(found, chart)?.to_string())
        })
    };
    assert_eq!(meant("auth: {tls: {storeKey: a}}\n").as_deref(), Some("auth.tls.storeKey"));
    let both = "auth: {tls: {storeKey: a}}\nweb: {storeKey: a, tls: {storeKey: b}}\n";
    assert_eq!(meant(both), None);
}
