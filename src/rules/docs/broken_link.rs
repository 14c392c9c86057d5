//! `docs/broken-link`

mod target;

use std::collections::{BTreeMap, BTreeSet};

use target::{Broken, Tree};

use crate::{
    catalog::{
        Chart, Manifest, Readme,
        address::ForgePath,
        readme::{MAKE, Template, whole},
    },
    finding::Place,
    rule::{ChartContext, Rule, Sink},
    text::{Span, Spanned},
};

/// A link that leads nowhere, as far as the audited files can tell.
pub(crate) struct BrokenLink;

impl Rule for BrokenLink {
    fn chart(&self, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
        let tree = Tree::new(chart, cx);
        let mut dead: Vec<Dead> = Vec::new();
        let mut known = BTreeMap::new();
        for (place, link) in links(chart) {
            let (broken, readme) = match link {
                Link::Readme(readme, destination) => (tree.markdown(readme, destination), true),
                Link::Address(url) => (tree.address(url), false),
                Link::Icon(url) => (tree.icon(url), false),
            };
            let Some(broken) = broken else { continue };
            // A link that is repeated is mended everywhere at once; a README's is often generated
            // from Chart.yaml, which comes first.
            let first = known.get(&broken.subject).and_then(|at: &usize| dead.get_mut(*at));
            if let Some(first) = first {
                first.again.push(place);
            } else {
                known.insert(broken.subject.clone(), dead.len());
                dead.push(Dead { place, broken, readme, again: Vec::new() });
            }
        }
        let origin = Origin { chart, template: Template::of(chart, cx.source) };
        let anchors = dead.iter().filter(|it| it.is_anchor()).count();
        let (table, others): (Vec<_>, Vec<_>) =
            dead.into_iter().partition(|it| anchors >= TOGETHER && it.is_anchor());
        for it in &others {
            origin.report(it, out);
        }
        origin.report_together(&table, out);
    }
}

/// So many links to headings that a README does not have are one stale table of contents.
const TOGETHER: usize = 3;
/// How many of them a message names.
const NAMED: usize = 5;
/// How many further places a finding shows.
const SHOWN: usize = 5;

/// A link that leads nowhere, with its places.
struct Dead {
    place: Place,
    broken: Broken,
    /// Whether it stands in the README's prose.
    readme: bool,
    again: Vec<Place>,
}

impl Dead {
    /// Whether it leads to a heading of the README itself.
    fn is_anchor(&self) -> bool {
        self.readme && self.broken.subject.starts_with('#')
    }
}

/// What a README is made of.
struct Origin<'a> {
    chart: &'a Chart,
    template: Option<Template>,
}

impl Origin<'_> {
    /// Where a link stands that helm-docs copies into the README: in its template, else in a comment of
    /// values.yaml; with the file's name.
    fn of(&self, link: &Dead) -> Option<(Place, &str)> {
        let wanted = link.broken.subject.as_str();
        let made = link.readme && self.chart.documentation().reference.helm_docs;
        if let Some(template) = self.template.as_ref().filter(|_| made)
            && let Some(span) = template.whole(wanted)
        {
            return Some((template.file.place(span), &template.file.local));
        }
        let file = self.chart.values.as_ref().filter(|_| made)?;
        let mut comments = file.stream.comments().iter();
        let span = comments.find_map(|comment| {
            let at = whole(&comment.text, wanted)?;
            let start = comment.span.start as usize + at.start as usize;
            Some(Span::new(start, start + wanted.len()))
        })?;
        Some((file.place(span), &file.local))
    }

    /// What makes the README anew.
    fn command(&self) -> String {
        self.template.as_ref().map_or_else(|| MAKE.to_owned(), Template::command)
    }

    fn report(&self, link: &Dead, out: &mut Sink) {
        let Dead { place, broken: Broken { subject, message, help }, again, .. } = link;
        let mut draft = match self.of(link) {
            Some((origin, name)) => out
                .at(origin, message)
                .help(format!("{help}; write it into {name} and run {}", self.command()))
                .also(place.clone(), "the README's copy"),
            None => out.at(place.clone(), message).help(help),
        };
        draft = draft.subject(subject);
        let mut shown = BTreeSet::from([place.start.line]);
        for other in again.iter().filter(|it| it.path == place.path).take(SHOWN) {
            if shown.insert(other.start.line) {
                draft = draft.also(other.clone(), "here, too");
            }
        }
    }

    fn report_together(&self, links: &[Dead], out: &mut Sink) {
        let Some(first) = links.first() else { return };
        let names = links.iter().take(NAMED).map(|it| format!("`{}`", it.broken.subject));
        let more = if links.len() > NAMED { ", …" } else { "" };
        let names = names.collect::<Vec<_>>().join(", ");
        let message =
            format!("{} links lead to no heading of the README: {names}{more}", links.len());
        let help = "use the anchors of headings that are there, or take the links out";
        let (origin, help) = match self.of(first) {
            Some((origin, name)) => {
                (origin, format!("{help}, in {name}, and run {}", self.command()))
            }
            None => (first.place.clone(), help.to_owned()),
        };
        let draft = out.at(origin, message).subject(&first.broken.subject).help(help);
        let others = links.iter().skip(1).take(SHOWN);
        others.fold(draft, |draft, it| draft.also(it.place.clone(), "as well"));
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
