//! Which shape a deal's story gets: by its stage, by the mix, and by what its account and the
//! manifest's counts allow.

use std::collections::BTreeMap;

use super::super::Situation;
use super::means::{Means, belies};
use super::{Because, Fallen};
use crate::draw::{Draw, RootDraw};
use crate::manifest::Misfit;
use crate::manifest::stories::Candidate;
use crate::model::id::RootId;
use crate::model::inventory::Opportunity;
use crate::model::pins::Pins;
use crate::model::shape::Shape;

/// The draws of a story, by purpose.
pub(super) const POSITION: usize = 0;
const SHAPE: usize = 1;

/// How deals end that are lost, in a hundred of them.
const LOST: &[(Shape, u32)] = &[(Shape::LostToCompetitor, 50), (Shape::NoDecision, 50)];

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

/// The deals whose shapes do not depend on a draw: the oldest that the manifest does not name.
pub(super) fn fixed(situation: &Situation, order: &[RootId]) -> BTreeMap<RootId, Shape> {
    let deals = &situation.inventory.opportunities;
    let is_open = |root: &&RootId| !deals[*root].closed;
    if order.iter().filter(is_open).take(OLDEST_OF).count() < OLDEST_OF {
        return BTreeMap::new();
    }
    let is_free = |root: &&RootId| is_open(root) && assigned(situation, **root).is_none();
    let oldest: Vec<_> = order.iter().filter(is_free).take(OLDEST_OF).collect();
    let at = |(place, shape): &(usize, Shape)| Some((**oldest.get(*place)?, *shape));
    let mixed = OLDEST.iter().filter(|(_, shape)| {
        let mix = weights(situation, OPEN);
        mix.iter()
            .any(|(mixed, weight)| mixed == shape && *weight > 0)
    });
    mixed.filter_map(at).collect()
}

/// The shape that the manifest gives the deal, and which of its lines does.
fn assigned(situation: &Situation, root: RootId) -> Option<(usize, Shape)> {
    let stories = &situation.manifest.stories;
    if stories.assign.is_empty() {
        return None;
    }
    let candidate = candidate(situation, &root);
    let mut assign = stories.assign.iter().enumerate();
    let (line, hit) = assign.find(|(_, assignment)| assignment.names(&candidate))?;
    Some((line, hit.shape))
}

/// What the manifest can name the deal by.
fn candidate<'a>(situation: &Situation<'a>, root: &'a RootId) -> Candidate<'a> {
    let deal = &situation.inventory.opportunities[root];
    let owner = situation.inventory.users.get(&deal.owner);
    Candidate {
        id: root.0.as_str(),
        name: &deal.name,
        stage: &deal.stage,
        amount: deal.amount,
        owner: owner.map_or("", |owner| &owner.username),
    }
}

/// The manifest's assignments that name none of these deals, by their numbers.
pub(super) fn idle(situation: &Situation, order: &[RootId]) -> Vec<usize> {
    let assign = situation.manifest.stories.assign.iter().enumerate();
    let idle = assign.filter(|(_, assignment)| {
        let mut deals = order.iter().map(|root| candidate(situation, root));
        !deals.any(|deal| assignment.names(&deal))
    });
    idle.map(|(number, _)| number).collect()
}

/// Whether the manifest gives a deal that is told already another shape by now. What has closed
/// since keeps its own.
pub(super) fn is_outdated(situation: &Situation, root: RootId, pins: &Pins) -> bool {
    let deal = &situation.inventory.opportunities[&root];
    if pins.shape.is_closed() != deal.closed {
        return false;
    }
    if let Some((_, shape)) = assigned(situation, root) {
        return shape != pins.shape && belies(shape, deal).is_none();
    }
    let usual = if deal.closed { LOST } else { OPEN };
    let weights = weights(situation, usual);
    let is_left_out = |(shape, weight): &(Shape, u32)| *shape == pins.shape && *weight == 0;
    // It may have fallen to what the mix leaves out, and would again.
    let draws = RootDraw::new(situation.seed, &deal.story_key).at("story");
    weights.iter().any(is_left_out)
        && shape(situation, root, pins, (None, &draws)).shape != pins.shape
}

/// Why a deal that is told already can never have the shape that the manifest gives it: how it ended,
/// or that it has not. What was told as the manifest says, and has closed since, is as it should be.
pub(super) fn contradiction(situation: &Situation, root: RootId, pins: &Pins) -> Option<String> {
    let (_, shape) = assigned(situation, root).filter(|(_, shape)| *shape != pins.shape)?;
    let lack = belies(shape, &situation.inventory.opportunities[&root])?;
    Some(format!("{shape} {lack}"))
}

/// What became of the shape that a deal was to have.
pub(super) struct Given {
    pub(super) shape: Shape,
    /// What it was to be, if it could not be that.
    pub(super) fallen: Option<Fallen>,
    /// The manifest gave it one that it cannot have.
    pub(super) misfit: Option<Misfit>,
}

/// The shape of a deal that is told for the first time.
pub(super) fn shape(
    situation: &Situation,
    root: RootId,
    pins: &Pins,
    (fixed, draws): (Option<Shape>, &Draw),
) -> Given {
    let deal = &situation.inventory.opportunities[&root];
    let assigned = assigned(situation, root);
    let wanted = match assigned {
        Some((_, shape)) => shape,
        None if deal.is_won() => Shape::Won,
        None if deal.closed => drawn(&weights(situation, LOST), pins.position, draws),
        None => fixed.unwrap_or_else(|| drawn(&weights(situation, OPEN), pins.position, draws)),
    };
    let means = Means::of(situation, deal, pins);
    let Some(lack) = belies(wanted, deal).or_else(|| means.lack(wanted)) else {
        return Given {
            shape: wanted,
            fallen: None,
            misfit: None,
        };
    };
    let because = lack.to_string();
    let misfit = assigned.map(|(line, shape)| Misfit {
        path: format!("stories.assign[{line}]"),
        message: format!("shape {shape} of deal {:?} {because}", deal.name),
        hint: "give it another shape, or make room for this one".to_owned(),
    });
    // How a deal ended is told whatever is lacking.
    let shape = match (deal.is_won(), deal.is_lost()) {
        (true, _) => Shape::Won,
        (_, true) => Shape::NoDecision,
        _ => first_that_holds(&means, wanted, |_| true).unwrap_or(Shape::New),
    };
    Given {
        shape,
        fallen: Some(Fallen {
            from: wanted,
            because: Because::Unfit(because),
        }),
        misfit,
    }
}

/// The manifest's weights of these shapes, or the usual ones where it gives none of them any.
fn weights(situation: &Situation, usual: &[(Shape, u32)]) -> Vec<(Shape, u32)> {
    let mix = &situation.manifest.stories.mix;
    let given = usual.iter().map(|(shape, _)| {
        let weight = mix.iter().find(|(mixed, _)| mixed == shape);
        (*shape, weight.map_or(0, |(_, weight)| *weight))
    });
    let given: Vec<_> = given.collect();
    if given.iter().all(|(_, weight)| *weight == 0) {
        return usual.to_vec();
    }
    given
}

/// The next weaker shape that the deal can have, of those that `may_do`.
pub(super) fn weaker(
    situation: &Situation,
    (opportunity, pins): (&Opportunity, &Pins),
    may_do: impl Fn(Shape) -> bool,
) -> Option<Shape> {
    let means = Means::of(situation, opportunity, pins);
    first_that_holds(&means, pins.shape, may_do)
}

fn first_that_holds(means: &Means, from: Shape, may_do: impl Fn(Shape) -> bool) -> Option<Shape> {
    let next = |shape: &Shape| {
        let found = WEAKER.iter().find(|(of, _)| of == shape);
        found.map(|(_, weaker)| *weaker)
    };
    let mut weaker = std::iter::successors(next(&from), next);
    weaker.find(|shape| may_do(*shape) && means.lack(*shape).is_none())
}

/// One of the shapes, by weight. Only a young deal has just begun, unless nothing else is left.
fn drawn(weights: &[(Shape, u32)], position: u8, draws: &Draw) -> Shape {
    let timely = |(shape, weight): &(Shape, u32)| match shape {
        Shape::New if position >= EARLY => 0,
        _ => *weight,
    };
    let mut timely: Vec<u32> = weights.iter().map(timely).collect();
    if timely.iter().all(|weight| *weight == 0) {
        timely = weights.iter().map(|(_, weight)| *weight).collect();
    }
    weights[draws.weighted(SHAPE, &timely)].0
}
