//! Formats, verb by verb (`doPrintf` in `print.go`).

use super::Printer;
use super::flags::Flags;
use crate::template::render::value::Value;

/// The largest width, precision and index of an argument.
pub(super) const LARGEST: usize = 1_000_000;

/// Prints by a format.
pub(super) fn format(printer: &mut Printer, format: &[u8], args: &[Value]) {
    let mut run = Run { rest: format, args, next: 0, reordered: false, good: true };
    while let Some(percent) = memchr::memchr(b'%', run.rest) {
        let (text, rest) = run.rest.split_at_checked(percent).unwrap_or((run.rest, b""));
        printer.out.extend_from_slice(text);
        run.rest = rest.get(1..).unwrap_or_default();
        run.verb(printer);
    }
    printer.out.extend_from_slice(run.rest);
    run.extra(printer);
}

/// Where a format and its arguments stand.
struct Run<'a> {
    rest: &'a [u8],
    args: &'a [Value],
    /// The argument that the next verb prints.
    next: usize,
    /// Whether an index named an argument: then none is extra.
    reordered: bool,
    /// Whether the indexes of this verb are right.
    good: bool,
}

impl Run<'_> {
    fn verb(&mut self, printer: &mut Printer) {
        self.good = true;
        printer.flags = Flags::default();
        self.flags(&mut printer.flags);
        let mut indexed = self.index();
        indexed = self.width(printer, indexed);
        if self.rest.len() > 1 && self.rest.starts_with(b".") {
            self.skip(1);
            indexed = self.precision(printer, indexed);
        }
        if !indexed {
            self.index();
        }
        let Some(verb) = self.rune() else {
            return printer.text("%!(NOVERB)");
        };
        self.print(printer, verb);
    }

    fn flags(&mut self, flags: &mut Flags) {
        while let Some(byte) = self.rest.first() {
            let flag = match byte {
                b'#' => &mut flags.sharp,
                b'0' => &mut flags.zero,
                b'+' => &mut flags.plus,
                b'-' => &mut flags.minus,
                b' ' => &mut flags.space,
                _ => return,
            };
            *flag = true;
            self.skip(1);
        }
    }

    fn width(&mut self, printer: &mut Printer, indexed: bool) -> bool {
        if !self.rest.starts_with(b"*") {
            printer.flags.width = self.number();
            if indexed && printer.flags.width.is_some() {
                self.good = false;
            }
            return indexed;
        }
        self.skip(1);
        match self.argument() {
            Some(width) => {
                printer.flags.width = usize::try_from(width.unsigned_abs()).ok();
                if width < 0 {
                    printer.flags.minus = true;
                    printer.flags.zero = false;
                }
            }
            None => printer.text("%!(BADWIDTH)"),
        }
        false
    }

    fn precision(&mut self, printer: &mut Printer, indexed: bool) -> bool {
        if indexed {
            self.good = false;
        }
        let indexed = self.index();
        if !self.rest.starts_with(b"*") {
            printer.flags.precision = Some(self.number().unwrap_or(0));
            return indexed;
        }
        self.skip(1);
        let precision = self.argument().and_then(|number| usize::try_from(number).ok());
        printer.flags.precision = precision;
        if precision.is_none() {
            printer.text("%!(BADPREC)");
        }
        false
    }

    fn print(&mut self, printer: &mut Printer, verb: char) {
        let told = |printer: &mut Printer, what| {
            printer.text("%!");
            printer.rune(verb);
            printer.text(what);
        };
        if verb == '%' {
            return printer.text("%");
        }
        if !self.good {
            return told(printer, "(BADINDEX)");
        }
        let Some(arg) = self.args.get(self.next) else {
            return told(printer, "(MISSING)");
        };
        if matches!(verb, 'v' | 'w') {
            printer.flags.for_value();
        }
        printer.argument(arg, verb);
        self.next += 1;
    }

    /// What is left over is told at the end.
    fn extra(&self, printer: &mut Printer) {
        let left = self.args.get(self.next..).unwrap_or_default();
        if self.reordered || left.is_empty() {
            return;
        }
        printer.text("%!(EXTRA ");
        for (index, arg) in left.iter().enumerate() {
            if index > 0 {
                printer.text(", ");
            }
            printer.extra(arg);
        }
        printer.text(")");
    }

    fn skip(&mut self, count: usize) {
        self.rest = self.rest.get(count..).unwrap_or_default();
    }

    /// The verb: one character; a byte that is none reads as U+FFFD.
    fn rune(&mut self) -> Option<char> {
        let chunk = self.rest.utf8_chunks().next()?;
        let rune = chunk.valid().chars().next();
        self.skip(rune.map_or(1, char::len_utf8));
        Some(rune.unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    /// Go's `parsenum`: a number too large swallows what is left of the format.
    fn number(&mut self) -> Option<usize> {
        let mut number = None;
        while let Some(digit) = self.rest.first().filter(|byte| byte.is_ascii_digit()) {
            let before = number.unwrap_or(0);
            if before > LARGEST {
                self.rest = b"";
                return None;
            }
            number = Some(before * 10 + usize::from(digit - b'0'));
            self.skip(1);
        }
        number
    }

    /// Go's `argNumber`: an index in brackets names the next argument, counted from one.
    fn index(&mut self) -> bool {
        if !self.rest.starts_with(b"[") {
            return false;
        }
        self.reordered = true;
        let close = memchr::memchr(b']', self.rest).filter(|_| self.rest.len() >= 3);
        let Some(close) = close else {
            self.good = false;
            self.skip(1);
            return false;
        };
        let mut inner = Run { rest: self.rest.get(1..close).unwrap_or_default(), ..*self };
        let number = inner.number().filter(|_| inner.rest.is_empty());
        self.skip(close + 1);
        match number.and_then(|number| number.checked_sub(1)) {
            Some(index) if index < self.args.len() => self.next = index,
            _ => self.good = false,
        }
        number.is_some()
    }

    /// Go's `intFromArg`: a width or precision out of the arguments.
    fn argument(&mut self) -> Option<i64> {
        let arg = self.args.get(self.next)?;
        self.next += 1;
        let number = match arg {
            Value::Int(number) | Value::Int64(number) => Some(*number),
            Value::Uint64(number) => i64::try_from(*number).ok(),
            _ => None,
        };
        number.filter(|number| number.unsigned_abs() <= LARGEST as u64)
    }
}
