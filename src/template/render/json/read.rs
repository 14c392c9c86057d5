//! Values as `json.Unmarshal` reads them, with its messages.

use super::super::value::{Map, Str, Value};
use super::MAX_DEPTH;

/// `json.Unmarshal` into an `interface {}`: every number is a float.
pub fn unmarshal(text: &[u8]) -> Result<Value, String> {
    let mut reader = Reader { text, at: 0 };
    reader.space();
    let value = reader.value(0)?;
    reader.space();
    match reader.peek() {
        None => Ok(value),
        Some(_) => Err(reader.invalid("after top-level value")),
    }
}

/// `json.Unmarshal` into a `map[string]interface {}`.
pub fn unmarshal_map(text: &[u8]) -> Result<Map, String> {
    match unmarshal(text)? {
        Value::Map(map) => Ok(map),
        Value::Nil => Ok(Map::new([])),
        value => Err(format!("{} into Go value of type map[string]interface {{}}", kind(&value))),
    }
}

/// `json.Unmarshal` into a `[]interface {}`.
pub fn unmarshal_list(text: &[u8]) -> Result<Value, String> {
    match unmarshal(text)? {
        list @ Value::List(_) => Ok(list),
        Value::Nil => Ok(Value::list([])),
        value => Err(format!("{} into Go value of type []interface {{}}", kind(&value))),
    }
}

fn kind(value: &Value) -> String {
    let name = match value {
        Value::Map(_) => "object",
        Value::List(_) => "array",
        Value::Str(_) => "string",
        Value::Bool(_) => "bool",
        _ => "number",
    };
    format!("json: cannot unmarshal {name}")
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
}

impl Reader<'_> {
    fn value(&mut self, depth: usize) -> Result<Value, String> {
        if depth > MAX_DEPTH {
            return Err("json: exceeded max depth".to_owned());
        }
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.string().map(Value::Str),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true").map(|()| Value::Bool(true)),
            Some(b'f') => self.word("false").map(|()| Value::Bool(false)),
            Some(b'n') => self.word("null").map(|()| Value::Nil),
            _ => Err(self.invalid("looking for beginning of value")),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, String> {
        self.at += 1;
        let mut entries = Vec::new();
        loop {
            self.space();
            match self.peek() {
                Some(b'}') if entries.is_empty() => break,
                Some(b'"') => {}
                _ => return Err(self.invalid("looking for beginning of object key string")),
            }
            let key = self.string()?;
            self.space();
            if self.peek() != Some(b':') {
                return Err(self.invalid("after object key"));
            }
            self.at += 1;
            self.space();
            entries.push((key, self.value(depth + 1)?));
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                _ => return Err(self.invalid("after object key:value pair")),
            }
        }
        self.at += 1;
        Ok(Value::map(entries))
    }

    fn array(&mut self, depth: usize) -> Result<Value, String> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.space();
            if items.is_empty() && self.peek() == Some(b']') {
                break;
            }
            items.push(self.value(depth + 1)?);
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                _ => return Err(self.invalid("after array element")),
            }
        }
        self.at += 1;
        Ok(Value::list(items))
    }

    fn word(&mut self, word: &str) -> Result<(), String> {
        for byte in word.bytes() {
            if self.peek() != Some(byte) {
                let expected = char::from(byte);
                return Err(self.cut(&format!("in literal {word} (expecting '{expected}')")));
            }
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Result<Value, String> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits(),
            _ => return Err(self.cut("in numeric literal")),
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            if !matches!(self.peek(), Some(b'0'..=b'9')) {
                return Err(self.cut("after decimal point in numeric literal"));
            }
            self.digits();
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            if !matches!(self.peek(), Some(b'0'..=b'9')) {
                return Err(self.cut("in exponent of numeric literal"));
            }
            self.digits();
        }
        let text = self.text.get(start..self.at).and_then(|text| std::str::from_utf8(text).ok());
        let text = text.unwrap_or_default();
        let number = text.parse().ok().filter(|number: &f64| number.is_finite());
        number.map(Value::Float).ok_or_else(|| {
            format!("json: cannot unmarshal number {text} into Go value of type float64")
        })
    }

    fn digits(&mut self) {
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
    }

    fn string(&mut self) -> Result<Str, String> {
        self.at += 1;
        let mut out = Vec::new();
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.escape(&mut out)?,
                Some(byte @ 0x20..) => {
                    out.push(byte);
                    self.at += 1;
                }
                _ => return Err(self.invalid("in string literal")),
            }
        }
        self.at += 1;
        Ok(match std::str::from_utf8(&out) {
            Ok(_) => out.into(),
            Err(_) => super::valid_text(&out).into_owned().into(),
        })
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Result<(), String> {
        self.at += 1;
        let plain = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => byte,
            Some(b'b') => 8,
            Some(b'f') => 12,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'u') => {
                let c = self.unicode()?;
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                return Ok(());
            }
            _ => return Err(self.invalid("in string escape code")),
        };
        self.at += 1;
        out.push(plain);
        Ok(())
    }

    /// `uXXXX` with its second half; half a pair is U+FFFD.
    fn unicode(&mut self) -> Result<char, String> {
        let unit = self.unit()?;
        if !(0xd800..0xdc00).contains(&unit) {
            return Ok(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        let here = self.at;
        if let Some([b'\\', b'u', ..]) = self.text.get(here..) {
            self.at += 1;
            let low = self.unit()?;
            if (0xdc00..0xe000).contains(&low) {
                let code = 0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = here;
        }
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn unit(&mut self) -> Result<u32, String> {
        self.at += 1;
        let mut unit = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            unit = unit << 4
                | digit.ok_or_else(|| self.invalid("in \\u hexadecimal character escape"))?;
            self.at += 1;
        }
        Ok(unit)
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// The same in a word or number, which Go reads on with a blank where the text ends.
    fn cut(&self, context: &str) -> String {
        match self.peek() {
            None => format!("invalid character ' ' {context}"),
            Some(_) => self.invalid(context),
        }
    }

    /// Go's message of a byte that cannot stand here, or of a text that ends here.
    fn invalid(&self, context: &str) -> String {
        let Some(byte) = self.peek() else {
            return "unexpected end of JSON input".to_owned();
        };
        let shown = match byte {
            b'\'' => r"'\''".to_owned(),
            b'"' => "'\"'".to_owned(),
            _ => {
                let mut quoted = String::new();
                let quoting = super::super::strconv::Quoting { quote: '"', ascii: false };
                let c = char::from(byte);
                let text = c.encode_utf8(&mut [0; 4]).to_owned();
                super::super::strconv::append_quoted(&mut quoted, text.as_bytes(), quoting);
                format!("'{}'", quoted.trim_matches('"'))
            }
        };
        format!("invalid character {shown} {context}")
    }
}
