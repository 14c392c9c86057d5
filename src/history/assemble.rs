//! From commits and comparisons to one [`ChartHistory`] per chart.

use std::collections::{BTreeMap, HashMap};

use gix::ObjectId;
use rayon::prelude::*;

use super::compare::{Difference, Watched, chart_yaml, compare_folders, folder, is_too_deep};
use super::follow::{Followed, Renames, Request, Touch, follow};
use super::graph::Graph;
use super::manifest::Manifest;
use super::people::{Contributor, Person, is_bot};
use super::releases::Mainline;
use super::rename::{Origin, Removed};
use super::scan::{self, Outcome};
use super::trees::Pool;
use super::{
    BULK_CHARTS, BULK_SHARE, Change, ChangeKind, ChartFolder, ChartHistory, Commit, History,
    HistoryError, MAX_RENAMES, Release, Repository, UNRELEASED_MAX, Unreleased,
};

/// How many versions of Chart.yaml are read as one piece of work.
const MANIFESTS: usize = 64;

/// A walk in the making.
pub(super) struct Walk<'a> {
    pool: &'a Pool<'a>,
    shallow: bool,
    charts: usize,
    graph: Graph,
    outcomes: Vec<Outcome>,
    /// The path of each slot; the charts come first.
    paths: Vec<String>,
    slots: HashMap<String, u32>,
    renames: Renames,
    followed: Followed,
}

impl<'a> Walk<'a> {
    /// Walks all commits along the charts' present paths.
    pub(super) fn start(
        repository: &Repository,
        head: &Commit,
        charts: &[ChartFolder<'_>],
        pool: &'a Pool<'a>,
    ) -> Result<Self, HistoryError> {
        let absent = || HistoryError::Absent { commit: head.id.clone() };
        let id = ObjectId::from_hex(head.id.as_bytes()).map_err(|_| absent())?;
        let paths: Vec<String> =
            charts.iter().map(|chart| chart.path.trim_matches('/').to_owned()).collect();
        let watched = Watched::new(paths.iter().map(String::as_str), 0);
        let (graph, outcomes) = scan::walk(pool, id, &watched).ok_or_else(absent)?;
        let slots =
            paths.iter().enumerate().map(|(slot, path)| (path.clone(), slot as u32)).collect();
        let shallow = repository.is_shallow();
        let (renames, followed) = (Renames::new(), Followed::default());
        let charts = charts.len();
        Ok(Self { pool, shallow, charts, graph, outcomes, paths, slots, renames, followed })
    }

    /// Follows the charts until every folder is at its origin.
    pub(super) fn follow_renames(&mut self) {
        for _ in 0..=MAX_RENAMES {
            self.followed = follow(&self.graph, &self.outcomes, &self.renames, self.charts);
            if self.followed.requests.is_empty() {
                return;
            }
            let requests: Vec<Request> =
                std::mem::take(&mut self.followed.requests).into_iter().collect();
            self.resolve(&requests);
        }
        self.followed = follow(&self.graph, &self.outcomes, &self.renames, self.charts);
    }

    /// Finds the origin of folders, and compares the commits before along the paths that are new.
    fn resolve(&mut self, requests: &[Request]) {
        let known = self.paths.len();
        let mut places = None;
        let mut oldest = self.graph.nodes.len();
        for (request, origin) in self.origins(requests) {
            let origin = origin.map(|origin| (self.slot(origin.path), origin.difference));
            let places = places.get_or_insert_with(|| self.graph.places());
            if origin.as_ref().is_some_and(|(slot, _)| *slot as usize >= known) {
                let place = places.get(request.0 as usize).map_or(0, |place| *place as usize);
                oldest = oldest.min(place + 1);
            }
            self.renames.insert(request, origin);
        }
        let new = self.paths.get(known..).unwrap_or_default();
        let nodes = self.graph.order.get(oldest..).unwrap_or_default();
        if !new.is_empty() {
            let watched = Watched::new(new.iter().map(String::as_str), known as u32);
            scan::extend(self.pool, &self.graph, &mut self.outcomes, &watched, nodes);
        }
    }

    fn slot(&mut self, path: String) -> u32 {
        let next = self.paths.len() as u32;
        let slot = *self.slots.entry(path.clone()).or_insert(next);
        if slot == next {
            self.paths.push(path);
        }
        slot
    }

    fn origins(&self, requests: &[Request]) -> Vec<(Request, Option<Origin>)> {
        let mut groups: BTreeMap<(u32, u16), Vec<Request>> = BTreeMap::new();
        for request in requests {
            groups.entry((request.0, request.1)).or_default().push(*request);
        }
        let groups: Vec<_> = groups.into_values().collect();
        groups.par_iter().flat_map_iter(|group| self.origins_in_one(group)).collect()
    }

    fn origins_in_one(&self, group: &[Request]) -> Vec<(Request, Option<Origin>)> {
        let none = || group.iter().map(|request| (*request, None)).collect();
        let Some((child, parent, _)) = group.first() else { return none() };
        let Some(commit) = self.graph.node(*child) else { return none() };
        let before =
            commit.parents.get(usize::from(*parent)).and_then(|parent| self.graph.node(*parent));
        let Some(before) = before else { return none() };
        self.pool.with(|worker| {
            let mut removed = Removed::find(worker, commit.tree, before.tree);
            let mut find = |request: &Request| {
                let path = self.paths.get(request.2 as usize)?;
                removed.origin(worker, path)
            };
            group.iter().map(|request| (*request, find(request))).collect()
        })
    }

    /// Reads the versions of Chart.yaml and puts everything together.
    pub(super) fn finish(self) -> History {
        let heads = self.heads();
        let manifests = self.manifests(&heads);
        let robots = self.robots();
        let mut content_changes = vec![0_usize; self.graph.nodes.len()];
        for touch in
            self.followed.touches.iter().flatten().filter(|touch| is_content(touch, &manifests))
        {
            if let Some(count) = content_changes.get_mut(touch.node as usize) {
                *count += 1;
            }
        }
        let facts = Facts { walk: &self, manifests, robots, content_changes };
        let charts = (0..self.charts)
            .into_par_iter()
            .map(|chart| facts.history(chart, heads.get(chart).copied().unwrap_or_default()));
        History { shallow: self.shallow, commits: self.graph.nodes.len(), charts: charts.collect() }
    }

    /// Each chart's folder and Chart.yaml at the head.
    fn heads(&self) -> Vec<Head> {
        let Some(root) = self.graph.node(0).map(|node| node.tree) else { return Vec::new() };
        self.pool.with(|worker| {
            let mut head = |path: &String| {
                let folder = folder(worker, root, path);
                Head { folder, manifest: folder.and_then(|folder| chart_yaml(worker, folder)) }
            };
            self.paths.iter().take(self.charts).map(&mut head).collect()
        })
    }

    /// Every distinct Chart.yaml, read once; a chart's versions together, for they are deltas of each other.
    fn manifests(&self, heads: &[Head]) -> HashMap<ObjectId, Manifest> {
        let mut seen = gix::hashtable::HashSet::default();
        let mut ids = Vec::new();
        for chart in 0..self.charts {
            let touches = self.followed.touches.get(chart).into_iter().flatten();
            let mainline = self.followed.mainline.get(chart).into_iter().flatten();
            let found = touches.chain(mainline).flat_map(|touch| &touch.differences);
            let found = found.flat_map(|found| [found.after, found.before]);
            let head = heads.get(chart).and_then(|head| head.manifest);
            ids.extend(std::iter::once(head).chain(found).flatten().filter(|id| seen.insert(*id)));
        }
        let read = |ids: &[ObjectId]| {
            self.pool.with(|worker| {
                let mut read = |id: &ObjectId| {
                    let raw = worker.object(*id, gix::objs::Kind::Blob)?;
                    Some((*id, Manifest::parse(&raw)))
                };
                ids.iter().filter_map(&mut read).collect::<Vec<_>>()
            })
        };
        ids.par_chunks(MANIFESTS).flat_map_iter(read).collect()
    }

    /// Which of the people are programs; asked once per person, for the table is long.
    fn robots(&self) -> HashMap<&Person, bool> {
        let mut robots = HashMap::new();
        for details in self.outcomes.iter().filter_map(|outcome| outcome.details.as_ref()) {
            for person in std::iter::once(&details.author).chain(&details.others) {
                robots.entry(person).or_insert_with(|| is_bot(&person.name, &person.email));
            }
        }
        robots
    }
}

#[derive(Clone, Copy, Default)]
struct Head {
    folder: Option<ObjectId>,
    manifest: Option<ObjectId>,
}

/// Everything that the histories are made of.
struct Facts<'w> {
    walk: &'w Walk<'w>,
    manifests: HashMap<ObjectId, Manifest>,
    robots: HashMap<&'w Person, bool>,
    /// Per commit: how many charts' content it changed.
    content_changes: Vec<usize>,
}

impl Facts<'_> {
    fn history(&self, chart: usize, head: Head) -> ChartHistory {
        let followed = &self.walk.followed;
        let touches = followed.touches.get(chart).map(Vec::as_slice).unwrap_or_default();
        let watched = self.walk.paths.get(chart).is_some_and(|path| !is_too_deep(path));
        let complete = watched && !followed.incomplete.get(chart).copied().unwrap_or(true);
        let content = touches.iter().filter(|touch| is_content(touch, &self.manifests));
        let changes: Vec<Change> = content.map(|touch| self.change(touch)).collect();
        let runs = self.runs(chart, head);
        ChartHistory {
            present: head.manifest.is_some(),
            last_change: touches.first().map(|touch| self.change(touch)),
            last_content_change: changes.first().cloned(),
            last_human_change: changes
                .iter()
                .find(|change| change.kind == ChangeKind::Human)
                .cloned(),
            contributors: self.contributors(touches),
            created: touches
                .last()
                .filter(|_| complete)
                .and_then(|touch| self.commit(touch.node))
                .map(|c| c.time),
            mainline: self.mainline(chart, head, &runs),
            releases: self.releases(&runs),
            changes,
            complete,
        }
    }

    fn commit(&self, node: u32) -> Option<Commit> {
        let node = self.walk.graph.node(node)?;
        Some(Commit { id: node.id.to_string(), time: node.time })
    }

    fn change(&self, touch: &Touch) -> Change {
        let commit = self.commit(touch.node).unwrap_or(Commit { id: String::new(), time: 0 });
        let details = self.details(touch);
        let (author, summary) = details
            .map(|details| (details.author.clone(), details.summary.clone()))
            .unwrap_or_default();
        let changed = self.content_changes.get(touch.node as usize).copied().unwrap_or(0);
        // Somebody who is named beside a program worked on it: they pushed to the program's branch.
        let people = details.into_iter().flat_map(|details| &details.co_authors);
        let alone = people.into_iter().all(|person| is_bot(&person.name, &person.email));
        let kind = if self.is_robot(&author) && alone {
            ChangeKind::Bot
        } else if changed > BULK_CHARTS && changed * BULK_SHARE > self.walk.charts {
            ChangeKind::Bulk
        } else {
            ChangeKind::Human
        };
        Change { commit: commit.id, time: commit.time, author, kind, summary }
    }

    fn details(&self, touch: &Touch) -> Option<&super::people::Details> {
        self.walk.outcomes.get(touch.node as usize)?.details.as_deref()
    }

    fn is_robot(&self, person: &Person) -> bool {
        self.robots.get(person).copied().unwrap_or(false)
    }

    fn contributors(&self, touches: &[Touch]) -> Vec<Contributor> {
        let mut people: Vec<Contributor> = Vec::new();
        let mut known: HashMap<String, usize> = HashMap::new();
        for touch in touches {
            let Some(details) = self.details(touch) else { continue };
            let time = self.walk.graph.node(touch.node).map_or(0, |node| node.time);
            for person in std::iter::once(&details.author).chain(&details.others) {
                let key = person.key();
                if key.is_empty() || self.is_robot(person) {
                    continue;
                }
                let place = *known.entry(key).or_insert(people.len());
                match people.get_mut(place) {
                    Some(found) => {
                        found.commits += 1;
                        found.last = found.last.max(time);
                    }
                    None => people.push(Contributor {
                        name: person.name.clone(),
                        email: person.email.clone(),
                        last: time,
                        commits: 1,
                    }),
                }
            }
        }
        people.sort_by(|a, b| b.last.cmp(&a.last).then_with(|| a.email.cmp(&b.email)));
        people
    }
}

/// Whether a commit changed the chart's content against every parent. Where a Chart.yaml can't be read the commit
/// counts: a wrong age must never be too old.
fn is_content(touch: &Touch, manifests: &HashMap<ObjectId, Manifest>) -> bool {
    touch.differences.iter().all(|found| differs(found, manifests))
}

fn differs(found: &Difference, manifests: &HashMap<ObjectId, Manifest>) -> bool {
    if found.content || found.after.is_some() != found.before.is_some() {
        return true;
    }
    let manifest = |id: Option<ObjectId>| {
        id.and_then(|id| manifests.get(&id)).map(|manifest| manifest.content)
    };
    match (manifest(found.after), manifest(found.before)) {
        (Some(after), Some(before)) => after != before,
        _ => found.after.is_some(),
    }
}

/// A stretch of the first-parent line on which Chart.yaml was the same.
#[derive(Clone, Copy, Debug)]
struct Run {
    manifest: ObjectId,
    introduced: u32,
    last: u32,
    /// The folder at `last`, and at `introduced`.
    slot: u32,
    introduced_slot: u32,
    /// `introduced` is where the history ends, not where it began.
    open: bool,
}

impl Facts<'_> {
    /// The states of Chart.yaml along the first-parent line, newest first.
    fn runs(&self, chart: usize, head: Head) -> Vec<Run> {
        let mut runs = Vec::new();
        let mut now = head.manifest.map(|manifest| (manifest, 0_u32, chart as u32));
        for touch in self.walk.followed.mainline.get(chart).into_iter().flatten() {
            let Some(found) = touch.differences.first() else { continue };
            if found.after == found.before {
                continue;
            }
            if let Some((manifest, last, slot)) = now {
                let introduced_slot = touch.slot;
                runs.push(Run {
                    manifest,
                    introduced: touch.node,
                    last,
                    slot,
                    introduced_slot,
                    open: false,
                });
            }
            let parent =
                self.walk.graph.node(touch.node).and_then(|node| node.parents.first().copied());
            now = found
                .before
                .zip(parent)
                .map(|(manifest, parent)| (manifest, parent, self.slot_before(touch)));
        }
        if let Some((manifest, last, slot)) = now {
            let (introduced, introduced_slot) =
                self.walk.followed.boundary.get(chart).copied().flatten().unwrap_or((last, slot));
            runs.push(Run { manifest, introduced, last, slot, introduced_slot, open: true });
        }
        runs
    }

    /// Where the folder was in the first parent.
    fn slot_before(&self, touch: &Touch) -> u32 {
        let renamed = self.walk.renames.get(&(touch.node, 0, touch.slot));
        renamed.and_then(Option::as_ref).map_or(touch.slot, |(slot, _)| *slot)
    }

    fn releases(&self, runs: &[Run]) -> Vec<Release> {
        let mut releases: Vec<Release> = Vec::new();
        let mut known: HashMap<&str, usize> = HashMap::new();
        for run in runs {
            let Some(manifest) =
                self.manifests.get(&run.manifest).filter(|found| !found.version.is_empty())
            else {
                continue;
            };
            let (Some(introduced), Some(last)) =
                (self.commit(run.introduced), self.commit(run.last))
            else {
                continue;
            };
            let place = *known.entry(&manifest.version).or_insert(releases.len());
            match releases.get_mut(place) {
                Some(release) => release.introduced = introduced,
                None => releases.push(Release {
                    version: manifest.version.clone(),
                    introduced,
                    last,
                    folder: self.walk.paths.get(run.slot as usize).cloned().unwrap_or_default(),
                    app_version: manifest.app_version.clone(),
                    deprecated: manifest.deprecated,
                }),
            }
        }
        releases
    }

    fn mainline(&self, chart: usize, head: Head, runs: &[Run]) -> Mainline {
        let deprecated = |manifest: &Manifest| manifest.deprecated;
        let app_version = |manifest: &Manifest| manifest.app_version.clone();
        let time = |run: Run| {
            (!run.open).then(|| self.walk.graph.node(run.introduced)).flatten().map(|n| n.time)
        };
        let now = runs.first().and_then(|run| self.manifests.get(&run.manifest));
        Mainline {
            unreleased: self.unreleased(chart, head, runs),
            deprecated_since: now
                .filter(|now| now.deprecated)
                .and_then(|_| time(self.first_like_now(runs, deprecated)?)),
            app_version_since: now
                .filter(|now| now.app_version.is_some())
                .and_then(|_| time(self.first_like_now(runs, app_version)?)),
        }
    }

    /// The oldest run of the unbroken row that has the same value as the newest.
    fn first_like_now<T: PartialEq>(
        &self,
        runs: &[Run],
        value: impl Fn(&Manifest) -> T,
    ) -> Option<Run> {
        let of = |run: &Run| self.manifests.get(&run.manifest).map(&value);
        let now = of(runs.first()?)?;
        let mut row = runs.iter().take_while(|run| of(run).as_ref() == Some(&now));
        let mut oldest = row.next()?;
        for run in row {
            oldest = run;
        }
        Some(*oldest)
    }

    fn unreleased(&self, chart: usize, head: Head, runs: &[Run]) -> Option<Unreleased> {
        let bump = self
            .first_like_now(runs, |manifest| manifest.version.clone())
            .filter(|run| !run.open)?;
        let mainline = self.walk.followed.mainline.get(chart)?;
        let after = mainline.iter().take_while(|touch| touch.node != bump.introduced);
        let changes: Vec<_> = after.filter(|touch| is_content(touch, &self.manifests)).collect();
        let oldest = changes.iter().rev().take(UNRELEASED_MAX);
        let commits: Vec<_> = oldest.filter_map(|touch| self.commit(touch.node)).collect();
        let first = self.commit(changes.last()?.node)?;
        let tree = self.walk.graph.node(bump.introduced)?.tree;
        let path = self.walk.paths.get(bump.introduced_slot as usize)?;
        let released = self.walk.pool.with(|worker| {
            let then = folder(worker, tree, path)?;
            Some(compare_folders(worker, head.folder?, then))
        })?;
        differs(&released, &self.manifests).then_some(Unreleased {
            bump: self.commit(bump.introduced)?,
            first,
            changes: changes.len(),
            commits,
        })
    }
}
