//! `docs/stale-value`

use std::collections::BTreeMap;

use crate::{
    catalog::{
        Chart, Closure, Declared, Dependency, Readme, Values, YamlFile, reference::Row,
        values::Mention,
    },
    finding::Place,
    rule::{ChartContext, Rule, Sink},
    template::flow::{How, Step, Usage},
    yaml::Kind,
};

/// How alike two names are, of 1, to be taken for one misspelt.
const ALIKE: f64 = 0.8;
/// How many paths of one chart are judged.
const JUDGED_MAX: usize = 20_000;
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
        let judge = Judge { chart, values: &documentation.values, cx };
        let mut stale: BTreeMap<Vec<Option<String>>, Vec<Named>> = BTreeMap::new();
        let rows = chart.readme.iter().flat_map(|readme| {
            documentation.reference.rows.iter().filter_map(|row| of_row(row, readme))
        });
        let comments = chart.values.iter().flat_map(|file| {
            documentation.values.mentions.iter().filter_map(|mention| of_comment(mention, file))
        });
        for named in comments.chain(rows).take(JUDGED_MAX) {
            if named.comment && judge.is_relative(&named.steps) {
                continue;
            }
            if judge.is_stale(&named.steps) {
                let top = judge.topmost(&named.steps);
                stale.entry(top).or_default().push(named);
            }
        }
        for (top, named) in stale {
            judge.report(&top, &named, out);
        }
    }
}

/// A path that something documents.
struct Named {
    text: String,
    steps: Vec<Option<String>>,
    place: Place,
    /// Whether it stands in a comment of values.yaml.
    comment: bool,
}

fn of_row(row: &Row, readme: &Readme) -> Option<Named> {
    let judged = row.sought && row.found.is_empty() && !row.key.qualified;
    judged.then(|| Named {
        text: row.key.text.clone(),
        steps: row.key.steps.clone(),
        place: readme.file.place(row.span),
        comment: false,
    })
}

fn of_comment(mention: &Mention, file: &YamlFile) -> Option<Named> {
    let steps = mention.steps();
    let judged = !mention.extra && !mention.hidden;
    judged.then(|| Named {
        text: mention.path.to_string(),
        steps,
        place: file.place(mention.span),
        comment: true,
    })
}

struct Judge<'a> {
    chart: &'a Chart,
    values: &'a Values,
    cx: &'a ChartContext<'a>,
}

impl Judge<'_> {
    /// Whether nothing declares or reads a path, as far as that is certain.
    fn is_stale(&self, steps: &[Option<String>]) -> bool {
        let Some(Some(first)) = steps.first() else { return false };
        if !self.values.under(steps).is_empty() || self.is_mentioned(steps) {
            return false;
        }
        let dependency = |it: &&Dependency| it.effective_name() == first;
        let members: Vec<_> = self.cx.analysis.members_of(self.chart).collect();
        if self.chart.dependencies.iter().any(|it| dependency(&it)) {
            return members.iter().all(|member| self.is_stale_below(*member, first, steps));
        }
        !members.is_empty()
            && (self.is_under_scalar(&members, steps)
                || members.iter().all(|member| self.is_unread(*member, steps)))
    }

    /// Whether a path leads into a value that is a text, number or boolean, and is only printed or
    /// tested: it has nothing under it.
    fn is_under_scalar(&self, members: &[usize], steps: &[Option<String>]) -> bool {
        let above = (1..steps.len()).rev().filter_map(|end| steps.get(..end));
        let found = above.map(|steps| self.values.under(steps)).find(|found| !found.is_empty());
        let Some([holder]) = found.as_deref() else { return false };
        let Some(key) = self.values.keys.get(*holder) else { return false };
        let scalar = matches!(key.kind, Kind::String | Kind::Bool | Kind::Int | Kind::Float);
        let path = crate::analysis::steps(&key.path);
        let reads = || self.cx.analysis.flow().reads().iter();
        let mut own =
            reads().filter(|it| members.contains(&it.member) && it.path == path).peekable();
        scalar
            && own.peek().is_some()
            && own.all(|read| matches!(read.how, How::Printed | How::Tested))
    }

    /// Whether a comment names a declared path by its end alone, which people understand.
    fn is_relative(&self, steps: &[Option<String>]) -> bool {
        let Some(Some(last)) = steps.last() else { return false };
        let ends = |key: &Declared| {
            let names = key.path.0.iter().rev().zip(steps.iter().rev());
            key.path.0.len() >= steps.len()
                && names.into_iter().all(|(key, step)| step.as_ref().is_some_and(|it| key.is(it)))
        };
        let named = |key: &&Declared| key.path.0.last().is_some_and(|key| key.is(last));
        self.values.keys.iter().filter(named).any(ends)
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
        let extra = |mention: &Mention| {
            let path = mention.steps();
            mention.extra && (steps.starts_with(&path) || path.starts_with(steps))
        };
        self.values.is_commented(steps) || self.values.mentions.iter().any(extra)
    }

    /// The shortest beginning of a path that is stale itself.
    fn topmost(&self, steps: &[Option<String>]) -> Vec<Option<String>> {
        let beginnings = (1..=steps.len()).filter_map(|end| steps.get(..end));
        let stale = beginnings.into_iter().find(|beginning| self.is_stale(beginning));
        stale.unwrap_or(steps).to_vec()
    }

    fn report(&self, top: &[Option<String>], named: &[Named], out: &mut Sink) {
        let Some((first, others)) = named.split_first() else { return };
        let what = if first.comment { "the comment documents" } else { "the README documents" };
        let joined = written(top);
        let (subject, more) = if others.is_empty() {
            (first.text.clone(), String::new())
        } else {
            (joined, format!(" in {} places", named.len()))
        };
        let message = format!(
            "{what} `{subject}`{more}, which values.yaml does not declare and no template reads"
        );
        let help = match self.alike(if others.is_empty() { &first.steps } else { top }) {
            Some(name) => format!("write `{name}`, or take it out"),
            None if first.comment => "take the comment out, or declare the value".to_owned(),
            None => "take the row out, or declare the value".to_owned(),
        };
        let draft = out.at(first.place.clone(), message).subject(subject).help(help);
        others
            .iter()
            .take(SHOWN)
            .fold(draft, |draft, other| draft.also(other.place.clone(), "here, too"));
    }

    /// The declared path that a stale one may be meant for: a name beside it that is nearly the same,
    /// else the only path that ends with the same names.
    fn alike(&self, steps: &[Option<String>]) -> Option<String> {
        let end = (0..steps.len()).rev().find(|end| {
            let above = steps.get(..*end).unwrap_or_default();
            above.is_empty() || !self.values.under(above).is_empty()
        })?;
        let (above, below) = steps.split_at_checked(end)?;
        let name = below.first()?.as_deref()?;
        let holder = self.values.under(above).first().copied().unwrap_or(0);
        let siblings = self.values.keys.get(holder)?.children.iter();
        let score = |sibling: &str| {
            let (one, other) = (name.to_lowercase(), sibling.to_lowercase());
            strsim::normalized_damerau_levenshtein(&one, &other)
        };
        let best = siblings
            .map(|(sibling, at)| (score(sibling), *at))
            .filter(|(score, _)| *score >= ALIKE)
            .max_by(|one, other| one.0.total_cmp(&other.0));
        let rest = below.get(1..).unwrap_or_default();
        if let Some((_, at)) = best {
            let path = self.values.keys.get(at)?.path.to_string();
            return Some(rest.iter().fold(path, |path, step| match step {
                Some(name) => format!("{path}.{name}"),
                None => format!("{path}[]"),
            }));
        }
        self.only_end(steps)
    }

    fn only_end(&self, steps: &[Option<String>]) -> Option<String> {
        let name = steps.last()?.as_deref()?;
        let first = steps.first()?.as_deref()?;
        let starts_as = |key: &Declared| key.path.0.first().is_some_and(|key| key.is(first));
        let mut same = self.values.keys.iter().filter(|key| {
            key.path.0.len() > 1
                && key.path.0.last().is_some_and(|key| key.is(name))
                && (steps.len() == 1 || starts_as(key))
        });
        let only = same.next()?;
        same.next().is_none().then(|| only.path.to_string())
    }
}

fn written(steps: &[Option<String>]) -> String {
    let step = |step: &Option<String>| step.clone().unwrap_or_else(|| "*".to_owned());
    steps.iter().map(step).collect::<Vec<_>>().join(".")
}
