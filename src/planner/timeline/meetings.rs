//! The meetings of a story: a slot each, held, cancelled or planned.

use super::super::activity::meetings::{hours, path};
use super::super::calendar::{Tense, is_marked};
use super::moment::Moment;
use super::{Held, Kind, Party, Source, Step, Timeline};
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

/// A meeting that somebody sits in, and does nothing else.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sitting {
    /// In seconds since 1970-01-01T00:00:00Z; the end is not part of it.
    pub(super) from: i64,
    pub(super) until: i64,
    pub(super) people: Party,
}

/// The meetings that are held whatever the manifest's maximum says. Of others nothing knows: where
/// one more is held, all else stays as it is.
pub(super) fn sittings(timeline: &Timeline) -> Vec<Sitting> {
    let steps = timeline.steps.iter();
    let held = steps.filter(|step| step.core && step.kind == Kind::Meeting(Held::Yes));
    let sitting = held.map(|step| Sitting {
        from: step.when.at,
        until: step.when.at + i64::from(step.when.minutes) * 60,
        people: step.people,
    });
    sitting.collect()
}

/// Adds the meetings that there are.
pub(super) fn tell(source: Source, draw: &mut RootDraw, timeline: &mut Timeline) -> Vec<Meeting> {
    let Source {
        pins,
        counts,
        dealt,
        ..
    } = source;
    let mut told = Vec::with_capacity(dealt.len());
    for slot in dealt {
        let number = usize::from(slot.number) - 1;
        let (laid, core, owner) = match slot.tense {
            Tense::Past => (&pins.past, counts.past.core, pins.owner),
            Tense::Future => (&pins.future, counts.future.core, pins.next_owner),
        };
        if !is_marked(pins.held, slot.tense, number) {
            continue;
        }
        let laid = laid[number];
        let path = Path::new(path(slot.tense, number + 1));
        let draws = draw.at(path.as_str());
        let (minute, minutes) = hours(source.activity, &draws, laid.1);
        let day = i32::from(laid.0);
        let start = Moment { day, minute };
        let held = match slot.tense {
            Tense::Future => Held::Planned,
            Tense::Past if is_cancelled(pins.shape, number, core) => Held::Cancelled,
            Tense::Past => Held::Yes,
        };
        timeline.steps.push(Step {
            path,
            number: slot.number,
            kind: Kind::Meeting(held),
            topic: slot.topic,
            round: slot.round,
            phase: slot.phase,
            core: number < core as usize,
            when: start.when(&source, owner, minutes),
            owner,
            colleague: slot.colleague,
            people: slot.people,
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
