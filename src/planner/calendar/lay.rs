//! Lays all stories into the calendars: asks for a place for each slot that a deal uses.

use std::collections::BTreeMap;

use super::attendance::{Attendance, Guest, People};
use super::hours::{Blocks, Hours, bits};
use super::search::around;
use super::settle::{Meeting, settle};
use super::week::Week;
use super::{Laid, Tense, block_hours, is_marked};
use crate::draw::RootDraw;
use crate::model::day::{BusinessDay, Day};
use crate::model::id::RootId;
use crate::model::pins::{Ends, Pins, Slot};
use crate::planner::Situation;
use crate::planner::story::{Asked, counts};
use crate::planner::timeline::slots::{self, slots};

/// Gives every slot that is used its place: first those that have one, then the others by age of
/// their deal, as `order` tells it. Laid again, nothing moves but deals whose slots were taken out
/// of their pins.
pub(in crate::planner) fn lay(
    situation: &Situation,
    order: &[RootId],
    pins: &mut BTreeMap<RootId, Pins>,
) -> Laid {
    let manifest = situation.manifest;
    let longest = manifest.activity.meetings.duration_minutes.iter().max();
    let block_hours = block_hours(*longest.unwrap_or(&60));
    let mut room = Room {
        situation,
        hours: Hours::new(&manifest.calendar, block_hours, reach(situation, pins)),
        people: People::new(situation.inventory),
        week: Week::of(&manifest.calendar),
        deals: Vec::with_capacity(pins.len()),
        meetings: Vec::new(),
        guests: Vec::new(),
    };
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
    /// Notes the slots of a deal that are asked for: where they were told, or where they would best
    /// be.
    fn lay(&mut self, root: RootId, pins: &mut Pins) {
        let opportunity = &self.situation.inventory.opportunities[&root];
        let mut draw = RootDraw::new(self.situation.seed, &opportunity.story_key);
        let guests = self.people.guests(root, pins, &mut self.hours);
        let deal = self.deal(root, pins);
        // Slots that were taken out of the pins hold nothing any more.
        for (laid, held) in [
            (&pins.past, &mut pins.held.past),
            (&pins.future, &mut pins.held.future),
        ] {
            if laid.is_empty() {
                *held = 0;
            }
        }
        let counts = counts(self.situation.manifest, pins, &mut draw);
        let used = (counts.past.number as usize, counts.future.number as usize);
        for slot in slots(pins, used, &mut draw) {
            let (laid, core) = match slot.tense {
                Tense::Past => (&mut pins.past, counts.past.core),
                Tense::Future => (&mut pins.future, counts.future.core),
            };
            let meeting = self.meeting(&deal, &slot, &guests);
            // Slots come in the order of their numbers.
            if laid.len() < slot.number {
                laid.push(self.wanted(&deal, &slot.asked, meeting.attendance));
            }
            let place = laid[slot.number - 1];
            self.meetings.push(Meeting {
                was_told: is_marked(pins.held, slot.tense, slot.number - 1),
                is_core: slot.number <= core as usize,
                day: place.0,
                block: place.1,
                ..meeting
            });
        }
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

    /// Where a meeting would best be, by the weights of weekdays and hours.
    fn wanted(&self, deal: &Deal, asked: &Asked, attendance: Attendance) -> Slot {
        let band = asked.band;
        let blocks = |day| attendance.blocks(&self.hours, deal.base.plus(day));
        let suits = |day: i32| (band.0..=band.1).contains(&day) && blocks(day) != 0;
        let day = self.week.day(deal.base, (asked.day, asked.weekday), suits);
        let nearest = |suits: &dyn Fn(i32) -> bool| around(band, asked.day).find(|day| suits(*day));
        let weighs = |day| self.weighed(deal.base.plus(day)) != 0;
        let day = day.or_else(|| nearest(&|day| suits(day) && weighs(day)));
        let day = day.or_else(|| nearest(&suits));
        let day = day.unwrap_or(asked.day);
        let blocks = blocks(day);
        let suits = |hour| blocks >> self.hours.block(hour) & 1 == 1;
        let hour = self.week.hour(asked.hour, suits);
        let block = hour.map(|hour| self.hours.block(hour)).or_else(|| {
            // Hours that have no weight, or lie outside the owner's day, are alike.
            let nth = (asked.hour * f64::from(blocks.count_ones())) as usize;
            bits(blocks).nth(nth)
        });
        Slot(day as i16, block.unwrap_or(self.hours.block(0)))
    }

    /// The blocks that have a weight on a day.
    pub(super) fn weighed(&self, day: BusinessDay) -> Blocks {
        let hours = self.week.hours_of(day);
        hours.fold(0, |mask, hour| mask | 1 << self.hours.block(hour))
    }

    /// A slot with those who attend it, wherever it lies.
    fn meeting(&mut self, deal: &Deal, slot: &slots::Slot, guests: &[Option<Guest>]) -> Meeting {
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
        Meeting {
            deal: self.deals.len() as u32,
            tense: slot.tense,
            number: slot.number as u8 - 1,
            was_told: false,
            is_core: false,
            day: slot.asked.day as i16,
            block: 0,
            band: [slot.asked.band.0, slot.asked.band.1].map(|day| day as i16),
            order: slot.asked.hour.to_bits() ^ slot.asked.weekday.to_bits().rotate_left(32),
            attendance: Attendance::new(owner, places, &mut self.hours),
            has_colleague: colleague.is_some(),
            guests: (first_guest as u32, (self.guests.len() - first_guest) as u8),
        }
    }
}
