//! Where links lead, held against the audited files.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use crate::{
    catalog::{Chart, Readme, TextFile, address::ForgePath},
    rule::ChartContext,
    sources::Source,
    text::Text,
};

/// A link that leads nowhere.
pub(super) struct Broken {
    /// The link as written.
    pub(super) subject: String,
    pub(super) message: String,
    pub(super) help: String,
}

/// Where a relative link leads.
enum Target {
    /// To a path of the source.
    Path(String),
    /// Out of the repository.
    Outside,
    /// Out of the audited folder, or it takes the repository's root, which nobody knows.
    Unknown,
}

/// The files of the source that holds a chart.
pub(super) struct Tree<'a> {
    chart: &'a Chart,
    source: &'a Source,
    cx: &'a ChartContext<'a>,
    /// The source's root within its repository.
    root: &'a str,
    /// The Markdown files that were looked into.
    others: RefCell<BTreeMap<String, Option<Rc<Readme>>>>,
}

impl<'a> Tree<'a> {
    pub(super) fn new(chart: &'a Chart, cx: &'a ChartContext<'a>) -> Self {
        let root = cx.source.history().map_or("", |history| history.folder.as_str());
        Self { chart, source: cx.source, cx, root, others: RefCell::default() }
    }

    /// A link of a README: to a file, to an anchor, or an address.
    pub(super) fn markdown(&self, readme: &Readme, destination: &str) -> Option<Broken> {
        if is_template(destination) || destination.is_empty() {
            return None;
        }
        if has_scheme(destination) {
            return self.address(destination);
        }
        let (path, anchor) = destination.split_once('#').unwrap_or((destination, ""));
        let path = path.split('?').next().unwrap_or_default();
        if path.is_empty() {
            return missing_anchor(readme, destination, anchor);
        }
        self.relative(readme, destination, &percent_decoded(path), anchor)
    }

    fn relative(&self, readme: &Readme, link: &str, path: &str, anchor: &str) -> Option<Broken> {
        // A package leaves out what .helmignore names, and the repository that it was made in is not here.
        if self.chart.is_packed() || self.source.is_package() {
            return None;
        }
        let target = match self.resolve(readme, path) {
            Target::Unknown => return None,
            Target::Outside => {
                return Some(broken(link, "points out of the repository", RELATIVE_HELP));
            }
            Target::Path(path) => path,
        };
        if self.is_folder(&target) {
            let message =
                format!("points to an anchor of the folder `{path}`, and only files have anchors");
            let help = "name the file, for example `README.md`, before the anchor";
            return (!anchor.is_empty()).then(|| broken(link, &message, help));
        }
        if !self.source.has(&target) && is_mail(path) {
            let message =
                "is an e-mail address without `mailto:`, and so leads to a file that is not there";
            return Some(broken(link, message, &format!("write `mailto:{path}`")));
        }
        if !self.source.has(&target) {
            let what = if path.starts_with('/') {
                "from the repository's root"
            } else {
                "from the README"
            };
            return Some(broken(
                link,
                &format!("leads to no file: {what} there is no `{path}`"),
                RELATIVE_HELP,
            ));
        }
        let markdown = target.to_lowercase().ends_with(".md") && !anchor.is_empty();
        if !markdown {
            return None;
        }
        missing_anchor(self.other(target)?.as_ref(), link, anchor)
    }

    /// Another Markdown file; each is read once.
    fn other(&self, target: String) -> Option<Rc<Readme>> {
        let read = |target: &str| {
            let content = self.source.read(target).ok()?;
            let text = Text::new(String::from_utf8_lossy(&content).into_owned());
            let (path, local) = (self.source.report_path(target), target.to_owned());
            Some(Rc::new(Readme::new(TextFile { path, local, text })))
        };
        let mut others = self.others.borrow_mut();
        others.entry(target).or_insert_with_key(|target| read(target)).clone()
    }

    /// Where in the source a relative link leads.
    fn resolve(&self, readme: &Readme, path: &str) -> Target {
        let holder = join(&self.chart.folder, parent(&readme.file.local));
        let base = join(self.root, &holder);
        let absolute = match path.strip_prefix('/') {
            Some(path) => normalized(path),
            None => normalized(&join(&base, path)),
        };
        let Some(absolute) = absolute else {
            return if self.knows_root() { Target::Outside } else { Target::Unknown };
        };
        match (self.root, path.starts_with('/')) {
            // Without a repository nobody knows where its root is.
            (_, true) if !self.knows_root() => Target::Unknown,
            ("", _) => Target::Path(absolute),
            (root, _) => {
                let inside = absolute.strip_prefix(root);
                match inside.filter(|it| it.is_empty() || it.starts_with('/')) {
                    Some(inside) => Target::Path(inside.trim_start_matches('/').to_owned()),
                    None => Target::Unknown,
                }
            }
        }
    }

    /// Whether the repository's root is known: it is the audited root, or Git says where it is.
    fn knows_root(&self) -> bool {
        self.source.history().is_some()
    }

    fn is_folder(&self, path: &str) -> bool {
        path.is_empty() || !self.source.under(path).is_empty()
    }

    /// An address into the own repository, held against the files.
    pub(super) fn address(&self, url: &str) -> Option<Broken> {
        let address = ForgePath::parse(url).filter(|_| !is_template(url))?;
        let known = address.is_default_branch() && !address.path.is_empty();
        if !known || !self.is_own(&address.repository) {
            return None;
        }
        let path = percent_decoded(&address.path);
        let inside = match self.root {
            "" => path.as_str(),
            root => path.strip_prefix(root)?.strip_prefix('/')?,
        };
        let inside = inside.trim_end_matches('/');
        if self.source.has(inside) || self.is_folder(inside) {
            return None;
        }
        let message = format!("leads nowhere: this repository has no `{}`", address.path);
        Some(broken(
            url,
            &message,
            "name the path as it is in the repository today, or remove the link",
        ))
    }

    fn is_own(&self, repository: &str) -> bool {
        self.cx.index.is_own_repository(repository)
    }

    /// The icon: a page of a code forge is no image.
    pub(super) fn icon(&self, url: &str) -> Option<Broken> {
        let address = ForgePath::parse(url);
        let page = address.as_ref().is_some_and(|address| address.page && !address.path.is_empty());
        let raw = url.contains("?raw=") || url.contains("&raw=");
        if page && !raw && url.contains("/blob/") {
            let help = format!("use the file itself: `{}`", raw_address(url));
            let message = "is a web page that shows the image, and not the image";
            return Some(broken(url, message, &help));
        }
        self.address(url)
    }
}

const RELATIVE_HELP: &str = "correct the path, or use the full address of the file";

fn broken(link: &str, message: &str, help: &str) -> Broken {
    let subject = link.to_owned();
    Broken { message: format!("link `{link}` {message}"), subject, help: help.to_owned() }
}

fn raw_address(url: &str) -> String {
    match url.strip_prefix("https://github.com/") {
        Some(rest) => {
            format!("https://raw.githubusercontent.com/{}", rest.replacen("/blob/", "/", 1))
        }
        None => url.replacen("/blob/", "/raw/", 1),
    }
}

/// GitHub finds anchors without regard to case; a line anchor (`#L10`) belongs to the viewer.
fn missing_anchor(readme: &Readme, link: &str, anchor: &str) -> Option<Broken> {
    let wanted = percent_decoded(anchor).to_lowercase();
    let wanted = wanted.strip_prefix("user-content-").unwrap_or(&wanted);
    if wanted.is_empty() || wanted == "top" || is_line(wanted) {
        return None;
    }
    if readme.anchors().contains(wanted) {
        return None;
    }
    if let Some(code) = readme.heading_in_code(wanted) {
        let path = &readme.file.path;
        let message = format!("leads to a heading of `{path}` that stands in a block of code");
        let fence = readme.file.text.position(code.start).line.saturating_sub(1).max(1);
        let help =
            format!("close the block of code that begins in line {fence} before the heading");
        return Some(broken(link, &message, &help));
    }
    let help = nearest(wanted, readme).map_or_else(
        || "use the anchor of a heading that is there, or take the link out".to_owned(),
        |near| format!("did you mean `#{near}`? If not, use the anchor of another heading"),
    );
    let message = format!("leads to no heading: `{}` has no `#{anchor}`", readme.file.path);
    Some(broken(link, &message, &help))
}

/// How alike an anchor must be to one that is written to be meant by it.
const ALIKE: f64 = 0.85;

/// In files with more anchors or links than this nobody is told which anchor is near.
const SUGGESTIONS_MAX: usize = 1_000;

/// The anchor that is meant: one that goes on where the written one ends, has the same words but for
/// articles and plurals, or is much alike.
fn nearest<'r>(wanted: &str, readme: &'r Readme) -> Option<&'r String> {
    let known = readme.anchors();
    if known.len().max(readme.links.len()) > SUGGESTIONS_MAX {
        return None;
    }
    let longer = known.iter().find(|anchor| anchor.starts_with(&format!("{wanted}-")));
    let alike = |anchor: &&String| strsim::normalized_levenshtein(anchor, wanted);
    // What takes back is no slip for what does it.
    let opposite = |anchor: &&String| {
        ["un", "de", "dis"].iter().any(|prefix| {
            anchor.strip_prefix(prefix) == Some(wanted)
                || wanted.strip_prefix(prefix) == Some(anchor)
        })
    };
    let most =
        || known.iter().filter(|it| !opposite(it)).max_by(|a, b| alike(a).total_cmp(&alike(b)));
    let words = words(wanted);
    let same = || known.iter().find(|anchor| self::words(anchor) == words);
    longer.or_else(same).or_else(|| most().filter(|anchor| alike(anchor) >= ALIKE))
}

/// An anchor's words that say something, in the singular.
fn words(anchor: &str) -> Vec<&str> {
    let words = anchor.split('-').filter(|word| !matches!(*word, "" | "a" | "an" | "the"));
    words.map(|word| word.strip_suffix('s').unwrap_or(word)).collect()
}

fn is_line(anchor: &str) -> bool {
    let digits = anchor.strip_prefix('l').unwrap_or_default();
    digits.starts_with(|c: char| c.is_ascii_digit())
}

fn is_mail(path: &str) -> bool {
    path.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
}

/// A placeholder for the reader, or text of a template engine.
fn is_template(link: &str) -> bool {
    ["{{", "${", "<", "%7B", "@@"].iter().any(|mark| link.contains(mark))
}

fn has_scheme(link: &str) -> bool {
    let scheme = link.split_once(':').map(|(scheme, _)| scheme);
    let is_scheme = |scheme: &str| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    };
    link.starts_with("//") || scheme.is_some_and(is_scheme)
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn join(folder: &str, path: &str) -> String {
    match (folder, path) {
        ("", path) => path.to_owned(),
        (folder, "") => folder.to_owned(),
        (folder, path) => format!("{folder}/{path}"),
    }
}

/// A path without `.` and `..`; none where it climbs out.
fn normalized(path: &str) -> Option<String> {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let hex = text.get(at + 1..at + 3).filter(|_| *byte == b'%');
        if let Some(value) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            out.push(value);
            at += 3;
        } else {
            out.push(*byte);
            at += 1;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_resolved_as_a_browser_does() {
        assert_eq!(
            normalized("charts/web/../api/./README.md").as_deref(),
            Some("charts/api/README.md")
        );
        assert_eq!(normalized("../x"), None);
        assert_eq!(percent_decoded("a%20b%2"), "a b%2");
    }

    #[test]
    fn the_anchor_that_is_meant_is_near() {
        let near = |wanted: &str, headings: &str| {
            let (path, local) = ("README.md".into(), "README.md".to_owned());
            let readme = Readme::new(TextFile { path, local, text: Text::new(headings) });
            nearest(wanted, &readme).cloned()
        };
        let headings = "# Versioning and more\n# Install the chart\n";
        assert_eq!(near("versioning", headings).as_deref(), Some("versioning-and-more"));
        assert_eq!(near("instal-the-chart", headings).as_deref(), Some("install-the-chart"));
        assert_eq!(near("usage", headings), None);
        assert_eq!(near("installing", "# Uninstalling\n"), None);
        assert_eq!(near("chart", "# About\n# The charts\n").as_deref(), Some("the-charts"));
        let many: String = (0..=SUGGESTIONS_MAX).fold(headings.to_owned(), |all, _| all + "# x\n");
        assert_eq!(near("versioning", &many), None);
    }

    #[test]
    fn schemes_are_told_from_paths_with_a_colon() {
        assert!(has_scheme("mailto:ann@example.com"));
        assert!(has_scheme("//example.com"));
        assert!(!has_scheme("docs/a:b.md"));
    }
}
