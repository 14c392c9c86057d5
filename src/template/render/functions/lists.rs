//! Lists. Every function gives a new one; what is asked of anything that is no list fails as sprig's
//! `must` functions do, which the others turn into the same error by panicking.

use std::borrow::Cow;

use super::{
    arguments::{Arguments as _, NIL_POINTER, items},
    convert::to_int,
    equal::deep_equal,
    fixed,
    kind::{is_empty, kind},
    variadic,
};
use crate::template::render::{
    call::{Call, Function},
    value::{
        List,
        Type::{Any, Int},
        Value,
    },
};

pub(super) static FUNCTIONS: &[Function] = &[
    fixed("append", &[Any, Any], |_, args| push(args)),
    fixed("chunk", &[Int, Any], |_, args| chunk(args)),
    fixed("compact", &[Any], |_, args| compact(args)),
    variadic("concat", &[], Any, |_, args| concat(args)),
    fixed("first", &[Any], |_, args| first(args)),
    fixed("has", &[Any, Any], |_, args| has(args)),
    fixed("initial", &[Any], |_, args| initial(args)),
    fixed("last", &[Any], |_, args| last(args)),
    variadic("list", &[], Any, |_, args| Ok(Value::list(args.iter().cloned()))),
    fixed("mustAppend", &[Any, Any], |_, args| push(args)),
    fixed("mustChunk", &[Int, Any], |_, args| chunk(args)),
    fixed("mustCompact", &[Any], |_, args| compact(args)),
    fixed("mustFirst", &[Any], |_, args| first(args)),
    fixed("mustHas", &[Any, Any], |_, args| has(args)),
    fixed("mustInitial", &[Any], |_, args| initial(args)),
    fixed("mustLast", &[Any], |_, args| last(args)),
    fixed("mustPrepend", &[Any, Any], |_, args| prepend(args)),
    fixed("mustPush", &[Any, Any], |_, args| push(args)),
    fixed("mustRest", &[Any], |_, args| rest(args)),
    fixed("mustReverse", &[Any], |_, args| reverse(args)),
    variadic("mustSlice", &[Any], Any, |_, args| slice(args)),
    fixed("mustUniq", &[Any], uniq),
    variadic("mustWithout", &[Any], Any, |_, args| without(args)),
    fixed("prepend", &[Any, Any], |_, args| prepend(args)),
    fixed("push", &[Any, Any], |_, args| push(args)),
    fixed("rest", &[Any], |_, args| rest(args)),
    fixed("reverse", &[Any], |_, args| reverse(args)),
    variadic("slice", &[Any], Any, |_, args| slice(args)),
    variadic("tuple", &[], Any, |_, args| Ok(Value::list(args.iter().cloned()))),
    fixed("uniq", &[Any], uniq),
    variadic("without", &[Any], Any, |_, args| without(args)),
];

/// The items of a list, or sprig's words with the kind of what is none.
fn of<'v>(value: &'v Value, words: &str) -> Result<Cow<'v, [Value]>, String> {
    match value {
        Value::Nil => Err(NIL_POINTER.to_owned()),
        value => items(value).ok_or_else(|| format!("{words} {}", kind(value))),
    }
}

fn push(args: &[Value]) -> Result<Value, String> {
    let items = of(args.any(0), "Cannot push on type")?;
    Ok(Value::list(items.iter().chain([args.any(1)]).cloned()))
}

fn prepend(args: &[Value]) -> Result<Value, String> {
    let items = of(args.any(0), "Cannot prepend on type")?;
    Ok(Value::list([args.any(1)].into_iter().chain(items.iter()).cloned()))
}

/// What sprig computes with floats: no list for none, and a panic where the size is not positive.
fn chunk(args: &[Value]) -> Result<Value, String> {
    let items = of(args.any(1), "Cannot chunk type")?;
    let size = match (usize::try_from(args.int(0)), items.len()) {
        (_, 0) => return Ok(Value::list([])),
        (Ok(size @ 1..), _) => size,
        _ => return Err("runtime error: makeslice: len out of range".to_owned()),
    };
    Ok(Value::list(items.chunks(size).map(|chunk| Value::list(chunk.iter().cloned()))))
}

fn compact(args: &[Value]) -> Result<Value, String> {
    let items = of(args.any(0), "Cannot compact on type")?;
    Ok(Value::list(items.iter().filter(|item| !is_empty(item)).cloned()))
}

fn concat(args: &[Value]) -> Result<Value, String> {
    let mut all = Vec::new();
    for list in args {
        match (list, items(list)) {
            (_, Some(items)) => all.extend_from_slice(&items),
            (Value::Nil, _) => return Err(NIL_POINTER.to_owned()),
            (list, None) => return Err(format!("Cannot concat type {} as list", kind(list))),
        }
    }
    Ok(Value::list(all))
}

fn first(args: &[Value]) -> Result<Value, String> {
    let items = of(args.any(0), "Cannot find first on type")?;
    Ok(items.first().cloned().unwrap_or_default())
}

fn last(args: &[Value]) -> Result<Value, String> {
    let items = of(args.any(0), "Cannot find last on type")?;
    Ok(items.last().cloned().unwrap_or_default())
}

fn rest(args: &[Value]) -> Result<Value, String> {
    let items = of(args.any(0), "Cannot find rest on type")?;
    Ok(Value::list(items.iter().skip(1).cloned()))
}

fn initial(args: &[Value]) -> Result<Value, String> {
    let items = of(args.any(0), "Cannot find initial on type")?;
    Ok(Value::list(items.iter().take(items.len().saturating_sub(1)).cloned()))
}

fn reverse(args: &[Value]) -> Result<Value, String> {
    let items = of(args.any(0), "Cannot find reverse on type")?;
    Ok(Value::list(items.iter().rev().cloned()))
}

fn has(args: &[Value]) -> Result<Value, String> {
    let (needle, haystack) = (args.any(0), args.any(1));
    if matches!(haystack, Value::Nil) {
        return Ok(Value::Bool(false));
    }
    let items = of(haystack, "Cannot find has on type")?;
    Ok(Value::Bool(items.iter().any(|item| deep_equal(needle, item))))
}

/// Every item is compared with those that are kept, and that work is taken off the budget.
fn uniq(call: &mut Call<'_>, args: &[Value]) -> Result<Value, String> {
    let items = of(args.any(0), "Cannot find uniq on type")?;
    let mut kept: Vec<Value> = Vec::new();
    for item in items.iter() {
        call.spend(kept.len())?;
        if !kept.iter().any(|known| deep_equal(item, known)) {
            kept.push(item.clone());
        }
    }
    Ok(Value::list(kept))
}

fn without(args: &[Value]) -> Result<Value, String> {
    let items = of(args.any(0), "Cannot find without on type")?;
    let omit = args.get(1..).unwrap_or(&[]);
    let kept = items.iter().filter(|item| !omit.iter().any(|known| deep_equal(known, item)));
    Ok(Value::list(kept.cloned()))
}

/// sprig's `slice`, which keeps the type of the list; nothing for an empty list.
fn slice(args: &[Value]) -> Result<Value, String> {
    let list = args.any(0);
    let items = of(list, "list should be type of slice or array but")?;
    if items.is_empty() {
        return Ok(Value::Nil);
    }
    let start = args.get(1).map_or(0, to_int);
    let end = args.get(2).map(to_int);
    let range = usize::try_from(start).ok().zip(match end {
        Some(end) => usize::try_from(end).ok(),
        None => Some(items.len()),
    });
    let cut = range.and_then(|(start, end)| items.get(start..end));
    let cut = cut.ok_or("reflect.Value.Slice: slice index out of bounds")?;
    Ok(match list {
        Value::List(List { kind, .. }) => Value::List(List { kind: *kind, items: cut.into() }),
        _ => Value::list(cut.iter().cloned()),
    })
}
