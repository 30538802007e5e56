//! Subjects: each used once in a deal, fitting how far the deal had come.

use crate::draw::{RootDraw, permutation};
use crate::model::value::Text;

use super::text::catalogue::{Catalogue, PHASES, Phase, Subjects};

/// Deals subjects out to a deal's slots, one after the other in the order of slots.
///
/// What a slot gets depends on the slots before it, never on how many are used.
pub(super) struct Dealer<'a> {
    catalogue: &'a Catalogue,
    name: &'static str,
    subjects: &'a Subjects,
    /// The order of each phase's pool in this deal, drawn when it is first needed.
    orders: [Option<Vec<usize>>; PHASES],
    dealt: [usize; PHASES],
}

impl<'a> Dealer<'a> {
    /// `name` keys the draws.
    pub(super) fn new(
        catalogue: &'a Catalogue,
        name: &'static str,
        subjects: &'a Subjects,
    ) -> Self {
        Self {
            catalogue,
            name,
            subjects,
            orders: Default::default(),
            dealt: [0; PHASES],
        }
    }

    /// The next subject of the phase; when all are used, they come again with a number.
    pub(super) fn next(&mut self, phase: Phase, draw: &mut RootDraw) -> Text {
        let (row, pool) = match self.subjects {
            Subjects::ByPhase(pools) => (phase as usize, pools[phase as usize]),
            Subjects::Own(pool) => (0, *pool),
        };
        let order = self.orders[row].get_or_insert_with(|| {
            permutation(draw, &format!("subjects/{}/{row}", self.name), pool.len())
        });
        let dealt = self.dealt[row];
        self.dealt[row] += 1;
        let template = pool.template(order[dealt % order.len()]);
        Text {
            template,
            person: None,
            day: None,
            reply: false,
            round: self.catalogue.round(template, dealt / order.len()),
        }
    }
}
