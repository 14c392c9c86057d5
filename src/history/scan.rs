//! The comparisons of all commits with their parents, in parallel while the walk goes on.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use gix::ObjectId;
use rayon::prelude::*;

use super::compare::{Absent, Difference, Pair, Question, Watched};
use super::graph::{Graph, Walker};
use super::packs::Bytes;
use super::people::Details;
use super::trees::{Pool, Worker};

/// How many commits make one piece of work: neighbours share most of their trees.
const BATCH: usize = 128;

/// How many pieces may wait per other thread before the walk helps; bounds the commit texts in memory.
const WAITING_PER_THREAD: usize = 4;

/// In [`Difference::parent`]: the commit's parents are not here, and this is what it holds.
pub(super) const BOUNDARY: u16 = u16::MAX;

/// What the comparisons of one commit gave.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// Sorted by parent. Those against a later parent cover only what differs from all parents before it.
    pub(super) differences: Vec<Difference>,
    /// Author and message, where the commit touched a chart.
    pub(super) details: Option<Box<Details>>,
    /// A tree on the way to the charts is absent.
    pub(super) unreadable: bool,
}

/// One commit to compare.
struct Job {
    node: u32,
    tree: ObjectId,
    parents: Vec<ObjectId>,
    boundary: bool,
    raw: Option<Bytes>,
}

impl Job {
    fn new(graph: &Graph, node: u32, raw: Option<Bytes>) -> Option<Self> {
        let commit = graph.node(node)?;
        let parents = commit
            .parents
            .iter()
            .filter_map(|parent| graph.node(*parent))
            .map(|parent| parent.tree);
        Some(Self {
            node,
            tree: commit.tree,
            parents: parents.collect(),
            boundary: commit.boundary,
            raw,
        })
    }

    fn run(&self, worker: &mut Worker, graph: Option<&Graph>, watched: &Watched) -> Outcome {
        let mut outcome = Outcome::default();
        match self.compare(worker, watched) {
            Ok(differences) => outcome.differences = differences,
            Err(Absent) => outcome.unreadable = true,
        }
        if !self.boundary && self.differs_from_all(&outcome.differences) {
            outcome.details = self.details(worker, graph).map(Box::new);
        }
        outcome
    }

    fn compare(&self, worker: &mut Worker, watched: &Watched) -> Result<Vec<Difference>, Absent> {
        let mut differences = Vec::new();
        if self.parents.is_empty() {
            let pair = Pair { after: Some(self.tree), before: None };
            let parent = if self.boundary { BOUNDARY } else { 0 };
            watched.compare(worker, pair, Question { parent, only: None }, &mut differences)?;
            return Ok(differences);
        }
        let mut only: Option<Vec<u32>> = None;
        for (parent, tree) in self.parents.iter().enumerate().take(usize::from(BOUNDARY)) {
            let question = Question { parent: parent as u16, only: only.as_deref() };
            let start = differences.len();
            let pair = Pair { after: Some(self.tree), before: Some(*tree) };
            watched.compare(worker, pair, question, &mut differences)?;
            let mut slots: Vec<_> =
                differences.iter().skip(start).map(|found| found.slot).collect();
            slots.sort_unstable();
            if slots.is_empty() {
                break;
            }
            only = Some(slots);
        }
        Ok(differences)
    }

    fn differs_from_all(&self, differences: &[Difference]) -> bool {
        let last = self.parents.len().saturating_sub(1);
        differences.last().is_some_and(|found| usize::from(found.parent) == last)
    }

    fn details(&self, worker: &mut Worker, graph: Option<&Graph>) -> Option<Details> {
        if let Some(raw) = &self.raw {
            return Some(Details::parse(raw));
        }
        let id = graph?.node(self.node)?.id;
        worker.object(id, gix::objs::Kind::Commit).map(|raw| Details::parse(&raw))
    }
}

/// Walks from a head and compares every commit; `None` where the head can't be read.
pub(super) fn walk(
    pool: &Pool<'_>,
    head: ObjectId,
    watched: &Watched,
) -> Option<(Graph, Vec<Outcome>)> {
    let done = Done::default();
    let graph = rayon::scope(|scope| {
        pool.with(|worker| {
            let mut walker = Walker::new(worker, head)?;
            let limit = (rayon::current_num_threads() - 1) * WAITING_PER_THREAD;
            loop {
                let batch = next_batch(&mut walker, worker);
                if batch.is_empty() {
                    return Some(walker.finish());
                }
                if done.waiting.load(Ordering::Relaxed) >= limit {
                    done.run(worker, watched, &batch);
                } else {
                    done.waiting.fetch_add(1, Ordering::Relaxed);
                    let done = &done;
                    scope.spawn(move |_| {
                        pool.with(|worker| done.run(worker, watched, &batch));
                        done.waiting.fetch_sub(1, Ordering::Relaxed);
                    });
                }
            }
        })
    })?;
    let mut outcomes: Vec<_> =
        std::iter::repeat_with(Outcome::default).take(graph.nodes.len()).collect();
    for (node, outcome) in done.outcomes.into_inner().unwrap_or_else(PoisonError::into_inner) {
        if let Some(place) = outcomes.get_mut(node as usize) {
            *place = outcome;
        }
    }
    Some((graph, outcomes))
}

fn next_batch(walker: &mut Walker, worker: &mut Worker) -> Vec<Job> {
    let mut batch = Vec::with_capacity(BATCH);
    while batch.len() < BATCH {
        let Some((node, raw)) = walker.next(worker) else { break };
        batch.extend(Job::new(walker.graph(), node, Some(raw)));
    }
    batch
}

#[derive(Default)]
struct Done {
    waiting: AtomicUsize,
    outcomes: Mutex<Vec<(u32, Outcome)>>,
}

impl Done {
    fn run(&self, worker: &mut Worker, watched: &Watched, batch: &[Job]) {
        let found: Vec<_> =
            batch.iter().map(|job| (job.node, job.run(worker, None, watched))).collect();
        self.outcomes.lock().unwrap_or_else(PoisonError::into_inner).extend(found);
    }
}

/// Compares commits again for further paths, and adds what it finds to their outcomes.
pub(super) fn extend(
    pool: &Pool<'_>,
    graph: &Graph,
    outcomes: &mut [Outcome],
    watched: &Watched,
    nodes: &[u32],
) {
    let found: Vec<_> = nodes
        .par_chunks(BATCH)
        .flat_map_iter(|nodes| {
            pool.with(|worker| {
                let jobs = nodes.iter().filter_map(|node| Job::new(graph, *node, None));
                jobs.map(|job| (job.node, job.run(worker, Some(graph), watched)))
                    .collect::<Vec<_>>()
            })
        })
        .collect();
    for (node, new) in found {
        let Some(outcome) = outcomes.get_mut(node as usize) else { continue };
        outcome.differences.extend(new.differences);
        outcome.differences.sort_by_key(|found| (found.parent, found.slot));
        outcome.unreadable |= new.unreadable;
        outcome.details = outcome.details.take().or(new.details);
    }
}
