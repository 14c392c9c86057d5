//! The lines of a text, and what they hold.

/// How many bytes are looked at before it counts what they are.
const PIECE: usize = 1024;

/// A line that is not blank, or the rest of one.
#[derive(Clone, Copy)]
pub(super) struct Line {
    /// Where it begins within its line, in bytes.
    pub(super) column: usize,
    /// Its first byte that is no blank.
    pub(super) from: usize,
    /// One past its last byte that is no blank.
    pub(super) end: usize,
}

impl Line {
    /// What follows in the line from an offset on.
    pub(super) fn after(self, source: &str, offset: usize) -> Self {
        let rest = source.as_bytes().get(offset..self.end).unwrap_or_default();
        let blanks = rest.iter().position(|byte| *byte != b' ').unwrap_or(rest.len());
        let from = self.end - rest.len() + blanks;
        Self { column: self.column + from - self.from, from, end: self.end }
    }
}

/// Goes over the lines of a text.
pub(super) struct Lines<'s> {
    source: &'s str,
    /// Where the next line begins.
    pub(super) at: usize,
    /// A line that was looked at before its turn: where it was looked for, and where the one after it
    /// begins.
    seen: Option<(usize, Line, usize)>,
}

impl<'s> Lines<'s> {
    pub(super) fn new(source: &'s str) -> Self {
        Self { source, at: 0, seen: None }
    }

    /// The next line that is not blank.
    pub(super) fn next(&mut self) -> Option<Line> {
        if let Some((from, line, after)) = self.seen.take()
            && from == self.at
        {
            self.at = after;
            return Some(line);
        }
        while let Some(raw) = self.raw() {
            // By bytes: by characters it takes twice as long, and this is on the way of every line.
            let bytes = raw.as_bytes();
            let full = |byte: &u8| *byte != b' ';
            let wide = width_by_blocks(bytes);
            let first = bytes.get(wide..).unwrap_or_default().iter().position(full);
            let ends = first.map(|at| wide + at).zip(bytes.iter().rposition(full));
            let start = self.at;
            self.skip(raw);
            if let Some((column, last)) = ends {
                return Some(Line { column, from: start + column, end: start + last + 1 });
            }
        }
        None
    }

    /// Goes back to a place, after which a line was the next one.
    pub(super) fn back(&mut self, to: usize, line: Option<Line>) {
        self.seen = line.map(|line| (to, line, self.at));
        self.at = to;
    }

    /// The next line without its line feed, which is not passed.
    pub(super) fn raw(&self) -> Option<&'s str> {
        let rest = self.source.get(self.at..).filter(|rest| !rest.is_empty())?;
        let length = memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
        rest.get(..length)
    }

    /// Passes a line that [`raw`](Self::raw) gave.
    pub(super) fn skip(&mut self, raw: &str) {
        self.at += raw.len() + 1;
    }
}

/// How many blanks a line begins with, in whole blocks: most lines of large files are deep inside.
fn width_by_blocks(line: &[u8]) -> usize {
    let (blocks, _) = line.as_chunks::<8>();
    8 * blocks.iter().take_while(|block| *block == b"        ").count()
}

/// Whether a text has no control characters but line feeds, and nothing else of which readers of YAML
/// disagree whether it may stand there or ends a line.
pub(super) fn is_printable(source: &str) -> bool {
    let plain = |byte: u8| (byte >= b' ' && byte != 0x7f) || byte == b'\n';
    // Without a way out in the middle the compiler looks at many bytes at once.
    let look = |(all, any): (bool, u8), byte: &u8| (all & plain(*byte), any | *byte);
    let mut bits = 0;
    source.as_bytes().chunks(PIECE).all(|piece| {
        let (all, any) = piece.iter().fold((true, 0), look);
        bits |= any;
        all
    }) && (bits.is_ascii() || source.chars().all(is_common))
}

fn is_common(char: char) -> bool {
    match char {
        '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => false,
        char => char.is_ascii() || char >= '\u{a0}',
    }
}
