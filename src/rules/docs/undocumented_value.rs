//! `docs/undocumented-value`

mod told;

use std::collections::{BTreeMap, BTreeSet};

use told::Told;

use crate::{
    catalog::{
        Chart, Declared, Documentation, Key, Readme, YamlFile,
        readme::{MAKE, Template},
        reference::{Row, Style},
        values::{Convention, Mention},
    },
    finding::{Level, Place},
    rule::{ChartContext, Rule, Sink},
    template::flow::Usage,
    yaml::Node,
};

/// So many gaps under one key are one.
const TOGETHER: usize = 4;
/// So many are one of which nothing else says what they are: whoever adds one row adds the others.
const TOGETHER_BARE: usize = 2;
/// What makes one of readme-generator whole of which the comments are there.
const PARAMS: &str = "run `readme-generator`, and where that makes no row of it, write a `## @section` above its `## @param`";
/// How many values a message names.
const SHOWN: usize = 3;
/// Fewer values than these say nothing of whether a chart's are described.
const SPARSE_MIN: usize = 5;
/// The smallest part of the values in which a gap is a defect although the whole has many.
const PART_MIN: usize = 10;

/// A value that nothing describes.
pub(crate) struct UndocumentedValue;

impl Rule for UndocumentedValue {
    fn chart(&self, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
        let (Some(readme), Some(file)) = (&chart.readme, &chart.values) else { return };
        let documentation = chart.documentation();
        let least = usize::try_from(cx.options.get("documented")).unwrap_or(usize::MAX);
        let all: Vec<_> = documentation.leaves(chart).collect();
        // What nothing reads is to be deleted, not described; helm-docs makes a row of it all the same.
        let flow = cx.analysis.flow();
        let unseen =
            !cx.analysis.closure.missing.is_empty() || !flow.missing_templates().is_empty();
        let leaves: Vec<_> =
            all.iter().copied().filter(|(_, key)| is_used(chart, cx, key, unseen)).collect();
        if documentation.values.cut || leaves.is_empty() {
            return;
        }
        let rows = &documentation.reference.rows;
        let template = Template::of(chart, cx.source);
        let first = rows.first().map_or("", |row| row.key.text.as_str());
        let by_hand = template.as_ref().is_some_and(|it| it.row(first).is_some());
        let run = run(template.as_ref());
        let made =
            !by_hand && !rows.is_empty() && rows.iter().all(|row| row.style == Style::HelmDocs);
        let judged = if made { &all } else { &leaves };
        let whole = Part::of(0, judged, documentation);
        let told = Told::of_readme(readme, chart.name());
        let schema = chart.schema.as_ref().and_then(|schema| schema.root());
        let whole_table = leaves.iter().all(|(at, _)| documentation.lists(*at));
        let meant = if whole_table {
            BTreeSet::new()
        } else {
            super::stale_value::meant_by_rows(chart, cx)
        };
        let doc_gen = chart.has_file("doc.yaml") && chart.has_file("README.tpl");
        let generator = super::stale_value::is_made_by_readme_generator(chart, cx);
        let files = Files {
            documentation,
            readme,
            file,
            schema,
            by_hand: template.filter(|_| by_hand),
            run,
            doc_gen,
            generator,
            questions: told::questions(chart, cx.source),
            params: params(documentation),
            told,
            meant,
        };
        // A program that makes the table leaves nothing out, however much is missing by now.
        let certain = made && super::stale_value::is_made_by_helm_docs(chart, cx);
        if certain || whole.listed * 100 >= whole.all * least {
            let mut gaps = gaps(&files, judged);
            if made {
                gaps.extend(rows_left_out(documentation));
            }
            tell_all(&[(whole, gaps)], &files, out);
            return;
        }
        let parts = parts(&leaves, documentation, least).into_iter();
        let parts: Vec<_> = parts.map(|(part, inside)| (part, gaps(&files, &inside))).collect();
        tell_all(&parts, &files, out);
        sparse(chart, &files, &leaves, out);
    }
}

/// What makes a table of helm-docs whole again.
fn run(template: Option<&Template>) -> String {
    let command = template.map_or_else(|| MAKE.to_owned(), Template::command);
    // A template that goes over the values itself may leave some out.
    match template.filter(|it| it.file.text.as_str().contains("hasPrefix")) {
        Some(it) => format!("let {} take them in, and run {command}", it.file.local),
        None => format!("run {command} and commit the README"),
    }
}

/// Whether something reads a value, or may because a template is not here: what only a name or a text may
/// read that is computed is as likely to be dead.
fn is_used(chart: &Chart, cx: &ChartContext<'_>, key: &Declared, unseen: bool) -> bool {
    let mut members = cx.analysis.members_of(chart).peekable();
    chart.is_library()
        || members.peek().is_none()
        || members.any(|member| match cx.analysis.usage(member, &key.path) {
            Usage::Read => true,
            Usage::Unknown => unseen,
            Usage::Unread => false,
        })
}

/// The values under one key, all of them where it is the root's.
struct Part {
    at: usize,
    listed: usize,
    all: usize,
}

impl Part {
    fn of(at: usize, leaves: &[(usize, &Declared)], documentation: &Documentation) -> Self {
        let listed = leaves.iter().filter(|(at, _)| documentation.lists(*at)).count();
        Self { at, listed, all: leaves.len() }
    }
}

/// The highest keys under which the reference is nearly whole, with the values under them.
fn parts<'d>(
    leaves: &[(usize, &'d Declared)],
    documentation: &Documentation,
    least: usize,
) -> Vec<(Part, Vec<(usize, &'d Declared)>)> {
    let keys = &documentation.values.keys;
    let above = |at: usize| {
        std::iter::successors(Some(at), |at| keys.get(*at).map(|key| key.parent))
            .skip(1)
            .take_while(|at| *at > 0)
    };
    let mut counts: BTreeMap<usize, Part> = BTreeMap::new();
    for (leaf, _) in leaves {
        for at in above(*leaf) {
            let part = counts.entry(at).or_insert(Part { at, listed: 0, all: 0 });
            part.listed += usize::from(documentation.lists(*leaf));
            part.all += 1;
        }
    }
    counts.retain(|_, it| {
        it.all >= PART_MIN && it.listed < it.all && it.listed * 100 >= it.all * least
    });
    let mut inside: BTreeMap<usize, Vec<_>> = BTreeMap::new();
    for (leaf, key) in leaves {
        let highest = above(*leaf).filter(|at| counts.contains_key(at)).last();
        inside.entry(highest.unwrap_or(0)).or_default().push((*leaf, *key));
    }
    inside.into_iter().filter_map(|(at, leaves)| Some((counts.remove(&at)?, leaves))).collect()
}

struct Files<'a> {
    documentation: &'a Documentation,
    readme: &'a Readme,
    file: &'a YamlFile,
    schema: Option<Node<'a>>,
    /// helm-docs' template, where the table stands in it as it is.
    by_hand: Option<Template>,
    /// What makes a table of helm-docs whole again.
    run: String,
    /// Whether chart-doc-gen makes the README.
    doc_gen: bool,
    /// Whether readme-generator makes tables of the form that it makes: people write these, too.
    generator: bool,
    /// The paths that Rancher's questions describe.
    questions: BTreeSet<String>,
    /// The paths that readme-generator's comments document.
    params: BTreeSet<Vec<Option<String>>>,
    told: Told<'a>,
    /// What rows under another name are meant for: `docs/stale-value` tells of these.
    meant: BTreeSet<String>,
}

impl Files<'_> {
    /// Who writes the reference.
    fn style(&self) -> Option<Style> {
        let row = self.documentation.reference.rows.first()?;
        let plain = self.by_hand.is_some() || row.style == Style::Bitnami && !self.generator;
        Some(if plain { Style::Plain } else { row.style })
    }

    /// Whether readme-generator's comments document all values under some keys: then only its run is missing.
    fn has_params(&self, gaps: &[usize]) -> bool {
        let values = &self.documentation.values;
        let steps = |at: usize| values.keys.get(at).map(|key| key.path.names());
        let mut below = leaves_under_at(gaps, self.documentation);
        !self.params.is_empty()
            && below.all(|leaf| {
                let mut line = std::iter::successors(Some(leaf), |at| {
                    values.keys.get(*at).map(|key| key.parent).filter(|at| *at > 0)
                });
                line.any(|at| steps(at).is_some_and(|steps| self.params.contains(&steps)))
            })
    }

    /// What to do about values that have no row.
    fn help(&self, gaps: &[usize]) -> String {
        let each = if gaps.len() > 1 { "a row for each" } else { "a row" };
        let rows = &self.documentation.reference.rows;
        let default = rows.iter().any(|row| row.default.is_some());
        let default = if default { " and its default" } else { "" };
        let row = format!("add {each} with its meaning{default}");
        match (self.style(), &self.by_hand) {
            (Some(Style::HelmDocs), _) => self.run.clone(),
            // The generator makes no row of what stands above the first section: seen with 2.7.2.
            (Some(Style::Bitnami), _) if self.has_params(gaps) => PARAMS.to_owned(),
            (Some(Style::Bitnami), _) => {
                "describe it with `## @param` in values.yaml and run `readme-generator`".to_owned()
            }
            (_, Some(template)) => {
                format!("{row} to {} and run {}", template.file.local, template.command())
            }
            _ if self.doc_gen => {
                "describe it in values.yaml, with `# +doc-gen:break` where it is a list or a mapping, and run `chart-doc-gen`".to_owned()
            }
            _ => row,
        }
    }

    /// Where the rows stand among which that of a value belongs: those of what lies beside it, else the first.
    fn place_of_rows(&self, key: &Declared) -> Option<Place> {
        let steps = key.path.names();
        let shared = |row: &Row| {
            let mut pairs = row.key.steps.iter().zip(&steps);
            pairs.position(|(one, other)| one != other).unwrap_or(row.key.steps.len())
        };
        let rows = &self.documentation.reference.rows;
        let most = rows.iter().map(shared).max()?;
        let row = rows.iter().find(|row| shared(row) == most)?;
        let template = self.by_hand.as_ref();
        let by_hand = template.and_then(|it| Some(it.file.place(it.row(&row.key.text)?)));
        Some(by_hand.unwrap_or_else(|| self.readme.file.place(row.span)))
    }

    /// Whether a comment or the schema describes a key where it is declared.
    fn describes(&self, key: &Declared) -> bool {
        key.said.described
            || self.questions.contains(&key.path.to_string())
            || self.schema.is_some_and(|schema| describes(schema, key))
    }

    /// Whether comments or the schema describe everything from a key down.
    fn describes_under(&self, at: usize) -> bool {
        let keys = &self.documentation.values.keys;
        let line = |leaf: usize| {
            let above = |at: &usize| keys.get(*at).map(|key| key.parent);
            std::iter::successors(Some(leaf), above).take_while(move |it| *it >= at)
        };
        let mut below = self.documentation.values.subtree(at).into_iter();
        below.all(|leaf| {
            keys.get(leaf).is_none_or(|key| !key.leaf)
                || line(leaf).filter_map(|at| keys.get(at)).any(|key| self.describes(key))
        })
    }
}

/// The paths that comments document for readme-generator.
fn params(documentation: &Documentation) -> BTreeSet<Vec<Option<String>>> {
    let mentions = documentation.values.mentions.iter();
    let shown = mentions.filter(|it| it.convention == Convention::Bitnami && !it.hidden);
    shown.map(Mention::steps).collect()
}

/// Tells of the gaps of the whole or of its parts: all together of which a program's next run makes rows.
fn tell_all(parts: &[(Part, BTreeSet<usize>)], files: &Files<'_>, out: &mut Sink) {
    let all = parts.iter().flat_map(|(_, gaps)| gaps).copied();
    let (program, help) = match files.style() {
        Some(Style::HelmDocs) => ("helm-docs", files.run.as_str()),
        Some(Style::Bitnami) => ("readme-generator", PARAMS),
        _ => ("", ""),
    };
    let made = |at: &usize| program == "helm-docs" || files.has_params(&[*at]);
    let mut together: BTreeSet<_> = all.filter(|_| !program.is_empty()).filter(made).collect();
    if together.len() > 1 {
        not_made(&together, program, help, files, out);
    } else {
        together.clear();
    }
    for (part, gaps) in parts {
        tell(gaps - &together, part, files, out);
    }
}

/// Tells of gaps, many under one key together.
fn tell(gaps: BTreeSet<usize>, part: &Part, files: &Files<'_>, out: &mut Sink) {
    let mut by_parent: BTreeMap<(usize, bool), Vec<usize>> = BTreeMap::new();
    for at in gaps {
        let parent = files.documentation.values.keys.get(at).map_or(0, |key| key.parent);
        by_parent.entry((parent, files.describes_under(at))).or_default().push(at);
    }
    for ((parent, described), gaps) in by_parent {
        let together = if described { TOGETHER } else { TOGETHER_BARE };
        // What stands at the top has nothing in common but that one stands below the other.
        let runs = if parent == 0 { runs(&gaps, files) } else { vec![gaps] };
        for gaps in runs {
            if gaps.len() >= together && (parent > 0 || described) {
                missing(parent, &gaps, part, files, out);
                continue;
            }
            for at in gaps {
                missing(at, &[at], part, files, out);
            }
        }
    }
}

/// Keys of the root, each run by itself in which nothing stands between.
fn runs(gaps: &[usize], files: &Files<'_>) -> Vec<Vec<usize>> {
    let keys = &files.documentation.values.keys;
    let all: BTreeSet<usize> =
        keys.first().iter().flat_map(|root| root.children.values().copied()).collect();
    let mut runs: Vec<Vec<usize>> = Vec::new();
    for at in gaps {
        let last = runs
            .last_mut()
            .filter(|run| run.last().is_some_and(|last| all.range(*last..).nth(1) == Some(at)));
        match last {
            Some(run) => run.push(*at),
            None => runs.push(vec![*at]),
        }
    }
    runs
}

/// The topmost keys of which the table lists nothing, neither above nor below.
fn gaps(files: &Files<'_>, leaves: &[(usize, &Declared)]) -> BTreeSet<usize> {
    let Files { documentation, told, meant, .. } = files;
    let is_meant = |at: usize| {
        let mut line = documentation.values.line(at);
        line.any(|key| meant.contains(&key.path.to_string()))
    };
    let all = leaves.iter().map(|(at, _)| *at).filter(|_| !meant.is_empty());
    let spared: BTreeSet<_> = all.filter(|at| is_meant(*at)).collect();
    // A program writes its row all the same.
    let made = files.style() == Some(Style::HelmDocs);
    let tells = |key: &Declared| !made && told.tells(key);
    let unlisted = leaves.iter().filter(|(at, _)| !documentation.lists(*at));
    unlisted
        .filter(|(at, key)| !tells(key) && (made || !told.sets(key)) && !spared.contains(at))
        .map(|(at, _)| topmost(documentation, *at, &spared))
        .filter(|at| documentation.values.keys.get(*at).is_some_and(|key| !tells(key)))
        .collect()
}

/// Keys that helm-docs would make a row of, below one that has a row, in a table that it wrote.
fn rows_left_out(documentation: &Documentation) -> Vec<usize> {
    let rows = &documentation.reference.rows;
    let found: BTreeSet<_> = rows.iter().flat_map(|row| &row.found).copied().collect();
    let keys = documentation.values.keys.iter().enumerate();
    keys.filter(|(at, key)| {
        let hidden = || documentation.values.line(*at).any(|key| key.said.hidden);
        key.said.row
            && !key.borrowed
            && !key.path.0.first().is_some_and(|key| key.is("global"))
            && !found.contains(at)
            && documentation.lists(*at)
            && !hidden()
    })
    .map(|(at, _)| at)
    .collect()
}

fn topmost(documentation: &Documentation, leaf: usize, spared: &BTreeSet<usize>) -> usize {
    let keys = &documentation.values.keys;
    let holds = |at| {
        let mut below = documentation.values.subtree(at).into_iter();
        !spared.is_empty() && below.any(|at| spared.contains(&at))
    };
    let above = |at: &usize| {
        let parent = keys.get(*at)?.parent;
        (parent > 0 && !documentation.lists_below(parent) && !holds(parent)).then_some(parent)
    };
    std::iter::successors(Some(leaf), above).last().unwrap_or(leaf)
}

fn missing(at: usize, gaps: &[usize], part: &Part, files: &Files<'_>, out: &mut Sink) {
    let Files { documentation, file, .. } = files;
    let keys = &documentation.values.keys;
    let first = gaps.first().and_then(|first| keys.get(*first));
    let (Some(key), Some(first)) = (keys.get(at), first) else { return };
    let below = leaves_under(gaps, documentation);
    let what = match (gaps, below.len()) {
        // What lies under a key that is left out of a table that a program makes may have rows.
        ([one], _) if *one == at && documentation.lists(at) => format!("`{}` is", key.path),
        ([one], 0 | 1) if *one == at => format!("`{}` is", key.path),
        ([one], count) if *one == at => {
            format!("`{}` and the {count} values under it are", key.path)
        }
        (_, count) if at == 0 => format!("{count} values ({}) are", some(&below)),
        (_, count) => format!("{count} values under `{}` ({}) are", key.path, some(&below)),
    };
    let inside = match keys.get(part.at).filter(|_| part.at > 0) {
        Some(holder) => format!(" under `{}`", holder.path),
        None => String::new(),
    };
    let message = format!(
        "{what} not in the README's reference, which has {} of {} values{inside}",
        part.listed, part.all
    );
    let made = matches!(files.style(), Some(Style::HelmDocs | Style::Bitnami | Style::HelmTool));
    let help = files.help(gaps);
    let place = file.place(first.key);
    let mut draft = out.at(place, message).subject(first.path.to_string()).help(help);
    // Where people write the table, whoever reads values.yaml finds what it is all the same.
    if !made && gaps.iter().all(|gap| files.describes_under(*gap)) {
        draft = draft.level(Level::Note);
    }
    if let Some(place) = files.place_of_rows(first) {
        draft.also(place, "the reference");
    }
}

/// Tells of a table that a program made before several values were declared: one run repairs it.
fn not_made(gaps: &BTreeSet<usize>, program: &str, help: &str, files: &Files<'_>, out: &mut Sink) {
    let keys = &files.documentation.values.keys;
    let gaps: Vec<_> = gaps.iter().filter_map(|at| keys.get(*at)).collect();
    let Some(first) = gaps.first() else { return };
    let message = format!(
        "{} values are not in the README's reference, which `{program}` makes: {}",
        gaps.len(),
        some(&gaps)
    );
    let draft = out.at(files.file.place(first.key), message).subject(first.path.to_string());
    let others = gaps.iter().skip(1).take(SHOWN);
    others.fold(draft.help(help), |draft, key| draft.also(files.file.place(key.key), "as well"));
}

/// The values under some keys.
fn leaves_under<'d>(gaps: &[usize], documentation: &'d Documentation) -> Vec<&'d Declared> {
    let keys = &documentation.values.keys;
    leaves_under_at(gaps, documentation).filter_map(|at| keys.get(at)).collect()
}

fn leaves_under_at(gaps: &[usize], documentation: &Documentation) -> impl Iterator<Item = usize> {
    let keys = &documentation.values.keys;
    let below = gaps.iter().flat_map(|gap| documentation.values.subtree(*gap));
    below.filter(|at| keys.get(*at).is_some_and(|key| key.leaf))
}

/// Some of the values by their paths.
fn some(keys: &[&Declared]) -> String {
    let shown = keys.iter().take(SHOWN).map(|key| format!("`{}`", key.path));
    let more = if keys.len() > SHOWN { ", …" } else { "" };
    shown.collect::<Vec<_>>().join(", ") + more
}

/// Whether a schema says what a value is.
fn describes(schema: Node<'_>, key: &Declared) -> bool {
    let mut node = schema;
    for step in &key.path.0 {
        let Key::Name(name) = step else { return false };
        let Some(property) = node.at(&["properties", name]) else { return false };
        node = property;
    }
    node.get("description").is_some()
}

/// A chart of which most values are described nowhere.
fn sparse(chart: &Chart, files: &Files<'_>, leaves: &[(usize, &Declared)], out: &mut Sink) {
    let Files { documentation, file, .. } = files;
    // A library's values are nobody's to set, a subchart's are set in the chart that holds it.
    if leaves.len() < SPARSE_MIN || chart.is_library() || chart.parent.is_some() {
        return;
    }
    let comments = file.stream.comments().iter();
    let prose: String = comments.flat_map(|it| [it.text.as_str(), "\n"]).collect();
    let prose = Told::of(&prose, chart.name());
    let named = &documentation.reference.named;
    let tells = |at: &usize| {
        let key = documentation.values.keys.get(*at);
        let told = |key| {
            let tells = files.told.tells(key) || key.leaf && files.told.sets(key);
            tells || files.describes(key) || prose.tells_path(key)
        };
        named.contains(at) || key.is_some_and(told)
    };
    let above = |at: &usize| documentation.values.keys.get(*at).map(|key| key.parent);
    let described = |at: usize| {
        let line = std::iter::successors(Some(at), above).take_while(|at| *at > 0);
        documentation.lists(at) || line.into_iter().any(|at| tells(&at))
    };
    let bare = leaves.iter().filter(|(at, _)| !described(*at)).map(|(_, key)| *key);
    let bare: Vec<_> = bare.collect();
    let Some(first) = bare.first().filter(|_| bare.len() * 2 > leaves.len()) else { return };
    let message = format!(
        "{} of {} values are described neither in the README, by a comment nor in the schema: {}",
        bare.len(),
        leaves.len(),
        some(&bare)
    );
    let help = if documentation.reference.helm_docs {
        "write a comment above each value, and let `helm-docs` make the table of them"
    } else {
        "write a comment above each value that says what it is for"
    };
    out.at(file.place(first.key), message).level(Level::Note).subject(chart.name()).help(help);
}
