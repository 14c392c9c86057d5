//! Types and kinds of values.

use super::{
    arguments::Arguments as _,
    fixed,
    kind::{kind, type_name},
};
use crate::template::render::{
    call::Function,
    value::{
        Type::{self, Any},
        Value,
    },
};

pub(super) static FUNCTIONS: &[Function] = &[
    fixed("kindIs", &[Type::String, Any], |_, args| {
        Ok(Value::Bool(args.bytes(0) == kind(args.any(1)).as_bytes()))
    }),
    fixed("kindOf", &[Any], |_, args| Ok(Value::str(kind(args.any(0))))),
    fixed("typeIs", &[Type::String, Any], |_, args| {
        Ok(Value::Bool(args.bytes(0) == type_name(args.any(1)).as_bytes()))
    }),
    fixed("typeIsLike", &[Type::String, Any], |_, args| {
        let name = type_name(args.any(1));
        let name = name.as_bytes();
        Ok(Value::Bool(args.bytes(0) == name || name.strip_prefix(b"*") == Some(args.bytes(0))))
    }),
    fixed("typeOf", &[Any], |_, args| Ok(Value::str(type_name(args.any(0)).as_ref()))),
];
