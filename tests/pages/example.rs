//! The catalogs of a rule page: fenced blocks are files, markers are expectations.

use std::collections::BTreeMap;

use careen::finding::Level;

/// One catalog of a page, with the findings that it must give.
#[derive(Debug, Default)]
pub struct Example {
    /// The commits, oldest first; exactly one, without a date, where the page shows no history.
    pub commits: Vec<Commit>,
    /// Expected findings: path, line, level; of the newest commit's files.
    pub expected: Vec<(String, u32, Level)>,
}

/// The files that one commit writes.
#[derive(Debug, Default)]
pub struct Commit {
    /// Day and author, `2025-01-10` and `Ann <ann@example.com>`.
    pub meta: Option<(String, String)>,
    /// The commit's message.
    pub message: String,
    /// Files by path; none as content deletes the file.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// Reads the catalogs of a page, in order.
pub fn examples(page: &str) -> Vec<Example> {
    let mut reader = Reader::default();
    let mut fence: Option<(String, String, Vec<&str>)> = None;
    for line in page.lines() {
        match &mut fence {
            Some((ticks, info, lines)) => {
                if line.trim_end() == ticks.as_str() {
                    reader.block(info, lines);
                    fence = None;
                } else {
                    lines.push(line);
                }
            }
            None if line.starts_with("```") => {
                let ticks: String = line.chars().take_while(|c| *c == '`').collect();
                let info = line.trim_start_matches('`').trim().to_owned();
                fence = Some((ticks, info, Vec::new()));
            }
            None if line.starts_with("## ") => reader.next(),
            None => {}
        }
    }
    assert!(fence.is_none(), "a fenced block does not end");
    reader.next();
    reader.done
}

#[derive(Default)]
struct Reader {
    current: Example,
    done: Vec<Example>,
}

impl Reader {
    fn next(&mut self) {
        let example = std::mem::take(&mut self.current);
        if !example.commits.is_empty() {
            self.done.push(example);
        }
    }

    fn block(&mut self, info: &str, lines: &[&str]) {
        let (language, rest) = info.split_once(' ').unwrap_or((info, ""));
        match language {
            "commit" => self.commit(rest, lines),
            _ if rest.is_empty() => {}
            _ => self.file(language, rest, lines),
        }
    }

    fn commit(&mut self, rest: &str, lines: &[&str]) {
        let (day, author) = rest.split_once(' ').expect("a commit needs a day and an author");
        // Files without a commit, or a day that goes back, belong to another catalog.
        let last = self.current.commits.last().map(|commit| commit.meta.clone());
        if last.is_some_and(|meta| meta.is_none_or(|(before, _)| before.as_str() > day)) {
            self.next();
        }
        let author = author.trim_matches('"').to_owned();
        let message = if lines.is_empty() { "change".to_owned() } else { lines.join("\n") };
        let meta = Some((day.to_owned(), author));
        self.current.commits.push(Commit { meta, message, files: BTreeMap::new() });
    }

    fn file(&mut self, language: &str, rest: &str, lines: &[&str]) {
        let (path, markers) = rest.split_once(' ').unwrap_or((rest, ""));
        let again =
            self.current.commits.last().is_some_and(|commit| commit.files.contains_key(path));
        if again {
            self.next();
        }
        if self.current.commits.is_empty() {
            self.current.commits.push(Commit::default());
        }
        let (content, mut expected) = strip(path, lines);
        expected.extend(markers.split_whitespace().map(|marker| info_marker(path, marker)));
        let content = if language == "tgz" { package(&content) } else { content.into_bytes() };
        self.current.expected.retain(|(other, ..)| other != path);
        self.current.expected.extend(expected);
        let commit = self.current.commits.last_mut().expect("pushed above");
        commit.files.insert(path.to_owned(), content);
    }
}

/// `error=12` in an info string.
fn info_marker(path: &str, marker: &str) -> (String, u32, Level) {
    let (level, line) = marker.split_once('=').unwrap_or_else(|| panic!("no marker: {marker}"));
    (path.to_owned(), line.parse().expect("a line number"), level.parse().expect("a level"))
}

/// Takes the markers off: ` # error` or ` <!-- error -->` at a line's end, several words for several
/// findings.
fn strip(path: &str, lines: &[&str]) -> (String, Vec<(String, u32, Level)>) {
    let mut text = String::new();
    let mut expected = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let (kept, levels) = marked(line);
        expected
            .extend(levels.into_iter().map(|level| (path.to_owned(), number as u32 + 1, level)));
        text.push_str(kept);
        text.push('\n');
    }
    (text, expected)
}

fn marked(line: &str) -> (&str, Vec<Level>) {
    let split = line
        .rsplit_once(" # ")
        .or_else(|| line.strip_suffix(" -->").and_then(|line| line.rsplit_once(" <!-- ")));
    let levels = |words: &str| -> Option<Vec<Level>> {
        words.split_whitespace().map(|word| word.parse().ok()).collect()
    };
    match split.and_then(|(kept, words)| Some((kept, levels(words).filter(|l| !l.is_empty())?))) {
        Some(found) => found,
        None => (line, Vec::new()),
    }
}

/// A packaged chart whose Chart.yaml is the block's text.
fn package(manifest: &str) -> Vec<u8> {
    let name = manifest
        .lines()
        .find_map(|line| line.strip_prefix("name: "))
        .expect("a packaged chart needs a name");
    let mut archive =
        tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), Default::default()));
    let mut header = tar::Header::new_gnu();
    header.set_size(manifest.len() as u64);
    header.set_mode(0o644);
    header.set_cksum();
    let path = format!("{}/Chart.yaml", name.trim());
    archive.append_data(&mut header, path, manifest.as_bytes()).expect("memory");
    archive.into_inner().and_then(|gzip| gzip.finish()).expect("memory")
}
