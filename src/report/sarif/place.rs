//! Where a result stands, in a form that code review can show.

use super::model::{ArtifactLocation, PhysicalLocation, Region};
use crate::finding::Place;
use crate::text::Text;

/// The name of the folder that paths are relative to.
pub(super) const ROOT: &str = "%SRCROOT%";

/// How the path of an archive ends.
const ARCHIVES: [&str; 2] = [".tgz", ".tar.gz"];

/// What stands between an archive and the path within.
const INSIDE: &str = "!/";

/// The physical location of a place; an archive stands for what lies in it.
pub(super) fn physical(place: &Place, text: Option<&Text>) -> PhysicalLocation {
    match archive(&place.path) {
        Some((archive, _)) => {
            PhysicalLocation { artifact_location: artifact(archive), region: TOP }
        }
        None => PhysicalLocation {
            artifact_location: artifact(&place.path),
            region: region(place, text),
        },
    }
}

/// An archive and the path within, for the path of a file in an archive.
pub(super) fn archive(path: &str) -> Option<(&str, &str)> {
    let (at, _) = path.match_indices(INSIDE).find(|(at, _)| {
        let before = path.get(..*at).unwrap_or("");
        ARCHIVES.iter().any(|end| before.ends_with(end))
    })?;
    Some((path.get(..at)?, path.get(at + INSIDE.len()..)?))
}

/// The start of a file.
const TOP: Region = Region { start_line: 1, start_column: 1, end_line: 1, end_column: 1 };

/// The region, cut to its first line: GitHub annotates a pull request only where every line of a
/// region is part of the change. Columns are what they are in reports, code points from 1.
fn region(place: &Place, text: Option<&Text>) -> Region {
    let (start, end) = (place.start, place.end);
    let end_column = if end.line <= start.line {
        end.column
    } else {
        text.map_or(start.column, |text| line_end(text, start.line))
    };
    let (line, column) = (start.line.max(1), start.column.max(1));
    Region {
        start_line: line,
        start_column: column,
        end_line: line,
        end_column: end_column.max(column),
    }
}

/// The column behind a line's last character.
fn line_end(text: &Text, line: u32) -> u32 {
    let span = text.line_span(line);
    let returns = u32::from(text.slice(span).ends_with('\r'));
    text.position(span.end - returns).column
}

fn artifact(path: &str) -> ArtifactLocation {
    let path = path.strip_prefix("./").unwrap_or(path);
    if path.starts_with('/') {
        return ArtifactLocation { uri: format!("file://{}", encoded(path)), uri_base_id: None };
    }
    ArtifactLocation { uri: encoded(path), uri_base_id: Some(ROOT) }
}

/// A path as a URI: everything but RFC 3986's unreserved characters and `/` percent-encoded.
fn encoded(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => uri.extend(['%', hexadecimal(byte >> 4), hexadecimal(byte & 0xf)]),
        }
    }
    uri
}

fn hexadecimal(digit: u8) -> char {
    char::from_digit(u32::from(digit), 16).unwrap_or('0').to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Span;

    #[test]
    fn paths_become_relative_uris() {
        assert_eq!(encoded("a b#c/ü?.yaml"), "a%20b%23c/%C3%BC%3F.yaml");
        assert_eq!(artifact("./x:y").uri, "x%3Ay");
        assert_eq!(artifact("/abs/x").uri, "file:///abs/x");
        assert_eq!(artifact("/abs/x").uri_base_id, None);
    }

    #[test]
    fn an_archive_is_found_by_its_name() {
        assert_eq!(archive("p/x.tgz!/x/a.yaml"), Some(("p/x.tgz", "x/a.yaml")));
        assert_eq!(archive("hey!/x.tgz!/charts/y.tgz!/z"), Some(("hey!/x.tgz", "charts/y.tgz!/z")));
        assert_eq!(archive("hey!/x.yaml"), None);
    }

    #[test]
    fn a_region_over_lines_ends_with_its_first_line() {
        let text = Text::new("\u{feff}a: é\r\n  b: 1\r\n");
        let place = Place::new(&"x".into(), &text, Span::new(3, 15));
        let expected = Region { start_line: 1, start_column: 1, end_line: 1, end_column: 5 };
        assert_eq!(region(&place, Some(&text)), expected);
        assert_eq!(region(&place, None), TOP);
    }
}
