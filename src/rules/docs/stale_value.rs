//! `docs/stale-value`

mod generated;
mod meant;

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    catalog::{
        Chart, Closure, Declared, Dependency, Key, Readme, Values, YamlFile, reference::Row,
        values::Mention,
    },
    finding::Place,
    rule::{ChartContext, Rule, Sink},
    template::flow::{How, Step, Usage},
    yaml::Kind,
};

/// How many paths of one chart are judged.
const JUDGED_MAX: usize = 20_000;
/// So many stale paths are looked up for what they may be meant for; of more, none is.
const MEANT_MAX: usize = 200;
/// So many values of one name are compared with a comment's path; where there are more, one of them is meant.
const NAMESAKES_MAX: usize = 1_000;
/// How many further rows a finding shows.
const SHOWN: usize = 5;

/// A row of the reference, or a documenting comment, for a value that is none.
pub(crate) struct StaleValue;

impl Rule for StaleValue {
    fn chart(&self, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
        let documentation = chart.documentation();
        // What a library's templates read, and a chart's that can't be read whole, is not known.
        if chart.is_library() || documentation.values.cut {
            return;
        }
        let judge = Judge::new(chart, cx);
        let generated = generated::Generated::of(chart, cx);
        let mut stale: BTreeMap<Vec<Option<String>>, Vec<Named>> = BTreeMap::new();
        let rows = chart.readme.iter().flat_map(|readme| {
            let rows = documentation.reference.rows.iter();
            rows.filter_map(|row| Named::of_row(row, readme, generated.writer(chart, row)))
        });
        let comments = chart.values.iter().flat_map(|file| {
            documentation
                .values
                .mentions
                .iter()
                .filter_map(|mention| Named::of_comment(mention, file))
        });
        for named in comments.chain(rows).take(JUDGED_MAX) {
            if (!named.is_comment() || !judge.is_relative(&named.steps))
                && let Some(top) = judge.topmost(&named)
            {
                stale.entry(top).or_default().push(named);
            }
        }
        let meant = (stale.len() <= MEANT_MAX).then(|| meant::Meant::new(chart, cx));
        for (top, named) in stale {
            judge.report(&top, &named, meant.as_ref(), out);
        }
    }
}

/// A path that something documents.
struct Named {
    text: String,
    steps: Vec<Option<String>>,
    place: Place,
    by: By,
}

/// What documents a path.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// A comment of values.yaml, which ends at a byte.
    Comment(u32),
    /// A row of the README that a person wrote.
    Row,
    /// A row that a program wrote from values.yaml.
    Program(&'static str),
}

impl Named {
    fn of_row(row: &Row, readme: &Readme, writer: Option<&'static str>) -> Option<Self> {
        let judged = row.sought && row.found.is_empty() && !row.key.qualified;
        judged.then(|| Self {
            text: row.key.text.clone(),
            steps: row.key.steps.clone(),
            place: readme.file.place(row.span),
            by: writer.map_or(By::Row, By::Program),
        })
    }

    fn of_comment(mention: &Mention, file: &YamlFile) -> Option<Self> {
        let steps = mention.steps();
        let judged = !mention.extra && !mention.hidden;
        judged.then(|| Self {
            text: mention.path.to_string(),
            steps,
            place: file.place(mention.span),
            by: By::Comment(mention.span.end),
        })
    }

    fn is_comment(&self) -> bool {
        matches!(self.by, By::Comment(_))
    }
}

struct Judge<'a> {
    chart: &'a Chart,
    values: &'a Values,
    cx: &'a ChartContext<'a>,
    members: Vec<usize>,
    /// What comments document although values.yaml has it not.
    extras: BTreeSet<Vec<Option<String>>>,
    /// What holds these.
    above_extras: BTreeSet<Vec<Option<String>>>,
    /// The declared keys by their last name.
    named: BTreeMap<&'a str, Vec<&'a Declared>>,
    /// How the chart's own values are read, by their path.
    reads: BTreeMap<&'a [Step], Vec<How>>,
}

impl<'a> Judge<'a> {
    fn new(chart: &'a Chart, cx: &'a ChartContext<'a>) -> Self {
        let values = &chart.documentation().values;
        let members: Vec<_> = cx.analysis.members_of(chart).collect();
        let extras: BTreeSet<_> =
            values.mentions.iter().filter(|it| it.extra).map(Mention::steps).collect();
        let above = |path: &Vec<Option<String>>| {
            (1..path.len()).filter_map(|end| path.get(..end)).map(<[_]>::to_vec).collect::<Vec<_>>()
        };
        let above_extras = extras.iter().flat_map(above).collect();
        let mut named: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for key in &values.keys {
            if let Some(Key::Name(name)) = key.path.0.last() {
                named.entry(name.as_str()).or_default().push(key);
            }
        }
        let mut reads: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for read in cx.analysis.flow().reads().iter().filter(|it| members.contains(&it.member)) {
            reads.entry(read.path.as_slice()).or_default().push(read.how);
        }
        Self { chart, values, cx, members, extras, above_extras, named, reads }
    }

    /// Whether nothing declares or reads a path, as far as that is certain.
    fn is_stale(&self, steps: &[Option<String>]) -> bool {
        let Some(Some(first)) = steps.first() else { return false };
        if !self.values.under(steps).is_empty() || self.is_mentioned(steps) {
            return false;
        }
        let dependency = |it: &&Dependency| it.effective_name() == first;
        let members = &self.members;
        if self.chart.dependencies.iter().any(|it| dependency(&it)) {
            return members.iter().all(|member| self.is_stale_below(*member, first, steps));
        }
        !members.is_empty()
            && (self.is_under_scalar(steps)
                || members.iter().all(|member| self.is_unread(*member, steps)))
    }

    /// Whether a path leads into a value that is a text, number or boolean, and is only printed or
    /// tested: it has nothing under it.
    fn is_under_scalar(&self, steps: &[Option<String>]) -> bool {
        let above = (1..steps.len()).rev().filter_map(|end| steps.get(..end));
        let found = above.map(|steps| self.values.under(steps)).find(|found| !found.is_empty());
        let Some([holder]) = found.as_deref() else { return false };
        let Some(key) = self.values.keys.get(*holder) else { return false };
        let scalar = matches!(key.kind, Kind::String | Kind::Bool | Kind::Int | Kind::Float);
        let path = crate::analysis::steps(&key.path);
        let printed = |how: &How| matches!(how, How::Printed | How::Tested);
        scalar && self.reads.get(path.as_slice()).is_some_and(|hows| hows.iter().all(printed))
    }

    /// Whether a comment names a declared path by its end alone, which people understand.
    fn is_relative(&self, steps: &[Option<String>]) -> bool {
        let Some(Some(last)) = steps.last() else { return false };
        let ends = |key: &Declared| {
            let names = key.path.0.iter().rev().zip(steps.iter().rev());
            key.path.0.len() >= steps.len()
                && names.into_iter().all(|(key, step)| step.as_ref().is_some_and(|it| key.is(it)))
        };
        let Some(namesakes) = self.named.get(last.as_str()) else { return false };
        namesakes.len() > NAMESAKES_MAX || namesakes.iter().any(|key| ends(key))
    }

    /// Whether the dependency that a path leads into is here, and knows nothing of it.
    fn is_stale_below(&self, member: usize, name: &str, steps: &[Option<String>]) -> bool {
        let closure: &Closure<'_> = self.cx.analysis.closure;
        let child = closure.children(member).find(|(_, child)| child.name == name);
        let Some((number, child)) = child else { return false };
        let below = steps.get(1..).unwrap_or_default();
        let documentation = child.chart.documentation();
        let switch = below.len() == 1;
        !switch
            && !child.chart.is_library()
            && child.chart.values.is_some()
            && documentation.values.under(below).is_empty()
            && !documentation.values.is_commented(below)
            && !below.iter().flatten().any(|step| step == "global")
            && self.is_unread(number, below)
    }

    fn is_unread(&self, member: usize, steps: &[Option<String>]) -> bool {
        let path: Vec<_> = steps
            .iter()
            .map(|step| step.as_deref().map_or(Step::Any, |name| Step::Key(name.into())))
            .collect();
        self.cx.analysis.flow().usage(member, &path) == Usage::Unread
    }

    /// Whether a comment of values.yaml has the path's last name as a key, or says that the path is
    /// documented although values.yaml has it not.
    fn is_mentioned(&self, steps: &[Option<String>]) -> bool {
        let mut beginnings = (1..=steps.len()).filter_map(|end| steps.get(..end));
        self.above_extras.contains(steps)
            || beginnings.any(|beginning| self.extras.contains(beginning))
            || self.values.is_commented(steps)
    }

    /// The shortest beginning of a path that is stale itself; none where the path is not.
    fn topmost(&self, named: &Named) -> Option<Vec<Option<String>>> {
        let made = matches!(named.by, By::Program(_));
        let stale = |steps: &&[Option<String>]| {
            if made { self.values.under(steps).is_empty() } else { self.is_stale(steps) }
        };
        if !stale(&named.steps.as_slice()) {
            return None;
        }
        let mut beginnings = (1..=named.steps.len()).filter_map(|end| named.steps.get(..end));
        beginnings.find(stale).map(<[_]>::to_vec)
    }

    fn report(
        &self,
        top: &[Option<String>],
        named: &[Named],
        meant: Option<&meant::Meant<'_>>,
        out: &mut Sink,
    ) {
        let Some((first, others)) = named.split_first() else { return };
        let what =
            if first.is_comment() { "the comment documents" } else { "the README documents" };
        let (subject, more) = if others.is_empty() {
            (first.text.clone(), String::new())
        } else {
            (written(top), format!(" in {} places", named.len()))
        };
        let unread = match first.by {
            By::Program(program) if !self.is_stale(top) => {
                format!("though `{program}` makes the table of what it declares")
            }
            _ => "and no template reads".to_owned(),
        };
        let message =
            format!("{what} `{subject}`{more}, which values.yaml does not declare {unread}");
        let steps = if others.is_empty() { &first.steps } else { top };
        let near = meant.and_then(|meant| meant.path(steps, first.by));
        let help = match (near, first.by) {
            (_, By::Program(program)) => format!("run `{program}` and commit the README"),
            (Some(path), _) => format!("write `{path}`, or take it out"),
            (None, By::Comment(_)) => "take the comment out, or declare the value".to_owned(),
            (None, By::Row) => "take the row out, or declare the value".to_owned(),
        };
        let draft = out.at(first.place.clone(), message).subject(subject).help(help);
        others
            .iter()
            .take(SHOWN)
            .fold(draft, |draft, other| draft.also(other.place.clone(), "here, too"));
    }
}

fn written(steps: &[Option<String>]) -> String {
    let step = |step: &Option<String>| step.clone().unwrap_or_else(|| "*".to_owned());
    steps.iter().map(step).collect::<Vec<_>>().join(".")
}
