//! From tags to the tree: what opens, continues and closes what. The rules and messages are those
//! of `text/template/parse/parse.go`; open blocks are kept on a stack instead of by recursion.

use std::collections::BTreeMap;

use crate::text::Span;

use super::ast::{Action, Branch, Comment, Define, Invocation, Node, Pipe, Str, Tag};
use super::functions::FunctionSet;
use super::lex::{Jumps, Lexer, Piece};
use super::token::{Kind, Token};
use super::{MAX_BYTES, MAX_ERRORS, ParseError, quote};
use scope::Scope;

mod blocks;
mod pipe;
mod scope;

/// What the parser finds.
#[derive(Default)]
pub(super) struct Parsed {
    pub(super) nodes: Vec<Node>,
    pub(super) defines: Vec<Define>,
    pub(super) errors: Vec<ParseError>,
    pub(super) comments: Vec<Comment>,
}

/// An error was recorded; the rest of the tag is not read.
struct Failed;

type Parse<T> = Result<T, Failed>;

pub(super) struct Parser<'t> {
    text: &'t str,
    functions: &'t FunctionSet,
    lexer: Lexer<'t>,
    /// The tag being read, its tokens, and the next of them.
    tag: Tag,
    tokens: Vec<Token>,
    next: usize,
    /// Blocks that are open, the innermost last.
    open: Vec<Open<'t>>,
    scope: Scope<'t>,
    /// Parentheses that are open in the tag.
    parens: usize,
    /// Names that are defined with more than white space.
    defined: BTreeMap<String, bool>,
    stopped: bool,
    parsed: Parsed,
}

/// A block that is not closed yet.
struct Open<'t> {
    kind: OpenKind<'t>,
    /// What stands in it since its last tag.
    nodes: Vec<Node>,
    /// How many variables there were before.
    variables: usize,
}

enum OpenKind<'t> {
    Branch(BranchKind, Branch),
    /// A definition, the scope around it, and for a block what it is called with.
    Define {
        index: usize,
        outer: Scope<'t>,
        call: Option<Pipe>,
    },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum BranchKind {
    If,
    With,
    Range,
}

impl BranchKind {
    fn name(self) -> &'static str {
        match self {
            BranchKind::If => "if",
            BranchKind::With => "with",
            BranchKind::Range => "range",
        }
    }

    /// The word that continues it after `else`.
    fn word(self) -> Option<Kind> {
        match self {
            BranchKind::If => Some(Kind::If),
            BranchKind::With => Some(Kind::With),
            BranchKind::Range => None,
        }
    }
}

/// What one tag does.
enum Clause {
    Node(Node),
    Open(BranchKind, Pipe),
    Arm(Pipe),
    Else,
    End,
    Define(Option<Str>),
    Block(Option<Str>, Pipe),
}

impl<'t> Parser<'t> {
    pub(super) fn new(text: &'t str, functions: &'t FunctionSet) -> Self {
        let is_keyword = |word| !functions.contains(word);
        let jumps = Jumps { breaks: is_keyword("break"), continues: is_keyword("continue") };
        Self {
            text,
            functions,
            lexer: Lexer::new(text, jumps),
            tag: Tag::default(),
            tokens: Vec::new(),
            next: 0,
            open: Vec::new(),
            scope: Scope::default(),
            parens: 0,
            defined: BTreeMap::new(),
            stopped: false,
            parsed: Parsed::default(),
        }
    }

    pub(super) fn run(mut self) -> Parsed {
        if self.text.len() > MAX_BYTES {
            let message =
                format!("a template of {} bytes, at most {MAX_BYTES} are read", self.text.len());
            self.fail(Span::default(), message);
            return self.parsed;
        }
        while !self.stopped {
            match self.lexer.next(&mut self.tokens) {
                Piece::End => break,
                Piece::Text(text) => self.push(Node::Text(text)),
                Piece::Comment(comment) => {
                    self.parsed.comments.push(comment);
                    self.push(Node::Comment(comment));
                }
                Piece::Broken(tag, fault) => {
                    self.fail(fault.span, fault.message);
                    self.push(Node::Invalid(tag));
                }
                Piece::Tag(tag) => self.tag(tag),
            }
        }
        self.close_all();
        self.parsed
    }

    /// Reads a tag whose tokens are in the buffer.
    fn tag(&mut self, tag: Tag) {
        self.tag = tag;
        self.next = 0;
        self.parens = 0;
        let variables = self.scope.len();
        let clause = self.clause();
        if let Some(fault) = self.lexer.fault.take() {
            self.lexer.resume(&mut self.tag, fault.span.start as usize);
        }
        self.apply(clause, variables);
    }

    /// What the tag does. After an error it is what can be made of it.
    fn clause(&mut self) -> Clause {
        let kind = self.peek().kind;
        match kind {
            Kind::If => self.branch(BranchKind::If),
            Kind::With => self.branch(BranchKind::With),
            Kind::Range => self.branch(BranchKind::Range),
            Kind::Else => self.else_clause(),
            Kind::End => self.end_clause(),
            Kind::Define => self.define_clause(),
            Kind::Block => self.block_clause(),
            Kind::Template => self.template_clause(),
            Kind::Break | Kind::Continue => self.jump(kind),
            _ => {
                let (pipe, _) = self.whole_pipeline("command");
                Clause::Node(Node::Action(Action { tag: self.tag, pipe }))
            }
        }
    }

    fn branch(&mut self, kind: BranchKind) -> Clause {
        self.next += 1;
        let (pipe, _) = self.whole_pipeline(kind.name());
        Clause::Open(kind, pipe)
    }

    fn else_clause(&mut self) -> Clause {
        self.next += 1;
        let token = self.peek();
        let continues = matches!(token.kind, Kind::If | Kind::With);
        if !continues && self.expect(Kind::RightDelim, "else").is_err() {
            return if self.may_continue() { Clause::Else } else { self.invalid() };
        }
        let message = match self.open.last().map(|open| &open.kind) {
            None => "unexpected {{else}}".to_owned(),
            Some(OpenKind::Define { call: None, .. }) => {
                "unexpected {{else}} in define clause".to_owned()
            }
            Some(OpenKind::Define { call: Some(_), .. }) => {
                "unexpected {{else}} in block clause".to_owned()
            }
            Some(OpenKind::Branch(_, branch)) if branch.otherwise.is_some() => {
                "expected end; found {{else}}".to_owned()
            }
            Some(OpenKind::Branch(kind, _)) if kind.word() == Some(token.kind) => {
                let name = kind.name();
                self.next += 1;
                let (pipe, _) = self.whole_pipeline(name);
                return Clause::Arm(pipe);
            }
            Some(OpenKind::Branch(..)) => {
                if continues {
                    self.unexpected(token, "input");
                }
                return Clause::Else;
            }
        };
        self.fail(self.tag.span, message);
        self.invalid()
    }

    /// Whether an `{{else}}` can come here.
    fn may_continue(&self) -> bool {
        matches!(
            self.open.last().map(|open| &open.kind),
            Some(OpenKind::Branch(_, branch)) if branch.otherwise.is_none()
        )
    }

    fn end_clause(&mut self) -> Clause {
        self.next += 1;
        let read = self.expect(Kind::RightDelim, "end");
        if self.open.is_empty() {
            if read.is_ok() {
                self.fail(self.tag.span, "unexpected {{end}}".to_owned());
            }
            return self.invalid();
        }
        Clause::End
    }

    fn define_clause(&mut self) -> Clause {
        let context = "define clause";
        if !self.open.is_empty() {
            let token = self.peek();
            self.unexpected(token, "command");
            self.next += 1;
            return Clause::Define(self.string_token().and_then(|token| self.string(token).ok()));
        }
        self.next += 1;
        let name = self.name(context).ok();
        if name.is_some() {
            // An error is recorded, and the definition opens all the same.
            let _ = self.expect(Kind::RightDelim, context);
        }
        Clause::Define(name)
    }

    fn block_clause(&mut self) -> Clause {
        let context = "block clause";
        self.next += 1;
        let Ok(name) = self.name(context) else { return Clause::Block(None, Pipe::default()) };
        let (pipe, _) = self.whole_pipeline(context);
        Clause::Block(Some(name), pipe)
    }

    fn template_clause(&mut self) -> Clause {
        let context = "template clause";
        self.next += 1;
        let Ok(name) = self.name(context) else { return self.invalid() };
        let mut pipe = None;
        if self.peek().kind != Kind::RightDelim {
            pipe = Some(self.whole_pipeline(context).0);
        }
        Clause::Node(Node::Template(Invocation { tag: self.tag, name, pipe }))
    }

    fn jump(&mut self, kind: Kind) -> Clause {
        let (name, node) = match kind {
            Kind::Break => ("{{break}}", Node::Break(self.tag)),
            _ => ("{{continue}}", Node::Continue(self.tag)),
        };
        self.next += 1;
        if self.expect(Kind::RightDelim, name).is_err() {
            return self.invalid();
        }
        if self.scope.ranges == 0 {
            self.fail(self.tag.span, format!("{name} outside {{{{range}}}}"));
        }
        Clause::Node(node)
    }

    fn invalid(&self) -> Clause {
        Clause::Node(Node::Invalid(self.tag))
    }

    /// A pipeline that ends with the tag, as far as it could be read.
    fn whole_pipeline(&mut self, context: &'static str) -> (Pipe, Parse<()>) {
        let mut pipe = Pipe::default();
        let read = self.pipeline(&mut pipe, context, Kind::RightDelim);
        (pipe, read)
    }

    fn name(&mut self, context: &str) -> Parse<Str> {
        match self.string_token() {
            Some(token) => self.string(token),
            None => Err(self.unexpected(self.peek(), context)),
        }
    }

    /// Takes the next token where it is a string.
    fn string_token(&mut self) -> Option<Token> {
        let token = self.peek();
        let found = matches!(token.kind, Kind::String | Kind::RawString);
        self.next += usize::from(found);
        found.then_some(token)
    }

    fn string(&mut self, token: Token) -> Parse<Str> {
        let span = span(token);
        match quote::unquote(self.slice(span)) {
            Ok(unescaped) => Ok(Str { span, unescaped }),
            Err(_) => Err(self.fail(span, "invalid syntax".to_owned())),
        }
    }
}

/// Tokens and errors.
impl Parser<'_> {
    fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or("")
    }

    /// The next token; the last one again at the end.
    fn peek(&self) -> Token {
        let end = self.tag.span.end;
        let none = Token { kind: Kind::Error, spaced: false, start: end, end };
        self.tokens.get(self.next).or(self.tokens.last()).copied().unwrap_or(none)
    }

    fn expect(&mut self, kind: Kind, context: &str) -> Parse<()> {
        let token = self.peek();
        if token.kind != kind {
            return Err(self.unexpected(token, context));
        }
        self.next += 1;
        Ok(())
    }

    fn unexpected(&mut self, token: Token, context: &str) -> Failed {
        let text = self.slice(span(token));
        let shown = match (token.kind, &self.lexer.fault) {
            (Kind::Error, Some(fault)) => {
                let (span, message) = (fault.span, fault.message.clone());
                return self.fail(span, message);
            }
            (kind, _) if kind.is_keyword() => format!("<{text}>"),
            _ if text.len() > 10 => {
                let start: String = text.chars().take(10).collect();
                format!("{}...", quote::quoted(&start))
            }
            _ => quote::quoted(text),
        };
        self.fail(span(token), format!("unexpected {shown} in {context}"))
    }

    fn fail(&mut self, span: Span, message: String) -> Failed {
        if self.parsed.errors.len() < MAX_ERRORS {
            self.parsed.errors.push(ParseError { message, span });
        }
        Failed
    }
}

fn span(token: Token) -> Span {
    Span { start: token.start, end: token.end }
}
