//! Where execution is: the node of which errors tell, as Go writes it and with its place.

use crate::{
    template::{Arg, Command, Invocation, Pipe, quote},
    text::{Span, Text},
};

/// The current node (`state.node`).
#[derive(Clone, Copy)]
pub(super) enum At<'a> {
    /// None yet.
    Start,
    /// A `PipeNode`.
    Pipe(&'a Pipe),
    /// A `CommandNode`.
    Command(&'a Command),
    /// An operand; one in parentheses is a `PipeNode`.
    Arg(&'a Arg),
    /// `{{template "name" pipeline}}`
    Call(&'a Invocation),
    /// `{{block "name" pipeline}}`: what is called, where that is written, and with what.
    Block(&'a str, Span, &'a Pipe),
}

impl At<'_> {
    /// Where Go says that it stands (`Position`): fields after the first stand at the second's dot.
    pub(super) fn position(self, text: &Text) -> u32 {
        match self {
            At::Start => 0,
            At::Pipe(pipe) => pipe.span.start,
            At::Arg(Arg::Pipe(_, pipe)) => pipe.span.start,
            At::Command(command) => command.span.start,
            At::Call(call) => call.name.span.start,
            At::Block(_, span, _) => span.start,
            At::Arg(Arg::Field(fields)) => {
                let second = fields.names(text).nth(1);
                second.map_or(fields.span.start, |(_, span)| span.start - 1)
            }
            At::Arg(Arg::Variable(variable)) => {
                variable.fields.map_or(variable.name.start, |fields| fields.span.start)
            }
            At::Arg(Arg::Chain(chain)) => chain.fields.span.start,
            At::Arg(arg) => arg.span().start,
        }
    }

    /// All of its bytes.
    pub(super) fn span(self) -> Span {
        match self {
            At::Start => Span::default(),
            At::Pipe(pipe) => pipe.span,
            At::Command(command) => command.span,
            At::Arg(arg) => arg.span(),
            At::Call(call) => call.tag.span,
            At::Block(_, span, _) => span,
        }
    }

    /// As Go writes it (`String`): one space between arguments, whatever the template has.
    pub(super) fn written(self, text: &Text) -> String {
        let mut out = String::new();
        match self {
            At::Start => {}
            At::Pipe(pipe) => write_pipe(&mut out, text, pipe),
            At::Arg(Arg::Pipe(_, pipe)) => write_pipe(&mut out, text, pipe),
            At::Command(command) => write_command(&mut out, text, command),
            At::Arg(arg) => write_arg(&mut out, text, arg),
            At::Call(call) => {
                write_call(&mut out, text, &call.name.value(text), call.pipe.as_ref());
            }
            At::Block(name, _, pipe) => write_call(&mut out, text, name, Some(pipe)),
        }
        out
    }
}

fn write_call(out: &mut String, text: &Text, name: &str, pipe: Option<&Pipe>) {
    out.push_str("{{template ");
    out.push_str(&quote::quoted(name));
    if let Some(pipe) = pipe {
        out.push(' ');
        write_pipe(out, text, pipe);
    }
    out.push_str("}}");
}

fn write_pipe(out: &mut String, text: &Text, pipe: &Pipe) {
    for (index, variable) in pipe.variables.iter().enumerate() {
        out.push_str(if index > 0 { ", " } else { "" });
        out.push_str(text.slice(*variable));
    }
    if !pipe.variables.is_empty() {
        out.push_str(if pipe.assigns { " = " } else { " := " });
    }
    for (index, command) in pipe.commands.iter().enumerate() {
        out.push_str(if index > 0 { " | " } else { "" });
        write_command(out, text, command);
    }
}

fn write_command(out: &mut String, text: &Text, command: &Command) {
    for (index, arg) in command.args.iter().enumerate() {
        out.push_str(if index > 0 { " " } else { "" });
        write_arg(out, text, arg);
    }
}

/// Parentheses nest at most [`crate::template::MAX_PAREN_DEPTH`] deep.
fn write_arg(out: &mut String, text: &Text, arg: &Arg) {
    match arg {
        Arg::Pipe(_, pipe) => {
            out.push('(');
            write_pipe(out, text, pipe);
            out.push(')');
        }
        Arg::Chain(chain) => {
            write_arg(out, text, &chain.base);
            out.push_str(text.slice(chain.fields.span));
        }
        _ => out.push_str(text.slice(arg.span())),
    }
}
