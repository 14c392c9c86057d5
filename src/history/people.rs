//! Who stands behind a commit: author, trailers, and which of them are programs.

use std::sync::LazyLock;

/// Name patterns of programs that commit (`data/bots.tsv`).
const BOTS: &str = include_str!("../../data/bots.tsv");

/// A name and an address as a commit carries them.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Person {
    /// The name.
    pub name: String,
    /// The e-mail address; empty where there is none.
    pub email: String,
}

impl Person {
    /// Reads `Name <address>`; what follows the address is left out.
    pub(super) fn parse(text: &str) -> Self {
        let (name, rest) = text.split_once('<').unwrap_or((text, ""));
        let email = rest.split('>').next().unwrap_or_default();
        Self { name: name.trim().to_owned(), email: email.trim().to_owned() }
    }

    /// What makes two spellings one person: the address without case, else the name.
    pub(super) fn key(&self) -> String {
        let key = if self.email.is_empty() { &self.name } else { &self.email };
        key.to_lowercase()
    }
}

/// A person who worked on a chart: author, co-author or sign-off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contributor {
    /// The name in their newest commit.
    pub name: String,
    /// The e-mail address in their newest commit.
    pub email: String,
    /// Committer time of their newest commit, in seconds since 1970.
    pub last: i64,
    /// How many commits.
    pub commits: usize,
}

/// Whether a program commits under this name or address, by the table `data/bots.tsv`.
pub fn is_bot(name: &str, email: &str) -> bool {
    static PATTERNS: LazyLock<Vec<Pattern>> =
        LazyLock::new(|| BOTS.lines().filter_map(Pattern::parse).collect());
    let (name, email) = (name.trim().to_lowercase(), email.trim().to_lowercase());
    PATTERNS.iter().any(|pattern| {
        (pattern.name && pattern.matches(&name)) || (pattern.email && pattern.matches(&email))
    })
}

/// One row of the table.
struct Pattern {
    name: bool,
    email: bool,
    parts: Vec<String>,
}

impl Pattern {
    fn parse(line: &str) -> Option<Self> {
        let mut columns = line.split('\t');
        let (field, pattern) = (columns.next()?, columns.next()?);
        if field.starts_with('#') {
            return None;
        }
        let parts = pattern.to_lowercase().split('*').map(str::to_owned).collect();
        Some(Self { name: field != "email", email: field != "name", parts })
    }

    /// The first part stands at the start, the last at the end, the others in between in their order.
    fn matches(&self, text: &str) -> bool {
        let [first, middle @ .., last] = self.parts.as_slice() else {
            return self.parts.first().is_some_and(|whole| whole == text);
        };
        let Some(mut rest) = text.strip_prefix(first.as_str()) else { return false };
        for part in middle {
            let Some((_, after)) = rest.split_once(part.as_str()) else { return false };
            rest = after;
        }
        rest.ends_with(last.as_str())
    }
}

/// What a change tells of its commit.
#[derive(Clone, Debug, Default)]
pub(super) struct Details {
    pub(super) author: Person,
    pub(super) summary: String,
    /// Co-authors and sign-offs in the order of the message, each once, the author left out.
    pub(super) others: Vec<Person>,
    /// Those of them whom the message names as co-authors.
    pub(super) co_authors: Vec<Person>,
}

impl Details {
    /// Reads a raw commit object.
    pub(super) fn parse(raw: &[u8]) -> Self {
        let text = String::from_utf8_lossy(raw);
        let (header, message) = text.split_once("\n\n").unwrap_or((&text, ""));
        let author = header.lines().find_map(|line| line.strip_prefix("author "));
        let author = Person::parse(author.unwrap_or_default());
        let summary = message.lines().map(str::trim).find(|line| !line.is_empty());
        let others = trailers(message, &author, &["co-authored-by", "signed-off-by"]);
        let co_authors = trailers(message, &author, &["co-authored-by"]);
        Self { summary: summary.unwrap_or_default().to_owned(), others, co_authors, author }
    }
}

/// Trailers are read on any line: squashed merges carry those of their parts in the middle.
fn trailers(message: &str, author: &Person, keys: &[&str]) -> Vec<Person> {
    let mut seen = vec![author.key()];
    let mut people = Vec::new();
    for person in message.lines().filter_map(|line| trailer(line, keys)) {
        let key = person.key();
        if !key.is_empty() && !seen.contains(&key) {
            seen.push(key);
            people.push(person);
        }
    }
    people
}

fn trailer(line: &str, keys: &[&str]) -> Option<Person> {
    let (key, value) = line.trim().split_once(':')?;
    let known = keys.iter().any(|known| key.eq_ignore_ascii_case(known));
    (known && value.contains('<')).then(|| Person::parse(value))
}
