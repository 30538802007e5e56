//! The queue: which changes may be sent next. Pure.
//!
//! Changes that lock the same account stand in one line, in their order: deletes first, parents
//! before children. A line is served by one call at a time, so no two calls ever wait for the
//! same lock, and what a change refers to has always been recorded before the change is sent.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::model::object::Object;
use crate::model::order::{Step, rank, steps};
use crate::plan_file::Entry;

/// One thing to send: a step of the change with this number in the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) entry: u32,
    pub(super) step: Step,
    pub(super) object: Object,
    /// How often it was sent before.
    pub(super) attempt: u8,
}

/// Things of one kind that are sent in one call.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Batch {
    pub(super) step: Step,
    pub(super) object: Object,
    pub(super) items: Vec<Item>,
    /// The lines that wait for it.
    lines: Vec<u32>,
}

/// What is sent to the org in one call: a step of one kind of record.
type Kind = (Step, Object);

/// The changes that lock the same account, as runs of the same kind, in their order.
#[derive(Debug, Default)]
struct Line {
    runs: VecDeque<(Kind, VecDeque<Item>)>,
    length: usize,
    served: bool,
}

#[derive(Debug)]
pub(super) struct Queue {
    lines: Vec<Line>,
    left: usize,
}

impl Line {
    fn new(mut items: Vec<Item>) -> Self {
        // Creates and updates of a kind may come in any order, so they are put into two calls
        // instead of many.
        items.sort_by_key(|item| (rank(item.step, item.object), item.step));
        let mut line = Self {
            length: items.len(),
            ..Self::default()
        };
        for item in items {
            let kind = (item.step, item.object);
            match line.runs.back_mut() {
                Some((last, run)) if *last == kind => run.push_back(item),
                _ => line.runs.push_back((kind, VecDeque::from([item]))),
            }
        }
        line
    }

    /// What could be sent of it now: of which kind, and how much.
    fn head(&self) -> Option<(Kind, usize)> {
        let (kind, run) = self.runs.front().filter(|_| !self.served)?;
        Some((*kind, run.len()))
    }

    fn take(&mut self, most: usize, items: &mut Vec<Item>) {
        let Some((_, run)) = self.runs.front_mut() else {
            return;
        };
        let count = most.min(run.len());
        items.extend(run.drain(..count));
        self.length -= count;
        self.served = true;
        if run.is_empty() {
            self.runs.pop_front();
        }
    }

    fn give_back(&mut self, item: Item) {
        let kind = (item.step, item.object);
        self.length += 1;
        match self.runs.front_mut() {
            Some((first, run)) if *first == kind => run.push_front(item),
            _ => self.runs.push_front((kind, VecDeque::from([item]))),
        }
    }
}

impl Queue {
    pub(super) fn new(entries: &[Entry], locks: usize) -> Self {
        let mut lines: Vec<Vec<Item>> = vec![Vec::new(); locks];
        let written = entries.iter().enumerate().filter(|(_, entry)| entry.writes);
        for (number, entry) in written {
            for &step in steps(entry.action) {
                let item = Item {
                    entry: number as u32,
                    step,
                    object: entry.object,
                    attempt: 0,
                };
                lines[entry.lock as usize].push(item);
            }
        }
        let lines: Vec<_> = lines.into_iter().map(Line::new).collect();
        let left = lines.iter().map(|line| line.length).sum();
        Self { lines, left }
    }

    /// Takes out all that these changes would send. Gives how much that is.
    pub(super) fn drop(&mut self, entries: &BTreeSet<u32>) -> usize {
        let before = self.left;
        for line in &mut self.lines {
            for (_, run) in &mut line.runs {
                run.retain(|item| !entries.contains(&item.entry));
            }
            line.runs.retain(|(_, run)| !run.is_empty());
            line.length = line.runs.iter().map(|(_, run)| run.len()).sum();
        }
        self.left = self.lines.iter().map(|line| line.length).sum();
        before - self.left
    }

    /// How many things are still to be sent; those in flight do not count.
    pub(super) fn left(&self) -> usize {
        self.left
    }

    /// The next call, filled from the longest free lines whose next things are of one kind.
    ///
    /// `None` when all lines are empty or being served; and, while calls are in flight, when the
    /// call would be far from full: what they free may fill it.
    pub(super) fn next(&mut self, size: usize, in_flight: bool) -> Option<Batch> {
        let (kind, available) = self.fullest_kind(size)?;
        if in_flight && available < size * 9 / 10 {
            return None;
        }
        let mut alike: Vec<usize> = (0..self.lines.len())
            .filter(|&number| {
                self.lines[number]
                    .head()
                    .is_some_and(|(head, _)| head == kind)
            })
            .collect();
        alike.sort_by_key(|&number| std::cmp::Reverse(self.lines[number].length));
        let (step, object) = kind;
        let mut batch = Batch {
            step,
            object,
            items: Vec::new(),
            lines: Vec::new(),
        };
        for number in alike {
            if batch.items.len() == size {
                break;
            }
            self.lines[number].take(size - batch.items.len(), &mut batch.items);
            batch.lines.push(number as u32);
        }
        self.left -= batch.items.len();
        Some(batch)
    }

    /// The kind that fills a call, of the longest line where there are several.
    fn fullest_kind(&self, size: usize) -> Option<(Kind, usize)> {
        let mut kinds: BTreeMap<Kind, (usize, usize)> = BTreeMap::new();
        for line in &self.lines {
            if let Some((kind, count)) = line.head() {
                let (available, longest) = kinds.entry(kind).or_default();
                *available += count;
                *longest = line.length.max(*longest);
            }
        }
        let best = kinds
            .into_iter()
            .max_by_key(|(_, (available, longest))| ((*available).min(size), *longest));
        best.map(|(kind, (available, _))| (kind, available))
    }

    /// The call is over; its lines are free again. `again` goes back to the front of its lines.
    pub(super) fn done(&mut self, batch: &Batch, again: &[Item], entries: &[Entry]) {
        for &number in &batch.lines {
            self.lines[number as usize].served = false;
        }
        self.left += again.len();
        for item in again.iter().rev() {
            let line = entries[item.entry as usize].lock as usize;
            let attempt = item.attempt + 1;
            self.lines[line].give_back(Item { attempt, ..*item });
        }
    }

    /// Gives up what waits behind the call. Gives how much that is.
    pub(super) fn abandon(&mut self, batch: &Batch) -> usize {
        let mut given_up = 0;
        for &number in &batch.lines {
            given_up += std::mem::take(&mut self.lines[number as usize]).length;
        }
        self.left -= given_up;
        given_up
    }
}
