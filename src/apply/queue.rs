//! The queue: which changes may be sent next. Pure.
//!
//! Changes that lock the same account stand in one line, in their order: deletes first, parents
//! before children. A line is served by one call at a time, so no two calls ever wait for the
//! same lock, and what a change refers to has always been recorded before the change is sent.
//!
//! The first call of each kind is small and the only one of its kind, so that what is wrong with
//! all of it shows before much is sent.

use std::collections::{BTreeMap, BTreeSet};

use super::cost::{Way, enough, first_size};
use super::item::{Item, Kind};
use super::line::{Head, Line};
use crate::model::object::Object;
use crate::model::order::{Step, steps};
use crate::plan_file::Entry;

/// Things of one kind that are sent together.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Batch {
    pub(super) step: Step,
    pub(super) object: Object,
    pub(super) items: Vec<Item>,
    pub(super) way: Way,
    /// The first of its kind, which shows whether there is any use in the rest.
    pub(super) is_first: bool,
    /// How many things were chosen for it; some may be left out before it is sent.
    pub(super) chosen: usize,
    /// The lines that wait for it.
    lines: Vec<u32>,
}

/// How much goes together.
#[derive(Debug, Clone)]
pub(super) struct Sizes {
    /// Rows of a call.
    pub(super) call: usize,
    /// Rows of a job.
    pub(super) job: usize,
    /// Kinds that go by jobs.
    pub(super) by_jobs: BTreeSet<Kind>,
    /// It takes so many rows of these to make a job worth its calls.
    pub(super) least_job: usize,
}

/// How far a kind has come.
#[derive(Debug)]
struct Course {
    stage: Stage,
    total: usize,
    /// Not sent yet, or to be sent again.
    waiting: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Untried,
    /// The first call is under way.
    Trying,
    Open,
    /// There is no use in sending more.
    Stopped,
}

#[derive(Debug)]
pub(super) struct Queue {
    lines: Vec<Line>,
    kinds: BTreeMap<Kind, Course>,
    sizes: Sizes,
    left: usize,
    /// What was left at first.
    planned: usize,
}

impl Batch {
    pub(super) fn kind(&self) -> Kind {
        (self.step, self.object)
    }
}

impl Queue {
    pub(super) fn new(entries: &[Entry], locks: usize, sizes: Sizes) -> Self {
        let mut lines: Vec<Vec<Item>> = vec![Vec::new(); locks];
        let mut kinds = BTreeMap::new();
        let written = entries.iter().enumerate().filter(|(_, entry)| entry.writes);
        for (number, entry) in written {
            for &step in steps(entry.action) {
                let item = Item {
                    entry: number as u32,
                    step,
                    object: entry.object(step),
                    depth: entry.depth(step),
                    attempt: 0,
                    locked: 0,
                };
                lines[entry.lock as usize].push(item);
                let course = kinds.entry(item.kind()).or_insert(Course {
                    stage: Stage::Untried,
                    total: 0,
                    waiting: 0,
                });
                course.total += 1;
                course.waiting += 1;
            }
        }
        let lines: Vec<_> = lines.into_iter().map(Line::new).collect();
        let left = lines.iter().map(|line| line.length).sum();
        Self {
            lines,
            kinds,
            sizes,
            left,
            planned: left,
        }
    }

    /// How many things are still to be sent; those in flight do not count.
    pub(super) fn left(&self) -> usize {
        self.left
    }

    /// The next call, filled from the longest free lines whose next things are of one kind.
    ///
    /// `None` when all lines are empty or being served; and, while more is to come free, when the
    /// call would not be full enough: that may fill it.
    pub(super) fn next(&mut self, more_comes: bool) -> Option<Batch> {
        let offers = self.offers();
        // What others held goes first, and is small: nothing fills it up.
        let (&(locked, kind), offer) = match offers.last_key_value() {
            Some((last, _)) if last.0 > 0 => offers.last_key_value()?,
            _ => self.fullest(&offers)?,
        };
        let course = &self.kinds[&kind];
        let is_first = course.stage == Stage::Untried;
        let (way, size) = match locked {
            0 if is_first => (Way::Collection, self.first_size(kind)),
            0 if self.is_job(kind, offer.available) => (Way::Bulk, self.sizes.job),
            _ => (Way::Collection, (self.sizes.call >> locked).max(1)),
        };
        let enough = match way {
            Way::Collection if is_first => size,
            Way::Collection => enough(course.waiting, size, self.planned),
            // No job is begun with a part of what is about to come free for it.
            Way::Bulk => size.min(course.waiting) * 9 / 10,
        };
        if locked == 0 && more_comes && offer.available < enough {
            return None;
        }
        let batch = self.fill(kind, locked, (size, is_first), way);
        self.left -= batch.items.len();
        let course = self.kinds.get_mut(&kind).expect("it was just seen");
        course.waiting -= batch.items.len();
        if is_first {
            course.stage = Stage::Trying;
        }
        Some(batch)
    }

    fn fill(&mut self, kind: Kind, locked: u8, (size, is_first): (usize, bool), way: Way) -> Batch {
        let offers = |head: &Head| head.kind == kind && (head.locked > 0) == (locked > 0);
        let mut alike: Vec<usize> = (0..self.lines.len())
            .filter(|&number| self.lines[number].head().as_ref().is_some_and(offers))
            .collect();
        alike.sort_by_key(|&number| std::cmp::Reverse(self.lines[number].length));
        let (step, object) = kind;
        let mut batch = Batch {
            step,
            object,
            items: Vec::new(),
            way,
            is_first,
            chosen: 0,
            lines: Vec::new(),
        };
        for (number, count) in alike.iter().zip(self.shares(&alike, size, is_first)) {
            if count > 0 {
                self.lines[*number].take(count, &mut batch.items);
                batch.lines.push(*number as u32);
            }
        }
        batch.chosen = batch.items.len();
        batch
    }

    /// How much each line gives to a call: in their order as much as they have; but to a first
    /// call something of many accounts, so that it speaks for more than one.
    fn shares(&self, lines: &[usize], size: usize, is_first: bool) -> Vec<usize> {
        let heads = lines.iter().map(|&number| self.lines[number].head());
        let counts: Vec<_> = heads
            .map(|head| head.map_or(0, |head| head.count))
            .collect();
        let even = match is_first {
            true => size.div_ceil(lines.len().max(1)),
            false => 0,
        };
        let mut shares: Vec<_> = counts.iter().map(|count| even.min(*count)).collect();
        // Rounded up they may come to more than the call holds.
        let mut left = size;
        for share in &mut shares {
            *share = left.min(*share);
            left -= *share;
        }
        for (share, count) in shares.iter_mut().zip(counts) {
            let more = left.min(count - *share);
            *share += more;
            left -= more;
        }
        shares
    }

    fn first_size(&self, kind: Kind) -> usize {
        let way = match self.sizes.by_jobs.contains(&kind) {
            true => Way::Bulk,
            false => Way::Collection,
        };
        first_size(self.kinds[&kind].total, self.sizes.call, way)
    }

    fn is_job(&self, kind: Kind, available: usize) -> bool {
        self.sizes.by_jobs.contains(&kind) && available >= self.sizes.least_job
    }

    /// What could be sent now: by how often it was held by others, and by kind.
    fn offers(&self) -> BTreeMap<(u8, Kind), Offer> {
        let mut offers: BTreeMap<(u8, Kind), Offer> = BTreeMap::new();
        for line in &self.lines {
            let Some(head) = line.head() else { continue };
            if self.kinds[&head.kind].stage == Stage::Trying {
                continue;
            }
            let offer = offers.entry((head.locked, head.kind)).or_default();
            offer.available += head.count;
            offer.longest = line.length.max(offer.longest);
        }
        offers
    }

    /// The kind that fills a call, of the longest line where there are several.
    fn fullest<'a>(
        &self,
        offers: &'a BTreeMap<(u8, Kind), Offer>,
    ) -> Option<(&'a (u8, Kind), &'a Offer)> {
        offers.iter().max_by_key(|((_, kind), offer)| {
            let is_first = self.kinds[kind].stage == Stage::Untried;
            let size = if is_first {
                self.first_size(*kind)
            } else {
                self.sizes.call
            };
            // A first call fills itself with little, and much waits for it.
            (
                offer.available.min(size) * self.sizes.call / size,
                offer.longest,
            )
        })
    }

    /// The call is over; its lines are free again. `again` goes back to the front of its lines.
    pub(super) fn done(&mut self, batch: &Batch, again: &[Item], entries: &[Entry]) {
        for &number in &batch.lines {
            self.lines[number as usize].served = false;
        }
        let course = self.kinds.get_mut(&batch.kind()).expect("it was sent");
        if course.stage == Stage::Trying {
            course.stage = Stage::Open;
        }
        course.waiting += again.len();
        self.left += again.len();
        for item in again.iter().rev() {
            self.lines[entries[item.entry as usize].lock as usize].give_back(*item);
        }
    }

    /// What was sent of the first call of the kind says nothing of the rest: the next one is a first
    /// one again.
    pub(super) fn try_again(&mut self, kind: Kind) {
        if let Some(course) = self.kinds.get_mut(&kind)
            && course.stage == Stage::Open
        {
            course.stage = Stage::Untried;
        }
    }

    /// Leaves the accounts of these things alone until they are woken. Gives their lines.
    pub(super) fn rest(&mut self, items: &[Item], entries: &[Entry]) -> BTreeSet<u32> {
        let locked = items.iter().filter(|item| item.locked > 0);
        let lines: BTreeSet<u32> = locked
            .map(|item| entries[item.entry as usize].lock)
            .collect();
        for line in &lines {
            self.lines[*line as usize].resting = true;
        }
        lines
    }

    pub(super) fn wake(&mut self, lines: &BTreeSet<u32>) {
        for line in lines {
            self.lines[*line as usize].resting = false;
        }
    }

    /// Sends no more of this kind by jobs.
    pub(super) fn without_jobs(&mut self, kind: Kind) {
        self.sizes.by_jobs.remove(&kind);
    }

    /// Sends nothing more of this kind, nor anything else of its changes: what cannot be made
    /// anew is not deleted either. Gives the changes that are given up.
    pub(super) fn stop(&mut self, kind: Kind) -> BTreeSet<u32> {
        if let Some(course) = self.kinds.get_mut(&kind) {
            course.stage = Stage::Stopped;
        }
        let waiting = self.lines.iter().flat_map(Line::items);
        let given_up = waiting
            .filter(|item| item.kind() == kind)
            .map(|item| item.entry);
        let given_up = given_up.collect();
        self.drop(&given_up);
        given_up
    }

    pub(super) fn is_stopped(&self, kind: Kind) -> bool {
        self.kinds
            .get(&kind)
            .is_some_and(|course| course.stage == Stage::Stopped)
    }

    /// Takes out all that these changes would send. Gives how much that is.
    pub(super) fn drop(&mut self, entries: &BTreeSet<u32>) -> usize {
        if entries.is_empty() {
            return 0;
        }
        let before = self.left;
        for line in &mut self.lines {
            line.retain(|item| !entries.contains(&item.entry));
        }
        self.count();
        before - self.left
    }

    /// Gives up what waits behind the call. Gives how much that is.
    pub(super) fn abandon(&mut self, batch: &Batch) -> usize {
        let before = self.left;
        for &number in &batch.lines {
            self.lines[number as usize] = Line::default();
        }
        let course = self.kinds.get_mut(&batch.kind()).expect("it was sent");
        if course.stage == Stage::Trying {
            course.stage = Stage::Open;
        }
        self.count();
        before - self.left
    }

    fn count(&mut self) {
        for course in self.kinds.values_mut() {
            course.waiting = 0;
        }
        for item in self.lines.iter().flat_map(Line::items) {
            if let Some(course) = self.kinds.get_mut(&item.kind()) {
                course.waiting += 1;
            }
        }
        self.left = self.lines.iter().map(|line| line.length).sum();
    }
}

/// What free lines have of one kind.
#[derive(Debug, Default)]
struct Offer {
    available: usize,
    longest: usize,
}
