//! `range` (`walkRange`).

use crate::template::{Arm, Branch};

use super::super::fmt;
use super::super::value::Value;
use super::failure::Run;
use super::operand::Operand;
use super::state::{Flow, State};

/// What is gone over: indexes and elements.
type Entries<'e> = &'e mut dyn Iterator<Item = (Operand, Operand)>;

impl<'a> State<'a, '_> {
    pub(super) fn walk_range(&mut self, dot: &Operand, branch: &'a Branch) -> Run<Flow> {
        let Some(arm) = branch.arms.first() else { return Ok(Flow::Next) };
        let outer = self.vars.len();
        let value = self.eval_pipeline(dot, &arm.pipe)?.value;
        let ran = match &value {
            Value::Nil => false,
            Value::Int(end) => self.range_int(arm, *end, Value::Int)?,
            Value::Int64(end) => self.range_int(arm, *end, Value::Int64)?,
            Value::Uint64(end) => {
                let end = i64::try_from(*end).unwrap_or(i64::MAX);
                self.range_int(arm, end, |value| Value::Uint64(value.cast_unsigned()))?
            }
            Value::List(list) => {
                let item = |item: &Value| Operand::item(list.kind, item.clone());
                let entries = list.items.iter().map(item);
                self.iterate(arm, &mut index(0_i64..).zip(entries))?
            }
            Value::Bytes(bytes) => {
                let entries = bytes.iter().map(|byte| Operand::of(Value::Uint64((*byte).into())));
                self.iterate(arm, &mut index(0_i64..).zip(entries))?
            }
            Value::Map(map) => {
                // What the body sets is not seen: the entries are taken first, sorted by key.
                let entries = map.entries.borrow().clone();
                let mut entries = entries.iter().map(|(key, value)| {
                    let key = Operand::of(Value::Str(key.clone()));
                    (key, Operand::entry(map.kind, value.clone()))
                });
                self.iterate(arm, &mut entries)?
            }
            Value::Object(object) => {
                let Some(entries) = object.entries() else { return self.cannot_range(&value) };
                let both = |(key, element)| (Operand::of(key), Operand::of(element));
                self.iterate(arm, &mut entries.into_iter().map(both))?
            }
            Value::Bool(_) | Value::Float(_) | Value::Str(_) => return self.cannot_range(&value),
        };
        let flow = match &branch.otherwise {
            Some(otherwise) if !ran => self.walk_list(dot, &otherwise.nodes)?,
            _ => Flow::Next,
        };
        self.vars.truncate(outer);
        Ok(flow)
    }

    fn cannot_range(&self, value: &Value) -> Run<Flow> {
        let message = format!("range can't iterate over {}", fmt::to_string(value).text());
        Err(self.error(&message))
    }

    fn range_int(&mut self, arm: &'a Arm, end: i64, make: fn(i64) -> Value) -> Run<bool> {
        if arm.pipe.variables.len() > 1 {
            let message = format!("can't use {end} to iterate over more than one variable");
            return Err(self.error(&message));
        }
        let entries = (0..end).map(|value| (Operand::none(), Operand::of(make(value))));
        self.iterate(arm, &mut { entries })
    }

    /// Whether there was anything to go over.
    fn iterate(&mut self, arm: &'a Arm, entries: Entries<'_>) -> Run<bool> {
        let mark = self.vars.len();
        let mut ran = false;
        for (index, element) in entries {
            ran = true;
            self.core.rounds += 1;
            if self.core.rounds > super::MAX_ROUNDS {
                let message = format!("more than {} rounds of `range`", super::MAX_ROUNDS);
                return Err(self.limit(&message));
            }
            self.set_range_variables(arm, index, &element)?;
            let flow = self.walk_list(&element, &arm.nodes)?;
            self.vars.truncate(mark);
            if flow == Flow::Break {
                break;
            }
        }
        Ok(ran)
    }

    fn set_range_variables(&mut self, arm: &'a Arm, index: Operand, element: &Operand) -> Run<()> {
        let pipe = &arm.pipe;
        match (pipe.variables.as_slice(), pipe.assigns) {
            ([], _) => {}
            // With one variable, it is the element.
            ([only], true) => self.set_var(self.slice(*only), element.clone())?,
            ([first, second, ..], true) => {
                self.set_var(self.slice(*first), index)?;
                self.set_var(self.slice(*second), element.clone())?;
            }
            ([_], false) => self.set_top_var(1, element.clone()),
            (_, false) => {
                self.set_top_var(1, element.clone());
                self.set_top_var(2, index);
            }
        }
        Ok(())
    }

    /// Overwrites the variable that is the last but `n - 1`.
    fn set_top_var(&mut self, n: usize, value: Operand) {
        let at = self.vars.len().checked_sub(n);
        if let Some(variable) = at.and_then(|at| self.vars.get_mut(at)) {
            variable.1 = value;
        }
    }
}

fn index(range: std::ops::RangeFrom<i64>) -> impl Iterator<Item = Operand> {
    range.map(|at| Operand::of(Value::Int(at)))
}
