//! Lets colleagues join the meetings that want them, where they are free and at work.

use std::collections::BTreeMap;

use super::agenda::Agenda;
use super::lay::{Deal, Room};
use super::settle::Meeting;
use super::{Tense, is_marked, mark};
use crate::draw::RootDraw;
use crate::model::id::RootId;
use crate::model::pins::{Marks, Pins};
use crate::planner::timeline::wanting_colleague;

/// Enters a meeting that stays into the agenda of the colleague who joined it before.
pub(super) fn rejoin(room: &Room, agendas: &mut [Agenda], meeting: &Meeting, pins: &Pins) -> bool {
    let deal = &room.deals[meeting.deal];
    let number = usize::from(meeting.number);
    let Some(colleague) = deal.colleague else {
        return false;
    };
    let joined = is_marked(pins.joined, meeting.tense, number);
    if joined {
        let span = room.span(deal, meeting.tense, (meeting.day, meeting.block));
        agendas[colleague].enter(span);
    }
    joined
}

/// Decides which meetings are joined, now that all are held somewhere: those of before, as far as
/// they are still about something that a colleague comes along for, and others where he is free.
/// `kept` are the meetings, by deal, that he was entered for already.
pub(super) fn join(
    room: &Room,
    agendas: &mut [Agenda],
    pins: &mut BTreeMap<RootId, Pins>,
    mut kept: Vec<Marks>,
) {
    let mut wanted = Vec::with_capacity(room.deals.len());
    for (deal, kept) in room.deals.iter().zip(&mut kept) {
        let pins = &pins[&deal.root];
        let wanting = wanting(room, deal, pins);
        wanted.push(wanting);
        for (tense, number) in all(*kept) {
            if !is_marked(wanting, tense, number) {
                let (colleague, span) = place(room, deal, (tense, number), pins);
                agendas[colleague].leave(span);
                *mark(kept, tense) &= !(1 << number);
            }
        }
    }
    for ((deal, mut joined), wanted) in room.deals.iter().zip(kept).zip(wanted) {
        let pins = pins.get_mut(&deal.root).expect("it was laid");
        for (tense, number) in all(wanted) {
            if is_marked(joined, tense, number) {
                continue;
            }
            let (colleague, span) = place(room, deal, (tense, number), pins);
            let at = room.people.place_of(colleague);
            if agendas[colleague].is_free(span) && room.hours.is_at_work(at, span) {
                agendas[colleague].enter(span);
                *mark(&mut joined, tense) |= 1 << number;
            }
        }
        pins.joined = joined;
    }
}

/// The meetings held that want a colleague, of a deal that has one.
fn wanting(room: &Room, deal: &Deal, pins: &Pins) -> Marks {
    if deal.colleague.is_none() {
        return Marks::default();
    }
    let opportunity = &room.situation.inventory.opportunities[&deal.root];
    let mut draw = RootDraw::new(room.situation.seed, &opportunity.story_key);
    let wanting = wanting_colleague(pins, &mut draw);
    Marks {
        past: wanting.past & pins.held.past,
        future: wanting.future & pins.held.future,
    }
}

fn place(
    room: &Room,
    deal: &Deal,
    (tense, number): (Tense, usize),
    pins: &Pins,
) -> (usize, super::agenda::Span) {
    let slot = match tense {
        Tense::Past => pins.past[number],
        Tense::Future => pins.future[number],
    };
    let place = (i32::from(slot.0), room.hours.block(slot.1));
    let colleague = deal.colleague.expect("only his meetings are marked");
    (colleague, room.span(deal, tense, place))
}

fn all(marks: Marks) -> impl Iterator<Item = (Tense, usize)> {
    let bits = |tense, marks: u32| {
        let numbers = (0..u32::BITS as usize).filter(move |number| marks >> number & 1 == 1);
        numbers.map(move |number| (tense, number))
    };
    bits(Tense::Past, marks.past).chain(bits(Tense::Future, marks.future))
}
