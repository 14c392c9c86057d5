//! What a place that reads a value does about its absence.

use crate::{
    catalog::TemplateFile,
    template::{
        TemplateSet,
        flow::{How, Read, Step},
    },
    text::Span,
};

/// What a place does about a value that may be absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// It fails without the value, or writes nothing where something is meant.
    Needs,
    /// It gives up where the value is set: it was taken away.
    Refuses,
    /// It asks for the value's absence.
    Misses,
    /// It takes the value where the one of the same name on its line is not set: an older name.
    Falls,
    /// It asks first, or only hands the value on.
    Copes,
}

/// Whether a place fails, or writes nothing where something is meant, when the key at a depth is absent.
pub(super) fn needs(read: &Read, depth: usize) -> bool {
    let below = read.path.len().saturating_sub(depth);
    let breaks = below > 0 && read.chained > below;
    let printed = below == 0 && matches!(read.how, How::Printed | How::Whole | How::Tpl);
    breaks || (printed && !read.guarded)
}

/// What takes a value that is not there for one that differs, or as the last resort.
const COPING: [&str; 3] = ["eq", "ne", "default"];

/// Whether what a place writes is a comment in its document.
pub(super) fn is_comment(file: &TemplateFile, read: &Read) -> bool {
    let text = file.file.text.as_str();
    let before = text.get(..read.span.start as usize).unwrap_or_default();
    before.rsplit('\n').next().is_some_and(|line| line.trim_start().starts_with('#'))
}

/// How a place that does not need a value asks for it.
pub(super) fn manner(file: &TemplateFile, read: &Read, set: &TemplateSet<'_>) -> Manner {
    match called(file, read) {
        _ if refuses(file, read) || is_deprecated(file, read) => Manner::Refuses,
        _ if hands_to_fail(file, read, set) => Manner::Refuses,
        Some("not" | "empty") => Manner::Misses,
        called if called != Some("and") && falls(file, read) => Manner::Falls,
        _ => Manner::Copes,
    }
}

/// How many lines above a place its `if` is looked for.
const ABOVE: u32 = 8;

/// Whether a place stands where a value whose name is its plural, or something in that, is not set: on one line with
/// it, after `else`, or among the alternatives of `coalesce`. It is the older name of the two.
pub(super) fn is_older(file: &TemplateFile, read: &Read) -> bool {
    let [.., Step::Key(holder), Step::Key(name)] = read.path.as_slice() else { return false };
    let newer = format!(".{holder}.{name}s");
    let text = &file.file.text;
    let line = text.position(read.span.start).line;
    let same = text.slice(text.line_span(line));
    let start = text.line_span(line.saturating_sub(ABOVE)).start;
    let above = text.slice(Span::new(start as usize, text.line_span(line).start as usize));
    let chooses = ["coalesce", "default", " or "].iter().any(|word| same.contains(word));
    let actions = above.rsplit("{{").map(|action| action.trim_start_matches(['-', ' ']));
    let mut outer = actions.skip_while(|action| {
        !["else", "end", "if", "with", "range"].iter().any(|word| action.starts_with(word))
    });
    let other = outer.next().is_some_and(|action| action.starts_with("else"));
    (chooses && same.contains(&newer)) || (other && above.contains(&newer))
}

/// Whether a place is one of two on its line that read values of the same name.
fn falls(file: &TemplateFile, read: &Read) -> bool {
    let text = file.file.text.as_str();
    let Some(Step::Key(name)) = read.path.last() else { return false };
    let (before, after) = text.split_at_checked(read.span.end as usize).unwrap_or((text, ""));
    let line = [before.rsplit('\n').next(), after.split('\n').next()];
    let word = |c: char| !(c.is_alphanumeric() || c == '_' || c == '.');
    let words = line.into_iter().flatten().flat_map(|part| part.split(word));
    let mut same: Vec<&str> =
        words.filter(|it| it.rsplit_once('.').is_some_and(|(_, last)| last == &**name)).collect();
    same.sort_unstable();
    same.dedup();
    same.len() > 1
}

/// Whether the line of a place says that the value goes or went.
fn is_deprecated(file: &TemplateFile, read: &Read) -> bool {
    let text = file.file.text.as_str();
    let (before, after) = text.split_at_checked(read.span.start as usize).unwrap_or((text, ""));
    let line = [before.rsplit('\n').next(), after.split('\n').next()];
    let says = |part: &str| {
        let part = part.to_lowercase();
        ["deprecat", "removed", "renamed"].iter().any(|word| part.contains(word))
    };
    line.into_iter().flatten().any(says)
}

/// Whether a branch that a place opens makes the rendering fail.
fn refuses(file: &TemplateFile, read: &Read) -> bool {
    let text = file.file.text.as_str();
    let after = text.get(read.span.end as usize..).unwrap_or_default();
    let branch = after.split("{{").skip(1).map(|action| action.trim_start_matches(['-', ' ']));
    read.how == How::Tested
        && branch
            .take_while(|action| !action.starts_with("end") && !action.starts_with("else"))
            .any(|action| action.starts_with("fail") || action.contains("| fail"))
}

/// Whether a place asks for a value in what it includes a template with that can make the rendering fail.
fn hands_to_fail(file: &TemplateFile, read: &Read, set: &TemplateSet<'_>) -> bool {
    let text = file.file.text.as_str();
    let (before, _) = text.split_at_checked(read.span.start as usize).unwrap_or((text, ""));
    let Some((_, action)) = before.rsplit_once("{{") else { return false };
    let included = action.trim_start_matches(['-', ' ']).strip_prefix("include \"");
    let name = included.and_then(|rest| rest.split('"').next());
    let body = name.and_then(|name| {
        let named = set.get(name)?;
        let file = set.files().get(named.file)?;
        named.define.map(|define| file.template.slice(define.span))
    });
    // A `}}` between would end the action.
    read.how == How::Tested && !action.contains("}}") && body.is_some_and(|it| it.contains("fail"))
}

/// Whether a place hands a value to a function that copes with its absence.
pub(super) fn copes(file: &TemplateFile, read: &Read) -> bool {
    called(file, read).is_some_and(|word| COPING.contains(&word))
}

/// The function that a place hands a value to.
fn called<'f>(file: &'f TemplateFile, read: &Read) -> Option<&'f str> {
    let text = file.file.text.as_str();
    let before = text.get(..read.span.start as usize).unwrap_or_default();
    let call = before.rsplit(['(', '{', '|', '=']).next().unwrap_or_default();
    let mut words = call.split_whitespace();
    words.find(|word| !matches!(*word, "-" | "if" | "else" | "with"))
}
