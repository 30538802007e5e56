//! Settles which meetings are held, and where, among those that are asked for.
//!
//! What was told before and still lies in working hours stays, so that a new deal takes nothing away
//! from an old one. Then come the others: those that their stories need, by age of their deals, then
//! all that they can do without, low slots first. One that finds somebody busy is moved to the
//! nearest free place. Settled again nothing moves: who found no room finds even less.

use std::collections::BTreeMap;

use super::agenda::{Agenda, Appointments, Span};
use super::diary::{around, nearest};
use super::hours::Blocks;
use super::join::{join, rejoin};
use super::lay::{Deal, Room, window};
use super::{Calendars, Tense, mark};
use crate::draw::RootDraw;
use crate::model::id::RootId;
use crate::model::pins::{Marks, Pins, Slot};
use crate::planner::story::wishes;

/// A slot that is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Meeting {
    /// The deal's place in the room.
    pub(super) deal: usize,
    pub(super) tense: Tense,
    /// Counted from 0.
    pub(super) number: u8,
    /// It was held at the last apply.
    pub(super) was_told: bool,
    /// The story cannot do without it.
    pub(super) is_core: bool,
    /// In business days from the story's end, and the block of the owner's day.
    pub(super) day: i32,
    pub(super) block: u8,
}

/// Enters all meetings and writes into the pins which are held, and where.
pub(super) fn settle(mut room: Room, pins: &mut BTreeMap<RootId, Pins>) -> Calendars {
    let meetings = std::mem::take(&mut room.meetings);
    let mut settling = Settling {
        agendas: Agendas::new(&room),
        room: &room,
        calendars: Calendars::default(),
        held: vec![Marks::default(); room.deals.len()],
    };
    let (staying, mut others): (Vec<_>, Vec<_>) = meetings
        .into_iter()
        .partition(|meeting| settling.stays(meeting));
    let mut kept = vec![Marks::default(); room.deals.len()];
    for meeting in staying {
        settling.enter(&meeting);
        let pins = &pins[&settling.deal(&meeting).root];
        if rejoin(&room, &mut settling.agendas.users, &meeting, pins) {
            *mark(&mut kept[meeting.deal], meeting.tense) |= 1 << meeting.number;
        }
    }
    // The sort is stable: what is alike stays in the order of the deals' creation.
    others.sort_by_key(|meeting| {
        let by_number = if meeting.is_core { 0 } else { meeting.number };
        (!meeting.was_told, !meeting.is_core, by_number)
    });
    for meeting in others {
        settling.place(meeting, pins);
    }
    let Settling {
        mut calendars,
        held,
        mut agendas,
        ..
    } = settling;
    for (deal, held) in room.deals.iter().zip(held) {
        pins.get_mut(&deal.root).expect("it was laid").held = held;
    }
    join(&room, &mut agendas.users, pins, kept);
    calendars.placeless = room.people.placeless;
    calendars
}

struct Settling<'a> {
    room: &'a Room<'a>,
    agendas: Agendas,
    calendars: Calendars,
    /// By deal.
    held: Vec<Marks>,
}

impl<'a> Settling<'a> {
    /// Whether a meeting stays where it was told, whoever else is there. When the anchor moves, the
    /// deals that have closed stay behind, and all have to make room for each other again.
    fn stays(&self, meeting: &Meeting) -> bool {
        let situation = self.room.situation;
        let suiting = self.suiting(meeting, meeting.day);
        meeting.was_told
            && situation.told_at == Some(situation.anchor)
            && suiting >> meeting.block & 1 == 1
    }

    fn place(&mut self, meeting: Meeting, pins: &mut BTreeMap<RootId, Pins>) {
        let root = self.deal(&meeting).root;
        let pins = pins.get_mut(&root).expect("it was laid");
        let (day, block) = match self.find(&meeting, pins) {
            Some(place) => place,
            None if meeting.is_core => {
                self.calendars.clashes.entry(root).or_default().forced += 1;
                self.least_evil(&meeting, pins)
            }
            None => {
                self.calendars.clashes.entry(root).or_default().dropped += 1;
                return;
            }
        };
        let slots = match meeting.tense {
            Tense::Past => &mut pins.past,
            Tense::Future => &mut pins.future,
        };
        slots[usize::from(meeting.number)] = Slot(day as i16, self.room.hours.hour(block));
        self.enter(&Meeting {
            day,
            block,
            ..meeting
        });
    }

    fn enter(&mut self, meeting: &Meeting) {
        let (deal, span) = (
            self.deal(meeting),
            self.span(meeting, meeting.day, meeting.block),
        );
        let owner = deal.side(meeting.tense).owner;
        let day = deal.base.plus(meeting.day);
        self.agendas.users[owner].hold(day.day());
        self.agendas.users[owner].enter(span);
        for guest in &deal.guests {
            self.agendas.contacts[guest.number].enter(span);
        }
        let is_apart = deal
            .side(meeting.tense)
            .attendance
            .is_apart(&self.room.hours, day);
        self.calendars.apart += u64::from(is_apart);
        *mark(&mut self.held[meeting.deal], meeting.tense) |= 1 << meeting.number;
    }
}

impl<'a> Settling<'a> {
    /// The free place that is nearest to where the meeting lies, which may be just there. Rather
    /// than that it meets another one, the story's owner has a long day.
    fn find(&self, meeting: &Meeting, pins: &Pins) -> Option<(i32, u8)> {
        let here = self.open(meeting, meeting.day) >> meeting.block & 1 == 1;
        if here && self.is_free(meeting, meeting.day, meeting.block) {
            return Some((meeting.day, meeting.block));
        }
        let band = self.band(meeting, pins);
        let nearest = |open: &dyn Fn(i32) -> Blocks| {
            around(band, meeting.day)
                .find_map(|day| Some((day, self.nearest_free(meeting, day, open(day))?)))
        };
        nearest(&|day| self.open(meeting, day)).or_else(|| {
            meeting
                .is_core
                .then(|| nearest(&|day| self.suiting(meeting, day)))?
        })
    }

    fn nearest_free(&self, meeting: &Meeting, day: i32, mut blocks: Blocks) -> Option<u8> {
        while blocks != 0 {
            let block = nearest(blocks, meeting.block);
            if self.is_free(meeting, day, block) {
                return Some(block);
            }
            blocks &= !(1 << block);
        }
        None
    }

    /// Where a meeting lies that must be held although nobody has room for it: where it is, if that
    /// is in working hours; else on the nearest day that has some.
    fn least_evil(&self, meeting: &Meeting, pins: &Pins) -> (i32, u8) {
        let here = (meeting.day, meeting.block);
        if self.suiting(meeting, meeting.day) >> meeting.block & 1 == 1 {
            return here;
        }
        let bands = [self.band(meeting, pins), window(pins, meeting.tense)];
        let mut days = bands.into_iter().flat_map(|band| around(band, meeting.day));
        let found = days.find(|day| self.suiting(meeting, *day) != 0);
        found.map_or(here, |day| {
            (day, nearest(self.suiting(meeting, day), meeting.block))
        })
    }

    /// The days that the meeting's slot may lie on.
    fn band(&self, meeting: &Meeting, pins: &Pins) -> (i32, i32) {
        let situation = self.room.situation;
        let root = self.deal(meeting).root;
        let story_key = &situation.inventory.opportunities[&root].story_key;
        let mut draw = RootDraw::new(situation.seed, story_key);
        wishes(pins, meeting.tense, &mut draw)[usize::from(meeting.number)].band
    }

    /// The blocks of a day that suit everybody, while the owner still takes meetings.
    fn open(&self, meeting: &Meeting, day: i32) -> Blocks {
        let deal = self.deal(meeting);
        let held =
            self.agendas.users[deal.side(meeting.tense).owner].held(deal.base.plus(day).day());
        if held >= self.room.situation.manifest.calendar.meetings_per_day {
            return 0;
        }
        self.suiting(meeting, day)
    }

    fn suiting(&self, meeting: &Meeting, day: i32) -> Blocks {
        let deal = self.deal(meeting);
        let attendance = deal.side(meeting.tense).attendance;
        attendance.blocks(&self.room.hours, deal.base.plus(day))
    }

    fn is_free(&self, meeting: &Meeting, day: i32, block: u8) -> bool {
        let deal = self.deal(meeting);
        let span = self.span(meeting, day, block);
        let contacts = &self.agendas.contacts;
        self.agendas.users[deal.side(meeting.tense).owner].is_free(span)
            && deal
                .guests
                .iter()
                .all(|guest| contacts[guest.number].is_free(span))
    }

    fn span(&self, meeting: &Meeting, day: i32, block: u8) -> Span {
        self.room
            .span(self.deal(meeting), meeting.tense, (day, block))
    }

    fn deal(&self, meeting: &Meeting) -> &'a Deal {
        &self.room.deals[meeting.deal]
    }
}

/// The agendas of all users and contacts, by their numbers.
struct Agendas {
    users: Vec<Agenda>,
    contacts: Vec<Appointments>,
}

impl Agendas {
    fn new(room: &Room) -> Self {
        let mut users = Vec::new();
        users.resize_with(room.people.user_count(), Agenda::default);
        let mut contacts = Vec::new();
        contacts.resize_with(room.people.contact_count(), Appointments::default);
        Self { users, contacts }
    }
}
