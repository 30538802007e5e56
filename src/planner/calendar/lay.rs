//! Lays all stories into the calendars: reserves a place for each slot of each deal.

use std::collections::BTreeMap;

use super::attendance::{Attendance, Guest, People};
use super::diary::{Claim, Diary, Search};
use super::hours::Hours;
use super::settle::{Meeting, settle};
use super::week::Week;
use super::{Calendars, FUTURE_SLOTS, PAST_SLOTS, Tense, block_hours, is_marked};
use crate::draw::RootDraw;
use crate::model::day::{BusinessDay, Day};
use crate::model::id::{RootId, UserId};
use crate::model::pins::{Ends, Pins, Slot};
use crate::planner::Situation;
use crate::planner::story::{asked, counts};
use crate::planner::timeline::slots::slots;

/// Gives every slot its place: first those that have one, then the others by age of their deal,
/// as `order` tells it. Laid again, nothing moves but deals whose slots were taken out of their
/// pins.
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
        week: Week::of(&manifest.calendar),
        diaries: BTreeMap::new(),
        deals: Vec::with_capacity(pins.len()),
        meetings: Vec::new(),
        guests: Vec::new(),
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
    let bases = pins.values().map(|pins| pins.ends.base(situation.anchor));
    let first = bases.min().map_or(situation.anchor, BusinessDay::day);
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
    week: Week,
    diaries: BTreeMap<UserId, Diary>,
    pub(super) deals: Vec<Deal>,
    /// The slots that are asked for, in the order of the deals' creation.
    pub(super) meetings: Vec<Meeting>,
    /// The numbers of the contacts who attend them.
    pub(super) guests: Vec<u32>,
}

/// What all meetings of a deal have in common.
#[derive(Debug)]
pub(super) struct Deal {
    pub(super) root: RootId,
    pub(super) base: BusinessDay,
    /// It has closed: its story stays where it is when the anchor moves.
    pub(super) stays_behind: bool,
    /// The numbers of the users who hold the meetings before the story's end and after it, and
    /// who joins some of them.
    past_owner: usize,
    future_owner: usize,
    pub(super) colleague: Option<usize>,
    past_window: (i32, i32),
    future_window: (i32, i32),
}

impl Deal {
    pub(super) fn owner(&self, tense: Tense) -> usize {
        match tense {
            Tense::Past => self.past_owner,
            Tense::Future => self.future_owner,
        }
    }

    /// The days that meetings can lie on, whatever their slots.
    pub(super) fn window(&self, tense: Tense) -> (i32, i32) {
        match tense {
            Tense::Past => self.past_window,
            Tense::Future => self.future_window,
        }
    }
}

impl Room<'_> {
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
        let guests = self.people.guests(root, pins, &mut self.hours);
        let deal = self.deal(root, pins);
        if pins.past.is_empty() {
            pins.past = self.reserve(&deal, (pins, Tense::Past), &guests, &mut draw);
            pins.held.past = 0;
        }
        if pins.future.is_empty() && !pins.ends.is_closed() {
            pins.future = self.reserve(&deal, (pins, Tense::Future), &guests, &mut draw);
            pins.held.future = 0;
        }
        self.note(&deal, pins, &guests, &mut draw);
        self.deals.push(deal);
    }

    fn deal(&mut self, root: RootId, pins: &Pins) -> Deal {
        let mut user = |id| self.people.user(id, &mut self.hours);
        Deal {
            root,
            base: pins.ends.base(self.situation.anchor),
            stays_behind: pins.ends != Ends::AtAnchor,
            past_owner: user(pins.owner),
            future_owner: user(pins.next_owner),
            colleague: pins.colleague.map(user),
            past_window: (i32::from(pins.first), -1),
            future_window: (1, pins.grid.future_days),
        }
    }

    /// Slots are laid where all of the deal's people are at work: who of them attends each is told
    /// from the cast, which lives longer than a place.
    fn reserve(
        &mut self,
        deal: &Deal,
        (pins, tense): (&Pins, Tense),
        guests: &[Option<Guest>],
        draw: &mut RootDraw,
    ) -> Vec<Slot> {
        let (owner, count) = match tense {
            Tense::Past => (pins.owner, PAST_SLOTS),
            Tense::Future => (pins.next_owner, FUTURE_SLOTS),
        };
        let place = self.people.place_of(deal.owner(tense));
        let engaged = guests.iter().enumerate();
        let engaged = engaged.filter(|(place, _)| pins.engaged >> place & 1 == 1);
        let places = engaged.filter_map(|(_, guest)| guest.as_ref()?.place);
        let attendance = Attendance::new(place, places, &mut self.hours);
        let hours = &self.hours;
        let new = || Diary::new(deal.base);
        let diary = self.diaries.entry(owner).or_insert_with(new);
        let mut slots = Vec::with_capacity(count);
        for (number, asked) in asked(pins, (tense, count), draw).iter().enumerate() {
            let days = (asked.day, asked.band);
            let day = self.week.day(deal.base, days, asked.weekday);
            let wanted = (day, hours.block(self.week.hour(asked.hour)));
            let search = |band| Search {
                base: deal.base,
                band,
                wanted,
                suiting: |day| attendance.blocks(hours, deal.base.plus(day)),
            };
            let claim = Claim::of(tense, number);
            let found = diary
                .find(&search(asked.band), claim)
                .or_else(|| diary.find(&search(deal.window(tense)), claim));
            let (day, block) = found.unwrap_or(wanted);
            diary.take(deal.base.plus(day), block, claim);
            slots.push(Slot(day as i16, hours.hour(block)));
        }
        slots
    }

    fn note(&mut self, deal: &Deal, pins: &Pins, guests: &[Option<Guest>], draw: &mut RootDraw) {
        let counts = counts(self.situation.manifest, pins, draw);
        let used = (counts.past.number as usize, counts.future.number as usize);
        for slot in slots(pins, used, draw) {
            let (laid, core) = match slot.tense {
                Tense::Past => (&pins.past, counts.past.core),
                Tense::Future => (&pins.future, counts.future.core),
            };
            let number = slot.number - 1;
            let Some(place) = laid.get(number) else {
                continue;
            };
            let owner = self.people.place_of(deal.owner(slot.tense));
            let colleague = deal.colleague.filter(|_| slot.colleague);
            let attending = || {
                let places = slot.people.places();
                places.filter_map(|place| guests.get(place).copied().flatten())
            };
            let places = attending().filter_map(|guest| guest.place);
            let places = places.chain(colleague.map(|user| self.people.place_of(user)));
            let first_guest = self.guests.len();
            self.guests.extend(attending().map(|guest| guest.number));
            self.meetings.push(Meeting {
                deal: self.deals.len() as u32,
                tense: slot.tense,
                number: number as u8,
                was_told: is_marked(pins.held, slot.tense, number),
                is_core: slot.number <= core as usize,
                day: place.0,
                block: self.hours.block(place.1),
                band: [slot.asked.band.0, slot.asked.band.1].map(|day| day as i16),
                attendance: Attendance::new(owner, places, &mut self.hours),
                has_colleague: colleague.is_some(),
                guests: (first_guest as u32, (self.guests.len() - first_guest) as u8),
            });
        }
    }
}
