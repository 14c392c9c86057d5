//! What is to be done about a value that nothing declares.

use std::collections::BTreeSet;

use crate::{
    analysis::{OwnRead, Undeclared},
    catalog::{Chart, Key, TemplateFile, ValuesPath},
    rule::ChartContext,
    template::{
        Define,
        flow::{Step, Usage},
    },
};

/// What is to be done about a value. Those of one mapping that ask for the same, and name no other value, can be told
/// together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Repair {
    /// Another value was meant, or may have been; whether that is plain.
    Mean(ValuesPath, bool),
    /// The README has it under an end of its path.
    Name(String),
    /// The schema refuses it.
    Admit,
    /// The block that asks for it is empty.
    Fill,
    /// It would be written with what it lies in, as a field of that.
    Drop,
    /// Read what nothing reads.
    Read(ValuesPath),
    /// Read one of several values that lie a step deeper.
    Choose(Vec<ValuesPath>),
    /// Leave out a step that is written twice.
    Shorten(ValuesPath, String),
    /// Include the template that the chart has for it, with what its templates are given.
    Include(String, &'static str),
    /// Declared, even empty, it would count as set.
    Comment,
    /// It is an entry of a mapping that is written out with all that lies in it.
    Entry(ValuesPath),
    /// Declare it, or the branch goes that it decides about.
    Decide,
    /// Declare it, or ask for it, or the branch goes that is for a text which values.yaml does not have.
    Leave(String),
    /// Declare it, or stop reading what lies in it.
    Stop,
    /// Declare it.
    Declare,
}

impl Repair {
    /// What is to be done about an optional value.
    pub(super) fn of_optional(value: &Undeclared, chart: &Chart, cx: &ChartContext<'_>) -> Self {
        let asks_for_key = value.reads.iter().any(|read| read.asks_for_key);
        match cx.analysis.alike(value, chart) {
            _ if value.refused.is_some() => Self::Admit,
            _ if value.idle => Self::Fill,
            _ if cx.analysis.is_written_along(value) => Self::Drop,
            Some(near) => Self::Mean(near, false),
            None if let Some(row) = row_of(value, chart, cx) => Self::Name(row),
            None if asks_for_key => Self::Comment,
            None if let Some(whole) = &value.whole => Self::Entry(whole.clone()),
            None => match cx.analysis.left_over(&value.path, chart) {
                Some(left) => Self::Read(left),
                None if is_foreign(value) => Self::Decide,
                None => Self::Declare,
            },
        }
    }

    /// What is to be done about a value that a place needs, or for which another one was meant.
    pub(super) fn of_needed(
        value: &Undeclared,
        at: &OwnRead,
        chart: &Chart,
        cx: &ChartContext<'_>,
    ) -> Self {
        let meant = value.slip.as_ref().map(|slip| slip.declared.clone());
        if let Some(meant) = meant.or_else(|| value.asked_as.clone()) {
            return Self::Mean(meant, true);
        }
        if let Some(near) = cx.analysis.alike(value, chart) {
            // A path that leads nowhere was copied.
            return Self::Mean(near, at.path.len() > value.inner.0.len());
        }
        if value.refused.is_some() {
            return Self::Admit;
        }
        if let Some((holder, step)) = repeated(value) {
            return Self::Shorten(holder, step.to_owned());
        }
        // What lies in it is read: often it was a component that went.
        if value.inner.0.len() == 1 && at.path.len() > 1 {
            return Self::Stop;
        }
        let template = template_of(value, chart);
        match (template, cx.analysis.left_over(&value.path, chart)) {
            (Some(name), _) => Self::Include(name.to_owned(), dot(at, chart)),
            (_, Some(left)) => Self::Read(left),
            _ if let Some(several) = cx.analysis.deeper(value, chart) => Self::Choose(several),
            _ => match (&value.whole, &value.branch_for) {
                (_, Some(text)) => Self::Leave(text.clone()),
                (Some(whole), _) => Self::Entry(whole.clone()),
                _ => Self::Declare,
            },
        }
    }

    /// Whether values of one mapping with this repair can be told together.
    pub(super) fn is_shared(&self) -> bool {
        matches!(self, Self::Comment | Self::Entry(_) | Self::Decide | Self::Declare)
    }

    /// The help for an optional value, or for several.
    pub(super) fn for_optional(&self, value: &Undeclared, many: bool) -> String {
        let path = &value.path;
        let (it, would) = if many { ("they do", "they would") } else { ("it does", "it would") };
        let these = if many { "them".to_owned() } else { format!("`{path}`") };
        match self {
            Self::Admit => admit(path),
            Self::Fill => "take the empty block out, or write what it is for".to_owned(),
            Self::Drop => format!(
                "stop asking for it: a declared `{path}` would be written with what it lies in"
            ),
            Self::Name(row) => {
                format!("write `{path}` for `{row}` into the README, and declare it in values.yaml")
            }
            Self::Mean(near, _) if value.reads.iter().any(|read| read.asks_for_key) => {
                format!(
                    "did you mean `{near}`? If not, say in a comment in values.yaml what it does"
                )
            }
            Self::Mean(near, _) => {
                format!("did you mean `{near}`? If not, declare `{path}` in values.yaml")
            }
            Self::Read(left) => {
                format!("read `{left}`, which nothing reads, or declare `{path}` in values.yaml")
            }
            Self::Comment => format!(
                "say in a comment in values.yaml what {it}: declared, even empty, {would} count as set"
            ),
            Self::Entry(whole) => format!(
                "say in a comment in values.yaml what {it}: declared, {would} be written out with the rest of `{whole}`"
            ),
            Self::Decide => format!(
                "declare {these} in values.yaml, say in a comment what {it}, or take the branch out"
            ),
            _ => format!("declare {these} in values.yaml, or say in a comment what {it}"),
        }
    }

    /// The help for a value that a place needs, or for several.
    pub(super) fn for_needed(&self, value: &Undeclared, at: &OwnRead, many: bool) -> String {
        let path = &value.path;
        let it = if many { "them" } else { "it" };
        let these = if many { "them".to_owned() } else { deepest(value, at) };
        match self {
            Self::Mean(meant, true) => format!("did you mean `{meant}`?"),
            Self::Mean(near, false) => {
                format!("did you mean `{near}`? If not, declare {these} in values.yaml")
            }
            Self::Admit => admit(path),
            Self::Shorten(holder, step) => {
                format!("leave `.{step}` out: what it stands in is `{holder}` already")
            }
            Self::Stop => format!("declare {these} in values.yaml, or stop reading it"),
            Self::Include(name, dot) => {
                format!("write `{{{{ include \"{name}\" {dot} }}}}`, which the chart has for it")
            }
            Self::Read(left) => {
                format!("read `{left}`, which nothing reads, or declare {these} in values.yaml")
            }
            Self::Entry(whole) => format!(
                "ask for {it} first, or declare {it} in values.yaml, to be written out with the rest of `{whole}`, too"
            ),
            Self::Leave(text) => format!(
                "declare {these} in values.yaml, ask for it first, or take out the branch for `{text}`, which values.yaml does not have"
            ),
            Self::Choose(several) => {
                let named: Vec<_> = several.iter().map(|path| format!("`{path}`")).collect();
                let (last, rest) = named.split_last().map_or(("", &[][..]), |it| (it.0, it.1));
                format!(
                    "read {} or {last}, which values.yaml declares, or declare {these}",
                    rest.join(", ")
                )
            }
            _ => format!(
                "declare {these} in values.yaml, ask for {it} first, or delete the {}",
                if many { "reads" } else { "read" }
            ),
        }
    }
}

/// The row of the README's reference whose path is an end of a value's, where that is neither declared nor read and its
/// name is no ordinary word.
fn row_of(value: &Undeclared, chart: &Chart, cx: &ChartContext<'_>) -> Option<String> {
    let documentation = chart.documentation();
    let names: Option<Vec<&str>> = value.path.0.iter().map(name_of).collect();
    let names = names.filter(|_| !value.documented)?;
    let mut rows = documentation.reference.rows.iter().filter_map(|row| {
        let steps: Option<Vec<&str>> = row.key.steps.iter().map(Option::as_deref).collect();
        let steps = steps.filter(|steps| steps.len() < names.len() && names.ends_with(steps))?;
        let plain = |name: &str| !name.contains(|c: char| c.is_uppercase() || c == '_');
        let ordinary = steps.len() < 2 && steps.last().is_none_or(|name| plain(name));
        let path = ValuesPath::of(steps.clone());
        let own = documentation.values.find(&path).is_some()
            || cx.analysis.usage(value.member, &path) != Usage::Unread;
        (!ordinary && !own).then(|| steps.join("."))
    });
    rows.next().filter(|_| rows.next().is_none())
}

fn name_of(key: &Key) -> Option<&str> {
    match key {
        Key::Name(name) => Some(name),
        Key::Index(_) => None,
    }
}

/// Whether a value opens a branch of something that the chart has not: a mapping that is missing, or a switch at the
/// top; or whether it is only read on such a branch.
fn is_foreign(value: &Undeclared) -> bool {
    let depth = value.inner.0.len();
    let deeper = value.reads.iter().any(|read| read.path.len() > depth);
    (value.switch && (depth == 1 || deeper)) || (value.behind && deeper)
}

fn admit(path: &ValuesPath) -> String {
    format!("admit `{path}` in the schema and declare it, or stop reading it")
}

/// What is to be declared for a place that goes through a value: the value with what is read in it.
fn deepest(value: &Undeclared, at: &OwnRead) -> String {
    let path = &value.path;
    let deeper: BTreeSet<_> = value.reads.iter().map(|read| &read.path).collect();
    let depth = value.inner.0.len();
    let rest = at.path.get(depth..).unwrap_or_default();
    let names = rest.iter().map(|step| match step {
        Step::Key(name) => Some(Key::Name(name.to_string())),
        Step::Any => None,
    });
    let names: Option<Vec<Key>> = names.collect();
    match names {
        Some(names) if !names.is_empty() && deeper.iter().all(|it| at.path.starts_with(it)) => {
            format!("`{}`", ValuesPath([path.0.clone(), names].concat()))
        }
        _ if rest.is_empty() => format!("`{path}`"),
        _ => format!("`{path}` with what is read in it"),
    }
}

/// The context of the templates that a place writes before `.Values`.
fn dot(at: &OwnRead, chart: &Chart) -> &'static str {
    let mut files = chart.templates.iter();
    let text = files.find(|it| it.file.path == at.place.path).map(|it| it.file.text.as_str());
    let rest = text.and_then(|text| text.get(at.place.start.offset as usize..));
    if rest.is_some_and(|rest| rest.starts_with("$.")) { "$" } else { "." }
}

/// The holder and the last step of a path that repeats it, as `with` is forgotten: `backup.backup.port`.
fn repeated(value: &Undeclared) -> Option<(ValuesPath, &str)> {
    let [above @ .., Key::Name(holder), Key::Name(step)] = value.path.0.as_slice() else {
        return None;
    };
    let deeper = value.reads.iter().any(|read| read.path.len() > value.inner.0.len());
    let holder_path =
        || ValuesPath(above.iter().cloned().chain([Key::Name(holder.clone())]).collect());
    (holder == step && deeper).then(|| (holder_path(), step.as_str()))
}

/// Names of fewer letters than this are no names of templates.
const TEMPLATE_NAME_MIN: usize = 8;

/// The only named template of the chart whose name ends in that of a value at the top, where it renders with the
/// chart's own values.
fn template_of<'c>(value: &Undeclared, chart: &'c Chart) -> Option<&'c str> {
    let [Key::Name(name)] = value.path.0.as_slice() else { return None };
    let squashed = |text: &str| {
        text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase()
    };
    let name = squashed(name);
    let inside = |file: &TemplateFile, define: &Define| {
        value.reads.iter().any(|read| {
            let at = read.place.start.offset;
            read.place.path == file.file.path && define.span.start <= at && at < define.span.end
        })
    };
    let defines = chart.templates.iter().flat_map(|file| {
        let defines = file.template.defines.iter().filter(move |define| !inside(file, define));
        defines.map(|it| it.name.as_str())
    });
    let mut named =
        defines.filter(|it| it.rsplit('.').next().is_some_and(|last| squashed(last) == name));
    let only = named.next().filter(|_| name.len() >= TEMPLATE_NAME_MIN)?;
    (named.next().is_none() && renders(only, chart)).then_some(only)
}

/// How many named templates are looked through for one that includes them.
const INCLUDED_MAX: usize = 20;

/// Whether all that a named template reads is declared, or has a default: it need not be included anywhere yet.
fn renders(name: &str, chart: &Chart) -> bool {
    let mut open = vec![name.to_owned()];
    let mut seen = BTreeSet::new();
    while let Some(name) = open.pop() {
        let Some(body) = body(&name, chart) else { continue };
        if seen.len() >= INCLUDED_MAX || !reads_declared(body, chart) {
            return false;
        }
        if seen.insert(name) {
            let calls =
                ["include \"", "template \""].into_iter().flat_map(|it| body.split(it).skip(1));
            let names = calls.filter_map(|rest| rest.split('"').next()).map(str::to_owned);
            open.extend(names.filter(|name| !seen.contains(name)));
        }
    }
    true
}

fn body<'c>(name: &str, chart: &'c Chart) -> Option<&'c str> {
    chart.templates.iter().find_map(|file| {
        let define = file.template.defines.iter().find(|define| define.name == name)?;
        Some(file.template.slice(define.span))
    })
}

/// Whether what a text reads lies in declared mappings, and is declared itself or has a default.
fn reads_declared(body: &str, chart: &Chart) -> bool {
    let values = &chart.documentation().values;
    let goes_on = |c: char| c.is_alphanumeric() || "_-.".contains(c);
    let mut paths = body.split(".Values.").skip(1);
    paths.all(|rest| {
        let path = rest.split(|c| !goes_on(c)).next().unwrap_or_default();
        let names: Vec<&str> = path.trim_end_matches('.').split('.').collect();
        let (_, above) = names.split_last().unwrap_or((&"", &[]));
        let is_declared = |names: &[&str]| values.find(&ValuesPath::of(names.to_vec())).is_some();
        (above.is_empty() || above == ["global"] || is_declared(above))
            && (is_declared(&names) || body.contains("default"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        analysis::{Manner, steps},
        finding::Place,
        rules::docs::undeclared_value::tests::value,
    };

    fn read(names: &[&str]) -> OwnRead {
        OwnRead {
            place: Place::file(&"a".into()),
            path: steps(&ValuesPath::of(names.to_vec())),
            manner: Manner::Needs,
            in_notes: false,
            asks_for_key: false,
            kept: false,
            call: None,
        }
    }

    #[test]
    fn a_step_that_is_written_twice_is_left_out() {
        let path = ValuesPath::of(["ports", "backup", "backup"]);
        let twice = |more: &[&str]| {
            let names = [&["ports", "backup", "backup"][..], more].concat();
            let (inner, reads) = (path.clone(), vec![read(&names)]);
            let value = Undeclared { inner, path: path.clone(), reads, ..value("a", false) };
            repeated(&value).map(|(holder, step)| (holder.to_string(), step.to_owned()))
        };
        assert_eq!(twice(&["nodePort"]), Some(("ports.backup".to_owned(), "backup".to_owned())));
        assert_eq!(twice(&[]), None);
    }

    #[test]
    fn what_is_read_in_a_value_is_to_be_declared_with_it() {
        let said = |reads: &[&[&str]]| {
            let reads: Vec<_> = reads.iter().map(|names| read(names)).collect();
            let value = Undeclared { reads, ..value("image", false) };
            deepest(&value, &value.reads[0])
        };
        assert_eq!(said(&[&["image"]]), "`image`");
        assert_eq!(said(&[&["image", "tag"], &["image"]]), "`image.tag`");
        assert_eq!(
            said(&[&["image", "tag"], &["image", "name"]]),
            "`image` with what is read in it"
        );
    }
}
