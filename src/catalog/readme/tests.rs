//! Markdown as GitHub shows it.

use super::*;
use crate::text::Text;

fn readme(text: &str) -> Readme {
    Readme::new(TextFile {
        path: "README.md".into(),
        local: "README.md".into(),
        text: Text::new(text),
    })
}

fn anchors(text: &str) -> Vec<String> {
    readme(text).headings.iter().map(|heading| heading.anchor.clone()).collect()
}

#[test]
fn anchors_are_those_of_github() {
    let text = "# Hello, World!\n## a `b_c` *d*\n## a b_c d\nSetext 1.0\n===\n## Über-Größe & Co\n## a b_c d\n### :rocket: Go\n## [Link](x) ![alt](y)\n";
    let expected = [
        "hello-world",
        "a-b_c-d",
        "a-b_c-d-1",
        "setext-10",
        "über-größe--co",
        "a-b_c-d-2",
        "rocket-go",
        "link",
    ];
    assert_eq!(anchors(text), expected);
    assert!(readme(text).anchors().contains("a-b_c-d-1"));
    assert!(!readme("```\n# no\n```\n").anchors().contains("no"));
}

#[test]
fn links_stand_where_they_are_repaired() {
    let text = "\u{feff}[a](docs/a.md \"t\") ![i][img] <https://x.y> `[no](no)`\n[ref]\n\n[img]: ./logo.png\n[ref]: <b.md>\n[unused]: c.md\n";
    let readme = readme(text);
    let links: Vec<_> = readme
        .links
        .iter()
        .map(|link| {
            (
                link.destination.as_str(),
                link.text.as_str(),
                link.image,
                text.get(link.span.range()).unwrap(),
            )
        })
        .collect();
    assert_eq!(
        links,
        [
            ("docs/a.md", "a", false, "docs/a.md"),
            ("./logo.png", "i", true, "./logo.png"),
            ("https://x.y", "https://x.y", false, "https://x.y"),
            ("b.md", "ref", false, "b.md"),
        ]
    );
}

#[test]
fn html_has_anchors_links_and_headings() {
    let text = "<a name=\"top\"></a>\n<h2 id='x' align=center>The <b>Name</b></h2>\n\ntext <img src=\"a.png\" alt=\"A\"> <a href=b.md>b</a>\n\n<!-- <a name=\"no\"> -->\n\n## The Name\n";
    let readme = readme(text);
    assert_eq!(readme.html_anchors, ["top", "x", "the-name"]);
    assert_eq!(readme.headings[0].anchor, "the-name-1");
    let links: Vec<_> =
        readme.links.iter().map(|link| text.get(link.span.range()).unwrap()).collect();
    assert_eq!(links, ["a.png", "b.md"]);
    assert!(readme.links[0].image);
}

#[test]
fn code_knows_its_language_and_heading() {
    let text = "    indented\n# A\n```console foo\nhelm install\nx\n```\n~~~\n~~~\n";
    let readme = readme(text);
    let code: Vec<_> = readme
        .code
        .iter()
        .map(|code| (code.language.as_str(), text.get(code.span.range()).unwrap(), code.heading))
        .collect();
    assert_eq!(
        code,
        [("", "indented\n", None), ("console", "helm install\nx\n", Some(0)), ("", "", Some(0))]
    );
    assert_eq!(text.get(readme.headings[0].span.range()), Some("# A"));
}

#[test]
fn any_soup_is_markdown() {
    for text in [
        "",
        "<",
        "<a",
        "<a href=",
        "<a href='x",
        "[a](<b",
        "[a]: ",
        "<!--",
        "</",
        "<=\">",
        "# \u{feff}",
    ] {
        readme(text);
    }
}
