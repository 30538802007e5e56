//! What came of the stories, counted: how many deals have each shape, and what People.ai's
//! published rules call them.

use std::collections::BTreeMap;

use super::Deal;
use super::story::{broken, class, inputs};
use crate::model::id::RootId;
use crate::model::shape::Shape;
use crate::model::told::Shaped;

/// What one story has come to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judged {
    shape: Shape,
    /// None for a deal that is closed: the rules are about open ones.
    class: Option<&'static str>,
    is_broken: bool,
}

pub(super) fn judged(deal: &Deal) -> Judged {
    let inputs = inputs(deal.timeline, deal.pins, deal.planner.situation.anchor);
    let shape = deal.pins.shape;
    Judged {
        shape,
        class: (!shape.is_closed()).then(|| class(&inputs).as_str()),
        is_broken: !broken(shape, &inputs).is_empty(),
    }
}

/// The shapes that there are, in the order in which a plan lists them.
pub(super) fn shaped(judged: &BTreeMap<RootId, Judged>) -> Vec<Shaped> {
    let of_shape = |shape: Shape| {
        let deals: Vec<_> = judged
            .values()
            .filter(|judged| judged.shape == shape)
            .collect();
        let mut classes: BTreeMap<&str, u64> = BTreeMap::new();
        for class in deals.iter().filter_map(|judged| judged.class) {
            *classes.entry(class).or_default() += 1;
        }
        let mut classes: Vec<_> = classes
            .into_iter()
            .map(|(class, count)| (class.to_owned(), count))
            .collect();
        classes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        Shaped {
            shape,
            deals: deals.len() as u64,
            classes,
            broken: deals.iter().filter(|judged| judged.is_broken).count() as u64,
        }
    };
    let shapes = Shape::ALL.into_iter().map(of_shape);
    shapes.filter(|shaped| shaped.deals > 0).collect()
}
