//! Makes `data/library_reads.tsv` and `data/library_versions.tsv` from the sources of library charts.
//!
//! `library_reads SOURCES DATA`: SOURCES has a folder `LIBRARY/VERSION/` for each version of each library, with
//! its templates, its values.yaml and a file `source` that holds the commit and its day. `data/library_reads.sh`
//! takes them from the libraries' histories.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use careen::{
    template::{
        FunctionSet, SetFile, Template, TemplateSet,
        flow::{Flow, Input, Member, Step, Summary},
        parse,
    },
    text::Text,
    version,
    yaml::{self, Node},
};

type Fallible<T> = Result<T, Box<dyn Error>>;

/// The chart's own file, and the key of its values that stands for what a template is called with.
const CALLER: &str = "web/templates/x.yaml";
const DOT: &str = "dot";

fn main() -> Fallible<()> {
    let mut args = std::env::args().skip(1).map(PathBuf::from);
    let (Some(sources), Some(data)) = (args.next(), args.next()) else {
        return Err("say SOURCES DATA".into());
    };
    let mut reads = String::from(READS);
    let mut versions = String::from(VERSIONS);
    for library in folders(&sources)? {
        let name = file_name(&library);
        let mut known: Vec<PathBuf> = folders(&library)?;
        known.retain(|folder| version::parse(&file_name(folder)).is_ok());
        known.sort_by_key(|folder| version::parse(&file_name(folder)).ok());
        let mut lines: BTreeMap<String, Vec<(usize, String)>> = BTreeMap::new();
        for (number, folder) in known.iter().enumerate() {
            let source = fs::read_to_string(folder.join("source"))?;
            let source = source.split_whitespace().collect::<Vec<_>>().join("\t");
            writeln!(versions, "{name}\t{}\t{source}", file_name(folder))?;
            for (template, line) in summaries(folder)? {
                lines.entry(template).or_default().push((number, line));
            }
        }
        for (template, lines) in lines {
            let same = |a: &(usize, String), b: &(usize, String)| a.0 + 1 == b.0 && a.1 == b.1;
            for run in lines.chunk_by(same) {
                let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
                let at = |number: usize| known.get(number).map(|it| file_name(it));
                let (from, until) = (at(first.0), at(last.0));
                let (from, until) = (from.unwrap_or_default(), until.unwrap_or_default());
                writeln!(reads, "{name}\t{template}\t{from}\t{until}\t{}", first.1)?;
            }
        }
    }
    fs::write(data.join("library_reads.tsv"), reads)?;
    fs::write(data.join("library_versions.tsv"), versions)?;
    Ok(())
}

/// What each template of a library reads, by name, and what its values.yaml declares.
fn summaries(folder: &Path) -> Fallible<BTreeMap<String, String>> {
    let helm = FunctionSet::helm();
    let mut files = Vec::new();
    for path in under(&folder.join("templates"))? {
        let local = path.strip_prefix(folder)?.to_string_lossy().into_owned();
        let template = parse(Text::new(fs::read_to_string(&path)?), helm);
        files.push((format!("web/charts/common/{local}"), template));
    }
    let defines = files.iter().flat_map(|(_, template)| &template.defines);
    let names: BTreeSet<&str> = defines.map(|define| define.name.as_str()).collect();
    let mut found = BTreeMap::new();
    let mut merges = false;
    for name in names {
        let mut summary = summary(name, &files, helm);
        let all = summary.to_string();
        summary.forget(&steps("Values.common"));
        merges |= all != summary.to_string();
        // No values.
        for name in ["Capabilities", "Chart", "Release", "Template"] {
            summary.forget(&steps(name));
        }
        for (_, texts, values, read) in NAMING.iter().filter(|(it, ..)| *it == name) {
            summary.forget(&steps(values));
            summary.names(&steps(texts), Summary::parse(read).unwrap_or_default());
        }
        found.insert(name.to_owned(), summary.to_string());
    }
    let values = fs::read_to_string(folder.join("values.yaml")).unwrap_or_default();
    let stream = yaml::parse(Text::new(values));
    if let Some(top) = stream.documents().next().filter(|_| merges) {
        found.insert("values.yaml".to_owned(), keys(top));
    }
    Ok(found)
}

/// Templates that are given paths of values as texts: where the texts are, what the interpreter, which does not
/// know them, says instead, and what of each named value is read.
const NAMING: &[(&str, &str, &str, &str)] = &[
    ("common.secrets.passwords.manage", "providedValues.*", "context.Values.*", ""),
    ("common.utils.getKeyFromList", "keys.*", "context.Values.*", ""),
    ("common.utils.getValueFromKey", "key", "context.Values.*", ""),
    ("common.validations.values.multiple.empty", "required.*.valueKey", "context.Values.*", ""),
    ("common.validations.values.single.empty", "valueKey", "context.Values.*", ""),
    (
        "common.warnings.resources",
        "sections.*",
        "context.Values",
        "{enabled replicaCount! resources}",
    ),
];

/// The steps of a path that is written with dots.
fn steps(path: &str) -> Vec<Step> {
    let step = |name: &str| if name == "*" { Step::Any } else { Step::Key(name.into()) };
    path.split('.').map(step).collect()
}

/// What one template reads of its dot.
fn summary(name: &str, files: &[(String, Template)], helm: &FunctionSet) -> Summary {
    let call = format!("{{{{ include {name:?} .Values.{DOT} }}}}");
    let call = parse(Text::new(call), helm);
    let file = |(name, template)| SetFile { name, template, chart: 1 };
    let library = files.iter().map(|(name, template)| file((name.as_str(), template)));
    let caller = SetFile { name: CALLER, template: &call, chart: 0 };
    let set = TemplateSet::new(library.chain([caller]).collect());
    let root = Member { name: "web", path: "web", ..Member::default() };
    let library = Member {
        name: "common",
        path: "web/charts/common",
        parent: Some(0),
        library: true,
        ..Member::default()
    };
    let input = Input { members: vec![root, library], ..Input::default() };
    Flow::of(&set, &input).summary(0, &[Step::Key(DOT.into())])
}

/// The keys of a mapping, any depth.
fn keys(node: Node<'_>) -> String {
    let entry = |entry: yaml::Entry<'_>| {
        let plain = entry.key.chars().all(|c| c.is_alphanumeric() || "_-./".contains(c));
        let name = if plain { entry.key.to_string() } else { format!("{:?}", entry.key) };
        name + &keys(entry.value)
    };
    let entries: Vec<String> = node.entries().map(entry).collect();
    if entries.is_empty() { String::new() } else { format!("{{{}}}", entries.join(" ")) }
}

fn folders(path: &Path) -> Fallible<Vec<PathBuf>> {
    let mut all: Vec<PathBuf> =
        fs::read_dir(path)?.map(|it| Ok(it?.path())).collect::<Fallible<_>>()?;
    all.retain(|path| path.is_dir());
    all.sort();
    Ok(all)
}

fn under(path: &Path) -> Fallible<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(path).sort_by_file_name() {
        let entry = entry?;
        let partial = entry.file_name().to_string_lossy().starts_with('_');
        files.extend((entry.file_type().is_file() && partial).then(|| entry.into_path()));
    }
    Ok(files)
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

const READS: &str = "\
# What the templates of widespread library charts read of what they are called with. Tab-separated; lines with #
# are comments. Made by data/library_reads.sh from the sources that library_versions.tsv names.
# library: of libraries.tsv. template: its name, or values.yaml for the keys that the library declares for the charts
# that use it. from, until: the first and the last version of which it is true.
# reads: keys, `*` for any; {} what lies under one; ! with all that lies under it; ~ evaluated; ? may be read;
# @ names a value by its path, of which what follows is read.
#library\ttemplate\tfrom\tuntil\treads
";
const VERSIONS: &str = "\
# The versions of libraries that library_reads.tsv is made from. Tab-separated; lines with # are comments.
# library: of libraries.tsv. commit: the last one of its repository with this version. day: of that commit.
#library\tversion\tcommit\tday
";
