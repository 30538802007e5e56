//! Lays all stories into their owners' calendars: where each slot of each deal lies.

use super::Situation;
use super::calendar::{Calendar, Tense, Window};
use super::story::{Stories, wishes};
use crate::draw::RootDraw;
use crate::model::id::{RootId, UserId};
use crate::model::pins::{Ends, Pins};

/// Gives every slot its place: first those that have one, then the others by age of their deal.
pub(super) fn lay(situation: &Situation, order: &[RootId], stories: &mut Stories) {
    let longest = situation
        .manifest
        .activity
        .meetings
        .duration_minutes
        .iter()
        .max();
    let mut calendar = Calendar::new(*longest.unwrap_or(&60));
    for pins in stories.pins.values() {
        let base = pins.ends.base(situation.anchor);
        for (owner, slots) in [(pins.owner, &pins.past), (pins.next_owner, &pins.future)] {
            for (number, slot) in slots.iter().enumerate() {
                calendar.keep(owner, base, *slot, number);
            }
        }
    }
    for root in order {
        let Some(pins) = stories.pins.get_mut(root) else {
            continue;
        };
        let story_key = &situation.inventory.opportunities[root].story_key;
        let mut draw = RootDraw::new(situation.seed, story_key);
        let base = pins.ends.base(situation.anchor);
        let mut lay = |pins: &Pins, owner: UserId, tense: Tense| {
            let window = Window {
                base,
                first: i32::from(pins.first),
                last: pins.grid.future_days,
            };
            calendar.reserve(owner, window, &wishes(pins, tense, &mut draw))
        };
        if pins.past.is_empty() {
            pins.past = lay(pins, pins.owner, Tense::Past);
        }
        if pins.future.is_empty() && !matches!(pins.ends, Ends::Closed(_)) {
            pins.future = lay(pins, pins.next_owner, Tense::Future);
        }
    }
}
