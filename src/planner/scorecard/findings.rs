//! Findings: how good each element of a deal is, whatever the framework that asks for it.

use super::super::evidence::{self, Asked, ORDER, Support, in_order, is_lopsided};
use super::super::timeline::{Step, Timeline};
use crate::draw::RootDraw;
use crate::manifest::Role;
use crate::model::day::BusinessDay;
use crate::model::pins::Pins;
use crate::model::shape::Shape;

/// What is known of one element.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Finding {
    pub(super) support: Support,
    /// How good it is, from 0 to 1.
    pub(super) strength: f64,
}

/// The colours of an answer, each with the strength that it begins with.
pub(super) const STATUSES: [(&str, f64); 3] = [("Red", 0.0), ("Yellow", 0.5), ("Green", 0.85)];

/// The most of what is yellow, and of what is red.
const YELLOW: f64 = 0.8;
const RED: f64 = 0.4;

/// The least that an answer is worth.
const LEAST: f64 = 0.15;

/// The draw of a framework that blurs its score; the one before is that of its coverage.
const NOISE: usize = 1;

/// Scorecards of like deals differ by so much to either side.
const BLUR: f64 = 0.06;

/// What is known of every element that is asked for, in their order; none where it is open.
pub(super) fn findings(
    timeline: &Timeline,
    asked: &Asked,
    pins: &Pins,
    end: BusinessDay,
    draw: &mut RootDraw,
) -> Vec<Option<Finding>> {
    let supports = &timeline.supports;
    let mut findings = vec![None; supports.len()];
    let mut level = None;
    for by in &asked.frameworks {
        let draws = draw.at(&format!("scorecard/{}", by.framework.key));
        let order = in_order(asked, &by.elements, (pins.shape, draws.seed(ORDER)));
        let handicaps = handicaps(pins.shape, order.len());
        // That of the first holds for all: one that is added behind it changes nothing in it.
        let level = *level.get_or_insert_with(|| {
            let blur = BLUR * (2.0 * draws.unit(NOISE) - 1.0);
            let known = order.iter().zip(&handicaps);
            let known = known.filter(|(place, _)| supports[**place].is_some());
            let known: Vec<f64> = known.map(|(_, handicap)| *handicap).collect();
            level_of(expected(pins) + blur, order.len(), &known)
        });
        for (place, handicap) in order.into_iter().zip(handicaps) {
            let Some(support) = supports[place].filter(|_| findings[place].is_none()) else {
                continue;
            };
            let most = most(timeline, &asked.elements[place], pins, end);
            findings[place] = Some(Finding {
                support,
                strength: (level - handicap).clamp(LEAST, most),
            });
        }
    }
    findings
}

/// Which share of the points a deal has at each fifth of its way, in percent.
const EXPECTED: &[(&[Shape], [u8; 5])] = &[
    (&[Shape::Accelerating], [30, 50, 68, 80, 90]),
    (
        &[Shape::Healthy, Shape::New, Shape::Won],
        [25, 42, 60, 74, 88],
    ),
    (
        &[Shape::AtRisk, Shape::SingleThreaded, Shape::ChampionLeft],
        [18, 28, 38, 46, 52],
    ),
    (&[Shape::Stalled], [15, 25, 33, 40, 45]),
    (
        &[Shape::LostToCompetitor, Shape::NoDecision],
        [18, 30, 40, 45, 48],
    ),
];

fn expected(pins: &Pins) -> f64 {
    let shape = pins.shape;
    let row = EXPECTED.iter().find(|(shapes, _)| shapes.contains(&shape));
    let (_, shares) = row.expect("the table has all shapes");
    let fifth = usize::from(pins.position / 20).min(4);
    f64::from(shares[fifth]) / 100.0
}

/// How much weaker each element is than the best, in the order in which they come to be known.
fn handicaps(shape: Shape, count: usize) -> Vec<f64> {
    let steepness = match shape {
        Shape::Won => 0.15,
        Shape::Accelerating => 0.25,
        Shape::Healthy => 0.35,
        Shape::New => 0.5,
        Shape::Stalled => 0.8,
        Shape::LostToCompetitor | Shape::NoDecision => 0.9,
        Shape::AtRisk | Shape::SingleThreaded | Shape::ChampionLeft => 1.4,
    };
    let share = |rank: usize| match (is_lopsided(shape), rank) {
        // The pain and what it costs are well known, and nothing else is.
        (true, 0 | 1) => 0.0,
        (true, rank) => 0.6 + 0.4 * rank as f64 / count as f64,
        (false, rank) => rank as f64 / count as f64,
    };
    (0..count).map(|rank| steepness * share(rank)).collect()
}

/// The level from which the known elements with these handicaps add up to the share of the
/// `count` that there are.
fn level_of(share: f64, count: usize, handicaps: &[f64]) -> f64 {
    if handicaps.is_empty() {
        return share;
    }
    let target = share * count as f64;
    let (mut low, mut high) = (0.0, 3.0);
    // Halved until a score could not tell the difference.
    for _ in 0..16 {
        let middle = f64::midpoint(low, high);
        let sum: f64 = handicaps
            .iter()
            .map(|one| (middle - one).clamp(LEAST, 1.0))
            .sum();
        if sum < target {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// The most that an element can be worth: what hangs on a person is not green without them.
fn most(timeline: &Timeline, asks: &evidence::Asks, pins: &Pins, end: BusinessDay) -> f64 {
    let shape = pins.shape;
    let is_missed = is_lopsided(shape) && evidence::MISSED.contains(&asks.key);
    if is_missed || shape == Shape::LostToCompetitor && asks.key == "competition" {
        return RED;
    }
    let Some(role @ (Role::Champion | Role::EconomicBuyer)) = asks.about else {
        return 1.0;
    };
    let Some(place) = evidence::place(pins, role) else {
        return RED;
    };
    let is_with = |step: &&Step| step.core && step.people.places().any(|with| with == place);
    let ages = timeline.steps.iter().filter(is_with);
    let ages = ages.map(|step| end.since(step.when.day.business()));
    let ages: Vec<i32> = ages.filter(|age| *age >= 0).collect();
    let is_met = !ages.is_empty();
    let is_regular = ages.len() >= 3 && ages.iter().any(|age| *age <= REGULAR);
    match role {
        Role::Champion if asks.key == "champion" => {
            let has_power = pins.executives >> place & 1 == 1;
            if has_power && is_regular { 1.0 } else { YELLOW }
        }
        _ if is_met => 1.0,
        _ => YELLOW,
    }
}

/// Whoever was not spoken with for so many business days is not in regular contact.
const REGULAR: i32 = 15;
