//! Where a template's tags stand, and what each does to the text around it.

use crate::{
    template::{Branch, Node, Tag, Template},
    text::Span,
};

/// The tags of a template, each list sorted by place.
#[derive(Debug, Default)]
pub(super) struct Tags {
    /// Everything but comments: what is not there when the file is rendered.
    pub(super) written: Vec<Written>,
    /// Comments.
    pub(super) comments: Vec<Span>,
    /// `if`, `with` and `range` from the first tag to the last.
    pub(super) branches: Vec<Span>,
    /// What is rendered where a branch's first condition does not hold.
    pub(super) others: Vec<Span>,
    /// `define` and `block`: their text is rendered elsewhere.
    pub(super) definitions: Vec<Span>,
}

/// One tag.
#[derive(Clone, Copy, Debug)]
pub(super) struct Written {
    pub(super) span: Span,
    /// Whether it writes something itself; `if`, `end` or an assignment does not.
    pub(super) output: bool,
}

impl Tags {
    pub(super) fn of(template: &Template) -> Self {
        let mut tags = Self::default();
        tags.nodes(&template.nodes);
        for define in &template.defines {
            tags.nodes(&define.body);
            tags.definitions.push(define.span);
            tags.silent(define.tag.span);
            tags.silent_end(define.end);
        }
        tags.comments = template.comments.iter().map(|comment| comment.tag.span).collect();
        tags.written.sort_by_key(|tag| tag.span);
        tags
    }

    fn nodes(&mut self, nodes: &[Node]) {
        for node in nodes {
            match node {
                Node::Text(_) | Node::Comment(_) | Node::Define(_) | Node::Block(_) => {}
                Node::Action(action) => {
                    let output = action.pipe.variables.is_empty();
                    self.written.push(Written { span: action.tag.span, output });
                }
                Node::Template(call) => self.output(call.tag.span),
                Node::Invalid(tag) => self.output(tag.span),
                Node::Break(tag) | Node::Continue(tag) => self.silent(tag.span),
                Node::If(branch) | Node::With(branch) | Node::Range(branch) => self.branch(branch),
            }
        }
    }

    fn branch(&mut self, branch: &Branch) {
        for arm in &branch.arms {
            self.silent(arm.tag.span);
            self.nodes(&arm.nodes);
        }
        if let Some(otherwise) = &branch.otherwise {
            self.silent(otherwise.tag.span);
            self.nodes(&otherwise.nodes);
        }
        self.silent_end(branch.end);
        self.branches.push(branch.span);
        let second = branch.arms.get(1).map(|arm| arm.tag);
        let second = second.or(branch.otherwise.as_ref().map(|otherwise| otherwise.tag));
        if let Some(second) = second {
            let end = branch.end.map_or(branch.span.end, |end| end.span.start);
            self.others.push(Span { start: second.span.start, end });
        }
    }

    fn output(&mut self, span: Span) {
        self.written.push(Written { span, output: true });
    }

    fn silent(&mut self, span: Span) {
        self.written.push(Written { span, output: false });
    }

    fn silent_end(&mut self, end: Option<Tag>) {
        if let Some(end) = end {
            self.silent(end.span);
        }
    }

    /// Whether an offset lies within a tag or a comment.
    pub(super) fn covers(&self, offset: usize) -> bool {
        let offset = offset as u32;
        let tag = self.written.partition_point(|tag| tag.span.start <= offset);
        let tag = tag.checked_sub(1).and_then(|index| self.written.get(index));
        let comment = self.comments.partition_point(|span| span.start <= offset);
        let comment = comment.checked_sub(1).and_then(|index| self.comments.get(index));
        tag.is_some_and(|tag| offset < tag.span.end)
            || comment.is_some_and(|span| offset < span.end)
    }

    /// Whether a part of the text is rendered as written: nothing is written into it, and all of
    /// its other tags stand before or after what it holds.
    pub(super) fn is_literal(&self, text: &str, part: Span) -> bool {
        let first = self.written.partition_point(|tag| tag.span.end <= part.start);
        let tags = self.written.get(first..).unwrap_or_default();
        let tags: Vec<_> = tags.iter().take_while(|tag| tag.span.start < part.end).collect();
        if tags.iter().any(|tag| tag.output) {
            return false;
        }
        let ends = tags.iter().map(|tag| tag.span.start).chain([part.end]);
        let starts = std::iter::once(part.start).chain(tags.iter().map(|tag| tag.span.end));
        let holds = |(start, end): (u32, u32)| {
            let between = text.get(start as usize..end as usize).unwrap_or_default();
            self.holds_yaml(between, start)
        };
        starts.zip(ends).filter(|piece| holds(*piece)).count() <= 1
    }

    /// Whether a piece of text holds more than blanks, comments and `---`.
    fn holds_yaml(&self, piece: &str, offset: u32) -> bool {
        let mut at = offset;
        piece.split_inclusive('\n').any(|line| {
            let start = at;
            at += line.len() as u32;
            let commented = self.comments.iter().any(|it| it.start < at && start < it.end);
            let line = line.trim();
            !(line.is_empty() || line.starts_with('#') || line.starts_with("---") || commented)
        })
    }
}
