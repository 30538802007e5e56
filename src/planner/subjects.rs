//! Subjects: each used once in a deal, fitting how far the deal had come.

use crate::draw::{RootDraw, permutation};
use crate::model::value::Text;

use super::text::catalogue::{PHASES, Phase, Pool};

/// Deals subjects out to a deal's slots, one after the other in the order of slots.
///
/// What a slot gets depends on the slots before it, never on how many are used.
pub(super) struct Dealer<'a> {
    pool: &'a dyn Fn(Phase) -> Pool,
    by_phase: bool,
    /// The order of each phase's pool in this deal, drawn when it is first needed.
    orders: [Option<Vec<usize>>; PHASES],
    dealt: [usize; PHASES],
    name: &'static str,
}

impl<'a> Dealer<'a> {
    /// `by_phase` is false where one pool serves all phases.
    pub(super) fn new(name: &'static str, by_phase: bool, pool: &'a dyn Fn(Phase) -> Pool) -> Self {
        Self {
            pool,
            by_phase,
            orders: Default::default(),
            dealt: [0; PHASES],
            name,
        }
    }

    /// The next subject of the phase; when all are used, they come again with a number.
    pub(super) fn next(&mut self, phase: Phase, draw: &mut RootDraw) -> Text {
        let pool = (self.pool)(phase);
        let row = if self.by_phase { phase as usize } else { 0 };
        let order = self.orders[row].get_or_insert_with(|| {
            permutation(draw, &format!("subjects/{}/{row}", self.name), pool.len())
        });
        let dealt = self.dealt[row];
        self.dealt[row] += 1;
        Text {
            template: pool.template(order[dealt % order.len()]),
            person: None,
            day: None,
            reply: false,
            round: (dealt / order.len()) as u16,
        }
    }
}
