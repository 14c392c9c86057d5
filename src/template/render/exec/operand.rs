//! What Go knows of a value besides the value: whether it still stands in an interface.

use std::borrow::Cow;

use super::super::{
    fmt,
    value::{ListKind, MapKind, Value},
};

/// A `reflect.Value`.
#[derive(Clone, Debug, Default)]
pub(super) struct Operand {
    pub(super) value: Value,
    /// Its kind is interface: it was read from a `map[string]interface {}` or a `[]interface {}`.
    /// Nil in an interface is a value; nil without one is none at all.
    pub(super) boxed: bool,
}

impl Operand {
    /// A value of its own type; nil: no value.
    pub(super) fn of(value: Value) -> Self {
        Self { value, boxed: false }
    }

    /// No value: `reflect.Value{}`.
    pub(super) fn none() -> Self {
        Self::default()
    }

    /// What a map of this type holds.
    pub(super) fn entry(kind: MapKind, value: Value) -> Self {
        Self { value, boxed: kind != MapKind::String }
    }

    /// What a slice of this type holds.
    pub(super) fn item(kind: ListKind, value: Value) -> Self {
        Self { value, boxed: kind == ListKind::Any }
    }

    /// What is in the interface, if it is one (`indirectInterface`).
    pub(super) fn unboxed(self) -> Self {
        Self::of(self.value)
    }

    /// Whether it is a value at all (`IsValid`).
    pub(super) fn is_valid(&self) -> bool {
        self.boxed || !matches!(self.value, Value::Nil)
    }

    /// Go's name of its static type.
    pub(super) fn type_name(&self) -> Cow<'static, str> {
        if self.boxed { "interface {}".into() } else { type_name(&self.value) }
    }
}

impl From<Operand> for Value {
    fn from(operand: Operand) -> Self {
        operand.value
    }
}

/// Go's name of a value's dynamic type.
pub(super) fn type_name(value: &Value) -> Cow<'static, str> {
    fmt::type_name(value).map_or("<nil>".into(), Into::into)
}
