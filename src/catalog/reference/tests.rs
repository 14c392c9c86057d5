//! Tables of values.

use super::*;

fn keys(cell: &str) -> Vec<String> {
    key::read(cell, 0)
        .into_iter()
        .map(|(key, span)| {
            assert_eq!(
                cell.get(span.range()).map(|text| text
                    .contains(&key.text.split('[').next().unwrap_or_default().replace('|', "\\|"))),
                Some(true),
                "{cell}"
            );
            key.text
        })
        .collect()
}

fn steps(text: &str) -> Vec<String> {
    let pattern = Pattern::parse(text).unwrap();
    pattern.steps.into_iter().map(|step| step.unwrap_or_else(|| "*".to_owned())).collect()
}

#[test]
fn cells_name_keys() {
    for (cell, expected) in [
        ("`a.b`", vec!["a.b"]),
        (" a.b ", vec!["a.b"]),
        ("[a.b](./values.yaml#L3)", vec!["a.b"]),
        ("[`a.b`](./values.yaml#L3)", vec!["a.b"]),
        ("**a.b**", vec!["a.b"]),
        ("`a`, `b`", vec!["a", "b"]),
        ("`a` / `b`", vec!["a", "b"]),
        ("`a`<br>`b`", vec!["a", "b"]),
        ("a, b", vec!["a", "b"]),
        ("`a` (see `b`)", vec!["a"]),
        ("a.b (deprecated)", vec!["a.b"]),
        ("`.Values.a.b`", vec!["a.b"]),
        ("`a.*`", vec!["a"]),
        (" a.\"b c\".d ", vec!["a.\"b c\".d"]),
        ("`a[]`", vec!["a"]),
        ("`a.b:c.d/e`", vec!["a.b"]),
        ("two words", vec![]),
        ("`helm install`", vec![]),
        ("", vec![]),
    ] {
        assert_eq!(keys(cell), expected, "{cell}");
    }
}

#[test]
fn keys_have_steps() {
    assert_eq!(steps("a.\"b.c/d\".e"), ["a", "b.c/d", "e"]);
    assert_eq!(steps(r"a.b\.c"), ["a", "b.c"]);
    assert_eq!(steps("a['b.c'][0].d"), ["a", "b.c", "*", "d"]);
    assert_eq!(steps("a.<name>.b"), ["a", "*", "b"]);
    assert_eq!(steps("a.<x.y>.b"), ["a", "*", "b"]);
    assert_eq!(steps("a.*.b[].c"), ["a", "*", "b", "*", "c"]);
    assert_eq!(steps("a.{name}.N"), ["a", "*", "*"]);
    assert_eq!(steps("a.0.b"), ["a", "*", "b"]);
    for text in ["a b", "a:b", "a..b", "a.", "f(x)", "a=b", "\"a", "[x"] {
        assert_eq!(Pattern::parse(text), None, "{text}");
    }
}

#[test]
fn titles_tell_columns() {
    let of = |header: &str| {
        let cells: Vec<_> = header.split('|').collect();
        titles::of(&cells).map(|titles| (titles.key, titles.default, titles.style))
    };
    assert_eq!(of("Key | Type | Default | Description"), Some((0, Some(2), Style::HelmDocs)));
    assert_eq!(of("Name | Description | Value"), Some((0, Some(2), Style::Bitnami)));
    assert_eq!(of("property|description|type|default"), Some((0, Some(3), Style::HelmTool)));
    assert_eq!(of("Parameter | Description | Default"), Some((0, Some(2), Style::Plain)));
    assert_eq!(of("Value | Description"), Some((0, None, Style::Plain)));
    assert_eq!(of(" | description | default | example"), Some((0, Some(2), Style::Plain)));
    assert_eq!(of("**Section** | Parameter | Default"), Some((1, Some(2), Style::Plain)));
    assert_eq!(of("Repository | Name | Version"), None);
    assert_eq!(of("Name | Email | Url"), None);
    assert_eq!(of("Old | New"), None);
    assert_eq!(of("Service | Port"), None);
}

#[test]
fn defaults_are_code_or_text() {
    let read = |cell| {
        let default = Default::read(cell);
        (default.texts, default.code, default.beside)
    };
    let is = |texts: &[&str], code, beside: &str| {
        (texts.iter().map(|&text| text.to_owned()).collect(), code, beside.to_owned())
    };
    assert_eq!(read(" `\"a\"` "), is(&["\"a\""], true, ""));
    assert_eq!(read("`` a`b ``"), is(&["a`b"], true, ""));
    assert_eq!(read("`a` or `b`"), is(&["a", "b"], true, "or"));
    assert_eq!(read("[see](x) *this* &lt;a&gt;<br>"), is(&["see this <a>"], false, ""));
    assert_eq!(read("`a\\|b`"), is(&["a|b"], true, ""));
    assert_eq!(read(""), is(&[""], false, ""));
    assert_eq!(read("`open"), is(&["`open"], false, ""));
}

#[test]
fn any_soup_is_a_cell() {
    let ticks = "`` ` ".repeat(20_000);
    for text in ["`", "``", "\\", "<", "[", "](", "&", "<br", "é`", ticks.as_str()] {
        Default::read(text);
        key::read(text, 0);
        key::of_item(text, 0);
    }
}

fn chart(values: &str, readme: &str) -> Chart {
    use std::collections::BTreeMap;

    let manifest = "apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies:\n  - name: redis\n    version: 1.0.0\n    repository: https://charts.example.com\n";
    let files = [("Chart.yaml", manifest), ("values.yaml", values), ("README.md", readme)];
    let files: BTreeMap<String, Vec<u8>> =
        files.into_iter().map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())).collect();
    let sources = vec![crate::sources::Source::memory("", files)];
    let sources = crate::sources::Sources::from_list(sources);
    let discovery = crate::discover::discover(&sources, &globset::GlobSet::empty());
    crate::catalog::load::load(sources.get(0).unwrap(), 0, &discovery.charts[0])
}

fn rows(values: &str, readme: &str) -> Vec<(String, bool)> {
    let chart = chart(values, readme);
    let rows = &chart.documentation().reference.rows;
    rows.iter().map(|row| (row.key.text.clone(), !row.found.is_empty())).collect()
}

#[test]
fn a_table_whose_keys_are_declared_is_a_reference() {
    let values = "a: 1\nb:\n  c: 2\n  d: {}\n";
    let head = "| Key | Description | Default |\n|---|---|---|\n";
    let table = |keys: &[&str]| {
        keys.iter().fold(head.to_owned(), |table, key| format!("{table}| `{key}` | x | `1` |\n"))
    };
    let known = rows(values, &table(&["a", "b.c", "b.q", "redis.y", "redis.z"]));
    assert_eq!(known.len(), 5);
    assert_eq!(known.iter().filter(|(_, found)| *found).count(), 2);
    assert!(rows(values, &table(&["u", "v", "a"])).is_empty());
    let list = "- `a` - text\n- `b.c`: text\n- `other` without\n";
    assert_eq!(rows(values, list), [("a".into(), true), ("b.c".into(), true)]);
}

#[test]
fn titles_of_parts_are_no_rows() {
    let values = "a: 1\nb: 2\nc: 3\n";
    let head = "| Key | Description | Default |\n|---|---|---|\n";
    let names = |table: &str| {
        let rows = rows(values, &format!("{head}{table}"));
        rows.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
    };
    let table =
        "| **Main** | | |\n| `a` | x | 1 |\n| <b>Rest</b> | | |\n| b | x | |\n| _c_ | x | |\n";
    assert_eq!(names(table), ["a", "b", "_c_"]);
    assert_eq!(names("| `a` | x | 1 |\nb\nc | x\n\n"), ["a", "c"]);
    assert_eq!(names("| **a** | x | |\n| **b** | | |\n"), ["a", "b"]);
}

#[test]
fn helm_docs_leaves_signs() {
    let table =
        "| Key | Type | Default | Description |\n|---|---|---|---|\n| a | int | `1` | x |\n";
    let style = |values: &str, text: &str| {
        let chart = chart(values, &format!("{table}{text}"));
        chart.documentation().reference.rows[0].style
    };
    assert_eq!(style("a: 1\n", ""), Style::Plain);
    assert_eq!(style("# -- The a\na: 1\n", ""), Style::HelmDocs);
    assert_eq!(style("# a -- The a\na: 1\n", ""), Style::HelmDocs);
    let signed = "\nAutogenerated from chart metadata using [helm-docs](https://example.com)\n";
    assert_eq!(style("a: 1\n", signed), Style::HelmDocs);
}

#[test]
fn what_is_listed_is_known() {
    let chart = chart(
        "a: 1\nb:\n  c: 2\n  d: {}\n  e: 1\n",
        "| Key | Default |\n|---|---|\n| a | 1 |\n| b.q | 2 |\n",
    );
    let documentation = chart.documentation();
    let listed: Vec<_> = documentation
        .leaves(&chart)
        .map(|(at, key)| (key.path.to_string(), documentation.lists(at)))
        .collect();
    // One of two rows is not declared, so that the table is no reference.
    assert!(listed.iter().all(|(_, listed)| !listed), "{listed:?}");
}

#[test]
fn a_hundred_thousand_rows_are_read() {
    use std::fmt::Write;

    let (mut values, mut table) = (String::new(), "| Key | Default |\n|---|---|\n".to_owned());
    for number in 0..100_000 {
        writeln!(values, "k{number}: 1").unwrap();
        writeln!(table, "| `k{number}.*.x` | {number} |").unwrap();
    }
    let chart = chart(&values, &table);
    let sought = chart.documentation().reference.rows.iter().filter(|row| row.sought).count();
    assert!(sought <= WILDCARDS_MAX);
}
