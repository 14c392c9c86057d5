//! The functions of templates by name: those of sprig 3.3.0 and of Helm 4.3.1 that need nothing of
//! the engine. `include`, `tpl`, `required`, `fail`, `lookup` and Go's own are the engine's.

use std::sync::LazyLock;

use super::{
    call::{Call, Function},
    value::{Type, Value},
};

mod arguments;
mod case;
mod convert;
mod crypto;
mod dates;
mod decimal;
mod defaults;
mod dicts;
mod durations;
mod encoding;
mod equal;
mod kind;
mod layout;
mod layout_read;
mod lists;
mod math;
mod merge;
mod paths;
mod pattern;
mod regexes;
mod semver;
mod serial;
mod strings;
mod time;
mod types;
mod urls;
mod words;

/// How deep a function goes into nested maps and lists. Go has no limit and dies of values that
/// hold themselves.
pub const MAX_VALUE_DEPTH: usize = 500;

/// The function of a name; none for unknown names and for those that the engine itself provides.
pub fn find(name: &str) -> Option<&'static Function> {
    let at = TABLE.binary_search_by(|function| function.name.cmp(name)).ok()?;
    TABLE.get(at).copied()
}

/// All functions, sorted by name.
static TABLE: LazyLock<Vec<&'static Function>> = LazyLock::new(|| {
    let mut table: Vec<_> = MODULES.iter().flat_map(|functions| functions.iter()).collect();
    table.sort_unstable_by_key(|function| function.name);
    table
});

static MODULES: &[&[Function]] = &[
    crypto::FUNCTIONS,
    dates::FUNCTIONS,
    defaults::FUNCTIONS,
    dicts::FUNCTIONS,
    durations::FUNCTIONS,
    encoding::FUNCTIONS,
    lists::FUNCTIONS,
    math::FUNCTIONS,
    paths::FUNCTIONS,
    regexes::FUNCTIONS,
    semver::FUNCTIONS,
    serial::FUNCTIONS,
    strings::FUNCTIONS,
    types::FUNCTIONS,
    urls::FUNCTIONS,
    words::FUNCTIONS,
];

/// The code of a function.
type Native = fn(&mut Call<'_>, &[Value]) -> Result<Value, String>;

/// A function with a fixed number of parameters.
const fn fixed(name: &'static str, params: &'static [Type], call: Native) -> Function {
    Function { name, params, rest: None, call }
}

/// A function with any number of further arguments.
const fn variadic(
    name: &'static str,
    params: &'static [Type],
    rest: Type,
    call: Native,
) -> Function {
    Function { name, params, rest: Some(rest), call }
}

#[cfg(test)]
mod tests;
