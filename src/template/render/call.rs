//! What native functions are, and what they are called with.

use super::value::{Type, Value};

/// One function that templates can call.
pub struct Function {
    /// Its name in templates.
    pub name: &'static str,
    /// The types of its parameters.
    pub params: &'static [Type],
    /// The type of any number of further arguments.
    pub rest: Option<Type>,
    /// The code. Arguments have been counted and checked against the types: a [`Type::Any`] can be
    /// anything, [`Value::Nil`] included.
    pub call: fn(&mut Call<'_>, &[Value]) -> Result<Value, String>,
}

/// What a function sees besides its arguments. Errors are Go's own texts, without the place.
pub struct Call<'c> {
    /// The state of everything random: results are the same for the same seed.
    pub random: &'c mut Random,
    /// The moment that `now` and the validity of certificates count from, in seconds since
    /// 1970-01-01 UTC.
    pub now: i64,
    /// How many bytes functions may still make in this rendering; spent by what multiplies text
    /// (`repeat`, `indent`, `seq`, `until`).
    pub budget: &'c mut usize,
}

/// What is said where a rendering would make more text than it may; not Go's words.
pub const BUDGET_SPENT: &str = "the rendering makes more text than is read";

impl Call<'_> {
    /// Takes bytes off the budget before they are made; fails where fewer are left.
    pub fn spend(&mut self, bytes: usize) -> Result<(), String> {
        *self.budget = self.budget.checked_sub(bytes).ok_or(BUDGET_SPENT)?;
        Ok(())
    }
}

/// A small deterministic generator (splitmix64): results are well-formed, never secret.
#[derive(Clone, Copy, Debug)]
pub struct Random(pub u64);

impl Random {
    /// The next 64 bits.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }
}
