//! What history needs of an old Chart.yaml: four values and a digest, without a YAML parse of thousands of versions.

use sha2::{Digest, Sha256};

/// A Chart.yaml larger than this is compared as a whole and not read further.
pub const MAX_MANIFEST_BYTES: usize = 1 << 20;

/// One distinct Chart.yaml.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Manifest {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) app_version: Option<String>,
    pub(super) deprecated: bool,
    /// Digest of everything but the version, what is prose, comments and blank lines.
    pub(super) content: [u8; 32],
}

/// Whether two Chart.yaml say the same to Helm: all but the version, what is prose, comments and
/// blank lines.
pub fn same_content(one: &[u8], other: &[u8]) -> bool {
    Manifest::parse(one).content == Manifest::parse(other).content
}

impl Manifest {
    /// Reads the top-level keys line by line: they stand at the line's start in every block mapping.
    pub(super) fn parse(raw: &[u8]) -> Self {
        let mut manifest = Self::default();
        let mut digest = Sha256::new();
        if raw.len() <= MAX_MANIFEST_BYTES {
            let raw = raw.strip_prefix("\u{feff}".as_bytes()).unwrap_or(raw);
            let mut prose = false;
            for line in raw.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end) {
                prose = manifest.take(line).unwrap_or(prose);
                if !prose && !line.is_empty() && !line.starts_with(b"#") {
                    digest.update(line);
                    digest.update(b"\n");
                }
            }
        } else {
            digest.update(raw);
        }
        manifest.content = digest.finalize().into();
        manifest
    }

    /// Takes a top-level value and says whether its lines are no content; none where the line
    /// begins no value.
    fn take(&mut self, line: &[u8]) -> Option<bool> {
        let begins = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'"' | b'\'');
        if !line.first().is_some_and(begins) {
            return None;
        }
        let (key, value) = std::str::from_utf8(line).ok()?.split_once(':')?;
        let key = key.trim_end().trim_matches(['"', '\'']);
        match key {
            "version" => self.version = scalar(value),
            "name" => self.name = scalar(value),
            "appVersion" => {
                self.app_version = Some(scalar(value)).filter(|value| !value.is_empty());
            }
            "deprecated" => self.deprecated = is_true(&scalar(value)),
            _ => {}
        }
        Some(key == "version" || PROSE.contains(&key))
    }
}

/// What Chart.yaml tells people: it changes nothing that Helm renders, and needs no release.
const PROSE: [&str; 8] =
    ["annotations", "description", "engine", "home", "icon", "keywords", "maintainers", "sources"];

/// The text of a scalar on one line: without quotes, comment and blanks.
fn scalar(value: &str) -> String {
    let value = value.trim();
    for quote in ['"', '\''] {
        if let Some(rest) = value.strip_prefix(quote) {
            return rest.split(quote).next().unwrap_or_default().to_owned();
        }
    }
    let end = value.find(" #").or_else(|| value.starts_with('#').then_some(0));
    value.get(..end.unwrap_or(value.len())).unwrap_or_default().trim_end().to_owned()
}

/// YAML 1.1's spellings of true, as Helm's parser reads them.
fn is_true(value: &str) -> bool {
    matches!(
        value,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "y" | "Y"
    )
}

/// A version as Helm tolerates it: a leading `v`, missing minor and patch, leading zeros.
pub(super) fn lenient_version(text: &str) -> Option<semver::Version> {
    let text = text.trim().trim_start_matches(['v', 'V']);
    let end = text.find(['-', '+']).unwrap_or(text.len());
    let (numbers, rest) = text.split_at(end);
    let mut parts = numbers.split('.').map(|part| part.parse::<u64>().ok());
    let mut next = || parts.next().unwrap_or(Some(0));
    let (major, minor, patch) = (next()?, next()?, next()?);
    if numbers.is_empty() || parts.next().is_some() {
        return None;
    }
    semver::Version::parse(&format!("{major}.{minor}.{patch}{rest}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_to_people_is_no_content() {
        let content = |text: &str| Manifest::parse(text.as_bytes()).content;
        let one = content("name: a\nmaintainers:\n- name: ann\n  email: x\nappVersion: 1\n");
        let two =
            content("# note\nname: a\nhome: https://a\n\nappVersion: 1\nmaintainers:\n  - b\n");
        assert_eq!(one, two);
        assert_ne!(one, content("name: a\nappVersion: 2\n"));
        assert_ne!(one, content("name: a\nappVersion: 1\ndependencies:\n- name: ann\n"));
    }

    #[test]
    fn only_the_version_line_is_no_content() {
        let one = Manifest::parse(b"name: a\nversion: 1.0.0\nappVersion: 'x' # y\n");
        let two = Manifest::parse(b"name: a\nversion:  \"1.0.1\" # next\nappVersion: 'x' # y\n");
        assert_eq!((one.version.as_str(), two.version.as_str()), ("1.0.0", "1.0.1"));
        assert_eq!(one.content, two.content);
        assert_eq!(one.app_version.as_deref(), Some("x"));
        let nested = Manifest::parse(
            b"name: a\nversion: 1.0.0\ndependencies:\n- name: b\n  version: 2.0.0\n",
        );
        assert_eq!(nested.version, "1.0.0");
        let large = vec![b'v'; MAX_MANIFEST_BYTES + 1];
        assert_eq!(Manifest::parse(&large).version, "");
    }

    #[test]
    fn versions_are_read_as_helm_tolerates_them() {
        let text = |text| lenient_version(text).map(|version| version.to_string());
        assert_eq!(text("v1.2").as_deref(), Some("1.2.0"));
        assert_eq!(text("01.2.3-rc.1+b").as_deref(), Some("1.2.3-rc.1+b"));
        assert_eq!(text("1.2.3.4"), None);
        assert_eq!(text("{{ version }}"), None);
        assert_eq!(text(""), None);
    }
}
