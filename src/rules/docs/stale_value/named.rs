//! What documents a path that may not exist: a row of the README, or a comment.

use super::{generated, meant::Meant};
use crate::{
    catalog::{
        Chart, Readme, YamlFile,
        reference::{Default, Row},
        values::Mention,
    },
    finding::Place,
};

/// A path that something documents.
pub(super) struct Named {
    pub(super) text: String,
    pub(super) steps: Vec<Option<String>>,
    pub(super) place: Place,
    /// The README's row, where the place is that of helm-docs' template.
    pub(super) row: Option<InTemplate>,
    pub(super) by: By,
    /// What a row says of the value.
    pub(super) said: Said,
}

/// A row that stands in helm-docs' template.
pub(super) struct InTemplate {
    /// The README's row.
    pub(super) row: Place,
    /// Which line of which file it is.
    line: String,
    /// What makes the README of it.
    command: String,
}

/// What a row says besides the path.
#[derive(std::default::Default)]
pub(super) struct Said {
    /// Its line.
    pub(super) line: String,
    /// Its default, without quotes.
    pub(super) default: Option<String>,
}

impl Said {
    fn of(row: &Row, readme: &Readme) -> Self {
        let text = &readme.file.text;
        let line = text.slice(text.line_span(text.position(row.span.start).line)).to_owned();
        let default = row.default.map(|cell| Default::read(text.slice(cell)));
        let default =
            default.filter(|it| it.texts.len() == 1).and_then(|it| it.texts.into_iter().next());
        Self { line, default: default.map(|text| text.trim_matches(['"', '\'']).to_owned()) }
    }
}

/// What documents a path.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// A comment of values.yaml, which ends at a byte.
    Comment(u32),
    /// A row of the README that a person wrote.
    Row,
    /// A row that a program wrote from values.yaml.
    Program(generated::Writer),
}

impl Named {
    pub(super) fn of_row(
        row: &Row,
        readme: &Readme,
        generated: &generated::Generated,
        chart: &Chart,
    ) -> Option<Self> {
        if !row.sought || !row.found.is_empty() || row.key.qualified {
            return None;
        }
        let shown = readme.file.place(row.span);
        let (place, row_place) = match generated.by_hand(row) {
            Some((template, span)) => {
                let line = format!("line {} of {}", template.line(span), template.file.local);
                let row = InTemplate { row: shown, line, command: template.command() };
                (template.file.place(span), Some(row))
            }
            None => (shown, None),
        };
        Some(Self {
            text: row.key.text.clone(),
            steps: row.key.steps.clone(),
            place,
            row: row_place,
            by: generated.writer(chart, row).map_or(By::Row, By::Program),
            said: Said::of(row, readme),
        })
    }

    pub(super) fn of_comment(mention: &Mention, file: &YamlFile) -> Option<Self> {
        let steps = mention.steps();
        let judged = !mention.extra && !mention.hidden;
        judged.then(|| Self {
            text: mention.path.to_string(),
            steps,
            place: file.place(mention.span),
            row: None,
            by: By::Comment(mention.span.end),
            said: Said::default(),
        })
    }

    pub(super) fn is_comment(&self) -> bool {
        matches!(self.by, By::Comment(_))
    }

    /// Whether people write the row, and not into a template.
    pub(super) fn is_plain_row(&self) -> bool {
        self.by == By::Row && self.row.is_none()
    }

    /// Where its value lies, where that has no other row.
    pub(super) fn moved_to(&self, meant: &Meant<'_>) -> Option<String> {
        let by_hand = self.by == By::Row;
        by_hand.then(|| meant.elsewhere(&self.steps, false).or_else(|| meant.same(self))).flatten()
    }

    /// What to do with it and others, where it may be meant for another path.
    pub(super) fn help(&self, near: Option<&str>, others: bool) -> String {
        let (its, it) = if others { ("their new names", "them") } else { ("its new name", "it") };
        let rows = if others { "the rows" } else { "the row" };
        match (near, self.by, &self.row) {
            (_, By::Program(writer), _) => writer.help(),
            (Some(path), _, Some(InTemplate { line, command, .. })) => {
                format!("write `{path}` into {line}, or take the row out, and run {command}")
            }
            (None, _, Some(InTemplate { line, command, .. })) => {
                format!("write {its} into {line}, or take {it} out, and run {command}")
            }
            (Some(path), ..) => format!("write `{path}`, or take {it} out"),
            (None, By::Comment(_), _) if others => {
                "write their new names, or take the comments out".to_owned()
            }
            (None, By::Comment(_), _) => "write its new name, or take the comment out".to_owned(),
            (None, By::Row, _) => format!("write {its}, or take {rows} out"),
        }
    }
}
