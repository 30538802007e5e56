//! Lays all stories into their owners' calendars: where each slot of each deal lies.

use super::Situation;
use super::calendar::{Calendar, FUTURE_SLOTS, PAST_SLOTS, Window, Wish};
use super::story::Stories;
use crate::draw::{DRAWS, RootDraw};
use crate::model::id::{RootId, UserId};
use crate::model::pins::{Ends, Grid};

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
        let Grid {
            past_days,
            future_days,
            ..
        } = pins.grid;
        let mut lay = |owner: UserId, (first, last): (i32, i32), count: usize, name: &str| {
            let window = Window { base, first, last };
            calendar.reserve(owner, window, &wishes(&mut draw, count, name))
        };
        if pins.past.is_empty() {
            pins.past = lay(pins.owner, (-past_days, -1), PAST_SLOTS, "past");
        }
        if pins.future.is_empty() && !matches!(pins.ends, Ends::Closed(_)) {
            pins.future = lay(pins.next_owner, (1, future_days), FUTURE_SLOTS, "future");
        }
    }
}

/// The wishes of all slots, several from each address.
fn wishes(draw: &mut RootDraw, count: usize, name: &str) -> Vec<Wish> {
    const EACH: usize = DRAWS / Wish::DRAWS;
    let mut wishes = Vec::with_capacity(count);
    for first in (0..count).step_by(EACH) {
        let draw = draw.at(&format!("slots/{name}/{first}"));
        wishes.extend((0..EACH.min(count - first)).map(|place| Wish::draw(&draw, place)));
    }
    wishes
}
