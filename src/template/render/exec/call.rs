//! Calls and their arguments (`evalCall`, `evalArg`, `validateType`).

use crate::template::{Arg, quote};

use super::super::call::{BUDGET_SPENT, Call};
use super::super::value::{List, ListKind, Map, MapKind, Method, Type, Value};
use super::at::At;
use super::eval::Final;
use super::failure::{ExecError, Fault, Run};
use super::function::{Builtin, Callee};
use super::operand::{Operand, type_name};
use super::state::State;
use super::{builtin, late, methods};

impl<'a> State<'a, '_> {
    pub(super) fn eval_function(
        &mut self,
        dot: &Operand,
        name: &'a str,
        at: At<'a>,
        rest: &'a [Arg],
        last: Final,
    ) -> Run<Operand> {
        let Some(callee) = self.core.find(name) else {
            return Err(self.limit(&format!("{} is not a known function", quote::quoted(name))));
        };
        self.eval_call(dot, callee, at, name, rest, last)
    }

    pub(super) fn eval_call(
        &mut self,
        dot: &Operand,
        callee: Callee<'_>,
        at: At<'a>,
        name: &'a str,
        rest: &'a [Arg],
        last: Final,
    ) -> Run<Operand> {
        let signature = callee.signature();
        self.check_count(&signature, name, rest.len(), last.is_some())?;
        if let Callee::Go(builtin @ (Builtin::And | Builtin::Or)) = callee {
            return self.short_circuit(dot, builtin, rest, last);
        }
        let mut args = self.core.spare.pop().unwrap_or_default();
        let mut boxed = false;
        let mut nil_first = false;
        for (index, arg) in rest.iter().enumerate() {
            let wanted = type_of(&signature, index);
            let operand = self.eval_arg(dot, wanted, arg)?;
            boxed = operand.boxed;
            nil_first |= index == 0 && boxed && wanted == Type::Map;
            args.push(operand.value);
        }
        if let Some(last) = last {
            let operand = self.validate_type(last, type_of(&signature, args.len()))?;
            boxed = operand.boxed;
            args.push(operand.value);
        }
        let result = match callee {
            Callee::Native(_) if nil_first && name == "set" => {
                Err("assignment to entry in nil map".to_owned().into())
            }
            Callee::Go(builtin) => builtin::call(builtin, &args, boxed, || self.callee_name(rest)),
            Callee::Helm(late) => late::call(self, late, &args),
            _ => self.invoke(callee, name, &args),
        };
        match result.and_then(|value| self.charge(callee, &value).map(|()| value)) {
            Ok(value) => {
                self.core.follow(name, &args, &value);
                args.clear();
                self.core.spare.push(args);
                Ok(Operand::of(value))
            }
            Err(fault) => Err(self.call_failed(at, name, fault)),
        }
    }

    fn invoke(&mut self, callee: Callee<'_>, name: &str, args: &[Value]) -> Result<Value, Fault> {
        let made = match callee {
            Callee::Native(function) => {
                let core = &mut *self.core;
                let (random, budget) = (&mut core.random, &mut core.budget);
                (function.call)(&mut Call { random, now: core.now, budget }, args)
            }
            Callee::Method(named, map) => methods::call(named, map, args),
            Callee::Bound(_, object) => object.call(name, args),
            Callee::Go(_) | Callee::Helm(_) => return Ok(Value::Nil),
        };
        made.map_err(Fault::from)
    }

    /// What functions make counts.
    fn charge(&mut self, callee: Callee<'_>, value: &Value) -> Result<(), Fault> {
        let made = match (callee, value) {
            // What templates write is counted as they write it.
            (Callee::Helm(_), _) => 0,
            (_, Value::Str(text)) => text.bytes().len(),
            (_, Value::Bytes(bytes)) => bytes.len(),
            (_, Value::List(list)) => list.items.len() * size_of::<Value>(),
            _ => 0,
        };
        let left = self.core.budget.checked_sub(made);
        self.core.budget = left.ok_or_else(|| Fault::Limit(BUDGET_SPENT.to_owned()))?;
        Ok(())
    }

    #[cold]
    fn call_failed(&mut self, at: At<'a>, function: &str, fault: Fault) -> Box<ExecError> {
        self.at = at;
        let fault = match fault {
            Fault::Plain(text) if text == BUDGET_SPENT => Fault::Limit(text),
            fault => fault,
        };
        ExecError::of_call(self.source, self.name, self.at, function, fault)
    }

    /// What `call` calls the value that it is to call, where that is written as its argument.
    fn callee_name(&self, rest: &'a [Arg]) -> Option<String> {
        rest.first().map(|first| At::Arg(first).written(&self.source.template.text))
    }

    fn check_count(&self, signature: &Method, name: &str, given: usize, last: bool) -> Run<()> {
        let (wanted, all) = (signature.params.len(), given + usize::from(last));
        let message = if signature.rest.is_some() {
            if all >= wanted {
                return Ok(());
            }
            format!("wrong number of args for {name}: want at least {wanted} got {given}")
        } else {
            if all == wanted {
                return Ok(());
            }
            format!("wrong number of args for {name}: want {wanted} got {all}")
        };
        Err(self.error(&message))
    }

    /// `and` and `or` evaluate no more than they need.
    fn short_circuit(
        &mut self,
        dot: &Operand,
        builtin: Builtin,
        rest: &'a [Arg],
        last: Final,
    ) -> Run<Operand> {
        let mut value = Operand::none();
        for arg in rest {
            value = self.eval_arg(dot, Type::Any, arg)?;
            if value.value.is_true() == (builtin == Builtin::Or) {
                return Ok(value);
            }
        }
        Ok(last.unwrap_or(value))
    }

    fn eval_arg(&mut self, dot: &Operand, wanted: Type, arg: &'a Arg) -> Run<Operand> {
        self.at = At::Arg(arg);
        let value = match arg {
            Arg::Dot(_) => dot.clone(),
            Arg::Nil(_) => {
                return empty(wanted).ok_or_else(|| {
                    self.error(&format!("cannot assign nil to {}", written(wanted)))
                });
            }
            Arg::Field(fields) => self.eval_field_node(dot, arg, *fields, &[], None)?,
            Arg::Variable(variable) => self.eval_variable_node(dot, arg, variable, &[], None)?,
            Arg::Pipe(_, pipe) => self.eval_pipeline(dot, pipe)?,
            Arg::Identifier(span) => {
                self.eval_function(dot, self.slice(*span), At::Arg(arg), &[], None)?
            }
            Arg::Chain(chain) => self.eval_chain_node(dot, arg, chain, &[], None)?,
            Arg::Bool(..) | Arg::Str(_) | Arg::Number(_) | Arg::Char(..) => {
                return self.eval_constant(wanted, arg);
            }
        };
        self.validate_type(value, wanted)
    }

    /// A constant as an argument of this type (`evalBool`, `evalString`, `evalInteger`, …).
    fn eval_constant(&mut self, wanted: Type, arg: &'a Arg) -> Run<Operand> {
        let found = match (wanted, arg) {
            (Type::Any, _) | (Type::Bool, Arg::Bool(..)) | (Type::String, Arg::Str(_)) => {
                return self.constant(arg);
            }
            (Type::Int, Arg::Number(number)) => number.int.map(Value::Int),
            (Type::Int, Arg::Char(_, c)) => Some(Value::Int(i64::from(u32::from(*c)))),
            (Type::Int64, Arg::Number(number)) => number.int.map(Value::Int64),
            (Type::Int64, Arg::Char(_, c)) => Some(Value::Int64(i64::from(u32::from(*c)))),
            (Type::Float, Arg::Number(number)) => number.float.map(Value::Float),
            (Type::Float, Arg::Char(_, c)) => Some(Value::Float(f64::from(u32::from(*c)))),
            _ => None,
        };
        found.map(Operand::of).ok_or_else(|| {
            let shown = self.slice(arg.span());
            let expected = match wanted {
                Type::Bool => "bool",
                Type::String => "string",
                Type::Int | Type::Int64 => "integer",
                Type::Float => "float",
                _ => {
                    let wanted = written(wanted);
                    return self.error(&format!("can't handle {shown} for arg of type {wanted}"));
                }
            };
            self.error(&format!("expected {expected}; found {shown}"))
        })
    }

    /// The value as it is passed for a parameter of this type.
    fn validate_type(&self, operand: Operand, wanted: Type) -> Run<Operand> {
        if wanted == Type::Any {
            return Ok(operand);
        }
        if !operand.is_valid() {
            return empty(wanted).ok_or_else(|| {
                self.error(&format!("invalid value; expected {}", written(wanted)))
            });
        }
        if !is_assignable(&operand.value, wanted) {
            let got = match &operand.value {
                Value::Nil => "interface {}".into(),
                value => type_name(value),
            };
            let wanted = written(wanted);
            let message = format!("wrong type for value; expected {wanted}; got {got}");
            return Err(self.error(&message));
        }
        Ok(Operand::of(match operand.value {
            Value::Map(map) if map.kind == MapKind::Values => {
                Value::Map(map.with_kind(MapKind::Any))
            }
            value => value,
        }))
    }
}

/// The type of the parameter at an index.
fn type_of(signature: &Method, index: usize) -> Type {
    signature.params.get(index).copied().or(signature.rest).unwrap_or(Type::Any)
}

fn is_assignable(value: &Value, wanted: Type) -> bool {
    match (wanted, value) {
        (Type::Any, _)
        | (Type::String, Value::Str(_))
        | (Type::Bool, Value::Bool(_))
        | (Type::Int, Value::Int(_))
        | (Type::Int64, Value::Int64(_))
        | (Type::Float, Value::Float(_))
        | (Type::Bytes, Value::Bytes(_)) => true,
        (Type::Map, Value::Map(map)) => map.kind != MapKind::String,
        (Type::List, Value::List(list)) => list.kind == ListKind::Any,
        (Type::Strings, Value::List(list)) => list.kind == ListKind::String,
        (Type::Named(name), Value::Object(object)) => object.type_name() == name,
        _ => false,
    }
}

/// What nil is as a value of this type; nothing where it can't be one. Nil maps and slices are empty
/// ones, marked by standing in an interface.
fn empty(wanted: Type) -> Option<Operand> {
    let value = match wanted {
        Type::Any => return Some(Operand::none()),
        Type::Map => Value::Map(Map::new([])),
        Type::List => Value::list([]),
        Type::Strings => Value::List(List { kind: ListKind::String, items: [].into() }),
        Type::Bytes => Value::Bytes([].into()),
        Type::String | Type::Bool | Type::Int | Type::Int64 | Type::Float | Type::Named(_) => {
            return None;
        }
    };
    Some(Operand { value, boxed: true })
}

/// Go's name of a type.
fn written(wanted: Type) -> &'static str {
    match wanted {
        Type::Any => "interface {}",
        Type::String => "string",
        Type::Bool => "bool",
        Type::Int => "int",
        Type::Int64 => "int64",
        Type::Float => "float64",
        Type::Map => "map[string]interface {}",
        Type::List => "[]interface {}",
        Type::Strings => "[]string",
        Type::Bytes => "[]uint8",
        Type::Named(name) => name,
    }
}
