//! `platform/regenerated-secret`

use std::collections::BTreeMap;

use crate::{
    analysis::{Analysis, Document, Setting},
    catalog::Chart,
    finding::Place,
    rule::{ChartContext, Rule, Sink},
    template::reach,
    text::Span,
    yaml::{Kind, Node},
};

/// A password or key that is made anew at each upgrade.
pub(crate) struct RegeneratedSecret;

impl Rule for RegeneratedSecret {
    fn chart(&self, chart: &Chart, cx: &ChartContext<'_>, out: &mut Sink) {
        let analysis = cx.analysis;
        let rendered = analysis.rendered();
        let writes = analysis.documents_of(chart).next().is_some();
        if !writes || !calls_random(analysis) || refuses_upgrades(analysis) {
            return;
        }
        let other = Setting { seed: OTHER_SEED, skimmed: true, ..Setting::default() };
        let again = analysis.render_with(&other);
        if again.documents.len() != rendered.documents.len() {
            return;
        }
        let members: Vec<usize> = analysis.members_of(chart).collect();
        let pairs = rendered.documents.iter().zip(&again.documents);
        let mut told = BTreeMap::<Call, Vec<Changed<'_>>>::new();
        // Asked once for each template, which may write many objects.
        let mut kept = BTreeMap::<usize, bool>::new();
        let mut asked =
            pairs.filter(|(it, _)| members.contains(&it.member)).filter_map(|(it, other)| {
                let changes = is_upgraded(it) && same(it, other) && it.text() != other.text();
                let file = analysis.set_file(&it.path).filter(|_| changes)?;
                let kept = *kept.entry(file).or_insert_with(|| keeps(file, analysis));
                (!kept).then_some((it, other, file))
            });
        for (document, other, file) in asked.by_ref().take(CHANGED_MAX) {
            add(document, other, file, analysis, &mut told);
        }
        tell_untraced(chart, asked.count(), out);
        for (call, changed) in &told {
            tell(call, changed, analysis, out);
        }
    }
}

/// How many objects that change are traced to a call: each asks what its template comes to.
const CHANGED_MAX: usize = 2_000;

/// Says how many objects change besides those that are traced: none is passed over without a word.
fn tell_untraced(chart: &Chart, count: usize, out: &mut Sink) {
    if count == 0 {
        return;
    }
    let message = format!(
        "{count} more objects of `{}` come out otherwise each time, and are not traced to a call",
        chart.name()
    );
    out.at(chart.anchor.clone(), message)
        .subject(chart.name())
        .help(format!("render fewer objects with one chart: the first {CHANGED_MAX} are traced"));
}

/// Any other than that of [`Setting::default`].
const OTHER_SEED: u64 = 2;

/// The functions that give another result at each call. `bcrypt` and `htpasswd` are not among them: their salt is
/// new, the password is not.
fn is_random(function: &str) -> bool {
    const NAMES: [&str; 15] = [
        "genCA",
        "genCAWithKey",
        "genPrivateKey",
        "genSelfSignedCert",
        "genSelfSignedCertWithKey",
        "genSignedCert",
        "genSignedCertWithKey",
        "randAlpha",
        "randAlphaNum",
        "randAscii",
        "randBytes",
        "randInt",
        "randNumeric",
        "shuffle",
        "uuidv4",
    ];
    NAMES.contains(&function)
}

/// Whether it is worth rendering twice.
fn calls_random(analysis: &Analysis<'_>) -> bool {
    const WORDS: [&str; 4] = ["rand", "gen", "uuidv4", "shuffle"];
    analysis.templates.files().iter().any(|file| {
        let text = file.template.text.as_str();
        WORDS.iter().any(|word| text.contains(word))
    })
}

/// Whether the notes stop an upgrade that does not give what is random otherwise: they come to a `fail` in a template
/// that asks for `Release.IsUpgrade`.
fn refuses_upgrades(analysis: &Analysis<'_>) -> bool {
    let set = &analysis.templates;
    let asks = |(file, call): &(usize, Span)| {
        let Some(template) = set.files().get(*file).map(|it| it.template) else { return false };
        let define = template.defines.iter().find(|it| it.span.contains(*call));
        let text = define.map_or(template.text.as_str(), |it| template.slice(it.span));
        text.contains("IsUpgrade")
    };
    let notes = set.files().iter().enumerate().filter(|(_, it)| it.name.ends_with("/NOTES.txt"));
    notes.into_iter().any(|(number, it)| {
        let whole = reach::whole(it.template);
        reach::calls(set, number, whole, &|name| name == "fail").calls.iter().any(asks)
    })
}

/// Whether an upgrade writes the object anew, and nobody asked for it to be left alone.
fn is_upgraded(document: &Document) -> bool {
    let at_upgrade = |events: &[&str]| events.iter().any(|it| it.ends_with("-upgrade"));
    let hook = document.hook.as_ref();
    hook.is_none_or(|hook| !hook.is_test() && at_upgrade(&hook.events)) && !document.is_kept()
}

fn same(a: &Document, b: &Document) -> bool {
    a.file.local == b.file.local && a.kind() == b.kind()
}

/// Where a function is called, and its name.
type Call = (Place, String);

/// An object with the key that changes first.
struct Changed<'a> {
    document: &'a Document,
    path: String,
    /// Calls that change other keys of it.
    more: Vec<Call>,
}

/// Files a document that a file of the set wrote under the first call that changes it.
fn add<'a>(
    document: &'a Document,
    other: &Document,
    file: usize,
    analysis: &Analysis<'_>,
    told: &mut BTreeMap<Call, Vec<Changed<'a>>>,
) {
    let (Some(a), Some(b)) = (document.node(), other.node()) else { return };
    let mut differences = Vec::new();
    compare(a, b, &mut Vec::new(), &mut differences);
    let mut calls = differences.into_iter().filter_map(|(path, span)| {
        let call = call(document, span, file, analysis)?;
        is_secret(document.kind(), &path, &call.1).then_some((call, path))
    });
    if let Some((first, path)) = calls.next() {
        let mut more: Vec<_> = calls.map(|(call, _)| call).filter(|it| *it != first).collect();
        more.sort();
        more.dedup();
        told.entry(first).or_default().push(Changed { document, path, more });
    }
}

/// Whether the template asks the cluster for what is there, or whether this is an upgrade.
fn keeps(file: usize, analysis: &Analysis<'_>) -> bool {
    let Some(it) = analysis.templates.files().get(file) else { return true };
    let text = it.template.text.as_str();
    let whole = reach::whole(it.template);
    let lookups = reach::calls(&analysis.templates, file, whole, &|name| name == "lookup");
    !lookups.calls.is_empty() || text.contains("IsInstall") || text.contains("IsUpgrade")
}

/// The first call of a random function, as files are sorted, that a part of a document comes from: by the action
/// that wrote it, else by the whole template.
fn call(document: &Document, span: Span, file: usize, analysis: &Analysis<'_>) -> Option<Call> {
    let set = &analysis.templates;
    let origin = document.origin(span);
    let action = Span { start: origin.start.offset, end: origin.end.offset };
    let wanted = |name: &str| is_random(name) || is_salted(name);
    let by_action = analysis
        .set_file(&origin.path)
        .map(|number| reach::calls(set, number, action, &wanted).calls);
    let calls = match by_action.filter(|calls| !calls.is_empty()) {
        Some(calls) => calls,
        None => {
            reach::calls(set, file, reach::whole(set.files().get(file)?.template), &wanted).calls
        }
    };
    let named = calls.into_iter().filter_map(|(number, name)| {
        let it = set.files().get(number)?;
        let function = it.template.slice(name).to_owned();
        let own = analysis.closure.members.get(it.chart)?.chart;
        let here = analysis.closure.members.get(document.member)?.chart;
        let place = if std::ptr::eq(own, here) {
            Place::new(analysis.template_path(it.name)?, &it.template.text, name)
        } else {
            analysis.place(document, span)
        };
        is_random(&function).then_some((place, function))
    });
    named.min()
}

/// Whether the function's result has a new salt each time, and so differs where the password does not.
fn is_salted(function: &str) -> bool {
    ["bcrypt", "htpasswd", "encryptAES"].contains(&function)
}

/// Whether what changes is meant to stay: not names, labels and annotations, which roll pods, nor ids and
/// times of day outside of secrets.
fn is_secret(kind: &str, path: &str, function: &str) -> bool {
    if path.starts_with("metadata.") || path.contains(".metadata.") {
        return false;
    }
    let id = ["uuidv4", "randInt", "shuffle"].contains(&function);
    let key = function.starts_with("gen");
    let given = || ["env[", "args[", "command["].iter().any(|field| path.contains(field));
    match kind {
        "Secret" => true,
        "ConfigMap" => !id,
        _ => key || (!id && given()),
    }
}

/// How deep documents are compared.
pub(crate) const DEPTH_MAX: usize = 64;

/// The scalars that differ, by their paths, with their places in the first document.
fn compare(a: Node<'_>, b: Node<'_>, path: &mut Vec<String>, found: &mut Vec<(String, Span)>) {
    if path.len() >= DEPTH_MAX {
        return;
    }
    match (a.kind(), b.kind()) {
        (Kind::Mapping, Kind::Mapping) => {
            for entry in a.entries() {
                let Some(other) = b.get(&entry.key) else { continue };
                path.push(entry.key.into_owned());
                compare(entry.value, other, path, found);
                path.pop();
            }
        }
        (Kind::Sequence, Kind::Sequence) => {
            for (number, (item, other)) in a.items().zip(b.items()).enumerate() {
                path.push(format!("[{number}]"));
                compare(item, other, path, found);
                path.pop();
            }
        }
        _ if a.value() == b.value() => {}
        _ => found.push((path.join(".").replace(".[", "["), a.span())),
    }
}

/// How many more objects are pointed at.
const RELATED_MAX: usize = 20;

fn tell(
    (place, function): &Call,
    changed: &[Changed<'_>],
    analysis: &Analysis<'_>,
    out: &mut Sink,
) {
    let secret = changed.iter().find(|it| it.document.kind() == "Secret");
    let Some(first) = secret.or(changed.first()) else { return };
    let label = first.document.label();
    let path = &first.path;
    let message = format!(
        "`{path}` of `{label}` is new at each upgrade: nothing keeps what `{function}` gave"
    );
    let draft = out.at(place.clone(), message).subject(label).help(HELP);
    let calls =
        first.more.iter().map(|(place, function)| (place.clone(), format!("and `{function}`")));
    let others = changed.iter().filter(|it| it.document.path != place.path);
    let others = others.map(|it| (analysis.anchor(it.document), it.document.label()));
    calls
        .chain(others)
        .take(RELATED_MAX)
        .fold(draft, |draft, (place, label)| draft.also(place, label));
}

/// What to do. A `pre-install` hook is no way out for a release that exists: the upgrade deletes the object, which is no
/// longer in the manifest, and no hook makes it again.
const HELP: &str = "read the old value with `lookup` first, in each object that has a part of it, or ask for the value with `required`";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{text::Text, yaml};

    /// How many scalars differ between two mappings that nest so deep.
    fn differences(depth: usize) -> usize {
        let nested = |leaf: &str| format!("{}{leaf}{}", "{a: ".repeat(depth), "}".repeat(depth));
        let [a, b] = ["x", "y"].map(|leaf| yaml::parse(Text::new(nested(leaf))));
        let mut found = Vec::new();
        compare(a.root().unwrap(), b.root().unwrap(), &mut Vec::new(), &mut found);
        found.len()
    }

    #[test]
    fn documents_are_compared_up_to_a_depth() {
        assert_eq!(differences(DEPTH_MAX - 1), 1);
        assert_eq!(differences(DEPTH_MAX + 1), 0);
        assert_eq!(differences(yaml::MAX_DEPTH - 1), 0);
    }

    #[test]
    fn what_is_meant_to_change_is_no_secret() {
        assert!(is_secret("Secret", "data.id", "uuidv4"));
        assert!(is_secret("ConfigMap", "data.conf", "randAlphaNum"));
        assert!(is_secret("Deployment", "spec.containers[0].env[1].value", "randAlphaNum"));
        assert!(is_secret("APIService", "spec.caBundle", "genCA"));
        for (kind, path, function) in [
            ("ConfigMap", "data.install_id", "uuidv4"),
            ("CronJob", "spec.schedule", "randInt"),
            ("Deployment", "spec.template.metadata.annotations.rollme", "randAlphaNum"),
            ("Job", "metadata.name", "randAlpha"),
        ] {
            assert!(!is_secret(kind, path, function), "{kind} {path}");
        }
    }
}
