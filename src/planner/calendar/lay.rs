//! What all stories ask of the calendars: for each slot that a deal uses, where it would best be.

use std::collections::{BTreeMap, BTreeSet};

use super::attendance::{Attendance, Guest, People};
use super::hours::{Blocks, Hours, bits};
use super::search::around;
use super::settle::{Before, Meeting};
use super::week::Week;
use super::{Tense, block_hours, is_marked};
use crate::draw::RootDraw;
use crate::model::day::{BusinessDay, Day};
use crate::model::id::RootId;
use crate::model::inventory::{Inventory, by_creation};
use crate::model::pins::{Ends, Pins, Slot};
use crate::planner::Situation;
use crate::planner::story::counts;
use crate::planner::timeline::slots::{self, Dealt, slots};

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

/// The places of pinned deals in the order of creation, by root.
fn turns(inventory: &Inventory, pins: &BTreeMap<RootId, Pins>) -> Vec<u32> {
    let roots: Vec<_> = pins.keys().collect();
    let mut turns = vec![0; roots.len()];
    for (turn, root) in by_creation(inventory).iter().enumerate() {
        if let Ok(place) = roots.binary_search(&root) {
            turns[place] = turn as u32;
        }
    }
    turns
}

/// Who can meet when, and what is asked for. It can be settled again and again, see
/// [`Self::settle`].
pub(in crate::planner) struct Room<'a> {
    pub(super) situation: &'a Situation<'a>,
    pub(super) hours: Hours<'a>,
    pub(super) people: People<'a>,
    week: Week,
    /// The blocks of the hours that have a weight.
    weighed: Blocks,
    /// By root, as in the pins.
    pub(super) deals: Vec<Deal>,
}

/// A deal's meetings, and what they have in common.
#[derive(Debug)]
pub(super) struct Deal {
    pub(super) root: RootId,
    /// Its place among the deals of the room, and in the order of creation.
    number: u32,
    pub(super) turn: u32,
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
    /// The slots that are asked for: what is dealt to them, and their meetings.
    dealt: Box<[Dealt]>,
    pub(super) meetings: Vec<Meeting>,
    /// The numbers of the contacts who attend them.
    guests: Vec<u32>,
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

    /// The numbers of the contacts who attend a meeting.
    pub(super) fn guests(&self, meeting: &Meeting) -> &[u32] {
        let (first, count) = (usize::from(meeting.guests.0), usize::from(meeting.guests.1));
        &self.guests[first..first + count]
    }
}

impl<'a> Room<'a> {
    /// Asks for the slots of all deals.
    pub(in crate::planner) fn new(
        situation: &'a Situation<'a>,
        pins: &mut BTreeMap<RootId, Pins>,
    ) -> Self {
        let manifest = situation.manifest;
        let longest = manifest.activity.meetings.duration_minutes.iter().max();
        let block_hours = block_hours(*longest.unwrap_or(&60));
        let hours = Hours::new(&manifest.calendar, block_hours, reach(situation, pins));
        let week = Week::of(&manifest.calendar);
        let weighed = week.weighed_hours();
        let mut room = Self {
            situation,
            people: People::new(situation.inventory),
            weighed: weighed.fold(0, |mask, hour| mask | 1 << hours.block(hour)),
            hours,
            week,
            deals: Vec::with_capacity(pins.len()),
        };
        let turns = turns(situation.inventory, pins);
        for (number, ((root, pins), turn)) in (0..).zip(pins.iter_mut().zip(turns)) {
            let deal = room.deal((*root, number, turn), pins);
            room.deals.push(deal);
        }
        room
    }

    /// What is dealt to the slots of a deal.
    pub(in crate::planner) fn dealt(&self, root: RootId) -> &[Dealt] {
        let number = self.deals.binary_search_by_key(&root, |deal| deal.root);
        number.map_or(&[], |number| &self.deals[number].dealt)
    }

    /// And to those of all deals.
    pub(in crate::planner) fn into_dealt(self) -> BTreeMap<RootId, Box<[Dealt]>> {
        let deals = self.deals.into_iter();
        deals.map(|deal| (deal.root, deal.dealt)).collect()
    }

    /// Asks anew for the slots of deals that are told as something else.
    pub(in crate::planner) fn ask_anew(
        &mut self,
        roots: &BTreeSet<RootId>,
        pins: &mut BTreeMap<RootId, Pins>,
    ) {
        for root in roots {
            let number = self.deals.binary_search_by_key(root, |deal| deal.root);
            if let (Ok(number), Some(pins)) = (number, pins.get_mut(root)) {
                let turn = self.deals[number].turn;
                self.deals[number] = self.deal((*root, number as u32, turn), pins);
            }
        }
    }

    /// A deal with the slots that it asks for: where they were told, or where they would best be.
    fn deal(&mut self, (root, number, turn): (RootId, u32, u32), pins: &mut Pins) -> Deal {
        let opportunity = &self.situation.inventory.opportunities[&root];
        let mut draw = RootDraw::new(self.situation.seed, &opportunity.story_key);
        let guests = self.people.guests(root, pins, &mut self.hours);
        let mut deal = self.without_meetings((root, number, turn), pins);
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
        deal.meetings.reserve_exact(used.0 + used.1);
        // What is asked for no more is forgotten, so that it is asked for anew when it is again.
        pins.past.truncate(used.0);
        pins.future.truncate(used.1);
        let slots = slots(pins, used, &mut draw);
        deal.dealt = slots.iter().map(|slot| slot.dealt).collect();
        for slot in slots {
            let Dealt { tense, number, .. } = slot.dealt;
            let number = usize::from(number);
            let (laid, core) = match tense {
                Tense::Past => (&mut pins.past, counts.past.core),
                Tense::Future => (&mut pins.future, counts.future.core),
            };
            let meeting = self.meeting(&mut deal, &slot, &guests);
            // Slots come in the order of their numbers.
            let before = match is_marked(pins.held, tense, number - 1) {
                _ if laid.len() < number => Before::New,
                true => Before::Held,
                false => Before::Dropped,
            };
            if before == Before::New {
                laid.push(self.wanted(&deal, &slot, meeting.attendance));
            }
            let place = laid[number - 1];
            deal.meetings.push(Meeting {
                before,
                is_core: number <= core as usize,
                day: place.0,
                block: place.1,
                ..meeting
            });
        }
        deal
    }

    fn without_meetings(&mut self, (root, number, turn): (RootId, u32, u32), pins: &Pins) -> Deal {
        let mut user = |id| self.people.user(id, &mut self.hours);
        Deal {
            root,
            number,
            turn,
            base: pins.ends.base(self.situation.anchor),
            stays_behind: pins.ends != Ends::AtAnchor,
            past_owner: user(pins.owner),
            future_owner: user(pins.next_owner),
            colleague: pins.colleague.map(user),
            past_window: (i32::from(pins.first), -1),
            future_window: (1, pins.grid.future_days),
            dealt: Box::default(),
            meetings: Vec::new(),
            guests: Vec::new(),
        }
    }

    /// Where a meeting would best be, by the weights of weekdays and hours.
    fn wanted(&self, deal: &Deal, slot: &slots::Slot, attendance: Attendance) -> Slot {
        let slots::Slot { asked, timely, .. } = slot;
        let band = asked.band;
        let blocks = |day| attendance.blocks(&self.hours, deal.base.plus(day));
        let suits = |day| blocks(day) != 0;
        let is_timely = |day: i32| (timely.0..=timely.1).contains(&day) && suits(day);
        let day = self
            .week
            .day(deal.base, (asked.day, asked.weekday), is_timely);
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
        match self.week.weighs(day) {
            true => self.weighed,
            false => 0,
        }
    }

    /// A slot with those who attend it, wherever it lies.
    fn meeting(
        &mut self,
        deal: &mut Deal,
        slot: &slots::Slot,
        guests: &[Option<Guest>],
    ) -> Meeting {
        let dealt = &slot.dealt;
        let owner = self.people.place_of(deal.owner(dealt.tense));
        let colleague = deal.colleague.filter(|_| dealt.colleague);
        let attending = || {
            let places = dealt.people.places();
            places.filter_map(|place| guests.get(place).copied().flatten())
        };
        let places = attending().filter_map(|guest| guest.place);
        let places = places.chain(colleague.map(|user| self.people.place_of(user)));
        let first_guest = deal.guests.len();
        deal.guests.extend(attending().map(|guest| guest.number));
        Meeting {
            deal: deal.number,
            tense: dealt.tense,
            number: dealt.number - 1,
            before: Before::New,
            is_core: false,
            day: slot.asked.day as i16,
            block: 0,
            band: [slot.asked.band.0, slot.asked.band.1].map(|day| day as i16),
            timely: [slot.timely.0, slot.timely.1].map(|day| day as i16),
            order: slot.asked.hour.to_bits() ^ slot.asked.weekday.to_bits().rotate_left(32),
            attendance: Attendance::new(owner, places, &mut self.hours),
            has_colleague: colleague.is_some(),
            guests: (first_guest as u16, (deal.guests.len() - first_guest) as u8),
        }
    }
}
