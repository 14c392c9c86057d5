//! `maintenance/dead-repository`

mod images;
mod withdrawn;

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    catalog::{
        Chart, Dependency, Readme,
        moved::{self, Moved, MovedKind},
    },
    finding::Level,
    rule::{ChartContext, Rule, Sink},
    text::Span,
};

/// A repository or registry that is gone, frozen, or out of reach for others.
pub(crate) struct DeadRepository;

impl Rule for DeadRepository {
    fn chart(&self, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
        // Which images a part of another chart takes is said by the chart that it is part of.
        let is_part = chart.parent.is_some() || cx.index.is_part(&chart.id.path);
        for (url, uses) in dependencies(chart) {
            dependency_finding(url, &uses, cx, out);
            if !is_part {
                withdrawn::tell(url, &uses, chart, cx, out);
            }
        }
        if let Some(readme) = &chart.readme {
            for Mention { row, span, url } in mentions(readme, cx.now) {
                let message = format!("the README names `{url}`, {}", state(row, cx.now));
                out.at(readme.file.place(span), message)
                    .level(Level::Warning)
                    .subject(url)
                    .help(instead(row));
            }
        }
        if !is_part {
            for (address, uses) in images::moved(chart, cx.now) {
                image_finding(address, &uses, cx, out);
            }
        }
    }
}

/// The dependencies by the repository that they come from: one repair for each.
fn dependencies(chart: &Chart) -> BTreeMap<&str, Vec<&Dependency>> {
    let mut by_url = BTreeMap::<_, Vec<_>>::new();
    for it in &chart.dependencies {
        if let Some(url) = it.repository() {
            by_url.entry(url).or_default().push(it);
        }
    }
    by_url
}

fn dependency_finding(url: &str, uses: &[&Dependency], cx: &ChartContext<'_>, out: &mut Sink) {
    let Some((first, rest)) = uses.split_first() else { return };
    let place =
        |it: &Dependency| it.place(it.repository.as_ref().map_or(it.name.span, |it| it.span));
    let (level, state, help) = match moved::repository(url, cx.now) {
        Some(row) if row.is_gone(cx.now) => (Level::Error, state(row, cx.now), instead(row)),
        Some(row) => (Level::Warning, state(row, cx.now), instead(row)),
        None if is_internal(url) => (
            Level::Warning,
            "a host that only its own network knows".to_owned(),
            "name an address that everybody who installs the chart can reach".to_owned(),
        ),
        None => return,
    };
    let names: Vec<_> = uses.iter().map(|it| format!("`{}`", it.name.value)).collect();
    let verb = if rest.is_empty() { "comes" } else { "come" };
    let message = format!("{} {verb} from `{url}`, {state}", names.join(", "));
    let draft = out.at(place(first), message).level(level).subject(url).help(help);
    rest.iter().fold(draft, |draft, it| draft.also(place(it), "from there, too"));
}

fn image_finding(address: &str, uses: &[images::Use], cx: &ChartContext<'_>, out: &mut Sink) {
    let Some((first, rest)) = uses.split_first() else { return };
    // One image in several places is one image.
    let others: BTreeSet<_> =
        rest.iter().map(|it| &it.image).filter(|it| **it != first.image).collect();
    let (more, verb) = match others.len() {
        0 => (String::new(), "comes"),
        many => (format!(" and {many} more"), "come"),
    };
    // A registry may still be there, with other images.
    let state = match first.row.gone {
        Some(day) if first.row.is_gone(cx.now) => {
            format!("gone from there since {day} ({})", first.row.source)
        }
        _ => state(first.row, cx.now),
    };
    let message = format!("image `{}`{more} {verb} from `{address}`, {state}", first.image);
    let draft = out
        .at(first.place.clone(), message)
        .level(Level::Warning)
        .subject(address)
        .help(instead(first.row));
    rest.iter().fold(draft, |draft, other| draft.also(other.place.clone(), "also from there"));
}

fn state(row: &Moved, now: i64) -> String {
    match row.gone {
        Some(day) if row.is_gone(now) => format!("which is gone since {day} ({})", row.source),
        Some(day) => {
            format!("which ends on {day}, announced on {} ({})", row.announced, row.source)
        }
        None => format!("which gets nothing new since {} ({})", row.announced, row.source),
    }
}

fn instead(row: &Moved) -> String {
    format!("use {}", row.replacement)
}

/// A dead repository in a README.
struct Mention<'a> {
    row: &'static Moved,
    span: Span,
    url: &'a str,
}

/// The first mention of each dead repository, in links and in commands; prose about a move, under a
/// heading that says so, is none.
fn mentions(readme: &Readme, now: i64) -> Vec<Mention<'_>> {
    let text = readme.file.text.as_str();
    let known = moved::rows_of(MovedKind::Repository);
    known
        .filter_map(|row| {
            let spots = text.match_indices(row.address).map(|(at, _)| address_around(text, at));
            let mut spots = spots.filter(|span| is_shown(readme, *span));
            let (span, url) = spots.find_map(|span| {
                let url = text.get(span.range())?;
                let hit = moved::repository(url, now)?;
                let asks = !is_page(url, row) || is_code(readme, span);
                (std::ptr::eq(hit, row) && asks).then_some((span, url))
            })?;
            Some(Mention { row, span, url })
        })
        .collect()
}

/// The whole address around an offset.
fn address_around(text: &str, at: usize) -> Span {
    let ends = |c: char| c.is_whitespace() || "\"'`<>()[]{}|,;".contains(c);
    let start = text.get(..at).and_then(|head| head.rfind(ends)).map_or(0, |end| end + 1);
    let tail = text.get(at..).unwrap_or_default();
    let end = at + tail.find(ends).unwrap_or(tail.len());
    let trimmed = text.get(start..end).unwrap_or_default().trim_end_matches(['.', ':']);
    Span::new(start, start + trimmed.len())
}

/// Whether an address is a page of documentation below the repository: it explains something, and asks nobody
/// to install what is there.
fn is_page(url: &str, row: &Moved) -> bool {
    let below = url.split_once(row.address).map_or("", |(_, below)| below);
    below.split(['/', '#']).filter(|step| !step.is_empty()).count() > 1
}

fn is_code(readme: &Readme, span: Span) -> bool {
    readme.code.iter().any(|code| code.span.contains(span))
}

/// Whether a reader would follow the address: it is a link's target, or stands in code.
fn is_shown(readme: &Readme, span: Span) -> bool {
    let line = |at: u32| readme.file.text.position(at).line;
    is_code(readme, span)
        || readme
            .links
            .iter()
            .any(|link| link.span.contains(span) || line(link.span.start) == line(span.start))
}

/// A host without a dot, or of a cluster or a private network: nobody else can reach it.
fn is_internal(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    let authority = rest.split('/').next().unwrap_or_default();
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = authority.split(':').next().unwrap_or_default().to_lowercase();
    let remote = matches!(scheme, "http" | "https" | "oci");
    let inner = [".local", ".internal", ".svc", ".lan", ".localdomain"];
    // A placeholder says so itself.
    let plain = host.chars().all(|c| c.is_ascii_alphanumeric() || "-.".contains(c));
    let private =
        host.starts_with("10.") || host.starts_with("192.168.") || host.starts_with("127.");
    remote
        && plain
        && !host.is_empty()
        && (!host.contains('.') || private || inner.iter().any(|end| host.ends_with(end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_that_only_their_network_knows() {
        assert!(is_internal("http://jenkins-x-chartmuseum:8080"));
        assert!(is_internal("https://charts.prod.svc.cluster.local/x"));
        assert!(is_internal("http://localhost:8879"));
        assert!(!is_internal("https://charts.example.com"));
        assert!(!is_internal("file://../common"));
        assert!(!is_internal("@company"));
        assert!(!is_internal("https://{{ host }}/charts"));
    }
}
