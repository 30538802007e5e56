//! Topics: each taken up once in a deal before any comes again, fitting how far the deal had come.

use super::super::text::catalogue::{PHASES, Phase};
use super::topic::{TOPICS, Topic};
use crate::draw::{RootDraw, permutation};

/// How many topics each phase has.
const EACH: usize = 8;

/// Deals topics out to a deal's slots, one after the other in the order of slots. What a slot
/// gets depends on the slots before it, never on how many are used.
pub(super) struct Dealer {
    /// Keys the draws.
    name: &'static str,
    /// The order of each phase's topics in this deal, drawn when it is first needed.
    orders: [Option<Vec<usize>>; PHASES],
    dealt: [usize; PHASES],
}

impl Dealer {
    pub(super) fn new(name: &'static str) -> Self {
        Self {
            name,
            orders: Default::default(),
            dealt: [0; PHASES],
        }
    }

    /// The next topic of the phase, and how often it was dealt before.
    pub(super) fn next(&mut self, phase: Phase, draw: &mut RootDraw) -> (Topic, u8) {
        let row = phase as usize;
        let order = self.orders[row]
            .get_or_insert_with(|| permutation(draw, &format!("topics/{}/{row}", self.name), EACH));
        let dealt = self.dealt[row];
        self.dealt[row] += 1;
        let topic = TOPICS[row * EACH + order[dealt % EACH]].topic;
        (topic, (dealt / EACH) as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::{EACH, PHASES, TOPICS};

    #[test]
    fn every_phase_has_its_row_of_topics() {
        for (number, facts) in TOPICS.iter().enumerate() {
            let phase = facts.phase.map(|phase| phase as usize);
            let row = number / EACH;
            assert_eq!(phase, (row < PHASES).then_some(row), "{}", facts.key);
        }
    }
}
