//! Go's values, as templates see them.
//!
//! Maps are shared and changed in place (`set`, `unset`, `merge`); everything else is immutable and
//! cheap to clone. One rendering lives on one thread; what leaves it are documents.

use std::{borrow::Cow, cell::RefCell, fmt, rc::Rc};

pub use entries::Entries;

mod entries;

/// A value in a Go interface, with its dynamic type.
#[derive(Clone, Default)]
pub enum Value {
    /// Nothing: a nil interface.
    #[default]
    Nil,
    /// `bool`
    Bool(bool),
    /// `int`: integer constants of templates, what `len`, `int`, `atoi` give.
    Int(i64),
    /// `int64`: what sprig's arithmetic gives.
    Int64(i64),
    /// `uint64`, rarely.
    Uint64(u64),
    /// `float64`: every number that was read from YAML or JSON. Helm 4.3.1 reads neither values nor
    /// charts with `json.Number`, which its loaders never ask for.
    Float(f64),
    /// `string`
    Str(Str),
    /// `[]byte`
    Bytes(Rc<[u8]>),
    /// A slice.
    List(List),
    /// A map with strings as keys.
    Map(Map),
    /// A value of another Go type: `.Capabilities`, `.Files`, a time, a certificate.
    Object(Rc<dyn Object>),
}

/// A Go string: bytes, nearly always UTF-8. Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Str(Rc<[u8]>);

/// A slice with the type of its items. Never changed.
#[derive(Clone)]
pub struct List {
    /// The type of the items as Go declares it.
    pub kind: ListKind,
    /// The items.
    pub items: Rc<[Value]>,
}

/// What a slice's items are declared to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListKind {
    /// `[]interface {}`
    Any,
    /// `[]string`
    String,
    /// `[]int`
    Int,
    /// `[]map[string]interface {}`, rarely.
    Map,
}

/// A map with strings as keys: shared, so that what one template sets another one sees.
#[derive(Clone)]
pub struct Map {
    /// The type under which this reference knows it; the entries may be shared under another.
    pub kind: MapKind,
    /// The entries; Go ranges over them and prints them sorted by key.
    pub entries: Rc<RefCell<Entries>>,
}

/// A map's static type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapKind {
    /// `map[string]interface {}`
    Any,
    /// Helm's `common.Values`: the same with methods.
    Values,
    /// `map[string]string`
    String,
}

/// A value of a Go type that is neither a scalar, a slice nor a plain map.
///
/// Errors are what Go's own would say, without the place.
pub trait Object: fmt::Debug {
    /// Go's name of the type, as `%T` prints it: `*common.Capabilities`.
    fn type_name(&self) -> &str;
    /// Go's kind of the type, as sprig's `kindOf` says it: `ptr`, `struct`, `slice`, `map`.
    fn kind(&self) -> &'static str;
    /// A field or an entry; none where the type has no such name.
    fn field(&self, name: &str) -> Option<Value>;
    /// Whether the name is a method, and with how many arguments; `None` as count: variadic.
    fn method(&self, _name: &str) -> Option<Method> {
        None
    }
    /// Calls a method; the arguments have been checked against [`Object::method`].
    fn call(&self, name: &str, _args: &[Value]) -> Result<Value, String> {
        Err(format!("{name} is not a method"))
    }
    /// What `range` goes over and `len` counts: pairs of key and element. None: it can't be.
    fn entries(&self) -> Option<Vec<(Value, Value)>> {
        None
    }
    /// As `fmt.Print` writes it.
    fn print(&self) -> String;
    /// What `toYaml` and `toJson` write.
    fn to_plain(&self) -> Value;
    /// Whether Go's templates hold it for true.
    fn is_true(&self) -> bool {
        true
    }
    /// To know a value by its Rust type again.
    fn as_any(&self) -> &dyn std::any::Any;
}

/// The parameters of a method or function.
#[derive(Clone, Copy, Debug)]
pub struct Method {
    /// The types of the parameters.
    pub params: &'static [Type],
    /// The type of any number of further arguments.
    pub rest: Option<Type>,
}

/// What a parameter of a Go function is declared to be; arguments are checked against it before the
/// call, as `text/template` does (`validateType`, `evalArg`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// `interface {}` (also `reflect.Value`): anything.
    Any,
    /// `string`
    String,
    /// `bool`
    Bool,
    /// `int`
    Int,
    /// `int64`
    Int64,
    /// `float64`
    Float,
    /// `map[string]interface {}`; `common.Values` is assignable to it.
    Map,
    /// `[]interface {}`
    List,
    /// `[]string`
    Strings,
    /// `[]byte`
    Bytes,
    /// Any other type, by its Go name: only an [`Object`] of that name passes.
    Named(&'static str),
}

impl Str {
    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// As text; what is not UTF-8 becomes U+FFFD.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&str> for Str {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().into())
    }
}

impl From<String> for Str {
    fn from(text: String) -> Self {
        Self(text.into_bytes().into())
    }
}

impl From<Vec<u8>> for Str {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }
}

impl From<&[u8]> for Str {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }
}

impl fmt::Debug for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text(), f)
    }
}

// Keys are looked up by their bytes without building a string.
impl std::borrow::Borrow<[u8]> for Str {
    fn borrow(&self) -> &[u8] {
        &self.0
    }
}

impl Map {
    /// A map of `interface {}` with these entries.
    pub fn new(entries: impl IntoIterator<Item = (Str, Value)>) -> Self {
        let entries = Rc::new(RefCell::new(entries.into_iter().collect()));
        Self { kind: MapKind::Any, entries }
    }

    /// The value under a key.
    pub fn get(&self, key: &str) -> Option<Value> {
        self.entries.borrow().get(key.as_bytes()).cloned()
    }

    /// Puts a value under a key, for everyone who holds the map.
    pub fn insert(&self, key: Str, value: Value) {
        self.entries.borrow_mut().insert(key, value);
    }

    /// The same entries under another type.
    pub fn with_kind(&self, kind: MapKind) -> Self {
        Self { kind, entries: Rc::clone(&self.entries) }
    }
}

impl Value {
    /// A string.
    pub fn str(text: impl Into<Str>) -> Self {
        Self::Str(text.into())
    }

    /// A `[]interface {}`.
    pub fn list(items: impl IntoIterator<Item = Value>) -> Self {
        Self::List(List { kind: ListKind::Any, items: items.into_iter().collect() })
    }

    /// A `[]string`.
    pub fn strings<S: Into<Str>>(items: impl IntoIterator<Item = S>) -> Self {
        let items = items.into_iter().map(Value::str).collect();
        Self::List(List { kind: ListKind::String, items })
    }

    /// A `map[string]interface {}`.
    pub fn map(entries: impl IntoIterator<Item = (Str, Value)>) -> Self {
        Self::Map(Map::new(entries))
    }

    fn is_collection(&self) -> bool {
        matches!(self, Value::List(_) | Value::Map(_))
    }

    /// Whether Go's templates hold it for true (`template.IsTrue`).
    pub fn is_true(&self) -> bool {
        match self {
            Value::Nil => false,
            Value::Bool(value) => *value,
            Value::Int(value) | Value::Int64(value) => *value != 0,
            Value::Uint64(value) => *value != 0,
            Value::Float(value) => *value != 0.0,
            Value::Str(text) => !text.is_empty(),
            Value::Bytes(bytes) => !bytes.is_empty(),
            Value::List(list) => !list.items.is_empty(),
            Value::Map(map) => !map.entries.borrow().is_empty(),
            Value::Object(object) => object.is_true(),
        }
    }
}

// A template can nest values without end, each in the next: they are let go without recursion.
impl Drop for List {
    fn drop(&mut self) {
        let mut held = Vec::new();
        take_items(self, &mut held);
        let_go(held);
    }
}

impl Drop for Map {
    fn drop(&mut self) {
        let mut held = Vec::new();
        take_entries(self, &mut held);
        let_go(held);
    }
}

fn let_go(mut held: Vec<Value>) {
    while let Some(mut value) = held.pop() {
        match &mut value {
            Value::List(list) => take_items(list, &mut held),
            Value::Map(map) => take_entries(map, &mut held),
            _ => {}
        }
    }
}

/// Takes the collections out of a list that nobody else has.
fn take_items(list: &mut List, held: &mut Vec<Value>) {
    let items = Rc::get_mut(&mut list.items).unwrap_or_default();
    held.extend(items.iter_mut().filter(|it| it.is_collection()).map(std::mem::take));
}

/// Takes the collections out of a map that nobody else has.
fn take_entries(map: &mut Map, held: &mut Vec<Value>) {
    if let Some(entries) = Rc::get_mut(&mut map.entries) {
        entries.get_mut().each_mut(|value| {
            if value.is_collection() {
                held.push(std::mem::take(value));
            }
        });
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Nil => f.write_str("nil"),
            Value::Bool(value) => value.fmt(f),
            Value::Int(value) | Value::Int64(value) => value.fmt(f),
            Value::Uint64(value) => value.fmt(f),
            Value::Float(value) => value.fmt(f),
            Value::Str(text) => text.fmt(f),
            Value::Bytes(bytes) => bytes.fmt(f),
            Value::List(list) => list.items.fmt(f),
            // Not its entries: a map can hold itself.
            Value::Map(map) => write!(f, "map of {}", map.entries.borrow().len()),
            Value::Object(object) => object.fmt(f),
        }
    }
}
