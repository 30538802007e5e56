//! Owners' calendars: where the meetings of all deals find room.
//!
//! Meetings of one owner compete across deals, and so do those that a contact or a colleague
//! attends. So room is found in two steps, once for all deals and before any record is planned:
//!
//! - [`Room::new`] draws for every slot that a deal uses the block of the owner's day where it would
//!   best be. It depends on nothing but the deal.
//! - [`Room::settle`] enters them into everybody's agenda: first those that were told before, which stay,
//!   so that neither a raised maximum nor another deal moves them; then the others, in the order of
//!   their deals' creation. One that finds somebody busy looks for another place, in an order of its
//!   own. Where there is none it is not held; unless the story needs it, and then it overlaps, and
//!   who tells the story may tell a weaker one instead.
//!
//! What comes out is kept in the pins.

mod agenda;
mod attendance;
mod countries;
mod holidays;
mod hours;
mod lay;
mod places;
mod search;
mod settle;
mod week;

use std::collections::{BTreeMap, BTreeSet};

pub(super) use hours::public_days;
pub(super) use lay::Room;
pub(super) use places::{Place, iso_codes};

use crate::model::id::{AccountId, RootId};
use crate::model::pins::Marks;

/// How many meetings a deal can have in the past and in the future, at most.
pub(crate) const PAST_SLOTS: usize = 25;
pub(crate) const FUTURE_SLOTS: usize = 8;

/// Whether a meeting lies before the day that its story leads up to, or after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tense {
    Past,
    Future,
}

/// What came of laying all meetings, and which deals might be told with fewer.
#[derive(Debug, Default)]
pub(super) struct Laid {
    pub(super) calendars: Calendars,
    /// How many meetings that their stories cannot do without looked for a free place and found
    /// none. Those that were told where they lie do not look.
    pub(super) roomless: BTreeMap<(RootId, Tense), u32>,
    /// The deals whose meetings lie elsewhere than their pins had it.
    pub(super) moved: BTreeSet<RootId>,
    /// Whether somebody may be in two places at once, or where he does not work. Else nobody is.
    pub(super) is_crowded: bool,
}

/// What a plan says of the meetings that were laid.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Calendars {
    /// The deals for which there was not room enough.
    pub(crate) clashes: BTreeMap<RootId, Clashes>,
    /// By deal, how many meetings are held with people who share no working hour with the owner: in
    /// their day, early in the owner's morning or in the evening.
    pub(crate) apart: BTreeMap<RootId, u32>,
    /// Accounts whose people are taken to be where the owner is, as no country is known.
    pub(crate) placeless: BTreeSet<AccountId>,
}

/// What had to give in one deal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Clashes {
    /// Meetings that are not held, as nobody has room for them and the story can do without.
    pub(crate) dropped: u32,
    /// Meetings that the story cannot do without, and that find somebody busy or away.
    pub(crate) forced: u32,
}

/// The marks of one tense.
fn mark(marks: &mut Marks, tense: Tense) -> &mut u32 {
    match tense {
        Tense::Past => &mut marks.past,
        Tense::Future => &mut marks.future,
    }
}

/// Whether the slot with this number, from 0, is marked.
pub(super) fn is_marked(mut marks: Marks, tense: Tense, number: usize) -> bool {
    *mark(&mut marks, tense) >> number & 1 == 1
}

/// The hours that a block must have for the longest meeting of the manifest.
pub(super) fn block_hours(longest_minutes: u32) -> u8 {
    const LONGEST: u32 = 120;
    longest_minutes.clamp(1, LONGEST).div_ceil(60) as u8
}

#[cfg(test)]
mod tests;
