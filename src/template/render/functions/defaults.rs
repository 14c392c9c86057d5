//! What to take where nothing is given: `default`, `coalesce`, `ternary` and their kin.

use super::{arguments::Arguments as _, fixed, kind::is_empty, variadic};
use crate::template::render::{
    call::Function,
    value::{
        Type::{Any, Bool},
        Value,
    },
};

pub(super) static FUNCTIONS: &[Function] = &[
    variadic("all", &[], Any, |_, args| Ok(Value::Bool(!args.iter().any(is_empty)))),
    variadic("any", &[], Any, |_, args| Ok(Value::Bool(!args.iter().all(is_empty)))),
    variadic("coalesce", &[], Any, |_, args| {
        Ok(args.iter().find(|value| !is_empty(value)).cloned().unwrap_or_default())
    }),
    variadic("default", &[Any], Any, |_, args| {
        Ok(args.any(usize::from(!is_empty(args.any(1)))).clone())
    }),
    fixed("empty", &[Any], |_, args| Ok(Value::Bool(is_empty(args.any(0))))),
    fixed("ternary", &[Any, Any, Bool], |_, args| {
        Ok(args.any(usize::from(!args.any(2).is_true())).clone())
    }),
];
