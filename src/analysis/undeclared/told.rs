//! Where people may read of a value that values.yaml does not declare.

use crate::{
    analysis::slip::OLD,
    catalog::{Chart, Declared, Key, Values, ValuesPath},
    finding::Place,
    yaml::{Kind, Node},
};

/// Whether comments in values.yaml or the schema speak of a path.
pub(super) fn is_told(chart: &Chart, names: &[&str]) -> bool {
    let values = &chart.documentation().values;
    let steps: Vec<_> = names.iter().map(|name| Some((*name).to_owned())).collect();
    values.is_commented(&steps)
        || values.mentions.iter().any(|mention| meets(&mention.steps(), names))
        || chart.schema.as_ref().and_then(|it| it.root()).is_some_and(|it| knows(it, names))
        || is_listed(chart, names)
}

/// Whether a comment on what holds a value lists it with its type: `# - annotations (map) : what they are`.
fn is_listed(chart: &Chart, names: &[&str]) -> bool {
    let (Some((name, above)), Some(file)) = (names.split_last(), chart.values.as_ref()) else {
        return false;
    };
    let item = format!("- {name} ");
    if above.is_empty() || !file.stream.text().as_str().contains(&item) {
        return false;
    }
    let lists = |line: &&str| {
        let text = line.trim_start().trim_start_matches('#').trim_start();
        let rest = text.strip_prefix(item.as_str()).map(str::trim_start);
        rest.is_some_and(|rest| rest.starts_with('(') && rest.contains(':'))
    };
    let holder = ValuesPath::of(above.iter().copied());
    chart.documentation().values.comments_on(&holder, file).iter().any(lists)
}

/// Whether the README's reference has a row for a path, or for something under it.
pub(super) fn is_documented(chart: &Chart, names: &[&str]) -> bool {
    let rows = &chart.documentation().reference.rows;
    rows.iter().any(|row| meets(&row.key.steps, names))
}

/// For how many values of a chart comments and the README are searched.
pub(super) const SPOKEN_OF_MAX: usize = 200;
/// Names of fewer letters than this are ordinary words.
const NAME_LENGTH_MIN: usize = 4;

/// Whether a comment or the README speaks of a value without being its documentation: a line begins with the
/// path, has one of several steps or as templates write it, writes the name as code beside the name of what it lies in, or a comment on that
/// has the name, which is no other value's.
pub(super) fn is_spoken_of(chart: &Chart, path: &ValuesPath) -> bool {
    let Some((Key::Name(name), above)) = path.0.split_last() else { return false };
    let whole = path.to_string();
    let reference = format!(".Values.{whole}");
    let code = format!("`{name}`");
    let holder = match above.last() {
        Some(Key::Name(holder)) => holder.as_str(),
        _ => "",
    };
    let values = &chart.documentation().values;
    let speaks = |line: &str| {
        begins(line, &whole)
            || has_word(line, &reference)
            || (!above.is_empty() && has_word(line, &whole))
            || (line.contains(&code)
                && line.contains(holder)
                && !is_of_another(line, above, values))
    };
    let readme = chart.readme.as_ref().map(|readme| readme.file.text.as_str());
    let Some(file) = chart.values.as_ref() else { return false };
    let comments = |line: &&str| line.contains('#');
    if readme.into_iter().flat_map(str::lines).any(speaks)
        || file.stream.text().as_str().lines().filter(comments).any(speaks)
    {
        return true;
    }
    let other = values.keys.iter().any(|it| it.path.0.last() == path.0.last());
    name.len() >= NAME_LENGTH_MIN
        && !other
        && values.comments_on(&ValuesPath(above.to_vec()), file).iter().any(|it| has_word(it, name))
}

/// Names of fewer letters than this are spoken of for other reasons.
const OLD_NAME_LENGTH_MIN: usize = 6;

/// The lines of comments and of the README that speak of old names.
pub(super) fn old_lines(chart: &Chart) -> Vec<&str> {
    let readme = chart.readme.as_ref().map(|readme| readme.file.text.as_str());
    let values = chart.values.as_ref().map(|file| file.stream.text().as_str());
    let comments = values.into_iter().flat_map(str::lines).filter(|line| line.contains('#'));
    let lines = readme.into_iter().flat_map(str::lines).chain(comments);
    let speaks = |line: &&str| {
        let small = line.to_lowercase();
        OLD.iter().any(|word| small.contains(word))
    };
    lines.filter(speaks).collect()
}

/// Whether one of the lines that speak of old names says that a value has one.
pub(super) fn is_old(lines: &[&str], chart: &Chart, path: &ValuesPath) -> bool {
    let Some(Key::Name(name)) = path.0.last().filter(|_| !lines.is_empty()) else { return false };
    let whole = Some(path.to_string()).filter(|_| path.0.len() > 1);
    let named = |line: &&str| {
        (name.len() >= OLD_NAME_LENGTH_MIN && has_word(line, name))
            || whole.as_ref().is_some_and(|whole| has_word(line, whole))
    };
    let Some(line) = lines.iter().find(|line| named(line)) else { return false };
    // A name that is declared elsewhere is that one's.
    let mut keys = chart.documentation().values.keys.iter();
    whole.is_some_and(|whole| has_word(line, &whole))
        || !keys.any(|key| key.path.0.last() == path.0.last())
}

/// Whether a line is the description of a value that lies elsewhere: what it names may be a field of Kubernetes.
fn is_of_another(line: &str, above: &[Key], values: &Values) -> bool {
    let goes_on = |c: char| c.is_alphanumeric() || "_-.".contains(c);
    let path = line.trim_start_matches(is_mark).split(|c| !goes_on(c)).next().unwrap_or_default();
    let row = line.trim_start().starts_with('|') || line.contains(&format!("`{path}`"));
    let mut keys = values.keys.iter().skip(1).filter(|key| key.path.to_string() == path);
    let elsewhere = |key: &Declared| {
        key.path.0 != above && key.path.0.split_last().is_some_and(|it| it.1 != above)
    };
    row && !above.is_empty() && keys.any(elsewhere)
}

fn is_mark(c: char) -> bool {
    c.is_whitespace() || "|-*#`'\"".contains(c)
}

/// Whether a line of a table, of a list or of comments begins with a path.
fn begins(line: &str, path: &str) -> bool {
    let rest = line.trim_start_matches(is_mark).strip_prefix(path);
    rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || "_-.".contains(c)))
}

/// Whether a text has a name or a path that is not a part of another one.
pub(super) fn has_word(text: &str, word: &str) -> bool {
    let inner = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).unwrap_or_default();
        let after = text.get(at + word.len()..).unwrap_or_default();
        !before.ends_with(|c| inner(c) || c == '.') && !after.starts_with(inner)
    })
}

/// Whether written steps lead to a path, or below.
fn meets(steps: &[Option<String>], names: &[&str]) -> bool {
    let same =
        |(step, name): (&Option<String>, &&str)| step.as_deref().is_none_or(|it| it == *name);
    !steps.is_empty() && steps.iter().zip(names).all(same) && steps.len() >= names.len()
}

/// Whether a schema names a path, or leaves open what lies there.
fn knows(schema: Node<'_>, names: &[&str]) -> bool {
    let mut at = schema;
    for name in names {
        let open = ["$ref", "allOf", "anyOf", "oneOf", "patternProperties"];
        let free = at.get("additionalProperties").is_some_and(|it| it.kind() == Kind::Mapping);
        match at.at(&["properties", name]) {
            Some(next) => at = next,
            None => return free || open.iter().any(|key| at.get(key).is_some()),
        }
    }
    true
}

/// Whether a chart's schema has a path among its properties.
pub fn is_in_schema(chart: &Chart, path: &ValuesPath) -> bool {
    let root = chart.schema.as_ref().and_then(|file| file.root());
    let Some(mut at) = root else { return false };
    for key in &path.0 {
        let Key::Name(name) = key else { return false };
        let Some(next) = at.at(&["properties", name]) else { return false };
        at = next;
    }
    true
}

/// Where a chart's schema refuses a path that it does not know: whoever sets it can't install.
pub(super) fn refused(chart: &Chart, names: &[&str]) -> Option<Place> {
    let file = chart.schema.as_ref()?;
    let mut at = file.root()?;
    for name in names {
        let Some(next) = at.at(&["properties", name]) else {
            let others = at.entry("additionalProperties")?;
            let closed = others.value.as_bool() == Some(false);
            return closed.then(|| file.place(others.key_span));
        };
        at = next;
    }
    None
}
