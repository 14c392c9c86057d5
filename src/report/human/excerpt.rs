//! The lines of a file that a snippet shows, made fit for a terminal: long lines cut around the
//! region, tabs widened, and nothing left that a terminal obeys.

use std::collections::BTreeSet;

use super::prose::{columns, shown};
use crate::finding::Place;
use crate::text::{BYTE_ORDER_MARK, Text};

/// A region with more lines than this is shown by its first line alone.
pub const REGION_LINES: u32 = 6;

/// How many lines are shown before and after a region.
pub const CONTEXT_LINES: u32 = 1;

/// Columns between two tab stops.
const TAB: usize = 4;

/// A snippet's text is never cut narrower than this, however narrow the terminal.
const MIN_ROOM: usize = 24;

/// A region to show, and what is said of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark<'a> {
    pub(super) place: &'a Place,
    /// Empty for none.
    pub(super) label: &'a str,
    pub(super) primary: bool,
}

/// Lines and regions in the coordinates of what is shown.
#[derive(Debug)]
pub(super) struct Excerpt {
    /// The lines, each with a line feed.
    pub(super) shown: String,
    /// In order; between two of them there can be a gap.
    pub(super) lines: Vec<Line>,
    pub(super) regions: Vec<Region>,
}

/// A line that is shown.
#[derive(Debug)]
pub(super) struct Line {
    /// Its number in the file, from 1.
    pub(super) number: u32,
    /// Where it begins in [`Excerpt::shown`].
    pub(super) start: usize,
}

/// A region that is shown.
#[derive(Debug)]
pub(super) struct Region {
    /// Where it begins in [`Excerpt::shown`].
    pub(super) start: usize,
    /// Where it ends, exclusive.
    pub(super) end: usize,
    /// The column in the file, in code points from 1.
    pub(super) column: u32,
    /// Empty for none.
    pub(super) label: String,
    pub(super) primary: bool,
}

/// How wide a line may be, and what stands where one is cut.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    /// Columns of the terminal.
    pub(super) width: usize,
    /// At a cut on the left and on the right.
    pub(super) cut: (char, char),
}

impl Excerpt {
    /// The lines around the marks, which all lie in `text`; places that do not fit it are moved in.
    pub(super) fn new(text: &Text, marks: &[Mark<'_>], frame: Frame) -> Self {
        let extents: Vec<_> = marks.iter().map(|mark| Extent::new(text, mark)).collect();
        let mut excerpt = Self {
            shown: String::new(),
            lines: Vec::new(),
            regions: marks.iter().zip(&extents).map(|(mark, at)| Region::new(mark, at)).collect(),
        };
        let numbers = numbers(text, &extents);
        let digits = numbers.last().map_or(1, |last| last.ilog10() as usize + 1);
        // What miette draws before a line: blank, number, blank, bar, blank.
        let room = frame.width.saturating_sub(digits + 4).max(MIN_ROOM);
        for number in numbers {
            excerpt.push(text, number, &extents, room, frame.cut);
        }
        excerpt
    }

    fn push(
        &mut self,
        text: &Text,
        number: u32,
        extents: &[Extent],
        room: usize,
        cut: (char, char),
    ) {
        let start = self.shown.len();
        self.lines.push(Line { number, start });
        let (begin, content) = content(text, number);
        let focus =
            extents.iter().filter(|extent| extent.first == number).min_by_key(|e| !e.primary);
        let focus = focus.map_or(0, |extent| (extent.start - begin) as usize);
        let window = Window::new(content, focus, room);
        let mut row = Row { out: &mut self.shown, column: 0 };
        if window.left {
            row.push(cut.0);
        }
        let mut ends = Ends { extents, regions: &mut self.regions, number };
        ends.reach(0, start);
        for (at, character) in window.chars(content) {
            ends.reach(begin + at as u32, row.out.len());
            row.push(character);
        }
        ends.reach(begin + window.end as u32, row.out.len());
        if window.right {
            row.push(cut.1);
        }
        self.shown.push('\n');
    }
}

impl Region {
    fn new(mark: &Mark<'_>, extent: &Extent) -> Self {
        let label = super::prose::visible(mark.label).into_owned();
        Self { start: 0, end: 0, column: extent.column, label, primary: mark.primary }
    }
}

/// Where a mark lies in the file, cut to what is shown of it.
#[derive(Debug)]
struct Extent {
    start: u32,
    end: u32,
    first: u32,
    last: u32,
    column: u32,
    primary: bool,
}

impl Extent {
    fn new(text: &Text, mark: &Mark<'_>) -> Self {
        let from = text.position(mark.place.start.offset);
        let mut to = text.position(mark.place.end.offset.max(from.offset));
        if to.column == 1 && to.line > from.line {
            to = text.position(to.offset - 1);
        }
        if to.line - from.line >= REGION_LINES {
            to = text.position(text.line_span(from.line).end);
        }
        let start = within(text, from.line, from.offset);
        let end = within(text, to.line, to.offset).max(start);
        let (first, last) = (from.line, to.line);
        Self { start, end, first, last, column: from.column, primary: mark.primary }
    }
}

/// The offset, moved into what is shown of a line: no byte-order mark, no line end.
fn within(text: &Text, number: u32, offset: u32) -> u32 {
    let (start, content) = content(text, number);
    offset.clamp(start, start + content.len() as u32)
}

/// A line without byte-order mark and carriage return, and the offset at which it begins.
fn content(text: &Text, number: u32) -> (u32, &str) {
    let span = text.line_span(number);
    let line = text.slice(span);
    let line = line.strip_suffix('\r').unwrap_or(line);
    match line.strip_prefix(BYTE_ORDER_MARK) {
        Some(rest) if span.start == 0 => (BYTE_ORDER_MARK.len_utf8() as u32, rest),
        _ => (span.start, line),
    }
}

/// The numbers of the lines to show: those of the extents and the context, but not the empty line
/// behind a last line feed.
fn numbers(text: &Text, extents: &[Extent]) -> BTreeSet<u32> {
    let count = text.line_count() as u32;
    let mut numbers = BTreeSet::new();
    for extent in extents {
        let from = extent.first.saturating_sub(CONTEXT_LINES).max(1);
        numbers.extend(from..=(extent.last + CONTEXT_LINES).min(count));
    }
    let marked = |number| extents.iter().any(|e| (e.first..=e.last).contains(&number));
    if count > 1 && !marked(count) && content(text, count).1.is_empty() {
        numbers.remove(&count);
    }
    numbers
}

/// Notes where the ends of the regions come to lie while a line is written.
struct Ends<'a> {
    extents: &'a [Extent],
    regions: &'a mut [Region],
    number: u32,
}

impl Ends<'_> {
    /// `shown` is where the character at `offset` will stand: no end further on can lie before it.
    fn reach(&mut self, offset: u32, shown: usize) {
        for (extent, region) in self.extents.iter().zip(self.regions.iter_mut()) {
            if extent.first == self.number && extent.start >= offset {
                region.start = shown;
            }
            if extent.last == self.number && extent.end >= offset {
                region.end = shown;
            }
        }
    }
}

/// The part of a line that is shown.
#[derive(Debug)]
struct Window {
    start: usize,
    end: usize,
    left: bool,
    right: bool,
}

impl Window {
    /// The part of at most `room` columns in which the byte `focus` is seen with what precedes it.
    fn new(content: &str, focus: usize, room: usize) -> Self {
        let all = fitting(content, room);
        if all == content.len() {
            return Self { start: 0, end: all, left: false, right: false };
        }
        if focus <= fitting(content, room * 2 / 3) {
            return Self { start: 0, end: fitting(content, room - 1), left: false, right: true };
        }
        let start = back(content, focus, room / 3);
        let rest = content.get(start..).unwrap_or("");
        let end = fitting(rest, room - 1);
        let right = end < rest.len();
        let end = start + if right { fitting(rest, room - 2) } else { end };
        Self { start, end, left: true, right }
    }

    fn chars<'a>(&self, content: &'a str) -> impl Iterator<Item = (usize, char)> + use<'a> {
        let start = self.start;
        let part = content.get(start..self.end).unwrap_or("");
        part.char_indices().map(move |(at, character)| (start + at, character))
    }
}

/// How many bytes of a line fit into `room` columns.
fn fitting(content: &str, room: usize) -> usize {
    let mut column = 0;
    for (at, character) in content.char_indices() {
        column += advance(character, column);
        if column > room {
            return at;
        }
    }
    content.len()
}

/// The byte that stands `room` columns before another one.
fn back(content: &str, from: usize, room: usize) -> usize {
    let before = content.get(..from).unwrap_or(content);
    let mut taken = 0;
    for (at, character) in before.char_indices().rev() {
        taken += advance(character, 0);
        if taken > room {
            return at + character.len_utf8();
        }
    }
    0
}

/// The columns that a character takes up at a column; one at least, so that a line of characters
/// without width is cut as well.
fn advance(character: char, column: usize) -> usize {
    if character == '\t' { TAB - column % TAB } else { columns(shown(character)).max(1) }
}

/// A line that is being written.
struct Row<'a> {
    out: &'a mut String,
    column: usize,
}

impl Row<'_> {
    fn push(&mut self, character: char) {
        if character == '\t' {
            let wide = TAB - self.column % TAB;
            self.out.extend(std::iter::repeat_n(' ', wide));
            self.column += wide;
        } else {
            let character = shown(character);
            self.out.push(character);
            self.column += columns(character);
        }
    }
}
