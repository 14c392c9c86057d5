//! The containers of rendered objects, and where what they run is written.

use super::{Analysis, Document};
use crate::{
    catalog::YamlFile,
    finding::Place,
    template::{
        flow::{Read, Step},
        render::exec::Part,
    },
    text::Span,
    yaml::{Kind, Node},
};

/// One container of a rendered object.
#[derive(Clone, Copy, Debug)]
pub struct Container<'a> {
    /// The object.
    pub document: &'a Document,
    /// `image`, a text.
    pub image: Node<'a>,
    /// Whether it ends before the others start.
    pub prepares: bool,
}

impl Container<'_> {
    /// The last part of the image with this text.
    pub fn part(&self, text: &str) -> Span {
        let span = self.image.span();
        let written = self.document.file.stream.text().slice(span);
        let at = span.start as usize + written.rfind(text).unwrap_or_default();
        Span::new(at, at + text.len())
    }
}

impl Document {
    /// The containers with an image of the pods that the object runs.
    pub fn containers(&self) -> Vec<Container<'_>> {
        let path: &[&str] = match self.kind() {
            "Pod" => &["spec"],
            "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "Job" => {
                &["spec", "template", "spec"]
            }
            "CronJob" => &["spec", "jobTemplate", "spec", "template", "spec"],
            _ => return Vec::new(),
        };
        let Some(pod) = self.node().and_then(|node| node.at(path)) else { return Vec::new() };
        let lists = [("initContainers", true), ("containers", false)];
        let of = |(key, prepares): (&str, bool)| {
            let images = pod.get(key).into_iter().flat_map(Node::items);
            let images = images.filter_map(|it| it.get("image"));
            let images = images.filter(|image| image.kind() == Kind::String);
            images.map(move |image| Container { document: self, image, prepares }).collect()
        };
        lists.into_iter().flat_map(|list| -> Vec<Container<'_>> { of(list) }).collect()
    }

    /// Whether the first byte of a part stands in a template as it is.
    pub fn is_literal(&self, span: Span) -> bool {
        Part::at(&self.parts, span.start as usize).is_some_and(|part| part.literal)
    }

    /// Whether the object belongs to `helm test`, or is only there while a release changes.
    pub fn is_aside(&self) -> bool {
        self.hook.is_some() || self.file.local.contains("/tests/")
    }
}

impl Analysis<'_> {
    /// Where a part of a document with this text is repaired: in values.yaml where a template prints just what
    /// stands there, else in the template; see [`Analysis::place`].
    pub fn source_of(&self, document: &Document, span: Span, text: &str) -> Place {
        self.default_behind(document, span, text).unwrap_or_else(|| self.place(document, span))
    }

    /// The default in values.yaml that an action wrote out to this text.
    pub fn default_behind(&self, document: &Document, span: Span, text: &str) -> Option<Place> {
        let origin = document.origin(span);
        let file = self.set_file(&origin.path)?;
        let action = Span { start: origin.start.offset, end: origin.end.offset };
        let here = |read: &&Read| read.file == file && action.contains(read.span);
        let mut places = self.flow().reads().iter().filter(here).filter_map(|read| {
            let names: Vec<&str> = read.path.iter().map(named).collect::<Option<_>>()?;
            self.default_of(read.member, names, text)
        });
        let place = places.next()?;
        places.all(|other| other == place).then_some(place)
    }

    /// Where a value of a member has this default: in its own values.yaml, or in that of a chart that holds it.
    fn default_of<'s>(
        &'s self,
        member: usize,
        mut names: Vec<&'s str>,
        text: &str,
    ) -> Option<Place> {
        let mut member = self.closure.members.get(member)?;
        loop {
            let at = |file: &YamlFile| {
                let found = file.stream.documents().filter_map(|root| root.at(&names)).last()?;
                (found.to_text().as_deref() == Some(text)).then(|| file.place(found.span()))
            };
            if let Some(place) = member.chart.values.as_deref().and_then(at) {
                return Some(place);
            }
            names.insert(0, &member.name);
            member = self.closure.members.get(member.parent?)?;
        }
    }
}

fn named(step: &Step) -> Option<&str> {
    match step {
        Step::Key(name) => Some(name),
        Step::Any => None,
    }
}
