//! Version badges of shields.io, as helm-docs and people write them.

/// What a badge speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    Version,
    AppVersion,
}

/// A badge that is written out, and not asked of a server.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Badge {
    pub(super) label: Label,
    pub(super) value: String,
    /// The value with its underscores as they are: helm-docs doubles dashes alone.
    pub(super) plain: String,
}

/// Reads `https://img.shields.io/badge/<label>-<value>-<colour>`: in its parts `--` is a dash, `__`
/// an underscore, `_` a blank.
pub(super) fn read(url: &str) -> Option<Badge> {
    let (_, path) = url.split_once("img.shields.io/badge/")?;
    let path = path.split(['?', '#']).next()?;
    let parts = split(path);
    let [(label, _), (value, plain), _colour] = parts.as_slice() else { return None };
    let label = match label.to_lowercase().replace([' ', '_'], "").as_str() {
        "version" | "chartversion" => Label::Version,
        "appversion" => Label::AppVersion,
        _ => return None,
    };
    Some(Badge { label, value: value.clone(), plain: plain.clone() })
}

/// The parts between single dashes: decoded, and with their underscores as they are.
fn split(path: &str) -> Vec<(String, String)> {
    let decoded = path.replace("%20", " ").replace("%2B", "+").replace("%2b", "+");
    let hidden = decoded.replace("--", "\0");
    let part = |part: &str| {
        let plain = part.replace('\0', "-");
        let read = plain.replace("__", "\u{1}").replace('_', " ").replace('\u{1}', "_");
        (read, plain)
    };
    hidden.split('-').map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_of_a_version_are_doubled_in_a_badge() {
        let url =
            "https://img.shields.io/badge/Version-2.24.0--dev.1-informational?style=flat-square";
        let (value, plain) = ("2.24.0-dev.1".to_owned(), "2.24.0-dev.1".to_owned());
        assert_eq!(read(url), Some(Badge { label: Label::Version, value, plain }));
        let url = "https://img.shields.io/badge/AppVersion-v1.2-informational";
        assert_eq!(read(url).map(|badge| badge.value).as_deref(), Some("v1.2"));
        assert_eq!(read("https://img.shields.io/badge/Type-application-informational"), None);
        assert_eq!(read("https://img.shields.io/github/v/release/org/app"), None);
    }

    #[test]
    fn underscores_are_read_both_ways() {
        let badge = read("https://img.shields.io/badge/AppVersion-a_b__c-informational").unwrap();
        assert_eq!((badge.value.as_str(), badge.plain.as_str()), ("a b_c", "a_b__c"));
    }
}
