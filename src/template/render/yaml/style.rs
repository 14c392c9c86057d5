//! Which styles a scalar can have (`yaml_emitter_analyze_scalar` in `emitterc.go`, `stringv` in `encode.go`).

use super::Dialect;

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Single,
    Double,
    Literal,
}

/// The style of a string; a simple key stands on one line before its colon.
pub(super) fn style(text: &str, simple_key: bool, dialect: Dialect) -> Style {
    if text.is_empty() {
        return Style::Double;
    }
    let allowed = Allowed::of(text, dialect);
    if simple_key && allowed.multiline {
        return Style::Double;
    }
    let wanted = match text {
        _ if text.contains('\n') => Style::Literal,
        _ if !crate::yaml::reads_as_string(text) || is_base60(text) => Style::Double,
        _ => Style::Plain,
    };
    match wanted {
        Style::Plain if allowed.plain => Style::Plain,
        Style::Plain if allowed.single => Style::Single,
        Style::Literal if allowed.literal && !simple_key => Style::Literal,
        _ => Style::Double,
    }
}

/// What libyaml finds out about a scalar.
#[allow(clippy::struct_excessive_bools, reason = "they are libyaml's own")]
struct Allowed {
    multiline: bool,
    plain: bool,
    single: bool,
    literal: bool,
}

impl Allowed {
    fn of(text: &str, dialect: Dialect) -> Self {
        let mut seen = Seen { plain: starts_plain(text), ..Seen::default() };
        let mut chars = text.chars().peekable();
        let mut before = None;
        while let Some(c) = chars.next() {
            let next = chars.peek().copied();
            if next.is_none_or(|next| matches!(next, ' ' | '\t')) && c == ':' {
                seen.plain = false;
            }
            if c == '#' && before.is_some_and(is_blank_or_break) {
                seen.plain = false;
            }
            if dialect == Dialect::V3 && c == '\t' {
                seen.tab = true;
            } else if !is_printable(c) {
                seen.special = true;
            }
            seen.spacing(c, before, next.is_none());
            before = Some(c);
        }
        seen.allowed()
    }
}

/// What stands in a scalar.
#[derive(Default)]
#[allow(clippy::struct_excessive_bools, reason = "they are libyaml's own")]
struct Seen {
    /// Whether no indicator forbids a plain scalar.
    plain: bool,
    special: bool,
    tab: bool,
    breaks: bool,
    /// A blank or a break at an end.
    outer: bool,
    trailing_space: bool,
    break_space: bool,
    space_break: bool,
}

impl Seen {
    fn spacing(&mut self, c: char, before: Option<char>, last: bool) {
        let outer = before.is_none() || last;
        if c == ' ' {
            self.outer |= outer;
            self.trailing_space |= last;
            self.break_space |= before.is_some_and(super::emit::is_break);
        } else if super::emit::is_break(c) {
            self.breaks = true;
            self.outer |= outer;
            self.space_break |= before == Some(' ');
        }
    }

    fn allowed(&self) -> Allowed {
        let odd = self.space_break || self.special;
        Allowed {
            multiline: self.breaks,
            plain: self.plain
                && !(self.outer || self.break_space || odd || self.tab || self.breaks),
            single: !(self.break_space || odd || self.tab),
            literal: !(self.trailing_space || odd),
        }
    }
}

/// Whether the beginning of a scalar allows it to be plain.
fn starts_plain(text: &str) -> bool {
    let mut chars = text.chars();
    let first = chars.next();
    let blank = chars.next().is_none_or(|next| matches!(next, ' ' | '\t'));
    match first {
        Some(
            '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%'
            | '@' | '`',
        ) => false,
        Some('?' | ':' | '-') if blank => false,
        _ => !text.starts_with("---") && !text.starts_with("..."),
    }
}

fn is_blank_or_break(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\0') || super::emit::is_break(c)
}

/// libyaml's `is_printable`, which knows nothing above U+FFFF.
pub(super) fn is_printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}

/// Whether a string is a number to the base of 60 in YAML 1.1: `1:30`.
/// `^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$`
fn is_base60(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let mut parts = whole.split(':');
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    let first = parts.next().unwrap_or_default();
    let mut count = 0;
    let sixty = parts.all(|part| {
        count += 1;
        match part.as_bytes() {
            [digit] | [b'0'..=b'5', digit] => digit.is_ascii_digit(),
            _ => false,
        }
    });
    first.starts_with(|c: char| c.is_ascii_digit())
        && digits(first)
        && sixty
        && count > 0
        && digits(fraction)
}
