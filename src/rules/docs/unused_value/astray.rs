//! Where a value that nothing reads belongs: keys that lost their indentation, and places that read another path.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    analysis::steps,
    catalog::{Declared, Key, ValuesPath},
    finding::Place,
    template::flow::{Read, Step, Usage},
    yaml::Kind,
};

use super::{COMPARISONS_MAX, Judge};

/// The keys of a container's `resources`.
const RESOURCES: [&str; 2] = ["limits", "requests"];
/// How many keys without their indentation are looked for.
const LOST_MAX: usize = 100;
/// How many places that read the name of a value are looked at for its fellows.
const MISREADS_MAX: usize = 8;
/// How many lines from a place its fellows stand.
const NEAR: u32 = 4;

impl<'a> Judge<'a> {
    /// The keys that unused ones were meant to lie in, by the path of each of these: the one before it, which is empty and
    /// whose the name is. Others that lie between are unused, too.
    pub(super) fn holders(
        &self,
        unused: &[&'a Declared],
    ) -> BTreeMap<&'a ValuesPath, &'a Declared> {
        let parents: BTreeSet<usize> = unused.iter().map(|key| key.parent).collect();
        let mut found = BTreeMap::new();
        for parent in parents.into_iter().filter_map(|at| self.values.keys.get(at)) {
            let children = parent.children.values();
            let mut children: Vec<_> =
                children.filter_map(|at| self.values.keys.get(*at)).collect();
            if !children.iter().any(|key| key.kind == Kind::Null) {
                continue;
            }
            children.sort_by_key(|key| key.key.start);
            let mut holder = None;
            for key in children {
                if self.usage(key) != Usage::Unread {
                    holder = Some(key).filter(|key| key.kind == Kind::Null);
                } else if let Some(holder) = holder
                    && found.len() < LOST_MAX
                    && self.is_known_in(key, holder)
                {
                    found.insert(&key.path, holder);
                }
            }
        }
        found
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
        let reads = self.cx.analysis.flow().reads().len();
        let many = self.values.keys.len().saturating_mul(reads) > COMPARISONS_MAX;
        if many || self.is_old(key) {
            return None;
        }
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
        let mut misread = self
            .own_reads()
            .filter(|read| read.path.len() < path.len() && path.ends_with(&read.path))
            .take(MISREADS_MAX);
        let read = misread.find(|read| self.own_reads().any(|other| fellow(read, other)))?;
        let names = read.path.iter().map(|step| match step {
            Step::Key(name) => Some(&**name),
            Step::Any => None,
        });
        Some((self.place_of(read)?, ValuesPath::of(names.collect::<Option<Vec<_>>>()?)))
    }

    /// Whether the line above a key says that it is an old one.
    fn is_old(&self, key: &Declared) -> bool {
        let Some(file) = self.chart.values.as_deref() else { return false };
        let text = file.stream.text();
        let above = text.as_str().get(..key.key.start as usize).unwrap_or_default();
        let above = above.lines().rev().nth(1).unwrap_or_default().trim_start();
        above.starts_with('#') && above.to_lowercase().contains("deprecat")
    }

    /// The places of the chart's own templates that read its values: looked up once, as each unused key asks for them.
    fn own_reads(&self) -> impl Iterator<Item = &'a Read> {
        let find = || {
            let analysis = self.cx.analysis;
            let members: Vec<_> = analysis.members_of(self.chart).collect();
            let templates = self.chart.templates.iter();
            let files: BTreeSet<_> =
                templates.filter_map(|it| analysis.set_file(&it.file.path)).collect();
            let reads = analysis.flow().reads().iter();
            reads.filter(|it| members.contains(&it.member) && files.contains(&it.file)).collect()
        };
        self.own.get_or_init(find).iter().copied()
    }

    fn place_of(&self, read: &Read) -> Option<Place> {
        let name = self.cx.analysis.templates.files().get(read.file)?.name;
        let path = self.cx.analysis.template_path(name)?;
        let file = self.chart.templates.iter().find(|it| it.file.path == *path)?;
        Some(file.file.place(read.span))
    }
}
