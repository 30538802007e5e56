//! How much there is of everything around a deal: by the manifest's counts, as its shape bends
//! them, and by how large the deal is and how far it has come.

use super::super::calendar::{FUTURE_SLOTS, PAST_SLOTS, Tense};
use crate::draw::{Draw, RootDraw};
use crate::manifest::{Activity, Bounds, Manifest};
use crate::model::pins::{Ends, Pins, Segment};
use crate::model::shape::Shape;

/// How many of a kind a deal gets, and how many it has at the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::planner) struct Count {
    pub(in crate::planner) number: u32,
    /// Those up to here are there whatever the manifest's maximum says.
    pub(in crate::planner) core: u32,
    /// The most that there may be.
    pub(in crate::planner) most: u32,
}

/// How many records of each kind a deal gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::planner) struct Counts {
    pub(in crate::planner) past: Count,
    pub(in crate::planner) future: Count,
    pub(in crate::planner) mails: Count,
    pub(in crate::planner) calls: Count,
    pub(in crate::planner) todos: Count,
}

/// What a shape makes of the manifest's bounds: at least and at most so many of each. What it
/// needs at the least is what its rules need; where the manifest allows fewer, the deal gets
/// another shape.
pub(super) struct Bent {
    pub(super) past: (u32, u32),
    pub(super) future: (u32, u32),
    pub(super) mails: (u32, u32),
}

const ANY: u32 = u32::MAX;

/// Meetings of healthy deals in the last 30 days; more have to lie before.
pub(super) const HEALTHY_RECENT: u32 = 3;

/// `room`: the business days of the past.
pub(super) fn bent(shape: Shape, room: u32) -> Bent {
    let (past, future, mails) = match shape {
        Shape::Accelerating => ((4, ANY), (2, ANY), (4, ANY)),
        Shape::Healthy => {
            let before = room.saturating_sub(22);
            ((2, HEALTHY_RECENT + before), (1, 1), (5, ANY))
        }
        // One that is held before the silence, and one that is cancelled.
        Shape::AtRisk => ((2, ANY), (0, 1), (1, ANY)),
        Shape::Stalled => ((0, ANY), (0, 0), (3, ANY)),
        Shape::SingleThreaded => ((0, ANY), (0, 1), (1, ANY)),
        Shape::ChampionLeft => ((0, ANY), (0, 1), (4, ANY)),
        Shape::New => ((0, 2), (0, 2), (0, 6)),
        Shape::Won => ((0, ANY), (0, 0), (0, ANY)),
        Shape::LostToCompetitor | Shape::NoDecision => ((0, ANY), (0, 0), (0, ANY)),
    };
    Bent {
        past,
        future,
        mails,
    }
}

/// How many records the deal gets; the draws do not depend on the bounds.
pub(in crate::planner) fn counts(manifest: &Manifest, pins: &Pins, draw: &mut RootDraw) -> Counts {
    let draw = draw.at("counts");
    let activity = &manifest.activity;
    let bent = bent(pins.shape, (-i32::from(pins.first)) as u32);
    let share = share(pins);
    let count = |purpose, bounds: Bounds<u32>, bent: (u32, u32), slots: u32| {
        count(&draw, (purpose, share), bounds, (bent.0, bent.1.min(slots)))
    };
    let has_future = activity.future_days > 0 && !pins.ends.is_closed();
    Counts {
        past: count(0, activity.meetings.past, bent.past, PAST_SLOTS as u32),
        future: if has_future {
            count(
                1,
                activity.meetings.future,
                bent.future,
                FUTURE_SLOTS as u32,
            )
        } else {
            Count::default()
        },
        mails: count(2, activity.emails, bent.mails, ANY),
        calls: count(3, activity.calls, (0, ANY), ANY),
        todos: if has_future && pins.shape != Shape::Stalled && pins.ends == Ends::AtAnchor {
            count(4, activity.todos, (0, ANY), ANY)
        } else {
            Count::default()
        },
    }
}

/// How many meetings a story of this shape cannot do without.
pub(super) fn meetings_needed(
    activity: &Activity,
    (shape, room): (Shape, u32),
    tense: Tense,
) -> u32 {
    let bent = bent(shape, room);
    let (bounds, bent) = match tense {
        Tense::Past => (activity.meetings.past, bent.past),
        Tense::Future => (activity.meetings.future, bent.future),
    };
    within(bounds, bent).0
}

/// The least and the most that there may be. Shapes move the least count, and may stay below the
/// most; they never pass it.
fn within(bounds: Bounds<u32>, (least, most): (u32, u32)) -> (u32, u32) {
    let most = bounds.max().min(most);
    (bounds.min().max(least).min(most), most)
}

fn count(
    draw: &Draw,
    (purpose, (low, high)): (usize, (f64, f64)),
    bounds: Bounds<u32>,
    bent: (u32, u32),
) -> Count {
    let (least, most) = within(bounds, bent);
    let unit = low + (high - low) * draw.unit(purpose);
    Count {
        number: (least + (unit * f64::from(most - least + 1)) as u32).min(most),
        core: least,
        most,
    }
}

/// The part of the range that the deal draws from: the larger it is and the further it has come,
/// the more there is.
fn share(pins: &Pins) -> (f64, f64) {
    let size = match pins.segment {
        Segment::Small => 0.0,
        Segment::Mid => 0.3,
        Segment::Large => 0.7,
        Segment::Strategic => 1.0,
    };
    let weight = 0.5 * size + 0.5 * f64::from(pins.position) / 100.0;
    (0.5 * weight, 0.4 + 0.6 * weight)
}
