//! What a place that reads a value does about its absence.

use std::collections::BTreeSet;

use super::branch::{Arm, decided};
use crate::{
    analysis::slip,
    catalog::TemplateFile,
    template::{
        TemplateSet,
        flow::{How, Read, Step, Write},
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
    /// It says that the value goes or went, or gives up where it is set, whatever else is.
    Gone,
    /// It puts the value into the place of another one: an older name.
    Moves,
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
pub(super) fn manner(
    file: &TemplateFile,
    read: &Read,
    set: &TemplateSet<'_>,
    arms: &[Arm],
) -> Manner {
    match called(file, read) {
        _ if forbids(file, read, arms) || hands_over_to_fail(file, read, set) => Manner::Gone,
        _ if refuses(file, read) => Manner::Refuses,
        _ if hands_to_fail(file, read, set) => Manner::Refuses,
        Some("not" | "empty") => Manner::Misses,
        _ if is_denied(file, read) => Manner::Misses,
        called if called != Some("and") && falls(file, read) => Manner::Falls,
        _ => Manner::Copes,
    }
}

/// Functions that tell an empty value from one that is not there.
const TELLING: [&str; 2] = ["kindIs", "typeIs"];

/// Whether a place asks for the key itself, be its value empty: by `hasKey`, for a kind that what is not there has not,
/// or whether it is `nil`. Not where the same condition, or one around it, asks for the value, too.
pub(super) fn asks_for_key(file: &TemplateFile, read: &Read, arms: &[Arm]) -> bool {
    let place = file.file.text.slice(read.span);
    let text = file.file.text.as_str();
    let (before, _) = text.split_at_checked(read.span.start as usize).unwrap_or((text, ""));
    let call = before.rsplit(CALLING).next().unwrap_or_default();
    let function = call.split_whitespace().find(|word| !matches!(*word, "-" | "if" | "else"));
    let kind = call.split('"').nth(1);
    let telling = function.is_some_and(|word| TELLING.contains(&word))
        && matches!(kind, Some("bool" | "invalid" | "<nil>"));
    let after = text.get(read.span.end as usize..).unwrap_or_default();
    let compared = matches!(function, Some("eq" | "ne"))
        && (call.split_whitespace().any(|it| it == "nil") || after.trim_start().starts_with("nil"));
    if !place.starts_with("hasKey") && !telling && !compared {
        return false;
    }
    let written = read.path.iter().map(|step| match step {
        Step::Key(name) => format!(".{name}"),
        Step::Any => String::new(),
    });
    let written: Vec<_> = written.collect();
    let tail: String = written.iter().rev().take(2).rev().map(String::as_str).collect();
    let around =
        arms.iter().filter(|arm| arm.condition.contains(read.span) || arm.body.contains(read.span));
    let asks = |arm: &Arm| {
        let condition = file.file.text.slice(arm.condition);
        !condition.contains("not ") && asks_for(condition, &tail)
    };
    !around.into_iter().any(asks)
}

/// Whether a condition asks for a value whose path ends in steps, and not for its kind or something in it.
fn asks_for(condition: &str, tail: &str) -> bool {
    condition.match_indices(tail).any(|(at, _)| {
        let after = condition.get(at + tail.len()..).unwrap_or_default();
        let before = condition.get(..at).unwrap_or_default();
        let function = caller(before);
        let other = ["eq", "kindIs", "ne", "typeIs", "hasKey"];
        !after.starts_with(|c: char| c.is_alphanumeric() || "_-.".contains(c))
            && function.is_none_or(|it| !other.contains(&it))
    })
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

/// How many lines above a place a comment speaks of what it writes.
const COMMENT_ABOVE: usize = 3;
/// How many lines above a place a comment speaks of it that is about all that follows.
const COMMENT_ABOVE_ALL: usize = 30;

/// Whether the line of a place, a comment above it or the name of the template that it stands in says that the value goes
/// or went.
pub(super) fn is_deprecated(file: &TemplateFile, read: &Read) -> bool {
    let text = file.file.text.as_str();
    let (before, _) = text.split_at_checked(read.span.start as usize).unwrap_or((text, ""));
    let after = text.get(read.span.end as usize..).unwrap_or_default();
    let says = |part: &str| {
        let part = part.to_lowercase();
        ["deprecat", "removed", "renamed"].iter().any(|word| part.contains(word))
    };
    let mut lines = before.rsplit('\n');
    let own = [lines.next(), after.split('\n').next()];
    let above = lines.take_while(|line| !line.trim().is_empty()).take(COMMENT_ABOVE_ALL);
    let commented = above.enumerate().any(|(number, line)| {
        let small = line.trim_start().to_lowercase();
        let comment = small.starts_with('#') || small.contains("/*");
        let about = number < COMMENT_ABOVE || small.contains("following");
        comment && about && (small.contains("deprecat") || small.contains("backward compat"))
    });
    let defines = file.template.defines.iter();
    let mut around = defines.filter(|define| define.span.contains(read.span));
    own.into_iter().flatten().any(says) || commented || around.any(|define| says(&define.name))
}

/// The place of the declared value that may be the newer of two that a place takes one of: among the alternatives of
/// `coalesce`, or by `default` where their names are alike.
pub(super) fn stands_in(
    file: &TemplateFile,
    read: &Read,
    declared: &BTreeSet<(usize, Span)>,
) -> Option<Span> {
    let text = file.file.text.as_str();
    let group = group(text, read.span);
    let call = text.get(group.start as usize..group.end as usize).unwrap_or_default();
    let word = |word: &str| call.split(|c: char| !c.is_alphanumeric()).any(|it| it == word);
    let name = |text: &str| text.rsplit('.').next().unwrap_or_default().to_owned();
    let own = name(file.file.text.slice(read.span));
    let from = (read.file, Span { start: group.start, end: group.start });
    let to = (read.file, Span { start: group.end, end: group.end });
    let mut others =
        declared.range(from..to).filter(|(_, span)| group.contains(*span) && *span != read.span);
    let other = others.find(|(_, span)| {
        let other = name(file.file.text.slice(*span));
        word("coalesce") || (word("default") && slip::is_of_one_thing(&own, &other))
    });
    other.map(|(_, span)| *span)
}

/// What asks whether a variable holds something, or has something else instead.
const ASKING: [&str; 8] = ["and", "coalesce", "default", "else", "if", "or", "ternary", "with"];

/// Whether a place keeps a value in a variable that is written out, and that nothing asks for.
pub(super) fn is_kept(file: &TemplateFile, read: &Read) -> bool {
    let text = file.file.text.as_str();
    let (before, _) = text.split_at_checked(read.span.start as usize).unwrap_or((text, ""));
    let after = text.get(read.span.end as usize..).unwrap_or_default();
    let whole = after.trim_start().trim_start_matches('-').starts_with("}}");
    let Some((variable, "")) = before.rsplit_once(":=").map(|(it, rest)| (it, rest.trim())) else {
        return false;
    };
    let action = variable.rsplit("{{").next().unwrap_or_default();
    let name = action.trim_start_matches('-').trim();
    if !whole || !name.starts_with('$') || name.contains(char::is_whitespace) {
        return false;
    }
    let inner = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let has = |action: &str| action.split(|c| !inner(c)).any(|word| word == name);
    let asks = |action: &str| action.split(|c| !inner(c)).any(|word| ASKING.contains(&word));
    let actions = after.split("{{").skip(1).filter_map(|it| it.split("}}").next());
    let mut uses = actions.filter(|action| has(action)).peekable();
    uses.peek().is_some() && uses.all(|action| !asks(action))
}

/// The arguments that a place is one of: what the parentheses around it hold, or its whole action.
fn group(text: &str, place: Span) -> Span {
    let (before, _) = text.split_at_checked(place.start as usize).unwrap_or((text, ""));
    let after = text.get(place.end as usize..).unwrap_or_default();
    let mut depth = 0_i32;
    let open = before.char_indices().rev().find(|(_, c)| {
        depth += i32::from(*c == ')') - i32::from(*c == '(');
        depth < 0 || *c == '{'
    });
    depth = 0;
    let close = after.char_indices().find(|(_, c)| {
        depth += i32::from(*c == '(') - i32::from(*c == ')');
        depth < 0 || *c == '}'
    });
    let start = open.map_or(0, |(at, _)| at + 1);
    let end = close.map_or(text.len(), |(at, _)| place.end as usize + at);
    Span::new(start, end)
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

/// Whether a place is all of a condition under which the rendering fails.
fn forbids(file: &TemplateFile, read: &Read, arms: &[Arm]) -> bool {
    let bare = |span: Span| {
        let text = file.file.text.slice(span).chars();
        text.filter(|c| !c.is_whitespace() && !matches!(c, '(' | ')')).collect::<String>()
    };
    decided(arms, read.span).is_some_and(|arm| {
        bare(arm.condition) == bare(read.span) && {
            let body = file.file.text.slice(arm.body);
            let mut actions = body.split("{{").skip(1);
            actions.any(|it| {
                it.trim_start_matches(['-', ' ']).starts_with("fail") || it.contains("| fail")
            })
        }
    })
}

/// Whether a place hands a value, or whether there is one, to a named template as what it fails under:
/// `include "web.gone" (dict "condition" (hasKey .Values "old"))`.
fn hands_over_to_fail(file: &TemplateFile, read: &Read, set: &TemplateSet<'_>) -> bool {
    let text = file.file.text.as_str();
    let (before, _) = text.split_at_checked(read.span.start as usize).unwrap_or((text, ""));
    let after = text.get(read.span.end as usize..).unwrap_or_default();
    let part = |c: char| c == ')' || c == '.' || c.is_alphanumeric();
    let rest = after.trim_start_matches(part).trim_start();
    let Some((_, action)) = before.rsplit_once("{{") else { return false };
    let Some(given) = action.trim_end().strip_suffix('(') else { return false };
    let given = given.trim_end_matches(|c: char| c == '(' || c.is_whitespace());
    let key = given.strip_suffix('"').and_then(|it| it.rsplit('"').next());
    let Some(body) = included(action, set) else { return false };
    let asks = |key: &str| {
        body.split("{{").any(|it| {
            let condition = it.trim_start_matches(['-', ' ']).strip_prefix("if .");
            condition.and_then(|it| it.split([' ', '}', '-']).next()) == Some(key)
        })
    };
    !action.contains("}}")
        && !rest.starts_with('|')
        && body.contains("fail")
        && key.is_some_and(asks)
}

/// The text of the template that an action, as far as it is given, includes.
fn included<'t>(action: &str, set: &TemplateSet<'t>) -> Option<&'t str> {
    let included = action.trim_start_matches(['-', ' ']).strip_prefix("include \"")?;
    let named = set.get(included.split('"').next()?)?;
    let file = set.files().get(named.file)?;
    Some(file.template.slice(named.define?.span))
}

/// What a value is given that is not the one that was set.
const MAKERS: [&str; 4] = ["coalesce", "default", "print", "ternary"];

/// How many places that write into values are looked through for each that reads one.
const WRITES_MAX: usize = 1000;

/// Whether a place puts a value as it is into the place of another one.
pub(super) fn moves(file: &TemplateFile, read: &Read, writes: &[Write]) -> bool {
    let mut around = writes
        .iter()
        .take(WRITES_MAX)
        .filter(|it| it.file == read.file && it.member == read.member)
        .filter(|it| it.span.contains(read.span));
    around.any(|it| {
        let call = file.file.text.slice(it.span);
        !MAKERS.iter().any(|word| call.contains(word))
    })
}

/// Whether a place asks for a value in what it includes a template with that can make the rendering fail.
fn hands_to_fail(file: &TemplateFile, read: &Read, set: &TemplateSet<'_>) -> bool {
    let text = file.file.text.as_str();
    let (before, _) = text.split_at_checked(read.span.start as usize).unwrap_or((text, ""));
    let Some((_, action)) = before.rsplit_once("{{") else { return false };
    let body = included(action, set);
    // A `}}` between would end the action.
    read.how == How::Tested && !action.contains("}}") && body.is_some_and(|it| it.contains("fail"))
}

/// What makes a number or a text of a value that is not there.
const CONVERTING: [&str; 7] = ["float64", "int", "int64", "lower", "print", "toString", "trim"];
/// What takes a text for one that differs.
const COMPARING: [&str; 4] = ["contains", "hasPrefix", "hasSuffix", "regexMatch"];
/// How many calls around a place are looked through.
const CALLS_MAX: usize = 4;

/// Whether a place hands a value to a function that copes with its absence, be it as a number or a text.
pub(super) fn copes(file: &TemplateFile, read: &Read) -> bool {
    let text = file.file.text.as_str();
    let mut before = text.get(..read.span.start as usize).unwrap_or_default();
    for number in 0..CALLS_MAX {
        let word = caller(before);
        // What is not there is no text before something has made one of it.
        let compares = |word: &str| number > 0 && COMPARING.contains(&word);
        if word.is_some_and(|word| COPING.contains(&word) || compares(word)) {
            return true;
        }
        let Some(at) = before.rfind(CALLING) else { return false };
        let converts = word.is_none_or(|word| CONVERTING.contains(&word));
        before = before.get(..at).unwrap_or_default();
        if !converts || !text.get(at..).is_some_and(|rest| rest.starts_with('(')) {
            return false;
        }
    }
    false
}

/// The function that a place hands a value to.
fn called<'f>(file: &'f TemplateFile, read: &Read) -> Option<&'f str> {
    let text = file.file.text.as_str();
    caller(text.get(..read.span.start as usize).unwrap_or_default())
}

/// Whether a place asks by `hasKey` for the absence of a key.
fn is_denied(file: &TemplateFile, read: &Read) -> bool {
    let text = file.file.text.as_str();
    let before = text.get(..read.span.start as usize).unwrap_or_default().trim_end();
    let given = before.strip_suffix('(').map(str::trim_end);
    file.file.text.slice(read.span).starts_with("hasKey")
        && given.is_some_and(|it| it.ends_with("not"))
}

/// What a call begins after.
const CALLING: [char; 4] = ['(', '{', '|', '='];

/// The function whose arguments a text ends among.
fn caller(before: &str) -> Option<&str> {
    let call = before.rsplit(CALLING).next().unwrap_or_default();
    let mut words = call.split_whitespace();
    words.find(|word| !matches!(*word, "-" | "if" | "else" | "with"))
}
