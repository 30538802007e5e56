//! The slots of a story's meetings: what each is about and who takes part, whether it is used or
//! not, and before it is known where it finds room.

use super::super::calendar::{FUTURE_SLOTS, PAST_SLOTS, Tense};
use super::super::story::{Asked, asked, introduces, kick_off};
use super::super::text::catalogue::Phase;
use super::committee::Committee;
use super::dealer::Dealer;
use super::topic::Topic;
use super::{Party, phase_at};
use crate::draw::RootDraw;
use crate::model::pins::Pins;

/// What is dealt to a slot for a meeting.
#[derive(Debug, Clone, Copy)]
pub(in crate::planner) struct Dealt {
    pub(in crate::planner) tense: Tense,
    /// From 1.
    pub(in crate::planner) number: u8,
    pub(in crate::planner) topic: Topic,
    pub(in crate::planner) round: u8,
    pub(in crate::planner) phase: Phase,
    pub(in crate::planner) people: Party,
    /// Whether somebody of ours beside the owner takes part.
    pub(in crate::planner) colleague: bool,
}

/// One slot for a meeting.
#[derive(Debug, Clone, Copy)]
pub(in crate::planner) struct Slot {
    pub(in crate::planner) dealt: Dealt,
    pub(in crate::planner) asked: Asked,
    /// The days, of those that will do, on which the deal has come as far as what it is about: so
    /// that one thing comes after the other, wherever there is room.
    pub(in crate::planner) timely: (i32, i32),
}

/// The first so many slots of each tense. Topics are dealt to all slots, three past ones to a
/// future one, so that what a slot gets does not depend on how many are used.
pub(in crate::planner) fn slots(
    pins: &Pins,
    (past, future): (usize, usize),
    draw: &mut RootDraw,
) -> Vec<Slot> {
    let committee = Committee::new(pins);
    let mut dealer = Dealer::new("meetings", (pins.segment, pins.shape));
    let numbers = dealt().take_while(reaching(past, future));
    let (past_dealt, future_dealt) = numbers.fold((0, 0), |(past, future), next| match next {
        (Tense::Past, number) => (number, future),
        (Tense::Future, number) => (past, number),
    });
    let asked = [(Tense::Past, past_dealt), (Tense::Future, future_dealt)]
        .map(|slots| asked(pins, slots, draw));
    // A closed deal has no future, but its slots are dealt to all the same.
    let is_over = pins.ends.is_closed();
    let mut slots = Vec::with_capacity(past + future);
    for (tense, number) in dealt().take(past_dealt + future_dealt) {
        let (asked, count) = match tense {
            Tense::Past => (&asked[0], past),
            Tense::Future => (&asked[1], future),
        };
        let asked = asked[number - 1];
        let phase = match tense {
            Tense::Future if is_over => Phase::Closing,
            _ => phase_at(pins, asked.day),
        };
        let (topic, round) = match kick_off(pins, tense, number - 1) {
            Some(_) => (Topic::KickOff, 0),
            None if introduces(pins, tense, number - 1) => (Topic::Introduction, 0),
            None => dealer.next((phase, asked.day), draw),
        };
        if number <= count {
            let dealt = Dealt {
                tense,
                number: number as u8,
                topic,
                round,
                phase,
                people: committee.meeting(number - 1, (topic, phase), &asked),
                colleague: topic.facts().colleague && pins.colleague.is_some(),
            };
            slots.push(Slot {
                dealt,
                timely: timely(pins, phase, &asked),
                asked,
            });
        }
    }
    slots
}

/// The days around the wanted one on which the deal is in this phase.
fn timely(pins: &Pins, phase: Phase, asked: &Asked) -> (i32, i32) {
    let (first, last) = asked.band;
    let is_then = |day: &i32| *day > 0 || phase_at(pins, *day) == phase;
    let before = (first..asked.day).rev().take_while(is_then).last();
    let after = (asked.day + 1..=last).take_while(is_then).last();
    (before.unwrap_or(asked.day), after.unwrap_or(asked.day))
}

/// All slots in the order in which topics are dealt to them.
fn dealt() -> impl Iterator<Item = (Tense, usize)> {
    let (mut past, mut future) = (0, 0);
    std::iter::from_fn(move || {
        if (past + future) % 4 == 3 && future < FUTURE_SLOTS || past == PAST_SLOTS {
            future += 1;
            (future <= FUTURE_SLOTS).then_some((Tense::Future, future))
        } else {
            past += 1;
            Some((Tense::Past, past))
        }
    })
}

/// Whether slots up to these numbers have still to come.
fn reaching(past: usize, future: usize) -> impl FnMut(&(Tense, usize)) -> bool {
    let mut left = (past, future);
    move |(tense, _)| {
        let still = left.0 > 0 || left.1 > 0;
        match tense {
            Tense::Past => left.0 = left.0.saturating_sub(1),
            Tense::Future => left.1 = left.1.saturating_sub(1),
        }
        still
    }
}

#[cfg(test)]
mod tests {
    use super::{FUTURE_SLOTS, PAST_SLOTS, dealt, reaching};

    #[test]
    fn all_slots_are_dealt_to_and_no_more_than_have_to_be() {
        assert_eq!(dealt().count(), PAST_SLOTS + FUTURE_SLOTS);
        let count = |past, future| dealt().take_while(reaching(past, future)).count();
        assert_eq!(count(0, 0), 0);
        assert_eq!(count(2, 0), 2);
        assert_eq!(count(3, 1), 4);
        assert_eq!(count(4, 1), 5);
        assert_eq!(count(1, 2), 8);
        assert_eq!(count(25, 8), 33);
    }
}
