//! From pulldown-cmark's events to [`Markdown`].

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, LinkType, Options, Parser, Tag, TagEnd};

use super::{Code, Heading, Link, Markdown, anchor::Anchors, html, tables::Collector};
use crate::text::{BYTE_ORDER_MARK, Span, Text};

pub(super) fn read(text: &Text) -> Markdown {
    let whole = text.as_str();
    let source = whole.trim_start_matches(BYTE_ORDER_MARK);
    let offset = whole.len() - source.len();
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_GFM;
    let events = Parser::new_ext(source, options).into_offset_iter();
    let definitions = definitions(&events, source);
    let mut reader = Reader {
        source,
        offset,
        definitions,
        anchors: Anchors::default(),
        heading: None,
        links: Vec::new(),
        code: None,
        html_heading: None,
        collector: Collector::default(),
        markdown: Markdown::default(),
    };
    for (event, range) in events {
        let heading = reader.markdown.headings.len().checked_sub(1);
        let place = |range: &Range<usize>| Span::new(range.start + offset, range.end + offset);
        reader.collector.event(&event, &range, place, heading);
        reader.event(event, range);
    }
    Markdown { tables: reader.collector.tables, items: reader.collector.items, ..reader.markdown }
}

/// A link reference definition: its destination and where that stands.
struct Definition {
    destination: String,
    span: Option<Range<usize>>,
}

fn definitions(events: &pulldown_cmark::OffsetIter<'_>, source: &str) -> Vec<Definition> {
    let mut definitions: Vec<_> = events
        .reference_definitions()
        .iter()
        .map(|(_, definition)| Definition {
            destination: definition.dest.to_string(),
            span: find(source, definition.span.clone(), &definition.dest, "]:"),
        })
        .collect();
    definitions.sort_by_key(|definition| definition.span.as_ref().map(|span| span.start));
    definitions
}

/// Where a destination stands in a range of the source, after `mark`.
fn find(source: &str, range: Range<usize>, needle: &str, mark: &str) -> Option<Range<usize>> {
    let written = source.get(range.clone())?;
    let from = if mark == "](" { written.rfind(mark) } else { written.find(mark) }?;
    let at = from + written.get(from..)?.find(needle)?;
    (!needle.is_empty()).then(|| range.start + at..range.start + at + needle.len())
}

struct Reader<'t> {
    source: &'t str,
    /// The bytes of a byte-order mark before the source.
    offset: usize,
    definitions: Vec<Definition>,
    anchors: Anchors,
    /// The heading that is open: its level, start and text so far.
    heading: Option<(u8, Range<usize>, String)>,
    /// The links that are open: indices into the readme's.
    links: Vec<usize>,
    /// The code block that is open: its language and the range of its text so far.
    code: Option<(String, Option<Range<usize>>, usize)>,
    /// The text so far of an HTML heading that is open.
    html_heading: Option<String>,
    collector: Collector,
    markdown: Markdown,
}

impl Reader<'_> {
    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                self.heading = Some((level as u8, range, String::new()));
            }
            Event::End(TagEnd::Heading(_)) => self.end_heading(),
            Event::Start(Tag::Link { link_type, dest_url, .. }) => {
                self.start_link(link_type, &dest_url, range, false);
            }
            Event::Start(Tag::Image { link_type, dest_url, .. }) => {
                self.start_link(link_type, &dest_url, range, true);
            }
            Event::End(TagEnd::Link | TagEnd::Image) => {
                self.links.pop();
            }
            Event::Start(Tag::CodeBlock(kind)) => self.start_code(&kind, range.start),
            Event::End(TagEnd::CodeBlock) => self.end_code(),
            Event::Text(_) if self.code.is_some() => self.extend_code(range),
            Event::Text(text) | Event::Code(text) => self.text(&text),
            Event::SoftBreak | Event::HardBreak => self.text(" "),
            Event::Html(_) | Event::InlineHtml(_) => self.html(range),
            _ => {}
        }
    }

    fn span(&self, range: &Range<usize>) -> Span {
        Span::new(range.start + self.offset, range.end + self.offset)
    }

    fn text(&mut self, text: &str) {
        let image = self.links.last().and_then(|index| self.markdown.links.get(*index));
        let image = image.is_some_and(|link| link.image);
        for index in &self.links {
            if let Some(link) = self.markdown.links.get_mut(*index) {
                link.text.push_str(text);
            }
        }
        // An alternative text is an attribute, and no text of the heading.
        if let Some((_, _, heading)) = self.heading.as_mut().filter(|_| !image) {
            heading.push_str(text);
        }
        if let Some(heading) = &mut self.html_heading {
            heading.push_str(text);
        }
    }

    fn end_heading(&mut self) {
        let Some((level, range, text)) = self.heading.take() else { return };
        let range = range.start..range.start + self.written(&range).trim_end().len();
        let (anchor, span) = (self.anchors.next(&text), self.span(&range));
        self.markdown.headings.push(Heading { level, text: text.trim().to_owned(), anchor, span });
    }

    fn written(&self, range: &Range<usize>) -> &str {
        self.source.get(range.clone()).unwrap_or_default()
    }

    fn start_link(&mut self, kind: LinkType, url: &str, range: Range<usize>, image: bool) {
        let place = match kind {
            LinkType::Inline => find(self.source, range.clone(), url, "]("),
            LinkType::Autolink | LinkType::Email => find(self.source, range.clone(), url, "<"),
            _ => {
                let same = |definition: &&Definition| definition.destination == url;
                self.definitions.iter().find(same).and_then(|definition| definition.span.clone())
            }
        };
        let span = self.span(&place.unwrap_or(range));
        self.links.push(self.markdown.links.len());
        // An address in angle brackets is one that mail is sent to.
        let scheme = if kind == LinkType::Email { "mailto:" } else { "" };
        let (destination, text) = (format!("{scheme}{url}"), String::new());
        self.markdown.links.push(Link { destination, text, image, span });
    }

    fn start_code(&mut self, kind: &CodeBlockKind<'_>, start: usize) {
        let language = match kind {
            CodeBlockKind::Fenced(info) => info.split([' ', ',', '{']).next().unwrap_or_default(),
            CodeBlockKind::Indented => "",
        };
        self.code = Some((language.to_owned(), None, start));
    }

    fn extend_code(&mut self, range: Range<usize>) {
        if let Some((_, text, _)) = &mut self.code {
            let start = text.as_ref().map_or(range.start, |text| text.start);
            *text = Some(start..range.end);
        }
    }

    fn end_code(&mut self) {
        let Some((language, text, start)) = self.code.take() else { return };
        let span = self.span(&text.unwrap_or(start..start));
        let heading = self.markdown.headings.len().checked_sub(1);
        self.markdown.code.push(Code { language, span, heading });
    }

    fn html(&mut self, range: Range<usize>) {
        let source = self.source;
        let html = source.get(range.clone()).unwrap_or_default();
        let mut text_from = 0;
        for tag in html::tags(html, range.start) {
            let start = (tag.span.start as usize).saturating_sub(range.start);
            let before = html.get(text_from..start).unwrap_or_default();
            if let Some(heading) = &mut self.html_heading {
                heading.push_str(before);
            }
            text_from = (tag.span.end as usize).saturating_sub(range.start);
            self.tag(&tag);
        }
        if let Some(heading) = &mut self.html_heading {
            heading.push_str(html.get(text_from..).unwrap_or_default());
        }
    }

    fn tag(&mut self, tag: &html::Tag<'_>) {
        let anchors = ["id", "name"].into_iter().filter_map(|name| tag.attribute(name));
        self.markdown.html_anchors.extend(anchors.map(|(value, _)| value.to_owned()));
        match tag.name.as_str() {
            "a" => self.html_link(tag, "href", false),
            "img" => self.html_link(tag, "src", true),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.html_heading = Some(String::new()),
            "/h1" | "/h2" | "/h3" | "/h4" | "/h5" | "/h6" => {
                if let Some(text) = self.html_heading.take() {
                    let anchor = self.anchors.next(&text);
                    self.markdown.html_anchors.push(anchor);
                }
            }
            _ => {}
        }
    }

    fn html_link(&mut self, tag: &html::Tag<'_>, attribute: &str, image: bool) {
        let Some((destination, span)) = tag.attribute(attribute) else { return };
        let span = self.span(&span.range());
        let text = tag.attribute("alt").map(|(text, _)| text.to_owned()).unwrap_or_default();
        let destination = destination.trim().to_owned();
        self.markdown.links.push(Link { destination, text, image, span });
    }
}
