//! Times as go-yaml v2 knows them (`parseTimestamp` in `resolve.go`), read as Go's `time.Parse` reads them.

/// Whether a plain scalar is a time: a day, or a day with a time of day.
pub(super) fn is_timestamp(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits != 4 || text.as_bytes().get(4) != Some(&b'-') {
        return false;
    }
    let mut rest = Rest(text.as_bytes());
    let Some(()) = rest.day() else { return false };
    match rest.0 {
        [] => true,
        [b'T' | b't', time @ ..] => Rest(time).time_of_day(true).is_some(),
        [b' ', time @ ..] => Rest(time.trim_ascii_start()).time_of_day(false).is_some(),
        _ => false,
    }
}

/// What is not read yet.
struct Rest<'t>(&'t [u8]);

impl Rest<'_> {
    /// `2006-1-2`
    fn day(&mut self) -> Option<()> {
        let year = self.0.iter().take(4).fold(0, |year, digit| year * 10 + u32::from(digit - b'0'));
        self.0 = self.0.get(4..)?;
        self.byte(b'-')?;
        let month = self.number()?;
        self.byte(b'-')?;
        let day = self.number()?;
        let leap =
            year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            4 | 6 | 9 | 11 => 30,
            2 => 28 + u32::from(leap),
            1..=12 => 31,
            _ => return None,
        };
        (1..=days).contains(&day).then_some(())
    }

    /// `15:4:5.999999999`, then perhaps `Z07:00`, and the end.
    fn time_of_day(&mut self, zone: bool) -> Option<()> {
        for (limit, end) in [(24, b":".as_slice()), (60, b":"), (60, b"")] {
            self.number().filter(|number| *number < limit)?;
            self.0 = self.0.strip_prefix(end)?;
        }
        if let [b'.' | b',', b'0'..=b'9', ..] = self.0 {
            let digits = self.0.iter().skip(1).take_while(|byte| byte.is_ascii_digit()).count();
            self.0 = self.0.get(1 + digits..)?;
        }
        if zone {
            self.zone()?;
        }
        self.0.is_empty().then_some(())
    }

    /// `Z` or an offset, of which Go lets 24 hours and 60 minutes pass.
    fn zone(&mut self) -> Option<()> {
        let [sign, hours @ ..] = self.0 else { return None };
        self.0 = match (sign, hours) {
            (b'Z', rest) => rest,
            (b'+' | b'-', [a, b, b':', c, d, rest @ ..]) => {
                let two = |a: &u8, b: &u8| {
                    let digits = a.is_ascii_digit() && b.is_ascii_digit();
                    digits.then(|| u32::from(a - b'0') * 10 + u32::from(b - b'0'))
                };
                (two(a, b)? <= 24 && two(c, d)? <= 60).then_some(rest)?
            }
            _ => return None,
        };
        Some(())
    }

    /// One digit or two.
    fn number(&mut self) -> Option<u32> {
        let digits = self.0.iter().take(2).take_while(|byte| byte.is_ascii_digit()).count();
        let (number, rest) = self.0.split_at_checked(digits).filter(|_| digits > 0)?;
        self.0 = rest;
        Some(number.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0')))
    }

    fn byte(&mut self, byte: u8) -> Option<()> {
        self.0 = self.0.strip_prefix(&[byte])?;
        Some(())
    }
}
