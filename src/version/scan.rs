//! The shape of versions: where their parts start and end, before anything is judged.

/// A stretch of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Part {
    pub(super) fn of(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or("")
    }
}

/// The parts of one version, `v` left out; prerelease and build without their `-` and `+`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parts {
    pub(super) major: Part,
    pub(super) minor: Option<Part>,
    pub(super) patch: Option<Part>,
    pub(super) prerelease: Option<Part>,
    pub(super) build: Option<Part>,
    pub(super) end: usize,
}

impl Parts {
    /// The byte after the last number.
    pub(super) fn numbers_end(&self) -> usize {
        self.patch.or(self.minor).unwrap_or(self.major).end
    }
}

/// The longest version at `at`, its numbers made of bytes that `numeric` accepts; an error is the
/// byte where a first number was expected.
pub(super) fn version(text: &str, at: usize, numeric: fn(u8) -> bool) -> Result<Parts, usize> {
    let start = if text.as_bytes().get(at) == Some(&b'v') { at + 1 } else { at };
    let major = run(text, start, numeric).ok_or(start)?;
    let minor = after(text, major.end, b'.').and_then(|next| run(text, next, numeric));
    let patch = minor
        .and_then(|minor| after(text, minor.end, b'.'))
        .and_then(|next| run(text, next, numeric));
    let mut end = patch.or(minor).unwrap_or(major).end;
    let prerelease = after(text, end, b'-').and_then(|next| identifiers(text, next));
    end = prerelease.map_or(end, |part| part.end);
    let build = after(text, end, b'+').and_then(|next| identifiers(text, next));
    end = build.map_or(end, |part| part.end);
    Ok(Parts { major, minor, patch, prerelease, build, end })
}

/// What numbers are made of in a version.
pub(super) fn is_digit(byte: u8) -> bool {
    byte.is_ascii_digit()
}

/// What numbers are made of in a constraint. The bar is in the library's character class by
/// mistake; it matters where a range follows `||` without a space.
pub(super) fn is_wild_digit(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'x' | b'X' | b'*' | b'|')
}

/// The byte after the white space at `at`.
pub(super) fn skip_space(text: &str, at: usize) -> usize {
    run(text, at, |byte| byte.is_ascii_whitespace()).map_or(at, |part| part.end)
}

/// The byte after `wanted`, where it stands at `at`.
pub(super) fn after(text: &str, at: usize, wanted: u8) -> Option<usize> {
    (text.as_bytes().get(at) == Some(&wanted)).then_some(at + 1)
}

fn run(text: &str, start: usize, accepts: fn(u8) -> bool) -> Option<Part> {
    let rest = text.as_bytes().get(start..)?;
    let length = rest.iter().position(|byte| !accepts(*byte)).unwrap_or(rest.len());
    (length > 0).then_some(Part { start, end: start + length })
}

/// Words of letters, digits and hyphens with single dots between them.
fn identifiers(text: &str, start: usize) -> Option<Part> {
    let word = |at| run(text, at, |byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let mut end = word(start)?.end;
    while let Some(next) = after(text, end, b'.').and_then(word) {
        end = next.end;
    }
    Some(Part { start, end })
}
