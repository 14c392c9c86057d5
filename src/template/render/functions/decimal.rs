//! Decimal arithmetic as sprig does it for `addf` and its kin: shopspring/decimal 1.4.0.
//!
//! Where a result needs more digits than fit in 128 bits, floats take over: what is lost is far
//! behind what a float shows.

use std::str::FromStr as _;

/// `value * 10^exponent`
#[derive(Clone, Copy, Debug)]
pub(super) struct Decimal {
    value: i128,
    exponent: i32,
}

/// Digits after the point of a quotient (`decimal.DivisionPrecision`).
const DIVISION_PRECISION: i32 = 16;

impl Decimal {
    /// The shortest decimal that gives this float again.
    pub(super) fn of(value: f64) -> Result<Self, String> {
        if !value.is_finite() {
            let name = match value {
                f64::INFINITY => "+Inf",
                f64::NEG_INFINITY => "-Inf",
                _ => "NaN",
            };
            return Err(format!("Cannot create a Decimal from {name}"));
        }
        let text = format!("{value:e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let value = i128::from_str(&format!("{whole}{fraction}")).unwrap_or(0);
        let exponent = i32::from_str(exponent).unwrap_or(0);
        let digits = i32::try_from(fraction.len()).unwrap_or(0);
        Ok(Self { value, exponent: exponent - digits })
    }

    /// The nearest float.
    pub(super) fn float(self) -> f64 {
        f64::from_str(&format!("{}e{}", self.value, self.exponent)).unwrap_or(0.0)
    }

    pub(super) fn add(self, other: Self) -> Result<Self, String> {
        let sum = self
            .aligned(other)
            .and_then(|(a, b, exponent)| Some(Self { value: a.checked_add(b)?, exponent }));
        sum.map_or_else(|| Self::of(self.float() + other.float()), Ok)
    }

    pub(super) fn sub(self, other: Self) -> Result<Self, String> {
        self.add(Self { value: -other.value, exponent: other.exponent })
    }

    pub(super) fn mul(self, other: Self) -> Result<Self, String> {
        let product = self.value.checked_mul(other.value);
        let exponent = self.exponent + other.exponent;
        product.map_or_else(
            || Self::of(self.float() * other.float()),
            |value| Ok(Self { value, exponent }),
        )
    }

    /// Rounded to [`DIVISION_PRECISION`] digits, half away from zero.
    pub(super) fn div(self, other: Self) -> Result<Self, String> {
        if other.value == 0 {
            return Err("decimal division by 0".to_owned());
        }
        self.quotient(other).map_or_else(|| Self::of(self.float() / other.float()), Ok)
    }

    fn quotient(self, other: Self) -> Option<Self> {
        let shift = self.exponent - other.exponent + DIVISION_PRECISION;
        let (mut above, mut below) = (self.value, other.value);
        if shift < 0 {
            match scaled(below, shift.unsigned_abs()) {
                Some(scaled) => below = scaled,
                // A divisor of 39 digits leaves nothing that shows.
                None => return Some(Self { value: 0, exponent: 0 }),
            }
        } else {
            above = scaled(above, shift.unsigned_abs())?;
        }
        let (quotient, rest) = (above.checked_div(below)?, above.checked_rem(below)?);
        let up = rest.unsigned_abs().checked_mul(2)? >= below.unsigned_abs();
        let away = if (above < 0) == (below < 0) { 1 } else { -1 };
        let value = if up { quotient + away } else { quotient };
        Some(Self { value, exponent: -DIVISION_PRECISION })
    }

    fn aligned(self, other: Self) -> Option<(i128, i128, i32)> {
        let exponent = self.exponent.min(other.exponent);
        let to = |decimal: Self| scaled(decimal.value, decimal.exponent.abs_diff(exponent));
        Some((to(self)?, to(other)?, exponent))
    }
}

fn scaled(value: i128, zeros: u32) -> Option<i128> {
    if value == 0 { Some(0) } else { value.checked_mul(10_i128.checked_pow(zeros)?) }
}
