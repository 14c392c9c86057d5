use super::*;

const VECTORS: &str = include_str!("../../fixtures/vectors/semver_vectors.tsv");
const CONSTRAINTS: &str = include_str!("../../fixtures/vectors/semver_constraints.txt");
const VERSIONS: &str = include_str!("../../fixtures/vectors/semver_versions.txt");
const MATRIX: &str = include_str!("../../fixtures/vectors/semver_matrix.go.tsv");

fn verdict(constraint: &str, version: &str) -> String {
    match Constraint::parse(constraint) {
        Err(_) => "constraint_error".to_owned(),
        Ok(constraint) => match parse(version) {
            Err(_) => "version_error".to_owned(),
            Ok(version) => constraint.matches(&version).to_string(),
        },
    }
}

#[test]
fn agrees_with_go_on_the_vectors() {
    let mut count = 0;
    for line in VECTORS.lines().skip(1) {
        let [constraint, version, result] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line:?}")
        };
        assert_eq!(verdict(constraint, version), result, "`{constraint}` on `{version}`");
        count += 1;
    }
    assert_eq!(count, 98);
}

#[test]
fn agrees_with_go_on_the_matrix() {
    let versions: Vec<Version> = VERSIONS.lines().map(|line| parse(line).unwrap()).collect();
    assert_eq!((versions.len(), CONSTRAINTS.lines().count()), (55, 80));
    for (line, constraint) in MATRIX.lines().zip(CONSTRAINTS.lines()) {
        let (name, expected) = line.split_once('\t').unwrap();
        assert_eq!(name, constraint);
        let found = match Constraint::parse(constraint) {
            Err(_) => "ERR".to_owned(),
            Ok(parsed) => versions
                .iter()
                .map(|version| if parsed.matches(version) { '1' } else { '0' })
                .collect(),
        };
        assert_eq!(found, expected, "`{constraint}`");
    }
}

#[test]
fn agrees_with_go_on_single_versions() {
    let shown = |parsed: Result<Version, VersionError>| match parsed {
        Ok(version) => version.to_string(),
        Err(_) => "ERR".to_owned(),
    };
    let rows: Vec<_> = MATRIX.lines().filter_map(|line| line.strip_prefix("V\t")).collect();
    assert_eq!(rows.len(), 21);
    for row in rows {
        let [text, loose, strict] = row.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{row:?}")
        };
        assert_eq!(shown(parse(text)), loose, "`{text}`");
        assert_eq!(shown(parse_strict(text)), strict, "`{text}` strictly");
    }
}

#[test]
fn loose_versions() {
    for (text, expected) in [
        ("v1", "1.0.0"),
        ("1.2", "1.2.0"),
        ("01.02.003", "1.2.3"),
        ("1.2-rc.1+b.07", "1.2.0-rc.1+b.07"),
        ("18446744073709551615.0.0", "18446744073709551615.0.0"),
    ] {
        assert_eq!(parse(text).unwrap().to_string(), expected);
    }
    for (text, offset) in [
        ("", 0),
        ("latest", 0),
        ("V1", 0),
        ("1.2.3.4", 5),
        ("1.2.3-01", 6),
        ("1.2.3-", 5),
        ("1.2.3+", 5),
        ("1..2", 1),
        ("18446744073709551616", 0),
        ("1.2.3 ", 5),
        ("1.2.é", 3),
    ] {
        assert_eq!(parse(text).unwrap_err().offset, Some(offset), "`{text}`");
    }
}

#[test]
fn strict_versions() {
    assert_eq!(parse_strict("1.2.3-rc.1+b").unwrap().to_string(), "1.2.3-rc.1+b");
    for (text, offset) in [("v1.2.3", 0), ("1.2", 3), ("1.02.3", 2), ("1.2.3-00", 6), ("", 0)] {
        assert_eq!(parse_strict(text).unwrap_err().offset, Some(offset), "`{text}`");
    }
    assert_eq!(
        parse_strict("1.02.3").unwrap_err().to_string(),
        "`02` in `1.02.3` has a leading zero"
    );
}

#[test]
fn precedence_leaves_out_build_metadata() {
    let ascending = [
        "1.0.0-0",
        "1.0.0-9",
        "1.0.0-10",
        "1.0.0-99999999999999999999",
        "1.0.0-ALPHA",
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0",
        "1.0.1",
    ];
    for pair in ascending.windows(2) {
        let [a, b] = [pair[0], pair[1]].map(|text| parse(text).unwrap());
        assert_eq!(compare(&a, &b), Ordering::Less, "{a} < {b}");
        assert_eq!(compare(&b, &a), Ordering::Greater, "{b} > {a}");
    }
    let [a, b] = ["1.0.0+a", "1.0.0+b"].map(|text| parse(text).unwrap());
    assert_eq!(compare(&a, &b), Ordering::Equal);
}

#[test]
fn exact_and_pinned() {
    let parsed = |text| Constraint::parse(text).unwrap();
    for text in ["1.2.3", "=1.2.3", "v1.2.3", "= 1.2.3-rc.1", "1.2-3.4.5.x"] {
        let exact = text != "1.2-3.4.5.x";
        assert_eq!(parsed(text).is_exact(), exact, "`{text}`");
    }
    for text in ["~1.2.3", "1.2", "1.2.x", "1.2.3 || 1.2.4", ">=1.2.3 <=1.2.3"] {
        assert!(!parsed(text).is_exact(), "`{text}`");
    }
    for (text, floats) in
        [("1", true), ("1.2", true), ("v1.2", true), ("1.x", false), ("^1", false)]
    {
        assert_eq!(parsed(text).looks_pinned_but_floats(), floats, "`{text}`");
    }
}

#[test]
fn upper_bounds_hold_on_every_alternative() {
    for text in ["1.2.3", "1", "^1", "~1.2", "<2", ">=1 <2", "1 - 2", "^1 || ^2", "^*", "<=2.x"] {
        assert!(Constraint::parse(text).unwrap().has_upper_bound(), "`{text}`");
    }
    for text in ["*", "x.1", ">=1", ">1 || <3", "!=1.2.3", "~0.0.0", "~*", "^1 || >=3"] {
        assert!(!Constraint::parse(text).unwrap().has_upper_bound(), "`{text}`");
    }
}

#[test]
fn bounds_can_be_inspected() {
    let parsed = Constraint::parse(">= 1.19.0-0 <v1.33 || 2.1 - 2.4").unwrap();
    let [first, second] = parsed.alternatives() else { panic!("{parsed:?}") };
    assert!(first.admits_prereleases() && !second.admits_prereleases());
    let [low, high] = first.bounds.as_slice() else { panic!("{first:?}") };
    assert_eq!((low.operator, low.wild), (Operator::GreaterOrEqual, Wild::None));
    assert!(low.has_prerelease() && !high.has_prerelease());
    assert_eq!((high.written.as_str(), high.wild), ("v1.33", Wild::Patch));
    let operators: Vec<_> = second.bounds.iter().map(|bound| bound.operator).collect();
    assert_eq!(operators, [Operator::GreaterOrEqual, Operator::LessOrEqual]);
}

#[test]
fn errors_say_where() {
    for (text, offset) in [
        ("", Some(0)),
        ("latest", Some(0)),
        (">=1.2<3", Some(5)),
        ("^1 || ", Some(6)),
        (">=1,", Some(4)),
        ("^1 || ==2", Some(7)),
        ("1.2.3.4", Some(5)),
        (">=1.1x", Some(4)),
        (">= 1.20.0 - 0", None),
    ] {
        assert_eq!(Constraint::parse(text).unwrap_err().offset, offset, "`{text}`");
    }
}

#[test]
fn quirks_of_the_library_are_kept() {
    // White space before a range is replaced with the range.
    assert!(Constraint::parse(">1 1.0 - 2").is_err());
    // A bar is a digit to the range pattern.
    assert_eq!(verdict("1||2 - 3", "7.0.0"), "true");
    assert_eq!(verdict("1 || 2 - 3", "7.0.0"), "false");
    // What follows a wild number is not read.
    assert_eq!(verdict("1.x.2x", "1.9.9"), "true");
}

#[test]
fn limits_are_those_of_the_library() {
    let version = |bytes: usize| format!("1.0.0-{}", "a".repeat(bytes - 6));
    assert!(parse(&version(MAX_VERSION_BYTES)).is_ok());
    assert!(parse(&version(MAX_VERSION_BYTES + 1)).is_err());
    assert!(parse_strict(&version(MAX_VERSION_BYTES + 1)).is_err());
    assert!(Constraint::parse(&version(MAX_VERSION_BYTES + 1)).is_err());
    let alternatives = |count: usize| vec!["1"; count].join("||");
    assert!(Constraint::parse(&alternatives(MAX_CONSTRAINT_ALTERNATIVES)).is_ok());
    assert!(Constraint::parse(&alternatives(MAX_CONSTRAINT_ALTERNATIVES + 1)).is_err());
    let padded = |bytes: usize| format!("1{}", " ".repeat(bytes - 1));
    assert!(Constraint::parse(&padded(MAX_CONSTRAINT_BYTES)).is_ok());
    assert!(Constraint::parse(&padded(MAX_CONSTRAINT_BYTES + 1)).is_err());
}
