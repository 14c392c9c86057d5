//! How the definitions under a chart's crds/ come to be upgraded, as Helm never does it.

use serde::{Deserialize, Serialize};

use super::switch;
use crate::{
    catalog::{Chart, TemplateFile, TextFile, object::Origin},
    facts,
    finding::Place,
    sources::{Source, join},
    template::{Element, Node as Piece},
    text::Span,
};

/// What of a chart's own upgrades its definitions.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct UpgradePath {
    /// Whether a hook Job at each upgrade applies them by default, or the operator itself does.
    pub runs: bool,
    /// A hook Job that a value switches on: the Job, and the value's path.
    pub switched: Option<(Place, String)>,
    /// Instructions to apply them by hand.
    pub written: Option<Place>,
}

/// Looks for a path in a chart's templates and README.
pub fn path(chart: &Chart, source: &Source) -> UpgradePath {
    let mut path = UpgradePath { written: instructions(chart, source), ..UpgradePath::default() };
    path.runs = chart.templates.iter().any(|file| is_operator(file, chart) || renders_them(file));
    for file in &chart.templates {
        match job(file, chart) {
            Some(Job::On) => path.runs = true,
            Some(Job::Off(place, value)) => path.switched = Some((place, value)),
            None => {}
        }
    }
    path
}

/// Whether a template renders what lies in crds/: `.Files.Get "crds/…"`, `.Files.Glob "crds/*.yaml"`.
fn renders_them(file: &TemplateFile) -> bool {
    let text = file.file.text.as_str();
    ["Get", "Glob"].iter().any(|by| text.contains(&format!(".Files.{by} \"crds/")))
}

enum Job {
    On,
    Off(Place, String),
}

/// A Job that is a hook of upgrades and speaks of definitions.
fn job(file: &TemplateFile, chart: &Chart) -> Option<Job> {
    let text = file.file.text.as_str();
    let at = text.find("kind: Job")?;
    let hooked = text.contains("helm.sh/hook") && text.contains("-upgrade");
    if !hooked || !speaks_of_definitions(text) {
        return None;
    }
    Some(match switched_off(file, at, chart) {
        Some(keys) => {
            let place = file.file.place(Span::new(at, at + "kind: Job".len()));
            Job::Off(place, keys.join("."))
        }
        None => Job::On,
    })
}

/// The keys of a value around an offset that is off by default.
fn switched_off<'f>(file: &'f TemplateFile, at: usize, chart: &Chart) -> Option<Vec<&'f str>> {
    let around = conditions(file, at as u32);
    around.into_iter().find(|it| switch::is_off(it, chart)).and_then(switch::keys)
}

/// The conditions around an offset whose first arm it stands in; an `and` gives each of its operands.
fn conditions(file: &TemplateFile, at: u32) -> Vec<&str> {
    let mut conditions = Vec::new();
    file.template.walk(|element| {
        let Element::Node(Piece::If(branch) | Piece::With(branch)) = element else { return };
        let end =
            branch.arms.get(1).map(|arm| arm.tag).or(branch.otherwise.as_ref().map(|it| it.tag));
        let end = end.map_or(branch.span.end, |tag| tag.span.start);
        if branch.span.start <= at && at < end {
            let arm = branch.arms.first().map(|arm| file.template.slice(arm.pipe.span));
            conditions.extend(arm.into_iter().flat_map(operands));
        }
    });
    conditions
}

fn operands(condition: &str) -> Vec<&str> {
    match condition.strip_prefix("and ") {
        Some(rest) => rest.split_whitespace().collect(),
        None => vec![condition],
    }
}

fn speaks_of_definitions(text: &str) -> bool {
    text.contains("customresourcedefinition")
        || text.contains("CustomResourceDefinition")
        || has_word(text, "crd")
        || has_word(text, "crds")
}

/// Whether a word stands in a text, whatever its case.
fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric()).any(|it| it.eq_ignore_ascii_case(word))
}

/// Whether a workload is told to manage its definitions, or may: an argument or a variable about them, or
/// a role that lets it write them. What a value switches on, and is off, is for another case.
fn is_operator(file: &TemplateFile, chart: &Chart) -> bool {
    let lines: Vec<&str> = file.file.text.as_str().split_inclusive('\n').collect();
    let mut start = 0;
    lines.iter().enumerate().any(|(number, line)| {
        let at = start;
        start += line.len();
        let manages = is_flag(line)
            || (line.contains("customresourcedefinitions") && may_write(&lines, number));
        manages && switched_off(file, at, chart).is_none()
    })
}

/// `--install-crds`, `- name: CREATE_CRDS`.
fn is_flag(line: &str) -> bool {
    let line = line.trim().trim_start_matches("- ").trim_matches(['"', '\'']);
    let named = line.strip_prefix("--").or_else(|| line.strip_prefix("name: "));
    let Some(named) = named else { return false };
    let verbs = ["install", "create", "apply", "update", "upgrade", "manage"];
    (has_word(named, "crd") || has_word(named, "crds"))
        && verbs.iter().any(|verb| has_word(named, verb))
}

/// How far the verbs of a role's rule stand from its resources at most, in lines.
const RULE_LINES: usize = 12;

/// Whether the rule of a role that names definitions lets them be written.
fn may_write(lines: &[&str], at: usize) -> bool {
    let below = lines.iter().skip(at + 1).take(RULE_LINES);
    let same_rule = below.take_while(|line| !line.trim_start().starts_with("- apiGroups"));
    let writes =
        |line: &str| ["update", "patch", "\"*\"", "'*'"].iter().any(|verb| line.contains(verb));
    same_rule.into_iter().any(|line| writes(line)) || lines.get(at).is_some_and(|line| writes(line))
}

/// A command or a sentence in README or NOTES.txt that asks to apply definitions. A chart without a
/// README has the repository's.
fn instructions(chart: &Chart, source: &Source) -> Option<Place> {
    let notes = chart.templates.iter().find(|it| it.file.local == "templates/NOTES.txt");
    let own = chart.readme.as_ref().map(|readme| &readme.file);
    let words = own_words(chart);
    let command = |file: &TextFile| command(file, &words);
    let said = own.into_iter().chain(notes.map(|notes| &notes.file)).find_map(command);
    let beside = || chart.folder_listing.iter().filter_map(|local| upgrades(local, chart, source));
    let root = || facts::root_readme(source).filter(|_| own.is_none());
    said.or_else(|| beside().find_map(|file| command(&file))).or_else(|| command(&root()?))
}

/// The file of a chart's folder that speaks of upgrades by its name, such as `UPGRADING.md`.
fn upgrades(local: &str, chart: &Chart, source: &Source) -> Option<TextFile> {
    let lower = local.to_lowercase();
    let name = lower.strip_suffix(".md").filter(|name| !name.contains('/'))?;
    if !["upgrad", "migrat"].iter().any(|word| name.starts_with(word)) {
        return None;
    }
    let path = join(&chart.folder, local);
    let text = source.read_text(&path).ok()?;
    Some(TextFile { path: source.report_path(&path), local: local.to_owned(), text })
}

/// Words of which an address has one that leads to the chart's own definitions: its name, its project's, those of the
/// definitions' groups, in lower case.
fn own_words(chart: &Chart) -> Vec<String> {
    let pages = chart.manifest.iter().flat_map(|it| it.home.iter().chain(&it.sources));
    let projects = pages.flat_map(|page| page.value.split('/').skip(3).take(2));
    let own = chart.crds().iter().filter(|crd| crd.object.origin == Origin::CrdsFolder);
    let groups = own.flat_map(|crd| crd.group().rsplit('.').skip(1));
    let words = projects.chain(groups).chain([chart.name()]).filter(|word| word.len() > 2);
    words.map(str::to_lowercase).collect()
}

/// Whether a line names a file in somebody else's repository: the step belongs to another chart.
fn is_of_others(line: &str, own: &[String]) -> bool {
    let line = line.to_lowercase();
    let forge = FORGES.iter().find_map(|host| line.split_once(host));
    forge.is_some_and(|(_, path)| !own.iter().any(|word| path.contains(word.as_str())))
}

const FORGES: [&str; 3] = ["//raw.githubusercontent.com/", "//github.com/", "//gitlab.com/"];

fn command(file: &TextFile, own: &[String]) -> Option<Place> {
    let text = file.text.as_str();
    let mut start = 0;
    let mut near = NEAR_LINES + 1;
    for line in text.split_inclusive('\n') {
        near = match line.starts_with('#') {
            _ if speaks_of_definitions(line) => 0,
            // Another section speaks of something else.
            true => NEAR_LINES + 1,
            false => near + 1,
        };
        let sentence = |it: &str| speaks_of_definitions(it) && asks_to_apply(it);
        let asks = (near <= NEAR_LINES && applies(line)) || line.split(". ").any(sentence);
        if asks && !is_of_others(line, own) {
            let lead = line.len() - line.trim_start().len();
            return Some(file.place(Span::new(start + lead, start + line.trim_end().len())));
        }
        start += line.len();
    }
    None
}

/// How many lines above a command the definitions may be spoken of.
const NEAR_LINES: usize = 4;

/// `make sure that the CRDs are applied`: a sentence about definitions that asks for it.
fn asks_to_apply(line: &str) -> bool {
    ["apply", "applied", "applying"].iter().any(|word| has_word(line, word))
}

fn applies(line: &str) -> bool {
    let kubectl = line.contains("kubectl")
        && ["apply", "replace", "create", "patch"].iter().any(|verb| has_word(line, verb));
    kubectl || line.contains("helm show crds")
}
