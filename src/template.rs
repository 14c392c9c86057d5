//! Go templates: the grammar of `text/template` exactly, with the bytes of every piece.
//!
//! [`parse`] agrees with Go (1.24 and later) on what is a template and on the first error's message,
//! and goes on after an error, so that the rest of a broken file is still seen. Comments, trim
//! markers and white space are kept. The tree is bounded in depth; see the `MAX_` constants.

use std::fmt;

use crate::text::{Span, Text};

pub use ast::{
    Action, Arg, Arm, Block, Branch, Chain, Command, Comment, Define, DefineKind, Fields,
    Invocation, Node, Number, Otherwise, Pipe, Str, Tag, TextNode, Variable,
};
pub use functions::FunctionSet;
pub use set::{Named, SetFile, TemplateSet};
pub use walk::{Element, FieldChain};

mod ast;
pub mod flow;
pub mod functions;
pub mod gate;
mod lex;
pub mod mask;
mod number;
mod parse;
mod quote;
pub mod reach;
pub mod render;
mod set;
#[cfg(test)]
mod tests;
mod token;
mod unicode;
mod walk;
mod words;

/// The largest template that is read, in bytes. Helm reads no file over 5 MiB from an archive.
pub const MAX_BYTES: usize = 16 << 20;
/// How deep blocks (`if`, `with`, `range`, `define`, `block`) may nest; reading stops there.
/// Go has no limit.
pub const MAX_BLOCK_DEPTH: usize = 256;
/// How deep parentheses may nest. Go's limit is 10,000.
pub const MAX_PAREN_DEPTH: usize = 256;
/// How many errors of one template are kept.
pub const MAX_ERRORS: usize = 100;

/// A template file and what it is made of.
#[derive(Clone, Debug)]
pub struct Template {
    /// The text; all spans are into it.
    pub text: Text,
    /// What the file itself renders, and places of its definitions.
    pub nodes: Vec<Node>,
    /// The named templates, in the order in which they open, blocks included.
    pub defines: Vec<Define>,
    /// Why Go refuses the file; empty where it does not. The first is Go's, the others are what is
    /// found after it, in the order in which they were found.
    pub errors: Vec<ParseError>,
    /// All comments, in order; they are among the nodes too.
    pub comments: Vec<Comment>,
}

impl Template {
    /// The text of a span.
    pub fn slice(&self, span: Span) -> &str {
        self.text.slice(span)
    }
}

/// Why a template cannot be parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// Go's message, without the file's name and line.
    pub message: String,
    /// What is wrong: a token, a tag, or the tag that is not closed.
    pub span: Span,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ParseError {}

/// Reads a template. Never fails: what is wrong is in the template's `errors`.
///
/// A file's name plays no part; Go also refuses a file that defines its own name and renders
/// something besides.
pub fn parse(text: Text, functions: &FunctionSet) -> Template {
    let parsed = parse::Parser::new(text.as_str(), functions).run();
    Template {
        nodes: parsed.nodes,
        defines: parsed.defines,
        errors: parsed.errors,
        comments: parsed.comments,
        text,
    }
}
