use super::*;

fn ignores(rules: &str, path: &str) -> bool {
    let (rules, problems) = Rules::parse(rules);
    assert_eq!(problems, []);
    rules.ignores(path.trim_end_matches('/'), path.ends_with('/'))
}

#[test]
fn patterns_decide_as_in_helm() {
    // pattern, path (a trailing slash makes it a folder), ignored
    let table = [
        ("notes.txt", "notes.txt", true),
        ("notes.txt", "docs/notes.txt", true),
        ("/notes.txt", "notes.txt", true),
        ("/notes.txt", "docs/notes.txt", false),
        ("*.txt", "docs/a/notes.txt", true),
        ("*.txt", "notes.text", false),
        ("docs/*", "docs/a", true),
        ("docs/*", "docs/a/b", false),
        ("docs/*", "x/docs/a", false),
        ("docs/*.md", "docs/a.md", true),
        ("docs/", "docs/", true),
        ("docs/", "docs", false),
        ("docs/", "a/docs/", true),
        ("/docs/", "a/docs/", false),
        ("docs", "docs", true),
        ("docs", "docs/", true),
        ("a/b/", "a/b/", true),
        ("a/b/", "x/a/b/", false),
        ("?.md", "a.md", true),
        ("?.md", "ab.md", false),
        ("a?b", "a/b", false),
        ("*", "a/b", true),
        ("/*", "a/b", false),
        ("/*", "a", true),
        ("[a-c].md", "b.md", true),
        ("[a-c].md", "d.md", false),
        ("[^a-c].md", "d.md", true),
        ("/a[^x]b", "a/b", true),
        ("\\#x", "#x", true),
        ("\\*", "*", true),
        ("\\*", "a", false),
        ("# comment", "# comment", false),
        ("  spaced.md \t", "spaced.md", true),
        ("ä?.md", "äö.md", true),
        ("*a*b", "xaxxb", true),
        ("*a*b", "xaxxbc", false),
        ("*.*.yaml", "values.prod.yaml", true),
        (".*", ".git/", true),
        ("/", "a/", false),
        ("", "a", false),
    ];
    for (pattern, path, expected) in table {
        assert_eq!(ignores(pattern, path), expected, "{pattern} on {path}");
    }
}

#[test]
fn an_exclamation_mark_ignores_all_that_does_not_match() {
    assert!(ignores("!README.md", "values.yaml"));
    assert!(!ignores("!README.md", "README.md"));
    // It goes on to the next rule where it matches.
    assert!(ignores("!*.md\nREADME.md", "README.md"));
    assert!(!ignores("!*.md\nREADME.md", "NOTES.md"));
    // A folder pattern ignores every file.
    assert!(ignores("!docs/", "docs"));
    assert!(!ignores("!docs/", "docs/"));
}

#[test]
fn the_first_rule_that_decides_wins() {
    assert!(ignores("*.md\n!README.md", "README.md"));
    assert!(ignores("a.txt\n!b.txt", "a.txt"));
}

#[test]
fn helm_leaves_out_dotfiles_directly_in_templates() {
    let rules = Rules::default();
    assert!(rules.ignores("templates/.hidden.yaml", false));
    assert!(!rules.ignores("templates/.", true));
    assert!(!rules.ignores("templates/a/.hidden.yaml", false));
    assert!(!rules.ignores(".hidden.yaml", false));
    assert!(!rules.ignores("charts/x/templates/.hidden.yaml", false));
}

#[test]
fn the_chart_itself_is_never_ignored() {
    let (rules, _) = Rules::parse("*\n.\n");
    assert!(!rules.ignores("", true));
    assert!(!rules.ignores(".", true));
    assert!(rules.ignores("a", false));
}

#[test]
fn refused_lines_are_reported_with_their_place() {
    let text = "\u{feff}**/x\r\nok\n  a[b \n[]a]\n[a-]\nend\\\n";
    let (rules, problems) = Rules::parse(text);
    let lines: Vec<_> = problems.iter().map(|p| &text[p.span.range()]).collect();
    assert_eq!(lines, ["**/x", "a[b", "[]a]", "[a-]", "end\\"]);
    assert_eq!(problems[0].message, "`**/x` holds `**`, which Helm does not support");
    assert!(rules.ignores("ok", false));
}

#[test]
fn rules_past_the_limit_are_dropped_and_said() {
    let text = "a\n".repeat(IGNORE_RULES_MAX + 5);
    let (rules, problems) = Rules::parse(&text);
    assert_eq!(problems.len(), 1);
    assert_eq!(rules.rules.len(), IGNORE_RULES_MAX + 1);
}

#[test]
fn many_stars_on_a_long_name_end_soon() {
    let pattern = "*a".repeat(500) + "b";
    let name = "a".repeat(20_000);
    assert!(!ignores(&pattern, &name));
}
