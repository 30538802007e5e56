//! The queue: which changes may be sent next. Pure.
//!
//! Changes that lock the same account stand in one line, in their order: deletes first, parents
//! before children. A line is served by one call at a time, so no two calls ever wait for the
//! same lock, and what a change refers to has always been recorded before the change is sent.

use std::collections::VecDeque;

use crate::diff::order::{Step, rank, steps};
use crate::model::object::Object;
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

#[derive(Debug, Default)]
struct Line {
    items: VecDeque<Item>,
    served: bool,
}

#[derive(Debug)]
pub(super) struct Queue {
    lines: Vec<Line>,
    left: usize,
}

impl Queue {
    pub(super) fn new(entries: &[Entry], locks: usize) -> Self {
        let mut lines: Vec<Vec<Item>> = vec![Vec::new(); locks];
        for (number, entry) in entries.iter().enumerate() {
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
        let line = |mut items: Vec<Item>| {
            items.sort_by_key(|item| rank(item.step, item.object));
            Line {
                items: items.into(),
                served: false,
            }
        };
        let lines: Vec<_> = lines.into_iter().map(line).collect();
        let left = lines.iter().map(|line| line.items.len()).sum();
        Self { lines, left }
    }

    /// How many things are still to be sent; those in flight do not count.
    pub(super) fn left(&self) -> usize {
        self.left
    }

    /// The next call: from the longest line that is free, filled up from others whose next thing
    /// is of the same kind. `None` when all lines are empty or being served.
    pub(super) fn next(&mut self, size: usize) -> Option<Batch> {
        let free = |line: &&Line| !line.served && !line.items.is_empty();
        let longest = self
            .lines
            .iter()
            .filter(free)
            .max_by_key(|line| line.items.len())?;
        let head = longest.items[0];
        let kind = (head.step, head.object);
        let mut alike: Vec<usize> = (0..self.lines.len())
            .filter(|&number| {
                let line = &self.lines[number];
                let next = line.items.front().filter(|_| !line.served);
                next.is_some_and(|item| (item.step, item.object) == kind)
            })
            .collect();
        alike.sort_by_key(|&number| std::cmp::Reverse(self.lines[number].items.len()));
        let mut batch = Batch {
            step: head.step,
            object: head.object,
            items: Vec::new(),
            lines: Vec::new(),
        };
        for number in alike {
            if batch.items.len() == size {
                break;
            }
            let line = &mut self.lines[number];
            while batch.items.len() < size {
                let next = line
                    .items
                    .front()
                    .filter(|item| (item.step, item.object) == kind);
                let Some(&item) = next else { break };
                line.items.pop_front();
                batch.items.push(item);
            }
            line.served = true;
            batch.lines.push(number as u32);
        }
        self.left -= batch.items.len();
        Some(batch)
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
            self.lines[line].items.push_front(Item { attempt, ..*item });
        }
    }

    /// Gives up what waits behind the call. Gives how much that is.
    pub(super) fn abandon(&mut self, batch: &Batch) -> usize {
        let mut given_up = 0;
        for &number in &batch.lines {
            let line = &mut self.lines[number as usize];
            given_up += line.items.len();
            line.items.clear();
            line.served = false;
        }
        self.left -= given_up;
        given_up
    }
}
