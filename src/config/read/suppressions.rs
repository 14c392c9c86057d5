//! The key `suppressions`.

use crate::{
    config::{PathGlob, Selector, SubjectPattern, Suppression, Until},
    text::Span,
    yaml::{Entry, Node},
};

use super::Reader;

const KEYS: [&str; 5] = ["rule", "chart", "subject", "reason", "until"];

/// A suppression while its keys are read.
#[derive(Default)]
struct Draft {
    rule: Option<Selector<'static>>,
    chart: Option<PathGlob>,
    subject: Option<SubjectPattern>,
    reason: Option<String>,
    until: Option<Until>,
}

impl<'a> Reader<'a> {
    pub(super) fn suppressions(&mut self, list: Node<'a>) -> Vec<Suppression> {
        let items = self.list(list, "suppressions");
        items.into_iter().filter_map(|item| self.suppression(item)).collect()
    }

    fn suppression(&mut self, item: Node<'a>) -> Option<Suppression> {
        let mut draft = Draft::default();
        for entry in self.mapping(item, "a suppression") {
            self.suppression_key(&entry, &mut draft);
        }
        if item.get("rule").is_none() {
            let help = "name a rule, or a family like `docs/*`";
            self.problem(item.span(), "this suppression has no `rule`", help);
        }
        let Draft { rule, chart, subject, reason, until } = draft;
        let place = self.place(self.first_line(item.span()));
        Some(Suppression { rule: rule?, chart, subject, reason, until, place })
    }

    /// A missing reason is no problem here but a finding: the audit goes on.
    fn suppression_key(&mut self, entry: &Entry<'a>, draft: &mut Draft) {
        let key = &*entry.key;
        if !KEYS.contains(&key) {
            return self.unknown_key(entry, &KEYS);
        }
        if key == "reason" && entry.value.is_null() {
            return;
        }
        let Some(text) = self.string(entry.value, &format!("`{key}`")) else { return };
        let span = entry.value.span();
        match key {
            "rule" => draft.rule = self.selector(text, span),
            "chart" => draft.chart = self.glob(text, span),
            "subject" => draft.subject = Some(SubjectPattern::new(text)),
            "reason" => draft.reason = reason(text),
            _ => draft.until = self.until(text, span),
        }
    }

    fn until(&mut self, text: &str, span: Span) -> Option<Until> {
        let until = Until::new(text, self.place(span));
        if until.is_none() {
            self.problem(span, format!("`{text}` is no date"), "write it like `2027-01-31`");
        }
        until
    }

    /// The part of a span that stands on its first line, so that reports show one line and not ten.
    fn first_line(&self, span: Span) -> Span {
        let line = self.text.line_span(self.text.position(span.start).line);
        let end = span.end.min(line.end).max(span.start);
        let written = self.text.slice(Span { start: span.start, end }).trim_end().len();
        Span { start: span.start, end: span.start + written as u32 }
    }
}

fn reason(text: &str) -> Option<String> {
    Some(text.trim()).filter(|text| !text.is_empty()).map(Into::into)
}
