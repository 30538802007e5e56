//! Which way mails go: so that how much the customer writes fits the shape at any number of mails.

use super::Direction;
use crate::model::shape::Shape;

/// How many mails come in for a thousand that go out: what is aimed at, and the least and the most
/// that fits the shape, from the fifth mail on.
#[derive(Debug, Clone, Copy)]
pub(in crate::planner) struct Band {
    aim: u32,
    low: u32,
    high: u32,
}

const BANDS: &[(Shape, Band)] = &[
    (Shape::Accelerating, band(850, 700, 1_500)),
    (Shape::Healthy, band(650, 500, 800)),
    (Shape::AtRisk, band(250, 0, 290)),
    (Shape::Stalled, band(150, 0, 200)),
    (Shape::SingleThreaded, band(550, 400, 800)),
    (Shape::ChampionLeft, band(400, 200, 600)),
    (Shape::New, band(600, 300, 1_000)),
    (Shape::Won, band(750, 500, 900)),
    (Shape::LostToCompetitor, band(400, 250, 500)),
    (Shape::NoDecision, band(400, 250, 500)),
];

const fn band(aim: u32, low: u32, high: u32) -> Band {
    Band { aim, low, high }
}

/// How many mails have gone which way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Balance {
    band: Band,
    inbound: u32,
    outbound: u32,
}

impl Balance {
    pub(super) fn new(shape: Shape) -> Self {
        let band = BANDS.iter().find(|(of, _)| *of == shape);
        Self {
            band: band.expect("every shape has its band").1,
            inbound: 0,
            outbound: 0,
        }
    }

    pub(super) fn count(&mut self, direction: Direction) {
        match direction {
            Direction::Inbound => self.inbound += 1,
            Direction::Outbound => self.outbound += 1,
        }
    }

    /// Whether the customer answers what was written last.
    pub(super) fn wants_reply(&self) -> bool {
        let Band { aim, low, high } = self.band;
        let (inbound, outbound) = (self.inbound * 1_000, self.outbound);
        let too_many = inbound + 1_000 > high * outbound;
        let too_few_next = inbound < low * (outbound + 1);
        // The first mail of a talk that goes well is answered, whatever the numbers say.
        let is_first = self.inbound == 0 && outbound == 1 && aim >= 500;
        is_first || !too_many && (too_few_next || inbound < aim * outbound)
    }
}
