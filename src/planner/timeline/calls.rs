//! The phone calls of a story.

use super::super::story::call_day;
use super::committee::Committee;
use super::dealer::Dealer;
use super::moment::{Moment, writing_time};
use super::{Direction, Kind, Party, Source, Step, Timeline, phase_at};
use crate::draw::RootDraw;
use crate::model::address::{Path, numbered};

/// The draws of a call, by purpose.
const DAY: usize = 0;
const MINUTE: usize = 1;
const LENGTH: usize = 2;
const DIRECTION: usize = 3;
const PERSON: usize = 4;
const TURN: usize = 5;

/// In minutes; most calls are short.
const LENGTHS: [u32; 6] = [4, 6, 9, 13, 18, 27];

/// Most people answer the phone before they leave for the day.
const LAST_MINUTE: u32 = 17 * 60 + 30;

/// Adds the deal's calls.
pub(super) fn tell(source: Source, draw: &mut RootDraw, timeline: &mut Timeline) {
    let Source { pins, counts, .. } = source;
    let committee = Committee::new(pins);
    let mut dealer = Dealer::new("calls", pins.segment);
    for number in 0..counts.calls.number as usize {
        let path = Path::new(numbered("call/", number + 1));
        let draws = draw.at(path.as_str());
        let day = call_day(pins, number, draws.unit(DAY));
        let minute = writing_time(draws.unit(MINUTE)).min(LAST_MINUTE);
        let phase = phase_at(pins, day);
        let (topic, round) = dealer.next((phase, day), draw);
        let units = (draws.unit(PERSON), draws.unit(TURN));
        let people = committee.partner(number, (topic, phase), day, units);
        let length = *draws.pick(LENGTH, &LENGTHS);
        let when = Moment { day, minute }.when(&source, pins.owner, length);
        let direction = if draws.chance(DIRECTION, 700) || !knows_us(timeline, people, when.at) {
            Direction::Outbound
        } else {
            Direction::Inbound
        };
        timeline.steps.push(Step {
            path,
            number: number as u8 + 1,
            kind: Kind::Call(direction),
            topic,
            round,
            phase,
            core: number < counts.calls.core as usize,
            when,
            owner: pins.owner,
            colleague: false,
            people,
            about: None,
            evidence: 0,
        });
    }
}

/// Whether whom the call is with had to do with us before, at the least counts. Nobody calls whom
/// they do not know.
fn knows_us(timeline: &Timeline, people: Party, at: i64) -> bool {
    let mut before = timeline
        .steps
        .iter()
        .filter(|step| step.core && step.when.at < at);
    let main = people.main.map(usize::from);
    before.any(|step| step.people.places().any(|place| Some(place) == main))
}
