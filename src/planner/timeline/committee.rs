//! Who of the customer's people takes part in what.

use super::super::story::{Asked, buyer, champion, farewell};
use super::super::text::catalogue::Phase;
use super::Party;
use super::topic::Topic;
use crate::model::pins::Pins;
use crate::model::shape::Shape;

/// How often each part is spoken with, by its place: the champion most often.
const SPOKEN_WITH: [u32; 9] = [40, 25, 20, 15, 10, 8, 6, 5, 4];

/// How many of a hundred meetings have one person of the customer's, two, and so on.
const SIZES: [u32; 6] = [30, 32, 20, 8, 6, 4];

/// The number, from 0, of the meeting of an at-risk deal that the economic buyer cancels. It is
/// one of those that are cancelled.
const BUYER_CANCELLED: usize = 1;

/// The people whom the story of a deal speaks with.
pub(super) struct Committee<'a> {
    pins: &'a Pins,
    /// Their places in the cast, in its order; who sells for us before all others.
    engaged: Vec<u8>,
    /// Which places of the cast somebody holds, as bits.
    there: u32,
    /// Of a deal whose champion has left, the day on which it happened.
    left: i32,
}

impl<'a> Committee<'a> {
    pub(super) fn new(pins: &'a Pins) -> Self {
        let places = 0..pins.cast.len().min(32) as u8;
        let is_engaged = |place: &u8| pins.engaged >> place & 1 == 1;
        let mut engaged: Vec<_> = places.filter(is_engaged).collect();
        let champion = champion(&pins.cast);
        engaged.sort_by_key(|place| Some(usize::from(*place)) != champion);
        let held = (0..32).zip(&pins.cast);
        let held = held.filter(|(_, part)| part.person.is_some());
        Self {
            pins,
            there: held.fold(0, |bits, (place, _)| bits | 1 << place),
            engaged,
            left: farewell(pins),
        }
    }

    /// Who takes part in the meeting with this number, from 0.
    pub(super) fn meeting(
        &self,
        number: usize,
        (topic, phase): (Topic, Phase),
        asked: &Asked,
    ) -> Party {
        let Some(count) = std::num::NonZeroUsize::new(self.engaged.len()) else {
            return Party::default();
        };
        let shape = self.pins.shape;
        if shape == Shape::SingleThreaded || shape == Shape::ChampionLeft {
            return self.party(self.only(asked.day), 0);
        }
        if shape == Shape::AtRisk && number == BUYER_CANCELLED {
            return self.with_buyer(asked.day);
        }
        let mut main = self.main((topic, phase), (asked.person, asked.turn));
        let mut others = self.introduced(number);
        if wants_executive(shape, number)
            && let Some(executive) = self.executive(phase, number)
            && self.pins.executives >> main & 1 == 0
        {
            if phase >= Phase::Evaluation && asked.turn < 0.5 {
                others |= 1 << main;
                main = executive;
            } else {
                others |= 1 << executive;
            }
        }
        let size = weighted(asked.size, &SIZES);
        let turn = (asked.turn * count.get() as f64) as usize;
        let more = (0..count.get()).map(|step| self.engaged[(turn + step) % count]);
        for place in more.filter(|place| self.is_time_for(*place, phase)) {
            if (others & !(1 << main)).count_ones() as usize >= size {
                break;
            }
            others |= 1 << place;
        }
        self.party(main, others)
    }

    /// The meeting that the economic buyer was to come to; the others are with whom it always is.
    fn with_buyer(&self, day: i32) -> Party {
        let party = self.party(self.only(day), 0);
        match buyer(self.pins) {
            Some(buyer) if party.main != Some(buyer as u8) => Party {
                main: Some(buyer as u8),
                others: party.main.map_or(0, |main| 1 << main),
            },
            _ => party,
        }
    }

    /// Who gets the mails around a meeting: nobody whom the story does not speak with.
    pub(super) fn informed(&self, party: Party) -> Party {
        let is_engaged = |place: &u8| self.pins.engaged >> place & 1 == 1;
        let mut engaged = party.places().map(|place| place as u8).filter(is_engaged);
        Party {
            main: engaged.next(),
            others: engaged.fold(0, |bits, place| bits | 1 << place),
        }
    }

    /// Whom the thread or call with this number, from 0, is with.
    pub(super) fn partner(
        &self,
        number: usize,
        (topic, phase): (Topic, Phase),
        day: i32,
        units: (f64, f64),
    ) -> Party {
        if self.engaged.is_empty() {
            return Party::default();
        }
        let main = match (self.pins.shape, number) {
            // Who leaves says so himself.
            (Shape::ChampionLeft, 0) if day <= self.left => self.engaged[0],
            (Shape::SingleThreaded | Shape::ChampionLeft, _) => self.only(day),
            // Who is written to first is who sells for us later.
            (_, 0) => self.engaged[0],
            _ => self.main((topic, phase), units),
        };
        self.party(main, 0)
    }

    /// With a copy to somebody else: to who sells for us, of what is written to others, and of what
    /// is written to him sometimes to whom it concerns. So people are introduced before they write.
    pub(super) fn copied(&self, party: Party, (topic, phase): (Topic, Phase), unit: f64) -> Party {
        let shape = self.pins.shape;
        let Some(main) = party.main else { return party };
        if shape == Shape::SingleThreaded || shape == Shape::ChampionLeft {
            return party;
        }
        let champion = self.engaged[0];
        let copied = match main == champion {
            false => (unit < 0.6).then_some(champion),
            true => (unit < 0.3).then(|| self.main((topic, phase), (unit, unit / 0.3))),
        };
        self.party(main, copied.map_or(0, |place| 1 << place))
    }

    /// Who sells for us in front of the economic buyer, where both are spoken with.
    pub(super) fn champion_of(&self, party: Party) -> Option<Party> {
        let buyer = buyer(self.pins)?;
        let champion = self.party(self.engaged.first().copied()?, 0);
        let is_with_buyer = party.places().any(|place| place == buyer);
        (is_with_buyer && champion.main != Some(buyer as u8)).then_some(champion)
    }

    /// Who it all hangs on, on this day.
    fn only(&self, day: i32) -> u8 {
        let has_left = self.pins.shape == Shape::ChampionLeft && day >= self.left;
        let place = usize::from(has_left && self.engaged.len() > 1);
        self.engaged[place]
    }

    /// Mostly the one whom the topic belongs to, else anybody by weight.
    fn main(&self, (topic, phase): (Topic, Phase), (unit, turn): (f64, f64)) -> u8 {
        let mut roles = topic.facts().roles.iter();
        let owner = roles.find_map(|role| {
            let mut engaged = self.engaged.iter();
            engaged.find(|place| self.pins.cast[usize::from(**place)].role == *role)
        });
        if let Some(owner) = owner.filter(|owner| unit < 0.5 && self.is_time_for(**owner, phase)) {
            return *owner;
        }
        let weight = |(place, weight): (&u8, &u32)| match self.is_time_for(*place, phase) {
            true => *weight,
            false => 0,
        };
        let mut weights = [0; SPOKEN_WITH.len()];
        let drawn = self.engaged.iter().zip(&SPOKEN_WITH).map(weight);
        for (weight, drawn) in weights.iter_mut().zip(drawn) {
            *weight = drawn;
        }
        if weights.iter().all(|weight| *weight == 0) {
            return self.engaged[0];
        }
        self.engaged[weighted(turn, &weights)]
    }

    /// The first meetings take turns in bringing people in, as many as the shape has to reach.
    fn introduced(&self, number: usize) -> u32 {
        let each = match self.pins.shape {
            Shape::Accelerating if number < 3 => 2,
            Shape::Healthy | Shape::Won if number < 2 => 2,
            _ => return 0,
        };
        let count = self.engaged.len();
        let turns = (0..each).map(|turn| self.engaged[(number * each + turn) % count]);
        turns.fold(0, |bits, place| bits | 1 << place)
    }

    /// An executive for this meeting: who holds the money only when it is time for him, if there
    /// is another.
    fn executive(&self, phase: Phase, number: usize) -> Option<u8> {
        let is_executive = |place: &&u8| self.pins.executives >> **place & 1 == 1;
        let executives = || self.engaged.iter().filter(is_executive);
        let timely = executives().filter(|place| self.is_time_for(**place, phase));
        let timely: Vec<_> = timely.collect();
        match timely.len() {
            0 => executives().next().copied(),
            count => Some(*timely[number % count]),
        }
    }

    /// Money is spoken of from the middle of a deal on, contracts late.
    fn is_time_for(&self, place: u8, phase: Phase) -> bool {
        match &*self.pins.cast[usize::from(place)].role {
            "economic_buyer" => phase >= Phase::Evaluation,
            "procurement" | "legal" => phase >= Phase::Proposal,
            _ => true,
        }
    }

    /// The people at these places; another one stands in for who is not there any more.
    fn party(&self, main: u8, others: u32) -> Party {
        let is_there = |place: &u8| self.there >> place & 1 == 1;
        let at = self
            .engaged
            .iter()
            .position(|place| *place == main)
            .unwrap_or(0);
        let turned = self.engaged[at..].iter().chain(&self.engaged[..at]);
        let main = turned.copied().find(is_there);
        Party {
            main,
            others: others & self.there & !main.map_or(0, |main| 1 << main),
        }
    }
}

/// Whether an executive has to take part, so that enough do whatever the count.
fn wants_executive(shape: Shape, number: usize) -> bool {
    match shape {
        Shape::Accelerating => number < 3 || number.is_multiple_of(3),
        Shape::Healthy | Shape::Won => number.is_multiple_of(3),
        _ => false,
    }
}

/// The index of the weight that a draw from 0 to 1 hits.
fn weighted(unit: f64, weights: &[u32]) -> usize {
    let total: u32 = weights.iter().sum();
    let mut left = (unit * f64::from(total)) as u32;
    for (index, &weight) in weights.iter().enumerate() {
        if left < weight {
            return index;
        }
        left -= weight;
    }
    weights.len() - 1
}
