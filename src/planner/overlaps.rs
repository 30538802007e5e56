//! How many meetings lie on another one of their owner: what a plan says when calendars are full.

use std::collections::BTreeMap;

use super::Situation;
use super::activity::meetings::{hours, path};
use super::calendar::Tense;
use crate::draw::RootDraw;
use crate::model::id::{RootId, UserId};
use crate::model::pins::{Pins, Slot};

/// A block of somebody's day that is really used, and by which meeting. Sorts by block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Used {
    /// The owner's number: there is much to sort, and numbers compare faster than ids.
    owner: usize,
    day: i32,
    hour: u8,
    root: RootId,
    tense: Tense,
    number: usize,
}

/// Counts the meetings that begin before the one before them in their owner's day is over, by deal.
pub(super) fn overlaps(
    situation: &Situation,
    pins: &BTreeMap<RootId, Pins>,
) -> BTreeMap<RootId, u32> {
    let mut owners: BTreeMap<UserId, usize> = BTreeMap::new();
    let mut used = Vec::new();
    for (root, pins) in pins {
        let base = pins.ends.base(situation.anchor);
        let mut mark = |owner, tense, slots: &[Slot], held: u32| {
            let next = owners.len();
            let owner = *owners.entry(owner).or_insert(next);
            let slots = slots.iter().zip(1..);
            let slots = slots.filter(|(_, number)| held >> (number - 1) & 1 == 1);
            used.extend(slots.map(|(slot, number)| Used {
                owner,
                day: base.plus(i32::from(slot.0)).day().number(),
                hour: slot.1,
                root: *root,
                tense,
                number,
            }));
        };
        mark(pins.owner, Tense::Past, &pins.past, pins.held.past);
        mark(
            pins.next_owner,
            Tense::Future,
            &pins.future,
            pins.held.future,
        );
    }
    used.sort_unstable();
    let same_block = |a: &Used, b: &Used| (a.owner, a.day, a.hour) == (b.owner, b.day, b.hour);
    let shared = used.chunk_by(same_block).filter(|block| block.len() > 1);
    let mut overlaps = BTreeMap::new();
    for root in shared.flat_map(|block| clashing(situation, block)) {
        *overlaps.entry(root).or_default() += 1;
    }
    overlaps
}

/// The deals of meetings that begin too early. Two short ones find room in one block, so here it
/// counts when they really begin and end.
fn clashing(situation: &Situation, block: &[Used]) -> Vec<RootId> {
    let span = |used: &Used| {
        let draws = draw(situation, used.root).at(&path(used.tense, used.number));
        let (start, minutes) = hours(&situation.manifest.activity, &draws, used.hour);
        (start, start + minutes, used.root)
    };
    let mut spans: Vec<_> = block.iter().map(span).collect();
    spans.sort_unstable();
    let clashes = spans.windows(2).filter(|pair| pair[0].1 > pair[1].0);
    clashes.map(|pair| pair[1].2).collect()
}

fn draw(situation: &Situation, root: RootId) -> RootDraw {
    let opportunity = &situation.inventory.opportunities[&root];
    RootDraw::new(situation.seed, &opportunity.story_key)
}
