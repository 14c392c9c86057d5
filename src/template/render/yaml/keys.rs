//! The order of keys (`sorter.go`).

use super::Dialect;
use crate::template::unicode;

/// How many entries Go sorts by insertion.
const FEW: usize = 12;

/// Go's `unicode.IsLetter`.
fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || (!c.is_ascii() && c.is_alphabetic() && unicode::is_alphanumeric(c))
}

/// Go's `unicode.IsDigit`.
fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || (!c.is_ascii() && !c.is_alphabetic() && unicode::is_alphanumeric(c))
}

/// Whether a key stands before another: letters by code point, numbers by size, and what is no letter
/// before letters (in go-yaml v3 after digits the other way round).
pub(super) fn less(a: &str, b: &str, dialect: Dialect) -> bool {
    let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let mut start = same;
    while !a.is_char_boundary(start) || !b.is_char_boundary(start) {
        start -= 1;
    }
    let (before, a) = a.split_at_checked(start).unwrap_or((a, ""));
    let b = b.get(start..).unwrap_or_default();
    let (Some(first), Some(second)) = (a.chars().next(), b.chars().next()) else {
        return a.len() < b.len();
    };
    let (letter, other) = (is_letter(first), is_letter(second));
    if letter && other {
        return first < second;
    }
    if letter || other {
        let digits = dialect == Dialect::V3 && before.chars().next_back().is_some_and(is_digit);
        return if digits { letter } else { other };
    }
    // Zeros count only where no other digit stands before them.
    let zero = first == '0' || second == '0';
    let run = before.chars().rev().take_while(|c| is_digit(*c));
    let start = i64::from(zero && run.into_iter().any(|c| c != '0'));
    let ((size, digits), (other_size, other_digits)) = (number(a, start), number(b, start));
    (size, digits, first) < (other_size, other_digits, second)
}

/// The number at the beginning of a text, and of how many digits it is.
fn number(text: &str, start: i64) -> (i64, usize) {
    let digits = text.chars().take_while(|c| is_digit(*c));
    digits.fold((start, 0), |(number, count), digit| {
        let digit = i64::from(u32::from(digit)) - i64::from(u32::from('0'));
        (number.wrapping_mul(10).wrapping_add(digit), count + 1)
    })
}

/// Sorts stably by an order that need not be one: Rust's own sort may panic then.
pub(super) fn sort<T>(items: &mut Vec<T>, less: impl Fn(&T, &T) -> bool + Copy) {
    if items.windows(2).all(|pair| matches!(pair, [a, b] if !less(b, a))) {
        return;
    }
    if items.len() <= FEW {
        return insert(items, less);
    }
    let mut right = items.split_off(items.len() / 2);
    sort(items, less);
    sort(&mut right, less);
    let left = std::mem::take(items);
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        items.extend(if less(b, a) { right.next() } else { left.next() });
    }
    items.extend(left);
    items.extend(right);
}

/// Go's `insertionSort`.
fn insert<T>(items: &mut [T], less: impl Fn(&T, &T) -> bool) {
    for index in 1..items.len() {
        let mut at = index;
        while at > 0 && matches!(items.get(at - 1..=at), Some([a, b]) if less(b, a)) {
            items.swap(at - 1, at);
            at -= 1;
        }
    }
}
