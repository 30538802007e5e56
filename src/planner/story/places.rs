//! Where in its deal's story a slot lies: by the slot's number and the story's shape, never by
//! how many slots are used.

use super::super::calendar::Tense;
use super::means::AT_RISK_ROOM;
use crate::draw::{DRAWS, RootDraw};
use crate::model::pins::{Ends, Pins};
use crate::model::shape::Shape;

/// Business days of the twelve weeks that People.ai looks back over, less those in which a meeting
/// is asked for.
const RECENT: i32 = 50;

/// From the day before this one on, until four days before the end, at-risk deals are silent: for
/// 12 to 18 days.
const SILENCE: i32 = -13;

/// The last day of a stalled deal on which anything happens: 22 days ago at least; and of meetings
/// and of what the customer says: 31 days at least.
const STALLED_LAST: i32 = -16;
const STALLED_HEARD: i32 = -23;

/// The day on which a decision is told, or an order is sent to be signed: all else came before,
/// where the deal is old enough to have room for it.
const DECIDED: i32 = -1;
const DECIDED_ROOM: i32 = 20;

/// The days that one thing may lie on, counted in business days from the story's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::planner) struct Reach {
    pub(in crate::planner) first: i32,
    pub(in crate::planner) last: i32,
}

impl Reach {
    fn new(pins: &Pins, first: i32, last: i32) -> Self {
        let start = i32::from(pins.first);
        let last = last.max(start);
        Self {
            first: first.clamp(start, last),
            last,
        }
    }

    /// The day at a place from 0 to 1.
    fn day(self, place: f64) -> i32 {
        let days = self.last - self.first + 1;
        self.first + ((place * f64::from(days)) as i32).min(days - 1)
    }
}

/// The whole of the past in which the deal was told to be alive.
pub(in crate::planner) fn reach(pins: &Pins) -> Reach {
    let first = match pins.shape {
        Shape::New => -15,
        _ => i32::from(pins.first),
    };
    let last = match pins.shape {
        Shape::Stalled => STALLED_HEARD,
        Shape::AtRisk if is_silent(pins) => SILENCE - 1,
        Shape::Won | Shape::LostToCompetitor | Shape::NoDecision if is_decided_last(pins) => {
            DECIDED - 1
        }
        _ => -1,
    };
    Reach::new(pins, first, last)
}

/// The last day on which what began on this one may go on.
pub(in crate::planner) fn latest(pins: &Pins, day: i32) -> i32 {
    if let (1.., Ends::Won(_, after)) = (day, pins.ends) {
        return after.into();
    }
    match pins.shape {
        Shape::Stalled if day <= STALLED_HEARD => STALLED_HEARD,
        Shape::Stalled => STALLED_LAST,
        Shape::AtRisk if is_silent(pins) && day < SILENCE => SILENCE - 1,
        // What was begun with who leaves ends with the farewell.
        Shape::ChampionLeft if day < farewell(pins) => farewell(pins),
        Shape::Won | Shape::LostToCompetitor | Shape::NoDecision
            if day < DECIDED && is_decided_last(pins) =>
        {
            DECIDED - 1
        }
        _ => -1,
    }
}

/// The number, from 0, of the past meeting of a won deal that is held once it is closed.
const KICK_OFF: usize = 2;

/// As many business days after the close it is held at the soonest.
pub(super) const KICK_OFF_WAIT: i32 = 2;

/// The days on which the slot with this number, from 0, is a kick-off, if it is one: of a deal that
/// was won long enough before it was told.
pub(in crate::planner) fn kick_off(pins: &Pins, tense: Tense, number: usize) -> Option<(i32, i32)> {
    match pins.ends {
        Ends::Won(_, after) if (tense, number) == (Tense::Past, KICK_OFF) => {
            Some((KICK_OFF_WAIT, after.into()))
        }
        _ => None,
    }
}

/// Whether the slot with this number, from 0, is the first meeting of all: of a new deal, which has
/// two at the most, the second one lies before the other. What older deals began with is not told.
pub(in crate::planner) fn introduces(pins: &Pins, tense: Tense, number: usize) -> bool {
    (pins.shape, tense, number) == (Shape::New, Tense::Past, 1)
}

/// Whether there is room for the silence before the last touch.
fn is_silent(pins: &Pins) -> bool {
    i32::from(pins.first) <= -AT_RISK_ROOM
}

/// Whether there is room for all that comes before a decision.
fn is_decided_last(pins: &Pins) -> bool {
    i32::from(pins.first) <= -DECIDED_ROOM
}

/// What is drawn for a slot before it finds its place in a calendar.
#[derive(Debug, Clone, Copy)]
pub(in crate::planner) struct Asked {
    /// The day that it would best lie on, and the first and last that will do.
    pub(in crate::planner) day: i32,
    pub(in crate::planner) band: (i32, i32),
    /// Draws from 0 to 1, of the weekday and the hour.
    pub(in crate::planner) weekday: f64,
    pub(in crate::planner) hour: f64,
    /// And of who takes part: whom it is held with, how many there are, and who joins.
    pub(in crate::planner) person: f64,
    pub(in crate::planner) size: f64,
    pub(in crate::planner) turn: f64,
}

/// What is drawn for the first so many slots of one tense, several from each address.
pub(in crate::planner) fn asked(
    pins: &Pins,
    (tense, count): (Tense, usize),
    draw: &mut RootDraw,
) -> Vec<Asked> {
    const OF_ONE: usize = 6;
    const EACH: usize = DRAWS / OF_ONE;
    let name = match tense {
        Tense::Past => "past",
        Tense::Future => "future",
    };
    let mut asked = Vec::with_capacity(count);
    for first in (0..count).step_by(EACH) {
        let draws = draw.at(&format!("slots/{name}/{first}"));
        asked.extend((first..count.min(first + EACH)).map(|number| {
            let unit = |purpose: usize| draws.unit((number - first) * OF_ONE + purpose);
            let (band, day) = match tense {
                Tense::Past => meeting(pins, number, unit(0)),
                Tense::Future => upcoming(pins, number, unit(0)),
            };
            Asked {
                day,
                band: (band.first, band.last),
                weekday: unit(1),
                hour: unit(2),
                person: unit(3),
                size: unit(4),
                turn: unit(5),
            }
        }));
    }
    asked
}

/// Where the past meeting with this number, from 0, may lie, and where it would best.
fn meeting(pins: &Pins, number: usize, unit: f64) -> (Reach, i32) {
    let all = reach(pins);
    let (first, last) = match (pins.shape, number) {
        (Shape::Accelerating, 0..4) => (-20, -1),
        (Shape::Healthy, 0) => (-7, -1),
        (Shape::Healthy, 1) => (-14, -8),
        (Shape::Healthy, 2) => (-20, -15),
        (Shape::Healthy, _) => (all.first, -23),
        (Shape::AtRisk, 0) if is_silent(pins) => (SILENCE - 2, SILENCE - 1),
        (Shape::AtRisk, 1) => (-24, all.last),
        // The introduction comes first.
        (Shape::New, 0) => ((all.first - 1) / 2 + 1, all.last),
        (Shape::New, 1) => (all.first, (all.first - 1) / 2),
        _ => kick_off(pins, Tense::Past, number).unwrap_or((all.first, all.last)),
    };
    let band = recent(Reach::new(pins, first, last), number % 8 == 7);
    let day = band.day(warp(pins.shape, golden(number, unit)));
    match pins.shape {
        Shape::ChampionLeft => beside_farewell(pins, band, day),
        _ => (band, day),
    }
}

/// Before the farewell, or after it: with whom a meeting is depends on that.
fn beside_farewell(pins: &Pins, band: Reach, day: i32) -> (Reach, i32) {
    let left = farewell(pins);
    let (first, last) = match day <= left {
        true => (band.first, left - 1),
        false => (left + 1, band.last),
    };
    let band = Reach::new(pins, band.first.max(first).min(last), last);
    (band, day.clamp(band.first, band.last))
}

/// The day on which the thread with this number, from 0, begins.
pub(in crate::planner) fn thread_day(pins: &Pins, number: usize, unit: f64) -> i32 {
    let all = reach(pins);
    let begins = all.first.max(-RECENT);
    let early = begins + (all.last - begins) / 4;
    let (first, last) = match (pins.shape, number) {
        (Shape::Stalled, 0) => return bumps(pins)[0],
        (Shape::ChampionLeft, 0) => return farewell(pins),
        (Shape::ChampionLeft, 1) => (farewell(pins) + 1, farewell(pins) + 3),
        (Shape::ChampionLeft, 2) => (farewell(pins) - 4, farewell(pins) - 2),
        (Shape::Won | Shape::LostToCompetitor | Shape::NoDecision, 0) => (DECIDED, DECIDED),
        (Shape::Accelerating | Shape::New, 0) => (begins, early),
        // Between the last two meetings: there are no two weeks of silence.
        (Shape::Healthy, 0) => (-9, -7),
        // It is thin, but it goes on.
        (Shape::SingleThreaded, 0) => (-8, -3),
        (Shape::AtRisk, 0) if is_silent(pins) => (-4, -4),
        (Shape::AtRisk, 1) if is_silent(pins) => (SILENCE - 2, SILENCE - 1),
        (Shape::AtRisk, 0) => (-4, -1),
        _ => (all.first, all.last),
    };
    let band = recent(Reach::new(pins, first, last), number % 8 == 7);
    band.day(warp(pins.shape, golden(number, unit)))
}

/// The day of the call with this number, from 0.
pub(in crate::planner) fn call_day(pins: &Pins, number: usize, unit: f64) -> i32 {
    let band = recent(reach(pins), number % 8 == 7);
    band.day(warp(pins.shape, golden(number + 3, unit)))
}

/// The day on which a champion says goodbye.
pub(in crate::planner) fn farewell(pins: &Pins) -> i32 {
    // Not so long ago that all is silent since.
    let first = i32::from(pins.first);
    (first * 2 / 5).clamp(-9, -4).max(first)
}

/// The days of a stalled deal's last mails: the gaps widen until nobody asks any more.
pub(in crate::planner) fn bumps(pins: &Pins) -> &'static [i32] {
    const THREE: &[i32] = &[
        STALLED_LAST - 16,
        STALLED_LAST - 13,
        STALLED_LAST - 8,
        STALLED_LAST,
    ];
    const TWO: &[i32] = &[STALLED_LAST - 8, STALLED_LAST - 5, STALLED_LAST];
    if i32::from(pins.first) <= THREE[0] {
        THREE
    } else {
        TWO
    }
}

fn upcoming(pins: &Pins, number: usize, unit: f64) -> (Reach, i32) {
    let band = Reach {
        first: 1,
        last: pins.last_planned(),
    };
    (band, band.day(golden(number, unit)))
}

/// Of stories longer than twelve weeks few slots lie before those.
fn recent(reach: Reach, may_be_old: bool) -> Reach {
    if reach.first >= -RECENT || may_be_old {
        return reach;
    }
    Reach {
        first: reach.last.min(-RECENT),
        ..reach
    }
}

/// Slot numbers are spread evenly whatever their count: each next one falls into the widest gap.
fn golden(number: usize, unit: f64) -> f64 {
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    (unit * 0.25 + (number + 1) as f64 * GOLDEN).fract()
}

/// Moves an even spread to where the shape has most going on.
fn warp(shape: Shape, place: f64) -> f64 {
    match shape {
        Shape::Accelerating | Shape::Won => place.sqrt(),
        Shape::AtRisk | Shape::ChampionLeft => 1.0 - (1.0 - place).sqrt(),
        // Nine in ten happen before the last third.
        Shape::LostToCompetitor | Shape::NoDecision if place < 0.9 => place / 0.9 * 0.7,
        Shape::LostToCompetitor | Shape::NoDecision => 0.7 + (place - 0.9) * 3.0,
        Shape::Healthy | Shape::Stalled | Shape::SingleThreaded | Shape::New => place,
    }
}
