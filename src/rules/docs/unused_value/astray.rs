//! Where a value that nothing reads belongs: keys that lost their indentation, and places that read another path.

use crate::{
    analysis::steps,
    catalog::{Declared, Key, ValuesPath},
    finding::Place,
    template::flow::{Read, Step, Usage},
    yaml::Kind,
};

use super::Judge;

/// The keys of a container's `resources`.
const RESOURCES: [&str; 2] = ["limits", "requests"];
/// How many lines from a place its fellows stand.
const NEAR: u32 = 4;

impl<'a> Judge<'a> {
    /// The key that a key was meant to lie in: the one before it, which is empty and whose the name is. Others that lie
    /// between are meant for it, too.
    pub(super) fn unindented(&self, key: &Declared) -> Option<&'a Declared> {
        let parent = self.values.keys.get(key.parent)?;
        let mut before: Vec<_> = parent
            .children
            .values()
            .filter_map(|at| self.values.keys.get(*at))
            .filter(|other| other.key.start < key.key.start)
            .collect();
        before.sort_by_key(|other| std::cmp::Reverse(other.key.start));
        let holder = before.into_iter().find(|it| self.usage(it) != Usage::Unread)?;
        (holder.kind == Kind::Null && self.is_known_in(key, holder)).then_some(holder)
    }

    /// Whether a key's name is known of another one: as one of Kubernetes, from the README, or as templates read it.
    fn is_known_in(&self, key: &Declared, holder: &Declared) -> bool {
        let (Some(Key::Name(name)), Some(Key::Name(above))) =
            (key.path.0.last(), holder.path.0.last())
        else {
            return false;
        };
        let path = holder.path.join(Key::Name(name.clone()));
        let rows = &self.chart.documentation().reference.rows;
        let whole = steps(&path);
        let row = |steps: &[Option<String>]| {
            steps.len() >= whole.len()
                && steps
                    .iter()
                    .zip(&whole)
                    .all(|it| matches!(it, (Some(one), Step::Key(other)) if **one == **other))
        };
        (above == "resources" && RESOURCES.contains(&name.as_str()))
            || rows.iter().any(|it| row(&it.key.steps))
            || self.own_reads().any(|read| read.path.starts_with(&whole))
    }

    /// A place that reads a value of the same name among reads of what lies beside a key: its path lacks the key's first
    /// steps, or one of them.
    pub(super) fn misread(&self, key: &Declared) -> Option<(Place, ValuesPath)> {
        let path = steps(&key.path);
        let (_, holder) = path.split_last().filter(|(_, holder)| !holder.is_empty())?;
        let line = |read: &Read| Some(self.place_of(read)?.start.line);
        let fellow = |read: &Read, other: &Read| {
            let near = || Some(line(read)?.abs_diff(line(other)?) <= NEAR);
            other.file == read.file
                && other.path.len() > holder.len()
                && other.path.starts_with(holder)
                && near() == Some(true)
        };
        let read = self.own_reads().find(|read| {
            read.path.len() < path.len()
                && path.ends_with(&read.path)
                && self.own_reads().any(|other| fellow(read, other))
        })?;
        let names = read.path.iter().map(|step| match step {
            Step::Key(name) => Some(&**name),
            Step::Any => None,
        });
        Some((self.place_of(read)?, ValuesPath::of(names.collect::<Option<Vec<_>>>()?)))
    }

    /// The places of the chart's own templates that read its values.
    fn own_reads(&self) -> impl Iterator<Item = &'a Read> {
        let analysis = self.cx.analysis;
        let members: Vec<_> = analysis.members_of(self.chart).collect();
        let templates = self.chart.templates.iter();
        let files: Vec<_> = templates.filter_map(|it| analysis.set_file(&it.file.path)).collect();
        let reads = analysis.flow().reads().iter();
        reads.filter(move |read| members.contains(&read.member) && files.contains(&read.file))
    }

    fn place_of(&self, read: &Read) -> Option<Place> {
        let name = self.cx.analysis.templates.files().get(read.file)?.name;
        let path = self.cx.analysis.template_path(name)?;
        let file = self.chart.templates.iter().find(|it| it.file.path == *path)?;
        Some(file.file.place(read.span))
    }
}
