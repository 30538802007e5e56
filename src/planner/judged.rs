//! What came of the stories, counted: how many deals have each shape, and what People.ai's
//! published rules call them.

use std::collections::BTreeMap;

use super::Deal;
use super::story::{Broken, Inputs, What, broken, class, inputs};
use crate::model::id::RootId;
use crate::model::shape::Shape;
use crate::model::told::Shaped;

/// What one story has come to.
#[derive(Debug, Clone)]
pub(super) struct Judged {
    shape: Shape,
    /// None for a deal that is closed: the rules are about open ones.
    class: Option<&'static str>,
    /// What the shape stands for and the story does not hold.
    broken: Box<[What]>,
}

pub(super) fn judged(deal: &Deal) -> Judged {
    let judgement = judge(deal);
    Judged {
        shape: deal.pins.shape,
        class: judgement.class,
        broken: judgement.broken.iter().map(|rule| rule.what).collect(),
    }
}

/// What the rules read of a deal's story, and say of it.
pub(super) struct Judgement {
    pub(super) inputs: Inputs,
    /// None for a deal that is closed: the rules are about open ones.
    pub(super) class: Option<&'static str>,
    pub(super) broken: Vec<Broken>,
}

pub(super) fn judge(deal: &Deal) -> Judgement {
    let shape = deal.pins.shape;
    let closed = deal.opportunity.closed;
    let mut inputs = inputs(deal.timeline, deal.pins, deal.planner.situation.anchor);
    if closed {
        inputs.upcoming = 0;
    }
    // What was told as open and has closed since, or the other way round, holds no rules any more.
    let holds_rules = shape.is_closed() == closed;
    Judgement {
        class: (holds_rules && !closed).then(|| class(&inputs).as_str()),
        broken: match holds_rules {
            true => broken(shape, &inputs),
            false => Vec::new(),
        },
        inputs,
    }
}

/// The shapes that there are, in the order in which a plan lists them.
pub(super) fn shaped(judged: &BTreeMap<RootId, Judged>) -> Vec<Shaped> {
    let of_shape = |shape: Shape| {
        let deals: Vec<_> = judged
            .values()
            .filter(|judged| judged.shape == shape)
            .collect();
        let classes = deals.iter().filter_map(|judged| judged.class);
        let rules = deals.iter().flat_map(|judged| &judged.broken);
        Shaped {
            shape,
            deals: deals.len() as u64,
            classes: most_first(classes),
            broken: deals
                .iter()
                .filter(|judged| !judged.broken.is_empty())
                .count() as u64,
            rules: most_first(rules.map(|what| what.name().0)),
        }
    };
    let shapes = Shape::ALL.into_iter().map(of_shape);
    shapes.filter(|shaped| shaped.deals > 0).collect()
}

/// Each name with how often it comes, the most frequent first.
fn most_first<'n>(names: impl Iterator<Item = &'n str>) -> Vec<(String, u64)> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    let counts = counts.into_iter();
    let mut counts: Vec<_> = counts
        .map(|(name, count)| (name.to_owned(), count))
        .collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
}
