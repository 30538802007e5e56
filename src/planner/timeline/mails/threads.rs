//! Threads: what is written beside the meetings, and the answers.

use super::super::super::story::{bumps, latest, thread_day};
use super::super::dealer::Dealer;
use super::super::moment::{Moment, lag, writing_time};
use super::super::topic::{REDLINED, Topic};
use super::super::{Direction, phase_at};
use super::sent::{Planned, sent};
use super::{Message, Talk, Writer};
use crate::draw::{Draw, RootDraw};
use crate::model::address::{Path, numbered};
use crate::model::shape::Shape;

/// The draws of a thread, by purpose.
const LENGTH: usize = 0;
const DAY: usize = 1;
const MINUTE: usize = 2;
const PERSON: usize = 3;
const TURN: usize = 4;
const COPIED: usize = 5;
/// And of the wait for each of its messages, by number.
const LAG: usize = 16;

/// How many of a hundred threads have one message, two, and so on.
const LENGTHS: [u32; 4] = [20, 35, 25, 20];

/// What is marked up by both sides goes on to so many messages once the customer has answered: the
/// draft, their comments, our version, and a second round of both.
const ROUNDS: usize = 5;

/// How soon we answer, in percent of how soon others do.
const OUR_LAG: u32 = 42;

impl Writer<'_> {
    /// The thread with this number, from 0.
    pub(super) fn thread(&mut self, number: usize, dealer: &mut Dealer, draw: &mut RootDraw) {
        let pins = self.source.pins;
        let mut name = numbered("thread/", number + 1);
        let draws = draw.at(&name);
        name.push('/');
        let at = Moment {
            day: thread_day(pins, number, draws.unit(DAY)),
            minute: writing_time(draws.unit(MINUTE)),
        };
        let phase = phase_at(pins, at.day);
        let topic = match special(pins.shape, number) {
            Some(topic) => (topic, 0),
            None => dealer.next((phase, at.day), draw),
        };
        let units = (draws.unit(PERSON), draws.unit(TURN));
        let partner = self
            .committee
            .partner(number, (topic.0, phase), at.day, units);
        let talk = Talk {
            number: number as u8 + 1,
            topic,
            phase,
            people: match special(pins.shape, number) {
                Some(_) => partner,
                None => self
                    .committee
                    .copied(partner, (topic.0, phase), draws.unit(COPIED)),
            },
        };
        let first = Planned {
            direction: opening(pins.shape, number),
            at,
            wait: None,
        };
        let messages = self.messages(&talk, first, &draws);
        // Of a stalled deal we go on asking when nobody answers any more.
        let last = match topic.0 {
            Topic::Bump => bumps(pins).last().copied(),
            _ => None,
        };
        let last = last.unwrap_or_else(|| latest(pins, at.day));
        let days = (i32::from(pins.first), last);
        let whens = sent(self.between(talk.people, days, None), &messages);
        let mut about = None;
        for (place, (message, when)) in messages.iter().zip(whens).enumerate() {
            if self.is_full() {
                self.leave_unsaid(message.direction);
                continue;
            }
            let message = Message {
                path: Path::new(numbered(&name, place + 1)),
                when,
                direction: message.direction,
                place: place as u8,
                about,
            };
            about = Some(self.mail(&talk, message));
        }
    }

    /// All that is written in a thread, whatever the count of mails.
    fn messages(&self, talk: &Talk, first: Planned, draws: &Draw) -> Vec<Planned> {
        let length = length(self.source.pins.shape, usize::from(talk.number) - 1, draws);
        let mut balance = self.balance;
        balance.count(first.direction);
        let mut messages = vec![first];
        let mut last = first;
        loop {
            let place = messages.len();
            let wants_reply = balance.wants_reply();
            let is_owed = last.direction == Direction::Outbound && wants_reply;
            // Comments are not left as they are.
            let is_commented = last.direction == Direction::Inbound
                && place < ROUNDS
                && REDLINED.contains(&talk.topic.0);
            let goes_on = is_commented || is_owed && talk.topic.0 != Topic::Bump;
            if place >= length && !goes_on {
                return messages;
            }
            let units = draws.unit(LAG + place % 8);
            let Some(next) = self.next(talk, (last, wants_reply), place, units) else {
                return messages;
            };
            balance.count(next.direction);
            messages.push(next);
            last = next;
        }
    }

    /// What follows in a thread, if anything does.
    fn next(
        &self,
        talk: &Talk,
        (last, wants_reply): (Planned, bool),
        place: usize,
        unit: f64,
    ) -> Option<Planned> {
        let pins = self.source.pins;
        let again = |day: i32| Planned {
            direction: Direction::Outbound,
            at: Moment {
                day,
                minute: writing_time(unit),
            },
            wait: None,
        };
        if talk.topic.0 == Topic::Bump {
            return bumps(pins).get(place).copied().map(again);
        }
        // A customer who is in a hurry does not wait for our answer.
        let is_eager = pins.shape == Shape::Accelerating && talk.number == 1 && place == 2;
        if is_eager {
            return Some(self.reply(talk, last.at, unit));
        }
        if last.direction == Direction::Inbound {
            return Some(self.answer(Direction::Outbound, last.at, lag(unit, OUR_LAG)));
        }
        if wants_reply {
            return Some(self.reply(talk, last.at, unit));
        }
        // Nobody answered, so we ask again after some days.
        let day = last.at.day + 2 + (unit * 4.0) as i32;
        (day <= latest(pins, last.at.day)).then(|| again(day))
    }
}

/// What the thread with this number, from 0, is about where the shape says so.
fn special(shape: Shape, number: usize) -> Option<Topic> {
    match (shape, number) {
        (Shape::Stalled, 0) => Some(Topic::Bump),
        (Shape::ChampionLeft, 0) => Some(Topic::Farewell),
        (Shape::ChampionLeft, 1) => Some(Topic::Outreach),
        (Shape::ChampionLeft, 2) => Some(Topic::Absence),
        (Shape::Won, 0) => Some(Topic::Signature),
        (Shape::LostToCompetitor | Shape::NoDecision, 0) => Some(Topic::ClosingOut),
        (Shape::New, 0) => Some(Topic::Outreach),
        _ => None,
    }
}

/// Who writes first: the customer, to say goodbye or to close out, or his mail server.
fn opening(shape: Shape, number: usize) -> Direction {
    match (shape, number) {
        (Shape::ChampionLeft, 0 | 2) | (Shape::LostToCompetitor | Shape::NoDecision, 0) => {
            Direction::Inbound
        }
        _ => Direction::Outbound,
    }
}

/// How many messages a thread has at the most.
fn length(shape: Shape, number: usize, draws: &Draw) -> usize {
    match (shape, number) {
        (Shape::Stalled, 0) => 4,
        (Shape::Accelerating, 0) => 3,
        (Shape::ChampionLeft, 2) => 1,
        (_, 0) => 2,
        _ => draws.weighted(LENGTH, &LENGTHS) + 1,
    }
}
