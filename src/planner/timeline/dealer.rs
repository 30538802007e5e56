//! Topics: each taken up once in a deal before any comes again, fitting how far the deal had come
//! how large it is and how it goes, and in an order that makes sense.

use super::super::text::catalogue::{PHASES, Phase};
use super::topic::{TOPICS, Topic};
use crate::draw::{Dice, Draw, RootDraw};
use crate::model::pins::Segment;
use crate::model::shape::Shape;

/// How many topics each phase has.
const EACH: usize = 8;

/// What is spoken of before what, within a phase; the phases themselves come one after the other.
const CHAINS: &[(Topic, Topic)] = &[
    (Topic::Demo, Topic::DeepDive),
    (Topic::Demo, Topic::SecurityReview),
    (Topic::Demo, Topic::EvaluationReview),
    (Topic::EvaluationPlan, Topic::EvaluationReview),
    (Topic::BusinessCase, Topic::ExecutiveReview),
    (Topic::Proposal, Topic::Pricing),
    (Topic::Contract, Topic::CommercialTerms),
    (Topic::Contract, Topic::HandOver),
    (Topic::LaunchPlanning, Topic::HandOver),
];

/// Whose security nobody reviews for less than 100,000.
const OF_LARGE_DEALS: &[Topic] = &[Topic::SecurityReview, Topic::SecuritySignOff];

/// What is spoken of when a deal goes well: nobody plans a start while it is in danger.
const OF_SURE_DEALS: &[Topic] = &[Topic::LaunchPlanning, Topic::HandOver];
const SURE: &[Shape] = &[Shape::Accelerating, Shape::Healthy, Shape::Won];

/// And what has not happened yet while it is open.
const OF_WON_DEALS: &[Topic] = &[Topic::HandOver];

/// Deals topics out to a deal's slots, one after the other in the order of slots. What a slot
/// gets depends on the slots before it, never on how many are used. So none gets an introduction:
/// one that comes later may lie before it.
pub(super) struct Dealer {
    /// Keys the draws.
    name: &'static str,
    segment: Segment,
    shape: Shape,
    /// What it never deals.
    left_out: &'static [Topic],
    /// The draws of all orders, and each phase's topics that suit the deal in their order: drawn when
    /// they are first needed.
    draws: Option<Draw>,
    orders: [Option<Vec<Topic>>; PHASES],
    /// What was dealt, and to what day.
    dealt: Vec<(Topic, i32)>,
    /// How often each topic was dealt.
    rounds: [u8; TOPICS.len()],
}

impl Dealer {
    pub(super) fn new(name: &'static str, (segment, shape): (Segment, Shape)) -> Self {
        Self {
            name,
            segment,
            shape,
            left_out: &[],
            draws: None,
            orders: Default::default(),
            dealt: Vec::new(),
            rounds: [0; TOPICS.len()],
        }
    }

    pub(super) fn leaving_out(mut self, topics: &'static [Topic]) -> Self {
        self.left_out = topics;
        self
    }

    /// The topic of a slot on this day, and how often it was dealt before.
    pub(super) fn next(&mut self, (phase, day): (Phase, i32), draw: &mut RootDraw) -> (Topic, u8) {
        let row = phase as usize;
        if self.orders[row].is_none() {
            self.orders[row] = Some(self.order(row, draw));
        }
        let is_behind = self.shape != Shape::Won && day <= 0;
        let topics = self.orders[row].iter().flatten().copied();
        let topics = topics.filter(|topic| !is_behind || !OF_WON_DEALS.contains(topic));
        let dealt = |topic: &Topic| self.rounds[*topic as usize];
        let round = topics.clone().map(|topic| dealt(&topic)).min().unwrap_or(0);
        let mut left = topics.filter(|topic| dealt(topic) == round);
        let first = left.clone().next();
        let topic = left.find(|topic| self.is_in_order(*topic, day)).or(first);
        let topic = topic.expect("every phase has topics for all deals");
        self.dealt.push((topic, day));
        self.rounds[topic as usize] += 1;
        (topic, round)
    }

    /// The topics of a phase that suit a deal of this size that goes as it does, in its own order.
    fn order(&mut self, row: usize, draw: &mut RootDraw) -> Vec<Topic> {
        let name = self.name;
        let draws = self
            .draws
            .get_or_insert_with(|| draw.at(&format!("topics/{name}")));
        let order = Dice::new(draws.seed(row)).order(EACH).into_iter();
        let topics = order.map(|place| TOPICS[row * EACH + place].topic);
        topics.filter(|topic| self.fits(*topic)).collect()
    }

    fn fits(&self, topic: Topic) -> bool {
        let needs = |topics: &[Topic], is: bool| is || !topics.contains(&topic);
        topic.is_dealt()
            && !self.left_out.contains(&topic)
            && needs(OF_LARGE_DEALS, self.segment >= Segment::Large)
            && needs(OF_SURE_DEALS, SURE.contains(&self.shape))
    }

    /// Whether nothing that has to come before the topic is dealt to a later day, and nothing
    /// that follows from it to an earlier one.
    fn is_in_order(&self, topic: Topic, day: i32) -> bool {
        let on = |topic| {
            let dealt = self.dealt.iter().filter(move |(of, _)| *of == topic);
            dealt.map(|(_, day)| *day)
        };
        CHAINS.iter().all(|(first, then)| {
            (*then != topic || on(*first).all(|at| at < day))
                && (*first != topic || on(*then).all(|at| at > day))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{CHAINS, Dealer, EACH, OF_LARGE_DEALS, PHASES, TOPICS, Topic};
    use crate::draw::RootDraw;
    use crate::model::pins::Segment;
    use crate::model::shape::Shape;
    use crate::planner::text::catalogue::Phase;

    #[test]
    fn what_follows_from_something_comes_after_it() {
        for deal in 0..200 {
            let mut draw = RootDraw::new(7, &deal.to_string());
            let mut dealer = Dealer::new("test", (Segment::Large, Shape::Healthy));
            // As slots lie: each day once, in no order.
            let days = [5, 2, 7, 0, 4];
            let dealt = days.map(|day| (dealer.next((Phase::Proposal, day), &mut draw), day));
            for ((one, _), day) in dealt {
                let after = dealt
                    .iter()
                    .filter(|((other, _), _)| CHAINS.contains(&(one, *other)));
                for (other, later) in after {
                    assert!(*later > day, "{one:?} on {day}, {other:?} on {later}");
                }
            }
        }
    }

    #[test]
    fn each_topic_comes_once_before_any_comes_again() {
        let mut draw = RootDraw::new(7, "deal");
        for (segment, count) in [(Segment::Mid, EACH - 1), (Segment::Large, EACH)] {
            let mut dealer = Dealer::new("test", (segment, Shape::Healthy));
            for round in 0..2 {
                let topics = (0..count).map(|day| {
                    let (topic, of) = dealer.next((Phase::Evaluation, day as i32), &mut draw);
                    assert_eq!(of, round);
                    topic
                });
                let topics: BTreeSet<_> = topics.collect();
                assert_eq!(topics.len(), count);
                let has_security = topics.iter().any(|topic| OF_LARGE_DEALS.contains(topic));
                assert_eq!(has_security, segment == Segment::Large);
            }
        }
    }

    #[test]
    fn a_start_is_planned_where_a_deal_goes_well_and_handed_over_what_is_won() {
        let check = |shape, day, expect: &[Topic]| {
            let mut draw = RootDraw::new(7, "deal");
            let mut dealer = Dealer::new("test", (Segment::Large, shape));
            let dealt = (0..EACH).map(|_| dealer.next((Phase::Closing, day), &mut draw).0);
            let mut starts: Vec<_> = dealt
                .filter(|topic| *topic >= Topic::LaunchPlanning)
                .collect();
            starts.sort_unstable();
            starts.dedup();
            assert_eq!(starts, expect, "{shape} {day}");
        };
        for day in [-5, 5] {
            check(Shape::AtRisk, day, &[]);
            check(Shape::Stalled, day, &[]);
            check(Shape::SingleThreaded, day, &[]);
            check(Shape::ChampionLeft, day, &[]);
            check(Shape::NoDecision, day, &[]);
            check(Shape::Won, day, &[Topic::LaunchPlanning, Topic::HandOver]);
        }
        check(Shape::Healthy, -5, &[Topic::LaunchPlanning]);
        check(Shape::Healthy, 5, &[Topic::LaunchPlanning, Topic::HandOver]);
    }

    #[test]
    fn every_phase_has_its_row_of_topics() {
        for (number, facts) in TOPICS.iter().enumerate() {
            let phase = facts.phase.map(|phase| phase as usize);
            let row = number / EACH;
            assert_eq!(phase, (row < PHASES).then_some(row), "{}", facts.key);
        }
    }
}
