//! `docs/broken-notes`

use std::collections::BTreeSet;

use crate::{
    analysis::Document,
    catalog::{Chart, TemplateFile},
    finding::Place,
    rule::{ChartContext, Rule, Sink},
    rules::docs::undeclared_value::is_told_by_notes,
    template::{Node, Template},
    text::Span,
};

/// What stands before the name of a service in the commands that notes print.
const PREFIXES: [&str; 3] = ["svc/", "service/", "services/"];
/// The notes, local to a chart.
const NOTES: &str = "templates/NOTES.txt";
/// The release's name in a rendering with defaults: what begins with it was computed for this release.
const RELEASE: &str = "release-name";

/// Notes that speak of what is not there.
pub(crate) struct BrokenNotes;

impl Rule for BrokenNotes {
    fn chart(&self, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
        let mut notes = chart.templates.iter();
        let Some(file) = notes.find(|it| it.file.local == NOTES) else { return };
        for value in cx.analysis.undeclared(chart) {
            let in_values = value.slip.as_ref().is_some_and(|slip| slip.in_values);
            let only_here = value.reads.iter().all(|read| read.in_notes);
            if in_values || !only_here || !is_told_by_notes(value) {
                continue;
            }
            let needed = value.reads.iter().find(|read| read.needs());
            let Some(read) = needed.or_else(|| value.reads.first()) else { continue };
            let path = &value.path;
            let message = format!("the notes read `{path}`, which nothing declares");
            let draft = out.at(read.place.clone(), message).subject(path.to_string());
            match &value.slip {
                Some(slip) => draft.help(format!("did you mean `{}`?", slip.declared)),
                None => draft.help(
                    "read the value that the templates read, or take this one out of the notes",
                ),
            };
        }
        services(file, chart, cx, out);
    }
}

/// The services that commands in the notes speak of, and that the chart does not render.
fn services(file: &TemplateFile, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
    let analysis = cx.analysis;
    if !analysis.closure.root().is_some_and(|root| std::ptr::eq(root.chart, chart)) {
        return;
    }
    let rendered = analysis.rendered();
    let Some(notes) = rendered.notes.as_deref().filter(|_| !rendered.incomplete) else { return };
    let services = rendered.documents.iter().filter(|it| it.kind() == "Service");
    let known: BTreeSet<&str> = services.map(Document::name).collect();
    if rendered.failure.is_some() || known.is_empty() {
        return;
    }
    let named: BTreeSet<&str> = notes.lines().flat_map(named).collect();
    for name in named.into_iter().filter(|name| !known.contains(name)) {
        let mut near: Vec<_> = known.iter().collect();
        near.sort_by_key(|known| strsim::osa_distance(known, name));
        let list: Vec<_> = near.iter().take(3).map(|name| format!("`{name}`")).collect();
        let message = format!(
            "the notes name the service `{name}`, which is not rendered; there is {}",
            list.join(", ")
        );
        let Some(place) = place(file, name, notes) else { continue };
        let made = made_elsewhere(chart, computed(file, &place));
        let draft = out.at(place, message).subject(name);
        match made {
            Some(made) => draft.help(made.help()).also(made.place, "the service's name"),
            None => draft.help("compute the name in the notes as in the service's template"),
        };
    }
}

/// A template that gives a service the name which the notes compute, but not with the chart's own values.
struct Made {
    place: Place,
    /// The file, local to the chart.
    local: String,
    /// What the file's outermost `if` asks for.
    condition: Option<String>,
}

impl Made {
    fn help(&self) -> String {
        let local = &self.local;
        match &self.condition {
            Some(condition) => {
                format!("put the command into `{{{{ if {condition} }}}}`, as `{local}` does")
            }
            None => format!("ask in the notes for what renders `{local}`"),
        }
    }
}

/// The name as the notes write it, from a place on.
fn computed<'t>(file: &'t TemplateFile, place: &Place) -> &'t str {
    let text = file.file.text.as_str();
    word(text.get(place.end.offset as usize..).unwrap_or_default())
}

/// A word of a template: up to the first white space outside of a tag.
fn word(text: &str) -> &str {
    let mut end = 0;
    while let Some(rest) = text.get(end..).filter(|rest| !rest.is_empty()) {
        let length = match rest.strip_prefix("{{").and_then(|tag| tag.find("}}")) {
            Some(length) => length + 4,
            None => rest.find(|c: char| c.is_whitespace()).unwrap_or(rest.len()),
        };
        // Text between two tags ends at the second.
        let length = rest.find("{{").filter(|at| (1..length).contains(at)).unwrap_or(length);
        if length == 0 {
            break;
        }
        end += length;
    }
    text.get(..end).unwrap_or_default()
}

fn made_elsewhere(chart: &Chart, name: &str) -> Option<Made> {
    let plain = |text: &str| {
        let text = text.replace("template ", "include ");
        text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect::<String>()
    };
    let wanted = plain(name);
    let mut services = chart.templates.iter().filter(|it| {
        it.file.local != NOTES && it.file.text.as_str().lines().any(|line| line == "kind: Service")
    });
    services.find_map(|it| {
        let text = it.file.text.as_str();
        let mut names = text.match_indices("\n  name:").filter_map(|(at, key)| {
            let value = text.get(at + key.len()..)?.lines().next()?;
            Some((at + key.len(), value))
        });
        let (at, value) =
            names.find(|(_, value)| plain(value.trim().trim_matches('"')) == wanted)?;
        Some(Made {
            place: it.file.place(Span::new(at, at + value.len())),
            local: it.file.local.clone(),
            condition: condition(&it.template),
        })
    })
}

/// What the outermost `if` of a file asks for, where it has one alone.
fn condition(template: &Template) -> Option<String> {
    let mut found = template.nodes.iter().filter_map(|node| match node {
        Node::If(branch) => Some(branch),
        _ => None,
    });
    let branch = found.next().filter(|_| found.next().is_none())?;
    let arm = branch.arms.first().filter(|_| branch.arms.len() == 1)?;
    Some(template.text.slice(arm.pipe.span).to_owned())
}

/// The names of services in a line with a command.
fn named(line: &str) -> Vec<&str> {
    if !line.contains("kubectl") {
        return Vec::new();
    }
    let word = |c: char| !(c.is_ascii_alphanumeric() || c == '-');
    let after = |token| PREFIXES.iter().find_map(|prefix| str::strip_prefix(token, prefix));
    let names = line.split_whitespace().filter_map(after);
    let names = names.filter_map(|rest: &str| rest.split(word).next());
    names.filter(|name| name.starts_with(RELEASE)).collect()
}

/// Where the notes name a service: of all places that compute one, the one whose line has most of the text that
/// stands around the name.
fn place(file: &TemplateFile, name: &str, notes: &str) -> Option<Place> {
    let text = file.file.text.as_str();
    let shown: Vec<(&str, &str)> = notes
        .lines()
        .flat_map(|line| PREFIXES.iter().map(move |prefix| (line, prefix)))
        .filter_map(|(line, prefix)| line.split_once(&format!("{prefix}{name}")))
        .collect();
    let spots = PREFIXES.iter().flat_map(|prefix| {
        let begins = text.match_indices(prefix).map(move |(at, _)| (at, prefix.len()));
        begins.filter(move |(at, length)| {
            text.get(at + length..).is_some_and(|it| it.starts_with("{{"))
        })
    });
    let likeness = |(at, length): &(usize, usize)| {
        let (before, action) = text.split_at_checked(*at)?;
        let before = before.rsplit(['\n', '}']).next()?;
        let after = action.get(*length..)?.split_once("}}")?.1;
        let after = after.split(['\n', '{']).next()?;
        let fits = |(left, right): &(&str, &str)| {
            left.ends_with(before) && format!("{name}{right}").contains(after)
        };
        Some(if shown.iter().any(fits) { before.len() + after.len() + 1 } else { 0 })
    };
    let fitting = spots.filter_map(|spot| Some((likeness(&spot)?, spot)));
    let best = fitting.max_by_key(|(likeness, (at, _))| (*likeness, std::cmp::Reverse(*at)));
    best.map(|(_, (at, length))| file.file.place(Span::new(at, at + length)))
}
