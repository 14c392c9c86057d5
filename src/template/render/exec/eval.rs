//! Pipelines, commands, fields and variables (the `eval` functions of `exec.rs`).

use crate::template::{Arg, Chain, Command, Fields, Number, Pipe, Variable};

use super::super::value::{MapKind, Object, Value};
use super::at::At;
use super::failure::Run;
use super::function::Callee;
use super::methods;
use super::operand::Operand;
use super::state::State;

/// The result of the command before, which is the last argument of this one.
pub(super) type Final = Option<Operand>;

impl<'a> State<'a, '_> {
    pub(super) fn eval_pipeline(&mut self, dot: &Operand, pipe: &'a Pipe) -> Run<Operand> {
        self.at = At::Pipe(pipe);
        self.descend()?;
        let mut value: Final = None;
        for command in &pipe.commands {
            let result = self.eval_command(dot, command, value.take())?;
            value = Some(result.unboxed());
        }
        let value = value.unwrap_or_default();
        for variable in &pipe.variables {
            let name = self.slice(*variable);
            if pipe.assigns {
                self.set_var(name, value.clone())?;
            } else {
                self.vars.push((name, value.clone()));
            }
        }
        self.ascend();
        Ok(value)
    }

    pub(super) fn set_var(&mut self, name: &str, value: Operand) -> Run<()> {
        match self.vars.iter_mut().rev().find(|(known, _)| *known == name) {
            Some((_, place)) => {
                *place = value;
                Ok(())
            }
            None => Err(self.error(&format!("undefined variable: {name}"))),
        }
    }

    fn var_value(&self, name: &str) -> Run<&Operand> {
        match self.vars.iter().rev().find(|(known, _)| *known == name) {
            Some((_, value)) => Ok(value),
            None => Err(self.error(&format!("undefined variable: {name}"))),
        }
    }

    fn not_a_function(&self, first: &'a Arg, rest: &[Arg], last: &Final) -> Run<()> {
        if rest.is_empty() && last.is_none() {
            return Ok(());
        }
        let written = At::Arg(first).written(&self.source.template.text);
        Err(self.error(&format!("can't give argument to non-function {written}")))
    }

    fn eval_command(&mut self, dot: &Operand, command: &'a Command, last: Final) -> Run<Operand> {
        let Some((first, rest)) = command.args.split_first() else { return Ok(Operand::none()) };
        match first {
            Arg::Field(fields) => return self.eval_field_node(dot, first, *fields, rest, last),
            Arg::Chain(chain) => return self.eval_chain_node(dot, first, chain, rest, last),
            Arg::Identifier(span) => {
                self.at = At::Arg(first);
                let (name, at) = (self.slice(*span), At::Command(command));
                return self.eval_function(dot, name, at, rest, last);
            }
            Arg::Pipe(_, pipe) => {
                self.not_a_function(first, rest, &last)?;
                return self.eval_pipeline(dot, pipe);
            }
            Arg::Variable(variable) => {
                return self.eval_variable_node(dot, first, variable, rest, last);
            }
            _ => {}
        }
        self.at = At::Arg(first);
        self.not_a_function(first, rest, &last)?;
        match first {
            Arg::Dot(_) => Ok(dot.clone()),
            Arg::Nil(_) => Err(self.error("nil is not a command")),
            _ => self.constant(first),
        }
    }

    /// A constant whose type nothing decides but itself (`idealConstant`).
    pub(super) fn constant(&mut self, arg: &'a Arg) -> Run<Operand> {
        self.at = At::Arg(arg);
        Ok(Operand::of(match arg {
            Arg::Bool(_, value) => Value::Bool(*value),
            Arg::Char(_, c) => Value::Int(i64::from(u32::from(*c))),
            Arg::Str(text) => Value::str(text.bytes(&self.source.template.text)),
            Arg::Number(number) => self.ideal_constant(number)?,
            _ => Value::Nil,
        }))
    }

    fn ideal_constant(&self, number: &Number) -> Run<Value> {
        let text = self.slice(number.span);
        if number.complex.is_some() {
            return Err(self.limit("complex numbers are not known"));
        }
        let digits = text.strip_prefix("0x").or(text.strip_prefix("0X"));
        let hexadecimal = digits.is_some() && !text.contains(['p', 'P']);
        match (number.int, number.float) {
            (_, Some(float)) if !hexadecimal && text.contains(['.', 'e', 'E', 'p', 'P']) => {
                Ok(Value::Float(float))
            }
            (Some(int), _) => Ok(Value::Int(int)),
            _ if number.uint.is_some() => Err(self.error(&format!("{text} overflows int"))),
            _ => Ok(Value::Nil),
        }
    }

    pub(super) fn eval_field_node(
        &mut self,
        dot: &Operand,
        node: &'a Arg,
        fields: Fields,
        rest: &'a [Arg],
        last: Final,
    ) -> Run<Operand> {
        self.at = At::Arg(node);
        self.eval_field_chain(dot, dot, node, fields, rest, last)
    }

    pub(super) fn eval_chain_node(
        &mut self,
        dot: &Operand,
        node: &'a Arg,
        chain: &'a Chain,
        rest: &'a [Arg],
        last: Final,
    ) -> Run<Operand> {
        self.at = At::Arg(node);
        let receiver = match &chain.base {
            Arg::Pipe(_, pipe) => self.eval_pipeline(dot, pipe)?,
            base @ Arg::Identifier(span) => {
                self.at = At::Arg(base);
                self.eval_function(dot, self.slice(*span), At::Arg(base), &[], None)?
            }
            _ => Operand::none(),
        };
        self.eval_field_chain(dot, &receiver, node, chain.fields, rest, last)
    }

    pub(super) fn eval_variable_node(
        &mut self,
        dot: &Operand,
        node: &'a Arg,
        variable: &Variable,
        rest: &'a [Arg],
        last: Final,
    ) -> Run<Operand> {
        self.at = At::Arg(node);
        let value = self.var_value(self.slice(variable.name))?.clone();
        if let Some(fields) = variable.fields {
            return self.eval_field_chain(dot, &value, node, fields, rest, last);
        }
        self.not_a_function(node, rest, &last)?;
        Ok(value)
    }

    /// `.X.Y.Z`, and arguments of the last where it is a method.
    fn eval_field_chain(
        &mut self,
        dot: &Operand,
        receiver: &Operand,
        node: &'a Arg,
        fields: Fields,
        rest: &'a [Arg],
        last: Final,
    ) -> Run<Operand> {
        let written = self.slice(fields.span);
        let mut left = written.strip_prefix('.').unwrap_or(written);
        let (mut last, mut result) = (last, None);
        loop {
            // By bytes: names are short, and this is on the way of every value.
            let dot_at = left.bytes().position(|byte| byte == b'.');
            let receiver = result.as_ref().unwrap_or(receiver);
            let Some((name, more)) = dot_at.and_then(|at| left.split_at_checked(at)) else {
                return self.eval_field(dot, left, node, rest, last.take(), receiver);
            };
            result = Some(self.eval_field(dot, name, node, &[], None, receiver)?);
            left = more.strip_prefix('.').unwrap_or(more);
        }
    }

    fn eval_field(
        &mut self,
        dot: &Operand,
        name: &'a str,
        node: &'a Arg,
        rest: &'a [Arg],
        last: Final,
        receiver: &Operand,
    ) -> Run<Operand> {
        match &receiver.value {
            Value::Nil if !receiver.boxed => Ok(Operand::none()),
            Value::Nil => Err(self.error(&format!("nil pointer evaluating interface {{}}.{name}"))),
            Value::Map(map) => {
                if map.kind == MapKind::Values
                    && let Some(method) = methods::find(name)
                {
                    let callee = Callee::Method(method, map);
                    return self.eval_call(dot, callee, At::Arg(node), name, rest, last);
                }
                if !rest.is_empty() || last.is_some() {
                    let message = format!("{name} is not a method but has arguments");
                    return Err(self.error(&message));
                }
                let found = map.get(name);
                Ok(found.map_or_else(|| zero(map.kind), |value| Operand::entry(map.kind, value)))
            }
            Value::Object(object) => {
                if let Some(method) = object.method(name) {
                    let callee = Callee::Bound(method, &**object);
                    return self.eval_call(dot, callee, At::Arg(node), name, rest, last);
                }
                self.object_field(&**object, name, !rest.is_empty() || last.is_some(), receiver)
            }
            _ => Err(self.no_field(name, receiver)),
        }
    }

    fn object_field(
        &self,
        object: &dyn Object,
        name: &str,
        has_args: bool,
        receiver: &Operand,
    ) -> Run<Operand> {
        let map = object.kind() == "map";
        match object.field(name) {
            None if !map => Err(self.no_field(name, receiver)),
            _ if map && has_args => {
                Err(self.error(&format!("{name} is not a method but has arguments")))
            }
            _ if has_args => {
                let message = format!("{name} has arguments but cannot be invoked as function");
                Err(self.error(&message))
            }
            found => Ok(Operand::of(found.unwrap_or_default())),
        }
    }

    fn no_field(&self, name: &str, receiver: &Operand) -> Box<super::ExecError> {
        self.error(&format!("can't evaluate field {name} in type {}", receiver.type_name()))
    }
}

/// What `missingkey=zero` gives for a missing key.
pub(super) fn zero(kind: MapKind) -> Operand {
    let value = if kind == MapKind::String { Value::str("") } else { Value::Nil };
    Operand::entry(kind, value)
}
