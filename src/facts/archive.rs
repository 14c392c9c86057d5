//! Whether a whole repository says of itself that it is archived.

use crate::{
    catalog::{Readme, TextFile},
    finding::Place,
    sources::Source,
    text::{Span, Text},
};

/// Where forges look for the page that they show of a repository.
const READMES: [&str; 3] = ["README.md", "readme.md", "Readme.md"];

/// What a title says of a repository that nobody works on.
const TITLE_WORDS: [&str; 5] =
    ["archived", "deprecated", "deprecation", "unmaintained", "discontinued"];

/// What a repository calls itself.
const SUBJECTS: [&str; 6] = ["repo", "repository", "project", "catalog", "charts", "collection"];

/// Where the README at a source's root says that all of it is archived or deprecated: in its first
/// heading, or in its first paragraph.
pub fn notice(source: &Source) -> Option<Place> {
    let readme = Readme::new(root_readme(source)?);
    let title = readme.headings.first().filter(|title| is_title(&title.text));
    let span = title.map(|title| title.span).or_else(|| first_paragraph(&readme.file.text))?;
    Some(readme.file.place(span))
}

/// The README at a source's root.
pub(crate) fn root_readme(source: &Source) -> Option<TextFile> {
    let local = READMES.into_iter().find(|local| source.has(local))?;
    let text = Text::of_bytes(&source.read(local).ok()?);
    Some(TextFile { path: source.report_path(local), local: local.to_owned(), text })
}

fn is_title(title: &str) -> bool {
    words(title).iter().any(|word| TITLE_WORDS.contains(&word.as_str()))
}

/// The line of the first paragraph that says so.
fn first_paragraph(text: &Text) -> Option<Span> {
    let lines = (1..=text.line_count() as u32).map(|line| text.line_span(line));
    let is_text = |span: &Span| {
        let line = text.slice(*span).trim();
        !line.is_empty() && !line.starts_with('#')
    };
    let mut paragraph = lines.skip_while(|span| !is_text(span)).take_while(is_text);
    paragraph.find(|span| text.slice(*span).split(['.', '!', ':', ';', '|']).any(is_sentence))
}

/// `this repository is archived`, `the project is no longer supported`.
fn is_sentence(sentence: &str) -> bool {
    let words = words(sentence);
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    let this = |pair: &[&str]| matches!(pair, ["this" | "these" | "the", subject] if SUBJECTS.contains(subject));
    let Some(at) = words.windows(2).position(this) else { return false };
    let rest = words.get(at + 2..).unwrap_or_default();
    match rest {
        ["is" | "are", "no", "longer", "supported" | "maintained" | "developed", ..]
        | ["is" | "are", "now" | "being", "archived" | "deprecated", ..]
        | ["has" | "have", "been", "archived" | "deprecated" | "discontinued", ..] => true,
        ["is" | "are", state, ..] => TITLE_WORDS.contains(state),
        _ => false,
    }
}

fn words(text: &str) -> Vec<String> {
    let parts = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    parts.map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_archived(readme: &str) -> bool {
        let files = [("README.md".to_owned(), readme.as_bytes().to_vec())];
        notice(&Source::memory("", files)).is_some()
    }

    #[test]
    fn only_what_is_said_of_the_whole_counts() {
        for readme in [
            "# Deprecation and archive notice\n\nSee below.\n",
            "# Charts\n\n**This repository has been archived.** Look elsewhere.\n",
            "| This project is no longer supported. |\n|---|\n\n# Charts\n",
            "# Charts\n\nThis repo is being deprecated, see the issue\n",
        ] {
            assert!(is_archived(readme), "{readme}");
        }
        for readme in [
            "# Charts\n\nThese charts are tested.\n\nThis repository is archived.\n",
            "# Charts\n\nThe chart `web` is deprecated. This repository is not archived.\n",
            "# Charts\n\nDeprecated charts of this repository are listed below\n",
            "# An archive of charts\n\nThis project serves pages.\n",
        ] {
            assert!(!is_archived(readme), "{readme}");
        }
    }
}
