//! Where people may read of a value that values.yaml does not declare.

use std::collections::BTreeSet;

use crate::{
    analysis::{Analysis, slip::OLD},
    catalog::{Chart, Declared, Key, Values, ValuesPath},
    finding::Place,
    sources::join,
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
        || is_in_example(chart, names)
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

/// Whether a comment shows a path from the top of the values on, as YAML.
fn is_in_example(chart: &Chart, names: &[&str]) -> bool {
    let ([first, _, ..], Some(file)) = (names, chart.values.as_ref()) else { return false };
    let text = file.stream.text().as_str();
    let has = |name: &&str| text.contains(&format!("{name}:"));
    // The top's key begins with a comment's `#`, be it for one more space.
    let top = format!("{first}:");
    let is_top = |line: &str| {
        line.trim_end().strip_suffix(top.as_str()).is_some_and(|it| it.trim_end() == "#")
    };
    if !names.iter().all(has) {
        return false;
    }
    let mut lines = text.lines();
    while let Some(line) = lines.by_ref().find(|line| is_top(line)) {
        let indent = line.find(top.as_str()).unwrap_or_default();
        let below = lines.clone().map_while(|line| line.strip_prefix('#'));
        if is_shown(below, indent, names.get(1..).unwrap_or_default()) {
            return true;
        }
    }
    false
}

/// Whether lines of YAML, each without its first byte, show a path under a key of an indentation.
fn is_shown<'l>(lines: impl Iterator<Item = &'l str>, top: usize, names: &[&str]) -> bool {
    // The indentations of the keys on the way.
    let mut way = vec![top];
    for line in lines {
        let content = line.trim_start();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let indent = 1 + line.len() - content.len();
        way.truncate(way.iter().take_while(|it| **it < indent).count());
        let Some(name) = way.len().checked_sub(1).and_then(|it| names.get(it)) else {
            return false;
        };
        if content.strip_prefix(name).is_some_and(|rest| rest.starts_with(':')) {
            way.push(indent);
        }
        if way.len() > names.len() {
            return true;
        }
    }
    false
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

/// The lines that speak of old names.
#[derive(Debug, Default)]
pub(super) struct OldLines {
    /// Those of comments and of the README.
    spoken: Vec<String>,
    /// Those of what tells of releases, or of what goes: only there a whole path is a value's.
    changes: Vec<String>,
}

/// Names of files that tell what has changed, by what they have in them.
const CHANGES: [&str; 6] = ["changelog", "changes", "deprecat", "migrat", "release", "upgrad"];
/// How many of them are read, and how many bytes of each.
const CHANGES_MAX: usize = 10;
const CHANGES_BYTES_MAX: usize = 1 << 20;
/// What is said there of what goes or went.
const GOES: [&str; 6] = ["deprecat", "remove ", "removed", "removal", "rename ", "renamed"];
/// What is said there before what goes or went.
const REPLACES: &str = "replace ";

impl Analysis<'_> {
    /// The lines that speak of old names: in comments, the README and what tells of releases.
    pub(super) fn old_lines(&self, chart: &Chart) -> OldLines {
        let readme = chart.readme.as_ref().map(|readme| readme.file.text.as_str());
        let values = chart.values.as_ref().map(|file| file.stream.text().as_str());
        let comments = values.into_iter().flat_map(str::lines).filter(|line| line.contains('#'));
        let lines = readme.into_iter().flat_map(str::lines).chain(comments);
        let spoken = lines.filter(|line| has_any(line, &OLD)).map(str::to_owned).collect();
        let mut changes = Vec::new();
        for path in self.changes_of(chart) {
            let Ok(bytes) = self.sources.read(&path) else { continue };
            let bytes = bytes.get(..CHANGES_BYTES_MAX).unwrap_or(&bytes);
            changes.extend(going(&String::from_utf8_lossy(bytes)));
        }
        OldLines { spoken, changes }
    }

    /// The files that tell what has changed in a chart, as reports show them: those of its folder, and those at the top of
    /// a source that has no other chart.
    fn changes_of(&self, chart: &Chart) -> Vec<String> {
        let Some(source) = self.sources.get(chart.source) else { return Vec::new() };
        let charts = source.files().iter().filter(|file| file.path().ends_with("Chart.yaml"));
        let only = charts.take(2).count() == 1;
        let top = source.files().iter().filter(|file| only && !file.path().contains('/'));
        let top = top.map(|file| file.path().to_string());
        let own = chart.folder_listing.iter().filter(|local| !local.contains('/'));
        let own = own.map(|local| join(&chart.folder, local));
        let tells = |path: &String| {
            let small = path.to_lowercase();
            let name = small.rsplit('/').next().unwrap_or_default();
            let prose = [".md", ".txt", ".rst", ".adoc"].iter().any(|end| name.ends_with(end));
            prose && has_any(name, &CHANGES)
        };
        let found: BTreeSet<_> = own.chain(top).filter(tells).collect();
        found.iter().take(CHANGES_MAX).map(|path| source.report_path(path).to_string()).collect()
    }
}

/// The lines of a text that say of something that it goes or went, or stand under a heading that does.
fn going(text: &str) -> Vec<String> {
    // The levels of the headings around that do.
    let mut going: Vec<usize> = Vec::new();
    let mut fenced = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        fenced ^= line.trim_start().starts_with("```");
        let level = line.chars().take_while(|c| *c == '#').count();
        let heading = !fenced && level > 0;
        going.retain(|it| !heading || *it < level);
        let says = has_any(line, &GOES);
        if says && heading {
            going.push(level);
        }
        if says || !going.is_empty() {
            lines.push(line.to_owned());
        } else if let Some((_, after)) = line.split_once(REPLACES) {
            lines.push(after.to_owned());
        }
    }
    lines
}

fn has_any(text: &str, words: &[&str]) -> bool {
    let small = text.to_lowercase();
    words.iter().any(|word| small.contains(word))
}

impl OldLines {
    /// Whether one of them says that a value has an old name.
    pub(super) fn tell_of(&self, chart: &Chart, path: &ValuesPath) -> bool {
        let Some(Key::Name(name)) = path.0.last() else { return false };
        let whole = Some(path.to_string()).filter(|_| path.0.len() > 1);
        let has_whole = |line: &String| whole.as_ref().is_some_and(|it| has_path(line, it));
        if self.changes.iter().any(has_whole) {
            return true;
        }
        let named = |line: &&String| {
            (name.len() >= OLD_NAME_LENGTH_MIN && has_word(line, name))
                || whole.as_ref().is_some_and(|whole| has_word(line, whole))
        };
        let Some(line) = self.spoken.iter().find(named) else { return false };
        // A name that is declared elsewhere is that one's.
        let mut keys = chart.documentation().values.keys.iter();
        whole.is_some_and(|whole| has_word(line, &whole))
            || !keys.any(|key| key.path.0.last() == path.0.last())
    }
}

/// Whether a text has a path and not only one that it is a part of, be it as templates write it.
fn has_path(text: &str, path: &str) -> bool {
    let goes_on = |rest: &str| {
        let mut chars = rest.chars();
        let inner = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
        match chars.next() {
            Some('.') => chars.next().is_some_and(inner),
            c => c.is_some_and(inner),
        }
    };
    text.match_indices(path).any(|(at, _)| {
        let before = text.get(..at).unwrap_or_default();
        let before = before.strip_suffix("Values.").map_or(before, |it| it.trim_end_matches('.'));
        let inner = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        !before.ends_with(inner) && !goes_on(text.get(at + path.len()..).unwrap_or_default())
    })
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
    // Most texts don't have it at all, which this knows sooner.
    if memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_none() {
        return false;
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_stands_on_the_line_or_under_its_heading() {
        let text = "# 2\n- renamed `a.b` to `a.c`\n- `a.d` works\n## Deprecation notes\n### `a.e`\n\
                    ```yaml\n# x\n```\n`a.f`\n## More\n`a.g`\nAdd `a.h` to replace `a.i`\n";
        let lines = going(text);
        let has = |path: &str| lines.iter().any(|line| has_path(line, path));
        assert!(has("a.b") && has("a.e") && has("a.f") && has("a.i"));
        assert!(!has("a.d") && !has("a.g") && !has("a.h"));
    }

    #[test]
    fn a_path_is_not_a_part_of_another() {
        for text in ["`a.b`", "`.Values.a.b`", "Values.a.b.", "(a.b)"] {
            assert!(has_path(text, "a.b"), "{text}");
        }
        for text in ["a.b.c", "x.a.b", "a.bc", "a.b-c"] {
            assert!(!has_path(text, "a.b"), "{text}");
        }
    }
}
