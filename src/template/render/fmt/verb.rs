//! Values by verb (`print.go`).

use super::super::value::{List, ListKind, Map, MapKind, Object, Value};
use super::flags::Flags;
use super::number::{Integer, LOWER, UPPER};
use super::{MAX_BYTES, MAX_DEPTH, Printer, type_name};

/// What stands for an address: Go's differ from run to run.
const ADDRESS: u64 = 0xc000_0000_0000;

impl Printer {
    /// Go's `printArg`: a value that was given to a verb.
    pub(super) fn argument(&mut self, value: &Value, verb: char) {
        match (value, verb) {
            (Value::Nil, 'T' | 'v') => self.pad(b"<nil>"),
            (Value::Nil, _) => self.bad_verb(value, verb, 0),
            (_, 'T') => {
                let name = type_name(value).unwrap_or_default();
                self.plain(name.as_bytes());
            }
            (_, 'p') => self.pointer(value),
            _ => self.value(value, verb, 0),
        }
    }

    /// Go's `printValue`: anything but nil.
    fn value(&mut self, value: &Value, verb: char, depth: usize) {
        if depth > MAX_DEPTH || self.out.len() > MAX_BYTES {
            return;
        }
        let fits = match value {
            Value::Nil => {
                self.nil(verb);
                true
            }
            Value::Bool(flag) => self.boolean(*flag, verb),
            Value::Int(number) | Value::Int64(number) => {
                self.integer(Integer::signed(*number), verb)
            }
            Value::Uint64(number) => self.integer(Integer::unsigned(*number), verb),
            Value::Float(number) => self.float(*number, verb),
            Value::Str(text) => self.string(text.bytes(), verb),
            Value::Bytes(bytes) => {
                self.bytes(bytes, verb, depth);
                true
            }
            _ if verb == 'w' => false,
            Value::List(list) => {
                self.list(list, verb, depth);
                true
            }
            Value::Map(map) => {
                self.map(map, verb, depth);
                true
            }
            Value::Object(object) => self.object(object.as_ref(), verb, depth),
        };
        if !fits {
            self.bad_verb(value, verb, depth);
        }
    }

    /// A nil in a list or map.
    fn nil(&mut self, verb: char) {
        match verb {
            'v' if self.flags.sharp_v => self.text("interface {}(nil)"),
            _ => self.text("<nil>"),
        }
    }

    fn boolean(&mut self, flag: bool, verb: char) -> bool {
        let known = matches!(verb, 't' | 'v');
        if known {
            self.pad(if flag { b"true" } else { b"false" });
        }
        known
    }

    fn string(&mut self, text: &[u8], verb: char) -> bool {
        match verb {
            'v' if self.flags.sharp_v => self.quoted(text),
            'v' | 's' => self.plain(text),
            'x' => self.hexadecimal(text, LOWER),
            'X' => self.hexadecimal(text, UPPER),
            'q' => self.quoted(text),
            _ => return false,
        }
        true
    }

    /// A `[]byte`: as text by the verbs of text, else as a list of numbers.
    fn bytes(&mut self, bytes: &[u8], verb: char, depth: usize) {
        if matches!(verb, 's' | 'q' | 'x' | 'X') {
            self.string(bytes, verb);
            return;
        }
        let go = self.flags.sharp_v;
        match (go, depth) {
            (true, 0) if verb != 'w' => self.text("[]byte{"),
            (true, _) => self.text("[]uint8{"),
            _ => self.text("["),
        }
        for (index, byte) in bytes.iter().enumerate() {
            self.separator(index);
            let number = Integer::unsigned(u64::from(*byte));
            if !self.integer(number, verb) {
                self.bad(verb, "uint8", |printer| {
                    printer.integer(number, 'v');
                });
            }
        }
        self.text(if go { "}" } else { "]" });
    }

    /// What stands between items.
    fn separator(&mut self, index: usize) {
        match (index, self.flags.sharp_v) {
            (0, _) => {}
            (_, true) => self.text(", "),
            (_, false) => self.text(" "),
        }
    }

    fn list(&mut self, list: &List, verb: char, depth: usize) {
        let go = self.flags.sharp_v;
        if go {
            self.text(list_type(list.kind));
        }
        self.text(if go { "{" } else { "[" });
        for (index, item) in list.items.iter().enumerate() {
            self.separator(index);
            self.value(item, verb, depth + 1);
        }
        self.text(if go { "}" } else { "]" });
    }

    fn map(&mut self, map: &Map, verb: char, depth: usize) {
        let go = self.flags.sharp_v;
        if go {
            self.text(map_type(map.kind));
        }
        self.text(if go { "{" } else { "map[" });
        for (index, (key, value)) in map.entries.borrow().iter().enumerate() {
            self.separator(index);
            self.value(&Value::Str(key.clone()), verb, depth + 1);
            self.text(":");
            self.value(value, verb, depth + 1);
        }
        self.text(if go { "}" } else { "]" });
    }

    /// Other types say themselves how they print; as numbers those print that are numbers.
    fn object(&mut self, object: &dyn Object, verb: char, depth: usize) -> bool {
        match verb {
            'v' | 's' => self.plain(object.print().as_bytes()),
            'q' | 'x' | 'X' => return self.string(object.print().as_bytes(), verb),
            _ => match object.to_plain() {
                number @ (Value::Int(_) | Value::Int64(_) | Value::Float(_)) => {
                    self.value(&number, verb, depth + 1);
                }
                _ => return false,
            },
        }
        true
    }

    /// `%p`: only what Go holds by reference has an address.
    fn pointer(&mut self, value: &Value) {
        match value {
            Value::Bytes(_) | Value::List(_) | Value::Map(_) => {
                let prefix = !self.flags.sharp;
                self.prefixed(ADDRESS, prefix);
            }
            Value::Object(object) if object.kind() == "ptr" => {
                let prefix = !self.flags.sharp;
                self.prefixed(ADDRESS, prefix);
            }
            _ => self.bad_verb(value, 'p', 0),
        }
    }

    /// A verb that is none for this type: `%!d(string=hi)`.
    fn bad_verb(&mut self, value: &Value, verb: char, depth: usize) {
        let Some(name) = type_name(value) else {
            return self.bad_nil(verb);
        };
        self.bad(verb, &name, |printer| printer.value(value, 'v', depth));
    }

    fn bad_nil(&mut self, verb: char) {
        self.text("%!");
        self.rune(verb);
        self.text("(<nil>)");
    }

    fn bad(&mut self, verb: char, name: &str, print: impl FnOnce(&mut Self)) {
        self.text("%!");
        self.rune(verb);
        self.text("(");
        self.text(name);
        self.text("=");
        print(self);
        self.text(")");
    }

    /// An argument that no verb asked for.
    pub(super) fn extra(&mut self, value: &Value) {
        self.flags = Flags::default();
        match type_name(value) {
            None => self.text("<nil>"),
            Some(name) => {
                self.text(&name);
                self.text("=");
                self.argument(value, 'v');
            }
        }
    }
}

fn list_type(kind: ListKind) -> &'static str {
    match kind {
        ListKind::Any => "[]interface {}",
        ListKind::String => "[]string",
        ListKind::Int => "[]int",
        ListKind::Map => "[]map[string]interface {}",
    }
}

fn map_type(kind: MapKind) -> &'static str {
    match kind {
        MapKind::Any => "map[string]interface {}",
        MapKind::Values => "common.Values",
        MapKind::String => "map[string]string",
    }
}
