//! Paths with slashes: Go's `path`; `filepath` is the same on Linux, where Helm's answers are taken
//! from.

use super::{arguments::Arguments as _, fixed};
use crate::template::render::{
    call::Function,
    value::{Type, Value},
};

const STRING: &[Type] = &[Type::String];

pub(super) static FUNCTIONS: &[Function] = &[
    fixed("base", STRING, |_, args| Ok(Value::str(base(args.bytes(0))))),
    fixed("clean", STRING, |_, args| Ok(Value::str(clean(args.bytes(0))))),
    fixed("dir", STRING, |_, args| Ok(Value::str(dir(args.bytes(0))))),
    fixed("ext", STRING, |_, args| Ok(Value::str(ext(args.bytes(0))))),
    fixed("isAbs", STRING, |_, args| Ok(Value::Bool(args.bytes(0).starts_with(b"/")))),
    fixed("osBase", STRING, |_, args| Ok(Value::str(base(args.bytes(0))))),
    fixed("osClean", STRING, |_, args| Ok(Value::str(clean(args.bytes(0))))),
    fixed("osDir", STRING, |_, args| Ok(Value::str(dir(args.bytes(0))))),
    fixed("osExt", STRING, |_, args| Ok(Value::str(ext(args.bytes(0))))),
    fixed("osIsAbs", STRING, |_, args| Ok(Value::Bool(args.bytes(0).starts_with(b"/")))),
];

/// The names between the slashes.
fn parts(path: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    path.split(|byte| *byte == b'/')
}

fn base(path: &[u8]) -> &[u8] {
    if path.is_empty() {
        return b".";
    }
    let end = path.iter().rposition(|byte| *byte != b'/').map_or(0, |at| at + 1);
    let path = path.get(..end).unwrap_or(path);
    match parts(path).next_back() {
        Some(name) if !name.is_empty() => name,
        _ => b"/",
    }
}

fn dir(path: &[u8]) -> Vec<u8> {
    let end = memchr::memrchr(b'/', path).map_or(0, |at| at + 1);
    clean(path.get(..end).unwrap_or(&[]))
}

fn ext(path: &[u8]) -> &[u8] {
    let name = parts(path).next_back().unwrap_or(path);
    memchr::memrchr(b'.', name).and_then(|at| name.get(at..)).unwrap_or(&[])
}

fn clean(path: &[u8]) -> Vec<u8> {
    let rooted = path.starts_with(b"/");
    let mut kept: Vec<&[u8]> = Vec::new();
    for part in parts(path).filter(|part| !part.is_empty() && *part != b".") {
        let can_leave = kept.last().is_some_and(|last| *last != b"..");
        match part {
            b".." if can_leave => drop(kept.pop()),
            b".." if rooted => {}
            part => kept.push(part),
        }
    }
    let joined = kept.join(&b'/');
    match (rooted, joined.is_empty()) {
        (true, _) => [b"/", joined.as_slice()].concat(),
        (false, true) => b".".to_vec(),
        (false, false) => joined,
    }
}
