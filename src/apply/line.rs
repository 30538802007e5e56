//! A line: the changes that lock the same account, in their order. Pure.

use std::collections::VecDeque;

use super::item::{Item, Kind};
use crate::model::order::{Step, rank};

/// Changes of one kind, none of which has to be made before another.
type Run = (Kind, VecDeque<Item>);

/// The changes that lock the same account, as runs, in their order.
#[derive(Debug, Default)]
pub(super) struct Line {
    runs: VecDeque<Run>,
    pub(super) length: usize,
    /// A call with changes of this line is under way.
    pub(super) served: bool,
    /// The account is left alone for a while, because somebody else holds it.
    pub(super) resting: bool,
}

/// What a line would send next.
pub(super) struct Head {
    pub(super) kind: Kind,
    pub(super) count: usize,
    /// How often these were refused because of a lock.
    pub(super) locked: u8,
}

impl Line {
    pub(super) fn new(mut items: Vec<Item>) -> Self {
        // Creates and updates of a kind may come in any order, so they are put into two calls
        // instead of many. What follows another goes after it where it is made, and before it
        // where it is deleted.
        items.sort_by_key(|item| {
            let place = match item.step {
                Step::Delete => -i64::from(item.entry),
                Step::Create | Step::Update => i64::from(item.depth),
            };
            (rank(item.step, item.object), item.step, place, item.object)
        });
        let mut line = Self {
            length: items.len(),
            ..Self::default()
        };
        for item in items {
            match line.runs.back_mut() {
                Some(last) if goes_along(last, item) => last.1.push_back(item),
                _ => line.runs.push_back((item.kind(), VecDeque::from([item]))),
            }
        }
        line
    }

    /// What could be sent of it now.
    pub(super) fn head(&self) -> Option<Head> {
        let free = !self.served && !self.resting;
        let (kind, run) = self.runs.front().filter(|_| free)?;
        // What was refused stands in front, and goes without the rest.
        let locked = run.front()?.locked;
        let count = if locked > 0 {
            run.iter().take_while(|item| item.locked == locked).count()
        } else {
            run.len()
        };
        Some(Head {
            kind: *kind,
            count,
            locked,
        })
    }

    /// Takes so many of its next changes at most; it is served until they have come back.
    pub(super) fn take(&mut self, most: usize, items: &mut Vec<Item>) {
        let Some(head) = self.head() else { return };
        let (_, run) = self.runs.front_mut().expect("it has a head");
        let count = most.min(head.count);
        items.extend(run.drain(..count));
        self.length -= count;
        self.served = true;
        if run.is_empty() {
            self.runs.pop_front();
        }
    }

    pub(super) fn give_back(&mut self, item: Item) {
        self.length += 1;
        match self.runs.front_mut() {
            Some(first) if goes_along(first, item) => first.1.push_front(item),
            _ => self.runs.push_front((item.kind(), VecDeque::from([item]))),
        }
    }

    /// Takes out what is not to be kept.
    pub(super) fn retain(&mut self, is_kept: impl Fn(&Item) -> bool) {
        for (_, run) in &mut self.runs {
            run.retain(&is_kept);
        }
        self.runs.retain(|(_, run)| !run.is_empty());
        self.length = self.runs.iter().map(|(_, run)| run.len()).sum();
    }

    pub(super) fn items(&self) -> impl Iterator<Item = &Item> {
        self.runs.iter().flat_map(|(_, run)| run)
    }
}

/// Whether something may be sent along with a run.
fn goes_along((kind, run): &Run, item: Item) -> bool {
    let depth = run.front().map(|first| first.depth);
    *kind == item.kind() && depth.is_none_or(|depth| depth == item.depth)
}
