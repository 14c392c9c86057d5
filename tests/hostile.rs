//! Hostile and broken input through the program: a clear message or an `input/*` finding with its
//! place, the exit code of `careen audit --help`, every Chart.yaml accounted for, and an end.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use careen::history::{Repository, fixture::Fixture};
use flate2::{Compression, write::GzEncoder};
use serde_json::Value;

/// Far more than any of these takes, also on a busy machine; far less than a hang.
const PATIENCE: Duration = Duration::from_secs(30);

/// Over every limit on files, and sparse: nobody pays for it unless it is read.
const HUGE: u64 = 100 << 20;

const MANIFEST: &str = "apiVersion: v2\nname: web\nversion: 1.0.0\nkubeVersion: '>=1.25.0-0'\n";

/// One run of the program.
struct Run {
    code: Option<i32>,
    stderr: String,
    /// Null where there is no report.
    report: Value,
}

/// The most memory that any of these may reserve, in KiB: a shell sees to it.
const MEMORY: &str = "ulimit -v 3145728 && exec \"$0\" \"$@\"";

fn careen(args: &[&str]) -> Run {
    let begun = Instant::now();
    let fixed = ["--format", "json", "--now", "2026-06-01"];
    let program = env!("CARGO_BIN_EXE_careen");
    let mut command = Command::new(if cfg!(unix) { "sh" } else { program });
    if cfg!(unix) {
        command.args(["-c", MEMORY, program]);
    }
    let output = command.arg("audit").args(args).args(fixed).env("NO_COLOR", "1").output().unwrap();
    assert!(begun.elapsed() < PATIENCE, "{args:?} took {:?}", begun.elapsed());
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(!stderr.contains("panicked"), "{args:?}: {stderr}");
    let report = serde_json::from_slice(&output.stdout).unwrap_or_default();
    Run { code: output.status.code(), stderr, report }
}

impl Run {
    fn findings(&self) -> &[Value] {
        self.report["findings"].as_array().map_or(&[], Vec::as_slice)
    }

    /// The findings of a rule in a file, as `line:column message`.
    fn told(&self, rule: &str, path: &str) -> Vec<String> {
        let here = |it: &&Value| it["rule"] == rule && it["location"]["path"] == path;
        let told = |it: &Value| {
            let start = &it["location"]["start"];
            format!("{}:{} {}", start["line"], start["column"], it["message"].as_str().unwrap())
        };
        self.findings().iter().filter(here).map(told).collect()
    }

    /// Exactly one finding of the rule in the file, with this in its text.
    fn says(&self, rule: &str, path: &str, text: &str) {
        let told = self.told(rule, path);
        assert!(
            matches!(told.as_slice(), [one] if one.contains(text)),
            "{path}: {told:?} in {self}"
        );
    }

    fn state(&self, path: &str) -> Option<&str> {
        let entries = self.report["coverage"]["entries"].as_array()?;
        let mut states = entries.iter().filter(|it| it["path"] == path).map(|it| &it["state"]);
        let state = states.next()?.as_str();
        assert_eq!(states.next(), None, "{path} is told twice in {self}");
        state
    }

    /// Every Chart.yaml below the folder is in the coverage, by itself or by its folder.
    fn accounts_for(&self, root: &Path) {
        for file in manifests(root) {
            let path = file.strip_prefix(root).unwrap().to_str().unwrap();
            let folder = path.rsplit_once('/').map_or(".", |(folder, _)| folder);
            let states = [self.state(path), self.state(folder)];
            assert_eq!(states.iter().flatten().count(), 1, "{path}: {states:?} in {self}");
        }
    }

    /// Wrong usage: exit code 2, a message with all of this, no report.
    fn refused(&self, texts: &[&str]) {
        assert_eq!((self.code, &self.report), (Some(2), &Value::Null), "{self}");
        assert!(self.stderr.starts_with("error: "), "{self}");
        for text in texts {
            assert!(self.stderr.contains(text), "`{text}` is not in {self}");
        }
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}: {}{:#}", self.code, self.stderr, self.report)
    }
}

/// Links are not followed, and names that are no UTF-8 are another test's.
fn manifests(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let mut found = Vec::new();
    for entry in entries.filter(|entry| entry.file_name().to_str().is_some()) {
        let is_folder = entry.file_type().unwrap().is_dir();
        match entry.file_name().to_str() {
            Some("Chart.yaml") if !is_folder => found.push(entry.path()),
            _ if is_folder => found.extend(manifests(&entry.path())),
            _ => {}
        }
    }
    found
}

/// A folder that is gone when the test ends.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, path: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    fn huge(&self, path: &str, start: &[u8]) {
        let path = self.write(path, start);
        fs::OpenOptions::new().write(true).open(path).unwrap().set_len(HUGE).unwrap();
    }

    fn audit(&self, args: &[&str]) -> Run {
        careen(&[&[self.path().to_str().unwrap()], args].concat())
    }
}

#[test]
fn broken_yaml_is_told_with_its_place() {
    let place = Place::new();
    let mut bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (this, next) in ('a'..'j').zip('b'..='j') {
        let nine = vec![format!("*{this}"); 9].join(", ");
        writeln!(bomb, "{next}: &{next} [{nine}]").unwrap();
    }
    let cases = [
        ("cut-flow", "a: 1\nb: {c: [1,\n".to_owned(), "2:8 "),
        ("cut-quote", "a: 1\nb: \"never closed\nc: 1\n".to_owned(), "2:4 "),
        ("recursive", "a: &a\n  b: *a\n".to_owned(), "2:6 "),
        ("bomb", bomb, "alias"),
        ("deep", "[".repeat(100_000), "deep"),
        (
            "deep-blocks",
            (0..700).fold(String::new(), |all, n| all + &" ".repeat(n) + "a:\n"),
            "deep",
        ),
        ("control", "a: 1\nb: \u{1b}[31m\n".to_owned(), "2:4 "),
        ("latin", String::new(), "2:7 "),
    ];
    for (name, text, _) in &cases {
        place.write(&format!("{name}/Chart.yaml"), MANIFEST);
        place.write(&format!("{name}/values.yaml"), text);
    }
    place.write("latin/values.yaml", b"a: 1\nb: caf\xe9\n");
    place.write("cut-manifest/Chart.yaml", "apiVersion: v2\nname: \"web\nversion: 1.0.0\n");
    place.write("latin-manifest/Chart.yaml", b"apiVersion: v2\nname: caf\xe9\n");
    let run = place.audit(&[]);
    for (name, _, told) in cases {
        run.says("input/unreadable-file", &format!("{name}/values.yaml"), told);
        assert_eq!(run.state(name), Some("partial"), "{name}");
    }
    for (name, told) in [("cut-manifest", "2:7 "), ("latin-manifest", "2:10 ")] {
        run.says("input/unreadable-chart", &format!("{name}/Chart.yaml"), told);
        assert_eq!(run.state(name), Some("skipped"), "{name}");
        let others = run.findings().iter().filter(|it| it["chart"]["path"] == name);
        assert_eq!(others.count(), 1, "nothing is known of {name}, so nothing else is said");
    }
    run.accounts_for(place.path());
    assert_eq!(run.code, Some(3));
    assert!(run.stderr.contains("could not be read"), "{run}");
    assert_eq!(place.audit(&["--allow-incomplete"]).code, Some(1));
    assert_eq!(place.audit(&["--allow-incomplete", "--fail-on", "never"]).code, Some(0));
}

#[test]
fn broken_templates_are_findings_and_nothing_is_skipped() {
    let place = Place::new();
    place.write("web/Chart.yaml", MANIFEST);
    let cases = [
        ("cut", "a: 1\nb: {{ .Values.x".to_owned()),
        ("open", "{{ if .a }}\n{{ if .b }}\n".to_owned()),
        ("deep", "{{ if 1 }}".repeat(100_000)),
        ("parentheses", format!("{{{{ {} }}}}", "(".repeat(100_000))),
        ("comment", "{{/* never closed".to_owned()),
    ];
    for (name, text) in &cases {
        place.write(&format!("web/templates/{name}.yaml"), text);
    }
    let run = place.audit(&[]);
    for (name, _) in cases {
        let path = format!("web/templates/{name}.yaml");
        assert!(!run.told("input/unparsable-template", &path).is_empty(), "{path}: {run}");
    }
    assert_eq!(
        (run.code, run.report["coverage"]["charts"]["skipped"].as_u64()),
        (Some(1), Some(0))
    );
}

/// A chart of one template and values.
fn one(template: &str, values: &str) -> Run {
    let place = Place::new();
    place.write("web/Chart.yaml", MANIFEST);
    place.write("web/values.yaml", values);
    place.write("web/templates/a.yaml", template);
    let run = place.audit(&[]);
    let shown: String = template.chars().take(200).collect();
    assert!(matches!(run.code, Some(0 | 1)), "{shown}: {:?} {}", run.code, run.stderr);
    run
}

#[test]
fn templates_that_never_end_are_given_up() {
    let calls = |to: usize| format!("{{{{ include \"d{to}\" . }}}}").repeat(10);
    let level = |at: usize| format!("{{{{ define \"d{at}\" }}}}{}{{{{ end }}}}", calls(at + 1));
    let includes = (0..30).map(level).collect::<String>()
        + &format!(
            "{{{{ define \"d30\" }}}}{}{{{{ end }}}}{{{{ include \"d0\" . }}}}",
            "x".repeat(100_000)
        );
    let tpl = "{{ tpl .Values.t . }}";
    let level = |at: usize| {
        let calls = format!("{{{{ tpl .Values.k{} . }}}}", at + 1).repeat(9);
        format!("k{at}: '{calls}'\n")
    };
    let wide = (0..25).map(level).collect::<String>() + "k25: " + &"x".repeat(100_000);
    let doubled = "{{ $x = print $x $x }}".repeat(60);
    let cases = [
        ("{{ range until 9223372036854775807 }}x{{ end }}", "", "makes more text"),
        ("{{ range $i := 9223372036854775807 }}{{ end }}", "", "rounds of `range`"),
        ("{{ range untilStep 0 9223372036854775807 1 }}{{ end }}", "", "makes more text"),
        ("{{ repeat 1000000000 .Values.t }}", "t: aaaaaaaaaa", "makes more text"),
        (&*includes, "", "bytes are rendered"),
        (tpl, "t: '{{ tpl .Values.t . }}{{ tpl .Values.t . }}'", "nests deeper"),
        ("{{ tpl .Values.k0 . }}", &*wide, "bytes are rendered"),
        (&*format!("{{{{ $x := .Values.t }}}}{doubled}{{{{ $x }}}}"), "t: aaaa", "makes more text"),
    ];
    for (template, values, told) in cases {
        let run = one(template, values);
        run.says("input/partial-analysis", "web/templates/a.yaml", told);
    }
}

#[test]
fn expressions_made_to_blow_up_are_given_up() {
    let cases = [
        (
            r#"{{ range $i := until 1000000 }}{{ regexMatch (printf "a{%d}b{900}(c|d){900}" (mod $i 1000)) "aaa" }}{{ end }}"#,
            true,
        ),
        (
            r#"{{ range until 1000 }}{{ regexMatch "[ab]*a[ab]{900}c" (repeat 1000000 "ab") }}{{ end }}"#,
            true,
        ),
        (
            r#"{{ regexMatch "^(a+)+$" (repeat 1000000 "a") }}{{ regexFindAll "(x+x+)+y" (repeat 1000000 "x") -1 }}"#,
            false,
        ),
        (r#"{{ regexMatch "((((a{1000}){1000}){1000}))" "a" }}"#, false),
    ];
    for (template, gives_up) in cases {
        let told = one(template, "a: 1\n").told("input/partial-analysis", "web/templates/a.yaml");
        assert_eq!(!told.is_empty(), gives_up, "{template}: {told:?}");
    }
}

#[test]
fn values_that_nest_without_end_are_let_go() {
    let nest = |by: &str| format!("{{{{ $x = {by} }}}}").repeat(30_000);
    let list = format!("{{{{ $x := list .Values.a }}}}{}{{{{ $x }}}}", nest("list $x"));
    let dict = format!("{{{{ $x := dict }}}}{}{{{{ toYaml $x }}}}", nest("dict \"a\" $x"));
    let round =
        "{{ $x := list }}{{ range until 200000 }}{{ $x = list $x }}{{ end }}a: {{ len $x }}";
    let knot = "{{ $_ := set .Values \"self\" .Values }}{{ toYaml .Values }}";
    for template in [&*list, &*dict, round, knot] {
        one(template, "a: 1\n");
    }
}

/// A million lines.
fn million(line: impl Fn(usize) -> String) -> String {
    (0..1_000_000).map(line).collect()
}

#[test]
fn a_million_lines_are_written() {
    let template = "a:\n{{ range until 1000000 }}- v\n{{ end }}";
    let run = one(template, "a: 1\n");
    assert_eq!(run.told("input/partial-analysis", "web/templates/a.yaml"), [""; 0]);
    let template = "{{ range until 20000 }}---\nkind: ConfigMap\nmetadata: {name: a}\n{{ end }}";
    one(template, "a: 1\n");
}

#[test]
fn a_template_of_a_million_lines_is_read() {
    let line = |at: usize| if at.is_multiple_of(10) { "- {{ .Values.a }}\n" } else { "- v\n" };
    let run = one(&million(|at| line(at).to_owned()), "a: 1\nunread: 1\n");
    run.says("docs/unused-value", "web/values.yaml", "`unread`");
    assert_eq!(run.told("input/unparsable-template", "web/templates/a.yaml"), [""; 0]);
}

#[test]
fn values_of_a_million_lines_are_read() {
    let values =
        million(|at| if at.is_multiple_of(20) { format!("k{at}:\n") } else { "- v\n".to_owned() });
    let run = one("a: {{ toYaml .Values | nindent 2 }}\n", &values);
    assert!(run.findings().len() < 20, "{run}");
}

#[test]
fn links_that_all_lead_nowhere_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let chart = folder.path().join("web");
    fs::create_dir(&chart).unwrap();
    fs::write(chart.join("Chart.yaml"), MANIFEST).unwrap();
    let part = |n: usize| format!("# part {n}\n\n[a](#none-{n}) [b](other.md#none-{n})\n\n");
    let text: String = (0..LINKS).map(part).collect::<Vec<_>>().concat();
    fs::write(chart.join("README.md"), &text).unwrap();
    fs::write(chart.join("other.md"), &text).unwrap();
    let run = careen(&[folder.path().to_str().unwrap()]);
    // The links within the README are one stale table of contents.
    assert_eq!(run.told("docs/broken-link", "web/README.md").len(), LINKS + 1);
}

#[test]
fn values_that_all_have_other_names_are_told() {
    let lines = |line: &dyn Fn(usize) -> String| -> String {
        (0..LINKS / 4).map(line).collect::<Vec<_>>().concat()
    };
    let reads = lines(&|n| format!("k{n}: {{{{ .Values.read{n} }}}}\n"));
    let run = one(&reads, &lines(&|n| format!("reed{n}: {n}\n")));
    assert_eq!(run.told("docs/undeclared-value", "web/templates/a.yaml").len(), LINKS / 4);
}

#[test]
fn blocks_that_all_lose_their_dot_are_told() {
    let block =
        |n: usize| format!("{{{{ with .Values.w{n} }}}}a: {{{{ .Values.k{n} }}}}{{{{ end }}}}\n");
    let blocks: String = (0..LINKS / 4).map(block).collect();
    let values = |n: usize| format!("w{n}: {{}}\nk{n}: 1\n");
    let values = (0..LINKS / 4).map(values).collect::<Vec<_>>().concat();
    let run = one(&blocks, &values);
    assert_eq!(run.told("docs/undeclared-value", "web/templates/a.yaml").len(), LINKS / 4);
}

#[test]
fn comments_that_all_stand_on_one_key_are_read() {
    let comments = (0..3 * LINKS).map(|n| format!("## @param none{n}.x Text\n"));
    let values = comments.collect::<Vec<_>>().concat() + "a: 1\n";
    let run = one("a: {{ .Values.a }}\n", &values);
    // Of one chart the rule judges no more than these, and what is left is told of.
    assert_eq!(run.told("docs/stale-value", "web/values.yaml").len(), LINKS);
    let rest = format!("{} are not looked up", 2 * LINKS);
    run.says("input/partial-analysis", "web/values.yaml", &rest);
}

#[test]
fn objects_that_all_change_are_looked_at_up_to_a_bound() {
    // One more than the rule looks at.
    let objects = (0..=2_000).map(|n| {
        let secret = "stringData: {p: {{ randAlphaNum 9 }}}";
        format!("---\napiVersion: v1\nkind: Secret\nmetadata: {{name: s{n}}}\n{secret}\n")
    });
    let run = one(&objects.collect::<Vec<_>>().concat(), "");
    assert_eq!(run.told("platform/regenerated-secret", "web/templates/a.yaml").len(), 2_000);
    let rest = run.told("platform/regenerated-secret", "web/Chart.yaml");
    assert_eq!(rest.len(), 1, "the one that is left is told of");
}

/// How many links of each kind lead nowhere: looked up one by one among as many headings they take minutes.
const LINKS: usize = 20_000;

#[test]
fn huge_files_are_refused_unread() {
    let place = Place::new();
    place.write("web/Chart.yaml", MANIFEST);
    place.huge("web/values.yaml", b"a: 1\n");
    place.huge("web/templates/a.yaml", b"{{ if }}");
    place.huge("web/.helmignore", b"*.md\n");
    place.huge("huge/Chart.yaml", MANIFEST.as_bytes());
    place.huge("releases/api-1.0.0.tgz", &[0x1f, 0x8b, 8, 0]);
    let begun = Instant::now();
    let run = place.audit(&[]);
    assert!(begun.elapsed() < PATIENCE / 3, "{:?}", begun.elapsed());
    for path in ["web/values.yaml", "web/templates/a.yaml"] {
        run.says("input/unreadable-file", path, "104857600 bytes; more than 33554432 are not read");
    }
    assert_eq!(run.told("input/unreadable-chart", "web/.helmignore").len(), 1, "{run}");
    let told = run.told("input/unreadable-chart", "huge/Chart.yaml").join("\n");
    assert!(told.contains("more than 33554432 are not read"), "{run}");
    run.says("input/unreadable-chart", "releases/api-1.0.0.tgz", "more than 33554432 are not read");
    assert_eq!((run.state("huge"), run.state("web")), (Some("skipped"), Some("partial")));
    run.accounts_for(place.path());
    assert_eq!(run.code, Some(3));
    let package = place.path().join("releases/api-1.0.0.tgz");
    careen(&[package.to_str().unwrap()]).refused(&["104857600 bytes", "api-1.0.0.tgz"]);
    place.huge("careen.yaml", b"rules: {}\n");
    place.audit(&[]).refused(&["`careen.yaml` has 104857600 bytes"]);
}

#[test]
fn a_configuration_may_be_hostile_too() {
    let place = Place::new();
    place.write("web/Chart.yaml", MANIFEST);
    for (text, told) in [
        ("rules: &r\n  a: *r\n".as_bytes(), "careen.yaml:2:6: error: "),
        ("rules: {".as_bytes(), "careen.yaml:1:"),
        ("[".repeat(5_000).as_bytes(), "careen.yaml:1:"),
        (b"rules: \xff\n", "careen.yaml"),
    ] {
        place.write("careen.yaml", text);
        let run = place.audit(&[]);
        assert_eq!((run.code, &run.report), (Some(2), &Value::Null), "{run}");
        assert!(run.stderr.contains(told) && run.stderr.contains("error: "), "{run}");
    }
}

/// A package of these files, their names as given: the crate's own writer refuses most.
fn package(files: &[(&str, &[u8])], kind: tar::EntryType) -> Vec<u8> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::best()));
    let chart = ("web/Chart.yaml", MANIFEST.as_bytes());
    for (path, content) in std::iter::once(&chart).chain(files) {
        let mut header = tar::Header::new_gnu();
        header.as_gnu_mut().unwrap().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_size(content.len() as u64);
        if *path != chart.0 {
            header.set_entry_type(kind);
            header.set_link_name_literal("../../../etc/passwd").unwrap();
        }
        header.set_cksum();
        archive.append(&header, *content).unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap()
}

#[test]
fn hostile_packages_are_told_wherever_they_lie() {
    use tar::EntryType::Regular;
    let place = Place::new();
    place.write("web/Chart.yaml", MANIFEST);
    let whole = package(&[("web/values.yaml", b"a: 1\n")], Regular);
    let zeros = vec![0; 5 << 20];
    let bomb = package(&[("web/zeros", &zeros)], Regular);
    assert!(bomb.len() * 900 < zeros.len(), "{}", bomb.len());
    let cases = [
        ("up", package(&[("web/../../escaped", b"x")], Regular), "`web/../../escaped`"),
        ("back", package(&[("web\\..\\..\\escaped", b"x")], Regular), "escaped`"),
        ("root", package(&[("web//etc/careen-escaped", b"x")], Regular), "absolute path"),
        ("drive", package(&[("web/C:/escaped", b"x")], Regular), "absolute path"),
        ("bomb", bomb, "more than 100 times"),
        ("cut", whole[..whole.len() / 2].to_vec(), "damaged"),
        ("garbage", b"\x1f\x8b\x08\0\0\0\0\0\0\x03garbage".to_vec(), "damaged"),
    ];
    for (name, bytes, told) in &cases {
        place.write(&format!("web/charts/{name}-1.0.0.tgz"), bytes);
        let file = place.write(&format!("releases/{name}-1.0.0.tgz"), bytes);
        careen(&[file.to_str().unwrap()]).refused(&[told, &format!("{name}-1.0.0.tgz")]);
    }
    let run = place.audit(&[]);
    for (name, _, told) in &cases {
        let (release, vendored) =
            (format!("releases/{name}-1.0.0.tgz"), format!("web/charts/{name}-1.0.0.tgz"));
        run.says("input/unreadable-chart", &release, told);
        run.says("input/unreadable-file", &vendored, told);
        assert_eq!(run.state(&release), Some("skipped"), "{name}");
    }
    assert_eq!(run.code, Some(3));
    assert!(!place.path().join("escaped").exists() && !Path::new("/etc/careen-escaped").exists());
}

#[test]
fn links_in_packages_are_never_followed() {
    for kind in [tar::EntryType::Symlink, tar::EntryType::Link] {
        let place = Place::new();
        let file = place.write("web.tgz", package(&[("web/README.md", b"")], kind));
        let run = careen(&[file.to_str().unwrap()]);
        assert_eq!(run.code, Some(0), "{run}");
        assert!(!run.report.to_string().contains("root:"), "{run}");
    }
}

#[cfg(unix)]
#[test]
fn links_that_loop_or_lead_out_are_told() {
    use std::os::unix::fs::symlink;
    let outside = Place::new();
    let secret = outside.write("Chart.yaml", "apiVersion: v2\nname: hidden\nversion: 6.6.6\n");
    let place = Place::new();
    let link = |target: &Path, path: &str| {
        let path = place.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        symlink(target, path).unwrap();
    };
    for chart in ["web", "looping"] {
        place.write(&format!("{chart}/Chart.yaml"), MANIFEST);
    }
    link(&secret, "web/values.yaml");
    link(outside.path(), "web/charts/out");
    link(Path::new("../../../../../../etc/passwd"), "web/templates/a.yaml");
    link(Path::new("b"), "looping/a");
    link(Path::new("a"), "looping/b");
    link(Path::new(".."), "looping/templates/up");
    link(Path::new("."), "self");
    link(outside.path(), "elsewhere");
    link(&secret, "stolen/Chart.yaml");
    link(Path::new("Chart.yaml"), "eternal/Chart.yaml");
    link(Path::new("nowhere"), "dangling/Chart.yaml");
    link(Path::new("nowhere"), "testdata/dangling/Chart.yaml");
    let run = place.audit(&[]);
    for path in ["web/values.yaml", "web/charts/out", "web/templates/a.yaml"] {
        run.says("input/unreadable-file", path, "leads out of the root");
    }
    for path in ["looping/a", "looping/b", "looping/templates/up"] {
        let told = run.told("input/unreadable-chart", path);
        assert!(told.iter().any(|it| it.contains("link to")), "{path}: {told:?} in {run}");
    }
    for (path, told) in [
        ("stolen/Chart.yaml", "leads out of the root"),
        ("eternal/Chart.yaml", "leads back to itself"),
        ("dangling/Chart.yaml", "does not exist"),
    ] {
        run.says("input/unreadable-chart", path, told);
        assert_eq!(run.state(path), Some("skipped"));
    }
    assert_eq!(run.state("testdata/dangling/Chart.yaml"), Some("excluded"));
    run.accounts_for(place.path());
    assert_eq!(run.code, Some(3));
    let report = run.report.to_string();
    assert!(!report.contains("6.6.6") && !report.contains("root:"), "{run}");
}

#[cfg(unix)]
#[test]
fn names_that_are_no_utf8_are_told() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
    let place = Place::new();
    place.write("web/Chart.yaml", MANIFEST);
    let odd = place.path().join(OsStr::from_bytes(b"caf\xe9"));
    fs::create_dir(&odd).unwrap();
    fs::write(odd.join("Chart.yaml"), MANIFEST).unwrap();
    fs::create_dir(place.path().join("web/templates")).unwrap();
    fs::write(place.path().join(OsStr::from_bytes(b"web/templates/\xff.yaml")), "a: 1\n").unwrap();
    let run = place.audit(&[]);
    run.says("input/unreadable-file", "web/templates/\u{fffd}.yaml", "no UTF-8: rename it");
    run.says("input/unreadable-chart", "caf\u{fffd}/Chart.yaml", "no UTF-8: rename it");
    assert_eq!(run.state("caf\u{fffd}/Chart.yaml"), Some("skipped"));
    assert_eq!(run.code, Some(3));
    place.write("careen.yaml", "exclude: ['caf*']\n");
    let run = place.audit(&["--select", "input/unreadable-chart"]);
    assert_eq!(run.state("caf\u{fffd}/Chart.yaml"), Some("excluded"), "{run}");
}

#[cfg(unix)]
#[test]
fn files_that_may_not_be_read_are_told() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    let closed = |path: &str, content: &str| {
        let file = place.write(path, content);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).unwrap();
        file
    };
    place.write("web/Chart.yaml", MANIFEST);
    let file = closed("web/values.yaml", "a: 1\n");
    closed("closed/Chart.yaml", MANIFEST);
    closed("releases/api-1.0.0.tgz", "");
    if fs::read(&file).is_ok() {
        eprintln!("skipped: this user may read everything");
        return;
    }
    let run = place.audit(&[]);
    run.says("input/unreadable-file", "web/values.yaml", "permission denied: make it readable");
    run.says("input/unreadable-chart", "closed/Chart.yaml", "permission denied");
    run.says("input/unreadable-chart", "releases/api-1.0.0.tgz", "permission denied");
    assert_eq!(run.state("closed"), Some("skipped"));
    run.accounts_for(place.path());
    assert_eq!(run.code, Some(3));
    let package = place.path().join("releases/api-1.0.0.tgz");
    careen(&[package.to_str().unwrap()]).refused(&["permission denied"]);
}

#[test]
fn what_is_no_catalog_is_wrong_usage() {
    let place = Place::new();
    place.write("docs/README.md", "# Nothing\n");
    let path = place.path().to_str().unwrap().to_owned();
    place.audit(&[]).refused(&["there is no chart in", &path, "help: give a folder"]);
    place.audit(&["--allow-incomplete", "--fail-on", "never"]).refused(&["there is no chart"]);
    careen(&[&format!("{path}/nowhere")]).refused(&["does not exist: check the path"]);
    careen(&[&format!("{path}/docs/README.md")])
        .refused(&["neither a folder nor a packaged chart"]);
    place.audit(&["--at", "main"]).refused(&["is in no Git repository"]);
    let empty = place.write("empty.tgz", "");
    careen(&[empty.to_str().unwrap()]).refused(&["is damaged"]);
}

fn repository(place: &Place) -> (Fixture, String) {
    let path = place.path().join("bare.git");
    let fixture = Fixture::bare(&path).unwrap();
    (fixture, path.to_str().unwrap().to_owned())
}

fn commit(fixture: &mut Fixture, time: i64) -> String {
    fixture.commit(time, "Ann <ann@example.com>", "Change charts").unwrap()
}

/// Deletes a loose object, as if it had never been fetched.
fn lose(repository: &str, object: &str) {
    let (folder, file) = object.split_at(2);
    fs::remove_file(Path::new(repository).join("objects").join(folder).join(file)).unwrap();
}

#[test]
fn a_missing_reference_is_wrong_usage() {
    let place = Place::new();
    let (mut fixture, path) = repository(&place);
    careen(&[&path]).refused(&["has no commit"]);
    fixture.write("web/Chart.yaml", MANIFEST);
    commit(&mut fixture, 1_700_000_000);
    careen(&[&path, "--at", "no-such"]).refused(&[
        "`no-such`",
        "git fetch origin no-such",
        "`main`",
    ]);
    for reference in
        ["", "HEAD~99", "HEAD:web", "@{upstream}", "-x", "../../etc/passwd", "\u{1b}[0m"]
    {
        careen(&[&path, &format!("--at={reference}")]).refused(&[]);
    }
    assert_eq!(careen(&[&path, "--at", "HEAD"]).code, Some(0));
}

#[test]
fn files_that_git_has_not_are_told() {
    let place = Place::new();
    let (mut fixture, path) = repository(&place);
    for chart in ["web", "lost", "fine"] {
        fixture.write(&format!("{chart}/Chart.yaml"), MANIFEST);
    }
    fixture.write_absent("web/values.yaml").write_absent("web/templates/a.yaml");
    fixture.write_absent("fine/logo.png").write_absent("lost/Chart.yaml");
    fixture.write_absent("releases/api-1.0.0.tgz");
    commit(&mut fixture, 1_700_000_000);
    let run = careen(&[&path]);
    for file in ["web/values.yaml", "web/templates/a.yaml"] {
        run.says("input/unreadable-file", file, "absent from this Git repository");
    }
    run.says("input/unreadable-chart", "lost/Chart.yaml", "absent from this Git repository");
    run.says("input/unreadable-chart", "releases/api-1.0.0.tgz", "absent from this Git repository");
    assert_eq!((run.state("lost"), run.state("web")), (Some("skipped"), Some("partial")));
    assert_eq!(run.state("fine"), Some("analysed"), "nobody parses a picture: {run}");
    assert_eq!(run.state("releases/api-1.0.0.tgz"), Some("skipped"));
    assert_eq!(run.code, Some(3));
}

#[test]
fn trees_and_commits_that_git_has_not_are_told() {
    let place = Place::new();
    let (mut fixture, path) = repository(&place);
    for chart in ["web", "gone"] {
        fixture.write(&format!("{chart}/Chart.yaml"), MANIFEST);
        fixture.write(&format!("{chart}/README.md"), format!("# {chart}\n"));
    }
    let first = commit(&mut fixture, 1_600_000_000);
    fixture.write("web/values.yaml", "a: 1\n");
    let second = commit(&mut fixture, 1_700_000_000);
    let local = Repository::open(Path::new(&path)).unwrap().local().to_thread_local();
    let tree = |name: &str| local.rev_parse_single(name).unwrap().to_string();
    let (folder, root) = (tree("HEAD:gone"), tree("HEAD^{tree}"));

    lose(&path, &first);
    let run = careen(&[&path]);
    assert_eq!((run.code, run.state("web").is_some()), (Some(0), true), "{run}");
    let told = run.findings().iter().any(|it| it["rule"] == "input/partial-analysis");
    assert!(told, "the history is not whole: {run}");
    careen(&[&path, "--at", &first]).refused(&[&first]);

    lose(&path, &folder);
    let run = careen(&[&path]);
    run.says("input/unreadable-file", "gone", "absent from this Git repository");
    assert_eq!((run.code, run.state("gone")), (Some(3), Some("skipped")));
    assert!(run.state("web").is_some(), "{run}");

    lose(&path, &root);
    careen(&[&path]).refused(&["absent"]);
    lose(&path, &second);
    careen(&[&path]).refused(&["absent", "git fetch"]);
}

#[test]
fn a_damaged_repository_around_a_folder_takes_only_the_history() {
    let place = Place::new();
    place.write("web/Chart.yaml", MANIFEST);
    for (file, content) in
        [(".git", "gitdir: /nowhere/at/all\n"), (".git", "gitdir: .\n"), (".git", "\u{0}\u{1}")]
    {
        place.write(file, content);
        let run = place.audit(&[]);
        assert!(matches!(run.code, Some(0 | 1 | 3)), "{content:?}: {run}");
        assert!(run.state("web").is_some(), "{content:?}: {run}");
        fs::remove_file(place.path().join(file)).unwrap();
    }
    place.write(".git/HEAD", "ref: refs/heads/main\n");
    place.write(".git/config", "[core\nbroken");
    place.write(".git/refs/heads/main", "no commit id\n");
    fs::create_dir(place.path().join(".git/objects")).unwrap();
    let run = place.audit(&[]);
    assert!(run.state("web").is_some(), "{run}");
    place.audit(&["--at", "main"]).refused(&[]);
}

#[test]
fn huge_references_and_schemas_come_to_an_end() {
    let place = Place::new();
    let count = 1_500;
    let (mut values, mut rows, mut properties, mut reads) =
        (String::new(), String::new(), String::new(), String::new());
    for number in 0..count {
        writeln!(values, "  # a.z{number} -- text\n  k{number}: {number}").unwrap();
        writeln!(rows, "| a.k{number} | `{number}` | x |\n| a.q{} | `1` | x |", number / 2)
            .unwrap();
        write!(properties, "\"k{number}\": {{\"type\": \"string\"}},").unwrap();
        writeln!(reads, "{{{{ .Values.a.k{number}.name }}}}").unwrap();
    }
    place.write("web/Chart.yaml", MANIFEST);
    place.write("web/values.yaml", format!("a:\n{values}"));
    place.write("web/README.md", format!("# x\n\n| Key | Default | Text |\n|---|---|---|\n{rows}"));
    place.write("web/templates/a.yaml", reads);
    let links = (0..count).map(|number| {
        format!("\"d{number}\": {{\"$ref\": \"#/definitions/d{}\"}},", (number + 1) % count)
    });
    let links: String = links.collect();
    let schema = format!(
        "{{\"properties\": {{\"a\": {{\"properties\": {{{properties} \"x\": {{\"$ref\": \"#/definitions/d0\"}}}}}}}}, \"definitions\": {{{links} \"x\": {{}}}}}}"
    );
    place.write("web/values.schema.json", schema);
    let run = place.audit(&[]);
    assert!(run.findings().iter().any(|it| it["rule"] == "docs/stale-value"), "{run}");
    assert!(run.findings().iter().any(|it| it["rule"] == "docs/schema-drift"), "{run}");
}
