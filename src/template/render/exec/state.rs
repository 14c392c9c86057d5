//! The state of an execution, and walking nodes (`state` and the `walk` functions of `exec.rs`).

use crate::{
    template::{Action, Block, Branch, Invocation, Node, Pipe, quote},
    text::Span,
};

use super::super::value::Value;
use super::at::At;
use super::core::Core;
use super::failure::{ExecError, Run};
use super::names::{Found, Names, Source};
use super::operand::Operand;
use super::output::Buffer;

/// One template that is being executed. What it writes goes to the buffer of the core.
pub(super) struct State<'a, 'm> {
    pub(super) core: &'m mut Core,
    pub(super) names: Names<'a>,
    pub(super) source: Source<'a>,
    /// The name under which it is executed.
    pub(super) name: &'a str,
    /// Variables, the innermost last.
    pub(super) vars: Vec<(&'a str, Operand)>,
    /// The current node, for errors.
    pub(super) at: At<'a>,
}

/// Whether the next node comes next.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    Break,
    Continue,
}

impl<'a, 'm> State<'a, 'm> {
    /// The state in which a template begins (`execute`).
    pub(super) fn new(
        core: &'m mut Core,
        names: Names<'a>,
        source: Source<'a>,
        name: &'a str,
        dot: Operand,
    ) -> Self {
        Self { core, names, source, name, vars: vec![("$", dot)], at: At::Start }
    }

    /// An error at the current node (`errorf`).
    #[cold]
    pub(super) fn error(&self, message: &str) -> Box<ExecError> {
        ExecError::new(self.source, self.name, self.at, message)
    }

    /// A limit of careen's own, crossed at the current node.
    #[cold]
    pub(super) fn limit(&self, message: &str) -> Box<ExecError> {
        let mut error = self.error(message);
        error.limit = true;
        error
    }

    pub(super) fn slice(&self, span: Span) -> &'a str {
        self.source.template.slice(span)
    }

    /// One level deeper: in blocks, pipelines and templates.
    pub(super) fn descend(&mut self) -> Run<()> {
        self.core.depth += 1;
        if self.core.depth > self.core.max_depth {
            let message = format!("execution nests deeper than {}", self.core.max_depth);
            let mut error = self.limit(&message);
            error.too_deep = true;
            return Err(error);
        }
        Ok(())
    }

    pub(super) fn ascend(&mut self) {
        self.core.depth -= 1;
    }

    pub(super) fn walk_list(&mut self, dot: &Operand, nodes: &'a [Node]) -> Run<Flow> {
        self.descend()?;
        let mut flow = Flow::Next;
        for node in nodes {
            flow = self.walk(dot, node)?;
            if flow != Flow::Next {
                break;
            }
        }
        self.ascend();
        Ok(flow)
    }

    fn walk(&mut self, dot: &Operand, node: &'a Node) -> Run<Flow> {
        self.step()?;
        match node {
            Node::Text(text) => self.write_text(text.trimmed)?,
            Node::Action(action) => self.walk_action(dot, action)?,
            Node::If(branch) => return self.walk_if_or_with(dot, branch, false),
            Node::With(branch) => return self.walk_if_or_with(dot, branch, true),
            Node::Range(branch) => return self.walk_range(dot, branch),
            Node::Template(call) => self.walk_template(dot, call)?,
            Node::Block(block) => self.walk_block(dot, block)?,
            Node::Comment(_) | Node::Define(_) => {}
            Node::Break(_) => return Ok(Flow::Break),
            Node::Continue(_) => return Ok(Flow::Continue),
            Node::Invalid(_) => return Err(self.limit("the template has errors")),
        }
        Ok(Flow::Next)
    }

    fn step(&mut self) -> Run<()> {
        self.core.steps += 1;
        if self.core.steps > super::MAX_STEPS {
            let message = format!("more than {} nodes are executed", super::MAX_STEPS);
            return Err(self.limit(&message));
        }
        Ok(())
    }

    fn walk_action(&mut self, dot: &Operand, action: &'a Action) -> Run<()> {
        let mark = self.core.traces.len();
        let value = self.eval_pipeline(dot, &action.pipe)?;
        // Pipelines that set variables print nothing.
        if action.pipe.variables.is_empty() {
            self.print_value(action.tag.span, &value.value)?;
        }
        self.core.traces.truncate(mark);
        Ok(())
    }

    fn walk_if_or_with(&mut self, dot: &Operand, branch: &'a Branch, with: bool) -> Run<Flow> {
        let mark = self.vars.len();
        let mut flow = None;
        for arm in &branch.arms {
            let value = self.eval_pipeline(dot, &arm.pipe)?;
            if value.value.is_true() {
                flow = Some(self.walk_list(if with { &value } else { dot }, &arm.nodes)?);
                break;
            }
        }
        let flow = match (flow, &branch.otherwise) {
            (Some(flow), _) => flow,
            (None, Some(otherwise)) => self.walk_list(dot, &otherwise.nodes)?,
            (None, None) => Flow::Next,
        };
        self.vars.truncate(mark);
        Ok(flow)
    }

    fn walk_template(&mut self, dot: &Operand, call: &'a Invocation) -> Run<()> {
        self.at = At::Call(call);
        let name = call.name.value(&self.source.template.text);
        self.call_template(dot, &name, call.pipe.as_ref(), call.tag.span)
    }

    fn walk_block(&mut self, dot: &Operand, block: &'a Block) -> Run<()> {
        let Some(define) = self.source.template.defines.get(block.define) else { return Ok(()) };
        self.at = At::Block(&define.name, define.name_span, &block.pipe);
        self.call_template(dot, &define.name, Some(&block.pipe), block.tag.span)
    }

    fn call_template(
        &mut self,
        dot: &Operand,
        name: &str,
        pipe: Option<&'a Pipe>,
        tag: Span,
    ) -> Run<()> {
        let Some((name, found)) = self.names.get(name) else {
            let message = format!("template {} not defined", quote::quoted(name));
            return Err(self.error(&message));
        };
        // Variables declared by the pipeline persist.
        let dot = match pipe {
            Some(pipe) => self.eval_pipeline(dot, pipe)?,
            None => Operand::none(),
        };
        self.run(name, found, &dot).map_err(|mut error| {
            error.came_through(self.source, tag);
            error
        })
    }

    /// Executes another template in the same namespace; it sees no variables of this one.
    pub(super) fn run(&mut self, name: &'a str, found: Found<'a>, dot: &Operand) -> Run<()> {
        let Found { source, body } = found;
        let mut state = State::new(&mut *self.core, self.names, source, name, dot.clone());
        state.walk_list(dot, body).map(|_| ())
    }

    /// Runs something that writes, and takes what it has written.
    pub(super) fn capture(&mut self, run: impl FnOnce(&mut Self) -> Run<()>) -> Run<Buffer> {
        let inner = self.core.buffers.pop().unwrap_or_default();
        let outer = std::mem::replace(&mut self.core.out, inner);
        let ran = run(self);
        let written = std::mem::replace(&mut self.core.out, outer);
        ran.map(|()| written)
    }

    fn write_text(&mut self, span: Span) -> Run<()> {
        let text = self.slice(span);
        self.core.out.push_literal(text.as_bytes(), self.source.file, span);
        self.wrote(text.len())
    }

    fn print_value(&mut self, span: Span, value: &Value) -> Run<()> {
        let before = self.core.out.text.len();
        self.core.print(value, self.source.file, span);
        self.wrote(self.core.out.text.len() - before)
    }

    fn wrote(&mut self, bytes: usize) -> Run<()> {
        self.core.written += bytes;
        if self.core.written > super::MAX_OUTPUT {
            let message = format!("more than {} bytes are rendered", super::MAX_OUTPUT);
            return Err(self.limit(&message));
        }
        Ok(())
    }
}
