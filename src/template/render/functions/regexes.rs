//! Regular expressions.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use regex::bytes::{Captures, Match, Regex, RegexBuilder};

use super::{
    arguments::Arguments as _,
    fixed,
    pattern::{Pattern, too_large, translate},
};
use crate::template::{
    quote,
    render::{
        call::{Call, Function},
        value::{
            Type::{self, Int},
            Value,
        },
    },
    unicode,
};

/// How much memory, in bytes, one compiled expression may take. Go's own bound is of the same order.
pub(super) const MAX_REGEX_BYTES: usize = 4 << 20;

/// How many compiled expressions a thread keeps.
const CACHE: usize = 128;

/// What compiling an expression takes off the budget at least, in bytes, and what a state of it does.
const COMPILING: usize = 8 << 10;
const COMPILING_STATE: usize = 8;

/// How many states go through a text as fast as its bytes are made.
const FREE_STATES: usize = 256;

const TWO: &[Type] = &[Type::String, Type::String];
const THREE: &[Type] = &[Type::String, Type::String, Type::String];
const COUNTED: &[Type] = &[Type::String, Type::String, Int];

pub(super) static FUNCTIONS: &[Function] = &[
    fixed("mustRegexFind", TWO, |call, args| Ok(find(&*compiled(call, args)?, args))),
    fixed("mustRegexFindAll", COUNTED, |call, args| Ok(find_all(&*compiled(call, args)?, args))),
    fixed("mustRegexMatch", TWO, |call, args| Ok(matches(&*compiled(call, args)?, args))),
    fixed("mustRegexReplaceAll", THREE, |call, args| replaced(call, args, compiled, true)),
    fixed("mustRegexReplaceAllLiteral", THREE, |call, args| replaced(call, args, compiled, false)),
    fixed("mustRegexSplit", COUNTED, |call, args| Ok(split(&*compiled(call, args)?, args))),
    fixed("regexFind", TWO, |call, args| Ok(find(&*must(call, args)?, args))),
    fixed("regexFindAll", COUNTED, |call, args| Ok(find_all(&*must(call, args)?, args))),
    fixed("regexMatch", TWO, |call, args| {
        Ok(prepared(call, args)?.map_or(Value::Bool(false), |regex| matches(&regex, args)))
    }),
    fixed("regexQuoteMeta", &[Type::String], |_, args| {
        let special = |byte: &u8| b"\\.+*?()|[]{}^$".contains(byte);
        let quoted = args
            .bytes(0)
            .iter()
            .flat_map(|byte| special(byte).then_some(b'\\').into_iter().chain([*byte]));
        Ok(Value::str(quoted.collect::<Vec<u8>>()))
    }),
    fixed("regexReplaceAll", THREE, |call, args| replaced(call, args, must, true)),
    fixed("regexReplaceAllLiteral", THREE, |call, args| replaced(call, args, must, false)),
    fixed("regexSplit", COUNTED, |call, args| Ok(split(&*must(call, args)?, args))),
];

/// An expression and the names of its groups.
struct Compiled {
    regex: Regex,
    names: Vec<String>,
    /// Whether nothing was asked for.
    empty: bool,
    /// About how many states it has.
    states: usize,
}

/// Expressions that are compiled already, or why they can't be.
type Cache = HashMap<Vec<u8>, Result<Rc<Compiled>, String>>;

thread_local! {
    static COMPILED: RefCell<Cache> = RefCell::new(HashMap::new());
}

/// The first argument, compiled (`regexp.Compile`).
fn compiled(call: &mut Call<'_>, args: &[Value]) -> Result<Rc<Compiled>, String> {
    prepared(call, args)?
}

/// The first argument, compiled or refused, where the budget allows for that and for going through the
/// second: expressions are linear in text and states, and both may be many.
fn prepared(call: &mut Call<'_>, args: &[Value]) -> Result<Result<Rc<Compiled>, String>, String> {
    let expression = args.bytes(0);
    let known = COMPILED.with_borrow(|cache| cache.get(expression).cloned());
    let found = if let Some(known) = known {
        known
    } else {
        call.spend(COMPILING + COMPILING_STATE * states(expression))?;
        let made = compile(expression).map(Rc::new);
        COMPILED.with_borrow_mut(|cache| {
            if cache.len() >= CACHE {
                cache.clear();
            }
            cache.insert(expression.to_vec(), made.clone());
        });
        made
    };
    if let Ok(compiled) = &found {
        call.spend(args.bytes(1).len().saturating_mul(compiled.states / FREE_STATES))?;
    }
    Ok(found)
}

/// About how many states an expression has: its length times what it repeats, of which Go admits a
/// thousand.
fn states(expression: &[u8]) -> usize {
    let counts = expression.split(|byte| *byte == b'{').skip(1).filter_map(|rest| {
        let end = rest.iter().position(|byte| *byte == b'}')?;
        let numbers = rest.get(..end)?.split(|byte| *byte == b',');
        let number = |text: &[u8]| std::str::from_utf8(text).ok()?.parse::<usize>().ok();
        numbers.filter_map(number).max()
    });
    let repeated = counts.fold(1_usize, |all, count| all.saturating_mul(count.max(1)).min(1000));
    expression.len().saturating_mul(repeated)
}

fn compile(expression: &[u8]) -> Result<Compiled, String> {
    let text = std::str::from_utf8(expression).map_err(|_| {
        let shown = String::from_utf8_lossy(expression);
        format!("error parsing regexp: invalid UTF-8: `{shown}`")
    })?;
    let Pattern { regex, names } = translate(text).map_err(|refused| refused.to_string())?;
    let regex = RegexBuilder::new(&regex).size_limit(MAX_REGEX_BYTES).build();
    let regex = regex.map_err(|_| too_large(text).to_string())?;
    Ok(Compiled { regex, names, empty: text.is_empty(), states: states(expression) })
}

/// The first argument, compiled as `regexp.MustCompile` does, with its words where it panics.
fn must(call: &mut Call<'_>, args: &[Value]) -> Result<Rc<Compiled>, String> {
    prepared(call, args)?.map_err(|error| {
        let text = String::from_utf8_lossy(args.bytes(0));
        let raw = !text.contains(|c: char| c == '`' || c.is_control() && c != '\t');
        let shown = if raw { format!("`{text}`") } else { quote::quoted(&text) };
        format!("regexp: Compile({shown}): {error}")
    })
}

/// The crate also finds nothing between the bytes of one character, which Go does not.
fn is_whole(found: &Match<'_>, text: &[u8]) -> bool {
    let within = |at: usize| text.get(at).is_some_and(|byte| byte & 0xc0 == 0x80);
    !found.is_empty() || !within(found.start())
}

fn matches(compiled: &Compiled, args: &[Value]) -> Value {
    Value::Bool(compiled.regex.is_match(args.bytes(1)))
}

fn find(compiled: &Compiled, args: &[Value]) -> Value {
    Value::str(compiled.regex.find(args.bytes(1)).map_or(&[][..], |found| found.as_bytes()))
}

/// At most so many matches; all where the limit is negative.
fn limited(limit: i64) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

fn find_all(compiled: &Compiled, args: &[Value]) -> Value {
    let text = args.bytes(1);
    let found = compiled.regex.find_iter(text).filter(|found| is_whole(found, text));
    Value::strings(found.take(limited(args.int(2))).map(|found| found.as_bytes()))
}

/// Go's `Regexp.Split`.
fn split(compiled: &Compiled, args: &[Value]) -> Value {
    let (text, limit) = (args.bytes(1), limited(args.int(2)));
    if limit == 0 {
        return Value::strings::<&[u8]>([]);
    }
    if text.is_empty() && !compiled.empty {
        return Value::strings([""]);
    }
    let mut parts = Vec::new();
    let (mut begin, mut end) = (0, 0);
    let found = compiled.regex.find_iter(text).filter(|found| is_whole(found, text));
    for found in found.take(limit) {
        if parts.len() == limit - 1 {
            break;
        }
        end = found.start();
        if found.end() != 0 {
            parts.push(text.get(begin..end).unwrap_or(&[]));
        }
        begin = found.end();
    }
    if end != text.len() {
        parts.push(text.get(begin..).unwrap_or(&[]));
    }
    Value::strings(parts)
}

/// Compiles as `by` does, and replaces.
fn replaced(
    call: &mut Call<'_>,
    args: &[Value],
    by: fn(&mut Call<'_>, &[Value]) -> Result<Rc<Compiled>, String>,
    expands: bool,
) -> Result<Value, String> {
    let compiled = by(call, args)?;
    replace(call, &compiled, args, expands)
}

/// Go's `ReplaceAllString` and `ReplaceAllLiteralString`.
fn replace(
    call: &mut Call<'_>,
    compiled: &Compiled,
    args: &[Value],
    expands: bool,
) -> Result<Value, String> {
    let (text, by) = (args.bytes(1), args.bytes(2));
    let expands = expands && by.contains(&b'$');
    let mut out = Vec::with_capacity(text.len());
    let mut from = 0;
    for groups in compiled.regex.captures_iter(text) {
        let Some(whole) = groups.get(0).filter(|found| is_whole(found, text)) else { continue };
        let before = out.len();
        out.extend_from_slice(text.get(from..whole.start()).unwrap_or(&[]));
        if expands {
            expand(&mut out, compiled, &groups, by);
        } else {
            out.extend_from_slice(by);
        }
        call.spend(out.len() - before)?;
        from = whole.end();
    }
    if from == 0 && out.is_empty() {
        return Ok(args.any(1).clone());
    }
    out.extend_from_slice(text.get(from..).unwrap_or(&[]));
    Ok(Value::str(out))
}

/// Go's `Regexp.Expand`.
fn expand(out: &mut Vec<u8>, compiled: &Compiled, groups: &Captures<'_>, template: &[u8]) {
    let mut rest = template;
    while let Some(at) = memchr::memchr(b'$', rest) {
        let (before, after) = rest.split_at(at);
        out.extend_from_slice(before);
        rest = after.get(1..).unwrap_or(&[]);
        if let [b'$', after @ ..] = rest {
            out.push(b'$');
            rest = after;
            continue;
        }
        let Some((name, after)) = reference(rest) else {
            // What is no reference is text.
            out.push(b'$');
            continue;
        };
        rest = after;
        let group = match number(name) {
            Some(number) => groups.get(number),
            None => named(compiled, groups, name),
        };
        out.extend_from_slice(group.map_or(&[], |group| group.as_bytes()));
    }
    out.extend_from_slice(rest);
}

/// `name` or `{name}`, and what follows.
fn reference(text: &[u8]) -> Option<(&str, &[u8])> {
    let (braced, text) = match text {
        [b'{', rest @ ..] => (true, rest),
        text => (false, text),
    };
    let valid = text.utf8_chunks().next()?.valid();
    let is_word = |c: char| unicode::is_alphanumeric(c);
    let end = valid.find(|c| !is_word(c)).unwrap_or(valid.len());
    let name = valid.get(..end).filter(|name| !name.is_empty())?;
    let rest = text.get(end..)?;
    let rest = if braced { rest.strip_prefix(b"}")? } else { rest };
    Some((name, rest))
}

/// A group's number: digits without a zero before them.
fn number(name: &str) -> Option<usize> {
    let leading = name.len() > 1 && name.starts_with('0');
    let digits = name.bytes().all(|byte| byte.is_ascii_digit());
    name.parse().ok().filter(|_| digits && !leading)
}

fn named<'t>(compiled: &Compiled, groups: &Captures<'t>, name: &str) -> Option<Match<'t>> {
    let at = compiled.names.iter().position(|known| known == name)?;
    groups.get(at + 1)
}
