//! Masking, line by line.

use super::{blank, tags::Written};

/// What an action writes into a key is replaced by this.
const KEY: u8 = b'_';

/// Replaces the tags in a text, and what of keys and values stands around them.
pub(super) fn mask(bytes: &mut [u8], tags: &[Written]) {
    let mut tag = 0;
    let mut start = 0;
    while start < bytes.len() && tag < tags.len() {
        let rest = bytes.get(start..).unwrap_or_default();
        let end = start + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        while tags.get(tag).is_some_and(|tag| tag.span.end as usize <= start) {
            tag += 1;
        }
        let after = tags.get(tag..).unwrap_or_default();
        let here = after.partition_point(|tag| (tag.span.start as usize) < end);
        if here > 0 {
            let tags = after.get(..here).unwrap_or_default();
            Line { bytes, start, end, tags }.mask();
        }
        start = end + 1;
    }
}

struct Line<'b> {
    bytes: &'b mut [u8],
    start: usize,
    end: usize,
    /// The tags that stand in it, at least in part.
    tags: &'b [Written],
}

impl Line<'_> {
    fn mask(&mut self) {
        let Some(first) = (self.start..self.end).find(|at| !self.is_blank(*at)) else { return };
        let begins = self.tag_at(first);
        let only_tags = (first..self.end).all(|at| self.is_blank(at) || self.tag_at(at).is_some());
        // What follows an inline condition stands at a column of its own.
        if only_tags || begins.is_some_and(|tag| !tag.output) {
            return blank(self.bytes, self.start..self.end);
        }
        let item = self.skip_dashes(first);
        let Some(colon) = self.colon(item) else {
            return blank(self.bytes, item..self.end);
        };
        if self.has_tag(item, colon) {
            self.bytes.get_mut(item..colon).unwrap_or_default().fill(KEY);
        }
        if self.has_tag(colon + 1, self.end) {
            blank(self.bytes, colon + 1..self.end);
        }
    }

    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(b'\n')
    }

    fn is_blank(&self, at: usize) -> bool {
        matches!(self.byte(at), b' ' | b'\t' | b'\r' | b'\n')
    }

    fn tag_at(&self, at: usize) -> Option<&Written> {
        let at = at as u32;
        self.tags.iter().find(|tag| tag.span.start <= at && at < tag.span.end)
    }

    fn has_tag(&self, start: usize, end: usize) -> bool {
        let overlaps =
            |tag: &Written| (tag.span.start as usize) < end && start < tag.span.end as usize;
        self.tags.iter().any(overlaps)
    }

    /// Where the item of one or more `- ` begins.
    fn skip_dashes(&self, mut at: usize) -> usize {
        while self.byte(at) == b'-' && self.is_blank(at + 1) && at + 1 < self.end {
            at += 1;
            while at < self.end && self.is_blank(at) {
                at += 1;
            }
        }
        at
    }

    /// The colon after a key that begins at `at`, outside of tags and of the key's quotes.
    fn colon(&self, at: usize) -> Option<usize> {
        let quote = Some(self.byte(at)).filter(|byte| matches!(byte, b'"' | b'\''));
        let mut open = quote.is_some();
        for at in at + usize::from(open)..self.end {
            if self.tag_at(at).is_some() {
                continue;
            }
            match self.byte(at) {
                byte if open => open = Some(byte) != quote,
                b':' if self.is_blank(at + 1) || at + 1 == self.end => return Some(at),
                _ => {}
            }
        }
        None
    }
}
