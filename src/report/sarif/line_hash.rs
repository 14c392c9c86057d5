//! The fingerprint by which GitHub follows an alert through edits above it.
//!
//! The algorithm is that of `github/codeql-action`, `src/fingerprints.ts`: whoever computes it
//! again from the checkout must come to the same value.

use std::collections::HashMap;

/// How many characters from the start of a line on are hashed.
const BLOCK: usize = 100;

/// The base of the polynomial.
const BASE: u64 = 37;

/// What stands for the end of the file.
const END: u16 = 0xffff;

const LINE_FEED: u16 = b'\n' as u16;
const CARRIAGE_RETURN: u16 = b'\r' as u16;
const SPACE: u16 = b' ' as u16;
const TAB: u16 = b'\t' as u16;

/// The hashes of one file's lines.
#[derive(Debug)]
pub(super) struct LineHashes {
    lines: Vec<(u64, u32)>,
}

impl LineHashes {
    /// Hashes every line of a text in one pass.
    pub(super) fn new(text: &str) -> Self {
        let mut rolling = Rolling::new();
        let mut after_return = false;
        for unit in text.encode_utf16() {
            if unit == SPACE || unit == TAB || (after_return && unit == LINE_FEED) {
                after_return = false;
                continue;
            }
            after_return = unit == CARRIAGE_RETURN;
            rolling.push(if after_return { LINE_FEED } else { unit });
        }
        rolling.push(END);
        Self { lines: rolling.finish() }
    }

    /// The fingerprint of a line (from 1): its hash in hexadecimal, and which one it is of the
    /// lines with that hash. None past the end.
    pub(super) fn line(&self, number: u32) -> Option<String> {
        let index = (number as usize).checked_sub(1)?;
        let (hash, ordinal) = self.lines.get(index)?;
        Some(format!("{hash:x}:{ordinal}"))
    }
}

/// A hash over the last [`BLOCK`] characters, and which of them begin a line.
struct Rolling {
    window: [(u16, bool); BLOCK],
    at: usize,
    hash: u64,
    /// `BASE` to the power of [`BLOCK`]: the weight of the character that leaves the window.
    leaving: u64,
    at_line_start: bool,
    seen: HashMap<u64, u32>,
    lines: Vec<(u64, u32)>,
}

impl Rolling {
    fn new() -> Self {
        Self {
            window: [(0, false); BLOCK],
            at: 0,
            hash: 0,
            leaving: BASE.wrapping_pow(BLOCK as u32),
            at_line_start: true,
            seen: HashMap::new(),
            lines: Vec::new(),
        }
    }

    fn push(&mut self, unit: u16) {
        let starts = std::mem::replace(&mut self.at_line_start, unit == LINE_FEED);
        self.advance(unit, starts);
    }

    /// Takes a character into the window. Where the one that leaves it began a line, the hash now
    /// covers exactly that line and what follows.
    fn advance(&mut self, unit: u16, starts: bool) {
        let Some(slot) = self.window.get_mut(self.at) else { return };
        let (gone, began) = std::mem::replace(slot, (unit, starts));
        if began {
            let ordinal = self.seen.entry(self.hash).or_default();
            *ordinal += 1;
            self.lines.push((self.hash, *ordinal));
        }
        let without = self.leaving.wrapping_mul(u64::from(gone));
        self.hash =
            self.hash.wrapping_mul(BASE).wrapping_add(u64::from(unit)).wrapping_sub(without);
        self.at = (self.at + 1) % BLOCK;
    }

    fn finish(mut self) -> Vec<(u64, u32)> {
        for _ in 0..BLOCK {
            self.advance(0, false);
        }
        self.lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashes(text: &str) -> Vec<String> {
        let hashes = LineHashes::new(text);
        (1..).map_while(|line| hashes.line(line)).collect()
    }

    // Expected values: github/codeql-action, src/fingerprints.test.ts.
    const GREETING: [&str; 7] = [
        "e9496ae3ebfced30:1",
        "fb7c023a8b9ccb3f:1",
        "ce8ba1a563dcdaca:1",
        "e20e36e16fcb0cc8:1",
        "b3edc88f2938467e:1",
        "c8e28b0b4002a3a0:1",
        "c129715d7a2bc9a3:1",
    ];

    #[test]
    fn an_empty_file_has_one_line() {
        assert_eq!(hashes(""), ["c129715d7a2bc9a3:1"]);
    }

    #[test]
    fn blanks_do_not_count() {
        let expected =
            ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"];
        assert_eq!(hashes(" a\nb\n  \t\tc\n d"), expected);
    }

    #[test]
    fn line_ends_are_all_the_same() {
        for text in [
            " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n",
            " hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r",
            " hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n",
            " hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n",
        ] {
            assert_eq!(hashes(text), GREETING, "{text:?}");
        }
    }

    #[test]
    fn a_missing_last_line_end_changes_every_hash() {
        let expected = [
            "8b7cf3e952e7aeb2:1",
            "b1ae1287ec4718d9:1",
            "bff680108adb0fcc:1",
            "c6805c5e1288b612:1",
            "b86d3392aea1be30:1",
            "e6ceba753e1a442:1",
        ];
        assert_eq!(hashes(" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End"), expected);
    }

    #[test]
    fn equal_lines_are_counted() {
        let expected = [
            "a7f2ff13bc495cf2:1",
            "a7f2ff13bc495cf2:2",
            "a7f2ff13bc495cf2:3",
            "a7f2ff13bc495cf2:4",
            "a7f2ff13bc495cf2:5",
            "a7f2ff13bc495cf2:6",
            "a7f2ff1481e87703:1",
            "a9cf91f7bbf1862b:1",
            "55ec222b86bcae53:1",
            "cc97dc7b1d7d8f7b:1",
            "c129715d7a2bc9a3:1",
        ];
        assert_eq!(hashes(&"Lorem ipsum dolor sit amet.\n".repeat(10)), expected);
    }
}
