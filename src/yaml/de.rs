//! serde over the tree: typed models from the same parse, with places.
//!
//! Conversions are those of sigs.k8s.io/yaml and `encoding/json`: a scalar goes into a string as
//! [`Node::to_text`] writes it, null leaves every type at its zero value, a float without a fraction goes
//! into an integer, and nothing else changes its type.

use std::borrow::Cow;
use std::fmt;
use std::fmt::Write as _;
use std::marker::PhantomData;

use serde::de::{self, DeserializeSeed, Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

use crate::text::{Span, Spanned};

use super::{Entry, Kind, Node, Problem, Value};

/// The name under which [`Spanned`] asks for a value with its place.
const SPANNED: &str = "careen::text::Spanned";

/// The fields that [`Spanned`] asks for, in the order in which they come.
const SPANNED_FIELDS: [&str; 3] = ["start", "end", "value"];

/// Floats from here on are not whole numbers that an integer could hold.
const INTEGER_RANGE: f64 = 9_007_199_254_740_992.0;

impl<'a> Node<'a> {
    /// Reads the node into a type. The error names the path from this node in its message and has the
    /// place of the offending node. `Spanned<T>` fields take the place of their value along; not under
    /// `#[serde(flatten)]`, which loses places.
    pub fn deserialize<T: de::Deserialize<'a>>(self) -> Result<T, Problem> {
        T::deserialize(Source { node: self }).map_err(|error| Problem {
            message: error.to_string(),
            span: error.span.unwrap_or(self.span()),
        })
    }
}

impl<'de, T: de::Deserialize<'de>> de::Deserialize<'de> for Spanned<T> {
    /// Works in [`Node::deserialize`] only: other formats have no places.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct(SPANNED, &SPANNED_FIELDS, SpannedVisitor(PhantomData))
    }
}

struct SpannedVisitor<T>(PhantomData<T>);

impl<'de, T: de::Deserialize<'de>> Visitor<'de> for SpannedVisitor<T> {
    type Value = Spanned<T>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a value with its place")
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut parts: A) -> Result<Spanned<T>, A::Error> {
        let missing = || de::Error::custom("a place can only be read from YAML or JSON files");
        let start = parts.next_element()?.ok_or_else(missing)?;
        let end = parts.next_element()?.ok_or_else(missing)?;
        let value = parts.next_element()?.ok_or_else(missing)?;
        Ok(Spanned { value, span: Span { start, end } })
    }
}

/// Why a node does not fit a type; the path grows on the way out.
#[derive(Debug)]
struct Error {
    message: String,
    span: Option<Span>,
    /// Innermost first.
    path: Vec<Step>,
}

#[derive(Debug)]
enum Step {
    Key(String),
    Item(usize),
}

impl Error {
    fn within(mut self, span: Span, step: Step) -> Self {
        self.span.get_or_insert(span);
        self.path.push(step);
        self
    }
}

impl de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { message: message.to_string(), span: None, path: Vec::new() }
    }
}

impl std::error::Error for Error {}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut path = String::new();
        for step in self.path.iter().rev() {
            match step {
                Step::Key(key) if path.is_empty() => path.push_str(key),
                Step::Key(key) => write!(path, ".{key}")?,
                Step::Item(at) => write!(path, "[{at}]")?,
            }
        }
        if path.is_empty() {
            return out.write_str(&self.message);
        }
        write!(out, "`{path}`: {}", self.message)
    }
}

/// A node as a source of one value.
#[derive(Clone, Copy)]
struct Source<'a> {
    node: Node<'a>,
}

impl<'a> Source<'a> {
    fn unfit(self, wanted: &str) -> Error {
        let found = self.node.kind().noun();
        let message = match self.node.scalar_text() {
            Some(text) if text.len() <= 40 => format!("expected {wanted}, found {found} `{text}`"),
            _ => format!("expected {wanted}, found {found}"),
        };
        Error { message, span: Some(self.node.span()), path: Vec::new() }
    }

    /// What serde says about a value, at the node's place.
    fn located<T>(self, result: Result<T, Error>) -> Result<T, Error> {
        result.map_err(|mut error| {
            error.span.get_or_insert(self.node.span());
            error
        })
    }

    fn whole<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Error> {
        let found = match self.node.value() {
            Value::Int(int) => visit_integer(int, visitor),
            Value::Float(float) if float.fract() == 0.0 && float.abs() < INTEGER_RANGE => {
                visitor.visit_i64(float as i64)
            }
            Value::Null => visitor.visit_i64(0),
            _ => return Err(self.unfit("an integer")),
        };
        self.located(found)
    }

    fn number<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Error> {
        let Some(float) = self.node.as_f64().or(self.node.is_null().then_some(0.0)) else {
            return Err(self.unfit("a number"));
        };
        self.located(visitor.visit_f64(float))
    }

    fn text<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Error> {
        let found = match self.node.scalar_text() {
            Some(Cow::Borrowed(text)) => visitor.visit_borrowed_str(text),
            Some(Cow::Owned(text)) => visitor.visit_string(text),
            None if self.node.is_null() => visitor.visit_borrowed_str(""),
            None => return Err(self.unfit("a string")),
        };
        self.located(found)
    }

    fn sequence<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Error> {
        if !matches!(self.node.kind(), Kind::Sequence | Kind::Null) {
            return Err(self.unfit("a sequence"));
        }
        self.located(visitor.visit_seq(Items { items: self.node.items().enumerate() }))
    }

    fn mapping<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Error> {
        if !matches!(self.node.kind(), Kind::Mapping | Kind::Null) {
            return Err(self.unfit("a mapping"));
        }
        self.located(visitor.visit_map(Entries { entries: self.node.entries(), value: None }))
    }
}

macro_rules! read_as {
    ($($method:ident => $how:ident,)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.$how(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Source<'de> {
    type Error = Error;

    read_as! {
        deserialize_i8 => whole, deserialize_i16 => whole, deserialize_i32 => whole,
        deserialize_i64 => whole, deserialize_i128 => whole, deserialize_u8 => whole,
        deserialize_u16 => whole, deserialize_u32 => whole, deserialize_u64 => whole,
        deserialize_u128 => whole, deserialize_f32 => number, deserialize_f64 => number,
        deserialize_char => text, deserialize_str => text, deserialize_string => text,
        deserialize_bytes => text, deserialize_byte_buf => text, deserialize_identifier => text,
        deserialize_seq => sequence, deserialize_map => mapping,
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.node.value() {
            Value::Null => self.located(visitor.visit_unit()),
            Value::Bool(value) => self.located(visitor.visit_bool(value)),
            Value::Int(_) => self.whole(visitor),
            Value::Float(float) => self.located(visitor.visit_f64(float)),
            Value::String(_) => self.text(visitor),
            Value::Sequence => self.sequence(visitor),
            Value::Mapping => self.mapping(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.node.value() {
            Value::Bool(value) => self.located(visitor.visit_bool(value)),
            Value::Null => self.located(visitor.visit_bool(false)),
            _ => Err(self.unfit("a boolean")),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.node.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.node.is_null() { visitor.visit_unit() } else { Err(self.unfit("null")) }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.sequence(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.sequence(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if name == SPANNED {
            return visitor.visit_seq(Placed { node: self.node, part: 0 });
        }
        self.mapping(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let mut entries = self.node.entries();
        let found = match (self.node.kind(), entries.next(), entries.next()) {
            (Kind::Mapping, Some(entry), None) => {
                visitor.visit_enum(Variant { name: entry.key, content: Some(entry.value) })
            }
            (Kind::String, ..) => {
                let name = self.node.scalar_text().unwrap_or_default();
                visitor.visit_enum(Variant { name, content: None })
            }
            _ => return Err(self.unfit("a name or a mapping with one key")),
        };
        self.located(found)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }
}

fn visit_integer<'de, V: Visitor<'de>>(int: i128, visitor: V) -> Result<V::Value, Error> {
    match (i64::try_from(int), u64::try_from(int)) {
        (_, Ok(int)) => visitor.visit_u64(int),
        (Ok(int), _) => visitor.visit_i64(int),
        _ => visitor.visit_i128(int),
    }
}

/// The parts of a [`Spanned`]: start, end, value.
struct Placed<'a> {
    node: Node<'a>,
    part: usize,
}

impl<'de> de::SeqAccess<'de> for Placed<'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        self.part += 1;
        let span = self.node.span();
        match self.part {
            1 => seed.deserialize(span.start.into_deserializer()).map(Some),
            2 => seed.deserialize(span.end.into_deserializer()).map(Some),
            3 => seed.deserialize(Source { node: self.node }).map(Some),
            _ => Ok(None),
        }
    }
}

struct Items<I> {
    items: I,
}

impl<'de, I: Iterator<Item = (usize, Node<'de>)>> de::SeqAccess<'de> for Items<I> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        let Some((at, node)) = self.items.next() else { return Ok(None) };
        let item = seed.deserialize(Source { node });
        item.map(Some).map_err(|error| error.within(node.span(), Step::Item(at)))
    }
}

struct Entries<'a, I> {
    entries: I,
    value: Option<Entry<'a>>,
}

impl<'de, I: Iterator<Item = Entry<'de>>> de::MapAccess<'de> for Entries<'de, I> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        let Some(entry) = self.entries.next() else { return Ok(None) };
        let span = entry.key_span;
        let key = seed.deserialize(Key { text: entry.key.clone(), span });
        self.value = Some(entry);
        key.map(Some).map_err(|mut error: Error| {
            error.span.get_or_insert(span);
            error
        })
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        let Some(entry) = self.value.take() else {
            return Err(de::Error::custom("a value was asked for before its key"));
        };
        let value = seed.deserialize(Source { node: entry.value });
        value.map_err(|error| error.within(entry.value.span(), Step::Key(entry.key.into_owned())))
    }
}

/// A key: text, or whatever its text can be parsed as.
struct Key<'a> {
    text: Cow<'a, str>,
    span: Span,
}

macro_rules! parse_key {
    ($($method:ident $visit:ident $type:ty,)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            match self.text.parse::<$type>() {
                Ok(value) => visitor.$visit(value),
                Err(_) => self.deserialize_any(visitor),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for Key<'de> {
    type Error = Error;

    parse_key! {
        deserialize_i64 visit_i64 i64, deserialize_u64 visit_u64 u64,
        deserialize_i32 visit_i32 i32, deserialize_u32 visit_u32 u32,
        deserialize_bool visit_bool bool,
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.text {
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if name == SPANNED {
            return visitor.visit_seq(PlacedKey { key: Some(self), part: 0 });
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(Variant { name: self.text, content: None })
    }

    forward_to_deserialize_any! {
        i8 i16 i128 u8 u16 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

/// The parts of a [`Spanned`] key: start, end, value.
struct PlacedKey<'a> {
    key: Option<Key<'a>>,
    part: usize,
}

impl<'de> de::SeqAccess<'de> for PlacedKey<'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        self.part += 1;
        let Some(key) = &self.key else { return Ok(None) };
        match self.part {
            1 => seed.deserialize(key.span.start.into_deserializer()).map(Some),
            2 => seed.deserialize(key.span.end.into_deserializer()).map(Some),
            _ => self.key.take().map(|key| seed.deserialize(key)).transpose(),
        }
    }
}

/// One variant of an enum: its name, and what stands under it.
struct Variant<'a> {
    name: Cow<'a, str>,
    content: Option<Node<'a>>,
}

impl<'de> de::EnumAccess<'de> for Variant<'de> {
    type Error = Error;
    type Variant = Content<'de>;

    fn variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<(T::Value, Content<'de>), Error> {
        let name = self.name.into_owned();
        let variant = seed.deserialize(name.clone().into_deserializer())?;
        Ok((variant, Content { name, node: self.content }))
    }
}

/// What stands under a variant's name.
struct Content<'a> {
    name: String,
    node: Option<Node<'a>>,
}

impl<'a> Content<'a> {
    fn read<T>(self, how: impl FnOnce(Source<'a>) -> Result<T, Error>) -> Result<T, Error> {
        let Some(node) = self.node else {
            return Err(de::Error::custom(format!("`{}` needs a value", self.name)));
        };
        how(Source { node }).map_err(|error| error.within(node.span(), Step::Key(self.name)))
    }
}

impl<'de> de::VariantAccess<'de> for Content<'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        if self.node.is_none() { Ok(()) } else { self.read(de::Deserialize::deserialize) }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        self.read(|source| seed.deserialize(source))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.read(|source| source.sequence(visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.read(|source| source.mapping(visitor))
    }
}
