//! The functions that Helm's engine makes itself: `include`, `tpl`, `required`, `fail`, `lookup`
//! (`engine.go`).

use memchr::memmem;

use crate::{
    template::{Template, quote},
    text::Span,
};

use super::super::value::{Str, Value};
use super::failure::{Fault, warn_wrap};
use super::function::Late;
use super::names::{self, Layer, Names, TPL_NAME};
use super::operand::Operand;
use super::output::{self, NO_VALUE};
use super::state::State;

pub(super) fn call(state: &mut State<'_, '_>, late: Late, args: &[Value]) -> Result<Value, Fault> {
    let (text, data) = match args {
        [Value::Str(text), rest @ ..] => (text, rest.first().unwrap_or(&Value::Nil)),
        _ => return Ok(Value::Nil),
    };
    match late {
        Late::Include => include(state, text, data.clone()),
        Late::Tpl => tpl(state, text, data.clone()),
        Late::Required => match data {
            Value::Nil => Err(Fault::Plain(warn_wrap(&text.text()))),
            Value::Str(given) if given.is_empty() => Err(Fault::Plain(warn_wrap(&text.text()))),
            given => Ok(given.clone()),
        },
        Late::Fail => Err(Fault::Plain(warn_wrap(&text.text()))),
        Late::Lookup => Ok(Value::map([])),
        Late::GetHostByName => Ok(Value::str("")),
    }
}

/// Includes a template. Helm counts how often each name is being included (`includeFun`).
fn include(state: &mut State<'_, '_>, name: &Str, data: Value) -> Result<Value, Fault> {
    let times = state.core.included.entry(name.clone()).or_default();
    if *times > super::MAX_INCLUDES {
        let (name, why) = (name.text(), "unable to execute template");
        return Err(format!("rendering template has a nested reference name: {name}: {why}").into());
    }
    *times += 1;
    let Some((name_in_set, found)) = state.names.get(&name.text()) else {
        let (name, parent) = (quote::quoted(&name.text()), quote::quoted(TPL_NAME));
        return Err(
            format!("template: no template {name} associated with template {parent}").into()
        );
    };
    let written = state
        .capture(|state| state.run(name_in_set, found, &Operand::of(data)))
        .map_err(Fault::Inner)?;
    if let Some(times) = state.core.included.get_mut(name) {
        *times -= 1;
    }
    Ok(state.core.keep(written))
}

fn tpl(state: &mut State<'_, '_>, text: &Str, data: Value) -> Result<Value, Fault> {
    if memmem::find(text.bytes(), b"{{").is_none() {
        // Nothing to execute.
        return Ok(match output::without_no_value(text.bytes()) {
            Some(changed) => Value::str(changed),
            None => Value::Str(text.clone()),
        });
    }
    let template = state.core.parse(text);
    let shown = || quote::quoted(&text.text());
    if let Some(error) = template.errors.first() {
        let line = line_of(&template, error.span);
        let (shown, message) = (shown(), &error.message);
        return Err(format!(
            "cannot parse template {shown}: template: {TPL_NAME}:{line}: {message}"
        )
        .into());
    }
    if let Some(message) = names::redefined(&template) {
        let line = template.text.line_count();
        let shown = shown();
        let words = format!("cannot parse template {shown}: template: {TPL_NAME}:{line}: ");
        return Err(Fault::Plain(words + &message));
    }
    let layer = Layer::new(state.names, &template);
    let inner = Names { set: state.names.set, layer: Some(&layer) };
    let main = layer.main();
    let mut written = state
        .capture(|state| {
            let (core, dot) = (&mut *state.core, Operand::of(data));
            let mut state = State::new(core, inner, main.source, TPL_NAME, dot.clone());
            state.walk_list(&dot, main.body).map(|_| ())
        })
        .map_err(|error| {
            let words = format!("error during tpl function execution for {}: ", shown());
            Fault::Worded(words, error)
        })?;
    if memmem::find(&written.text, NO_VALUE).is_some() {
        written = written.without_no_value();
    }
    Ok(state.core.keep(written))
}

fn line_of(template: &Template, span: Span) -> u32 {
    template.text.position(span.start).line
}
