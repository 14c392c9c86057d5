//! What a template is made of. Every piece has its bytes; names are read from the text.

use std::borrow::Cow;

use crate::text::{Span, Text};

/// One `{{…}}` with what it trims.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tag {
    /// From the opening to the closing braces, both included.
    pub span: Span,
    /// Opens with `{{- `: the white space before is not rendered.
    pub trims_before: bool,
    /// Closes with ` -}}`: the white space after is not rendered.
    pub trims_after: bool,
}

/// A piece of a template, in the order of the text.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// Text between tags.
    Text(TextNode),
    /// `{{/* … */}}`
    Comment(Comment),
    /// `{{pipeline}}`
    Action(Action),
    /// `{{if}}` with its `{{else if}}` and `{{else}}`.
    If(Branch),
    /// `{{with}}` with its `{{else with}}` and `{{else}}`.
    With(Branch),
    /// `{{range}}` with its `{{else}}`.
    Range(Branch),
    /// `{{template "name" pipeline}}`
    Template(Invocation),
    /// `{{block "name" pipeline}} … {{end}}`: a call, and the definition of what is called.
    Block(Block),
    /// `{{define "name"}} … {{end}}` stands here; its index in the template's `defines`.
    Define(usize),
    /// `{{break}}`
    Break(Tag),
    /// `{{continue}}`
    Continue(Tag),
    /// A tag that could not be made sense of; the errors say why.
    Invalid(Tag),
}

/// Text between tags, never empty as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextNode {
    /// As written.
    pub span: Span,
    /// As rendered, after the trim markers of the tags around it; may be empty.
    pub trimmed: Span,
}

/// A comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// The whole tag.
    pub tag: Tag,
    /// From `/*` to `*/`, both included.
    pub span: Span,
}

/// A pipeline whose result is rendered, or that only sets variables.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// The whole tag.
    pub tag: Tag,
    /// What it evaluates.
    pub pipe: Pipe,
}

/// A conditional: the first arm that holds, or else `otherwise`. `range` has one arm.
#[derive(Clone, Debug, PartialEq)]
pub struct Branch {
    /// `{{if}}` and each `{{else if}}`, at least one. Variables declared by one arm's pipeline are
    /// in scope in the arms after it.
    pub arms: Vec<Arm>,
    /// `{{else}}`
    pub otherwise: Option<Otherwise>,
    /// `{{end}}`; `None` where it is missing.
    pub end: Option<Tag>,
    /// From the first tag to the last.
    pub span: Span,
}

/// One condition and what is rendered where it holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// The tag with the condition.
    pub tag: Tag,
    /// The condition.
    pub pipe: Pipe,
    /// What is rendered.
    pub nodes: Vec<Node>,
}

/// What is rendered where no arm holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Otherwise {
    /// The `{{else}}`.
    pub tag: Tag,
    /// What is rendered.
    pub nodes: Vec<Node>,
}

/// `{{template "name" pipeline}}`
#[derive(Clone, Debug, PartialEq)]
pub struct Invocation {
    /// The whole tag.
    pub tag: Tag,
    /// What is called.
    pub name: Str,
    /// What it is called with; nil where there is none.
    pub pipe: Option<Pipe>,
}

/// `{{block "name" pipeline}} … {{end}}`
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// The opening tag.
    pub tag: Tag,
    /// What the definition is called with.
    pub pipe: Pipe,
    /// The index of the definition in the template's `defines`.
    pub define: usize,
}

/// A named template, from `{{define}}` or `{{block}}`.
#[derive(Clone, Debug, PartialEq)]
pub struct Define {
    /// The name, unquoted.
    pub name: String,
    /// Where the name is written, quotes included.
    pub name_span: Span,
    /// Which of the two it was.
    pub kind: DefineKind,
    /// The opening tag.
    pub tag: Tag,
    /// `{{end}}`; `None` where it is missing.
    pub end: Option<Tag>,
    /// From the opening tag to the end.
    pub span: Span,
    /// What the name stands for.
    pub body: Vec<Node>,
}

/// How a named template was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DefineKind {
    /// `{{define "name"}}`
    Define,
    /// `{{block "name" pipeline}}`
    Block,
}

/// `$a, $b := command | command`
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pipe {
    /// From the first variable or argument to the last, without the space around.
    pub span: Span,
    /// The variables set, `$` included in each; at most two, and two only in `range`.
    pub variables: Vec<Span>,
    /// Set with `=` instead of declared with `:=`.
    pub assigns: bool,
    /// The stages; each takes the result of the one before as its last argument. Empty only where
    /// the template has an error here.
    pub commands: Vec<Command>,
}

/// One stage of a pipeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    /// From the first argument to the last.
    pub span: Span,
    /// What is called or evaluated, and its arguments; at least one.
    pub args: Vec<Arg>,
}

/// An operand.
#[derive(Clone, Debug, PartialEq)]
pub enum Arg {
    /// `.`
    Dot(Span),
    /// `nil`
    Nil(Span),
    /// `true`, `false`
    Bool(Span, bool),
    /// `.a.b`
    Field(Fields),
    /// `$`, `$x`, `$x.a.b`
    Variable(Variable),
    /// `(pipeline).a.b`, `function.a`
    Chain(Box<Chain>),
    /// The name of a function.
    Identifier(Span),
    /// `"…"` or `` `…` ``
    Str(Str),
    /// `1`, `0x10`, `1.5`, `1_000`, `2i`
    Number(Box<Number>),
    /// `'a'`
    Char(Span, char),
    /// `(pipeline)`; the span includes the parentheses.
    Pipe(Span, Box<Pipe>),
}

impl Arg {
    /// All of its bytes.
    pub fn span(&self) -> Span {
        match self {
            Arg::Dot(span)
            | Arg::Nil(span)
            | Arg::Bool(span, _)
            | Arg::Identifier(span)
            | Arg::Char(span, _)
            | Arg::Pipe(span, _) => *span,
            Arg::Field(fields) => fields.span,
            Arg::Variable(variable) => variable.span(),
            Arg::Chain(chain) => chain.span(),
            Arg::Str(text) => text.span,
            Arg::Number(number) => number.span,
        }
    }
}

/// One or more `.name`, without anything between.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    /// From the first dot to the last name.
    pub span: Span,
}

impl Fields {
    /// The names without their dots, each with its bytes.
    pub fn names<'t>(&self, text: &'t Text) -> impl Iterator<Item = (&'t str, Span)> + use<'t> {
        let mut at = self.span.start;
        text.slice(self.span).split('.').skip(1).map(move |name| {
            let start = at + 1;
            at = start + name.len() as u32;
            (name, Span { start, end: at })
        })
    }
}

/// A variable, and fields of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variable {
    /// `$` and the name.
    pub name: Span,
    /// What is read from it.
    pub fields: Option<Fields>,
}

impl Variable {
    /// Name and fields.
    pub fn span(&self) -> Span {
        Span { start: self.name.start, end: self.fields.map_or(self.name.end, |f| f.span.end) }
    }
}

/// Fields of the result of something that is not itself a field or a variable.
#[derive(Clone, Debug, PartialEq)]
pub struct Chain {
    /// A pipeline in parentheses, or a function without arguments.
    pub base: Arg,
    /// What is read from its result.
    pub fields: Fields,
}

impl Chain {
    /// Base and fields.
    pub fn span(&self) -> Span {
        Span { start: self.base.span().start, end: self.fields.span.end }
    }
}

/// A string constant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Str {
    /// The constant with its quotes.
    pub span: Span,
    /// The value, where it is not simply what stands between the quotes. Go's strings are bytes:
    /// `"\xff"` is not UTF-8.
    pub unescaped: Option<Box<[u8]>>,
}

impl Str {
    /// The value.
    pub fn bytes<'s>(&'s self, text: &'s Text) -> &'s [u8] {
        let between = |written: &'s str| written.get(1..written.len().saturating_sub(1));
        match &self.unescaped {
            Some(bytes) => bytes,
            None => between(text.slice(self.span)).unwrap_or("").as_bytes(),
        }
    }

    /// The value as text; bytes that are not UTF-8 become U+FFFD.
    pub fn value<'s>(&'s self, text: &'s Text) -> Cow<'s, str> {
        String::from_utf8_lossy(self.bytes(text))
    }
}

/// A number with every type it can be read as: `1.0` is an integer too, `1e3` and `-0` as well.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Number {
    /// As written.
    pub span: Span,
    /// As a signed integer.
    pub int: Option<i64>,
    /// As an unsigned integer.
    pub uint: Option<u64>,
    /// As a floating-point number.
    pub float: Option<f64>,
    /// As a complex number, real and imaginary part; only where `i` is written.
    pub complex: Option<(f64, f64)>,
}
