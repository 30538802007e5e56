//! Settles which meetings are held, and where, among those that are asked for.
//!
//! What was told before and still lies in working hours stays, so that a new deal takes nothing away
//! from an old one; and what found no room then finds none until the anchor moves, so that one that
//! goes gives nothing to the others. Then come the others: those that their stories need, by age of
//! their deals, then all that they can do without, low slots first. One that finds somebody busy is
//! moved: to the nearest free place if it was told, else to the first in an order of its own. Settled
//! again nothing moves: who found no room finds even less.

use std::collections::{BTreeMap, BTreeSet};

use super::agenda::{Agenda, Appointments, Span};
use super::attendance::Attendance;
use super::hours::Blocks;
use super::lay::{Deal, Room};
use super::search::{Place, around, nearest, outwards, own_order};
use super::{Calendars, Clashes, Laid, Tense, is_marked, mark};
use crate::model::id::RootId;
use crate::model::pins::{Marks, Pins, Slot};

/// From this day on, in business days from the story's end, all is less than 30 days ago.
const LATELY: i32 = -20;

/// A slot that is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Meeting {
    /// The deal's place among those of the room.
    pub(super) deal: u32,
    pub(super) tense: Tense,
    /// Counted from 0.
    pub(super) number: u8,
    pub(super) before: Before,
    /// The story cannot do without it.
    pub(super) is_core: bool,
    /// Where it was told, or where it would best be: in business days from the story's end, and the
    /// block of the owner's day.
    pub(super) day: i16,
    pub(super) block: u8,
    /// The first and the last day that it may lie on.
    pub(super) band: [i16; 2],
    /// Those of them on which the deal has come as far as what it is about.
    pub(super) timely: [i16; 2],
    /// What its own order of places is drawn by.
    pub(super) order: u64,
    pub(super) attendance: Attendance,
    /// Whether the deal's colleague takes part.
    pub(super) has_colleague: bool,
    /// Who attends: from which place on among all guests of the deal, and how many.
    pub(super) guests: (u16, u8),
}

/// What became of a slot at the last apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    /// It was not asked for.
    New,
    Held,
    /// It found no room.
    Dropped,
}

impl Meeting {
    fn was_told(&self) -> bool {
        self.before == Before::Held
    }

    /// Where it was told, or where it would best be.
    fn asked(&self) -> Place {
        (self.day.into(), self.block)
    }
}

impl Room<'_> {
    /// Enters all meetings and writes into the pins which are held, and where. Settled again, those
    /// that were told stay where they lay before the first time.
    pub(in crate::planner) fn settle(&self, pins: &mut BTreeMap<RootId, Pins>) -> Laid {
        let mut pins: Vec<_> = pins.values_mut().collect();
        let mut settling = Settling::new(self);
        let mut moved = BTreeSet::new();
        let meetings = self.deals.iter().flat_map(|deal| &deal.meetings);
        let (staying, mut others): (Vec<&Meeting>, Vec<&Meeting>) =
            meetings.partition(|meeting| settling.stays(meeting));
        // The sort is stable: the slots of a deal stay in their order.
        others.sort_by_cached_key(|meeting| {
            let by_number = if meeting.is_core { 0 } else { meeting.number };
            let turn = settling.deal(meeting).turn;
            (!meeting.was_told(), !meeting.is_core, by_number, turn)
        });
        for meeting in staying {
            settling.is_crowded |= !settling.is_free(meeting, meeting.asked());
            settling.enter(meeting, meeting.asked());
        }
        for meeting in others {
            let found = settling.place(meeting);
            if let Some(place) = found {
                settling.enter(meeting, place);
            }
            let (day, block) = found.unwrap_or(meeting.asked());
            let pins = &mut *pins[meeting.deal as usize];
            let slots = match meeting.tense {
                Tense::Past => &mut pins.past,
                Tense::Future => &mut pins.future,
            };
            let slot = Slot(day as i16, block);
            let was = std::mem::replace(&mut slots[usize::from(meeting.number)], slot);
            if was != slot {
                moved.insert(settling.deal(meeting).root);
            }
        }
        if settling.is_crowded {
            settling.count_forced(&pins);
        }
        for ((deal, held), pins) in self.deals.iter().zip(settling.held).zip(pins) {
            if std::mem::replace(&mut pins.held, held) != held {
                moved.insert(deal.root);
            }
        }
        let mut calendars = settling.calendars;
        calendars.placeless.clone_from(&self.people.placeless);
        Laid {
            calendars,
            roomless: settling.roomless,
            moved,
            is_crowded: settling.is_crowded,
        }
    }
}

/// Everybody's agenda while meetings are entered, and what comes of it.
struct Settling<'a> {
    room: &'a Room<'a>,
    users: Vec<Agenda>,
    contacts: Vec<Appointments>,
    calendars: Calendars,
    roomless: BTreeMap<(RootId, Tense), u32>,
    /// The blocks that a day may have.
    blocks: Vec<u8>,
    /// By deal.
    held: Vec<Marks>,
    /// Whether somebody may be in two places at once, or where he does not work.
    is_crowded: bool,
}

impl<'a> Settling<'a> {
    fn new(room: &'a Room<'a>) -> Self {
        let (mut users, mut contacts) = (Vec::new(), Vec::new());
        users.resize_with(room.people.user_count(), Agenda::default);
        contacts.resize_with(room.people.contact_count(), Appointments::default);
        Self {
            room,
            users,
            contacts,
            calendars: Calendars::default(),
            roomless: BTreeMap::new(),
            blocks: room.hours.all_blocks(),
            held: vec![Marks::default(); room.deals.len()],
            is_crowded: false,
        }
    }

    /// Whether a meeting stays where it was told, whoever else is there. When the anchor moves, the
    /// deals that have closed stay behind, and the others have to make room for them, and for each
    /// other again.
    fn stays(&self, meeting: &Meeting) -> bool {
        meeting.was_told() && self.is_as_told(meeting) && self.suits(meeting, meeting.asked())
    }

    fn is_as_told(&self, meeting: &Meeting) -> bool {
        let situation = self.room.situation;
        self.deal(meeting).stays_behind || situation.told_at == Some(situation.anchor)
    }

    /// Where the meeting is held, if it is. What was done without before, and still can be, is not
    /// held because another deal has gone: its story is told.
    fn place(&mut self, meeting: &Meeting) -> Option<Place> {
        let is_given_up =
            meeting.before == Before::Dropped && !meeting.is_core && self.is_as_told(meeting);
        let found = (!is_given_up).then(|| self.find(meeting)).flatten();
        if found.is_some() {
            return found;
        }
        if meeting.is_core {
            let of = (self.deal(meeting).root, meeting.tense);
            *self.roomless.entry(of).or_default() += 1;
            self.is_crowded = true;
            return Some(self.least_evil(meeting));
        }
        self.clashes(meeting).dropped += 1;
        None
    }

    fn clashes(&mut self, meeting: &Meeting) -> &mut Clashes {
        let root = self.deal(meeting).root;
        self.calendars.clashes.entry(root).or_default()
    }

    /// Counts the meetings that begin before another one of somebody's is over, and those that lie
    /// where somebody does not work: by where all lie in the end, not by who came first.
    fn count_forced(&mut self, pins: &[&mut Pins]) {
        let entered = self.entered(pins);
        let mut busy = Vec::new();
        let mut forced = BTreeSet::new();
        for (number, (meeting, place)) in entered.iter().enumerate() {
            let deal = self.deal(meeting);
            let colleague = deal.colleague.filter(|_| meeting.has_colleague);
            let users = [Some(deal.owner(meeting.tense)), colleague];
            let users = users.into_iter().flatten().map(|user| (false, user));
            let guests = deal.guests(meeting).iter();
            let guests = guests.map(|guest| (true, *guest as usize));
            let span = self.span(meeting, *place);
            busy.extend(
                users
                    .chain(guests)
                    .map(|who| (who, span.start, span.end, number)),
            );
            if !self.suits(meeting, *place) {
                forced.insert(number);
            }
        }
        busy.sort_unstable_by_key(|&(who, start, _, number)| {
            let (meeting, _) = entered[number];
            (
                who,
                start,
                self.deal(meeting).root,
                meeting.tense,
                meeting.number,
            )
        });
        let overlap =
            |pair: &&[(_, i32, i32, usize)]| pair[0].0 == pair[1].0 && pair[0].2 > pair[1].1;
        forced.extend(busy.windows(2).filter(overlap).map(|pair| pair[1].3));
        for number in forced {
            let (meeting, _) = entered[number];
            self.clashes(meeting).forced += 1;
        }
    }

    /// All meetings that are held, and where.
    fn entered(&self, pins: &[&mut Pins]) -> Vec<(&'a Meeting, Place)> {
        let meetings = self.room.deals.iter().flat_map(|deal| &deal.meetings);
        let held = meetings.filter(|meeting| {
            let held = self.held[meeting.deal as usize];
            is_marked(held, meeting.tense, usize::from(meeting.number))
        });
        let entered = held.map(|meeting| {
            let pins = &*pins[meeting.deal as usize];
            let slots = match meeting.tense {
                Tense::Past => &pins.past,
                Tense::Future => &pins.future,
            };
            let Slot(day, block) = slots[usize::from(meeting.number)];
            (meeting, (day.into(), block))
        });
        entered.collect()
    }

    fn enter(&mut self, meeting: &Meeting, place: Place) {
        let deal = self.deal(meeting);
        let owner = deal.owner(meeting.tense);
        let day = deal.base.plus(place.0);
        let span = self.span(meeting, place);
        self.users[owner].hold(day.day());
        self.users[owner].enter(span);
        if let Some(colleague) = deal.colleague.filter(|_| meeting.has_colleague) {
            self.users[colleague].enter(span);
        }
        for guest in deal.guests(meeting) {
            self.contacts[*guest as usize].enter(span);
        }
        if meeting.attendance.is_apart(&self.room.hours, day) {
            *self.calendars.apart.entry(deal.root).or_default() += 1;
        }
        *mark(&mut self.held[meeting.deal as usize], meeting.tense) |= 1 << meeting.number;
    }

    /// A free place, which is where the meeting lies if that is one. A meeting that the story needs
    /// rather leaves its days, or makes its owner's day long, than fall on another one.
    fn find(&self, meeting: &Meeting) -> Option<Place> {
        let here = meeting.asked();
        let is_open = self.open(meeting, here.0) >> here.1 & 1 == 1;
        if is_open && self.is_free(meeting, here) {
            return Some(here);
        }
        let band = self.band(meeting);
        let open = |day| self.open(meeting, day);
        let base = self.deal(meeting).base;
        let weighed = |day| self.open(meeting, day) & self.room.weighed(base.plus(day));
        let found = self
            .first_free(meeting, band, weighed)
            .or_else(|| self.first_free(meeting, band, open));
        if found.is_some() || !meeting.is_core {
            return found;
        }
        // What is silent at its end stays silent, what has to have happened lately did, and what
        // follows the end does not come before it. What is planned may follow the close date.
        let (first, last) = self.deal(meeting).window(meeting.tense);
        let wide = match band.0 {
            1.. => (band.0, band.1.max(last)),
            LATELY.. => (first.max(LATELY).min(band.0), band.1),
            _ => (first, band.1),
        };
        let suiting = |day| self.suiting(meeting, day);
        self.first_free(meeting, wide, open)
            .or_else(|| self.first_free(meeting, wide, suiting))
    }

    fn first_free(
        &self,
        meeting: &Meeting,
        band: (i32, i32),
        blocks: impl Fn(i32) -> Blocks,
    ) -> Option<Place> {
        let here = meeting.asked();
        let is_right = |(day, block): &Place| {
            blocks(*day) >> block & 1 == 1 && self.is_free(meeting, (*day, *block))
        };
        match meeting.was_told() {
            true => outwards(band, here, &self.blocks).find(is_right),
            false => {
                let [first, last] = meeting.timely.map(i32::from);
                let bands = ((first, last), band);
                own_order(bands, here, &self.blocks, meeting.order).find(is_right)
            }
        }
    }

    /// Where a meeting lies that must be held although nobody has room for it: where it is, if that
    /// is in working hours; else on the nearest day that has some.
    fn least_evil(&self, meeting: &Meeting) -> Place {
        let here = meeting.asked();
        if self.suits(meeting, here) {
            return here;
        }
        let mut days = around(self.band(meeting), here.0);
        let found = days.find(|day| self.suiting(meeting, *day) != 0);
        found.map_or(here, |day| {
            (day, nearest(self.suiting(meeting, day), here.1))
        })
    }

    /// The days that the meeting may lie on: those of its slot, or all of the story where nobody
    /// works on any of them.
    fn band(&self, meeting: &Meeting) -> (i32, i32) {
        let [first, last] = meeting.band.map(i32::from);
        match (first..=last).any(|day| self.suiting(meeting, day) != 0) {
            true => (first, last),
            false => self.deal(meeting).window(meeting.tense),
        }
    }

    /// The blocks of a day that suit everybody, while the owner still takes meetings.
    fn open(&self, meeting: &Meeting, day: i32) -> Blocks {
        let deal = self.deal(meeting);
        let owner = &self.users[deal.owner(meeting.tense)];
        let held = owner.held(deal.base.plus(day).day());
        if held >= self.room.situation.manifest.calendar.meetings_per_day {
            return 0;
        }
        self.suiting(meeting, day)
    }

    fn suits(&self, meeting: &Meeting, (day, block): Place) -> bool {
        self.suiting(meeting, day) >> block & 1 == 1
    }

    fn suiting(&self, meeting: &Meeting, day: i32) -> Blocks {
        let day = self.deal(meeting).base.plus(day);
        meeting.attendance.blocks(&self.room.hours, day)
    }

    fn is_free(&self, meeting: &Meeting, place: Place) -> bool {
        let deal = self.deal(meeting);
        let span = self.span(meeting, place);
        let colleague = deal.colleague.filter(|_| meeting.has_colleague);
        let mut guests = deal.guests(meeting).iter();
        self.users[deal.owner(meeting.tense)].is_free(span)
            && colleague.is_none_or(|user| self.users[user].is_free(span))
            && guests.all(|guest| self.contacts[*guest as usize].is_free(span))
    }

    /// The whole block of the owner's day: how long a meeting really takes may change.
    fn span(&self, meeting: &Meeting, (day, block): Place) -> Span {
        let deal = self.deal(meeting);
        let owner = self.room.people.place_of(deal.owner(meeting.tense));
        self.room.hours.span(owner, deal.base.plus(day), block)
    }

    fn deal(&self, meeting: &Meeting) -> &'a Deal {
        &self.room.deals[meeting.deal as usize]
    }
}
