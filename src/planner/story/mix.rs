//! Which shape a deal's story gets: by its stage, by the mix, and by what its account and the
//! manifest's counts allow.

use std::collections::BTreeMap;

use super::super::Situation;
use super::means::Means;
use crate::draw::Draw;
use crate::model::id::RootId;
use crate::model::inventory::Opportunity;
use crate::model::pins::Pins;
use crate::model::shape::Shape;

/// The draws of a story, by purpose.
pub(super) const POSITION: usize = 0;
const SHAPE: usize = 1;

/// How open deals go, in a thousand of them.
const OPEN: &[(Shape, u32)] = &[
    (Shape::Healthy, 400),
    (Shape::Accelerating, 200),
    (Shape::AtRisk, 100),
    (Shape::SingleThreaded, 50),
    (Shape::ChampionLeft, 50),
    (Shape::Stalled, 120),
    (Shape::New, 80),
];

/// A deal has just begun below this position, in percent.
const EARLY: u8 = 20;

/// What the oldest open deals are, by their places among them: so that a demo finds one of each.
const OLDEST: &[(usize, Shape)] = &[
    (0, Shape::Accelerating),
    (2, Shape::AtRisk),
    (4, Shape::Stalled),
];
const OLDEST_OF: usize = 5;

/// What a deal is told as that cannot be what it was to be.
const WEAKER: &[(Shape, Shape)] = &[
    (Shape::Accelerating, Shape::Healthy),
    (Shape::Healthy, Shape::AtRisk),
    (Shape::ChampionLeft, Shape::SingleThreaded),
    (Shape::Stalled, Shape::AtRisk),
    (Shape::AtRisk, Shape::SingleThreaded),
    (Shape::SingleThreaded, Shape::New),
];

/// The deals whose shapes do not depend on a draw.
pub(super) fn fixed(situation: &Situation, order: &[RootId]) -> BTreeMap<RootId, Shape> {
    let is_open = |root: &&RootId| !situation.inventory.opportunities[*root].closed;
    let oldest: Vec<_> = order.iter().filter(is_open).take(OLDEST_OF).collect();
    if oldest.len() < OLDEST_OF {
        return BTreeMap::new();
    }
    let at = |(place, shape): &(usize, Shape)| (*oldest[*place], *shape);
    OLDEST.iter().map(at).collect()
}

/// The shape of a deal that is told for the first time.
pub(super) fn shape(
    situation: &Situation,
    opportunity: &Opportunity,
    pins: &Pins,
    (fixed, draws): (Option<Shape>, &Draw),
) -> Shape {
    if opportunity.closed {
        return match (opportunity.probability > 0.0, draws.chance(SHAPE, 500)) {
            (true, _) => Shape::Won,
            (false, true) => Shape::LostToCompetitor,
            (false, false) => Shape::NoDecision,
        };
    }
    let means = Means::of(situation, opportunity, pins);
    let mut shape = fixed.unwrap_or_else(|| drawn(pins.position, draws));
    while !means.allow(shape) {
        let Some(weaker) = weaker(shape) else { break };
        shape = weaker;
    }
    shape
}

pub(super) fn weaker(shape: Shape) -> Option<Shape> {
    let found = WEAKER.iter().find(|(of, _)| *of == shape);
    found.map(|(_, weaker)| *weaker)
}

fn drawn(position: u8, draws: &Draw) -> Shape {
    let weight = |(shape, weight): &(Shape, u32)| match shape {
        Shape::New if position >= EARLY => 0,
        _ => *weight,
    };
    let weights: Vec<u32> = OPEN.iter().map(weight).collect();
    OPEN[draws.weighted(SHAPE, &weights)].0
}
