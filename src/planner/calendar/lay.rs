//! Lays all stories into the calendars: reserves a place for each slot of each deal.

use std::collections::BTreeMap;

use super::agenda::Span;
use super::attendance::{Attendance, Guest, People};
use super::diary::{Claim, Diary, Search};
use super::hours::Hours;
use super::settle::{Meeting, settle};
use super::week::{hour, on_weekday};
use super::{Calendars, Tense, Wish, block_hours};
use crate::draw::RootDraw;
use crate::model::day::{BusinessDay, Day};
use crate::model::id::{RootId, UserId};
use crate::model::pins::{Ends, Pins, Slot};
use crate::planner::Situation;
use crate::planner::story::{Counts, counts, wishes};

/// Gives every slot its place: first those that have one, then the others by age of their deal,
/// as `order` tells it. Laid again, nothing moves but deals whose slots were taken out of their pins.
pub(in crate::planner) fn lay(
    situation: &Situation,
    order: &[RootId],
    pins: &mut BTreeMap<RootId, Pins>,
) -> Calendars {
    let manifest = situation.manifest;
    let longest = manifest.activity.meetings.duration_minutes.iter().max();
    let block_hours = block_hours(*longest.unwrap_or(&60));
    let mut room = Room {
        situation,
        hours: Hours::new(&manifest.calendar, block_hours, reach(situation, pins)),
        people: People::new(situation.inventory),
        diaries: BTreeMap::new(),
        deals: Vec::with_capacity(pins.len()),
        meetings: Vec::new(),
    };
    for pins in pins.values() {
        room.keep(pins);
    }
    for root in order {
        if let Some(pins) = pins.get_mut(root) {
            room.lay(*root, pins);
        }
    }
    settle(room, pins)
}

/// The days that a plan can reach.
fn reach(situation: &Situation, pins: &BTreeMap<RootId, Pins>) -> (Day, Day) {
    // Wide enough for what is held after a close date, and for other time zones.
    const MARGIN: i32 = 60;
    let activity = &situation.manifest.activity;
    let bases = pins
        .values()
        .map(|pins| pins.ends.base(situation.anchor).day());
    let first = bases.min().unwrap_or(situation.anchor);
    (
        first.plus(-(activity.past_days as i32) - MARGIN),
        situation.anchor.plus(activity.future_days as i32 + MARGIN),
    )
}

/// The calendars while they are being filled.
pub(super) struct Room<'a> {
    pub(super) situation: &'a Situation<'a>,
    pub(super) hours: Hours<'a>,
    pub(super) people: People<'a>,
    diaries: BTreeMap<UserId, Diary>,
    pub(super) deals: Vec<Deal>,
    /// The slots that are asked for, in the order of the deals' creation.
    pub(super) meetings: Vec<Meeting>,
}

/// What all meetings of a deal have in common.
#[derive(Debug)]
pub(super) struct Deal {
    pub(super) root: RootId,
    pub(super) base: BusinessDay,
    pub(super) past: Side,
    pub(super) future: Side,
    /// Everybody whom the story speaks with counts as attending every meeting: which it is for each
    /// of them is told later, by topics that depend on where the meetings lie.
    pub(super) guests: Vec<Guest>,
    /// The number of the user who joins some of the meetings.
    pub(super) colleague: Option<usize>,
}

/// Who holds the meetings, and from where they are attended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Side {
    /// The number of the user.
    pub(super) owner: usize,
    pub(super) attendance: Attendance,
}

impl Deal {
    pub(super) fn side(&self, tense: Tense) -> Side {
        match tense {
            Tense::Past => self.past,
            Tense::Future => self.future,
        }
    }
}

impl Room<'_> {
    /// When the owner's block of a day is, the whole of it: how long a meeting really takes may
    /// change.
    pub(super) fn span(&self, deal: &Deal, tense: Tense, (day, block): (i32, u8)) -> Span {
        let place = self.people.place_of(deal.side(tense).owner);
        self.hours.span(place, deal.base.plus(day), block)
    }

    /// Marks the slots that were given out before.
    fn keep(&mut self, pins: &Pins) {
        let base = pins.ends.base(self.situation.anchor);
        let sides = [
            (Tense::Past, pins.owner, &pins.past),
            (Tense::Future, pins.next_owner, &pins.future),
        ];
        for (tense, owner, slots) in sides {
            for (number, slot) in slots.iter().enumerate() {
                let day = base.plus(i32::from(slot.0));
                let block = self.hours.block(slot.1);
                let diary = self.diaries.entry(owner).or_insert_with(|| Diary::new(day));
                diary.take(day, block, Claim::of(tense, number));
            }
        }
    }

    /// Reserves a block for each slot that has none yet, and notes which are asked for.
    fn lay(&mut self, root: RootId, pins: &mut Pins) {
        let opportunity = &self.situation.inventory.opportunities[&root];
        let mut draw = RootDraw::new(self.situation.seed, &opportunity.story_key);
        let counts = counts(self.situation.manifest, pins, &mut draw);
        let deal = self.deal(root, pins);
        if pins.past.is_empty() {
            let wishes = wishes(pins, Tense::Past, &mut draw);
            pins.past = self.reserve(&deal, (Tense::Past, pins), &wishes);
            pins.held.past = 0;
        }
        if pins.future.is_empty() && !matches!(pins.ends, Ends::Closed(_)) {
            let wishes = wishes(pins, Tense::Future, &mut draw);
            pins.future = self.reserve(&deal, (Tense::Future, pins), &wishes);
            pins.held.future = 0;
        }
        self.note(pins, &counts);
        self.deals.push(deal);
    }

    fn deal(&mut self, root: RootId, pins: &Pins) -> Deal {
        let Self { hours, people, .. } = self;
        let guests = people.guests(root, pins, hours);
        let mut side = |owner| {
            let owner = people.user(owner, hours);
            let place = people.place_of(owner);
            Side {
                owner,
                attendance: Attendance::new(place, &guests, hours),
            }
        };
        let (past, future) = (side(pins.owner), side(pins.next_owner));
        let colleague = pins.colleague.map(|id| people.user(id, hours));
        Deal {
            root,
            base: pins.ends.base(self.situation.anchor),
            past,
            future,
            guests,
            colleague,
        }
    }

    fn reserve(
        &mut self,
        deal: &Deal,
        (tense, pins): (Tense, &Pins),
        wishes: &[Wish],
    ) -> Vec<Slot> {
        let rules = &self.situation.manifest.calendar;
        let hours = &self.hours;
        let attendance = deal.side(tense).attendance;
        let owner = match tense {
            Tense::Past => pins.owner,
            Tense::Future => pins.next_owner,
        };
        let new = || Diary::new(deal.base);
        let diary = self.diaries.entry(owner).or_insert_with(new);
        let mut slots = Vec::with_capacity(wishes.len());
        for (number, wish) in wishes.iter().enumerate() {
            let day = on_weekday(rules, deal.base, (wish.offset, wish.band), wish.weekday);
            let wanted = (day, hours.block(hour(rules, wish.hour)));
            let search = |band| Search {
                base: deal.base,
                band,
                wanted,
                suiting: |day| attendance.blocks(hours, deal.base.plus(day)),
                per_day: rules.meetings_per_day,
            };
            let claim = Claim::of(tense, number);
            let found = diary
                .find(&search(wish.band), claim)
                .or_else(|| diary.find(&search(window(pins, tense)), claim));
            let (day, block) = found.unwrap_or(wanted);
            diary.take(deal.base.plus(day), block, claim);
            slots.push(Slot(day as i16, hours.hour(block)));
        }
        slots
    }

    fn note(&mut self, pins: &Pins, counts: &Counts) {
        let sides = [
            (Tense::Past, &pins.past, counts.past, pins.held.past),
            (Tense::Future, &pins.future, counts.future, pins.held.future),
        ];
        for (tense, slots, count, held) in sides {
            let asked = slots.iter().take(count.number as usize).enumerate();
            let hours = &self.hours;
            let deal = self.deals.len();
            self.meetings.extend(asked.map(|(number, slot)| Meeting {
                deal,
                tense,
                number: number as u8,
                was_told: held >> number & 1 == 1,
                is_core: number < count.core as usize,
                day: i32::from(slot.0),
                block: hours.block(slot.1),
            }));
        }
    }
}

/// The days that a deal's meetings can lie on, whatever their slots.
pub(super) fn window(pins: &Pins, tense: Tense) -> (i32, i32) {
    match tense {
        Tense::Past => (i32::from(pins.first), -1),
        Tense::Future => (1, pins.grid.future_days),
    }
}
