//! `.Files`: the files of a chart that are neither templates nor values.
//!
//! Source: `pkg/engine/files.go` of helm.sh/helm v4.3.1. A file is read when a template first asks for
//! it, and once.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use super::{
    call::{Call, Random},
    functions,
    glob::Glob,
    value::{Map, MapKind, Method, Object, Str, Type, Value},
};

/// Gives the files of a chart.
pub trait FileSource: std::fmt::Debug {
    /// The paths within the chart, sorted.
    fn paths(&self) -> Vec<String>;
    /// The content of one; none where it can't be read.
    fn read(&self, path: &str) -> Option<Rc<[u8]>>;
}

/// The object that templates see as `.Files`, and what `Glob` gives.
#[derive(Debug)]
pub struct Files {
    store: Rc<Store>,
    paths: Vec<Rc<str>>,
}

#[derive(Debug)]
struct Store {
    source: Rc<dyn FileSource>,
    read: RefCell<BTreeMap<Rc<str>, Rc<[u8]>>>,
}

impl Files {
    /// All files of a chart.
    pub fn new(source: Rc<dyn FileSource>) -> Self {
        let paths = source.paths().into_iter().map(Rc::from).collect();
        Self { store: Rc::new(Store { source, read: RefCell::default() }), paths }
    }

    fn bytes(&self, path: &str) -> Option<Rc<[u8]>> {
        let at = self.paths.binary_search_by(|known| (**known).cmp(path)).ok()?;
        let path = self.paths.get(at)?;
        let known = self.store.read.borrow().get(path).cloned();
        Some(known.unwrap_or_else(|| {
            let bytes = self.store.source.read(path).unwrap_or_default();
            self.store.read.borrow_mut().insert(Rc::clone(path), Rc::clone(&bytes));
            bytes
        }))
    }

    fn glob(&self, pattern: &str) -> Self {
        let glob = Glob::new(pattern);
        let paths = self.paths.iter().filter(|path| glob.matches(path)).cloned().collect();
        Self { store: Rc::clone(&self.store), paths }
    }

    fn lines(&self, path: &str) -> Value {
        let bytes = self.bytes(path).unwrap_or_default();
        if bytes.is_empty() {
            return Value::strings(Vec::<Str>::new());
        }
        let bytes = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
        Value::strings(bytes.split(|byte| *byte == b'\n'))
    }

    /// YAML of the files by their own names, each content as `write` makes it.
    fn config(&self, write: impl Fn(Rc<[u8]>) -> Str) -> Value {
        let content = |path: &Rc<str>| write(self.bytes(path).unwrap_or_default());
        let entry = |path: &Rc<str>| {
            let name = path.rsplit('/').next().unwrap_or(path);
            (Str::from(name), Value::Str(content(path)))
        };
        let map = Map::new(self.paths.iter().map(entry)).with_kind(MapKind::String);
        Value::Str(text_of("toYaml", Value::Map(map)))
    }
}

fn argument(args: &[Value]) -> std::borrow::Cow<'_, str> {
    match args.first() {
        Some(Value::Str(text)) => text.text(),
        _ => "".into(),
    }
}

impl Object for Files {
    fn type_name(&self) -> &'static str {
        "engine.files"
    }

    fn kind(&self) -> &'static str {
        "map"
    }

    fn field(&self, name: &str) -> Option<Value> {
        self.bytes(name).map(Value::Bytes)
    }

    fn method(&self, name: &str) -> Option<Method> {
        let params: &'static [Type] = match name {
            "Get" | "GetBytes" | "Glob" | "Lines" => &[Type::String],
            "AsConfig" | "AsSecrets" => &[],
            _ => return None,
        };
        Some(Method { params, rest: None })
    }

    fn call(&self, name: &str, args: &[Value]) -> Result<Value, String> {
        let path = argument(args);
        let bytes = || self.bytes(&path).unwrap_or_default();
        Ok(match name {
            "Get" => Value::str(&*bytes()),
            "GetBytes" => Value::Bytes(bytes()),
            "Glob" => Value::Object(Rc::new(self.glob(&path))),
            "Lines" => self.lines(&path),
            "AsConfig" => self.config(|bytes| Str::from(&*bytes)),
            "AsSecrets" => self.config(|bytes| base64(&bytes)),
            _ => return Err(format!("{name} is not a method")),
        })
    }

    fn entries(&self) -> Option<Vec<(Value, Value)>> {
        let content = |path: &Rc<str>| Value::Bytes(self.bytes(path).unwrap_or_default());
        Some(self.paths.iter().map(|path| (Value::str(&**path), content(path))).collect())
    }

    fn print(&self) -> String {
        let entry = |path: &Rc<str>| {
            let bytes = self.bytes(path).unwrap_or_default();
            let numbers: Vec<String> = bytes.iter().map(u8::to_string).collect();
            format!("{path}:[{}]", numbers.join(" "))
        };
        let entries: Vec<String> = self.paths.iter().map(entry).collect();
        format!("map[{}]", entries.join(" "))
    }

    // encoding/json writes bytes in base64.
    fn to_plain(&self) -> Value {
        let content = |path: &Rc<str>| base64(&self.bytes(path).unwrap_or_default());
        Value::map(self.paths.iter().map(|path| (Str::from(&**path), Value::Str(content(path)))))
    }

    fn is_true(&self) -> bool {
        !self.paths.is_empty()
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

/// The text that a function of templates makes of one value; empty where it fails, as in Helm.
fn text_of(function: &str, value: Value) -> Str {
    let Some(function) = functions::find(function) else { return Str::from("") };
    let (random, budget) = (&mut Random(0), &mut usize::MAX.clone());
    match (function.call)(&mut Call { random, now: 0, budget }, &[value]) {
        Ok(Value::Str(text)) => text,
        _ => Str::from(""),
    }
}

/// Standard base64 with padding.
fn base64(bytes: &[u8]) -> Str {
    text_of("b64enc", Value::str(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Fixed;

    impl FileSource for Fixed {
        fn paths(&self) -> Vec<String> {
            ["a.txt", "conf/b.txt", "conf/c.txt"].map(str::to_owned).to_vec()
        }

        fn read(&self, path: &str) -> Option<Rc<[u8]>> {
            Some(format!("{path}\nlast\n").into_bytes().into())
        }
    }

    fn shown(value: Result<Value, String>) -> String {
        format!("{:?}", value.unwrap())
    }

    #[test]
    fn files_are_read_by_path_and_by_pattern() {
        let files = Files::new(Rc::new(Fixed));
        let call = |name: &str, path: &str| files.call(name, &[Value::str(path)]);
        assert_eq!(shown(call("Get", "a.txt")), r#""a.txt\nlast\n""#);
        assert_eq!(shown(call("Get", "none")), r#""""#);
        assert_eq!(shown(call("Lines", "a.txt")), r#"["a.txt", "last"]"#);
        let Ok(Value::Object(found)) = call("Glob", "conf/*") else { panic!() };
        assert_eq!(found.entries().unwrap().len(), 2);
        assert!(found.is_true() && found.field("a.txt").is_none());
        let Ok(Value::Object(none)) = call("Glob", "x*") else { panic!() };
        assert!(!none.is_true());
    }
}
