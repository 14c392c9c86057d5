//! What tags do to the blocks that are open.

use crate::text::Span;

use super::super::ast::{
    Action, Arm, Block, Branch, Define, DefineKind, Invocation, Node, Otherwise, Pipe, Str, Tag,
};
use super::super::{MAX_BLOCK_DEPTH, quote};
use super::{BranchKind, Clause, Open, OpenKind, Parser};

impl<'t> Parser<'t> {
    pub(super) fn apply(&mut self, clause: Clause, variables: usize) {
        let tag = self.tag;
        match clause {
            Clause::Node(node) => {
                self.push(with_tag(node, tag));
            }
            Clause::Open(kind, pipe) => self.open_branch(kind, pipe, variables),
            Clause::Arm(pipe) => {
                self.continue_branch(|branch| branch.arms.push(Arm { tag, pipe, nodes: vec![] }));
            }
            Clause::Else => {
                let otherwise = Some(Otherwise { tag, nodes: vec![] });
                if self.continue_branch(|branch| branch.otherwise = otherwise)
                    == Some(BranchKind::Range)
                {
                    self.scope.ranges -= 1;
                }
            }
            Clause::End => {
                if let Some(open) = self.open.pop() {
                    self.close(open, Some(tag));
                }
            }
            Clause::Define(name) => self.open_define(name, variables, None),
            Clause::Block(name, pipe) => self.open_define(name, variables, Some(pipe)),
        }
    }

    fn open_branch(&mut self, kind: BranchKind, pipe: Pipe, variables: usize) {
        let tag = self.tag;
        let arms = vec![Arm { tag, pipe, nodes: vec![] }];
        let branch = Branch { arms, otherwise: None, end: None, span: tag.span };
        self.scope.ranges += usize::from(kind == BranchKind::Range);
        self.push_open(OpenKind::Branch(kind, branch), variables);
    }

    fn open_define(&mut self, name: Option<Str>, variables: usize, call: Option<Pipe>) {
        let tag = self.tag;
        let at_end = Span { start: tag.span.end, end: tag.span.end };
        let name_span = name.as_ref().map_or(at_end, |name| name.span);
        self.parsed.defines.push(Define {
            name: name.map(|name| self.unquoted(&name)).unwrap_or_default(),
            name_span,
            kind: if call.is_some() { DefineKind::Block } else { DefineKind::Define },
            tag,
            end: None,
            span: tag.span,
            body: vec![],
        });
        let index = self.parsed.defines.len() - 1;
        let outer = std::mem::take(&mut self.scope);
        self.push_open(OpenKind::Define { index, outer, call }, variables);
    }

    fn unquoted(&self, name: &Str) -> String {
        if let Some(bytes) = &name.unescaped {
            return String::from_utf8_lossy(bytes).into_owned();
        }
        let written = self.slice(name.span);
        written.get(1..written.len().saturating_sub(1)).unwrap_or("").to_owned()
    }

    fn push_open(&mut self, kind: OpenKind<'t>, variables: usize) {
        self.open.push(Open { kind, nodes: vec![], variables });
        if self.open.len() > MAX_BLOCK_DEPTH {
            let message = format!("blocks nest deeper than {MAX_BLOCK_DEPTH}");
            self.fail(self.tag.span, message);
            self.stopped = true;
        }
    }

    /// Ends what stands before an `{{else}}`, and lets `change` begin what comes after.
    fn continue_branch(&mut self, change: impl FnOnce(&mut Branch)) -> Option<BranchKind> {
        let open = self.open.last_mut()?;
        let nodes = std::mem::take(&mut open.nodes);
        let OpenKind::Branch(kind, branch) = &mut open.kind else { return None };
        if let Some(arm) = branch.arms.last_mut() {
            arm.nodes = nodes;
        }
        change(branch);
        Some(*kind)
    }

    fn close(&mut self, open: Open<'t>, end: Option<Tag>) {
        match open.kind {
            OpenKind::Branch(kind, branch) => {
                self.scope.truncate(open.variables);
                self.close_branch(kind, branch, open.nodes, end);
            }
            OpenKind::Define { index, outer, call } => {
                self.scope = outer;
                self.close_define(index, call, open.nodes, end);
            }
        }
    }

    fn close_branch(
        &mut self,
        kind: BranchKind,
        mut branch: Branch,
        nodes: Vec<Node>,
        end: Option<Tag>,
    ) {
        if let Some(otherwise) = &mut branch.otherwise {
            otherwise.nodes = nodes;
        } else {
            self.scope.ranges -= usize::from(kind == BranchKind::Range);
            if let Some(arm) = branch.arms.last_mut() {
                arm.nodes = nodes;
            }
        }
        branch.end = end;
        branch.span.end = self.end_of(end);
        self.push(match kind {
            BranchKind::If => Node::If(branch),
            BranchKind::With => Node::With(branch),
            BranchKind::Range => Node::Range(branch),
        });
    }

    fn close_define(
        &mut self,
        index: usize,
        call: Option<Pipe>,
        body: Vec<Node>,
        end: Option<Tag>,
    ) {
        let span_end = self.end_of(end);
        let empty = body.iter().all(|node| self.is_empty(node));
        let Some(define) = self.parsed.defines.get_mut(index) else { return };
        define.body = body;
        define.end = end;
        define.span.end = span_end;
        let (tag, name, name_span) = (define.tag, define.name.clone(), define.name_span);
        if end.is_some() && name_span.start < name_span.end {
            let filled = self.defined.entry(name.clone()).or_default();
            if *filled && !empty {
                let name = quote::quoted(&name);
                self.fail(name_span, format!("template: multiple definition of template {name}"));
            } else {
                *filled |= !empty;
            }
        }
        self.push(match call {
            None => Node::Define(index),
            Some(pipe) => Node::Block(Block { tag, pipe, define: index }),
        });
    }

    /// Whether Go counts a node as nothing: white space as rendered, or a comment.
    fn is_empty(&self, node: &Node) -> bool {
        match node {
            Node::Text(text) => self.slice(text.trimmed).chars().all(char::is_whitespace),
            Node::Comment(_) => true,
            _ => false,
        }
    }

    /// Closes what the end of the file leaves open; Go names only the innermost.
    pub(super) fn close_all(&mut self) {
        if let Some(open) = self.open.last()
            && !self.stopped
        {
            let span = match &open.kind {
                OpenKind::Branch(_, branch) => branch.arms.first().map(|arm| arm.tag.span),
                OpenKind::Define { index, .. } => {
                    self.parsed.defines.get(*index).map(|define| define.tag.span)
                }
            };
            self.fail(span.unwrap_or_default(), "unexpected EOF".to_owned());
        }
        while let Some(open) = self.open.pop() {
            self.close(open, None);
        }
    }

    fn end_of(&self, end: Option<Tag>) -> u32 {
        end.map_or(self.text.len() as u32, |tag| tag.span.end)
    }

    pub(super) fn push(&mut self, node: Node) {
        match self.open.last_mut() {
            Some(open) => open.nodes.push(node),
            None => self.parsed.nodes.push(node),
        }
    }
}

/// The node with its tag as it is known after the whole tag was read.
fn with_tag(mut node: Node, known: Tag) -> Node {
    match &mut node {
        Node::Action(Action { tag, .. })
        | Node::Template(Invocation { tag, .. })
        | Node::Break(tag)
        | Node::Continue(tag)
        | Node::Invalid(tag) => *tag = known,
        _ => {}
    }
    node
}
