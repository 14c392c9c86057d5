//! Going over all of a template.

use crate::text::Span;

use super::Template;
use super::ast::{Arg, Branch, Command, Define, Fields, Node, Pipe};

/// What a walk comes by.
#[derive(Clone, Copy, Debug)]
pub enum Element<'t> {
    /// A node, before what is in it.
    Node(&'t Node),
    /// A named template, after its node and before its body.
    Define(&'t Define),
    /// A pipeline, before its commands; also those in parentheses.
    Pipe(&'t Pipe),
    /// A command, before its arguments.
    Command(&'t Command),
    /// An argument, before what is in it.
    Arg(&'t Arg),
}

/// A chain of fields that begins at `.` or `$`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChain<'t> {
    /// The whole chain as written, a `$` included.
    pub span: Span,
    /// Whether it begins at `$`.
    pub from_root: bool,
    /// The names, each with its bytes; at least one.
    pub names: Vec<(&'t str, Span)>,
}

impl Template {
    /// Hands every node, definition, pipeline, command and argument to `visit`, in the order in
    /// which they begin in the text.
    pub fn walk<'t>(&'t self, mut visit: impl FnMut(Element<'t>)) {
        self.walk_within(Span { start: 0, end: u32::MAX }, &mut visit);
    }

    /// [`walk`](Self::walk) over the nodes alone that lie in a span, at least in part.
    pub fn walk_within<'t>(&'t self, within: Span, visit: &mut dyn FnMut(Element<'t>)) {
        Walk { defines: &self.defines, within, visit }.nodes(&self.nodes);
    }

    /// All chains `.Values…` and `$.Values…` as written, wherever they stand: what `.` is there is
    /// not looked at.
    pub fn values_chains(&self) -> Vec<FieldChain<'_>> {
        let mut chains = Vec::new();
        self.walk(|element| {
            let Element::Arg(arg) = element else { return };
            chains
                .extend(self.field_chain(arg).filter(|chain| {
                    chain.names.first().is_some_and(|(name, _)| *name == "Values")
                }));
        });
        chains
    }

    /// The argument as a chain of fields from `.` or `$`, where it is one.
    pub fn field_chain(&self, arg: &Arg) -> Option<FieldChain<'_>> {
        let names = |fields: &Fields| fields.names(&self.text).collect();
        match arg {
            Arg::Field(fields) => {
                Some(FieldChain { span: fields.span, from_root: false, names: names(fields) })
            }
            Arg::Variable(variable) if self.slice(variable.name) == "$" => {
                let names = names(variable.fields.as_ref()?);
                Some(FieldChain { span: variable.span(), from_root: true, names })
            }
            _ => None,
        }
    }
}

struct Walk<'t, 'v> {
    defines: &'t [Define],
    within: Span,
    visit: &'v mut dyn FnMut(Element<'t>),
}

impl<'t> Walk<'t, '_> {
    fn nodes(&mut self, nodes: &'t [Node]) {
        let Self { defines, within, .. } = *self;
        let first = nodes.partition_point(|it| span(it, defines).end <= within.start);
        let after = nodes.get(first..).unwrap_or_default().iter();
        for node in after.take_while(|it| span(it, defines).start < within.end) {
            (self.visit)(Element::Node(node));
            match node {
                Node::Action(action) => self.pipe(&action.pipe),
                Node::If(branch) | Node::With(branch) | Node::Range(branch) => self.branch(branch),
                Node::Template(call) => call.pipe.iter().for_each(|pipe| self.pipe(pipe)),
                Node::Block(block) => {
                    self.pipe(&block.pipe);
                    self.define(block.define);
                }
                Node::Define(index) => self.define(*index),
                Node::Text(_)
                | Node::Comment(_)
                | Node::Break(_)
                | Node::Continue(_)
                | Node::Invalid(_) => {}
            }
        }
    }

    fn branch(&mut self, branch: &'t Branch) {
        for arm in &branch.arms {
            self.pipe(&arm.pipe);
            self.nodes(&arm.nodes);
        }
        if let Some(otherwise) = &branch.otherwise {
            self.nodes(&otherwise.nodes);
        }
    }

    fn define(&mut self, index: usize) {
        if let Some(define) = self.defines.get(index) {
            (self.visit)(Element::Define(define));
            self.nodes(&define.body);
        }
    }

    fn pipe(&mut self, pipe: &'t Pipe) {
        (self.visit)(Element::Pipe(pipe));
        for command in &pipe.commands {
            (self.visit)(Element::Command(command));
            command.args.iter().for_each(|arg| self.arg(arg));
        }
    }

    fn arg(&mut self, arg: &'t Arg) {
        (self.visit)(Element::Arg(arg));
        match arg {
            Arg::Pipe(_, pipe) => self.pipe(pipe),
            Arg::Chain(chain) => self.arg(&chain.base),
            _ => {}
        }
    }
}

/// All of a node's bytes; nodes beside each other stand in the order of the text.
fn span(node: &Node, defines: &[Define]) -> Span {
    let define = |index: usize| defines.get(index).map(|define| define.span);
    match node {
        Node::Text(text) => text.span,
        Node::Comment(comment) => comment.tag.span,
        Node::Action(action) => action.tag.span,
        Node::If(branch) | Node::With(branch) | Node::Range(branch) => branch.span,
        Node::Template(call) => call.tag.span,
        Node::Block(block) => define(block.define).unwrap_or(block.tag.span),
        Node::Define(index) => define(*index).unwrap_or_default(),
        Node::Break(tag) | Node::Continue(tag) | Node::Invalid(tag) => tag.span,
    }
}
