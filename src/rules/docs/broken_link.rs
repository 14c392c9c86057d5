//! `docs/broken-link`

mod target;

use std::collections::BTreeSet;

use target::{Broken, Tree};

use crate::{
    catalog::{Chart, Manifest, Readme, address::ForgePath},
    finding::Place,
    rule::{ChartContext, Rule, Sink},
    text::{Span, Spanned},
};

/// A link that leads nowhere, as far as the audited files can tell.
pub(crate) struct BrokenLink;

impl Rule for BrokenLink {
    fn chart(&self, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
        let tree = Tree::new(chart, cx);
        let mut seen = BTreeSet::new();
        for (place, link) in links(chart) {
            let broken = match link {
                Link::Readme(readme, destination) => tree.markdown(readme, destination),
                Link::Address(url) => tree.address(url),
                Link::Icon(url) => tree.icon(url),
            };
            // A link that is repeated is mended everywhere at once; a README's is often generated
            // from Chart.yaml, which comes first.
            if let Some(Broken { subject, message, help }) = broken
                && seen.insert(subject.clone())
            {
                out.at(place, message).subject(subject).help(help);
            }
        }
    }
}

/// Something that leads somewhere.
enum Link<'a> {
    /// A link of the README.
    Readme(&'a Readme, &'a str),
    /// A web address in Chart.yaml, or in a command that the README shows.
    Address(&'a str),
    /// The chart's icon.
    Icon(&'a str),
}

fn links(chart: &Chart) -> Vec<(Place, Link<'_>)> {
    let mut links = Vec::new();
    if let Some(manifest) = &chart.manifest {
        links.extend(manifest_links(manifest));
    }
    if let Some(readme) = &chart.readme {
        let prose = readme
            .links
            .iter()
            .map(|link| (readme.file.place(link.span), Link::Readme(readme, &link.destination)));
        links.extend(prose);
        links.extend(commands(readme));
    }
    links
}

fn manifest_links(manifest: &Manifest) -> impl Iterator<Item = (Place, Link<'_>)> {
    let address = |it: &'_ Spanned<String>| manifest.place(it.span);
    let pages = manifest.home.iter().chain(&manifest.sources);
    let pages = pages.map(move |it| (address(it), Link::Address(&it.value)));
    pages.chain(manifest.icon.iter().map(move |it| (address(it), Link::Icon(&it.value))))
}

/// Web addresses in fenced code: only those into the own repository are held against the files, so
/// an example's invented address is no finding.
fn commands(readme: &Readme) -> impl Iterator<Item = (Place, Link<'_>)> {
    let text = readme.file.text.as_str();
    readme
        .code
        .iter()
        .flat_map(move |code| addresses(text, code.span))
        .map(|(span, url)| (readme.file.place(span), Link::Address(url)))
}

fn addresses(text: &str, within: Span) -> Vec<(Span, &str)> {
    let block = text.get(within.range()).unwrap_or_default();
    let ends = |c: char| c.is_whitespace() || "\"'`<>()[]{}|\\,;".contains(c);
    let mut found = Vec::new();
    for (at, _) in block.match_indices("https://") {
        let rest = block.get(at..).unwrap_or_default();
        let end = rest.find(ends).unwrap_or(rest.len());
        let cut_off = rest.get(end..).is_some_and(|rest| rest.starts_with(['{', '<', '$']));
        let url = rest.get(..end).unwrap_or_default().trim_end_matches(['.', ':']);
        if !cut_off && !url.contains('$') && ForgePath::parse(url).is_some() {
            let start = within.start as usize + at;
            found.push((Span::new(start, start + url.len()), url));
        }
    }
    found
}
