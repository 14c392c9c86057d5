//! Where a chart's folder was before the commit that brought it: among the charts that the same commit removed.

use std::collections::HashSet;

use gix::ObjectId;

use super::compare::{CHART_YAML, Difference, chart_yaml, compare_folders, folder};
use super::manifest::Manifest;
use super::trees::{Entry, Worker, differences, entries};

/// How many trees one commit's removed charts may take to find; a larger reorganisation is followed no further.
pub const MAX_RENAME_TREES: usize = 20_000;

/// How deep folders are searched for removed charts.
const MAX_DEPTH: usize = 64;

/// Where a chart came from.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    pub(super) path: String,
    /// How the folder changed on its way.
    pub(super) difference: Difference,
}

/// The charts that one commit took away, against one of its parents.
pub(super) struct Removed {
    charts: Vec<(String, ObjectId)>,
    /// The names in their Chart.yaml files, in the same order; read when first needed.
    names: Option<Vec<Option<String>>>,
    /// The commit's root tree.
    after: ObjectId,
}

impl Removed {
    /// Compares two root trees wherever they differ.
    pub(super) fn find(worker: &mut Worker, after: ObjectId, before: ObjectId) -> Self {
        let mut search = Search { worker, left: MAX_RENAME_TREES, charts: Vec::new() };
        search.folder(Some(after), before, "", 0);
        let mut charts = search.charts;
        charts.sort();
        Self { charts, names: None, after }
    }

    /// The removed chart that is now at `path`: the one with an equal tree, else the one of the same name that shares
    /// most files with it.
    pub(super) fn origin(&mut self, worker: &mut Worker, path: &str) -> Option<Origin> {
        if self.charts.is_empty() {
            return None;
        }
        let now = folder(worker, self.after, path)?;
        let (path, old) = match self.equal(now, path) {
            Some(found) => found.clone(),
            None => self.alike(worker, now)?,
        };
        Some(Origin { path, difference: compare_folders(worker, now, old) })
    }

    fn equal(&self, now: ObjectId, path: &str) -> Option<&(String, ObjectId)> {
        let name = |path: &str| path.rsplit('/').next().map(str::to_owned);
        let mut equal = self.charts.iter().filter(|(_, tree)| *tree == now);
        let first = equal.next()?;
        if name(&first.0) == name(path) {
            return Some(first);
        }
        Some(equal.find(|(old, _)| name(old) == name(path)).unwrap_or(first))
    }

    fn alike(&mut self, worker: &mut Worker, now: ObjectId) -> Option<(String, ObjectId)> {
        let name = chart_name(worker, now)?;
        let mut read = |(_, tree): &(String, ObjectId)| chart_name(worker, *tree);
        let names = self.names.get_or_insert_with(|| self.charts.iter().map(&mut read).collect());
        let namesakes =
            names.iter().zip(&self.charts).filter(|(other, _)| other.as_ref() == Some(&name));
        let namesakes: Vec<_> = namesakes.map(|(_, chart)| chart).collect();
        let [first, others @ ..] = namesakes.as_slice() else { return None };
        if others.is_empty() {
            return Some((*first).clone());
        }
        let mine = blobs(worker, now);
        let mut best = (0, *first);
        for chart in namesakes {
            let shared = blobs(worker, chart.1).intersection(&mine).count();
            if shared > best.0 {
                best = (shared, chart);
            }
        }
        Some(best.1.clone())
    }
}

struct Search<'w> {
    worker: &'w mut Worker,
    left: usize,
    charts: Vec<(String, ObjectId)>,
}

impl Search<'_> {
    fn folder(&mut self, after: Option<ObjectId>, before: ObjectId, path: &str, depth: usize) {
        if depth > MAX_DEPTH || self.left == 0 {
            return;
        }
        self.left -= 1;
        let new = after.map_or_else(|| Some([].into()), |after| self.worker.tree(after));
        let (Some(new), Some(old)) = (new, self.worker.tree(before)) else { return };
        let mut below = Vec::new();
        let mut is_removed = false;
        differences(&new, &old, |new, old| {
            let Some(old) = old else { return };
            is_removed |= old.name == CHART_YAML && old.is_blob() && new.is_none();
            if old.is_tree() {
                let new = new.filter(|new| new.is_tree()).map(Entry::id);
                below.push((String::from_utf8_lossy(old.name).into_owned(), new, old.id()));
            }
        });
        if is_removed {
            self.charts.push((path.to_owned(), before));
        }
        for (name, new, old) in below {
            let path = if path.is_empty() { name } else { format!("{path}/{name}") };
            self.folder(new, old, &path, depth + 1);
        }
    }
}

fn chart_name(worker: &mut Worker, folder: ObjectId) -> Option<String> {
    let id = chart_yaml(worker, folder)?;
    let manifest = Manifest::parse(&worker.object(id, gix::objs::Kind::Blob)?);
    Some(manifest.name).filter(|name| !name.is_empty())
}

/// The ids of all files below a folder, as far as the limits allow.
fn blobs(worker: &mut Worker, folder: ObjectId) -> HashSet<ObjectId> {
    let mut found = HashSet::new();
    let mut folders = vec![(folder, 0)];
    while let Some((id, depth)) = folders.pop() {
        let Some(raw) = worker.tree(id) else { continue };
        for entry in entries(&raw) {
            if entry.is_blob() {
                found.insert(entry.id());
            } else if entry.is_tree() && depth < MAX_DEPTH && found.len() < MAX_RENAME_TREES {
                folders.push((entry.id(), depth + 1));
            }
        }
    }
    found
}
