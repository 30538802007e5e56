//! The phone calls of a story.

use super::super::story::call_day;
use super::committee::Committee;
use super::dealer::Dealer;
use super::meetings::Sitting;
use super::moment::{Moment, writing_time};
use super::topic::OF_A_ROOM;
use super::{Direction, Kind, Party, Source, Step, Timeline, When, phase_at};
use crate::draw::RootDraw;
use crate::model::address::{Path, numbered};
use crate::model::day::Day;

/// The draws of a call, by purpose.
const DAY: usize = 0;
const MINUTE: usize = 1;
const LENGTH: usize = 2;
const DIRECTION: usize = 3;
const PERSON: usize = 4;
const TURN: usize = 5;

/// In minutes; most calls are short.
const LENGTHS: [u32; 6] = [4, 6, 9, 13, 18, 27];

const FIRST_MINUTE: u32 = 9 * 60;

/// Most people answer the phone before they leave for the day.
const LAST_MINUTE: u32 = 17 * 60 + 30;

/// Adds the deal's calls.
pub(super) fn tell(
    source: Source,
    draw: &mut RootDraw,
    sittings: &[Sitting],
    timeline: &mut Timeline,
) {
    let Source { pins, counts, .. } = source;
    let committee = Committee::new(pins);
    let mut dealer = Dealer::new("calls", (pins.segment, pins.shape)).leaving_out(OF_A_ROOM);
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
        let at = Moment { day, minute };
        let when = talking_time(&source, people, (at, length), sittings);
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

/// The nearest time on a day on which both are at work, or one of those before it: beside our
/// meetings, and at an hour that suits both where one is left.
fn talking_time(
    source: &Source,
    people: Party,
    (at, minutes): (Moment, u32),
    sittings: &[Sitting],
) -> When {
    const DAYS: usize = 3;
    let (ours, theirs) = source.desks(people);
    let first = i32::from(source.pins.first).min(at.day);
    let days = (first..=at.day)
        .rev()
        .map(|day| source.base.plus(day).day());
    let both = days.filter(|day| ours.is_at_work(*day) && theirs.is_at_work(*day));
    let instant = |(day, minute)| ours.zone.instant(day, minute);
    let suits = |time: &(Day, u32)| {
        let there = theirs.zone.local(instant(*time));
        (8..18).contains(&(there.rem_euclid(86_400) / 3_600))
    };
    let is_free = |time: &(Day, u32)| {
        let from = instant(*time);
        let until = from + i64::from(minutes) * 60;
        let overlaps = |sitting: &Sitting| sitting.from < until && from < sitting.until;
        !sittings.iter().any(overlaps)
    };
    let times = |day: Day| minutes_around(at.minute).map(move |minute| (day, minute));
    let mut free = both.clone().take(DAYS).flat_map(times).filter(suits);
    let time = free.find(is_free).unwrap_or_else(|| {
        let day = both.clone().next();
        let day = day.unwrap_or(source.base.plus(at.day).day());
        times(day).find(is_free).unwrap_or((day, at.minute))
    });
    When::new(ours.zone, instant(time), minutes)
}

/// The half hours of our day from this minute on, and back from it, the nearest first.
fn minutes_around(minute: u32) -> impl Iterator<Item = u32> {
    const STEP: u32 = 30;
    let steps = (0..LAST_MINUTE / STEP).flat_map(move |step| {
        let later = minute + step * STEP;
        [minute.checked_sub(step * STEP), Some(later)]
    });
    let steps = steps.flatten();
    steps.filter(|minute| (FIRST_MINUTE..=LAST_MINUTE).contains(minute))
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
