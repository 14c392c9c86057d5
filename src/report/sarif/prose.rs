//! careen's short texts as the sentences that code review shows.

use super::LINKS;
use super::place::archive;
use crate::finding::{Finding, Related};

/// The whole message: what is wrong, where in an archive, what to do, and links to the other places.
pub(super) fn message(finding: &Finding) -> String {
    let mut text = escaped(&sentence(&finding.message));
    if let Some((_, inside)) = archive(&finding.location.path) {
        let start = finding.location.start;
        let place = format!(" In the archive: `{inside}:{}:{}`.", start.line, start.column);
        text.push_str(&place);
    }
    if !finding.help.is_empty() {
        text.push(if finding.help.contains('\n') { '\n' } else { ' ' });
        text.push_str(&escaped(&sentence(&finding.help)));
    }
    text.push_str(&links(&finding.related));
    text
}

/// GitHub shows a related place only where the message links to it.
fn links(related: &[Related]) -> String {
    let links: Vec<_> = related
        .iter()
        .take(LINKS)
        .enumerate()
        .map(|(index, related)| format!("[{}]({})", bracketed(&label(related)), index + 1))
        .collect();
    match related.len().checked_sub(LINKS) {
        _ if links.is_empty() => String::new(),
        Some(left @ 1..) => format!(" See {} and {left} more.", links.join(", ")),
        _ => format!(" See {}.", links.join(", ")),
    }
}

/// What is said of a related place; its path where nothing is said.
pub(super) fn label(related: &Related) -> String {
    if related.message.is_empty() {
        related.location.path.to_string()
    } else {
        related.message.clone()
    }
}

/// A text with a capital letter and a full stop. A first word with a capital inside, such as
/// `kubeVersion`, is a name and stays; so does what begins with a backtick.
pub(super) fn sentence(text: &str) -> String {
    let text = text.trim();
    let first: &str = text.split_whitespace().next().unwrap_or("");
    let mut sentence = String::with_capacity(text.len() + 1);
    let mut characters = text.chars();
    match characters.next() {
        Some(letter) if first.chars().all(|c| c.is_lowercase() || ",:-".contains(c)) => {
            sentence.extend(letter.to_uppercase());
        }
        Some(letter) => sentence.push(letter),
        None => return sentence,
    }
    sentence.push_str(characters.as_str());
    if !sentence.ends_with(['.', '!', '?']) && !text.contains('\n') {
        sentence.push('.');
    }
    sentence
}

/// A text in which nothing reads as SARIF's `[text](1)`.
fn escaped(text: &str) -> String {
    if text.contains("](") { bracketed(text) } else { text.to_owned() }
}

fn bracketed(text: &str) -> String {
    text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
}

/// `crd/too-large` as `CrdTooLarge`.
pub(super) fn pascal_case(id: &str) -> String {
    id.split(['/', '-', '_'])
        .flat_map(|word| {
            let mut letters = word.chars();
            letters.next().into_iter().flat_map(char::to_uppercase).chain(letters)
        })
        .collect()
}

/// At most `length` characters, with an ellipsis where some are cut.
pub(super) fn cut(text: String, length: usize) -> String {
    if text.chars().nth(length).is_none() {
        return text;
    }
    text.chars().take(length - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_begin_and_end_like_sentences() {
        assert_eq!(sentence("chart `a` has no README"), "Chart `a` has no README.");
        assert_eq!(sentence("kubeVersion is missing"), "kubeVersion is missing.");
        assert_eq!(sentence("`a` is"), "`a` is.");
        assert_eq!(sentence("CRD `a` is a hook"), "CRD `a` is a hook.");
        assert_eq!(sentence(""), "");
        assert_eq!(sentence("write:\nversion: 1"), "Write:\nversion: 1");
    }

    #[test]
    fn nothing_reads_as_a_link_that_is_none() {
        assert_eq!(escaped("value `a[0](1)`"), "value `a\\[0\\](1)`");
        assert_eq!(escaped("value `a[0]`"), "value `a[0]`");
    }

    #[test]
    fn names_and_cuts() {
        assert_eq!(pascal_case("crd/too-large"), "CrdTooLarge");
        assert_eq!(cut("äöü".into(), 3), "äöü");
        assert_eq!(cut("äöüß".into(), 3), "äö…");
    }
}
