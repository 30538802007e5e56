//! The meetings of a story: a slot each, held, cancelled or planned.

use super::super::activity::meetings::{hours, path};
use super::super::calendar::{FUTURE_SLOTS, PAST_SLOTS, Tense};
use super::super::text::catalogue::Phase;
use super::committee::Committee;
use super::dealer::Dealer;
use super::moment::Moment;
use super::{Held, Kind, Source, Step, Timeline};
use crate::draw::{Draw, RootDraw};
use crate::model::address::Path;
use crate::model::shape::Shape;

/// A meeting of the timeline with what the mails around it are told from.
pub(super) struct Meeting {
    /// Its number in the timeline.
    pub(super) step: usize,
    pub(super) start: Moment,
    pub(super) minutes: u32,
    pub(super) draws: Draw,
}

/// Adds the slots in use. Topics are dealt to all slots, three past ones to a future one, so that
/// what a slot gets does not depend on how many are used.
pub(super) fn tell(source: Source, draw: &mut RootDraw, timeline: &mut Timeline) -> Vec<Meeting> {
    let Source { pins, counts, .. } = source;
    let committee = Committee::new(pins);
    let mut dealer = Dealer::new("meetings");
    let (mut past, mut future) = (0, 0);
    let mut told = Vec::with_capacity((counts.past.number + counts.future.number) as usize);
    while past < counts.past.number as usize || future < counts.future.number as usize {
        let is_future = (past + future) % 4 == 3 && future < FUTURE_SLOTS || past == PAST_SLOTS;
        let (tense, slots, number, count, owner) = if is_future {
            future += 1;
            (
                Tense::Future,
                &pins.future,
                future,
                counts.future,
                pins.next_owner,
            )
        } else {
            past += 1;
            (Tense::Past, &pins.past, past, counts.past, pins.owner)
        };
        // A closed deal has no future slots, but they are dealt to all the same.
        let slot = slots.get(number - 1);
        let phase = slot.map_or(Phase::Closing, |slot| source.phase_at(i32::from(slot.0)));
        let (topic, round) = dealer.next(phase, draw);
        let Some(slot) = slot.filter(|_| number <= count.number as usize) else {
            continue;
        };
        let path = Path::new(path(tense, number));
        let draws = draw.at(path.as_str());
        let day = i32::from(slot.0);
        let (minute, minutes) = hours(source.activity, &draws, slot.1);
        let start = Moment { day, minute };
        let held = match tense {
            Tense::Future => Held::Planned,
            Tense::Past if is_cancelled(pins.shape, number - 1, count.core) => Held::Cancelled,
            Tense::Past => Held::Yes,
        };
        timeline.steps.push(Step {
            path,
            number: number as u8,
            kind: Kind::Meeting(held),
            topic,
            round,
            phase,
            core: number <= count.core as usize,
            when: start.when(&source, owner, minutes),
            owner,
            colleague: topic.facts().colleague && pins.colleague.is_some(),
            people: committee.meeting(number - 1, (topic, phase), day, &draws),
            about: None,
            evidence: 0,
        });
        told.push(Meeting {
            step: timeline.steps.len() - 1,
            start,
            minutes,
            draws,
        });
    }
    told
}

/// Whether the past meeting with this number, from 0, did not take place: one in twelve, and where
/// the deal is at risk one in five, the second to begin with. Elsewhere those that the story rests
/// on are held.
fn is_cancelled(shape: Shape, number: usize, core: u32) -> bool {
    match shape {
        Shape::AtRisk => number % 5 == 1,
        Shape::Stalled | Shape::LostToCompetitor | Shape::NoDecision => {
            number % 5 == 2 && number >= core as usize
        }
        _ => number % 12 == 10 && number >= core as usize,
    }
}
