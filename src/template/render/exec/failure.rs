//! Errors on their way out: Go's texts, and what of them Helm shows.

use crate::{template::quote, text::Span};

use super::at::At;
use super::names::Source;

/// Why a template could not be executed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExecError {
    /// Go's text: `template: NAME:LINE:COLUMN: executing "NAME" at <CONTEXT>: …`, with all templates
    /// on the way.
    pub message: String,
    /// The file where it failed, an index into [`crate::template::TemplateSet::files`].
    pub file: usize,
    /// What failed there.
    pub span: Span,
    /// A limit of careen's own was crossed: Go may well render the file.
    pub limit: bool,
    /// That limit was the depth, which is another one on a larger stack (see [`super::Engine::nesting`]).
    pub too_deep: bool,
    /// The places on the way, the outermost first: of files and what in them called the next one.
    /// The last is the place where it failed.
    pub trail: Vec<(usize, Span)>,
    /// The texts of the errors that Go has wrapped in this one, from the outside in.
    causes: Vec<String>,
}

/// Errors are rare and large.
pub(super) type Run<T> = Result<T, Box<ExecError>>;

/// Why a function failed, without the place.
pub(super) enum Fault {
    /// Go's text.
    Plain(String),
    /// A limit of careen's own.
    Limit(String),
    /// The template that it executed failed.
    Inner(Box<ExecError>),
    /// The same, with these words before it.
    Worded(String, Box<ExecError>),
}

impl From<String> for Fault {
    fn from(text: String) -> Self {
        Fault::Plain(text)
    }
}

impl ExecError {
    /// An error at a node (`errorf`).
    pub(super) fn new(source: Source<'_>, name: &str, at: At<'_>, message: &str) -> Box<Self> {
        let text = &source.template.text;
        let message = match at {
            At::Start => format!("template: {name}: {message}"),
            at => {
                let position = at.position(text);
                let line = text.position(position).line;
                let column = position.saturating_sub(text.line_span(line).start);
                let (file, name) = (source.name, quote::quoted(name));
                let context = at.written(text);
                format!(
                    "template: {file}:{line}:{column}: executing {name} at <{context}>: {message}"
                )
            }
        };
        let mut error = Self { message, ..Self::default() };
        error.came_through(source, at.span());
        Box::new(error)
    }

    /// The same for a function that failed (`error calling …`).
    pub(super) fn of_call(
        source: Source<'_>,
        name: &str,
        at: At<'_>,
        function: &str,
        fault: Fault,
    ) -> Box<Self> {
        let (text, limit, mut inner) = match fault {
            Fault::Plain(text) => (text, false, None),
            Fault::Limit(text) => (text, true, None),
            Fault::Inner(mut inner) => {
                (std::mem::take(&mut inner.message), inner.limit, Some(inner))
            }
            Fault::Worded(words, inner) => {
                (format!("{words}{}", inner.message), inner.limit, Some(inner))
            }
        };
        let text = without_middle(text);
        let mut error = Self::new(source, name, at, &format!("error calling {function}: {text}"));
        error.limit = limit;
        error.causes.push(text);
        if let Some(inner) = &mut inner {
            error.too_deep = inner.too_deep;
            error.causes.extend(inner.causes.drain(..).take(MAX_CAUSES));
            if !inner.trail.is_empty() {
                (error.file, error.span) = (inner.file, inner.span);
                error.trail.append(&mut inner.trail);
            }
        }
        error
    }

    /// Notes a place on the way, further out than all that are known.
    pub(super) fn came_through(&mut self, source: Source<'_>, span: Span) {
        let Some(file) = source.file else { return };
        if self.trail.is_empty() {
            (self.file, self.span) = (file, span);
        }
        self.trail.insert(0, (file, span));
    }

    /// What Helm prints (`reformatExecErrorMsg`): the words of `fail` and `required` alone, or the
    /// places one below the other.
    pub fn helm_text(&self) -> String {
        let mut tokens = self.message.splitn(3, ": ");
        let (Some(_), Some(location), Some(rest)) = (tokens.next(), tokens.next(), tokens.next())
        else {
            return self.message.clone();
        };
        if let Some(words) = warned(rest) {
            return format!("execution error at ({location}): {words}");
        }
        let mut shown: Vec<String> = Vec::new();
        for text in [&self.message].into_iter().chain(&self.causes) {
            let Some(part) = traced(text) else { return self.message.clone() };
            if shown.last() != Some(&part) {
                shown.push(part);
            }
        }
        shown.concat().trim().to_owned()
    }
}

impl std::fmt::Display for ExecError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ExecError {}

/// How long the text of an error may be that another one wraps, and how many of them are kept: every
/// template on the way wraps it again.
const MAX_TEXT: usize = 64 << 10;
const MAX_CAUSES: usize = 200;

/// A text that is too long without its middle.
fn without_middle(text: String) -> String {
    if text.len() <= MAX_TEXT {
        return text;
    }
    let (head, tail) = (MAX_TEXT / 2, text.len() - MAX_TEXT / 2);
    let (head, tail) = (text.floor_char_boundary(head), text.ceil_char_boundary(tail));
    let piece = |range: std::ops::Range<usize>| text.get(range).unwrap_or_default();
    format!("{} … {}", piece(0..head), piece(tail..text.len()))
}

const WARN_START: &str = "HELM_ERR_START";
const WARN_END: &str = "HELM_ERR_END";

/// The words of `fail` and `required`, marked for Helm to find them again (`warnWrap`).
pub(super) fn warn_wrap(words: &str) -> String {
    format!("{WARN_START}{words}{WARN_END}")
}

/// The words between the first mark and the last.
fn warned(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once(WARN_START)?;
    let (words, _) = rest.rsplit_once(WARN_END)?;
    Some(words)
}

/// One error as Helm shows it (`parseTemplateExecErrorString`).
fn traced(text: &str) -> Option<String> {
    let rest = text.strip_prefix("template: ")?;
    if rest.starts_with("no template ") {
        return Some(format!("{text}\n"));
    }
    let until_next = |message: &str| -> String {
        message.split_once(" template:").map_or(message, |(own, _)| own).to_owned()
    };
    if let Some((location, after)) = rest.split_once(": executing \"") {
        let (function, after) = after.split_once('"')?;
        let (context, message) = after.strip_prefix(" at <")?.split_once(">: ")?;
        let message = until_next(message);
        return Some(format!(
            "{location}\n  executing \"{function}\" at <{context}>:\n    {message}\n"
        ));
    }
    let (location, message) = rest.rsplit_once(": ")?;
    Some(format!("{location}\n  {}\n", until_next(message)))
}
