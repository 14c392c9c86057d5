//! `docs/unused-value`

mod astray;
mod block;
mod idle;

use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet},
};

use crate::{
    analysis::{self, LostDot, Undeclared},
    catalog::{Chart, Declared, Key, Values, ValuesPath, YamlFile, values},
    config,
    finding::Place,
    rule::{ChartContext, Rule, Sink},
    template::flow::{How, Read, Step, Usage},
    text::Span,
    yaml::Node,
};

/// A value that is declared and that nothing reads.
pub(crate) struct UnusedValue;

impl Rule for UnusedValue {
    fn chart(&self, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
        let judged = !chart.is_library() && !chart.outdated().any(|(_, it)| it.chart.is_library());
        let Some(file) = chart.values.as_deref().filter(|_| judged) else { return };
        let values = &chart.documentation().values;
        let readme = chart.readme.as_ref().map(|readme| readme.file.text.as_str());
        let guides = [Some(file.stream.text().as_str()), readme].into_iter().flatten();
        let guides = if evaluates(cx) { guides.collect() } else { Vec::new() };
        let judge = Judge {
            chart,
            cx,
            values,
            anchors: used_anchors(file),
            guides,
            lost: OnceCell::new(),
            own: OnceCell::new(),
        };
        let mut unused = Vec::new();
        judge.below(0, &mut unused);
        let slips: BTreeMap<_, _> = judge.slips().collect();
        misspelt(&slips, file, values, out);
        let meant = |key: &Declared| {
            let all = values.under_key(key);
            all.iter().all(|leaf| is_meant(leaf, &slips))
        };
        let told =
            |key: &&Declared| !is_meant(key, &slips) && !meant(key) && !is_of_made(chart, key);
        let unused = judge.whole(unused.into_iter().filter(told).collect());
        let unused = judge.unindented_together(unused, file, out);
        let unused = judge.beside_missing(unused, file, out);
        for key in block::blocks(unused, values, |key| file.place(key.key), out) {
            judge.tell(key, file.place(key.key), out);
        }
    }
}

/// Whether templates that a script makes, and that are not here, may read a value: all may where they lie in templates/
/// itself, else those whose path has the folder's name in it, like `installCRDs` that of templates/crds/.
fn is_of_made(chart: &Chart, key: &Declared) -> bool {
    let path = key.path.to_string().to_lowercase();
    let of = |folder: &String| path.contains(folder.to_lowercase().trim_end_matches('s'));
    chart.made_templates.iter().any(|folder| folder == "templates" || of(folder))
}

/// Keys of which templates read another name. Where the template's name is the wrong one,
/// `docs/undeclared-value` tells.
fn misspelt(
    slips: &BTreeMap<&ValuesPath, &Undeclared>,
    file: &YamlFile,
    values: &Values,
    out: &mut Sink,
) {
    for (declared, value) in slips {
        let in_values = value.slip.as_ref().is_some_and(|slip| slip.in_values);
        let (Some(key), Some(read)) = (values.find(declared), value.reads.first()) else {
            continue;
        };
        if in_values {
            let meant = &value.path;
            let message = format!("`{declared}` is declared, and templates read `{meant}`");
            out.at(file.place(key.key), message)
                .subject(declared.to_string())
                .also(read.place.clone(), "read here")
                .help(format!("rename or move it to `{meant}`"));
        }
    }
}

/// How many pairs of a declared value and a read are compared in a chart; where there are more, nobody is told which
/// read one was meant.
const COMPARISONS_MAX: usize = 10_000_000;

/// Whether templates read a key under another name, or under another name of what it lies in.
fn is_meant(key: &Declared, slips: &BTreeMap<&ValuesPath, &Undeclared>) -> bool {
    let path = analysis::steps(&key.path);
    slips.iter().any(|(declared, value)| {
        let below = path.get(declared.0.len()..).filter(|_| declared.covers(&key.path));
        let reads = |below: &[Step]| {
            let mut reads = value.reads.iter();
            reads.any(|read| read.path.get(value.inner.0.len()..) == Some(below))
        };
        below.is_some_and(|below| below.is_empty() || reads(below))
    })
}

/// Whether templates evaluate values as templates: what users write into these may read anything.
fn evaluates(cx: &ChartContext<'_>) -> bool {
    cx.analysis.flow().reads().iter().any(|read| read.how == How::Tpl)
}

struct Judge<'a> {
    chart: &'a Chart,
    cx: &'a ChartContext<'a>,
    values: &'a Values,
    anchors: BTreeSet<Span>,
    /// Texts that may tell people to read a value in templates of their own.
    guides: Vec<&'a str>,
    /// See [`Judge::is_lost`].
    lost: OnceCell<Vec<LostDot>>,
    /// See [`Judge::own_reads`].
    own: OnceCell<Vec<&'a Read>>,
}

impl<'a> Judge<'a> {
    /// The declared values that templates read under another name.
    fn slips(&self) -> impl Iterator<Item = (&'a ValuesPath, &'a Undeclared)> {
        let undeclared = self.cx.analysis.undeclared(self.chart).iter();
        undeclared.filter_map(|value| Some((&value.slip.as_ref()?.declared, value)))
    }

    /// The highest keys under one that nothing reads.
    fn below(&self, at: usize, unused: &mut Vec<&'a Declared>) {
        let mut open = self.children(at);
        while let Some(at) = open.pop() {
            let Some(key) = self.values.keys.get(at).filter(|key| !self.is_exempt(key)) else {
                continue;
            };
            match self.usage(key) {
                Usage::Unread if self.is_shared(at) => {}
                Usage::Unread if self.holds_anchor(at) || self.holds_offer(key) => {
                    open.extend(self.children(at));
                }
                Usage::Unread => unused.push(key),
                Usage::Read | Usage::Unknown => open.extend(self.children(at)),
            }
        }
    }

    /// The keys right under one, last first.
    fn children(&self, at: usize) -> Vec<usize> {
        let key = self.values.keys.get(at);
        let mut children: Vec<_> =
            key.into_iter().flat_map(|key| key.children.values().copied()).collect();
        children.sort_unstable_by(|a, b| b.cmp(a));
        children
    }

    /// Whether any chart that this one is in the closure reads a key.
    fn usage(&self, key: &Declared) -> Usage {
        let members = self.cx.analysis.members_of(self.chart);
        let usages = members.map(|member| self.cx.analysis.usage(member, &key.path));
        let mut all = Usage::Unread;
        for usage in usages {
            match usage {
                Usage::Read => return usage,
                Usage::Unknown => all = usage,
                Usage::Unread => {}
            }
        }
        all
    }

    /// Tells of keys that lost their indentation, all together, and gives the others back.
    fn unindented_together(
        &self,
        unused: Vec<&'a Declared>,
        file: &YamlFile,
        out: &mut Sink,
    ) -> Vec<&'a Declared> {
        let holders = self.holders(&unused);
        let mut lost: BTreeMap<&ValuesPath, Vec<&Declared>> = BTreeMap::new();
        let mut rest = Vec::new();
        for key in unused {
            match holders.get(&key.path) {
                Some(holder) => lost.entry(&holder.path).or_default().push(key),
                None => rest.push(key),
            }
        }
        for (holder, keys) in lost {
            let Some((first, others)) = keys.split_first() else { continue };
            let path = &first.path;
            let them = match others.len() {
                0 => format!("`{path}` stands"),
                more => format!("`{path}` and {more} more stand"),
            };
            let message =
                format!("{them} beside `{holder}`, which is empty, and nothing reads it there");
            let help = format!("indent it: it belongs in `{holder}`");
            let draft = out.at(file.place(first.key), message).subject(path.to_string()).help(help);
            others
                .iter()
                .fold(draft, |draft, key| draft.also(file.place(key.key), "this one, too"));
        }
        rest
    }

    fn tell(&self, key: &Declared, place: Place, out: &mut Sink) {
        let path = &key.path;
        let idle = self.idle_read(key);
        // `docs/undeclared-value` tells where its only place takes another dot for that of the chart.
        if idle.is_none() && self.is_lost(key) {
            return;
        }
        let message = if idle.is_some() {
            format!(
                "`{path}` is declared, and only a named template that nothing includes reads it"
            )
        } else {
            format!("`{path}` is declared, and nothing reads it")
        };
        let draft = out.at(place, message).subject(path.to_string());
        match (idle, self.meant(key)) {
            (Some(idle), _) => idle.tell(path, draft),
            (None, Some(near)) => {
                draft.help(format!("templates read `{near}`: rename one of the two"))
            }
            (None, None) => match self.misread(key) {
                Some((place, other)) => draft.also(place, "read here").help(format!(
                    "read `{path}` where the templates read `{other}`, or delete it"
                )),
                None => draft.help(self.help(key)),
            },
        };
    }

    /// What is to be done about a key that nothing reads, as far as that is known.
    fn help(&self, key: &Declared) -> String {
        let path = &key.path;
        let of = |name: &str| self.chart.dependencies.iter().any(|it| it.effective_name() == name);
        if let [Key::Name(name), _, ..] = path.0.as_slice()
            && of(name)
        {
            let local =
                self.chart.subcharts.iter().any(|it| !it.vendored && it.chart.name() == name);
            let is_file = |url: &str| url.starts_with("file://");
            let mut dependencies = self.chart.dependencies.iter();
            let beside = dependencies
                .any(|it| it.effective_name() == name && it.repository().is_some_and(is_file));
            return if local {
                format!("delete `{path}`, or read it in `{name}`, which lies in this chart")
            } else if beside {
                format!("delete `{path}`, or read it in `{name}`, which lies beside this chart")
            } else if matches!(path.0.as_slice(), [_, Key::Name(last)] if last == "enabled") {
                format!("delete `{path}`, or write it as the condition of `{name}` in Chart.yaml")
            } else {
                format!("delete `{path}`, or take a version of `{name}` that reads it")
            };
        }
        let left = self.cx.analysis.left_over(path, self.chart);
        let schema = if analysis::is_in_schema(self.chart, path) {
            " here and in values.schema.json"
        } else {
            ""
        };
        match left {
            Some(other) => {
                format!("delete `{path}`{schema}, or read it where templates read `{other}`")
            }
            None => format!("delete `{path}`{schema}, or read it in a template"),
        }
    }

    /// Keys that are for somebody else than the templates.
    fn is_exempt(&self, key: &Declared) -> bool {
        let name = |at: usize| match key.path.0.get(at) {
            Some(Key::Name(name)) => name.as_str(),
            _ => "",
        };
        let first = name(0);
        let missing =
            |it: &&crate::catalog::closure::Missing<'_>| it.dependency.effective_name() == first;
        let closure = self.cx.analysis.closure;
        let held =
            |member: usize| closure.missing.iter().any(|it| it.parent == member && missing(&it));
        key.borrowed
            || key.said.idle
            || self.is_elsewhere(key)
            || self.is_offered(key)
            || self.is_switch_for_others(key)
            || key.path.0.iter().any(|key| *key == Key::Name("global".to_owned()))
            || first == "exports"
            || first.starts_with("x-")
            || first.starts_with(['_', '.'])
            || self.cx.analysis.members_of(self.chart).any(held)
            || self.chart.outdated().any(|(dependency, _)| dependency.effective_name() == first)
    }

    /// Whether the key is the `enabled` of a chart that another one of the catalog switches by a condition.
    fn is_switch_for_others(&self, key: &Declared) -> bool {
        let own = matches!(key.path.0.as_slice(), [Key::Name(name)] if name == "enabled");
        own && self.cx.index.is_switched(self.chart.name())
    }

    /// Whether a comment on a key, or on what it lies in, says that something else reads it.
    fn is_elsewhere(&self, key: &Declared) -> bool {
        let switch = key.parent == 0
            && matches!(key.path.0.last(), Some(Key::Name(name)) if name == "enabled");
        let mut above = std::iter::successors(Some(key), |key| self.values.keys.get(key.parent))
            .take(values::DEPTH_MAX);
        above.any(|key| key.said.elsewhere) || (switch && key.said.subchart)
    }

    /// Whether a text shows how to read a key in a template of one's own: as a whole.
    fn is_offered(&self, key: &Declared) -> bool {
        self.shows(key, |rest| !goes_on(rest) && !goes_below(rest))
    }

    /// Whether a text shows how to read something under a key.
    fn holds_offer(&self, key: &Declared) -> bool {
        self.shows(key, goes_below)
    }

    /// Whether a text has a reference to a key that something comes after.
    fn shows(&self, key: &Declared, after: impl Fn(&str) -> bool) -> bool {
        let reference = format!(".Values.{}", key.path);
        let mut texts = self.guides.iter();
        texts.any(|text| {
            let ends = text.match_indices(&reference).map(|(at, _)| at + reference.len());
            ends.filter_map(|end| text.get(end..)).any(&after)
        })
    }

    /// Whether a key's value, or what it lies in, is used again by an anchor: it may be read there.
    fn is_shared(&self, at: usize) -> bool {
        self.anchored(at, |value, anchor| anchor.contains(value))
    }

    /// Whether something in a key's value is used again by its anchor.
    fn holds_anchor(&self, at: usize) -> bool {
        self.anchored(at, Span::contains)
    }

    fn anchored(&self, at: usize, meets: impl Fn(Span, Span) -> bool) -> bool {
        if self.anchors.is_empty() {
            return false;
        }
        let Some(file) = self.chart.values.as_deref() else { return false };
        let node = self.values.keys.get(at).and_then(|key| Values::node(file, key));
        node.is_some_and(|node| self.anchors.iter().any(|it| meets(node.span(), *it)))
    }

    /// What templates read beside a key, that nothing declares and that is written nearly alike.
    fn meant(&self, key: &Declared) -> Option<ValuesPath> {
        if self.values.keys.len().saturating_mul(self.cx.analysis.flow().reads().len())
            > COMPARISONS_MAX
        {
            return None;
        }
        let (Some(Key::Name(name)), above) = (key.path.0.last(), key.path.0.split_last()?.1) else {
            return None;
        };
        let above = crate::analysis::steps(&ValuesPath(above.to_vec()));
        let declared = self.values.keys.get(key.parent).map(|parent| &parent.children)?;
        let analysis = self.cx.analysis;
        let members: Vec<_> = analysis.members_of(self.chart).collect();
        // What only a library reads is a name of the library's.
        let files: BTreeSet<_> =
            self.chart.templates.iter().filter_map(|it| analysis.set_file(&it.file.path)).collect();
        let reads = analysis.flow().reads().iter().filter(|read| files.contains(&read.file));
        let names = reads.filter(|read| members.contains(&read.member)).filter_map(|read| {
            let (step, rest) = (read.path.get(above.len())?, read.path.get(..above.len())?);
            match step {
                Step::Key(name) if rest == above && !declared.contains_key(name.as_ref()) => {
                    Some(name.as_ref())
                }
                _ => None,
            }
        });
        let names: BTreeSet<&str> = names.collect();
        // What alone is read and not declared, and what alone is declared and not read, are one value where one name
        // holds the other.
        let children = || declared.values().filter_map(|at| self.values.keys.get(*at));
        let unread = || children().filter(|other| self.usage(other) == Usage::Unread);
        if let Some(only) = names.first()
            && names.len() == 1
            && !above.is_empty()
            && only.to_lowercase().ends_with(&name.to_lowercase())
            && unread().nth(1).is_none()
        {
            return Some(beside(key, only));
        }
        // `nameOverride` and `fullnameOverride` are two things.
        let small = name.to_lowercase();
        let another = |other: &&str| {
            let other = other.to_lowercase();
            !other.ends_with(&small) && !small.ends_with(&other)
        };
        let near = config::closest(name, names.into_iter().filter(another))?;
        Some(beside(key, near))
    }
}

/// The path of another name beside a key.
fn beside(key: &Declared, name: &str) -> ValuesPath {
    let mut path = key.path.clone();
    path.0.pop();
    path.join(Key::Name(name.to_owned()))
}

/// Whether a name in a text ends at a byte.
fn ends_name(text: &str, at: usize) -> bool {
    text.get(at..).is_some_and(|rest| !goes_on(rest))
}

/// Whether a text goes on with the name before it.
fn goes_on(rest: &str) -> bool {
    rest.starts_with(|c: char| c.is_alphanumeric() || "_-".contains(c))
}

/// Whether a text goes on with a name under the one before it: a dot may end a sentence.
fn goes_below(rest: &str) -> bool {
    rest.strip_prefix('.').is_some_and(goes_on)
}

/// The nodes with an anchor that an alias refers to.
fn used_anchors(file: &YamlFile) -> BTreeSet<Span> {
    let text = file.stream.text().as_str();
    let mut found = BTreeSet::new();
    if !text.contains('&') {
        return found;
    }
    let mut open: Vec<(Node<'_>, usize)> =
        file.stream.documents().map(|document| (document, 0)).collect();
    while let Some((node, depth)) = open.pop() {
        if node.is_alias() || depth > values::DEPTH_MAX {
            continue;
        }
        if let Some(name) = node.anchor()
            && text.contains(&format!("*{name}"))
        {
            found.insert(node.span());
        }
        open.extend(node.entries().filter(|it| !it.merged).map(|it| (it.value, depth + 1)));
        open.extend(node.items().map(|item| (item, depth + 1)));
    }
    found
}
