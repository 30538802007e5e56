//! What is still to be done: open tasks of the next days.

use super::committee::Committee;
use super::dealer::Dealer;
use super::moment::Moment;
use super::{Kind, Source, Step, Timeline, phase_at};
use crate::draw::RootDraw;
use crate::model::address::{Path, numbered};

/// The draws of a to-do, by purpose.
const DAY: usize = 0;
const PERSON: usize = 1;
const TURN: usize = 2;

/// Within so many business days.
const SOON: i32 = 8;

/// The end of the owner's day, in minutes: a task is due on a day and has no hour.
const DUE: u32 = 17 * 60;

/// Adds the deal's to-dos.
pub(super) fn tell(source: Source, draw: &mut RootDraw, timeline: &mut Timeline) {
    let Source { pins, counts, .. } = source;
    let committee = Committee::new(pins);
    let mut dealer = Dealer::new("todos", (pins.segment, pins.shape));
    let days = SOON.min(pins.last_planned()) as u64;
    let phase = phase_at(pins, 0);
    for number in 0..counts.todos.number as usize {
        let path = Path::new(numbered("todo/", number + 1));
        let draws = draw.at(path.as_str());
        let day = 1 + draws.below(DAY, days) as i32;
        let (topic, round) = dealer.next((phase, day), draw);
        let units = (draws.unit(PERSON), draws.unit(TURN));
        timeline.steps.push(Step {
            path,
            number: number as u8 + 1,
            kind: Kind::Todo,
            topic,
            round,
            phase,
            core: number < counts.todos.core as usize,
            when: Moment { day, minute: DUE }.when(&source, pins.next_owner, 0),
            owner: pins.next_owner,
            colleague: false,
            people: committee.partner(number + 1, (topic, phase), 0, units),
            about: None,
            evidence: 0,
        });
    }
}
