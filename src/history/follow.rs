//! Which commits belong to which chart: history simplification as `git log -- FOLDER` has it, and renames.

use std::collections::{BTreeSet, HashMap};

use super::compare::Difference;
use super::graph::Graph;
use super::scan::{BOUNDARY, Outcome};

/// A folder that is absent in a parent: commit, parent, slot.
pub(super) type Request = (u32, u16, u32);

/// Where the folder of a request was before, and how it changed on its way; `None` where it is new.
pub(super) type Renames = HashMap<Request, Option<(u32, Difference)>>;

/// A commit that touched a chart's folder.
#[derive(Clone, Debug)]
pub(super) struct Touch {
    pub(super) node: u32,
    pub(super) slot: u32,
    /// One per parent; all of them where the commit is a merge.
    pub(super) differences: Vec<Difference>,
}

/// What belongs to each chart.
#[derive(Debug, Default)]
pub(super) struct Followed {
    /// Per chart, newest first.
    pub(super) touches: Vec<Vec<Touch>>,
    /// Per chart: something is hidden by a boundary or an absent tree.
    pub(super) incomplete: Vec<bool>,
    /// Per chart: differences along the first-parent line, newest first.
    pub(super) mainline: Vec<Vec<Touch>>,
    /// Per chart: the commit where the first-parent line ends at a boundary that holds the chart, with its slot.
    pub(super) boundary: Vec<Option<(u32, u32)>>,
    /// Folders to look for among the removed ones before this is whole.
    pub(super) requests: BTreeSet<Request>,
}

/// Follows every chart from the head. Chart `n` begins at slot `n`.
pub(super) fn follow(
    graph: &Graph,
    outcomes: &[Outcome],
    renames: &Renames,
    charts: usize,
) -> Followed {
    let mut followed = Followed {
        touches: vec![Vec::new(); charts],
        incomplete: vec![false; charts],
        mainline: vec![Vec::new(); charts],
        boundary: vec![None; charts],
        requests: BTreeSet::new(),
    };
    Follower {
        graph,
        outcomes,
        renames,
        tracks: Tracks::default(),
        rows: Rows::default(),
        out: &mut followed,
    }
    .run(charts);
    follow_mainline(graph, outcomes, renames, &mut followed);
    followed
}

/// A chart at one of the paths that it had: one bit per commit says whether the chart's history passes there.
#[derive(Default)]
struct Tracks {
    all: Vec<(u32, u32)>,
    number: HashMap<(u32, u32), u32>,
    by_slot: HashMap<u32, Vec<u32>>,
}

impl Tracks {
    fn number(&mut self, chart: u32, slot: u32) -> u32 {
        if let Some(number) = self.number.get(&(chart, slot)) {
            return *number;
        }
        let number = self.all.len() as u32;
        self.all.push((chart, slot));
        self.number.insert((chart, slot), number);
        self.by_slot.entry(slot).or_default().push(number);
        number
    }

    fn chart(&self, track: u32) -> usize {
        self.all.get(track as usize).map_or(usize::MAX, |(chart, _)| *chart as usize)
    }
}

/// Bits of tracks, per commit.
#[derive(Default)]
struct Rows(Vec<Vec<u64>>);

impl Rows {
    fn take(&mut self, node: u32) -> Vec<u64> {
        self.0.get_mut(node as usize).map(std::mem::take).unwrap_or_default()
    }

    fn set(&mut self, node: u32, track: u32) {
        let Some(row) = self.0.get_mut(node as usize) else { return };
        let word = track as usize / 64;
        if row.len() <= word {
            row.resize(word + 1, 0);
        }
        if let Some(word) = row.get_mut(word) {
            *word |= 1 << (track % 64);
        }
    }

    fn pass(&mut self, node: u32, bits: &[u64]) {
        let Some(row) = self.0.get_mut(node as usize) else { return };
        if row.len() < bits.len() {
            row.resize(bits.len(), 0);
        }
        row.iter_mut().zip(bits).for_each(|(word, bits)| *word |= bits);
    }
}

/// Takes a track out of a commit's bits; true where it was there.
fn take_bit(bits: &mut [u64], track: u32) -> bool {
    let Some(word) = bits.get_mut(track as usize / 64) else { return false };
    let mask = 1 << (track % 64);
    let was = *word & mask != 0;
    *word &= !mask;
    was
}

struct Follower<'a> {
    graph: &'a Graph,
    outcomes: &'a [Outcome],
    renames: &'a Renames,
    tracks: Tracks,
    rows: Rows,
    out: &'a mut Followed,
}

impl Follower<'_> {
    fn run(mut self, charts: usize) {
        self.rows.0.resize(self.graph.nodes.len(), Vec::new());
        for chart in 0..charts as u32 {
            let track = self.tracks.number(chart, chart);
            self.rows.set(0, track);
        }
        for node in &self.graph.order {
            self.step(*node);
        }
    }

    fn step(&mut self, node: u32) {
        let mut bits = self.rows.take(node);
        let Some(outcome) = self.outcomes.get(node as usize) else { return };
        let Some(commit) = self.graph.node(node) else { return };
        if bits.iter().all(|word| *word == 0) {
            return;
        }
        if outcome.unreadable {
            self.mark_all(&bits);
        }
        for (slot, differences) in by_slot(&outcome.differences) {
            let Some(tracks) = self.tracks.by_slot.get(&slot).cloned() else { continue };
            for track in tracks {
                if take_bit(&mut bits, track) {
                    self.differs(node, track, slot, &differences);
                }
            }
        }
        if let Some(first) = commit.parents.first() {
            self.rows.pass(*first, &bits);
        }
    }

    /// One chart's folder is not as in the first parent.
    fn differs(&mut self, node: u32, track: u32, slot: u32, differences: &[&Difference]) {
        let Some(commit) = self.graph.node(node) else { return };
        let chart = self.tracks.chart(track);
        let unknown = differences.iter().any(|found| found.unknown || found.parent == BOUNDARY);
        if let Some(incomplete) = self.out.incomplete.get_mut(chart) {
            *incomplete |= unknown;
        }
        if differences.iter().any(|found| found.parent == BOUNDARY) {
            return;
        }
        // The comparisons stop at the first parent from which nothing differs.
        if let Some(same) = commit.parents.get(differences.len()) {
            return self.rows.set(*same, track);
        }
        let mut differences: Vec<Difference> =
            differences.iter().map(|found| (*found).clone()).collect();
        let added = !commit.parents.is_empty() && differences.iter().all(is_added);
        for (number, parent) in commit.parents.iter().enumerate() {
            let origin = if added { self.origin((node, number as u16, slot)) } else { None };
            let track = match origin {
                Some((old, difference)) => {
                    if let Some(place) = differences.get_mut(number) {
                        *place = difference;
                    }
                    self.tracks.number(chart as u32, old)
                }
                None => track,
            };
            self.rows.set(*parent, track);
        }
        if let Some(touches) = self.out.touches.get_mut(chart) {
            touches.push(Touch { node, slot, differences });
        }
    }

    fn origin(&mut self, request: Request) -> Option<(u32, Difference)> {
        if let Some(known) = self.renames.get(&request) {
            return known.clone();
        }
        self.out.requests.insert(request);
        None
    }

    fn mark_all(&mut self, bits: &[u64]) {
        for (track, (chart, _)) in self.tracks.all.iter().enumerate() {
            let set = bits.get(track / 64).is_some_and(|word| word >> (track % 64) & 1 == 1);
            if let Some(incomplete) = self.out.incomplete.get_mut(*chart as usize) {
                *incomplete |= set;
            }
        }
    }
}

/// The differences of each slot, by parent.
fn by_slot(differences: &[Difference]) -> Vec<(u32, Vec<&Difference>)> {
    let (first, later) =
        differences.split_at(differences.partition_point(|found| found.parent == 0));
    let mut slots: Vec<_> = first.iter().map(|found| (found.slot, vec![found])).collect();
    for found in later {
        match slots.iter_mut().find(|(slot, _)| *slot == found.slot) {
            Some((_, all)) => all.push(found),
            None => slots.push((found.slot, vec![found])),
        }
    }
    slots
}

/// Chart.yaml came with the commit.
fn is_added(difference: &Difference) -> bool {
    difference.after.is_some() && difference.before.is_none()
}

fn follow_mainline(graph: &Graph, outcomes: &[Outcome], renames: &Renames, out: &mut Followed) {
    let charts = out.mainline.len() as u32;
    let mut at: HashMap<u32, Vec<u32>> = (0..charts).map(|chart| (chart, vec![chart])).collect();
    for node in graph.mainline() {
        let Some(outcome) = outcomes.get(node as usize) else { continue };
        let has_parent = graph.node(node).is_some_and(|commit| !commit.parents.is_empty());
        let mut moved = Vec::new();
        for found in outcome.differences.iter().filter(|found| matches!(found.parent, 0 | BOUNDARY))
        {
            let Some(here) = at.get(&found.slot).filter(|here| !here.is_empty()) else { continue };
            let mut difference = found.clone();
            if has_parent && is_added(found) {
                match renames.get(&(node, 0, found.slot)) {
                    Some(Some((old, way))) => {
                        moved.push((found.slot, *old));
                        difference = way.clone();
                    }
                    Some(None) => {}
                    None => {
                        out.requests.insert((node, 0, found.slot));
                    }
                }
            }
            for chart in here {
                let chart = *chart as usize;
                if found.parent == BOUNDARY {
                    if let Some(boundary) = out.boundary.get_mut(chart) {
                        *boundary = Some((node, found.slot));
                    }
                } else if let Some(mainline) = out.mainline.get_mut(chart) {
                    mainline.push(Touch {
                        node,
                        slot: found.slot,
                        differences: vec![difference.clone()],
                    });
                }
            }
        }
        // Folders may have changed places in one commit: all leave before any arrives.
        let leaving: Vec<_> = moved
            .into_iter()
            .map(|(from, to)| (to, at.remove(&from).unwrap_or_default()))
            .collect();
        for (to, charts) in leaving {
            at.entry(to).or_default().extend(charts);
        }
    }
}
