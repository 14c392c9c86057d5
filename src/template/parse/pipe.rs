//! Pipelines, commands and operands.

use crate::text::Span;

use super::super::ast::{Arg, Chain, Command, Fields, Pipe, Variable};
use super::super::token::{Kind, Token};
use super::super::{MAX_PAREN_DEPTH, number, quote};
use super::{Failed, Parse, Parser, span};

impl Parser<'_> {
    /// Reads a pipeline up to and with `end`. After an error, `pipe` holds what was read before.
    pub(super) fn pipeline(
        &mut self,
        pipe: &mut Pipe,
        context: &'static str,
        end: Kind,
    ) -> Parse<()> {
        let first = self.peek();
        pipe.span = Span { start: first.start, end: first.start };
        if first.kind == Kind::Variable {
            self.variables(pipe, context)?;
        }
        loop {
            let token = self.peek();
            if token.kind == end {
                self.next += 1;
                return self.check_pipeline(pipe, context);
            }
            if !token.kind.starts_operand() {
                return Err(self.unexpected(token, context));
            }
            let mut command = Command { span: span(token), args: vec![] };
            let read = self.command(&mut command);
            if !command.args.is_empty() {
                pipe.span.end = command.span.end;
                pipe.commands.push(command);
            }
            read?;
        }
    }

    /// Reads `$a :=`, `$a =` and in `range` `$a, $b :=`, where they stand.
    fn variables(&mut self, pipe: &mut Pipe, context: &str) -> Parse<()> {
        loop {
            let variable = self.peek();
            if variable.kind != Kind::Variable {
                return Ok(());
            }
            let Some(next) = self.tokens.get(self.next + 1).copied() else { return Ok(()) };
            match next.kind {
                Kind::Assign | Kind::Declare => {
                    pipe.assigns = next.kind == Kind::Assign;
                    self.declare(pipe, variable, next);
                    return Ok(());
                }
                Kind::Char if self.slice(span(next)) == "," => {
                    self.declare(pipe, variable, next);
                }
                _ => return Ok(()),
            }
            if context != "range" || pipe.variables.len() > 1 {
                let message = format!("too many declarations in {context}");
                return Err(self.fail(span(variable), message));
            }
            let after = self.peek();
            if !matches!(after.kind, Kind::Variable | Kind::RightDelim | Kind::RightParen) {
                let message = "range can only initialize variables".to_owned();
                return Err(self.fail(span(after), message));
            }
        }
    }

    fn declare(&mut self, pipe: &mut Pipe, variable: Token, operator: Token) {
        pipe.variables.push(span(variable));
        pipe.span.end = operator.end;
        self.scope.declare(self.text.get(span(variable).range()).unwrap_or(""));
        self.next += 2;
    }

    fn check_pipeline(&mut self, pipe: &Pipe, context: &str) -> Parse<()> {
        if pipe.commands.is_empty() {
            return Err(self.fail(self.tag.span, format!("missing value for {context}")));
        }
        for (index, command) in pipe.commands.iter().enumerate().skip(1) {
            if let Some(first) = command.args.first().filter(|first| is_constant(first)) {
                let message = format!("non executable command in pipeline stage {}", index + 1);
                return Err(self.fail(first.span(), message));
            }
        }
        Ok(())
    }

    /// Operands with space between them, up to and with `|`, or up to what ends the pipeline.
    fn command(&mut self, command: &mut Command) -> Parse<()> {
        loop {
            let operand = self.operand()?;
            let found = operand.is_some();
            if let Some(operand) = operand {
                command.span.end = operand.span().end;
                command.args.push(operand);
            }
            let token = self.peek();
            match token.kind {
                _ if found && token.spaced => {}
                Kind::RightDelim | Kind::RightParen => return Ok(()),
                Kind::Pipe => {
                    self.next += 1;
                    return Ok(());
                }
                _ => return Err(self.unexpected(token, "operand")),
            }
        }
    }

    /// A term and the fields that follow it without space; `None` where no term begins.
    fn operand(&mut self) -> Parse<Option<Arg>> {
        let first = self.peek();
        let Some(term) = self.term(first)? else { return Ok(None) };
        let Some(fields) = self.fields() else { return Ok(Some(term)) };
        Ok(Some(match term {
            Arg::Field(own) => {
                Arg::Field(Fields { span: Span { start: own.span.start, end: fields.span.end } })
            }
            Arg::Variable(variable) => Arg::Variable(Variable { fields: Some(fields), ..variable }),
            _ if is_constant(&term) => {
                let written = quote::quoted(self.slice(term.span()));
                let message = format!("unexpected . after term {written}");
                return Err(self.fail(fields.span, message));
            }
            _ => Arg::Chain(Box::new(Chain { base: term, fields })),
        }))
    }

    fn fields(&mut self) -> Option<Fields> {
        let mut found: Option<Span> = None;
        loop {
            let token = self.peek();
            if token.kind != Kind::Field || token.spaced {
                return found.map(|span| Fields { span });
            }
            self.next += 1;
            found.get_or_insert(span(token)).end = token.end;
        }
    }

    fn term(&mut self, token: Token) -> Parse<Option<Arg>> {
        let span = span(token);
        if !token.kind.starts_operand() {
            return Ok(None);
        }
        self.next += 1;
        Ok(Some(match token.kind {
            Kind::Identifier => return self.function(span).map(Some),
            Kind::Dot => Arg::Dot(span),
            Kind::Nil => Arg::Nil(span),
            Kind::Variable => return self.variable(span).map(Some),
            Kind::Field => Arg::Field(Fields { span }),
            Kind::Bool => Arg::Bool(span, self.slice(span) == "true"),
            Kind::String | Kind::RawString => Arg::Str(self.string(token)?),
            Kind::LeftParen => return self.parenthesized(span).map(Some),
            _ => return self.number(token.kind, span).map(Some),
        }))
    }

    fn function(&mut self, span: Span) -> Parse<Arg> {
        let name = self.slice(span);
        if self.functions.contains(name) {
            return Ok(Arg::Identifier(span));
        }
        let message = format!("function {} not defined", quote::quoted(name));
        Err(self.fail(span, message))
    }

    fn variable(&mut self, span: Span) -> Parse<Arg> {
        let name = self.slice(span);
        if self.scope.contains(name) {
            return Ok(Arg::Variable(Variable { name: span, fields: None }));
        }
        let message = format!("undefined variable {}", quote::quoted(name));
        Err(self.fail(span, message))
    }

    fn number(&mut self, kind: Kind, span: Span) -> Parse<Arg> {
        let text = self.slice(span);
        let read = match kind {
            Kind::CharConstant => quote::unquote_char(text).map(|c| Arg::Char(span, c)),
            Kind::Complex => number::complex(text, span).map(|n| Arg::Number(Box::new(n))),
            _ => number::number(text, span).map(|n| Arg::Number(Box::new(n))),
        };
        read.map_err(|message| self.fail(span, message))
    }

    fn parenthesized(&mut self, opening: Span) -> Parse<Arg> {
        if self.parens >= MAX_PAREN_DEPTH {
            return Err(self.too_deep(opening));
        }
        self.parens += 1;
        let mut pipe = Box::new(Pipe::default());
        self.pipeline(&mut pipe, "parenthesized pipeline", Kind::RightParen)?;
        self.parens -= 1;
        let end = self.tokens.get(self.next - 1).map_or(opening.end, |token| token.end);
        Ok(Arg::Pipe(Span { start: opening.start, end }, pipe))
    }

    fn too_deep(&mut self, span: Span) -> Failed {
        self.fail(span, "max expression depth exceeded".to_owned())
    }
}

/// Whether an operand has neither fields nor can be called.
fn is_constant(arg: &Arg) -> bool {
    matches!(
        arg,
        Arg::Bool(..) | Arg::Dot(_) | Arg::Nil(_) | Arg::Number(_) | Arg::Char(..) | Arg::Str(_)
    )
}
